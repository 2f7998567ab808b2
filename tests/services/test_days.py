"""Days are the house's: the host's time zone decides nothing."""

import ast
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from royalties.adapters.zones import UnknownZoneError, of_this_computer, zone
from royalties.cli.main import main
from royalties.runtime import now
from royalties.services import time_zone as house
from royalties.services.people.auditing import LogFilter, log_page
from royalties.services.work import RefusedError
from royalties.web.core import formats
from tests.builders.books import Office, after, opened
from tests.builders.site import open_site
from tests.house.repository import ROOT

FAR = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
"""Where it is never the same day at 10:30 UTC but at the third."""

LATE = datetime(2026, 8, 20, 23, 30, tzinfo=UTC)


@pytest.fixture(params=FAR)
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that stands somewhere else."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def at_home(office: Office, name: str, moment: datetime = LATE) -> None:
    """Let the house be somewhere, and the server's clock show a moment as its own zone says it."""
    with office.work() as work:
        house.set_time_zone(work, name)
    office.system = replace(office.system, clock=moment.astimezone)


@after(opened)
@pytest.mark.parametrize(
    ("home", "today"),
    [
        ("America/Los_Angeles", date(2026, 8, 20)),
        ("Europe/Berlin", date(2026, 8, 21)),
        ("Pacific/Kiritimati", date(2026, 8, 21)),
        ("Pacific/Pago_Pago", date(2026, 8, 20)),
    ],
)
def test_today_is_in_the_publishers_zone(office: Office, host: str, home: str, today: date) -> None:
    at_home(office, home)
    moment = datetime(2026, 8, 20, 23, 30, tzinfo=UTC)
    with office.work(read_only=True) as work:
        assert (work.today, work.at) == (today, moment)
        assert work.day_of(moment) == today
        assert work.day_of("2026-08-20") == date(2026, 8, 20), "a day stays what it is"


@after(opened)
def test_days_without_a_zone_are_utc(office: Office, host: str) -> None:
    office.system = replace(office.system, clock=LATE.astimezone)
    with office.work(read_only=True) as work:
        assert work.today == date(2026, 8, 20)


@after(opened)
def test_pages_and_log_use_the_publishers_zone(office: Office, host: str) -> None:
    at_home(office, "Europe/Berlin")
    with office.work() as work:
        house.set_time_zone(work, "Europe/Berlin")
        asked = [
            len(log_page(work, LogFilter(since=day, until=day)))
            for day in (date(2026, 8, 20), date(2026, 8, 21))
        ]
    assert asked[1] == 1
    site = open_site(office)
    with site.app.test_request_context(base_url="http://localhost:8000"):
        assert formats.day("2026-08-20T23:30:00+00:00") == "Aug 21, 2026"
        assert formats.day("2026-08-20") == "Aug 20, 2026"
        shown = formats.moment("2026-08-20T23:30:00+00:00")
    assert "Aug 21, 2026" in shown
    assert shown.endswith("CEST")


@after(opened)
def test_unknown_zone_is_refused(office: Office) -> None:
    with office.work() as work, pytest.raises(RefusedError, match="America/New_York"):
        house.set_time_zone(work, "Seattle")


@pytest.mark.parametrize("name", ["", "Seattle", "../../etc/passwd", "/etc/localtime", "a\0b"])
def test_invalid_zone_names(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        zone(name)


def test_system_zone_comes_from_the_environment(host: str) -> None:
    assert of_this_computer().key == host
    assert now().tzinfo is UTC


def test_init_stores_the_system_zone_once(tmp_path: Path) -> None:
    runner = CliRunner()

    def init(zone_: str, *words: str) -> str:
        given = {"ROYALTIES_HOME": str(tmp_path / "home"), "TZ": zone_}
        done = runner.invoke(main, ["init", *words], env=given)
        assert done.exit_code == 0, done.output
        return done.output

    assert "Pacific/Kiritimati" in init("Pacific/Kiritimati")
    assert "Pacific/Kiritimati" in init("Pacific/Pago_Pago")
    assert "Europe/Berlin" in init("Pacific/Pago_Pago", "--time-zone", "Europe/Berlin")


ASKS_THE_HOST = {"astimezone", "utcnow", "localtime", "today", "now"}


def _nodes(path: Path) -> Iterator[ast.AST]:
    """All of a file's code, where it names what asks the host."""
    text = path.read_text(encoding="utf-8")
    return (
        ast.walk(ast.parse(text)) if any(f"{name}(" in text for name in ASKS_THE_HOST) else iter(())
    )


def test_code_never_reads_the_hosts_date() -> None:
    """``date.today()`` and ``astimezone()`` without a zone are the host's."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("royalties", "reports")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in _nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not node.args
        and not node.keywords
        and (
            node.func.attr in {"astimezone", "utcnow", "localtime"}
            or (
                node.func.attr in {"today", "now"}
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"date", "datetime"}
            )
        )
    ]
    assert found == []

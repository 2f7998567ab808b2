"""While a report or a sheet is read nothing is held: others write meanwhile."""

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOSPC
from functools import partial
from os import strerror
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from royalties.adapters.files import DiskError
from royalties.cli.main import main
from royalties.domain.people import Role
from royalties.ingest.recognise import open_report
from royalties.services.mail.outbox import Message, write
from royalties.services.sales import importing
from royalties.services.sales import manual_entry as entering
from royalties.services.sales.importing import ImportResult, Request, import_file
from royalties.services.sales.sheets import FIELDS, Draft
from royalties.services.work import RefusedError
from tests.builders.books import HARDCOVER, TESS, Office, a_row, a_setup, after, opened
from tests.builders.site import lend_site

pytestmark = after(opened)


@contextmanager
def while_read(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> Iterator[list[str]]:
    """Do something whenever a report is opened; the list names what was opened."""
    opened_: list[str] = []

    def opening(path: Path, **more: Any) -> Any:
        opened_.append(path.name)
        do()
        return open_report(path, **more)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "open_report", opening)
        yield opened_


def somebody_writes(office: Office) -> None:
    another = office.another(busy_seconds=0.2).system
    with another.work(TESS) as work:
        write(work, Message("bo@example.org", "Meanwhile", ["Written."], "note", "1"))
    another.dispose()


def written(office: Office) -> int:
    return int(office.rows("SELECT count(*) FROM mail")[0][0])


def brought(office: Office, path: Path, **more: Any) -> ImportResult:
    return import_file(partial(office.system.work, TESS), Request(path, path.name, **more))


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (a_row(8), "recorded"),
        ({**a_row(8), "units": "six"}, "refused"),
        (a_row(8, date="2019-01-01"), "confirm"),
    ],
)
def test_reading_a_report_does_not_block_writers(
    office: Office, monkeypatch: pytest.MonkeyPatch, row: dict[str, str], outcome: str
) -> None:
    path = office.report([row])
    with while_read(monkeypatch, lambda: somebody_writes(office)) as opened_:
        result = brought(office, path)
    assert result.outcome == outcome
    assert result.document["outcome"] == outcome
    assert not result.document.get("dry_run")
    assert (len(opened_), written(office)) == (1, 1)
    assert left(office) == []
    assert office.faults() == {}


def left(office: Office) -> list[Path]:
    return list(office.system.files.spool.glob(".lines-*"))


def test_command_line_import_does_not_block_writers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.report([a_row(8)])
    monkeypatch.setenv("ROYALTIES_HOME", str(office.system.config.home))
    monkeypatch.setenv("ROYALTIES_DATABASE_URL", office.system.config.database_url)
    with while_read(monkeypatch, lambda: somebody_writes(office)):
        answer = CliRunner().invoke(main, ["import", str(path), "--json"])
    assert json.loads(answer.stdout)["outcome"] == "recorded", answer.output
    assert written(office) == 1


def test_reading_a_sheet_does_not_block_writers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = lend_site(office).somebody(Role.CLERK, "Kim Typer")
    cells = {"date": "2025-04-30", "isbn": HARDCOVER, "kind": "sale", "units": "2"}
    cells |= {"currency": "USD", "list_price": "85.00", "discount": "10", "country": "US"}
    sheet = Draft("amazon", (tuple(cells.get(each, "") for each in FIELDS),), "a-page")
    choices = {"decimal": ".", "date_order": "mdy"}
    units = partial(office.system.work, clerk)
    with while_read(monkeypatch, lambda: somebody_writes(office)) as opened_:
        warned = [each.key for each in entering.enter(units, sheet, choices=choices).warnings]
        done = entering.enter(units, sheet, choices=choices, confirmed=warned)
    assert done.batch == 1
    assert len(opened_) == written(office)
    assert left(office) == []


def test_a_report_is_read_again_if_the_setup_changes_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = iter(["Another House"])

    def change() -> None:
        if name := next(changes, ""):
            setup = a_setup()
            setup["publisher"]["name"] = name
            another = office.another()
            another.load(setup)
            another.system.dispose()

    with while_read(monkeypatch, change) as opened_:
        assert brought(office, office.report([a_row(8)])).outcome == "recorded"
    assert len(opened_) == 2
    assert left(office) == []


def test_a_report_whose_bytes_change_meanwhile_is_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, changes = office.report([a_row(8)]), iter([9])

    def change() -> None:
        if units := next(changes, 0):
            office.report([a_row(units)], path.name)

    with while_read(monkeypatch, change):
        assert brought(office, path).outcome == "recorded"
    assert office.rows("SELECT units FROM sale") == [(9,)]
    assert office.faults() == {}


def test_file_that_keeps_changing_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, units = office.report([a_row(8)]), iter(range(9, 99))
    with (
        while_read(monkeypatch, lambda: office.report([a_row(next(units))], path.name)),
        pytest.raises(RefusedError, match="changes all the time"),
    ):
        brought(office, path)
    assert office.rows("SELECT units FROM sale") == []
    assert left(office) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_concurrent_imports_of_a_file_record_it_once(office: Office) -> None:
    path, outcomes = office.report([a_row(8)]), []
    start = threading.Barrier(4)

    def bring() -> None:
        another = office.another()
        start.wait()
        outcomes.append(brought(another, path).outcome)
        another.system.dispose()

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["nothing-new"] * 3 + ["recorded"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_full_disk_while_importing_is_reported(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(path: Path, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, **more)
        connection.execute("PRAGMA max_page_count = 4")
        return connection

    connect = sqlite3.connect
    monkeypatch.setattr("royalties.store.sales.line_tables.sqlite3.connect", small)
    with pytest.raises(DiskError, match="No space left"):
        brought(office, office.report([a_row(units) for units in range(1, 500)]))
    assert left(office) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sums_that_the_disk_does_not_take_are_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(ENOSPC, strerror(ENOSPC))

    path = "royalties.services.sales.recording.tempfile.TemporaryFile"
    monkeypatch.setattr(path, lambda **_: Full())
    with pytest.raises(DiskError, match="No space left"):
        brought(office, office.report([a_row(8)]))
    assert office.rows("SELECT units FROM sale") == []
    assert left(office) == []

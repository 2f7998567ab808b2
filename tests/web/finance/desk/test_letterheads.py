"""The house's name and address, dated: papers of an earlier day print the earlier ones."""

import io
import json
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest

from royalties.domain.people import Role
from royalties.ingest.setup import SetupError
from royalties.services.books import Setup, setup_in_force
from royalties.services.statements.issuing import issue
from royalties.services.terms.house import find_house, logo_on, logos_of
from tests.builders.books import Office, a_setup, after, closed, opened, spring
from tests.builders.doors import with_clock
from tests.builders.rich_orders import a_logo
from tests.builders.site import Site, Visitor

HOUSE = {
    "name": "Example House",
    "address": "1 Pier Lane\nSeattle, WA 98101",
    "currency": "USD",
    "calendar": "half-yearly",
    "first_day": "2025-01-01",
    "time_zone": "UTC",
}
MOVED = {**HOUSE, "name": "Example House & Daughters", "address": "2 Quay\nTacoma, WA 98401"}


def now(office: Office) -> Setup:
    with office.work(read_only=True) as work:
        return setup_in_force(work)


def saves(site: Site, visitor: Visitor, form: dict[str, Any]) -> int:
    with site.office.work(read_only=True) as work:
        found = find_house(work)
    assert found is not None
    answer = visitor.post("/finance/house", {**form, "revision": str(found.id)})
    return answer.status_code


def on(office: Office, day: date) -> tuple[str, tuple[str, ...]]:
    publisher = now(office).publisher_on(day)
    return publisher.name, publisher.address


def logged(office: Office) -> list[str]:
    """What the log says was done with the logo, the first first."""
    lines = office.rows("SELECT payload FROM log WHERE action = 'set' ORDER BY seq")
    return [said["logo"] for (text,) in lines if "logo" in (said := json.loads(text))]


OLD = ("Example House", ("1 Pier Lane", "Seattle, WA 98101"))
NEW = ("Example House & Daughters", ("2 Quay", "Tacoma, WA 98401"))


@after(opened)
def test_new_address_holds_from_its_day_and_the_earlier_one_before(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, HOUSE) == 303
    assert saves(site, visitor, {**MOVED, "holds_from": "2026-09-01"}) == 303
    assert on(site.office, date(2026, 8, 31)) == OLD
    assert on(site.office, date(2026, 9, 1)) == NEW
    page = visitor.page("/finance/house")
    assert "2 Quay, Tacoma, WA 98401" in page
    assert "1 Pier Lane, Seattle, WA 98101" in page
    assert "Example House &amp; Daughters" in page
    assert "<title>The house · Example House</title>" in page, "today it is still called so"


@after(opened)
def test_correction_without_a_day_changes_the_newest_alone(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, HOUSE) == 303
    assert saves(site, visitor, {**MOVED, "holds_from": "2026-09-01"}) == 303
    assert saves(site, visitor, {**MOVED, "address": "3 Quay"}) == 303
    assert on(site.office, date(2026, 8, 31)) == OLD
    assert on(site.office, date(2026, 9, 1))[1] == ("3 Quay",)


@after(opened)
def test_newest_letterhead_is_taken_back(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, HOUSE) == 303
    assert saves(site, visitor, {**MOVED, "holds_from": "2026-09-01"}) == 303
    assert saves(site, visitor, {**MOVED, "take_back": "1"}) == 303
    assert on(site.office, date(2027, 1, 1)) == OLD
    assert now(site.office).letterheads == ()


@after(opened)
def test_unmodified_form_changes_nothing(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, HOUSE) == 303
    assert saves(site, visitor, {**MOVED, "holds_from": "2026-09-01"}) == 303
    before = now(site.office)
    assert saves(site, visitor, MOVED) == 303
    assert now(site.office).letterheads == before.letterheads


@after(opened)
def test_invalid_day_is_refused(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, {**MOVED, "holds_from": "September"}) == 422


@after(opened)
def test_two_letterheads_of_one_day_are_refused(office: Office) -> None:
    twice = [{"from": "2026-09-01", "name": "A"}, {"from": "2026-09-01", "name": "B"}]
    with pytest.raises(SetupError, match="begins on the same day"):
        office.load({"publisher": {**a_setup()["publisher"], "letterheads": twice}})


@after(closed)
def test_papers_of_closed_periods_keep_the_earlier_address(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, {**MOVED, "holds_from": "2030-01-01"}) == 303
    page = visitor.page("/finance/statements/2025-H1-001")
    assert "Daughters" not in page


# The logo


def a_file(width: int) -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_logo((width, 400))), "logo.png"


@after(opened)
def test_logo_of_a_paper_is_that_of_its_day(site: Site) -> None:
    visitor, clock = site.visitor(Role.ADMINISTRATOR), with_clock(site)
    assert saves(site, visitor, {**HOUSE, "logo": a_file(800)}) == 303
    today = site.office.system.clock().date()
    clock.later(minutes=20)
    assert saves(site, visitor, {**HOUSE, "logo": a_file(600)}) == 303
    with site.office.work(read_only=True) as work:
        assert len(logos_of(work)) == 2
        [(_, first), (day, second)] = logos_of(work)
        assert logo_on(work, date(2020, 1, 1)) == first
        assert logo_on(work, today) == second
        assert day == today
    assert saves(site, visitor, {**HOUSE, "no_logo": "1"}) == 303
    assert logged(site.office) == ["changed", "changed", "removed"]
    with site.office.work(read_only=True) as work:
        assert logo_on(work, today) == b""
        assert logo_on(work, date(2020, 1, 1)) == first


@after(spring)
def test_issued_statement_shows_the_logo(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert saves(site, visitor, {**HOUSE, "logo": a_file(800)}) == 303
    site.office.close("2025-H1")
    assert issue(site.office.work, "2025-H1") > 0
    folder = site.office.system.files.home / "issued" / "2025-H1"
    for path in folder.glob("*.xlsx"):
        with ZipFile(path) as archive:
            assert [each for each in archive.namelist() if each.startswith("xl/media/")]

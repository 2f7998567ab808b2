"""Sales typed by hand: judged as a report, recorded once, kept as a draft until then."""

import csv
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.sales.reporting import ReportStatus
from royalties.services.desk.dashboard import dashboard
from royalties.services.periods.checklist import outlook
from royalties.services.sales import manual_entry as entering
from royalties.services.sales import sheets
from royalties.services.sales.batches import undo
from royalties.services.sales.manual_entry import ManualEntryResult
from royalties.services.sales.sheets import FIELDS, Draft, DraftChangedError
from royalties.services.work import RefusedError, Work
from royalties.store.tables import person
from tests.builders.books import (
    ATLAS,
    EBOOK,
    HARDCOVER,
    UNKNOWN,
    Office,
    a_row,
    a_title,
    after,
    an_edition,
    closed,
    opened,
    spring,
)

US = {"decimal": ".", "date_order": "mdy"}
TOKEN = "token-of-a-page"  # noqa: S105 - a sheet's, not a secret


class Clerk:
    """Somebody who types sales at an office."""

    def __init__(self, office: Office, name: str = "Kim Typer") -> None:
        self.office = office
        with office.system.engine.begin() as connection:
            number = connection.execute(
                insert(person)
                .values(
                    email=f"{name.replace(' ', '.')}@example.org",
                    name=name,
                    role="clerk",
                    status="active",
                    locale="en_US",
                    created_at=office.system.clock(),
                    created_by="test",
                )
                .returning(person.c.id)
            ).scalar_one()
        self.actor = Actor(name, Role.CLERK, number)

    @contextmanager
    def units(self, *, read_only: bool = False) -> Iterator[Work]:
        with self.office.system.work(self.actor, read_only=read_only) as work:
            yield work

    work = units

    def enter(
        self, draft: Draft, choices: dict[str, str] | None = None, confirmed: tuple[str, ...] = ()
    ) -> ManualEntryResult:
        return entering.enter(self.units, draft, choices=choices or US, confirmed=confirmed)

    def draft(self, retailer: str = "amazon") -> Draft:
        with self.work() as work:
            return sheets.find_drafts(work)[retailer]


@pytest.fixture
def clerk(office: Office) -> Clerk:
    return Clerk(office)


def typed(**cells: str) -> tuple[str, ...]:
    """A row as somebody types it: two hardcovers, a tenth off."""
    values = {
        "date": "2025-04-30",
        "isbn": HARDCOVER,
        "kind": "sale",
        "units": "2",
        "currency": "USD",
        "list_price": "85.00",
        "discount": "10",
        "net": "",
        "country": "US",
        "region": "WA",
        "city": "Seattle",
        "order": "T-1",
        **cells,
    }
    return tuple(values[field] for field in FIELDS)


def a_sheet(*rows: tuple[str, ...], token: str = TOKEN, version: int = 0) -> Draft:
    return Draft("amazon", rows, token, version)


def marked(done: ManualEntryResult) -> list[tuple[int | None, str]]:
    return [(each.row, each.field) for each in done.mistakes]


def lines(office: Office) -> int:
    return int(office.rows("SELECT count(*) FROM sale")[0][0])


def test_a_typed_sale_is_recorded_like_one_of_a_report(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed(), typed(units="-1", kind="return", city="")))
    assert (done.mistakes, done.warnings) == ((), ())
    rows = clerk.office.rows(
        "SELECT r.key, s.kind, s.day, s.units, s.list_price, s.discount, s.net, s.city, "
        "s.order_ref, s.row FROM sale s JOIN retailer r ON r.id = s.retailer_id "
        "ORDER BY s.row"
    )
    price, tenth = 85_000_000, 100_000
    assert rows == [
        ("amazon", 1, "2025-04-30", 2, price, tenth, 153_000_000, "Seattle", "T-1", 2),
        ("amazon", 2, "2025-04-30", -1, price, tenth, -76_500_000, "", "T-1", 3),
    ]
    ((name, report, retailer, by),) = clerk.office.rows(
        "SELECT file_name, report, retailer, recorded_by FROM batch"
    )
    assert name == "typed by Kim Typer 2026-08-20 09:30.csv"
    assert (report, retailer, by) == ("standard", "amazon", "Kim Typer")
    assert clerk.office.faults() == {}


def test_file_of_typed_sales_reimports_the_same_sales(clerk: Clerk) -> None:
    clerk.enter(a_sheet(typed()))
    ((sha256,),) = clerk.office.rows("SELECT sha256 FROM batch")
    with clerk.office.system.files.received(sha256).open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["isbn"] == HARDCOVER
    assert row["discount"] == "10%"
    assert (row["retailer"], row["entry"]) == ("amazon", TOKEN)


def test_recording_leaves_an_empty_draft_with_a_new_token(clerk: Clerk) -> None:
    clerk.enter(a_sheet(typed()))
    draft = clerk.draft()
    assert draft.rows == ()
    assert draft.token != TOKEN
    assert draft.version > 0


def test_the_same_sheet_sent_twice_is_recorded_once(clerk: Clerk) -> None:
    first = clerk.enter(a_sheet(typed()))
    again = clerk.enter(a_sheet(typed()))
    assert first.batch == again.batch is not None
    assert lines(clerk.office) == 1


def test_concurrent_recordings_of_a_sheet_record_once(clerk: Clerk) -> None:
    sheet = a_sheet(*[typed()] * 50, typed(isbn=ATLAS))
    keys = tuple(each.key for each in clerk.enter(sheet).warnings)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: clerk.enter(sheet, confirmed=keys).batch, range(4)))
    assert len(set(done)) == 1
    assert done[0] is not None
    assert lines(clerk.office) == 51


def test_two_equal_sheets_are_two_imports(clerk: Clerk) -> None:
    first = clerk.enter(a_sheet(typed()))
    second = clerk.enter(replace(clerk.draft(), rows=(typed(),)))
    keys = tuple(each.key for each in second.warnings)
    assert second.batch is None
    assert ["covered" in each.message for each in second.warnings] == [True]
    third = clerk.enter(replace(clerk.draft(), rows=(typed(),)), confirmed=keys)
    assert third.batch not in (None, first.batch)
    assert lines(clerk.office) == 2


def test_second_sheet_of_a_day_needs_no_confirmation(clerk: Clerk) -> None:
    clerk.enter(a_sheet(typed()))
    second = clerk.enter(replace(clerk.draft(), rows=(typed(units="3"),)))
    assert (second.batch, second.warnings) == (2, ())


@after(spring)
def test_typed_sales_that_a_report_may_contain_need_confirmation(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed()))
    assert ["covered" in each.message for each in done.warnings] == [True]


@after(closed)
def test_typed_sales_do_not_count_as_a_report(clerk: Clerk) -> None:
    """A phone order for the wholesaler does not say that its report is there."""
    done = clerk.enter(replace(a_sheet(typed(date="2025-08-01")), retailer="hub"))
    assert done.batch is not None
    with clerk.office.work(read_only=True) as work:
        [hub] = [each for each in dashboard(work).retailers if each.key == "hub"]
        exceptions = outlook(work, "2025-H2").exceptions
    assert (hub.sold.units, hub.worst.standing) == (2, ReportStatus.LATE)
    assert exceptions is not None
    assert "report:hub" in {each.subject for each in exceptions.reports}


def test_outdated_page_cannot_record_other_rows(clerk: Clerk) -> None:
    """The back button shows a recorded sheet; a changed row on it would count all again."""
    clerk.enter(a_sheet(typed()))
    done = clerk.enter(a_sheet(typed(), typed(isbn=ATLAS)))
    assert done.changed
    assert done.batch is None
    assert lines(clerk.office) == 1
    assert len(done.rows) == 2  # what was typed is given back


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"date": "31/31/2025"}, "date"),
        ({"date": ""}, "date"),
        ({"isbn": UNKNOWN}, "isbn"),
        ({"isbn": "978144220001"}, "isbn"),
        ({"isbn": "9781442200013"}, "isbn"),
        ({"isbn": "No such title"}, "isbn"),
        ({"isbn": "The Collab"}, "isbn"),
        ({"isbn": ""}, "isbn"),
        ({"kind": "gift"}, "kind"),
        ({"units": "many"}, "units"),
        ({"units": "0"}, "units"),
        ({"units": "-2"}, "units"),
        ({"units": "1.5"}, "units"),
        ({"currency": "XXQ"}, "currency"),
        ({"list_price": "eighty"}, "list_price"),
        ({"discount": "140"}, "discount"),
        ({"discount": "0.4"}, "discount"),
        ({"discount": ",4"}, "discount"),
        ({"discount": "", "net": ""}, "net"),
        ({"net": "-5.00"}, "net"),
        ({"city": "a" * 499 + "\x07"}, "city"),
    ],
)
def test_mistakes_are_reported_with_row_and_field(
    clerk: Clerk, cells: dict[str, str], field: str
) -> None:
    before = clerk.office.hashes("sales_draft")
    done = clerk.enter(a_sheet(typed(), typed(isbn=EBOOK, net="3"), typed(**cells)))
    assert marked(done) == [(2, field)]
    assert done.batch is None
    assert clerk.office.hashes("sales_draft") == before
    assert not list((clerk.office.system.config.home).glob("returned/*"))


def test_all_mistakes_are_reported_at_once(clerk: Clerk) -> None:
    done = clerk.enter(
        a_sheet(typed(isbn=UNKNOWN, units="x"), typed(), typed(currency="", kind="?"))
    )
    assert marked(done) == [(0, "isbn"), (0, "units"), (2, "kind"), (2, "currency")]


def test_title_and_format_identify_an_edition(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed(isbn="the collab (hardcover)"), typed(isbn="The Atlas")))
    assert done.batch is not None
    found = clerk.office.rows("SELECT isbn FROM sale JOIN edition ON id = edition_id ORDER BY isbn")
    assert found == [(HARDCOVER,), (ATLAS,)]


def test_a_title_that_looks_like_a_number_identifies_its_edition(clerk: Clerk) -> None:
    clerk.office.load({"titles": [a_title("catch", an_edition(UNKNOWN), title="Catch-22")]})
    done = clerk.enter(a_sheet(typed(isbn="catch-22")))
    assert done.batch is not None
    assert clerk.office.rows("SELECT isbn FROM sale JOIN edition ON id = edition_id") == [
        (UNKNOWN,)
    ]


def test_a_title_of_several_editions_names_them(clerk: Clerk) -> None:
    (mistake,) = clerk.enter(a_sheet(typed(isbn="The Collab"))).mistakes
    assert HARDCOVER in mistake.message
    assert EBOOK in mistake.message


def test_numbers_and_days_are_read_as_the_person_writes_them(clerk: Clerk) -> None:
    row = typed(date="03/04/2025", list_price="1.234,50", discount="12,5", net="2.160,38")
    done = clerk.enter(a_sheet(row), {"decimal": ",", "date_order": "dmy"})
    assert done.mistakes == ()
    found = clerk.office.rows("SELECT day, list_price, discount, net FROM sale")
    assert found == [("2025-04-03", 1_234_500_000, 125_000, 2_160_380_000)]


def test_blank_price_defaults_to_the_editions_and_determines_net(clerk: Clerk) -> None:
    clerk.enter(a_sheet(typed(date="2025-03-31", list_price="", discount="25")))
    assert clerk.office.rows("SELECT list_price, net FROM sale") == [(None, 120_000_000)]


def test_empty_rows_are_left_out_and_rows_are_numbered_as_the_page_shows_them(
    clerk: Clerk,
) -> None:
    blank = ("",) * len(FIELDS)
    filled = typed(**dict.fromkeys(set(FIELDS) - {"date", "kind", "currency"}, ""))
    done = clerk.enter(a_sheet(blank, typed(), filled, typed(units="x"), blank))
    assert done.rows == (typed(), typed(units="x"))
    assert marked(done) == [(1, "units")]


def test_empty_sheet_is_refused(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet())
    assert [each.row for each in done.mistakes] == [None]


def test_warnings_are_confirmed_one_by_one(clerk: Clerk) -> None:
    rows = (typed(), typed(), typed(date="2027-04-30"))
    first = clerk.enter(a_sheet(*rows))
    keys = [each.key for each in first.warnings]
    assert len(keys) == 3  # identical rows, a day to come, two periods
    assert clerk.enter(a_sheet(*rows), confirmed=tuple(keys[:2])).batch is None
    done = clerk.enter(a_sheet(*rows), confirmed=tuple(keys))
    assert done.batch is not None
    assert lines(clerk.office) == 3


def test_confirmation_covers_only_its_own_warning(clerk: Clerk) -> None:
    keys = tuple(each.key for each in clerk.enter(a_sheet(typed(), typed())).warnings)
    done = clerk.enter(a_sheet(typed(isbn=ATLAS), typed(), typed()), confirmed=keys)
    assert done.batch is None  # other rows are identical now


def test_undone_sheet_returns_its_rows_to_the_draft(clerk: Clerk) -> None:
    rows = (typed(), typed(units="-1", kind="return"))
    done = clerk.enter(a_sheet(*rows))
    assert done.batch is not None
    with clerk.work() as work:
        sheets.save(work, replace(clerk_draft(work), rows=(typed(isbn=ATLAS),)))
    with clerk.work() as work:
        assert entering.take_back(work, done.batch) == "amazon"
    assert lines(clerk.office) == 0
    assert clerk.draft().rows == (*rows, typed(isbn=ATLAS))
    assert clerk.office.faults() == {}


def test_undo_without_a_person_fills_the_typists_sheet(clerk: Clerk) -> None:
    rows = (typed(),)
    done = clerk.enter(a_sheet(*rows))
    assert done.batch is not None
    taken = clerk.office.undo(done.batch)
    assert (taken.sheet, taken.typist) == ("amazon", "Kim Typer")
    assert clerk.draft().rows == rows
    assert clerk.office.faults() == {}


def test_undo_by_a_colleague_fills_their_sheet(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed()))
    assert done.batch is not None
    other = Clerk(clerk.office, "Pat Typer")
    with other.work() as work:
        assert undo(work, done.batch).sheet == "amazon"
    assert other.draft().rows == (typed(),)
    assert clerk.draft().rows == ()


def test_undo_is_refused_where_the_sheet_has_no_room(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed()))
    assert done.batch is not None
    with clerk.work() as work:
        full = (typed(),) * sheets.MOST_ROWS
        sheets.save(work, replace(clerk_draft(work), rows=full))
    with clerk.work() as work, pytest.raises(RefusedError, match="record or empty that sheet"):
        undo(work, done.batch)
    assert lines(clerk.office) == 1


def clerk_draft(work: Work) -> Draft:
    return sheets.find_drafts(work)["amazon"]


@after(spring)
def test_only_typed_imports_can_be_returned_to_the_draft(clerk: Clerk) -> None:
    with clerk.work() as work, pytest.raises(RefusedError):
        entering.take_back(work, 1)
    with clerk.work() as work:
        assert entering.receipt(work, 1) is None


@after(opened)
def test_a_report_named_like_typed_sales_stays_a_report(clerk: Clerk) -> None:
    number = clerk.office.bring_batch(
        [a_row(1)], f"typed by {clerk.actor.name} 2025-07-01 09:00.csv"
    )
    with clerk.work() as work, pytest.raises(RefusedError, match="was not typed"):
        entering.take_back(work, number)
    with clerk.work(read_only=True) as work:
        assert entering.receipt(work, number) is None
    again = clerk.office.bring([a_row(1, reference="another")], "typed by Pat.csv", confirm=False)
    assert [each["code"] for each in again.document["warnings"]] == ["period-covered"]


def test_draft_is_restored_as_saved(clerk: Clerk) -> None:
    rows: Any = (typed(city="Köln 'x' \"y\" <b>"), typed(units="half"))
    with clerk.work() as work:
        kept = sheets.save(work, a_sheet(*rows))
    assert clerk.draft() == kept
    assert kept.rows == rows


def test_save_from_an_outdated_window_is_refused(clerk: Clerk) -> None:
    with clerk.work() as work:
        first = sheets.save(work, a_sheet(typed()))
    with clerk.work() as work:
        second = sheets.save(work, replace(first, rows=(typed(), typed(isbn=ATLAS))))
    with clerk.work() as work, pytest.raises(DraftChangedError) as told:
        sheets.save(work, replace(first, rows=()))
    assert told.value.draft == second
    assert clerk.draft() == second
    assert clerk.enter(first).changed
    with clerk.work() as work:
        forced = sheets.save(work, first, force=True)
    assert clerk.draft() == forced
    assert forced.rows == first.rows


def test_two_new_windows_do_not_overwrite_each_other(clerk: Clerk) -> None:
    with clerk.work() as work:
        sheets.save(work, a_sheet(typed(), token="one"))  # noqa: S106
    with clerk.work() as work, pytest.raises(DraftChangedError):
        sheets.save(work, a_sheet(token="another"))  # noqa: S106


def test_drafts_are_private_to_each_person(clerk: Clerk) -> None:
    with clerk.work() as work:
        sheets.save(work, a_sheet(typed()))
    other = Clerk(clerk.office, "Sam Other")
    with other.work() as work:
        assert sheets.find_drafts(work) == {}


@pytest.mark.parametrize(
    "draft",
    [
        replace(a_sheet(typed()), retailer="nobody"),
        a_sheet(typed(city="x" * 501)),
        a_sheet(*[typed()] * (sheets.MOST_ROWS + 1)),
        a_sheet(("only", "three", "cells")),
        a_sheet(typed(), token=""),
        a_sheet(typed(), token="x" * 65),
    ],
)
def test_malformed_sheet_is_refused(clerk: Clerk, draft: Draft) -> None:
    with pytest.raises(RefusedError):
        clerk.enter(draft)
    with clerk.work() as work, pytest.raises(RefusedError):
        sheets.save(work, draft)


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION, Role.STRANGER])
def test_only_the_desk_enters_sales(office: Office, role: Role) -> None:
    nobody = Actor("x", role, 1)
    with pytest.raises(NotAllowedError):
        entering.enter(partial(office.system.work, nobody), a_sheet(typed()), choices=US)
    with office.system.work(nobody) as work:
        with pytest.raises(NotAllowedError):
            sheets.save(work, a_sheet(typed()))
        with pytest.raises(NotAllowedError):
            sheets.find_drafts(work)


def test_log_records_who_typed_what(clerk: Clerk) -> None:
    done = clerk.enter(a_sheet(typed()))
    rows = clerk.office.rows("SELECT action, actor, payload FROM log ORDER BY seq")
    assert [(row[0], row[1]) for row in rows][-2:] == [
        ("import", "Kim Typer"),
        ("enter", "Kim Typer"),
    ]
    assert json.loads(rows[-1][2]) == {"batch": done.batch, "retailer": "amazon", "rows": 1}


pytestmark = [after(opened), pytest.mark.engines("either")]

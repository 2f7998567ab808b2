"""Sales dated before the first period need confirmation, however they are entered."""

import json
from datetime import date
from functools import partial
from typing import Any

import pytest

from royalties.domain.people import Role
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.fulfilment.sales import BeforeBooksError
from royalties.services.periods.checklist import outlook
from royalties.services.sales import manual_entry as entering
from royalties.services.sales import sheets
from royalties.services.sales.before_books import CODE
from royalties.services.sales.sheets import FIELDS, Draft
from tests.builders.books import HARDCOVER, UNKNOWN, Office, a_row, after, opened, spring
from tests.builders.shipped import made, order_of, token
from tests.builders.site import lend_site

NUMBER = "O-2026-0001"


def told(document: dict[str, Any]) -> list[str]:
    return [each["message"] for each in document["warnings"] if each["code"] == CODE]


def test_a_report_with_older_sales_asks_with_count_and_amount(office: Office) -> None:
    rows = [
        a_row(20, date="2024-12-31"),  # 20 copies at 80.00 less 50 %
        a_row(-2, date="2024-11-30"),
        a_row(3, date="2023-05-05", currency="GBP", list_price="60.00"),
        a_row(4, date="2024-05-05", isbn=UNKNOWN),  # waits, and would count as well
        a_row(5, date="2025-01-01"),
    ]
    asked = office.bring(rows, "history.csv", confirm=False)
    assert asked.outcome == "confirm"
    [message] = told(asked.document)
    assert message == (
        "4 rows (25 copies, GBP 90.00, USD 880.00) are dated before the books' first period "
        "2025-H1 and would count in 2025-H1, where they would earn USD 172.84. If they were accounted for before the books began, "
        "they would be paid twice: take them out of the report"
    )
    assert office.rows("SELECT count(*) FROM sale") == [(0,)]
    assert office.bring_file(office.outside / "history.csv").outcome == "recorded"
    confirmed = json.loads(office.rows("SELECT payload FROM log ORDER BY seq DESC")[0][0])
    assert CODE in confirmed["confirmed"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sales_on_the_first_day_need_no_confirmation(office: Office) -> None:
    assert told(office.bring([a_row(5, date="2025-01-01")]).document) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(spring)
def test_older_sales_are_reported_after_closes_too(office: Office) -> None:
    office.close("2025-H1")
    [message] = told(office.bring([a_row(1, date="2020-02-02")]).document)
    assert "1 row (1 copy, USD 40.00) is dated before" in message
    assert "would count in 2025-H2" in message


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_typed_older_sales_need_confirmation(office: Office) -> None:
    clerk = lend_site(office).somebody(Role.CLERK, "Carla Clerk")
    cells = {"date": "2024-03-14", "isbn": HARDCOVER, "kind": "sale", "units": "2"}
    cells |= {"currency": "USD", "list_price": "80", "discount": "50"}
    row = tuple(cells.get(name, "") for name in FIELDS)
    with office.system.work(clerk) as work:
        draft = sheets.save(work, Draft("amazon", (row,), "token"))
    choices = {"decimal": ".", "date_order": "ymd"}
    units = partial(office.system.work, clerk)
    asked = entering.enter(units, draft, choices=choices)
    assert asked.batch is None, asked
    [warned] = asked.warnings
    assert "1 row (2 copies, USD 80.00) is dated before" in warned.message
    assert entering.enter(units, draft, choices=choices, confirmed=[warned.key]).batch


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_waiting_rows_say_so_once_more_when_their_edition_is_known(office: Office) -> None:
    office.bring_batch([a_row(4, date="2024-05-05", isbn=UNKNOWN), a_row(1)])
    [message] = office.alias(UNKNOWN, HARDCOVER).warnings
    assert message.startswith("1 row (4 copies, USD 160.00) is dated before")
    assert message.endswith("they would be paid twice: undo the import")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(made)
def test_older_shipments_need_confirmation(office: Office) -> None:
    def ship(*, before_books: bool) -> None:
        version = order_of(office, NUMBER).version
        with office.work() as work:
            shipping.ship(
                work,
                NUMBER,
                version=version,
                address=1,
                copies=120,
                shipped_on=date(2024, 12, 31),
                carrier="",
                tracking="",
                token=token(),
                before_books=before_books,
            )

    before = office.hashes()
    with pytest.raises(
        BeforeBooksError, match=r"1 row \(120 copies, USD 6120\.00\) is dated before"
    ):
        ship(before_books=False)
    assert office.hashes() == before
    ship(before_books=True)
    assert office.rows("SELECT sum(units) FROM sale") == [(120,)]


@after(opened)
def test_the_checklist_names_older_sales_until_they_are_taken_back(office: Office) -> None:
    def named() -> list[tuple[str, str]]:
        with office.work(read_only=True) as work:
            exceptions = outlook(work, "2025-H1").exceptions
        assert exceptions is not None
        return [(each.name, each.figure) for each in exceptions.history]

    office.bring_batch([a_row(9)])
    assert named() == []
    old = office.bring_batch([a_row(2, date="2024-12-31"), a_row(1, date="2024-01-31")])
    assert named() == [("Sales dated before 2025-H1", "2 lines, 3 copies, USD 120.00")]
    office.undo(old)
    assert named() == []

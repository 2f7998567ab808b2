"""Money for use and not for copies, from the report to the statement."""

from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from royalties.services.sales import listing
from royalties.services.sales.import_document import receipts_of
from royalties.services.sales.imports import find_import
from tests.builders.books import HARDCOVER, UNKNOWN, Document, Office, a_row, after, nothing
from tests.services.sales.test_correcting import a_house

LIST = {"name": "Copies", "basis": "list", "rate": "0.10"}
MONEY = {"name": "Money", "basis": "net", "rate": "0.25"}


def usage(net: str = "18.65", **columns: object) -> dict[str, str]:
    """Money of a subscription, without units or prices."""
    values = {"list_price": None, "discount": None, "kind": "usage", **columns}
    return a_row(0, net=net, **values)


def opened(office: Office) -> None:
    """Copies earn on the list price, and what no other rule takes on receipts."""
    nothing(office)
    a_house(office, LIST, MONEY)


def sold(office: Office) -> None:
    """Two copies, and money for use."""
    opened(office)
    office.bring_batch([a_row(2), usage(), usage("-0.05")], "may.csv")


def lines_of(document: Document) -> list[tuple[str, str, int, str, str]]:
    (contract,) = document["contracts"]
    names = ("rule", "kind", "units", "base", "earned")
    return [tuple(line[name] for name in names) for line in contract["lines"]]


EARNED = [("Copies", "sale", 2, "160.00", "16.00"), ("Money", "usage", 0, "18.60", "4.65")]


@after(opened)
def test_report_distinguishes_usage_from_sales(office: Office) -> None:
    brought = office.bring([a_row(2), usage(), usage("0.05", currency="GBP")], "may.csv")
    assert brought.document["units"] == {"sold": 2, "returned": 0, "free": 0}
    assert brought.document["usage"] == {"rows": 2, "net": {"GBP": "0.05", "USD": "18.65"}}
    assert brought.document["net"] == {"USD": "80.00"}


@after(sold)
def test_usage_earns_counts_no_copies_and_verifies(office: Office) -> None:
    assert lines_of(office.run("2025-H1")) == EARNED
    assert office.faults() == {}
    office.close("2025-H1")
    assert office.faults() == {}


@after(sold)
def test_pages_show_usage_separately(office: Office) -> None:
    with office.work(read_only=True) as work:
        found = find_import(work, 1)
        assert found is not None
        assert (found.sums.sold, found.sums.usage_net) == (2, {"USD": "18.60"})
        totals = listing.find_sales(work, listing.Filters(period="2025-H1")).totals
    assert totals.copies == {"sale": 2, "return": 0, "free": 0, "usage": 0}
    assert (totals.usage, totals.net) == ({"USD": "18.60"}, {"USD": "98.60"})


@after(sold)
def test_statement_calls_usage_subscriptions_and_loans(office: Office) -> None:
    office.close("2025-H1")
    files = office.statements("2025-H1")
    (book,) = [
        book
        for path in files.files
        if path.suffix == ".xlsx" and "Earned" in (book := load_workbook(path)).sheetnames
    ]
    rows = [[cell.value for cell in row] for row in book["Earned"].iter_rows()]
    (line,) = [row for row in rows if "Subscriptions and loans" in row]
    assert line.count(HARDCOVER) == 1
    assert Decimal(str(line[-1])) == Decimal("4.65")
    (head,) = [row for row in rows if "ISBN" in row and "Copies" in row]
    assert line[head.index("Copies")] is None
    words = [cell.value for row in book["Sales by month"].iter_rows() for cell in row]
    assert "Net receipts include those of subscriptions and loans, which count no copies." in words


@after(sold)
def test_usage_is_explained_by_its_rows(office: Office) -> None:
    office.close("2025-H1")
    explained = office.explain("2025-H1-001", "foot-2015/2")
    assert [(sale["kind"], sale["units"], sale["net"]) for sale in explained.sales] == [
        ("usage", 0, "18.65"),
        ("usage", 0, "-0.05"),
    ]


@after(sold)
def test_undone_usage_is_not_counted(office: Office) -> None:
    office.undo(1)
    assert lines_of(office.run("2025-H1")) == []
    assert office.faults() == {}


@after(sold)
def test_corrected_usage_is_taken_back_to_the_cent(office: Office) -> None:
    office.close("2025-H1")
    office.correct(1)
    rows = lines_of(office.run("2025-H2"))
    assert rows == [
        ("Copies", "sale", -2, "-160.00", "-16.00"),
        ("Money", "usage", 0, "-18.60", "-4.65"),
    ]
    office.close("2025-H2")
    assert office.faults() == {}


@after(opened)
def test_usage_of_an_unknown_book_counts_once_it_is_known(office: Office) -> None:
    office.bring_batch([usage(isbn=UNKNOWN)], "may.csv")
    assert lines_of(office.run("2025-H1")) == []
    assert office.faults() == {}
    office.alias(UNKNOWN, HARDCOVER)
    assert lines_of(office.run("2025-H1")) == [("Money", "usage", 0, "18.65", "4.66")]
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
@pytest.mark.parametrize(
    "rule", [LIST, {**LIST, "basis": "unit"}, {**MONEY, "discount": {"from": "0"}}]
)
def test_usage_that_no_rule_takes_is_an_exception(office: Office, rule: dict[str, Any]) -> None:
    a_house(office, rule)
    office.bring_batch([usage()], "may.csv")
    (exception,) = office.run("2025-H1")["exceptions"]
    assert (exception["units"], exception["reason"]) == (
        0,
        "no rule on net receipts or profit takes subscriptions and loans",
    )


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(sold)
@pytest.mark.parametrize(("net", "is_alike"), [("18.65", True), ("18.66", False)])
def test_reports_with_different_usage_are_not_duplicates(
    office: Office, net: str, is_alike: bool
) -> None:
    rows = [a_row(2, city="Boston"), usage(net), usage("-0.05")]
    (warning,) = office.bring(rows, "again.csv", confirm=False).document["warnings"]
    assert ("exactly those of import 1" in warning["message"]) is is_alike


def test_receipts_of_a_document_are_of_copies_and_of_use() -> None:
    document = {
        "net": {"USD": "50.05"},
        "usage": {"rows": 1, "net": {"USD": "18.65", "KWD": "0.100"}},
    }
    assert receipts_of(document) == {"KWD": "0.100", "USD": "68.70"}
    assert receipts_of({"net": {"USD": "1.00"}}) == {"USD": "1.00"}

"""KDP's workbooks: translated, of other years, and with the money for pages read."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import SAMPLES, Read, read

EBOOKS = (
    "date title author asin market plan kind sold back net list offer size delivery royalty cur"
)
PRINT = (
    "date order title author isbn market plan kind sold back net list offer cost royalty cur asin"
)
AUDIO = "date title author asin market plan kind sold back net list offer royalty cur"
PRIOR_EBOOKS = (
    "title author asin market sold back net plan kind cur list offer size delivery royalty"
)
PRIOR_PRINT = "title author isbn market sold back plan list offer cost royalty cur asin"
ROW: dict[str, Any] = {
    "title": "T", "author": "A", "asin": "B0XMPL6942", "isbn": "9781442246935",
    "market": "Amazon.de", "plan": "70%", "kind": "Standard", "sold": 3, "back": 1, "net": 2,
    "list": 32.95, "offer": 32.95, "size": 1.4, "delivery": 0.2, "cost": 6.15, "royalty": 40.5,
    "cur": "EUR",
}  # fmt: skip


def _save(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def _table(layout: str, *rows: dict[str, Any], month: str = "") -> list[list[Any]]:
    fields = layout.split()
    headings = [f"Überschrift {place}" for place in range(1, len(fields) + 1)]
    above = [["Verkaufszeitraum", month]] if month else []
    return [*above, headings, *([(ROW | row).get(field, "") for field in fields] for row in rows)]


def _lines(found: Read) -> list[tuple[Any, ...]]:
    assert (found.messages, found.asked) == ([], set())
    return [
        (SaleKind(line.kind).word, line.units, line.net / 10_000, line.currency, line.day)
        for line in found.sales
    ]


@pytest.mark.parametrize("month", ["2025-05", "mayo 2025", "Mai 2025", "maggio 2025", "2025年5月"])
def test_a_dashboard_in_any_language(tmp_path: Path, month: str) -> None:
    free = {"date": month, "offer": 0, "royalty": 0, "back": 0, "net": 3}
    path = _save(
        tmp_path / "kdp.xlsx",
        {
            "Berichte": [["Bericht", "Erklärung"]],
            "A": _table(EBOOKS, {"date": month}, free),
            "B": _table(PRINT, {"date": month, "order": month}),
            "C": _table(AUDIO, {"date": month, "market": "Amazon.co.uk", "cur": "GBP"}),
            "D": _table(PRINT),
        },
    )
    found = read(path)
    assert found.reading.report == "amazon-kdp-translated"
    assert found.reading.sheets == ["A", "B", "C"]
    sold = [("sale", 3, 6075.0), ("return", -1, -2025.0)]
    day = "2025-05-31"
    assert _lines(found) == [
        *((*line, "EUR", day) for line in sold),
        ("free", 3, 0, "EUR", day),
        *((*line, "EUR", day) for line in sold),
        *((*line, "GBP", day) for line in sold),
    ]
    assert [line.country for line in found.sales][-1] == "GB"


def test_the_prior_month_in_any_language(tmp_path: Path) -> None:
    path = _save(
        tmp_path / "kdp.xlsx",
        {
            "A": _table(PRIOR_EBOOKS, {}, month="mai 2025"),
            "B": _table(PRIOR_PRINT, {"back": 0}, month="mai 2025"),
        },
    )
    assert _lines(read(path)) == [
        ("sale", 3, 6075.0, "EUR", "2025-05-31"),
        ("return", -1, -2025.0, "EUR", "2025-05-31"),
        ("sale", 3, 4050.0, "EUR", "2025-05-31"),
    ]


@pytest.mark.parametrize(
    "changed",
    [{"market": "A shop"}, {"cur": "Euro"}, {"sold": "many"}, {"net": 5}],
    ids=["no marketplace", "no currency", "no copies", "copies that disagree"],
)
def test_sheet_with_a_different_layout_is_not_a_kdp_report(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    rows = _table(EBOOKS, {"date": "2025-05"}, {"date": "2025-05"} | changed)
    with pytest.raises(UnreadableError):
        read(_save(tmp_path / "kdp.xlsx", {"A": rows}))


PRIOR_MONTH = SAMPLES / "amazon-kdp-prior-month.xlsx"


def test_money_for_pages_is_told_and_recorded_on_request() -> None:
    plain, asked = read(PRIOR_MONTH), read(PRIOR_MONTH, kenp="usage")
    assert [note for note in plain.reading.notes if "Total Earnings" in note][-1].endswith(
        "but for pages read, EUR 2.04, GBP 5.68, USD 4.36. Add --choose kenp=usage to record them "
        "as subscriptions and loans"
    )
    before, after = plain.reading.totals, asked.reading.totals
    assert (before.usage, after.rows - before.rows) == ({}, 3)
    assert after.usage == {"EUR": 2_040_000, "GBP": 5_680_000, "USD": 4_360_000}
    assert (after.net, after.sold, after.free) == (before.net, before.sold, before.free)
    assert (asked.messages, asked.codes, plain.codes) == ([], set(), set())


def test_answer_about_pages_has_no_effect_on_other_reports() -> None:
    found = read(SAMPLES / "amazon-kdp-dashboard.xlsx", kenp="usage")
    assert any("kenp=usage had no effect" in note for note in found.reading.notes)


TOTAL = ["Title", "Author", "ASIN/ISBN", "Marketplace", "Units Sold", "Units Refunded", "Net Units Sold or KENP Read**", "Royalty Type", "Payout Plan", "Currency", "Avg. List Price without tax", "Royalty"]  # fmt: skip


@pytest.mark.parametrize("plan", ["KENP", "Kindle Edition Normalized Pages (KENP)"])
def test_pages_of_the_sheet_of_all_royalties_are_no_copies(tmp_path: Path, plan: str) -> None:
    rows: list[list[Any]] = [
        ["Sales Period", "May 2018"],
        TOTAL,
        ["T", "A", "B0XMPL6942", "Amazon.com", 5, 1, 4, "70%", "Standard", "USD", 36.0, 100.0],
        [
            "T",
            "A",
            "B0XMPL6942",
            "Amazon.com",
            "N/A",
            "N/A",
            4200,
            "N/A",
            plan,
            "USD",
            "N/A",
            18.65,
        ],
        ["T", "A", "B0XMPL6942", "Amazon.com", 9, 0, 9, "N/A", "Free - Promotion", "USD", 36.0, 0],
    ]
    found = read(_save(tmp_path / "kdp.xlsx", {"Total Royalty": rows}))
    assert found.reading.report == "amazon-kdp-total"
    assert _lines(found) == [
        ("sale", 5, 12500.0, "USD", "2018-05-31"),
        ("return", -1, -2500.0, "USD", "2018-05-31"),
        ("usage", 0, 1865.0, "USD", "2018-05-31"),
        ("free", 9, 0, "USD", "2018-05-31"),
    ]


def test_repeated_translated_header_hides_no_sales(tmp_path: Path) -> None:
    first, second = {"date": "Juli 2025"}, {"date": "Juli 2025", "royalty": 13.5}
    rows = _table(EBOOKS, first, second)
    once = read(_save(tmp_path / "once.xlsx", {"Tantiemen": rows}))
    again = [rows[0], rows[1], rows[0], *rows[2:]]
    twice = read(_save(tmp_path / "twice.xlsx", {"Tantiemen": again}))
    assert once.reading.totals.net == {"EUR": 54_000_000}
    assert twice.reading.totals.net == once.reading.totals.net
    assert not twice.messages

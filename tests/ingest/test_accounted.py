"""Every sample there is: no row and no money goes missing, whatever became of it.

Rows that were recorded, skipped, set aside, wait or have problems are all rows; and where a file
prints a total of its own, what was recorded, skipped, set aside and waits comes to that.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from royalties.domain.money import MICRO
from royalties.ingest.report.mapping import Mapping as MappedReport
from tests.ingest.shelf import CATALOGUE, EXAMPLES, HOUSE_OF_SELLERS, SAMPLES, SELLERS, Read, read

REPORTS = EXAMPLES / "reports"
SUFFIXES = (".csv", ".txt", ".xls", ".xlsx", ".xml")
FILES = [
    path
    for folder in (SAMPLES, SELLERS, REPORTS / "2025-H1", REPORTS / "2025-H2", REPORTS / "more")
    for path in sorted(folder.iterdir())
    if path.suffix in SUFFIXES
]
CHOICES: Mapping[str, Mapping[str, str]] = {
    "aba-weekly.csv": {"week": "2025-05-10", "currency": "USD", "discount": "0.40"},
    "aba-weekly-2025-05-10.csv": {"week": "2025-05-10", "currency": "USD", "discount": "0.46"},
    "ingramspark-compensation.xlsx": {"period": "2025-11"},
    "square-items-2025-07.csv": {"currency": "USD"},
    "phone-orders.xlsx": {"list_price": "charged"},
}
_RHEINBUCH = json.loads((REPORTS / "more" / "rheinbuch-setup.json").read_text(encoding="utf-8"))
MAPPED = [
    MappedReport(**{**body, "retailer": "amazon", "skip": tuple(body["skip"])})
    for body in _RHEINBUCH["reports"]
]
BOOK = re.compile(r"'?(?:97[89]-?[\d-]{10,13}|294\d{10}|\d{9}[\dX]|B0[A-Z0-9]{8})(?:\.0)?")
"""What only a book's row has: an ISBN, an ASIN, a number of Barnes & Noble's."""

UNNAMED = {"freight", "gift card"}
"""Why rows without a book are skipped."""

WITHOUT_BOOK = {"samples/phone-orders-problems.xlsx": 1}
"""Rows whose problem is that no book is named."""

STORES = {"Amazon.com": "USD", "Amazon.co.uk": "GBP", "Amazon.de": "EUR", "Amazon.ca": "CAD"}

PRINTED: Mapping[str, Mapping[str, str]] = {
    "samples/barnes-noble.xls": {"USD": "2295.11"},
    "samples/barnes-noble.xlsx": {"USD": "1627.34"},
    "samples/elliott-bay.csv": {"USD": "7076.34"},
    "samples/phone-orders.xlsx": {"USD": "35153.09"},
    "samples/bisg-editx-flat.csv": {"USD": "1908.09"},
    "samples/kdp-2011.xls": {"USD": "219.24", "GBP": "235.32"},
    "2025-H1/barnes-noble.xls": {"USD": "952.65"},
    "2025-H1/elliott-bay.csv": {"USD": "4044.08"},
    "2025-H1/phone-orders.xlsx": {"USD": "9171.60"},
    "2025-H2/barnes-noble.xlsx": {"USD": "977.85"},
    "2025-H2/elliott-bay.csv": {"USD": "4041.71"},
    "2025-H2/phone-orders.xlsx": {"USD": "9403.40"},
    "sellers/apple-books-2025-07.txt": {"USD": "50.40", "EUR": "43.10"},
    "sellers/everand-2025-07.xlsx": {"USD": "22.68"},
    "sellers/kobo-2025-07.xlsx": {"USD": "74.42"},
}
"""Totals as the files print them, in a row below their rows or on a sheet of their own."""


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _read(path: Path) -> Read:
    known = CATALOGUE if path.parent == SAMPLES else HOUSE_OF_SELLERS
    return read(path, known, MAPPED, None, **CHOICES.get(path.name, {}))


def _rows_of_books(path: Path, sheets: Sequence[str]) -> int:
    """Rows of the sheets that were read in which a book is named."""
    return sum(
        any(BOOK.fullmatch(str(cell).strip()) for cell in row)
        for name, row in _rows(path)
        if not name or name in sheets
    )


def _rows(path: Path) -> Iterator[tuple[str, list[Any]]]:
    head = path.read_bytes()[:4]
    if head[:2] == b"PK" or head == b"\xd0\xcf\x11\xe0":
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python():
                yield name, row
        return
    encoding = "utf-16" if head[:2] == b"\xff\xfe" else "utf-8-sig"
    try:
        text = path.read_text(encoding=encoding)
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252")
    delimiter = max("\t;,", key=text.partition("\n")[0].count)
    for line in csv.reader(text.splitlines(), delimiter=delimiter):
        yield "", line


def _money(found: Read) -> dict[str, Decimal]:
    """What was recorded, for copies and for use, skipped, set aside, and waits."""
    sums: Counter[str] = Counter()
    totals = found.reading.totals
    for money in (totals.net, totals.usage, *found.reading.skipped.net.values()):
        sums.update(money)
    for line in found.waiting:
        sums[line.currency] += line.net or 0
    return {code: Decimal(micro) / MICRO for code, micro in sums.items() if micro}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_row_is_accounted_for(path: Path) -> None:
    found = _read(path)
    assert not found.asked
    totals = found.reading.totals
    skipped = found.reading.skipped.by_reason
    waiting = sum(rows for rows, _ in totals.waiting.values())
    assert totals.recordable + sum(skipped.values()) + waiting + totals.refused == totals.rows
    if path.suffix != ".xml":
        named = _rows_of_books(path, found.reading.sheets) + WITHOUT_BOOK.get(_name(path), 0)
        assert totals.rows == named + sum(rows for why, rows in skipped.items() if why in UNNAMED)


@pytest.mark.parametrize("path", [each for each in FILES if _name(each) in PRINTED], ids=_name)
def test_money_comes_to_the_total_of_the_file(path: Path) -> None:
    printed = {code: Decimal(amount) for code, amount in PRINTED[_name(path)].items()}
    assert _money(_read(path)) == printed


@pytest.mark.parametrize(
    "path", [each for each in FILES if "kdp-dashboard" in each.name], ids=_name
)
def test_dashboard_comes_to_its_summary(path: Path) -> None:
    """The summary also holds what was paid for pages, less than a cent each, told nowhere else."""
    header, *months = [row for sheet, row in _rows(path) if sheet == "Summary"]
    pages: Counter[str] = Counter()
    for sheet, row in _rows(path):
        if sheet == "KENP" and row[0] != "Date":
            pages[STORES[row[-2]]] += int(row[-1])
    money = _money(_read(path))
    for at, name in enumerate(header):
        if name.startswith("Royalty ("):
            printed = sum((Decimal(str(month[at])) for month in months), Decimal(0))
            for_pages = printed - money.get(name[9:12], Decimal(0))
            assert 0 <= for_pages <= pages[name[9:12]] * Decimal("0.01")
            assert bool(for_pages) is bool(pages[name[9:12]])


@pytest.mark.parametrize("path", [each for each in FILES if "prior-month" in each.name], ids=_name)
def test_prior_month_comes_to_its_total_earnings(path: Path) -> None:
    _, header, *rows = [row for sheet, row in _rows(path) if sheet == "Total Earnings"]
    printed: Counter[str] = Counter()
    for row in rows:
        if row[header.index("Payout Plan")] != "KENP":
            amount = Decimal(str(row[header.index("Earnings")])) * MICRO
            printed[row[header.index("Currency")]] += int(amount)
    assert _money(_read(path)) == {code: Decimal(sum_) / MICRO for code, sum_ in printed.items()}

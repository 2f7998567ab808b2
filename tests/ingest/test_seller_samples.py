"""Samples of sellers' reports, to the cent; and that each file is one format's, and no other's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from royalties.domain.money import micro_text
from royalties.ingest.formats import built_in
from royalties.ingest.recognise import report_names, tables_in
from royalties.ingest.report.mapping import Mapping as MappedReport
from royalties.ingest.report.opening import open_file
from tests.ingest.shelf import HOUSE_OF_SELLERS, RIVER, SAMPLES, SELLERS, Read, read


@dataclass(frozen=True)
class Expected:
    """What a sample comes to: copies sold, returned and free, and money by currency."""

    report: str
    retailer: str | None
    rows: int
    copies: tuple[int, int, int]
    net: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    choices: Mapping[str, str] = field(default_factory=dict)


EXPECTED = {
    "acx-2025-07.xlsx": Expected(
        "acx", "audible", 6, (17, 1, 0), {"USD": "39.95", "GBP": "5.40"},
        {"USD": "4.12", "GBP": "1.05"},
    ),
    "amazon-kdp-spanish-2025-07.xlsx": Expected(
        "amazon-kdp-translated", "amazon", 4, (9, 1, 20), {"USD": "75.60", "EUR": "82.35"},
    ),
    "amazon-kdp-total-layout-of-2018.xlsx": Expected(
        "amazon-kdp-total", "amazon", 3, (6, 1, 0), {"USD": "108.90"}, {"USD": "10.85"},
    ),
    "apple-books-2025-07.txt": Expected(
        "apple-books", "apple", 4, (5, 1, 5), {"USD": "50.40", "EUR": "43.10"},
    ),
    "draft2digital-ebook-2025-07.csv": Expected(
        "draft2digital-ebook", "d2d", 4, (5, 1, 0), {"EUR": "59.31", "USD": "35.55"},
        {"USD": "3.24"}, {"set aside: not verified yet": 1}, frozenset({"set-aside"}),
    ),
    "draft2digital-print-2025-07.csv": Expected(
        "draft2digital-print", "d2d", 1, (6, 1, 0), {"USD": "66.25"},
    ),
    "editx-2025-q3.xml": Expected(
        "editx-sales-report", None, 2, (6, 1, 1), {"USD": "126.00"},
    ),
    "everand-2025-07.xlsx": Expected("everand", "everand", 3, (0, 0, 0), {}, {"USD": "22.68"}),
    "findaway-2025-07.xlsx": Expected(
        "findaway", "findaway", 5, (8, 1, 0), {"USD": "69.97"}, {"USD": "20.76"},
    ),
    "google-play-2025-07.csv": Expected(
        "google-play", "google", 4, (4, 1, 0), {"USD": "77.30"},
    ),
    "kobo-2025-07.xlsx": Expected("kobo", "kobo", 5, (4, 1, 3), {"USD": "74.42"}),
    "kobo-plus-2025-07.xlsx": Expected("kobo-plus", "kobo", 3, (0, 0, 0), {}, {"USD": "10.51"}),
    "overdrive-2025-07.xlsx": Expected(
        "overdrive", "overdrive", 3, (3, 0, 0), {"USD": "99.00"}, {"USD": "79.20"},
    ),
    "square-items-2025-07.csv": Expected(
        "square-items", "publisher-square", 4, (4, 1, 0), {"USD": "139.60"},
        left={"gift card": 1}, choices={"currency": "USD"},
    ),
    "woocommerce-orders-2025-07.csv": Expected(
        "woocommerce-orders", "publisher-web", 5, (4, 1, 0), {"EUR": "132.86"},
        left={"failed order": 1, "set aside: pending payment": 1},
        codes=frozenset({"shop-not-paid"}),
    ),
}  # fmt: skip
FILES = [
    *sorted(path for path in SELLERS.iterdir() if path.suffix != ".json"),
    *sorted(path for path in SAMPLES.iterdir() if path.suffix != ".json"),
]


def _amounts(money: Mapping[str, int]) -> dict[str, Decimal]:
    return {currency: Decimal(micro_text(micro)) for currency, micro in money.items()}


def _decimals(money: Mapping[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(amount) for currency, amount in money.items()}


def _read(path: Path, *mappings: MappedReport, **choices: str) -> Read:
    return read(path, HOUSE_OF_SELLERS, mappings, None, **choices)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent == SELLERS], ids=lambda path: path.name
)
def test_samples_of_sellers(path: Path) -> None:
    expected = EXPECTED[path.name]
    found = _read(path, **expected.choices)
    totals = found.reading.totals
    assert (found.messages, found.asked) == ([], set())
    assert (found.reading.report, found.reading.retailer) == (expected.report, expected.retailer)
    assert totals.rows == expected.rows
    assert (totals.sold, totals.returned, totals.free) == expected.copies
    assert _amounts(totals.net) == _decimals(expected.net)
    assert _amounts(totals.usage) == _decimals(expected.usage)
    assert found.reading.skipped.by_reason == expected.left
    assert found.codes == expected.codes


def _takers(path: Path, *mappings: MappedReport) -> dict[str, int]:
    """Formats that would read a file if they were told to, and how many columns each explains."""
    formats = [*built_in(), *(mapping.as_format() for mapping in mappings)]
    opened = open_file(path, {})
    try:
        found = {each.name: tables_in(each, opened.sheets) for each in formats}
    finally:
        opened.close()
    return {
        name: max(header.matched for _, header, _ in tables)
        for name, tables in found.items()
        if tables
    }


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_sample_is_taken_by_two_formats(path: Path) -> None:
    assert len(_takers(path)) == 1


BROAD = MappedReport(
    "broad", "amazon", {"isbn": "ISBN", "date": "Date", "units": "Quantity", "net": "Amount"}
)


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_sample_is_taken_by_a_mapping_of_another(path: Path) -> None:
    takers = _takers(path, RIVER, BROAD)
    own = max(takers, key=lambda name: takers[name])
    assert own in report_names()
    assert sum(explained == takers[own] for explained in takers.values()) == 1


def test_every_format_has_a_sample() -> None:
    assert {path.name for path in FILES if path.parent == SELLERS} == EXPECTED.keys()
    assert {name for path in FILES for name in _takers(path)} == set(report_names())

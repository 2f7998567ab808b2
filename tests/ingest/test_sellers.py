"""Reports of sellers: however one writes its layout, every row and all money is accounted for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.reading import KnownRetailer, ReferenceData
from tests.ingest.layouts import SELLERS
from tests.ingest.sellers import RECORDED, Book, Row, Seller, Written, reports, write
from tests.ingest.shelf import CATALOGUE, TODAY, Read, read

SHOPS = {
    "kobo": "Kobo", "google": "Google Play", "apple-books": "Apple Books",
    "digital": "Draft2Digital", "overdrive": "OverDrive", "everand": "Everand", "acx": "ACX",
    "findaway": "Findaway Voices", "publisher-web": "The web shop", "publisher-square": "The publisher's till",
}  # fmt: skip
KNOWN = ReferenceData(
    CATALOGUE.editions,
    {key: KnownRetailer(place, key, name) for place, (key, name) in enumerate(SHOPS.items(), 1)},
    TODAY,
)
ISBNS = {edition.id: edition.isbn for edition in CATALOGUE.editions.values()}
MICRO_IN_CENT = 10_000


def _read(written: Written) -> Read:
    choices = dict(written.choices)
    if written.seller.one_currency:
        choices["currency"] = next(iter(written.rows.values())).currency
    return read(written.path, KNOWN, (), None, **choices)


_Told = tuple[str, dict[str, int], int, set[tuple[str, str]]]
"""The book, copies by kind, millionths, and currency with day."""


def _lines(found: Read) -> dict[int, _Told]:
    """What was read of each row, recorded or waiting."""
    named: list[tuple[str, SaleLine | WaitingLine]] = [
        *((ISBNS[line.edition], line) for line in found.sales),
        *((line.identifier, line) for line in found.waiting),
    ]
    rows: dict[int, _Told] = {}
    for name, line in named:
        _, copies, micro, about = rows.get(line.row, ("", {}, 0, set()))
        copies = {**copies, SaleKind(line.kind).word: line.units}
        about = about | {(line.currency, line.day)}
        rows[line.row] = (name, copies, micro + (line.net or 0), about)
    return rows


@pytest.mark.parametrize("seller", SELLERS, ids=[each.format for each in SELLERS])
@given(data=st.data())
def test_every_row_and_all_money_is_accounted_for(
    seller: Seller, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    style, rows = data.draw(reports(seller))
    written = write(tmp_path_factory.mktemp("seller"), seller, style, rows)
    found = _read(written)
    assert not found.asked, [choice.message for choice in found.reading.choices]
    assert found.messages == []
    assert found.reading.report == seller.format
    _check_rows(written, found)
    _check_lines(written, found)
    _check_money(written, found)


def _check_rows(written: Written, found: Read) -> None:
    totals, skipped = found.reading.totals, found.reading.skipped.by_reason
    waiting = sum(rows for rows, _ in totals.waiting.values())
    assert totals.rows == len(written.rows)
    assert totals.recordable + sum(skipped.values()) + waiting + totals.refused == totals.rows
    wanted = Counter(row.fate for row in written.rows.values())
    asides = sum(rows for reason, rows in skipped.items() if reason.startswith("set aside"))
    assert asides == wanted["aside"]
    assert sum(skipped.values()) - asides == wanted["skipped"]
    assert bool(found.codes & {"set-aside", "shop-not-paid"}) is bool(asides)


def _check_lines(written: Written, found: Read) -> None:
    lines = _lines(found)
    recorded = {number: row for number, row in written.rows.items() if row.fate == RECORDED}
    assert lines.keys() == recorded.keys()
    for number, row in recorded.items():
        book, copies, micro, about = lines[number]
        assert book == _number(written.seller, row)
        assert copies == row.copies
        assert micro == row.net * 1_000_000
        assert about == {(row.currency, written.day.isoformat())}


def _number(seller: Seller, row: Row) -> str:
    book = row.cells[seller.book]
    assert isinstance(book, Book)
    return book.isbn


def _check_money(written: Written, found: Read) -> None:
    sums: Counter[str] = Counter()
    totals = found.reading.totals
    for money in (totals.net, totals.usage, *found.reading.skipped.net.values()):
        for currency, micro in money.items():
            sums[currency] += micro
    for line in found.waiting:
        sums[line.currency] += line.net or 0
    own = {currency: cents * MICRO_IN_CENT for currency, cents in written.money.items()}
    assert {currency: micro for currency, micro in sums.items() if micro} == {
        currency: micro for currency, micro in own.items() if micro
    }

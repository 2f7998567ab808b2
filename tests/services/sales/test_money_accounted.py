"""Reports on their way into the store: every amount that was printed is recorded, waits, or is told
as skipped or set aside, by currency; and undoing gives all of it back.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royalties.domain.money import MICRO
from royalties.services.sales.importing import Request, import_report
from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    UNKNOWN,
    UNKNOWN_TOO,
    Document,
    Office,
    Shelf,
    nothing,
    opened,
)
from tests.ingest.layouts import SELLERS
from tests.ingest.sellers import Seller, reports, write
from tests.ingest.shelf import SAMPLES
from tests.ingest.test_sellers import SHOPS

BY_CURRENCY = "SELECT currency, sum(net) FROM {} GROUP BY currency"
WORDS = {"Verkauf": 1, "Remission": -1, "Streaming": 1, "Storniert": 0}
"""Words of the kind column, and the sign of their money; nothing counts of the last."""


def shops(office: Office) -> None:
    """The house of the samples, with shops of every seller."""
    nothing(office)
    setup = json.loads((SAMPLES / "catalogue.json").read_text(encoding="utf-8"))
    there = {each["key"] for each in setup["retailers"]}
    setup["retailers"] += [
        {"key": key, "name": name, "channel": "online"}
        for key, name in SHOPS.items()
        if key not in there
    ]
    office.load(setup)


def brought(
    office: Office, path: Path, choices: Mapping[str, str], report: str | None = None
) -> Document:
    """The document of an import whose warnings are confirmed."""
    request = Request(path, path.name, report=report, choices=choices, confirm=True)
    with office.work() as work:
        return import_report(work, request).document


def accounted(office: Office, document: Document) -> dict[str, int]:
    """Millionths by currency: what the store keeps, and what is told of rows left out."""
    sums: Counter[str] = Counter()
    for table in ("sale", "waiting"):
        for currency, micro in office.rows(BY_CURRENCY.format(table)):
            sums[currency] += micro or 0
    for skipped in document["skipped"]:
        for currency, amount in skipped.get("net", {}).items():
            sums[currency] += int(Decimal(amount) * MICRO)
    return {currency: micro for currency, micro in sums.items() if micro}


@pytest.mark.thorough("combinations", but_one_in=4)
@pytest.mark.parametrize("seller", SELLERS, ids=[each.format for each in SELLERS])
@settings(max_examples=max(settings().max_examples // 8, 4))
@given(data=st.data())
def test_all_money_of_a_sellers_report_is_in_the_store_or_told(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, seller: Seller, data: st.DataObject
) -> None:
    style, rows = data.draw(reports(seller))
    folder = tmp_path_factory.mktemp("seller")
    written = write(folder, seller, style, rows)
    choices = dict(written.choices)
    if seller.one_currency:
        choices["currency"] = next(iter(written.rows.values())).currency
    printed = {currency: cents * MICRO // 100 for currency, cents in written.money.items() if cents}
    with shelf.office("sqlite", shops, folder / "office") as office:
        document = brought(office, written.path, choices)
        assert document["outcome"] == "recorded", document
        assert accounted(office, document) == printed
        again = brought(office, written.path, choices)
        assert again["outcome"] == "nothing-new"
        office.undo(document["batch"])
        for table in ("sale", "waiting"):
            assert office.rows(f"SELECT count(*) FROM {table}") == [(0,)]
        assert office.faults() == {}


MAPPED = {
    "key": "house", "name": "House", "retailer": "bay", "decimal": ",", "date_order": "dmy",
    "columns": {
        "isbn": "Artikel", "date": "Tag", "kind": "Vorgang", "units": "Menge", "net": "Erlös",
        "currency": "Währung", "reference": "Beleg",
    },
    "kinds": {"Verkauf": "sale", "Remission": "return", "Streaming": "usage", "Storniert": "none"},
    "returns": "positive-by-kind",
    "leave_out": {"Geprüft": ["nein"]},
}  # fmt: skip
HEADER = ("Artikel", "Tag", "Vorgang", "Menge", "Erlös", "Währung", "Beleg", "Geprüft")


@st.composite
def mapped_rows(draw: st.DrawFn) -> list[tuple[tuple[str, ...], str, int]]:
    """Rows of a mapped report: the cells, the currency, and the cents that they print."""
    rows: list[tuple[tuple[str, ...], str, int]] = []
    for number in range(draw(st.integers(1, 12))):
        book = draw(st.sampled_from((HARDCOVER, EBOOK, UNKNOWN, UNKNOWN_TOO, "HAUS-7")))
        day = date(2025, 2, 1) + timedelta(draw(st.integers(0, 120)))
        word = draw(st.sampled_from(list(WORDS)))
        copies, cents = draw(st.integers(1, 900)), draw(st.integers(1, 3_000_000))
        currency = draw(st.sampled_from(("USD", "EUR", "GBP")))
        whole, rest = divmod(cents, 100)
        grouped = f"{whole:,}".replace(",", ".") if draw(st.booleans()) else str(whole)
        checked = draw(st.sampled_from(("ja", "Ja", "", "nein", "NEIN")))
        cells = (
            draw(st.sampled_from((book, f" {book} "))), day.strftime("%d.%m.%Y"), word,
            str(copies), f"{grouped},{rest:02}", currency, f"B-{number}", checked,
        )  # fmt: skip
        rows.append((cells, currency, cents * (WORDS[word] or 1)))
    return rows


def _written(path: Path, rows: Sequence[Sequence[str]], subtotals: Sequence[int]) -> Path:
    """A file with totals of what stands above them, and notes around the table."""
    lines = [("Rheinbuch GmbH",), HEADER]
    for number, cells in enumerate(rows):
        lines.append(tuple(cells))
        if number in subtotals:
            lines.append(("", "", "Zwischensumme", "", "", "", "", ""))
    lines += [(), ("Ende der Liste",)]
    path.write_text("\n".join(";".join(cells) for cells in lines), encoding="utf-8-sig")
    return path


@settings(max_examples=max(settings().max_examples // 4, 8))
@given(rows=mapped_rows(), subtotals=st.lists(st.integers(0, 11), max_size=2))
def test_all_money_of_a_mapped_report_is_in_the_store_or_told(
    shelf: Shelf,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[tuple[str, ...], str, int]],
    subtotals: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("mapped")
    path = _written(folder / "may.csv", [cells for cells, _, _ in rows], subtotals)
    printed: Counter[str] = Counter()
    for _, currency, cents in rows:
        printed[currency] += cents * MICRO // 100
    with shelf.office("sqlite", opened, folder / "office") as office:
        office.load({"reports": [MAPPED]})
        document = brought(office, path, {})
        assert document["outcome"] == "recorded", document
        expected = {currency: micro for currency, micro in printed.items() if micro}
        assert _with_signs(office, document, rows) == expected
        waiting = sum(each["rows"] for each in document["waiting"])
        skipped = sum(each["rows"] for each in document["skipped"])
        recorded = office.rows("SELECT count(*) FROM sale")[0][0]
        assert recorded + waiting + skipped == document["rows"] == len(rows)
        # What waited counts as soon as its edition is known, and not a cent differs.
        for each in document["waiting"]:
            office.alias(each["isbn"], HARDCOVER)
        assert office.rows("SELECT count(*) FROM waiting") == [(0,)]
        assert _with_signs(office, document, rows) == expected
        assert office.faults() == {}


def _with_signs(
    office: Office, document: Document, rows: Sequence[tuple[tuple[str, ...], str, int]]
) -> dict[str, int]:
    """What is accounted for; a return that is left out is told as its row prints it: positive."""
    sums = Counter(accounted(office, document))
    for cells, currency, cents in rows:
        if cents < 0 and cells[-1].casefold() == "nein":
            sums[currency] += 2 * cents * MICRO // 100
    return {currency: micro for currency, micro in sums.items() if micro}

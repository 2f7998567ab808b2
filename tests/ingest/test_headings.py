"""Units that headings state, and discounts that are per cent or fractions."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import MICRO
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import Ambiguous
from royalties.ingest.report.conventions import decimal_mark
from royalties.ingest.report.discounts import DiscountUnit
from royalties.ingest.report.headings import unit_of, without_unit
from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import CATALOGUE, RIVER, Read, read, read_text

A = "9780306406157"
ELLIOTT = "Invoice No,Type,Invoice Date,ISBN,Qty,List Price,{},Extended Net"


def _elliott(folder: Path, heading: str, *discounts: str, **choices: Any) -> Read:
    """Invoices of one copy at 75.00 less a discount that is given as a fraction or per cent."""
    rows = [ELLIOTT.format(heading)]
    for place, text in enumerate(discounts):
        number = Fraction(text.strip("% "))
        net = 75 * (1 - (number / 100 if number > 1 or "%" in text else number))
        rows.append(f"INV-{place},INV,3/01/2025,9781442246928,1,75.00,{text},{float(net):.2f}")
    path = folder / "report.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return read(path, known=CATALOGUE, **choices)


def _discounts(found: Read) -> list[int]:
    assert not found.asked, found.reading.choices
    assert not found.reading.problems, found.messages
    assert not found.codes
    return [line[10] or 0 for line in found.sales]


PERCENT = ("Discount %", "Discount (%)", "Discount percent", "Discount per cent", "Discount in %")


@pytest.mark.parametrize("heading", PERCENT)
@pytest.mark.parametrize("cells", [("42", "40.5"), ("42%", "40"), ("42", "0"), ("42 %", "42%")])
def test_bare_numbers_below_a_heading_in_per_cent(
    tmp_path: Path, heading: str, cells: tuple[str, ...]
) -> None:
    wanted = [int(Fraction(cell.strip("% ")) * 10_000) for cell in cells]
    assert _discounts(_elliott(tmp_path, heading, *cells)) == wanted


@pytest.mark.parametrize("heading", ["Discount", "Discount %"])
def test_fractions_stay_fractions(tmp_path: Path, heading: str) -> None:
    assert _discounts(_elliott(tmp_path, heading, "0.42", "0.4", "0")) == [420_000, 400_000, 0]


def test_numbers_above_one_without_a_unit_are_asked_about_once(tmp_path: Path) -> None:
    found = _elliott(tmp_path, "Discount", "42", "40", "0")
    [choice] = found.reading.choices
    assert (choice.key, choice.options) == ("discount_unit", ("percent", "fraction"))
    answered = _elliott(tmp_path, "Discount", "42", "40", "0", discount_unit="percent")
    assert _discounts(answered) == [420_000, 400_000, 0]
    refused = _elliott(tmp_path, "Discount", "42", discount_unit="fraction")
    assert "'42' is not a discount" in refused.messages[0]
    wrong = _elliott(tmp_path, "Discount", "42", discount_unit="pct")
    assert wrong.reading.choices[0].message.startswith("'pct' does not fit: ")


@pytest.mark.parametrize("heading", ["Discount", "Discount %"])
@pytest.mark.parametrize("cells", [("0.42", "42"), ("42", "0.42"), ("42", "43", "0.4", "41%")])
def test_fractions_and_per_cent_in_one_column_are_asked_about(
    tmp_path: Path, heading: str, cells: tuple[str, ...]
) -> None:
    found = _elliott(tmp_path, heading, *cells)
    [choice] = found.reading.choices
    assert (choice.key, choice.options) == ("discount_unit", ("percent", "fraction", "mixed"))
    answered = _elliott(tmp_path, heading, *cells, discount_unit="mixed")
    assert min(_discounts(answered)) >= 400_000
    percent = _elliott(tmp_path, heading, *cells, discount_unit="percent")
    assert min(line.discount or 0 for line in percent.sales) < 5_000


def test_a_fraction_far_down_a_column_in_per_cent_is_seen(tmp_path: Path) -> None:
    assert _elliott(tmp_path, "Discount %", "0.42", *["0.4"] * 9_000, "42").asked == {
        "discount_unit"
    }


@given(
    st.lists(st.integers(2, 100), min_size=1, max_size=5),
    st.lists(st.integers(1, 99), max_size=5),
    st.booleans(),
)
def test_every_discount_is_read_as_meant_or_asked(
    large: list[int], small: list[int], says_percent: bool
) -> None:
    cells = [*map(str, large), *(f"0.{each:02d}" for each in small)]
    unit = DiscountUnit(Numbers(decimal_mark(".")), TrackedAnswers({}))
    convert = unit.reader(says_percent=says_percent, cells=lambda: [cells])
    values = [convert(cell) for cell in cells]
    if says_percent and not small:
        assert values == [each * MICRO // 100 for each in large]
        assert unit.choice() is None
    else:
        assert unit.choice() is not None
        assert any(isinstance(value, Ambiguous) for value in values)


@pytest.mark.parametrize(
    ("heading", "name", "percent", "cents", "currency"),
    [
        ("Net amount (USD)", "Net amount", False, False, "USD"),
        ("Net amount in EUR", "Net amount", False, False, "EUR"),
        ("Net amount [GBP]", "Net amount", False, False, "GBP"),
        ("Net amount USD", "Net amount", False, False, "USD"),
        ("Net amount (€)", "Net amount", False, False, "EUR"),
        ("List Price($)", "List Price", False, False, ""),
        ("Net amount (cents)", "Net amount", False, True, ""),
        ("Net amount in cents", "Net amount", False, True, ""),
        ("Net cents", "Net", False, True, ""),
        ("Discount (%)", "Discount", True, False, ""),
        ("Discount percent", "Discount", True, False, ""),
        ("Total ALL", "Total ALL", False, False, ""),
        ("Receipts (net)", "Receipts (net)", False, False, ""),
        ("Net", "Net", False, False, ""),
    ],
)  # fmt: skip
def test_the_unit_of_a_heading(
    heading: str, name: str, percent: bool, cents: bool, currency: str
) -> None:
    unit = unit_of(heading)
    assert (without_unit(heading), unit.percent, unit.cents, unit.currency) == (
        name, percent, cents, currency,
    )  # fmt: skip


def _river(folder: Path, heading: str, *rows: str, currency: bool = True, **choices: Any) -> Read:
    columns = {**RIVER.columns, "net": choices.pop("net", heading)}
    if not currency:
        del columns["currency"]
    mapping = replace(RIVER, columns=columns, currency=choices.pop("default", None))
    header = f"ISBN,Sale date,Units,{heading}" + ",Currency" * currency
    text = "\n".join((header, *(f"{A},2025-03-01,2,{row}" for row in rows))) + "\n"
    return read_text(folder, text, mappings=[mapping], **choices)


def _money(found: Read) -> list[tuple[str, int]]:
    assert not found.asked, found.reading.choices
    assert not found.reading.problems, found.messages
    return [(line[7], line[9]) for line in found.sales]


def test_amounts_in_cents_are_hundredths(tmp_path: Path) -> None:
    found = _river(tmp_path, "Net amount (cents)", "4893,USD", "1250.5,USD")
    assert _money(found) == [("USD", 48_930_000), ("USD", 12_505_000)]
    [fine] = _river(tmp_path, "Net in cents", "1.00001,USD").messages
    assert "more than six decimals" in fine


def test_a_currency_of_a_heading_is_that_of_its_rows(tmp_path: Path) -> None:
    alone = _river(tmp_path, "Net amount (EUR)", "12.50", currency=False)
    assert _money(alone) == [("EUR", 12_500_000)]
    beside = _river(tmp_path, "Net amount in EUR", "12.50,EUR", "2.50,")
    assert _money(beside) == [("EUR", 12_500_000), ("EUR", 2_500_000)]
    [other] = _river(tmp_path, "Net amount in EUR", "12.50,USD").messages
    assert "the heading 'Net amount in EUR' says EUR, but the row is in USD" in other


def test_a_currency_of_a_heading_that_differs_from_the_reports_is_asked(tmp_path: Path) -> None:
    found = _river(tmp_path, "Net (EUR)", "12.50", currency=False, default="USD")
    [choice] = found.reading.choices
    assert (choice.key, choice.options) == ("currency", ("EUR", "USD"))
    text = f"ISBN,Sale date,Units,Net (EUR)\n{A},2025-03-01,2,12.50\n"
    columns = {key: name for key, name in RIVER.columns.items() if key != "currency"}
    mapping = replace(RIVER, columns={**columns, "net": "Net (EUR)"}, currency="USD")
    answered = read_text(tmp_path, text, mappings=[mapping], currency="EUR")
    assert _money(answered) == [("EUR", 12_500_000)]


def test_a_heading_with_a_unit_is_known_without_it(tmp_path: Path) -> None:
    found = _river(tmp_path, "Net amount (USD)", "12.50,USD", net="Net amount")
    assert _money(found) == [("USD", 12_500_000)]


def test_amounts_in_several_currencies_are_refused(tmp_path: Path) -> None:
    columns = {**RIVER.columns, "net": "Net (USD)", "list_price": "Price (EUR)"}
    del columns["currency"]
    text = f"ISBN,Sale date,Units,Net (USD),Price (EUR)\n{A},2025-03-01,1,1.00,2.00\n"
    with pytest.raises(UnreadableError, match="several currencies"):
        read_text(tmp_path, text, mappings=[replace(RIVER, columns=columns)])

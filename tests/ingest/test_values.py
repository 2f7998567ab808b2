"""Single cells: amounts, units, discounts, dates, identifiers, currencies, kinds."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.books import EditionFinder
from royalties.ingest.report.cells import (
    BLANK,
    Ambiguous,
    Cell,
    Invalid,
    MarkedAmount,
    NonValue,
    UnknownIdentifier,
)
from royalties.ingest.report.conventions import Convention, date_order, decimal_mark
from royalties.ingest.report.dates import Dates
from tests.ingest.shelf import CATALOGUE, TODAY

POINT, COMMA = ".", ","


def _numbers(mark: str = POINT, *proofs: str) -> Numbers:
    numbers = Numbers(decimal_mark(mark))
    for row, proof in enumerate(proofs, 2):
        numbers.learn(proof, row)
    numbers.mark.settle()
    return numbers


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("0", 0),
        ("-0.00", 0),
        ("129.90", 129_900_000),
        ("129.905", 129_905_000),
        (".5", 500_000),
        ("5.", 5_000_000),
        ("+5", 5_000_000),
        (" 12 ", 12_000_000),
        ("1,234.56", 1_234_560_000),
        ("1,234", 1_234_000_000),
        ("1,23,456.78", 123_456_780_000),
        ("12,34,56,789", 123_456_789_000_000),
        ("1 234.56", 1_234_560_000),
        ("1\u202f234.56", 1_234_560_000),
        ("1'234.56", 1_234_560_000),
        ("1’234.56", 1_234_560_000),
        ("(12.50)", -12_500_000),
        ("12.50-", -12_500_000),
        ("−12.50", -12_500_000),
        ("0.000001", 1),
        ("-0.000001", -1),
        ("129.90000000000001", 129_900_000),
        ("0.30000000000000004", 300_000),
        ("2.9999999999999996", 3_000_000),
        ("10000000000", 10**16),
        (0.1 + 0.2, 300_000),
        (1e-12, 0),
        (-12.5, -12_500_000),
        (7, 7_000_000),
    ],
    ids=repr,
)
def test_amounts_are_read(text: Cell, micro: int) -> None:
    assert _numbers().amount(text) == micro


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("129,90", 129_900_000),
        ("1.234,56", 1_234_560_000),
        ("1.234", 1_234_000_000),
        ("1 234,5", 1_234_500_000),
        ("0,425", 425_000),
        ("(1.234.567,00)", -1_234_567_000_000),
    ],
    ids=repr,
)
def test_amounts_with_decimal_comma_are_read(text: str, micro: int) -> None:
    assert _numbers(COMMA).amount(text) == micro


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "Infinity", "-inf", "sNaN", "1E5", "1E+05", "1_000", "١٢٩", "１２", "½", "0x10", "--5",
        "+-5", "1,2345.60", "12,34.5", "1,,234", ",", ".", "-", "n/a", "12.9%", "ten", "1.2.3",
        "1.234.56", "12 34", "1 2", "((5))", "(-5)", "5 5", "$", "$$5", "USD", "12 XYZ", "$5 USD",
        "10000000001", "9" * 70, "129.9000001", "1;5", "=5", "٠", "1٫5", b"TRUE", b"#N/A", b"=",
        float("nan"), float("inf"), -float("inf"), 1e300, 1 / 3, (2026, 7, 15),
    ],
    ids=repr,
)  # fmt: skip
def test_invalid_amounts_are_refused(text: Cell) -> None:
    found = _numbers().amount(text)
    assert isinstance(found, Invalid)
    assert found.message
    assert found.remedy


@pytest.mark.parametrize(
    ("text", "micro", "fits", "differs"),
    [
        ("$129.90", 129_900_000, "USD", "EUR"),
        ("$129.90", 129_900_000, "CAD", "GBP"),
        ("-$129.90", -129_900_000, "USD", "EUR"),
        ("$-129.90", -129_900_000, "USD", "EUR"),
        ("$(129.90)", -129_900_000, "USD", "EUR"),
        ("129.90 USD", 129_900_000, "USD", "CAD"),
        ("usd 129.90", 129_900_000, "USD", "CAD"),
        ("US$ 5", 5_000_000, "USD", "CAD"),
        ("-₹379.04", -379_040_000, "INR", "USD"),
        ("₹1,23,456.00", 123_456_000_000, "INR", "USD"),
        ("R$ 12.00", 12_000_000, "BRL", "USD"),
        ("12.00 zł", 12_000_000, "PLN", "USD"),
        ("€5", 5_000_000, "EUR", "USD"),
    ],
    ids=repr,
)
def test_amounts_with_currency_marks_are_read(
    text: str, micro: int, fits: str, differs: str
) -> None:
    found = _numbers().amount(text)
    assert isinstance(found, MarkedAmount)
    assert found.micro == micro
    assert fits in found.currencies
    assert differs not in found.currencies


def test_a_lone_comma_is_asked_about() -> None:
    for proofs in ((), ("47.50",), ("129", "12.99")):
        numbers = _numbers("", *proofs)
        assert isinstance(numbers.amount("1,234"), Ambiguous)
        assert numbers.mark.asked


@pytest.mark.parametrize(
    ("proofs", "text", "micro"),
    [
        (("1,234.56",), "1,234", 1_234_000_000),
        (("1,234,567",), "1,234", 1_234_000_000),
        (("47,50",), "1,234", 1_234_000),
        (("47.50",), "1.234", 1_234_000),
        (("1.234,56",), "1.234", 1_234_000_000),
        (("1,234.56",), "1.234", 1_234_000),
    ],
    ids=repr,
)
def test_ambiguous_comma_is_settled_by_other_cells(
    proofs: tuple[str, ...], text: str, micro: int
) -> None:
    assert _numbers("", *proofs).amount(text) == micro


def test_mixed_decimal_marks_are_refused_naming_both() -> None:
    found = _numbers("", "129", "47.50").amount("1.234,56")
    assert isinstance(found, Invalid)
    assert "'1.234,56'" in found.message
    assert "row 3 has '47.50'" in found.message


@given(st.integers(-(10**16), 10**16))
def test_written_amount_reads_back_the_same(micro: int) -> None:
    text = f"{Decimal(micro).scaleb(-6):f}"
    assert _numbers().amount(text) == micro
    assert _numbers(COMMA).amount(text.replace(".", ",")) == micro
    grouped = f"{Decimal(micro).scaleb(-6):,.6f}"
    assert _numbers("", grouped, "1.5").amount(grouped) == micro


@given(st.text(max_size=20) | st.floats() | st.binary(max_size=5))
def test_any_cell_gives_a_value_or_a_reason(cell: str | float | bytes) -> None:
    numbers = _numbers("")
    for convert in (numbers.amount, numbers.units, numbers.discount):
        assert isinstance(convert(cell), int | NonValue)
    dates = Dates(date_order(""), TODAY)
    assert isinstance(dates.day(cell), str | NonValue)
    books = EditionFinder(CATALOGUE)
    assert isinstance(books.isbn(cell), int | NonValue)
    assert isinstance(books.identifier(cell), int | NonValue)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("10", 10), ("+10", 10), ("0010", 10), ("-3", -3), ("(3)", -3), ("10.0", 10), ("10.00", 10),
        ("1,234", 1234), ("1,234,567", 1_234_567), ("1 234", 1234), (10.0, 10), (10, 10), ("0", 0),
        ("10000000", 10_000_000),
    ],
    ids=repr,
)  # fmt: skip
def test_units_are_read(text: Cell, units: int) -> None:
    assert _numbers().units(text) == units


@pytest.mark.parametrize(
    "text",
    ["1.5", "ten", "TRUE", "1.000", "10000001", "9223372036854775808", "5%", "$5", "1/2", 1.5, 1e9,
     float("nan"), float("inf"), b"TRUE", b"=", (2026, 1, 1), "1,23", "NaN", "５"],
    ids=repr,
)  # fmt: skip
def test_invalid_units_are_refused(text: Cell) -> None:
    assert isinstance(_numbers().units(text), Invalid)


@pytest.mark.parametrize(
    ("text", "percent", "micro"),
    [
        ("0.42", False, 420_000), ("42%", False, 420_000), ("42.5 %", False, 425_000),
        ("30.00", True, 300_000), ("1", False, 1_000_000), ("1", True, 10_000), ("0", False, 0),
        (0.35, False, 350_000), (1.0, False, 1_000_000), ("100%", False, 1_000_000),
        ("0.4750", False, 475_000), (40.0, True, 400_000),
    ],
    ids=repr,
)  # fmt: skip
def test_discounts_are_read(text: Cell, percent: bool, micro: int) -> None:
    assert _numbers().discount(text, percent) == micro


@pytest.mark.parametrize(
    "text",
    ["42", "1.01", "-0.1", "-5%", "101%", 42.0, "half", "0.1234567"],
    ids=repr,
)
def test_invalid_discounts_are_refused(text: Cell) -> None:
    assert isinstance(_numbers().discount(text), Invalid)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-15", "2026-07-15"), ("2026/7/5", "2026-07-05"), ("2026.07.15", "2026-07-15"),
        ("2026-07-15T23:59:59Z", "2026-07-15"), ("2026-07-15 14:03:22", "2026-07-15"),
        ("2025-01-12 18:05:48 -0800", "2025-01-12"), ("2026-07-15T00:00:00.000+14:00", "2026-07-15"),
        ("15/07/2026", "2026-07-15"), ("7/15/2026", "2026-07-15"), ("15.07.2026", "2026-07-15"),
        ("7/15/2026 3:04 PM", "2026-07-15"), ("5/5/2026", "2026-05-05"), ("15 July 2026", "2026-07-15"),
        ("15-Jul-2026", "2026-07-15"), ("July 15, 2026", "2026-07-15"), ("Sept 3, 2025", "2025-09-03"),
        ("1st May 2025", "2025-05-01"), ("15/07/26", "2026-07-15"), ("15/07/99", "1999-07-15"),
        ("46218", "2026-07-15"), ("20260715", "2026-07-15"), (46218, "2026-07-15"),
        (46218.99999, "2026-07-15"), (61, "1900-03-01"), ((2026, 7, 15), "2026-07-15"),
        ((2026, 7, 15, 23, 59, 59), "2026-07-15"), ("29/02/2024", "2024-02-29"),
        ("2036-11-01", "2036-11-01"),
    ],
    ids=repr,
)  # fmt: skip
def test_dates_are_read(text: Cell, day: str) -> None:
    assert Dates(date_order(""), TODAY).day(text) == day


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13-01", "0000-00-00", "2025-02-29", "29/02/2026", "32/13/2026", "1784073600",
     "2026-W40-3", "9999-12-31", "2569-07-15", "1899-12-31", "1900-02-28", 60, 0, -5, 1e9, 0.5,
     float("nan"), float("inf"), "2026-07", "July 2026", "12", "99999", "yesterday", "15 Xyz", "T",
     "２０２６-07-15", b"TRUE", b"12:00:00", b"#N/A", (1900, 2, 28), "2026-07-15 and more"],
    ids=repr,
)  # fmt: skip
def test_invalid_dates_are_refused(text: Cell) -> None:
    assert isinstance(Dates(date_order(""), TODAY).day(text), Invalid)


@pytest.mark.parametrize(
    "text",
    ["07/08/2026", "1/2/25", "1.2.2025", "1-2-2025 10:00"],
    ids=repr,
)
def test_ambiguous_day_and_month_are_asked_about(text: str) -> None:
    open_question = date_order("")
    assert isinstance(Dates(open_question, TODAY).day(text), Ambiguous)
    assert open_question.asked
    first = Dates(date_order("dmy"), TODAY).day(text)
    second = Dates(date_order("mdy"), TODAY).day(text)
    assert first != second


def test_date_order_is_settled_by_other_cells() -> None:
    dates = Dates(date_order(""), TODAY)
    dates.learn("15/07/2026", 9)
    dates.order.settle()
    assert dates.day("07/08/2026") == "2026-08-07"
    wrong = dates.day("07/15/2026")
    assert isinstance(wrong, Invalid)
    assert "row 9 has '15/07/2026'" in wrong.message


def test_months_are_read() -> None:
    dates = Dates(date_order(""), TODAY, months=True)
    for text in ("2025-06", "June 2025", "JUN-25", "Jun 2025"):
        assert dates.day(text) == "2025-06-30"
    assert dates.spans == {"2025-06-30": "2025-06-01"}
    assert isinstance(dates.day("2025-13"), Invalid)


@pytest.mark.parametrize(
    ("language", "text"),
    [("french", "15 juil. 2026"), ("german", "15. Juli 2026"), ("spanish", "15 julio 2026"),
     ("italian", "15 luglio 2026"), ("dutch", "15 juli 2026"), ("portuguese", "15 jul 2026")],
    ids=repr,
)  # fmt: skip
def test_months_in_other_languages_are_read(language: str, text: str) -> None:
    assert Dates(date_order(""), TODAY, language=language).day(text) == "2026-07-15"


@given(st.dates(date(1900, 3, 1), TODAY + timedelta(3_000)))
def test_written_day_reads_back_the_same(day: date) -> None:
    iso = day.isoformat()
    dates = Dates(date_order("dmy"), TODAY)
    serial = (day - date(1899, 12, 30)).days
    cells: list[Cell] = [
        iso, f"{day:%d/%m/%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y%m%d}", serial,
        serial + 0.999, (day.year, day.month, day.day),
    ]  # fmt: skip
    assert {dates.day(cell) for cell in cells} == {iso}


@pytest.mark.parametrize(
    "text",
    ["9781442246928", "978-1-4422-4692-8", "978‐1‑4422–4692-8", "978 1 4422 4692 8", "'9781442246928",
     '="9781442246928"', 9781442246928, 9781442246928.0, "B0XMPL6928", "b0xmpl6928", "1442246928"],
    ids=repr,
)  # fmt: skip
def test_edition_is_found_by_any_identifier(text: Cell) -> None:
    assert EditionFinder(CATALOGUE).isbn(text) == 1
    assert (
        EditionFinder(CATALOGUE).identifier(text) == 1
        or "-" in str(text)
        or "‐" in str(text)
        or " " in str(text)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9781442246929", "expected 8"), ("1442246929", "expected 8"), ("080442957X", ""),
        ("9.78144E+12", "damaged"), ("9,78144E+12", "damaged"), ("036000291453", "12 digits"),
        ("978144224692", "12 digits"), ("97814422469288", "14 digits"), ("123456789", "9 digits"), ("97844", "5 digits"),
        ("9781442246928/9781442246935", "two ISBNs"), ("9781442246928 1442246936", "two ISBNs"),
        ("<b>9781442246928</b>", "not an ISBN"), ("Total", "not an ISBN"), (b"#REF!", "error"),
        ("٩٧٨١٤٤٢٢٤٦٩٢٨", "not an ISBN"), ((2026, 7, 15), "a date"),
    ],
    ids=repr,
)  # fmt: skip
def test_invalid_isbns_are_refused(text: Cell, message: str) -> None:
    found = EditionFinder(CATALOGUE).isbn(text)
    if message:
        assert isinstance(found, Invalid)
        assert message in found.message
    else:
        assert isinstance(found, UnknownIdentifier)


def test_blank_cells_are_recognised() -> None:
    for text in ("", "  ", "\t", "\u00a0"):
        assert _numbers().amount(text) is BLANK
        assert _numbers().units(text) is BLANK
        assert Dates(date_order(""), TODAY).day(text) is BLANK
        assert EditionFinder(CATALOGUE).isbn(text) is BLANK


def test_dropped_leading_zeros_of_identifiers_are_restored() -> None:
    books = EditionFinder(CATALOGUE, short=True)
    assert books.isbn("41203") == books.isbn(41203) == books.isbn("0000041203")
    assert isinstance(EditionFinder(CATALOGUE).isbn("41203"), UnknownIdentifier)


def test_convention_is_detected_only_once() -> None:
    calls = []
    convention: Convention = decimal_mark("")
    convention.search_with(lambda: calls.append(1))
    for _ in range(3):
        assert not convention.needed()
    assert calls == [1]

"""Streamed workbooks: text stays text, numbers are exact, and files stay readable."""

from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from python_calamine import CalamineWorkbook

from reports.measure import Value
from reports.sheet import Book, Layout, TooManyRowsError
from reports.streaming import cell_xml, clean
from reports.styles import Style
from tests.reports.reading import formulas_in, opened, parts_of

PLAIN = Style()
ILLEGAL = [chr(code) for code in (0, 1, 8, 11, 12, 14, 31, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)]


def book_with(*values: Value, name: str = "Sheet") -> bytes:
    with Book("title", "author", date(2025, 1, 1)) as book:
        sheet = book.sheet(name, Layout([10.0]))
        for value in values:
            sheet.row([(value, PLAIN)])
        return book.packed()


def read_by_calamine(workbook: bytes) -> list[object]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0)
    return [row[0] for row in sheet.to_python(skip_empty_area=False)]


@given(st.text(min_size=1))
@example("=cmd|' /C calc'!A0")
@example("#N/A")
@example("{=1}")
@example("_x0041_x0042_")
@example(" a\r\n\tb ")
@example("]]>&amp;<f>1</f>")
def test_text_is_never_a_formula_and_stays_as_it_is(text: str) -> None:
    workbook = book_with(text)
    assert not formulas_in(workbook)
    cell = opened(workbook).worksheets[0]["A1"]
    assert cell.data_type in {"s", "n"}  # "n" is how an empty one is read
    assert "".join(map(str, read_by_calamine(workbook))) == clean(text)


@given(st.text(st.characters() | st.sampled_from(ILLEGAL)))
def test_clean_removes_only_what_a_workbook_cannot_hold(text: str) -> None:
    kept = clean(text)
    assert not set(kept) & set(ILLEGAL)
    assert kept == "".join(sign for sign in text if sign in kept)
    assert clean(kept) == kept


def test_a_text_is_no_longer_than_a_cell() -> None:
    assert len(clean("x" * 40_000)) == 32_767
    assert len(clean("😀" * 20_000).encode("utf-16-le")) // 2 == 32_766


@given(st.integers(-(10**30), 10**30), st.integers(0, 4))
def test_decimals_are_written_digit_by_digit(minor: int, digits: int) -> None:
    amount = Decimal(minor).scaleb(-digits)
    sheet = parts_of(book_with(amount))["xl/worksheets/sheet1.xml"]
    assert f"<v>{amount:f}</v>".encode() in sheet


def test_days_and_times_are_written() -> None:
    values = [date(2025, 1, 3), datetime.combine(date(2025, 1, 3), time(12, 30)), date(1900, 3, 1)]
    sheet = opened(book_with(*values)).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == [45660, 45660.520833333336, 61]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b\\c[d]:*?", "a-b-c-d----"),
        ("", "Sheet"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("\x00bell\x07", "bell"),
    ],
)
def test_sheet_names_are_made_valid(name: str, expected: str) -> None:
    assert opened(book_with(1, name=name)).sheetnames == [expected]


def test_sheet_names_are_made_unique() -> None:
    names = ["Sales", "SALES (2)", "x" * 31, "x" * 27 + " (2)"]
    with Book("title", "author", date(2025, 1, 1)) as book:
        for name in ("Sales", "SALES", "x" * 31, "x" * 32):
            book.sheet(name, Layout([10.0])).row()
        assert opened(book.packed()).sheetnames == names


def test_too_many_rows_for_a_worksheet_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.sheet.MOST_ROWS", 2)
    with pytest.raises(TooManyRowsError, match="'Sheet'"):
        book_with(1, 2, 3)


def test_footers_stay_short_and_plain() -> None:
    with Book("&P " * 100, "P&L\n" * 100, date(2025, 1, 1), marked="DRAFT") as book:
        book.sheet("Sheet", Layout([10.0])).row()
        sheet = opened(book.packed()).worksheets[0]
    assert len(str(sheet.oddFooter)) < 255
    assert sheet.oddFooter.right.text == "Page &P of &N"
    assert "&P" not in sheet.oddFooter.center.text.replace("&&", "")


@given(st.text(max_size=40))
@example("")
@example(" \r\n\t& <\"'> ]]> \x85\u2028 é 😀 _x0041_ ")
def test_cells_are_written_as_an_xml_library_would(value: str) -> None:
    """Rows go into the file as they are, between what lxml writes."""
    written = cell_xml("A1", "1", value)
    assert etree.tostring(etree.fromstring(written)) == written.encode("ascii", "xmlcharrefreplace")

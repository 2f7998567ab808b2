"""A refused report is returned unchanged, with its problems in an additional column."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports import returned
from reports.measure import Value
from reports.streaming import clean
from tests.reports.reading import formulas_in, opened, read_day, rows_of, sheet_of, texts_of

ROWS: list[list[Value]] = [
    ["Elliott Bay Book Company"],
    [],
    ["Date", "ISBN", "Title", "Units", "Net"],
    [date(2025, 1, 3), "9780306406157", '=HYPERLINK("x")', 3, Decimal("22.50")],
    [date(2025, 1, 4), "978030640615", "Bridges", 3, 22.5, None, "beyond"],
    [datetime.combine(date(2025, 1, 5), time(12, 30)), "9781861972712", "-1+2", "3,5", None],
]
REASONS = {
    ("Sales", 5): "Column ISBN: 12 digits. Write all 13.",
    ("Sales", 6): "3,5 is not whole.",
}


def values_of(workbook: bytes) -> list[list[object]]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0)
    return [[*row] for row in sheet.to_python(skip_empty_area=False)]


def test_returned_report_keeps_cells_and_adds_a_column() -> None:
    workbook = returned.workbook([("Sales", ROWS)], REASONS, {"Sales": 3})
    rows = values_of(workbook)
    for given_row, row in zip(ROWS, rows, strict=True):
        expected = ["" if value is None else value for value in given_row]
        assert row[: len(expected)] == expected
    assert [row[7] for row in rows] == ["", "", "Problem", "", *REASONS.values()]
    assert not formulas_in(workbook)


def test_only_bad_rows_are_marked_and_all_can_be_filtered() -> None:
    sheet = sheet_of(returned.workbook([("Sales", ROWS)], REASONS, {"Sales": 3}), "Sales")
    marked = {row[0].row for row in sheet.iter_rows() if row[0].fill.fill_type == "solid"}
    assert marked == {5, 6}
    assert sheet.auto_filter.ref == "A3:H6"
    assert sheet.freeze_panes == "A4"


def test_reasons_are_added_beside_a_table_without_headings() -> None:
    rows = values_of(returned.workbook([("Sales", ROWS[3:])], {("Sales", 2): "bad"}))
    assert [row[7] for row in rows] == ["", "bad", ""]


def test_a_heading_row_may_be_the_problem() -> None:
    rows = values_of(returned.workbook([("S", [["Date"]])], {("S", 1): "no ISBN"}, {"S": 1}))
    assert rows == [["Date", "no ISBN"]]


def test_problems_without_a_row_are_listed() -> None:
    reasons = {("Sales", 0): "no column of copies", ("Gone", 4): "lost", ("Sales", 99): "beyond"}
    workbook = opened(returned.workbook([("Sales", ROWS)], reasons))
    assert workbook.sheetnames == ["Sales", "Problems"]
    assert rows_of(workbook["Problems"])[1:] == [
        ["Gone", 4, "lost"],
        ["Sales", None, "no column of copies"],
        ["Sales", 99, "beyond"],
    ]


def test_report_without_sheets_gives_a_workbook() -> None:
    workbook = opened(returned.workbook([], {("", 0): "an empty file"}))
    assert "an empty file" in texts_of(workbook["Problems"])


def test_several_sheets_keep_their_names_and_reasons() -> None:
    sheets: list[tuple[str, list[list[Value]]]] = [("A", [["x"]]), ("B", [["x"]])]
    workbook = opened(returned.workbook(sheets, {("B", 1): "bad"}))
    assert rows_of(workbook["A"]) == [["x"]]
    assert rows_of(workbook["B"]) == [["x", "bad"]]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (12345678901234567, "12345678901234567"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("12.50"), 12.5),
        (0.1 + 0.2, 0.1 + 0.2),
        (float("nan"), "nan"),
        (Decimal("Infinity"), "Infinity"),
        (date(1899, 12, 31), "1899-12-31"),
        (True, True),
        ("0012", "0012"),
        ("1e5", "1e5"),
        ("_x0041_", "_x0041_"),
        (" padded\r\n", " padded\r\n"),
    ],
)
def test_values_that_excel_would_change_are_kept(value: Value, kept: object) -> None:
    rows = values_of(returned.workbook([("S", [[value, "end"]])], {}))
    assert rows == [[kept, "end"]]
    assert type(rows[0][0]) is type(kept)


def test_text_that_tempts_excel_is_formatted_as_text() -> None:
    rows: list[list[Value]] = [["=1", "978-0-306-40615-7", "Bridges", "+1", "@x"]]
    sheet = sheet_of(returned.workbook([("S", rows)], {}), "S")
    assert [cell.number_format for cell in sheet[1]] == ["@", "@", "General", "@", "@"]


CELLS = (
    st.none()
    | st.text()
    | st.integers(-(10**14), 10**14)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(-(10**9), 10**9, places=2)
    | st.dates(date(1900, 3, 1))
)


@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=5), st.dictionaries(st.integers(1, 6), st.text())
)
def test_returned_report_reads_back_the_same(
    rows: list[list[Value]], reasons: dict[int, str]
) -> None:
    workbook = returned.workbook(
        [("S", rows)], {("S", row): reason for row, reason in reasons.items()}
    )
    assert not formulas_in(workbook)
    read = values_of(workbook)
    for number, values in enumerate(rows):
        row = read[number] if number < len(read) else []
        for place, value in enumerate(values):
            assert (row[place] if place < len(row) else "") == as_read(value)


def as_read(value: Value) -> object:
    match value:
        case None:
            return ""
        case str():
            return clean(value)
        case Decimal():
            return float(value)
        case _:
            return value


def test_large_reports_are_streamed() -> None:
    def rows() -> Iterator[Sequence[Value]]:
        yield ["Date", "Units"]
        for number in range(5_000):
            yield [date(2025, 1, 1), number]

    sheet = sheet_of(returned.workbook([("S", rows())], {("S", 4_000): "bad"}, {"S": 1}), "S")
    assert sheet.max_row == 5_001
    assert [cell.value for cell in sheet[4_000]] == [read_day(2025, 1, 1), 3_998, "bad"]


def test_broken_report_leaves_no_file_open() -> None:
    def rows() -> Iterator[Sequence[Value]]:
        yield ["Date"]
        raise OSError("the disk is gone")

    sheets: list[tuple[str, Iterable[Sequence[Value]]]] = [("A", [["x"]] * 3), ("B", rows())]
    with pytest.raises(OSError, match="the disk is gone"):
        returned.workbook(sheets, {})

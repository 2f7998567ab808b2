"""Layout of sheets on screen and paper; nothing is cut off."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl.utils import get_column_letter

from reports import period, statement
from reports.measure import ems, height_of, lines_of
from reports.styles import CELL, HEAD, Style
from royalties.domain.royalties.statements import PaymentShown
from tests.reports import samples
from tests.reports.reading import Loaded, opened

BOOKS = {
    "statement": statement.workbook(samples.statement()),
    "large": statement.workbook(
        samples.statement(
            brought_forward=-123_456_789_012_345,
            due=-123_456_789_012_345,
            contracts=(
                samples.contract(
                    earned=987_654_321_098_765,
                    lines=(samples.earned_line(base="-123456789012.123456", units=-123_456_789),),
                ),
            ),
        )
    ),
    "period": period.workbook(samples.period_report()),
}


@pytest.fixture(params=sorted(BOOKS))
def workbook(request: pytest.FixtureRequest) -> bytes:
    return BOOKS[request.param]


def shown(cell: Loaded) -> str:
    """About what a figure's cell shows."""
    if isinstance(cell.value, datetime):
        return "00 Mmm 0000"
    digits = cell.number_format.split(";")[0].partition(".")[2].count("0")
    sign = "%" if "%" in cell.number_format else ""
    return f"{cell.value:,.{digits}f}{sign}"


def test_figures_fit_their_columns(workbook: bytes) -> None:
    for sheet in opened(workbook).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float | datetime):
                    width = sheet.column_dimensions[cell.column_letter].width
                    needed = ems(shown(cell)) * cell.font.size / 5.25 + 1.5
                    assert needed <= width, (sheet.title, cell.coordinate, cell.value)


def test_texts_fit_their_rows(workbook: bytes) -> None:
    for sheet in opened(workbook).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.alignment.wrap_text:
                    style = Style(size=cell.font.size, bold=cell.font.b, wrap=True)
                    width = sheet.column_dimensions[cell.column_letter].width
                    lines = lines_of(cell.value, width, style)
                    height = sheet.row_dimensions[cell.row].height
                    assert height >= 1.2 * style.size * lines, (sheet.title, cell.coordinate)


def test_pages_are_one_sheet_wide_with_headings_and_numbers(workbook: bytes) -> None:
    for sheet in opened(workbook).worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1
        columns, rows = sheet.print_area.split(":")[1].strip("$").split("$")
        assert columns == get_column_letter(sheet.max_column)
        assert int(rows) >= sheet.max_row
        assert sheet.oddFooter.right.text == "Page &P of &N"
        assert not sheet.sheet_view.showGridLines
        assert not sheet.merged_cells.ranges


def test_letter_is_portrait_and_other_sheets_landscape() -> None:
    first, *others = opened(BOOKS["statement"]).worksheets
    assert first.page_setup.orientation == "portrait"
    assert {sheet.page_setup.orientation for sheet in others} == {"landscape"}


@pytest.mark.parametrize(("currency", "paper"), [("USD", "1"), ("EUR", "9")])
def test_paper_size_follows_the_publishers_country(currency: str, paper: str) -> None:
    publisher = replace(samples.PUBLISHER, currency=currency)
    workbook = opened(statement.workbook(samples.statement(publisher=publisher)))
    assert {str(sheet.page_setup.paperSize) for sheet in workbook.worksheets} == {paper}


def test_headings_repeat_in_print_and_are_frozen_on_screen() -> None:
    workbook = opened(BOOKS["statement"])
    for name in ("Earned", "Places", "Corrections", "Editions"):
        sheet = workbook[name]
        row = int(sheet.print_title_rows.split("$")[-1])
        assert sheet.freeze_panes == f"A{row + 1}"
        assert sheet.cell(row, 1).fill.fgColor.rgb == f"00{HEAD.fill}"


def test_letter_is_fitted_to_whole_pages() -> None:
    for contracts, pages in ((1, 1), (3, 3)):
        value = samples.statement(contracts=(samples.contract(),) * contracts)
        letter = opened(statement.workbook(value))["Statement"]
        assert letter.page_setup.fitToHeight == pages


def test_row_heights_follow_their_texts() -> None:
    one, two = "short", "a text that is a good deal longer than one line of its column"
    assert height_of([(one, CELL)], [40.0]) == 15.5
    assert height_of([(two, CELL)], [40.0]) > 25
    assert height_of([(two, CELL.also(wrap=False))], [40.0]) == 15.5
    assert height_of([("x" * 30_000, CELL)], [20.0]) == 409


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 1), ("a\nb\nc", 3), ("漢" * 60, 4), ("W" * 100, 5), ("i" * 100, 2)],
)
def test_line_count_depends_on_letter_widths(text: str, lines: int) -> None:
    assert lines_of(text, 40.0, Style()) == lines


@pytest.mark.parametrize("words", [1, 6, 12, 90])
def test_reason_of_a_payment_that_came_back_is_not_cut_off(words: int) -> None:
    """A remark that no empty cell beside it can hold goes on below; the amount stands once."""
    reason = " ".join(f"reason{number}" for number in range(words))
    came_back = PaymentShown(date(2026, 3, 1), "ACH 77", 12_34, 0, came_back=True, reason=reason)
    book = statement.workbook(samples.statement(payments=(came_back,)))
    sheet = opened(book).worksheets[0]
    first = next(row for row in sheet.iter_rows() if row[0].value == "A payment that came back")
    at = first[0].row
    rows = [first]
    while sheet.cell(at + len(rows), 1).value is None and sheet.cell(at + len(rows), 2).value:
        rows.append(sheet[at + len(rows)])
    assert " ".join(row[1].value for row in rows) == f"1 Mar 2026, ACH 77: {reason}"
    assert [row[4].value for row in rows] == [12.34, *[None] * (len(rows) - 1)]
    room = sum(sheet.column_dimensions[letter].width for letter in "BCD")
    for row in rows:
        assert ems(row[1].value) * row[1].font.size / 5.25 <= room
        assert (row[0].border.bottom.style is None) == (row is not rows[-1])

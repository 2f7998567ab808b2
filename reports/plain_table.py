"""A workbook of plain tables: to be filled in, sorted or compared, not printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.measure import Cell
from reports.sheet import Book, Layout
from reports.styles import CELL, DATE, SUBTITLE, TEXT_FORMAT, TITLE, money
from reports.tables import SheetColumn, heading_row, widths

Value = str | int | Decimal | date
"""A text, an integer, an amount with the decimals to show, or a day."""

_HEADINGS = 4
_TEXT = CELL.also(format=TEXT_FORMAT)
_DAY = CELL.also(format=DATE, align="left")


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table.

    Attributes:
        name: of its sheet.
        note: one line above it.
        columns: headings, and whether a column holds figures.
        rows: as many values as columns.
    """

    name: str
    note: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Value]]


def workbook(tables: Sequence[PlainTable], publisher: str, currency: str, dated: date) -> bytes:
    """The tables as an Excel workbook; the same tables give the same bytes."""
    with Book(tables[0].name, publisher, dated, currency=currency) as book:
        for table in tables:
            columns = [
                SheetColumn(name, figures=is_figure, least=9, most=44)
                for name, is_figure in table.columns
            ]
            rows = [[_cell(value) for value in row] for row in table.rows]
            fitted = widths(columns, rows)
            layout = Layout(fitted, heading_row=_HEADINGS, frozen=f"A{_HEADINGS + 1}")
            sheet = book.sheet(table.name, layout)
            sheet.row([(table.name, TITLE)], height=26)
            sheet.row([(table.note, SUBTITLE)])
            sheet.row(height=8)
            heading_row(sheet, columns)
            for row in rows:
                sheet.row(row)
            if rows:
                sheet.filter_from(_HEADINGS)
        return book.packed()


def _cell(value: Value) -> Cell:
    if isinstance(value, str):
        return value, _TEXT
    if isinstance(value, date):
        return value, _DAY
    if isinstance(value, int):
        return value, CELL.as_number(money(0))
    digits = max(0, -int(value.as_tuple().exponent))
    return value, CELL.as_number(money(digits))

"""A list as a file: CSV, or one sheet of a workbook, row by row in constant memory.

A text is written as a text, whatever it looks like: nothing from a retailer's report becomes a
formula in somebody's spreadsheet.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from reports.streaming import MOST_ROWS, clean
from royalties.domain.spreadsheets import no_formula

MOST = MOST_ROWS - 1
"""Rows that fit on a worksheet, below the headings."""

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_EXACT_DIGITS = 15

Value: TypeAlias = str | int | Decimal | None
Row: TypeAlias = Sequence[Value]


def csv_lines(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """A list as CSV, some hundreds of lines at a time, beginning with a byte order mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([no_formula(heading) for heading in headings])
    for row in rows:
        writer.writerow([no_formula(value) if isinstance(value, str) else value for value in row])
        if buffer.tell() > 1 << 16:
            yield _drained(buffer)
    yield _drained(buffer)


def write_workbook(
    path: Path, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Row]
) -> None:
    """Write a list as a workbook of one sheet.

    Args:
        path: of the file.
        name: of the sheet.
        columns: their headings and widths.
        rows: as many values as columns.
    """
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet(name)
        bold = workbook.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        for place, (heading, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(last, place, clean(value))
                elif value is not None:
                    _write_number(sheet, last, place, value)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        end = xl_col_to_name(len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{end}{last + 1}"})


def _write_number(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, place: int, value: int | Decimal
) -> None:
    if len(Decimal(value).as_tuple().digits) > _EXACT_DIGITS:
        sheet.write_string(row, place, str(value))  # a workbook would lose digits
    else:
        sheet.write_number(row, place, value)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text

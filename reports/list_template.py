"""Templates of lists to fill in: a sheet with the headings, and one that explains them."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from reports.sheet import Book, Layout
from reports.styles import CELL, HEAD, NOTE, TEXT_FORMAT, TITLE
from reports.tables import SheetColumn, banner, heading_row

_LEAST_WIDTH = 14
_BLANK_ROWS = 200
_BOM = "\ufeff"


class TemplateColumn(NamedTuple):
    """A column of a list: heading, explanation, whether it is required, and two examples."""

    heading: str
    words: str
    is_needed: bool
    examples: tuple[str, str]


def workbook(name: str, author: str, columns: Sequence[TemplateColumn], dated: date) -> bytes:
    """A workbook whose first sheet is to be filled in; cells are texts, so that no zero is lost."""
    with Book(name, author, dated) as book:
        headings = [column.heading for column in columns]
        sheet = book.sheet(
            name,
            Layout(
                [max(_LEAST_WIDTH, len(column) + 4) for column in headings],
                heading_row=1,
                frozen="A2",
            ),
        )
        sheet.row([(column, HEAD) for column in headings])
        text = CELL.also(format=TEXT_FORMAT)
        for _ in range(_BLANK_ROWS):
            sheet.row([(None, text)] * len(headings))
        explanations = book.sheet(
            "What the columns say", Layout((22, 70, 12, 34, 34), heading_row=3)
        )
        banner(explanations, f"{name}: what the columns say", TITLE)
        banner(
            explanations,
            "Columns that are not needed may be left out, and stand in any order.",
            NOTE,
        )
        columns_shown = [
            SheetColumn(column)
            for column in ("Heading", "What it says", "Needed", "Example", "Another one")
        ]
        heading_row(explanations, columns_shown)
        for column in columns:
            needed = "yes" if column.is_needed else ""
            explanations.row(
                [(text, CELL) for text in (column.heading, column.words, needed, *column.examples)]
            )
        return book.packed()


def text(columns: Sequence[TemplateColumn]) -> bytes:
    """The headings as CSV, as spreadsheet programs open it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow(each.heading for each in columns)
    return (_BOM + out.getvalue()).encode()

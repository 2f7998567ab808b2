"""A refused report as a workbook: the same cells in the same places, and what is wrong."""

import math
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO

from reports.measure import Cell, Value
from reports.sheet import Book, Layout
from reports.streaming import fits_date
from reports.styles import ALERT, HEAD, MARK_TINT, TEXT_FORMAT, Style
from reports.tables import SheetColumn, heading_row, widths

PROBLEM = "Problem"

_EXACT = 10**15
_SAMPLE = 200
_CHUNK = 1_000
_IN_MEMORY = 8_000_000
_UNDATED = date(1980, 1, 1)
_PROBLEM_WIDTH = 70
_DATE = "yyyy-mm-dd"
_DATE_AND_TIME = "yyyy-mm-dd hh:mm:ss"
_COLUMN = SheetColumn("", least=9, most=44)
_PROBLEM_COLUMNS = (
    SheetColumn("Sheet", least=20),
    SheetColumn("Row", figures=True),
    SheetColumn(PROBLEM, least=70, most=90),
)

_CHANGE_COLUMNS = (
    SheetColumn("Sheet", least=20),
    SheetColumn("Row", figures=True),
    SheetColumn("Changed before", least=60, most=90),
    SheetColumn("By", least=20),
    SheetColumn("When", least=20),
)

_UNCHANGED = Style(align="general")
_MARKED = _UNCHANGED.also(fill=MARK_TINT)
_REASON = Style(bold=True, color=ALERT, fill=MARK_TINT, wrap=True, indent=1)


def workbook(
    sheets: Iterable[tuple[str, Iterable[Sequence[Value]]]],
    reasons: Mapping[tuple[str, int], str],
    header_rows: Mapping[str, int] | None = None,
    changes: Sequence[tuple[str, int, str, str, str]] = (),
) -> bytes:
    """Write every sheet unchanged, with a last column that says what is wrong with a row.

    Values keep their types: a text stays a text, whatever it looks like, and a number that Excel
    would round becomes one. Rows are read once and never all held in memory.

    Args:
        sheets: names and rows, the first row being 1.
        reasons: what is wrong, by sheet and row; those without such a row (0 means the whole sheet)
            are on a sheet of their own.
        header_rows: the row of each sheet's headings, where known.
        changes: changes already made in the report: sheet, row, text, who and when; listed
            on a sheet of their own.
    """
    unplaced = dict(reasons)
    with Book("Report with problems", "", _UNDATED) as book:
        for name, rows in sheets:
            of_it = {row: reason for (sheet, row), reason in reasons.items() if sheet == name}
            written = _write_sheet(book, name, rows, of_it, (header_rows or {}).get(name))
            for row in range(1, written + 1):
                unplaced.pop((name, row), None)
        if unplaced or not book.sheets:
            _add_problem_list(book, unplaced)
        if changes:
            _list_changes(book, changes)
        return book.packed()


@dataclass(slots=True)
class _Spool:
    """Rows spooled to a file until the width of the widest is known."""

    file: IO[bytes]
    sample: list[Sequence[Value]]
    width: int = 0
    rows: int = 0

    def fill(self, rows: Iterable[Sequence[Value]]) -> None:
        """Spool rows."""
        waiting = iter(rows)
        while chunk := list(islice(waiting, _CHUNK)):
            self.sample += chunk[: max(_SAMPLE - len(self.sample), 0)]
            self.width = max(self.width, *map(len, chunk))
            self.rows += len(chunk)
            pickle.dump(chunk, self.file)

    def __iter__(self) -> Iterator[Sequence[Value]]:
        self.file.seek(0)
        for _ in range(0, self.rows, _CHUNK):
            yield from pickle.load(self.file)  # noqa: S301 - what fill wrote, in an unnamed file


def _write_sheet(
    book: Book,
    name: str,
    rows: Iterable[Sequence[Value]],
    reasons: Mapping[int, str],
    header: int | None,
) -> int:
    """Write a sheet and return how many rows it has."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        spool = _Spool(file, [])
        spool.fill(rows)
        sheet = book.sheet(name, _layout(spool, header))
        for number, values in enumerate(spool, start=1):
            sheet.row(_cells(values, spool.width, reasons.get(number), heads=number == header))
        if spool.rows > (header or 1):
            sheet.filter_from(header or 1)
        return spool.rows


def _layout(spool: _Spool, header: int | None) -> Layout:
    sample = ([_exact_cell(value, _UNCHANGED) for value in values] for values in spool.sample)
    fitted = widths([_COLUMN] * spool.width, sample)
    return Layout(
        [*fitted, _PROBLEM_WIDTH],
        heading_row=header,
        frozen=f"A{header + 1}" if header else None,
        grid=True,
    )


def _cells(values: Sequence[Value], width: int, reason: str | None, *, heads: bool) -> list[Cell]:
    if reason is None:
        cells = [None if value is None else _exact_cell(value, _UNCHANGED) for value in values]
        if heads:
            cells += [None] * (width - len(values))
            cells.append((PROBLEM, HEAD))
        return cells
    cells = [_exact_cell(value, _MARKED) for value in values]
    cells += [(None, _MARKED)] * (width - len(values))
    cells.append((reason, _REASON))
    return cells


def _exact_cell(value: Value, style: Style) -> Cell:
    """A cell from which a reader gets exactly the same value."""
    match value:
        case None | bool() | bytes():
            return value, style
        case str():
            return value, style.also(format=TEXT_FORMAT) if _is_converted(value) else style
        case date() if fits_date(value):
            timed = isinstance(value, datetime)
            return value, style.also(format=_DATE_AND_TIME if timed else _DATE)
        case int() | float() | Decimal() if _survives(value):
            return value, style
        case _:
            return str(value), style.also(format=TEXT_FORMAT)


def _survives(value: float | Decimal) -> bool:
    """Whether a number survives Excel's binary numbers of fifteen digits."""
    if isinstance(value, int):
        return abs(value) < _EXACT
    return math.isfinite(value) and (
        isinstance(value, float) or Decimal(repr(float(value))) == value
    )


def _is_converted(text: str) -> bool:
    """Whether Excel would convert the text once somebody edits the cell."""
    return text[:1] in {"=", "+", "-", "@"} or text.replace("-", "").isdigit()


def _add_problem_list(book: Book, reasons: Mapping[tuple[str, int], str]) -> None:
    cells: list[list[Cell]] = [
        [(name, _MARKED), (row or None, _MARKED), (reason, _REASON)]
        for (name, row), reason in sorted(reasons.items())
    ]
    sheet = book.sheet(
        "Problems", Layout(widths(_PROBLEM_COLUMNS, cells), heading_row=1, frozen="A2")
    )
    heading_row(sheet, _PROBLEM_COLUMNS)
    for row in cells:
        sheet.row(row)


def _list_changes(book: Book, changes: Sequence[tuple[str, int, str, str, str]]) -> None:
    cells: list[list[Cell]] = [
        [_exact_cell(value, _UNCHANGED) for value in (sheet or None, row, words, by, at)]
        for sheet, row, words, by, at in changes
    ]
    sheet = book.sheet(
        "Changes", Layout(widths(_CHANGE_COLUMNS, cells), heading_row=1, frozen="A2")
    )
    heading_row(sheet, _CHANGE_COLUMNS)
    for row in cells:
        sheet.row(row)

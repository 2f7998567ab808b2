"""Parts of tables: headings, widths that fit, and figures from exact texts."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from reports.measure import Cell, height_of, lines_of
from reports.sheet import SheetWriter
from reports.styles import HEAD, Style, money, percent
from royalties.domain.currencies import exponent
from royalties.domain.money import as_decimal
from royalties.domain.terms.catalogue import numbers_heading

_PLAIN = re.compile(r"-?\d+(?:\.(\d+))?", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = "00 Mmm 0000"
_ROOM = 3.0
_SIGNS_PER_UNIT = 0.95
_MOST_HEADING = 20
_HEAD_HEIGHT = 22
_MOST_DIGITS = 15
_LONGEST = 32
_HUNDREDTH = Decimal("0.01")
_MOST_DECIMALS = 4
"""The most decimals of a percentage."""
ISBN = "ISBN"
"""The heading of the column of ISBNs; see ``numbered``."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its heading, whether it holds figures, and its minimal and maximal width."""

    heading: str
    figures: bool = False
    least: float = 8
    most: float = 40


def numbered(columns: Sequence[SheetColumn], numbers: Iterable[str]) -> tuple[SheetColumn, ...]:
    """The columns, with the heading of ISBNs changed to what the numbers are."""
    name = numbers_heading(numbers)
    return tuple(replace(each, heading=name) if each.heading == ISBN else each for each in columns)


def heading_row(sheet: SheetWriter, columns: Sequence[SheetColumn]) -> int:
    """Write the headings, those of figures right-aligned, and return the row."""
    cells = [
        (column.heading, _head(column, width))
        for column, width in zip(columns, sheet.widths, strict=False)
    ]
    return sheet.row(cells, max(_HEAD_HEIGHT, 5 + height_of(cells, sheet.widths)))


def _head(column: SheetColumn, width: float) -> Style:
    if not column.figures:
        return HEAD
    if lines_of(column.heading, width, HEAD) > 1:
        return HEAD.also(align="right")
    return HEAD.to_the_right()


def banner(sheet: SheetWriter, text: str, style: Style, height: float | None = None) -> None:
    """Write a text across all columns, on as many lines as it needs."""
    room = int(_SIGNS_PER_UNIT * sum(sheet.widths) * 10 / style.size)
    for line in textwrap.wrap(text, room) or [""]:
        sheet.row([(line, style), *[(None, style)] * (len(sheet.widths) - 1)], height)


def widths(columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]]) -> list[float]:
    """Widths at which every figure is shown whole, and texts rarely wrap."""
    longest = [0] * len(columns)
    for row in rows:
        for place, cell in enumerate(row):
            if cell is not None:
                longest[place] = max(longest[place], _signs(cell[0]))
    return [_width(column, size + _ROOM) for column, size in zip(columns, longest, strict=True)]


def _width(column: SheetColumn, needed: float) -> float:
    heading = min(max(map(len, column.heading.split()), default=0) + _ROOM, _MOST_HEADING)
    return max(column.least, heading, needed if column.figures else min(needed, column.most))


def _signs(value: object) -> int:
    """Roughly how many characters a cell shows."""
    match value:
        case None:
            return 0
        case str() | bytes():
            return len(value)
        case date():
            return len(_DAY)
        case _:
            return len(f"{value:,}")


def amount(minor: int, currency: str, style: Style) -> Cell:
    """An amount of minor units as a cell."""
    return as_decimal(minor, currency), style.as_number(money(exponent(currency)))


def amount_width(amounts: Iterable[tuple[int, str]]) -> float:
    """The width that shows each of some amounts (minor units and currency) in full."""
    return _ROOM + max(len(f"{as_decimal(minor, currency):,}") for minor, currency in amounts)


def figure(text: str, style: Style, digits: int = 0) -> Cell:
    """An exact text as a number with at least ``digits`` digits.

    A ratio such as 5/7, or a number with more digits than Excel has, stays a text.
    """
    decimals = _digits(text)
    if decimals is None:
        return text, style.to_the_right()
    return Decimal(text), style.as_number(money(max(digits, decimals)))


def percentage(text: str, style: Style) -> Cell:
    """A fraction of one as a percentage: 0.125 is shown as 12.5%, with at most four decimals."""
    decimals = _digits(text)
    if decimals is None:
        return text, style.to_the_right()
    return Decimal(text), style.as_number(percent(min(max(0, decimals - 2), _MOST_DECIMALS)))


def _digits(text: str) -> int | None:
    """How many decimals a plain number has, if Excel can hold it exactly."""
    plain = _PLAIN.fullmatch(text)
    digits = len(plain[1] or "") if plain else 0
    return None if plain is None or len(text) > _LONGEST or digits > _MOST_DIGITS else digits


def percent_text(text: str) -> str:
    """A fraction of one as text: 0.24 is 24 %."""
    if _PLAIN.fullmatch(text) is None:
        return text
    return f"{(Decimal(text) * 100).normalize():f} %"


def rounded_percent(text: str) -> str:
    """A fraction of one as text, to two digits: 0.515833 is 51.58 %; other texts give ""."""
    if _PLAIN.fullmatch(text) is None:
        return ""
    return f"{Decimal(text).scaleb(2).quantize(_HUNDREDTH, ROUND_HALF_UP):f} %"


def day_text(day: date) -> str:
    """A day as readers of every country understand it: 30 Jun 2025."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def total_row(
    name: str, figures: Mapping[int, Cell], style: Style, columns: int, at: int = 0
) -> list[Cell]:
    """A line of totals: its name in column ``at``, figures by column."""
    cells: list[Cell] = [(None, style)] * columns
    cells[at] = (name, style)
    for column, cell in figures.items():
        cells[column] = cell
    return cells

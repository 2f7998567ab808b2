"""How much room texts need, so that no viewer cuts them off.

Excel does not fit row heights when it opens a file, and other programs do not fit them at all,
so every row's height is computed here. Letter widths are Calibri's, roughly, as multiples of
the font size.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from reports.styles import Style

Value = str | bytes | int | float | Decimal | date | None
"""A cell's value; a ``bool`` is an ``int``, a ``datetime`` a ``date``.

Bytes are not a value: an error such as ``#DIV/0!``, or ``=`` for a formula never calculated.
"""

Cell = tuple[Value, Style] | None
"""A value and its style; None is an empty cell."""

POINTS_PER_UNIT = 5.25
"""A column's width is a number of digits at 11 points."""

_ROW = 15.5
_HIGHEST = 409.0
_USUAL_SIZE = 11
_MEASURED = 4_000
_PADDING = 6.0
_LEADING = 1.24
_BOLD = 1.04
_WIDTHS = {
    0.24: " 'ijl",
    0.27: ",.:;I",
    0.33: "!()-[]`fJt{}",
    0.39: "/\\rs",
    0.45: '"Lckvxyz',
    0.49: "?|ESTYZFag",
    0.54: "BCKPRXbdhnopqu",
    0.64: "ADGHNOQUV",
    0.71: "%&w",
    0.80: "m",
    0.89: "@MW",
}
_EMS = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_USUAL = 0.51


def height_of(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """The height in points that a row needs at these column widths."""
    points = _ROW
    for cell, width in zip(cells, widths, strict=False):
        if cell is None:
            continue
        value, style = cell
        lines = 1
        if style.wrap and isinstance(value, str) and 2 * len(value) > width:
            lines = lines_of(value, width, style)
        if lines > 1 or style.size > _USUAL_SIZE:
            points = max(points, _LEADING * style.size * lines + _PADDING)
    return min(points, _HIGHEST)


@lru_cache(4_096)
def lines_of(text: str, width: float, style: Style) -> int:
    """The number of lines on which a text wraps in a column of this width."""
    size = style.size * (_BOLD if style.bold else 1)
    room = max((width - 1.3 * style.indent) * POINTS_PER_UNIT - 2, size) / size
    return sum(_wrapped(paragraph, room) for paragraph in text[:_MEASURED].split("\n"))


def ems(text: str) -> float:
    """The width of a text as a multiple of its font size."""
    known = _EMS.get
    return sum(
        known(sign) or (_USUAL if sign.isascii() else _width_of_other(sign)) for sign in text
    )


def broken(text: str, room: float) -> list[str]:
    """A text as lines of at most so many times its font size; a word is never broken."""
    lines, used = [""], 0.0
    for word in text.split(" "):
        needed = ems(word)
        if lines[-1] and used + _EMS[" "] + needed > room:
            lines, used = [*lines, word], needed
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
            used += needed + (_EMS[" "] if used else 0.0)
    return lines


def _width_of_other(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(sign) in "WF" else 0.62


def _wrapped(paragraph: str, room: float) -> int:
    """Lines of a paragraph: words that fit stay whole, longer ones are broken."""
    lines, used, space = 1, 0.0, _EMS[" "]
    for needed in map(ems, paragraph.split(" ")):
        if used and used + space + needed > room:
            lines, used = lines + 1, 0.0
        lines += int(needed / room)
        used = (used + space if used else 0.0) + needed % room
    return lines

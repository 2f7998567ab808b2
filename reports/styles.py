"""The style of all workbooks: one palette, one typeface, a few kinds of cells."""

from dataclasses import dataclass, replace
from functools import cache

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

INK = "1F2933"
MUTED = "66727F"
ACCENT = "1F4E5F"
TINT = "EDF3F5"
RULE = "CBD5DB"
ALERT = "A12622"
ALERT_TINT = "FBECEA"
GOOD = "2C6B4A"
GOOD_TINT = "E9F4EE"
MARK_TINT = "FFF4D6"
SERIES = ("1F4E5F", "6B9DB0", "C6A15B", "B3CBD4", "8C6D3F", "8695A0", "3F7D6B", "D9C7A3")
"""Colours of a chart's series, in the order in which they are used."""

TYPEFACE = "Calibri"
GENERAL = "General"
TEXT_FORMAT = "@"
PAD = "_0"
"""A digit's width to the right of figures; an indent would do, but not in LibreOffice."""

RIGHT_TEXT = f"@{PAD}"
DATE = "d mmm yyyy"
MONTH = "mmm yyyy"


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One kind of cell. Compared by identity: make variants with ``also``, which caches them."""

    format: str = GENERAL
    align: str = "left"
    vertical: str = "center"
    wrap: bool = False
    indent: int = 0
    size: float = 10
    bold: bool = False
    italic: bool = False
    color: str = INK
    fill: str = ""
    top: str = ""
    bottom: str = ""
    edge: str = RULE

    def also(self, **changes: object) -> "Style":
        """This style with changes; the same changes give the same object."""
        return _changed(self, tuple(sorted(changes.items())))

    def as_number(self, number_format: str) -> "Style":
        """This style for figures: right-aligned, not wrapped."""
        return self.also(format=number_format, align="right", wrap=False, indent=0)

    def to_the_right(self) -> "Style":
        """This style for texts among figures: right-aligned."""
        return self.also(format=RIGHT_TEXT, align="right", wrap=False, indent=0)


@cache
def _changed(style: Style, changes: tuple[tuple[str, object], ...]) -> Style:
    return replace(style, **dict(changes))  # type: ignore[arg-type]


TITLE = Style(size=16, bold=True, color=ACCENT)
SUBTITLE = Style(color=MUTED)
HEADING = Style(size=12, bold=True, color=ACCENT, bottom="medium", edge=ACCENT)
SUBHEADING = Style(bold=True, color=ACCENT)
NOTE = Style(size=9, color=MUTED)
LINE = Style(bottom="hair")
SUBTOTAL = Style(bold=True, top="thin", edge=MUTED)
TOTAL = Style(bold=True, top="thin", bottom="double", edge=INK)

HEAD = Style(bold=True, color="FFFFFF", fill=ACCENT, wrap=True, indent=1)
BAND = Style(bold=True, fill=TINT, indent=1)
CELL = Style(bottom="hair", wrap=True, indent=1)
CELL_SUBTOTAL = SUBTOTAL.also(indent=1)
CELL_TOTAL = TOTAL.also(indent=1)
GOOD_CELL = Style(bold=True, color=GOOD, fill=GOOD_TINT, bottom="hair", indent=1)
BAD_CELL = Style(bold=True, color=ALERT, fill=ALERT_TINT, bottom="hair", indent=1)


@cache
def money(digits: int) -> str:
    """The number format of amounts with this many digits, negative ones in red."""
    plain = "#,##0" + ("." + "0" * digits if digits else "") + PAD
    return f"{plain};[Red]-{plain}"


COUNT = money(0)
COUNT_OR_DASH = f'{COUNT};"–"{PAD}'


@cache
def percent(digits: int) -> str:
    """The number format of a percentage with this many digits."""
    return "0" + ("." + "0" * digits if digits else "") + "%" + PAD


def font_of(style: Style) -> Font:
    """The style's font."""
    return _font(style.size, style.bold, style.italic, style.color)


def fill_of(style: Style) -> PatternFill:
    """The style's background."""
    return _fill(style.fill)


def border_of(style: Style) -> Border:
    """The style's borders above and below; nothing here has vertical borders."""
    return _border(style.top, style.bottom, style.edge)


def alignment_of(style: Style) -> Alignment:
    """The style's alignment of text."""
    return _alignment(style.align, style.vertical, style.wrap, style.indent)


# Equal parts are one object each, so that a workbook need not compare them by value.


@cache
def _font(size: float, bold: bool, italic: bool, color: str) -> Font:  # noqa: FBT001
    return Font(name=TYPEFACE, size=size, bold=bold, italic=italic, color=color)


@cache
def _fill(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color) if color else PatternFill()


@cache
def _border(top: str, bottom: str, color: str) -> Border:
    return Border(top=_side(top, color), bottom=_side(bottom, color))


@cache
def _alignment(align: str, vertical: str, wrap: bool, indent: int) -> Alignment:  # noqa: FBT001
    return Alignment(
        horizontal=align,
        vertical=vertical,
        wrap_text=wrap or None,
        indent=indent,
    )


def _side(kind: str, color: str) -> Side:
    return Side(kind, color=color) if kind else Side()  # type: ignore[arg-type]

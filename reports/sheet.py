"""Workbooks in the publisher's style: sheets filled row by row, laid out for screen and paper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self, cast

from openpyxl.chart.bar_chart import BarChart
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.logo import Logo
from reports.measure import POINTS_PER_UNIT, Cell, height_of
from reports.streaming import MOST_ROWS, StreamedSheet, StreamedWorkbook, cell_xml, clean
from reports.styles import (
    ALERT,
    MUTED,
    TYPEFACE,
    Style,
)

PRINTED_WIDTH, PRINTED_HEIGHT = 509, 680
"""The area that both Letter and A4 have within our margins, in points."""

_POINTS_PER_PIXEL = 0.75
_LETTER = 1
_A4 = 9
_LETTER_CURRENCIES = frozenset({"USD", "CAD", "MXN"})
_FOOTER_ROOM = 75
_MOST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))


class TooManyRowsError(ValueError):
    """More rows than a worksheet can hold."""

    def __init__(self, name: str) -> None:
        super().__init__(f"sheet {name!r} has more than the {MOST_ROWS:,} rows a worksheet holds")


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet's layout on screen and paper.

    ``heading_row`` is repeated on every printed page; ``frozen`` is the first cell that scrolls.
    """

    widths: Sequence[float]
    landscape: bool = True
    heading_row: int | None = None
    frozen: str | None = None
    grid: bool = False
    tab: str = ""


class Book:
    """A workbook being written; its bytes depend only on its content and on ``dated``.

    ``marked`` is printed at the top of every page, ``logo`` (a PNG) above letterheads. Use it as a
    context manager.
    """

    def __init__(
        self,
        title: str,
        author: str,
        dated: date,
        *,
        currency: str = "",
        marked: str = "",
        logo: bytes = b"",
    ) -> None:
        self._workbook = StreamedWorkbook()
        properties = self._workbook.properties
        properties.title = clean(title)
        properties.creator = properties.lastModifiedBy = clean(author)
        properties.created = properties.modified = datetime.combine(dated, time())
        self._paper = _LETTER if currency in _LETTER_CURRENCIES else _A4
        self._footer = _in_footer(author), _in_footer(title), "Page &P of &N"
        self._marked = marked
        self.logo = logo
        self._styles: dict[Style, str] = {}
        self.sheets: list[SheetWriter] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workbook.abandon()

    def sheet(self, name: str, layout: Layout) -> "SheetWriter":
        """Add a sheet."""
        streamed = self._workbook.add(self._free_name(name))
        sheet = SheetWriter(self, streamed, layout)
        self._set_up_print(sheet.worksheet, layout)
        self.sheets.append(sheet)
        return sheet

    def style(self, style: Style) -> str:
        """The style's index in the workbook."""
        number = self._styles.get(style)
        if number is None:
            number = self._styles[style] = str(self._workbook.number_of(style))
        return number

    def packed(self) -> bytes:
        """The finished file."""
        for sheet in self.sheets:
            sheet.finish()
        return self._workbook.packed()

    def _free_name(self, name: str) -> str:
        cleaned = clean(name).translate(_NOT_IN_NAMES)[:_MOST_NAME].strip("' ") or "Sheet"
        taken = {known.casefold() for known in self._workbook.sheetnames}
        free, number = cleaned, 1
        while free.casefold() in taken:
            number += 1
            ending = f" ({number})"
            free = cleaned[: _MOST_NAME - len(ending)] + ending
        return free

    def _set_up_print(self, worksheet: Worksheet, layout: Layout) -> None:
        worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        setup = worksheet.page_setup
        setup.orientation = "landscape" if layout.landscape else "portrait"
        setup.paperSize = self._paper
        setup.fitToWidth, setup.fitToHeight = 1, 0
        margins = worksheet.page_margins
        margins.left = margins.right = 0.6
        margins.top, margins.bottom = 0.7, 0.75
        margins.header = margins.footer = 0.35
        left, center, right = (_printed(text, MUTED) for text in self._footer)
        worksheet.oddFooter = HeaderFooterItem(left=left, center=center, right=right)
        if self._marked:
            worksheet.oddHeader = HeaderFooterItem(right=_printed(self._marked, ALERT))
        if layout.heading_row:
            worksheet.print_title_rows = f"{layout.heading_row}:{layout.heading_row}"


class SheetWriter:
    """A sheet being filled from the top; ``height`` is that of its rows so far, in points."""

    def __init__(self, book: Book, streamed: StreamedSheet, layout: Layout) -> None:
        self.worksheet = cast("Worksheet", streamed)
        self.widths = layout.widths
        self.rows = 0
        self.height = 0.0
        self._book = book
        self._streamed = streamed
        self._letters = [get_column_letter(place + 1) for place in range(len(layout.widths))]
        for letter, width in zip(self._letters, layout.widths, strict=True):
            self.worksheet.column_dimensions[letter].width = width
        self.worksheet.sheet_view.showGridLines = layout.grid
        if layout.frozen:
            self.worksheet.freeze_panes = layout.frozen
        if layout.tab:
            self.worksheet.sheet_properties.tabColor = layout.tab

    def row(self, cells: Sequence[Cell] = (), height: float | None = None) -> int:
        """Append a row and return its number; its height defaults to what its texts need."""
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise TooManyRowsError(self.worksheet.title)
        points = height or height_of(cells, self.widths)
        self.height += points
        while len(self._letters) < len(cells):
            self._letters.append(get_column_letter(len(self._letters) + 1))
        inner = self._xml(cells)
        end = f">{inner}</row>" if inner else "/>"
        self._streamed.append_row(f'<row r="{self.rows}" ht="{points:g}" customHeight="1"{end}')
        return self.rows

    def _xml(self, cells: Sequence[Cell]) -> str:
        number, style = str(self.rows), self._book.style
        return "".join(
            cell_xml(letter + number, style(cell[1]), cell[0])
            for letter, cell in zip(self._letters, cells, strict=False)
            if cell is not None
        )

    def filter_from(self, heading_row: int) -> None:
        """Let readers filter and sort the rows written so far below the headings."""
        self.worksheet.auto_filter.ref = f"A{heading_row}:{self._letters[-1]}{self.rows}"

    def chart(self, chart: BarChart, row: int) -> None:
        """Place a chart over the sheet, from column A of a row."""
        self.worksheet.add_chart(chart, f"A{row}")

    def letter_logo(self) -> None:
        """Begin with the publisher's logo, if there is one."""
        if self._book.logo:
            logo = Logo(self._book.logo)
            row = self.row(height=logo.height * _POINTS_PER_PIXEL + 6)
            self.worksheet.add_image(logo, f"A{row}")

    def avoid_widow(self) -> None:
        """Shrink the print a little if the last page would hold only a few rows.

        That is, if they would fill less than a quarter of it. Call it last.
        """
        width = POINTS_PER_UNIT * sum(self.widths)
        pages = self.height * min(1.0, PRINTED_WIDTH / width) / PRINTED_HEIGHT
        self.worksheet.print_options.horizontalCentered = True
        self.worksheet.page_setup.fitToHeight = max(1, math.ceil(pages - 0.25))

    def finish(self) -> None:
        """Set the print area to all cells."""
        used = f"A1:{self._letters[-1]}{max(self.rows, 1)}"
        self._streamed.used = self.worksheet.print_area = used


def _in_footer(text: str) -> str:
    """A text for a footer: one line, "&" doubled, and short: a footer holds 255 characters."""
    line = " ".join(clean(text).split())
    if len(line.replace("&", "&&")) > _FOOTER_ROOM:
        line = line[: _FOOTER_ROOM // 2] + "…"
    return line.replace("&", "&&")


def _printed(text: str, color: str) -> _HeaderFooterPart:
    return _HeaderFooterPart(text, f"{TYPEFACE},Regular", 8, color)

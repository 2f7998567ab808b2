"""A long sheet in pieces: its XML is cut between rows, each piece read as a sheet of its own.

The library parses a sheet on one core, and hands over no row before the last one; pieces are parsed
on two. It places each cell where it says it stands, so pieces that lie one below the other are the
sheet; all others, and those that cannot be read, are left to who reads the whole.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import python_calamine as calamine

from royalties.ingest.sandbox.archive import Archive, Inflated
from royalties.ingest.sandbox.sheet_xml import begins_as_usual

_PIECE = 1 << 20
"""Bytes of a piece, at least: parsed together they stay near the processor."""

_OF_COMMON = 4
"""So many times what every piece needs (styles, shared texts) a piece is at least."""

_HEAD, _TAIL = b"<worksheet><sheetData>", b"</sheetData></worksheet>"
_ROW = b'<row r="'


@dataclass(frozen=True, slots=True)
class PackedSheet:
    """A sheet's XML, and where in which workbook it stands; ``sheets`` are the parts of all."""

    archive: Archive
    name: str
    part: str
    xml: Inflated
    sheets: frozenset[str]

    def needs(self, part: str) -> bool:
        """Whether another part is needed to read it: styles, shared texts, the list of sheets."""
        folder = part.rpartition("/")[0]
        return part not in self.sheets and folder in ("", "_rels", "xl", "xl/_rels")


class JoinedSheet:
    """Pieces as the sheet that they make up: what is asked of a sheet of the library."""

    def __init__(self, pieces: Sequence[tuple[calamine.CalamineSheet, tuple[int, int]]]) -> None:
        """``pieces`` lie one below the other; each comes with its first row and column."""
        self._pieces = pieces
        self._left = min(column for _, (_, column) in pieces)
        self.start = (pieces[0][1][0], self._left)
        self.total_height = pieces[-1][0].total_height
        self.width = max(column + sheet.width for sheet, (_, column) in pieces) - self._left

    def iter_rows(self) -> Iterator[list[Any]]:
        """All rows from the first of the sheet."""
        at = 0
        for sheet, (row, column) in self._pieces:
            for _ in range(row - at):
                yield [""] * self.width
            at = sheet.total_height + 1
            before = [""] * (column - self._left)
            behind = [""] * (self.width - len(before) - sheet.width)
            for cells in sheet.to_python(skip_empty_area=True):
                yield [*before, *cells, *behind] if before or behind else cells


def begin(sheet: PackedSheet, beside: Executor) -> list[Future[calamine.CalamineSheet]]:
    """Let a sheet be parsed in pieces; there are none where it is short, or written as no other."""
    archive, xml = sheet.archive, sheet.xml
    needed = [part for part in archive.names if sheet.needs(part)]
    cuts = list(_cuts(xml, max(_PIECE, _OF_COMMON * sum(map(archive.size, needed)))))
    if not cuts:
        return []
    common = [(part, archive.part(part)) for part in needed]
    bounds = zip([0, *cuts], [*cuts, len(xml)], strict=True)
    return [beside.submit(_parsed, sheet, common, *each) for each in bounds]


def joined(pieces: Sequence[Future[calamine.CalamineSheet]]) -> JoinedSheet | None:
    """The sheet that pieces make up, if they do."""
    try:
        parsed = [piece.result() for piece in pieces]
    except calamine.CalamineError:
        return None
    found = [(sheet, sheet.start) for sheet in parsed]
    filled = [(sheet, start) for sheet, start in found if start is not None]
    below = -1
    for sheet, (row, _) in filled:
        if row <= below:
            return None
        below = sheet.total_height
    return JoinedSheet(filled) if filled else None


def _cuts(xml: Inflated, size: int) -> Iterator[int]:
    """Where to cut: before rows that say their number, at least ``size`` apart.

    Where such letters stand within a comment or the like, the piece before has no end, and the
    library refuses it.
    """
    begin, end = xml.find(b"<sheetData>"), xml.find(b"</sheetData")
    if begin < 0 or xml.rfind(b"</sheetData") != end or not begins_as_usual(xml):
        return
    at = begin
    while end - at >= 2 * size and (at := xml.find(_ROW, at + size, end)) >= 0:
        yield at


def _parsed(
    sheet: PackedSheet, common: Sequence[tuple[str, Inflated]], start: int, end: int
) -> calamine.CalamineSheet:
    """A piece of a sheet, as the sheet of a workbook in memory."""
    with io.BytesIO() as packed:
        with zipfile.ZipFile(packed, "w") as archive:
            for each, data in common:
                archive.writestr(each, data)
            with archive.open(sheet.part, "w") as file:
                file.write(_HEAD if start else b"")
                file.write(memoryview(sheet.xml)[start:end])
                file.write(_TAIL if end < len(sheet.xml) else b"")
        packed.seek(0)
        book = calamine.CalamineWorkbook.from_filelike(packed)
    return book.get_sheet_by_name(sheet.name)

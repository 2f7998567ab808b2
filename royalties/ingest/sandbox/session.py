"""One workbook opened in the child, and the answers about it."""

import marshal
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from royalties.ingest.sandbox.archive import MOST_ROWS, Archive, too_many_rows
from royalties.ingest.sandbox.books import WIDEST, CarefulPages, FastPages, WorkbookPages, blocks
from royalties.ingest.sandbox.markup import MarkupPages
from royalties.ingest.sandbox.onix import OnixPages
from royalties.ingest.sandbox.pieces import PackedSheet
from royalties.ingest.sandbox.sheet_xml import (
    FAR,
    SheetFindings,
    inspect_sheet,
    sheet_parts,
    styles,
)

_CORES = 2
"""Parsers at work while the parent waits for the first rows."""


def send(out: BinaryIO, value: Any) -> None:
    """Write one frame: its length in four bytes, then the value."""
    body = marshal.dumps(value)
    out.write(struct.pack("<I", len(body)) + body)
    out.flush()


class Session:
    """Opens a workbook, checks it, and looks through its visible sheets.

    Raises:
        FileRefusedError: it is damaged, hostile, protected or no workbook.
    """

    def __init__(self, path: Path, kind: str, *, careful: bool) -> None:
        self._looks: dict[str, SheetFindings] = {}
        self._linked = self._macros = False
        self._kind = kind
        self._pages: WorkbookPages
        if kind in ("xml", "onix"):
            self._pages = MarkupPages(path) if kind == "xml" else OnixPages(path)
            return
        archive = Archive(path) if kind == "zip" else None
        self._kind = archive.kind() if archive else "xls"
        if archive:
            archive.check()
            self._linked = any("/externalLinks/" in name for name in archive.names)
            self._macros = archive.has_macros
        fast = FastPages(path)
        if archive and self._kind == "xlsx":
            self._look(archive, fast, parse_first=not careful)
        far = any(seen.far for seen in self._looks.values())
        self._pages = fast
        if (careful or far) and self._kind == "xlsx":
            self._pages = CarefulPages(path, dict(fast.names))

    def answer(self, question: bytes, out: BinaryIO) -> None:
        """Answer ``about``, ``sheet N`` or ``rows N SKIP MOST`` (0: all)."""
        words = question.split()
        if words[0] == b"about":
            about = {"kind": self._kind, "linked": self._linked, "macros": self._macros}
            send(out, about | {"sheets": self._pages.names})
        elif words[0] == b"sheet":
            send(out, self._describe(self._name(words[1])))
        else:
            self._rows(self._name(words[1]), int(words[2]), int(words[3]), out)
        send(out, None)

    def _name(self, place: bytes) -> str:
        return self._pages.names[int(place)][0]

    def _look(self, archive: Archive, pages: FastPages, *, parse_first: bool) -> None:
        """Look through the visible sheets.

        Beside it the first one is parsed, which is nearly always asked for: the library does so
        without the interpreter's lock.
        """
        parts, known = sheet_parts(archive), styles(archive)
        with ThreadPoolExecutor(_CORES) as beside:
            for name, visible in pages.names:
                if not visible:
                    continue
                part = parts.get(name, "")
                xml = archive.part(part)
                if parse_first and not self._looks:
                    sheets = frozenset(parts.values())
                    pages.parse_beside(PackedSheet(archive, name, part, xml, sheets), beside)
                self._looks[name] = inspect_sheet(xml, known)

    def _describe(self, name: str) -> dict[str, Any]:
        seen = self._looks.get(name, SheetFindings())
        rows, width = self._pages.size(name)
        if width > WIDEST:
            raise MemoryError("a cell far to the right: to be read carefully")
        if rows > MOST_ROWS + FAR:
            raise too_many_rows()
        offset = self._pages.offset(name)
        return {
            "rows": rows,
            "hidden": [column - offset for column in seen.hidden if column >= offset],
            "percent": {column - offset: found for column, found in seen.percent.items()},
            "currencies": {column - offset: found for column, found in seen.currencies.items()},
            "struck": seen.struck,
            "hidden_rows": seen.hidden_rows,
            "beyond": seen.beyond,
        }

    def _rows(self, name: str, skip: int, most: int, out: BinaryIO) -> None:
        sent = 0
        for first, columns in blocks(
            self._pages, name, self._looks.get(name, SheetFindings()), skip
        ):
            wanted = [column[: most - sent] for column in columns] if most else columns
            send(out, [first, wanted])
            sent += len(columns[0])
            if most and sent >= most:
                return

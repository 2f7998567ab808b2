"""The first rows of a file, kept so that a person can map its columns without reading it again.

The file is opened only where files from outside are opened; the sample kept from it is bounded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from royalties.ingest.report.cells import LONGEST, Cell, RowBlock, text_of
from royalties.ingest.report.workbook import SheetInspection

SHEETS = 12
ROWS = 200
"""Rows that are kept of a sheet."""

COLUMNS = 300
WORDS_ROWS = 20_000
"""Rows in which the different values of a column are looked for."""

_MOST_WORDS = 30
_LONGEST_WORD = 60
_LETTERS = 600_000
"""Of all cells that are kept of a sheet."""

Plain: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """The first rows of a sheet; ``words`` are the different values of columns with few of them."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    words: Mapping[int, tuple[str, ...]]

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def as_plain(self) -> Plain:
        """As JSON values."""
        return {
            "name": self.name,
            "rows": [[_plain(cell) for cell in row] for row in self.rows],
            "words": {str(at): list(words) for at, words in self.words.items()},
        }


def preview_of(name: str, rows: Iterable[Sequence[Cell]]) -> SheetPreview:
    """Take a bounded sample of a sheet's first rows."""
    first_rows: list[tuple[Cell, ...]] = []
    letters = 0
    words: dict[int, dict[str, None] | None] = {}
    for row in islice(rows, WORDS_ROWS):
        cells = tuple(_short(cell) for cell in row[:COLUMNS])
        letters += sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in cells)
        if len(first_rows) < ROWS and letters <= _LETTERS:
            first_rows.append(cells)
        for at, cell in enumerate(cells):
            _note(words, at, cell)
    while first_rows and not any(text_of(cell).strip() for cell in first_rows[-1]):
        first_rows.pop()
    few = {at: (*each,) for at, each in words.items() if each}
    return SheetPreview(name, (*first_rows,), few)


def _note(words: dict[int, dict[str, None] | None], at: int, cell: Cell) -> None:
    """Record a value of a column, unless the column has too many different values."""
    seen = words.setdefault(at, {})
    text = text_of(cell).strip() if seen is not None else ""
    if seen is None or not text:
        return
    if len(text) > _LONGEST_WORD or (len(seen) >= _MOST_WORDS and text not in seen):
        words[at] = None
        return
    seen[text] = None


def _short(cell: Cell) -> Cell:
    """A cell cut to just over the longest length in use, so that it still shows as too long."""
    return cell[: LONGEST + 1] if isinstance(cell, str | bytes) else cell


def _plain(cell: Cell) -> Any:
    if isinstance(cell, bytes):
        return {"odd": cell.decode("latin-1")}
    return {"day": list(cell)} if isinstance(cell, tuple) else cell


def _cell(plain: Any) -> Cell:
    if isinstance(plain, dict):
        return plain["odd"].encode("latin-1") if "odd" in plain else (*plain["day"],)
    cell: Cell = plain
    return cell


def sheets_of(plain: Sequence[Plain]) -> list[SheetPreview]:
    """The sheets in the output of ``as_plain``."""
    return [
        SheetPreview(
            sheet["name"],
            tuple(tuple(map(_cell, row)) for row in sheet["rows"]),
            {int(at): (*words,) for at, words in sheet["words"].items()},
        )
        for sheet in plain
    ]


class FirstRows:
    """The kept rows as the sheet of an opened file; see ``tables.Sheet``."""

    def __init__(self, sheet: SheetPreview) -> None:
        self.name = sheet.name
        self.look = SheetInspection()
        self.size = self.read = len(sheet.rows)
        self._rows = sheet.rows

    def peek(self) -> list[tuple[int, list[Cell]]]:
        """The first rows with their numbers."""
        return [(number, list(row)) for number, row in enumerate(self._rows, 1)]

    def rows(self) -> Iterator[list[Cell]]:
        """All rows from the first."""
        yield from map(list, self._rows)

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """All rows after the first ``skip``, in ``width`` columns."""
        rows = self._rows[skip:]
        if not rows:
            return
        wide = [at for at, row in enumerate(rows) if any(cell != "" for cell in row[width:])]
        padded = ([*row[:width], *[""] * (width - len(row))] for row in rows)
        columns = list(zip(*padded, strict=True))
        yield RowBlock(range(skip + 1, skip + 1 + len(rows)), columns, wide)

    def fresh_blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """The same blocks again, from the start."""
        return self.blocks(skip, width)

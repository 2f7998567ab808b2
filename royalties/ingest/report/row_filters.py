"""Which rows of a table count: by the value of a column, and up to the end of the table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from royalties.ingest.report.cells import Cell, RowBlock, is_number_of_product, printed, text_of
from royalties.ingest.report.declaration import Header, ReportFormat, begins, normal


class BookReader(Protocol):
    """Finds the edition that a cell names."""

    def one(self, cell: Cell) -> object:
        """The edition's id, or why the cell does not name one."""
        ...


@dataclass(frozen=True, slots=True)
class _Rule:
    at: int
    words: frozenset[str]
    takes: bool
    reason: str
    """Why a row is left out; ``{}`` stands for the cell's text."""

    def fits(self, cell: Cell) -> bool:
        return (normal(text_of(cell)) in self.words) is self.takes


class RowFilter:
    """Takes or leaves rows by the values of columns (``only`` and ``leave_out`` of a mapping)."""

    def __init__(self, report: ReportFormat, header: Header) -> None:
        self._rules = [
            *_rules(report.only, header, takes=True),
            *_rules(report.leave_out, header, takes=False),
        ]

    def reason(self, cells: Sequence[Cell]) -> str:
        """Why a row is left out; empty if it is taken."""
        for rule in self._rules:
            if not rule.fits(cells[rule.at]):
                return rule.reason.format(repr(printed(cells[rule.at]).strip()))
        return ""

    def places(self, block: RowBlock) -> set[int]:
        """Places of a block's rows that are left out; each distinct cell is looked at once."""
        places: set[int] = set()
        for rule in self._rules:
            column = block.columns[rule.at]
            unfit = {cell for cell in set(column) if not rule.fits(cell)}
            if unfit:
                places.update(at for at, cell in enumerate(column) if cell in unfit)
        return places


def _rules(wanted: Mapping[str, Sequence[str]], header: Header, *, takes: bool) -> Iterator[_Rule]:
    names = [normal(name) for name in header.names]
    for heading, values in wanted.items():
        name = heading.replace("{", "{{").replace("}", "}}")
        # The values of a column that must have one of some could be as many as there are rows.
        listed = " or ".join(map(repr, values)).replace("{", "{{").replace("}", "}}")
        reason = f"{name} is not {listed}" if takes else f"{name} is {{}}"
        yield _Rule(names.index(normal(heading)), frozenset(map(normal, values)), takes, reason)


class TableEnd:
    """Finds the row at which a table ends: an empty one, or one that begins with some words.

    A row that names a book is a sale whatever it begins with, so a title never ends a table.
    """

    def __init__(self, words: str, books: Sequence[tuple[BookReader, int]]) -> None:
        self._given = words
        self._words = normal(words)
        self._books = books
        self.row = 0
        self.below = 0

    @property
    def reason(self) -> str:
        """Why rows below the end are left out."""
        where = f"the row {self._words!r}" if self._words else "the first empty row"
        return f"below the table, which ends at {where}"

    def cut(self, blocks: Iterable[RowBlock]) -> Iterator[RowBlock]:
        """Blocks up to the end; the end's row comes last, unless it is empty."""
        return TableEnd(self._given, self._books).watched(blocks, count=False)

    def watched(self, blocks: Iterable[RowBlock], *, count: bool = True) -> Iterator[RowBlock]:
        """The same, taking note of the end's row and of how many rows with cells are below it."""
        following = iter(blocks)
        begun = False
        for block in following:
            place = self._place(block, begun=begun)
            if place is not None:
                self.row = block.numbers[place]
                below = _below(block, place + 1)
                yield _first(block, place + 1)
                if count:
                    self.below = below + sum(_below(later, 0) for later in following)
                return
            begun = begun or (not self._words and _below(block, 0) > 0)
            yield block

    def _place(self, block: RowBlock, *, begun: bool) -> int | None:
        """The place of the end in a block."""
        if not block.columns or not block.numbers:
            return None
        first = block.columns[0]
        if not self._words:
            return self._empty_place(block, begun=begun)
        ends = {cell for cell in set(first) if _is_blank(cell) or self._is_end(cell)}
        for at, cell in enumerate(first) if ends else ():
            if cell in ends and self._ends_at(block, at):
                return at
        return None

    def _empty_place(self, block: RowBlock, *, begun: bool) -> int | None:
        for at, cell in enumerate(block.columns[0]):
            if not _is_blank(cell) or not _is_empty(block, at):
                begun = True
            elif begun:
                return at
        return None

    def _ends_at(self, block: RowBlock, at: int) -> bool:
        cells = [column[at] for column in block.columns]
        filled = next((cell for cell in cells if not _is_blank(cell)), "")
        if not self._is_end(filled):
            return False
        books = (reader.one(cells[place]) for reader, place in self._books)
        return not any(isinstance(book, int) or is_number_of_product(book) for book in books)

    def _is_end(self, cell: Cell) -> bool:
        return bool(begins(normal(text_of(cell)), (self._words,)))


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _is_empty(block: RowBlock, at: int) -> bool:
    return all(_is_blank(column[at]) for column in block.columns)


def _below(block: RowBlock, start: int) -> int:
    return sum(not _is_empty(block, at) for at in range(start, len(block.numbers)))


def _first(block: RowBlock, rows: int) -> RowBlock:
    return RowBlock(
        block.numbers[:rows],
        [column[:rows] for column in block.columns],
        [place for place in block.surplus if place < rows],
        block.suspect,
    )

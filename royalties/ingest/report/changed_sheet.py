"""A report read with what somebody changed in it: cells typed over, rows left out.

This is the one place where changes are applied, below everything that reads rows; so a header, the
conventions of a file, rows by the thousand and rows one by one all see the same cells.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from royalties.domain.sales.changes import CellChange, Change, RowLeftOut
from royalties.ingest.report.cells import Cell, RowBlock, printed
from royalties.ingest.report.tables import Sheet
from royalties.ingest.report.workbook import SheetInspection


class ChangedSheet:
    """A sheet whose changed cells read as they were typed, and that lacks the left-out rows.

    A change of another text than the one that stands in its cell is not applied.
    """

    def __init__(self, sheet: Sheet, changes: Sequence[Change]) -> None:
        self._sheet = sheet
        self.name = sheet.name
        self._changes = changes
        self._found: dict[CellChange, str] = {}
        self._met: dict[RowLeftOut, Sequence[Cell]] = {}
        self._told: set[RowLeftOut] = set()
        self._cells: dict[int, list[CellChange]] = {}
        self._left: dict[int, RowLeftOut] = {}
        for change in changes:
            if isinstance(change, RowLeftOut):
                self._left[change.row] = change
            else:
                self._cells.setdefault(change.row, []).append(change)
        self._rows = sorted({*self._cells, *self._left})

    def met(self) -> list[tuple[RowLeftOut, Sequence[Cell]]]:
        """Left-out rows that were met since this was asked last, with their cells."""
        new = [(change, self._met[change]) for change in self._met if change not in self._told]
        self._told.update(change for change, _ in new)
        return new

    def applied(self) -> tuple[list[Change], list[tuple[Change, str | None]]]:
        """Changes that were applied, and those that were not, with what stands there instead.

        Ask once all rows were read. An applied change tells what the cell held.
        """
        applied: list[Change] = []
        unfit: list[tuple[Change, str | None]] = []
        for change in self._changes:
            if isinstance(change, RowLeftOut):
                if change in self._met:
                    applied.append(change)
                else:
                    unfit.append((change, None))
                continue
            held = self._found.get(change)
            if held is None or change.was not in (None, held):
                unfit.append((change, held))
            else:
                applied.append(replace(change, was=held))
        return applied, unfit

    @property
    def look(self) -> SheetInspection:
        """See ``tables.Sheet``."""
        return self._sheet.look

    @property
    def size(self) -> int:
        """See ``tables.Sheet``."""
        return self._sheet.size

    @property
    def read(self) -> int:
        """See ``tables.Sheet``."""
        return self._sheet.read

    def peek(self) -> list[tuple[int, list[Cell]]]:
        """See ``tables.Sheet``."""
        return [(number, self._changed(number, cells)) for number, cells in self._sheet.peek()]

    def rows(self) -> Iterator[list[Cell]]:
        """See ``tables.Sheet``."""
        for number, cells in enumerate(self._sheet.rows(), start=1):
            yield self._changed(number, cells)

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """See ``tables.Sheet``."""
        for block in self._sheet.blocks(skip, width):
            yield self._block(block)

    def fresh_blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """See ``tables.Sheet``."""
        for block in self._sheet.fresh_blocks(skip, width):
            yield self._block(block)

    def _changed(self, number: int, cells: Sequence[Cell]) -> list[Cell]:
        if number in self._left:
            return [""] * len(cells)
        changed = list(cells)
        for change in self._cells.get(number, ()):
            if change.place < len(changed) and self._fits(change, changed[change.place]):
                changed[change.place] = change.now
        return changed

    def _fits(self, change: CellChange, cell: Cell) -> bool:
        self._found[change] = printed(cell)
        return change.was is None or self._found[change] == change.was

    def _block(self, block: RowBlock) -> RowBlock:
        numbers = block.numbers
        if not numbers:
            return block
        some = self._rows[bisect_left(self._rows, numbers[0]) :]
        places = {}
        for number in some:
            if number > numbers[-1]:
                break
            place = bisect_left(numbers, number)
            if numbers[place] == number:
                places[number] = place
        if not places:
            return block
        columns = [list(column) for column in block.columns]
        gone = set()
        for number, place in places.items():
            cells = [column[place] for column in columns]
            if number in self._left:
                self._met[self._left[number]] = cells
                gone.add(place)
                continue
            for column, cell in zip(columns, self._changed(number, cells), strict=True):
                column[place] = cell
        made = replace(block, columns=columns)
        return _without(made, gone) if gone else made


def _without(block: RowBlock, gone: set[int]) -> RowBlock:
    """A block without some of its rows: an empty one in their place could end a table."""
    places_left = [place for place in range(len(block.numbers)) if place not in gone]
    new_places = {place: at for at, place in enumerate(places_left)}
    return replace(
        block,
        numbers=[block.numbers[place] for place in places_left],
        columns=[[column[place] for place in places_left] for column in block.columns],
        surplus=[new_places[place] for place in block.surplus if place in new_places],
    )


def changed(sheets: Sequence[Sheet], changes: Sequence[Change]) -> list[Sheet]:
    """Sheets as they read with what was changed in them."""
    by_sheet: dict[str, list[Change]] = {}
    for change in changes:
        by_sheet.setdefault(change.sheet, []).append(change)
    return [
        ChangedSheet(sheet, by_sheet[sheet.name]) if sheet.name in by_sheet else sheet
        for sheet in sheets
    ]

"""A list that is a table, CSV or a workbook: its headings found, its rows by field."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from royalties.ingest.lists.columns import Heading, ListColumn, headings
from royalties.ingest.lists.contents import Answers, ListFault, ListQuestion
from royalties.ingest.report.cells import LONGEST, Cell, text_of, visible
from royalties.ingest.report.opening import open_file
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.tables import Sheet
from royalties.ingest.report.text import UndecidedEncodingError

MOST_ROWS = 50_000
"""Rows of a list; more come in several."""

MOST_FAULTS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where it stands, and its cells by field."""

    place: str
    cells: Mapping[str, list[tuple[Heading, Cell]]]

    def first(self, name: str) -> Cell:
        """The cell of a field; blank where there is none."""
        return next((cell for _, cell in self.cells.get(name, ())), "")

    def text(self, name: str) -> str:
        """The text of a field's cell, tidy."""
        return tidy(self.first(name))

    def at(self, name: str) -> str:
        """Where a field's cell stands, as a message names it."""
        found = self.cells.get(name)
        return f"{self.place}, {found[0][0].printed}" if found else self.place


@dataclass(slots=True)
class ListTable:
    """The rows of a list, or why they cannot be read."""

    rows: list[Row] = field(default_factory=list)
    headings: Sequence[Heading] = ()
    faults: list[ListFault] = field(default_factory=list)
    questions: list[ListQuestion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def tidy(cell: Cell) -> str:
    """A cell as one line of text."""
    return " ".join(visible(text_of(cell)).split())


def lines(cell: Cell) -> list[str]:
    """A cell's lines; semicolons part lines as well."""
    parts = visible(text_of(cell)).replace(";", "\n").splitlines()
    return [line for part in parts if (line := " ".join(part.split()))]


def read_table(path: Path, columns: Sequence[ListColumn], answers: Answers) -> ListTable:
    """Read a table whose headings name some of these columns."""
    table = ListTable()
    try:
        with _opened(path, answers) as (sheets, notes):
            table.notes += notes
            _read_sheets(table, sheets, columns)
    except UnreadableError as error:
        problem = error.problem
        table.faults.append(ListFault("the file", f"{problem.message}: {problem.remedy}"))
    except UndecidedEncodingError as error:
        choice = error.choice
        options = tuple((each, each) for each in choice.options)
        table.questions.append(ListQuestion(choice.key, choice.message, options))
    return table


@contextmanager
def _opened(path: Path, answers: Answers) -> Iterator[tuple[Sequence[Sheet], Sequence[str]]]:
    opened = open_file(path, answers)
    try:
        yield opened.sheets, [*opened.notes, *(words for _, words in opened.remarks)]
    finally:
        opened.close()


def _read_sheets(table: ListTable, sheets: Sequence[Sheet], columns: Sequence[ListColumn]) -> None:
    candidates = [(sheet, *_header(sheet, columns)) for sheet in sheets]
    best = max(candidates, key=lambda candidate: len(candidate[2]), default=None)
    needed = {column.field: column.heading for column in columns if column.needed}
    if best is None or not needed.keys() & {heading.field for heading in best[2]}:
        names = " and ".join(f"“{name}”" for name in needed.values())
        table.faults.append(
            ListFault(
                "the file",
                f"no row of headings has a column {names}: give the columns names as in the "
                f"template, in the first row",
            )
        )
        return
    sheet, place, table.headings = best
    if len(sheets) > 1:
        table.notes.append(f"Only the sheet “{sheet.name}” is read.")
    header = sheet.peek()[place][1]
    known = {heading.place for heading in table.headings}
    ignored = [name for at, cell in enumerate(header) if at not in known and (name := tidy(cell))]
    if ignored:
        table.notes.append(f"Columns that are not read: {', '.join(ignored[:20])}.")
    _rows(table, sheet, place, len(header))


def _header(sheet: Sheet, columns: Sequence[ListColumn]) -> tuple[int, list[Heading]]:
    """Where among the first rows the headings stand, and what they name."""
    named = [headings(cells, columns) for _, cells in sheet.peek()]
    place = max(range(len(named)), key=lambda at: len(named[at]), default=0)
    return (place, named[place]) if named else (0, [])


def _rows(table: ListTable, sheet: Sheet, place: int, width: int) -> None:
    for block in sheet.blocks(place + 1, width):
        for number, cells in zip(block.numbers, zip(*block.columns, strict=True), strict=True):
            if not any(text_of(cell).strip() for cell in cells):
                continue
            if len(table.rows) >= MOST_ROWS:
                table.faults.append(
                    ListFault("the file", f"it has more than {MOST_ROWS:,} rows: split it")
                )
                return
            by_field: dict[str, list[tuple[Heading, Cell]]] = {}
            for heading in table.headings:
                cell = cells[heading.place]
                if len(text_of(cell)) > LONGEST:
                    table.faults.append(
                        ListFault(
                            f"row {number}, {heading.printed}",
                            f"it has more than {LONGEST} characters: shorten it",
                        )
                    )
                    cell = ""
                by_field.setdefault(heading.field, []).append((heading, cell))
            table.rows.append(Row(f"row {number}", by_field))

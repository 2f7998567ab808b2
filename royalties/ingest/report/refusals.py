"""Problems of a report, one for each fault of each row, up to a number."""

from collections.abc import Sequence
from typing import Any

from royalties.domain.problems import Cause, Problem
from royalties.domain.sales.changes import MOST_CHANGES, CellChange, Change, RowLeftOut, words_of
from royalties.ingest.report.cells import Invalid, printed
from royalties.ingest.report.declaration import normal
from royalties.ingest.report.judging import RowFault
from royalties.ingest.report.reading import RefusedRow
from royalties.ingest.report.tables import Table

MOST_PROBLEMS = 10_000

_SURPLUS = Invalid(
    Cause.SURPLUS_VALUES,
    "the row has more values than the header has columns",
    "put a value that holds the delimiter into quotation marks",
)


class Refusals:
    """Lists problems; beyond ``MOST_PROBLEMS`` they are only counted, in ``unlisted``."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.rows: list[RefusedRow] = []
        self.unlisted = 0

    def surplus(self, table: Table, number: int, cells: Sequence[Any]) -> None:
        """A row has more values than columns: what they mean is unknown."""
        self._keep(table, number, cells, ())
        self._add(table, number, "", "", _SURPLUS)

    def unfit(self, change: Change, held: str | None) -> None:
        """A change that found another cell than it was made for, or none."""
        message, value = "no such cell is read", ""
        if isinstance(change, RowLeftOut):
            message = "no such row is read"
        elif held is not None:
            message, value = f"the cell does not hold {change.was!r}, which was changed", held
        column = change.column if isinstance(change, CellChange) else ""
        problem = Problem(
            f"the change {words_of(change)} does not fit: {message}",
            "take the change back",
            change.sheet,
            change.row,
            column,
            value,
            Cause.CHANGE_UNFIT,
        )
        self.problems.append(problem)

    def cells(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        bad: Sequence[tuple[int, Invalid]],
        faults: Sequence[RowFault],
    ) -> None:
        """Cells that are bad as such, and faults of all others, in the order of the columns."""
        places = [self._column(table, fault)[1] for fault in faults]
        self._keep(table, number, cells, (*places, *(at for at, _ in bad)))
        unreadable = {at for at, _ in bad}
        wrongs = [(at, table.header.names[at], wrong) for at, wrong in bad]
        for fault in faults:
            name, at = self._column(table, fault)
            if at not in unreadable:
                wrongs.append((at, name, fault.wrong))
        for at, name, wrong in sorted(wrongs, key=lambda each: each[0]):
            self._add(table, number, name, printed(cells[at]) if at >= 0 else "", wrong, at)

    def _column(self, table: Table, fault: RowFault) -> tuple[str, int]:
        """Name and place of the column at fault: the fault's own, else its field's."""
        name, at = table.column_name(fault.field)
        if not fault.wrong.column:
            return name, at
        wanted = normal(fault.wrong.column)
        for place, printed_name in enumerate(table.header.names):
            if normal(printed_name) == wanted:
                return printed_name, place
        return fault.wrong.column, at

    def _keep(self, table: Table, number: int, cells: Sequence[Any], also: Sequence[int]) -> None:
        if len(self.rows) < MOST_CHANGES:
            shown = table.shown(cells, also)
            self.rows.append(RefusedRow(table.sheet.name, number, shown))

    def _add(
        self, table: Table, number: int, column: str, value: str, wrong: Invalid, at: int = -1
    ) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.unlisted += 1
            return
        shown = column or "the row"
        self.problems.append(
            Problem(
                wrong.message.replace("{column}", shown),
                wrong.remedy.replace("{column}", shown),
                table.sheet.name,
                number,
                column,
                value,
                wrong.cause,
                at,
            )
        )

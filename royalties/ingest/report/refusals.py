"""Problems of a report, one for each fault of each row, up to a number."""

from collections.abc import Sequence
from typing import Any

from royalties.domain.problems import Cause, Problem
from royalties.ingest.report.cells import Wrong, printed
from royalties.ingest.report.declaration import normal
from royalties.ingest.report.judging import RowFault
from royalties.ingest.report.tables import Table

MOST_PROBLEMS = 10_000

_SURPLUS = Wrong(
    Cause.SURPLUS_VALUES,
    "the row has more values than the header has columns",
    "put a value that holds the delimiter into quotation marks",
)


class Refusals:
    """Lists problems; beyond ``MOST_PROBLEMS`` they are only counted, in ``unlisted``."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unlisted = 0

    def surplus(self, table: Table, number: int) -> None:
        """A row has more values than columns: what they mean is unknown."""
        self._add(table, number, "", "", _SURPLUS)

    def cells(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        bad: Sequence[tuple[int, Wrong]],
        faults: Sequence[RowFault],
    ) -> None:
        """Cells that are bad as such, and faults of all others, in the order of the columns."""
        unreadable = {at for at, _ in bad}
        wrongs = [(at, table.header.names[at], wrong) for at, wrong in bad]
        for fault in faults:
            name, at = self._column(table, fault)
            if at not in unreadable:
                wrongs.append((at, name, fault.wrong))
        for at, name, wrong in sorted(wrongs, key=lambda each: each[0]):
            self._add(table, number, name, printed(cells[at]) if at >= 0 else "", wrong)

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

    def _add(self, table: Table, number: int, column: str, value: str, wrong: Wrong) -> None:
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
            )
        )

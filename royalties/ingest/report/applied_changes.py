"""Reports which changes to a report's cells and rows were applied."""

import dataclasses
from collections.abc import Sequence

from royalties.domain.sales.changes import Change, RowLeftOut, words_of
from royalties.ingest.report.changed_sheet import ChangedSheet
from royalties.ingest.report.reading_state import ReadingState
from royalties.ingest.report.tables import Sheet, Table


def count_left_out(state: ReadingState, table: Table) -> None:
    """Count the left-out rows of a table that reading has just reached."""
    if not isinstance(table.sheet, ChangedSheet):
        return
    for change, cells in table.sheet.met():
        state.totals.rows += 1
        reason = words_of(change)
        state.skipped.add(reason)
        money = table.money_of(cells)
        if money:
            state.skipped.add_net(reason, *money)
        state.tally.skip(table.copies_of(cells), money[1] if money else None)


def applied_changes(
    state: ReadingState, sheets: Sequence[Sheet], asked: Sequence[Change]
) -> list[Change]:
    """The changes that were applied, once all rows have been read; the others become problems.

    ``sheets`` are all sheets of the file, ``asked`` the changes requested.
    """
    applied: list[Change] = []
    names = {table.sheet.name: table.header.names for table in state.tables}
    for sheet in sheets:
        if isinstance(sheet, ChangedSheet):
            done, unfit = sheet.applied()
            applied += [_headed(change, names.get(change.sheet, ())) for change in done]
            for change, held in unfit:
                state.refusals.unfit(change, held)
    known = {sheet.name for sheet in sheets}
    for change in asked:
        if change.sheet not in known:
            state.refusals.unfit(change, None)
    return applied


def _headed(change: Change, names: Sequence[str]) -> Change:
    """A change with the heading of its column."""
    if isinstance(change, RowLeftOut) or change.column or change.place >= len(names):
        return change
    return dataclasses.replace(change, column=names[change.place])

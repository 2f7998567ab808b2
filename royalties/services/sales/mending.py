"""Corrections of a refused report: cells changed and rows left out, each of them reversible.

Changes belong to the upload and later to its import; the file that was sent is not altered. A
change records what the cell held, and is refused if the report is now read differently.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.sales.changes import (
    LONGEST_CELL,
    LONGEST_REASON,
    MOST_CHANGES,
    CellChange,
    Change,
    RowLeftOut,
    cell_at,
    key_of,
    one_line,
    signed,
)
from royalties.services.sales import uploads
from royalties.services.sales.uploads import Upload
from royalties.services.work import RefusedError, Work

_Row = tuple[str, int]


class OutdatedError(RefusedError):
    """Somebody else changed the same cell or row, or the report is now read differently."""


def mend(work: Work, number: int, asked: Sequence[Change]) -> Upload:
    """Change cells of an upload and leave rows out; it then has to be checked again.

    All changes are made or none. A cell that is typed back as the file has it is no change any
    more; of a row that is left out no cell is changed.

    Args:
        work: the unit of work.
        number: the upload's.
        wanted: changes of rows that the newest check refused, or (rows left out) that wait for
            their edition; ``was`` is the cell as the page showed it.

    Raises:
        OutdatedError: a cell or row is not as it was shown any more.
        RefusedError: a reason is missing, a text is too long, there are too many changes, or the
            upload is recorded, removed or at work.
    """
    work.actor.require(Verb.IMPORT)
    row = uploads.lock(work, number)
    if row.document is None:
        raise OutdatedError(f"somebody changed {row.name} just now: wait until it is checked")
    state = _State(row.document, row.changes)
    for change in asked:
        state.take(_tidy(change))
    changes = tuple(state.changes.values())
    if len(changes) > MOST_CHANGES:
        raise RefusedError(
            f"at most {MOST_CHANGES} changes may be made to a report here: download the workbook "
            f"with the reasons, mend it in a spreadsheet program, and send that"
        )
    return _save(work, number, signed(changes, work.actor.name, work.stored_at))


def take_back(work: Work, number: int, key: str) -> Upload:
    """Take one change of an upload back; it then has to be checked again.

    Args:
        work: the unit of work.
        number: the upload's.
        key: the change's, see ``key_of``.

    Raises:
        OutdatedError: there is no such change any more.
        RefusedError: the upload is recorded, removed or at work.
    """
    work.actor.require(Verb.IMPORT)
    changes = uploads.lock(work, number).changes
    remaining = tuple(each for each in changes if key_of(each) != key)
    if len(remaining) == len(changes):
        raise OutdatedError("this change was changed or taken back by somebody meanwhile")
    return _save(work, number, remaining)


def _save(work: Work, number: int, changes: Iterable[Change]) -> Upload:
    in_order = sorted(changes, key=lambda each: (each.sheet, each.row, _place(each)))
    return uploads.changed(work, number, {"changes": in_order})


def _place(change: Change) -> int:
    return change.place if isinstance(change, CellChange) else -1


def _tidy(change: Change) -> Change:
    """A change with what was typed as it counts."""
    if isinstance(change, RowLeftOut):
        reason = one_line(change.reason)
        if not reason:
            raise RefusedError(f"say why row {change.row} is left out")
        if len(reason) > LONGEST_REASON:
            raise RefusedError(
                f"the reason of row {change.row} has more than {LONGEST_REASON} letters: shorten it"
            )
        return replace(change, reason=reason)
    now = one_line(change.now)
    if len(now) > LONGEST_CELL:
        raise RefusedError(
            f"a cell holds at most {LONGEST_CELL} letters: shorten that of row {change.row}"
        )
    return replace(change, now=now)


class _State:
    """The rows that may be changed as the newest check shows them, and the changes so far."""

    def __init__(self, document: Mapping[str, Any], before: Sequence[Change]) -> None:
        self.changes = {(change.sheet, change.row, _place(change)): change for change in before}
        self._left_before = {
            (change.sheet, change.row) for change in before if isinstance(change, RowLeftOut)
        }
        self._cells: dict[tuple[str, int, int], tuple[str, str]] = {}
        self._rows: set[_Row] = set()
        for refused in document.get("refused_rows", ()):
            where = (refused["sheet"], refused["row"])
            self._rows.add(where)
            for cell in refused["cells"]:
                found = cell_at(cell["cell"])
                if found is not None:
                    self._cells[(*where, found[0])] = (cell["value"], cell["column"])
        for waiting in document["waiting"]:
            self._rows.update((row["sheet"], row["row"]) for row in waiting.get("at", ()))

    def take(self, change: Change) -> None:
        """Add a change, if it was made for the cell's content."""
        if isinstance(change, RowLeftOut):
            self._leave_out(change)
        elif (change.sheet, change.row) in self._left_before:
            raise self._outdated(change)
        elif (change.sheet, change.row, -1) not in self.changes:
            self._type_over(change)

    def _leave_out(self, change: RowLeftOut) -> None:
        where = (change.sheet, change.row)
        if where not in self._rows:
            raise self._outdated(change)
        self.changes = {key: each for key, each in self.changes.items() if key[:2] != where}
        self.changes[(*where, -1)] = change

    def _type_over(self, change: CellChange) -> None:
        key = (change.sheet, change.row, change.place)
        value, column = self._cells.get(key, (None, ""))
        if value is None or one_line(value) != one_line(change.was or ""):
            raise self._outdated(change)
        earlier = self.changes.pop(key, None)
        first = earlier.was if isinstance(earlier, CellChange) else value
        if change.now != one_line(first or ""):
            self.changes[key] = replace(change, was=first, column=column)

    def _outdated(self, change: Change) -> OutdatedError:
        """The error to raise, naming whoever changed it first, if known."""
        same_row = [
            before for key, before in self.changes.items() if key[:2] == (change.sheet, change.row)
        ]
        place = _place(change)
        first = next((before for before in same_row if _place(before) in (place, -1)), None)
        typed = f" (you typed {change.now!r})" if isinstance(change, CellChange) else ""
        row = f"row {change.row}"
        if isinstance(first, RowLeftOut):
            return OutdatedError(f"{first.by} left {row} out meanwhile: {first.reason}{typed}")
        if first is not None:
            return OutdatedError(
                f"{first.by} changed {first.column} of {row} to {first.now!r} meanwhile{typed}"
            )
        return OutdatedError(f"{row} is not as it was shown any more{typed}: look at it again")

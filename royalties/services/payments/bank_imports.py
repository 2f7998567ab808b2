"""Files of banks that were imported, and what became of each booking in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from royalties.domain.payments.bookings import BookingOutcome
from royalties.domain.people import Verb
from royalties.ingest.payments.table import TableMap
from royalties.services.work import RefusedError, Work
from royalties.store.payments import bank_lines as store
from royalties.store.payments.bank_lines import ImportRow, LineRow


@dataclass(frozen=True, slots=True)
class LineShown:
    """A booking as it was recorded, and the payments that it is about."""

    row: LineRow
    payments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ImportShown:
    """An import, how many of its bookings had which outcome, and some of them."""

    row: ImportRow
    counts: dict[BookingOutcome, int]
    lines: tuple[LineShown, ...] = ()


def imports(work: Work, *, below: int | None = None, limit: int = 50) -> list[ImportShown]:
    """Files that were imported, the newest first."""
    work.actor.require(Verb.READ)
    rows = store.imports(work.connection, below=below, limit=limit)
    counts = store.counts_of(work.connection, [row.id for row in rows])
    return [ImportShown(row, counts[row.id]) for row in rows]


class NoImportError(RefusedError):
    """There is no such import."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no bank's file {number}")


def imported(
    work: Work,
    number: int,
    *,
    outcomes: Iterable[BookingOutcome] = (),
    above: int | None = None,
    limit: int | None = None,
) -> ImportShown:
    """An import with its bookings.

    Raises:
        NoImportError: there is none of this number.
    """
    work.actor.require(Verb.READ)
    row = store.import_by_number(work.connection, number)
    if row is None:
        raise NoImportError(number)
    rows = store.lines(
        work.connection, of=number, outcomes=list(outcomes), above=above, limit=limit
    )
    payments = store.payments_of_lines(work.connection, [each.id for each in rows])
    shown = tuple(LineShown(each, payments.get(each.id, ())) for each in rows)
    return ImportShown(row, store.counts_of(work.connection, [number])[number], shown)


def last_columns(work: Work) -> TableMap | None:
    """How the last table was read; None: there was none."""
    work.actor.require(Verb.READ)
    found = store.last_columns(work.connection)
    return TableMap(**found) if found else None

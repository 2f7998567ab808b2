"""Identifiers matched to an edition by hand: where they were used, ended, and moved.

A wrong match is changed from now on, or also for the rows that count in open periods; what a closed
run counted is never changed. Every decision is stored.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from royalties.domain.people import Verb
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.catalogue import Edition
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest.report.books import unlabelled, written_identifier
from royalties.services.books import Setup, setup_in_force
from royalties.services.sales.reasons import reason_of
from royalties.services.sales.recording import sum_batch
from royalties.services.sales.waiting import as_matched, receipts
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.terms import aliases as store
from royalties.store.terms import catalogue
from royalties.store.terms.aliases import AliasChange, UsedLine

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class NamedEdition:
    """An edition as a person knows it."""

    isbn: str
    title: str
    format: str


@dataclass(frozen=True, slots=True)
class UseInImport:
    """Rows of an import whose edition came from an alias: those that can move, and others."""

    batch: int
    file_name: str
    open_rows: int
    closed_rows: int


@dataclass(frozen=True, slots=True)
class Alias:
    """An identifier that was given by hand; ``edition`` is None once it was ended."""

    identifier: str
    edition: NamedEdition | None
    uses: tuple[UseInImport, ...] = ()
    history: tuple[AliasChange, ...] = ()

    @property
    def open_rows(self) -> int:
        """Rows that may still be moved."""
        return sum(each.open_rows for each in self.uses)

    @property
    def closed_rows(self) -> int:
        """Rows that a closed run counted."""
        return sum(each.closed_rows for each in self.uses)


@dataclass(frozen=True, slots=True)
class MovedAlias:
    """What was decided, and how many recorded rows went with it."""

    identifier: str
    was: str
    now: str | None
    rows: int


def alias_list(work: Work) -> list[Alias]:
    """Every alias in force, by identifier."""
    work.actor.require(Verb.READ)
    known = _editions(setup_in_force(work))
    found = catalogue.aliases(work.connection)
    return [Alias(value, known[isbn]) for value, isbn in sorted(found.items())]


def decisions(work: Work) -> list[AliasChange]:
    """What was decided about all aliases, the newest first."""
    work.actor.require(Verb.READ)
    return store.changes(work.connection, limit=_SHOWN)


def find_alias(work: Work, identifier: str) -> Alias | None:
    """An alias with its uses and history; None if it never existed.

    Uses are those since this release: earlier imports did not store where their editions came from.
    """
    work.actor.require(Verb.READ)
    value = _as_stored(work, identifier)
    isbn = store.edition_of(work.connection, value)
    history = tuple(store.changes(work.connection, value, _SHOWN))
    if isbn is None and not history:
        return None
    if isbn is None:
        return Alias(value, None, (), history)
    used = list(_used(work, value, isbn))
    names = {
        each.id: each.file_name for each in batches.batches(work.connection, _batches_of(used))
    }
    uses = tuple(
        UseInImport(batch, names[batch], *_counted(list(lines)))
        for batch, lines in groupby(used, key=lambda line: line.batch)
    )
    return Alias(value, _editions(setup_in_force(work))[isbn], uses, history)


def move_alias(
    work: Work,
    identifier: str,
    isbn: str | None,
    *,
    seen: str,
    rows: bool = False,
    reason: str = "",
) -> MovedAlias:
    """Let an alias stand for another edition from now on, or for none any more.

    Args:
        work: the unit of work.
        identifier: the alias.
        isbn: the edition's; None: later reports' rows wait.
        seen: the ISBN that it stood for when this was decided.
        rows: whether recorded rows of open periods go with it; without an edition they wait again.
        reason: why; the log keeps it.

    Raises:
        RefusedError: it stands for something else by now, the edition is unknown, the setup
            itself gives the identifier, or the money of a row came of the old edition's price; or
            the reason cannot be recorded.
    """
    work.actor.require(Verb.ALIAS)
    why = reason_of(reason)
    setup = setup_in_force(work)
    periods.lock_for_sales(work.connection, setup.first_period)
    value = _as_stored(work, identifier)
    was = store.edition_of(work.connection, value, lock=True)
    numbers = {row.isbn: row.id for row in catalogue.edition_rows(work.connection)}
    target = None if isbn is None else as_matched(isbn)
    if was is None:
        raise RefusedError(f"{value} was not given by hand, or was ended: nothing is to be changed")
    if was != as_matched(seen):
        raise RefusedError(f"{value} was moved meanwhile: it stands for {was} by now")
    if target is not None and target not in numbers:
        raise RefusedError(f"no edition has the ISBN {isbn!r}: add it to its title first")
    if target == was:
        raise RefusedError(f"{value} stands for {was} already")
    _require_own(setup, value)
    moved = _move_rows(work, setup, value, (was, target), numbers) if rows else 0
    store.point_alias(work.connection, value, None if target is None else numbers[target])
    change = AliasChange(value, was, target, moved, work.stored_at, work.actor.name)
    store.add_change(work.connection, change)
    what = "match-ended" if target is None else "match-moved"
    detail = {"what": what, "identifier": value, "isbn": target, "was": was, "rows": moved}
    work.record(Verb.ALIAS, {**detail, **why})
    return MovedAlias(value, was, target, moved)


def _as_stored(work: Work, identifier: str) -> str:
    """The spelling under which an alias is stored, or would be."""
    value = as_matched(unlabelled(written_identifier(identifier)))
    known = catalogue.aliases(work.connection)
    if value in known:
        return value
    key = identifier_key(value)
    return next((name for name in known if identifier_key(name) == key), value)


def _require_own(setup: Setup, value: str) -> None:
    """The setup's own identifiers are changed there."""
    for title in setup.titles.values():
        for edition in title.editions:
            if any(value == each.upper() for _, each in edition.identifiers):
                raise RefusedError(
                    f"{value} is an identifier of {edition.isbn} in the setup as well: take it out "
                    f"of its title first"
                )


def _move_rows(
    work: Work,
    setup: Setup,
    value: str,
    isbns: tuple[str, str | None],
    numbers: Mapping[str, int],
) -> int:
    """Move recorded rows of open periods; returns how many."""
    was, now = isbns
    editions = {each.isbn: each for title in setup.titles.values() for each in title.editions}
    count = 0
    used = list(_used(work, value, was))
    for batch, of_batch in groupby(used, key=lambda line: line.batch):
        lines = [line for line in of_batch if line.is_open]
        if not lines:
            continue
        for line in lines:
            _require_same_money(line, editions[was], editions[now] if now else None)
        if now is None:
            again = [line.waiting(value) for line in lines]
            store.return_to_waiting(work.connection, lines, was, again)
        else:
            store.move_lines(work.connection, lines, was, numbers[now])
        sum_batch(work, setup, batch)
        count += len({(line.sheet, line.row) for line in lines})
    return count


def _require_same_money(line: UsedLine, old: Edition, new: Edition | None) -> None:
    """Refuse a line whose money may be derived from the list price of the old edition."""
    before = _derived(line, old)
    if line.net == before and (new is None or _derived(line, new) != before):
        raise RefusedError(
            f"the money of row {line.row} of import {line.batch} may have come of the list price "
            f"of {old.isbn}: undo that import, decide from now on, and import its file again"
        )


def _derived(line: UsedLine, edition: Edition) -> int | None:
    """Receipts computed from an edition's list price, which a report may omit."""
    if line.list_price is not None or line.discount is None or line.kind == SaleKind.FREE:
        return None
    price = edition.price_of_sale(line.day, line.currency)
    return None if price is None else receipts(line.units, price, line.discount)


def _used(work: Work, value: str, isbn: str) -> Iterator[UsedLine]:
    for use in store.uses(work.connection, value):
        yield from store.lines_of(work.connection, use, isbn)


def _batches_of(lines: Iterable[UsedLine]) -> set[int]:
    return {line.batch for line in lines}


def _counted(lines: list[UsedLine]) -> tuple[int, int]:
    """Rows in open periods, and those in closed ones."""
    open_, closed = (
        len({(line.sheet, line.row) for line in lines if line.is_open is is_open})
        for is_open in (True, False)
    )
    return open_, closed


def _editions(setup: Setup) -> dict[str, NamedEdition]:
    return {
        edition.isbn: NamedEdition(edition.isbn, title.title, edition.format)
        for title in setup.titles.values()
        for edition in title.editions
    }

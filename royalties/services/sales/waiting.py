"""Rows that wait for an unknown edition: listed, and recorded once it is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from stdnum import isbn as isbn_numbers

from royalties.domain.money import MICRO, rounded
from royalties.domain.people import Verb
from royalties.domain.sales.lines import SaleLine
from royalties.domain.terms.identifiers import EditionNames, identifier_key
from royalties.ingest.report.books import unfit, unlabelled, written_identifier
from royalties.services.books import Setup, setup_in_force
from royalties.services.sales.before_books import early_of, notice_of
from royalties.services.sales.recording import record_lines
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.terms import aliases, catalogue

_LONGEST = 100
"""Letters of an identifier."""


@dataclass(slots=True)
class Released:
    """Waiting rows that were recorded, by identifier; and those that still lack a price."""

    rows: dict[str, int] = field(default_factory=dict)
    without_price: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What somebody should know of the recorded rows, as sentences."""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """What waits under one identifier of one batch."""

    identifier: str
    batch: int
    rows: int
    units: int


def waiting_list(work: Work) -> list[WaitingEntry]:
    """Everything that waits, by identifier and batch."""
    work.actor.require(Verb.READ)
    return [WaitingEntry(*row) for row in batches.waiting_summary(work.connection)]


def alias(work: Work, identifier: str, isbn: str) -> Released:
    """Let another identifier stand for an edition from now on, and record what waited for it.

    Raises:
        RefusedError: the edition is unknown, or the identifier is taken or none.
    """
    work.actor.require(Verb.ALIAS)
    setup = setup_in_force(work)
    editions = {row.isbn: row.id for row in catalogue.edition_rows(work.connection)}
    target = as_matched(isbn)
    value = as_matched(written_identifier(identifier))
    if value not in batches.waiting_identifiers(work.connection):
        value = as_matched(unlabelled(value))
    if target not in editions:
        raise RefusedError(
            f"no edition has the ISBN {isbn!r}: add it to a title of a setup file and load that"
        )
    if not value or len(value) > _LONGEST or not value.isprintable():
        raise RefusedError(f"an identifier has 1 to {_LONGEST} letters, digits or signs")
    if unfit(value):
        raise RefusedError(
            f"{identifier!r} can never stand for one edition: give the identifier of one book as "
            f"'royalties waiting' lists it, such as its ISBN or SKU"
        )
    taken = EditionNames(catalogue.names(work.connection)).find(value)
    if taken == {editions[target]}:
        return release_waiting(work, setup)
    if taken:
        by_hand = {identifier_key(name) for name in catalogue.aliases(work.connection)}
        raise RefusedError(
            f"{identifier!r} stands for another edition already: "
            + (
                f"move it there, on its page or by 'royalties alias {identifier} {target} --move'"
                if identifier_key(value) in by_hand
                else "take it out of that one in the setup first"
            )
        )
    catalogue.add_alias(work.connection, value, editions[target])
    change = aliases.AliasChange(value, None, target, 0, work.stored_at, work.actor.name)
    aliases.add_change(work.connection, change)
    # The period's lock comes before the log's, as in a close, so that neither waits for the other.
    released = release_waiting(work, setup)
    work.record(Verb.ALIAS, {"identifier": value, "isbn": target})
    return released


def edition_words(work: Work, isbn: str) -> str:
    """An edition as a person knows it: ISBN, title and format."""
    work.actor.require(Verb.READ)
    matched = as_matched(isbn)
    return next(
        (
            f"{edition.isbn} ({title.title}, {edition.format})"
            for title in setup_in_force(work).titles.values()
            for edition in title.editions
            if edition.isbn == matched
        ),
        isbn,
    )


def as_matched(identifier: str) -> str:
    """An identifier as it is stored: an ISBN as 13 digits, anything else in upper case."""
    text = " ".join(identifier.split()).upper()
    digits = isbn_numbers.compact(text)
    return isbn_numbers.to_isbn13(digits) if isbn_numbers.is_valid(digits) else text


def release_waiting(work: Work, setup: Setup) -> Released:
    """Record every waiting row whose edition is known by now, in the period its date asks."""
    released = Released()
    names = EditionNames(catalogue.names(work.connection))
    found = {each: names.find(each) for each in batches.waiting_identifiers(work.connection)}
    known = {each: next(iter(meant)) for each, meant in found.items() if len(meant) == 1}
    rows = batches.resolved_lines(work.connection, known)
    if not rows:
        return released
    first = setup.first_period
    earliest = periods.lock_for_sales(work.connection, first)
    open_period = first.shift(earliest - first.ordinal)
    prices = {e.isbn: e for title in setup.titles.values() for e in title.editions}
    isbns = {row.id: row.isbn for row in catalogue.edition_rows(work.connection)}
    by_batch: dict[int, list[SaleLine]] = {}
    places = []
    for line, number, edition in rows:
        net = line.net
        if net is None:
            price = line.list_price
            if price is None:
                price = prices[isbns[edition]].price_of_sale(line.day, line.currency)
            if price is None:
                counts = released.without_price
                counts[line.identifier] = counts.get(line.identifier, 0) + 1
                continue
            net = receipts(line.units, price, line.discount or 0)
        by_batch.setdefault(number, []).append(line.of_edition(edition, net))
        places.append((number, line.sheet, line.row, line.kind))
        released.rows[line.identifier] = released.rows.get(line.identifier, 0) + 1
    recorded = [(number, line) for number, lines in by_batch.items() for line in lines]
    early = notice_of(early_of(recorded, setup), setup, open_period, is_recorded=True)
    released.warnings = (early.message,) if early else ()
    record_lines(work, setup, open_period, by_batch)
    _note_uses(work, rows, places)
    batches.delete_waiting(work.connection, places)
    return released


def _note_uses(
    work: Work, rows: Sequence[batches.ResolvedLine], places: Sequence[tuple[int, int, int, int]]
) -> None:
    """Store which of the recorded rows got their edition from an alias."""
    by_key = {identifier_key(name): name for name in catalogue.aliases(work.connection)}
    recorded = set(places)
    uses: dict[int, dict[str, dict[int, list[int]]]] = {}
    for line, number, _ in rows:
        name = by_key.get(identifier_key(line.identifier))
        if name is not None and (number, line.sheet, line.row, line.kind) in recorded:
            of_name = uses.setdefault(number, {}).setdefault(name, {})
            of_name.setdefault(line.sheet, []).append(line.row)
    for number, rows_by_sheet in uses.items():
        aliases.add_uses(work.connection, number, rows_by_sheet)


def receipts(units: int, price: int, discount: int) -> int:
    """Net receipts in millionths from copies, list price and discount (interface.md)."""
    return rounded(Fraction(units * price * (MICRO - discount), MICRO))

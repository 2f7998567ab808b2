"""Rows that wait for an unknown edition: listed, and recorded once it is known."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from stdnum import isbn as isbn_numbers

from royalties.domain.money import MICRO, rounded
from royalties.domain.people import Verb
from royalties.domain.periods import period_of
from royalties.services.books import Setup, setup_in_force
from royalties.services.sales.before_books import BeforeBooksCheck, notice_of
from royalties.services.sales.recording import Recorder
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.terms import catalogue

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
    wanted = _as_matched(isbn)
    value = _as_matched(identifier)
    if wanted not in editions:
        raise RefusedError(
            f"no edition has the ISBN {isbn!r}: add it to a title of a setup file and load that"
        )
    if not value or len(value) > _LONGEST or not value.isprintable():
        raise RefusedError(f"an identifier has 1 to {_LONGEST} letters, digits or signs")
    taken = catalogue.identifiers(work.connection).get(value)
    if editions[wanted] in {taken, editions.get(value)}:
        return release_waiting(work, setup)
    if taken is not None or value in editions:
        raise RefusedError(f"{identifier!r} stands for another edition already")
    catalogue.add_alias(work.connection, value, editions[wanted])
    # The period's lock comes before the log's, as in a close, so that neither waits for the other.
    released = release_waiting(work, setup)
    work.record(Verb.ALIAS, {"identifier": value, "isbn": wanted})
    return released


def edition_words(work: Work, isbn: str) -> str:
    """An edition as a person knows it: ISBN, title and format."""
    work.actor.require(Verb.READ)
    wanted = _as_matched(isbn)
    return next(
        (
            f"{edition.isbn} ({title.title}, {edition.format})"
            for title in setup_in_force(work).titles.values()
            for edition in title.editions
            if edition.isbn == wanted
        ),
        isbn,
    )


def _as_matched(identifier: str) -> str:
    """An identifier as reports are matched: an ISBN as 13 digits, anything else upper case."""
    text = "".join(identifier.split()).upper()
    digits = isbn_numbers.compact(text)
    return isbn_numbers.to_isbn13(digits) if isbn_numbers.is_valid(digits) else text


def release_waiting(work: Work, setup: Setup) -> Released:
    """Record every waiting row whose edition is known by now, in the period its date asks."""
    released = Released()
    rows = batches.now_known(work.connection)
    if not rows:
        return released
    first = setup.first_period
    open_period = periods.lock_for_sales(work.connection, first)
    watch = BeforeBooksCheck.of(setup)
    prices = {e.isbn: e for title in setup.titles.values() for e in title.editions}
    isbns = {row.id: row.isbn for row in catalogue.edition_rows(work.connection)}
    sales, done, used = [], [], set()
    for row in rows:
        *line, number, edition = row
        sheet, place, identifier, _, kind, day, units, currency, price, net, discount = line[:11]
        on = date.fromisoformat(day)
        price_used = price
        if net is None:
            if price is None:
                price_used = prices[isbns[edition]].price_on(on, currency)
            if price_used is None:
                counts = released.without_price
                counts[identifier] = counts.get(identifier, 0) + 1
                continue
            net = receipts(units, price_used, discount or 0)
        period = period_of(on, setup.calendar)
        used.add(max(period, first.shift(open_period - first.ordinal)))
        sales.append(
            (
                *line[:2],
                edition,
                *line[3:9],
                net,
                *line[10:],
                max(period.ordinal, open_period),
                number,
            )
        )
        done.append((number, sheet, place, kind))
        released.rows[identifier] = released.rows.get(identifier, 0) + 1
    watch.look(sales)
    early = notice_of(watch.early, setup, first.shift(open_period - first.ordinal), done=True)
    released.warnings = (early.message,) if early else ()
    periods.ensure_periods(work.connection, used)
    recorder = Recorder(work, setup)
    recorder.add(sales)
    recorder.finish()
    batches.stop_waiting(work.connection, done)
    return released


def receipts(units: int, price: int, discount: int) -> int:
    """Net receipts in millionths from copies, list price and discount (interface.md)."""
    return rounded(Fraction(units * price * (MICRO - discount), MICRO))

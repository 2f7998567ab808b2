"""What banks have told: imported files, their bookings, and the payments that they are about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from royalties.domain.payments.bookings import (
    OPEN,
    BookedOn,
    Booking,
    BookingKind,
    BookingOutcome,
    Match,
    PaidOrDue,
)
from royalties.domain.payments.life import BEFORE_SENDING, ON_ITS_WAY, PaymentState
from royalties.store.tables import bank_import, bank_line, bank_line_payment, payment

_AT_ONCE = 500
"""Values of one question to the database."""


class ImportRow(NamedTuple):
    """A bank's file that was imported; ``columns`` is how a table was read, else empty."""

    id: int
    name: str
    format: str
    fingerprint: str
    columns: dict[str, Any]
    imported_at: datetime
    imported_by: str
    imported_by_id: int | None


class LineRow(NamedTuple):
    """A booking of a bank's file, what became of it, and why."""

    id: int
    import_id: int
    row: int
    kind: BookingKind
    key: str
    day: date
    amount: int
    currency: str
    reference: str
    text: str
    code: str
    bank_id: str
    account: str
    outcome: BookingOutcome
    words: str

    @property
    def booking(self) -> Booking:
        """What the bank said."""
        return Booking(
            self.kind,
            self.day,
            self.amount,
            self.currency,
            self.reference,
            self.text,
            self.code,
            self.bank_id,
            self.account,
            self.row,
            self.import_id,
        )


def find_import(connection: Connection, fingerprint: str) -> ImportRow | None:
    """The import of the same file, if there was one."""
    row = connection.execute(_imports().where(bank_import.c.fingerprint == fingerprint)).first()
    return ImportRow(*row) if row else None


def import_by_number(connection: Connection, number: int) -> ImportRow | None:
    """An import by its number."""
    row = connection.execute(_imports().where(bank_import.c.id == number)).first()
    return ImportRow(*row) if row else None


def imports(connection: Connection, *, below: int | None = None, limit: int) -> list[ImportRow]:
    """Imports, the newest first."""
    query = _imports().order_by(bank_import.c.id.desc()).limit(limit)
    if below is not None:
        query = query.where(bank_import.c.id < below)
    return [ImportRow(*row) for row in connection.execute(query)]


def last_columns(connection: Connection) -> dict[str, Any]:
    """How the last table was read; empty: there was none."""
    row = connection.execute(
        select(bank_import.c.columns)
        .where(bank_import.c.format == "table")
        .order_by(bank_import.c.id.desc())
        .limit(1)
    ).first()
    return dict(row[0]) if row else {}


def _imports() -> Select[Any]:
    return select(*(bank_import.c[name] for name in ImportRow._fields))


def counts_of(
    connection: Connection, numbers: Collection[int]
) -> dict[int, dict[BookingOutcome, int]]:
    """How many bookings of each of some imports had which outcome."""
    rows = connection.execute(
        select(bank_line.c.import_id, bank_line.c.outcome, func.count())
        .where(bank_line.c.import_id.in_(sorted(numbers)))
        .group_by(bank_line.c.import_id, bank_line.c.outcome)
    )
    found: dict[int, dict[BookingOutcome, int]] = {number: {} for number in numbers}
    for number, outcome, count in rows:
        found[number][outcome] = count
    return {
        number: {outcome: of[outcome] for outcome in BookingOutcome if outcome in of}
        for number, of in found.items()
    }


def known_keys(connection: Connection, keys: Sequence[str]) -> dict[str, BookingOutcome]:
    """Those of some bookings' keys that an earlier file brought, and what became of each."""
    found: dict[str, BookingOutcome] = {}
    for at in range(0, len(keys), _AT_ONCE):
        part = keys[at : at + _AT_ONCE]
        rows = connection.execute(
            select(bank_line.c.key, bank_line.c.outcome).where(bank_line.c.key.in_(part))
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def add_import(connection: Connection, values: Mapping[str, object]) -> int:
    """Write that a file was imported; returns its number."""
    made = connection.execute(insert(bank_import).values(**values).returning(bank_import.c.id))
    return int(made.scalar_one())


def add_lines(
    connection: Connection, number: int, lines: Iterable[tuple[str, Booking, Match]]
) -> None:
    """Write the bookings of an import, each with its key and what it says."""
    listed = list(lines)
    rows = [
        {
            "import_id": number,
            "row": booking.row,
            "kind": booking.kind,
            "key": key,
            "day": booking.day,
            "amount": booking.amount,
            "currency": booking.currency,
            "reference": booking.reference,
            "text": booking.text,
            "code": booking.code,
            "bank_id": booking.bank_id,
            "account": booking.account,
            "outcome": match.outcome,
            "words": match.words[:1000],
        }
        for key, booking, match in listed
    ]
    if not rows:
        return
    connection.execute(insert(bank_line), rows)
    named = {key: match.payments for key, _, match in listed if match.payments}
    by_key = _numbers(connection, sorted(named))
    links = [(by_key[key], each) for key, payments in named.items() for each in payments]
    _link(connection, links)


def _numbers(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at in range(0, len(keys), _AT_ONCE):
        rows = connection.execute(
            select(bank_line.c.key, bank_line.c.id).where(
                bank_line.c.key.in_(keys[at : at + _AT_ONCE])
            )
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def _link(connection: Connection, links: Sequence[tuple[int, int]]) -> None:
    if links:
        values = [{"line_id": line, "payment_id": each} for line, each in links]
        connection.execute(insert(bank_line_payment), values)


def change_line(connection: Connection, number: int, match: Match) -> None:
    """Write what an open booking says now."""
    connection.execute(
        update(bank_line)
        .where(bank_line.c.id == number)
        .values(outcome=match.outcome, words=match.words[:1000])
    )
    connection.execute(bank_line_payment.delete().where(bank_line_payment.c.line_id == number))
    _link(connection, [(number, each) for each in match.payments])


def lines(
    connection: Connection,
    *,
    of: int | None = None,
    outcomes: Collection[BookingOutcome] = (),
    above: int | None = None,
    limit: int | None = None,
) -> list[LineRow]:
    """Bookings in the order in which they came.

    Args:
        of: only of this import.
        outcomes: only with one of these; all if empty.
        above: only after the booking with this number.
        limit: at most so many.
    """
    query = _lines().order_by(bank_line.c.id)
    if of is not None:
        query = query.where(bank_line.c.import_id == of)
    if outcomes:
        query = query.where(bank_line.c.outcome.in_(sorted(outcomes)))
    if above is not None:
        query = query.where(bank_line.c.id > above)
    if limit is not None:
        query = query.limit(limit)
    return [LineRow(*row) for row in connection.execute(query)]


def lines_to_look_at_again(
    connection: Connection, amounts: Collection[tuple[str, int]]
) -> list[LineRow]:
    """Open bookings that concern a payment, came back, or are of one of some amounts."""
    asked = sorted(OPEN - {BookingOutcome.NOTHING})
    lines = {
        row[0]: LineRow(*row)
        for row in connection.execute(_lines().where(bank_line.c.outcome.in_(asked)))
    }
    nothing = bank_line.c.outcome == BookingOutcome.NOTHING
    returned = _lines().where(nothing, bank_line.c.code != "")
    lines |= {row[0]: LineRow(*row) for row in connection.execute(returned)}
    wanted = sorted(amounts)
    for at in range(0, len(wanted), _AT_ONCE):
        any_of = or_(
            *(
                and_(bank_line.c.currency == currency, bank_line.c.amount == amount)
                for currency, amount in wanted[at : at + _AT_ONCE]
            )
        )
        rows = connection.execute(_lines().where(nothing, any_of))
        lines |= {row[0]: LineRow(*row) for row in rows}
    return [lines[number] for number in sorted(lines)]


def _lines() -> Select[Any]:
    return select(*(bank_line.c[name] for name in LineRow._fields))


def payments_of_lines(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The payments that each of some bookings is about."""
    found: dict[int, tuple[int, ...]] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        rows = connection.execute(
            select(bank_line_payment.c.line_id, bank_line_payment.c.payment_id)
            .where(bank_line_payment.c.line_id.in_(numbers[at : at + _AT_ONCE]))
            .order_by(bank_line_payment.c.line_id, bank_line_payment.c.payment_id)
        )
        for line, each in rows:
            found[line] = (*found.get(line, ()), each)
    return found


def lines_of_payment(connection: Connection, number: int) -> list[LineRow]:
    """What banks have told of a payment, in the order in which it came."""
    query = (
        _lines()
        .join(bank_line_payment, bank_line_payment.c.line_id == bank_line.c.id)
        .where(bank_line_payment.c.payment_id == number)
        .order_by(bank_line.c.id)
    )
    return [LineRow(*row) for row in connection.execute(query)]


def payments_to_match(connection: Connection) -> list[PaidOrDue]:
    """All payments that a booking may be about: what waits to be sent, and all that was sent."""
    booked: dict[int, list[BookedOn]] = {}
    rows = connection.execute(
        select(bank_line_payment.c.payment_id, bank_line.c.day, bank_line.c.import_id)
        .join(bank_line, bank_line.c.id == bank_line_payment.c.line_id)
        .where(
            bank_line.c.amount < 0,
            bank_line.c.outcome.in_([BookingOutcome.SETTLED, BookingOutcome.KNOWN]),
        )
        .order_by(bank_line.c.id)
    )
    for number, day, file in rows:
        booked.setdefault(number, []).append(BookedOn(day, file))
    columns = (
        payment.c.id,
        payment.c.batch_id,
        payment.c.currency,
        payment.c.gross - func.coalesce(payment.c.tax, 0),
        payment.c.state,
        payment.c.reference,
        payment.c.sent_on,
        payment.c.settled_on,
        payment.c.ended_on,
    )
    may_be_meant = payment.c.sent_on.is_not(None) | payment.c.state.in_(sorted(BEFORE_SENDING))
    rows = connection.execute(select(*columns).where(may_be_meant).order_by(payment.c.id))
    found = []
    for row in map(list, rows):
        number, batch, currency, net, state, reference, *days = row
        sent_on, settled_on, ended_on = days
        found.append(
            PaidOrDue(
                number,
                batch,
                currency,
                net,
                state,
                reference,
                sent_on,
                settled_on,
                ended_on,
                tuple(booked.get(number, ())),
            )
        )
    return found


def noted_notices(connection: Connection) -> set[tuple[int, str]]:
    """Payments and codes of notices of change that were noted."""
    rows = connection.execute(
        select(bank_line_payment.c.payment_id, bank_line.c.code)
        .join(bank_line, bank_line.c.id == bank_line_payment.c.line_id)
        .where(bank_line.c.kind == BookingKind.NOTICE, bank_line.c.outcome == BookingOutcome.NOTED)
    )
    return {(row[0], row[1]) for row in rows}


def disagreeing_lines(connection: Connection) -> list[tuple[int, int]]:
    """Bookings that settled or returned a payment which is not, with it; for ``verify``."""
    settled = and_(bank_line.c.outcome == BookingOutcome.SETTLED, payment.c.settled_on.is_(None))
    returned = and_(
        bank_line.c.outcome == BookingOutcome.RETURNED, payment.c.state != PaymentState.RETURNED
    )
    never_sent = and_(
        bank_line.c.outcome == BookingOutcome.NOTED,
        payment.c.state.not_in([*ON_ITS_WAY, PaymentState.RETURNED, PaymentState.VOIDED]),
    )
    rows = connection.execute(
        select(bank_line.c.id, payment.c.id)
        .join(bank_line_payment, bank_line_payment.c.line_id == bank_line.c.id)
        .join(payment, payment.c.id == bank_line_payment.c.payment_id)
        .where(or_(settled, returned, never_sent))
        .order_by(bank_line.c.id)
    )
    return [(row[0], row[1]) for row in rows]

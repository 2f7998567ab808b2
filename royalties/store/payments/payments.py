"""Batches, payments and what they settle; what waits to be paid; what comes forward again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, select, text, update

from royalties.domain.payments.life import Method, PaymentAction, PaymentState
from royalties.domain.payments.proposing import Part, Payee, ProposedPayment
from royalties.domain.people import Actor
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_to_beneficiary
from royalties.store.tables import (
    closed_run,
    payment,
    payment_batch,
    payment_event,
    payment_part,
    period,
    settlement,
    statement,
)


class BatchRow(NamedTuple):
    """A proposal: who prepared it, and when."""

    id: int
    note: str
    token: str
    prepared_at: datetime
    prepared_by: str
    prepared_by_id: int | None


class PaymentRow(NamedTuple):
    """A payment; amounts in minor units. What has not happened yet is None or empty."""

    id: int
    batch_id: int
    beneficiary: str
    currency: str
    gross: int
    state: PaymentState
    flags: list[str]
    changed_by: str
    changed_by_id: int | None
    approved_at: datetime | None
    approved_by: str | None
    approved_by_id: int | None
    account: str
    method: Method | None
    reference: str
    sent_on: date | None
    tax_rate: Fraction | None
    tax: int | None
    taxed_before: int | None
    sent_entry: int | None
    settled_on: date | None
    settled_entry: int | None
    ended_on: date | None
    reason: str
    put_back_in: int | None
    tax_kept: int | None
    released: bool

    @property
    def net(self) -> int:
        """What the beneficiary receives."""
        return self.gross - (self.tax or 0)

    @property
    def owed_again(self) -> int:
        """What is owed again once it came back: all of it, less tax that stays withheld."""
        return self.gross - (self.tax_kept or 0)


class PartRow(NamedTuple):
    """What a payment settles of a statement's amount to pay."""

    payment_id: int
    statement: str
    amount: int


class EventRow(NamedTuple):
    """What was done with a payment, by whom and when."""

    payment_id: int
    action: PaymentAction
    detail: dict[str, Any]
    at: datetime
    by: str


class SetAside(NamedTuple):
    """An amount to pay of a closed period, and what payments settle of it, in minor units.

    ``taxed`` if the close withheld its tax already; ``left`` is what no payment settles.
    """

    statement: str
    period: str
    ends: date
    beneficiary: str
    currency: str
    amount: int
    paid: int
    taxed: bool

    @property
    def left(self) -> int:
        """What waits to be paid."""
        return self.amount - self.paid


_RECENT = 4
"""Closed periods in which most of what waits was set aside."""


def set_aside(
    connection: Connection,
    actor: Actor,
    *,
    beneficiary: str = "",
    everything: bool = False,
    unsent: bool = False,
    recent: bool = False,
) -> list[SetAside]:
    """Amounts to pay of closed periods, the earliest first, as far as the actor may see them.

    A payment that was voided before it was sent settles nothing.

    Args:
        beneficiary: only of this one; all if empty.
        everything: those of which nothing is left as well.
        unsent: count what is proposed or approved as still waiting: nothing has left the house.
        recent: only those of the last closed periods.
    """
    paid = func.coalesce(
        select(func.sum(payment_part.c.amount))
        .join(payment, payment.c.id == payment_part.c.payment_id)
        .where(
            payment_part.c.statement == statement.c.number,
            _settles() if not unsent else payment.c.sent_on.is_not(None),
        )
        .correlate(statement)
        .scalar_subquery(),
        0,
    )
    query = (
        select(
            statement.c.number,
            period.c.name,
            period.c.ends,
            settlement.c.beneficiary,
            settlement.c.currency,
            settlement.c.to_pay,
            paid,
            (settlement.c.tax_withheld > 0).label("taxed"),
        )
        .join(
            statement,
            and_(
                statement.c.period_id == settlement.c.period_id,
                statement.c.beneficiary == settlement.c.beneficiary,
                statement.c.currency == settlement.c.currency,
            ),
        )
        .join(period, period.c.id == settlement.c.period_id)
        .where(settlement.c.to_pay > 0)
        .order_by(settlement.c.period_id, statement.c.place)
    )
    if not everything:
        query = query.where(settlement.c.to_pay > paid)
    if recent:
        last = select(func.max(settlement.c.period_id)).scalar_subquery()
        query = query.where(settlement.c.period_id > last - _RECENT)
    if beneficiary:
        query = query.where(settlement.c.beneficiary == beneficiary)
    rows = connection.execute(visible_to_beneficiary(query, actor, settlement.c.beneficiary))
    return [SetAside._make((*row[:6], int(row[6]), bool(row[7]))) for row in rows]


def _settles() -> Any:  # noqa: ANN401 - SQLAlchemy's condition
    """Whether a payment takes what it settles away from what waits.

    One that was sent and then came back or was voided does: its amount is owed again, and is to
    pay again only once a period is closed.
    """
    return (payment.c.state != PaymentState.VOIDED) | payment.c.put_back_in.is_not(None)


def not_to_pay(connection: Connection, period_id: int) -> list[tuple[str, str, int, str]]:
    """Who had nothing to pay in a closed period though something stands: (key, currency, …).

    Returns:
        The amount carried forward and the reason, after key and currency.
    """
    rows = connection.execute(
        select(
            settlement.c.beneficiary,
            settlement.c.currency,
            settlement.c.carried_forward,
            settlement.c.reason,
        )
        .where(settlement.c.period_id == period_id, settlement.c.to_pay == 0)
        .where((settlement.c.carried_forward != 0) | (settlement.c.reason != ""))
        .order_by(settlement.c.beneficiary, settlement.c.currency)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def last_closed(connection: Connection) -> int | None:
    """The newest closed period."""
    return connection.execute(select(func.max(closed_run.c.period_id))).scalar()


class PaidBefore(NamedTuple):
    """What was sent to payees before, in minor units.

    ``amounts`` are those that are on their way or have arrived; to those in ``came_back`` a payment
    came back at any time, and of those in ``unreleased`` one was not released since.
    """

    amounts: dict[Payee, list[int]]
    came_back: set[Payee]
    unreleased: set[Payee]


def paid_before(connection: Connection) -> PaidBefore:
    """What was sent to each payee before, and to whom something came back."""
    rows = connection.execute(
        select(
            payment.c.beneficiary,
            payment.c.currency,
            payment.c.gross,
            payment.c.state,
            payment.c.released,
        ).where(
            payment.c.state.in_([PaymentState.SENT, PaymentState.SETTLED, PaymentState.RETURNED])
        )
    )
    before = PaidBefore({}, set(), set())
    for beneficiary, currency, gross, state, released in rows:
        payee = (beneficiary, currency)
        if state is not PaymentState.RETURNED:
            before.amounts.setdefault(payee, []).append(gross)
            continue
        before.came_back.add(payee)
        if not released:
            before.unreleased.add(payee)
    return before


def lock(connection: Connection) -> None:
    """Keep others from changing payments until this transaction ends: each step is taken once.

    SQLite has only one writer anyway. The caller holds the open period's lock, if it posts.
    """
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE payment IN SHARE ROW EXCLUSIVE MODE"))


def add_batch(connection: Connection, values: Mapping[str, object]) -> int:
    """Write a proposal; returns its number."""
    made = connection.execute(insert(payment_batch).values(**values).returning(payment_batch.c.id))
    return int(made.scalar_one())


def add_payment(
    connection: Connection, batch: int, proposed: ProposedPayment, by: str, by_id: int | None
) -> int:
    """Write a proposed payment with what it settles; returns its number."""
    made = connection.execute(
        insert(payment)
        .values(
            batch_id=batch,
            beneficiary=proposed.beneficiary,
            currency=proposed.currency,
            gross=proposed.gross,
            state=PaymentState.PROPOSED,
            flags=[flag.value for flag in proposed.flags],
            changed_by=by,
            changed_by_id=by_id,
            account="",
            reference="",
            reason="",
            released=False,
        )
        .returning(payment.c.id)
    )
    number = int(made.scalar_one())
    _add_parts(connection, number, proposed.parts)
    return number


def replace_parts(connection: Connection, number: int, parts: Sequence[Part]) -> None:
    """Let a payment that was not sent yet settle less."""
    connection.execute(payment_part.delete().where(payment_part.c.payment_id == number))
    _add_parts(connection, number, parts)


def _add_parts(connection: Connection, number: int, parts: Sequence[Part]) -> None:
    connection.execute(
        insert(payment_part),
        [
            {
                "payment_id": number,
                "statement": part.statement,
                "place": place,
                "amount": part.amount,
            }
            for place, part in enumerate(parts, 1)
        ],
    )


def change(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Write what was done with a payment."""
    connection.execute(update(payment).where(payment.c.id == number).values(**values))


def change_each(connection: Connection, rows: Collection[PaymentRow], names: Sequence[str]) -> None:
    """Write the named columns of some payments as their rows have them."""
    values = {name: bindparam(f"new_{name}", type_=payment.c[name].type) for name in names}
    connection.execute(
        update(payment).where(payment.c.id == bindparam("number")).values(values),
        [
            {"number": row.id, **{f"new_{name}": getattr(row, name) for name in names}}
            for row in rows
        ],
    )


def add_events(connection: Connection, rows: Iterable[EventRow]) -> None:
    """Append to the histories of payments."""
    connection.execute(insert(payment_event), [row._asdict() for row in rows])


def batch_by_token(connection: Connection, token: str) -> int | None:
    """The batch that a form sent before."""
    return connection.execute(
        select(payment_batch.c.id).where(payment_batch.c.token == token)
    ).scalar()


def find_batch(connection: Connection, number: int) -> BatchRow | None:
    """A batch by its number."""
    row = connection.execute(_batches().where(payment_batch.c.id == number)).first()
    return BatchRow(*row) if row else None


def batches(connection: Connection, numbers: Collection[int]) -> dict[int, BatchRow]:
    """Some batches by their numbers."""
    if not numbers:
        return {}
    rows = connection.execute(_batches().where(payment_batch.c.id.in_(sorted(numbers))))
    return {row[0]: BatchRow(*row) for row in rows}


def _batches() -> Select[Any]:
    return select(*(payment_batch.c[name] for name in BatchRow._fields))


def find(connection: Connection, number: int) -> PaymentRow | None:
    """A payment by its number."""
    row = connection.execute(_payments().where(payment.c.id == number)).first()
    return PaymentRow(*row) if row else None


def numbered(connection: Connection, numbers: Collection[int]) -> dict[int, PaymentRow]:
    """Some payments by their numbers; the caller has checked access."""
    rows = connection.execute(_payments().where(payment.c.id.in_(sorted(numbers))))
    return {row.id: row for row in (PaymentRow(*row) for row in rows)}


def payments(
    connection: Connection,
    actor: Actor,
    *,
    states: Iterable[PaymentState] = (),
    beneficiary: str = "",
    batch: int | None = None,
    sent: tuple[date, date] | None = None,
    below: int | None = None,
    limit: int | None = None,
) -> list[PaymentRow]:
    """Payments that the actor may see, the newest first.

    Args:
        states: only in one of these; all if empty.
        beneficiary: only to this one; all if empty.
        batch: only of this one.
        sent: only those sent between two days, with these.
        below: only with numbers below this one.
        limit: at most so many.
    """
    query = _payments().order_by(payment.c.id.desc())
    chosen = list(states)
    if chosen:
        query = query.where(payment.c.state.in_(chosen))
    if beneficiary:
        query = query.where(payment.c.beneficiary == beneficiary)
    if batch is not None:
        query = query.where(payment.c.batch_id == batch)
    if sent is not None:
        query = query.where(payment.c.sent_on.between(*sent))
    if below is not None:
        query = query.where(payment.c.id < below)
    if limit is not None:
        query = query.limit(limit)
    rows = connection.execute(visible_to_beneficiary(query, actor, payment.c.beneficiary))
    return [PaymentRow(*row) for row in rows]


def _payments() -> Select[Any]:
    return select(*(payment.c[name] for name in PaymentRow._fields))


def parts_of(connection: Connection, numbers: Collection[int]) -> dict[int, list[PartRow]]:
    """What some payments settle, by their numbers, the earliest statement first."""
    if not numbers:
        return {}
    rows = connection.execute(
        select(payment_part.c.payment_id, payment_part.c.statement, payment_part.c.amount)
        .where(payment_part.c.payment_id.in_(sorted(numbers)))
        .order_by(payment_part.c.payment_id, payment_part.c.place)
    )
    found: dict[int, list[PartRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(PartRow(*row))
    return found


def events_of(connection: Connection, number: int) -> list[EventRow]:
    """A payment's history, the first first."""
    rows = connection.execute(
        select(*(payment_event.c[name] for name in EventRow._fields))
        .where(payment_event.c.payment_id == number)
        .order_by(payment_event.c.id)
    )
    return [EventRow(*row) for row in rows]


def by_check(connection: Connection, reference: str) -> int | None:
    """The payment for which a check was written, whatever became of it."""
    return connection.execute(
        select(func.min(payment.c.id)).where(
            payment.c.method == Method.CHECK, payment.c.reference == reference
        )
    ).scalar()


def taxed_statements(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Those of some statements whose close withheld the tax of what is to pay."""
    rows = connection.execute(
        select(statement.c.number)
        .join(
            settlement,
            and_(
                statement.c.period_id == settlement.c.period_id,
                statement.c.beneficiary == settlement.c.beneficiary,
                statement.c.currency == settlement.c.currency,
            ),
        )
        .where(statement.c.number.in_(sorted(numbers)), settlement.c.tax_withheld > 0)
    )
    return set(rows.scalars())


def every_payment(connection: Connection) -> list[PaymentRow]:
    """All payments, the first first, for ``verify``."""
    return [PaymentRow(*row) for row in connection.execute(_payments().order_by(payment.c.id))]


def every_part(connection: Connection) -> list[PartRow]:
    """All parts, for ``verify``."""
    rows = connection.execute(
        select(payment_part.c.payment_id, payment_part.c.statement, payment_part.c.amount).order_by(
            payment_part.c.payment_id, payment_part.c.place
        )
    )
    return [PartRow(*row) for row in rows]

"""What came back of payments, and how much of it was taxed before and is not taxed again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, or_, select

from royalties.domain.payments.proposing import Part, Payee
from royalties.domain.payments.taxed_before import entering, share_of
from royalties.store.payments.payments import PaymentRow
from royalties.store.tables import payment, payment_part, period, settlement, statement

_OWED_AGAIN = payment.c.gross - func.coalesce(payment.c.tax_kept, 0)
_TAXED = func.coalesce(payment.c.gross - payment.c.tax_kept, payment.c.taxed_before, 0)
"""Of what is owed again, what is not taxed once more: all, if its tax stays."""

WAS_TAXED = or_(payment.c.tax_kept.is_not(None), payment.c.taxed_before.is_not(None))
"""Whether something of a payment that came back is not taxed again."""


class CameBack(NamedTuple):
    """What a period's run brings forward of payments, by beneficiary and currency.

    ``amounts`` are what came back while it was the open one; ``taxed`` is what of its balances was
    taxed before, in minor units.
    """

    amounts: dict[Payee, int]
    taxed: dict[Payee, int]


NOTHING_CAME_BACK = CameBack({}, {})


def came_back_in(connection: Connection, period_id: int) -> CameBack:
    """What came back while a period was the open one, and what is taxed of its balances."""
    rows = connection.execute(
        _put_back().where(
            or_(
                payment.c.put_back_in == period_id,
                and_(payment.c.put_back_in < period_id, WAS_TAXED),
            )
        )
    )
    amounts: dict[Payee, int] = {}
    taxed: dict[Payee, dict[int, int]] = {}
    for in_period, beneficiary, currency, amount, of_it_taxed in rows:
        payee = (beneficiary, currency)
        if in_period == period_id:
            amounts[payee] = int(amount)
        if of_it_taxed:
            taxed.setdefault(payee, {})[in_period] = int(of_it_taxed)
    set_aside = _set_aside(connection, taxed)
    pools = {
        payee: entering(back, {period_id: 0, **_by_period(set_aside[payee], period_id)})[period_id]
        for payee, back in taxed.items()
    }
    return CameBack(amounts, {payee: amount for payee, amount in pools.items() if amount})


def put_back_by_period(connection: Connection) -> dict[tuple[int, str, str], int]:
    """What came back, by the period that brings it forward, beneficiary and currency."""
    rows = connection.execute(_put_back().where(payment.c.put_back_in.is_not(None)))
    return {(row[0], row[1], row[2]): int(row[3]) for row in rows}


def taxed_of(
    connection: Connection, rows: Collection[PaymentRow], parts: Mapping[int, Iterable[Part]]
) -> dict[int, int]:
    """What was taxed before of each of some payments that are not sent, or are the last sent ones.

    Args:
        connection: to the database.
        rows: the payments; a payee has one under way, so all sent ones were sent before it.
        parts: what each settles, by its number.
    """
    taxed: dict[Payee, dict[int, int]] = {}
    wanted = {row.beneficiary for row in rows}
    for in_period, beneficiary, currency, _, of_it_taxed in connection.execute(
        _put_back()
        .where(payment.c.beneficiary.in_(sorted(wanted)), WAS_TAXED)
        .where(payment.c.put_back_in.is_not(None))
    ):
        if of_it_taxed:
            taxed.setdefault((beneficiary, currency), {})[in_period] = int(of_it_taxed)
    if not taxed:
        return {row.id: 0 for row in rows}
    left = _left(taxed, _set_aside(connection, taxed))
    sent = _parts_sent(connection, {beneficiary for beneficiary, _ in taxed})
    asked = {row.id for row in rows}
    for number in sorted(sent):
        if number not in asked:
            share_of(sent[number], left)
    return {row.id: share_of(parts[row.id], left) for row in sorted(rows, key=lambda row: row.id)}


def taxed_of_each(connection: Connection) -> dict[int, int]:
    """What was taxed before of every payment that was sent, for ``verify``."""
    taxed: dict[Payee, dict[int, int]] = {}
    rows = connection.execute(_put_back().where(payment.c.put_back_in.is_not(None), WAS_TAXED))
    for in_period, beneficiary, currency, _, of_it_taxed in rows:
        taxed.setdefault((beneficiary, currency), {})[in_period] = int(of_it_taxed)
    left = _left(taxed, _set_aside(connection, taxed))
    sent = _parts_sent(connection, {beneficiary for beneficiary, _ in taxed})
    return {number: share_of(sent[number], left) for number in sorted(sent)}


def withheld_by_closes(connection: Connection, starts: date, ends: date) -> dict[Payee, int]:
    """Tax that closes of earlier versions withheld in periods that end between two days."""
    rows = connection.execute(
        select(settlement.c.beneficiary, settlement.c.currency, func.sum(settlement.c.tax_withheld))
        .join(period, period.c.id == settlement.c.period_id)
        .where(period.c.ends.between(starts, ends), settlement.c.tax_withheld != 0)
        .group_by(settlement.c.beneficiary, settlement.c.currency)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


class _Aside(NamedTuple):
    """What a close set aside for a payee, and on which statement."""

    period: int
    statement: str
    amount: int


def _put_back() -> Any:  # noqa: ANN401 - SQLAlchemy's query
    payee = (payment.c.put_back_in, payment.c.beneficiary, payment.c.currency)
    return select(*payee, func.sum(_OWED_AGAIN), func.sum(_TAXED)).group_by(*payee)


def _set_aside(connection: Connection, payees: Collection[Payee]) -> dict[Payee, list[_Aside]]:
    found: dict[Payee, list[_Aside]] = defaultdict(list)
    if not payees:
        return found
    rows = connection.execute(
        select(
            settlement.c.period_id,
            statement.c.number,
            settlement.c.to_pay,
            settlement.c.beneficiary,
            settlement.c.currency,
        )
        .join(
            statement,
            and_(
                statement.c.period_id == settlement.c.period_id,
                statement.c.beneficiary == settlement.c.beneficiary,
                statement.c.currency == settlement.c.currency,
            ),
        )
        .where(settlement.c.beneficiary.in_(sorted({payee[0] for payee in payees})))
        .where(settlement.c.to_pay > 0)
    )
    for in_period, number, amount, beneficiary, currency in rows:
        found[beneficiary, currency].append(_Aside(in_period, number, amount))
    return found


def _by_period(aside: Iterable[_Aside], before: int) -> dict[int, int]:
    return {each.period: each.amount for each in aside if each.period < before}


def _left(
    taxed: Mapping[Payee, Mapping[int, int]], set_aside: Mapping[Payee, Iterable[_Aside]]
) -> dict[str, int]:
    """What was taxed before of the statements of some payees, by their numbers."""
    left: dict[str, int] = {}
    for payee, back in taxed.items():
        aside = list(set_aside.get(payee, ()))
        pools = entering(back, {each.period: each.amount for each in aside})
        left |= {each.statement: min(each.amount, pools[each.period]) for each in aside}
    return left


def _parts_sent(connection: Connection, beneficiaries: Collection[str]) -> dict[int, list[Part]]:
    rows = connection.execute(
        select(payment_part.c.payment_id, payment_part.c.statement, payment_part.c.amount)
        .join(payment, payment.c.id == payment_part.c.payment_id)
        .where(payment.c.beneficiary.in_(sorted(beneficiaries)), payment.c.sent_on.is_not(None))
        .order_by(payment_part.c.payment_id, payment_part.c.place)
    )
    found: dict[int, list[Part]] = {}
    for number, of_statement, amount in rows:
        found.setdefault(number, []).append(Part(of_statement, amount))
    return found

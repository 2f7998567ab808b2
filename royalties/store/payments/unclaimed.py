"""What tells since when money has been owed, and when its payees were last heard of."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from royalties.domain.payments.life import PaymentState
from royalties.domain.payments.proposing import Payee
from royalties.domain.payments.unclaimed import AccountPeriod
from royalties.store.tables import (
    membership,
    payment,
    payment_part,
    period,
    session,
    settlement,
    statement,
)


class CameBackRow(NamedTuple):
    """A statement that a payment had settled which came back.

    ``period`` is that whose run brings the amount forward; ``owed`` is what of the payment is owed
    again, in minor units, the same in each of its rows.
    """

    period: int
    beneficiary: str
    currency: str
    payment: int
    owed: int
    statement: str


def accounts(
    connection: Connection, beneficiaries: Collection[str]
) -> dict[Payee, list[AccountPeriod]]:
    """The closed periods of some beneficiaries' accounts, by payee, the earliest first."""
    if not beneficiaries:
        return {}
    rows = connection.execute(
        select(
            settlement.c.beneficiary,
            settlement.c.currency,
            settlement.c.period_id,
            period.c.starts,
            period.c.ends,
            settlement.c.brought_forward,
            settlement.c.carried_forward,
            func.coalesce(statement.c.number, ""),
        )
        .join(period, period.c.id == settlement.c.period_id)
        .outerjoin(
            statement,
            and_(
                statement.c.period_id == settlement.c.period_id,
                statement.c.beneficiary == settlement.c.beneficiary,
                statement.c.currency == settlement.c.currency,
            ),
        )
        .where(settlement.c.beneficiary.in_(sorted(beneficiaries)))
        .order_by(settlement.c.period_id)
    )
    found: dict[Payee, list[AccountPeriod]] = {}
    for beneficiary, currency, *of_period in rows:
        found.setdefault((beneficiary, currency), []).append(AccountPeriod(*of_period))
    return found


def came_back(connection: Connection) -> list[CameBackRow]:
    """What payments had settled that came back, or were stopped after they were sent."""
    rows = connection.execute(
        select(
            payment.c.put_back_in,
            payment.c.beneficiary,
            payment.c.currency,
            payment.c.id,
            payment.c.gross - func.coalesce(payment.c.tax_kept, 0),
            payment_part.c.statement,
        )
        .join(payment_part, payment_part.c.payment_id == payment.c.id)
        .where(payment.c.put_back_in.is_not(None))
        .order_by(payment.c.id, payment_part.c.place)
    )
    return [CameBackRow(*row) for row in rows]


class HeardOf(NamedTuple):
    """When the last payment to a beneficiary arrived, and its people last used the portal."""

    arrived: date | None
    seen: datetime | None


def last_heard_of(connection: Connection, beneficiaries: Collection[str]) -> dict[str, HeardOf]:
    """When each of some beneficiaries with closed periods was last heard of."""
    if not beneficiaries:
        return {}
    arrived = (
        select(func.max(payment.c.settled_on))
        .where(
            payment.c.beneficiary == settlement.c.beneficiary,
            payment.c.state == PaymentState.SETTLED,
        )
        .correlate(settlement)
        .scalar_subquery()
    )
    seen = (
        select(func.max(session.c.seen_at))
        .join(membership, membership.c.person_id == session.c.person_id)
        .where(membership.c.beneficiary == settlement.c.beneficiary)
        .correlate(settlement)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(settlement.c.beneficiary, arrived, seen)
        .where(settlement.c.beneficiary.in_(sorted(beneficiaries)))
        .group_by(settlement.c.beneficiary)
    )
    return {row[0]: HeardOf(row[1], row[2]) for row in rows}

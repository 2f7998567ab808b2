"""The register of tax that was deposited, and what was withheld, by month."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from royalties.domain.payments.tax_deposits import DepositForm
from royalties.store.engine import is_sqlite
from royalties.store.tables import payment, period, settlement, tax_deposit


class DepositRow(NamedTuple):
    """A deposit, in minor units; ``undone_on`` is when it was taken back, if it was."""

    id: int
    form: DepositForm
    day: date
    currency: str
    amount: int
    reference: str
    note: str
    token: str
    recorded_at: datetime
    recorded_by: str
    recorded_by_id: int | None
    undone_on: date | None
    undone_by: str | None
    reason: str


class WithheldRow(NamedTuple):
    """Tax that was withheld of a beneficiary on a day; less than 0: it was taken back then."""

    beneficiary: str
    currency: str
    day: date
    amount: int


def deposits(connection: Connection) -> list[DepositRow]:
    """All deposits, the newest day first, with those that were taken back."""
    columns = (tax_deposit.c[name] for name in DepositRow._fields)
    rows = connection.execute(
        select(*columns).order_by(tax_deposit.c.day.desc(), tax_deposit.c.id.desc())
    )
    return [DepositRow(*row) for row in rows]


def find(connection: Connection, number: int) -> DepositRow | None:
    """A deposit by its number."""
    columns = (tax_deposit.c[name] for name in DepositRow._fields)
    row = connection.execute(select(*columns).where(tax_deposit.c.id == number)).first()
    return DepositRow(*row) if row else None


def by_token(connection: Connection, token: str) -> int | None:
    """The deposit that a form sent before."""
    return connection.execute(select(tax_deposit.c.id).where(tax_deposit.c.token == token)).scalar()


def add(connection: Connection, values: Mapping[str, object]) -> int:
    """Write a deposit; returns its number."""
    made = connection.execute(insert(tax_deposit).values(**values).returning(tax_deposit.c.id))
    return int(made.scalar_one())


def take_back(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Write that a deposit was taken back."""
    connection.execute(update(tax_deposit).where(tax_deposit.c.id == number).values(**values))


def lock(connection: Connection) -> None:
    """Keep others from changing deposits until this transaction ends; SQLite has one writer."""
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE tax_deposit IN SHARE ROW EXCLUSIVE MODE"))


def withheld(connection: Connection) -> list[WithheldRow]:
    """Tax of payments by day, what was taken back in the same year, and what closes withheld."""
    sent = connection.execute(
        select(
            payment.c.beneficiary,
            payment.c.currency,
            payment.c.sent_on,
            payment.c.tax,
            payment.c.ended_on,
            payment.c.tax_kept,
            payment.c.put_back_in,
        ).where(payment.c.tax > 0)
    )
    rows = []
    for beneficiary, currency, sent_on, tax, ended_on, kept, put_back_in in sent:
        rows.append(WithheldRow(beneficiary, currency, sent_on, tax))
        if put_back_in is not None and kept is None:
            rows.append(WithheldRow(beneficiary, currency, ended_on, -tax))
    by_closes = connection.execute(
        select(
            settlement.c.beneficiary,
            settlement.c.currency,
            period.c.ends,
            settlement.c.tax_withheld,
        )
        .join(period, period.c.id == settlement.c.period_id)
        .where(settlement.c.tax_withheld != 0)
    )
    return rows + [WithheldRow(*row) for row in by_closes]

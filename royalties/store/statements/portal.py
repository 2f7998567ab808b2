"""What a nonprofit's people may read of its own closed periods, always through ``scope``."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from royalties.domain.people import Actor
from royalties.store.scope import visible_to_beneficiary
from royalties.store.tables import closed_run, issued, period, settlement, statement


class SettledRow(NamedTuple):
    """A settled period of one beneficiary in one currency; amounts in minor units."""

    number: str
    period_id: int
    period: str
    ends: date
    closed_at: datetime
    currency: str
    brought_forward: int
    allocated: int
    tax_withheld: int
    due: int
    to_pay: int
    tax: int
    net: int
    carried_forward: int
    reason: str
    issued_at: datetime | None


class PortalFileRow(NamedTuple):
    """An issued file of a statement."""

    period: str
    number: str
    file: str
    name: str
    sha256: str


def settled_periods(connection: Connection, actor: Actor, beneficiary: str) -> list[SettledRow]:
    """Every settled period of a beneficiary that the actor may see, the newest first."""
    query = (
        select(
            statement.c.number,
            statement.c.period_id,
            period.c.name,
            period.c.ends,
            closed_run.c.closed_at,
            *(settlement.c[name] for name in SettledRow._fields[5:15]),
            issued.c.issued_at,
        )
        .join(period, period.c.id == statement.c.period_id)
        .join(closed_run, closed_run.c.period_id == statement.c.period_id)
        .join(
            settlement,
            (settlement.c.period_id == statement.c.period_id)
            & (settlement.c.beneficiary == statement.c.beneficiary)
            & (settlement.c.currency == statement.c.currency),
        )
        .outerjoin(issued, (issued.c.number == statement.c.number) & (issued.c.file == "workbook"))
        # The key begins with the period: naming it avoids scanning other beneficiaries' rows.
        .where(
            statement.c.beneficiary == beneficiary,
            statement.c.period_id.in_(select(closed_run.c.period_id)),
        )
        .order_by(statement.c.period_id.desc(), statement.c.place)
    )
    rows = connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary))
    return [SettledRow(*row) for row in rows]


def contents(
    connection: Connection, actor: Actor, beneficiary: str, numbers: Collection[str]
) -> list[str]:
    """The contents of some statements of a beneficiary, as JSON, the earliest first."""
    query = (
        select(statement.c.content)
        .where(statement.c.beneficiary == beneficiary, statement.c.number.in_(sorted(numbers)))
        .order_by(statement.c.period_id, statement.c.place)
    )
    return list(
        connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary)).scalars()
    )


def issued_files(
    connection: Connection, actor: Actor, beneficiary: str, numbers: Collection[str]
) -> list[PortalFileRow]:
    """Issued files of some statements of a beneficiary, in order of period and number."""
    query = (
        select(period.c.name, issued.c.number, issued.c.file, issued.c.name, issued.c.sha256)
        .join(statement, statement.c.number == issued.c.number)
        .join(period, period.c.id == statement.c.period_id)
        .where(statement.c.beneficiary == beneficiary, statement.c.number.in_(sorted(numbers)))
        .order_by(statement.c.period_id, statement.c.place, issued.c.file.desc())
    )
    rows = connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary))
    return [PortalFileRow(*row) for row in rows]

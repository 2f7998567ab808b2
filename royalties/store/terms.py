"""What closed periods made of contracts, plans and beneficiaries, as the desk's pages show it."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from royalties.store.tables import (
    contract_close,
    counter_close,
    period,
    revision,
    sale_total,
    settlement,
)

Row = Any
"""A row with its columns as attributes."""


def contract_closes(connection: Connection, contract: str) -> list[Row]:
    """A contract's account in every closed period, the newest first; ``name`` is the period's."""
    query = (
        select(contract_close, period.c.name)
        .join(period, period.c.id == contract_close.c.period_id)
        .where(contract_close.c.contract == contract)
        .order_by(contract_close.c.period_id.desc())
    )
    return list(connection.execute(query))


class Counted(NamedTuple):
    """What a contract's counter counted in a closed period, exact."""

    period_id: int
    counter: str
    counted: str


def counted(connection: Connection, contract: str) -> list[Counted]:
    """What a contract's counters counted in closed periods."""
    rows = connection.execute(
        select(*(counter_close.c[name] for name in Counted._fields)).where(
            counter_close.c.contract == contract
        )
    )
    return [Counted(*row) for row in rows]


def settlements_of(connection: Connection, beneficiary: str, limit: int) -> list[Row]:
    """A beneficiary's accounts in closed periods, the newest first; ``name`` is the period's."""
    query = (
        select(settlement, period.c.name)
        .join(period, period.c.id == settlement.c.period_id)
        .where(settlement.c.beneficiary == beneficiary)
        .order_by(settlement.c.period_id.desc(), settlement.c.currency)
        .limit(limit)
    )
    return list(connection.execute(query))


def balances_after(connection: Connection, period_id: int) -> dict[str, list[tuple[str, int]]]:
    """What a closed period carried forward, as (currency, amount), by beneficiary."""
    found: dict[str, list[tuple[str, int]]] = {}
    rows = connection.execute(
        select(settlement.c.beneficiary, settlement.c.currency, settlement.c.carried_forward)
        .where(settlement.c.period_id == period_id, settlement.c.carried_forward != 0)
        .order_by(settlement.c.currency)
    )
    for beneficiary, currency, amount in rows:
        found.setdefault(beneficiary, []).append((currency, amount))
    return found


def used_versions(connection: Connection, plan: str) -> set[str]:
    """First days of a plan's versions that closed runs used."""
    rows = connection.execute(
        select(contract_close.c.plan_version)
        .distinct()
        .join(revision, revision.c.id == contract_close.c.plan_revision)
        .where(revision.c.kind == "plans", revision.c.key == plan)
    )
    return set(rows.scalars())


def currencies_sold(connection: Connection, period_id: int) -> list[tuple[str, int]]:
    """Currencies of a period's sales, each with how many lines."""
    rows = connection.execute(
        select(sale_total.c.currency, func.sum(sale_total.c.lines))
        .where(sale_total.c.period_id == period_id)
        .group_by(sale_total.c.currency)
        .order_by(sale_total.c.currency)
    )
    return [(row[0], int(row[1])) for row in rows]

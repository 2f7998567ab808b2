"""What closed periods gave from a title's royalties, as allocated and stated."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from royalties.store.tables import allocation, closed_run, contract_close, period, revision


class AllocatedRow(NamedTuple):
    """A contract's allocation to one beneficiary in a closed period, in minor units."""

    contract: str
    contract_revision: int
    currency: str
    period_id: int
    period: str
    year: str
    beneficiary: str
    amount: int


def allocated(connection: Connection, contracts: Collection[str]) -> list[AllocatedRow]:
    """All allocations ever made by these contracts, summed over steps, by period."""
    year = func.substr(period.c.starts, 1, 4)
    keys = (
        contract_close.c.contract,
        contract_close.c.contract_revision,
        contract_close.c.currency,
        period.c.id,
        period.c.name,
        year,
        allocation.c.beneficiary,
    )
    rows = connection.execute(
        select(*keys, func.sum(allocation.c.amount))
        .join_from(
            allocation,
            contract_close,
            (contract_close.c.period_id == allocation.c.period_id)
            & (contract_close.c.contract == allocation.c.contract),
        )
        .join(period, period.c.id == allocation.c.period_id)
        .where(
            allocation.c.contract.in_(sorted(contracts)),
            # The key begins with the period: naming it avoids scanning other contracts' rows.
            allocation.c.period_id.in_(select(closed_run.c.period_id)),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [AllocatedRow._make((*row[:7], int(row[7]))) for row in rows]


def titles_of(connection: Connection, revisions: Collection[int]) -> dict[int, list[str]]:
    """The titles that contracts covered, by the revision that a closed run used."""
    rows = connection.execute(
        select(revision.c.id, revision.c.body).where(revision.c.id.in_(sorted(revisions)))
    )
    return {row.id: list(row.body["titles"]) for row in rows}

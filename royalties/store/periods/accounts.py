"""Accounts of contracts and beneficiaries as closes froze them, one figure over many periods.

Read by period: the rows of a closed run, and the ledger's balances after it.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from royalties.store.tables import (
    account_carried,
    allocation,
    closed_run,
    contract_close,
    settlement,
)

EARLIER = 0
"""The column of all periods without a column of their own."""


class AccountSum(NamedTuple):
    """A contract's, a beneficiary's or both's figure in a period; the other name is empty.

    ``period_id`` is ``EARLIER`` for all periods that were not named; the amount is minor units.
    """

    contract: str
    beneficiary: str
    currency: str
    period_id: int
    amount: int


def sums_by_contract(
    connection: Connection, figure: str, named: Collection[int], last: int | None
) -> list[AccountSum]:
    """A column of ``contract_close`` by contract and period.

    Args:
        named: the periods with a column of their own.
        last: all others up to this one are summed as well; None: none.
    """
    keys = (contract_close.c.contract, contract_close.c.currency)
    rows = connection.execute(_summed(contract_close, contract_close.c[figure], keys, named, last))
    return [AccountSum(row[0], "", row[1], row[2], int(row[3])) for row in rows]


def sums_by_beneficiary(
    connection: Connection, figure: str, named: Collection[int], last: int | None
) -> list[AccountSum]:
    """A column of ``settlement`` by beneficiary and period; arguments as of ``of_contracts``."""
    keys = (settlement.c.beneficiary, settlement.c.currency)
    rows = connection.execute(_summed(settlement, settlement.c[figure], keys, named, last))
    return [AccountSum("", row[0], row[1], row[2], int(row[3])) for row in rows]


def sums_by_contract_and_beneficiary(
    connection: Connection, named: Collection[int], last: int | None
) -> list[AccountSum]:
    """What contracts allocated to beneficiaries by period; arguments as in ``of_contracts``."""
    keys = (allocation.c.contract, allocation.c.beneficiary, contract_close.c.currency)
    query = _summed(allocation, allocation.c.amount, keys, named, last).join_from(
        allocation,
        contract_close,
        (contract_close.c.period_id == allocation.c.period_id)
        & (contract_close.c.contract == allocation.c.contract),
    )
    rows = connection.execute(query)
    return [AccountSum(row[0], row[1], row[2], row[3], int(row[4])) for row in rows]


def account_balances(
    connection: Connection, prefix: str, periods: Collection[int]
) -> list[AccountSum]:
    """Balances of the ledger's contract accounts after closes; debit positive.

    Args:
        prefix: of the account names; a contract's key follows.
    """
    rows = connection.execute(
        select(
            account_carried.c.account,
            account_carried.c.currency,
            account_carried.c.period_id,
            account_carried.c.amount,
        ).where(
            account_carried.c.period_id.in_(sorted(periods)),
            account_carried.c.account.startswith(prefix, autoescape=True),
        )
    )
    return [AccountSum(row[0].removeprefix(prefix), "", row[1], row[2], row[3]) for row in rows]


def _summed(
    table: Any,  # noqa: ANN401 - SQLAlchemy's tables and columns of any type
    figure: Any,  # noqa: ANN401
    keys: Sequence[Any],
    named: Collection[int],
    last: int | None,
) -> Select[Any]:
    period_id = table.c.period_id
    if last is None:
        condition, column = period_id.in_(sorted(named)), period_id
    else:
        closed = select(closed_run.c.period_id).where(closed_run.c.period_id <= last)
        condition = period_id.in_(closed)
        column = case((period_id.in_(sorted(named)), period_id), else_=EARLIER)
    return (
        select(*keys, column.label("column_of"), func.sum(figure))
        .where(condition)
        .group_by(*keys, "column_of")
    )

"""What a close is prepared with: summaries of periods, figures to compare, explanations."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, case, delete, func, insert, select

from royalties.domain.sales.slices import SaleKind
from royalties.store.periods.earned import earned_groups
from royalties.store.tables import (
    allocation,
    closed_run,
    contract_close,
    explanation,
    log,
    period_total,
    retailer,
    sale_total,
)


class Amounts(NamedTuple):
    """A closed period's amounts in one currency, in minor units, and how many statements."""

    earned: int = 0
    payable: int = 0
    to_pay: int = 0
    statements: int = 0


class RetailerSales(NamedTuple):
    """A retailer's sales in a period; receipts in millionths.

    ``last_month`` is the latest month of its sale dates; ``early_…`` sums the sales dated before
    the requested month.
    """

    units: int
    net: int
    last_month: str
    early_lines: int
    early_units: int
    early_net: int


class ExplanationRow(NamedTuple):
    """An explanation of a period's figures."""

    subject: str
    figure: str
    text: str
    at: datetime
    by: str


def closed_by(connection: Connection, periods: Collection[int]) -> dict[int, str]:
    """Who closed each of some closed periods."""
    rows = connection.execute(
        select(closed_run.c.period_id, closed_run.c.closed_by).where(
            closed_run.c.period_id.in_(sorted(periods))
        )
    )
    return {row[0]: row[1] for row in rows}


def amounts_by_period(
    connection: Connection, periods: Collection[int]
) -> dict[tuple[int, str], Amounts]:
    """Closed periods' stored amounts by (period, currency)."""
    rows = connection.execute(
        select(period_total).where(period_total.c.period_id.in_(sorted(periods)))
    )
    return {(row[0], row[1]): Amounts(*row[2:]) for row in rows}


def units_by_period(connection: Connection, periods: Collection[int]) -> dict[int, int]:
    """Net copies counted in each of some periods; free ones left out."""
    rows = connection.execute(
        select(sale_total.c.period_id, func.sum(sale_total.c.units))
        .where(sale_total.c.period_id.in_(sorted(periods)))
        .where(sale_total.c.kind != SaleKind.FREE.value)
        .group_by(sale_total.c.period_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def last_change(connection: Connection, without: Collection[str]) -> int:
    """The log's newest line whose verb may change a figure; 0 if there is none."""
    return connection.execute(last_change_query(without)).scalar() or 0


def last_change_query(without: Collection[str]) -> Select[int]:
    """A query for the number of that line; no row if there is none."""
    return (
        select(log.c.seq)
        .where(log.c.action.not_in(sorted(without)))
        .order_by(log.c.seq.desc())
        .limit(1)
    )


def sold_in(
    connection: Connection, periods: Collection[int], early: str
) -> dict[int, dict[tuple[str, str], RetailerSales]]:
    """Retailers' sales in some periods, by (key, currency); free copies left out.

    ``early`` is the first month that is not early, such as ``2025-01``.
    """
    is_early = sale_total.c.month < early
    rows = connection.execute(
        select(
            sale_total.c.period_id,
            retailer.c.key,
            sale_total.c.currency,
            func.sum(sale_total.c.units),
            func.sum(sale_total.c.net),
            func.max(sale_total.c.month),
            *(
                func.sum(case((is_early, column), else_=0))
                for column in (sale_total.c.lines, sale_total.c.units, sale_total.c.net)
            ),
        )
        .join(retailer, retailer.c.id == sale_total.c.retailer_id)
        .where(sale_total.c.period_id.in_(sorted(periods)))
        .where(sale_total.c.kind != SaleKind.FREE.value)
        .group_by(sale_total.c.period_id, retailer.c.key, sale_total.c.currency)
    )
    sales_by_period: dict[int, dict[tuple[str, str], RetailerSales]] = {
        number: {} for number in periods
    }
    for number, key, currency, units, net, last, *early_sums in rows:
        sales_by_period[number][key, currency] = RetailerSales(
            int(units), int(net), last, *map(int, early_sums)
        )
    return sales_by_period


def earned_in(
    connection: Connection, periods: Collection[int]
) -> dict[int, dict[tuple[str, str], tuple[int, int]]]:
    """What editions earned in closed periods: (earned, net copies) by (ISBN, currency)."""
    groups = earned_groups(periods)
    keys = (groups.c.period_id, groups.c.isbn, contract_close.c.currency)
    rows = connection.execute(
        select(*keys, func.sum(groups.c.earned), func.sum(groups.c.units))
        .join(
            contract_close,
            (contract_close.c.period_id == groups.c.period_id)
            & (contract_close.c.contract == groups.c.contract),
        )
        .group_by(*keys)
    )
    earned_by_period: dict[int, dict[tuple[str, str], tuple[int, int]]] = {
        number: {} for number in periods
    }
    for number, isbn, currency, earned, units in rows:
        earned_by_period[number][isbn, currency] = (int(earned), int(units))
    return earned_by_period


def allocated_in(
    connection: Connection, periods: Collection[int]
) -> dict[int, dict[tuple[str, str], int]]:
    """What closed periods allocated, by (beneficiary, currency)."""
    keys = (allocation.c.period_id, allocation.c.beneficiary, contract_close.c.currency)
    rows = connection.execute(
        select(*keys, func.sum(allocation.c.amount))
        .join(
            contract_close,
            (contract_close.c.period_id == allocation.c.period_id)
            & (contract_close.c.contract == allocation.c.contract),
        )
        .where(allocation.c.period_id.in_(sorted(periods)))
        .group_by(*keys)
    )
    allocated_by_period: dict[int, dict[tuple[str, str], int]] = {number: {} for number in periods}
    for number, key, currency, amount in rows:
        allocated_by_period[number][key, currency] = int(amount)
    return allocated_by_period


def explanations(connection: Connection, period: str) -> dict[str, ExplanationRow]:
    """The explanations of a period's figures, by subject."""
    rows = connection.execute(
        select(*(explanation.c[name] for name in ExplanationRow._fields)).where(
            explanation.c.period == period
        )
    )
    return {row.subject: ExplanationRow(*row) for row in rows}


def write_explanation(connection: Connection, period: str, values: Mapping[str, object]) -> None:
    """Write an explanation; it replaces an earlier one (the log keeps that)."""
    connection.execute(
        delete(explanation).where(
            explanation.c.period == period, explanation.c.subject == values["subject"]
        )
    )
    connection.execute(insert(explanation).values(period=period, **values))

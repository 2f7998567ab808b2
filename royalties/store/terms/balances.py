"""Results of closed periods by contract, plan and beneficiary, as the desk's pages show them."""

from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from royalties.domain.royalties.warnings import SoldKind
from royalties.domain.sales.slices import Place, SaleKind
from royalties.store.tables import (
    account_carried,
    closed_run,
    contract_close,
    counter_close,
    edition,
    period,
    retailer,
    revision,
    sale,
    sale_total,
    settlement,
)

Row = Any
"""A row with its columns as attributes."""


_CLOSED = select(closed_run.c.period_id)
"""Tables of closes are queried by period first: so none of them is scanned whole."""


def contract_closes(connection: Connection, contract: str, advances: str, limit: int) -> list[Row]:
    """A contract's accounts in closed periods, the newest first.

    ``name`` is the period's, ``unearned`` the balance of its advance account in the ledger then.
    """
    query = (
        select(
            contract_close,
            period.c.name,
            func.coalesce(account_carried.c.amount, 0).label("unearned"),
        )
        .join(period, period.c.id == contract_close.c.period_id)
        .outerjoin(
            account_carried,
            (account_carried.c.period_id == contract_close.c.period_id)
            & (account_carried.c.account == advances)
            & (account_carried.c.currency == contract_close.c.currency),
        )
        .where(contract_close.c.contract == contract, contract_close.c.period_id.in_(_CLOSED))
        .order_by(contract_close.c.period_id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))


def recouped(connection: Connection, contract: str) -> int:
    """What all closed periods recouped of a contract's advances, in minor units."""
    query = select(func.sum(contract_close.c.recouped)).where(
        contract_close.c.contract == contract, contract_close.c.period_id.in_(_CLOSED)
    )
    return int(connection.execute(query).scalar() or 0)


class CounterRow(NamedTuple):
    """A contract counter's exact value in a closed period."""

    period_id: int
    counter: str
    counted: Fraction


def counter_values(connection: Connection, contract: str) -> list[CounterRow]:
    """A contract's counters in closed periods."""
    rows = connection.execute(
        select(*(counter_close.c[name] for name in CounterRow._fields)).where(
            counter_close.c.contract == contract, counter_close.c.period_id.in_(_CLOSED)
        )
    )
    return [CounterRow(*row) for row in rows]


def settlements_of(connection: Connection, beneficiary: str, limit: int) -> list[Row]:
    """A beneficiary's accounts in closed periods, the newest first; ``name`` is the period's."""
    query = (
        select(settlement, period.c.name)
        .join(period, period.c.id == settlement.c.period_id)
        .where(settlement.c.beneficiary == beneficiary, settlement.c.period_id.in_(_CLOSED))
        .order_by(settlement.c.period_id.desc(), settlement.c.currency)
        .limit(limit)
    )
    return list(connection.execute(query))


def balances_after(connection: Connection, period_id: int) -> dict[str, list[tuple[str, int]]]:
    """Amounts carried forward by a closed period, as (currency, amount), by beneficiary."""
    balances: dict[str, list[tuple[str, int]]] = {}
    rows = connection.execute(
        select(settlement.c.beneficiary, settlement.c.currency, settlement.c.carried_forward)
        .where(settlement.c.period_id == period_id, settlement.c.carried_forward != 0)
        .order_by(settlement.c.currency)
    )
    for beneficiary, currency, amount in rows:
        balances.setdefault(beneficiary, []).append((currency, amount))
    return balances


def used_versions(connection: Connection, plan: str) -> set[date]:
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


def kinds_sold(connection: Connection, words: Sequence[Collection[str]]) -> list[SoldKind]:
    """All recorded sales and returns, by what plans and rules distinguish, in one query.

    Free copies earn nothing and are left out.

    Args:
        words: the countries, regions, cities and orders that are distinguished; others are merged.
    """
    columns = (sale.c.country, sale.c.region, sale.c.city, sale.c.order_ref)
    places: list[ColumnElement[str]] = [
        case((column.in_(sorted(distinguished)), column), else_="").label(f"in_{column.name}")
        for column, distinguished in zip(columns, words, strict=True)
        if distinguished
    ]
    priced: ColumnElement[int] = case((sale.c.list_price.is_(None), 0), else_=1).label("priced")
    is_usage: ColumnElement[int] = case((sale.c.kind == SaleKind.USAGE.value, 1), else_=0).label(
        "is_usage"
    )
    keys = (sale.c.edition_id, sale.c.retailer_id, sale.c.currency, priced, is_usage, *places)
    sums = (
        select(*keys, func.count().label("lines"))
        .where(sale.c.kind != SaleKind.FREE.value)
        .group_by(*keys)
        .subquery()
    )
    rows = connection.execute(
        select(
            edition.c.isbn,
            retailer.c.key,
            sums.c.currency,
            sums.c.priced,
            sums.c.is_usage,
            sums.c.lines,
            *(sums.c[each.name] for each in places),
        )
        .join(edition, edition.c.id == sums.c.edition_id)
        .join(retailer, retailer.c.id == sums.c.retailer_id)
    )
    kinds = []
    for isbn, seller, currency, is_priced, of_usage, lines, *named in rows:
        values = iter(named)
        place = Place(*(next(values) if distinguished else "" for distinguished in words))
        kinds.append(
            SoldKind(isbn, seller, currency, place, bool(is_priced), int(lines), bool(of_usage))
        )
    return kinds


class OpenLines(NamedTuple):
    """Sale lines of open periods without free copies: how many, by edition, retailer, currency."""

    isbn: str
    retailer: str
    currency: str
    period_id: int
    lines: int


def open_lines(connection: Connection, first_open: int) -> list[OpenLines]:
    """Sale lines that no closed run has counted."""
    keys = (sale.c.edition_id, sale.c.retailer_id, sale.c.currency, sale.c.period_id)
    sums = (
        select(*keys, func.count().label("lines"))
        .where(
            sale.c.edition_id.in_(select(edition.c.id)),
            sale.c.period_id >= first_open,
            sale.c.kind != SaleKind.FREE.value,
        )
        .group_by(*keys)
        .subquery()
    )
    rows = connection.execute(
        select(edition.c.isbn, retailer.c.key, sums.c.currency, sums.c.period_id, sums.c.lines)
        .join(edition, edition.c.id == sums.c.edition_id)
        .join(retailer, retailer.c.id == sums.c.retailer_id)
    )
    return [OpenLines(*row[:4], int(row[4])) for row in rows]


def open_unpriced(connection: Connection, first_open: int) -> list[tuple[str, str, str]]:
    """ISBN, currency and day of such lines whose report had no list price, each once."""
    rows = connection.execute(
        select(edition.c.isbn, sale.c.currency, sale.c.day)
        .distinct()
        .join(edition, edition.c.id == sale.c.edition_id)
        .where(
            sale.c.list_price.is_(None),
            sale.c.period_id >= first_open,
            sale.c.kind.in_((SaleKind.SALE.value, SaleKind.RETURN.value)),
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def versions_distributed(connection: Connection) -> list[tuple[str, date, int, int]]:
    """Versions of plans that closed runs used: plan, first day, first and last such period."""
    rows = connection.execute(
        select(
            revision.c.key,
            contract_close.c.plan_version,
            func.min(contract_close.c.period_id),
            func.max(contract_close.c.period_id),
        )
        .join(revision, revision.c.id == contract_close.c.plan_revision)
        .where(revision.c.kind == "plans")
        .group_by(revision.c.key, contract_close.c.plan_version)
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def closed_keys(connection: Connection) -> tuple[set[str], set[str]]:
    """Keys of contracts and of beneficiaries that closed runs used."""
    return (
        set(connection.execute(select(contract_close.c.contract).distinct()).scalars()),
        set(connection.execute(select(settlement.c.beneficiary).distinct()).scalars()),
    )

"""Sums over sale lines that statements show beside the earned lines."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select, type_coerce

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.slices import SaleKind
from royalties.store.sales.slices import in_period
from royalties.store.tables import batch, edition, period, retailer, sale
from royalties.store.tables.types import Day


class MonthSum(NamedTuple):
    """Net copies and receipts of an edition at a retailer in a month; net in millionths.

    ``returned`` is the part of ``units`` that came back, so at most 0.
    """

    isbn: str
    retailer: str
    month: str
    currency: str
    units: int
    net: int
    returned: int


class PlaceSum(NamedTuple):
    """Net copies and receipts of an edition in a place; net in millionths."""

    isbn: str
    country: str
    region: str
    city: str
    currency: str
    units: int
    net: int


class LateSum(NamedTuple):
    """Sales of an earlier day counted in a period, or the reversal of a closed import's.

    The import is left out: its number depends on earlier attempts, and statements are the same
    bytes wherever the same reports were imported.
    """

    isbn: str
    retailer: str
    kind: int
    month: str
    currency: str
    corrects: bool
    units: int
    net: int


def sales_by_month(connection: Connection, period_id: int) -> list[MonthSum]:
    """A period's sales and returns by edition, retailer and month; free copies left out."""
    month = func.substr(sale.c.day, 1, 7)
    rows = connection.execute(
        select(
            edition.c.isbn,
            retailer.c.key,
            month,
            sale.c.currency,
            func.sum(sale.c.units),
            func.sum(sale.c.net),
            func.sum(case((sale.c.kind == SaleKind.RETURN.value, sale.c.units), else_=0)),
        )
        .select_from(sale)
        .join(edition, edition.c.id == sale.c.edition_id)
        .join(retailer, retailer.c.id == sale.c.retailer_id)
        .where(in_period(period_id), sale.c.kind != SaleKind.FREE.value)
        .group_by(edition.c.isbn, retailer.c.key, month, sale.c.currency)
        .order_by(edition.c.isbn, retailer.c.key, month, sale.c.currency)
    )
    return [MonthSum(*row[:4], *(int(value) for value in row[4:])) for row in rows]


def sales_by_place(connection: Connection, period_id: int) -> list[PlaceSum]:
    """A period's sales and returns by edition and place; free copies left out."""
    keys = (edition.c.isbn, sale.c.country, sale.c.region, sale.c.city, sale.c.currency)
    rows = connection.execute(
        select(*keys, func.sum(sale.c.units), func.sum(sale.c.net))
        .select_from(sale)
        .join(edition, edition.c.id == sale.c.edition_id)
        .where(in_period(period_id), sale.c.kind != SaleKind.FREE.value)
        .group_by(*keys)
    )
    return [PlaceSum(*row[:5], int(row[5]), int(row[6])) for row in rows]


def free_copies(connection: Connection, period_id: int) -> dict[str, int]:
    """A period's free copies by ISBN."""
    rows = connection.execute(
        select(edition.c.isbn, func.sum(sale.c.units))
        .select_from(sale)
        .join(edition, edition.c.id == sale.c.edition_id)
        .where(in_period(period_id), sale.c.kind == SaleKind.FREE.value)
        .group_by(edition.c.isbn)
    )
    return {row[0]: int(row[1]) for row in rows}


def late_sales(
    connection: Connection, period_id: int, starts: str, books_start: str
) -> list[LateSum]:
    """Sales counted in a period and dated before it: late ones, or corrections of closed imports.

    Args:
        starts: the period's first day.
        books_start: the first day of the books; sales before it are not late.
    """
    month = func.substr(sale.c.day, 1, 7)
    corrects = batch.c.corrects.is_not(None)
    keys = (
        edition.c.isbn,
        retailer.c.key,
        sale.c.kind,
        month,
        sale.c.currency,
        corrects,
    )
    rows = connection.execute(
        select(*keys, func.sum(sale.c.units), func.sum(sale.c.net))
        .select_from(sale)
        .join(edition, edition.c.id == sale.c.edition_id)
        .join(retailer, retailer.c.id == sale.c.retailer_id)
        .join(batch, batch.c.id == sale.c.batch_id)
        .where(
            in_period(period_id),
            sale.c.day < starts,
            or_(sale.c.day >= books_start, corrects),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [LateSum._make((*row[:6], int(row[6]), int(row[7]))) for row in rows]


def closed_without_price(
    connection: Connection, isbns: Collection[str]
) -> dict[tuple[str, str], date]:
    """Where a closed run used an edition's own price: the last such day, by ISBN and currency.

    Reads only the sales of these editions.
    """
    rows = connection.execute(
        select(edition.c.isbn, sale.c.currency, type_coerce(func.max(sale.c.day), Day))
        .join(edition, edition.c.id == sale.c.edition_id)
        .join(period, and_(period.c.id == sale.c.period_id, period.c.status == PeriodStatus.CLOSED))
        .where(edition.c.isbn.in_(sorted(isbns)), sale.c.list_price.is_(None))
        .group_by(edition.c.isbn, sale.c.currency)
    )
    return {(row[0], row[1]): row[2] for row in rows}


class BatchSum(NamedTuple):
    """An import's figures in a period in one currency; net in millionths."""

    batch: int
    currency: str
    lines: int
    sold: int
    returned: int
    free: int
    net: int


def batch_sums(connection: Connection, period_id: int) -> list[BatchSum]:
    """A period's lines by import and currency: how many, copies by kind, receipts."""
    rows = connection.execute(
        select(
            sale.c.batch_id,
            sale.c.currency,
            func.count(),
            *(
                func.sum(case((sale.c.kind == kind.value, sale.c.units), else_=0))
                for kind in (SaleKind.SALE, SaleKind.RETURN, SaleKind.FREE)
            ),
            func.sum(sale.c.net),
        )
        .where(in_period(period_id))
        .group_by(sale.c.batch_id, sale.c.currency)
        .order_by(sale.c.batch_id, sale.c.currency)
    )
    return [BatchSum(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]

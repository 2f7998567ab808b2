"""Sales summed by a property and by month, or by the period in which they count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, literal, select

from royalties.store.tables import edition, period, retailer, sale, sale_total

EARLIER_MONTH, EARLIER_PERIOD = "", 0
"""The column of everything before the first column."""


class GroupedBy(StrEnum):
    """The property that the lines of one row share."""

    EDITION = "edition"
    RETAILER = "retailer"
    COUNTRY = "country"
    REGION = "region"
    KIND = "kind"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class SalesFilter:
    """Which sales, in which columns; None is any.

    ``since`` and ``until`` are the first and last column, both months (2025-03) or both period
    numbers; earlier sales are one column of their own, if ``earlier``.
    """

    since: str | int
    until: str | int
    editions: tuple[int, ...] | None = None
    retailer: str = ""
    country: str = ""
    earlier: bool = True


class SoldRow(NamedTuple):
    """One row's sales in one column; receipts in millionths."""

    key: str
    column: str | int
    kind: int
    currency: str
    units: int
    net: int


def sums_over_time(
    connection: Connection, grouped: GroupedBy, filters: SalesFilter
) -> Iterator[SoldRow]:
    """Sums by row, column, kind and currency; from the stored sums where these suffice."""
    if has_cached_sums(grouped, filters):
        lines: Any = sale_total
        month: ColumnElement[Any] = sale_total.c.month
    else:
        lines, month = sale, func.substr(sale.c.day, 1, 7)
    by_month = isinstance(filters.since, str)
    column = month if by_month else lines.c.period_id
    earlier = literal(EARLIER_MONTH if by_month else EARLIER_PERIOD)
    bucket = case((column < filters.since, earlier), else_=column)
    key, tables = _key(grouped, lines)
    keys: Sequence[ColumnElement[Any]] = (key, bucket, lines.c.kind, lines.c.currency)
    query = (
        select(*keys, func.sum(lines.c.units), func.sum(lines.c.net))
        .select_from(tables)
        .where(column <= filters.until, *_conditions(lines, filters, column))
        .group_by(*keys)
    )
    with connection.execute(query, execution_options={"yield_per": 2000}) as rows:
        for row in rows:
            yield SoldRow(str(row[0]), row[1], row[2], row[3], int(row[4]), int(row[5]))


def has_cached_sums(grouped: GroupedBy, filters: SalesFilter) -> bool:
    """Whether the stored sums of imports suffice, so that no line has to be read."""
    of_lines = (GroupedBy.EDITION, GroupedBy.COUNTRY, GroupedBy.REGION)
    return grouped not in of_lines and filters.editions is None and not filters.country


def _key(grouped: GroupedBy, lines: Any) -> tuple[ColumnElement[Any], Any]:  # noqa: ANN401 - either table
    match grouped:
        case GroupedBy.EDITION:
            return edition.c.isbn, lines.join(edition, edition.c.id == lines.c.edition_id)
        case GroupedBy.RETAILER:
            return retailer.c.key, lines.join(retailer, retailer.c.id == lines.c.retailer_id)
        case GroupedBy.REGION:
            return lines.c.country + "-" + lines.c.region, lines
        case _:
            column: ColumnElement[Any] = lines.c[grouped.value]
            return column, lines


def _conditions(
    lines: Any,  # noqa: ANN401 - either table
    filters: SalesFilter,
    column: ColumnElement[Any],
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.editions is not None:
        conditions.append(lines.c.edition_id.in_(filters.editions))
    if filters.retailer:
        of_retailer = select(retailer.c.id).where(retailer.c.key == filters.retailer)
        conditions.append(lines.c.retailer_id == of_retailer.scalar_subquery())
    if not filters.earlier:
        conditions.append(column >= filters.since)
    if filters.country:
        conditions.append(lines.c.country == filters.country)
    return conditions


class SalesExtent(NamedTuple):
    """The range of recorded sales.

    Attributes:
        months: the first and the latest one.
        currencies: in alphabetical order.
        periods: names of those with sales, the latest first.
    """

    months: tuple[str, str]
    currencies: tuple[str, ...]
    periods: tuple[str, ...]


def extent(connection: Connection) -> SalesExtent | None:
    """The range of recorded sales, in one query; None: there are none."""
    sums = (
        select(
            sale_total.c.period_id,
            sale_total.c.currency,
            func.min(sale_total.c.month).label("first"),
            func.max(sale_total.c.month).label("last"),
        )
        .group_by(sale_total.c.period_id, sale_total.c.currency)
        .subquery()
    )
    rows = connection.execute(
        select(sums.c.first, sums.c.last, sums.c.currency, period.c.name)
        .join(period, period.c.id == sums.c.period_id)
        .order_by(period.c.id.desc())
    ).all()
    if not rows:
        return None
    return SalesExtent(
        (min(row.first for row in rows), max(row.last for row in rows)),
        tuple(sorted({row.currency for row in rows})),
        tuple(dict.fromkeys(row.name for row in rows)),
    )

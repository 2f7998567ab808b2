"""Recorded sale lines for browsing: always along the primary key, page by page.

``sale`` has one index that helps here, its primary key, which leads with the edition. A query
names values for each key column as far as it can, so that each edition is one seek (or a few),
rows come in the key's order without sorting, and a page stops at its last row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select, tuple_

from royalties.store.engine import is_sqlite
from royalties.store.tables import batch, edition, period, retailer, sale, sale_total

Key = tuple[int, int, int, int, str, int, int, int]
"""A line's primary key."""

_KEY = tuple(sale.primary_key.columns)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A filter of lines; None is any.

    ``month`` is the sale date's, as 2025-03; ``reference`` a retailer's or an order's reference.
    Empty is any.
    """

    editions: tuple[int, ...] | None = None
    periods: tuple[int, ...] | None = None
    retailers: tuple[int, ...] | None = None
    kinds: tuple[int, ...] | None = None
    currencies: tuple[str, ...] | None = None
    batches: tuple[int, ...] | None = None
    month: str = ""
    reference: str = ""


class RecordedLine(NamedTuple):
    """One sale line; the first eight fields are its key, and its edition's ISBN is last."""

    edition_id: int
    period_id: int
    retailer_id: int
    kind: int
    currency: str
    batch_id: int
    sheet: int
    row: int
    day: str
    units: int
    list_price: int | None
    discount: int | None
    country: str
    region: str
    city: str
    order_ref: str
    reference: str
    net: int
    isbn: str

    @property
    def key(self) -> Key:
        """Its primary key."""
        return self[:8]


class ImportLineSum(NamedTuple):
    """Sums of lines by the fields that are set; receipts in millionths."""

    period_id: int
    retailer_id: int
    retailer: str
    kind: int
    currency: str
    batch_id: int
    month: str
    lines: int
    units: int
    net: int


class KindSum(NamedTuple):
    """Sums of lines by kind and currency."""

    kind: int
    currency: str
    lines: int
    units: int
    net: int


def periods_with_sales(connection: Connection) -> dict[int, str]:
    """Names by number of the periods that have sales, the latest first."""
    rows = connection.execute(
        select(period.c.id, period.c.name)
        .where(period.c.id.in_(select(sale_total.c.period_id)))
        .order_by(period.c.id.desc())
    )
    return {row.id: row.name for row in rows}


def sums(
    connection: Connection, filters: LineFilter, retailer_key: str = ""
) -> list[ImportLineSum]:
    """The stored sums of each import, of any edition and month."""
    columns: list[Any] = [
        retailer.c.key if name == "retailer" else sale_total.c[name]
        for name in ImportLineSum._fields
    ]
    query = select(*columns).join(retailer, retailer.c.id == sale_total.c.retailer_id)
    if retailer_key:
        query = query.where(retailer.c.key == retailer_key)
    for column, values in (
        (sale_total.c.period_id, filters.periods),
        (sale_total.c.kind, filters.kinds),
        (sale_total.c.batch_id, filters.batches),
    ):
        if values is not None:
            query = query.where(column.in_(values))
    return [ImportLineSum(*row) for row in connection.execute(query)]


def summed_lines(connection: Connection, filters: LineFilter) -> list[KindSum]:
    """The lines of some editions, summed by kind and currency."""
    rows = connection.execute(
        select(
            sale.c.kind, sale.c.currency, func.count(), func.sum(sale.c.units), func.sum(sale.c.net)
        )
        .where(*_conditions(filters))
        .group_by(sale.c.kind, sale.c.currency)
    )
    return [
        KindSum(kind, currency, lines, int(units), int(net))
        for kind, currency, lines, units, net in rows
    ]


def lines(
    connection: Connection,
    filters: LineFilter,
    limit: int,
    *,
    beyond: Key | None = None,
    backwards: bool = False,
) -> list[RecordedLine]:
    """A page of lines in the order of their keys.

    Args:
        limit: how many at most.
        beyond: the key after which (or before which, ``backwards``) the page begins.
        backwards: whether the page ends at ``beyond``; its lines still come in order.
    """
    if beyond is None:
        page = _page_of_lines(
            connection, filters, _every_edition(connection, filters), limit, backwards=backwards
        )
    else:
        page = _page_of_lines(
            connection,
            filters,
            _rest_of_edition(filters, beyond, backwards=backwards),
            limit,
            backwards=backwards,
        )
        if len(page) < limit:
            others = _editions_beyond(connection, filters, beyond[0], backwards=backwards)
            page += _page_of_lines(
                connection, filters, others, limit - len(page), backwards=backwards
            )
    return page[::-1] if backwards else page


def all_lines(connection: Connection, filters: LineFilter) -> Iterator[RecordedLine]:
    """All lines in the order of their keys, streamed."""
    query = (
        _lines().where(*_every_edition(connection, filters), *_conditions(filters)).order_by(*_KEY)
    )
    with connection.execute(query, execution_options={"yield_per": 2000}) as rows:
        for row in rows:
            yield RecordedLine(*row)


def edition_ids(connection: Connection, numbers: Sequence[str]) -> tuple[int, ...]:
    """Editions' numbers by ISBN."""
    rows = connection.execute(
        select(edition.c.id).where(edition.c.isbn.in_(numbers)).order_by(edition.c.id)
    )
    return tuple(row.id for row in rows)


def sources(
    connection: Connection, batches: Sequence[int] | None
) -> dict[int, tuple[str, list[str], int | None]]:
    """File name, sheets and corrected import by batch, of some or of all."""
    query = select(batch.c.id, batch.c.file_name, batch.c.sheets, batch.c.corrects)
    if batches is not None:
        query = query.where(batch.c.id.in_(sorted(set(batches))))
    return {row.id: (row.file_name, row.sheets, row.corrects) for row in connection.execute(query)}


def _page_of_lines(
    connection: Connection,
    filters: LineFilter,
    where: Sequence[ColumnElement[bool]],
    limit: int,
    *,
    backwards: bool,
) -> list[RecordedLine]:
    query = (
        _lines()
        .where(*where, *_conditions(filters))
        .order_by(*(column.desc() if backwards else column for column in _KEY))
        .limit(limit)
    )
    return [RecordedLine(*row) for row in connection.execute(query)]


def _lines() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of nineteen columns
    isbn = select(edition.c.isbn).where(edition.c.id == sale.c.edition_id).scalar_subquery()
    return select(*(sale.c[name] for name in RecordedLine._fields[:-1]), isbn)


def _every_edition(connection: Connection, filters: LineFilter) -> list[ColumnElement[bool]]:
    # Naming every edition lets SQLite use the key although it leads with the edition; PostgreSQL
    # skips from edition to edition by itself.
    if filters.editions is not None or not is_sqlite(connection):
        return []
    return [sale.c.edition_id.in_(select(edition.c.id))]


def _rest_of_edition(
    filters: LineFilter, beyond: Key, *, backwards: bool
) -> list[ColumnElement[bool]]:
    # A period that is fixed anyway is left out, so that nothing has to be sorted.
    first = 2 if filters.periods is not None and len(filters.periods) == 1 else 1
    here, there = tuple_(*_KEY[first:]), tuple_(*beyond[first:])
    return [sale.c.edition_id == beyond[0], here < there if backwards else here > there]


def _editions_beyond(
    connection: Connection, filters: LineFilter, number: int, *, backwards: bool
) -> list[ColumnElement[bool]]:
    if filters.editions is not None:
        others = [each for each in filters.editions if each != number]
        return [sale.c.edition_id.in_([each for each in others if (each < number) is backwards])]
    if not is_sqlite(connection):
        here = sale.c.edition_id
        return [here < number if backwards else here > number]
    further = edition.c.id < number if backwards else edition.c.id > number
    return [sale.c.edition_id.in_(select(edition.c.id).where(further))]


def _conditions(filters: LineFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column.in_(values)
        for column, values in (
            (sale.c.edition_id, filters.editions),
            (sale.c.period_id, filters.periods),
            (sale.c.retailer_id, filters.retailers),
            (sale.c.kind, filters.kinds),
            (sale.c.currency, filters.currencies),
            (sale.c.batch_id, filters.batches),
        )
        if values is not None
    ]
    if filters.month:
        conditions.append(sale.c.day.between(f"{filters.month}-01", f"{filters.month}-31"))
    if filters.reference:
        conditions.append(
            or_(sale.c.reference == filters.reference, sale.c.order_ref == filters.reference)
        )
    return conditions

"""Places as recorded in sales, waiting rows, orders and certificates."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select, update

from royalties.domain.orders.life import State
from royalties.domain.orders.order import Address
from royalties.store.tables import batch, certificate, orders, period, sale, waiting


class SoldInPlaceRow(NamedTuple):
    """Sales in one place, by period and currency; receipts in millionths.

    ``mirrored`` lines belong to a correction, or to what one reversed: the two must stay alike.
    """

    country: str
    region: str
    period_id: int
    period: str
    closed: bool
    mirrored: bool
    currency: str
    lines: int
    units: int
    net: int


class WaitingPlace(NamedTuple):
    """Waiting rows from one place."""

    country: str
    region: str
    rows: int
    units: int


class OrderPlaces(NamedTuple):
    """An order's shipping addresses."""

    id: int
    number: str
    state: State
    ship_to: tuple[Address, ...]
    version: int


class CertificatePlace(NamedTuple):
    """The place of an organization's certificate."""

    id: int
    organization: str
    place: str
    expires_on: date
    refused: str


def sold_places(connection: Connection) -> list[SoldInPlaceRow]:
    """All places of sales, in order, in one pass over the lines."""
    mirrored = or_(batch.c.corrects.is_not(None), batch.c.corrected_by.is_not(None))
    keys = (sale.c.country, sale.c.region, sale.c.period_id, period.c.name, period.c.status)
    further_keys = (mirrored, sale.c.currency)
    rows = connection.execute(
        select(*keys, *further_keys, func.count(), func.sum(sale.c.units), func.sum(sale.c.net))
        .join(period, period.c.id == sale.c.period_id)
        .join(batch, batch.c.id == sale.c.batch_id)
        .where(or_(sale.c.country != "", sale.c.region != ""))
        .group_by(*keys, *further_keys)
        .order_by(*keys, *further_keys)
    )
    return [
        SoldInPlaceRow(
            country=row[0],
            region=row[1],
            period_id=row[2],
            period=row[3],
            closed=row[4] == "closed",
            mirrored=bool(row[5]),
            currency=row[6],
            lines=row[7],
            units=int(row[8]),
            net=int(row[9]),
        )
        for row in rows
    ]


def waiting_places(connection: Connection) -> list[WaitingPlace]:
    """All places of waiting rows."""
    keys = (waiting.c.country, waiting.c.region)
    rows = connection.execute(
        select(*keys, func.count(), func.sum(waiting.c.units))
        .where(or_(*(key != "" for key in keys)))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [WaitingPlace(*row[:2], *map(int, row[2:])) for row in rows]


def order_places(connection: Connection) -> list[OrderPlaces]:
    """Every order's addresses, the oldest order first."""
    query = select(*(orders.c[name] for name in OrderPlaces._fields)).order_by(orders.c.id)
    return [OrderPlaces(*row) for row in connection.execute(query)]


def certificate_places(connection: Connection) -> list[CertificatePlace]:
    """The place of every certificate, the oldest first."""
    query = select(*(certificate.c[name] for name in CertificatePlace._fields))
    return [CertificatePlace(*row) for row in connection.execute(query.order_by(certificate.c.id))]


def move_sales(
    connection: Connection, before: tuple[str, str], after: tuple[str, str], first_open: int
) -> int:
    """Change the place of sales in open periods to another country and region; returns the lines.

    Lines of corrections, and corrected ones, stay. The caller holds the period's lock.
    """
    mirrored = select(batch.c.id).where(
        or_(batch.c.corrects.is_not(None), batch.c.corrected_by.is_not(None))
    )
    updated = connection.execute(
        update(sale)
        .where(
            _at(sale, before),
            sale.c.period_id >= first_open,
            sale.c.batch_id.not_in(mirrored),
        )
        .values(country=after[0], region=after[1])
    )
    return updated.rowcount


def move_waiting(connection: Connection, before: tuple[str, str], after: tuple[str, str]) -> int:
    """Change the place of waiting rows; returns how many."""
    updated = connection.execute(
        update(waiting).where(_at(waiting, before)).values(country=after[0], region=after[1])
    )
    return updated.rowcount


def move_certificate(connection: Connection, number: int, place: str) -> None:
    """Change the place of a certificate."""
    connection.execute(update(certificate).where(certificate.c.id == number).values(place=place))


def _at(table: Table, place: tuple[str, str]) -> ColumnElement[bool]:
    return and_(table.c.country == place[0], table.c.region == place[1])

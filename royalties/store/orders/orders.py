"""Orders and their history."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, update

from royalties.domain.orders.life import Side, State
from royalties.domain.orders.order import Order
from royalties.domain.people import Actor
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_orders
from royalties.store.tables import order_event, orders

ORDER = tuple(orders.c[each.name] for each in fields(Order))
"""The columns of an order."""


class Event(NamedTuple):
    """One line of an order's history."""

    place: int
    at: datetime
    by: str
    side: Side
    action: str
    before: State
    after: State
    detail: dict[str, Any]


def find_order(
    connection: Connection, actor: Actor, number: str, *, lock: bool = False
) -> Order | None:
    """An order that an actor may see, by its number; ``lock`` locks its row."""
    query = visible_orders(
        _orders().where(orders.c.number == number), actor, orders.c.organization, orders.c.id
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return Order(*row) if row else None


def find_by_token(connection: Connection, actor: Actor, token: str) -> Order | None:
    """The order created with a form's token, if the actor may see it."""
    query = visible_orders(_orders().where(orders.c.token == token), actor, orders.c.organization)
    row = connection.execute(query).first()
    return Order(*row) if row else None


def find_by_id(connection: Connection, actor: Actor, order_id: int) -> Order | None:
    """An order that an actor may see."""
    query = visible_orders(
        _orders().where(orders.c.id == order_id), actor, orders.c.organization, orders.c.id
    )
    row = connection.execute(query).first()
    return Order(*row) if row else None


def number_of(connection: Connection, order_id: int) -> str:
    """The number of an order."""
    return str(connection.execute(select(orders.c.number).where(orders.c.id == order_id)).scalar())


def order_rows(
    connection: Connection,
    actor: Actor,
    *,
    states: tuple[State, ...] = (),
    organization: str = "",
    assigned_id: int | None = None,
    before: int = 0,
    limit: int = 50,
) -> list[Order]:
    """Orders that an actor may see, the newest first; ``before`` is the previous page's last id."""
    query = visible_orders(_orders(), actor, orders.c.organization)
    if states:
        query = query.where(orders.c.state.in_(states))
    if organization:
        query = query.where(orders.c.organization == organization)
    if assigned_id is not None:
        query = query.where(orders.c.assigned_id == assigned_id)
    if before:
        query = query.where(orders.c.id < before)
    rows = connection.execute(query.order_by(orders.c.id.desc()).limit(limit))
    return [Order(*row) for row in rows]


def emails_of(connection: Connection, organization: str) -> set[str]:
    """The contact e-mail addresses of an organization's orders."""
    query = select(orders.c.contact_email).where(orders.c.organization == organization).distinct()
    return set(connection.execute(query).scalars())


def own_editions(connection: Connection) -> dict[str, list[str]]:
    """Editions made for orders, by title, ascending."""
    query = (
        select(orders.c.title, orders.c.own_isbn)
        .where(orders.c.own_isbn.is_not(None))
        .order_by(orders.c.own_isbn)
    )
    isbns_by_title: dict[str, list[str]] = {}
    for title, isbn in connection.execute(query):
        isbns_by_title.setdefault(title, []).append(isbn)
    return isbns_by_title


def titles_ordered(connection: Connection, organizations: Collection[str]) -> list[str]:
    """The titles that some organizations ordered, in order of first order, each once."""
    query = (
        select(orders.c.title)
        .where(orders.c.organization.in_(organizations))
        .group_by(orders.c.title)
        .order_by(func.min(orders.c.id))
    )
    return list(connection.execute(query).scalars())


def last_number(connection: Connection, beginning: str) -> str | None:
    """The highest order number with a prefix."""
    query = (
        select(orders.c.number)
        .where(orders.c.number.startswith(beginning))
        .order_by(func.length(orders.c.number).desc(), orders.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def add_order(connection: Connection, values: Mapping[str, object]) -> int:
    """Add an order and return its id."""
    inserted = connection.execute(insert(orders).values(**values).returning(orders.c.id))
    return int(inserted.scalar_one())


def change_order(
    connection: Connection, order_id: int, version: int, values: Mapping[str, object]
) -> bool:
    """Change an order if it is still at a version, which is incremented; False if it is not."""
    updated = connection.execute(
        update(orders)
        .where(orders.c.id == order_id, orders.c.version == version)
        .values(**values, version=version + 1)
    )
    return updated.rowcount == 1


def add_event(connection: Connection, order_id: int, values: Mapping[str, object]) -> None:
    """Append to an order's history; the caller holds the order's lock."""
    last = connection.execute(
        select(func.max(order_event.c.place)).where(order_event.c.order_id == order_id)
    ).scalar()
    connection.execute(
        insert(order_event).values(order_id=order_id, place=(last or 0) + 1, **values)
    )


def events(connection: Connection, order_id: int) -> list[Event]:
    """An order's history, the oldest event first."""
    rows = connection.execute(
        select(*(order_event.c[name] for name in Event._fields))
        .where(order_event.c.order_id == order_id)
        .order_by(order_event.c.place)
    )
    return [Event(*row) for row in rows]


def _orders() -> Select[Any]:
    return select(*ORDER)

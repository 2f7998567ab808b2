"""Messages on orders, and the files that came with them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.orders.life import Side
from royalties.domain.orders.order import FileKind
from royalties.domain.people import Actor
from royalties.store.scope import visible_orders
from royalties.store.tables import order_file, order_message, orders


class MessageRow(NamedTuple):
    """One message."""

    id: int
    at: datetime
    by: str
    side: Side
    text: str
    internal: bool


class FileRow(NamedTuple):
    """A file of an order as stored; ``facts`` is JSON."""

    id: int
    order_id: int
    kind: FileKind
    version: int
    name: str
    type: str
    sha256: str
    size: int
    facts: dict[str, Any]
    message_id: int | None
    at: datetime
    by: str
    side: Side


class OrderFile(NamedTuple):
    """A file of an order whose bytes must be on disk."""

    order: str
    kind: FileKind
    name: str
    sha256: str


def add_message(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a message and return its number."""
    inserted = connection.execute(
        insert(order_message).values(**values).returning(order_message.c.id)
    )
    return int(inserted.scalar_one())


def messages_of(connection: Connection, order_id: int, *, internal: bool) -> list[MessageRow]:
    """An order's messages, the oldest first; internal ones only on request."""
    query = select(*(order_message.c[name] for name in MessageRow._fields)).where(
        order_message.c.order_id == order_id
    )
    if not internal:
        query = query.where(order_message.c.internal == 0)
    rows = connection.execute(query.order_by(order_message.c.id))
    return [MessageRow(*row) for row in rows]


def add_file(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a file as the next version of its kind; returns its number. The caller holds the lock."""
    last = connection.execute(
        select(func.max(order_file.c.version)).where(
            order_file.c.order_id == values["order_id"], order_file.c.kind == values["kind"]
        )
    ).scalar()
    inserted = connection.execute(
        insert(order_file).values(version=(last or 0) + 1, **values).returning(order_file.c.id)
    )
    return int(inserted.scalar_one())


def files_of(connection: Connection, order_id: int, *kinds: FileKind) -> list[FileRow]:
    """An order's files of some kinds, the oldest first; the caller has checked access."""
    rows = connection.execute(
        select(*(order_file.c[name] for name in FileRow._fields))
        .where(order_file.c.order_id == order_id, order_file.c.kind.in_(kinds))
        .order_by(order_file.c.id)
    )
    return [FileRow(*row) for row in rows]


def sent_since(
    connection: Connection, since: datetime, organization: str, by: str
) -> tuple[int, int]:
    """How many files were sent for an organization's orders, or by somebody, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(order_file.c.size), 0)).where(
        order_file.c.at >= since
    )
    if by:
        query = query.where(order_file.c.by == by)
    else:
        query = query.join(orders, orders.c.id == order_file.c.order_id).where(
            orders.c.organization == organization, order_file.c.side == "organization"
        )
    row = connection.execute(query).one()
    return int(row[0]), int(row[1])


def all_files(connection: Connection) -> list[OrderFile]:
    """The files of all orders, the oldest first."""
    rows = connection.execute(
        select(orders.c.number, order_file.c.kind, order_file.c.name, order_file.c.sha256)
        .join(orders, orders.c.id == order_file.c.order_id)
        .order_by(order_file.c.id)
    )
    return [OrderFile(*row) for row in rows]


def find_file(connection: Connection, actor: Actor, number: str, file_id: int) -> FileRow | None:
    """A file of an order that an actor may see; files of internal notes are the staff's alone."""
    query = (
        select(*(order_file.c[name] for name in FileRow._fields))
        .join(orders, orders.c.id == order_file.c.order_id)
        .outerjoin(order_message, order_message.c.id == order_file.c.message_id)
        .where(orders.c.number == number, order_file.c.id == file_id)
    )
    query = visible_orders(query, actor, orders.c.organization)
    if not actor.sees_all:
        query = query.where(func.coalesce(order_message.c.internal, 0) == 0)
    row = connection.execute(query).first()
    return FileRow(*row) if row else None

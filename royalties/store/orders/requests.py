"""Requests of visitors without an account, until they open the link in their e-mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from royalties.store.engine import is_sqlite
from royalties.store.tables import order_request

_NUMBERING_LOCK = 0x4F52444552  # an advisory lock that nobody else uses: ORDER in ASCII


class RequestRow(NamedTuple):
    """A request; ``body`` is JSON."""

    hash: str
    email: str
    body: str
    created_at: datetime
    expires_at: datetime
    order_id: int | None


def add_request(connection: Connection, values: Mapping[str, object]) -> None:
    """Store a request."""
    connection.execute(insert(order_request).values(**values))


def find_request(
    connection: Connection, hash_: str, at: datetime, newest: datetime, *, lock: bool = False
) -> RequestRow | None:
    """A request whose link may still be opened; ``lock`` locks its row.

    One made after ``newest`` was written while the clock ran ahead.
    """
    query = select(*(order_request.c[name] for name in RequestRow._fields)).where(
        order_request.c.hash == hash_,
        order_request.c.expires_at > at,
        order_request.c.created_at <= newest,
        order_request.c.order_id.is_(None),
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return RequestRow(*row) if row else None


def use_request(connection: Connection, hash_: str, order_id: int) -> None:
    """Record which order a request became; the order holds its content from now on."""
    connection.execute(
        update(order_request)
        .where(order_request.c.hash == hash_)
        .values(order_id=order_id, body="{}")
    )


def delete_expired_requests(connection: Connection, at: datetime) -> None:
    """Delete requests whose links were not opened in time."""
    connection.execute(
        order_request.delete().where(
            order_request.c.expires_at <= at, order_request.c.order_id.is_(None)
        )
    )


def lock_numbers(connection: Connection) -> None:
    """Keep others from numbering an order until this transaction ends; taken before any other lock.

    SQLite has only one writer anyway.
    """
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING_LOCK})

"""Links that open a quote; only hashes of the mailed tokens are stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from royalties.store.tables import quote_link


class QuoteLinkRow(NamedTuple):
    """A link: the order and version of the quote that it opens, and to whom it was sent."""

    hash: str
    order_id: int
    version: int
    email: str


def add_link(connection: Connection, values: Mapping[str, object]) -> None:
    """Store a link."""
    connection.execute(insert(quote_link).values(**values))


def find_link(connection: Connection, hash_: str, at: datetime) -> QuoteLinkRow | None:
    """A link that has not expired."""
    query = select(*(quote_link.c[name] for name in QuoteLinkRow._fields)).where(
        quote_link.c.hash == hash_, quote_link.c.expires_at > at
    )
    row = connection.execute(query).first()
    return QuoteLinkRow(*row) if row else None


def find_link_even_expired(connection: Connection, hash_: str) -> QuoteLinkRow | None:
    """A link, even if it has expired."""
    query = select(*(quote_link.c[name] for name in QuoteLinkRow._fields)).where(
        quote_link.c.hash == hash_
    )
    row = connection.execute(query).first()
    return QuoteLinkRow(*row) if row else None


def delete_expired_links(connection: Connection, at: datetime) -> None:
    """Delete the links that had expired at a moment."""
    connection.execute(delete(quote_link).where(quote_link.c.expires_at <= at))

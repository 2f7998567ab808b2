"""Drafts of requests that somebody is still filling in, step by step."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from royalties.store.tables import order_draft


class RequestDraftRow(NamedTuple):
    """A draft; ``body`` is JSON, ``person_id`` is None for a visitor without an account."""

    title: str
    person_id: int | None
    body: str
    expires_at: datetime


def add_draft(connection: Connection, values: Mapping[str, object]) -> None:
    """Store a new draft."""
    connection.execute(insert(order_draft).values(**values))


def find_draft(connection: Connection, hash_: str, at: datetime) -> RequestDraftRow | None:
    """A draft that has not expired."""
    row = connection.execute(
        select(*(order_draft.c[name] for name in RequestDraftRow._fields)).where(
            order_draft.c.hash == hash_, order_draft.c.expires_at > at
        )
    ).first()
    return RequestDraftRow(*row) if row else None


def change_draft(connection: Connection, hash_: str, values: Mapping[str, object]) -> None:
    """Update a draft with what was typed since."""
    connection.execute(update(order_draft).where(order_draft.c.hash == hash_).values(**values))


def delete_draft(connection: Connection, hash_: str) -> None:
    """Delete a draft: it was sent or discarded."""
    connection.execute(order_draft.delete().where(order_draft.c.hash == hash_))


def delete_expired_drafts(connection: Connection, at: datetime) -> None:
    """Delete expired drafts."""
    connection.execute(order_draft.delete().where(order_draft.c.expires_at <= at))

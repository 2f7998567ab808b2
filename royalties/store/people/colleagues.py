"""Colleagues invited to a nonprofit or an organization, until they follow their link."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from royalties.domain.people import Role
from royalties.store.engine import is_sqlite
from royalties.store.tables import colleague


class ColleagueRow(NamedTuple):
    """An invitation as it was typed; it does not reveal who has an account."""

    id: int
    role: Role
    house: str
    email: str
    name: str
    created_at: datetime
    created_by: str
    expires_at: datetime


def add_colleague(connection: Connection, values: Mapping[str, object]) -> int:
    """Store an invitation and return its number."""
    inserted = connection.execute(insert(colleague).values(**values).returning(colleague.c.id))
    return int(inserted.scalar_one())


def pending_invitations(
    connection: Connection, role: str, house: str, at: datetime
) -> list[ColleagueRow]:
    """Pending invitations to a nonprofit or an organization, by address."""
    query = _select().where(
        colleague.c.role == role, colleague.c.house == house, colleague.c.expires_at > at
    )
    rows = connection.execute(query.order_by(colleague.c.email, colleague.c.id))
    return [ColleagueRow(*row) for row in rows]


def find_colleague(
    connection: Connection, hash_: str, at: datetime, newest: datetime, *, lock: bool = False
) -> ColleagueRow | None:
    """The invitation of a link that is still valid; ``lock`` locks its row.

    One made after ``newest`` was written while the clock ran ahead.
    """
    query = _select().where(
        colleague.c.hash == hash_, colleague.c.expires_at > at, colleague.c.created_at <= newest
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return ColleagueRow(*row) if row else None


def revoke_invitation(connection: Connection, number: int) -> bool:
    """Revoke an invitation; False if somebody else just did."""
    return connection.execute(delete(colleague).where(colleague.c.id == number)).rowcount > 0


def delete_expired_invitations(connection: Connection, at: datetime) -> None:
    """Delete invitations that nobody followed in time."""
    connection.execute(delete(colleague).where(colleague.c.expires_at <= at))


def _select() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(colleague.c[name] for name in ColleagueRow._fields))

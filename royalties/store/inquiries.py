"""What organizations asked for on titles' public pages."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.store.tables import inquiry

_LARGEST = 2**63 - 1


class InquiryRow(NamedTuple):
    """One request."""

    id: int
    title: str
    what: str
    organization: str
    name: str
    email: str
    quantity: int
    message: str
    created_at: str
    handled_at: str | None
    handled_by: str | None


def add(connection: Connection, values: Mapping[str, object]) -> int:
    """Keep a request and return its number."""
    made = connection.execute(insert(inquiry).values(**values).returning(inquiry.c.id))
    return int(made.scalar_one())


def inquiries(
    connection: Connection, *, handled: bool, before: int = 0, limit: int = 50
) -> list[InquiryRow]:
    """Requests, the newest first; ``before`` is the last number of the page before."""
    column = inquiry.c.handled_at
    query = (
        select(*(inquiry.c[name] for name in InquiryRow._fields))
        .where(column.is_not(None) if handled else column.is_(None))
        .order_by(inquiry.c.id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(inquiry.c.id < before)
    return [InquiryRow(*row) for row in connection.execute(query)]


def count_new(connection: Connection) -> int:
    """How many requests nobody has dealt with."""
    query = select(func.count()).select_from(inquiry).where(inquiry.c.handled_at.is_(None))
    return int(connection.execute(query).scalar_one())


def mark(connection: Connection, number: int, at: str | None, by: str | None) -> bool:
    """Note that a request was dealt with, or (with None) that it was not; False: no such one."""
    if number > _LARGEST:
        return False
    done = connection.execute(
        update(inquiry).where(inquiry.c.id == number).values(handled_at=at, handled_by=by)
    )
    return done.rowcount == 1

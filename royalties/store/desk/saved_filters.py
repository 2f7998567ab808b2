"""Saved filters of lists: each person's own, and those shared with everybody at the desk."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from royalties.store.tables import person, revision, saved_filter


class FilterRow(NamedTuple):
    """A saved filter; ``query`` has the parameters of its list's address."""

    id: int
    person: int
    by: str
    list: str
    name: str
    query: dict[str, str]
    shared: bool


_COLUMNS = (
    saved_filter.c.id,
    saved_filter.c.person_id,
    person.c.name,
    saved_filter.c.list,
    saved_filter.c.name,
    saved_filter.c.query,
    saved_filter.c.shared,
)


def _is_seen_by(number: int) -> ColumnElement[bool]:
    return or_(saved_filter.c.person_id == number, saved_filter.c.shared == 1)


def filters_of(connection: Connection, number: int, of: str = "") -> list[FilterRow]:
    """A person's own filters and the shared ones, by list and name.

    Args:
        of: only those of this list.
    """
    query = (
        select(*_COLUMNS)
        .join(person, person.c.id == saved_filter.c.person_id)
        .where(_is_seen_by(number))
        .order_by(saved_filter.c.list, func.lower(saved_filter.c.name), saved_filter.c.id)
    )
    if of:
        query = query.where(saved_filter.c.list == of)
    return [FilterRow(*row) for row in connection.execute(query)]


def find_filter(connection: Connection, number: int, filter_id: int) -> FilterRow | None:
    """A filter that is a person's own or shared."""
    row = connection.execute(
        select(*_COLUMNS)
        .join(person, person.c.id == saved_filter.c.person_id)
        .where(saved_filter.c.id == filter_id, _is_seen_by(number))
    ).first()
    return FilterRow(*row) if row else None


def filter_count(connection: Connection, number: int) -> int:
    """How many filters a person has saved."""
    query = select(func.count()).where(saved_filter.c.person_id == number)
    return connection.execute(query).scalar() or 0


def is_taken(connection: Connection, number: int, of: str, name: str, except_id: int = 0) -> bool:
    """Whether a person has another filter of a list with a name, ignoring case."""
    query = select(saved_filter.c.id).where(
        saved_filter.c.person_id == number,
        saved_filter.c.list == of,
        func.lower(saved_filter.c.name) == name.lower(),
        saved_filter.c.id != except_id,
    )
    return connection.execute(query).first() is not None


def add(
    connection: Connection,
    number: int,
    of: str,
    name: str,
    query: dict[str, str],
    *,
    shared: bool,
    at: datetime,
) -> int:
    """Save a filter and return its number."""
    values = {"person_id": number, "list": of, "name": name, "query": query, "shared": shared}
    inserted = connection.execute(
        insert(saved_filter).values(**values, changed_at=at).returning(saved_filter.c.id)
    )
    number_made: int = inserted.scalar_one()
    return number_made


def change(
    connection: Connection, filter_id: int, name: str, *, shared: bool, at: datetime
) -> None:
    """Rename a filter, and share it or make it its owner's alone."""
    connection.execute(
        update(saved_filter)
        .where(saved_filter.c.id == filter_id)
        .values(name=name, shared=shared, changed_at=at)
    )


def remove(connection: Connection, filter_id: int) -> None:
    """Delete a filter."""
    connection.execute(delete(saved_filter).where(saved_filter.c.id == filter_id))


def current_key(connection: Connection, kind: str, former: str) -> str:
    """The key to which an entry of the setup was renamed; empty if it was not.

    Args:
        kind: the part of the setup, such as ``retailers``.
    """
    return (
        connection.execute(
            select(revision.c.key)
            .where(revision.c.kind == kind, revision.c.former_key == former)
            .order_by(revision.c.id.desc())
            .limit(1)
        ).scalar()
        or ""
    )

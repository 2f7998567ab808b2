"""Statements: numbered and frozen at the close, and what was issued of them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from royalties.store.tables import issued, statement


class StatementRow(NamedTuple):
    """A numbered statement; ``content`` is everything it says, as JSON."""

    number: str
    period_id: int
    place: int
    beneficiary: str
    currency: str
    content: str
    fingerprint: str


class IssuedRow(NamedTuple):
    """A file that was issued, with the fingerprint of its bytes."""

    number: str
    file: str
    name: str
    sha256: str
    template_version: str
    issued_at: str
    issued_by: str


def add_statements(connection: Connection, rows: Sequence[StatementRow]) -> None:
    """Number and freeze statements."""
    if rows:
        connection.execute(insert(statement), [row._asdict() for row in rows])


def statements_of(connection: Connection, period_id: int | None = None) -> list[StatementRow]:
    """The statements of a period, or of all, in order of their numbers."""
    query = select(*(statement.c[name] for name in StatementRow._fields))
    if period_id is not None:
        query = query.where(statement.c.period_id == period_id)
    rows = connection.execute(query.order_by(statement.c.period_id, statement.c.place))
    return [StatementRow(*row) for row in rows]


def find_statement(connection: Connection, number: str) -> StatementRow | None:
    """A statement by its number."""
    row = connection.execute(
        select(*(statement.c[name] for name in StatementRow._fields)).where(
            statement.c.number == number
        )
    ).first()
    return StatementRow(*row) if row else None


def issued_files(connection: Connection) -> dict[tuple[str, str], IssuedRow]:
    """Issued files by (statement number, which file)."""
    rows = connection.execute(select(*(issued.c[name] for name in IssuedRow._fields)))
    return {(row.number, row.file): IssuedRow(*row) for row in rows}


def add_issued(connection: Connection, rows: Sequence[IssuedRow]) -> None:
    """Record files as issued."""
    if rows:
        connection.execute(insert(issued), [row._asdict() for row in rows])

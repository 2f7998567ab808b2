"""Find by a few letters what the database alone knows: statements, imports, orders and people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from royalties.domain.sales.imports import BatchStatus
from royalties.store.tables import (
    batch,
    edition,
    identifier,
    invoice,
    orders,
    person,
    statement,
)
from royalties.store.tables import period as period_table

MOST = 20
"""Of each kind; one more is asked for, to tell that there are more."""


class StatementHit(NamedTuple):
    """A numbered statement."""

    number: str
    period: str
    beneficiary: str


class BatchHit(NamedTuple):
    """An import."""

    id: int
    file_name: str
    status: BatchStatus
    recorded_at: str


class OrderHit(NamedTuple):
    """An order of an organization."""

    number: str
    organization: str
    title: str
    po_number: str


class InvoiceHit(NamedTuple):
    """An invoice or credit note of an order."""

    number: str
    organization: str
    order: str


class PersonHit(NamedTuple):
    """Somebody who signs in."""

    id: int
    name: str
    email: str
    role: str


def _has(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text somewhere, whatever its case."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def statements(connection: Connection, text: str) -> list[StatementHit]:
    """Statements whose number begins with a text, the newest first."""
    rows = connection.execute(
        select(statement.c.number, period_table.c.name, statement.c.beneficiary)
        .join(period_table, period_table.c.id == statement.c.period_id)
        .where(statement.c.number.startswith(text.upper(), autoescape=True))
        .order_by(statement.c.period_id.desc(), statement.c.place)
        .limit(MOST + 1)
    )
    return [StatementHit(*row) for row in rows]


def batches(connection: Connection, text: str) -> list[BatchHit]:
    """Imports of a number or with a text in their file's name, the newest first."""
    wanted = _has(batch.c.file_name, text)
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - an import's number
        wanted = or_(wanted, batch.c.id == int(text))
    rows = connection.execute(
        select(batch.c.id, batch.c.file_name, batch.c.status, batch.c.recorded_at)
        .where(wanted)
        .order_by(batch.c.id.desc())
        .limit(MOST + 1)
    )
    return [BatchHit(*row) for row in rows]


def placed(connection: Connection, text: str, organizations: Sequence[str]) -> list[OrderHit]:
    """Orders with a text in their number or purchase order's, or of some organizations.

    The newest come first.
    """
    rows = connection.execute(
        select(orders.c.number, orders.c.organization, orders.c.title, orders.c.po_number)
        .where(
            or_(
                _has(orders.c.number, text),
                _has(orders.c.po_number, text),
                orders.c.organization.in_(organizations),
            )
        )
        .order_by(orders.c.id.desc())
        .limit(MOST + 1)
    )
    return [OrderHit(*row) for row in rows]


def invoices(connection: Connection, text: str) -> list[InvoiceHit]:
    """Invoices and credit notes with a text in their number, the newest first."""
    rows = connection.execute(
        select(invoice.c.number, invoice.c.organization, orders.c.number)
        .join(orders, orders.c.id == invoice.c.order_id)
        .where(_has(invoice.c.number, text))
        .order_by(invoice.c.id.desc())
        .limit(MOST + 1)
    )
    return [InvoiceHit(*row) for row in rows]


def aliases(connection: Connection, text: str) -> list[tuple[str, str]]:
    """(identifier, ISBN) of identifiers that begin with a text."""
    rows = connection.execute(
        select(identifier.c.value, edition.c.isbn)
        .join(edition, edition.c.id == identifier.c.edition_id)
        .where(identifier.c.value.startswith(text.upper(), autoescape=True))
        .order_by(identifier.c.value)
        .limit(MOST + 1)
    )
    return [(row[0], row[1]) for row in rows]


def people(connection: Connection, text: str) -> list[PersonHit]:
    """People with a text in their name or address."""
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.email, person.c.role)
        .where(or_(_has(person.c.name, text), _has(person.c.email, text)))
        .order_by(person.c.name, person.c.id)
        .limit(MOST + 1)
    )
    return [PersonHit(*row) for row in rows]

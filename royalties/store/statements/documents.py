"""Old statements stored for beneficiaries; reads go through ``scope``."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from royalties.domain.documents import Document, DocumentAction
from royalties.domain.people import Actor
from royalties.store.engine import insert_or, is_sqlite
from royalties.store.scope import visible_documents
from royalties.store.tables import document, document_event

_LARGEST = 2**63 - 1
_VISIBLE = and_(document.c.visible == True, document.c.removed_at.is_(None))  # noqa: E712 - SQL
_NAMES = {"first": "starts_on", "last": "ends_on"}
"""Columns that are called otherwise than what they hold."""


class DocumentEventRow(NamedTuple):
    """One line of a document's history."""

    action: DocumentAction
    details: Any
    reason: str
    at: datetime
    by: str


def add_document(connection: Connection, values: Mapping[str, object]) -> int | None:
    """Add a document and return its number; None if the beneficiary already has the same file."""
    inserted = connection.execute(
        insert_or(connection, document)
        .values(**values)
        .on_conflict_do_nothing()
        .returning(document.c.id)
    )
    number = inserted.scalar()
    return None if number is None else int(number)


def add_event(connection: Connection, values: Mapping[str, object]) -> None:
    """Append to a document's history."""
    connection.execute(insert(document_event).values(**values))


def change_document(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Change a document's stored facts."""
    connection.execute(update(document).where(document.c.id == number).values(**values))


def events(connection: Connection, number: int) -> list[DocumentEventRow]:
    """A document's history, the newest line first."""
    query = select(*(document_event.c[name] for name in DocumentEventRow._fields))
    rows = connection.execute(
        query.where(document_event.c.document_id == number).order_by(document_event.c.id.desc())
    )
    return [DocumentEventRow(*row) for row in rows]


def find_document(
    connection: Connection, actor: Actor, number: int, *, lock: bool = False
) -> Document | None:
    """A document that an actor may see; ``lock`` locks its row."""
    if number > _LARGEST:
        return None
    query = _scoped(select(*_columns()).where(document.c.id == number), actor)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return _document(row) if row else None


def documents_of(connection: Connection, actor: Actor, beneficiary: str) -> list[Document]:
    """A beneficiary's documents that an actor may see, the newest period first."""
    query = select(*_columns()).where(document.c.beneficiary == beneficiary)
    rows = connection.execute(
        _scoped(query, actor).order_by(
            document.c.ends_on.desc(), document.c.starts_on.desc(), document.c.id.desc()
        )
    )
    return [_document(row) for row in rows]


def unassigned_documents(connection: Connection, actor: Actor, limit: int) -> list[Document]:
    """Documents not yet assigned to a beneficiary or a period, the oldest first."""
    query = select(*_columns()).where(
        document.c.removed_at.is_(None),
        document.c.beneficiary.is_(None) | document.c.ends_on.is_(None),
    )
    rows = connection.execute(_scoped(query, actor).order_by(document.c.id).limit(limit))
    return [_document(row) for row in rows]


def all_documents(connection: Connection) -> list[Document]:
    """Every document, removed ones too, the oldest first."""
    rows = connection.execute(select(*_columns()).order_by(document.c.id))
    return [_document(row) for row in rows]


def stored_copies(
    connection: Connection, fingerprints: Collection[str]
) -> list[tuple[str, int, str]]:
    """Where files of some fingerprints are stored, as (fingerprint, number, beneficiary)."""
    rows = connection.execute(
        select(document.c.sha256, document.c.id, document.c.beneficiary)
        .where(document.c.sha256.in_(sorted(fingerprints)), document.c.removed_at.is_(None))
        .order_by(document.c.id)
    )
    return [(row.sha256, row.id, row.beneficiary or "") for row in rows]


def count_of(connection: Connection, beneficiary: str) -> int:
    """How many documents a beneficiary has."""
    query = select(func.count()).where(
        document.c.beneficiary == beneficiary, document.c.removed_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def sent_since(connection: Connection, by: str, since: datetime) -> tuple[int, int]:
    """How many documents somebody has sent since a moment, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(document.c.size), 0)).where(
        document.c.at >= since, document.c.by == by
    )
    count, size = connection.execute(query).one()
    return int(count), int(size)


def _columns() -> list[Any]:
    return [document.c[_NAMES.get(each.name, each.name)] for each in fields(Document)]


def _document(row: Row[Any]) -> Document:
    """An earlier statement; whose it is is null until somebody says it."""
    number, beneficiary, *others = list(row)
    return Document(number, beneficiary or "", *others)


def _scoped(query: Select[Any], actor: Actor) -> Select[Any]:
    return visible_documents(query, actor, document.c.beneficiary, _VISIBLE)

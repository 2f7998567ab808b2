"""Statements: numbered at the close, their contents frozen, issued files stored for ever."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from royalties.domain.documents import DocumentAction
from royalties.store.tables.metadata import Currency, Id, Key, Packed, metadata
from royalties.store.tables.types import Day, Flag, Json, Moment, Word

statement = Table(
    "statement",
    metadata,
    Column("number", String(20), primary_key=True, comment="2025-H1-001"),
    Column("period_id", ForeignKey("closed_run.period_id"), nullable=False),
    Column("place", Integer, nullable=False, comment="without gaps within the period"),
    Column("beneficiary", Key, nullable=False),
    Column("currency", Currency, nullable=False),
    Column("content", Packed, nullable=False, comment="everything it says, as JSON"),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of the content"),
    UniqueConstraint("period_id", "place"),
    UniqueConstraint("period_id", "beneficiary", "currency"),
)

issued = Table(
    "issued",
    metadata,
    Column("number", ForeignKey("statement.number"), primary_key=True),
    Column("file", String(16), primary_key=True, comment="workbook or twin"),
    Column("name", String(200), nullable=False, comment="the file's name"),
    Column("sha256", String(64), nullable=False),
    Column("template_version", String(16), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("issued_by", String(200), nullable=False),
)

_KEPT = text("removed_at IS NULL")
document = Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("beneficiary", Key, comment="null: nobody has said yet whose it is"),
    Column("starts_on", Day, comment="the first day that it is about; null: nobody has said yet"),
    Column("ends_on", Day, comment="the last one"),
    Column("note", Text, nullable=False, comment="of the staff; nobody else reads it"),
    Column("visible", Flag, nullable=False, comment="1: the beneficiary's people see it"),
    Column("name", String(255), nullable=False, comment="the file's name as sent"),
    Column("type", String(100), nullable=False, comment="media type, by its bytes"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("removed_at", Moment, comment="since then it is only history"),
    Index("ix_document_at", "at"),
    Index(
        "uq_document_kept",
        "beneficiary",
        "sha256",
        unique=True,
        sqlite_where=_KEPT,
        postgresql_where=_KEPT,
    ),
)

document_event = Table(
    "document_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("document_id", ForeignKey("document.id"), nullable=False, index=True),
    Column(
        "action",
        Word(DocumentAction, 16),
        nullable=False,
        comment="kept, filed, amended, shown, …",
    ),
    Column("details", Json, nullable=False, comment="JSON of what changed, before and after"),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

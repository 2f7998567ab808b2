"""Statements: numbered at the close, their contents frozen, issued files kept for ever."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint

from royalties.store.tables.metadata import Currency, Key, Packed, metadata
from royalties.store.tables.types import Moment

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

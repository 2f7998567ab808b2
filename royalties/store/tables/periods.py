"""Periods that sales or closes have touched; the row is the lock of a close."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from royalties.domain.periods import PeriodStatus
from royalties.store.tables.metadata import metadata
from royalties.store.tables.types import Day, Moment, Word

period = Table(
    "period",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="ordinal of the calendar"),
    Column("name", String(8), nullable=False, unique=True, comment="2025-H1"),
    Column("starts", Day, nullable=False),
    Column("ends", Day, nullable=False),
    Column("status", Word(PeriodStatus, 6), nullable=False, comment="open or closed"),
    Column("closed_at", Moment, comment="UTC"),
    CheckConstraint("status in ('open', 'closed')", name="status"),
    CheckConstraint("(status = 'closed') = (closed_at is not null)", name="closed_at"),
)

"""The double-entry ledger: append-only, balanced per currency, sealed by the database."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from royalties.store.tables.metadata import Currency, Id, Minor, metadata
from royalties.store.tables.types import Day

entry = Table(
    "entry",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False, comment="without gaps"),
    Column("period_id", ForeignKey("period.id"), nullable=False),
    Column("dated", Day, nullable=False, comment="last day of the period it belongs to"),
    Column("event", String(32), nullable=False, comment="earned, settled, …"),
    Column("subject", String(100), nullable=False, comment="contract or beneficiary"),
    Column("description", String(300), nullable=False),
    Column("reverses", ForeignKey("entry.id"), unique=True, comment="at most once"),
    Column("sealed", Integer, nullable=False, comment="1 once balanced; then unchangeable"),
    CheckConstraint("sealed in (0, 1)", name="sealed"),
    Index("ix_entry_period_id", "period_id", "dated"),
    Index("ix_entry_event", "event", "id"),
    Index("ix_entry_subject", "subject", "id"),
)

posting = Table(
    "posting",
    metadata,
    Column("entry_id", ForeignKey("entry.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account", String(200), nullable=False),
    Column("currency", Currency, nullable=False),
    Column("amount", Minor, nullable=False, comment="minor units; debit positive"),
    CheckConstraint("amount <> 0", name="amount"),
    CheckConstraint("length(currency) = 3", name="currency"),
    Index("ix_posting_amount", "amount"),
    Index("ix_posting_account", "account", "currency", "entry_id", "line"),
)

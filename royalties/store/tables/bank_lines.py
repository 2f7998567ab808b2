"""What banks have told: imported files, and each booking of them with what became of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from royalties.domain.payments.bookings import BookingKind, BookingOutcome
from royalties.store.tables.metadata import Currency, Id, Minor, metadata
from royalties.store.tables.types import Day, Json, Moment, Word

bank_import = Table(
    "bank_import",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False, comment="of the file; typed bookings: empty"),
    Column("format", String(16), nullable=False, comment="such as camt.053"),
    Column(
        "fingerprint",
        String(64),
        nullable=False,
        unique=True,
        comment="SHA-256 of the file, which is not kept",
    ),
    Column("columns", Json, nullable=False, comment="how a table was read, JSON; else empty"),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", String(200), nullable=False),
    Column("imported_by_id", ForeignKey("person.id"), comment="null: at the command line"),
)

bank_line = Table(
    "bank_line",
    metadata,
    Column("id", Id, primary_key=True),
    Column("import_id", ForeignKey("bank_import.id"), nullable=False, index=True),
    Column("row", Integer, nullable=False, comment="line of the file"),
    Column("kind", Word(BookingKind, 8), nullable=False),
    Column(
        "key",
        String(64),
        nullable=False,
        unique=True,
        comment="SHA-256 of what the bank says, and how often it had said so in the file",
    ),
    Column("day", Day, nullable=False),
    Column("amount", Minor, nullable=False, comment="more than 0 came in, less went out"),
    Column("currency", Currency, nullable=False),
    Column("reference", String(400), nullable=False),
    Column("text", String(400), nullable=False),
    Column("code", String(8), nullable=False, comment="why it came back, or what is to change"),
    Column("bank_id", String(400), nullable=False, comment="the bank's own"),
    Column("account", String(8), nullable=False, comment="last characters of the house's account"),
    Column("outcome", Word(BookingOutcome, 8), nullable=False),
    Column("words", String(1000), nullable=False, comment="why, or what is to be looked at"),
    CheckConstraint(
        "outcome in ('settled', 'returned', 'noted', 'known', 'waits', 'doubtful', 'nothing')",
        name="outcome",
    ),
    Index("ix_bank_line_outcome", "outcome", "currency", "amount"),
)

bank_line_payment = Table(
    "bank_line_payment",
    metadata,
    Column("line_id", ForeignKey("bank_line.id"), primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), primary_key=True, index=True),
)

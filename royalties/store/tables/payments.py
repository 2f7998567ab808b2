"""Payments to beneficiaries: proposed in batches, what each settles, and its history."""

from sqlalchemy import (
    CheckConstraint,
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

from royalties.domain.payments.life import FileFormat, Method, PaymentAction, PaymentState
from royalties.store.tables.metadata import Currency, Id, Key, Minor, metadata
from royalties.store.tables.types import Day, Exact, Flag, Json, Moment, Word

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("note", String(1000), nullable=False, comment="of who prepared it"),
    Column("token", String(64), nullable=False, unique=True, comment="sent with the form: once"),
    Column("prepared_at", Moment, nullable=False),
    Column("prepared_by", String(200), nullable=False),
    Column("prepared_by_id", ForeignKey("person.id"), comment="null: at the command line"),
)

payment = Table(
    "payment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch_id", ForeignKey("payment_batch.id"), nullable=False, index=True),
    Column("beneficiary", Key, nullable=False),
    Column("currency", Currency, nullable=False),
    Column("gross", Minor, nullable=False, comment="before tax; the sum of its parts"),
    Column("state", Word(PaymentState, 8), nullable=False),
    Column("flags", Json, nullable=False, comment="why it is signed off on its own, JSON list"),
    Column("changed_by", String(200), nullable=False, comment="who last set its amount"),
    Column("changed_by_id", ForeignKey("person.id"), comment="null: at the command line"),
    Column("approved_at", Moment),
    Column("approved_by", String(200)),
    Column("approved_by_id", ForeignKey("person.id")),
    Column(
        "account",
        String(64),
        nullable=False,
        comment="fingerprint of the bank account that was approved; empty: none was known",
    ),
    Column("method", Word(Method, 8), comment="null: not sent yet, like what follows"),
    Column("reference", String(100), nullable=False, comment="the bank's, or a cheque's number"),
    Column("sent_on", Day),
    Column("tax_rate", Exact, comment="in force on the day it was sent"),
    Column("tax", Minor, comment="withheld of the gross amount"),
    Column(
        "taxed_before",
        Minor,
        comment="of the gross amount, what an earlier year's payment was taxed for; null: nothing",
    ),
    Column("sent_entry", ForeignKey("entry.id")),
    Column("settled_on", Day),
    Column("settled_entry", ForeignKey("entry.id")),
    Column("ended_on", Day, comment="returned or voided"),
    Column("reason", String(1000), nullable=False, comment="why it was returned or voided"),
    Column(
        "put_back_in",
        ForeignKey("period.id"),
        index=True,
        comment="period whose run brings the amount forward again; null: it was not sent",
    ),
    Column(
        "tax_kept",
        Minor,
        comment="tax that stays withheld: it came back in a later year; null: none stays",
    ),
    Column("released", Flag, nullable=False, comment="1: paid again after a return"),
    CheckConstraint("gross > 0", name="gross"),
    CheckConstraint(
        "state in ('proposed', 'approved', 'sent', 'settled', 'returned', 'voided')", name="state"
    ),
    Index("ix_payment_beneficiary", "beneficiary", "currency"),
    Index("ix_payment_state", "state", "id"),
    Index(
        "uq_payment_under_way",
        "beneficiary",
        "currency",
        unique=True,
        sqlite_where=text("state IN ('proposed', 'approved')"),
        postgresql_where=text("state IN ('proposed', 'approved')"),
    ),
)

payment_part = Table(
    "payment_part",
    metadata,
    Column("payment_id", ForeignKey("payment.id"), primary_key=True),
    Column("statement", ForeignKey("statement.number"), primary_key=True, index=True),
    Column("place", Integer, nullable=False, comment="the earliest statement first"),
    Column("amount", Minor, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)

payment_event = Table(
    "payment_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), nullable=False, index=True),
    Column("action", Word(PaymentAction, 16), nullable=False),
    Column("detail", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

payment_file = Table(
    "payment_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch_id", ForeignKey("payment_batch.id"), nullable=False),
    Column("format", Word(FileFormat, 16), nullable=False),
    Column("name", String(100), nullable=False),
    Column("day", Day, nullable=False, comment="on which the bank is to pay"),
    Column(
        "amounts",
        Json,
        nullable=False,
        comment="after tax, in minor units, by the payment's number; JSON",
    ),
    Column(
        "content",
        Text,
        nullable=False,
        comment="as it is downloaded each time; encrypted where it names accounts",
    ),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of the content"),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    UniqueConstraint("batch_id"),
)

"""Orders of organizations: requests, quotes, approvals, shipments, invoices and receipts."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from royalties.domain.orders.life import OrderKind, Side, State
from royalties.domain.orders.order import Address, FileKind, InvoiceKind, PaperKind, ProofDecision
from royalties.domain.orders.price_lists import Option
from royalties.store.tables.metadata import Currency, Id, Key, Minor, metadata
from royalties.store.tables.types import Day, Flag, Json, Moment, Word


def _addresses(values: list[dict[str, Any]]) -> tuple[Address, ...]:
    return tuple(Address(**{**each, "lines": tuple(each["lines"])}) for each in values)


def _as_objects(addresses: Sequence[Address]) -> list[dict[str, Any]]:
    return [asdict(each) for each in addresses]


def _options(words: list[str]) -> tuple[Option, ...]:
    return tuple(map(Option, words))


organization_member = Table(
    "organization_member",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("organization", Key, primary_key=True, comment="key of the setup's organization"),
)

order_request = Table(
    "order_request",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of what the e-mail holds"),
    Column("email", String(254), nullable=False),
    Column("body", Text, nullable=False, comment="JSON of what was asked for"),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("order_id", Id, ForeignKey("orders.id"), comment="once its link was opened"),
)

order_draft = Table(
    "order_draft",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of what its address holds"),
    Column("title", Key, nullable=False),
    Column(
        "person_id", Id, ForeignKey("person.id"), comment="whose alone it is; null: a stranger's"
    ),
    Column("body", Text, nullable=False, comment="JSON of what was typed so far"),
    Column("expires_at", Moment, nullable=False, index=True),
)

orders = Table(
    "orders",  # "order" is an SQL keyword
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(20), nullable=False, unique=True, comment="O-2026-0001"),
    Column("kind", Word(OrderKind, 8), nullable=False, comment="bulk or custom"),
    Column("organization", Key, nullable=False, index=True),
    Column("title", Key, nullable=False),
    Column("isbn", String(13), nullable=False, comment="edition that is ordered, or made over"),
    Column("own_isbn", String(13), comment="the custom edition's own number"),
    Column("state", Word(State, 16), nullable=False, index=True),
    Column("held_in", Word(State, 16), comment="where it stood when it was put on hold"),
    Column("quantity", Integer, nullable=False),
    Column("audience", Text, nullable=False),
    Column("need_by", Day),
    Column("rush", Flag, nullable=False),
    Column("options", Json(_options), nullable=False, comment="JSON list of options"),
    Column(
        "ship_to",
        Json(_addresses, _as_objects, in_order=False),
        nullable=False,
        comment="JSON list of addresses with copies",
    ),
    Column("contact_name", String(200), nullable=False),
    Column("contact_email", String(254), nullable=False),
    Column("assigned_id", Id, ForeignKey("person.id"), comment="who of the staff takes care"),
    Column("quote_version", Integer, comment="the quote that was accepted"),
    Column("po_number", String(100), nullable=False, comment="empty: none"),
    Column("accepted_by", String(200), nullable=False),
    Column("approved_on", Day, comment="the proof"),
    Column("started_on", Day, comment="production"),
    Column("promised_on", Day),
    Column("reorder_of", Id, ForeignKey("orders.id")),
    Column("token", String(64), comment="of the form; sent twice, it is one order"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change"),
    UniqueConstraint("organization", "token"),
    CheckConstraint("kind in ('bulk', 'custom')", name="kind"),
    CheckConstraint("quantity > 0", name="quantity"),
)

order_event = Table(
    "order_event",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="without gaps"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("side", Word(Side, 16), nullable=False),
    Column("action", String(24), nullable=False),
    Column("before", Word(State, 16), nullable=False, comment="state"),
    Column("after", Word(State, 16), nullable=False, comment="state"),
    Column("detail", Json, nullable=False, comment="JSON"),
)

order_message = Table(
    "order_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("side", Word(Side, 16), nullable=False),
    Column("text", Text, nullable=False),
    Column("internal", Flag, nullable=False, comment="1: for the staff only"),
)

order_file = Table(
    "order_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("kind", Word(FileKind, 16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String(255), nullable=False, comment="as sent, cleaned"),
    Column("type", String(100), nullable=False, comment="what it is, by its bytes"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("facts", Json, nullable=False, comment="JSON: pixels, pages, warnings, preview"),
    Column("message_id", Id, ForeignKey("order_message.id")),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("side", Word(Side, 16), nullable=False),
    UniqueConstraint("order_id", "kind", "version"),
    CheckConstraint(
        "kind in ('logo', 'letter', 'cover', 'proof', 'purchase-order', 'attachment')", name="kind"
    ),
)

proof_comment = Table(
    "proof_comment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file_id", Id, ForeignKey("order_file.id"), nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("side", Word(Side, 16), nullable=False),
)

proof_decision = Table(
    "proof_decision",
    metadata,
    Column("file_id", Id, ForeignKey("order_file.id"), primary_key=True, autoincrement=False),
    Column("decision", Word(ProofDecision, 8), nullable=False, comment="approved or changes"),
    Column("name", String(200), nullable=False, comment="as signed"),
    Column("sha256", String(64), nullable=False, comment="of the file that was shown"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    CheckConstraint("decision in ('approved', 'changes')", name="decision"),
)

quote = Table(
    "quote",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("issued_at", Moment, nullable=False),
    Column("issued_by", String(200), nullable=False),
    Column("valid_until", Day, nullable=False),
    Column("currency", Currency, nullable=False),
    Column("total", Minor, nullable=False),
    Column("deposit", Minor, nullable=False),
    Column("content", Text, nullable=False, comment="everything it says, as JSON"),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of the content"),
)

quote_link = Table(
    "quote_link",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of what the e-mail holds"),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False, comment="of the quote that it shows"),
    Column("email", String(254), nullable=False, comment="whom it was sent to"),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organization", Key, nullable=False, index=True),
    Column("place", String(8), nullable=False, comment="US-WA"),
    Column("signed_on", Day, nullable=False),
    Column("expires_on", Day, nullable=False),
    Column("name", String(255), nullable=False),
    Column("type", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("checked_at", Moment, comment="by the staff; counts from then on"),
    Column("checked_by", String(200)),
    Column("refused", Text, nullable=False, comment="why it does not count; empty: it may"),
)

shipment = Table(
    "shipment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="within the order, without gaps"),
    Column("address", Integer, nullable=False, comment="place in the order's ship_to"),
    Column("copies", Integer, nullable=False, comment="negative: came back"),
    Column("shipped_on", Day, nullable=False),
    Column("carrier", String(100), nullable=False),
    Column("tracking", String(100), nullable=False),
    Column("batch_id", Id, ForeignKey("batch.id"), nullable=False, comment="its sales"),
    Column("token", String(64), nullable=False, unique=True, comment="sent with the form: once"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    UniqueConstraint("order_id", "number"),
    CheckConstraint("copies <> 0", name="copies"),
)

invoice = Table(
    "invoice",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False, comment="without gaps"),
    Column("number", String(20), nullable=False, unique=True, comment="I-000001"),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False, index=True),
    Column("organization", Key, nullable=False, index=True),
    Column("kind", Word(InvoiceKind, 12), nullable=False),
    Column("of_id", Id, ForeignKey("invoice.id"), comment="the invoice that a credit note is of"),
    Column("currency", Currency, nullable=False),
    Column("total", Minor, nullable=False, comment="a credit note's is negative"),
    Column("deposit_applied", Minor, nullable=False),
    Column("issued_on", Day, nullable=False),
    Column("due_on", Day, nullable=False),
    Column("content", Text, nullable=False, comment="everything it says, as JSON"),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of the content"),
    Column("entry_id", Id, ForeignKey("entry.id"), nullable=False),
    Column("token", String(64), nullable=False, unique=True, comment="sent with the form: once"),
    CheckConstraint("kind in ('deposit', 'final', 'cancellation', 'credit')", name="kind"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organization", Key, nullable=False, index=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False, index=True),
    Column("invoice_id", Id, ForeignKey("invoice.id"), nullable=False, index=True),
    Column("currency", Currency, nullable=False),
    Column("amount", Minor, nullable=False, comment="negative: paid back"),
    Column("received_on", Day, nullable=False),
    Column("reference", String(100), nullable=False, comment="on the bank statement, or why"),
    Column(
        "reverses_id",
        Id,
        ForeignKey("receipt.id"),
        unique=True,
        comment="the receipt that was wrong, once",
    ),
    Column("entry_id", Id, ForeignKey("entry.id"), nullable=False),
    Column("token", String(64), nullable=False, unique=True, comment="sent with the form: once"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    CheckConstraint("amount <> 0", name="amount"),
)

paper = Table(
    "paper",
    metadata,
    Column("kind", Word(PaperKind, 16), primary_key=True, comment="quote, invoice or packing-list"),
    Column("number", String(40), primary_key=True),
    Column("file", String(8), primary_key=True, comment="xlsx or pdf"),
    Column("name", String(200), nullable=False, comment="the file's name"),
    Column("sha256", String(64), nullable=False),
    Column("template_version", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

Index("ix_order_file_sha256", order_file.c.sha256)
Index("ix_shipment_batch_id", shipment.c.batch_id)

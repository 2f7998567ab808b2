"""Orders of organizations, from request to receipt.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False, comment="US-WA"),
        sa.Column("signed_on", sa.String(length=10), nullable=False),
        sa.Column("expires_on", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column(
            "checked_at",
            sa.String(length=32),
            nullable=True,
            comment="by the staff; counts from then on",
        ),
        sa.Column("checked_by", sa.String(length=200), nullable=True),
        sa.Column(
            "refused", sa.Text(), nullable=False, comment="why it does not count; empty: it may"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(
        op.f("ix_certificate_organization"), "certificate", ["organization"], unique=False
    )
    op.create_table(
        "paper",
        sa.Column(
            "kind", sa.String(length=16), nullable=False, comment="quote, invoice or packing-list"
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=8), nullable=False, comment="xlsx or pdf"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="the file's name"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", "file", name=op.f("pk_paper")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False, comment="O-2026-0001"),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="bulk or custom"),
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column(
            "isbn",
            sa.String(length=13),
            nullable=False,
            comment="edition that is ordered, or made over",
        ),
        sa.Column(
            "own_isbn",
            sa.String(length=13),
            nullable=True,
            comment="the custom edition's own number",
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "held_in",
            sa.String(length=16),
            nullable=True,
            comment="where it stood when it was put on hold",
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("need_by", sa.String(length=10), nullable=True),
        sa.Column("rush", sa.SmallInteger(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False, comment="JSON list of options"),
        sa.Column(
            "ship_to", sa.Text(), nullable=False, comment="JSON list of addresses with copies"
        ),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column(
            "assigned_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="who of the staff takes care",
        ),
        sa.Column(
            "quote_version", sa.Integer(), nullable=True, comment="the quote that was accepted"
        ),
        sa.Column("po_number", sa.String(length=100), nullable=False, comment="empty: none"),
        sa.Column("accepted_by", sa.String(length=200), nullable=False),
        sa.Column("approved_on", sa.String(length=10), nullable=True, comment="the proof"),
        sa.Column("started_on", sa.String(length=10), nullable=True, comment="production"),
        sa.Column("promised_on", sa.String(length=10), nullable=True),
        sa.Column(
            "reorder_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "token",
            sa.String(length=64),
            nullable=True,
            comment="of the form; sent twice, it is one order",
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with every change"),
        sa.CheckConstraint("kind in ('bulk', 'custom')", name=op.f("ck_orders_kind")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_quantity")),
        sa.ForeignKeyConstraint(["assigned_id"], ["person.id"], name=op.f("fk_orders_assigned_id")),
        sa.ForeignKeyConstraint(["reorder_of"], ["orders.id"], name=op.f("fk_orders_reorder_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sa.UniqueConstraint("organization", "token", name=op.f("uq_orders_organization_token")),
    )
    op.create_index(op.f("ix_orders_organization"), "orders", ["organization"], unique=False)
    op.create_index(op.f("ix_orders_state"), "orders", ["state"], unique=False)
    op.create_table(
        "organization_member",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organization",
            sa.String(length=64),
            nullable=False,
            comment="key of the setup's organization",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_organization_member_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "organization", name=op.f("pk_organization_member")),
    )
    op.create_table(
        "invoice",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="without gaps",
        ),
        sa.Column("number", sa.String(length=20), nullable=False, comment="I-000001"),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column(
            "of_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the invoice that a credit note is of",
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False, comment="a credit note's is negative"),
        sa.Column("deposit_applied", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="everything it says, as JSON"),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of the content"
        ),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "token", sa.String(length=64), nullable=False, comment="sent with the form: once"
        ),
        sa.CheckConstraint(
            "kind in ('deposit', 'final', 'cancellation', 'credit')", name=op.f("ck_invoice_kind")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_invoice_entry_id")),
        sa.ForeignKeyConstraint(["of_id"], ["invoice.id"], name=op.f("fk_invoice_of_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoice_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("token", name=op.f("uq_invoice_token")),
    )
    op.create_index(op.f("ix_invoice_order_id"), "invoice", ["order_id"], unique=False)
    op.create_index(op.f("ix_invoice_organization"), "invoice", ["organization"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "place", sa.Integer(), autoincrement=False, nullable=False, comment="without gaps"
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False, comment="state"),
        sa.Column("after", sa.String(length=16), nullable=False, comment="state"),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("order_id", "place", name=op.f("pk_order_event")),
    )
    op.create_table(
        "order_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("internal", sa.SmallInteger(), nullable=False, comment="1: for the staff only"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_message_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_message")),
    )
    op.create_index(op.f("ix_order_message_order_id"), "order_message", ["order_id"], unique=False)
    op.create_table(
        "order_request",
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="SHA-256 of what the e-mail holds"
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of what was asked for"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column(
            "order_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="once its link was opened",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_request_order_id")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_order_request")),
    )
    op.create_table(
        "quote",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issued_at", sa.String(length=32), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("valid_until", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="everything it says, as JSON"),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of the content"
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_quote_order_id")),
        sa.PrimaryKeyConstraint("order_id", "version", name=op.f("pk_quote")),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="within the order, without gaps"),
        sa.Column("address", sa.Integer(), nullable=False, comment="place in the order's ship_to"),
        sa.Column("copies", sa.Integer(), nullable=False, comment="negative: came back"),
        sa.Column("shipped_on", sa.String(length=10), nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.Column("tracking", sa.String(length=100), nullable=False),
        sa.Column(
            "batch_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="its sales",
        ),
        sa.Column(
            "token", sa.String(length=64), nullable=False, comment="sent with the form: once"
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("copies <> 0", name=op.f("ck_shipment_copies")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_shipment_batch_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_shipment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_shipment_order_id_number")),
        sa.UniqueConstraint("token", name=op.f("uq_shipment_token")),
    )
    op.create_index("ix_shipment_batch_id", "shipment", ["batch_id"], unique=False)
    op.create_table(
        "order_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False, comment="as sent, cleaned"),
        sa.Column(
            "type", sa.String(length=100), nullable=False, comment="what it is, by its bytes"
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column(
            "facts", sa.Text(), nullable=False, comment="JSON: pixels, pages, warnings, preview"
        ),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind in ('logo', 'letter', 'cover', 'proof', 'purchase-order', 'attachment')",
            name=op.f("ck_order_file_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["order_message.id"], name=op.f("fk_order_file_message_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_file_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_file")),
        sa.UniqueConstraint(
            "order_id", "kind", "version", name=op.f("uq_order_file_order_id_kind_version")
        ),
    )
    op.create_index("ix_order_file_sha256", "order_file", ["sha256"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="negative: paid back"),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column(
            "reference",
            sa.String(length=100),
            nullable=False,
            comment="on the bank statement, or why",
        ),
        sa.Column(
            "reverses_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the receipt that was wrong, once",
        ),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "token", sa.String(length=64), nullable=False, comment="sent with the form: once"
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_receipt_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_receipt_entry_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_receipt_invoice_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_receipt_order_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["receipt.id"], name=op.f("fk_receipt_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_receipt_reverses_id")),
        sa.UniqueConstraint("token", name=op.f("uq_receipt_token")),
    )
    op.create_index(op.f("ix_receipt_invoice_id"), "receipt", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_receipt_order_id"), "receipt", ["order_id"], unique=False)
    op.create_index(op.f("ix_receipt_organization"), "receipt", ["organization"], unique=False)
    op.create_table(
        "proof_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["order_file.id"], name=op.f("fk_proof_comment_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_comment")),
    )
    op.create_index(op.f("ix_proof_comment_file_id"), "proof_comment", ["file_id"], unique=False)
    op.create_table(
        "proof_decision",
        sa.Column(
            "file_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("decision", sa.String(length=8), nullable=False, comment="approved or changes"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as signed"),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="of the file that was shown"
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "decision in ('approved', 'changes')", name=op.f("ck_proof_decision_decision")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["order_file.id"], name=op.f("fk_proof_decision_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_proof_decision")),
    )
    _run_sql(f"0003_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("proof_decision")
    op.drop_index(op.f("ix_proof_comment_file_id"), table_name="proof_comment")
    op.drop_table("proof_comment")
    op.drop_index(op.f("ix_receipt_organization"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_order_id"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_invoice_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index("ix_order_file_sha256", table_name="order_file")
    op.drop_table("order_file")
    op.drop_index("ix_shipment_batch_id", table_name="shipment")
    op.drop_table("shipment")
    op.drop_table("quote")
    op.drop_table("order_request")
    op.drop_index(op.f("ix_order_message_order_id"), table_name="order_message")
    op.drop_table("order_message")
    op.drop_table("order_event")
    op.drop_index(op.f("ix_invoice_organization"), table_name="invoice")
    op.drop_index(op.f("ix_invoice_order_id"), table_name="invoice")
    op.drop_table("invoice")
    op.drop_table("organization_member")
    op.drop_index(op.f("ix_orders_state"), table_name="orders")
    op.drop_index(op.f("ix_orders_organization"), table_name="orders")
    op.drop_table("orders")
    op.drop_table("paper")
    op.drop_index(op.f("ix_certificate_organization"), table_name="certificate")
    op.drop_table("certificate")


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

"""Payments to beneficiaries: batches, what each settles, and the history of each.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = "'proposed', 'approved', 'sent', 'settled', 'returned', 'voided'"


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "payment_batch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("note", sa.String(1000), nullable=False, comment="of who prepared it"),
        sa.Column("token", sa.String(64), nullable=False, comment="sent with the form: once"),
        sa.Column("prepared_at", sa.String(32), nullable=False),
        sa.Column("prepared_by", sa.String(200), nullable=False),
        sa.Column("prepared_by_id", _ID, nullable=True, comment="null: at the command line"),
        _to("payment_batch", "prepared_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("token", name=op.f("uq_payment_batch_token")),
    )
    op.create_table(
        "payment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("beneficiary", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column(
            "gross", sa.BigInteger(), nullable=False, comment="before tax; the sum of its parts"
        ),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column(
            "flags", sa.Text(), nullable=False, comment="why it is signed off on its own, JSON list"
        ),
        sa.Column("changed_by", sa.String(200), nullable=False, comment="who last set its amount"),
        sa.Column("changed_by_id", _ID, nullable=True, comment="null: at the command line"),
        sa.Column("approved_at", sa.String(32), nullable=True),
        sa.Column("approved_by", sa.String(200), nullable=True),
        sa.Column("approved_by_id", _ID, nullable=True),
        sa.Column(
            "account",
            sa.String(64),
            nullable=False,
            comment="fingerprint of the bank account that was approved; empty: none was known",
        ),
        sa.Column(
            "method",
            sa.String(8),
            nullable=True,
            comment="null: not sent yet, like what follows",
        ),
        sa.Column(
            "reference",
            sa.String(100),
            nullable=False,
            comment="the bank's, or a cheque's number",
        ),
        sa.Column("sent_on", sa.String(10), nullable=True),
        sa.Column("tax_rate", sa.Text(), nullable=True, comment="in force on the day it was sent"),
        sa.Column("tax", sa.BigInteger(), nullable=True, comment="withheld of the gross amount"),
        sa.Column("sent_entry", _ID, nullable=True),
        sa.Column("settled_on", sa.String(10), nullable=True),
        sa.Column("settled_entry", _ID, nullable=True),
        sa.Column("ended_on", sa.String(10), nullable=True, comment="returned or voided"),
        sa.Column(
            "reason", sa.String(1000), nullable=False, comment="why it was returned or voided"
        ),
        sa.Column(
            "put_back_in",
            sa.Integer(),
            nullable=True,
            comment="period whose run brings the amount forward again; null: it was not sent",
        ),
        sa.Column(
            "released", sa.SmallInteger(), nullable=False, comment="1: paid again after a return"
        ),
        sa.CheckConstraint("gross > 0", name=op.f("ck_payment_gross")),
        sa.CheckConstraint(f"state in ({_STATES})", name=op.f("ck_payment_state")),
        _to("payment", "batch_id", "payment_batch.id"),
        _to("payment", "changed_by_id", "person.id"),
        _to("payment", "approved_by_id", "person.id"),
        _to("payment", "sent_entry", "entry.id"),
        _to("payment", "settled_entry", "entry.id"),
        _to("payment", "put_back_in", "period.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_batch_id"), "payment", ["batch_id"])
    op.create_index(op.f("ix_payment_put_back_in"), "payment", ["put_back_in"])
    op.create_index("ix_payment_beneficiary", "payment", ["beneficiary", "currency"])
    op.create_index("ix_payment_state", "payment", ["state", "id"])
    _create_one_under_way()
    op.create_table(
        "payment_part",
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("statement", sa.String(20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="the earliest statement first"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_part_amount")),
        _to("payment_part", "payment_id", "payment.id"),
        _to("payment_part", "statement", "statement.number"),
        sa.PrimaryKeyConstraint("payment_id", "statement", name=op.f("pk_payment_part")),
    )
    op.create_index(op.f("ix_payment_part_statement"), "payment_part", ["statement"])
    op.create_table(
        "payment_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        _to("payment_event", "payment_id", "payment.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
    )
    op.create_index(op.f("ix_payment_event_payment_id"), "payment_event", ["payment_id"])
    op.create_table(
        "payment_file",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("day", sa.String(10), nullable=False, comment="on which the bank is to pay"),
        sa.Column(
            "amounts",
            sa.Text(),
            nullable=False,
            comment="after tax, in minor units, by the payment's number; JSON",
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="as it is downloaded each time"),
        sa.Column("fingerprint", sa.String(64), nullable=False, comment="SHA-256 of the content"),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        _to("payment_file", "batch_id", "payment_batch.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_file")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_payment_file_batch_id")),
    )
    _run_sql(f"0027_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back: payments are forgotten, what they posted stays in the ledger."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER payment_part_guard ON payment_part")
        op.execute("DROP FUNCTION royalties_payment_part()")
    for table in ("payment_file", "payment_event", "payment_part", "payment", "payment_batch"):
        op.drop_table(table)


def _create_one_under_way() -> None:
    """Of one beneficiary in one currency, one payment at most waits to be sent."""
    waits = sa.text("state IN ('proposed', 'approved')")
    op.create_index(
        "uq_payment_under_way",
        "payment",
        ["beneficiary", "currency"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

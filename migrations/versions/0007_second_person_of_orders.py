"""What of orders waits for a second person, and the links that open a quote.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = "kind in ('close', 'setup')"
_AFTER = "kind in ('close', 'setup', 'quote', 'receipt', 'pay-back', 'contact', 'move')"


def upgrade() -> None:
    """Bring the database to this revision."""
    _kinds(_AFTER)
    op.create_table(
        "quote_link",
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="SHA-256 of what the e-mail holds"
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the quote that it shows"),
        sa.Column("email", sa.String(length=254), nullable=False, comment="whom it was sent to"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_quote_link_order_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_quote_link")),
    )
    op.create_index(op.f("ix_quote_link_order_id"), "quote_link", ["order_id"], unique=False)


def downgrade() -> None:
    """Take this revision back; what waits of orders is gone with it."""
    op.drop_index(op.f("ix_quote_link_order_id"), table_name="quote_link")
    op.drop_table("quote_link")
    op.execute("DELETE FROM proposal WHERE kind NOT IN ('close', 'setup')")
    _kinds(_BEFORE)


def _kinds(allowed: str) -> None:
    """Allow other kinds of proposals; SQLite copies the table for that, which is a small one."""
    waits = sa.text("status = 'waiting'")
    op.drop_index("uq_proposal_waiting", table_name="proposal")
    with op.batch_alter_table("proposal") as batch:
        batch.drop_constraint(op.f("ck_proposal_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_proposal_kind"), allowed)
        batch.alter_column(
            "kind",
            existing_type=sa.String(length=16),
            existing_nullable=False,
            comment="close, setup, quote, …",
        )
        batch.alter_column(
            "subject",
            existing_type=sa.String(length=200),
            existing_nullable=False,
            comment="period, order, part and key, …",
        )
    op.create_index(
        "uq_proposal_waiting",
        "proposal",
        ["kind", "subject"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )

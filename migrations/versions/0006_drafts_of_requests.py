"""Requests that are being written, kept from step to step until they are sent.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "order_draft",
        sa.Column(
            "hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what its address holds",
        ),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column(
            "person_id", number, nullable=True, comment="whose alone it is; null: a stranger's"
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of what was typed so far"),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_order_draft_person_id_person")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_order_draft")),
    )
    op.create_index(op.f("ix_order_draft_expires_at"), "order_draft", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index(op.f("ix_order_draft_expires_at"), table_name="order_draft")
    op.drop_table("order_draft")

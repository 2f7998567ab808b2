"""Colleagues who were invited by others, until they follow the link in their e-mail.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "colleague",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="SHA-256 of what the e-mail holds"
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column(
            "house",
            sa.String(length=64),
            nullable=False,
            comment="key of the nonprofit or organization",
        ),
        sa.Column("email", sa.String(length=254), nullable=False, comment="as it was typed"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as it was typed"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("role in ('organization', 'nonprofit')", name=op.f("ck_colleague_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague")),
        sa.UniqueConstraint("hash", name=op.f("uq_colleague_hash")),
    )
    op.create_index(op.f("ix_colleague_house"), "colleague", ["house"], unique=False)


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index(op.f("ix_colleague_house"), table_name="colleague")
    op.drop_table("colleague")

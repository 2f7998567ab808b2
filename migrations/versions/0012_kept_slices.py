"""Sums that imports keep for drafts.

What they are grouped by follows from the rules and plans in force, which no migration reads: the
command that migrates sums what there is afterwards, and until then drafts read the lines.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "batch_slicing",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "batch_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "grouping",
            sa.String(length=64),
            nullable=True,
            comment="fingerprint of what was asked; null: not kept",
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_slicing_batch_id")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_batch_slicing_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "batch_id", name=op.f("pk_batch_slicing")),
    )
    op.create_table(
        "batch_slice",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("retailer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "discount",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="class between the limits; -1: of any, since no rule asked",
        ),
        sa.Column("country", sa.Text(), nullable=False, comment="as far as asked, and so on"),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False),
        sa.Column(
            "reverses", sa.Integer(), autoincrement=False, nullable=False, comment="0: nothing"
        ),
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column(
            "list_value",
            sa.BigInteger(),
            nullable=False,
            comment="sum of copies times list price",
        ),
        sa.ForeignKeyConstraint(
            ["period_id", "batch_id"],
            ["batch_slicing.period_id", "batch_slicing.batch_id"],
            name=op.f("fk_batch_slice_period_id_batch_id"),
        ),
        sa.PrimaryKeyConstraint(
            "period_id",
            "edition_id",
            "retailer_id",
            "kind",
            "currency",
            "discount",
            "country",
            "region",
            "city",
            "order_ref",
            "reverses",
            "batch_id",
            name=op.f("pk_batch_slice"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take this revision back: everything in it can be added up again."""
    op.drop_table("batch_slice")
    op.drop_table("batch_slicing")

"""What is said once of a retailer's reports: what is no book, what is a bundle, answers.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "remembered",
        sa.Column("id", _ID, nullable=False),
        sa.Column("retailer_id", _ID, nullable=False),
        sa.Column("said", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as it was written"),
        sa.Column("key", sa.Text(), nullable=False, comment="as it is compared"),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON: shares by ISBN, or an answer"),
        sa.Column("said_at", sa.String(length=32), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "said in ('no-book', 'bundle', 'answer')", name=op.f("ck_remembered_said")
        ),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_remembered_retailer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered")),
    )
    op.create_index(
        "uq_remembered_key_standing",
        "remembered",
        ["retailer_id", "key"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "unbundled",
        sa.Column("batch_id", _ID, autoincrement=False, nullable=False),
        sa.Column("sheet", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False, comment="more than the row that waited"),
        sa.Column("units", sa.BigInteger(), nullable=False, comment="more than it had"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_unbundled_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "sheet", "row", "kind", name=op.f("pk_unbundled")),
    )
    op.add_column(
        "waiting",
        sa.Column(
            "set_aside",
            sa.BigInteger(),
            nullable=True,
            comment="the remembered by which it is no book; null: it waits",
        ),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("waiting", "set_aside")
    op.drop_table("unbundled")
    op.drop_index("uq_remembered_key_standing", "remembered")
    op.drop_table("remembered")

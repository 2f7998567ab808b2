"""Sums that imports keep for drafts, packed: a row for an edition instead of one for each sum.

What was kept is given up; the command that migrates sums again what there is, and until then drafts
read the lines.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = ("period_id", "batch_id", "edition_id")


def upgrade() -> None:
    """Bring the database to this revision."""
    _forget()
    op.create_table(
        "batch_slice",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in _KEY),
        sa.Column(
            "is_split",
            sa.SmallInteger(),
            nullable=False,
            comment="1: by discount, since a rule asked",
        ),
        sa.Column(
            "places", sa.Text(), nullable=False, comment="JSON list, as far as asked; empty: none"
        ),
        sa.Column(
            "sums",
            sa.LargeBinary(),
            nullable=False,
            comment="see store/sales/packed_slices.py",
        ),
        _of_import(),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_batch_slice")),
    )


def downgrade() -> None:
    """Take this revision back; sums are made again from the lines."""
    _forget()
    keys = ("edition_id", "retailer_id")
    op.create_table(
        "batch_slice",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in keys),
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
        _of_import(),
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


def _forget() -> None:
    op.drop_table("batch_slice")
    op.execute("DELETE FROM batch_slicing")


def _of_import() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["period_id", "batch_id"],
        ["batch_slicing.period_id", "batch_slicing.batch_id"],
        name=op.f("fk_batch_slice_period_id_batch_id"),
    )

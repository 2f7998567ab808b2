"""Filters of lists that are saved under a name, and indexes by which search finds amounts.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFERENCES = ("reference", "order_ref")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "saved_filter",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False, comment="who saved it"),
        sa.Column("list", sa.String(length=32), nullable=False, comment="which list it is of"),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "query",
            sa.Text(),
            nullable=False,
            comment="JSON of the address's filters and sorting",
        ),
        sa.Column(
            "shared", sa.SmallInteger(), nullable=False, comment="1: everybody at the desk has it"
        ),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "person_id", "list", "name", name=op.f("uq_saved_filter_person_id_list_name")
        ),
    )
    op.create_index("ix_posting_amount", "posting", ["amount"])
    for column in _REFERENCES:
        op.create_index(
            f"ix_sale_{column}",
            "sale",
            [column],
            sqlite_where=sa.text(f"{column} <> ''"),
            postgresql_where=sa.text(f"{column} <> ''"),
        )


def downgrade() -> None:
    """Take this revision back."""
    for column in _REFERENCES:
        op.drop_index(f"ix_sale_{column}", table_name="sale")
    op.drop_index("ix_posting_amount", table_name="posting")
    op.drop_table("saved_filter")

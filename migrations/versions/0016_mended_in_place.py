"""What was changed in a report before it was recorded, and what was decided about aliases.

A change is a cell typed over or a row left out; the file stays as it was received. What was
recorded before had no changes, which is what the default says. Rows whose edition an alias told are
known from now on.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    for table in ("batch", "upload"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'")
        if op.get_bind().dialect.name == "postgresql":
            told = "JSON list of what was changed in the file"
            op.execute(f"COMMENT ON COLUMN {table}.changes IS '{told}'")

    op.create_table(
        "alias_use",
        sa.Column("identifier", sa.String(100), nullable=False, comment="upper case"),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("sheet", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False, comment="JSON list of the rows' numbers"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_alias_use_batch_id"),
        sa.PrimaryKeyConstraint("identifier", "batch_id", "sheet", name="pk_alias_use"),
    )
    op.create_index("ix_alias_use_batch_id", "alias_use", ["batch_id"])
    op.create_table(
        "alias_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("identifier", sa.String(100), nullable=False),
        sa.Column("from_isbn", sa.String(13), comment="null: none"),
        sa.Column("to_isbn", sa.String(13), comment="null: none"),
        sa.Column(
            "rows", sa.BigInteger(), nullable=False, comment="recorded rows that were moved with it"
        ),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alias_change"),
    )
    op.create_index("ix_alias_change_identifier", "alias_change", ["identifier"])


def downgrade() -> None:
    """Take this revision back; what was changed and decided is not told any more."""
    op.drop_table("alias_change")
    op.drop_table("alias_use")
    for table in ("batch", "upload"):
        op.drop_column(table, "changes")

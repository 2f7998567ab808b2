"""What was changed in a report before it was recorded is kept with its upload and its import.

A change is a cell typed over or a row left out; the file stays as it was received. What was
recorded before had no changes, which is what the default says.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    for table in ("batch", "upload"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'")
        if op.get_bind().dialect.name == "postgresql":
            told = "JSON list of what was changed in the file"
            op.execute(f"COMMENT ON COLUMN {table}.changes IS '{told}'")


def downgrade() -> None:
    """Take this revision back; what was changed is not told any more."""
    for table in ("batch", "upload"):
        op.drop_column(table, "changes")

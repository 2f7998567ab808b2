"""The first rows of an upload, kept while somebody says what they mean.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.execute("ALTER TABLE upload ADD COLUMN first_rows TEXT")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "COMMENT ON COLUMN upload.first_rows IS "
            "'JSON of the file''s first rows, while it is being mapped'"
        )


def downgrade() -> None:
    """Take this revision back; the rows can be looked at again."""
    op.drop_column("upload", "first_rows")

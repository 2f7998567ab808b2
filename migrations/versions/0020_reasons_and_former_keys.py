"""Why an entry of the setup was changed, and the key that it had before.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COMMENTS = {
    "reason": "why; null: nobody said",
    "former_key": "the key that the entry had before, if it changed",
    "body": "the whole entry as canonical JSON; {}: it was removed",
}


def upgrade() -> None:
    """Bring the database to this revision."""
    op.execute("ALTER TABLE revision ADD COLUMN reason TEXT")
    op.execute("ALTER TABLE revision ADD COLUMN former_key VARCHAR(255)")
    if op.get_bind().dialect.name == "postgresql":
        for column, words in _COMMENTS.items():
            op.execute(f"COMMENT ON COLUMN revision.{column} IS '{words}'")


def downgrade() -> None:
    """Take this revision back; why something was done stands in the log as well."""
    op.drop_column("revision", "former_key")
    op.drop_column("revision", "reason")

"""What came of checking an upload, in a column of its own.

Until now it stood in the JSON of the summary alone, and Home looked for it in that text. What
was checked already is filled in from there.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OUTCOMES = "'recorded', 'refused', 'confirm', 'choose', 'nothing-new'"


def upgrade() -> None:
    """Bring the database to this revision."""
    op.execute(
        "ALTER TABLE upload ADD COLUMN outcome VARCHAR(16) "
        f"CONSTRAINT ck_upload_outcome CHECK (outcome in ({_OUTCOMES}))"
    )
    if op.get_bind().dialect.name == "sqlite":
        told = "json_extract(summary, '$.outcome')"
    else:
        told = "summary::json ->> 'outcome'"
        op.execute("COMMENT ON COLUMN upload.outcome IS 'of the newest check; null: not checked'")
    op.execute(f"UPDATE upload SET outcome = {told} WHERE summary IS NOT NULL")  # noqa: S608


def downgrade() -> None:
    """Take this revision back; the summary still says the outcome."""
    op.drop_column("upload", "outcome")

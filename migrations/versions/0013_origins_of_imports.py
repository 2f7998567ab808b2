"""Where the sales of an import come from.

Until now typed sales were known by the name of their file, so that a report of a similar name
counted as typed. The rows are told apart here once, by all that the desk wrote of a typed sheet.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.execute(
        "ALTER TABLE batch ADD COLUMN origin VARCHAR(6) DEFAULT 'report' NOT NULL "
        "CONSTRAINT ck_batch_origin CHECK (origin in ('report', 'typed', 'order'))"
    )
    op.execute("UPDATE batch SET origin = 'order' WHERE report IN ('shipment', 'credit-note')")
    op.execute(
        # A name may hold what LIKE takes for a pattern, so it is compared as it stands.
        "UPDATE batch SET origin = 'typed' WHERE report = 'standard' "
        "AND substr(file_name, 1, 9 + length(substr(recorded_by, 1, 120))) "
        "= 'typed by ' || substr(recorded_by, 1, 120) "
        "AND file_name LIKE '% ____-__-__ __:__.csv'"
    )
    op.execute(
        "UPDATE batch SET origin = (SELECT taken.origin FROM batch AS taken "
        "WHERE taken.id = batch.corrects) WHERE corrects IS NOT NULL"
    )


def downgrade() -> None:
    """Take this revision back; needs a release that ran with the previous one."""
    op.drop_column("batch", "origin")

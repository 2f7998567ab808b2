"""Sale lines of corrections know which closed run counted what they take back.

Those of periods that are still open are told; those of closed periods keep none, so that their
runs, computed again, give what they gave. A migration must work beside the previous release,
must not lock long, and never imports the desk's own code: tables are written out here as they
were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TELL = """
    UPDATE sale SET reverses = (
        SELECT counted.period_id
        FROM sale AS counted
        JOIN batch ON batch.corrects = counted.batch_id
        JOIN period ON period.id = counted.period_id AND period.status = 'closed'
        WHERE batch.id = sale.batch_id
          AND counted.edition_id = sale.edition_id
          AND counted.retailer_id = sale.retailer_id
          AND counted.kind = sale.kind
          AND counted.currency = sale.currency
          AND counted.sheet = sale.sheet
          AND counted."row" = sale."row"
    )
    WHERE batch_id IN (
        SELECT id FROM batch WHERE corrects IS NOT NULL AND status = 'recorded'
    )
    AND period_id IN (SELECT id FROM period WHERE status = 'open')
"""


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "sale",
        sa.Column(
            "reverses",
            sa.Integer(),
            nullable=True,
            comment="closed period whose run counted the line that this one takes back",
        ),
    )
    op.execute(_TELL)


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("sale", "reverses")

"""Tax that stays withheld of a payment that came back in a later year, and what was taxed before.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "payment",
        sa.Column(
            "taxed_before",
            sa.BigInteger(),
            comment="of the gross amount, what an earlier year's payment was taxed for; "
            "null: nothing",
        ),
    )
    op.add_column(
        "payment",
        sa.Column(
            "tax_kept",
            sa.BigInteger(),
            comment="tax that stays withheld: it came back in a later year; null: none stays",
        ),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("payment", "tax_kept")
    op.drop_column("payment", "taxed_before")

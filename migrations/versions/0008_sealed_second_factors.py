"""The key of a second factor becomes long enough to be kept encrypted.

``royalties init`` encrypts the keys after the migrations, since only it knows the environment's.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "person",
        sa.Column(
            "totp_key", sa.Text(), nullable=True, comment="sealed; null: no second factor yet"
        ),
    )
    op.execute("UPDATE person SET totp_key = totp_secret")
    op.drop_column("person", "totp_secret")


def downgrade() -> None:
    """Take this revision back; whose key is encrypted by then sets up another one."""
    op.add_column(
        "person",
        sa.Column(
            "totp_secret", sa.String(length=64), nullable=True, comment="null: no second factor yet"
        ),
    )
    op.execute("UPDATE person SET totp_secret = totp_key WHERE length(totp_key) <= 64")
    op.drop_column("person", "totp_key")

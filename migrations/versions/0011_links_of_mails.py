"""Messages keep where their link leads at the desk; its address is put before it when they leave.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; what waits already has its whole link in the text."""
    op.add_column(
        "mail",
        sa.Column(
            "link_words",
            sa.String(length=100),
            nullable=True,
            comment="what the link says; null: there is none",
        ),
    )
    op.add_column(
        "mail",
        sa.Column(
            "link",
            sa.Text(),
            nullable=True,
            comment="where it leads at the desk; emptied once sent if secret",
        ),
    )


def downgrade() -> None:
    """Take this revision back; messages that wait lose their links, so they are given up."""
    op.execute(
        "UPDATE mail SET text = '', html = '', next_at = NULL, "
        "error = 'its link was lost by a downgrade: send it again' "
        "WHERE link IS NOT NULL AND sent_at IS NULL"
    )
    op.drop_column("mail", "link")
    op.drop_column("mail", "link_words")

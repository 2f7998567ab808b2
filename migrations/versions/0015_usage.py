"""A sale line may be money for use and not for copies: kind 4.

Nothing is stored in another way; what the column may hold is told in the database, too. A release
from before refuses books of this revision, as it would not know what such a line counts for.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    _tell("1 sale, 2 return, 3 free, 4 usage")


def downgrade() -> None:
    """Take this revision back."""
    _tell("1 sale, 2 return, 3 free")


def _tell(kinds: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"COMMENT ON COLUMN sale.kind IS '{kinds}'")

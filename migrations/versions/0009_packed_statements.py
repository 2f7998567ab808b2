"""What statements say is kept compressed: less than a third of its size, text as before.

A migration must not lock long, and never imports the desk's own code. Rows are read and written a
hundred at a time, and come back to the byte, so that their fingerprints stay.
"""

import base64
import zlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PACKED = "zlib:"
_AT_A_TIME = 100
_REFUSAL = "an issued statement cannot be changed"
_statement = sa.table("statement", sa.column("number", sa.String), sa.column("content", sa.Text))


def upgrade() -> None:
    """Bring the database to this revision."""
    _rewrite(_pack)


def downgrade() -> None:
    """Take this revision back."""
    _rewrite(_unpack)


def _pack(text: str) -> str:
    if text.startswith(_PACKED):
        return text
    return _PACKED + base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def _unpack(text: str) -> str:
    if not text.startswith(_PACKED):
        return text
    return zlib.decompress(base64.b64decode(text.removeprefix(_PACKED))).decode()


def _rewrite(how: Callable[[str], str]) -> None:
    """Keep every content in another way; the guard against changes steps aside for that."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    drop = "DROP TRIGGER statement_no_update"
    op.execute(drop if is_sqlite else f"{drop} ON statement")
    last = ""
    change = (
        sa.update(_statement)
        .where(_statement.c.number == sa.bindparam("of"))
        .values(content=sa.bindparam("kept"))
    )
    while True:
        rows = connection.execute(
            sa.select(_statement)
            .where(_statement.c.number > last)
            .order_by(_statement.c.number)
            .limit(_AT_A_TIME)
        ).all()
        if not rows:
            break
        last = rows[-1].number
        connection.execute(change, [{"of": row.number, "kept": how(row.content)} for row in rows])
    if is_sqlite:
        op.execute(
            f"""CREATE TRIGGER statement_no_update BEFORE UPDATE ON "statement"
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"""
        )
    else:
        op.execute(
            f"""CREATE TRIGGER statement_no_update BEFORE UPDATE ON "statement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('{_REFUSAL}')"""
        )

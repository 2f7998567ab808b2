"""A question may be put to one colleague; search finds rows that wait by their references.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OPEN = sa.text(
    "kind = 'question' AND resolved_at IS NULL AND withdrawn_at IS NULL AND asked_id IS NOT NULL"
)


_REFERENCES = ("reference", "order_ref")


def upgrade() -> None:
    """Bring the database to this revision."""
    if op.get_bind().dialect.name == "sqlite":
        # Its ALTER TABLE takes the reference with the column, and no constraint of its own.
        op.execute("ALTER TABLE note ADD COLUMN asked_id INTEGER REFERENCES person (id)")
    else:
        op.add_column(
            "note",
            sa.Column("asked_id", sa.BigInteger(), comment="who is to answer; null: anybody"),
        )
        op.create_foreign_key(op.f("fk_note_asked_id"), "note", "person", ["asked_id"], ["id"])
    op.add_column(
        "note",
        sa.Column("asked", sa.String(length=200), nullable=True, comment="their name then"),
    )
    op.create_index(
        "ix_note_asked", "note", ["asked_id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    for column in _REFERENCES:
        is_given = sa.text(f"{column} <> ''")
        op.create_index(
            f"ix_waiting_{column}",
            "waiting",
            [column],
            sqlite_where=is_given,
            postgresql_where=is_given,
        )


def downgrade() -> None:
    """Take this revision back; questions that were put to one colleague are for anybody."""
    for column in _REFERENCES:
        op.drop_index(f"ix_waiting_{column}", table_name="waiting")
    op.drop_index("ix_note_asked", table_name="note")
    op.drop_column("note", "asked")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("fk_note_asked_id"), "note", type_="foreignkey")
    op.drop_column("note", "asked_id")

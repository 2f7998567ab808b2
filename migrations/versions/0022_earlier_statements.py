"""Old statements of beneficiaries, from before the books, and what was done with each.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "beneficiary",
            sa.String(length=64),
            nullable=True,
            comment="null: nobody has said yet whose it is",
        ),
        sa.Column(
            "starts_on",
            sa.String(length=10),
            nullable=True,
            comment="the first day that it is about; null: nobody has said yet",
        ),
        sa.Column("ends_on", sa.String(length=10), nullable=True, comment="the last one"),
        sa.Column("note", sa.Text(), nullable=False, comment="of the staff; nobody else reads it"),
        sa.Column(
            "visible",
            sa.SmallInteger(),
            nullable=False,
            comment="1: the beneficiary's people see it",
        ),
        sa.Column("name", sa.String(length=255), nullable=False, comment="the file's name as sent"),
        sa.Column(
            "type", sa.String(length=100), nullable=False, comment="media type, by its bytes"
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column(
            "removed_at",
            sa.String(length=32),
            nullable=True,
            comment="since then it is only history",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_at", "document", ["at"])
    op.create_index(
        "uq_document_kept",
        "document",
        ["beneficiary", "sha256"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "document_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "document_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "action",
            sa.String(length=16),
            nullable=False,
            comment="kept, filed, amended, shown, …",
        ),
        sa.Column(
            "details",
            sa.Text(),
            nullable=False,
            comment="JSON of what changed, before and after",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_event_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_event")),
    )
    op.create_index(op.f("ix_document_event_document_id"), "document_event", ["document_id"])
    _run_sql(f"0022_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back; the files stay in the home folder, in ``documents``."""
    op.drop_index(op.f("ix_document_event_document_id"), table_name="document_event")
    op.drop_table("document_event")
    op.drop_index("uq_document_kept", table_name="document")
    op.drop_index("ix_document_at", table_name="document")
    op.drop_table("document")


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

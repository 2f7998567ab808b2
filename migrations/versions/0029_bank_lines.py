"""What banks have told: files that were imported, and each booking with what became of it.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OUTCOMES = "'settled', 'returned', 'noted', 'known', 'waits', 'doubtful', 'nothing'"


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "bank_import",
        sa.Column("id", _ID, nullable=False),
        sa.Column(
            "name", sa.String(200), nullable=False, comment="of the file; typed bookings: empty"
        ),
        sa.Column("format", sa.String(16), nullable=False, comment="such as camt.053"),
        sa.Column(
            "fingerprint",
            sa.String(64),
            nullable=False,
            comment="SHA-256 of the file, which is not kept",
        ),
        sa.Column(
            "columns", sa.Text(), nullable=False, comment="how a table was read, JSON; else empty"
        ),
        sa.Column("imported_at", sa.String(32), nullable=False),
        sa.Column("imported_by", sa.String(200), nullable=False),
        sa.Column("imported_by_id", _ID, nullable=True, comment="null: at the command line"),
        _to("bank_import", "imported_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_import")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bank_import_fingerprint")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", _ID, nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False, comment="line of the file"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column(
            "key",
            sa.String(64),
            nullable=False,
            comment="SHA-256 of what the bank says, and how often it had said so in the file",
        ),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column(
            "amount",
            sa.BigInteger(),
            nullable=False,
            comment="more than 0 came in, less went out",
        ),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reference", sa.String(400), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column(
            "code",
            sa.String(8),
            nullable=False,
            comment="why it came back, or what is to change",
        ),
        sa.Column("bank_id", sa.String(400), nullable=False, comment="the bank's own"),
        sa.Column(
            "account",
            sa.String(8),
            nullable=False,
            comment="last characters of the house's account",
        ),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column(
            "words", sa.String(1000), nullable=False, comment="why, or what is to be looked at"
        ),
        sa.CheckConstraint(f"outcome in ({_OUTCOMES})", name=op.f("ck_bank_line_outcome")),
        _to("bank_line", "import_id", "bank_import.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_line_key")),
    )
    op.create_index(op.f("ix_bank_line_import_id"), "bank_line", ["import_id"])
    op.create_index("ix_bank_line_outcome", "bank_line", ["outcome", "currency", "amount"])
    op.create_table(
        "bank_line_payment",
        sa.Column("line_id", _ID, nullable=False),
        sa.Column("payment_id", _ID, nullable=False),
        _to("bank_line_payment", "line_id", "bank_line.id"),
        _to("bank_line_payment", "payment_id", "payment.id"),
        sa.PrimaryKeyConstraint("line_id", "payment_id", name=op.f("pk_bank_line_payment")),
    )
    op.create_index(op.f("ix_bank_line_payment_payment_id"), "bank_line_payment", ["payment_id"])
    _run_sql(f"0029_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back: what banks told is forgotten, what was recorded of it stays."""
    for table in ("bank_line_payment", "bank_line", "bank_import"):
        op.drop_table(table)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

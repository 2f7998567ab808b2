"""Bank details of beneficiaries, encrypted, and their history; files that name them, encrypted.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    proposed, confirmed = sa.text("state = 'proposed'"), sa.text("state = 'confirmed'")
    op.create_table(
        "bank_account",
        sa.Column("id", _ID, nullable=False),
        sa.Column("beneficiary", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "holder", sa.String(length=140), nullable=False, comment="in whose name the account is"
        ),
        sa.Column(
            "sealed", sa.Text(), nullable=False, comment="the account, encrypted for its payee"
        ),
        sa.Column(
            "masked",
            sa.String(length=60),
            nullable=False,
            comment="its last digits, as pages show it",
        ),
        sa.Column(
            "fingerprint",
            sa.String(length=32),
            nullable=False,
            comment="the same for the same account",
        ),
        sa.Column(
            "source",
            sa.String(length=1000),
            nullable=False,
            comment="from which paper the staff has it",
        ),
        sa.Column(
            "is_from_payee",
            sa.SmallInteger(),
            nullable=False,
            comment="1: the payee's own people entered it",
        ),
        sa.Column("entered_at", sa.String(length=32), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", _ID, nullable=True, comment="null: at the command line"),
        sa.Column(
            "decided_at", sa.String(length=32), nullable=True, comment="confirmed or declined"
        ),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column(
            "verified", sa.String(length=1000), nullable=False, comment="how it was made sure of"
        ),
        sa.Column(
            "usable_from",
            sa.String(length=32),
            nullable=True,
            comment="null until it is confirmed",
        ),
        sa.Column(
            "reason",
            sa.String(length=1000),
            nullable=False,
            comment="why it was declined or ended",
        ),
        sa.CheckConstraint(
            "state in ('proposed', 'confirmed', 'declined', 'withdrawn', 'replaced', 'ended')",
            name=op.f("ck_bank_account_state"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_bank_account_entered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(op.f("ix_bank_account_beneficiary"), "bank_account", ["beneficiary"])
    op.create_index("ix_bank_account_fingerprint", "bank_account", ["fingerprint"])
    op.create_index(
        "uq_bank_account_proposed",
        "bank_account",
        ["beneficiary"],
        unique=True,
        sqlite_where=proposed,
        postgresql_where=proposed,
    )
    op.create_index(
        "uq_bank_account_confirmed",
        "bank_account",
        ["beneficiary"],
        unique=True,
        sqlite_where=confirmed,
        postgresql_where=confirmed,
    )
    op.create_table(
        "bank_account_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bank_account.id"], name=op.f("fk_bank_account_event_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account_event")),
    )
    op.create_index(op.f("ix_bank_account_event_account_id"), "bank_account_event", ["account_id"])
    _comment_on_content("as it is downloaded each time; encrypted where it names accounts")
    _run_sql(f"0028_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back, with all bank details; files that name accounts stay encrypted."""
    _run_sql(f"0028_guards_{op.get_bind().dialect.name}_down.sql")
    _comment_on_content("as it is downloaded each time")
    op.drop_table("bank_account_event")
    op.drop_table("bank_account")


def _comment_on_content(words: str) -> None:
    """SQLite has no comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("payment_file", "content", existing_type=sa.Text(), comment=words)


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

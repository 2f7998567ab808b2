"""Tax that stays withheld of payments that came back in a later year; deposits of tax.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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

    op.create_table(
        "tax_deposit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("form", sa.String(4), nullable=False),
        sa.Column("day", sa.String(10), nullable=False, comment="on which it was deposited"),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False, comment="such as the EFTPS number"),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("token", sa.String(64), nullable=False, comment="sent with the form: once"),
        sa.Column("recorded_at", sa.String(32), nullable=False),
        sa.Column("recorded_by", sa.String(200), nullable=False),
        sa.Column("recorded_by_id", _ID, comment="null: at the command line"),
        sa.Column("undone_on", sa.String(10), comment="taken back; null: in force"),
        sa.Column("undone_by", sa.String(200)),
        sa.Column("reason", sa.String(500), nullable=False, comment="why it was taken back"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_tax_deposit_amount")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_tax_deposit_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_deposit")),
        sa.UniqueConstraint("token", name=op.f("uq_tax_deposit_token")),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("tax_deposit")
    op.drop_column("payment", "tax_kept")
    op.drop_column("payment", "taxed_before")

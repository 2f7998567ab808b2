"""What contracts bring into the books, and the totals of old statements beside a draft.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "brought_in",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column(
            "reserves",
            sa.BigInteger(),
            nullable=False,
            comment="held against returns before the books",
        ),
        sa.Column("undistributed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="held, caps and sold, JSON"),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_brought_in_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint("period_id", "contract", name=op.f("pk_brought_in")),
    )
    op.create_table(
        "parallel_run",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column(
            "file", sa.String(length=100), nullable=False, comment="what the totals were sent as"
        ),
        sa.Column("totals", sa.Text(), nullable=False, comment="the old statement's, JSON"),
        sa.Column("reasons", sa.Text(), nullable=False, comment="of differences, JSON"),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("begun_at", sa.String(length=32), nullable=False),
        sa.Column("begun_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column(
            "note",
            sa.Text(),
            nullable=False,
            comment="what was said when it was signed off or left",
        ),
        sa.CheckConstraint(
            "status in ('open', 'signed', 'abandoned')", name=op.f("ck_parallel_run_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parallel_run")),
    )
    op.create_index(
        "uq_parallel_run_open",
        "parallel_run",
        ["period"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    _run_sql(f"0019_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("uq_parallel_run_open", table_name="parallel_run")
    op.drop_table("parallel_run")
    op.drop_table("brought_in")


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

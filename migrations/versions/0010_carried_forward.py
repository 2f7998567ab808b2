"""What each close carries forward for the next run, sums of closed periods, and indexes for them.

Sums of periods that are closed already are filled in here. What they left for the next run is
kept by the next close: it is made of exact fractions, which databases do not add up.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("carried", "account_carried", "period_total")

_TOTALS = """
    INSERT INTO period_total (period_id, currency, earned, payable, paid, statements)
    SELECT period_id, currency, sum(earned), sum(payable), sum(paid), sum(statements)
    FROM (
        SELECT period_id, currency, earned, payable, 0 AS paid, 0 AS statements
        FROM contract_close
        UNION ALL
        SELECT period_id, currency, 0, 0, paid, 0 FROM settlement
        UNION ALL
        SELECT period_id, currency, 0, 0, 0, 1 FROM statement
    ) AS parts
    GROUP BY period_id, currency
"""


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "carried",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="of contracts and beneficiaries, JSON"
        ),
        sa.Column(
            "entries", sa.Integer(), nullable=False, comment="the ledger's last entry until then"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_carried_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_carried")),
    )
    op.create_table(
        "account_carried",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "amount",
            sa.BigInteger(),
            nullable=False,
            comment="of all entries until then; debit positive",
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_account_carried_period_id")
        ),
        sa.PrimaryKeyConstraint(
            "period_id", "account", "currency", name=op.f("pk_account_carried")
        ),
    )
    op.create_table(
        "period_total",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_period_total_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "currency", name=op.f("pk_period_total")),
    )
    op.execute(_TOTALS)
    op.drop_index("ix_entry_period_id", table_name="entry")
    op.create_index("ix_entry_period_id", "entry", ["period_id", "dated"])
    op.create_index("ix_entry_event", "entry", ["event", "id"])
    op.create_index("ix_entry_subject", "entry", ["subject", "id"])
    op.drop_index("ix_posting_account", table_name="posting")
    op.create_index("ix_posting_account", "posting", ["account", "currency", "entry_id", "line"])
    op.create_index("ix_sale_total_period_id", "sale_total", ["period_id"])
    op.create_index("ix_coverage_last_day", "coverage", ["last_day"])
    _run_sql(f"0010_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back: everything in it can be added up again."""
    op.drop_index("ix_coverage_last_day", table_name="coverage")
    op.drop_index("ix_sale_total_period_id", table_name="sale_total")
    op.drop_index("ix_posting_account", table_name="posting")
    op.create_index("ix_posting_account", "posting", ["account"])
    op.drop_index("ix_entry_subject", table_name="entry")
    op.drop_index("ix_entry_event", table_name="entry")
    op.drop_index("ix_entry_period_id", table_name="entry")
    op.create_index("ix_entry_period_id", "entry", ["period_id"])
    for table in _TABLES:
        op.drop_table(table)


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))

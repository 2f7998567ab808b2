"""Amounts to pay, kept for each payee, and tax that is expected instead of taken by a close.

Closed books follow: what was called *paid* is to pay, on an account of its own for each
beneficiary, and what their closes withheld stays withheld. Documents, statements' contents and
files keep every byte; the figures that they say are the same under other names.

The previous release does not know these columns and must be stopped first. A migration never
imports the desk's own code: tables are written out here as they were.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_GUARDED = ("settlement", "posting", "account_carried", "carried", "closed_run")
_ALL = "liability:payments"
_EACH = "liability:to-pay:"

_SUMS = """
    INSERT INTO account_carried (period_id, account, currency, amount)
    SELECT carried.period_id, posting.account, posting.currency, sum(posting.amount)
    FROM carried
    JOIN entry ON entry.period_id <= carried.period_id
    JOIN posting ON posting.entry_id = entry.id
    WHERE {which}
    GROUP BY carried.period_id, posting.account, posting.currency
"""


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "closed_run",
        sa.Column(
            "taxed_at_close",
            sa.SmallInteger(),
            nullable=False,
            server_default="1",
            comment="1: it withheld tax from what was allocated, as closes once did",
        ),
    )
    op.add_column(
        "settlement",
        sa.Column(
            "net",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="to pay less the expected tax",
        ),
    )
    op.add_column(
        "settlement",
        sa.Column(
            "tax_withheld",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="tax taken by the close itself, as once; negative: given back",
        ),
    )
    op.execute("ALTER TABLE settlement RENAME COLUMN paid TO to_pay")
    op.execute("ALTER TABLE period_total RENAME COLUMN paid TO to_pay")
    _comment("tax", "expected when it is sent", "reason", "why nothing is to pay; empty if it is")
    with _guards_aside():
        op.execute("UPDATE settlement SET net = to_pay, tax_withheld = tax, tax = 0")
        _know_again()
        op.execute(
            f"UPDATE posting SET account = '{_EACH}' || "  # noqa: S608 - our own names
            f"(SELECT subject FROM entry WHERE entry.id = posting.entry_id) "
            f"WHERE account = '{_ALL}'"
        )
        op.execute(f"DELETE FROM account_carried WHERE account = '{_ALL}'")  # noqa: S608
        op.execute(_SUMS.format(which=f"posting.account LIKE '{_EACH}%'"))
        _carry_withheld()


def downgrade() -> None:
    """Take this revision back: tax that closes have left to be withheld later stays unknown."""
    with _guards_aside():
        op.execute("UPDATE settlement SET tax = tax_withheld")
        op.execute(f"DELETE FROM account_carried WHERE account LIKE '{_EACH}%'")  # noqa: S608
        op.execute(
            f"UPDATE posting SET account = '{_ALL}' WHERE account LIKE '{_EACH}%'"  # noqa: S608
        )
        op.execute(_SUMS.format(which=f"posting.account = '{_ALL}'"))
    _comment("tax", None, "reason", "why nothing was paid; empty if it was")
    op.execute("ALTER TABLE period_total RENAME COLUMN to_pay TO paid")
    op.execute("ALTER TABLE settlement RENAME COLUMN to_pay TO paid")
    op.drop_column("settlement", "tax_withheld")
    op.drop_column("settlement", "net")
    op.drop_column("closed_run", "taxed_at_close")


def _know_again() -> None:
    """Closes that said what is to pay, should this revision have been taken back meanwhile."""
    connection = op.get_bind()
    closed = sa.table("closed_run", sa.column("period_id"), sa.column("document"))
    said = sa.select(closed).where(closed.c.document.like('%"to_pay":%'))
    for period_id, document in connection.execute(said).all():
        op.execute(
            sa.text(
                "UPDATE closed_run SET taxed_at_close = 0 WHERE period_id = :number"
            ).bindparams(number=period_id)
        )
        for settled in json.loads(document)["beneficiaries"]:
            op.execute(
                sa.text(
                    "UPDATE settlement SET tax = :tax, net = :net WHERE period_id = :number "
                    "AND beneficiary = :key AND currency = :currency"
                ).bindparams(
                    number=period_id,
                    key=settled["key"],
                    currency=settled["currency"],
                    **{name: int(settled[name].replace(".", "")) for name in ("tax", "net")},
                )
            )


def _carry_withheld() -> None:
    """What each close leaves says which tax was taken from what is still carried forward.

    The next close gives it back. Where something was to pay, it was the tax of that.
    """
    connection = op.get_bind()
    carried = sa.table("carried", sa.column("period_id", sa.Integer), sa.column("state", sa.Text))
    states = {row.period_id: row.state for row in connection.execute(sa.select(carried))}
    taken: dict[tuple[str, str], int] = {}
    rows = connection.execute(
        sa.text(
            "SELECT period_id, beneficiary, currency, tax_withheld, to_pay FROM settlement "
            "ORDER BY period_id"
        )
    ).all()
    for period_id, of_it in groupby(rows, key=lambda row: row[0]):
        for _, beneficiary, currency, tax, to_pay in of_it:
            key = (beneficiary, currency)
            taken[key] = 0 if to_pay else taken.get(key, 0) + tax
        left = [[*key, amount] for key, amount in sorted(taken.items()) if amount]
        state = states.get(period_id)
        if state is None or not (left or '"withheld":[[' in state):
            continue
        kept = {name: part for name, part in json.loads(state).items() if name != "withheld"}
        if left:
            kept["withheld"] = left
        text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        connection.execute(
            sa.update(carried).where(carried.c.period_id == period_id).values(state=text)
        )


def _comment(*pairs: str | None) -> None:
    """Say what columns of settlements mean, where databases keep that."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for column, words in zip(pairs[::2], pairs[1::2], strict=True):
        said = "NULL" if words is None else f"'{words}'"
        op.execute(f"COMMENT ON COLUMN settlement.{column} IS {said}")


@contextmanager
def _guards_aside() -> Iterator[None]:
    """The guards against changes of closed books step aside, and come back as they were."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    guards = connection.execute(
        sa.text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
            "('settlement', 'posting', 'account_carried', 'carried', 'closed_run')"
        )
    ).all()
    for name, _ in guards:
        op.execute(f"DROP TRIGGER {name}")
    yield
    for _, guard in guards:
        op.execute(sa.text(guard.replace(":", "\\:")))

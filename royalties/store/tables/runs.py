"""Closed runs, frozen: what was earned, withheld, allocated and settled, and from what."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
)

from royalties.store.tables.metadata import (
    Currency,
    Key,
    Minor,
    metadata,
)
from royalties.store.tables.types import Canonical, Day, Exact, Flag, Moment

closed_run = Table(
    "closed_run",
    metadata,
    Column("period_id", ForeignKey("period.id"), primary_key=True),
    Column("closed_at", Moment, nullable=False),
    Column("closed_by", String(200), nullable=False),
    Column("document", Text, nullable=False, comment="the run document, canonical JSON"),
    Column("fingerprint", String(64), nullable=False, comment="SHA-256 of the document"),
    Column("revision", Integer, nullable=False, comment="newest revision that was in force"),
    Column(
        "taxed_at_close",
        Flag,
        nullable=False,
        server_default="1",
        comment="1: it withheld tax from what was allocated, as closes once did",
    ),
)

contract_close = Table(
    "contract_close",
    metadata,
    Column("period_id", ForeignKey("closed_run.period_id"), primary_key=True),
    Column("contract", Key, primary_key=True),
    Column("currency", Currency, nullable=False),
    Column("contract_revision", ForeignKey("revision.id"), nullable=False),
    Column("plan_revision", ForeignKey("revision.id"), nullable=False),
    Column("plan_version", Day, nullable=False, comment="first day of the version used"),
    Column("earned", Minor, nullable=False),
    Column("brought_forward", Minor, nullable=False),
    Column("withheld", Minor, nullable=False),
    Column("released", Minor, nullable=False),
    Column("available", Minor, nullable=False),
    Column("recouped", Minor, nullable=False),
    Column("payable", Minor, nullable=False),
    Column("carried_forward", Minor, nullable=False),
    Column("undistributed_before", Minor, nullable=False),
    Column("undistributed", Minor, nullable=False),
)


def _of_contract() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["period_id", "contract"], ["contract_close.period_id", "contract_close.contract"]
    )


earned_line = Table(
    "earned_line",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("line", Integer, primary_key=True, comment="as numbered on statements"),
    Column("rule_place", Integer, nullable=False, comment="the rule's place in the contract"),
    Column("rule", String(300), nullable=False),
    Column("isbn", String(13), comment="null for income"),
    Column("retailer", Key, comment="null for income"),
    Column("kind", String(8), nullable=False),
    Column("currency", Currency, nullable=False),
    Column("tier", Integer, comment="null for income"),
    Column("units", BigInteger, nullable=False),
    Column("portion", Exact, nullable=False),
    Column("base", Exact, nullable=False, comment="the group's base, exact, in millionths"),
    Column("exchange_rate", Exact, nullable=False),
    Column("rate", Exact, nullable=False),
    Column("earned", Minor, nullable=False),
    _of_contract(),
)

counter_close = Table(
    "counter_close",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("counter", String(300), primary_key=True),
    Column("counted", Exact, nullable=False, comment="what this period added, exact"),
    _of_contract(),
)

cap_close = Table(
    "cap_close",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("plan", Key, primary_key=True),
    Column("version", String(10), primary_key=True, comment="empty for a cap with a name"),
    Column("path", String(200), primary_key=True, comment="empty for a cap with a name"),
    Column("name", String(300), primary_key=True),
    Column("amount", Minor, nullable=False, comment="what the cap took this period"),
    _of_contract(),
)

reserve_release = Table(
    "reserve_release",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("withheld_in", Integer, primary_key=True, comment="period it was withheld in"),
    Column("amount", Minor, nullable=False),
    _of_contract(),
)

# What a contract brought into the books with its first run, as later runs need it.
brought_in = Table(
    "brought_in",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("reserves", Minor, nullable=False, comment="held against returns before the books"),
    Column("undistributed", Minor, nullable=False),
    Column("state", Canonical, nullable=False, comment="held, caps and sold, JSON"),
    _of_contract(),
)

allocation = Table(
    "allocation",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("contract", Key, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("beneficiary", Key, primary_key=True),
    Column("amount", Minor, nullable=False),
    _of_contract(),
)

settlement = Table(
    "settlement",
    metadata,
    Column("period_id", ForeignKey("closed_run.period_id"), primary_key=True),
    Column("beneficiary", Key, primary_key=True),
    Column("currency", Currency, primary_key=True),
    Column("brought_forward", Minor, nullable=False),
    Column("allocated", Minor, nullable=False),
    Column("tax_rate", Exact, nullable=False),
    Column("tax", Minor, nullable=False, comment="expected when it is sent"),
    Column("due", Minor, nullable=False),
    Column("to_pay", Minor, nullable=False),
    Column("carried_forward", Minor, nullable=False),
    Column("reason", String(40), nullable=False, comment="why nothing is to pay; empty if it is"),
    Column(
        "net",
        Minor,
        nullable=False,
        server_default="0",
        comment="to pay less the expected tax",
    ),
    Column(
        "tax_withheld",
        Minor,
        nullable=False,
        server_default="0",
        comment="tax taken by the close itself, as once; negative: given back",
    ),
)

# What the next run needs, so that it reads one row and not all that was ever closed.
carried = Table(
    "carried",
    metadata,
    Column("period_id", ForeignKey("closed_run.period_id"), primary_key=True),
    Column("state", Canonical, nullable=False, comment="of contracts and beneficiaries, JSON"),
    Column("entries", Integer, nullable=False, comment="the ledger's last entry until then"),
)

account_carried = Table(
    "account_carried",
    metadata,
    Column("period_id", ForeignKey("closed_run.period_id"), primary_key=True),
    Column("account", String(200), primary_key=True),
    Column("currency", Currency, primary_key=True),
    Column("amount", Minor, nullable=False, comment="of all entries until then; debit positive"),
)

period_total = Table(
    "period_total",
    metadata,
    Column("period_id", ForeignKey("closed_run.period_id"), primary_key=True),
    Column("currency", Currency, primary_key=True),
    Column("earned", Minor, nullable=False),
    Column("payable", Minor, nullable=False),
    Column("to_pay", Minor, nullable=False),
    Column("statements", Integer, nullable=False),
)

"""Bank details of payees, encrypted, and what was done with them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, text

from royalties.domain.payments.account_life import AccountAction, AccountState
from royalties.store.tables.metadata import Id, Key, metadata
from royalties.store.tables.types import Flag, Moment, Word

_PROPOSED = text("state = 'proposed'")
_CONFIRMED = text("state = 'confirmed'")

bank_account = Table(
    "bank_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("beneficiary", Key, nullable=False, index=True),
    Column("state", Word(AccountState, 16), nullable=False),
    Column("holder", String(140), nullable=False, comment="in whose name the account is"),
    Column("sealed", Text, nullable=False, comment="the account, encrypted for its payee"),
    Column("masked", String(60), nullable=False, comment="its last digits, as pages show it"),
    Column("fingerprint", String(32), nullable=False, comment="the same for the same account"),
    Column("source", String(1000), nullable=False, comment="from which paper the staff has it"),
    Column("is_from_payee", Flag, nullable=False, comment="1: the payee's own people entered it"),
    Column("entered_at", Moment, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("entered_by_id", ForeignKey("person.id"), comment="null: at the command line"),
    Column("decided_at", Moment, comment="confirmed or declined"),
    Column("decided_by", String(200)),
    Column("verified", String(1000), nullable=False, comment="how it was made sure of"),
    Column("usable_from", Moment, comment="null until it is confirmed"),
    Column("reason", String(1000), nullable=False, comment="why it was declined or ended"),
    CheckConstraint(
        "state in ('proposed', 'confirmed', 'declined', 'withdrawn', 'replaced', 'ended')",
        name="state",
    ),
    Index("ix_bank_account_fingerprint", "fingerprint"),
    Index(
        "uq_bank_account_proposed",
        "beneficiary",
        unique=True,
        sqlite_where=_PROPOSED,
        postgresql_where=_PROPOSED,
    ),
    Index(
        "uq_bank_account_confirmed",
        "beneficiary",
        unique=True,
        sqlite_where=_CONFIRMED,
        postgresql_where=_CONFIRMED,
    ),
)

bank_account_event = Table(
    "bank_account_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("bank_account.id"), nullable=False, index=True),
    Column("action", Word(AccountAction, 16), nullable=False),
    Column("reason", String(1000), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

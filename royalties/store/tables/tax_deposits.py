"""Tax that was deposited: recorded, and taken back where it was a mistake."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table

from royalties.domain.payments.tax_deposits import DepositForm
from royalties.store.tables.metadata import Currency, Id, Minor, metadata
from royalties.store.tables.types import Day, Moment, Word

tax_deposit = Table(
    "tax_deposit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("form", Word(DepositForm, 4), nullable=False),
    Column("day", Day, nullable=False, comment="on which it was deposited"),
    Column("currency", Currency, nullable=False),
    Column("amount", Minor, nullable=False),
    Column("reference", String(60), nullable=False, comment="such as the EFTPS number"),
    Column("note", String(500), nullable=False),
    Column("token", String(64), nullable=False, unique=True, comment="sent with the form: once"),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    Column("recorded_by_id", ForeignKey("person.id"), comment="null: at the command line"),
    Column("undone_on", Day, comment="taken back; null: in force"),
    Column("undone_by", String(200)),
    Column("reason", String(500), nullable=False, comment="why it was taken back"),
    CheckConstraint("amount > 0", name="amount"),
)

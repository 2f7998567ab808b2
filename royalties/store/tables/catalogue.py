"""Titles, editions and retailers as sales refer to them; their terms are in ``revision``."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table

from royalties.store.tables.metadata import Currency, Id, Key, Micro, metadata
from royalties.store.tables.types import Day

title = Table(
    "title",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Key, nullable=False, unique=True),
)

edition = Table(
    "edition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("isbn", String(13), nullable=False, unique=True, comment="ISBN-13, digits only"),
    Column("title_id", ForeignKey("title.id"), nullable=False, index=True),
    CheckConstraint("length(isbn) = 13", name="isbn_13"),
)

price = Table(
    "price",
    metadata,
    Column("edition_id", ForeignKey("edition.id"), primary_key=True),
    Column("currency", Currency, primary_key=True),
    Column("starts", Day, primary_key=True, comment="first day the price holds"),
    Column("micro", Micro, nullable=False, comment="list price in millionths"),
)

identifier = Table(
    "identifier",
    metadata,
    Column("value", String(100), primary_key=True, comment="upper case: ASIN, BN ID, alias"),
    Column("edition_id", ForeignKey("edition.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False, comment="asin, bn, alias, …"),
)

retailer = Table(
    "retailer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Key, nullable=False, unique=True),
)

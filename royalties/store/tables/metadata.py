"""What all tables share: names of constraints, and the column types of the house."""

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, String, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A generated number; SQLite only generates for its own INTEGER."""

Minor = BigInteger
"""Minor units of a currency."""

Micro = BigInteger
"""Millionths of a currency's unit, or of one."""

Currency = String(3)
Key = String(64)
Day = String(10)
Moment = String(32)
Exact = Text
"""An exact number as text, such as 0.125 or 5/7."""

Bytes = LargeBinary

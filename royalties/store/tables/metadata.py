"""What all tables share: names of constraints, and our column types."""

import base64
import zlib
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
)

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
"""A generated number; SQLite generates numbers only for its own INTEGER."""

Minor = BigInteger
"""Minor units of a currency."""

Micro = BigInteger
"""Millionths of a currency's unit, or of one."""

Currency = String(3)
Key = String(64)
DayText = String(10)
MomentText = String(32)
"""Days and moments stored as text: those of sales, and where they are hashed (decision 25)."""

Bytes = LargeBinary


class Packed(TypeDecorator[str]):
    """A long JSON text, stored compressed and restored byte for byte.

    The column stays text, so that neither engine rebuilds a table of years for it; rows written
    before compression, which begin with a brace, are read as they are.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as it is stored."""
        return None if value is None else packed(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        """The original text."""
        return None if value is None else unpacked(value)


_PACKED = "zlib:"


def packed(text: str) -> str:
    """A text as stored in columns of the type ``Packed``."""
    return _PACKED + base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def unpacked(stored: str) -> str:
    """The original text of such a column's stored one.

    A stored text that was tampered with and cannot be unpacked is returned as it is: its
    fingerprint then differs, and readers find no JSON.
    """
    if not stored.startswith(_PACKED):
        return stored
    try:
        return zlib.decompress(
            base64.b64decode(stored.removeprefix(_PACKED), validate=True)
        ).decode()
    except (ValueError, zlib.error):
        return stored

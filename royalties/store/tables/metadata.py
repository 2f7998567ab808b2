"""What all tables share: names of constraints, and the column types of the house."""

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
"""A generated number; SQLite only generates for its own INTEGER."""

Minor = BigInteger
"""Minor units of a currency."""

Micro = BigInteger
"""Millionths of a currency's unit, or of one."""

Currency = String(3)
Key = String(64)
DayText = String(10)
MomentText = String(32)
"""Days and moments that stay text: of sales, and where they are hashed (decision 25)."""

Bytes = LargeBinary


class Packed(TypeDecorator[str]):
    """A long JSON text, kept compressed; it comes back to the byte.

    It stays text, so that neither engine rebuilds a table of years for it, and rows written
    before it was compressed, which begin with a brace, are read as they are.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as it is kept."""
        return None if value is None else packed(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        """The text as it was given."""
        return None if value is None else unpacked(value)


_PACKED = "zlib:"


def packed(text: str) -> str:
    """A text as columns of the type ``Packed`` keep it."""
    return _PACKED + base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def unpacked(kept: str) -> str:
    """What such a column keeps, as it was given.

    What was tampered with so that it cannot be unpacked comes as it is kept: its fingerprint is
    another then, and whoever reads it finds no JSON.
    """
    if not kept.startswith(_PACKED):
        return kept
    try:
        return zlib.decompress(base64.b64decode(kept.removeprefix(_PACKED), validate=True)).decode()
    except (ValueError, zlib.error):
        return kept

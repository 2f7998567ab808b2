"""History: the setup's revisions, and the log of who did what."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from royalties.store.tables.metadata import Bytes, Id, MomentText, metadata
from royalties.store.tables.types import Canonical, Moment

revision = Table(
    "revision",
    metadata,
    Column("id", Id, primary_key=True, comment="the newest of a kind and key is in force"),
    Column("kind", String(32), nullable=False, comment="part of the setup file: contracts, …"),
    Column("key", Text, nullable=False, comment="the entry's key within its part"),
    Column(
        "body",
        Canonical,
        nullable=False,
        comment="the whole entry as canonical JSON; {}: it was removed",
    ),
    Column("recorded_at", Moment, nullable=False, comment="UTC"),
    Column("recorded_by", String(200), nullable=False),
    Column("reason", Text, comment="why; null: nobody said"),
    Column("former_key", String(255), comment="the key that the entry had before, if it changed"),
    Index("ix_revision_kind_key", "kind", "key", "id"),
)

log = Table(
    "log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="without gaps"),
    Column("at", MomentText, nullable=False, comment="UTC"),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False, comment="the verb: import, close, …"),
    Column("payload", Bytes, nullable=False, comment="canonical JSON, the bytes that are hashed"),
    Column("previous_hash", String(64), nullable=False, comment="hash of the line before"),
    Column("hash", String(64), nullable=False, unique=True, comment="SHA-256 over all the rest"),
)

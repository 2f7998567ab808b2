"""People who sign in: their roles, what they belong to, and their credentials."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
)

from royalties.domain.events import StaffEvent
from royalties.domain.people import LinkPurpose, PersonStatus, Role, SessionStage
from royalties.store.tables.metadata import Id, Key, metadata
from royalties.store.tables.types import Flag, Moment, Word

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(254), nullable=False, unique=True, comment="lower case"),
    Column("name", String(200), nullable=False),
    Column("role", Word(Role, 16), nullable=False),
    Column("status", Word(PersonStatus, 8), nullable=False, comment="invited, active or disabled"),
    Column("password_hash", Text, comment="Argon2id; null until the invitation is accepted"),
    Column("totp_key", Text, comment="sealed; null: no second factor yet"),
    Column("totp_step", BigInteger, comment="last time step used: a code counts once"),
    Column("locale", String(16), nullable=False, comment="how dates and money are written"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    CheckConstraint(
        "role in ('organization', 'nonprofit', 'clerk', 'manager', 'administrator')", name="role"
    ),
    CheckConstraint("status in ('invited', 'active', 'disabled')", name="status"),
)

membership = Table(
    "membership",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("beneficiary", Key, primary_key=True, comment="key of the nonprofit"),
)

mail_choice = Table(
    "mail_choice",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("event", Word(StaffEvent, 24), primary_key=True, comment="approval, period-ended, …"),
    Column("wanted", Flag, nullable=False, comment="1: they are told of it by e-mail"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("hash", String(64), primary_key=True, comment="SHA-256"),
    Column("used_at", Moment),
)

session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of what the browser holds"),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column(
        "stage",
        Word(SessionStage, 8),
        nullable=False,
        comment="password: second factor is still due",
    ),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("proved_at", Moment, nullable=False, comment="when password or code was last given"),
    Column("agent", String(300), nullable=False, comment="the browser's own words"),
    Column("ended_at", Moment),
    CheckConstraint("stage in ('password', 'full')", name="stage"),
)

link = Table(
    "link",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of what the e-mail holds"),
    Column("purpose", Word(LinkPurpose, 16), nullable=False, comment="invitation or reset"),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    CheckConstraint("purpose in ('invitation', 'reset')", name="purpose"),
)

colleague = Table(
    "colleague",  # invited by others of the same house; the link is not followed yet
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "hash", String(64), nullable=False, unique=True, comment="SHA-256 of what the e-mail holds"
    ),
    Column("role", Word(Role, 16), nullable=False),
    Column(
        "house", Key, nullable=False, index=True, comment="key of the nonprofit or organization"
    ),
    Column("email", String(254), nullable=False, comment="as it was typed"),
    Column("name", String(200), nullable=False, comment="as it was typed"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("expires_at", Moment, nullable=False),
    CheckConstraint("role in ('organization', 'nonprofit')", name="role"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(64), nullable=False, comment="SHA-256 of e-mail or address"),
    Column("at", Moment, nullable=False),
    Index("ix_attempt_subject", "subject", "at"),
)

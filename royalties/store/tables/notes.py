"""Notes, questions and files of the staff about entries and periods, with their history."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    text,
)

from royalties.domain.notes import NoteAction, NoteKind, NoteSubject
from royalties.store.tables.metadata import Id, Key, metadata
from royalties.store.tables.types import Moment, Word

_OPEN = text("kind = 'question' AND resolved_at IS NULL AND withdrawn_at IS NULL")
_OPEN_TO_ONE = text(f"{_OPEN.text} AND asked_id IS NOT NULL")
note = Table(
    "note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", Word(NoteSubject, 16), nullable=False, comment="contracts, periods, …"),
    Column("key", Key, nullable=False, comment="of the entry, or the period's name"),
    Column("kind", Word(NoteKind, 8), nullable=False, comment="note, question or answer"),
    Column("question_id", ForeignKey("note.id"), index=True, comment="what an answer answers"),
    Column("text", Text, nullable=False, comment="may be empty where a file is attached"),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
    Column("person_id", ForeignKey("person.id"), comment="null: at the command line"),
    Column("resolved_at", Moment, comment="of a question that is settled"),
    Column("withdrawn_at", Moment, comment="since then it is only history"),
    Column("asked_id", Id, ForeignKey("person.id"), comment="who is to answer; null: anybody"),
    Column("asked", String(200), comment="their name then"),
    CheckConstraint(
        "subject in ('contracts', 'beneficiaries', 'retailers', 'periods')", name="subject"
    ),
    CheckConstraint("kind in ('note', 'question', 'answer')", name="kind"),
    Index("ix_note_subject", "subject", "key"),
    Index("ix_note_open", "at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_note_asked", "asked_id", sqlite_where=_OPEN_TO_ONE, postgresql_where=_OPEN_TO_ONE),
)

note_file = Table(
    "note_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("note_id", ForeignKey("note.id"), nullable=False, index=True),
    Column("name", String(255), nullable=False, comment="the file's name as sent"),
    Column("type", String(100), nullable=False, comment="media type, by its bytes"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
)

note_event = Table(
    "note_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("note_id", ForeignKey("note.id"), nullable=False, index=True),
    Column("action", Word(NoteAction, 16), nullable=False, comment="added, resolved, withdrawn, …"),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

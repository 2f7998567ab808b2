"""Notes, questions and files of the staff; reads go through ``scope``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from royalties.domain.notes import NoteAction, NoteKind, NoteSubject
from royalties.domain.people import Actor
from royalties.store.engine import is_sqlite
from royalties.store.scope import staff_only
from royalties.store.tables import note, note_event, note_file

_LARGEST = 2**63 - 1
_IN_FORCE = note.c.withdrawn_at.is_(None)
IS_OPEN = (note.c.kind == NoteKind.QUESTION) & note.c.resolved_at.is_(None) & _IN_FORCE
"""A question that has not been resolved."""


class NoteRow(NamedTuple):
    """A note, a question or an answer; ``person_id`` is None for the command line.

    ``asked_id`` is the one colleague to whom a question is put, and ``asked`` their name.
    """

    id: int
    subject: NoteSubject
    key: str
    kind: NoteKind
    question_id: int | None
    text: str
    at: datetime
    by: str
    person_id: int | None
    resolved_at: datetime | None
    withdrawn_at: datetime | None
    asked_id: int | None
    asked: str | None


class NoteFileRow(NamedTuple):
    """A file attached to a note."""

    id: int
    note_id: int
    name: str
    type: str
    sha256: str
    size: int


class NoteEventRow(NamedTuple):
    """One line of a note's history."""

    note_id: int
    action: NoteAction
    reason: str
    at: datetime
    by: str


class SubjectCounts(NamedTuple):
    """How many notes and questions a subject has, withdrawn ones left out, and open questions."""

    threads: int
    open: int


def add_note(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a note and return its number."""
    inserted = connection.execute(insert(note).values(**values).returning(note.c.id))
    return int(inserted.scalar_one())


def add_file(connection: Connection, values: Mapping[str, object]) -> None:
    """Attach a file to a note."""
    connection.execute(insert(note_file).values(**values))


def add_event(connection: Connection, values: Mapping[str, object]) -> None:
    """Append to a note's history."""
    connection.execute(insert(note_event).values(**values))


def change_note(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Record that a note was resolved or withdrawn, or reopened."""
    connection.execute(update(note).where(note.c.id == number).values(**values))


def find_note(
    connection: Connection, actor: Actor, number: int, *, lock: bool = False
) -> NoteRow | None:
    """A note that an actor may see; ``lock`` locks its row."""
    if number > _LARGEST:
        return None
    query = staff_only(select(*_columns()).where(note.c.id == number), actor)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return NoteRow(*row) if row else None


def notes_about(
    connection: Connection, actor: Actor, subject: NoteSubject, key: str, limit: int, skip: int = 0
) -> list[NoteRow]:
    """Notes and questions about a subject, withdrawn ones too, the newest first."""
    return _notes_where(
        connection, actor, _about(subject, key) & (note.c.kind != NoteKind.ANSWER), limit, skip
    )


def notes_in_force(
    connection: Connection, actor: Actor, subject: NoteSubject, key: str, limit: int
) -> list[NoteRow]:
    """Notes and questions in force about a subject: open questions first, then the newest."""
    which = _about(subject, key) & _IN_FORCE & (note.c.kind != NoteKind.ANSWER)
    query = staff_only(select(*_columns()).where(which), actor)
    rows = connection.execute(query.order_by(IS_OPEN.desc(), note.c.id.desc()).limit(limit))
    return [NoteRow(*row) for row in rows]


def all_notes(connection: Connection, actor: Actor, limit: int, skip: int = 0) -> list[NoteRow]:
    """Notes and questions in force about any subject, the newest first."""
    return _notes_where(
        connection, actor, _IN_FORCE & (note.c.kind != NoteKind.ANSWER), limit, skip
    )


def open_questions(
    connection: Connection, actor: Actor, limit: int, skip: int = 0
) -> list[NoteRow]:
    """Open questions, the newest first."""
    return _notes_where(connection, actor, IS_OPEN, limit, skip)


def open_for(connection: Connection, actor: Actor, limit: int) -> list[NoteRow]:
    """Open questions: those put to the actor first, then the newest."""
    mine = func.coalesce(note.c.asked_id, 0) == (actor.person or -1)
    query = staff_only(select(*_columns()).where(IS_OPEN), actor)
    rows = connection.execute(query.order_by(mine.desc(), note.c.id.desc()).limit(limit))
    return [NoteRow(*row) for row in rows]


def answers_to(connection: Connection, actor: Actor, questions: Collection[int]) -> list[NoteRow]:
    """Answers to some questions, withdrawn ones too, the oldest first."""
    if not questions:
        return []
    query = select(*_columns()).where(note.c.question_id.in_(sorted(questions)))
    rows = connection.execute(staff_only(query, actor).order_by(note.c.id))
    return [NoteRow(*row) for row in rows]


def files_of(connection: Connection, actor: Actor, numbers: Collection[int]) -> list[NoteFileRow]:
    """Files attached to some notes, in the order in which they were sent."""
    if not numbers:
        return []
    query = select(*(note_file.c[name] for name in NoteFileRow._fields))
    query = query.where(note_file.c.note_id.in_(sorted(numbers)))
    rows = connection.execute(staff_only(query, actor).order_by(note_file.c.id))
    return [NoteFileRow(*row) for row in rows]


def find_file(connection: Connection, actor: Actor, number: int) -> NoteFileRow | None:
    """A file attached to a note."""
    if number > _LARGEST:
        return None
    query = select(*(note_file.c[name] for name in NoteFileRow._fields))
    row = connection.execute(staff_only(query.where(note_file.c.id == number), actor)).first()
    return NoteFileRow(*row) if row else None


def events_of(connection: Connection, numbers: Collection[int]) -> list[NoteEventRow]:
    """The history of some notes, the oldest first."""
    if not numbers:
        return []
    query = select(*(note_event.c[name] for name in NoteEventRow._fields))
    rows = connection.execute(
        query.where(note_event.c.note_id.in_(sorted(numbers))).order_by(note_event.c.id)
    )
    return [NoteEventRow(*row) for row in rows]


def count_about(connection: Connection, subject: NoteSubject, key: str) -> SubjectCounts:
    """How many notes and questions in force a subject has, and how many open questions."""
    query = select(
        func.count().filter(note.c.kind != NoteKind.ANSWER), func.count().filter(IS_OPEN)
    ).where(_about(subject, key), _IN_FORCE)
    threads, is_open = connection.execute(query).one()
    return SubjectCounts(int(threads), int(is_open))


def sent_since(connection: Connection, by: str, since: datetime) -> tuple[int, int]:
    """How many files somebody has attached since a moment, and their bytes."""
    query = (
        select(func.count(), func.coalesce(func.sum(note_file.c.size), 0))
        .join_from(note_file, note, note.c.id == note_file.c.note_id)
        .where(note.c.at >= since, note.c.by == by)
    )
    count, size = connection.execute(query).one()
    return int(count), int(size)


def all_files(connection: Connection) -> Sequence[NoteFileRow]:
    """Every file that was ever attached, the oldest first."""
    query = select(*(note_file.c[name] for name in NoteFileRow._fields))
    return [NoteFileRow(*row) for row in connection.execute(query.order_by(note_file.c.id))]


def _notes_where(
    connection: Connection, actor: Actor, condition: ColumnElement[bool], limit: int, skip: int
) -> list[NoteRow]:
    query: Select[Any] = staff_only(select(*_columns()).where(condition), actor)
    rows = connection.execute(query.order_by(note.c.id.desc()).limit(limit).offset(skip))
    return [NoteRow(*row) for row in rows]


def _about(subject: NoteSubject, key: str) -> ColumnElement[bool]:
    return (note.c.subject == subject) & (note.c.key == key)


def _columns() -> list[Any]:
    return [note.c[name] for name in NoteRow._fields]

"""Notes and questions as they are looked at, with their answers, files and histories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from royalties.domain.notes import NoteAction, NoteKind, NoteSubject
from royalties.domain.people import Verb
from royalties.services.names import names_of
from royalties.services.work import RefusedError, Work
from royalties.store.desk import notes as store
from royalties.store.desk.notes import SubjectCounts

PER_PAGE = 25
"""Notes and questions on a page, each with its answers."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that came with a note; ``size`` in bytes."""

    id: int
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """What was done with a note after it was written."""

    action: NoteAction
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note, a question, or an answer.

    Attributes:
        key: of the entry that it is about, or the period's name.
        question: number of what an answer answers; None: it is no answer.
        person: number of who wrote it; None at the command line.
        resolved_at: when a question was settled; None: it was not, or is none.
        withdrawn_at: since when it is only history; None: it is in force.
        events: what was done with it since, the oldest first.
        answers: to a question, the oldest first.
        asked_id: number of the colleague to whom a question is put; None: to anybody.
        asked: their name.
    """

    id: int
    subject: NoteSubject
    key: str
    kind: NoteKind
    question: int | None
    text: str
    at: datetime
    by: str
    person: int | None
    resolved_at: datetime | None
    withdrawn_at: datetime | None
    files: tuple[AttachedFile, ...] = ()
    events: tuple[NoteEvent, ...] = ()
    answers: tuple["Note", ...] = ()
    asked_id: int | None = None
    asked: str = ""

    @property
    def is_question(self) -> bool:
        """Whether it asks for an answer."""
        return self.kind is NoteKind.QUESTION

    @property
    def is_open(self) -> bool:
        """Whether somebody is to answer, or to say that it is settled."""
        return self.is_question and self.resolved_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class NotesPage:
    """Some of the notes about something; ``more`` says whether there are older ones."""

    notes: tuple[Note, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file to be handed out."""

    name: str
    path: Path


def may_withdraw(work: Work, note: Note) -> bool:
    """Whether this person may withdraw a note, or bring it back."""
    return work.actor.may(Verb.KEEP_NOTES) and is_own(work, note.person)


def notes_about(work: Work, subject: NoteSubject, key: str, page: int = 1) -> NotesPage:
    """Notes and questions about something, the newest first, withdrawn ones too."""
    work.actor.require(Verb.READ)
    rows = store.notes_about(
        work.connection, work.actor, subject, key, PER_PAGE + 1, _skipped(page)
    )
    return _notes_page(work, rows)


def latest_about(work: Work, subject: NoteSubject, key: str, limit: int) -> tuple[Note, ...]:
    """The latest notes and questions in force about something, without their histories."""
    work.actor.require(Verb.READ)
    rows = store.notes_in_force(work.connection, work.actor, subject, key, limit)
    return tuple(_whole(work, rows, with_events=False))


def latest_notes(work: Work, page: int = 1) -> NotesPage:
    """Notes and questions about whatever, the newest first."""
    work.actor.require(Verb.READ)
    return _notes_page(
        work, store.all_notes(work.connection, work.actor, PER_PAGE + 1, _skipped(page))
    )


def open_questions(work: Work, page: int = 1) -> NotesPage:
    """Questions that nobody has settled, the newest first."""
    work.actor.require(Verb.READ)
    rows = store.open_questions(work.connection, work.actor, PER_PAGE + 1, _skipped(page))
    return _notes_page(work, rows)


def newest_open(work: Work, limit: int) -> tuple[Note, ...]:
    """Open questions without what came with them: those put to the actor first, then the newest."""
    work.actor.require(Verb.READ)
    return tuple(_note_of(row) for row in store.open_for(work.connection, work.actor, limit))


def find_note(work: Work, number: int) -> Note | None:
    """A note, or a question with its answers; None where there is none."""
    work.actor.require(Verb.READ)
    row = store.find_note(work.connection, work.actor, number)
    return _whole(work, [row])[0] if row else None


def counts(work: Work, subject: NoteSubject, key: str) -> SubjectCounts:
    """How many notes and questions there are about something, and how many questions are open."""
    work.actor.require(Verb.READ)
    return store.count_about(work.connection, subject, key)


def file_of(work: Work, number: int) -> NoteFile | None:
    """A file that came with a note, or None where there is none.

    Raises:
        RefusedError: its bytes are missing.
    """
    work.actor.require(Verb.READ)
    row = store.find_file(work.connection, work.actor, number)
    if row is None:
        return None
    path = work.files.document(row.sha256)
    if not path.is_file():
        raise RefusedError(f"the file {row.name} is missing: restore it from a backup")
    return NoteFile(row.name, path)


def subject_name(work: Work, subject: NoteSubject, key: str) -> str:
    """What people call that which a note is about."""
    return key if subject is NoteSubject.PERIOD else names_of(work).of(subject.value, key)


def is_own(work: Work, person: int | None) -> bool:
    """Whether somebody may withdraw what a person wrote: their own, or as a manager."""
    is_mine = person is not None and person == work.actor.person
    return is_mine or work.actor.may(Verb.APPROVE)


def _skipped(page: int) -> int:
    return (max(page, 1) - 1) * PER_PAGE


def _notes_page(work: Work, rows: Sequence[store.NoteRow]) -> NotesPage:
    return NotesPage(tuple(_whole(work, rows[:PER_PAGE])), len(rows) > PER_PAGE)


def _whole(work: Work, rows: Sequence[store.NoteRow], *, with_events: bool = True) -> list[Note]:
    """Notes with their answers, files and histories: three queries, however many there are."""
    asked = [row.id for row in rows if row.kind is NoteKind.QUESTION]
    answers = store.answers_to(work.connection, work.actor, asked)
    numbers = [row.id for row in (*rows, *answers)]
    files: dict[int, list[AttachedFile]] = {}
    for file in store.files_of(work.connection, work.actor, numbers):
        attached = AttachedFile(file.id, file.name, file.type, file.size)
        files.setdefault(file.note_id, []).append(attached)
    events: dict[int, list[NoteEvent]] = {}
    for event_row in store.events_of(work.connection, numbers) if with_events else ():
        if event_row.action is not NoteAction.ADDED:
            event = NoteEvent(event_row.action, event_row.reason, event_row.at, event_row.by)
            events.setdefault(event_row.note_id, []).append(event)

    def whole(row: store.NoteRow, to_it: Iterable[Note] = ()) -> Note:
        return replace(
            _note_of(row),
            files=tuple(files.get(row.id, ())),
            events=tuple(events.get(row.id, ())),
            answers=tuple(to_it),
        )

    return [
        whole(row, [whole(answer) for answer in answers if answer.question_id == row.id])
        for row in rows
    ]


def _note_of(row: store.NoteRow) -> Note:
    return Note(
        row.id,
        row.subject,
        row.key,
        row.kind,
        row.question_id,
        row.text,
        row.at,
        row.by,
        row.person_id,
        row.resolved_at,
        row.withdrawn_at,
        asked_id=row.asked_id,
        asked=row.asked or "",
    )

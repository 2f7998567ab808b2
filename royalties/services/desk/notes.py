"""Notes, questions and files of the staff about contracts, beneficiaries, retailers and periods.

Nobody but the staff ever sees one. What was written stays as it was written: a note that is wrong
is withdrawn, with a reason, and another one written; a withdrawn one can be brought back.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from royalties.domain.events import StaffEvent
from royalties.domain.notes import NoteAction, NoteKind, NoteSubject
from royalties.domain.one_line import fault_of_line
from royalties.domain.people import FINANCE, Verb
from royalties.domain.periods import NotAPeriodError
from royalties.services.books import Setup, open_period_of, setup_in_force
from royalties.services.desk.note_lists import is_own, subject_name
from royalties.services.enclosures import TakenFile
from royalties.services.mail.telling import News, tell
from royalties.services.work import RefusedError, Work
from royalties.store.desk import notes as store
from royalties.store.people import people

MOST_FILES = 10
"""Files that come with one note."""

MOST_BYTES = 100_000_000
"""Bytes of the files that come with one note."""

LONGEST_TEXT = 10_000
LONGEST_REASON = 1_000
_QUOTED = 2_000

MOST_A_DAY, MOST_BYTES_A_DAY = 1_000, 2_000_000_000
"""Files that one person attaches within a day, and their bytes."""

_DAY = timedelta(days=1)


class Colleague(NamedTuple):
    """Somebody to whom a question can be put."""

    id: int
    name: str
    email: str


class NoNoteError(RefusedError):
    """There is no such note, or nothing of that kind that a note can be about."""

    def __init__(self, words: str = "there is no such note") -> None:
        super().__init__(words)


def require_few(sent: Sequence[TakenFile]) -> None:
    """Refuse more files, or larger ones, than come with one note.

    Raises:
        RefusedError: says how many are taken.
    """
    if len(sent) > MOST_FILES:
        raise RefusedError(f"attach up to {MOST_FILES} files to one note, then write another one")
    if sum(each.size for each in sent) > MOST_BYTES:
        raise RefusedError(
            f"these files are larger than {MOST_BYTES // 1_000_000} MB together: attach them to "
            f"several notes"
        )


def add(
    work: Work,
    subject: NoteSubject,
    key: str,
    text: str,
    files: Sequence[TakenFile] = (),
    *,
    is_question: bool = False,
    asked: int | None = None,
) -> int:
    """Write a note or a question about something; returns its number.

    Args:
        work: the unit of work.
        subject: what it is about.
        key: of the entry, or the period's name.
        text: may be empty where a file is attached.
        files: what was taken.
        is_question: whether somebody is to answer.
        asked: number of the one colleague who is to answer; it is a question then. They alone are
            notified of it by e-mail, but everybody of the staff sees it and may answer.

    Raises:
        NoNoteError: there is nothing of that kind.
        RefusedError: the text is empty or too long, or more than is taken.
    """
    work.actor.require(Verb.KEEP_NOTES)
    require_subject(work, subject, key)
    text = _text(text)
    is_question = is_question or asked is not None
    if is_question and not text:
        raise RefusedError("write what you want to know")
    colleague = _colleague(work, asked) if asked is not None else None
    about = _About(subject, key, asked=colleague)
    number = _write(work, about, NoteKind.QUESTION if is_question else NoteKind.NOTE, text, files)
    if is_question:
        _tell_of_question(work, number, about, text)
    return number


def colleagues(work: Work) -> tuple[Colleague, ...]:
    """Everybody to whom a question can be put: the others of the staff, by name."""
    work.actor.require(Verb.KEEP_NOTES)
    rows = people.active_in_roles(work.connection, [role.value for role in FINANCE])
    found = (Colleague(row.id, row.name, row.email) for row in rows if row.id != work.actor.person)
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def find_colleague(work: Work, email: str) -> Colleague:
    """The colleague of an e-mail address, to whom a question is put.

    Raises:
        RefusedError: nobody of the staff who may sign in has it.
    """
    work.actor.require(Verb.KEEP_NOTES)
    for each in colleagues(work):
        if each.email.casefold() == email.strip().casefold():
            return each
    raise RefusedError(
        f"nobody at the desk has the address {email[:100]!r}: name a colleague who may sign in, or "
        f"ask everybody"
    )


def _colleague(work: Work, number: int) -> Colleague:
    for each in colleagues(work):
        if each.id == number:
            return each
    raise RefusedError("choose a colleague who is at the desk, or ask everybody")


def answer(
    work: Work,
    number: int,
    text: str,
    files: Sequence[TakenFile] = (),
    *,
    resolves: bool = False,
) -> int:
    """Answer a question; returns the answer's number.

    Args:
        work: the unit of work.
        number: of the question.
        text: what to say; may be empty where a file is attached.
        files: what was taken.
        resolves: whether the question is settled by it.

    Raises:
        NoNoteError: there is no such question.
        RefusedError: it is withdrawn, the text is empty or too long, or more than is taken.
    """
    row = _question(work, number)
    answer_number = _write(
        work, _About(row.subject, row.key, number), NoteKind.ANSWER, _text(text), files
    )
    if resolves and row.resolved_at is None:
        _mark_resolved(work, row)
    _tell_of_answer(work, row, text)
    return answer_number


def resolve(work: Work, number: int) -> None:
    """Say that a question is settled.

    Raises:
        NoNoteError: there is no such question.
        RefusedError: it is settled already, or withdrawn.
    """
    row = _question(work, number)
    if row.resolved_at is not None:
        raise RefusedError("this question is settled already")
    _mark_resolved(work, row)


def reopen(work: Work, number: int) -> None:
    """Say that a question is not settled after all.

    Raises:
        NoNoteError: there is no such question.
        RefusedError: it is open, or withdrawn.
    """
    row = _question(work, number)
    if row.resolved_at is None:
        raise RefusedError("this question is open: it can be answered")
    store.change_note(work.connection, number, {"resolved_at": None})
    _note_event(work, row, NoteAction.REOPENED)


def withdraw(work: Work, number: int, reason: str) -> None:
    """Withdraw what oneself wrote, or (a manager) what anybody wrote; its history stays.

    Args:
        work: the unit of work.
        number: of the note, question or answer.
        reason: why, for its history.

    Raises:
        NoNoteError: there is no such note.
        RefusedError: it is withdrawn already, somebody else's, or no reason is given.
    """
    row = _required(work, number)
    if row.withdrawn_at is not None:
        raise RefusedError("this was withdrawn already")
    _require_own(work, row)
    why = _reason(reason)
    store.change_note(work.connection, number, {"withdrawn_at": work.at})
    _note_event(work, row, NoteAction.WITHDRAWN, why)


def restore(work: Work, number: int) -> None:
    """Bring back what was withdrawn.

    Raises:
        NoNoteError: there is no such note.
        RefusedError: it stands, or is somebody else's.
    """
    row = _required(work, number)
    if row.withdrawn_at is None:
        raise RefusedError("this was not withdrawn: it stands")
    _require_own(work, row)
    store.change_note(work.connection, number, {"withdrawn_at": None})
    _note_event(work, row, NoteAction.RESTORED)


def require_subject(work: Work, subject: NoteSubject, key: str) -> None:
    """Refuse a note about nothing.

    Raises:
        NoNoteError: the setup has no such entry, or the books no such period.
    """
    setup = setup_in_force(work)
    if subject is NoteSubject.PERIOD:
        _require_period(work, setup, key)
    elif key not in _entries(setup, subject):
        raise NoNoteError(f"there is no {_WORDS[subject]} {key[:64]!r}")


_WORDS = {
    NoteSubject.CONTRACT: "contract",
    NoteSubject.BENEFICIARY: "beneficiary",
    NoteSubject.RETAILER: "retailer",
    NoteSubject.PERIOD: "period",
}


def _entries(setup: Setup, subject: NoteSubject) -> Any:  # noqa: ANN401 - a mapping by key
    return getattr(setup, subject.value)


def _require_period(work: Work, setup: Setup, name: str) -> None:
    try:
        period = setup.period(name)
    except NotAPeriodError as error:
        raise NoNoteError(str(error)) from None
    if str(period) != name or not setup.first_period <= period <= open_period_of(work, setup):
        raise NoNoteError(f"the books have no period {name[:20]!r} yet")


class _About(NamedTuple):
    """What is written about, the question that is answered, and to whom one is put."""

    subject: NoteSubject
    key: str
    question: int | None = None
    asked: Colleague | None = None


def _write(work: Work, about: _About, kind: NoteKind, text: str, files: Sequence[TakenFile]) -> int:
    if not text and not files:
        raise RefusedError("write something, or attach a file")
    require_few(files)
    _require_room(work, files)
    for file in files:
        _keep(work, file)
    number = store.add_note(
        work.connection,
        {
            "subject": about.subject,
            "key": about.key,
            "kind": kind,
            "question_id": about.question,
            "text": text,
            "at": work.at,
            "by": work.actor.name,
            "person_id": work.actor.person,
            "asked_id": about.asked.id if about.asked else None,
            "asked": about.asked.name if about.asked else None,
        },
    )
    for file in files:
        store.add_file(
            work.connection,
            {
                "note_id": number,
                "name": file.name,
                "type": file.type,
                "sha256": file.sha256,
                "size": file.size,
            },
        )
    row = store.find_note(work.connection, work.actor, number)
    assert row is not None  # noqa: S101 - it was added above
    _note_event(work, row, NoteAction.ADDED, files=[file.name for file in files])
    return number


def _tell_of_question(work: Work, number: int, about: _About, text: str) -> None:
    name = subject_name(work, about.subject, about.key)
    asked = about.asked
    news = News(
        StaffEvent.QUESTION_PUT if asked else StaffEvent.QUESTION_ASKED,
        f"question {number}",
        f"A question to you about {name}" if asked else f"A question about {name}",
        (f"{work.actor.name} asks{' you' if asked else ''} about {name}:", _quoted(text)),
        ("Answer it at the desk", f"/finance/notes/{number}"),
    )
    tell(work, news, only=asked.id if asked else None, but=work.actor.person)


def _tell_of_answer(work: Work, row: store.NoteRow, text: str) -> None:
    if row.person_id is None or row.person_id == work.actor.person:
        return
    name = subject_name(work, row.subject, row.key)
    news = News(
        StaffEvent.QUESTION_ANSWERED,
        f"question {row.id}",
        f"An answer about {name}",
        (f"{work.actor.name} answered your question about {name}.", _quoted(text)),
        ("Read it at the desk", f"/finance/notes/{row.id}"),
    )
    tell(work, news, only=row.person_id)


def _quoted(text: str) -> str:
    text = text.strip()
    return (
        f"“{text if len(text) <= _QUOTED else f'{text[:_QUOTED]} …'}”" if text else "With a file."
    )


def _keep(work: Work, sent: TakenFile) -> None:
    waits, stored = work.files.enclosure(sent.sha256), work.files.document(sent.sha256)
    if not waits.is_file() and not stored.is_file():
        raise RefusedError(f"{sent.name} has waited for too long: choose it again")
    work.files.keep_document(sent.sha256)


def _require_room(work: Work, sent: Sequence[TakenFile]) -> None:
    if not sent:
        return
    count, size = store.sent_since(work.connection, work.actor.name, work.at - _DAY)
    if count + len(sent) > MOST_A_DAY or size + sum(each.size for each in sent) > MOST_BYTES_A_DAY:
        raise RefusedError(
            f"you have attached {count} files with {size // 1_000_000} MB within a day, which is "
            f"as much as is taken: attach the others tomorrow"
        )


def _mark_resolved(work: Work, row: store.NoteRow) -> None:
    store.change_note(work.connection, row.id, {"resolved_at": work.at})
    _note_event(work, row, NoteAction.RESOLVED)


def _required(work: Work, number: int) -> store.NoteRow:
    work.actor.require(Verb.KEEP_NOTES)
    row = store.find_note(work.connection, work.actor, number, lock=True)
    if row is None:
        raise NoNoteError
    return row


def _question(work: Work, number: int) -> store.NoteRow:
    row = _required(work, number)
    if row.kind is not NoteKind.QUESTION:
        raise NoNoteError("there is no such question")
    if row.withdrawn_at is not None:
        raise RefusedError("this question was withdrawn: bring it back first")
    return row


def _require_own(work: Work, row: store.NoteRow) -> None:
    if not is_own(work, row.person_id):
        raise RefusedError(f"{row.by} wrote this: they or a manager may withdraw it")


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise RefusedError(
            f"this has {len(text):,} characters: shorten it to {LONGEST_TEXT:,}, or attach a file"
        )
    if not all(each.isprintable() or each in "\n\t" for each in text):
        raise RefusedError("this holds signs that nobody can read: take them out")
    return text


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise RefusedError("say why, in a few words: the history keeps it")
    if len(reason) > LONGEST_REASON:
        raise RefusedError(f"say why in up to {LONGEST_REASON:,} letters")
    if fault := fault_of_line(reason):
        raise RefusedError(f"the reason: {fault}")
    return reason


def _logged(row: store.NoteRow) -> str:
    """What a note is about, as lines of the log name entries and periods."""
    return row.key if row.subject is NoteSubject.PERIOD else f"{row.subject} {row.key}"


def _note_event(
    work: Work,
    row: store.NoteRow,
    action: NoteAction,
    reason: str = "",
    files: Sequence[str] = (),
) -> None:
    store.add_event(
        work.connection,
        {
            "note_id": row.id,
            "action": action,
            "reason": reason,
            "at": work.at,
            "by": work.actor.name,
        },
    )
    work.record(
        Verb.KEEP_NOTES,
        {
            "what": f"{row.kind}-{action}",
            "note": row.id,
            "subject": _logged(row),
            **({"put_to": row.asked} if row.asked and action is NoteAction.ADDED else {}),
            **({"files": list(files)} if files else {}),
            **({"reason": reason} if reason else {}),
        },
    )

"""What pages show of the notes about what they show, and the forms that write one."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from royalties.domain.notes import NoteSubject
from royalties.services.desk import note_lists, notes
from royalties.services.desk.note_lists import Note
from royalties.web.core.visit import current_work
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, FileUpload, Lines, Tick

_FILES_HINT = f"Up to {notes.MOST_FILES}, 20 MB each: PDF, Excel, Word, pictures or any other."
_LONGEST = 12
_SHOWN, _SHOWN_OPEN = 3, 5
"""Notes that a page of something shows, and open questions that a checklist does."""

_PAGES = {
    NoteSubject.CONTRACT: ("terms.contract", "key", "Contracts", "terms.contracts"),
    NoteSubject.BENEFICIARY: ("terms.beneficiary", "key", "Beneficiaries", "terms.beneficiaries"),
    NoteSubject.RETAILER: ("catalogue.retailer", "key", "Retailers", "catalogue.retailers"),
    NoteSubject.PERIOD: ("closing.period", "period", "Run and close", "closing.periods"),
}
"""The page of what a note is about, what its address calls the key, and the list it is in."""


def _asked() -> list[tuple[str, str]]:
    """Colleagues by number and name."""
    found = notes.colleagues(current_work())
    return [("", "Nobody in particular"), *((str(each.id), each.name) for each in found)]


class NewNoteForm(EntryForm):
    """A note or a question."""

    text = Lines(
        "Note or question", hint="Only the staff reads it.", rows=3, longest=notes.LONGEST_TEXT
    )
    files = FileUpload("Files", hint=_FILES_HINT, many=True)
    is_question = Tick("It is a question: somebody is to answer it")
    asked = Selection(
        "Ask one colleague",
        options=_asked,
        hint="It is on their Home, and they get an e-mail if they want it. Everybody sees it.",
    )

    @property
    def asked_id(self) -> int | None:
        """Number of the colleague who was chosen; None: nobody was; 0: what is nobody's."""
        text = str(self.asked.data)
        if not text:
            return None
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else 0


class AnswerForm(EntryForm):
    """An answer."""

    text = Lines("Your answer", rows=3, longest=notes.LONGEST_TEXT)
    files = FileUpload("Files", hint=_FILES_HINT, many=True)
    resolves = Tick("This settles the question")


class WithdrawNoteForm(EntryForm):
    """Why a note is withdrawn."""

    reason = EntryField(
        "Why", hint="Its history keeps it.", needed=True, longest=notes.LONGEST_REASON
    )


@dataclass(frozen=True, slots=True)
class NotesPanel:
    """The latest notes about something, and the form that writes one.

    ``open`` is how many questions are open, ``count`` how many notes and questions in all.
    """

    address: str
    notes: tuple[Note, ...]
    count: int
    open: int
    form: NewNoteForm


def notes_panel(subject: NoteSubject, key: str) -> NotesPanel:
    """What a page shows of the notes about what it shows."""
    work = current_work()
    counts = note_lists.counts(work, subject, key)
    latest = note_lists.latest_about(work, subject, key, _SHOWN) if counts.threads else ()
    return NotesPanel(
        url_for("notes.notes_about", subject=subject, key=key),
        latest,
        counts.threads,
        counts.open,
        NewNoteForm(),
    )


def address_of(subject: NoteSubject, key: str) -> str:
    """The page of what a note is about."""
    endpoint, name, _, _ = _PAGES[subject]
    named: dict[str, Any] = {name: key}
    return url_for(endpoint, **named)


def crumbs_of(subject: NoteSubject, key: str) -> list[tuple[str, str]]:
    """The way back from notes about something."""
    _, _, words, listed = _PAGES[subject]
    name = note_lists.subject_name(current_work(), subject, key)
    return [(words, url_for(listed)), (name, address_of(subject, key))]


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """Open questions that a close leaves unanswered; ``more`` than are shown."""

    shown: tuple[tuple[Note, str], ...]
    more: bool


def open_questions() -> OpenQuestions:
    """The newest questions that nobody has settled, each with what it is about, by name."""
    work = current_work()
    found = note_lists.newest_open(work, _SHOWN_OPEN + 1)
    return OpenQuestions(
        tuple(
            (each, note_lists.subject_name(work, each.subject, each.key))
            for each in found[:_SHOWN_OPEN]
        ),
        len(found) > _SHOWN_OPEN,
    )

"""Notes and questions as they are written."""

import io
from collections.abc import Mapping

from royalties.domain.notes import NoteSubject
from royalties.domain.people import Actor
from royalties.services import enclosures
from royalties.services.desk import notes
from tests.builders.books import TESS, Office


def write_note(
    office: Office,
    text: str = "The rate was agreed by telephone.",
    actor: Actor = TESS,
    *,
    about: tuple[NoteSubject, str] = (NoteSubject.CONTRACT, "foot-2015"),
    files: Mapping[str, bytes] | None = None,
    is_question: bool = False,
    asked: int | None = None,
    answers: int = 0,
) -> int:
    """Write a note, a question, or an answer to one, as a page does; returns its number."""
    kept = office.system.files
    taken = [enclosures.take(kept, name, io.BytesIO(data)) for name, data in (files or {}).items()]
    try:
        with office.system.work(actor) as work:
            if answers:
                return notes.answer(work, answers, text, taken)
            return notes.add(work, *about, text, taken, is_question=is_question, asked=asked)
    finally:
        for each in taken:
            kept.drop_enclosure(each.sha256)

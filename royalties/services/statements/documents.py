"""Old statements from before the books, in whatever file, stored with their beneficiary.

Nobody but the staff sees one until somebody shows it to the beneficiary's people; it can be hidden
again, and one that was stored by mistake is taken back: its history stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from royalties.domain.documents import Document, DocumentAction
from royalties.domain.one_line import fault_of_line
from royalties.domain.people import Verb
from royalties.domain.spans import NotASpanError, Span, parse_span, span_name
from royalties.ingest.uploads.documents import payee_in, span_in
from royalties.services.books import setup_in_force
from royalties.services.enclosures import MOST_AT_ONCE, TakenFile
from royalties.services.work import RefusedError, Work
from royalties.store.statements import documents as store

MOST_BYTES_AT_ONCE = 180_000_000
"""Of files that come together."""

MOST_A_DAY, MOST_BYTES_A_DAY = 1_000, 2_000_000_000
"""Files that one person sends within a day, and their bytes."""

MOST_OF_ONE = 500
"""Files that are stored of one beneficiary."""

SHOWN_AT_ONCE = 200
"""Files without owner or period that a page shows."""

_DAY = timedelta(days=1)
_LONGEST_NAME = 255
_LONGEST_NOTE = 1000


class NoDocumentError(RefusedError):
    """There is no such earlier statement for who asks."""

    def __init__(self) -> None:
        super().__init__("there is no such earlier statement")


@dataclass(frozen=True, slots=True)
class DocumentGuess:
    """An earlier statement without owner or period, with guesses from its file's name."""

    document: Document
    beneficiary: str
    period: str


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """What was done with one; ``changes`` are (what, before, after)."""

    action: DocumentAction
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class SavedDocuments:
    """Numbers of the documents stored from files sent together; names of those there already."""

    kept: tuple[int, ...]
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file to be handed out."""

    name: str
    path: Path


def require_few(sent: Sequence[TakenFile]) -> None:
    """Refuse more files, or larger ones, than come together.

    Raises:
        RefusedError: says how many are taken.
    """
    if len(sent) > MOST_AT_ONCE:
        raise RefusedError(f"send up to {MOST_AT_ONCE} files at once, then the others")
    if sum(each.size for each in sent) > MOST_BYTES_AT_ONCE:
        raise RefusedError(
            f"these files are larger than {MOST_BYTES_AT_ONCE // 1_000_000} MB together: send "
            f"them in several parts"
        )


def save(
    work: Work,
    sent: Sequence[TakenFile],
    *,
    beneficiary: str = "",
    period: str = "",
    note: str = "",
    visible: bool = False,
) -> SavedDocuments:
    """Keep old statements that were taken, all of them or none.

    Args:
        work: the unit of work.
        sent: the files.
        beneficiary: whose they are; empty: to be filed one by one (``file``), with guesses from
            their names.
        period: of all of them, as ``parse_span`` reads it; empty: the one in each name.
        note: for the staff.
        visible: whether the beneficiary's people see them at once.

    Raises:
        RefusedError: there is no such beneficiary, a period is missing or none, it is more than is
            taken, or somebody may not show them.
    """
    work.actor.require(Verb.KEEP_DOCUMENTS)
    if visible:
        work.actor.require(Verb.SEND)
    if beneficiary or visible:
        _require_beneficiary(work, beneficiary)
    if not sent:
        raise RefusedError("choose the files")
    require_few(sent)
    common_span = _span(period) if period else None
    written = _note(note)
    _require_room(work, sent, beneficiary)
    numbers: list[int] = []
    again: list[str] = []
    waiting = {
        (fingerprint, whose)
        for fingerprint, _, whose in store.stored_copies(
            work.connection, {sent_file.sha256 for sent_file in sent}
        )
    }
    for sent_file in sent:
        if (sent_file.sha256, beneficiary) in waiting:
            again.append(sent_file.name)
            continue
        waiting.add((sent_file.sha256, beneficiary))
        span = common_span or (span_in(sent_file.name) if beneficiary else None)
        if beneficiary and span is None:
            raise RefusedError(
                f"{sent_file.name} does not say of which period it is: type the period, such as "
                f"2023-H2, or the day"
            )
        work.files.keep_document(_waits(work, sent_file).sha256)
        number = store.add_document(
            work.connection,
            {
                "beneficiary": beneficiary or None,
                "starts_on": span[0] if span else None,
                "ends_on": span[1] if span else None,
                "note": written,
                "visible": visible,
                "name": sent_file.name,
                "type": sent_file.type,
                "sha256": sent_file.sha256,
                "size": sent_file.size,
                "at": work.at,
                "by": work.actor.name,
            },
        )
        if number is None:  # somebody else sent it at the same moment
            again.append(sent_file.name)
            continue
        _note_event(work, number, DocumentAction.KEPT, sent_file.name, beneficiary)
        if visible:
            _note_event(work, number, DocumentAction.SHOWN, sent_file.name, beneficiary)
        numbers.append(number)
    return SavedDocuments(tuple(numbers), tuple(again))


def file(work: Work, number: int, beneficiary: str, period: str) -> None:
    """Say whose an earlier statement is, and of when; nobody but the staff sees it yet.

    Args:
        work: the unit of work.
        number: of the statement.
        beneficiary: whose it is.
        period: as ``parse_span`` reads it.

    Raises:
        NoDocumentError: there is none.
        RefusedError: it is filed already, the same file is stored of this beneficiary, there is no
            such beneficiary, or the period is none.
    """
    document = _required(work, number)
    if document.is_filed:
        raise RefusedError(f"{document.name} was filed already: look at it again")
    _require_beneficiary(work, beneficiary)
    first, last = _span(period)
    if any(
        whose == beneficiary and other != number
        for _, other, whose in store.stored_copies(work.connection, [document.sha256])
    ):
        raise RefusedError(
            f"{document.name}: the same file is kept of {_name_of(work, beneficiary)} already: "
            f"take this one back"
        )
    _require_room(work, (), beneficiary, more=1)
    values = {"beneficiary": beneficiary, "starts_on": first, "ends_on": last}
    store.change_document(work.connection, number, values)
    _note_event(work, number, DocumentAction.FILED, document.name, beneficiary)


def amend(work: Work, number: int, period: str, note: str) -> bool:
    """Correct the period and the note; returns whether anything changed.

    Raises:
        NoDocumentError: there is none.
        RefusedError: the period is none, or the note is too long.
    """
    document = _required(work, number)
    first, last = _span(period)
    written = _note(note)
    changes = {
        name: [old, new]
        for name, old, new in (
            ("period", document.period, span_name(first, last)),
            ("note", document.note, written),
        )
        if old != new
    }
    if not changes:
        return False
    store.change_document(
        work.connection, number, {"starts_on": first, "ends_on": last, "note": written}
    )
    _note_event(
        work, number, DocumentAction.AMENDED, document.name, document.beneficiary, changes=changes
    )
    return True


def show(work: Work, number: int) -> None:
    """Let the beneficiary's people see an earlier statement in their portal.

    Raises:
        NoDocumentError: there is none.
        RefusedError: they see it already, or it is not known whose it is.
    """
    work.actor.require(Verb.SEND)
    document = _required(work, number)
    if document.visible:
        raise RefusedError("they see this statement already")
    if not document.is_filed:
        raise RefusedError("say first whose this statement is, and of when")
    store.change_document(work.connection, number, {"visible": True})
    _note_event(work, number, DocumentAction.SHOWN, document.name, document.beneficiary)


def hide(work: Work, number: int) -> None:
    """Let nobody but the staff see an earlier statement.

    Raises:
        NoDocumentError: there is none.
        RefusedError: it is hidden already.
    """
    document = _required(work, number)
    if not document.visible:
        raise RefusedError("only the staff sees this statement already")
    store.change_document(work.connection, number, {"visible": False})
    _note_event(work, number, DocumentAction.HIDDEN, document.name, document.beneficiary)


def remove(work: Work, number: int, reason: str) -> None:
    """Take an earlier statement back; its history stays, and the file may be sent again.

    Args:
        work: the unit of work.
        number: of the statement.
        reason: why, for its history.

    Raises:
        NoDocumentError: there is none.
        RefusedError: no reason is given.
    """
    document = _required(work, number)
    why = " ".join(reason.split())
    if not why:
        raise RefusedError("say why, in a few words: the history keeps it")
    if len(why) > _LONGEST_NOTE or not why.isprintable():
        raise RefusedError(f"say why in up to {_LONGEST_NOTE:,} letters")
    store.change_document(work.connection, number, {"removed_at": work.at})
    _note_event(
        work, number, DocumentAction.REMOVED, document.name, document.beneficiary, reason=why
    )


def documents(work: Work, beneficiary: str) -> list[Document]:
    """Earlier statements of a beneficiary, the newest period first, those taken back too."""
    work.actor.require(Verb.READ)
    return store.documents_of(work.connection, work.actor, beneficiary)


def guesses(work: Work) -> list[DocumentGuess]:
    """Those without owner or period, the oldest first, with guesses from their files' names."""
    work.actor.require(Verb.READ)
    payees = _payees(work)
    found = []
    for document in store.unassigned_documents(work.connection, work.actor, SHOWN_AT_ONCE):
        span = span_in(document.name)
        period = document.period or (span_name(*span) if span else "")
        whose = document.beneficiary or payee_in(document.name, payees)
        found.append(DocumentGuess(document, whose, period))
    return found


def find_document(work: Work, number: int) -> tuple[Document, list[DocumentEvent]] | None:
    """One with its history, the newest first; None where there is none."""
    work.actor.require(Verb.READ)
    document = store.find_document(work.connection, work.actor, number)
    if document is None:
        return None
    events = [
        DocumentEvent(
            event.action,
            tuple((what, before, after) for what, (before, after) in event.details.items()),
            event.reason,
            event.at,
            event.by,
        )
        for event in store.events(work.connection, number)
    ]
    return document, events


def also_kept_of(work: Work, document: Document) -> list[str]:
    """Names of other beneficiaries of whom the same file is stored."""
    work.actor.require(Verb.READ)
    found = store.stored_copies(work.connection, [document.sha256])
    keys = {whose for _, number, whose in found if whose and number != document.id}
    return sorted(_name_of(work, key) for key in keys - {document.beneficiary})


def earlier(work: Work, beneficiary: str) -> list[Document]:
    """Earlier statements that a beneficiary's people see, the newest period first."""
    work.actor.require(Verb.READ_OWN)
    rows = store.documents_of(work.connection, work.actor, beneficiary)
    return [document for document in rows if document.visible and document.removed_at is None]


def file_of(work: Work, number: int, beneficiary: str = "") -> DocumentFile | None:
    """The file, if the actor may see it; else None.

    Args:
        work: the unit of work.
        number: of the statement.
        beneficiary: whose it must be; empty: anybody's.

    Raises:
        RefusedError: its bytes are missing.
    """
    work.actor.require(Verb.READ_OWN)
    document = store.find_document(work.connection, work.actor, number)
    if document is None or (beneficiary and document.beneficiary != beneficiary):
        return None
    path = work.files.document(document.sha256)
    if not path.is_file():
        raise RefusedError(f"the file {document.name} is missing: restore it from a backup")
    return DocumentFile(document.name, path)


def _required(work: Work, number: int) -> Document:
    work.actor.require(Verb.KEEP_DOCUMENTS)
    document = store.find_document(work.connection, work.actor, number, lock=True)
    if document is None:
        raise NoDocumentError
    if document.removed_at is not None:
        raise RefusedError("this statement was taken back: send its file again")
    return document


def _waits(work: Work, sent: TakenFile) -> TakenFile:
    waits, stored = work.files.enclosure(sent.sha256), work.files.document(sent.sha256)
    if not waits.is_file() and not stored.is_file():
        raise RefusedError(f"{sent.name} has waited for too long: choose it again")
    return sent


def _require_room(work: Work, sent: Sequence[TakenFile], beneficiary: str, more: int = 0) -> None:
    count, size = store.sent_since(work.connection, work.actor.name, work.at - _DAY)
    if count + len(sent) > MOST_A_DAY or size + sum(each.size for each in sent) > MOST_BYTES_A_DAY:
        raise RefusedError(
            f"you have sent {count} files with {size // 1_000_000} MB within a day, which is as "
            f"much as is taken: send the others tomorrow"
        )
    if beneficiary:
        stored = store.count_of(work.connection, beneficiary)
        if stored + len(sent) + more > MOST_OF_ONE:
            raise RefusedError(
                f"{stored} files are kept of {_name_of(work, beneficiary)}; {MOST_OF_ONE} are taken"
            )


def _payees(work: Work) -> Mapping[str, str]:
    return {key: each.name for key, each in setup_in_force(work).beneficiaries.items()}


def _require_beneficiary(work: Work, key: str) -> None:
    if key not in _payees(work):
        raise RefusedError(
            f"there is no beneficiary {key[:64]!r}" if key else "say whose this statement is"
        )


def _name_of(work: Work, key: str) -> str:
    return _payees(work).get(key, key)


def _span(period: str) -> Span:
    if not period.strip():
        raise RefusedError("say of which period it is, such as 2023-H2, or of which day")
    try:
        return parse_span(period)
    except NotASpanError as error:
        raise RefusedError(str(error)) from None


def _note(text: str) -> str:
    note = " ".join(text.split())
    if len(note) > _LONGEST_NOTE:
        raise RefusedError(f"the note is longer than {_LONGEST_NOTE:,} letters: shorten it")
    if fault := fault_of_line(note):
        raise RefusedError(f"the note: {fault}")
    return note


def _note_event(
    work: Work,
    number: int,
    action: DocumentAction,
    name: str,
    beneficiary: str,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    store.add_event(
        work.connection,
        {
            "document_id": number,
            "action": action,
            "details": changes or {},
            "reason": reason,
            "at": work.at,
            "by": work.actor.name,
        },
    )
    work.record(
        Verb.KEEP_DOCUMENTS,
        {
            "what": f"document-{action}",
            "document": number,
            "name": name,
            "beneficiary": beneficiary,
            **({"reason": reason} if reason else {}),
        },
    )

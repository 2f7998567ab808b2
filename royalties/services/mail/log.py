"""What was written to whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from royalties.domain.people import Verb
from royalties.services.work import RefusedError, Work
from royalties.store.mail import messages as store

PAGE = 50
_LONGEST_REASON = 300


class MailState(StrEnum):
    """What became of a message."""

    SENT = "sent"
    WAITING = "waiting"
    HELD = "held"
    TRYING = "trying again"
    FAILED = "failed"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A message without its text, which may hold a link that signs in."""

    id: int
    recipient: str
    subject: str
    kind: str
    about: str
    created_at: datetime
    created_by: str
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str
    state: MailState


def messages(
    work: Work, *, kind: str = "", before: int = 0, limit: int = PAGE
) -> list[WrittenMail]:
    """Messages, the newest first."""
    work.actor.require(Verb.AUDIT)
    rows = store.messages(work.connection, kind=kind, before=before, limit=limit)
    return [
        WrittenMail(
            row.id,
            row.recipient,
            row.subject,
            row.kind,
            row.about,
            row.created_at,
            row.created_by,
            row.attempts,
            row.next_at,
            row.sent_at,
            row.error,
            _state(row),
        )
        for row in rows
    ]


def try_again(work: Work, number: int) -> None:
    """Send what was not taken once more, as soon as may be.

    Raises:
        RefusedError: it was sent, or taken back.
    """
    work.actor.require(Verb.SEND)
    if not store.requeue(work.connection, number, work.at):
        raise RefusedError("this message was sent or taken back: there is nothing to try again")
    work.record(Verb.SEND, {"what": "mail-again", "mail": number})


def give_up(work: Work, number: int, reason: str = "") -> None:
    """Do not send a message that has not left; it stays in the log.

    Args:
        work: the unit of work.
        number: of the message.
        reason: why; it is stored with the message.

    Raises:
        RefusedError: it was sent, or taken back already.
    """
    work.actor.require(Verb.SEND)
    why = " ".join(reason.split())[:_LONGEST_REASON]
    note = f"taken back by {work.actor.name}{f': {why}' if why else ''}"
    if not store.cancel_message(work.connection, number, note):
        raise RefusedError("this message has left, or was taken back: nothing is to be taken back")
    work.record(Verb.SEND, {"what": "mail-given-up", "mail": number, "reason": why})


def _state(row: store.MailRow) -> MailState:
    if row.sent_at is not None:
        return MailState.SENT
    if not row.text:
        return MailState.TAKEN_BACK
    if row.next_at is None:
        return MailState.FAILED
    if row.attempts:
        return MailState.TRYING
    return MailState.HELD if row.error else MailState.WAITING

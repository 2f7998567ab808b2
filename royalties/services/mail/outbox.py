"""E-mail: written in the transaction that asks for it, sent after it, and logged for ever."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from royalties.adapters.mailer import Attachment, MailError
from royalties.services.books import setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store import mail as store

_TRIES = 8
_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody is to be told.

    Attributes:
        recipient: their e-mail address.
        subject: one line.
        paragraphs: what it says, in order.
        link: the one thing to do next as (words, address), if any.
        kind: invitation, reset, statement, …
        about: what it is about: a statement's number, a person's, …
        secret: whether the link signs in; the text is emptied once it was sent.
        attachments: issued files as (period, name).
    """

    recipient: str
    subject: str
    paragraphs: Sequence[str]
    kind: str
    about: str
    link: tuple[str, str] | None = None
    secret: bool = False
    attachments: Sequence[tuple[str, str]] = ()


def write(work: Work, message: Message) -> int:
    """Put a message into the outbox, kept with the transaction; returns its number."""
    text, html = _text(work, message), _html(work, message)
    return store.add(
        work.connection,
        {
            "recipient": message.recipient,
            "subject": " ".join(message.subject.split()),
            "text": text,
            "html": html,
            "attachments": json.dumps([list(each) for each in message.attachments]),
            "kind": message.kind,
            "about": message.about,
            "secret": int(message.secret),
            "created_at": work.at,
            "created_by": work.actor.name,
            "attempts": 0,
            "next_at": work.at,
            "error": "",
        },
    )


def deliver(unit: Callable[[], AbstractContextManager[Work]]) -> int:
    """Send one message whose time has come; returns how many were dealt with (0 or 1).

    The attempt is noted first, the message sent outside of any transaction (a slow mail server
    keeps nobody from writing), and the outcome noted after. So a stop in between sends at most
    one message twice, and loses none.

    Args:
        unit: opens a unit of work of its own, twice.
    """
    with unit() as work:
        message = _take(work)
    if message is None:
        return 0
    try:
        work.mailer.send(
            message.row.recipient,
            message.row.subject,
            message.row.text,
            message.row.html,
            _attachments(work, message.row),
            message.sender,
        )
    except (MailError, OSError) as error:
        with unit() as work:
            store.mark_failed(work.connection, message.row.id, str(error)[:500])
    else:
        with unit() as work:
            store.mark_sent(
                work.connection, message.row.id, work.at, forget=bool(message.row.secret)
            )
    return 1


@dataclass(frozen=True, slots=True)
class _Outgoing:
    row: store.MailRow
    sender: str


def _take(work: Work) -> _Outgoing | None:
    """The next message, tried again later unless its outcome is noted before."""
    if not work.mailer.is_set_up:
        return None
    row = store.next_due(work.connection, work.at)
    if row is None:
        return None
    attempts = row.attempts + 1
    later = work.ago(-timedelta(minutes=2**attempts)) if attempts < _TRIES else None
    store.mark_tried(work.connection, row.id, attempts, later)
    return _Outgoing(row, _sender(work))


def _attachments(work: Work, row: store.MailRow) -> list[Attachment]:
    return [
        Attachment(name, work.files.issued(period, name).read_bytes(), _TYPES[name[-5:]])
        for period, name in json.loads(row.attachments)
    ]


def _sender(work: Work) -> str:
    try:
        publisher = setup_in_force(work).publisher
    except RefusedError:
        return "royalties@localhost"
    return publisher.email or "royalties@localhost"


def _house(work: Work) -> str:
    try:
        return setup_in_force(work).publisher.name
    except RefusedError:
        return "The royalty desk"


def _text(work: Work, message: Message) -> str:
    parts = list(message.paragraphs)
    if message.link:
        words, address = message.link
        parts.append(f"{words}:\n{address}")
    parts.append(f"-- \n{_house(work)}")
    return "\n\n".join(parts) + "\n"


def _broken(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")


def _html(work: Work, message: Message) -> str:
    parts = [f"<p>{_broken(each)}</p>" for each in message.paragraphs]
    if message.link:
        words, address = message.link
        parts.append(f'<p><a href="{escape(address)}">{escape(words)}</a></p>')
    parts.append(f"<p>{escape(_house(work))}</p>")
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>'

"""E-mail: written in the transaction that asks for it, sent after it, and logged for ever.

A message waits without the desk's address: links are made when it leaves, with the address that
is configured then. As long as none is, messages with links are held, and the log of e-mail says
so. A link that signs in is sealed as long as it waits.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from html import escape

from royalties.adapters.mailer import (
    LONGEST_SUBJECT,
    Attachment,
    MailError,
    MailServerError,
    RefusedMailError,
)
from royalties.adapters.sealing import LostKeyError
from royalties.domain.events import NOTIFIED_ROLES, StaffEvent
from royalties.domain.one_line import neutral_line, neutral_text
from royalties.domain.people import Verb
from royalties.ingest import mailboxes
from royalties.services.books import setup_in_force
from royalties.services.frame import is_sandbox
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.mail import messages as store
from royalties.store.people import mail_choices

_TRIES = 8
"""How often a message is tried that the mail server does not take now."""

_PATIENCE = timedelta(days=5)
"""How long a message waits for a mail server that cannot be worked with (RFC 5321, 4.5.4.1)."""

_LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_WAIT = max(_LONGEST_PAUSE, timedelta(minutes=2 ** (_TRIES - 1)))
"""A message that waits for longer was written, or tried, before a clock was set back."""

_LONGEST_ERROR = 500

_CHOSEN = frozenset(event.value for event in StaffEvent)
_CHOICES, _CHOICES_PAGE = "Choose what you are told by e-mail", "/account/told"
"""The link in each message that its reader may choose not to get."""

NO_ADDRESS = (
    "it waits: it holds a link, and nobody has named the desk's address; set ROYALTIES_BASE_URL "
    "for the process that sends e-mail"
)
"""Why a message with a link does not leave."""

LOST_KEY = (
    "its link was sealed with a secret key that is not given any more: give it in "
    "ROYALTIES_OLD_SECRET_KEYS and try again, or have a new link sent"
)
"""Why a message that signs in cannot leave."""

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message to somebody.

    Attributes:
        recipient: their e-mail address.
        subject: one line; names in it are data, whatever they hold.
        paragraphs: what it says, in order.
        link: the one thing to do next as (words, path of a page of the desk), if any.
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
    """Put a message into the outbox, committed with the transaction; returns its number."""
    words, path = message.link or (None, None)
    if message.secret and path is not None:
        path = work.sealer.seal(path)
    return store.add_message(
        work.connection,
        {
            "recipient": message.recipient,
            "subject": neutral_line(message.subject, LONGEST_SUBJECT),
            "text": neutral_text("\n\n".join(message.paragraphs)),
            "html": "",
            "attachments": message.attachments,
            "link_words": words,
            "link": path,
            "kind": message.kind,
            "about": message.about,
            "secret": message.secret,
            "created_at": work.at,
            "created_by": work.actor.name,
            "attempts": 0,
            "next_at": work.at,
            "error": "",
        },
    )


class Outcome(StrEnum):
    """What came of an attempt to send one message; false if there was nothing to send."""

    NOTHING = ""
    SENT = "sent"
    NOT_TAKEN = "not taken"
    NO_SERVER = "no server"


def deliver(unit: Callable[[], AbstractContextManager[Work]]) -> Outcome:
    """Send one message whose time has come.

    The attempt is noted first, the message sent outside of any transaction (a slow mail server
    keeps nobody from writing), and the outcome noted after. So a stop in between sends at most
    one message twice, and loses none.

    Args:
        unit: opens a unit of work of its own, twice.

    Returns:
        What came of it. After ``NO_SERVER`` no other message fares better: let them rest.
    """
    with unit() as work:
        message = _take(work)
    if isinstance(message, Outcome):
        return message
    try:
        work.mailer.send(
            mailboxes.plain(message.row.recipient),
            message.row.subject,
            message.text,
            message.html,
            _attachments(work, message.row),
            message.sender,
        )
    except RefusedMailError as error:
        with unit() as work:
            store.mark_refused(work.connection, message.row.id, _short(error))
            _tell_of_bounce(work, message.row, _short(error))
        return Outcome.NOT_TAKEN
    except MailServerError as error:
        with unit() as work:
            _wait_for_server(work, message.row, error)
        return Outcome.NO_SERVER
    except (MailError, OSError) as error:
        with unit() as work:
            store.mark_failed(work.connection, message.row.id, _short(error))
        return Outcome.NOT_TAKEN
    with unit() as work:
        store.mark_sent(work.connection, message.row.id, work.at, forget=message.row.secret)
    return Outcome.SENT


def _tell_of_bounce(work: Work, row: store.MailRow, error: str) -> None:
    """Tell those who send statements that one was not taken."""
    if row.kind != "statement":
        return
    event = StaffEvent.STATEMENT_BOUNCED
    for person in mail_choices.people_notified_of(work.connection, event, NOTIFIED_ROLES[event]):
        paragraphs = (
            f"The message “{row.subject}” to {row.recipient} was not taken: {error}",
            "Correct the address with the beneficiary, then let the message be sent again.",
        )
        subject = f"A statement could not be sent to {row.recipient}"
        link = ("Look at the e-mail", "/finance/mail")
        write(work, Message(person.email, subject, paragraphs, event.value, row.about, link))


def _wait_for_server(work: Work, row: store.MailRow, error: MailServerError) -> None:
    """Keep a message for when the server is back; only days without one end it."""
    if work.now - row.created_at > _PATIENCE:
        store.mark_refused(work.connection, row.id, _short(error))
        return
    pause = min(timedelta(minutes=2 ** min(row.attempts + 1, _TRIES)), _LONGEST_PAUSE)
    store.mark_delayed(work.connection, row.id, work.at + pause, _short(error))


def _short(error: Exception) -> str:
    return str(error)[:_LONGEST_ERROR]


@dataclass(frozen=True, slots=True)
class _Outgoing:
    row: store.MailRow
    text: str
    html: str
    sender: str


def _take(work: Work) -> _Outgoing | Outcome:
    """The next message, tried again later unless its outcome is noted before."""
    if not work.mailer.is_set_up or is_sandbox(work):
        return Outcome.NOTHING  # nothing that a sandbox says is true
    store.bring_forward(work.connection, work.at, work.at + _LONGEST_WAIT + CLOCKS_DIFFER)
    if not work.is_address_known:
        store.mark_held(work.connection, work.at, NO_ADDRESS)
    row = store.next_due(work.connection, work.at, links=work.is_address_known)
    if row is None:
        return Outcome.NOTHING
    attempts = row.attempts + 1
    later = work.at + timedelta(minutes=2**attempts) if attempts < _TRIES else None
    store.mark_attempted(work.connection, row.id, attempts, later)
    try:
        opened = _opened(work, row)
    except LostKeyError:
        store.mark_refused(work.connection, row.id, LOST_KEY)
        return Outcome.NOT_TAKEN
    if opened.html:  # written by an earlier release, whole
        return _Outgoing(row, opened.text, opened.html, _sender(work))
    return _Outgoing(row, _text(work, opened), _html(work, opened), _sender(work))


def seal_all(work: Work) -> None:
    """Seal what waits and signs in with the key in use; earlier versions stored it in clear."""
    work.actor.require(Verb.SET)
    for row in store.secrets(work.connection):
        with suppress(LostKeyError):
            store.seal(work.connection, row.id, _sealed(work, _opened(work, row)))


def _secrets(row: store.MailRow) -> dict[str, str]:
    """What of a message signs in: its link, or the whole text if an earlier release wrote it."""
    if not row.secret:
        return {}
    secrets_of_row = {"text": row.text, "html": row.html} if row.html else {"link": row.link or ""}
    return {name: each for name, each in secrets_of_row.items() if each}


def _opened(work: Work, row: store.MailRow) -> store.MailRow:
    """A message as it was written.

    Raises:
        LostKeyError: it was sealed with another key.
    """
    opened = {name: work.sealer.open(each) for name, each in _secrets(row).items()}
    return row._replace(**opened)  # type: ignore[arg-type]  # columns of text, each of them


def _sealed(work: Work, row: store.MailRow) -> dict[str, str]:
    return {name: work.sealer.seal(each) for name, each in _secrets(row).items()}


def _attachments(work: Work, row: store.MailRow) -> list[Attachment]:
    return [
        Attachment(name, work.files.issued(period, name).read_bytes(), _TYPES[name[-5:]])
        for period, name in row.attachments
    ]


def _sender(work: Work) -> str:
    try:
        publisher = setup_in_force(work).publisher
    except RefusedError:
        return "royalties@localhost"
    return mailboxes.plain(publisher.email) or "royalties@localhost"


def _house(work: Work) -> str:
    try:
        return setup_in_force(work).publisher_on(work.today).name
    except RefusedError:
        return "The royalty desk"


def _text(work: Work, row: store.MailRow) -> str:
    parts = [row.text]
    if row.link is not None:
        parts.append(f"{row.link_words}:\n{work.base_url}{row.link}")
    if row.kind in _CHOSEN:
        parts.append(f"{_CHOICES}:\n{work.base_url}{_CHOICES_PAGE}")
    parts.append(f"-- \n{_house(work)}")
    return "\n\n".join(parts) + "\n"


def _broken(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")


def _html(work: Work, row: store.MailRow) -> str:
    parts = [f"<p>{_broken(each)}</p>" for each in row.text.split("\n\n")]
    if row.link is not None:
        address = escape(f"{work.base_url}{row.link}")
        parts.append(f'<p><a href="{address}">{escape(row.link_words or "")}</a></p>')
    if row.kind in _CHOSEN:
        page = escape(f"{work.base_url}{_CHOICES_PAGE}")
        parts.append(f'<p><a href="{page}">{_CHOICES}</a></p>')
    parts.append(f"<p>{escape(_house(work))}</p>")
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>'

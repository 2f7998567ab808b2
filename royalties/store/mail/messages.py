"""The outbox, which also serves as the log of sent mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from royalties.store.engine import is_sqlite
from royalties.store.tables import mail


class MailRow(NamedTuple):
    """One message."""

    id: int
    recipient: str
    subject: str
    text: str
    html: str
    attachments: list[list[str]]
    link_words: str | None
    link: str | None
    kind: str
    about: str
    secret: bool
    created_at: datetime
    created_by: str
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str


_ERASED: Mapping[str, object] = {"text": "", "html": "", "link": None}
"""What is left of a message that holds a secret, or will not be sent any more."""


def add_message(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a message and return its number."""
    inserted = connection.execute(insert(mail).values(**values).returning(mail.c.id))
    return int(inserted.scalar_one())


def bring_forward(connection: Connection, at: datetime, longest: datetime) -> None:
    """Bring forward messages due later than ``longest``: the clock was set back."""
    connection.execute(update(mail).where(mail.c.next_at > longest).values(next_at=at))


def next_due(connection: Connection, at: datetime, *, links: bool) -> MailRow | None:
    """The oldest message that is due, its row locked against other senders.

    ``links`` says whether messages with a link may be sent.
    """
    query = _select().where(mail.c.next_at <= at).order_by(mail.c.next_at, mail.c.id).limit(1)
    if not links:
        query = query.where(mail.c.link.is_(None))
    if not is_sqlite(connection):
        query = query.with_for_update(skip_locked=True)
    row = connection.execute(query).first()
    return MailRow(*row) if row else None


def secrets(connection: Connection) -> list[MailRow]:
    """Unsent messages that hold a sign-in link, their rows locked."""
    query = _select().where(mail.c.secret == 1, mail.c.sent_at.is_(None), mail.c.text != "")
    return [MailRow(*row) for row in connection.execute(query.with_for_update())]


def seal(connection: Connection, number: int, sealed: Mapping[str, str]) -> None:
    """Store the sealed words of a message that holds a sign-in link."""
    if sealed:
        connection.execute(update(mail).where(mail.c.id == number).values(**sealed))


def mark_sent(connection: Connection, number: int, at: datetime, *, forget: bool) -> None:
    """Record that a message was sent; ``forget`` erases the words of one with a sign-in link."""
    values: dict[str, object] = {"sent_at": at, "next_at": None, "error": ""}
    if forget:
        values |= _ERASED
    connection.execute(update(mail).where(mail.c.id == number).values(**values))


def mark_attempted(
    connection: Connection, number: int, attempts: int, next_at: datetime | None
) -> None:
    """Record an attempt to send a message, and when to retry if there is no answer."""
    connection.execute(
        update(mail)
        .where(mail.c.id == number)
        .values(
            attempts=attempts, next_at=next_at, error="it was being sent; nothing more is known"
        )
    )


def mark_failed(connection: Connection, number: int, error: str) -> None:
    """Record why a message was not accepted."""
    connection.execute(update(mail).where(mail.c.id == number).values(error=error))


def mark_held(connection: Connection, at: datetime, why: str) -> None:
    """Record why due messages with a link are held back."""
    connection.execute(
        update(mail)
        .where(mail.c.next_at <= at, mail.c.link.is_not(None), mail.c.error != why)
        .values(error=why)
    )


def mark_delayed(connection: Connection, number: int, next_at: datetime, error: str) -> None:
    """Record why a message is delayed, and until when."""
    connection.execute(update(mail).where(mail.c.id == number).values(error=error, next_at=next_at))


def mark_refused(connection: Connection, number: int, error: str) -> None:
    """Record why a message is refused for good; it is not retried automatically."""
    connection.execute(update(mail).where(mail.c.id == number).values(error=error, next_at=None))


def cancel_unsent(connection: Connection, kind: str, about: str) -> None:
    """Cancel unsent messages about something, and erase sign-in links."""
    _cancel(
        connection,
        (mail.c.kind == kind) & (mail.c.about == about),
        "taken back: its link opens nothing any more",
    )


def cancel_replaced(connection: Connection, kind: str, about: str) -> None:
    """Cancel unsent messages that a new one replaces."""
    _cancel(
        connection,
        (mail.c.kind == kind) & (mail.c.about == about),
        "a newer message took its place",
    )


def cancel_message(connection: Connection, number: int, why: str) -> bool:
    """Cancel one unsent message; False if there is none.

    One that is being sent at this moment may still go out; it is then recorded as sent.
    """
    return _cancel(connection, mail.c.id == number, why) > 0


def _cancel(connection: Connection, which: ColumnElement[bool], why: str) -> int:
    taken = connection.execute(
        update(mail)
        .where(which, mail.c.sent_at.is_(None), mail.c.text != "")
        .values(**_ERASED, next_at=None, error=why)
    )
    return taken.rowcount


def requeue(connection: Connection, number: int, at: datetime) -> bool:
    """Requeue a message that was given up; False if there is none."""
    tried = connection.execute(
        update(mail)
        .where(
            mail.c.id == number, mail.c.sent_at.is_(None), mail.c.attempts > 0, mail.c.text != ""
        )
        .values(attempts=0, next_at=at)
    )
    return tried.rowcount > 0


def messages(
    connection: Connection, *, kind: str = "", about: str = "", before: int = 0, limit: int = 50
) -> list[MailRow]:
    """Messages, the newest first; ``before`` is the last number on the previous page."""
    query = _select().order_by(mail.c.id.desc()).limit(limit)
    if kind:
        query = query.where(mail.c.kind == kind)
    if about:
        query = query.where(mail.c.about == about)
    if before:
        query = query.where(mail.c.id < before)
    return [MailRow(*row) for row in connection.execute(query)]


def _select() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(mail.c[name] for name in MailRow._fields))

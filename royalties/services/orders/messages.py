"""Messages between an organization and the staff on an order, with files; and the staff's notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from royalties.domain.orders.life import Side
from royalties.domain.orders.order import FileKind, Order
from royalties.domain.people import NotAllowedError, Verb
from royalties.services.orders import attachments, life, notices
from royalties.services.orders.attachments import AttachmentUpload, StoredAttachment
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages as store
from royalties.store.orders.messages import FileRow

__all__ = ["AttachmentUpload", "OrderDownload", "OrderMessage", "file_of", "messages", "post"]

KIND = FileKind.ATTACHMENT
MOST_FILES = attachments.MOST_AT_ONCE
_LONGEST = 10_000
_QUOTED = 2_000


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """A message; ``internal`` ones are for the staff only."""

    id: int
    at: datetime
    by: str
    side: Side
    text: str
    internal: bool
    files: tuple[FileRow, ...]


class OrderDownload(NamedTuple):
    """A file of an order to be given out: always to be kept, never shown inside a page."""

    name: str
    type: str
    path: Path


def post(
    work: Work,
    number: str,
    text: str,
    files: Sequence[AttachmentUpload | StoredAttachment] = (),
    *,
    internal: bool = False,
    event: str = "message",
) -> int:
    """Write on an order and tell the other side; returns the message's number.

    Args:
        work: the unit of work.
        number: the order's.
        text: what to say; may be empty if files are sent.
        files: what comes along.
        internal: whether it is a note among the staff, of which the organization never knows.
        event: by which words of the table the other side is told.

    Raises:
        NoOrderError: there is none for this actor.
        RefusedError: nothing is said, it is too long, or a file is not taken.
    """
    side = life.side_of(work)
    verb = Verb.KEEP_ORDERS if side is Side.STAFF else Verb.ORDER
    work.actor.require(verb)
    if internal and side is not Side.STAFF:
        raise NotAllowedError(work.actor, Verb.KEEP_ORDERS)
    order = life.lock(work, number)
    said = _checked_text(text)
    files = [file for file in files if file.name]
    if not said and not files:
        raise RefusedError("write something, or send a file")
    if len(files) > MOST_FILES:
        raise RefusedError(f"send up to {MOST_FILES} files with one message")
    taken = [
        file if isinstance(file, StoredAttachment) else attachments.take(work.files, file)
        for file in files
    ]
    attachments.require_few(taken)
    attachments.require_room(work, order.organization, [file.size for file in taken])
    message = store.add_message(
        work.connection,
        {
            "order_id": order.id,
            "at": work.at,
            "by": work.actor.name,
            "side": side,
            "text": said,
            "internal": internal,
        },
    )
    names = [_add_file(work, order, message, side, file) for file in taken]
    work.record(verb, {"order": number, "message": message, "internal": internal, "files": names})
    if not internal:
        quoted = said if len(said) <= _QUOTED else f"{said[:_QUOTED]} …"
        notices.notify(work, order, event, detail={"text": quoted, "files": ", ".join(names)})
    return message


def messages(work: Work, order: Order) -> list[OrderMessage]:
    """An order's messages with their files, the oldest first; the order was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    rows = store.messages_of(work.connection, order.id, internal=work.actor.sees_all)
    sent: dict[int | None, list[FileRow]] = {}
    for row in store.files_of(work.connection, order.id, KIND):
        sent.setdefault(row.message_id, []).append(row)
    return [OrderMessage(*row, tuple(sent.get(row.id, ()))) for row in rows]


def file_of(work: Work, number: str, file_id: int) -> OrderDownload | None:
    """A file of an order, whatever its kind, if it concerns the actor; else None.

    Raises:
        RefusedError: its bytes are missing.
    """
    work.actor.require(Verb.READ_ORDERS)
    row = store.find_file(work.connection, work.actor, number, file_id)
    if row is None:
        return None
    path = work.files.order_file(row.sha256)
    if not path.is_file():
        raise RefusedError(f"the file {row.name} is missing: restore it from a backup")
    return OrderDownload(row.name, row.type, path)


def _add_file(work: Work, order: Order, message: int, side: Side, sent: StoredAttachment) -> str:
    kept = attachments.store_file(work, sent)
    store.add_file(
        work.connection,
        {
            "order_id": order.id,
            "kind": KIND,
            **kept._asdict(),
            "facts": {},
            "message_id": message,
            "at": work.at,
            "by": work.actor.name,
            "side": side,
        },
    )
    return kept.name


def _checked_text(text: str) -> str:
    message = text.replace("\r\n", "\n").strip()
    if len(message) > _LONGEST:
        raise RefusedError(
            f"the message has {len(message):,} characters: shorten it to {_LONGEST:,}"
        )
    if not all(each.isprintable() or each in "\n\t" for each in message):
        raise RefusedError("the message holds signs that nobody can read: take them out")
    return message

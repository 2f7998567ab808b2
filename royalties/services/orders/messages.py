"""Messages between an organization and the staff on an order, and the files that both send.

Notes among the staff are messages too. Files come with certificates and purchase orders as well:
they are checked by their bytes, and stored by their fingerprint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple

from royalties.domain.orders.life import Side
from royalties.domain.orders.order import FileKind, Order
from royalties.domain.people import NotAllowedError, Verb
from royalties.ingest.uploads.attachments import ENDINGS
from royalties.services.enclosures import TakenFile, take
from royalties.services.orders import life, notices
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages as store
from royalties.store.orders.messages import FileRow

ATTACHED = frozenset(ENDINGS)
"""Types of files that come with a message."""

MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 10, 50_000_000
"""Files that may come with one form, and their bytes together."""

DAY = timedelta(days=1)
MOST_A_DAY, MOST_BYTES_A_DAY = 200, 500_000_000
"""Files that an organization, or one of the staff, may send within a day, and their bytes."""


class AttachmentUpload(NamedTuple):
    """A file as it was sent; its name is only shown."""

    name: str
    stream: IO[bytes]


def require_few(files: Sequence[TakenFile]) -> None:
    """Refuse more files, or larger ones, than come with one form.

    Raises:
        RefusedError: says how many are taken.
    """
    if len(files) > MOST_AT_ONCE:
        raise RefusedError(f"send up to {MOST_AT_ONCE} files with one message")
    if sum(each.size for each in files) > MOST_BYTES_AT_ONCE:
        raise RefusedError(
            f"these files are larger than {MOST_BYTES_AT_ONCE // 1_000_000} MB together: send "
            f"them one after the other, or reduce their pictures"
        )


def require_room(work: Work, organization: str, sizes: Sequence[int]) -> None:
    """Refuse more files than somebody sends within a day.

    Args:
        work: the unit of work; the staff's files are counted by who sends them.
        organization: whose order it is.
        sizes: bytes of the files that come now.

    Raises:
        RefusedError: says when more are taken.
    """
    by = work.actor.name if work.actor.sees_all else ""
    count, bytes_ = store.sent_since(work.connection, work.at - DAY, organization, by)
    if count + len(sizes) > MOST_A_DAY or bytes_ + sum(sizes) > MOST_BYTES_A_DAY:
        raise RefusedError(
            f"{count} files with {bytes_ // 1_000_000} MB came within a day, which is as much as "
            f"is taken: send the others tomorrow, or agree on another way"
        )


def store_file(
    work: Work,
    sent: AttachmentUpload | TakenFile,
    types: frozenset[str] = ATTACHED,
) -> TakenFile:
    """Keep a file for good, one that ``take`` looked at or one that it looks at now.

    Raises:
        RefusedError: it is not what is taken; says what is.
    """
    taken = sent if isinstance(sent, TakenFile) else take(work.files, *sent, types)
    if taken.type not in types:
        raise RefusedError(f"{taken.name}: this is not what is taken here: send it as PDF")
    waits = work.files.enclosure(taken.sha256)
    if not waits.is_file() and not work.files.order_file(taken.sha256).is_file():
        raise RefusedError(f"{taken.name} has waited for too long: choose it again")
    work.files.keep_checked(taken.sha256, waits)
    work.files.drop_enclosure(taken.sha256)
    return taken


KIND = FileKind.ATTACHMENT
MOST_FILES = MOST_AT_ONCE
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
    """A file of an order to be handed out: always as a download, never inside a page."""

    name: str
    type: str
    path: Path


def post(
    work: Work,
    number: str,
    text: str,
    files: Sequence[AttachmentUpload | TakenFile] = (),
    *,
    internal: bool = False,
    event: str = "message",
) -> int:
    """Write on an order and notify the other side; returns the message's number.

    Args:
        work: the unit of work.
        number: the order's.
        text: may be empty if files are sent.
        files: what comes along.
        internal: whether it is a note among the staff, of which the organization never knows.
        event: by whose words of the table the other side is notified.

    Raises:
        NoOrderError: there is none for this actor.
        RefusedError: the text is empty or too long, or a file is not taken.
    """
    side = life.side_of(work)
    verb = Verb.KEEP_ORDERS if side is Side.STAFF else Verb.ORDER
    work.actor.require(verb)
    if internal and side is not Side.STAFF:
        raise NotAllowedError(work.actor, Verb.KEEP_ORDERS)
    order = life.lock(work, number)
    text = _checked_text(text)
    files = [file for file in files if file.name]
    if not text and not files:
        raise RefusedError("write something, or send a file")
    if len(files) > MOST_FILES:
        raise RefusedError(f"send up to {MOST_FILES} files with one message")
    taken = [
        file if isinstance(file, TakenFile) else take(work.files, *file, ATTACHED) for file in files
    ]
    require_few(taken)
    require_room(work, order.organization, [file.size for file in taken])
    message = store.add_message(
        work.connection,
        {
            "order_id": order.id,
            "at": work.at,
            "by": work.actor.name,
            "side": side,
            "text": text,
            "internal": internal,
        },
    )
    names = [_add_file(work, order, message, side, file) for file in taken]
    work.record(verb, {"order": number, "message": message, "internal": internal, "files": names})
    if not internal:
        quoted = text if len(text) <= _QUOTED else f"{text[:_QUOTED]} …"
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


def _add_file(work: Work, order: Order, message: int, side: Side, sent: TakenFile) -> str:
    stored = store_file(work, sent)
    store.add_file(
        work.connection,
        {
            "order_id": order.id,
            "kind": KIND,
            **stored._asdict(),
            "facts": {},
            "message_id": message,
            "at": work.at,
            "by": work.actor.name,
            "side": side,
        },
    )
    return stored.name


def _checked_text(text: str) -> str:
    message = text.replace("\r\n", "\n").strip()
    if len(message) > _LONGEST:
        raise RefusedError(
            f"the message has {len(message):,} characters: shorten it to {_LONGEST:,}"
        )
    if not all(each.isprintable() or each in "\n\t" for each in message):
        raise RefusedError("the message holds signs that nobody can read: take them out")
    return message

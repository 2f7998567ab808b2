"""Files that come with messages and certificates: checked by their bytes, kept by fingerprint."""

from collections.abc import Sequence
from datetime import timedelta
from typing import IO, NamedTuple

from royalties.adapters.files import Files, TooLargeError
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.attachments import ENDINGS, named, type_of
from royalties.services.sales.uploads import shown_name
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages as store

LARGEST = 20_000_000
"""Bytes of a file that is taken."""

MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 10, 50_000_000
"""Files that may come with one form, and their bytes together."""

DAY = timedelta(days=1)
MOST_A_DAY, MOST_BYTES_A_DAY = 200, 500_000_000
"""Files that an organization, or one of the staff, may send within a day, and their bytes."""

_LONGEST_NAME = 255


class AttachmentUpload(NamedTuple):
    """A file as it was sent; its name is only shown."""

    name: str
    stream: IO[bytes]


class StoredAttachment(NamedTuple):
    """A file that was kept."""

    name: str
    type: str
    sha256: str
    size: int


def take(
    files: Files, sent: AttachmentUpload, types: frozenset[str] = frozenset(ENDINGS)
) -> StoredAttachment:
    """Look at a file that was sent and write it down, before anything is held for it.

    It waits among the uploads, as those do for an hour; what is refused is not written down.

    Raises:
        RefusedError: it is too large, or something else; says what is taken.
    """
    name = shown_name(sent.name)
    try:
        type_ = type_of(sent.stream, types)
    except UnreadableError as error:
        raise RefusedError(f"{name}: {error.problem.message}: {error.problem.remedy}") from None
    try:
        fingerprint, size = files.keep_enclosure(sent.stream, LARGEST)
    except TooLargeError:
        raise RefusedError(
            f"{name} is larger than {LARGEST // 1_000_000} MB: reduce its pictures, or split it"
        ) from None
    return StoredAttachment(named(name, type_)[-_LONGEST_NAME:], type_, fingerprint, size)


def require_few(files: Sequence[StoredAttachment]) -> None:
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
    sent: AttachmentUpload | StoredAttachment,
    types: frozenset[str] = frozenset(ENDINGS),
) -> StoredAttachment:
    """Keep a file for good, one that ``take`` looked at or one that it looks at now.

    Raises:
        RefusedError: it is not what is taken; says what is.
    """
    taken = sent if isinstance(sent, StoredAttachment) else take(work.files, sent, types)
    if taken.type not in types:
        raise RefusedError(f"{taken.name}: this is not what is taken here: send it as PDF")
    waits = work.files.enclosure(taken.sha256)
    if not waits.is_file() and not work.files.order_file(taken.sha256).is_file():
        raise RefusedError(f"{taken.name} has waited for too long: choose it again")
    work.files.keep_checked(taken.sha256, waits)
    work.files.drop_enclosure(taken.sha256)
    return taken

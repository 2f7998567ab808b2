"""Files that come with messages and certificates: checked by their bytes, kept by fingerprint."""

from typing import IO, NamedTuple

from royalties.adapters.files import TooLargeError
from royalties.ingest.attachments import ENDINGS, named, type_of
from royalties.ingest.reading import UnreadableError
from royalties.services.sales.uploads import shown_name
from royalties.services.work import RefusedError, Work

LARGEST = 20_000_000
"""Bytes of a file that is taken."""

_LONGEST_NAME = 255


class Sent(NamedTuple):
    """A file as it was sent; its name is only shown."""

    name: str
    stream: IO[bytes]


class Kept(NamedTuple):
    """A file that was kept."""

    name: str
    type: str
    sha256: str
    size: int


def keep(work: Work, sent: Sent, types: frozenset[str] = frozenset(ENDINGS)) -> Kept:
    """Keep a file that was sent, if it is what is taken.

    Raises:
        RefusedError: it is too large, or something else; says what is taken.
    """
    name = shown_name(sent.name)
    try:
        type_ = type_of(sent.stream, types)
    except UnreadableError as error:
        raise RefusedError(f"{name}: {error.problem.message}: {error.problem.remedy}") from None
    try:
        fingerprint, size = work.files.keep_order_file(sent.stream, LARGEST)
    except TooLargeError:
        raise RefusedError(
            f"{name} is larger than {LARGEST // 1_000_000} MB: reduce its pictures, or split it"
        ) from None
    return Kept(named(name, type_)[-_LONGEST_NAME:], type_, fingerprint, size)

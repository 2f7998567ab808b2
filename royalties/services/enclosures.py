"""Files that come with a form or a command: named as they may be shown, looked at, used, let go."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol, TypeVar

from royalties.adapters.files import Files, TooLargeError
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.attachments import type_of
from royalties.ingest.uploads.documents import name_for, type_of_any
from royalties.ingest.uploads.packed import is_packed, unpacked
from royalties.services.work import RefusedError

LARGEST = 20_000_000
"""Bytes of a file that is taken."""

MOST_AT_ONCE = 200
"""Files that come together, or in one ZIP."""

_NAME_LENGTH = 255
_ENDING_LENGTH = 16
_BACKSTROKE = re.compile(r"[/\\]")


class Enclosure(Protocol):
    """A file that was written down among the uploads, under its fingerprint."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""
        ...


Taken = TypeVar("Taken", bound=Enclosure)


@contextmanager
def enclosed(
    files: Files, taken: Iterable[Taken], require_few: Callable[[Sequence[Taken]], None]
) -> Iterator[list[Taken]]:
    """Files that are taken one after the other; whatever comes of them, none stays behind.

    Args:
        files: where they are written down.
        taken: takes the next file when it is asked for.
        require_few: refuses too many, before the next one is taken.

    Raises:
        RefusedError: one is not taken, or there are too many.
    """
    enclosures: list[Taken] = []
    try:
        for enclosure in taken:
            enclosures.append(enclosure)
            require_few(enclosures)
        yield enclosures
    finally:
        for enclosure in enclosures:
            files.drop_enclosure(enclosure.sha256)


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no folders, nothing invisible, not too long."""
    last = _BACKSTROKE.split(unicodedata.normalize("NFC", name))[-1]
    text = " ".join("".join(c if c.isprintable() else " " for c in last).split())
    if len(text) > _NAME_LENGTH:
        ending = Path(text).suffix[:_ENDING_LENGTH]
        text = text[: _NAME_LENGTH - len(ending)] + ending
    return text or "a report"


class TakenFile(NamedTuple):
    """A file that was looked at and written down, and belongs to nothing yet."""

    name: str
    type: str
    sha256: str
    size: int


def take(
    files: Files, name: str, stream: IO[bytes], types: frozenset[str] | None = None
) -> TakenFile:
    """Look at a file that was sent and write it down, while nobody waits for the database.

    It waits among the uploads, as those do for an hour; what is refused is not written down.

    Args:
        files: where it is written down.
        name: as it was sent.
        stream: its bytes.
        types: those that are taken; None: any but what a computer would run.

    Raises:
        RefusedError: it is empty, too large, or something else; says what is taken.
    """
    display_name = shown_name(name)
    try:
        type_ = type_of_any(stream, display_name) if types is None else type_of(stream, types)
    except UnreadableError as error:
        raise RefusedError(
            f"{display_name}: {error.problem.message}: {error.problem.remedy}"
        ) from None
    try:
        fingerprint, size = files.keep_enclosure(stream, LARGEST)
    except TooLargeError:
        raise RefusedError(
            f"{display_name} is larger than {LARGEST // 1_000_000} MB: reduce its pictures, or "
            f"split it"
        ) from None
    return TakenFile(name_for(display_name, type_)[-_NAME_LENGTH:], type_, fingerprint, size)


def take_each(files: Files, name: str, stream: IO[bytes]) -> Iterator[TakenFile]:
    """The same of each file in a ZIP that somebody packed; of any other file of itself.

    One after the other, so that who takes them can stop, and drop those that were written down.

    Raises:
        RefusedError: a file of it would be refused, or it cannot be unpacked.
    """
    display_name = shown_name(name)
    try:
        if not is_packed(stream, display_name):
            yield take(files, name, stream)
            return
        for inner, file in unpacked(stream, MOST_AT_ONCE, LARGEST):
            try:
                yield take(files, inner, file)
            except RefusedError as error:
                raise RefusedError(f"{display_name}: {error}") from None
    except UnreadableError as error:
        raise RefusedError(
            f"{display_name}: {error.problem.message}: {error.problem.remedy}"
        ) from None

"""Files that come with a form or a command: looked at, used, and let go."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from royalties.adapters.files import Files


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
    kept: list[Taken] = []
    try:
        for each in taken:
            kept.append(each)
            require_few(kept)
        yield kept
    finally:
        for each in kept:
            files.drop_enclosure(each.sha256)

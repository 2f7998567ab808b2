"""A report that was read through: its lines wait in a file until they are recorded.

Reading takes as long as the file makes it take; recording holds the books against others. So a
report is read first, in work that only reads, and its lines are then recorded from here.
"""

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

from royalties.adapters.files import DiskError
from royalties.domain.problems import Choice, Notice, Problem, Skipped
from royalties.ingest.report.reading import Chunk, ControlTotals, Reading

_BLOCK = 1 << 20


@dataclass(slots=True)
class Spooled:
    """A ``Reading`` whose lists and totals are complete, and whose lines lie in a file.

    ``revision`` is the newest one of the setup that it was read against: another setup may know
    other editions.
    """

    report: str
    retailer: str | None
    account: str
    sheets: list[str]
    header_rows: dict[str, int]
    choices: list[Choice]
    problems: list[Problem]
    notices: list[Notice]
    notes: list[str]
    skipped: Skipped
    totals: ControlTotals
    unlisted: int
    path: Path
    revision: int
    sha256: str

    def chunks(self) -> Iterator[Chunk]:
        """See ``Reading``."""
        with self.path.open("rb") as file:
            while lines := pickle.load(file):  # noqa: S301 - written by ourselves
                yield Chunk(*lines)

    def close(self) -> None:
        """Delete the lines."""
        self.path.unlink(missing_ok=True)


_OWN = ("path", "revision", "sha256")
"""What a reading does not say."""


def spooled(reading: Reading, folder: Path, revision: int, sha256: str) -> Spooled:
    """Read a report through, and keep its lines in a file of a folder.

    Raises:
        DiskError: the lines cannot be written.
    """
    path = _kept(reading, folder)
    said = {
        each.name: getattr(reading, each.name) for each in fields(Spooled) if each.name not in _OWN
    }
    return Spooled(**said, path=path, revision=revision, sha256=sha256)


def _kept(reading: Reading, folder: Path) -> Path:
    with _writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".lines-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb", _BLOCK) as file:
            for chunk in reading.chunks():
                _write((chunk.sales, chunk.waiting), file, path)
            _write(None, file, path)
            with _writing(path):
                file.flush()
    except BaseException:
        path.unlink()
        raise
    return path


def _write(lines: object, file: BinaryIO, path: Path) -> None:
    with _writing(path):
        pickle.dump(lines, file, pickle.HIGHEST_PROTOCOL)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the disk does not take, named."""
    try:
        yield
    except OSError as error:
        raise DiskError(path, str(error.strerror)) from error

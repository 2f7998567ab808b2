"""A report that has been read: its lines are stored in a file until they are recorded.

Reading can take long, and recording locks the books. So a report is read first, in a read-only
unit of work, and its lines are then recorded from the file.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from royalties.adapters.files import DiskError, make_private
from royalties.domain.problems import Choice, Notice, Problem, Skipped
from royalties.domain.sales.changes import Change
from royalties.ingest.report.reading import ControlTotals, Reading, RefusedRow, UnknownBook
from royalties.store.sales.line_file import LineWriter
from royalties.store.sales.recorded_orders import RecordedState


@dataclass(slots=True)
class Spooled:
    """The ``Findings`` of a report that was read through, whose lines lie in a file.

    ``lines`` counts those that are sold and those that wait. ``revision`` is the newest one of the
    setup that it was read against, ``aliases`` the newest decision about an alias: others may know
    other editions. ``standing`` lists the imports in
    force then: a report that is known ``by_order`` leaves out what they hold.
    """

    report: str
    by_order: bool
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
    changes: list[Change]
    refused_rows: list[RefusedRow]
    unknown_books: dict[str, UnknownBook]
    alias_uses: dict[str, dict[int, list[int]]]
    unlisted: int
    answers: Mapping[str, str]
    lines: int
    path: Path
    revision: int
    aliases: int
    standing: RecordedState
    sha256: str

    def close(self) -> None:
        """Delete the lines."""
        self.path.unlink(missing_ok=True)


_OWN = ("lines", "path", "revision", "aliases", "standing", "sha256")
"""What a reading does not say."""


def spooled(
    reading: Reading, folder: Path, against: tuple[int, int], standing: RecordedState, sha256: str
) -> Spooled:
    """Read a report through, and store its lines in a file of a folder.

    ``against`` are the newest revision of the setup and the newest decision about aliases.

    Raises:
        DiskError: the lines cannot be written.
    """
    path, lines = _spooled(reading, folder)
    facts = {
        each.name: getattr(reading, each.name) for each in fields(Spooled) if each.name not in _OWN
    }
    revision, aliases = against
    return Spooled(
        **facts,
        lines=lines,
        path=path,
        revision=revision,
        aliases=aliases,
        standing=standing,
        sha256=sha256,
    )


def _spooled(reading: Reading, folder: Path) -> tuple[Path, int]:
    with writing(folder):
        make_private(folder)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".lines-")
        os.close(handle)
    path, lines = Path(name), 0
    try:
        with writing(path):
            writer = LineWriter(path)
        try:
            for chunk in reading.chunks():
                lines += chunk.size
                with writing(path):
                    writer.add(chunk.columns, chunk.sales, chunk.waiting)
            with writing(path):
                writer.finish()
        finally:
            writer.close()
    except BaseException:
        path.unlink()
        raise
    return path, lines


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn errors of the disk into a ``DiskError``.

    Raises:
        DiskError: the disk does not take it.
    """
    try:
        yield
    except OSError as error:
        raise DiskError(path, str(error.strerror)) from error

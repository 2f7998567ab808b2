"""The parent's end of a workbook that a limited child process parses."""

import marshal
import os
import select
import struct
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import royalties
from royalties.domain.problems import Problem
from royalties.ingest.report.cells import Cell, RowBlock
from royalties.ingest.report.reading import UnreadableError

WAIT_SECONDS = 60
"""How long the parent waits for the child in all, for a file of ordinary size."""

_BYTES_PER_EXTRA_SECOND = 500_000
_PEEKED = 40
_LARGEST_FRAME = 256 << 20
_AHEAD = 1 << 20
"""Bytes that the child may send before they are taken: it goes on meanwhile."""


@dataclass(frozen=True, slots=True)
class SheetInspection:
    """What the second look saw; columns count from 0, rows from 1."""

    hidden: frozenset[int] = frozenset()
    percent: dict[int, tuple[int, int]] = field(default_factory=dict)
    currencies: dict[int, tuple[int, str]] = field(default_factory=dict)
    struck: tuple[int, ...] = ()
    hidden_rows: bool = False
    beyond: tuple[int, int] = (0, 0)


class WorkbookSheet:
    """One visible sheet."""

    def __init__(self, workbook: "Workbook", place: int, name: str) -> None:
        self._workbook = workbook
        self._place = place
        self.name = name
        about = workbook.ask_one(f"sheet {place}")
        self.size = about["rows"]
        self.read = 0
        self.look = SheetInspection(
            frozenset(about["hidden"]),
            about["percent"],
            about["currencies"],
            (*about["struck"],),
            hidden_rows=about["hidden_rows"],
            beyond=about["beyond"],
        )
        self._peeked: list[tuple[int, list[Cell]]] | None = None

    def peek(self) -> list[tuple[int, list[Cell]]]:
        """The first rows with their numbers."""
        if self._peeked is None:
            self._peeked = [
                (first + place, list(row))
                for first, columns in self._workbook.ask(f"rows {self._place} 0 {_PEEKED}")
                for place, row in enumerate(zip(*columns, strict=True))
            ]
        return self._peeked

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """All rows after the first ``skip``, in ``width`` columns (0: all there are)."""
        for first, columns in self._workbook.ask(f"rows {self._place} {skip} 0"):
            rows = len(columns[0]) if columns else 0
            columns.extend([""] * rows for _ in range(width - len(columns)))
            yield RowBlock(range(first, first + rows), columns[:width] if width else columns)

    def fresh_blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """The same once more, from a child of its own."""
        again = self._workbook.again()
        try:
            yield from again.sheets[self._workbook.sheets.index(self)].blocks(skip, width)
        finally:
            again.close()

    def rows(self) -> Iterator[list[Cell]]:
        """All rows from the first."""
        for block in self.blocks(0, 0):
            yield from map(list, zip(*block.columns, strict=True))


class Workbook:
    """A workbook whose child process lives until it is closed or forgotten."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._kind = kind
        self._waited = 0.0
        self._most = WAIT_SECONDS + path.stat().st_size // _BYTES_PER_EXTRA_SECOND
        self._child: subprocess.Popen[bytes] | None = None
        self._careful = False
        try:
            about = self.ask_one("about")
            self.sheets: Sequence[WorkbookSheet] = [
                WorkbookSheet(self, place, name)
                for place, (name, visible) in enumerate(about["sheets"])
                if visible
            ]
        except BaseException:
            self.close()
            raise
        self.kind: str = about["kind"]
        self.linked: bool = about["linked"]
        self.macros: bool = about["macros"]
        self.hidden = [name for name, visible in about["sheets"] if not visible]

    def ask_one(self, question: str) -> dict[str, Any]:
        """Ask for a single value; a child that failed is asked again in its careful way."""
        try:
            [answer] = list(self._ask(question))
        except _ChildFailedError:
            if self._careful or self._kind != "zip":
                raise unsafe() from None
            self.close()
            self._careful = True
            return self.ask_one(question)
        result: dict[str, Any] = answer
        return result

    def ask(self, question: str) -> Iterator[Any]:
        """Ask for rows.

        Raises:
            UnreadableError: the child refused the file, or did not survive it.
        """
        answered = False
        try:
            yield from self._ask(question)
            answered = True
        except _ChildFailedError:
            raise unsafe() from None
        finally:
            if not answered:
                # Frames that nobody took would answer the next question.
                self.close()

    def again(self) -> "Workbook":
        """The same workbook in another child."""
        return Workbook(self._path, self._kind)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            _end(self._child)
            self._child = None

    def _ask(self, question: str) -> Iterator[Any]:
        child = self._running()
        assert child.stdin is not None  # noqa: S101  # both are pipes by construction
        # A child that refused the file may have ended already: what it said then is the answer.
        with suppress(BrokenPipeError):
            os.write(child.stdin.fileno(), question.encode() + b"\n")
        while (frame := self._frame(child)) is not None:
            if isinstance(frame, dict) and "refused" in frame:
                message, remedy = frame["refused"]
                raise UnreadableError(Problem(message, remedy))
            if isinstance(frame, dict) and "failed" in frame:
                raise _ChildFailedError
            yield frame

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = _started(self._path, self._kind, self._careful, self._most)
            weakref.finalize(self, _end, self._child)
        return self._child

    def _frame(self, child: subprocess.Popen[bytes]) -> Any:
        size = struct.unpack("<I", self._bytes(child, 4))[0]
        if size > _LARGEST_FRAME:
            raise _ChildFailedError
        return marshal.loads(self._bytes(child, size))  # noqa: S302  # from our own child

    def _bytes(self, child: subprocess.Popen[bytes], size: int) -> bytes:
        assert child.stdout is not None  # noqa: S101
        received = bytearray()
        pipe = child.stdout.fileno()
        while len(received) < size:
            began = time.monotonic()
            ready, _, _ = select.select([pipe], [], [], max(self._most - self._waited, 0))
            self._waited += time.monotonic() - began
            if not ready:
                raise _ChildFailedError
            piece = os.read(pipe, min(size - len(received), 1 << 20))
            if not piece:
                raise _ChildFailedError
            received += piece
        return bytes(received)


class _ChildFailedError(Exception):
    """The child died, hung, or met something its parser could not stand."""


def unsafe() -> UnreadableError:
    """The refusal of a file that broke its reader."""
    return UnreadableError(
        Problem(
            "the file could not be read safely",
            "open it in a spreadsheet program and save it as a new .xlsx or as CSV",
        )
    )


def _started(path: Path, kind: str, careful: bool, seconds: int) -> subprocess.Popen[bytes]:
    home = str(Path(royalties.__file__).parents[1])
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [
            sys.executable,
            "-P",
            "-s",
            "-m",
            "royalties.ingest.sandbox",
            str(path.absolute()),
            kind,
            "careful" if careful else "fast",
            str(seconds),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=_AHEAD,
        cwd=home,  # ours may be gone by now
        env={"PYTHONPATH": home, "LC_ALL": "C.UTF-8"},
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    child.wait()

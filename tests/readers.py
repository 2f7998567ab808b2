"""Readers of files from outside, forked from one process that has imported their engines.

The program starts a Python of its own for every workbook and every file of artwork, and most of
what that costs is the import of an engine. Every day, the tests' readers are forked instead: they
have the same limits and pipes, and do the same work. ``make test-all``, and every day the tests
that ask for ``own_processes``, start them as the program does.
"""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

import royalties
from royalties.ingest.report import workbook
from royalties.ingest.uploads import children
from tests import forking
from tests.databases import RUN_FOLDER
from tests.selection import InParts

BOOKS = "royalties.ingest.sandbox.__main__"

PROGRAM = {workbook: workbook._started, children: children._started}
"""How the program itself starts the readers of each module."""


class Reader:
    """A forked reader, in so far as its parent uses it like a ``subprocess.Popen``."""

    def __init__(self, pid: int, stdin: BinaryIO | None, stdout: BinaryIO, lives: int) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._lives = lives
        """A pipe whose other end only the reader has: it ends with it."""

    def poll(self) -> int | None:
        """Whether it has ended."""
        return self._ended(0)

    def wait(self) -> int:
        """Wait until it has ended."""
        return self._ended(None) or 0

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        if self._lives < 0:
            return 0
        if not select.select([self._lives], [], [], seconds)[0]:
            return None
        os.close(self._lives)
        self._lives = -1
        return 0


class Readers:
    """The process that readers are forked from, started for the first of them."""

    def __init__(self, folder: Path) -> None:
        self._address = str(folder / f"readers-{os.getpid()}")
        self._log = folder / f"readers-{os.getpid()}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.tests: set[str] = set()
        """The tests that had a forked reader."""

    def book(self, path: Path, kind: str, careful: bool, seconds: int) -> Reader:
        """A reader of a workbook, with the arguments of ``workbook._started``."""
        how = "careful" if careful else "fast"
        return self._fork(BOOKS, str(path.absolute()), kind, how, str(seconds), is_asked=True)

    def child(self, module: str, *arguments: str) -> Reader:
        """A reader of artwork or a filled-in table, as of ``children._started``."""
        return self._fork(module, *arguments)

    def stop(self) -> None:
        """End the process; what was forked of it ends with its parent's pipes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _fork(self, *asked: str, is_asked: bool = False) -> Reader:
        self.tests.add(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0])
        lives, life = os.pipe()
        source, question = os.pipe() if is_asked else (os.open(os.devnull, os.O_RDONLY), -1)
        answer, out = os.pipe()
        try:
            with self._connected() as connection:
                socket.send_fds(connection, ["\0".join(asked).encode()], [source, out, life])
                (pid,) = struct.unpack("<I", connection.recv(4))
        finally:
            for each in (source, out, life):
                os.close(each)
        stdin = os.fdopen(question, "wb") if is_asked else None
        return Reader(pid, stdin, os.fdopen(answer, "rb"), lives)

    def _connected(self) -> socket.socket:
        if self._process is None:
            self._process = self._started()
        if (status := self._process.poll()) is not None:
            raise RuntimeError(f"{forking.__name__} ended with {status}: {self._log.read_text()}")
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(self._address)
        return connection

    def _started(self) -> subprocess.Popen[bytes]:
        home = str(Path(royalties.__file__).parents[1])
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening,
            self._log.open("wb") as log,
        ):
            listening.bind(self._address)
            listening.listen(64)
            return subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", forking.__name__, str(listening.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=home,
                env={"PYTHONPATH": home, "LC_ALL": "C.UTF-8"},
                pass_fds=[listening.fileno()],
            )


@pytest.fixture(scope="session", autouse=True)
def _forked_readers(in_parts: InParts) -> Iterator[None]:
    """Fork the readers, but in the whole test suite."""
    if in_parts.everything:
        yield
        return
    readers = Readers(Path(os.environ[RUN_FOLDER]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "_started", readers.book)
        patch.setattr(children, "_started", readers.child)
        yield
    readers.stop()
    in_parts.omit("new processes that read files", len(readers.tests))


@pytest.fixture
def own_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in new processes, as the program starts them."""
    for module, started in PROGRAM.items():
        monkeypatch.setattr(module, "_started", started)

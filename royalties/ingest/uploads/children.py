"""The parent's end of a child that looks at a file: it is started, listened to, and ended."""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import royalties

CPU_SECONDS = 20
WAIT_SECONDS = 30
"""What a child may compute, and how long the parent waits for it and for its own children."""

_BLOCK = 1 << 20


def answer_of(module: str, *arguments: str, most_bytes: int) -> bytes | None:
    """All that a module of ours writes as a process of its own; None: too much, or too late.

    Args:
        module: its name; it is told the seconds that it may compute as its last argument.
        arguments: the others.
        most_bytes: of its answer.
    """
    child = _started(module, *arguments, str(CPU_SECONDS))
    try:
        return _everything(child, most_bytes)
    finally:
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def _started(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    home = str(Path(royalties.__file__).parents[1])
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-P", "-s", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=home,  # ours may be gone by now
        env={"PYTHONPATH": home, "LC_ALL": "C.UTF-8"},
        start_new_session=True,  # what it starts itself ends with it
    )


def _everything(child: subprocess.Popen[bytes], most_bytes: int) -> bytes | None:
    assert child.stdout is not None  # noqa: S101 - a pipe by construction
    pipe = child.stdout.fileno()
    until = time.monotonic() + WAIT_SECONDS
    received = bytearray()
    while select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
        piece = os.read(pipe, _BLOCK)
        if not piece:
            return bytes(received)
        received += piece
        if len(received) > most_bytes:
            return None
    return None

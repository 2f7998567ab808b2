"""The parent's end of the child that decodes artwork."""

import json
import os
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import royalties
from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError

CPU_SECONDS = 20
WAIT_SECONDS = 30
"""What the child may compute, and how long the parent waits for it in all."""

MOST_BYTES = 200_000_000
"""Of all previews together."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file is, and a PNG of each of its pages."""

    facts: dict[str, Any]
    previews: tuple[bytes, ...]


def measured(path: Path, kind: str, most_pages: int) -> Measured:
    """Let a limited child decode a file.

    Args:
        path: of the file.
        kind: ``picture``, ``pdf``, ``svg`` or ``text``.
        most_pages: a document with more pages is not shown.

    Raises:
        UnreadableError: the child refused the file, or did not survive it.
    """
    child = _started(path, kind, most_pages)
    try:
        frames = _frames(_everything(child))
    finally:
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()
    try:
        facts = json.loads(frames[0])
    except ValueError:
        raise _unsafe() from None
    if "refused" in facts:
        raise UnreadableError(Problem(*facts["refused"]))
    if not all(each.startswith(_PNG) for each in frames[1:]):
        raise _unsafe()
    return Measured(facts, tuple(frames[1:]))


def _unsafe() -> UnreadableError:
    return UnreadableError(
        Problem(
            "the file could not be looked at safely",
            "open it in your design programme, save it anew as PDF or PNG and send that",
        )
    )


def _everything(child: subprocess.Popen[bytes]) -> bytes:
    """All that the child writes until it ends, within time and size."""
    assert child.stdout is not None  # noqa: S101 - a pipe by construction
    pipe = child.stdout.fileno()
    until = time.monotonic() + WAIT_SECONDS
    received = bytearray()
    while select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
        piece = os.read(pipe, 1 << 20)
        if not piece:
            return bytes(received)
        received += piece
        if len(received) > MOST_BYTES:
            break
    raise _unsafe()


def _frames(sent: bytes) -> list[bytes]:
    frames = []
    at = 0
    while at + 4 <= len(sent):
        size = struct.unpack_from("<I", sent, at)[0]
        frames.append(sent[at + 4 : at + 4 + size])
        at += 4 + size
    if not frames or at != len(sent):
        raise _unsafe()
    return frames


def _started(path: Path, kind: str, most_pages: int) -> subprocess.Popen[bytes]:
    home = str(Path(royalties.__file__).parents[1])
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [
            sys.executable,
            "-P",
            "-s",
            "-m",
            "royalties.ingest.sandbox.artwork",
            str(path.absolute()),
            kind,
            str(most_pages),
            str(CPU_SECONDS),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": home, "LC_ALL": "C.UTF-8"},
    )

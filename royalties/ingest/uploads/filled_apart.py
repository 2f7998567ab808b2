"""The parent's end of the child that reads a filled-in table."""

import json
import marshal
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import royalties
from royalties.ingest.uploads.filled_table import FilledRow, FilledTableError

CPU_SECONDS = 20
WAIT_SECONDS = 30
"""What the child may compute, and how long the parent waits for it and for its own child."""

_BLOCK = 1 << 20
_UNSAFE = (
    "the file could not be read safely: open it in a spreadsheet program, copy the table into a "
    "new file and save that as CSV"
)


def read_filled_apart(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[FilledRow]:
    """What ``read_filled`` reads, whatever the file does to its reader.

    Raises:
        FilledTableError: it cannot be read, has no such header, or took too long.
    """
    child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [
            *(sys.executable, "-P", "-s", "-m", "royalties.ingest.sandbox.filled"),
            *(str(path.absolute()), str(CPU_SECONDS), json.dumps(columns), json.dumps(needed)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(royalties.__file__).parents[1]), "LC_ALL": "C.UTF-8"},
        start_new_session=True,  # a workbook has a reader of its own, which ends with it
    )
    try:
        found = marshal.loads(_everything(child))  # noqa: S302 - from our own child
    except (EOFError, ValueError, TypeError):
        raise FilledTableError(_UNSAFE) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        if child.stdout is not None:
            child.stdout.close()
        child.wait()
    if isinstance(found, str):
        raise FilledTableError(found)
    return [FilledRow(number, cells) for number, cells in found]


def _everything(child: "subprocess.Popen[bytes]") -> bytes:
    """All that the child writes until it ends; what it wrote until its time was over."""
    assert child.stdout is not None  # noqa: S101 - a pipe by construction
    pipe = child.stdout.fileno()
    until = time.monotonic() + WAIT_SECONDS
    received = bytearray()
    while select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
        piece = os.read(pipe, _BLOCK)
        if not piece:
            return bytes(received)
        received += piece
    return b""

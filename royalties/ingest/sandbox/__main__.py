"""The child: reads one workbook for the parent, with little memory, time and no way to write.

``python -m royalties.ingest.sandbox PATH KIND CAREFUL SECONDS`` answers each line on standard
input with frames on standard output: four bytes of length, then a marshalled value. A list
``[first row, columns]`` is rows, ``None`` ends an answer; ``{"refused": [message, remedy]}``
and ``{"failed": True}`` end everything.
"""

import os
import sys
from pathlib import Path

from royalties.ingest.sandbox.archive import RefusedError
from royalties.ingest.sandbox.session import Session, send

MEMORY = 1_536 << 20


def limit(seconds: int) -> None:
    """Bound this process before it opens anything."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return  # a system without POSIX limits still has the parent's clock
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(what)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lowest, lowest))


def main(path: str, kind: str, careful: str, seconds: str) -> int:
    """Serve one workbook until the parent closes the pipe."""
    # Whatever a library prints must not get between the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit(int(seconds))
    try:
        session = Session(Path(path), kind, careful=careful == "careful")
        for question in sys.stdin.buffer:
            session.answer(question, out)
    except RefusedError as refused:
        send(out, {"refused": [refused.message, refused.remedy]})
    except BaseException:  # noqa: BLE001
        # Whatever a parser throws at a hostile file, panics of its engine included, is one answer.
        send(out, {"failed": True})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The child: reads one workbook for the parent, with little memory, time and no way to write.

``python -m royalties.ingest.sandbox PATH KIND CAREFUL SECONDS`` answers each line on standard
input with frames on standard output: four bytes of length, then a marshalled value. A list
``[first row, columns]`` is rows, ``None`` ends an answer; ``{"refused": [message, remedy]}``
and ``{"failed": True}`` end everything.
"""

import os
import sys
from pathlib import Path

from royalties.ingest.sandbox.archive import FileRefusedError
from royalties.ingest.sandbox.limits import limit
from royalties.ingest.sandbox.session import Session, send


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
    except FileRefusedError as refused:
        send(out, {"refused": [refused.message, refused.remedy]})
    except BaseException:  # noqa: BLE001
        # Whatever a parser throws at a hostile file, panics of its engine included, is one answer.
        send(out, {"failed": True})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

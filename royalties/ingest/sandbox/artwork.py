"""The child for artwork: measures one file and paints its previews, with little memory and time.

``python -m royalties.ingest.sandbox.artwork PATH KIND PAGES SECONDS`` writes frames to standard
output: four bytes of length, then what was found as JSON, then each preview as a PNG. Nothing
that another process would have to trust is sent.
"""

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from royalties.ingest.sandbox.archive import FileRefusedError
from royalties.ingest.sandbox.limits import limit


def measured(path: Path, kind: str, most_pages: int) -> tuple[dict[str, Any], list[bytes]]:
    """Facts and previews; each kind imports only the engine that it needs."""
    if kind == "picture":
        from royalties.ingest.sandbox import pictures  # noqa: PLC0415

        return pictures.measure(path)
    if kind == "pdf":
        from royalties.ingest.sandbox import pages  # noqa: PLC0415

        return pages.measure(path, most_pages)
    if kind == "svg":
        from royalties.ingest.sandbox import vectors  # noqa: PLC0415

        return vectors.measure(path)
    from royalties.ingest.sandbox import typesetting  # noqa: PLC0415

    shown = typesetting.letter(path.read_text("utf-8-sig").replace("\r\n", "\n"))
    return {"type": "text/plain", "pages": len(shown)}, shown


def send(out: BinaryIO, frame: bytes) -> None:
    """Write one frame."""
    out.write(struct.pack("<I", len(frame)) + frame)


def main(path: str, kind: str, most_pages: str, seconds: str) -> int:
    """Measure one file."""
    # Whatever a library prints must not get between the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit(int(seconds))
    try:
        facts, previews = measured(Path(path), kind, int(most_pages))
    except FileRefusedError as refused:
        facts, previews = {"refused": [refused.message, refused.remedy]}, []
    except BaseException:  # noqa: BLE001
        # Whatever a decoder throws at a hostile file, panics of its engine included, is one answer.
        return 1
    send(out, json.dumps(facts).encode())
    for each in previews:
        send(out, each)
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The parent's end of the child that decodes artwork."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.children import answer_of

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
    sent = answer_of(
        "royalties.ingest.sandbox.artwork",
        str(path.absolute()),
        kind,
        str(most_pages),
        most_bytes=MOST_BYTES,
    )
    if sent is None:
        raise _unsafe()
    frames = _frames(sent)
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

"""Old statements, in whatever file they were: what one is by its bytes, and what its name tells.

They are kept and handed out again, and never opened here. So any file is taken, but what a computer
would run.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO

from royalties.domain.problems import Problem
from royalties.domain.spans import NotASpanError, Span, parse_span
from royalties.ingest.report.asking import period_named
from royalties.ingest.report.named_periods import proposed
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.attachments import ENDINGS, MacrosError, named, type_of

ANY = "application/octet-stream"
"""What a file is called that is none of the known ones: nothing that a browser shows."""

_RUN = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs of Windows, Linux and macOS, of Java, and scripts begin."""

_RUN_ENDINGS = frozenset({
    "app", "apk", "bat", "bin", "cmd", "com", "command", "cpl", "dll", "dmg", "docm", "dotm", "exe",
    "gadget", "hta", "iso", "jar", "js", "jse", "lnk", "mjs", "msc", "msi", "msp", "mst", "pif",
    "pptm", "ps1", "psm1", "py", "pyw", "reg", "scf", "scr", "sh", "url", "vb", "vbe", "vbs", "wsf",
    "wsh", "xlam", "xlsm", "xltm",
})  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_BLOCK = 1 << 20
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)", re.ASCII)
_HALF_LAST = re.compile(r"(?<!\d)([12])H[-_ .]*(20\d\d)(?!\d)", re.ASCII | re.IGNORECASE)
_SHORTEST = 3
"""Letters of a key or name by which a file's name may tell whose it is."""


def type_of_any(stream: IO[bytes], name: str) -> str:
    """What a file is; the stream stands at its beginning afterwards.

    Args:
        stream: its bytes, which can be sought in.
        name: as it was sent; it only adds reasons to refuse it.

    Raises:
        UnreadableError: it is empty, a program, or an office document with macros.
    """
    head = stream.read(len(_OLE))
    stream.seek(0)
    if not head:
        raise UnreadableError(Problem("the file is empty", "choose the file again and send it"))
    ending = PurePosixPath(name.lower().rstrip(". ")).suffix.removeprefix(".")
    if head.startswith(_RUN) or ending in _RUN_ENDINGS:
        raise UnreadableError(
            Problem(
                "this is something that a computer runs, or holds macros",
                "save it as PDF, or without macros, and send that",
            )
        )
    if head.startswith(_OLE) and _holds(stream, _MACROS):
        raise MacrosError
    try:
        return type_of(stream)
    except MacrosError:
        raise
    except UnreadableError:
        return ANY
    finally:
        stream.seek(0)


def name_for(name: str, type_: str) -> str:
    """A name that ends as what the file is, where that is known."""
    return named(name, type_) if type_ in ENDINGS else name


def span_in(name: str) -> Span | None:
    """The days of which a file's name tells; None where it tells of none, or of several."""
    stem = PurePosixPath(name).stem
    stem = _HALF_LAST.sub(r"\2-H\1", stem)
    spans = {span for text, _ in proposed([("", stem)], _read) if (span := _read(text))}
    if not spans:
        spans = {span for year in _YEAR.findall(stem) if (span := _read(year))}
    return spans.pop() if len(spans) == 1 else None


def payee_in(name: str, payees: Mapping[str, str]) -> str:
    """The payee of whom a file's name tells, by key or name; empty where it is not one alone.

    Args:
        name: the file's.
        payees: names by key.
    """
    text = f" {_plain(PurePosixPath(name).stem)} "
    found: dict[str, int] = {}
    for key, payee in payees.items():
        for said in {_plain(key), _plain(payee)}:
            if len(said) >= _SHORTEST and f" {said} " in text:
                found[key] = max(found.get(key, 0), len(said))
    longest = [key for key, length in found.items() if length == max(found.values())]
    return longest[0] if len(longest) == 1 else ""


def _read(text: str) -> Span | None:
    try:
        return parse_span(text)
    except NotASpanError:
        return period_named(text)


def _plain(text: str) -> str:
    """Letters and digits alone, without accents, single spaces between."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(char)
    )
    return " ".join(re.findall(r"[^\W_]+", bare))


def _holds(stream: IO[bytes], wanted: bytes) -> bool:
    """Whether bytes stand anywhere in a stream, read in blocks."""
    try:
        return any(wanted in block for block in _overlapping(stream, len(wanted)))
    finally:
        stream.seek(0)


def _overlapping(stream: IO[bytes], by: int) -> Iterator[bytes]:
    end = b""
    while block := stream.read(_BLOCK):
        yield end + block
        end = (end + block)[-by:]

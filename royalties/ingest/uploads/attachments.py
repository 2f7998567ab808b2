"""What a file is that comes with a message, by its bytes; it is kept, and never opened."""

from typing import IO
from zipfile import BadZipFile, ZipFile

from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.directory import directory

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
_OFFICE = "application/vnd.openxmlformats-officedocument."
XLSX = f"{_OFFICE}spreadsheetml.sheet"
DOCX = f"{_OFFICE}wordprocessingml.document"

ENDINGS = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
}
"""The endings that a name may have, by what the file is; the first one is put behind others."""

PAPERS = frozenset({PDF, PNG, JPEG})
"""What a signed paper may be."""

_CALLED = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG", XLSX: "XLSX", DOCX: "DOCX"}
_BEGINNINGS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
_MAIN_PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
_MOST_ENTRIES = 2_000
_MOST_UNPACKED = 500_000_000
_HEAD = 16


class MacrosError(UnreadableError):
    """An office document holds what its program would run."""

    def __init__(self) -> None:
        super().__init__(Problem("this document holds macros", "save it without macros, or as PDF"))


def type_of(stream: IO[bytes], types: frozenset[str] = frozenset(ENDINGS)) -> str:
    """What a file is; the stream stands at its beginning afterwards.

    Args:
        stream: its bytes, which can be sought in.
        types: what is taken.

    Raises:
        UnreadableError: it is nothing that is taken; says what is.
    """
    head = stream.read(_HEAD)
    media_type = next((type_ for start, type_ in _BEGINNINGS.items() if head.startswith(start)), "")
    if head.startswith(b"PK\x03\x04"):
        media_type = _office(stream)
    stream.seek(0)
    if not head:
        raise UnreadableError(Problem("the file is empty", "choose the file again and send it"))
    if media_type not in types:
        names = [name for type_, name in _CALLED.items() if type_ in types]
        words = f"{', '.join(names[:-1])} or {names[-1]}"
        raise UnreadableError(
            Problem(f"this is no {words} file", f"save it as {words} and send that")
        )
    return media_type


def named(name: str, type_: str) -> str:
    """A name that ends as what the file is."""
    return name if name.lower().endswith(ENDINGS[type_]) else name + ENDINGS[type_][0]


def _office(stream: IO[bytes]) -> str:
    """Which office document an archive is, by its table of contents; nothing is unpacked."""
    listed = directory(stream)
    if listed is not None and not listed.holds_at_most(_MOST_ENTRIES):
        raise UnreadableError(
            Problem(
                f"this file packs more than {_MOST_ENTRIES:,} parts",
                "save it anew, or as PDF, and send that",
            )
        )
    stream.seek(0)
    try:
        with ZipFile(stream) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return ""
    names = {entry.filename for entry in entries}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise MacrosError
    is_plain = (
        sum(entry.file_size for entry in entries) <= _MOST_UNPACKED
        and not any(entry.flag_bits & 1 for entry in entries)
        and "[Content_Types].xml" in names
    )
    return (
        next((type_ for part, type_ in _MAIN_PARTS.items() if part in names), "")
        if is_plain
        else ""
    )

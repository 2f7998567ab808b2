"""A ZIP of old statements, taken as the files that are in it.

Nothing is written under a name of the archive's, and nothing is believed that it says of sizes:
each file is inflated piece by piece, and no further than a file may be large.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO

from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.directory import directory

_IN_MEMORY = 2_000_000
_STEP = 1 << 18
_ENCRYPTED = 1
_MANY = 2_000
"""Entries of an archive that are looked at: folders and marks of a computer's own count as well."""

_OF_A_DOCUMENT = frozenset({"mimetype", "[Content_Types].xml", "META-INF/manifest.xml"})
"""What a document that is packed as a ZIP has in it: such a one is a file of its own."""

_OF_A_COMPUTER = frozenset({"thumbs.db", "desktop.ini"})
_READS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def is_packed(stream: IO[bytes], name: str) -> bool:
    """Whether a file is a ZIP that somebody packed files into; the stream is at its beginning then.

    A document that programs pack (a text, a book, a workbook) is none, whatever it is called.
    """
    head = stream.read(4)
    stream.seek(0)
    if not name.lower().endswith(".zip") or head not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    names = {entry.filename for entry in _entries(stream)}
    stream.seek(0)
    return not names & _OF_A_DOCUMENT


def unpacked(stream: IO[bytes], most: int, largest: int) -> Iterator[tuple[str, IO[bytes]]]:
    """Each file of a ZIP with its name, in which the folders that it is in come first.

    A stream is closed when the next one is asked for.

    Args:
        stream: of the archive.
        most: files that are taken.
        largest: bytes of one; a stream has one more where the file is larger.

    Raises:
        UnreadableError: it is damaged, encrypted, empty, has too many files or a ZIP in it.
    """
    files = [each for each in _entries(stream) if not each.is_dir() and not _is_own(each.filename)]
    if not files:
        raise UnreadableError(Problem("there is no file in it", "choose another one"))
    if len(files) > most:
        raise UnreadableError(
            Problem(
                f"there are more than {most} files in it", "pack them into several and send those"
            )
        )
    for entry in files:
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableError(
                Problem("it is encrypted", "unpack it with its password and send the files")
            )
        name = name_of(entry.filename)
        if name.lower().endswith(".zip"):
            raise UnreadableError(
                Problem(f"there is another ZIP in it, {name}", "unpack that and send its files")
            )
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            _inflate(stream, entry, file, largest)
            file.seek(0)
            yield name, file


def name_of(path: str) -> str:
    """A file's name with its folders before it: they often say whose it is, or of when."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return " - ".join(part for part in parts if part.strip("./: "))


def _entries(stream: IO[bytes]) -> list[zipfile.ZipInfo]:
    listed = directory(stream)
    if listed is not None and not listed.holds_at_most(_MANY):
        raise UnreadableError(
            Problem(f"it packs more than {_MANY:,} files", "pack them into several ZIPs")
        )
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except _READS:
        raise _damaged() from None


def _inflate(stream: IO[bytes], entry: zipfile.ZipInfo, to: IO[bytes], largest: int) -> None:
    left = largest + 1
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(entry) as file:
            while left > 0 and (piece := file.read(min(left, _STEP))):
                to.write(piece)
                left -= len(piece)
    except (*_READS, RuntimeError):
        raise _damaged() from None


def _is_own(path: str) -> bool:
    """Whether a computer put it there for itself."""
    name = PurePosixPath(path).name
    return path.startswith("__MACOSX/") or name.startswith(".") or name.lower() in _OF_A_COMPUTER


def _damaged() -> UnreadableError:
    return UnreadableError(Problem("it is damaged", "pack the files again, or send them unpacked"))

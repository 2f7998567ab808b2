"""A backup as one file: a gzipped tar of tables, stored files, and a manifest with their SHA-256.

::

    header.json                     what it is, of which schema, and the tables with their columns
    tables/sale/000001.jsonl        a table's rows, a JSON list each, in pieces
    files/received/ab/abcd…         the files of a home folder
    manifest.json                   the header again, and what every part holds: always the last

It is written and read front to back, in chunks, whatever its size. Nothing that a backup claims
is trusted until the manifest, at its end, has been compared.
"""

import contextlib
import gzip
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NoReturn, Self, cast

from royalties.adapters.files import DiskError

Row = Sequence[object]

FOLDERS = ("received", "issued", "orders", "samples", "documents", "uploads")
"""Folders of a home to back up; everything else in it can be regenerated."""

_FORMAT = "royalties-backup"
_VERSION = 1
_PIECE = 1 << 20
_BLOCK = 1 << 20
_LONGEST_HEADER = 1 << 16
_LONGEST_MANIFEST = 1 << 22
_LONGEST_ROW = 1 << 30
_DEEPEST = 4
_SPEED = 3  # of gzip: twice as fast as its default, and a tenth larger
_TABLE = re.compile(r"tables/([a-z][a-z_]{0,62})/(\d{6,9})\.jsonl")


class NotABackupError(ValueError):
    """A file is not a backup, or incomplete; nothing of it is used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be restored: {reason}. Nothing was restored: use another")


class AlreadyExistsError(ValueError):
    """Something would be overwritten; nothing was done."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already, and nothing is ever overwritten: name another")


@dataclass(frozen=True, slots=True)
class ArchiveHeader:
    """What a backup contains.

    Attributes:
        program: version of the program that made it.
        schema: the migration of the books.
        made_at: the moment of the snapshot, UTC.
        tables: columns of each table, each after those it refers to.
    """

    program: str
    schema: str
    made_at: str
    tables: Mapping[str, Sequence[str]]

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "program": self.program,
            "schema": self.schema,
            "made_at": self.made_at,
            "tables": {name: list(columns) for name, columns in self.tables.items()},
        }


@dataclass(slots=True)
class ArchivePart:
    """A table or folder of a backup: its number of rows or files, their bytes and SHA-256."""

    count: int = 0
    size: int = 0
    digest: Any = field(default_factory=sha256)

    def add(self, data: bytes) -> None:
        """Add bytes to the fingerprint."""
        self.size += len(data)
        self.digest.update(data)

    def begin(self, name: str, size: int) -> None:
        """Add a file: its name and size are part of the fingerprint."""
        self.count += 1
        self.digest.update(json.dumps([name, size]).encode())

    def document(self) -> dict[str, Any]:
        """As JSON values of the manifest."""
        return {"count": self.count, "bytes": self.size, "sha256": self.digest.hexdigest()}


Parts = dict[str, ArchivePart]


def line_of(row: Row) -> bytes:
    """A row as JSON, the same bytes for the same values."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class ArchiveWriter:
    """Writes a backup; ``close`` returns what it holds."""

    def __init__(self, file: IO[bytes], header: ArchiveHeader) -> None:
        self._zip = gzip.GzipFile("", "wb", _SPEED, file, mtime=0)
        # Not in stream mode: its destructor writes again, which fails on a full disk.
        self._tar = tarfile.TarFile("", "w", self._zip, format=tarfile.PAX_FORMAT)
        self._header = header
        self.parts: Parts = {}
        self._add("header.json", _json(header.document()))

    def table(self, name: str, rows: Iterable[Row]) -> Iterator[int]:
        """Write a table's rows; yields the number written, now and then."""
        part = self.parts[f"tables/{name}"] = ArchivePart()
        piece, number = io.BytesIO(), 1
        for row in rows:
            piece.write(line_of(row))
            part.count += 1
            if piece.tell() >= _PIECE:
                self._piece(name, number, piece, part)
                piece, number = io.BytesIO(), number + 1
                yield part.count
        if piece.tell():
            self._piece(name, number, piece, part)
        yield part.count

    def _piece(self, name: str, number: int, piece: io.BytesIO, part: ArchivePart) -> None:
        data = piece.getvalue()
        part.add(data)
        self._add(f"tables/{name}/{number:06d}.jsonl", data)

    def folder(self, home: Path, folder: str) -> Iterator[int]:
        """Write a folder's files; yields the number written, now and then."""
        part = self.parts[f"files/{folder}"] = ArchivePart()
        for path in _files_in(home / folder):
            # An upload may be deleted meanwhile; an open file stays readable.
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                name = f"files/{path.relative_to(home).as_posix()}"
                size = os.fstat(file.fileno()).st_size
                part.begin(name, size)
                self._add_file(name, size, cast("IO[bytes]", _FingerprintedSource(file, part)))
                yield part.count
        yield part.count

    def close(self) -> Parts:
        """Write the manifest, which marks the backup as complete."""
        parts = {name: part.document() for name, part in self.parts.items()}
        self._add("manifest.json", _json({**self._header.document(), "parts": parts}))
        self._tar.close()
        self._zip.close()
        return self.parts

    def _add(self, name: str, data: bytes) -> None:
        self._add_file(name, len(data), io.BytesIO(data))

    def _add_file(self, name: str, size: int, file: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)
        _forget_members(self._tar)


def _forget_members(tar: Any) -> None:  # noqa: ANN401 - its type does not declare them
    """Let a tar forget the members it has processed: it would keep every one in memory."""
    tar.members = []


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _files_in(folder: Path) -> Iterator[Path]:
    """Every complete file below a folder, ordered by name; links are not followed."""
    if not folder.is_dir() or folder.is_symlink():
        return
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda each: each.name)
    for entry in entries:
        if entry.name.startswith("."):
            continue  # being written
        if entry.is_dir(follow_symlinks=False):
            yield from _files_in(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


class _FingerprintedSource(io.RawIOBase):
    """A file whose bytes are fingerprinted as they are read."""

    def __init__(self, file: IO[bytes], part: ArchivePart) -> None:
        self._file, self._part = file, part

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._part.add(data)
        return data


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[IO[bytes]]:
    """A new file readable only by its owner: it appears complete, or not at all.

    Raises:
        ThereAlreadyError: it exists already.
        DiskError: it cannot be written.
    """
    if os.path.lexists(target):
        raise AlreadyExistsError(target)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
        temporary = Path(name)  # mkstemp makes it readable only by us
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise DiskError(target, error.strerror or "no reason given") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


class _BoundedMember(tarfile.TarInfo):
    """A member as we write them: a regular file, or a long name of limited length."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> Self:  # noqa: ANN401 - tarfile's
        member = super().frombuf(buf, encoding, errors)
        named = member.type == tarfile.XHDTYPE and member.size <= _LONGEST_HEADER
        if not named and member.type != tarfile.REGTYPE:
            raise tarfile.ReadError("it holds something else than files")
        return member


_READ_ERRORS = (EOFError, OSError, tarfile.TarError, zlib.error)


class ArchiveReader:
    """Reads a backup front to back; ``finish`` checks that it was complete.

    Raises:
        NotABackupError: from any method, if the file is not a valid backup.
    """

    def __init__(self, path: Path, stack: contextlib.ExitStack) -> None:
        self._path = path
        self.parts: Parts = {}
        with self._plainly():
            self._zip = stack.enter_context(gzip.GzipFile(path, "rb"))
            self._tar = stack.enter_context(
                tarfile.TarFile.open(fileobj=self._zip, mode="r|", tarinfo=_BoundedMember)
            )
            self._next = self._tar.next()
            header = self._document("header.json")
            self.header = self._header_of(header)
        self.parts |= {f"tables/{name}": ArchivePart() for name in self.header.tables}
        self.parts |= {f"files/{name}": ArchivePart() for name in FOLDERS}

    def tables(self) -> Iterator[tuple[str, Iterator[list[object]]]]:
        """Each table that has rows, with its rows; read them before the next table."""
        earlier: set[str] = set()
        while (name := self._table_name()) is not None:
            if name not in self.header.tables or name in earlier:
                self._fail(f"table {name} stands where it does not belong")
            earlier.add(name)
            yield name, self._rows(name)

    def files(self, keep: Callable[[str, IO[bytes]], None]) -> None:
        """Pass each file to ``keep``, by its path below the home folder."""
        while self._next is not None and self._next.name.startswith("files/"):
            member = self._next
            path = self._safe(member.name)
            part = self.parts[f"files/{path.partition('/')[0]}"]
            part.begin(member.name, member.size)
            with self._plainly():
                file = cast("IO[bytes]", self._tar.extractfile(member))
            keep(path, cast("IO[bytes]", _FingerprintedMember(file, part, self._plainly)))
            self._advance()

    def look_through(self) -> None:
        """Read everything and discard it, to check that the backup is complete."""
        for _, rows in self.tables():
            for _ in rows:
                pass
        self.files(_discard)
        self.finish()

    def finish(self) -> None:
        """Compare what was read with the manifest, which must be last."""
        with self._plainly():
            manifest = self._document("manifest.json")
            is_followed = self._next is not None
            while self._zip.read(_BLOCK):
                pass
        if is_followed:
            self._fail("something follows its manifest")
        parts = manifest.pop("parts", None)
        if manifest != self.header.document() or not isinstance(parts, dict):
            self._fail("its manifest is of another backup")
        actual = {name: part.document() for name, part in self.parts.items()}
        # A program with fewer folders than this one does not list the others.
        expected = {f"files/{name}": ArchivePart().document() for name in FOLDERS} | parts
        for name in sorted({*actual, *expected}):
            if expected.get(name) != actual.get(name):
                self._fail(f"{name} is not what the manifest says: it was changed or damaged")

    def _table_name(self) -> str | None:
        if self._next is None or not self._next.name.startswith("tables/"):
            return None
        found = _TABLE.fullmatch(self._next.name)
        return found[1] if found else self._fail(f"it holds {self._next.name!r}")

    def _rows(self, name: str) -> Iterator[list[object]]:
        part, number = self.parts[f"tables/{name}"], 0
        while self._next is not None and self._table_name() == name:
            number += 1
            if self._next.name != f"tables/{name}/{number:06d}.jsonl":
                self._fail(f"it holds {self._next.name!r} where piece {number} is due")
            with self._plainly():
                file = cast("IO[bytes]", self._tar.extractfile(self._next))
            while line := self._line(file):
                part.add(line)
                part.count += 1
                yield self._row(name, line)
            self._advance()

    def _line(self, file: IO[bytes]) -> bytes:
        with self._plainly():
            return file.readline(_LONGEST_ROW)

    def _row(self, name: str, line: bytes) -> list[object]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, list):
            self._fail(f"table {name} holds something else than rows")
        return row

    def _safe(self, name: str) -> str:
        """A file's path below the home, which must be in one of its folders."""
        folder, *inner = name.removeprefix("files/").split("/")
        fine = all(each and not each.startswith(".") and "\0" not in each for each in inner)
        if folder not in FOLDERS or not fine or not 0 < len(inner) <= _DEEPEST or "\\" in name:
            self._fail(f"it holds {name!r}, which is no place for a file")
        return "/".join([folder, *inner])

    def _advance(self) -> None:
        with self._plainly():
            self._next = self._tar.next()
            _forget_members(self._tar)

    def _document(self, name: str) -> dict[str, Any]:
        member = self._next
        if member is None:
            self._fail(f"it ends before its {name}")
        if member.name != name or member.size > _LONGEST_MANIFEST:
            self._fail(f"it holds {member.name!r} where its {name} is due")
        data = cast("IO[bytes]", self._tar.extractfile(member)).read()
        self._advance()
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            self._fail(f"its {name} cannot be read")
        return document

    def _header_of(self, document: dict[str, Any]) -> ArchiveHeader:
        if document.get("format") != _FORMAT:
            self._fail("it is no backup of this program")
        if document.get("version") != _VERSION:
            self._fail("a newer program made it: install that one")
        names = ("program", "schema", "made_at")
        tables = document.get("tables")
        if (
            not all(isinstance(document.get(name), str) for name in names)
            or not isinstance(tables, dict)
            or not all(
                isinstance(columns, list) and all(isinstance(each, str) for each in columns)
                for columns in tables.values()
            )
        ):
            self._fail("its header.json cannot be read")
        return ArchiveHeader(document["program"], document["schema"], document["made_at"], tables)

    def _fail(self, reason: str) -> NoReturn:
        raise NotABackupError(self._path, reason)

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotABackupError(self._path, "there is no such file") from error
        except EOFError as error:
            raise NotABackupError(self._path, "it ends too early, so it is not whole") from error
        except _READ_ERRORS as error:
            raise NotABackupError(
                self._path, f"it is no whole backup ({str(error) or type(error).__name__})"
            ) from error


def _discard(_path: str, file: IO[bytes]) -> None:
    while file.read(_BLOCK):
        pass


class _FingerprintedMember(io.RawIOBase):
    """A member of a backup, fingerprinted as it is read; damage raises ``NotABackupError``."""

    def __init__(
        self,
        file: IO[bytes],
        part: ArchivePart,
        plainly: Callable[[], contextlib.AbstractContextManager[None]],
    ) -> None:
        self._file, self._part, self._plainly = file, part, plainly

    def read(self, size: int = -1) -> bytes:
        with self._plainly():
            data = self._file.read(size)
        self._part.add(data)
        return data


@contextlib.contextmanager
def open_backup(path: Path) -> Iterator[ArchiveReader]:
    """Open a backup for reading.

    Raises:
        NotABackupError: it is not a backup.
    """
    with contextlib.ExitStack() as stack:
        yield ArchiveReader(path, stack)

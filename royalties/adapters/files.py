"""Received and issued files, stored in the home folder and never half written."""

import contextlib
import fcntl
import io
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO

_BLOCK = 1 << 20
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_BY_UMASK = 0o666
"""Reduced by the user's umask."""
_ENCLOSED = "enclosed-"
_PART = ".part-"
_LEFTOVER_AFTER = 60
"""Seconds without writing after which a temporary file counts as a leftover."""
_FOLDERS = (
    "received",
    "issued",
    "returned",
    "samples",
    "documents",
    "uploads",
    "orders",
    "jobs",
)
"""The folders of a home."""


class DiskError(RuntimeError):
    """A file could not be written; the message says which and what to do."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(
            f"{target} could not be written ({reason}): free some space or check the "
            f"folder's permissions, then do it again"
        )


class TooLargeError(ValueError):
    """More bytes than allowed; none of them are stored."""


class AlreadyIssuedError(RuntimeError):
    """An issued file would be overwritten with other bytes, which is never allowed."""

    def __init__(self, target: Path) -> None:
        super().__init__(
            f"{target} was issued with other bytes and is not replaced: run 'royalties verify'"
        )


@dataclass(frozen=True, slots=True)
class Files:
    """The home folder's files: received ones are named by fingerprint, issued ones by number."""

    home: Path

    def fingerprint(self, path: Path) -> tuple[str, int]:
        """SHA-256 and size of a file, read in blocks."""
        digest, size = sha256(), 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return digest.hexdigest(), size

    def keep_received(self, path: Path, fingerprint: str) -> None:
        """Store a received file under its fingerprint; the same bytes are stored once."""
        target = self.received(fingerprint)
        if not target.exists():
            with path.open("rb") as source:
                self._write(target, source)

    def received(self, fingerprint: str) -> Path:
        """The path of a received file."""
        return self.home / "received" / fingerprint[:2] / fingerprint

    def keep_sample(self, name: str, data: bytes) -> None:
        """Store a sample chapter under its name, which includes its fingerprint."""
        target = self.sample(name)
        if not target.exists():
            self._write_bytes(target, data)

    def sample(self, name: str) -> Path:
        """The path of a sample chapter."""
        return self.home / "samples" / name[:2] / name

    def keep_issued(self, period: str, name: str, data: bytes) -> Path:
        """Store an issued file's bytes; refuses to overwrite other bytes of the same name.

        Raises:
            AlreadyIssuedError: a file of that name with other bytes exists.
        """
        target = self.issued(period, name)
        # Two who issue at the same time must not replace each other's file.
        is_new = not target.exists() and self._write(target, io.BytesIO(data), new=True)
        if not is_new and target.read_bytes() != data:
            raise AlreadyIssuedError(target)
        return target

    def issued(self, period: str, name: str) -> Path:
        """The path of an issued file."""
        return self.home / "issued" / period / name

    def keep_upload(self, source: IO[bytes], most: int) -> tuple[str, int]:
        """Store an uploaded file under its fingerprint, in blocks; returns that and the size.

        Raises:
            TooLargeError: it has more than ``most`` bytes.
        """
        return _store_upload(source, most, self.home / "uploads")

    def upload(self, fingerprint: str) -> Path:
        """The path of an uploaded file that is not recorded yet."""
        return self.home / "uploads" / fingerprint

    def keep_enclosure(self, source: IO[bytes], most: int) -> tuple[str, int]:
        """Store a form's attachment until the form is accepted; cleaned up like uploads.

        Raises:
            TooLargeError: it has more than ``most`` bytes.
        """
        return _store_upload(source, most, self.home / "uploads", _ENCLOSED)

    def enclosure(self, fingerprint: str) -> Path:
        """The path of a form's attachment."""
        return self.home / "uploads" / f"{_ENCLOSED}{fingerprint}"

    def drop_enclosure(self, fingerprint: str) -> None:
        """Delete the attachment of a form that was refused."""
        self.enclosure(fingerprint).unlink(missing_ok=True)

    def order_file(self, fingerprint: str) -> Path:
        """The path of a file that belongs to an order, or was generated for one."""
        return self.home / "orders" / fingerprint

    def keep_checked(self, fingerprint: str, waits: Path | None = None) -> None:
        """Move an upload, or the file at ``waits``, to the files of orders."""
        self._keep_waiting(waits or self.upload(fingerprint), self.order_file(fingerprint))

    def document(self, fingerprint: str) -> Path:
        """The path of an old statement of a beneficiary."""
        return self.home / "documents" / fingerprint[:2] / fingerprint

    def keep_document(self, fingerprint: str) -> None:
        """Move a form's attachment to the documents."""
        self._keep_waiting(self.enclosure(fingerprint), self.document(fingerprint))

    def _keep_waiting(self, waits: Path, target: Path) -> None:
        if target.exists():
            return
        try:
            make_private(target.parent)
            # It is on this disk already: a hard link is instant.
            os.link(waits, target)
        except FileExistsError:
            return
        except OSError:
            with waits.open("rb") as source:
                self._write(target, source)

    def keep_made(self, name: str, data: bytes) -> None:
        """Store a generated file such as a preview; its name says of which file."""
        target = self.order_file(name)
        if not target.exists():
            self._write_bytes(target, data)

    def uploads_before(self, moment: datetime) -> Iterator[str]:
        """Names of uploaded files that were written before a moment."""
        folder = self.home / "uploads"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < moment.timestamp():
                    yield path.name

    @property
    def spool(self) -> Path:
        """The folder of files of lines that were read and not recorded; cleaned up like uploads."""
        return self.home / "uploads"

    def drop_upload(self, name: str) -> None:
        """Delete an uploaded file; it may be gone already."""
        (self.home / "uploads" / name).unlink(missing_ok=True)

    def tell_progress(self, job: int, done: int, total: int) -> None:
        """Write a job's progress; losing it does no harm, so no sync."""
        data = json.dumps([done, total]).encode()
        self._write(self._progress(job), io.BytesIO(data), sync=False)

    def progress(self, job: int) -> tuple[int, int]:
        """A job's progress as (done, total); (0, 0) if none was written."""
        try:
            done, total = json.loads(self._progress(job).read_bytes())
        except (OSError, ValueError):
            return 0, 0
        return int(done), int(total)

    def forget_progress(self, job: int) -> None:
        """Delete the progress of a job that ended."""
        self._progress(job).unlink(missing_ok=True)

    def beat(self) -> None:
        """Record that the worker is alive."""
        path = self._beat()
        with contextlib.suppress(OSError):  # a full disk is reported by other writes
            make_private(path.parent)
            path.touch()
            path.chmod(_PRIVATE)

    def last_beat(self) -> float | None:
        """When the worker last recorded that it was alive, as a Unix time; None: never."""
        try:
            return self._beat().stat().st_mtime
        except OSError:
            return None

    def _beat(self) -> Path:
        return self.home / "jobs" / "worker"

    def _progress(self, job: int) -> Path:
        return self.home / "jobs" / f"{job}.json"

    def returned(self, name: str) -> Path:
        """The path of a returned report."""
        return self.home / "returned" / name

    def give_back(self, name: str, data: bytes) -> Path:
        """Write a workbook of rows that were refused; a newer one replaces it."""
        target = self.returned(name)
        self._write_bytes(target, data)
        return target

    def keep_secret(self, name: str, secret: str) -> str:
        """Store a secret readable only by this system's user; an existing one is returned."""
        target = self.home / name
        with contextlib.suppress(FileExistsError):
            make_private(self.home)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
            with os.fdopen(handle, "w") as file:
                os.fchmod(handle, _PRIVATE)
                file.write(secret)
        return target.read_text()

    def secret(self, name: str) -> str:
        """A stored secret; empty if there is none."""
        try:
            return (self.home / name).read_text()
        except FileNotFoundError:
            return ""

    def write_out(self, folder: Path, name: str, data: bytes) -> Path:
        """Write a file where the user asked for it; it can be regenerated, so no sync.

        Its permissions follow the user's umask, except within the home.
        """
        target = folder / name
        is_private = target.absolute().is_relative_to(self.home.absolute())
        self._write(target, io.BytesIO(data), sync=False, private=is_private)
        return target

    def make_home(self, database: Path | None) -> None:
        """Make the home folder, and a database's file, readable only by their owner.

        Raises:
            DiskError: they could not be made.
        """
        try:
            make_private(self.home)
            if database is not None and not database.exists():
                os.close(os.open(database, os.O_WRONLY | os.O_CREAT, _PRIVATE))
                database.chmod(_PRIVATE)
        except OSError as error:
            raise DiskError(database or self.home, error.strerror or "no reason given") from error
        self.guard(database)

    def guard(self, database: Path | None) -> list[str]:
        """Remove the permissions of others that an earlier version gave; returns what failed.

        Only the desk's own files are changed: a home may hold its owner's files as well.
        """
        beside = (
            [database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal")]
            if database is not None
            else []
        )
        own = [self.home / name for name in _FOLDERS]
        closed = [*beside, *self.home.glob("*.key")]
        if _is_readable_by_others(self.home):
            for folder in own:
                closed += [folder, *folder.rglob("*")] if folder.is_dir() else []
            closed.append(self.home)
        return [words for each in closed if (words := _make_private(each))]

    def empty(self) -> None:
        """Delete all stored files, after the books that they belong to were emptied."""
        for name in _FOLDERS:
            folder = self.home / name
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path != self._beat():
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def clear_leftovers(self) -> int:
        """Delete what interrupted writes left behind; returns the number of files.

        A file that is being written is locked and recent, and stays.
        """
        deleted = 0
        for folder in (self.home / name for name in _FOLDERS):
            for path in folder.rglob(f"{_PART}*") if folder.is_dir() else ():
                with contextlib.suppress(OSError):
                    # A date in the future is of a time before the clock was set back.
                    if abs(time.time() - path.stat().st_mtime) > _LEFTOVER_AFTER and _is_leftover(
                        path
                    ):
                        path.unlink()
                        deleted += 1
        return deleted

    def _write_bytes(self, target: Path, data: bytes) -> None:
        self._write(target, io.BytesIO(data))

    def _write(
        self,
        target: Path,
        source: BinaryIO,
        *,
        sync: bool = True,
        private: bool = True,
        new: bool = False,
    ) -> bool:
        """Copy to a temporary neighbour, flush to disk, then rename: completely or not at all.

        Returns:
            Whether it was written; a ``new`` file never replaces one.
        """
        with _temporary_file(target.parent, target, private=private) as (file, temporary):
            shutil.copyfileobj(source, file, _BLOCK)
            file.flush()
            if sync:
                os.fsync(file.fileno())
            if new:
                return _rename(temporary, target)
            temporary.replace(target)
            return True


def _rename(temporary: Path, target: Path) -> bool:
    """Rename a file; False if the name is taken."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        temporary.replace(target)
    return True


def _store_upload(source: IO[bytes], most: int, folder: Path, prefix: str = "") -> tuple[str, int]:
    """Store an uploaded file under its fingerprint, in blocks; returns that and the size."""
    digest, size = sha256(), 0
    with _temporary_file(folder) as (file, temporary):
        while block := source.read(_BLOCK):
            size += len(block)
            if size > most:
                raise TooLargeError
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        temporary.replace(folder / f"{prefix}{digest.hexdigest()}")
    return digest.hexdigest(), size


@contextlib.contextmanager
def _temporary_file(
    folder: Path, target: Path | None = None, *, private: bool = True
) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file in a folder, to be renamed when complete; else it is deleted.

    It is locked while being written, so that it is not mistaken for a leftover.

    Raises:
        DiskError: it could not be written.
    """
    temporary: Path | None = None
    try:
        if private:
            make_private(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{_PART}{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        handle = os.open(temporary, flags, _PRIVATE if private else _BY_UMASK)
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if private:
                os.fchmod(file.fileno(), _PRIVATE)
            yield file, temporary
    except OSError as error:
        raise DiskError(target or folder, error.strerror or "no reason given") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def make_private(folder: Path) -> None:
    """Make a folder, and its parents, that only this system's user may enter."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(_PRIVATE_FOLDER)
        folder.chmod(_PRIVATE_FOLDER)


def _is_readable_by_others(path: Path) -> bool:
    """Whether anybody but its owner has any permission on it."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def _make_private(path: Path) -> str:
    """Remove everybody else's permissions on a file or folder; returns the error, or nothing."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or not status.st_mode & 0o077:
            return ""
        is_folder = stat.S_ISDIR(status.st_mode)
        if is_folder and (status.st_mode & stat.S_ISVTX or path in {Path("/"), Path.home()}):
            return f"others may read {path}, which is not the desk's alone: choose another home"
        path.chmod(_PRIVATE_FOLDER if is_folder else _PRIVATE)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"others may read {path} ({error.strerror}): let its owner run 'chmod go= {path}'"
    return ""


def _is_leftover(path: Path) -> bool:
    """Whether nobody writes to a temporary file: its writer holds a lock while it lives."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True

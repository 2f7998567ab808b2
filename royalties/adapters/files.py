"""Received and issued files, kept in the home folder and never half written."""

import contextlib
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20


class DiskError(RuntimeError):
    """A file could not be written; the message says which and what to do."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(
            f"{target} could not be written ({reason}): free some space or check the "
            f"folder's permissions, then do it again"
        )


class AlreadyIssuedError(RuntimeError):
    """An issued file would be replaced by other bytes, which never happens."""

    def __init__(self, target: Path) -> None:
        super().__init__(
            f"{target} was issued with other bytes and is not replaced: run 'royalties verify'"
        )


@dataclass(frozen=True, slots=True)
class Files:
    """The home folder's files: received ones go by fingerprint, issued ones by number."""

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
        """Keep a received file under its fingerprint; the same bytes are kept once."""
        target = self.received(fingerprint)
        if not target.exists():
            with path.open("rb") as source:
                self._write(target, source)

    def received(self, fingerprint: str) -> Path:
        """Where a received file is kept."""
        return self.home / "received" / fingerprint[:2] / fingerprint

    def keep_issued(self, period: str, name: str, data: bytes) -> Path:
        """Keep an issued file's bytes; refuses to replace other bytes of the same name.

        Raises:
            AlreadyIssuedError: a file of that name with other bytes is there already.
        """
        target = self.issued(period, name)
        if target.exists():
            if target.read_bytes() != data:
                raise AlreadyIssuedError(target)
        else:
            self._write_bytes(target, data)
        return target

    def issued(self, period: str, name: str) -> Path:
        """Where an issued file is kept."""
        return self.home / "issued" / period / name

    def give_back(self, name: str, data: bytes) -> Path:
        """Write a workbook of rows that could not be taken; a newer one replaces it."""
        target = self.home / "returned" / name
        self._write_bytes(target, data)
        return target

    def keep_secret(self, name: str, secret: str) -> str:
        """Keep a secret that only this system's user may read; the first one kept stands."""
        target = self.home / name
        with contextlib.suppress(FileExistsError):
            self.home.mkdir(parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secret)
        return target.read_text()

    def write_out(self, folder: Path, name: str, data: bytes) -> Path:
        """Write a file where the user asked for it; it can be made again, so no sync."""
        target = folder / name
        self._write(target, io.BytesIO(data), sync=False)
        return target

    def _write_bytes(self, target: Path, data: bytes) -> None:
        self._write(target, io.BytesIO(data))

    def _write(self, target: Path, source: BinaryIO, *, sync: bool = True) -> None:
        """Copy to a temporary neighbour, flush to disk, then rename: whole or not at all."""
        temporary: Path | None = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(source, file, _BLOCK)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.chmod(0o640)
            temporary.replace(target)
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise DiskError(target, error.strerror or "no reason given") from error

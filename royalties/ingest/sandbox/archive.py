"""A zipped workbook is inflated and counted before any parser sees it. Source: hardening.md, 7."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from royalties.ingest.uploads.directory import directory

MOST_PARTS = 1_000
MOST_BYTES = 200_000_000
MOST_STYLE_BYTES = 5_000_000
MOST_ROWS = 250_000
MOST_RATIO = 100
RATIO_COUNTS_FROM = 10_000_000
"""Bytes from which the ratio counts: small parts of real workbooks shrink by even more."""

Inflated = bytes | bytearray
"""The bytes of a part; those of the largest sheet are collected as they come."""

_STEP = 1 << 20
_ENCRYPTED = 1
_WORKBOOK = re.compile(r"xl/workbook\d*\.(xml|bin)")
_SHEET = re.compile(r"xl/worksheets/.*\.xml")

DAMAGED = "the file is damaged"
SEND_AGAIN = "download it again, or open it in a spreadsheet program and save it as .xlsx"


class FileRefusedError(Exception):
    """The workbook is not to be read; carries the message and what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Archive:
    """The parts of a zipped workbook, each inflated by ourselves and never by its header."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                listed = directory(file)
            if listed is not None and not listed.holds_at_most(MOST_PARTS):
                raise _too_many_parts(listed.entries)
            with zipfile.ZipFile(path) as opened:
                parts = opened.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise FileRefusedError(DAMAGED, SEND_AGAIN) from error
        self._path = path
        self._parts = {part.filename: part for part in parts}
        self._kept: dict[str, bytearray] = {}
        if len(parts) > MOST_PARTS:
            raise _too_many_parts(len(parts))
        if len(self._parts) != len(parts):
            raise FileRefusedError("the file holds two parts of the same name", SEND_AGAIN)
        if any(_leaves_its_folder(part.filename) for part in parts):
            raise FileRefusedError(
                "a part of the file has a name that leaves its folder, as no spreadsheet "
                "program writes it",
                "ask the retailer for the report as a new .xlsx or as CSV",
            )
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise FileRefusedError(
                "a part of the file is encrypted", "remove the password and import it again"
            )

    @property
    def names(self) -> list[str]:
        """Names of all parts."""
        return list(self._parts)

    @property
    def has_macros(self) -> bool:
        """Whether there are programs in it; nobody runs them."""
        return any(
            name.casefold().endswith("vbaproject.bin")
            or "/macrosheets/" in name.casefold()
            or name.casefold().startswith(("basic/", "scripts/"))
            for name in self._parts
        )

    def kind(self) -> str:
        """Tell ``xlsx``, ``xlsb`` and ``ods`` apart.

        Raises:
            FileRefusedError: the archive is no workbook.
        """
        for name in self._parts:
            if found := _WORKBOOK.fullmatch(name):
                return "xlsx" if found[1] == "xml" else "xlsb"
        opendocument = "content.xml" in self._parts and "mimetype" in self._parts
        if opendocument and self.part("mimetype").strip().endswith(b".spreadsheet"):
            return "ods"
        raise FileRefusedError(
            "this is a zip archive, not an Excel workbook",
            "unpack it and import the report inside",
        )

    def check(self) -> None:
        """Inflate everything once, against checksums and limits.

        What is inflated of the largest sheet is kept until it is asked for: it is most of the file.

        Raises:
            FileRefusedError: damaged, or larger than a report can be.
        """
        total = 0
        sheets = [part for name, part in self._parts.items() if _SHEET.fullmatch(name)]
        largest = max(sheets, key=lambda part: part.compress_size, default=None)
        with self._path.open("rb") as file:
            for name, part in self._parts.items():
                rows = size = checksum = 0
                for piece in _inflated(file, part):
                    if part is largest:
                        self._kept.setdefault(name, bytearray()).extend(piece)
                    size += len(piece)
                    total += len(piece)
                    checksum = zlib.crc32(piece, checksum)
                    rows += _rows_in(piece) if _SHEET.fullmatch(name) else 0
                    _within_limits(name, size, total, rows, part.compress_size)
                if size != part.file_size or checksum != part.CRC:
                    raise FileRefusedError(DAMAGED, SEND_AGAIN)

    def size(self, name: str) -> int:
        """Bytes of a part, 0 where it is missing; call ``check`` first."""
        return self._parts[name].file_size if name in self._parts else 0

    def part(self, name: str) -> Inflated:
        """All bytes of a part, nothing where it is missing; call ``check`` first."""
        if name not in self._parts:
            return b""
        if name in self._kept:
            return self._kept.pop(name)
        with self._path.open("rb") as file:
            return b"".join(_inflated(file, self._parts[name]))


def _leaves_its_folder(name: str) -> bool:
    """Whether a part would lie outside of the folder that the archive is unpacked to."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or parts[0].endswith(":")


def _rows_in(piece: bytes) -> int:
    """About how many rows a piece of a sheet begins; only says why a sheet is too large."""
    return piece.count(b"<row") + piece.count(b":row")


def _within_limits(name: str, size: int, total: int, rows: int, packed: int) -> None:
    too_large = total > MOST_BYTES or (
        size > RATIO_COUNTS_FROM and size > MOST_RATIO * max(packed, 1)
    )
    if too_large and rows > MOST_ROWS:
        raise too_many_rows()
    if too_large:
        raise FileRefusedError(
            f"the file unpacks to more than {MOST_BYTES // 1_000_000} MB, or {MOST_RATIO} times "
            "its size",
            "split the report into smaller files, or save it as CSV",
        )
    if name.endswith("styles.xml") and size > MOST_STYLE_BYTES:
        raise FileRefusedError(
            "the file's cell styles are larger than 5 MB",
            "copy the values into a new workbook, or save the sheet as CSV",
        )


def _too_many_parts(count: int) -> FileRefusedError:
    many = f"{count:,} parts, more than" if count > MOST_PARTS else "more parts than"
    return FileRefusedError(
        f"the file packs {many} {MOST_PARTS:,}", "save the sheet alone as a new .xlsx"
    )


def too_many_rows() -> FileRefusedError:
    """The refusal of a sheet that is longer than a workbook may be."""
    return FileRefusedError(
        f"the sheet has more than {MOST_ROWS:,} rows",
        "split the file, or save it as CSV, which may be of any length",
    )


def _inflated(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    left = _seek_data(file, part)
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := file.read(min(left, _STEP))):
            left -= len(piece)
            yield piece
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise FileRefusedError("the file is packed in a way Excel does not use", SEND_AGAIN)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while left > 0 and not inflate.eof and (packed := file.read(min(left, _STEP // 16))):
            left -= len(packed)
            while packed and not inflate.eof:
                yield inflate.decompress(packed, _STEP)
                packed = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error as error:
        raise FileRefusedError(DAMAGED, SEND_AGAIN) from error


def _seek_data(file: BinaryIO, part: zipfile.ZipInfo) -> int:
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise FileRefusedError(DAMAGED, SEND_AGAIN)
    flags, name_size, extra_size = struct.unpack_from("<H18xHH", header, 6)
    if flags & _ENCRYPTED:
        raise FileRefusedError(
            "a part of the file is encrypted", "remove the password and import it again"
        )
    file.seek(name_size + extra_size, 1)
    return part.compress_size

"""Sheets of a workbook as columns of plain values that can be sent to the parent.

A value is a ``str`` (blank: empty), an ``int`` or ``float``, a date as ``(year, month, day)``
or with hour, minute and second, or ``bytes`` for what is no value: TRUE, #N/A, a time.
"""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import python_calamine as calamine

from royalties.ingest.sandbox.archive import (
    DAMAGED,
    MOST_ROWS,
    SEND_AGAIN,
    FileRefusedError,
    too_many_rows,
)
from royalties.ingest.sandbox.pieces import JoinedSheet, PackedSheet, begin, joined
from royalties.ingest.sandbox.sheet_xml import FAR, SheetFindings

BLOCK, _LATER_BLOCK = 2_000, 500
"""Rows sent at a time: the first, which show what a sheet does alike everywhere, and later ones,
which stay near the processor."""

WIDEST = 1_000
"""Columns that are read; a cell beyond them is a stray one."""

Value = str | int | float | bytes | tuple[int, ...]
_PLAIN = frozenset((str, float, int))


class WorkbookPages(Protocol):
    """The sheets of an opened workbook."""

    names: list[tuple[str, bool]]

    def rows(self, name: str) -> Iterator[list[Any]]:
        """All rows of a sheet from the first, as the library gives them."""
        ...

    def offset(self, name: str) -> int:
        """How many empty columns stand before the first value of each row."""
        ...

    def size(self, name: str) -> tuple[int, int]:
        """Rows and columns, as far as known."""
        ...


class FastPages:
    """Sheets through calamine; names come with whether they are visible."""

    def __init__(self, path: Path) -> None:
        try:
            self._book = calamine.CalamineWorkbook.from_path(path)
        except calamine.PasswordError as error:
            raise password_protected() from error
        except calamine.CalamineError as error:
            # Of a file whose name has no ending the library does not say that it is encrypted.
            if _is_encrypted(path):
                raise password_protected() from error
            raise FileRefusedError(DAMAGED, SEND_AGAIN) from error
        visible = calamine.SheetVisibleEnum.Visible
        worksheet = calamine.SheetTypeEnum.WorkSheet
        self.names = [
            (sheet.name, sheet.visible == visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == worksheet
        ]
        self._sheets: dict[str, calamine.CalamineSheet | JoinedSheet] = {}
        self._pieces: dict[str, Sequence[Future[calamine.CalamineSheet]]] = {}

    def parse_beside(self, sheet: PackedSheet, beside: Executor) -> None:
        """Let a sheet that is about to be asked for be parsed: in pieces, if it is long."""
        self._pieces[sheet.name] = begin(sheet, beside)
        if not self._pieces[sheet.name]:
            beside.submit(self._sheet, sheet.name)

    def _sheet(self, name: str) -> calamine.CalamineSheet | JoinedSheet:
        if name not in self._sheets:
            try:
                whole = joined(self._pieces.pop(name, ()))
                self._sheets[name] = whole or self._book.get_sheet_by_name(name)
            except calamine.CalamineError as error:
                raise FileRefusedError(DAMAGED, SEND_AGAIN) from error
        return self._sheets[name]

    def rows(self, name: str) -> Iterator[list[Any]]:
        """See ``Pages``."""
        return iter(self._sheet(name).iter_rows())

    def offset(self, name: str) -> int:
        """See ``Pages``."""
        start = self._sheet(name).start
        return start[1] if start else 0

    def size(self, name: str) -> tuple[int, int]:
        """See ``Pages``."""
        sheet = self._sheet(name)
        return (sheet.total_height + 1, sheet.width) if sheet.start else (0, 0)


class CarefulPages:
    """Sheets through openpyxl, row by row: slow, but a far cell costs it nothing."""

    def __init__(self, path: Path, hidden: dict[str, bool]) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415 - half a second that few files need

        warnings.simplefilter("ignore")
        self._book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        self.names = [
            (sheet.title, hidden.get(sheet.title, True)) for sheet in self._book.worksheets
        ]

    def rows(self, name: str) -> Iterator[list[Any]]:
        """See ``Pages``; ends after a thousand empty rows."""
        sheet = self._book[name]
        sheet.reset_dimensions()
        empty = 0
        for cells in sheet.iter_rows():
            row = [_careful_value(cell) for cell in cells[:WIDEST]]
            while row and row[-1] == "":
                row.pop()
            empty = 0 if row else empty + 1
            if empty > FAR:
                return
            yield row

    def offset(self, name: str) -> int:  # noqa: ARG002 - as ``Pages`` asks
        """See ``Pages``."""
        return 0

    def size(self, name: str) -> tuple[int, int]:  # noqa: ARG002 - as ``Pages`` asks
        """See ``Pages``."""
        return (0, 0)


_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY, _LENGTH_AT = 128, 64
"""A compound file's directory: the size of an entry, and where in it its name's length stands."""


def _is_encrypted(path: Path) -> bool:
    """Whether the directory of a compound file has an entry for an encrypted workbook."""
    data = path.read_bytes()
    at = data.find(_ENCRYPTED)
    while at >= 0:
        length = data[at + _LENGTH_AT : at + _LENGTH_AT + 2]
        if at % _ENTRY == 0 and int.from_bytes(length, "little") == len(_ENCRYPTED) + 2:
            return True
        at = data.find(_ENCRYPTED, at + 1)
    return False


def password_protected() -> FileRefusedError:
    """The refusal of an encrypted workbook."""
    return FileRefusedError(
        "the workbook is protected by a password", "remove the password and import it again"
    )


def blocks(
    pages: WorkbookPages, name: str, look: SheetFindings, skip: int
) -> Iterator[tuple[int, list[list[Value]]]]:
    """Yield the first row's number and the columns of some rows at a time."""
    rows = pages.rows(name)
    offset = pages.offset(name)
    at, size = skip + 1, BLOCK
    for _ in islice(rows, skip):
        pass
    while some := list(islice(rows, size)):
        size = _LATER_BLOCK
        if at + len(some) > MOST_ROWS + FAR:
            raise too_many_rows()
        width = max(map(len, some))
        if any(len(row) != width for row in some):
            some = [[*row, *[""] * (width - len(row))] for row in some]
        columns = [plain(column) for column in zip(*some, strict=True)]
        _put_marks(columns, look, at, len(some), offset)
        yield at, columns
        at += len(some)


def _put_marks(
    columns: list[list[Value]], look: SheetFindings, first: int, rows: int, offset: int
) -> None:
    if not look.marks:
        return
    for row in range(first, first + rows):
        for column, text in look.marks.get(row, {}).items():
            if offset <= column < offset + len(columns):
                columns[column - offset][row - first] = text


def plain(column: tuple[Any, ...]) -> list[Value]:
    """A column of the library's values as values that can be sent."""
    if _PLAIN.issuperset(map(type, column)):
        return list(column)
    return [value if type(value) in _PLAIN else _odd(value) for value in column]


def _odd(value: Any) -> Value:
    if value is None:
        return ""
    if value is True or value is False:
        return b"TRUE" if value else b"FALSE"
    if isinstance(value, datetime):
        if not (value.hour or value.minute or value.second or value.microsecond):
            # A whole day comes as a date: this one was rounded up to midnight, and days truncate.
            value -= timedelta(microseconds=1)
        return (*value.timetuple()[:6],)
    if isinstance(value, date):
        return (value.year, value.month, value.day)
    if isinstance(value, bytes):
        return value
    return str(value).encode()


def _careful_value(cell: Any) -> Any:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return str(value).encode()
    if isinstance(value, datetime) and not any(value.timetuple()[3:6]):
        return value.date()
    return value


def all_columns(found: Iterator[tuple[int, list[list[Value]]]]) -> set[type]:
    """Types that occur, for tests."""
    return {type(value) for _, columns in found for value in chain.from_iterable(columns)}

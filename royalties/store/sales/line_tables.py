"""The tables of a file of lines, and the process that fills them while a report is read.

Only the standard library is imported here, so that the process starts at once.
"""

import marshal
import sqlite3
import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from errno import EIO, ENOSPC
from itertools import chain
from operator import itemgetter
from os import strerror
from pathlib import Path
from typing import IO, Any

LINE_COLUMNS = (
    "sheet",
    "row",
    "edition_id",
    "retailer_id",
    "kind",
    "day",
    "units",
    "currency",
    "list_price",
    "net",
    "discount",
    "country",
    "region",
    "city",
    "order_ref",
    "reference",
)
"""The columns of ``sale`` that hold a ``SaleLine``, field by field."""

WAITING_COLUMNS = (*LINE_COLUMNS[:2], "identifier", *LINE_COLUMNS[3:])
"""The columns of ``waiting`` that hold a ``WaitingLine``, field by field."""

KEY = ("edition_id", "retailer_id", "kind", "currency", "sheet", "row")
"""The order of ``line``: that of the books' own table within a batch and a period."""

Packed = Sequence[Any] | bytes | str
"""A column's values; or integers of eight bytes each, or texts one after the other."""

Content = tuple[Sequence[Sequence[Packed]], Sequence[Sequence[Any]], Sequence[Sequence[Any]]]
"""Sale lines by the column, then one by one, and lines that wait."""

_EDITION = itemgetter(LINE_COLUMNS.index("edition_id"))
_AT_ONCE = 200
"""Lines of one statement: a million statements would take half as long again."""

_CACHE_KIB = 32_768
_SIZE = struct.Struct("<q")
_END = -1
_BETWEEN = "\x1f"
"""Stands in no text that may be recorded; a column with one that does is sent as it is."""


class LineTables:
    """A new file of lines: ``insert``, ``finish``, and ``close`` it in any case.

    Raises:
        sqlite3.OperationalError: the disk does not take them; from any method.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{_CACHE_KIB}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        columns, key = ", ".join(map(quoted, LINE_COLUMNS)), ", ".join(map(quoted, KEY))
        self._connection.execute(
            f"CREATE TABLE line ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID"
        )
        self._connection.execute(
            f"CREATE TABLE waiting_line ({', '.join(map(quoted, WAITING_COLUMNS))})"
        )

    def add(self, content: Content) -> None:
        """Insert lines."""
        columns, sales, waiting = content
        lines = [tuple(line) for line in sales]
        for block in columns:
            lines.extend(zip(*map(unpacked, block), strict=True))
        lines.sort(key=_EDITION)  # neighbours then fall on the same pages
        self._insert("line", lines)
        self._insert("waiting_line", waiting)

    def _insert(self, table: str, lines: Sequence[Sequence[Any]]) -> None:
        marks = f"({', '.join('?' * len(LINE_COLUMNS))})"
        filled = len(lines) // _AT_ONCE * _AT_ONCE
        statement = f"INSERT INTO {table} VALUES {', '.join([marks] * _AT_ONCE)}"  # noqa: S608
        for start in range(0, filled, _AT_ONCE):
            values = tuple(chain.from_iterable(lines[start : start + _AT_ONCE]))
            self._connection.execute(statement, values)
        self._connection.executemany(
            f"INSERT INTO {table} VALUES {marks}",  # noqa: S608
            lines[filled:],
        )

    def finish(self) -> None:
        """Keep what was inserted."""
        self._connection.commit()

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()


def quoted(name: str) -> str:
    """A column's name in SQL: some are words of the language."""
    return f'"{name}"'


def cause_of(error: sqlite3.OperationalError) -> tuple[int, str]:
    """Why SQLite could not write, as the operating system numbers and words it."""
    is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return (ENOSPC, strerror(ENOSPC)) if is_full else (EIO, str(error))


def packed(values: Sequence[Any]) -> Packed:
    """A column as it is sent: four times as fast as its values one by one."""
    try:
        if isinstance(values[0], str):
            together = _BETWEEN.join(values)
            return together if together.count(_BETWEEN) == len(values) - 1 else list(values)
        return array("q", values).tobytes()
    except (TypeError, OverflowError):
        return list(values)


def unpacked(column: Packed) -> Iterable[Any]:
    """The values of a column that was sent."""
    if isinstance(column, str):
        return column.split(_BETWEEN)
    return array("q", column) if isinstance(column, bytes) else column


def send(pipe: IO[bytes], content: Content) -> None:
    """Send lines to the process."""
    frame = marshal.dumps(content)  # type: ignore[arg-type]  # plain values all of them
    pipe.write(_SIZE.pack(len(frame)))
    pipe.write(frame)


def send_end(pipe: IO[bytes]) -> None:
    """Tell the process that nothing follows."""
    pipe.write(_SIZE.pack(_END))
    pipe.flush()


def main(path: Path, pipe: IO[bytes]) -> tuple[int, str] | None:
    """Write what comes through a pipe; what has no end was given up, and is not kept.

    Returns:
        Why the disk did not take it, or None.
    """
    try:
        tables = LineTables(path)
        while size_bytes := pipe.read(_SIZE.size):
            [size] = _SIZE.unpack(size_bytes)
            if size == _END:
                tables.finish()
                break
            tables.add(marshal.loads(pipe.read(size)))  # noqa: S302 - our parent's
        tables.close()
    except sqlite3.OperationalError as error:
        return cause_of(error)
    return None


if __name__ == "__main__":
    cause = main(Path(sys.argv[1]), sys.stdin.buffer)
    if cause:
        sys.stdout.buffer.write(marshal.dumps(cause))
        sys.exit(1)

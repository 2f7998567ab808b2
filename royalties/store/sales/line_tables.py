"""The tables of a file of lines, and the process that fills them while a report is read.

Imports only the standard library, so that the process starts quickly.
"""

import gc
import marshal
import sqlite3
import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from errno import EIO, ENOSPC
from functools import cache
from itertools import chain, count, repeat
from operator import add, itemgetter, mul
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

PLACE = ("country", "region", "city")

KEY = ("edition_id", "retailer_id", "kind", "currency", "sheet")
"""The order of lines: that of the books' own table within a batch and a period, before the row."""

SENT_COLUMNS = (
    "edition_id",
    "others",
    "row",
    "day",
    "units",
    "list_price",
    "net",
    "discount",
    "place",
    "order_ref",
    "reference",
)
"""Lines as they are sent. Two columns hold tuples, which repeat: ``others`` has the columns of
``KEY`` after the edition, ``place`` those of ``PLACE``.
"""

Part = tuple[str, int, Any, list[Any] | None] | str | list[Any]
"""Part of a column: tag, count and values: one repeated value; 8-byte integers; indexes into
a table, of 1, 2 or 4 bytes, with the table; or joined texts. Otherwise the plain values.
"""

PackedPlaces = tuple[str, int, bytes]
"""The first three items of a ``Part`` of indexes."""

Packed = list[Part]
"""A column's values. ``marshal`` writes an object that several parts share only once."""

Content = tuple[list[Packed], list[tuple[Any, ...]]]
"""Sale lines by column, and waiting lines."""

_STORED = SENT_COLUMNS[3:]
"""The columns of ``line`` except its number."""

_AT_ONCE = 200
"""Lines inserted by one statement: one by one would take half as long again."""

LINES_OF_A_SPAN = 1 << 32
"""Numbers reserved for a span: more than a sheet has rows."""

_MOST_OTHERS = 1 << 31
_MOST_KEPT = 65_536
"""Spans and places in memory: it stays flat for a file of any length."""

_CACHE_KIB = 32_768
_SIZE = struct.Struct("<q")
_END = -1
_SAME = "="
_BYTE, _TWO_BYTES, _MOST_PLACES = 1 << 8, 1 << 16, 1 << 14
"""Values that one byte and two bytes can index; and the limit of a column's table."""
_BETWEEN = "\x1f"
"""Occurs in no text that may be recorded; a column that contains it is sent as plain values."""


class LineTables:
    """A new file of lines: ``add``, ``finish``, and ``close`` it in any case.

    The lines of a span have ``KEY`` in common, and are numbered by row from where it ``begins``. So
    a table ordered by one number is in the order of a key of six columns; five of these are
    stored once a span, and a place once for all its lines.

    Raises:
        sqlite3.OperationalError: the disk is full or failing; from any method.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "secure_delete = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{_CACHE_KIB}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")
        key = ", ".join(map(quoted, KEY))
        for table in (
            f"line (id INTEGER PRIMARY KEY, {', '.join(map(quoted, _STORED))})",
            f"span ({key}, begins, PRIMARY KEY ({key}, begins)) WITHOUT ROWID",
            f"place (id INTEGER PRIMARY KEY, {', '.join(PLACE)})",
            f"waiting_line ({', '.join(map(quoted, WAITING_COLUMNS))})",
        ):
            self._connection.execute(f"CREATE TABLE {table}")
        self._others = _Numbers()
        self._spans = _Numbers()
        self._places = _Numbers()

    def add(self, content: Content) -> None:
        """Insert lines."""
        columns, waiting = content
        self._insert_lines(dict(zip(SENT_COLUMNS, map(unpacked, columns), strict=True)))
        self._insert("waiting_line", WAITING_COLUMNS, waiting)

    def _insert_lines(self, columns: dict[str, list[Any]]) -> None:
        count = len(columns["row"])
        if not count:
            return
        spans = self._spans_of(columns["edition_id"], columns["others"])
        numbers = list(map(add, map(mul, spans, repeat(LINES_OF_A_SPAN)), columns["row"]))
        columns["place"] = self._places.of(columns["place"])
        order = sorted(range(count), key=spans.__getitem__)  # neighbours share pages
        in_order = itemgetter(*order, order[0])  # for a single line, this still makes a tuple
        stored = [in_order(column) for column in (numbers, *map(columns.__getitem__, _STORED))]
        width = len(stored)
        for start in range(0, count, _AT_ONCE):
            end = min(start + _AT_ONCE, count)
            values: list[Any] = [None] * (width * (end - start))
            for place, column in enumerate(stored):
                values[place::width] = column[start:end]
            self._connection.execute(_insertion("line", width, end - start), values)
        if self._spans.are_many or self._others.are_many:
            self._insert_spans()
        if self._places.are_many:
            self._insert_places()

    def _spans_of(self, editions: Sequence[int], others: Sequence[tuple[Any, ...]]) -> list[int]:
        """The number of each line's span."""
        # Looking up one number is faster than five values.
        pairs = map(add, map(mul, editions, repeat(_MOST_OTHERS)), self._others.of(others))
        return self._spans.of(list(pairs))

    def _insert_spans(self) -> None:
        others = {number: values for values, number in self._others.taken()}
        spans = [
            (pair // _MOST_OTHERS, *others[pair % _MOST_OTHERS], number * LINES_OF_A_SPAN)
            for pair, number in self._spans.taken()
        ]
        self._insert("span", (*KEY, "begins"), sorted(spans))

    def _insert_places(self) -> None:
        places = [(number, *place) for place, number in self._places.taken()]
        self._insert("place", ("id", *PLACE), places)

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(_insertion(table, len(columns), 1), rows)

    def finish(self) -> None:
        """Commit what was inserted."""
        self._insert_spans()
        self._insert_places()
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()


class _Numbers:
    """Numbers for values: those that are new in the same call are numbered in sorted order."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._next = 0

    def of(self, values: Sequence[Any]) -> list[int]:
        """The number of each value."""
        numbers = list(map(self._numbers.get, values))
        if None not in numbers:
            return numbers  # type: ignore[return-value]
        pairs = zip(values, numbers, strict=True)
        new = sorted({value for value, number in pairs if number is None})
        self._numbers.update(zip(new, count(self._next), strict=False))
        self._next += len(new)
        known = self._numbers
        return [
            known[value] if number is None else number
            for value, number in zip(values, numbers, strict=True)
        ]

    @property
    def are_many(self) -> bool:
        """Whether they take so much memory that they should be flushed by ``taken``."""
        return len(self._numbers) > _MOST_KEPT

    def taken(self) -> Iterable[tuple[Any, int]]:
        """All values with their numbers; they are forgotten, and get new numbers next time."""
        numbers, self._numbers = self._numbers, {}
        return numbers.items()


@cache
def _insertion(table: str, width: int, lines: int) -> str:
    marks = f"({', '.join('?' * width)})"
    return f"INSERT INTO {table} VALUES {', '.join([marks] * lines)}"  # noqa: S608 - fixed names


def quoted(name: str) -> str:
    """A column's name quoted for SQL: some are keywords."""
    return f'"{name}"'


def cause_of(error: sqlite3.OperationalError) -> tuple[int, str]:
    """Why SQLite could not write, as the operating system's error number and message."""
    is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return (ENOSPC, strerror(ENOSPC)) if is_full else (EIO, str(error))


class Packing:
    """Packs one column for the pipe: sending its plain values takes four times as long."""

    def __init__(self) -> None:
        self._numbering = _Numbering()
        self._repeats: bool | None = None
        self._parts: list[Part] = []

    def add(self, values: Sequence[Any]) -> None:
        """Pack more values."""
        self._parts.append(self._packed(values))

    def add_places(self, places: PackedPlaces, table: list[Any]) -> None:
        """The same, for values that are packed as indexes into a table already."""
        self._parts.append((*places, table))

    def taken(self) -> Packed:
        """What was packed since the last call."""
        parts, self._parts = self._parts, []
        if not self._repeats:
            self._numbering = _Numbering()
        return parts

    def _packed(self, values: Sequence[Any]) -> "Part":
        first, size = values[0], len(values)
        if first == values[-1] and values.count(first) == size:
            return _SAME, size, first, None
        if self._repeats is None:
            self._repeats = 2 * len(set(values)) <= size
        if self._repeats:
            numbering = self._numbering
            places = list(map(numbering.__getitem__, values))
            if len(numbering) <= _MOST_PLACES:
                return *packed_places(places, numbering.table), numbering.table
            self._repeats = False
        try:
            if isinstance(first, str):
                together = _BETWEEN.join(values)
                return together if together.count(_BETWEEN) == size - 1 else list(values)
            return "q", size, struct.pack(f"{size}q", *values), None
        except (TypeError, struct.error):
            return list(values)


class _Numbering(dict[object, int]):
    """The index of each value in a table of all values so far."""

    def __init__(self) -> None:
        super().__init__()
        self.table: list[Any] = []

    def __missing__(self, value: object) -> int:
        place = self[value] = len(self.table)
        self.table.append(value)
        return place


def packed_places(places: Sequence[int], table: Sequence[Any]) -> PackedPlaces:
    """Indexes into a table, as few bytes each as the largest needs."""
    size = len(places)
    if len(table) <= _BYTE:
        return "B", size, bytes(places)
    letter = "H" if len(table) <= _TWO_BYTES else "I"
    return letter, size, struct.pack(f"{size}{letter}", *places)


def unpacked(column: Packed) -> list[Any]:
    """The values of a column that was sent."""
    return list(chain.from_iterable(map(_values, column)))


def _values(part: "Part") -> Iterable[Any]:
    if isinstance(part, str):
        return part.split(_BETWEEN)
    if isinstance(part, list):
        return part
    kind, size, content, table = part
    if kind == _SAME:
        return repeat(content, size)
    numbers = array(kind, content)
    return numbers if table is None else map(table.__getitem__, numbers)


def send(pipe: IO[bytes], content: Content) -> None:
    """Send lines to the process."""
    frame = marshal.dumps(content)
    pipe.write(_SIZE.pack(len(frame)))
    pipe.write(frame)


def send_end(pipe: IO[bytes]) -> None:
    """Tell the process that no more follows."""
    pipe.write(_SIZE.pack(_END))
    pipe.flush()


def main(path: Path, pipe: IO[bytes]) -> tuple[int, str] | None:
    """Write what comes through a pipe; input without an end marker was aborted, and is discarded.

    Returns:
        Why the disk failed, or None.
    """
    gc.disable()  # nothing here is cyclic, and it would traverse every tuple again and again
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

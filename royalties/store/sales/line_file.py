"""Lines of a report that were read and wait in a file until they are recorded.

The file is an SQLite database of two tables without types, guards or sync, whose lines lie in
the order of the books' own table: so SQLite copies a million of them in seconds, without Python,
and another engine is sent them in that order. They are written by a thread of its own, while the
report is still being read: both cores work.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from errno import EIO, ENOSPC
from itertools import chain
from operator import itemgetter
from os import strerror
from pathlib import Path

from sqlalchemy import Connection

from royalties.domain.sales.lines import SaleLine
from royalties.store.bulk import Row, add_rows
from royalties.store.engine import attached, is_sqlite

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

_KEY = ("edition_id", "retailer_id", "kind", "currency", "sheet", "row")
_EDITION = itemgetter(SaleLine._fields.index("edition"))
_SORTED = 32_768
"""Lines that are sorted before they are written: neighbours then fall on the same pages."""

_AT_ONCE = 200
"""Lines of one statement: while it runs, Python goes on reading."""

_AHEAD = 2
"""Statements' worth of sorted lines that may wait for the thread that writes them."""

_CACHE_KIB = 32_768


class LineFileError(OSError):
    """The file cannot be written; ``strerror`` says why."""

    def __init__(self, error: sqlite3.OperationalError) -> None:
        is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        super().__init__(*((ENOSPC, strerror(ENOSPC)) if is_full else (EIO, str(error))))


class LineWriter:
    """Writes lines into a new file; ``finish`` it, and ``close`` it in any case.

    Raises:
        LineFileError: the disk does not take them; from any method.
    """

    def __init__(self, path: Path) -> None:
        self._connection = _made(path)
        self._thread = ThreadPoolExecutor(1, "lines")
        self._pending: deque[Future[None]] = deque()
        self._lines: list[Row] = []

    def add(self, sales: Sequence[Row], waiting: Sequence[Row]) -> None:
        """Add lines, tuples with the fields of ``SaleLine`` and ``WaitingLine``."""
        self._lines.extend(sales)
        if len(self._lines) >= _SORTED:
            self._send("line", self._lines)
            self._lines = []
        if waiting:
            self._send("waiting_line", waiting)

    def finish(self) -> None:
        """Write what is left."""
        self._send("line", self._lines)
        self._submit(self._connection.commit)
        self._wait(0)

    def close(self) -> None:
        """Close the file, finished or not."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._connection.close()

    def _send(self, table: str, lines: Sequence[Row]) -> None:
        self._submit(_insert, self._connection, table, lines)
        self._wait(_AHEAD)

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        self._pending.append(self._thread.submit(work, *arguments))

    def _wait(self, most: int) -> None:
        """Wait until not more than so many are pending, or one has failed."""
        try:
            while self._pending and (len(self._pending) > most or self._pending[0].done()):
                self._pending.popleft().result()
        except sqlite3.OperationalError as error:
            raise LineFileError(error) from error


def _made(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, check_same_thread=False)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{_CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        columns, key = ", ".join(map(_quoted, LINE_COLUMNS)), ", ".join(map(_quoted, _KEY))
        connection.execute(f"CREATE TABLE line ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        connection.execute(
            f"CREATE TABLE waiting_line ({', '.join(map(_quoted, WAITING_COLUMNS))})"
        )
    except sqlite3.OperationalError as error:
        raise LineFileError(error) from error
    return connection


def _insert(connection: sqlite3.Connection, table: str, lines: Sequence[Row]) -> None:
    """Insert lines, many with each statement: Python waits for its lock once for each."""
    if table == "line":
        lines = sorted(lines, key=_EDITION)
    marks = f"({', '.join('?' * len(LINE_COLUMNS))})"
    in_blocks = len(lines) // _AT_ONCE * _AT_ONCE
    statement = f"INSERT INTO {table} VALUES {', '.join([marks] * _AT_ONCE)}"  # noqa: S608
    for start in range(0, in_blocks, _AT_ONCE):
        values = tuple(chain.from_iterable(lines[start : start + _AT_ONCE]))
        connection.execute(statement, values)
    connection.executemany(f"INSERT INTO {table} VALUES {marks}", lines[in_blocks:])  # noqa: S608


def record_file(
    connection: Connection, path: Path, batch_id: int, period_of: Mapping[str, int]
) -> None:
    """Copy the lines of a file into the books, as those of a batch.

    Args:
        connection: of the books.
        path: the file.
        batch_id: the batch.
        period_of: the period's number by the last day of a period, in order.
    """
    if is_sqlite(connection):
        name = attached(connection, path)
        _copy(connection, ("sale", LINE_COLUMNS), f"{name}.line", _period(period_of), batch_id)
        _copy(connection, ("waiting", WAITING_COLUMNS), f"{name}.waiting_line", "", batch_id)
        return
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as source:
        names = ", ".join(map(_quoted, LINE_COLUMNS))
        key = ", ".join(map(_quoted, _KEY))
        period = _period(period_of)
        lines = source.execute(
            f"SELECT {names}, {period}, {batch_id} FROM line ORDER BY {key}"  # noqa: S608
        )
        add_rows(connection, "sale", (*LINE_COLUMNS, "period_id", "batch_id"), lines)
        waiting = source.execute(f"SELECT *, {batch_id} FROM waiting_line ORDER BY rowid")  # noqa: S608
        add_rows(connection, "waiting", (*WAITING_COLUMNS, "batch_id"), waiting)
    source.close()


def _copy(
    connection: Connection,
    into: tuple[str, Sequence[str]],
    source: str,
    period: str,
    batch_id: int,
) -> None:
    table, columns = into
    names = [*columns, *(["period_id"] if period else []), "batch_id"]
    ordered = f" ORDER BY {', '.join(map(_quoted, _KEY))}" if period else ""
    values = [*map(_quoted, columns), *([period] if period else []), str(batch_id)]
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) "  # noqa: S608 - fixed names
        f"SELECT {', '.join(values)} FROM {source}{ordered}"
    )


def _period(period_of: Mapping[str, int]) -> str:
    """A line's period, in SQL, by the last days of periods."""
    *earlier, (_, last) = period_of.items()
    if not earlier:
        return str(last)
    cases = " ".join(f"WHEN day <= '{day}' THEN {number}" for day, number in earlier)
    return f"CASE {cases} ELSE {last} END"


def _quoted(name: str) -> str:
    return f'"{name}"'

"""Lines of a report that were read and wait in a file until they are recorded.

The file is an SQLite database of two tables without types, guards or sync, whose lines lie in
the order of the books' own table: so SQLite copies a million of them in seconds, without Python,
and another engine is sent them in that order. A long report's lines are written by a process of
its own, while the report is still being read: both cores work (decision 26).
"""

import marshal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from errno import EIO
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

import royalties
from royalties.domain.sales.lines import LineColumns, SaleLine, WaitingLine
from royalties.store.bulk import Row, add_rows
from royalties.store.engine import attached, is_sqlite
from royalties.store.sales import line_tables
from royalties.store.sales.line_tables import (
    KEY,
    LINE_COLUMNS,
    WAITING_COLUMNS,
    Content,
    LineTables,
    Packed,
    packed,
    quoted,
)

_SENT = 32_768
"""Lines that are sorted and written together; a report with fewer needs no process."""


class LineFileError(OSError):
    """The file cannot be written; ``strerror`` says why."""


class LineWriter:
    """Writes lines into a new file; ``finish`` it, and ``close`` it in any case.

    Raises:
        LineFileError: the disk does not take them; from any method.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: _Process | None = None
        self._clear()

    def add(
        self,
        columns: Sequence[LineColumns],
        sales: Sequence[SaleLine],
        waiting: Sequence[WaitingLine],
    ) -> None:
        """Add lines."""
        self._columns.extend([packed(column) for column in block] for block in columns)
        self._sales.extend(map(tuple, sales))
        self._waiting.extend(map(tuple, waiting))
        self._pending += sum(len(block[0]) for block in columns) + len(sales) + len(waiting)
        if self._pending >= _SENT:
            if self._process is None:
                self._process = _Process(self._path)
            self._process.send(self._content)
            self._clear()

    def finish(self) -> None:
        """Write what is left."""
        if self._process is not None:
            self._process.send(self._content)
            self._process.finish()
            return
        with _disk_errors():
            tables = LineTables(self._path)
            try:
                tables.add(self._content)
                tables.finish()
            finally:
                tables.close()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        if self._process is not None:
            self._process.close()

    @property
    def _content(self) -> Content:
        return self._columns, self._sales, self._waiting

    def _clear(self) -> None:
        self._columns: list[list[Packed]] = []
        self._sales: list[Row] = []
        self._waiting: list[Row] = []
        self._pending = 0


class _Process:
    """The process that writes lines, from this side of its pipe."""

    def __init__(self, path: Path) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-s", "-m", line_tables.__name__, str(path.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(royalties.__file__).parents[1]), "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # who interrupts the import interrupts this side only
        )

    def send(self, content: Content) -> None:
        assert self._child.stdin is not None  # noqa: S101  # a pipe by construction
        try:
            line_tables.send(self._child.stdin, content)
        except OSError:
            self._fail()

    def finish(self) -> None:
        assert self._child.stdin is not None  # noqa: S101
        try:
            line_tables.send_end(self._child.stdin)
        except OSError:
            self._fail()
        if self._child.wait():
            self._fail()

    def close(self) -> None:
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None  # noqa: S101
            with suppress(OSError):  # what was still to be sent is given up
                pipe.close()
        self._child.wait()

    def _fail(self) -> NoReturn:
        assert self._child.stdout is not None  # noqa: S101
        told = self._child.stdout.read()
        raise LineFileError(*(marshal.loads(told) if told else (EIO, _ENDED)))  # noqa: S302


_ENDED = "the process that writes the lines has ended"


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LineFileError(*line_tables.cause_of(error)) from error


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
        names = ", ".join(map(quoted, LINE_COLUMNS))
        key = ", ".join(map(quoted, KEY))
        period = _period(period_of)
        lines = source.execute(
            f"SELECT {names}, {period}, {batch_id} FROM line ORDER BY {key}"  # noqa: S608
        )
        add_rows(connection, "sale", (*LINE_COLUMNS, "period_id", "batch_id"), lines)
        waiting = source.execute(f"SELECT *, {batch_id} FROM waiting_line ORDER BY rowid")  # noqa: S608
        add_rows(connection, "waiting", (*WAITING_COLUMNS, "batch_id"), waiting)
    source.close()


@contextmanager
def as_sales(path: Path, batch_id: int, period_of: Mapping[str, int]) -> Iterator[Connection]:
    """A connection of its own, to which the lines of a file are the ``sale`` of the books.

    Args:
        path: the file.
        batch_id: of the batch that the lines are to become.
        period_of: see ``record_file``.
    """
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", poolclass=NullPool)
    with engine.connect() as connection:
        lines = ", ".join(map(quoted, LINE_COLUMNS))
        connection.exec_driver_sql(
            f"CREATE TEMP VIEW sale AS SELECT {lines}, {_period(period_of)} AS period_id, "  # noqa: S608
            f"{batch_id} AS batch_id, NULL AS reverses FROM line"
        )
        yield connection


def _copy(
    connection: Connection,
    into: tuple[str, Sequence[str]],
    source: str,
    period: str,
    batch_id: int,
) -> None:
    table, columns = into
    names = [*columns, *(["period_id"] if period else []), "batch_id"]
    ordered = f" ORDER BY {', '.join(map(quoted, KEY))}" if period else ""
    values = [*map(quoted, columns), *([period] if period else []), str(batch_id)]
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(map(quoted, names))}) "  # noqa: S608 - fixed names
        f"SELECT {', '.join(values)} FROM {source}{ordered}"
    )


def _period(period_of: Mapping[str, int]) -> str:
    """A line's period, in SQL, by the last days of periods."""
    *earlier, (_, last) = period_of.items()
    if not earlier:
        return str(last)
    cases = " ".join(f"WHEN day <= '{day}' THEN {number}" for day, number in earlier)
    return f"CASE {cases} ELSE {last} END"

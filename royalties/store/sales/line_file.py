"""A file of sale lines that were read from a report, until they are recorded.

The file is an SQLite database of two tables without types, guards or sync, whose lines are in
the order of the books' own table: so SQLite copies a million of them in seconds, without
Python, and another engine receives them in that order. A long report's lines are written by a
separate process while the report is still being read, which uses both cores (decision 26).
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
from royalties.domain.sales.lines import (
    LineColumns,
    Repeated,
    SaleLine,
    WaitingLine,
    by_column,
)
from royalties.store.bulk import Row, add_rows
from royalties.store.engine import attach_file, is_sqlite
from royalties.store.sales import line_tables
from royalties.store.sales.line_tables import (
    KEY,
    LINE_COLUMNS,
    LINES_OF_A_SPAN,
    PLACE,
    SENT_COLUMNS,
    WAITING_COLUMNS,
    Content,
    LineTables,
    PackedPlaces,
    Packing,
    packed_places,
    quoted,
)

_AHEAD = 1 << 20
"""Bytes that may be buffered in the pipe, so that reading the report continues meanwhile."""

_SENT = 32_768
"""Lines that are sorted and written together; a shorter report needs no process."""


class LineFileError(OSError):
    """The file cannot be written; ``strerror`` says why."""


class LineWriter:
    """Writes lines into a new file; ``finish`` it, and ``close`` it in any case.

    Raises:
        LineFileError: the disk is full or failing; from any method.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: _Process | None = None
        self._packings = [Packing() for _ in SENT_COLUMNS]
        self._clear()

    def add(
        self,
        columns: Sequence[LineColumns],
        sales: Sequence[SaleLine],
        waiting: Sequence[WaitingLine],
    ) -> None:
        """Add lines."""
        for block in (*columns, by_column(sales)) if sales else columns:
            self._add(block)
        self._waiting.extend(map(tuple, waiting))
        self._pending += len(waiting)
        if self._pending >= _SENT:
            if self._process is None:
                self._process = _Process(self._path)
            self._process.send(self._taken())
            self._clear()

    def _add(self, lines: LineColumns) -> None:
        sheet, row, edition, retailer, kind, day, units, currency, *behind = lines
        others = list(zip(retailer, kind, currency, sheet, strict=True))
        sent = (edition, others, row, day, units, *behind)
        packed: dict[int, PackedPlaces] = {}
        for packing, values in zip(self._packings, sent, strict=True):
            if not isinstance(values, Repeated):
                packing.add(values)
                continue
            key = id(values.places)  # columns that repeat together share them
            if key not in packed:
                packed[key] = packed_places(values.places, values.table)
            packing.add_places(packed[key], values.table)
        self._pending += len(row)

    def finish(self) -> None:
        """Write what is buffered."""
        if self._process is not None:
            self._process.send(self._taken())
            self._process.finish()
            return
        with _disk_errors():
            tables = LineTables(self._path)
            try:
                tables.add(self._taken())
                tables.finish()
            finally:
                tables.close()

    def close(self) -> None:
        """Release the file, finished or not."""
        if self._process is not None:
            self._process.close()

    def _taken(self) -> Content:
        return [packing.taken() for packing in self._packings], self._waiting

    def _clear(self) -> None:
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
            pipesize=_AHEAD,
            env={"PYTHONPATH": str(Path(royalties.__file__).parents[1]), "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # interrupting the import must not interrupt the writer
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
            with suppress(OSError):  # what was not sent yet is abandoned
                pipe.close()
        self._child.wait()

    def _fail(self) -> NoReturn:
        assert self._child.stdout is not None  # noqa: S101
        error = self._child.stdout.read()
        raise LineFileError(*(marshal.loads(error) if error else (EIO, _ENDED)))  # noqa: S302


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
    """Copy a file's lines into the books, as those of a batch.

    Args:
        connection: of the books.
        path: the file.
        batch_id: the batch.
        period_of: the period's number by the period's last day, ascending.
    """
    attached_name = attach_file(connection, path) if is_sqlite(connection) else None
    file = attached_name or "main"
    tables = (
        ("sale", (*LINE_COLUMNS, "period_id", "batch_id"), _lines(file, batch_id, period_of)),
        ("waiting", (*WAITING_COLUMNS, "batch_id"), _waiting(file, batch_id)),
        ("sale_reference", ("reference", "edition_id", "batch_id"), _references(file, batch_id)),
    )
    if attached_name:
        for table, columns, rows in tables:
            names = ", ".join(map(quoted, columns))
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) {rows}")
        return
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as source:
        for table, columns, rows in tables:
            add_rows(connection, table, columns, source.execute(rows))
    source.close()


@contextmanager
def as_sales(path: Path, batch_id: int, period_of: Mapping[str, int]) -> Iterator[Connection]:
    """A separate connection on which a file's lines are the ``sale`` table.

    Args:
        path: the file.
        batch_id: of the batch that the lines will belong to.
        period_of: see ``record_file``.
    """
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", poolclass=NullPool)
    with engine.connect() as connection:
        # Grouping by a constant makes SQLite sort, grouping by a one-row table's column does not.
        connection.exec_driver_sql("CREATE TEMP TABLE batch (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO batch VALUES ({batch_id})")  # noqa: S608 - a number
        # A subquery looks up the place only where a query needs it; a join would for every line.
        place = "(SELECT {0} FROM place WHERE id = line.place) AS {0}"
        fields = ", ".join(
            place.format(name) if name in PLACE else _field(name) for name in LINE_COLUMNS
        )
        connection.exec_driver_sql(
            f"CREATE TEMP VIEW sale AS SELECT {fields}, {_period(period_of)} AS period_id, "  # noqa: S608
            f"batch.id AS batch_id, NULL AS reverses "
            f"FROM batch CROSS JOIN {_lines_between('main')} WHERE batch.id = {batch_id}"
        )
        yield connection


def _lines(file: str, batch_id: int, period_of: Mapping[str, int]) -> str:
    """Lines in the order of the books, in SQL: the fields of ``SaleLine``, period and batch."""
    fields = ", ".join(_field(name) for name in LINE_COLUMNS)
    key = ", ".join(map(quoted, KEY))
    return (
        f"SELECT {fields}, {_period(period_of)}, {batch_id} "  # noqa: S608 - fixed names
        f"FROM {_lines_between(file)} "
        f"CROSS JOIN {file}.place ON place.id = line.place ORDER BY {key}"
    )


def _waiting(file: str, batch_id: int) -> str:
    names = ", ".join(map(quoted, WAITING_COLUMNS))
    return f"SELECT {names}, {batch_id} FROM {file}.waiting_line ORDER BY rowid"  # noqa: S608


def _references(file: str, batch_id: int) -> str:
    """References of lines in the order of the books' table, each once."""
    named = " UNION ALL ".join(
        f"SELECT line.{name} AS name, span.edition_id FROM {_lines_between(file)} "  # noqa: S608
        f"WHERE line.{name} <> ''"
        for name in ("reference", "order_ref")
    )
    return f"SELECT name, edition_id, {batch_id} FROM ({named}) GROUP BY 1, 2"  # noqa: S608


def _lines_between(file: str) -> str:
    """Lines by span: SQLite then reads them along both keys, without sorting."""
    last = f"span.begins + {LINES_OF_A_SPAN - 1}"
    return f"{file}.span CROSS JOIN {file}.line ON line.id BETWEEN span.begins AND {last}"


def _field(name: str) -> str:
    if name == "row":
        return f"line.id - span.begins AS {quoted(name)}"
    table = "span" if name in KEY else "place" if name in PLACE else "line"
    return f"{table}.{quoted(name)}"


def _period(period_of: Mapping[str, int]) -> str:
    """A line's period, in SQL, by the last days of periods."""
    *earlier, (_, last) = period_of.items()
    if not earlier:
        return str(last)
    cases = " ".join(f"WHEN day <= '{day}' THEN {number}" for day, number in earlier)
    return f"CASE {cases} ELSE {last} END"

"""Lines that waited in a file are recorded as they were read, on both engines."""

import resource
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from royalties.domain.sales.lines import (
    LineColumns,
    Repeated,
    SaleLine,
    WaitingLine,
    by_column,
)
from royalties.store.sales.line_file import LineFileError, LineWriter, record_file
from royalties.store.sales.line_tables import (
    LINE_COLUMNS,
    WAITING_COLUMNS,
    LineTables,
    Packing,
    unpacked,
)
from royalties.store.tables import sale, waiting
from tests.builders.books import Office, Shelf
from tests.store.test_slices import OTHER_PERIOD, PERIOD, prepared

MANY = 33_000
"""More than are sent at a time: a process writes them."""


@pytest.fixture(scope="module")
def both(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    folder = tmp_path_factory.mktemp("lines")
    with (
        shelf.office("sqlite", prepared, folder / "sqlite") as sqlite,
        shelf.office("postgresql", prepared, folder / "postgresql") as postgresql,
    ):
        yield sqlite, postgresql


def a_line(row: int) -> SaleLine:
    """A line of either edition, in either period, with all there may be or as little as must."""
    day = "2025-06-30" if row % 3 else "2025-07-01"
    about = (row % 3 + 1, day, row, "USD", None if row % 5 else row * 10**6, -row)
    place = ("US", "WA", "Ö, \"'\t") if row % 7 else ("", "", "")
    return SaleLine(0, row, row % 2 + 1, 1, *about, None if row % 4 else 55, *place, "", f"R{row}")


def repeating(columns: LineColumns) -> LineColumns:
    """The same with places in tables for all that a reader finds by its cells."""
    row = SaleLine._fields.index("row")
    places = range(len(columns[0]))
    return tuple(
        Repeated(places, [*column]) if at > row else column for at, column in enumerate(columns)
    )


def written(path: Path, sales: list[SaleLine], waits: list[WaitingLine]) -> Path:
    """By the column, some as places in tables, but for each tenth block of lines."""
    writer = LineWriter(path)
    for place, start in enumerate(range(0, len(sales), 1_000)):
        some = sales[start : start + 1_000]
        columns = [repeating(by_column(some)) if place % 2 else by_column(some)]
        writer.add(*(([], some) if place % 10 == 0 else (columns, [])), waits)
        waits = []
    writer.finish()
    writer.close()
    return path


def test_more_files_than_sqlite_attaches_are_recorded_in_one_transaction(
    both: tuple[Office, Office], tmp_path: Path
) -> None:
    """As the sandbox does with its reports: the later ones take the other engines' way."""
    ends = {"2025-12-31": PERIOD}
    for office in both:
        with office.system.engine.connect() as connection:
            for number in range(12):
                sold = [a_line(row) for row in range(100 * number + 1, 100 * number + 51)]
                waits = [WaitingLine(1, number, "978X", *a_line(number)[3:])]
                path = tmp_path / f"{number} {connection.dialect.name}"
                record_file(connection, written(path, sold, waits), 1, ends)
            query = select(*(sale.c[name] for name in LINE_COLUMNS)).order_by(sale.c.row)
            rows = connection.execute(query.where(sale.c.reference != "")).all()
            waits_there = connection.execute(select(waiting.c.row).order_by(waiting.c.row)).all()
            connection.rollback()
        numbers = [100 * number + row for number in range(12) for row in range(1, 51)]
        assert [row.row for row in rows][-len(numbers) :] == numbers
        assert [row.row for row in waits_there][-12:] == list(range(12))


def test_lines_are_recorded_as_they_were_read(both: tuple[Office, Office], tmp_path: Path) -> None:
    sold = [a_line(row) for row in range(1, 2 * MANY)]
    waits = [WaitingLine(1, row, "978X", *a_line(row)[3:]) for row in range(1, 300)]
    path = written(tmp_path / "lines", sold, waits)
    ends = {"2025-06-30": PERIOD, "2025-12-31": OTHER_PERIOD}
    for office in both:
        with office.system.engine.connect() as connection:
            record_file(connection, path, 1, ends)
            columns = [sale.c[name] for name in (*LINE_COLUMNS, "period_id", "batch_id")]
            rows = connection.execute(select(*columns).order_by(sale.c.row)).all()
            assert [SaleLine(*row[:-2]) for row in rows] == sold
            assert all(
                tuple(row[-2:]) == (PERIOD if row.day < "2025-07" else OTHER_PERIOD, 1)
                for row in rows
            )
            names = [waiting.c[name] for name in WAITING_COLUMNS]
            found = connection.execute(select(*names).order_by(waiting.c.row)).all()
            assert [WaitingLine(*row) for row in found] == waits
            connection.rollback()


def test_lines_of_more_keys_and_places_than_are_kept_are_recorded(
    both: tuple[Office, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys and places that were forgotten come again under other numbers."""

    class Here:
        """Writes in this process."""

        def __init__(self, path: Path) -> None:
            self._tables = LineTables(path)
            self.send, self.finish, self.close = (
                self._tables.add, self._tables.finish, self._tables.close
            )  # fmt: skip

    monkeypatch.setattr("royalties.store.sales.line_file._Process", Here)
    monkeypatch.setattr("royalties.store.sales.line_file._SENT", 100)
    monkeypatch.setattr("royalties.store.sales.line_tables._MOST_KEPT", 1)
    sold = [a_line(row) for row in range(1, 5_000)]
    path = written(tmp_path / "lines", sold, [])
    with sqlite3.connect(path) as file:
        [(spans, places)] = file.execute(
            "SELECT (SELECT count(*) FROM span), (SELECT count(*) FROM place)"
        )
    file.close()
    assert spans > 6
    assert places > 2
    for office in both:
        with office.system.engine.connect() as connection:
            record_file(connection, path, 1, {"2025-12-31": PERIOD})
            columns = [sale.c[name] for name in LINE_COLUMNS]
            rows = connection.execute(select(*columns).order_by(sale.c.row)).all()
            assert [SaleLine(*row) for row in rows] == sold
            connection.rollback()


def test_many_files_are_recorded_one_after_the_other(
    both: tuple[Office, Office], tmp_path: Path
) -> None:
    """No file stays attached to a returned connection."""
    for place, office in enumerate(both):
        for number in range(15):
            path = written(tmp_path / f"{place}-{number}", [a_line(number + 1)], [])
            with office.system.engine.connect() as connection:
                record_file(connection, path, 1, {"2025-12-31": PERIOD})
                connection.rollback()
            path.unlink()
        with office.system.engine.connect() as connection:
            assert connection.execute(select(sale.c.row)).all() == []


def add_many(writer: LineWriter, blocks: int) -> None:
    """Enough for a process, by the column; and so on until ``blocks`` of them are added."""
    for start in range(0, blocks * MANY, MANY):
        lines = map(a_line, range(start, start + MANY))
        writer.add([by_column(lines)], [], [])


def add_and_finish(writer: LineWriter, blocks: int) -> None:
    add_many(writer, blocks)
    writer.finish()


@pytest.mark.parametrize("more", [0, 1])
def test_killed_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    children = started(monkeypatch)
    writer = LineWriter(tmp_path / "lines")
    try:
        add_many(writer, 1)
        children[0].kill()
        children[0].wait()
        with pytest.raises(LineFileError, match="process that writes the lines has ended"):
            add_and_finish(writer, more)
    finally:
        writer.close()


def test_full_disk_is_reported_by_the_line_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = started(monkeypatch, most_bytes=1_000_000)
    writer = LineWriter(tmp_path / "lines")
    try:
        with pytest.raises(LineFileError) as told:
            add_and_finish(writer, 8)
    finally:
        writer.close()
    assert told.value.strerror == "disk I/O error"
    assert children[0].returncode == 1


def test_writer_that_is_closed_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = started(monkeypatch)
    writer = LineWriter(tmp_path / "lines")
    add_many(writer, 1)
    writer.close()
    assert children[0].returncode is not None


def started(
    monkeypatch: pytest.MonkeyPatch, most_bytes: int | None = None
) -> list["subprocess.Popen[bytes]"]:
    """Processes that are started from now on; ``most_bytes`` is how long their files may become."""
    children: list[subprocess.Popen[bytes]] = []

    class Started(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            if most_bytes is not None:
                resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
            children.append(self)

    monkeypatch.setattr("royalties.store.sales.line_file.subprocess.Popen", Started)
    return children


@pytest.mark.parametrize(
    "values",
    [
        ["", "", ""],
        ["a", "\x1f", "c"],
        ["ö", None, "c"],
        [None, 1, 2],
        [1, -(2**63), 2**63 - 1],
        [1, 2**63, 3],
        range(7, 10),
        ("Köln \ud83d", "'\n\t", "x"),
        ["x"] * 300,
        [*range(100), *range(100)],
        [("", "x"), ("", "x"), ("", None)],
        [*range(20_000), *range(20_000)],
        [str(place % 9_000) for place in range(50_000)],
    ],
)
def test_columns_are_read_as_they_were_written(values: Sequence[Any]) -> None:
    packing = Packing()
    packing.add(values)
    packing.add(values[1:])
    assert unpacked(packing.taken()) == [*values, *values[1:]]
    packing.add(values[:2])
    assert unpacked(packing.taken()) == list(values[:2])

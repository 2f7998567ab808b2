"""Lines that waited in a file are recorded as they were read, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.store.sales.line_file import LINE_COLUMNS, WAITING_COLUMNS, LineWriter, record_file
from royalties.store.tables import sale, waiting
from tests.builders.books import Office, Shelf
from tests.store.test_slices import OTHER_PERIOD, PERIOD, prepared

MANY = 33_000
"""More than are sorted and written at a time."""


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


def written(path: Path, sales: list[SaleLine], waits: list[WaitingLine]) -> Path:
    writer = LineWriter(path)
    for start in range(0, len(sales), 10_000):
        writer.add(sales[start : start + 10_000], waits)
        waits = []
    writer.finish()
    writer.close()
    return path


def test_lines_are_recorded_as_they_were_read(both: tuple[Office, Office], tmp_path: Path) -> None:
    sold = [a_line(row) for row in range(1, MANY)]
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

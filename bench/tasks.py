"""One task in one fresh process: ours through the services, and the bare baselines."""

import csv
import gc
import json
import os
import resource
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from bench import generate, pages, years

PERIOD = "2025"


def make_csv(path: str, rows: str) -> dict[str, float]:
    """Write a standard sales file."""
    generate.write_csv(Path(path), int(rows))
    return {}


def make_xlsx(path: str, rows: str) -> dict[str, float]:
    """Write a standard sales file as a workbook."""
    generate.write_xlsx(Path(path), int(rows))
    return {}


def prepare(home: str) -> dict[str, float]:
    """Make a home with the bench's setup."""
    generate.write_setup(Path(home) / "setup.json")
    _royalties(home, "init")
    _royalties(home, "load", str(Path(home) / "setup.json"))
    return {}


def import_file(home: str, path: str) -> dict[str, float]:
    """Import through the command line, in this process: parse, validate, record, store.

    The interpreter and its modules are loaded before the clock starts, as for the baselines; a
    workbook's child process starts within it.
    """
    _royalties(home, "imports")
    return _timed(lambda: _royalties(home, "import", path, "--confirm", "--json"))


def bare_csv(path: str) -> dict[str, float]:
    """``csv.reader`` and ``executemany`` of the same rows into a bare table."""
    database = f"{path}.bare"
    Path(database).unlink(missing_ok=True)

    def work() -> None:
        connection = sqlite3.connect(database)
        with Path(path).open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            header = next(reader)
            columns = ", ".join(f"c{number}" for number, _ in enumerate(header))
            connection.execute(f"CREATE TABLE sale ({columns})")
            marks = ", ".join("?" * len(header))
            connection.executemany(f"INSERT INTO sale VALUES ({marks})", reader)
        connection.commit()
        connection.close()

    found = _timed(work)
    Path(database).unlink()
    return found


def bare_xlsx(path: str) -> dict[str, float]:
    """python-calamine reading the sheet into lists."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    return _timed(lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def draft(home: str) -> dict[str, float]:
    """The draft run: setup, grouped query and the whole calculation; nothing printed."""
    from config import Config  # noqa: PLC0415
    from royalties.domain.people import Actor, Role  # noqa: PLC0415
    from royalties.runtime import open_system  # noqa: PLC0415
    from royalties.services.periods.draft import draft as compute  # noqa: PLC0415

    system = open_system(Config(Path(home), f"sqlite:///{home}/royalties.sqlite"))
    lines = 0

    def work() -> None:
        nonlocal lines
        with system.work(Actor("bench", Role.CLERK), read_only=True) as unit:
            run, _ = compute(unit, PERIOD)
            lines = sum(len(contract.lines) for contract in run.contracts)

    found = _timed(work)
    system.dispose()
    return {**found, "earned_lines": lines}


_GROUP = """
    SELECT edition_id, retailer_id, kind, currency, discount >= 550000,
           sum(units), sum(net), sum(units * list_price)
    FROM sale GROUP BY 1, 2, 3, 4, 5
"""


def bare_group(home: str) -> dict[str, float]:
    """One bare query that groups the same lines by the same keys, into a list."""
    connection = sqlite3.connect(f"{home}/royalties.sqlite")
    connection.execute("PRAGMA cache_size = -65536")
    return _timed(lambda: connection.execute(_GROUP).fetchall())


def duckdb_group(home: str) -> dict[str, float]:
    """DuckDB grouping the same lines, copied into a table of its own first."""
    import duckdb  # noqa: PLC0415

    source = sqlite3.connect(f"{home}/royalties.sqlite")
    rows = source.execute(
        "SELECT edition_id, retailer_id, kind, currency, discount, units, net, list_price FROM sale"
    )
    path = Path(home) / "lines.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column[0] for column in rows.description])
        writer.writerows(rows)
    duck = duckdb.connect()
    duck.execute(f"CREATE TABLE sale AS SELECT * FROM read_csv('{path}')")
    return _timed(lambda: duck.execute(_GROUP).fetchall())


def close(home: str) -> dict[str, float]:
    """Close the period, so that statements are final."""
    return _timed(lambda: _royalties(home, "close", PERIOD, "--yes", "--json"))


def statements(home: str, folder: str) -> dict[str, float]:
    """Compose, draw, fingerprint and store every statement, workbook and JSON document.

    The period's workbook is left out: the baseline has no counterpart.
    """
    from config import Config  # noqa: PLC0415
    from royalties.domain.people import Actor, Role  # noqa: PLC0415
    from royalties.runtime import open_system  # noqa: PLC0415
    from royalties.services.books import setup_in_force  # noqa: PLC0415
    from royalties.services.statements.issuing import issue_statements  # noqa: PLC0415

    _delete_issued(home)
    system = open_system(Config(Path(home), f"sqlite:///{home}/royalties.sqlite"))
    count = 0

    def work() -> None:
        nonlocal count
        units = partial(system.work, Actor("bench", Role.MANAGER))
        with units(read_only=True) as unit:
            period = setup_in_force(unit).period(PERIOD)
        count = len(issue_statements(units, period, Path(folder))) // 2

    found = _timed(work)
    system.dispose()
    return {**found, "statements": count}


def _delete_issued(home: str) -> None:
    """Delete issued files, so that every repetition issues them again."""
    import shutil  # noqa: PLC0415

    shutil.rmtree(Path(home) / "issued", ignore_errors=True)
    connection = sqlite3.connect(f"{home}/royalties.sqlite")
    connection.execute("DROP TRIGGER IF EXISTS issued_no_delete")
    connection.execute("DELETE FROM issued")
    connection.commit()
    connection.close()


def bare_cells(folder: str) -> dict[str, float]:
    """Openpyxl alone writing the same cells: values, styles, widths and charts' data."""
    from openpyxl import Workbook, load_workbook  # noqa: PLC0415

    books = []
    for path in sorted(Path(folder).glob("*.xlsx")):
        source = load_workbook(path)
        books.append(
            [
                (
                    sheet.title,
                    [
                        (cell.row, cell.column, cell.value, cell.number_format, cell.font.b)
                        for row in sheet.iter_rows()
                        for cell in row
                        if cell.value is not None
                    ],
                )
                for sheet in source.worksheets
            ]
        )
    target = Path(folder) / "bare"
    target.mkdir(exist_ok=True)
    from openpyxl.styles import Font  # noqa: PLC0415

    bold = Font(bold=True)

    def work() -> None:
        for number, sheets in enumerate(books):
            book = Workbook()
            book.remove(book.worksheets[0])
            for title, cells in sheets:
                sheet = book.create_sheet(title)
                for row, column, value, number_format, is_bold in cells:
                    cell = sheet.cell(row, column, value)
                    cell.number_format = number_format
                    if is_bold:
                        cell.font = bold
            book.save(target / f"{number}.xlsx")

    return _timed(work)


def _royalties(home: str, *arguments: str) -> None:
    os.environ["ROYALTIES_HOME"] = home
    from click.testing import CliRunner  # noqa: PLC0415

    from royalties.cli.main import main  # noqa: PLC0415

    process = CliRunner().invoke(main, list(arguments))
    if process.exit_code:
        raise RuntimeError(process.output[-2000:]) from process.exception


def _timed(work: Callable[[], object]) -> dict[str, float]:
    gc.collect()
    with _Memory() as memory:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": max(usage, memory.peak_mb)}


class _Memory:
    """Samples the memory of this process and its children twenty times a second."""

    def __enter__(self) -> Self:
        self.peak_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            children = Path(f"/proc/self/task/{os.getpid()}/children")
            pids = ["self", *children.read_text().split()] if children.exists() else []
            self.peak_mb = max(self.peak_mb, sum(map(_resident_mb, pids)))


def _resident_mb(pid: str) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):  # it has ended
        return 0.0
    return pages * resource.getpagesize() / 2**20


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task
    for task in (
        make_csv,
        make_xlsx,
        prepare,
        import_file,
        bare_csv,
        bare_xlsx,
        draft,
        bare_group,
        duckdb_group,
        close,
        statements,
        bare_cells,
        pages.make_books,
        pages.visit_pages,
        years.begin_years,
        years.go_on,
        years.draft_after,
        years.close_after,
        years.verify_all,
        years.visit_years,
    )
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))

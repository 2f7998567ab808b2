"""The engine factory: no lost updates, and a clear error if a writer waits too long."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Config
from royalties.runtime import NotMigratedError, open_system
from royalties.store.engine import (
    DatabaseBusyError,
    DatabaseUnavailableError,
    UnsupportedDatabaseError,
    make_engine,
)
from royalties.store.history import line_hash, log_lines
from tests.builders.books import TESS, Office, a_row, after, opened, spring
from tests.services import racing
from tests.services.racing import Racers, tasks

pytestmark = pytest.mark.engines("both")

ROOT = Path(__file__).parents[2]
OPENERS = {"create_engine", "create_async_engine", "engine_from_config", "connect", "Connection"}
DRIVERS = {"sqlite3", "psycopg", "psycopg2", "apsw", "sqlalchemy"}


def _calls(path: Path) -> Iterator[str]:
    """Calls that open a database, by the name they go by in the file."""
    text = path.read_text(encoding="utf-8")
    if not any(f"{name}(" in text for name in OPENERS):
        return
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name: (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in OPENERS:
            if imported.get(node.func.id) in DRIVERS:
                yield node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in OPENERS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in DRIVERS:
                yield f"{owner.id}.{node.func.attr}"


def test_only_one_place_makes_engines() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("royalties", "reports", "migrations")
        for path in (ROOT / folder).rglob("*.py")
        if any(_calls(path))
    }
    reads_alone = {"royalties/store/transfer.py"}  # looks whether a file has tables
    not_the_books = {
        "royalties/store/sales/line_file.py",
        "royalties/store/sales/line_tables.py",
    }  # lines that wait to be recorded
    assert found == {"royalties/store/engine.py"} | reads_alone | not_the_books


@after(opened)
def test_connection_settings_of_both_engines(office: Office) -> None:
    if not office.is_sqlite:
        assert office.rows("SHOW transaction_isolation") == [("read committed",)]
        assert office.rows("SHOW lock_timeout") == [("30s",)]
        return
    assert office.rows("PRAGMA journal_mode") == [("wal",)]
    assert office.rows("PRAGMA synchronous") == [(2,)], "full"
    assert office.rows("PRAGMA foreign_keys") == [(1,)]
    assert office.rows("PRAGMA busy_timeout") == [(30_000,)]


@after(opened)
def test_every_write_asks_for_the_lock_first(office: Office) -> None:
    if office.is_sqlite:
        assert office.statements_of(lambda o: o.load({}))[0] == "BEGIN IMMEDIATE"
        assert office.statements_of(lambda o: o.faults())[0] == "BEGIN"


@after(opened)
def test_read_only_work_writes_nothing(office: Office) -> None:
    before = office.hashes()
    with office.work(read_only=True) as work:
        work.connection.exec_driver_sql("INSERT INTO retailer (key) VALUES ('new')")
    assert office.hashes() == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # PostgreSQL locks row by row
@after(opened)
def test_four_concurrent_writers_lose_no_update(office: Office, racers: Racers) -> None:
    office.execute("CREATE TABLE counter (n integer)", "INSERT INTO counter VALUES (0)")
    outcomes = racers.race(*tasks(office, *[(racing.count_up, 25)] * 4, pause="SELECT n"))
    assert all(outcome.done for outcome in outcomes), outcomes
    assert office.rows("SELECT n FROM counter") == [(100,)]


@after(opened)
def test_four_concurrent_writers_append_to_one_log(office: Office, racers: Racers) -> None:
    before = office.rows("SELECT count(*) FROM log")[0][0]
    each = [(racing.log_lines, name, 15) for name in ("ann", "ben", "cid", "dot")]
    outcomes = racers.race(*tasks(office, *each))
    assert all(outcome.done for outcome in outcomes), outcomes
    with office.work(read_only=True) as work:
        lines = list(log_lines(work.connection))
    assert [line.seq for line in lines] == list(range(1, before + 61))
    assert all(line.hash == line_hash(line) for line in lines)
    assert {line.previous_hash for line in lines[1:]} == {line.hash for line in lines[:-1]}


@after(opened)
def test_without_its_locks_updates_are_lost(office: Office, racers: Racers) -> None:
    """The proof that the tests above see a race when there is one."""
    office.execute("CREATE TABLE counter (n integer)", "INSERT INTO counter VALUES (0)")
    outcomes = racers.race(
        *tasks(office, *[(racing.count_up, 25)] * 4, pause="SELECT n", naive=True)
    )
    assert all(outcome.done for outcome in outcomes), outcomes
    assert office.rows("SELECT n FROM counter")[0][0] < 100


@after(spring)
def test_writer_that_waits_too_long_gets_an_error(office: Office) -> None:
    impatient = office.another(busy_seconds=0.1)
    with office.work() as work:
        work.connection.exec_driver_sql(
            "SELECT 1" if office.is_sqlite else "SELECT 1 FROM period FOR UPDATE"
        )
        with pytest.raises(DatabaseBusyError, match="busy with another command: try again"):
            impatient.bring([a_row(date="2025-06-06")])
        assert impatient.run("2025-H1")["status"] == "draft", "readers do not wait"
    impatient.bring_batch([a_row(date="2025-06-06")])
    impatient.system.dispose()


def test_folder_without_books_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    system = open_system(Config(tmp_path, f"sqlite:///{tmp_path / 'none' / 'books.sqlite'}"))
    with pytest.raises(DatabaseUnavailableError, match="royalties init"), system.work(TESS):
        pass


def test_a_server_out_of_reach_is_named(tmp_path: Path) -> None:
    system = open_system(Config(tmp_path, f"postgresql+psycopg://nobody@/none?host={tmp_path}"))
    with pytest.raises(DatabaseUnavailableError, match="cannot be used"), system.work(TESS):
        pass


def test_books_without_tables_are_refused_with_the_command_to_run(
    tmp_path: Path, database_url: str
) -> None:
    system = open_system(Config(tmp_path, database_url))
    with pytest.raises(NotMigratedError, match="royalties init"), system.work(TESS):
        pass
    system.dispose()


@pytest.mark.parametrize("url", ["mysql://root@localhost/books", "oracle://books"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseError, match="use sqlite:///"):
        make_engine(url)

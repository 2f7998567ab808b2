"""Schemas of SQLite databases, which are made and looked at once for all tests of a process.

An empty database is migrated in half a second, compared with the newest schema or read back into
tables in a third of one each; whoever starts an office of their own, restores a backup or runs
``royalties init`` waits for it. Every day, the tests' empty databases are filled with what the
migrations made of the first one, and a schema that was looked at before is known. ``make test-all``,
and every day the tests that ask for ``own_migrations``, do all of it anew, as the program does.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import pytest
from sqlalchemy import Connection

from royalties.store import migrate, transfer
from royalties.store.engine import make_engine
from royalties.store.schema import newest
from tests.selection import InParts

PROGRAM: dict[tuple[ModuleType, str], Callable[..., Any]] = {
    (migrate, "migrate_to"): migrate.migrate_to,
    (migrate, "schema_differences"): migrate.schema_differences,
    (transfer, "tables_of"): transfer.tables_of,
}
"""What the program itself does, by where it is called."""

_Known = TypeVar("_Known")
_Schema = tuple[tuple[str, str], ...]


def schema_of(connection: Connection) -> _Schema:
    """The name and definition of all that an SQLite database has; empty if it has nothing.

    It is asked below SQLAlchemy, which would begin a transaction.
    """
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    rows = driver.execute("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name")
    return tuple(rows.fetchall())


class Schemas:
    """What is known of schemas, and the newest one to be copied."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "migrated.sqlite"
        self._statements: Sequence[str] = ()
        self.tests: set[str] = set()
        """The tests that had a copy."""

    def migrate_to(self, connection: Connection, revision: str) -> None:
        """Migrate a database; an empty one to the newest revision by copying."""
        is_newest = revision in {"head", newest()}
        if not is_newest or not _is_sqlite(connection) or schema_of(connection):
            PROGRAM[migrate, "migrate_to"](connection, revision)
            return
        for statement in self._newest():
            connection.exec_driver_sql(statement)
        self.tests.add(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0])

    def _newest(self) -> Sequence[str]:
        if not self._statements:
            engine = make_engine(f"sqlite:///{self._path}")
            with engine.connect() as connection:
                PROGRAM[migrate, "migrate_to"](connection, "head")
                connection.commit()
            engine.dispose()
            with closing(sqlite3.connect(self._path)) as made:
                begin, *statements, commit = made.iterdump()
            assert (begin, commit) == ("BEGIN TRANSACTION;", "COMMIT;")
            self._statements = statements
        return self._statements


def _once(look: Callable[[Connection], _Known]) -> Callable[[Connection], _Known]:
    """Look at each schema once."""
    known: dict[_Schema, _Known] = {}

    def looked(connection: Connection) -> _Known:
        if not _is_sqlite(connection):
            return look(connection)
        schema = schema_of(connection)
        if schema not in known:
            known[schema] = look(connection)
        return known[schema]

    return looked


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


@pytest.fixture(scope="session", autouse=True)
def _schemas(in_parts: InParts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make and look at schemas once, but in the whole test suite."""
    if in_parts.everything:
        yield
        return
    schemas = Schemas(tmp_path_factory.mktemp("schemas"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "migrate_to", schemas.migrate_to)
        for name, module in (("schema_differences", migrate), ("tables_of", transfer)):
            patch.setattr(module, name, _once(PROGRAM[module, name]))
        yield
    in_parts.omit("migrations of an empty database", len(schemas.tests))


@pytest.fixture
def own_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases are migrated and looked at as the program does it."""
    for (module, name), own in PROGRAM.items():
        monkeypatch.setattr(module, name, own)

"""Which migration a database is at, and whether that is the newest.

Every command and request checks this, so it does without Alembic, which takes as long to
import as the rest of the store: the newest migration is the last file of its folder.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from royalties.store.engine import is_sqlite

MIGRATIONS = Path(__file__).parents[2] / "migrations"
TIME_ZONE = "time_zone"
"""The setting with the publisher's time zone, as JSON."""
BOOKS = "books"
"""The setting that numbers the books that this database has held: another number, other books."""

_UNDEFINED_TABLE = "42P01"


class NotMigratedError(RuntimeError):
    """The database is missing or older than the program."""

    def __init__(self, migration: str | None) -> None:
        state = f"is at migration {migration}" if migration else "has no tables yet"
        super().__init__(f"the database {state}: run 'royalties init' to bring it up to date")


@cache
def newest() -> str:
    """The newest migration: file names begin with a number."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))


class StoredSettings(NamedTuple):
    """Two settings that every unit of work needs, as JSON; None: not set."""

    time_zone: str | None
    books: str | None


def require_newest(connection: Connection) -> StoredSettings:
    """Refuse to work on a database that is not at the newest migration.

    Returns:
        Two settings, read by the same query, since every page needs them.

    Raises:
        NotMigratedError: says what to run.
    """
    query = text(
        "SELECT version_num, (SELECT value FROM setting WHERE name = :zone), "
        "(SELECT value FROM setting WHERE name = :books) FROM alembic_version"
    )
    try:
        row = connection.execute(query, {"zone": TIME_ZONE, "books": BOOKS}).first()
    except DBAPIError as error:
        if not _is_missing(error):
            raise
        if is_sqlite(connection):
            raise NotMigratedError(current_revision(connection)) from error
        with connection.engine.connect() as another:  # this transaction has failed
            raise NotMigratedError(current_revision(another)) from error
    if row is None or row[0] != newest():
        raise NotMigratedError(row[0] if row else None)
    return StoredSettings(row[1], row[2])


def current_revision(connection: Connection) -> str | None:
    """The migration of a database; None if it has none."""
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        if _is_missing(error):
            return None
        raise


def is_vacant(connection: Connection) -> bool:
    """Whether a database has no table at all, of this program or another."""
    return not inspect(connection).get_table_names()


def _is_missing(error: DBAPIError) -> bool:
    missing = getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE
    return missing or "no such table" in str(error.orig)

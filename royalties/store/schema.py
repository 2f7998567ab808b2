"""Which migration a database is at, and whether that is the newest.

Every command and request checks this, so it does without Alembic, which takes as long to
import as the rest of the store: the newest migration is the last file of its folder.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, TextClause, inspect, text
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


def require_newest(connection: Connection, names: Collection[str] = ()) -> dict[str, str]:
    """Refuse to work on a database that is not at the newest migration.

    Args:
        connection: to the database.
        names: settings that are read by the same query, since every page needs them.

    Returns:
        The settings' values by name, as JSON; those not set are left out.

    Raises:
        NotMigratedError: says what to run.
    """
    try:
        rows = connection.execute(
            _with_settings(len(names)), {f"name{place}": name for place, name in enumerate(names)}
        ).all()
    except DBAPIError as error:
        if not _is_missing(error):
            raise
        if is_sqlite(connection):
            raise NotMigratedError(current_revision(connection)) from error
        with connection.engine.connect() as another:  # this transaction has failed
            raise NotMigratedError(current_revision(another)) from error
    if not rows or rows[0][0] != newest():
        raise NotMigratedError(rows[0][0] if rows else None)
    return {name: value for _, name, value in rows if name is not None}


@cache
def _with_settings(number: int) -> TextClause:
    """The query for the migration, with so many settings; each work begins with it."""
    names = ", ".join(f":name{place}" for place in range(number)) or "NULL"
    return text(
        "SELECT version_num, name, value FROM alembic_version "  # noqa: S608 - numbered parameters
        f"LEFT JOIN setting ON name IN ({names})"
    )


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

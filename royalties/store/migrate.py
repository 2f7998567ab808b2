"""Bring a database to the newest migration, and tell whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from royalties.store.engine import is_sqlite

_UNDEFINED_TABLE = "42P01"
_MIGRATIONS = Path(__file__).parents[2] / "migrations"


class NotMigratedError(RuntimeError):
    """The database is missing or older than the program."""

    def __init__(self, found: str | None) -> None:
        state = f"is at migration {found}" if found else "has no tables yet"
        super().__init__(f"the database {state}: run 'royalties init' to bring it up to date")


def upgrade(engine: Engine) -> str:
    """Migrate to the newest revision and return its name; running it again changes nothing."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return _head()


TIME_ZONE = "time_zone"
"""The setting that names the house's time zone, as JSON."""


def require_newest(connection: Connection) -> str | None:
    """Refuse to work on a database that is not at the newest migration.

    Returns:
        The setting ``TIME_ZONE``, by the same question: every page asks both.

    Raises:
        NotMigratedError: says what to run.
    """
    query = text(
        "SELECT version_num, (SELECT value FROM setting WHERE name = :name) FROM alembic_version"
    )
    try:
        found = connection.execute(query, {"name": TIME_ZONE}).first()
    except DBAPIError as error:
        if not _is_missing(error):
            raise
        if is_sqlite(connection):
            raise NotMigratedError(_version(connection)) from error
        with connection.engine.connect() as another:  # PostgreSQL answers no more in this one
            raise NotMigratedError(_version(another)) from error
    if found is None or found[0] != _head():
        raise NotMigratedError(found[0] if found else None)
    zone: str | None = found[1]
    return zone


def _version(connection: Connection) -> str | None:
    """The migration of a database that has not even the first tables."""
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        if _is_missing(error):
            return None
        raise


def _is_missing(error: DBAPIError) -> bool:
    missing = getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE
    return missing or "no such table" in str(error.orig)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@cache
def _head() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migrations in {_MIGRATIONS}")
    return head

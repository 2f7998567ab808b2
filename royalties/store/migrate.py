"""Bring a database to the newest migration, and tell whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

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


def require_newest(connection: Connection) -> None:
    """Refuse to work on a database that is not at the newest migration.

    Raises:
        NotMigratedError: says what to run.
    """
    found = _found(connection)
    if found != _head():
        raise NotMigratedError(found)


def _found(connection: Connection) -> str | None:
    """The database's migration, by one question: every page asks it."""
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        missing = getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE
        if missing or "no such table" in str(error.orig):
            return None
        raise


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

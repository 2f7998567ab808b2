"""Bring a database to the newest migration, and tell whether it is there."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from royalties.store.engine import is_sqlite
from royalties.store.tables import metadata

_UNDEFINED_TABLE = "42P01"
_MIGRATIONS = Path(__file__).parents[2] / "migrations"


class NotMigratedError(RuntimeError):
    """The database is missing or older than the program."""

    def __init__(self, found: str | None) -> None:
        state = f"is at migration {found}" if found else "has no tables yet"
        super().__init__(f"the database {state}: run 'royalties init' to bring it up to date")


def upgrade(engine: Engine) -> str:
    """Migrate to the newest revision and return its name; running it again changes nothing."""
    with engine.connect() as connection:
        migrate_to(connection, "head")
        connection.commit()
    return _head()


TIME_ZONE = "time_zone"
"""The setting that names the house's time zone, as JSON."""


def migrate_to(connection: Connection, revision: str) -> None:
    """Migrate to a revision; in the connection's transaction, if it has begun one."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def knows(revision: str) -> bool:
    """Whether a migration is one of this program's."""
    return any(
        each.revision == revision
        for each in ScriptDirectory.from_config(_config()).walk_revisions()
    )


def deviations(connection: Connection) -> tuple[list[str], list[str]]:
    """What a database lacks of the newest schema, and what it has beside it; in words.

    A migration that was edited after use leaves books that count as migrated and are not.
    """
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    lacks: list[str] = []
    beside: list[str] = []
    for each in compare_metadata(context, metadata):
        # Changes of one column come as a list of them.
        for what in each if isinstance(each, list) else [each]:
            words, is_beside = _deviation(what)
            (beside if is_beside else lacks).append(words)
    found = inspect(connection)
    there = set(found.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there:
            continue
        named = {check["name"] for check in found.get_check_constraints(table.name)}
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        lacks += [f"check {name} of table {table.name}" for name in sorted(wanted - named)]
        beside += [
            f"check {name} of table {table.name}"
            for name in sorted(str(name) for name in named - wanted if name)
        ]
    return sorted(lacks), sorted(beside)


def _deviation(what: Any) -> tuple[str, bool]:  # noqa: ANN401 - Alembic's tuples
    """A difference as Alembic tells it, in words; and whether it is one thing too many."""
    kind = str(what[0])
    is_beside = kind.startswith("remove_")
    if kind.endswith("_table"):
        return f"table {what[1].name}", is_beside
    if kind.endswith("_column"):
        return f"column {what[3].name} of table {what[2]}", is_beside
    if kind.startswith("modify_"):
        part = kind.removeprefix("modify_")
        return f"column {what[3]} of table {what[2]}: its {part} is {what[5]}, not {what[6]}", False
    of = what[1]
    named = of.name or ", ".join(column.name for column in of.columns)
    word = {"index": "index", "fk": "foreign key"}.get(kind.partition("_")[2], "key")
    return f"{word} {named} of table {of.table.name}", is_beside


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
            raise NotMigratedError(found_revision(connection)) from error
        with connection.engine.connect() as another:  # PostgreSQL answers no more in this one
            raise NotMigratedError(found_revision(another)) from error
    if found is None or found[0] != _head():
        raise NotMigratedError(found[0] if found else None)
    zone: str | None = found[1]
    return zone


def found_revision(connection: Connection) -> str | None:
    """The migration of a database; None if it has none."""
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

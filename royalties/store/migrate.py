"""Migrate a database to the newest schema, and compare a database with its schema."""

import re
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text

from royalties.store.schema import MIGRATIONS, newest
from royalties.store.tables import metadata

_GUARD = re.compile(r'^CREATE (?:CONSTRAINT )?TRIGGER (\w+) .*? ON "?(\w+)"?', re.MULTILINE)
_ACTUAL_GUARDS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(tgrelid)",
}


def upgrade(engine: Engine) -> str:
    """Migrate to the newest revision and return its name; running it again changes nothing."""
    with engine.connect() as connection:
        migrate_to(connection, "head")
        connection.commit()
    return newest()


def migrate_to(connection: Connection, revision: str) -> None:
    """Migrate to a revision; in the connection's transaction, if it has begun one."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_known_migration(revision: str) -> bool:
    """Whether a migration is part of this program."""
    return any(
        each.revision == revision
        for each in ScriptDirectory.from_config(_config()).walk_revisions()
    )


def schema_differences(connection: Connection) -> tuple[list[str], list[str]]:
    """What a database lacks of the newest schema, and what it has in addition, in words.

    A migration that was edited after it ran leaves a database that looks migrated and is not.
    """
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    missing: list[str] = []
    additional: list[str] = []
    for difference in compare_metadata(context, metadata):
        # Alembic returns the changes of one column as a list.
        for change in difference if isinstance(difference, list) else [difference]:
            words, is_additional = _in_words(change)
            (additional if is_additional else missing).append(words)
    inspector = inspect(connection)
    existing_tables = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in existing_tables:
            continue
        actual_checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
        declared_checks = {
            str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)
        }
        missing += [
            f"check {name} of table {table.name}"
            for name in sorted(declared_checks - actual_checks)
        ]
        additional += [
            f"check {name} of table {table.name}"
            for name in sorted(str(name) for name in actual_checks - declared_checks if name)
        ]
    guards, actual_guards = _declared_guards(connection.dialect.name), _actual_guards(connection)
    missing += [f"guard {name} of table {table}" for name, table in guards - actual_guards]
    additional += [f"guard {name} of table {table}" for name, table in actual_guards - guards]
    return sorted(missing), sorted(additional)


def _declared_guards(engine: str) -> set[tuple[str, str]]:
    """The triggers that migrations create, with their tables; the declared tables have none."""
    files = (MIGRATIONS / "sql").glob(f"[0-9]*_guards_{engine}.sql")
    return {
        (name, table)
        for file in files
        for name, table in _GUARD.findall(file.read_text(encoding="utf-8"))
    }


def _actual_guards(connection: Connection) -> set[tuple[str, str]]:
    rows = connection.execute(text(_ACTUAL_GUARDS[connection.dialect.name]))
    return {(row[0], row[1]) for row in rows}


def _in_words(change: Any) -> tuple[str, bool]:  # noqa: ANN401 - Alembic's tuples
    """One of Alembic's differences in words, and whether it is an addition."""
    kind = str(change[0])
    is_additional = kind.startswith("remove_")
    if kind.endswith("_table"):
        return f"table {change[1].name}", is_additional
    if kind.endswith("_column"):
        return f"column {change[3].name} of table {change[2]}", is_additional
    if kind.startswith("modify_"):
        part = kind.removeprefix("modify_")
        column = f"column {change[3]} of table {change[2]}"
        return f"{column}: its {part} is {change[5]}, not {change[6]}", False
    element = change[1]
    named = element.name or ", ".join(column.name for column in element.columns)
    word = {"index": "index", "fk": "foreign key"}.get(kind.partition("_")[2], "key")
    return f"{word} {named} of table {element.table.name}", is_additional


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config

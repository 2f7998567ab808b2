"""Bring a database to the newest migration, and tell in what it differs from its schema."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect

from royalties.store.schema import MIGRATIONS, newest
from royalties.store.tables import metadata


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
    for difference in compare_metadata(context, metadata):
        # Changes of one column come as a list of them.
        for change in difference if isinstance(difference, list) else [difference]:
            words, is_beside = _deviation(change)
            (beside if is_beside else lacks).append(words)
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there:
            continue
        named = {check["name"] for check in inspector.get_check_constraints(table.name)}
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        lacks += [f"check {name} of table {table.name}" for name in sorted(wanted - named)]
        beside += [
            f"check {name} of table {table.name}"
            for name in sorted(str(name) for name in named - wanted if name)
        ]
    return sorted(lacks), sorted(beside)


def _deviation(change: Any) -> tuple[str, bool]:  # noqa: ANN401 - Alembic's tuples
    """A difference as Alembic tells it, in words; and whether it is one thing too many."""
    kind = str(change[0])
    is_beside = kind.startswith("remove_")
    if kind.endswith("_table"):
        return f"table {change[1].name}", is_beside
    if kind.endswith("_column"):
        return f"column {change[3].name} of table {change[2]}", is_beside
    if kind.startswith("modify_"):
        part = kind.removeprefix("modify_")
        column = f"column {change[3]} of table {change[2]}"
        return f"{column}: its {part} is {change[5]}, not {change[6]}", False
    of = change[1]
    named = of.name or ", ".join(column.name for column in of.columns)
    word = {"index": "index", "fk": "foreign key"}.get(kind.partition("_")[2], "key")
    return f"{word} {named} of table {of.table.name}", is_beside


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config

"""Empties the books of the examples; the only code that disables the guards."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, delete, select, text

from royalties.store.engine import is_sqlite
from royalties.store.tables import metadata, person, setting

_OF_PEOPLE = frozenset({"person", "session", "link", "recovery_code", "attempt"})


def empty(
    connection: Connection, keep_settings: Collection[str], keep_roles: Collection[str]
) -> None:
    """Delete everything recorded, except people of some roles and some settings.

    The guards that make closed books immutable are disabled within this transaction only, so a
    rollback restores them as well.
    """
    tables = [each for each in reversed(metadata.sorted_tables) if each.name not in _OF_PEOPLE]
    guards = _set_aside(connection, tables)
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in tables:
        if table is setting:
            connection.execute(delete(setting).where(setting.c.name.not_in(keep_settings)))
        else:
            connection.execute(delete(table))
    others = select(person.c.id).where(person.c.role.not_in(keep_roles))
    for name in ("session", "link", "recovery_code"):
        table = metadata.tables[name]
        connection.execute(delete(table).where(table.c.person_id.in_(others)))
    connection.execute(delete(person).where(person.c.role.not_in(keep_roles)))
    _put_back(connection, tables, guards)


def _set_aside(connection: Connection, tables: Collection[Table]) -> list[Any]:
    if not is_sqlite(connection):
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        return []
    guards = list(
        connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    )
    for guard in guards:
        connection.execute(text(f'DROP TRIGGER "{guard.name}"'))
    return guards


def _put_back(connection: Connection, tables: Collection[Table], guards: Collection[Any]) -> None:
    if not is_sqlite(connection):
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
    for guard in guards:
        connection.exec_driver_sql(guard.sql)

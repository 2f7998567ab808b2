"""Bulk inserts, by the fastest way that each engine offers."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from royalties.store.engine import is_sqlite

Row = tuple[Any, ...]


def add_rows(connection: Connection, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows; their values are in the order of the column names."""
    columns = ", ".join(f'"{name}"' for name in names)
    if is_sqlite(connection):
        marks = ", ".join("?" * len(names))
        values = list(rows)
        if values:
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 - fixed names
                values,
            )
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

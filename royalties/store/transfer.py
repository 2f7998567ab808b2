"""Whole databases as plain rows: read in one snapshot, written into an empty one, on either engine.

Rows are JSON values in the byte order of their primary keys, so the same books give the same
rows on both engines. Columns are reflected from the database itself, so books of an older
migration are copied as they are.
"""

import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from royalties.store.engine import (
    READ_ONLY,
    UnsupportedDatabaseError,
    is_sqlite,
    make_engine,
)

__all__ = [
    "NotEmptyError",
    "Table",
    "UnfitError",
    "check_references",
    "clear",
    "files_of",
    "new_database",
    "require_empty",
    "rows_of",
    "snapshot",
    "tables_of",
    "url_without_password",
    "without_guards",
    "write_rows",
]

Value = int | str | None
"""A value of a row; bytes are in base64."""

_AT_ONCE = 2_000
_LARGEST = 2**63
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_VERSION_TABLE = "alembic_version"


class NotEmptyError(ValueError):
    """A database that was to be filled is not empty; it was not changed."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url_without_password(url)} holds something already, and nothing is ever "
            f"overwritten: name an empty database, or a file that does not exist yet"
        )


class UnfitError(ValueError):
    """A row does not fit its table."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(f"table {table}: {reason}")


def files_of(url: str) -> list[str]:
    """Names of an SQLite database's files; empty on another engine."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return []
    return [f"{Path(address.database).name}{suffix}" for suffix in _SUFFIXES]


def url_without_password(url: str) -> str:
    """A database's address without its password."""
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def snapshot(engine: Engine, *, alone: bool = False) -> Iterator[Connection]:
    """A connection that reads from one snapshot of the books.

    Args:
        engine: of the books.
        alone: keep others from writing meanwhile; else nobody waits for anybody.
    """
    if engine.dialect.name == "sqlite":
        reading = engine.execution_options(**{READ_ONLY: not alone})
        with reading.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()
        return
    reading = engine.execution_options(isolation_level="REPEATABLE READ")
    with reading.connect() as connection, connection.begin() as transaction:
        _lift_timeouts(connection)
        if alone:
            connection.execute(text("LOCK TABLE log IN EXCLUSIVE MODE"))
        else:
            connection.execute(text("SET TRANSACTION READ ONLY"))
        yield connection
        transaction.rollback()


@contextmanager
def new_database(url: str) -> Iterator[Connection]:
    """An empty database to be filled: it appears complete once the block ends well, or not at all.

    Raises:
        NotEmptyError: the database is not empty.
        UnsupportedDatabaseError: the URL is of another engine, or malformed.
    """
    if _is_file(url):
        with _new_file(url) as connection:
            yield connection
        return
    with _new_schema(url) as connection:
        yield connection


def require_empty(url: str) -> None:
    """Check that a database is empty, before any work is done.

    Raises:
        NotEmptyError: it is not.
        UnsupportedDatabaseError: the URL is of another engine, or malformed.
    """
    if _is_file(url):
        _require_nothing_in(_path_of(url), url)
        return
    with _new_schema(url):
        pass


def _is_file(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() == "sqlite"
    except ArgumentError as error:
        raise UnsupportedDatabaseError(repr(url)) from error


@contextmanager
def _new_schema(url: str) -> Iterator[Connection]:
    engine = make_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            _lift_timeouts(connection)
            inspector = inspect(connection)
            if (
                inspector.get_table_names()
                or inspector.get_view_names()
                or inspector.get_sequence_names()
            ):
                raise NotEmptyError(url)
            yield connection
    finally:
        engine.dispose()


def _path_of(url: str) -> Path:
    name = make_url(url).database
    if not name or name == ":memory:":
        raise NotEmptyError(url)
    return Path(name).absolute()


@contextmanager
def _new_file(url: str) -> Iterator[Connection]:
    """A database file under a temporary name, renamed at the end."""
    path = _path_of(url)
    _require_nothing_in(path, url)
    temporary = path.with_name(f".restoring-{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_file(temporary)
    engine = make_engine(f"sqlite:///{temporary}")
    try:
        with engine.connect() as connection:
            temporary.chmod(0o600)
            # Rows come table by table; check_references checks foreign keys at the end.
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                yield connection
        engine.dispose()
        _require_nothing_in(path, url)
        _delete_file(path)
        temporary.replace(path)
    finally:
        engine.dispose()
        _delete_file(temporary)


def _require_nothing_in(path: Path, url: str) -> None:
    """Opening a new home leaves a database file without tables: that counts as empty."""
    if not path.exists():
        return
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as there,
    ):
        if there.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            return
    raise NotEmptyError(url)


def _delete_file(path: Path) -> None:
    for suffix in _SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _lift_timeouts(connection: Connection) -> None:
    """Lift the time-outs that guard requests."""
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {name} = 0"))


def tables_of(connection: Connection) -> list[Table]:
    """The tables that exist, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _VERSION_TABLE]


def rows_of(connection: Connection, table: Table, columns: Sequence[str]) -> Iterator[list[Value]]:
    """The given columns of a table's rows in primary key order, read a few at a time."""
    by_bytes = not is_sqlite(connection)
    order: list[ColumnElement[Any]] = [
        column.collate("C") if by_bytes and isinstance(column.type, String) else column
        for column in table.primary_key.columns
    ]
    selected = [table.columns[name] for name in columns]
    query = select(*selected).order_by(*order).execution_options(yield_per=_AT_ONCE)
    binary = [place for place, each in enumerate(selected) if _is_binary(each.type)]
    with connection.execute(query) as result:
        for row in result:
            values: list[Value] = list(row)
            for place in binary:
                if row[place] is not None:
                    values[place] = b64encode(row[place]).decode()
            yield values


def write_rows(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Insert rows as ``rows_of`` returned them.

    Raises:
        UnfitError: a value does not fit its column, or the database refuses it.
    """
    columns = [table.columns[name] for name in names]
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quote(each.name) for each in columns)
    fit = (_checked_row(table.name, columns, row) for row in rows)
    try:
        if is_sqlite(connection):
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {quote(table.name)} ({listed}) VALUES ({marks})"  # noqa: S608 - quoted
            while some := list(islice(fit, _AT_ONCE)):
                connection.exec_driver_sql(statement, some)
            return
        statement = f"COPY {quote(table.name)} ({listed}) FROM STDIN"
        _copy(connection, statement, fit)
    except OperationalError:
        raise
    except DBAPIError as error:
        raise UnfitError(table.name, _first_line(error.orig or error)) from error


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors.Error as error:
        raise DBAPIError.instance(None, None, error, errors.Error) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _checked_row(table: str, columns: Sequence[Any], row: Sequence[object]) -> tuple[object, ...]:
    if len(row) != len(columns):
        raise UnfitError(
            table, f"a row has {len(row)} values, but there are {len(columns)} columns"
        )
    return tuple(
        None if value is None else _checked_value(table, column, value)
        for column, value in zip(columns, row, strict=True)
    )


def _checked_value(table: str, column: Any, value: object) -> object:  # noqa: ANN401 - reflected
    if isinstance(column.type, Integer):
        if type(value) is int and -_LARGEST <= value < _LARGEST:
            return value
    elif type(value) is str:
        if not _is_binary(column.type):
            return value
        try:
            return b64decode(value, validate=True)
        except ValueError as error:
            raise UnfitError(table, f"{column.name} is not in base64") from error
    raise UnfitError(table, f"{column.name} holds a value of another kind")


def _is_binary(type_: object) -> bool:
    return isinstance(type_, LargeBinary)


def clear(connection: Connection, tables: Sequence[Table]) -> None:
    """Delete the rows that migrations insert: the copied rows include them."""
    for table in reversed(tables):
        connection.execute(table.delete())


@contextmanager
def without_guards(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Disable the guards, which would refuse rows such as those of closed periods."""
    if is_sqlite(connection):
        guards = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        ).all()
        for guard in guards:
            connection.exec_driver_sql(f'DROP TRIGGER "{guard.name}"')
        yield
        for guard in guards:
            connection.exec_driver_sql(guard.sql)
        return
    for able in ("DISABLE", "ENABLE"):
        for table in tables:
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {able} TRIGGER USER')
        if able == "DISABLE":
            yield


def check_references(connection: Connection, tables: Sequence[Table]) -> None:
    """Check that every foreign key refers to an existing row, and advance the sequences.

    Raises:
        UnfitError: a row refers to one that does not exist.
    """
    if is_sqlite(connection):
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if dangling is not None:
            raise UnfitError(dangling[0], f"a row refers to one of {dangling[2]} that is not there")
        return
    for table in tables:  # PostgreSQL checked every row as it was inserted
        for column in table.primary_key.columns:
            if not isinstance(column.type, Integer):
                continue
            sequence = connection.execute(
                select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))
            ).scalar()
            if sequence is not None:
                last = select(func.coalesce(func.max(column), 0)).scalar_subquery()
                connection.execute(select(func.setval(sequence, last + 1, False)))  # noqa: FBT003

"""The one place that makes a database engine, so that both engines keep the same promises.

SQLite: every write transaction is ``BEGIN IMMEDIATE`` (measured: the default loses updates),
WAL, full sync, foreign keys on. PostgreSQL: READ COMMITTED with explicit row locks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

__all__ = [
    "LOCK_SECONDS",
    "READ_ONLY",
    "Connection",
    "DatabaseBusyError",
    "DatabaseUnavailableError",
    "Engine",
    "UnsupportedDatabaseError",
    "all_or_nothing",
    "is_sqlite",
    "make_engine",
    "plain_errors",
]

READ_ONLY = "royalties_read_only"
"""Execution option of a connection that will not write: takes no write lock on SQLite."""

LOCK_SECONDS = "royalties_lock_seconds"
"""Execution option: so long its transaction waits for another writer; None: as the engine does."""

_SQLITE_CACHE_KIB = 65_536
_UNIQUE_VIOLATION = "23505"


class UnsupportedDatabaseError(ValueError):
    """A database URL of an engine that the desk does not run on."""

    def __init__(self, backend: str) -> None:
        super().__init__(
            f"{backend} is not supported: use sqlite:///path/to/file or "
            f"postgresql+psycopg://user@host/database"
        )


def make_engine(url: str, *, busy_seconds: float = 30) -> Engine:
    """Make an engine for a database URL.

    Args:
        url: of SQLite or PostgreSQL.
        busy_seconds: how long to wait for another writer before giving up.

    Raises:
        UnsupportedDatabaseError: the URL is of another engine.
    """
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        engine = create_engine(url, connect_args={"timeout": busy_seconds})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, busy_seconds))
        return engine
    if backend == "postgresql":
        milliseconds = int(busy_seconds * 1000)
        engine = create_engine(
            url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 10,
                "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
            },
        )
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    raise UnsupportedDatabaseError(backend)


def is_sqlite(connection: Connection) -> bool:
    """Whether a connection speaks to SQLite."""
    return connection.dialect.name == "sqlite"


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
    dbapi_connection.isolation_level = None
    # SQLite's own knows the letters of English only: nobody would find Östlund.
    dbapi_connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        f"cache_size = -{_SQLITE_CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(busy_seconds: float, connection: Connection) -> None:
    options = connection.get_execution_options()
    wanted = options.get(LOCK_SECONDS)
    seconds = busy_seconds if wanted is None else wanted
    if connection.info.get(LOCK_SECONDS, busy_seconds) != seconds:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        connection.info[LOCK_SECONDS] = seconds
    read_only = options.get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    options = connection.get_execution_options()
    seconds = options.get(LOCK_SECONDS)
    if seconds is not None and not options.get(READ_ONLY, False):
        # For this transaction only; 0 would be for ever.
        milliseconds = max(int(seconds * 1000), 1)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[Callable[[], None]]:
    """Part of a transaction that can be taken back: call what is given to do so."""
    nested = connection.begin_nested()
    try:
        yield nested.rollback
    except BaseException:
        if nested.is_active:
            nested.rollback()
        raise
    if nested.is_active:
        nested.commit()


class DatabaseBusyError(RuntimeError):
    """Another command kept writing for too long."""

    def __init__(self) -> None:
        super().__init__("the database is busy with another command: try again when it is done")


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached, read or written."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the database cannot be used ({reason}): if this is a new home folder, run "
            f"'royalties init'; else check the disk, its free space and the database's address"
        )


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a driver's errors about the database itself into ones that say what to do.

    On PostgreSQL two commands may find at the same moment that something is not there yet; the
    unique keys then stop the second, which finds what the first did when it is tried again.

    Raises:
        DatabaseBusyError: locked by another command, or the same was done at the same moment.
        DatabaseUnavailableError: missing, full, damaged or out of reach.
    """
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        if "locked" in reason or "lock timeout" in reason:
            raise DatabaseBusyError from error
        raise DatabaseUnavailableError(reason) from error
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise DatabaseBusyError from error
        raise

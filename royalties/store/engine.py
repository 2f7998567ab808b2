"""The one place that makes a database engine, so that both engines give the same guarantees.

SQLite: every write transaction is ``BEGIN IMMEDIATE`` (measured: the default loses updates),
WAL, full sync, foreign keys on. PostgreSQL: READ COMMITTED with explicit row locks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from sqlalchemy.dialects import sqlite

__all__ = [
    "LOCK_SECONDS",
    "PATIENT",
    "READ_ONLY",
    "Connection",
    "DatabaseBusyError",
    "DatabaseFullError",
    "DatabaseUnavailableError",
    "Engine",
    "UnsupportedDatabaseError",
    "all_or_nothing",
    "attach_file",
    "database_file",
    "for_reading",
    "insert_or",
    "is_sqlite",
    "is_too_large",
    "make_engine",
    "plain_errors",
    "small_cache",
]

READ_ONLY = "royalties_read_only"
"""Execution option of a connection that will not write: it takes no write lock on SQLite."""

LOCK_SECONDS = "royalties_lock_seconds"
"""Execution option: how long the transaction waits for another writer; None: engine's default."""

PATIENT = "royalties_patient"
"""Execution option: whether statements may take any time, which is the default."""

_ATTACHED = "royalties_attached"
_MOST_ATTACHED = 8
"""SQLite's usual build allows ten."""
_SQLITE_CACHE_KIB, _SQLITE_SMALL_CACHE_KIB = 65_536, 16_384
_UNIQUE_VIOLATION, _DISK_FULL, _OUT_OF_RANGE = "23505", "53100", "22003"


class UnsupportedDatabaseError(ValueError):
    """The database URL names an engine that is not supported."""

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
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        raise UnsupportedDatabaseError("what ROYALTIES_DATABASE_URL says") from None
    if backend == "sqlite":
        engine = create_engine(url, connect_args={"timeout": busy_seconds}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, busy_seconds))
        event.listen(engine, "checkin", _detach)
        return engine
    if backend == "postgresql":
        from royalties.store import postgresql  # noqa: PLC0415 - with its driver

        engine = create_engine(url, **postgresql.options())
        postgresql.watch(engine, busy_seconds, patient=PATIENT, lock_seconds=LOCK_SECONDS)
        return engine
    raise UnsupportedDatabaseError(backend)


def for_reading(engine: Engine) -> Engine:
    """The same engine for work that only reads: all its queries see one snapshot of the books.

    Which imports have cached sums, and the sums themselves, are separate queries, and others may
    commit in between. On SQLite every transaction is a snapshot.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{READ_ONLY: True})
    return engine.execution_options(**{READ_ONLY: True, "isolation_level": "REPEATABLE READ"})


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None if it is in memory, or on another engine."""
    parts = make_url(url)
    name = parts.database
    if parts.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def is_sqlite(connection: Connection) -> bool:
    """Whether a connection is to SQLite."""
    return connection.dialect.name == "sqlite"


def is_too_large(error: DBAPIError) -> bool:
    """Whether a sum or a product overflowed the largest integer."""
    state = getattr(error.orig, "sqlstate", None)
    return state == _OUT_OF_RANGE or "integer overflow" in str(error.orig)


def insert_or(connection: Connection, table: Table) -> "sqlite.Insert":
    """An insert with an ``ON CONFLICT`` clause.

    Both engines offer the same methods on classes of their own; only the one needed is imported.
    """
    if is_sqlite(connection):
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # noqa: PLC0415
    return insert(table)


@contextmanager
def small_cache(connection: Connection) -> Iterator[None]:
    """Let SQLite cache and sort in little memory, for work that reads all of the books.

    Otherwise its cache grows until it is full, with pages that are never read again. PostgreSQL
    has its memory elsewhere.
    """
    if not is_sqlite(connection):
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_SQLITE_SMALL_CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def attach_file(connection: Connection, path: Path) -> str | None:
    """Attach another file to an SQLite connection; returns the schema name of its tables.

    It stays attached until the connection returns to the pool, since nothing can be detached in a
    transaction. None if SQLite's limit of attached files is reached.
    """
    number = connection.info.get(_ATTACHED, 0) + 1
    if number > _MOST_ATTACHED:
        return None
    connection.info[_ATTACHED] = number
    connection.exec_driver_sql(f"ATTACH ? AS beside_{number}", (str(path),))
    return f"beside_{number}"


def _detach(dbapi_connection: Any, record: Any) -> None:  # noqa: ANN401 - a driver's, and a pool's
    if record.info.pop(_ATTACHED, 0):
        for _, name, _ in dbapi_connection.execute("PRAGMA database_list").fetchall():
            if name.startswith("beside_"):
                dbapi_connection.execute(f"DETACH {name}")


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
    dbapi_connection.isolation_level = None
    # SQLite's own lower() knows only ASCII letters, so a search would not find Östlund.
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
    requested = options.get(LOCK_SECONDS)
    seconds = busy_seconds if requested is None else requested
    if connection.info.get(LOCK_SECONDS, busy_seconds) != seconds:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        connection.info[LOCK_SECONDS] = seconds
    read_only = options.get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[Callable[[], None]]:
    """A savepoint: call the yielded function to roll back to it."""
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
    """Another command has been writing for too long."""

    def __init__(self) -> None:
        super().__init__("the database is busy with another command: try again when it is done")


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached, read or written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database cannot be used ({reason}): {_advice(reason)}")


_AT = "ROYALTIES_DATABASE_URL"
_ADVICE = (
    (("resolve host", "translate host", "not known"), f"check the host's name in {_AT}"),
    (
        ("refused", "No such file"),
        f"start the PostgreSQL server, or check host and port in {_AT}",
    ),
    (
        ("timeout expired", "timed out", "unreachable", "No route"),
        f"check the network and the firewall on the way, and host and port in {_AT}",
    ),
    (
        ("password", "authentication", "pg_hba"),
        f"check the user in {_AT}, and its password in ~/.pgpass or PGPASSWORD",
    ),
    (
        ("role", "permission denied"),
        f"let the role that {_AT} names own the database (createuser, createdb --owner)",
    ),
    (
        ("does not exist",),
        f"make it (createdb --encoding=UTF8), or check the database's name in {_AT}",
    ),
    (
        ("not answer", "closed", "terminating", "shutting down", "starting up", "reset", "broken"),
        "nothing of this was kept: try again once the server answers",
    ),
    (
        ("unable to open",),
        f"if this is a new home folder, run 'royalties init'; else check ROYALTIES_HOME and {_AT}",
    ),
    (
        ("not a database", "malformed"),
        "change nothing, and restore a backup",
    ),
)
"""What drivers say, and what to do about it; the first match counts."""


def _advice(reason: str) -> str:
    for words, advice in _ADVICE:
        if any(each in reason for each in words):
            return advice
    return (
        "if this is a new home folder, run 'royalties init'; else check the disk, its free space "
        "and the database's address"
    )


_BUSY_STATES = {
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "53300": "too_many_connections",
    "55P03": "lock_not_available",
    "57014": "query_canceled",
}
"""SQLSTATEs of errors that may go away on a retry."""

_BUSY_WORDS = ("locked", "too many c", "connection slots", "no more connections", "wait_timeout")
"""The same as text: SQLite's, and of PostgreSQL or PgBouncer without free connections."""

_FORBIDDEN = "42501"


class DatabaseFullError(DatabaseUnavailableError):
    """The database's disk is full; a running desk can still be read."""

    def __init__(self) -> None:
        RuntimeError.__init__(
            self,
            "the disk is full, so nothing was changed: free some space on the database's disk, "
            "then do it again",
        )


def _is_full(error: object) -> bool:
    """Whether a driver reports a full disk; SQLite needs some space even to start reading."""
    name = getattr(error, "sqlite_errorname", None)
    return (
        name in {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
        or getattr(error, "sqlstate", None) == _DISK_FULL
    )


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a driver's errors about the database itself into ones that say what to do.

    On PostgreSQL, two commands may both find that a row does not exist yet; the unique key stops
    the second one, which finds the row when it is tried again.

    Raises:
        DatabaseBusyError: locked by another command, or a concurrent one did the same.
        DatabaseFullError: there is no room left.
        DatabaseUnavailableError: missing, damaged or out of reach.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseBusyError from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        reason = _reason(error)
        if _is_full(error.orig):
            raise DatabaseFullError from error
        if state in _BUSY_STATES or state == _UNIQUE_VIOLATION:
            raise DatabaseBusyError from error
        if isinstance(error, OperationalError):
            if any(each in reason for each in _BUSY_WORDS):
                raise DatabaseBusyError from error
            raise DatabaseUnavailableError(reason) from error
        if state == _FORBIDDEN or "not a database" in reason or "malformed" in reason:
            raise DatabaseUnavailableError(reason) from error
        raise


def _reason(error: DBAPIError) -> str:
    """The driver's message on one line."""
    lines = [line.strip() for line in str(error.orig).strip().splitlines()] or [""]
    return lines[0].rstrip(":,. ")

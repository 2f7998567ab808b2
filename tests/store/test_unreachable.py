"""A database server that is away, silent, or behind PgBouncer."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import text

from royalties.store.engine import (
    PATIENT,
    DatabaseBusyError,
    DatabaseUnavailableError,
    make_engine,
    plain_errors,
)
from tests.builders.post import free_port
from tests.databases import PostgreSQL, start_postgresql
from tests.patience import PATIENCE

SECONDS = 20.0
"""A request that nobody ends waits for fifteen minutes, as long as TCP tries."""

SOCKET = ".s.PGSQL.5432"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[tuple[PostgreSQL, str]]:
    """A server, and a database of it."""
    server = start_postgresql()
    name = server.create()
    yield server, name
    server.drop(name)
    server.leave()


class Stalling:
    """Passes on what comes, until it takes everything and passes nothing on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._flows = threading.Event()
        self._flows.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        self._flows.clear()

    def close(self) -> None:
        self._flows.set()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._path))
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError), one, other:
            while data := one.recv(65_536):
                self._flows.wait()
                other.sendall(data)


@pytest.fixture
def stalling(
    postgresql: tuple[PostgreSQL, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stalling]:
    """A way to the server that can be stalled; waited for as short as libpq lets one."""
    monkeypatch.setattr("royalties.store.postgresql._SILENT_SECONDS", 0.3)
    monkeypatch.setattr("royalties.store.postgresql._CONNECT_SECONDS", 2)
    server, _ = postgresql
    made = Stalling(Path(server._socket) / SOCKET)
    yield made
    made.close()


def through(port: int, name: str) -> str:
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{name}"


def test_stalled_network_ends_waiting_queries(
    postgresql: tuple[PostgreSQL, str], stalling: Stalling
) -> None:
    engine = make_engine(through(stalling.port, postgresql[1]))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        stalling.stall()
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailableError, match="not answer any more"), plain_errors():
            connection.execute(text("SELECT 2"))
        assert time.monotonic() - begun < SECONDS
    engine.dispose()


def test_stalled_pool_connection_is_reported(
    postgresql: tuple[PostgreSQL, str], stalling: Stalling
) -> None:
    engine = make_engine(through(stalling.port, postgresql[1]))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    stalling.stall()
    begun = time.monotonic()
    with (
        pytest.raises(DatabaseUnavailableError, match="check the network"),
        plain_errors(),
        engine.connect(),
    ):
        pass
    assert time.monotonic() - begun < SECONDS
    engine.dispose()


def test_slow_statement_is_not_a_stall_unless_on_a_page(
    postgresql: tuple[PostgreSQL, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("royalties.store.postgresql._SILENT_SECONDS", 0.2)
    monkeypatch.setattr("royalties.store.postgresql._PAGE_SECONDS", 0.5)
    server, name = postgresql
    engine = make_engine(server.url(name))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT pg_sleep(1)")).all()
    page = engine.execution_options(**{PATIENT: False})
    with pytest.raises(DatabaseBusyError), plain_errors(), page.connect() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()


def test_server_without_free_connections_is_reported_as_reachable(
    postgresql: tuple[PostgreSQL, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("royalties.store.postgresql._SILENT_SECONDS", 0.2)
    server, name = postgresql
    server._execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT 1").format(sql.Identifier(name)))
    server._execute(sql.SQL("CREATE ROLE clerk LOGIN"))
    one = make_engine(server.url(name).replace("postgres@", "clerk@"))
    other = make_engine(server.url(name).replace("postgres@", "clerk@"))
    try:
        with one.connect() as connection:
            assert connection.execute(text("SELECT pg_sleep(0.7)")).all()
            with pytest.raises(DatabaseBusyError), plain_errors():
                other.connect()
    finally:
        one.dispose()
        server._execute(sql.SQL("DROP ROLE clerk"))
        server._execute(
            sql.SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(sql.Identifier(name))
        )


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("postgresql+psycopg://desk@nowhere.invalid/books", "check the host's name"),
        ("postgresql+psycopg://desk@127.0.0.1:{closed}/books", "start the PostgreSQL server"),
        ("postgresql+psycopg://desk@/books?host=/nowhere", "start the PostgreSQL server"),
        ("postgresql+psycopg://postgres@/none?host={socket}", "make it .createdb"),
        ("postgresql+psycopg://nobody@/none?host={socket}", "let the role"),
        ("sqlite:////nowhere/books.sqlite", "royalties init"),
        ("sqlite:///{text}", "restore a backup"),
    ],
)
def test_connection_error_is_one_line(
    postgresql: tuple[PostgreSQL, str], tmp_path: Path, where: str, words: str
) -> None:
    other = tmp_path / "text.sqlite"
    other.write_text("no database" * 1000, encoding="utf-8")
    server, _ = postgresql
    url = where.format(closed=free_port(), socket=server._socket, text=other)
    with pytest.raises(DatabaseUnavailableError, match=words) as refused, plain_errors():
        make_engine(url).connect()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('FATAL:  password authentication failed for user "desk"', "its password"),
        ("fe_sendauth: no password supplied", "its password"),
        ("connection timeout expired", "firewall"),
        ("server closed the connection unexpectedly", "nothing of this was kept"),
        ("terminating connection due to administrator command", "nothing of this was kept"),
        ("permission denied for schema public", "own the database"),
    ],
)
def test_server_errors_come_with_advice(said: str, words: str) -> None:
    assert words in str(DatabaseUnavailableError(said))


@pytest.fixture
def pgbouncer(postgresql: tuple[PostgreSQL, str]) -> Iterator[int]:
    """PgBouncer with one connection to the server, handed on after each transaction."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    server, name = postgresql
    port = free_port()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)  # root's PgBouncer becomes the user whom the server's socket is for
        users, settings = folder / "users.txt", folder / "pgbouncer.ini"
        users.write_text('"postgres" ""\n', encoding="utf-8")
        settings.write_text(
            f"[databases]\n{name} = host={server._socket} user=postgres\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = trust\n"
            f"auth_file = {users}\npool_mode = transaction\ndefault_pool_size = 1\n"
            "unix_socket_dir =\n",
            encoding="utf-8",
        )
        owner = ["-u", Path(server._socket).owner()] if os.geteuid() == 0 else []
        with subprocess.Popen([program, "-q", *owner, settings]) as running:
            try:
                listens(port)
                yield port
            finally:
                running.terminate()


def listens(port: int) -> None:
    """Wait until somebody listens at a port."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_pgbouncer_may_hand_the_connection_on_after_each_transaction(
    postgresql: tuple[PostgreSQL, str], pgbouncer: int
) -> None:
    one = make_engine(through(pgbouncer, postgresql[1]))
    other = make_engine(through(pgbouncer, postgresql[1]), busy_seconds=0.1)
    with one.connect() as first, other.connect() as second:
        for number in range(12):  # more often than psycopg waits until it prepares a statement
            for connection, timeout in ((first, "30s"), (second, "100ms")):
                with connection.begin():
                    asked = text("SELECT current_setting('lock_timeout'), CAST(:n AS integer)")
                    assert connection.execute(asked, {"n": number}).one() == (timeout, number)
                    zone = connection.execute(text("SHOW TimeZone")).scalar()
                    assert zone == "UTC"
    one.dispose()
    other.dispose()

"""Connections to PostgreSQL that notice an unreachable server, directly or behind PgBouncer.

Session settings are set again in every transaction, and nothing is prepared, so that
PgBouncer may reassign the server connection after each one (``pool_mode = transaction``).
"""

import time
from collections.abc import Generator
from functools import partial
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, Engine, event

_CONNECT_SECONDS = 5
_SILENT_SECONDS = 3.0
"""How long a server may be silent before another connection checks whether it is there."""

_PAGE_SECONDS = 20
"""The longest that one statement of a page may take."""

_IDLE_TIMEOUT = "30min"
"""The server rolls back a transaction whose client has been idle for this long."""

_KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SET_TIMEOUTS = (
    "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true), "
    "set_config('idle_in_transaction_session_timeout', %s, true), "
    "set_config('TimeZone', 'UTC', true)"
)


class _Connection(psycopg.Connection[Any]):
    """A connection that checks by another one whether a silent server is still reachable.

    A proxy or firewall may accept what is sent and forward nothing, which no TCP time-out
    notices; and nobody knows how long a statement may take.
    """

    _parameters: dict[str, Any]
    patience: float | None = None
    """Seconds that a statement may take at most, whatever the server says; None: no limit."""

    @classmethod
    def watched(cls, *arguments: Any, **parameters: Any) -> Self:  # noqa: ANN401 - libpq's
        """Connect, and remember the parameters for the check."""
        connection = cls.connect(*arguments, **parameters)
        connection._parameters = parameters  # noqa: SLF001 - its own
        return connection

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - psycopg's
        """Wait until the server has answered.

        Raises:
            psycopg.OperationalError: the server is unreachable; this connection is closed.
        """
        return super().wait(self._watch(gen), *arguments, **named)

    def _watch(self, generator: Any) -> Generator[Any, Any, Any]:  # noqa: ANN401 - psycopg's
        begun = last_heard = time.monotonic()
        try:
            state = next(generator)
            while True:
                ready = yield state
                now = time.monotonic()
                if ready:
                    last_heard = now
                elif self.patience is not None and now - begun > self.patience:
                    self._give_up()
                elif now - last_heard > _SILENT_SECONDS:
                    if not self._is_there():
                        self._give_up()
                    last_heard = time.monotonic()
                state = generator.send(ready)
        except StopIteration as end:
            return end.value

    def _is_there(self) -> bool:
        try:
            psycopg.Connection.connect(**self._parameters).close()
        except psycopg.OperationalError as error:
            return "FATAL" in str(error)  # it is running, without free connections
        return True

    def _give_up(self) -> None:
        self.close()
        raise psycopg.OperationalError("the server does not answer any more")


def options() -> dict[str, Any]:
    """Arguments of ``create_engine`` for PostgreSQL."""
    return {
        "pool_pre_ping": True,
        "pool_timeout": 10,
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": _CONNECT_SECONDS,
            "prepare_threshold": None,
            **_KEEPALIVES,
        },
    }


def watch(engine: Engine, busy_seconds: float, *, patient: str, lock_seconds: str) -> None:
    """Set the limits of every transaction of an engine, and watch for a lost server.

    Args:
        engine: of PostgreSQL.
        busy_seconds: how long to wait for a lock.
        patient: the execution option that says whether a statement may take any time.
        lock_seconds: the option that says how long a transaction waits for a lock.
    """
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", partial(_begin, busy_seconds, patient, lock_seconds))
    event.listen(engine, "checkin", _reset_patience)


def _connect(_dialect: object, _record: object, arguments: Any, parameters: Any) -> _Connection:  # noqa: ANN401
    return _Connection.watched(*arguments, **parameters)


def _begin(busy_seconds: float, patient: str, lock_seconds: str, connection: Connection) -> None:
    dbapi_connection: Any = connection.connection.dbapi_connection
    options = connection.get_execution_options()
    is_patient = options.get(patient, True)
    requested = options.get(lock_seconds)
    seconds = busy_seconds if requested is None else requested
    milliseconds = max(int(seconds * 1000), 1)  # 0 would mean no limit
    longest = 0 if is_patient else _PAGE_SECONDS * 1000
    dbapi_connection.patience = None if is_patient else _PAGE_SECONDS + 5
    dbapi_connection.execute(_SET_TIMEOUTS, (f"{milliseconds}ms", f"{longest}ms", _IDLE_TIMEOUT))


def _reset_patience(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
    if dbapi_connection is not None:
        dbapi_connection.patience = None

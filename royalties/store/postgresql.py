"""Connections to PostgreSQL that notice a server which is gone, directly or behind PgBouncer.

What a session would keep is set anew for every transaction, and nothing is prepared, so that
PgBouncer may hand the server's connection on after each (``pool_mode = transaction``).
"""

import time
from collections.abc import Generator
from functools import partial
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, Engine, event

_CONNECT_SECONDS = 5
_SILENT_SECONDS = 3.0
"""So long a server may say nothing until another connection asks whether it is there."""

_LOOK_SECONDS = 20
"""The longest that one statement of a page may take."""

_ABANDONED = "30min"
"""After it the server takes back a transaction whose program says nothing more."""

_KEPT_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SET = (
    "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true), "
    "set_config('idle_in_transaction_session_timeout', %s, true), "
    "set_config('TimeZone', 'UTC', true)"
)


class _Connection(psycopg.Connection[Any]):
    """A connection that asks by another one whether the server is there when it says nothing.

    A peer's system may take what is sent and pass nothing on, as proxies and firewalls do, which
    no time-out of TCP notices; and how long a statement may take nobody knows.
    """

    _parameters: dict[str, Any]
    patience: float | None = None
    """Seconds that a statement may take at most, whatever the server says; None: any."""

    @classmethod
    def watched(cls, *arguments: Any, **parameters: Any) -> Self:  # noqa: ANN401 - libpq's
        """Connect, and keep how."""
        made = cls.connect(*arguments, **parameters)
        made._parameters = parameters  # noqa: SLF001 - its own
        return made

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - psycopg's
        """Wait until the server has answered.

        Raises:
            psycopg.OperationalError: it is gone; this connection is closed.
        """
        return super().wait(self._watch(gen), *arguments, **named)

    def _watch(self, generator: Any) -> Generator[Any, Any, Any]:  # noqa: ANN401 - psycopg's
        begun = heard = time.monotonic()
        try:
            state = next(generator)
            while True:
                ready = yield state
                now = time.monotonic()
                if ready:
                    heard = now
                elif self.patience is not None and now - begun > self.patience:
                    self._give_up()
                elif now - heard > _SILENT_SECONDS:
                    if not self._is_there():
                        self._give_up()
                    heard = time.monotonic()
                state = generator.send(ready)
        except StopIteration as end:
            return end.value

    def _is_there(self) -> bool:
        try:
            psycopg.Connection.connect(**self._parameters).close()
        except psycopg.OperationalError as error:
            return "FATAL" in str(error)  # it refuses, so it is there: it has too many already
        return True

    def _give_up(self) -> None:
        self.close()
        raise psycopg.OperationalError("the server does not answer any more")


def options() -> dict[str, Any]:
    """What an engine for PostgreSQL is made with."""
    return {
        "pool_pre_ping": True,
        "pool_timeout": 10,
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": _CONNECT_SECONDS,
            "prepare_threshold": None,
            **_KEPT_ALIVE,
        },
    }


def watch(engine: Engine, busy_seconds: float, *, patient: str, lock_seconds: str) -> None:
    """Let an engine's connections notice what happens to the server.

    Args:
        engine: of PostgreSQL.
        busy_seconds: how long to wait for a lock.
        patient: the execution option that says whether a statement may take any time.
        lock_seconds: the one that says how long a transaction waits for a lock instead.
    """
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", partial(_begin, busy_seconds, patient, lock_seconds))
    event.listen(engine, "checkin", _forget_patience)


def _connect(_dialect: object, _record: object, arguments: Any, parameters: Any) -> _Connection:  # noqa: ANN401
    return _Connection.watched(*arguments, **parameters)


def _begin(busy_seconds: float, patient: str, lock_seconds: str, connection: Connection) -> None:
    made: Any = connection.connection.dbapi_connection
    options = connection.get_execution_options()
    is_patient = options.get(patient, True)
    wanted = options.get(lock_seconds)
    seconds = busy_seconds if wanted is None else wanted
    milliseconds = max(int(seconds * 1000), 1)  # 0 would be for ever
    longest = 0 if is_patient else _LOOK_SECONDS * 1000
    made.patience = None if is_patient else _LOOK_SECONDS + 5
    made.execute(_SET, (f"{milliseconds}ms", f"{longest}ms", _ABANDONED))


def _forget_patience(made: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
    if made is not None:
        made.patience = None

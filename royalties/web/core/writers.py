"""Requests that write take turns, so that those who only look always find a thread.

Writers exclude each other (on SQLite all, on PostgreSQL those of the same rows), and each that
waits occupies a thread of the server. So only some may write or wait at once, none of them for
long; whoever comes then is asked to try again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import cast

from flask import Flask

from royalties.runtime import DatabaseBusyError

WRITERS = "writers"
"""The name of an application's turns among its extensions."""

MOST = 4
"""Requests that write, or wait to, at once: half of the threads of ``royalties serve``."""

LOCK_SECONDS = 3.0
"""So long a request waits for who writes, be it a command or another request."""

TURN_SECONDS = 0.2
"""So long it waits for its turn before that: ordinary changes take hundredths of a second."""

RETRY_SECONDS = 5
"""When whoever was turned away is asked to come again."""


class Writers:
    """The turns of an application; ``lock_seconds`` is how long its writers wait for a lock."""

    def __init__(self, most: int = MOST, lock_seconds: float = LOCK_SECONDS) -> None:
        self._turns = BoundedSemaphore(most)
        self.lock_seconds = lock_seconds

    @contextmanager
    def one(self) -> Iterator[None]:
        """One turn.

        Raises:
            DatabaseBusyError: all are taken, and none ends soon.
        """
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise DatabaseBusyError
        try:
            yield
        finally:
            self._turns.release()


def writers_of(app: Flask) -> Writers:
    """The turns of an application."""
    return cast("Writers", app.extensions[WRITERS])

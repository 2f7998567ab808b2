"""A unit of work: one transaction, who acts, when, and where files are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from royalties.adapters.files import Files
from royalties.domain.people import Actor, Verb
from royalties.store.engine import Connection
from royalties.store.history import append_log

Progress = Callable[[int, int], None]
"""Told how much of how much is done; units are the verb's own."""


class RefusedError(ValueError):
    """What was asked for cannot be done as things stand; the message says what to do."""


def nothing_to_show(_done: int, _total: int) -> None:
    """The progress of work that nobody watches."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a verb may use; the edge opens it, and commits or takes back."""

    connection: Connection
    files: Files
    actor: Actor
    now: datetime
    progress: Progress = nothing_to_show

    @property
    def at(self) -> str:
        """The moment as it is stored: UTC, to the second."""
        return self.now.astimezone(UTC).isoformat(timespec="seconds")

    @property
    def today(self) -> date:
        """The day of the work."""
        return self.now.date()

    def record(self, verb: Verb, what: object) -> str:
        """Append to the log what was done; returns the line's hash."""
        return append_log(self.connection, self.at, self.actor.name, verb.value, what)

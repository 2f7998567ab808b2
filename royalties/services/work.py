"""A unit of work: one transaction, who acts, when, and where files are stored."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

from royalties.adapters.bank_vault import BankVault
from royalties.adapters.credentials import Credentials
from royalties.adapters.files import Files
from royalties.adapters.mailer import Mailer
from royalties.adapters.sealing import Sealer
from royalties.domain.people import Actor, Verb
from royalties.store.engine import Connection
from royalties.store.history import append_log, append_logs

Read = TypeVar("Read")

Progress = Callable[[int, int], None]
"""Told how much of how much is done; units are the verb's own."""


CLOCKS_DIFFER = timedelta(minutes=5)
"""What is dated later than now by more than that was noted before a clock was set back."""


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
    credentials: Credentials = field(default_factory=Credentials)
    mailer: Mailer = field(default_factory=lambda: Mailer("", ""))
    sealer: Sealer = field(default_factory=lambda: Sealer(tuple))
    bank_vault: BankVault = field(default_factory=lambda: BankVault(tuple))
    base_url: str = ""
    memory: dict[str, dict[Hashable, Any]] | None = None
    """What read-only work may remember of what never changes; None while writing."""
    seen: Mapping[str, Mapping[Hashable, Any]] = field(default_factory=dict)
    """What read-only work remembered before, for work that writes: of states that are recorded."""
    patient: bool = True
    """Whether it may take long; False while somebody waits for a page."""
    is_address_known: bool = True
    """Whether ``base_url`` was named by who set the desk up, so that others find it there."""
    read: dict[str, Any] = field(default_factory=dict)
    """What read-only work has read already, so that it asks once and sees one state."""

    @property
    def at(self) -> datetime:
        """The moment as it is stored: UTC, to the second."""
        return self.now.astimezone(UTC).replace(microsecond=0)

    @property
    def stored_at(self) -> str:
        """The moment's text, for columns that hold moments as text."""
        return stored(self.now)

    @property
    def today(self) -> date:
        """The day of the work, in the house's time zone: ``now`` is given in it."""
        return self.now.date()

    def day_of(self, moment: datetime | str) -> date:
        """The day of a moment in the house's time zone, as ``today`` is; of a day itself."""
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return found.astimezone(self.now.tzinfo).date() if found.tzinfo else found.date()

    def once(self, name: str, read: Callable[[], Read]) -> Read:
        """What the database says; read-only work asks once, since it sees one state."""
        if self.memory is None:
            return read()
        if name not in self.read:
            self.read[name] = read()
        return cast("Read", self.read[name])

    def know(self, name: str, answer: object) -> None:
        """Answer ``once`` with what was found on the way; work that writes asks anew."""
        if self.memory is not None:
            self.read.setdefault(name, answer)

    def record(self, verb: Verb, what: object) -> str:
        """Append to the log what was done; returns the line's hash."""
        return append_log(self.connection, self.stored_at, self.actor.name, verb.value, what)

    def record_each(self, verb: Verb, what: Sequence[object]) -> None:
        """Append several lines to the log at once: one for each of what was done."""
        append_logs(self.connection, self.stored_at, self.actor.name, verb.value, what)


class Units(Protocol):
    """Opens one unit of work after the other in one person's name.

    For verbs whose long part belongs into no transaction: they read, close, work, and write
    briefly, so that nobody waits for them.
    """

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Work]:
        """One unit of work, committed when its block ends well."""
        ...


def stored(moment: datetime) -> str:
    """A moment as it is stored: UTC, to the second; texts of it sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")

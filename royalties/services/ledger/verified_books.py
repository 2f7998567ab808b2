"""The books under test, and what several checks of ``verify`` read of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from royalties.services.ledger.recomputing import Recomputed, recompute
from royalties.services.work import Work
from royalties.store import runs as runs_store
from royalties.store.engine import Connection


@dataclass(slots=True)
class Books:
    """The database under test, and what several checks read of it."""

    work: Work
    _names: dict[int, str] = field(default_factory=dict)
    _recomputed: tuple[list[Recomputed], list[str]] | None = None

    @property
    def connection(self) -> Connection:
        """Where the books are read."""
        return self.work.connection

    def rows(self, table: str) -> list[Any]:
        """All rows of one of the closed runs' tables."""
        return runs_store.period_rows(self.work.connection, table)

    @property
    def names(self) -> dict[int, str]:
        """The periods' names by number."""
        if not self._names:
            self._names = {row.id: row.name for row in self.rows("period")}
        return self._names

    def period(self, number: int) -> str:
        """A period's name."""
        return self.names.get(number, f"period {number}")

    def of(self, number: int, contract: str) -> str:
        """A contract in a period, as failures name it."""
        return f"{self.period(number)}, contract {contract}"

    @property
    def recomputed(self) -> tuple[list[Recomputed], list[str]]:
        """All closed runs computed again, and why some could not be."""
        if self._recomputed is None:
            self._recomputed = recompute(self.work)
        return self._recomputed


Failures = Iterator[str]
"""Each place where an invariant does not hold, in words."""

Check = Callable[[Books], Failures]

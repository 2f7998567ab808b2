"""The books under test, and what several checks of ``verify`` read of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from royalties.services.ledger.recomputing import COMPARISONS, recomputed
from royalties.services.work import Work
from royalties.store.engine import Connection
from royalties.store.ledger import checks


@dataclass(slots=True)
class BooksUnderTest:
    """The database under test, and what several checks read of it.

    Checks go through it period by period, and row by row within: what they hold does not grow
    with the years.
    """

    work: Work
    _names: dict[int, str] = field(default_factory=dict)
    _recomputed: dict[str, list[str]] | None = None

    @property
    def connection(self) -> Connection:
        """Where the books are read."""
        return self.work.connection

    def rows(self, table: str, period: int | None = None) -> Iterator[Any]:
        """Rows of one of the closed runs' tables, of one period or of all in their order."""
        return checks.rows(self.work.connection, table, period)

    def closed(self) -> list[int]:
        """The numbers of the closed periods, the earliest first."""
        return [row.period_id for row in checks.closings(self.connection)]

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
    def recomputed(self) -> dict[str, list[str]]:
        """What closed runs differ in from themselves computed again, by ``COMPARISONS``' names.

        All comparisons are made in one pass, which holds one run at a time.
        """
        if self._recomputed is None:
            faults_by_comparison: dict[str, list[str]] = {name: [] for name in COMPARISONS}
            for name, fault in recomputed(self.work):
                faults_by_comparison[name].append(fault)
            self._recomputed = faults_by_comparison
        return self._recomputed


Failures = Iterator[str]
"""Each place where an invariant does not hold, in words."""

Check = Callable[[BooksUnderTest], Failures]

"""Sales dated before the books begin: they count in the first open period, so a person says so.

What was sold before the first period was accounted elsewhere, and is in the opening balances,
counters and advances of the setup. A history that is loaded as well is paid twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.periods import Period
from royalties.domain.problems import Notice
from royalties.services.books import Setup

CODE = "before-first-period"
"""The warning's code in import documents."""


@dataclass(slots=True)
class Early:
    """Sale lines dated before the first period.

    Attributes:
        rows: how many rows of the report, or sale lines of the books.
        units: net copies.
        net: net receipts in millionths by currency.
    """

    rows: int = 0
    units: int = 0
    net: dict[str, int] = field(default_factory=dict)

    def add(self, rows: int, units: int, currency: str, net: int | None) -> None:
        """Add lines of a currency; receipts are None where only a price will tell."""
        self.rows += rows
        self.units += units
        self.net[currency] = self.net.get(currency, 0) + (net or 0)

    @property
    def receipts(self) -> str:
        """Net receipts by currency, in words."""
        return ", ".join(
            f"{currency} {micro_text(micro, exponent(currency))}"
            for currency, micro in sorted(self.net.items())
        )

    @property
    def brought(self) -> str:
        """Copies and net receipts, in words."""
        return f"{self.units:,} {'copy' if self.units == 1 else 'copies'}, {self.receipts}"

    def counted(self, word: str) -> str:
        """How many rows or lines there are."""
        return f"{self.rows:,} {word}{'' if self.rows == 1 else 's'}"


@dataclass(slots=True)
class BeforeBooksCheck:
    """Adds up what a report holds from before the books, while it is read.

    Rows are counted once, however many sale lines they give.
    """

    first_day: str
    early: Early = field(default_factory=Early)
    _rows: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, setup: Setup) -> "BeforeBooksCheck":
        """For the books of a setup."""
        return cls(setup.first_period.starts.isoformat())

    def look(self, lines: Iterable[tuple[Any, ...]]) -> None:
        """Look at sale lines, or waiting ones, in the columns of ``ingest.reading``."""
        for line in lines:
            if line[5] < self.first_day:
                place = line[0], line[1]
                self.early.add(place not in self._rows, line[6], line[7], line[9])
                self._rows.add(place)


def notice_of(
    early: Early, setup: Setup, open_period: Period, *, done: bool = False
) -> Notice | None:
    """What is to be confirmed of sales from before the books; None if there are none.

    Args:
        early: what there is.
        setup: whose books.
        open_period: where it counts.
        done: whether it is recorded already, and only told.
    """
    if not early.rows:
        return None
    first = setup.first_period
    is_are = "is" if early.rows == 1 else "are"
    counts = ("counts" if early.rows == 1 else "count") if done else "would count"
    how = "undo the import" if done else "take them out of the report"
    return Notice(
        CODE,
        f"{early.counted('row')} ({early.brought}) {is_are} dated before the books' first period "
        f"{first} and {counts} in {open_period}. If they were accounted for before the books "
        f"began, they would be paid twice: {how}",
    )


def early_in(sums: Iterable[tuple[str, int, int, int]]) -> Early:
    """What the books hold, from (currency, lines, copies, receipts); nothing if it cancels out."""
    early = Early()
    for currency, lines, units, net in sums:
        early.add(lines, units, currency, net)
    return early if early.units or any(early.net.values()) else Early()

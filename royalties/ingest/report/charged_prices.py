"""Copies charged at a price other than the edition's list price on that day.

A contract's list price is the publisher's, not what was agreed on by telephone. The report does
not say which one a contract means, so whoever imports it is asked once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.problems import Choice
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.judging import listed

KEY = "list_price"
CHARGED, EDITION = "charged", "edition"
ANSWERS = (CHARGED, EDITION)

Sold = tuple[int, int, str, int, str, int | None]
"""Edition, kind, day, units, currency and the price that was charged."""


@dataclass(slots=True)
class ChargedPrices:
    """Compares prices while a report is read; amounts are millionths."""

    editions: Mapping[int, KnownEdition]
    _first: str = ""
    _copies: int = 0
    _less: dict[str, int] = field(default_factory=dict)

    def look(self, where: Callable[[], str], sold: Sold) -> None:
        """Look at one sale line of a known edition."""
        book, kind, day, units, currency, price = sold
        if price is None or kind in (SaleKind.FREE, SaleKind.USAGE):
            return
        own = listed(self.editions[book], day, currency)
        if own is None or own == price:
            return
        if not self._first:
            digits = exponent(currency)
            self._first = (
                f"{where()}: {micro_text(price, digits)} {currency} was charged, the list price of "
                f"{day} is {micro_text(own, digits)}"
            )
        self._copies += units
        self._less[currency] = self._less.get(currency, 0) + units * (own - price)

    def choice(self) -> Choice | None:
        """The question to ask, if any: it names the first row, net copies and the difference."""
        if not self._first:
            return None
        sums = ", ".join(
            f"{currency} {micro_text(less, exponent(currency))}"
            for currency, less in sorted(self._less.items())
        )
        return Choice(
            KEY,
            f"{self._first}. In all {self._copies:,} net copies differ, by {sums}: do rules on "
            f"the list price go by what was charged, or by the edition's price",
            ANSWERS,
        )

"""Checks that a mapped report's receipts column is plausible, given what copies cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from royalties.domain.counting import counted
from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.judging import listed

_LEAST_PER_CENT, _MOST_PER_CENT = 2, 120

Sold = tuple[int, int, str, int, str, int | None, int]
"""Edition, kind, day, copies, currency, list price (or None) and receipts in millionths."""


@dataclass(slots=True)
class PlausibilityCheck:
    """Counts sales whose receipts are far from the list price, the report's or the edition's."""

    editions: Mapping[int, KnownEdition]
    _prices: dict[tuple[int, str, str], int | None] = field(default_factory=dict)
    _priced: int = 0
    _far: int = 0
    _first: str = ""

    def look(self, where: Callable[[int], str], rows: Iterable[tuple[int, Sold]]) -> None:
        """Look at rows with their numbers."""
        for number, (edition, kind, day, copies, currency, reported, net) in rows:
            if kind != SaleKind.SALE or not net:
                continue
            price = reported
            if price is None:
                price = self._listed(edition, day, currency)
            if not price:
                continue
            self._priced += 1
            worth = copies * price
            if _LEAST_PER_CENT * worth <= 100 * net <= _MOST_PER_CENT * worth:
                continue
            self._far += 1
            if not self._first:
                digits = exponent(currency)
                self._first = (
                    f"{where(number)}: net receipts of {micro_text(net, digits)} {currency} for "
                    f"{counted(copies, 'copy')} at a list price of {micro_text(price, digits)}"
                )

    def _listed(self, edition: int, day: str, currency: str) -> int | None:
        key = (edition, day, currency)
        if key not in self._prices:
            self._prices[key] = listed(self.editions[edition], day, currency)
        return self._prices[key]

    @property
    def doubt(self) -> str:
        """The warning to confirm; empty if most sales are plausible."""
        if 2 * self._far <= self._priced:
            return ""
        return (
            f"{self._first}; {self._far:,} of {counted(self._priced, 'sale')} with a list price "
            f"are below {_LEAST_PER_CENT} % of it or above {_MOST_PER_CENT} %: is the column of "
            f"net receipts the right one, and is it of the whole row?"
        )

"""Contradictions between the units, list price, discount and net receipts of a sale."""

from collections.abc import Iterator, Sequence
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.money import MICRO, micro_text, scale
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import ReportFormat
from royalties.ingest.report.plain_rows import PlainRows

_MOST_KEPT = 50_000
_SALE, _FREE, _USAGE = SaleKind.SALE.value, SaleKind.FREE.value, SaleKind.USAGE.value

Figures = tuple[int, int, int | None, int | None, int | None, str]
"""Kind, units, list price, net, discount (in millionths), currency."""

ReceiptsOfRow = tuple[int, int, int | None, int | None, str]
"""Kind, units, net of the row, net of one copy, currency."""


class Contradictions:
    """Finds contradictions; consistent figures are cached, so most rows cost one look-up."""

    def __init__(self, report: ReportFormat) -> None:
        self._prices = report.prices
        self._agreed: set[Figures] = set()

    def among(self, rows: PlainRows) -> Iterator[tuple[int, str, str]]:
        """Yield the place of each contradictory plain row, with the code and text of a warning."""
        fields = ("kind", "units", "list_price", "net", "discount", "currency")
        columns: list[Sequence[Any]] = [rows.column(field) for field in fields]
        if unit_nets := rows.given("unit_net"):
            kinds, units, _, nets, _, currencies = columns
            shown = zip(kinds, units, nets, unit_nets, currencies, strict=True)
            for place, each in enumerate(shown):
                if contradiction := self.of_units(*each):
                    yield place, *contradiction
        if columns[2].count(None) == len(columns[2]):
            return
        if self._agreed.issuperset(zip(*columns, strict=True)):
            return
        for place, figures in enumerate(zip(*columns, strict=True)):
            if figures not in self._agreed and (contradiction := self.of(figures)):
                yield place, *contradiction

    def of_units(
        self, kind: int, units: int, net: int | None, unit_net: int | None, currency: str
    ) -> tuple[str, str] | None:
        """Code and text if the receipts of a row contradict those of one copy."""
        if unit_net is None or net is None or kind in (_FREE, _USAGE):
            return None
        due = unit_net * units
        if abs(net - due) <= abs(units) * (MICRO // scale(currency) // 2):
            return None
        if unit_net < 0 and abs(net) == abs(due):
            return None
        return "figures-differ", (
            f"net receipts of {micro_text(net, 2)} {currency}, but {counted(units, 'copy')} at "
            f"{micro_text(unit_net, 2)} each make {micro_text(due, 2)}: correct the one that is "
            f"wrong"
        )

    def of(self, figures: Figures) -> tuple[str, str] | None:
        """Code and text of the contradiction within one line, if any."""
        contradiction = self._contradiction(figures)
        if not contradiction:
            if len(self._agreed) >= _MOST_KEPT:
                self._agreed.clear()
            self._agreed.add(figures)
        return contradiction

    def _contradiction(self, figures: Figures) -> tuple[str, str] | None:
        kind, units, price, net, discount, currency = figures
        if kind in (_FREE, _USAGE) or price is None or not net:
            return None
        receipts = f"net receipts of {micro_text(net, 2)} {currency} for {counted(units, 'copy')}"
        if not price:
            return (
                ("free-price", f"{receipts} at a list price of 0: write the list price")
                if kind == _SALE and net > 0
                else None
            )
        rounding = abs(units) * (MICRO // scale(currency) // 2)
        if self._prices and kind == _SALE and net > units * price + rounding:
            return "above-list", (
                f"{receipts} are more than their list price of {micro_text(price, 2)} each: "
                f"check units, price and amount"
            )
        if self._prices != "exact" or discount is None:
            return None
        # A discount is known to six decimals: half of the last one is rounding, too.
        off = abs(net * MICRO - units * price * (MICRO - discount))
        if off <= rounding * MICRO + abs(units) * price // 2:
            return None
        due = units * price * (MICRO - discount) // MICRO
        return "figures-differ", (
            f"{receipts}, but list price {micro_text(price, 2)} less discount "
            f"{micro_text(discount)} makes {micro_text(due, 2)}: correct the one that is wrong"
        )

"""Control totals of a report, kept while it is read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.reading import ControlTotals

_SALE = SaleKind.SALE.value
"""A bare number: comparing with a member of an enum takes ten times as long."""

K = TypeVar("K")
V = TypeVar("V")


class Tally:
    """Adds up lines, one by one or by the column."""

    def __init__(self) -> None:
        self.kinds: Counter[int] = Counter()
        self.units: Counter[int] = Counter()
        self.net: Counter[str] = Counter()
        self.days: Counter[tuple[int, str]] = Counter()
        self.waiting: dict[str, tuple[int, int]] = {}
        self.skipped_net = 0

    def add(self, retailer: int, kind: int, day: str, units: int, currency: str, net: int) -> None:
        """Add one sale line."""
        self.kinds[kind] += 1
        self.units[kind] += units
        self.net[currency] += net
        self.days[retailer, day] += 1

    def add_all(
        self,
        retailers: Iterable[int],
        kinds: Sequence[int],
        days: Sequence[str],
        units: Sequence[int],
        currencies: Sequence[str],
        nets: Sequence[int],
    ) -> None:
        """Add many sale lines, column by column."""
        self.days.update(zip(retailers, days, strict=False))
        sales = kinds.count(_SALE)
        others = [] if sales == len(kinds) else [
            (kind, count) for kind, count in zip(kinds, units, strict=True) if kind != _SALE
        ]  # fmt: skip
        self.kinds[_SALE] += sales
        self.units[_SALE] += sum(units) - sum(count for _, count in others)
        for kind, count in others:
            self.kinds[kind] += 1
            self.units[kind] += count
        if currencies.count(currencies[0]) == len(currencies):
            self.net[currencies[0]] += sum(nets)
        else:
            for currency, amounts in _grouped(currencies, nets).items():
                self.net[currency] += sum(amounts)

    def wait(self, identifier: str, units: int) -> None:
        """Count a row whose book nobody knows yet."""
        rows, so_far = self.waiting.get(identifier, (0, 0))
        self.waiting[identifier] = (rows + 1, so_far + units)

    @property
    def all_units(self) -> int:
        """Copies sold less copies returned, so far."""
        return self.units[SaleKind.SALE] + self.units[SaleKind.RETURN]

    @property
    def all_net(self) -> int:
        """Money of all currencies together, only good for one."""
        return sum(self.net.values())

    def complete(self, totals: ControlTotals, spans: Mapping[str, str]) -> None:
        """Write the totals; ``spans`` tells the first day of what was reported as of its last."""
        totals.lines = sum(self.kinds.values())
        totals.sold = self.units[SaleKind.SALE]
        totals.returned = -self.units[SaleKind.RETURN]
        totals.free = self.units[SaleKind.FREE]
        totals.net.update(self.net)
        totals.waiting.update(self.waiting)
        for (retailer, day), lines in self.days.items():
            totals.days[day] = totals.days.get(day, 0) + lines
            first = spans.get(day, day)
            before = totals.covered.get(retailer, (first, day))
            totals.covered[retailer] = (min(before[0], first), max(before[1], day))
        if totals.covered:
            totals.first_day = min(map(itemgetter(0), totals.covered.values()))
            totals.last_day = max(map(itemgetter(1), totals.covered.values()))


def _grouped(keys: Sequence[K], values: Sequence[V]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in zip(keys, values, strict=True):
        if key in groups:
            groups[key].append(value)
        else:
            groups[key] = [value]
    return groups

"""Control totals of a report, kept while it is read."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from royalties.domain.sales.lines import (
    Early,
    LineColumns,
    SaleLine,
    SalesTally,
    WaitingLine,
    by_line,
)
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.reading import ControlTotals

COPIES = ("units", "net_units", "sold", "returned")
"""Fields from which the copies of a row follow."""

_DAY = SaleLine._fields.index("day")


def copies_of(values: Mapping[str, Any]) -> int | None:
    """Copies that the values of a row say, less those that came back; None: it says none."""
    for counted in (values.get("units"), values.get("net_units")):
        if isinstance(counted, int):
            return counted
    sold, returned = values.get("sold"), values.get("returned")
    if isinstance(sold, int) and isinstance(returned, int):
        return sold - abs(returned)
    return None


class Tally(SalesTally):
    """Adds up lines, one by one or by the column, and what waits, is skipped or comes early."""

    def __init__(self, first_day: str = "") -> None:
        """``first_day`` is that of the books."""
        super().__init__()
        self.waiting: dict[str, tuple[int, int]] = {}
        self.waiting_rows = 0
        self.waiting_units = 0
        """Copies sold less returned of rows that wait."""
        self.waiting_net: dict[str, int] = {}
        self.skipped_net = 0
        self.skipped_units = 0
        self.bundled = 0
        """Copies sold less returned that rows of bundles have more as editions than as bundles."""
        self._first_day = first_day
        self._early = Early()

    def skip(self, copies: int | None, net: int | None) -> None:
        """Count what a row that is left out says, as far as it does; ``net`` in millionths."""
        self.skipped_units += copies or 0
        self.skipped_net += net or 0

    def wait(self, identifier: str, units: int) -> None:
        """Count a row whose book nobody knows yet."""
        rows, so_far = self.waiting.get(identifier, (0, 0))
        self.waiting[identifier] = (rows + 1, so_far + units)
        self.waiting_rows += 1

    def look(self, days: Sequence[str]) -> None:
        """Look whether rows with these days are dated before the books begin."""
        if min(days) < self._first_day:
            self._early.rows += sum(map(self._first_day.__gt__, days))

    def look_at_columns(self, columns: LineColumns) -> None:
        """Look at sale lines, column by column, whose rows are looked at as well."""
        if self._early.is_complete and min(columns[_DAY]) < self._first_day:
            for line in by_line(columns):
                self.look_at_sale(line)

    def look_at_sale(self, line: SaleLine) -> None:
        """Look at a sale line, whose row is looked at as well."""
        if line.day < self._first_day:
            self._early.note(line)

    def look_at_waiting(self, line: WaitingLine) -> None:
        """Look at a line that waits, whose row is looked at as well."""
        self.waiting_units += line.units * (line.kind != SaleKind.FREE)
        self.waiting_net[line.currency] = self.waiting_net.get(line.currency, 0) + (line.net or 0)
        if line.day < self._first_day:
            self._early.add(0, line.units, line.currency, line.net)

    @property
    def all_units(self) -> int:
        """Copies sold less copies returned, so far."""
        return self.units[SaleKind.SALE] + self.units[SaleKind.RETURN]

    @property
    def all_net(self) -> int:
        """Money of all currencies together, only good for one."""
        return sum(self.net.values()) + sum(self.usage.values())

    @property
    def receipts(self) -> dict[str, int]:
        """Money by currency, of copies and for use, so far."""
        return {
            code: self.net[code] + self.usage[code] for code in sorted({*self.net, *self.usage})
        }

    def complete(self, totals: ControlTotals, spans: Mapping[str, str]) -> None:
        """Write the totals; ``spans`` tells the first day of what was reported as of its last."""
        totals.lines = sum(self.kinds.values())
        totals.sold = self.units[SaleKind.SALE]
        totals.returned = -self.units[SaleKind.RETURN]
        totals.free = self.units[SaleKind.FREE]
        totals.net.update(self.net)
        totals.usage.update(self.usage)
        totals.usage_lines = self.kinds[SaleKind.USAGE]
        totals.waiting.update(self.waiting)
        totals.sums.update(self.sums)
        for key, each in totals.sums.items():
            if key.month < self._first_day[:7]:
                self._early.add(0, each.units, key.currency, each.net)
        totals.early = self._early
        for (retailer, day), lines in self.days.items():
            totals.days[day] = totals.days.get(day, 0) + lines
            first = spans.get(day, day)
            before = totals.covered.get(retailer, (first, day))
            totals.covered[retailer] = (min(before[0], first), max(before[1], day))
        if totals.covered:
            totals.first_day = min(map(itemgetter(0), totals.covered.values()))
            totals.last_day = max(map(itemgetter(1), totals.covered.values()))

"""Totals that reports print, held against the rows above them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import mul
from typing import Any

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.bulk import Bulk
from royalties.ingest.report.cells import Marked
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.tables import Table
from royalties.ingest.report.tally import Tally

_ENOUGH_LINES = 2
"""Lines above a total without a label, at least: what repeats one line may be a sale as well."""


@dataclass(frozen=True, slots=True)
class _Total:
    at: tuple[int, int]
    where: str
    empty: bool
    agrees: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """Copies sold less returned, free copies, and millionths by currency, of so many lines."""

    lines: int = 0
    units: int = 0
    free: int = 0
    net: Mapping[str, int] = field(default_factory=dict)

    def since(self, before: "_Sums") -> "_Sums":
        net = {code: amount - before.net.get(code, 0) for code, amount in self.net.items()}
        lines, units = self.lines - before.lines, self.units - before.units
        return _Sums(lines, units, self.free - before.free, net)

    def counts(self, copies: int) -> bool:
        return copies in (self.units, self.units + self.free)

    def comes_to(self, paid: int, currency: Any, more: int = 0) -> bool:
        """Whether an amount is the money of the row's currency, or of all, good only for one."""
        together = sum(self.net.values())
        return paid in (together, together + more) or paid == self.net.get(currency)


class _Plain:
    """Sums of the plain rows of a block, up to each of them."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        kinds, units = bulk.column("kind"), bulk.column("units")
        frees = [int(kind == SaleKind.FREE) for kind in kinds]
        self._units = [0, *accumulate(units)]
        self._free = [0, *accumulate(map(mul, units, frees))]
        codes, nets = bulk.column("currency"), bulk.column("net")
        paid = [*zip(codes, nets, strict=True)]
        self._net = {
            code: [0, *accumulate(net if of == code else 0 for of, net in paid)]
            for code in set(codes)
        }

    def above(self, number: int) -> _Sums:
        at = bisect_left(self.bulk.numbers, number)
        net = {code: sums[at] for code, sums in self._net.items()}
        return _Sums(at, self._units[at] - self._free[at], self._free[at], net)


class PrintedTotals:
    """Rows that print a total, of all rows above or of those since the last such row."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._found: list[_Total] = []
        self._last = (_Sums(), _Sums())
        self._plain: _Plain | None = None

    def add(self, table: Table, number: int, values: Mapping[str, Any], bulk: Bulk | None) -> None:
        """Compare a totals row; ``bulk`` holds plain rows of its block, not yet added up."""
        above = self._above(number, bulk)
        copies, paid = _printed(values)
        agrees = any(
            (copies is None or whole.counts(copies) or part.counts(copies))
            and (paid is None or self._pays(paid, values, whole, part))
            for whole, part in self._compared(above)
        )
        self._last = above
        self._found.append(
            _Total((table.place, number), table.where(number), not copies and not paid, agrees)
        )

    def come_to(
        self, number: int, values: Mapping[str, Any], bulk: Bulk | None, *, labelled: bool
    ) -> bool:
        """Whether all figures of a row are sums of the rows above, which no sale's would be.

        Without anything that may be a label, they have to be sums of several lines.
        """
        copies, paid = _printed(values)
        sold, returned = values.get("sold"), values.get("returned")
        if copies is None and isinstance(sold, int):
            copies = sold - (abs(returned) if isinstance(returned, int) else 0)
        if not copies and not paid:
            return False
        for whole, part in self._compared(self._above(number, bulk)):
            for sums in (whole, part):
                enough = sums.lines >= (1 if labelled else _ENOUGH_LINES)
                counted = copies is None or sums.counts(copies)
                if enough and counted and (paid is None or self._pays(paid, values, sums)):
                    return True
        return False

    def _pays(self, paid: int, values: Mapping[str, Any], whole: _Sums, *parts: _Sums) -> bool:
        currency, skipped = values.get("currency"), self._tally.skipped_net
        return whole.comes_to(paid, currency, skipped) or any(
            part.comes_to(paid, currency) for part in parts
        )

    def _above(self, number: int, bulk: Bulk | None) -> tuple[_Sums, _Sums]:
        """What is recorded of the rows above one, and that with what waits."""
        tally = self._tally
        plain = _Sums()
        if bulk is not None and bulk.numbers:
            if self._plain is None or self._plain.bulk is not bulk:
                self._plain = _Plain(bulk)
            plain = self._plain.above(number)
        net = Counter(tally.receipts)
        net.update(plain.net)
        lines = sum(tally.kinds.values()) + plain.lines
        units = tally.all_units - tally.bundled + plain.units
        free = tally.units[SaleKind.FREE] + plain.free
        recorded = _Sums(lines, units, free, net)
        waits = tally.waits
        together = Counter(net)
        together.update(waits.net)
        return recorded, _Sums(
            lines + waits.lines, units + waits.units, free + waits.free, together
        )

    def _compared(self, above: Sequence[_Sums]) -> list[tuple[_Sums, _Sums]]:
        """All rows above, and those since the last total."""
        return [(now, now.since(last)) for now, last in zip(above, self._last, strict=True)]

    def say(self, remarks: RowWarnings, notes: list[str], *, own: bool, incomplete: bool) -> None:
        """Tell of all totals; ``own`` ones belong to the layout, so only a difference is asked.

        While rows are refused or wait, the sum is not whole and a difference means nothing.
        """
        for total in self._found:
            text = f"{total.where} looks like a total: excluded"
            known = not total.empty and (total.agrees or not incomplete)
            if known and total.agrees:
                text += ", and it agrees with the sum"
            elif known:
                text += ", and it differs from the sum of the rows"
            if own and (total.agrees or not known):
                notes.append(text)
            else:
                remarks.add("totals-row", total.at, text)


def _printed(values: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Copies and millionths that a row prints, as far as it does."""
    shown = [values.get(name) for name in ("units", "net_units", "net")]
    first, second, paid = (value.micro if isinstance(value, Marked) else value for value in shown)
    copies = first if isinstance(first, int) else second
    return (
        copies if isinstance(copies, int) else None,
        paid if isinstance(paid, int) else None,
    )

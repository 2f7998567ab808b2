"""Totals that reports print, held against the rows above them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.bulk import Bulk
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.tables import Table
from royalties.ingest.report.tally import Tally


@dataclass(frozen=True, slots=True)
class _Total:
    at: tuple[int, int]
    where: str
    empty: bool
    agrees: bool


class PrintedTotals:
    """Rows that print a total, of all rows above or of those since the last such row."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._found: list[_Total] = []
        self._since = (0, 0, 0)

    def add(self, table: Table, number: int, values: Mapping[str, Any], bulk: Bulk | None) -> None:
        """Compare a totals row; ``bulk`` holds plain rows of its block, not yet added up."""
        tally = self._tally
        units, free = tally.all_units - tally.bundled, tally.units[SaleKind.FREE]
        net = tally.all_net
        if bulk is not None and bulk.numbers:
            columns = (bulk.column(field) for field in ("units", "kind", "net"))
            for row, count, kind, amount in zip(bulk.numbers, *columns, strict=True):
                if row < number:
                    units += count * (kind != SaleKind.FREE)
                    free += count * (kind == SaleKind.FREE)
                    net += amount
        shown = [values.get(field) for field in ("units", "net_units", "net")]
        first, second, paid = (value if isinstance(value, int) else None for value in shown)
        copies = first if first is not None else second
        before_units, before_free, before_net = self._since
        since = units - before_units
        agrees = (
            copies is None or copies in (units, units + free, since, since + free - before_free)
        ) and (paid is None or paid in (net, net - before_net, net + tally.skipped_net))
        self._since = (units, free, net)
        self._found.append(
            _Total((table.place, number), table.where(number), not copies and not paid, agrees)
        )

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

"""Totals that reports print, held against the rows above them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, starmap
from typing import Any, NamedTuple

from royalties.domain.counting import counted
from royalties.domain.money import micro_text
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import MarkedAmount
from royalties.ingest.report.plain_rows import PlainRows
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.shop_orders import shown
from royalties.ingest.report.tables import Table
from royalties.ingest.report.tally import Tally, copies_of

_LEAST_ROWS = 2
"""A row without a label is a sum if it is that of so many rows."""

_MOST_CUTS = 2_000
"""Totals of which later ones may be the difference: a store's, say, after those of its titles."""


class _Sums(NamedTuple):
    """What the rows down to one add up to; ``net`` is by currency, ``skipped`` of all.

    ``skipped`` and ``skipped_units`` are the money and the copies of rows that were left out.
    """

    rows: int
    units: int
    free: int
    net: Mapping[str, int]
    skipped: int
    skipped_units: int

    def figures(self) -> list[tuple[int, int]]:
        """Copies and money as a report may count them: with free copies, with rows left out."""
        net = sum(self.net.values())
        copies = {self.units, self.units + self.free}
        kept = [(units, money) for units in copies for money in {net, net + self.skipped}]
        if not self.skipped_units:
            return kept
        return [*kept, *((units + self.skipped_units, net + self.skipped) for units in copies)]


class _Printed(NamedTuple):
    """What a row of totals says, as far as it does."""

    copies: int | None
    money: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class _Total:
    at: tuple[int, int]
    where: str
    printed: _Printed
    agrees: bool
    sums: _Sums
    """What the rows above come to; of all rows where none is above."""

    @property
    def is_empty(self) -> bool:
        """Whether it prints neither copies nor money."""
        return not self.printed.copies and not self.printed.money

    def said(self, *, differs: bool) -> str:
        """What is told of it."""
        text = f"{self.where} looks like a total: excluded"
        if differs:
            return f"{text}, and it differs from the sum of the rows: {self._difference()}"
        return f"{text}, and it agrees with the sum" if self.agrees and not self.is_empty else text

    def _difference(self) -> str:
        copies, money, currency = self.printed
        net = {code: self.sums.net[code] for code in sorted(self.sums.net)}
        if money is not None and currency in net and len(net) > 1:
            copies, net = None, {currency: net[currency]}
        says, come = [], []
        if copies is not None:
            says.append(counted(copies, "copy", "copies"))
            come.append(counted(self.sums.units, "copy", "copies"))
        if money is not None:
            says.append(micro_text(money, 2))
            come.append(" and ".join(starmap(shown, net.items())) or "nothing")
        return f"it says {' and '.join(says)}, the rows above {' and '.join(come)}"


class PrintedTotals:
    """Rows that print a total: of all rows above, or of those since an earlier total."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._found: list[_Total] = []
        self._plain_sums = _PlainRowSums(None)
        nothing = _Sums(0, 0, 0, {}, 0, 0)
        self._cuts: dict[tuple[int, int], int] = {}
        self._money: dict[str, set[int]] = {}
        self._cut(nothing)

    def add(
        self,
        table: Table,
        number: int,
        values: Mapping[str, Any],
        plain_rows: PlainRows | None,
        code: str = "",
    ) -> None:
        """Compare a totals row; ``plain_rows`` holds plain rows of its block, not yet added up.

        ``code`` is a currency that its label names.
        """
        sums, printed = self._sums(number, plain_rows), _printed(values, code)
        agrees = self._rows_of(printed, sums) is not None
        at = (table.place, number)
        self._found.append(_Total(at, table.where(number), printed, agrees, sums))
        self._cut(sums)

    def is_sum(
        self,
        number: int,
        values: Mapping[str, Any],
        plain_rows: PlainRows | None,
        *,
        is_labelled: bool,
    ) -> bool:
        """Whether a row says exactly what rows above it come to; without a label, two or more."""
        printed = _printed(values)
        if not printed.money:
            return False
        rows = self._rows_of(printed, self._sums(number, plain_rows))
        return rows is not None and rows >= (1 if is_labelled else _LEAST_ROWS)

    def _sums(self, number: int, plain_rows: PlainRows | None) -> _Sums:
        tally = self._tally
        if self._plain_sums.of is not plain_rows:
            self._plain_sums = _PlainRowSums(plain_rows)
        more = self._plain_sums.above(number)
        net = Counter(tally.receipts)
        net.update(tally.waiting_net)
        net.update(more.net)
        return _Sums(
            sum(tally.kinds.values()) + tally.waiting_rows + more.rows,
            tally.all_units - tally.bundled + tally.waiting_units + more.units,
            tally.units[SaleKind.FREE] + more.free,
            net,
            tally.skipped_net,
            tally.skipped_units,
        )

    def _cut(self, sums: _Sums) -> None:
        """Remember sums, as later totals may be of the rows below alone."""
        if len(self._cuts) < _MOST_CUTS:
            for figures in sums.figures():
                self._cuts[figures] = sums.rows
            for code, money in sums.net.items():
                self._money.setdefault(code, {0}).add(money)

    def _rows_of(self, printed: _Printed, sums: _Sums) -> int | None:
        """How many rows add up to what is printed; None: no rows down from a total do."""
        copies, money, currency = printed
        if money is not None and currency in sums.net and len(sums.net) > 1:
            own = sums.net[currency]
            if own - money in self._money.get(currency, {0}):
                return sums.rows
        if copies is None or money is None:
            return sums.rows if self._partly(copies, money, sums) else None
        found = (
            self._cuts.get((units - copies, net - money)) for units, net in sums.figures()
        )  # fmt: skip
        rows = [sums.rows - cut for cut in found if cut is not None]
        return max(rows, default=None)

    def _partly(self, copies: int | None, money: int | None, sums: _Sums) -> bool:
        """Whether the one figure that is printed agrees."""
        if copies is None and money is None:
            return True
        at, value = (1, money) if money is not None else (0, copies)
        assert value is not None  # noqa: S101 - one of them is
        cuts = {cut[at] for cut in self._cuts}
        return any(figures[at] - value in cuts for figures in sums.figures())

    def say(self, remarks: RowWarnings, notes: list[str], *, own: bool, incomplete: bool) -> None:
        """Tell of all totals; ``own`` ones belong to the layout, so only a difference is asked.

        While rows are refused or wait, or an answer is open, the sum is not whole and a difference
        means nothing.
        """
        asked: dict[bool, list[_Total]] = {False: [], True: []}
        whole = self._sums(0, None)
        for printed_total in self._found:
            total = printed_total
            if not printed_total.sums.rows:
                agrees = printed_total.agrees or _agrees_with(printed_total.printed, whole)
                total = replace(printed_total, agrees=agrees, sums=whole)
            differs = not total.agrees and not total.is_empty and not incomplete
            if own and not differs:
                notes.append(total.said(differs=False))
            else:
                asked[differs].append(total)
        # One that differs stands for all, as it is what has to be looked at.
        first, rest = (asked[True], asked[False]) if asked[True] else (asked[False], [])
        if first:
            text = first[0].said(differs=bool(asked[True]))
            text += f"; {counted(len(rest), 'more total')} excluded" if rest else ""
            remarks.add("totals-row", first[0].at, text, len(first))


class _PlainRowSums:
    """What the plain rows of a block come to, down to each of them."""

    def __init__(self, plain_rows: PlainRows | None) -> None:
        self.of = plain_rows
        self._numbers: Sequence[int] = ()
        if plain_rows is None or not plain_rows.numbers:
            return
        units, kinds, nets, codes = (
            plain_rows.column(field) for field in ("units", "kind", "net", "currency")
        )
        is_free = [kind == SaleKind.FREE for kind in kinds]
        free = [count * given for count, given in zip(units, is_free, strict=True)]
        sold = [count - given for count, given in zip(units, free, strict=True)]
        self._numbers = plain_rows.numbers
        self._units = [0, *accumulate(sold)]
        self._free = [0, *accumulate(free)]
        self._net = {
            code: [
                0, *accumulate(net * (of == code) for net, of in zip(nets, codes, strict=True)),
            ]
            for code in set(codes)
        }  # fmt: skip

    def above(self, number: int) -> _Sums:
        """What the rows above one come to."""
        rows = bisect_left(self._numbers, number)
        if not rows:
            return _Sums(0, 0, 0, {}, 0, 0)
        net = {code: sums[rows] for code, sums in self._net.items()}
        return _Sums(rows, self._units[rows], self._free[rows], net, 0, 0)


def _printed(values: Mapping[str, Any], code: str = "") -> _Printed:
    money, currency = values.get("net"), values.get("currency")
    if isinstance(money, MarkedAmount):
        money = money.micro
    return _Printed(
        copies_of(values),
        money if isinstance(money, int) else None,
        currency if isinstance(currency, str) and currency else code,
    )


def _agrees_with(printed: _Printed, sums: _Sums) -> bool:
    copies, money, currency = printed
    if money is not None and currency in sums.net and money == sums.net[currency]:
        return True
    return any(
        copies in (None, units) and money in (None, net) for units, net in sums.figures()
    )  # fmt: skip

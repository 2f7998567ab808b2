"""Unusually many copies in a row, and returns of more copies than a report sells."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from royalties.domain.counting import counted
from royalties.domain.sales.slices import SaleKind

BALANCED_ROWS = 100_000
"""Of longer reports, returns are not held against sales, so that reading them takes no longer."""
_MANY = 1_000
_MANY_ALONE = 10_000
_TIMES_USUAL = 100
_LEAST_ROWS = 5
_MOST_KEPT = 1_000
_SALE, _RETURN = SaleKind.SALE.value, SaleKind.RETURN.value

Place = tuple[int, int]
"""Sheet and row."""


@dataclass(slots=True)
class CopyCounts:
    """Copies per row of a report, so that a typing error stands out."""

    _rows_by_count: Counter[int] = field(default_factory=Counter)
    _many: list[tuple[Place, str, int]] = field(default_factory=list)
    _balance: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    _has_returns: bool = False
    _rows: int = 0

    def look(
        self,
        at: tuple[int, Callable[[int], str]],
        numbers: Sequence[int],
        sold: tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]],
    ) -> None:
        """Look at sale lines.

        Args:
            at: the table's place, and how a row of it is named.
            numbers: of the rows.
            sold: retailers, editions, kinds and copies of the lines.
        """
        retailers, books, kinds, units = sold
        self._rows_by_count.update(units)
        if max(units) >= _MANY or min(units) <= -_MANY:
            place, where = at
            self._many += [
                ((place, number), where(number), abs(count))
                for number, count in zip(numbers, units, strict=True)
                if abs(count) >= _MANY
            ][: _MOST_KEPT - len(self._many)]
        self._has_returns = self._has_returns or _RETURN in kinds
        self._rows += len(numbers)
        if self._rows > BALANCED_ROWS:
            return
        pairs = zip(retailers, books, strict=True)
        for pair, kind, count in zip(pairs, kinds, units, strict=True):
            if kind in (_SALE, _RETURN):
                self._balance[pair] += count

    def unusual(self) -> list[tuple[Place, str]]:
        """Rows of far more copies than most, each with what is to be confirmed."""
        if not self._many:
            return []
        rows = self._rows_by_count.total()
        usual = self._median()
        most = max(_MANY, _TIMES_USUAL * usual) if rows >= _LEAST_ROWS else _MANY_ALONE
        beside = f", while half of all rows have {usual} or fewer" if rows >= _LEAST_ROWS else ""
        return [
            (at, f"{where}: {counted(count, 'copy')}{beside}: is it copies that stand there?")
            for at, where, count in self._many
            if count >= most
        ]

    def _median(self) -> int:
        rows, so_far = self._rows_by_count.total(), 0
        for count, lines in sorted(self._absolute().items()):
            so_far += lines
            if 2 * so_far >= rows:
                return count
        return 0

    def _absolute(self) -> Mapping[int, int]:
        lines_by_count: Counter[int] = Counter()
        for count, lines in self._rows_by_count.items():
            lines_by_count[abs(count)] += lines
        return lines_by_count

    @property
    def beyond_sales(self) -> dict[tuple[int, int], int]:
        """Copies returned in excess of those sold in the report, by retailer and edition."""
        if not self._has_returns or self._rows > BALANCED_ROWS:
            return {}
        return {pair: -net for pair, net in sorted(self._balance.items()) if net < 0}

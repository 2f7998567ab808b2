"""Sale lines as they are read, typed or shipped, and what they add up to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.sales.slices import SaleKind

_TOGETHER = 8_192
"""Lines that are added up at the same time."""


class SaleLine(NamedTuple):
    """One line of sales that is to be recorded.

    ``edition`` and ``retailer`` are numbers of the store. ``list_price`` and ``net`` are
    millionths of ``currency``, ``discount`` is millionths of one; ``day`` is an ISO date; an
    unknown text is empty; ``sheet`` is an index into the batch's sheets, and ``row`` the
    spreadsheet's row or the text file's line.
    """

    sheet: int
    row: int
    edition: int
    retailer: int
    kind: int
    day: str
    units: int
    currency: str
    list_price: int | None
    net: int
    discount: int | None
    country: str
    region: str
    city: str
    order: str
    reference: str


class Repeated(Sequence[Any]):
    """A column whose values come again and again: for each line the place of its value in a table.

    The table may grow behind the values that are used; columns that repeat together share places.
    """

    __slots__ = ("places", "table")

    def __init__(self, places: Sequence[int], table: list[Any]) -> None:
        self.places = places
        self.table = table

    def __iter__(self) -> Iterator[Any]:
        return map(self.table.__getitem__, self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, value: object) -> bool:
        return value in iter(self)

    @overload
    def __getitem__(self, at: int) -> Any: ...  # noqa: ANN401 - of any column
    @overload
    def __getitem__(self, at: slice) -> "Repeated": ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return Repeated(self.places[at], self.table)
        return self.table[self.places[at]]


def distinct(column: Sequence[Any]) -> set[Any]:
    """Each value of a column once."""
    if isinstance(column, Repeated):
        return {column.table[place] for place in set(column.places)}
    return set(column)


LineColumns = tuple[Sequence[Any], ...]
"""Many sale lines by the column, all of one length: the fields of ``SaleLine`` in order, but the
three of the place as one column of tuples, since few places are named again and again."""

_PLACE, _BEHIND = SaleLine._fields.index("country"), SaleLine._fields.index("city") + 1


def by_column(lines: Iterable[SaleLine]) -> LineColumns:
    """Sale lines by the column; there has to be one."""
    columns = tuple(zip(*lines, strict=True))
    places = list(zip(*columns[_PLACE:_BEHIND], strict=True))
    return (*columns[:_PLACE], places, *columns[_BEHIND:])


def by_line(columns: LineColumns) -> Iterator[SaleLine]:
    """The same one by one."""
    places = zip(*columns[_PLACE], strict=True)
    fields = (*columns[:_PLACE], *places, *columns[_PLACE + 1 :])
    yield from map(SaleLine._make, zip(*fields, strict=True))


class WaitingLine(NamedTuple):
    """A sale line of unknown edition; ``net`` is None where it follows from a price only."""

    sheet: int
    row: int
    identifier: str
    retailer: int
    kind: int
    day: str
    units: int
    currency: str
    list_price: int | None
    net: int | None
    discount: int | None
    country: str
    region: str
    city: str
    order: str
    reference: str

    def of_edition(self, edition: int, net: int) -> SaleLine:
        """The line that it becomes once its edition and its receipts are known."""
        known = self._asdict() | {"edition": edition, "net": net}
        del known["identifier"]
        return SaleLine(**known)


class SumKey(NamedTuple):
    """What lines have in common that are summed; ``month`` is that of the sale date: 2025-03."""

    retailer: int
    month: str
    kind: int
    currency: str


class Sum(NamedTuple):
    """How many lines there are, with their copies and their receipts in millionths."""

    lines: int
    units: int
    net: int


class _SumsByKey(dict[tuple[int, str, int, str], list[int]]):
    """Lines, copies and receipts by the fields of ``SumKey``."""

    def __missing__(self, key: tuple[int, str, int, str]) -> list[int]:
        sums = self[key] = [0, 0, 0]
        return sums


class EarlyKey(NamedTuple):
    """What early lines have in common that earn alike.

    ``day`` is empty where the report has a list price, for then no other price is looked up.
    """

    edition: int
    retailer: int
    kind: int
    currency: str
    list_price: int | None
    discount: int | None
    country: str
    region: str
    city: str
    order: str
    day: str


_MOST_EARLY = 20_000


@dataclass(slots=True)
class Early:
    """Sale lines dated before the books' first period.

    Attributes:
        rows: how many rows of the report, or sale lines of the books.
        units: net copies.
        net: net receipts in millionths by currency.
        sold: net copies and receipts of the lines whose edition is known.
        is_complete: whether ``sold`` has all of them; else it is empty, there were too many.
    """

    rows: int = 0
    units: int = 0
    net: dict[str, int] = field(default_factory=dict)
    sold: dict[EarlyKey, tuple[int, int]] = field(default_factory=dict)
    is_complete: bool = True

    def note(self, line: SaleLine) -> None:
        """Note what of a line decides what it earns, while there is not too much to keep."""
        if not self.is_complete:
            return
        key = EarlyKey(
            *(line.edition, line.retailer, line.kind, line.currency),
            *(line.list_price, line.discount),
            *(line.country, line.region, line.city, line.order),
            line.day if line.list_price is None else "",
        )
        if key not in self.sold and len(self.sold) >= _MOST_EARLY:
            self.is_complete = False
            self.sold.clear()  # nobody asks for some of it
            return
        units, net = self.sold.get(key, (0, 0))
        self.sold[key] = (units + line.units, net + line.net)

    def add(self, rows: int, units: int, currency: str, net: int | None) -> None:
        """Add lines of a currency; receipts are None where they follow from a price only."""
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


class _Months(dict[str, str]):
    """The month of each day."""

    def __missing__(self, day: str) -> str:
        month = self[day] = day[:7]
        return month


class SalesTally:
    """Adds up sale lines as they come: the one owner of what an import's lines add up to."""

    def __init__(self) -> None:
        self._sums = _SumsByKey()
        self._months = _Months()
        self._days: Counter[tuple[int, str]] = Counter()
        self._kinds: Counter[int] = Counter()
        self._units: Counter[int] = Counter()
        self._net: Counter[str] = Counter()
        self._usage: Counter[str] = Counter()
        self._pending: list[tuple[Sequence[Any], ...]] = []
        self._pending_lines = 0

    @property
    def sums(self) -> dict[SumKey, Sum]:
        """What the lines add up to by month."""
        self._settle()
        return {SumKey(*key): Sum(*sums) for key, sums in self._sums.items()}

    @property
    def days(self) -> Counter[tuple[int, str]]:
        """Lines by retailer and day."""
        self._settle()
        return self._days

    @property
    def kinds(self) -> Counter[int]:
        """Lines by kind."""
        self._settle()
        return self._kinds

    @property
    def units(self) -> Counter[int]:
        """Copies by kind."""
        self._settle()
        return self._units

    @property
    def net(self) -> Counter[str]:
        """Receipts of copies by currency."""
        self._settle()
        return self._net

    @property
    def usage(self) -> Counter[str]:
        """Receipts for use by currency."""
        self._settle()
        return self._usage

    @classmethod
    def of(cls, lines: Iterable[SaleLine]) -> "SalesTally":
        """What some lines add up to."""
        tally = cls()
        for line in lines:
            tally.add(line.retailer, line.kind, line.day, line.units, line.currency, line.net)
        return tally

    def add(self, retailer: int, kind: int, day: str, units: int, currency: str, net: int) -> None:
        """Add one sale line."""
        self.add_all((retailer,), (kind,), (day,), (units,), (currency,), (net,))

    def add_all(
        self,
        retailers: Sequence[int],
        kinds: Sequence[int],
        days: Sequence[str],
        units: Sequence[int],
        currencies: Sequence[str],
        nets: Sequence[int],
    ) -> None:
        """Add many sale lines, column by column."""
        self._pending.append((retailers, days, kinds, currencies, units, nets))
        self._pending_lines += len(units)
        if self._pending_lines >= _TOGETHER:
            self._settle()

    def _settle(self) -> None:
        """Add up what was added since the last time."""
        # Few keys stay near the processor: summing into those of a whole file takes longer.
        added = _SumsByKey()
        for retailers, days, kinds, currencies, units, nets in self._pending:
            self._days.update(zip(retailers, days, strict=True))
            months = map(self._months.__getitem__, days)
            keys = zip(retailers, months, kinds, currencies, strict=True)
            for key, copies, receipts in zip(keys, units, nets, strict=True):
                sums = added[key]
                sums[0] += 1
                sums[1] += copies
                sums[2] += receipts
        self._pending, self._pending_lines = [], 0
        for key, (lines, copies, receipts) in added.items():
            _, _, kind, currency = key
            self._kinds[kind] += lines
            self._units[kind] += copies
            (self._usage if kind == SaleKind.USAGE else self._net)[currency] += receipts
            sums = self._sums[key]
            sums[0] += lines
            sums[1] += copies
            sums[2] += receipts

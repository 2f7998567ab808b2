"""Plain rows by the thousand: the rules of ``judging`` for rows that give one line each.

Rows of any other kind are told to the caller, who judges them one by one. A million rows are
read at the speed of a dozen look-ups each; see ``tests/ingest`` for the proof that both ways
give the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, repeat
from operator import lt, mul
from typing import Any

from royalties.domain.money import MICRO, rounded
from royalties.domain.sales.lines import LineColumns
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.places import country, is_country, region
from royalties.ingest.report.amounts import MOST
from royalties.ingest.report.cells import Odd, RowBlock, without_stray_blanks
from royalties.ingest.report.columns import BY_SIGN
from royalties.ingest.report.declaration import PLACE, RowsAre
from royalties.ingest.report.judging import discount_of, net_of, one_of
from royalties.ingest.report.tables import Table

_MOST_KEPT = 50_000
_SALE, _RETURN, _FREE, _USAGE = (kind.value for kind in SaleKind)
_FIGURES = ("kind", "units", "list_price", "net", "discount", "currency")
_RIGHT_SIGNS = frozenset(((_SALE, False), (_RETURN, True), (_FREE, False)))
"""Kinds, and whether their units are negative."""


class Bulk:
    """Some rows of a block, column by column, all of which give exactly one sale line."""

    def __init__(
        self, table: Table, block: RowBlock, odd: Iterable[int], workings: "Workings"
    ) -> None:
        """Read the columns; ``odd`` are places known to be strange already."""
        self._table = table
        self._block = block
        self._workings = workings
        self._columns: dict[str, Sequence[Any]] = {}
        self._unsettled: list[tuple[Any, ...]] = []
        self.is_settled = True
        """Whether figures like those of all rows were found to be in order before."""
        self.strange: set[int] = set(odd)
        self.numbers: Sequence[int] = block.numbers
        self._read()
        self._drop(self.strange)
        if self.numbers:
            self._work_out()

    def column(self, field: str) -> Sequence[Any]:
        """Values of a field."""
        return self._columns[field]

    def texts(self, field: str) -> Sequence[Any]:
        """Values of a field, or its constant for each row."""
        values = self._columns.get(field)
        if values is None:
            return [self._table.constants.get(field, "")] * len(self.numbers)
        return values

    def given(self, field: str) -> Sequence[Any]:
        """Values of a field where the rows have it."""
        return self._columns.get(field, ())

    def tells(self, field: str) -> bool:
        """Whether a column of the table tells a field."""
        return any(each == field for each, _, _ in self._table.readers)

    def compared(self) -> Iterable[tuple[Any, ...]]:
        """The rows as they are compared with others: see ``Table.compared``."""
        columns = [without_stray_blanks(self.raw(at)) for at in range(self._table.width)]
        columns[self._table.books[0][1]] = self._columns["book"]
        return zip(*columns, strict=True)

    def raw(self, at: int) -> Sequence[Any]:
        """The cells of one column."""
        column = self._block.columns[at]
        if not self.strange:
            return column
        return [cell for place, cell in enumerate(column) if place not in self.strange]

    def _read(self) -> None:
        columns = self._block.columns
        reader, at = self._table.books[0]
        self._columns["book"] = reader.all(columns[at])
        self.strange.update(reader.odd_places(columns[at]))
        for field, reader, at in self._table.readers:
            if field not in PLACE:
                self._columns[field] = reader.all(columns[at])
                self.strange.update(reader.odd_places(columns[at]))
        places = self._workings.places_of(self._table)
        if places.at:
            cells = zip(*map(columns.__getitem__, places.at), strict=True)
            found = self._columns["place"] = list(map(places.__getitem__, cells))
            if None in found:
                self.strange.update(_places_of_none(found))
        else:
            self._columns["place"] = [places[()]] * len(self._block.numbers)

    def _drop(self, places: set[int]) -> None:
        if not places:
            return
        keep = [place not in places for place in range(len(self._block.numbers))]
        self.numbers = list(compress(self._block.numbers, keep))
        for field, values in self._columns.items():
            self._columns[field] = list(compress(values, keep))

    def _work_out(self) -> None:
        """Fill blank amounts, and set aside rows that break a rule."""
        rows = len(self.numbers)
        for field in ("retailer", "date", "currency"):
            if field not in self._columns:
                self._columns[field] = [self._table.constants[field]] * rows
        for field in ("list_price", "net", "discount"):
            if field not in self._columns:
                self._columns[field] = [self._table.constants.get(field)] * rows
        if "kind" not in self._columns and self._table.constants.get("kind"):
            self._columns["kind"] = [self._table.constants["kind"]] * rows
        if self._table.report.rows_are is RowsAre.ONE_EACH:
            kinds = self._columns.get("kind", [BY_SIGN] * rows)
            self._columns["units"] = list(map(one_of, kinds, self._columns["net"]))
        figures = self._figures() if self._workings.settles else []
        if not self._workings.settled.issuperset(figures) or not figures:
            self._judge()
            self._unsettled = figures if figures == self._figures() else []
            self.is_settled = False

    def _figures(self) -> list[tuple[Any, ...]]:
        """What rules of kinds and signs look at, row by row; nothing where they look at more."""
        if "kind" not in self._columns or "unit_net" in self._columns:
            return []
        return list(zip(*map(self._columns.__getitem__, _FIGURES), strict=True))

    def _judge(self) -> None:
        wrong = self._find_kinds()
        wrong |= self._fill_nets()
        wrong |= self._find_wrong_signs()
        if wrong:
            self._set_aside(wrong)
        self._fill_discounts()

    def settle(self) -> None:
        """Remember that nothing is to be said of such figures, and nothing of them to be filled."""
        self._workings.settle(self._unsettled)

    def _find_kinds(self) -> set[int]:
        units = self._columns["units"]
        kinds = self._columns.get("kind")
        if kinds is None or (not self._table.report.strict and min(units) < 0) or BY_SIGN in kinds:
            lenient = not self._table.report.strict
            kinds = [
                (_SALE if count > 0 else _RETURN)
                if kind == BY_SIGN or (lenient and kind == _SALE)
                else kind
                for kind, count in zip(kinds or repeat(BY_SIGN), units, strict=False)
            ]
            self._columns["kind"] = kinds
        signs = map(lt, units, repeat(0))
        if 0 not in units and _RIGHT_SIGNS.issuperset(zip(kinds, signs, strict=True)):
            return set()
        return {
            place for place, (kind, count) in enumerate(zip(kinds, units, strict=True))
            if not count or kind == _USAGE or (count < 0) is not (kind == _RETURN)
        }  # fmt: skip

    def _fill_nets(self) -> set[int]:
        nets = self._columns["net"]
        if None not in nets:
            return set()
        wrong = set()
        filled = list(nets)
        mapped = any(field == "net" for field, _, _ in self._table.readers)
        unit_nets = self._columns.get("unit_net", nets)
        kinds, units = self._columns["kind"], self._columns["units"]
        prices, discounts = self._columns["list_price"], self._columns["discount"]
        net = self._workings.net
        for place in _places_of_none(nets):
            if unit_nets[place] is not None and not mapped:
                filled[place] = unit_nets[place] * units[place]
            elif kinds[place] == _FREE:
                filled[place] = 0
            elif unit_nets[place] is not None or prices[place] is None or discounts[place] is None:
                wrong.add(place)
                filled[place] = 0
            else:
                filled[place] = net(units[place], prices[place], discounts[place])
        self._columns["net"] = filled
        return wrong

    def _find_wrong_signs(self) -> set[int]:
        nets, units = self._columns["net"], self._columns["units"]
        wrong = set()
        if max(nets) > MOST * MICRO or min(nets) < -MOST * MICRO:
            wrong = {place for place, net in enumerate(nets) if abs(net) > MOST * MICRO}
        if not self._table.report.strict:
            return wrong
        if min(map(mul, nets, units)) < 0:
            wrong |= {
                place for place, (net, count) in enumerate(zip(nets, units, strict=True))
                if net * count < 0
            }  # fmt: skip
        kinds = self._columns["kind"]
        if _FREE in kinds:
            wrong |= {
                place for place, (net, kind) in enumerate(zip(nets, kinds, strict=True))
                if net and kind == _FREE
            }  # fmt: skip
        return wrong

    def _set_aside(self, wrong: set[int]) -> None:
        """Leave out rows, given by their places among the rows still here."""
        left = [place for place in range(len(self._block.numbers)) if place not in self.strange]
        self.strange.update(left[place] for place in wrong)
        keep = [place not in wrong for place in range(len(left))]
        self.numbers = list(compress(self.numbers, keep))
        for field, values in self._columns.items():
            self._columns[field] = list(compress(values, keep))

    def _fill_discounts(self) -> None:
        discounts = self._columns["discount"]
        if None not in discounts:
            return
        filled = list(discounts)
        prices, nets = self._columns["list_price"], self._columns["net"]
        units = self._columns["units"]
        discount = self._workings.discount
        for place in _places_of_none(discounts):
            if prices[place]:
                filled[place] = discount(units[place], prices[place], nets[place])
        self._columns["discount"] = filled

    def sales(self, homes: "Homes") -> LineColumns:
        """The sale lines."""
        rows = len(self.numbers)
        column = self._columns
        return (
            [self._table.place] * rows, self.numbers, column["book"], column["retailer"],
            column["kind"], column["date"], column["units"], column["currency"],
            column["list_price"], column["net"], column["discount"], homes.of(self),
            self.texts("order"), self.texts("reference"),
        )  # fmt: skip


def _places_of_none(values: Sequence[Any]) -> Iterator[int]:
    place = -1
    for _ in range(values.count(None)):
        place = values.index(None, place + 1)
        yield place


class Workings:
    """Amounts that are worked out, each distinct one once."""

    def __init__(self) -> None:
        self._nets: dict[tuple[int, int, int], int] = {}
        self._discounts: dict[tuple[int, int, int], int] = {}
        self._regions = _Regions()
        self._places: dict[int, _PlacesByCells] = {}
        self.settled: set[tuple[Any, ...]] = set()
        """Figures that were found to be in order."""
        self.settles = True

    def settle(self, figures: Iterable[tuple[Any, ...]]) -> None:
        """Remember that figures are in order, as long as they seem to come again."""
        self.settled.update(figures)
        if len(self.settled) > _MOST_KEPT:
            self.settled.clear()
            self.settles = False

    def places_of(self, table: Table) -> "_PlacesByCells":
        """Country, region and city by the cells of a table that tell them."""
        places = self._places.get(table.place)
        if places is None:
            places = self._places[table.place] = _PlacesByCells(table, self._regions)
        return places

    def codes(self, country_text: str, region_text: str) -> tuple[str, str]:
        """The codes of a country and its region; what is none stays as it is."""
        found = (country(country_text) or country_text) if country_text else ""
        return found, self._regions[found, region_text]

    def net(self, units: int, price: int, discount: int) -> int:
        """Net receipts from list price and discount, in millionths."""
        net_micro = self._nets.get((units, price, discount))
        if net_micro is None:
            if len(self._nets) > _MOST_KEPT:
                self._nets.clear()
            net_micro = self._nets[units, price, discount] = rounded(net_of(units, price, discount))
        return net_micro

    def discount(self, units: int, price: int, net: int) -> int:
        """The discount that a net receipt means, in millionths of one."""
        ratio = self._discounts.get((units, price, net))
        if ratio is None:
            if len(self._discounts) > _MOST_KEPT:
                self._discounts.clear()
            ratio = self._discounts[units, price, net] = discount_of(units, price, net)
        return ratio


class _Regions(dict[tuple[str, str], str]):
    """The code of each region by its country and how it was reported."""

    def __missing__(self, place: tuple[str, str]) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        of, text = place
        known = of if is_country(of) else ""
        found = self[place] = (region(text, known) or text) if text else ""
        return found


class _PlacesByCells(dict[tuple[Any, ...], tuple[str, str, str] | None]):
    """Country, region and city by the cells that tell them; None where one is no plain value.

    Regions are codes beside the code of their country; what is no code stays as it is.
    """

    def __init__(self, table: Table, regions: _Regions) -> None:
        super().__init__()
        self._regions = regions
        self._readers = [(field, reader) for field, reader, _ in table.readers if field in PLACE]
        self._constants = {field: table.constants.get(field, "") for field in PLACE}
        self.at = [at for field, _, at in table.readers if field in PLACE]

    def __missing__(self, cells: tuple[Any, ...]) -> tuple[str, str, str] | None:
        if len(self) > _MOST_KEPT:
            self.clear()
        told = dict(self._constants)
        for (field, reader), cell in zip(self._readers, cells, strict=True):
            told[field] = reader.one(cell)
        country, region, city = told.values()
        place = None
        if not any(isinstance(value, Odd) for value in told.values()):
            if any(field == "region" for field, _ in self._readers):
                region = self._regions[country, region]
            place = (country, region, city)
        self[cells] = place
        return place


class Homes:
    """Places of retailers, for rows without an address."""

    def __init__(self, places: dict[int, tuple[str, str, str]]) -> None:
        self._places = {id_: place for id_, place in places.items() if any(place)}

    def home(self, retailer: int, place: tuple[str, str, str]) -> tuple[str, str, str]:
        """The row's own place, or its retailer's where it has none."""
        return place if any(place) else self._places.get(retailer, place)

    def of(self, rows: Bulk) -> Sequence[tuple[str, str, str]]:
        """Country, region and city of rows."""
        places = rows.column("place")
        if not self._places:
            return places
        return list(map(self.home, rows.column("retailer"), places))

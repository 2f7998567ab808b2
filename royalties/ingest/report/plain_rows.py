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
from royalties.domain.sales.lines import LineColumns, Repeated
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.places import country, is_country, region, region_without_country
from royalties.ingest.report.amounts import MOST
from royalties.ingest.report.cells import NonValue, RowBlock
from royalties.ingest.report.columns import BY_SIGN
from royalties.ingest.report.declaration import PLACE, RowMeaning
from royalties.ingest.report.judging import discount_of, net_of, one_of
from royalties.ingest.report.tables import Table

_MOST_KEPT = 50_000
_SALE, _RETURN, _FREE, _USAGE = (kind.value for kind in SaleKind)
_FIGURES = ("kind", "units", "list_price", "net", "discount", "currency")
_TOLD_BY = frozenset((*_FIGURES, "unit_net"))
"""What the figures of a line follow from, and from nothing else."""
_RIGHT_SIGNS = frozenset(((_SALE, False), (_RETURN, True), (_FREE, False)))
"""Kinds, and whether their units are negative."""


class PlainRows:
    """Some rows of a block, column by column, all of which give exactly one sale line."""

    def __init__(
        self, table: Table, block: RowBlock, odd: Iterable[int], calculations: "CalculationCache"
    ) -> None:
        """Read the columns; ``odd`` are places known to be strange already."""
        self._table = table
        self._block = block
        self._workings = calculations
        self._known = calculations.figures_of(table)
        self._figures: Sequence[int] | None = None
        self._columns: dict[str, Sequence[Any]] = {}
        self.irregular: set[int] = set(odd)
        self.numbers: Sequence[int] = block.numbers
        self._read()
        self._drop(self.irregular)
        if self.numbers:
            self._work_out()

    @property
    def is_settled(self) -> bool:
        """Whether figures like those of all rows were found to be in order before."""
        return self._figures is not None

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
        columns = self._table.compared_columns(list(map(self.raw, range(self._table.width))))
        columns[self._table.books[0][1]] = self._columns["book"]
        return zip(*columns, strict=True)

    @property
    def has_lone_regions(self) -> bool:
        """Whether rows of the table named regions without their countries."""
        return self._workings.places_of(self._table).has_lone_regions

    def raw(self, at: int) -> Sequence[Any]:
        """The cells of one column."""
        column = self._block.columns[at]
        if not self.irregular:
            return column
        return [cell for place, cell in enumerate(column) if place not in self.irregular]

    def _read(self) -> None:
        columns = self._block.columns
        reader, at = self._table.books[0]
        self._columns["book"] = reader.all(columns[at])
        self.irregular.update(reader.non_value_places(columns[at]))
        self._figures = self._known.of(columns)
        skipped_fields = PLACE if self._figures is None else _TOLD_BY.union(PLACE)
        for field, reader, at in self._table.readers:
            if field not in skipped_fields:
                self._columns[field] = reader.all(columns[at])
                self.irregular.update(reader.non_value_places(columns[at]))
        places, odd = self._workings.places_of(self._table).of(columns, len(self._block.numbers))
        self._columns["place"] = places
        self.irregular.update(odd)

    def _drop(self, places: set[int]) -> None:
        if not places:
            return
        keep = [place not in places for place in range(len(self._block.numbers))]
        self.numbers = list(compress(self._block.numbers, keep))
        self._keep(keep)

    def _keep(self, keep: Sequence[bool]) -> None:
        if self._figures is not None:
            self._figures = list(compress(self._figures, keep))
        for field, values in self._columns.items():
            if isinstance(values, Repeated):
                self._columns[field] = Repeated([*compress(values.places, keep)], values.table)
            else:
                self._columns[field] = list(compress(values, keep))

    def _work_out(self) -> None:
        """Fill in what is constant or blank, and set aside rows that break a rule."""
        rows = len(self.numbers)
        for field in ("retailer", "date"):
            if field not in self._columns:
                self._columns[field] = [self._table.constants[field]] * rows
        if self._figures is None:
            self._find_figures(rows)
        else:
            self._columns.update(self._known.columns(self._figures))

    def _find_figures(self, rows: int) -> None:
        constants = self._table.constants
        if "currency" not in self._columns:
            self._columns["currency"] = [constants["currency"]] * rows
        for field in ("list_price", "net", "discount"):
            if field not in self._columns:
                self._columns[field] = [constants.get(field)] * rows
        if "kind" not in self._columns and constants.get("kind"):
            self._columns["kind"] = [constants["kind"]] * rows
        if self._table.report.rows_are is RowMeaning.ONE_EACH:
            kinds = self._columns.get("kind", [BY_SIGN] * rows)
            self._columns["units"] = list(map(one_of, kinds, self._columns["net"]))
        self._judge()

    def _judge(self) -> None:
        wrong = self._find_kinds()
        wrong |= self._fill_nets()
        wrong |= self._find_wrong_signs()
        if wrong:
            self._set_aside(wrong)
        self._fill_discounts()

    def settle(self) -> None:
        """Remember what the figures of these rows are, of which nothing is to be said."""
        if self._known.at:
            cells = zip(*map(self.raw, self._known.at), strict=True)
            figures = zip(*map(self._columns.__getitem__, _FIGURES), strict=True)
            self._known.learn(cells, figures)

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
        left = [place for place in range(len(self._block.numbers)) if place not in self.irregular]
        self.irregular.update(left[place] for place in wrong)
        keep = [place not in wrong for place in range(len(left))]
        self.numbers = list(compress(self.numbers, keep))
        self._keep(keep)

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

    def sales(self, place_resolver: "PlaceResolver") -> LineColumns:
        """The sale lines, each with a place: from then on the rows have it too."""
        rows = len(self.numbers)
        self._columns["place"] = place_resolver.of(self)
        column = self._columns
        return (
            [self._table.place] * rows, self.numbers, column["book"], column["retailer"],
            column["kind"], column["date"], column["units"], column["currency"],
            column["list_price"], column["net"], column["discount"], column["place"],
            self.texts("order"), self.texts("reference"),
        )  # fmt: skip


def _places_of_none(values: Sequence[Any]) -> Iterator[int]:
    place = -1
    for _ in range(values.count(None)):
        place = values.index(None, place + 1)
        yield place


class CalculationCache:
    """Amounts that are worked out, each distinct one once."""

    def __init__(self) -> None:
        self._nets: dict[tuple[int, int, int], int] = {}
        self._discounts: dict[tuple[int, int, int], int] = {}
        self._regions = _Regions()
        self._places: dict[int, _PlacesByCells] = {}
        self._figures: dict[int, _FiguresByCells] = {}

    def figures_of(self, table: Table) -> "_FiguresByCells":
        """What is known of figures by the cells of a table that tell them."""
        figures = self._figures.get(table.place)
        if figures is None:
            figures = self._figures[table.place] = _FiguresByCells(table)
        return figures

    def places_of(self, table: Table) -> "_PlacesByCells":
        """Country, region and city by the cells of a table that tell them."""
        places = self._places.get(table.place)
        if places is None:
            places = self._places[table.place] = _PlacesByCells(table, self._regions)
        return places

    def codes(self, country_text: str, region_text: str) -> tuple[str, str]:
        """The codes of a country and its region; what is none stays as it is.

        So does a region without a country: its retailer's decides, see ``PlaceResolver``.
        """
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
        if text and of:
            text = region(text, of if is_country(of) else "") or text
        self[place] = text
        return text


class _FiguresByCells:
    """Kind, units, list price, net, discount and currency by the cells that tell them.

    Only those of rows are known that turned out to be in order: where nothing else occurs, nothing
    has to be converted, filled in or checked again.
    """

    def __init__(self, table: Table) -> None:
        self.at = [at for field, _, at in table.readers if field in _TOLD_BY]
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._shared: dict[Any, Any] = {}
        self._tables: dict[str, list[Any]] = {field: [] for field in _FIGURES}

    def of(self, columns: Sequence[Sequence[Any]]) -> list[int] | None:
        """The figures of all rows, each by its number; None where those of some are not known."""
        if not self._numbers:
            return None
        cells = zip(*map(columns.__getitem__, self.at), strict=True)
        try:
            return list(map(self._numbers.__getitem__, cells))
        except KeyError:
            return None

    def columns(self, numbers: Sequence[int]) -> dict[str, Repeated]:
        """Each of the figures as a column, by their numbers."""
        return {field: Repeated(numbers, table) for field, table in self._tables.items()}

    def learn(self, cells: Iterable[tuple[Any, ...]], figures: Iterable[tuple[Any, ...]]) -> None:
        """Remember the figures of rows, as long as they seem to come again."""
        for told, each in zip(cells, figures, strict=True):
            if told in self._numbers:
                continue
            if len(self._numbers) >= _MOST_KEPT:
                self.at, self._numbers, self._shared = [], {}, {}
                return
            own = tuple([self._shared.setdefault(cell, cell) for cell in told])
            self._numbers[own] = len(self._numbers)
            for table, value in zip(self._tables.values(), each, strict=True):
                table.append(value)


class _PlacesByCells(dict[tuple[Any, ...], int]):
    """Country, region and city by the cells that tell them, as places in a table.

    Regions are codes beside the code of their country; what is no code stays as it is, and so does
    a region without a country.
    """

    def __init__(self, table: Table, regions: _Regions) -> None:
        super().__init__()
        self._regions = regions
        self._readers = [(field, reader) for field, reader, _ in table.readers if field in PLACE]
        self._constants = {field: table.constants.get(field, "") for field in PLACE}
        self._at = [at for field, _, at in table.readers if field in PLACE]
        self._table: list[tuple[str, str, str]] = []
        self._odd: set[int] = set()
        self.has_lone_regions = False
        """Whether some row named a region without its country."""

    def of(self, columns: Sequence[Sequence[Any]], rows: int) -> tuple[Repeated, Iterable[int]]:
        """The places of rows, and which of them have a cell that is no plain value."""
        if not self._at:
            return Repeated([self[()]] * rows, self._table), ()
        if len(self) > _MOST_KEPT:
            self.clear()
            self._table, self._odd = [], set()
        numbers = list(map(self.__getitem__, zip(*map(columns.__getitem__, self._at), strict=True)))
        if self._odd.isdisjoint(numbers):
            return Repeated(numbers, self._table), ()
        odd = [place for place, number in enumerate(numbers) if number in self._odd]
        return Repeated(numbers, self._table), odd

    def __missing__(self, cells: tuple[Any, ...]) -> int:
        region_parts = dict(self._constants)
        for (field, reader), cell in zip(self._readers, cells, strict=True):
            region_parts[field] = reader.one(cell)
        country, region, city = region_parts.values()
        number = self[cells] = len(self._table)
        if any(isinstance(value, NonValue) for value in region_parts.values()):
            self._odd.add(number)
            self._table.append(("", "", ""))
            return number
        if any(field == "region" for field, _ in self._readers):
            region = self._regions[country, region]
            self.has_lone_regions |= bool(region and not country)
        self._table.append((country, region, city))
        return number


class PlaceResolver:
    """Places of retailers, for rows without an address, or without the country of their region."""

    def __init__(self, places: dict[int, tuple[str, str, str]]) -> None:
        self._places = {id_: place for id_, place in places.items() if any(place)}
        self._lone: dict[tuple[int, str], tuple[str, str]] = {}

    def home(self, retailer: int, place: tuple[str, str, str]) -> tuple[str, str, str]:
        """The row's own place, or its retailer's where it has none."""
        if not any(place):
            return self._places.get(retailer, place)
        country, region, city = place
        return (*self._with_country(retailer, region), city) if region and not country else place

    def of(self, rows: PlainRows) -> Sequence[Any]:
        """Country, region and city of rows."""
        places = rows.column("place")
        if not self._places and not rows.has_lone_regions:
            return places
        return list(map(self.home, rows.column("retailer"), places))

    def _with_country(self, retailer: int, text: str) -> tuple[str, str]:
        """Country and code of a region that a row names without its country."""
        known = self._lone.get((retailer, text))
        if known is None:
            if len(self._lone) > _MOST_KEPT:
                self._lone.clear()
            country, _, _ = self._places.get(retailer, ("", "", ""))
            known = self._lone[retailer, text] = region_without_country(text, country)
        return known

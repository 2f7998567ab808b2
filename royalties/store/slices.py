"""One grouped query turns a period's sale lines into slices: lines never reach Python.

The grouping follows the sale table's key, so that the database reads lines in order; what
rules and plans ask beyond it (discounts, places) is added only when one asks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
)

from royalties.domain.discounts import Limit
from royalties.domain.money import MICRO
from royalties.domain.sales import Kind, Place, Slice
from royalties.store.tables import edition, price, sale

_SAFE_TO_SCALE = 4_000_000_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules and plans in force distinguish, beyond edition, retailer, kind, currency.

    ``discounted`` are the ISBNs on which some rule looks at the discount.
    """

    limits: Sequence[Limit] = ()
    discounted: Collection[str] = ()
    countries: Collection[str] = ()
    regions: Collection[str] = ()
    cities: Collection[str] = ()
    orders: Collection[str] = ()

    @property
    def places(self) -> tuple[Collection[str], ...]:
        """The asked values in the order of ``Place``."""
        return (self.countries, self.regions, self.cities, self.orders)


def slices_of(
    connection: Connection,
    period_id: int,
    asked: Asked,
    isbns: Mapping[int, str],
    retailers: Mapping[int, str],
) -> list[Slice]:
    """Sum a period's sale lines into slices.

    Args:
        isbns: ISBN by edition number.
        retailers: key by retailer number.
    """
    lines = _lines(period_id)
    keys = _keys(lines, asked)
    sums = [
        func.count(),
        func.count(lines.c.price),
        func.sum(lines.c.units),
        func.sum(lines.c.net),
        func.sum(lines.c.units * lines.c.price),
    ]
    for limit in asked.limits:
        sums += _sums_beyond(lines, limit)
    rows = connection.execute(select(*keys, *sums).group_by(*keys)).all()
    reader = _Reader(asked, isbns, retailers)
    bare: dict[tuple[Any, ...], tuple[int, int, int]] = {}
    width = len(keys)
    if any(row[width] != row[width + 1] for row in rows):
        bare = _without_price(connection, lines, keys)
    return [slice_ for row in rows for slice_ in reader.slices(row, width, bare)]


def _keys(lines: Subquery, asked: Asked) -> list[ColumnElement[Any]]:
    """What is grouped by: the sale table's key, and places as far as they are asked for."""
    keys: list[ColumnElement[Any]] = [
        lines.c[name] for name in ("edition_id", "retailer_id", "kind", "currency")
    ]
    for name, values in zip(_PLACES, asked.places, strict=True):
        if values:
            column = lines.c[name]
            keys.append(case((column.in_(sorted(values)), column), else_="").label(f"in_{name}"))
    return keys


def _sums_beyond(lines: Subquery, limit: Limit) -> list[ColumnElement[Any]]:
    """Lines, copies, receipts and list value of priced lines whose discount passed a limit."""
    micro = limit.value * MICRO
    passed = (
        lines.c.discount > micro.numerator // micro.denominator
        if limit.exclusive
        else lines.c.discount >= -(-micro.numerator // micro.denominator)
    )
    beyond = and_(lines.c.price.is_not(None), passed)
    figures = (literal(1), lines.c.units, lines.c.net, lines.c.units * lines.c.price)
    return [func.sum(case((beyond, figure), else_=0)) for figure in figures]


def _without_price(
    connection: Connection, lines: Subquery, keys: Sequence[ColumnElement[Any]]
) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Lines, copies and receipts of lines that have no list price at all, by group."""
    rows = connection.execute(
        select(*keys, func.count(), func.sum(lines.c.units), func.sum(lines.c.net))
        .where(lines.c.price.is_(None))
        .group_by(*keys)
    )
    return {tuple(row[:-3]): (row[-3], int(row[-2]), int(row[-1])) for row in rows}


class _Reader:
    """Turns grouped rows into slices, by class of discount and with or without a price."""

    def __init__(
        self, asked: Asked, isbns: Mapping[int, str], retailers: Mapping[int, str]
    ) -> None:
        self._asked = asked
        self._isbns = isbns
        self._retailers = retailers
        self._kinds = {kind.value: kind for kind in Kind}
        self._places: dict[tuple[str, ...], Place] = {(): Place()}

    def slices(
        self, row: Sequence[Any], width: int, bare: Mapping[tuple[Any, ...], tuple[int, int, int]]
    ) -> Iterator[Slice]:
        """The slices of one group."""
        key = (
            self._isbns[row[0]],
            self._retailers[row[1]],
            self._kinds[row[2]],
            row[3],
        )
        place = self._place(tuple(row[4:width]))
        count, priced, units, net = row[width : width + 4]
        units, net = int(units), int(net)
        if count != priced:
            _, less, off = bare[tuple(row[:width])]
            yield Slice(*key, False, 0, place, less, off, 0)
            if not priced:
                return
            units, net = units - less, net - off
        value = int(row[width + 4])
        if not self._asked.limits or key[0] not in self._asked.discounted:
            yield Slice(*key, True, 0, place, units, net, value)
            return
        left = (priced, units, net, value)
        for class_ in range(len(self._asked.limits)):
            start = width + 5 + 4 * class_
            beyond = tuple(map(int, row[start : start + 4]))
            if left[0] != beyond[0]:
                rest = [have - more for have, more in zip(left[1:], beyond[1:], strict=True)]
                yield Slice(*key, True, class_, place, *rest)
            left = beyond
        if left[0]:
            yield Slice(*key, True, len(self._asked.limits), place, *left[1:])

    def _place(self, found: tuple[str, ...]) -> Place:
        place = self._places.get(found)
        if place is None:
            values = iter(found)
            place = Place(*(next(values) if each else "" for each in self._asked.places))
            self._places[found] = place
        return place


_PLACES = ("country", "region", "city", "order_ref")


def _lines(period_id: int) -> Subquery:
    """A period's lines, each with the price and the discount that count for it.

    The price is the report's, or the edition's of that day in that currency; the discount the
    report's, or what price and net receipts imply (0 where there are no copies).
    """
    stand_in = (
        select(price.c.micro)
        .where(
            price.c.edition_id == sale.c.edition_id,
            price.c.currency == sale.c.currency,
            price.c.starts <= sale.c.day,
        )
        .order_by(price.c.starts.desc())
        .limit(1)
        .correlate(sale)
        .scalar_subquery()
    )
    priced = (
        select(
            edition.c.id.label("edition_id"),
            *(column for column in sale.c if column.name != "edition_id"),
            func.coalesce(sale.c.list_price, stand_in).label("price"),
        )
        .select_from(edition)
        .join(sale, and_(sale.c.edition_id == edition.c.id, sale.c.period_id == period_id))
        .subquery("priced")
    )
    columns = [priced.c[name] for name in _TAKEN]
    implied = _implied_discount(priced.c.net, priced.c.units * priced.c.price)
    discount = func.coalesce(priced.c.discount, implied, 0).label("discount")
    return select(*columns, discount).subquery("lines")


_TAKEN = ("edition_id", "retailer_id", "kind", "currency", "units", "net", "price", *_PLACES)


def _implied_discount(net: ColumnElement[int], value: ColumnElement[int]) -> ColumnElement[int]:
    """1 − net ÷ (units × list price), rounded to millionths, half away from zero.

    Amounts too large to be scaled in 64 bits lose three digits that no discount shows.
    """
    part, whole = func.abs(net, type_=BigInteger), func.abs(value, type_=BigInteger)
    ratio = case(
        (
            and_(part < _SAFE_TO_SCALE, whole < _SAFE_TO_SCALE),
            _rounded_millionths(part, whole),
        ),
        else_=_rounded_millionths(part // 1000, whole // 1000),
    )
    return MICRO - case(((net < 0) == (value < 0), ratio), else_=-ratio)


def _rounded_millionths(part: ColumnElement[int], whole: ColumnElement[int]) -> ColumnElement[int]:
    return (2 * part * MICRO + whole) // func.nullif(2 * whole, 0, type_=BigInteger)

"""One grouped query turns a period's sale lines into slices: lines never reach Python.

The grouping follows the sale table's key, so that the database reads lines in order; what
rules and plans ask beyond it (discounts, places) is added only when one asks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    select,
)

from royalties.domain.money import MICRO
from royalties.domain.sales import NO_DISCOUNT, Kind, Place, Slice
from royalties.store.tables import edition, price, sale

_SAFE_TO_SCALE = 4_000_000_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules and plans in force distinguish, beyond edition, retailer, kind, currency."""

    discount_limits: Sequence[Fraction] = ()
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
    extra = [_discount_class(asked.discount_limits)] if asked.discount_limits else []
    extra += [
        case((column.in_(sorted(values)), column), else_="")
        for column, values in zip(_PLACES, asked.places, strict=True)
        if values
    ]
    keys = [edition.c.id, sale.c.retailer_id, sale.c.kind, sale.c.currency]
    query = (
        select(*keys, *_sums(), *(each.label(f"key_{n}") for n, each in enumerate(extra)))
        .select_from(edition)
        .join(sale, and_(sale.c.edition_id == edition.c.id, sale.c.period_id == period_id))
        .group_by(*keys, *(each.label(f"key_{n}") for n, each in enumerate(extra)))
    )
    rows = connection.execute(query).all()
    return list(_slices(rows, asked, isbns, retailers))


def _slices(
    rows: Sequence[Any],
    asked: Asked,
    isbns: Mapping[int, str],
    retailers: Mapping[int, str],
) -> Iterator[Slice]:
    kinds = {kind.value: kind for kind in Kind}
    nowhere, classes = Place(), bool(asked.discount_limits)
    places: dict[tuple[str, ...], Place] = {}
    asks_place = any(asked.places)
    for row in rows:
        number, retailer, kind, currency, units, net, value, bare_units, bare_net, bare = row[:10]
        place, discount = nowhere, 0
        if classes:
            discount = row[10]
        if asks_place:
            found = tuple(row[11 if classes else 10 :])
            place = places.get(found) or places.setdefault(found, _place(found, asked))
        isbn, key, what = isbns[number], retailers[retailer], kinds[kind]
        units, net = int(units), int(net)
        if bare:
            bare_units, bare_net = int(bare_units), int(bare_net)
            yield Slice(isbn, key, what, currency, False, discount, place, bare_units, bare_net, 0)
            units, net = units - bare_units, net - bare_net
            if bare == row.lines:
                continue
        yield Slice(isbn, key, what, currency, True, discount, place, units, net, int(value or 0))


def _place(found: tuple[str, ...], asked: Asked) -> Place:
    values = iter(found)
    return Place(*(next(values) if each else "" for each in asked.places))


_PLACES = (sale.c.country, sale.c.region, sale.c.city, sale.c.order_ref)

_STAND_IN = (
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
_LIST_PRICE = func.coalesce(sale.c.list_price, _STAND_IN)
"""The report's list price, or the edition's of that day in that currency."""


def _sums() -> list[ColumnElement[Any]]:
    """Copies, net receipts, list value; then the same of lines without any price, counted."""
    bare = and_(sale.c.list_price.is_(None), _LIST_PRICE.is_(None))
    return [
        func.sum(sale.c.units),
        func.sum(sale.c.net),
        func.sum(sale.c.units * _LIST_PRICE),
        func.sum(case((bare, sale.c.units), else_=0)),
        func.sum(case((bare, sale.c.net), else_=0)),
        func.sum(case((bare, 1), else_=0)),
        func.count().label("lines"),
    ]


def _discount_class(limits: Sequence[Fraction]) -> ColumnElement[int]:
    """The index of the interval a line's discount lies in (``domain.earning``)."""
    discount = func.coalesce(sale.c.discount, _implied_discount())
    branches: list[tuple[ColumnElement[bool], int]] = [(discount.is_(None), NO_DISCOUNT)]
    for place, limit in enumerate(limits):
        micro = limit * MICRO
        branches.append((discount < -(-micro.numerator // micro.denominator), 2 * place))
        if micro.denominator == 1:
            branches.append((discount == micro.numerator, 2 * place + 1))
    return case(*branches, else_=2 * len(limits))


def _implied_discount() -> ColumnElement[Any]:
    """1 − net ÷ (units × list price), rounded to millionths, half away from zero.

    Amounts too large to be scaled in 64 bits lose three digits that no discount shows.
    """
    value = sale.c.units * _LIST_PRICE
    net, full = func.abs(sale.c.net, type_=BigInteger), func.abs(value, type_=BigInteger)
    small = and_(net < _SAFE_TO_SCALE, full < _SAFE_TO_SCALE)
    ratio = case(
        (small, _rounded_millionths(net, full)),
        else_=_rounded_millionths(net // 1000, full // 1000),
    )
    alike = (sale.c.net < 0) == (value < 0)
    return MICRO - case((alike, ratio), else_=-ratio)


def _rounded_millionths(part: ColumnElement[int], whole: ColumnElement[int]) -> ColumnElement[int]:
    return (2 * part * MICRO + whole) // func.nullif(2 * whole, 0, type_=BigInteger)

"""One grouped query turns a period's sale lines into slices: lines never reach Python.

Cached sums (``cached_slices``) need no query over lines; this one is for all others. The
grouping follows the sale table's key, so that the database reads lines in order; what rules and
plans distinguish beyond it (discounts, places) is added only if one does.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from royalties.domain.money import MICRO
from royalties.domain.sales.slices import Block, Place, SaleKind, Slice, blocks_of
from royalties.domain.terms.discounts import DiscountLimit
from royalties.store.tables import edition, price, sale

_SAFE_TO_SCALE = 4_000_000_000_000


@dataclass(frozen=True)
class Distinctions:
    """What rules and plans in force distinguish, beyond edition, retailer, kind, currency.

    ``discounted`` are the ISBNs with a rule on the discount. ``dated`` are those of titles whose
    contracts end, with the days between which none of their contracts begins or ends.
    """

    limits: Sequence[DiscountLimit] = ()
    discounted: Collection[str] = ()
    countries: Collection[str] = ()
    regions: Collection[str] = ()
    cities: Collection[str] = ()
    orders: Collection[str] = ()
    dated: Sequence[tuple[Sequence[str], Sequence[date]]] = ()

    @property
    def places(self) -> tuple[Collection[str], ...]:
        """The distinguished values in the order of ``Place``."""
        return (self.countries, self.regions, self.cities, self.orders)

    @cached_property
    def grouping(self) -> str:
        """The fingerprint of limits and places, which determine a period's slices."""
        limits = [(str(limit.value), limit.exclusive) for limit in self.limits]
        facts = ["2", limits, *map(sorted, self.places)]
        return sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """A part of a period's lines: of some imports, of some editions; None is all.

    ``reported`` includes lines whose report had a list price, ``unreported`` those without;
    ``since`` and ``before`` bound their days.
    """

    batches: Collection[int] | None = None
    editions: Collection[int] | None = None
    reported: bool = True
    unreported: bool = True
    since: date | None = None
    before: date | None = None

    def chosen(self, period_id: int) -> ColumnElement[bool]:
        """The lines, found edition by edition along the table's key."""
        editions = select(edition.c.id) if self.editions is None else sorted(self.editions)
        condition = and_(sale.c.edition_id.in_(editions), sale.c.period_id == period_id)
        if self.batches is not None:
            condition = and_(condition, sale.c.batch_id.in_(sorted(self.batches)))
        if self.since is not None:
            condition = and_(condition, sale.c.day >= self.since.isoformat())
        if self.before is not None:
            condition = and_(condition, sale.c.day < self.before.isoformat())
        return condition


@dataclass(frozen=True, slots=True)
class LineKeys:
    """ISBNs by edition number, and keys by retailer number."""

    isbns: Mapping[int, str]
    retailers: Mapping[int, str]


def slices_of(
    connection: Connection,
    period_id: int,
    distinctions: Distinctions,
    names: LineKeys,
    parts: Sequence[PeriodPart] = (PeriodPart(),),
    *,
    has_corrections: bool = True,
) -> list[Slice]:
    """Sum sale lines of a period into slices.

    Args:
        parts: which lines; they must not overlap.
        has_corrections: whether lines may reverse others; without them it is faster.
    """
    queries = [
        kind.grouped(distinctions)
        for part in parts
        for kind in _kinds(part, period_id, has_corrections=has_corrections)
    ]
    if not queries:
        return []
    return _SliceReader(distinctions, names).read(connection.execute(union_all(*queries)).all())


def by_day(
    connection: Connection,
    period_id: int,
    distinctions: Distinctions,
    names: LineKeys,
    undated: list[Block],
) -> list[Block]:
    """The same sales, those of editions whose contracts end split by day.

    The lines of these editions are summed again, between each two days on which one of their
    contracts begins or ends.
    """
    if not distinctions.dated:
        return undated
    numbers = {isbn: id_ for id_, isbn in names.isbns.items()}
    dated = {isbn for isbns, _ in distinctions.dated for isbn in isbns}
    sold = {block.isbn for block in undated} & dated
    blocks = [block for block in undated if block.isbn not in dated]
    for isbns, days in distinctions.dated:
        editions = [numbers[isbn] for isbn in isbns if isbn in sold]
        for since, before in pairwise((None, *days, None)) if editions else ():
            part = PeriodPart(editions=editions, since=since, before=before)
            day = since or days[0] - timedelta(1)
            slices = slices_of(connection, period_id, distinctions, names, [part])
            blocks += blocks_of(each._replace(day=day) for each in slices)
    return blocks


def import_queries(
    period_id: int, distinctions: Distinctions, part: PeriodPart, *, has_corrections: bool
) -> list[Select[Any]]:
    """Queries over lines with a list price, by import: its number is the last column.

    ``sums_by_class`` reads the columns between the keys (edition, retailer, kind, currency, the
    distinguished places, one column more) and the last two (the reversed period, and the import).
    """
    lines = _Lines.priced_by_reports(part.chosen(period_id))
    kinds = [lines.but_reversed(), lines.that_reverse()] if has_corrections else [lines]
    return [kind.grouped(distinctions, sale.c.batch_id) for kind in kinds]


def sums_by_class(figures: Sequence[Any], limits: int) -> Iterator[tuple[int, Any, Any, Any]]:
    """Discount classes with their copies, receipts and list value.

    Args:
        figures: number of lines, copies, receipts, value; then those beyond each limit.
        limits: how many limits there are.
    """
    count, units, net, value = figures[:4]
    for class_ in range(limits):
        beyond, units_beyond, receipts, worth = figures[4 * class_ + 4 : 4 * class_ + 8]
        if not beyond:
            break
        if count != beyond:
            yield class_, units - units_beyond, net - receipts, value - worth
        count, units, net, value = beyond, units_beyond, receipts, worth
    else:
        class_ = limits
    yield class_, units, net, value


def _kinds(part: PeriodPart, period_id: int, *, has_corrections: bool) -> list["_Lines"]:
    chosen = part.chosen(period_id)
    kinds = []
    if part.reported:
        kinds.append(_Lines.priced_by_reports(chosen))
    if part.unreported:
        kinds.append(_Lines.priced_by_editions(chosen))
    if not has_corrections:
        return kinds
    if len(kinds) > 1:
        taken_back = [_Lines.reversed_ones(chosen)]
    else:
        taken_back = [kind.that_reverse() for kind in kinds]
    return [kind.but_reversed() for kind in kinds] + taken_back


def has_unpriced(connection: Connection, period_id: int) -> bool:
    """Whether any lines of a period have no list price of their own."""
    unpriced = and_(sale.c.period_id == period_id, sale.c.list_price.is_(None))
    return connection.execute(select(literal(1)).where(unpriced).limit(1)).first() is not None


def reversed_periods(connection: Connection, period_id: int) -> list[int]:
    """Closed periods whose lines are reversed by lines of this one."""
    chosen = and_(in_period(period_id), sale.c.reverses.is_not(None))
    return sorted(connection.execute(select(sale.c.reverses).where(chosen).distinct()).scalars())


@dataclass(frozen=True, slots=True)
class _Lines:
    """A part of a period's lines, with the price and the discount that apply to them."""

    chosen: ColumnElement[bool]
    price: ColumnElement[int]
    discount: ColumnElement[int]
    reverses: ColumnElement[int] | None = None

    @classmethod
    def priced_by_reports(cls, chosen: ColumnElement[bool]) -> "_Lines":
        """Lines whose report had a list price: nearly all."""
        return cls(and_(chosen, sale.c.list_price.is_not(None)), sale.c.list_price, sale.c.discount)

    @classmethod
    def priced_by_editions(cls, chosen: ColumnElement[bool]) -> "_Lines":
        """Lines without: the edition's price of that day in that currency applies, if any."""
        return cls(
            and_(chosen, sale.c.list_price.is_(None)),
            _edition_price(),
            _discount_at(_edition_price()),
        )

    @classmethod
    def reversed_ones(cls, chosen: ColumnElement[bool]) -> "_Lines":
        """Lines that reverse what closed runs counted, wherever their prices come from.

        They are few and separate, so that only they are grouped beyond the table's key.
        """
        either = func.coalesce(sale.c.list_price, _edition_price())
        return cls(chosen, either, _discount_at(either)).that_reverse()

    def that_reverse(self) -> "_Lines":
        """Only those that reverse a closed run's lines."""
        chosen = and_(self.chosen, sale.c.reverses.is_not(None))
        return replace(self, chosen=chosen, reverses=sale.c.reverses)

    def but_reversed(self) -> "_Lines":
        """All except those."""
        return replace(self, chosen=and_(self.chosen, sale.c.reverses.is_(None)))

    def grouped(self, distinctions: Distinctions, *behind: ColumnElement[Any]) -> Select[Any]:
        """The grouped query: keys, whether priced, and sums; then sums beyond each limit.

        The reversed period is last, before any keys in ``behind``. Grouped in the order of the sale
        table's key, so that the database need not sort.
        """
        value = sale.c.units * self.price
        figures = (sale.c.units, sale.c.net, value)
        keys = self._keys(distinctions)
        extra_keys: list[ColumnElement[int]] = []
        is_priced: ColumnElement[int] = literal(1)
        if self.price is not sale.c.list_price:
            is_priced = case((self.price.is_(None), 0), else_=1).label("is_priced")
            extra_keys = [is_priced]
        reverses: ColumnElement[Any] = cast(null(), Integer)
        if self.reverses is not None:
            reverses = self.reverses
            extra_keys.append(reverses)
        sums: list[ColumnElement[Any]] = [func.count(), *map(func.sum, figures)]
        for limit in distinctions.limits:
            passed = has_passed(limit, self.discount)
            sums += [func.count().filter(passed)]
            sums += [func.sum(figure).filter(passed) for figure in figures]
        query = select(*keys, is_priced, *sums, reverses, *behind).where(self.chosen)
        return query.group_by(*keys, *behind, *extra_keys)

    def _keys(self, distinctions: Distinctions) -> list[ColumnElement[Any]]:
        keys: list[ColumnElement[Any]] = [
            sale.c.edition_id,
            sale.c.retailer_id,
            sale.c.kind,
            sale.c.currency,
        ]
        for column, values in zip(PLACES, distinctions.places, strict=True):
            if values:
                keys.append(as_distinguished(column, values).label(f"in_{column.name}"))
        return keys


def as_distinguished(column: ColumnElement[str], values: Collection[str]) -> ColumnElement[str]:
    """A line's place if it is distinguished: one of the values, or an empty text."""
    return case((column.in_(sorted(values)), column), else_="") if values else literal("")


def least_passing(limit: DiscountLimit) -> int:
    """The least discount, in millionths, that exceeds a limit."""
    micro = limit.value * MICRO
    if limit.exclusive:
        return micro.numerator // micro.denominator + 1
    return -(-micro.numerator // micro.denominator)


def has_passed(limit: DiscountLimit, discount: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a discount in millionths exceeds a limit."""
    return discount >= least_passing(limit)


def in_period(period_id: int) -> ColumnElement[bool]:
    """Lines of a period, found edition by edition along the table's key."""
    return PeriodPart().chosen(period_id)


class _SliceReader:
    """Turns grouped rows into slices by discount class."""

    def __init__(self, distinctions: Distinctions, names: LineKeys) -> None:
        self._asked = distinctions
        self._isbns = names.isbns
        self._retailers = names.retailers
        self._kinds = {kind.value: kind for kind in SaleKind}
        self._places: dict[tuple[str, ...], Place] = {(): Place()}
        self._keys = 4 + sum(1 for values in distinctions.places if values)

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Slice]:
        """The slices of grouped rows."""
        slices: list[Slice] = []
        keys = self._keys
        isbns, retailers, kinds = self._isbns, self._retailers, self._kinds
        limits, discounted = bool(self._asked.limits), self._asked.discounted
        place = self._place(())
        for row in rows:
            isbn, retailer, kind = isbns[row[0]], retailers[row[1]], kinds[row[2]]
            if keys > 4:  # noqa: PLR2004 - edition, retailer, kind, currency
                place = self._place(tuple(row[4:keys]))
            is_priced, figures, reverses = bool(row[keys]), row[keys + 1 : -1], row[-1]
            group = (isbn, retailer, kind, row[3], is_priced)
            if is_priced and limits and isbn in discounted:
                slices += self._classes(group, place, figures, reverses)
            else:
                _, units, net, value = figures[:4]
                sums = (int(units), int(net), int(value or 0))
                slices.append(Slice(*group, 0, place, *sums, reverses))
        return slices

    def _classes(
        self,
        group: tuple[str, str, SaleKind, str, bool],
        place: Place,
        figures: Sequence[Any],
        reverses: int | None,
    ) -> Iterator[Slice]:
        """One slice for each discount class."""
        for class_, *sums in sums_by_class(figures, len(self._asked.limits)):
            units, net, value = map(int, sums)
            yield Slice(*group, class_, place, units, net, value, reverses)

    def _place(self, names: tuple[str, ...]) -> Place:
        place = self._places.get(names)
        if place is None:
            values = iter(names)
            place = Place(*(next(values) if each else "" for each in self._asked.places))
            self._places[names] = place
        return place


PLACES = (sale.c.country, sale.c.region, sale.c.city, sale.c.order_ref)


def _edition_price() -> ColumnElement[int]:
    """The edition's price on a line's day in its currency, if there is one."""
    return (
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


def _discount_at(list_price: ColumnElement[int]) -> ColumnElement[int]:
    """A line's discount: as reported, or implied by a list price and its receipts."""
    implied = _implied_discount(sale.c.net, sale.c.units * list_price)
    return func.coalesce(sale.c.discount, implied)


def _implied_discount(net: ColumnElement[int], value: ColumnElement[int]) -> ColumnElement[int]:
    """1 − net ÷ (units × list price), rounded to millionths, half away from zero.

    Amounts too large to be scaled in 64 bits lose three digits that no discount shows.
    """
    received, gross = func.abs(net, type_=BigInteger), func.abs(value, type_=BigInteger)
    ratio = case(
        (
            and_(received < _SAFE_TO_SCALE, gross < _SAFE_TO_SCALE),
            _rounded_millionths(received, gross),
        ),
        else_=_rounded_millionths(received // 1000, gross // 1000),
    )
    return MICRO - case(((net < 0) == (value < 0), ratio), else_=-ratio)


def _rounded_millionths(part: ColumnElement[int], whole: ColumnElement[int]) -> ColumnElement[int]:
    return (2 * part * MICRO + whole) // func.nullif(2 * whole, 0, type_=BigInteger)

"""An order of a web shop, and what each of its lines brings: without discounts, tax and refunds.

A shop's export says most things once for the whole order: its discount, its tax, what was
refunded. Here they are divided among the lines, exactly: parts always sum to what was divided.
Amounts are millionths of the order's currency.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from math import gcd
from typing import NamedTuple

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import MICRO, micro_text, rounded, split
from royalties.ingest.report.shop_taxes import Taxes, taxes_of

_MOST_SUBSETS = 6
"""Gift cards and tips of one order that are looked at each way: in its subtotal or beside it."""


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A line of an order; ``value`` is its price times its units, less its own discount.

    ``book`` tells which lines are of one book. ``is_extra`` lines are gift cards, tips and
    donations: neither the order's discount nor its tax is theirs. ``tax`` is the line's own, where
    the export says it; it lies outside the value unless that of the whole order lies inside.
    """

    units: int
    value: int
    book: Hashable = None
    is_taxable: bool = True
    is_extra: bool = False
    tax: int | None = None


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """What an export says of an order; ``total`` is None where it is blank.

    ``rates`` are the printed taxes: each rate (None where its name has none) and its amount.
    """

    number: str
    currency: str
    subtotal: int
    shipping: int
    taxes: int
    total: int | None
    discount: int
    refunded: int
    lines: Sequence[ShopLine]
    duties: int = 0
    rates: Sequence[tuple[Fraction | None, int]] = ()

    @property
    def minor(self) -> int:
        """The currency's minor unit."""
        return MICRO // int(10 ** EXPONENTS.get(self.currency, 2))

    @property
    def unit(self) -> int:
        """What the order's amounts are whole numbers of: minor units, unless some are finer."""
        amounts = (
            self.subtotal, self.shipping, self.taxes, self.total or 0, self.discount,
            self.refunded, self.duties, *(line.value for line in self.lines),
            *(tax for _, tax in self.rates),
        )  # fmt: skip
        return gcd(self.minor, *amounts)

    def shown(self, micro: int) -> str:
        """An amount in words."""
        return shown(self.currency, micro)


def shown(currency: str, micro: int) -> str:
    """An amount in words.

    >>> shown("EUR", 2_500_000)
    'EUR 2.50'
    """
    return f"{currency} {micro_text(micro, EXPONENTS.get(currency, 2))}".strip()


class OrderError(ValueError):
    """An order whose figures contradict one another; with the column at fault and a remedy."""

    def __init__(self, message: str, column: str, remedy: str) -> None:
        super().__init__(message)
        self.column = column
        self.remedy = remedy


class Refund(StrEnum):
    """What a partial refund was taken to be of."""

    NOTHING = ""
    LINE = "line"
    GOODS = "goods"
    SHIPPING = "shipping"
    SPREAD = "spread"
    UNCLEAR = "unclear"


REFUNDS = (Refund.LINE.value, Refund.SHIPPING.value, Refund.SPREAD.value)
"""Answers to the question what an unclear refund was of."""


@dataclass(frozen=True, slots=True)
class OrderProceeds:
    """What each line of an order brought: ``nets``, without discounts and tax.

    ``returned`` are places of lines whose copies were all paid back; ``reduced`` is what a refund
    took off each of the others. ``free``: the copies were given away. ``taken_out`` is the tax
    that lay inside the prices.
    """

    nets: Sequence[int]
    reduced: Sequence[int]
    taxes: Taxes
    returned: frozenset[int] = frozenset()
    refund: Refund = Refund.NOTHING
    free: bool = False
    taken_out: int = 0

    def kept(self, place: int) -> int:
        """What is left of a line after refunds."""
        return 0 if place in self.returned else self.nets[place] - self.reduced[place]


def _own_taxes(order: ShopOrder) -> Taxes | None:
    """The taxes that an export says of each line; what is left is the shipping's."""
    taxes = [line.tax for line in order.lines if line.tax is not None]
    of_shipping = order.taxes - sum(taxes)
    if len(taxes) < len(order.lines) or of_shipping < 0:
        return None
    return Taxes(taxes, of_shipping)


class _Reading(NamedTuple):
    """One way in which an order's figures agree."""

    discount: int
    tax_inside: bool


def proceeds_of(order: ShopOrder, answer: str = "") -> OrderProceeds:
    """Work an order out.

    Args:
        order: as it was read.
        answer: what somebody said partial refunds are of, one of ``REFUNDS``; ``spread`` counts
            for all, the others for those that may be either.

    Raises:
        OrderError: its figures do not agree.
    """
    for name, amount in (
        ("Subtotal", order.subtotal), ("Shipping", order.shipping), ("Taxes", order.taxes),
        ("Total", order.total or 0), ("Discount Amount", order.discount),
        ("Refunded Amount", order.refunded), ("Duties", order.duties),
    ):  # fmt: skip
        if amount < 0:
            raise OrderError(
                f"the {name} of order {order.number} is {order.shown(amount)}, below zero",
                name,
                "write the amount without its sign, or export the order again",
            )
    reading = _reading_of(order)
    values = _discounted(order, reading.discount)
    taxed = [
        value if line.is_taxable and not line.is_extra else 0
        for value, line in zip(values, order.lines, strict=True)
    ]
    units = (order.unit, order.minor)
    inside = reading.tax_inside
    taxes = _own_taxes(order) or taxes_of(
        taxed, order.shipping, order.taxes, order.rates, units, inside=inside
    )
    nets = values
    if inside:
        nets = [value - tax for value, tax in zip(values, taxes.lines, strict=True)]
        if any(net < 0 <= value for net, value in zip(nets, values, strict=True)):
            raise OrderError(
                f"the Taxes of order {order.number}, {order.shown(order.taxes)}, are more than its "
                f"prices",
                "Taxes",
                "correct the order, or export it again",
            )
    gross = values
    if not inside:
        gross = [value + tax for value, tax in zip(values, taxes.lines, strict=True)]
    free = not order.subtotal and order.discount > 0
    shipping = order.shipping + (0 if inside else taxes.shipping)
    returned, refund = _refunded(order, gross, shipping, answer)
    reduced = [0] * len(nets)
    if refund is Refund.SPREAD:
        off = rounded(Fraction(order.refunded * sum(nets), sum(gross) * order.unit))
        shares = split(off, [max(net, 0) for net in nets])
        reduced = [share * order.unit for share in shares]
    taken_out = order.taxes if inside else 0
    return OrderProceeds(nets, reduced, taxes, returned, refund, free, taken_out)


def _reading_of(order: ShopOrder) -> _Reading:
    """How subtotal and total come of the lines: the order's discount, and where the tax lies."""
    values = [line.value for line in order.lines]
    readings: list[_Reading] = []
    added_up = False
    for outside in _extras(order):
        discount = sum(values) - outside - order.subtotal
        if not 0 <= discount <= order.discount:
            continue
        added_up = True
        before_tax = order.subtotal + outside + order.shipping + order.duties
        if order.total == before_tax + order.taxes or (order.total is None and not order.taxes):
            readings.append(_Reading(discount, tax_inside=False))
        elif order.total == before_tax:
            readings.append(_Reading(discount, tax_inside=True))
    if not added_up:
        raise OrderError(
            f"the lines of order {order.number} do not add up to its subtotal: they come to "
            f"{order.shown(sum(values))}, its Subtotal is {order.shown(order.subtotal)} and its "
            f"Discount Amount {order.shown(order.discount)}",
            "Subtotal",
            "correct the order, or export it again",
        )
    if not readings:
        raise OrderError(_no_total(order), "Total", "correct the order, or export it again")
    if len(set(readings)) > 1:
        raise OrderError(
            f"the figures of order {order.number} agree in two ways: {_figures(order)}",
            "Total",
            "leave its gift cards and tips out, and correct its Subtotal and Total",
        )
    return readings[0]


def _extras(order: ShopOrder) -> Iterator[int]:
    """What gift cards and tips may come to that stand beside the subtotal; nothing first."""
    extras = [line.value for line in order.lines if line.is_extra]
    if len(extras) > _MOST_SUBSETS:
        yield from (0, sum(extras))
        return
    yield from dict.fromkeys(
        sum(some) for count in range(len(extras) + 1) for some in combinations(extras, count)
    )


def _figures(order: ShopOrder) -> str:
    total = "blank" if order.total is None else order.shown(order.total)
    duties = f", Duties {order.shown(order.duties)}" if order.duties else ""
    return (
        f"Subtotal {order.shown(order.subtotal)}, Shipping {order.shown(order.shipping)}, "
        f"Taxes {order.shown(order.taxes)}{duties}, Total {total}"
    )


def _no_total(order: ShopOrder) -> str:
    if order.total is None:
        return (
            f"the Total of order {order.number} is blank, so that nobody can tell whether its "
            f"Taxes lie inside the prices: {_figures(order)}"
        )
    return (
        f"the Total of order {order.number} is neither its Subtotal with Shipping nor that with "
        f"Taxes: {_figures(order)}"
    )


def _discounted(order: ShopOrder, discount: int) -> list[int]:
    """Values less their shares of the order's discount, which gift cards and tips have not."""
    values = [line.value for line in order.lines]
    weights = [0 if line.is_extra else max(line.value, 0) for line in order.lines]
    if sum(weights) < discount:
        weights = [max(value, 0) for value in values]
    if not discount:
        return values
    shares = split(discount // order.unit, weights)
    return [value - share * order.unit for value, share in zip(values, shares, strict=True)]


def _refunded(
    order: ShopOrder, gross: Sequence[int], shipping: int, answer: str
) -> tuple[frozenset[int], Refund]:
    """Lines that were paid back whole, and what a partial refund was of."""
    refund, every = order.refunded, frozenset(range(len(gross)))
    paid = order.total
    if paid is None:
        paid = order.subtotal + order.shipping + order.duties
    if not refund:
        return frozenset(), Refund.NOTHING
    if refund >= paid:
        return every, Refund.NOTHING
    goods = sum(gross)
    if goods <= 0:
        return frozenset(), Refund.SHIPPING
    if answer == Refund.SPREAD and refund < goods:
        return frozenset(), Refund.SPREAD
    lines = [place for place, each in enumerate(gross) if each == refund]
    alike = {(order.lines[place].book, order.lines[place].units) for place in lines}
    of_goods: tuple[frozenset[int], Refund] = (frozenset(), Refund.SPREAD)
    if refund >= goods:
        of_goods = (every, Refund.GOODS)
    elif len(alike) == 1:
        of_goods = (frozenset(lines[:1]), Refund.LINE)
    if refund not in (order.shipping, shipping):
        return of_goods
    if answer == Refund.SHIPPING or (not lines and refund != goods):
        return frozenset(), Refund.SHIPPING
    return of_goods if answer == Refund.LINE else (frozenset(), Refund.UNCLEAR)

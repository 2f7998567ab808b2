"""The tax of a web shop's order, divided among its lines and its shipping.

An export prints taxes of the whole order, each with its rate in its name ("DE MwSt 7%"), and not
which lines they are of. Where the printed amounts can only come of one division, that is the
one; else the tax is divided in proportion.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from royalties.domain.money import split

_RATE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%", re.ASCII)
_MOST_WAYS = 20_000
_HALF = Fraction(1, 2)

Rates = Sequence[tuple[Fraction | None, int]]


@dataclass(frozen=True, slots=True)
class Taxes:
    """Each line's tax, and the shipping's; they sum to the order's.

    ``in_proportion``: several things may have been taxed, and no printed rate tells which.
    """

    lines: Sequence[int]
    shipping: int = 0
    in_proportion: bool = False


def rate_in(name: str) -> Fraction | None:
    """The rate that the name of a tax ends with, if it has one.

    >>> rate_in("DE MwSt 7%"), rate_in("Texas State Tax 8.25%"), rate_in("GST")
    (Fraction(7, 100), Fraction(33, 400), None)
    """
    found = _RATE.findall(name)
    return Fraction(found[-1].replace(",", ".")) / 100 if found else None


def taxes_of(
    values: Sequence[int],
    shipping: int,
    taxes: int,
    rates: Rates,
    units: tuple[int, int],
    *,
    inside: bool,
) -> Taxes:
    """Divide an order's tax.

    Args:
        values: of its lines in millionths, 0 for those that bear no tax.
        shipping: what it cost.
        taxes: the order's tax.
        rates: the printed ones with their amounts.
        units: what the amounts are whole numbers of, and the currency's minor unit.
        inside: whether the tax lies inside the values.
    """
    weights = [max(value, 0) for value in values]
    if not taxes:
        return Taxes([0] * len(weights))
    items = [*weights, max(shipping, 0)]
    bearing = sum(1 for each in items if each)
    by_rate = [(rate, tax) for rate, tax in rates if tax]
    stated = [(rate, tax) for rate, tax in by_rate if rate]
    if len(stated) == len(by_rate) > 0 and sum(tax for _, tax in stated) == taxes:
        found = _Rated(items, stated, units, inside=inside).found()
        if found is not None:
            return Taxes(found[:-1], found[-1])
    if not any(weights):
        return Taxes([0] * len(weights), taxes)
    shares = split(taxes // units[0], weights)
    return Taxes([share * units[0] for share in shares], 0, bearing > 1)


class _Rated:
    """Looks for the one division from which the printed taxes can have come."""

    def __init__(
        self,
        items: Sequence[int],
        stated: Sequence[tuple[Fraction, int]],
        units: tuple[int, int],
        *,
        inside: bool,
    ) -> None:
        """``items`` are the values of the lines, and the shipping behind them."""
        self._items = items
        self._stated = stated
        self._unit, self._minor = units
        self._inside = inside

    def found(self) -> list[int] | None:
        """The tax of each item; None where there is none, or more than one."""
        goods = [*self._items[:-1], 0]
        together = [each for each in (goods, self._items) if self._error(each) is not None]
        if together:
            best = min(together, key=lambda each: self._error(each) or Fraction(0))
            return self._shares([best] * len(self._stated))
        ways = {tuple(self._shares(groups)) for groups in self._groupings() if self._fits(groups)}
        return [*ways.pop()] if len(ways) == 1 else None

    def _error(self, items: Sequence[int]) -> Fraction | None:
        """By how much the taxes differ from those of items that bear all rates; None: too much."""
        total = sum(rate for rate, _ in self._stated)
        base = Fraction(sum(items)) / (1 + total if self._inside else 1)
        errors = [abs(base * rate - tax) for rate, tax in self._stated]
        most = self._tolerance(items)
        return sum(errors, Fraction(0)) if all(error <= most for error in errors) else None

    def _tolerance(self, items: Sequence[int]) -> Fraction:
        """Shops round the tax of each line."""
        return self._minor * _HALF * max(sum(1 for each in items if each), 1)

    def _groupings(self) -> Iterator[list[list[int]]]:
        """Ways to give each item one of the rates, or none: the items of each rate."""
        some = [place for place, each in enumerate(self._items) if each]
        choices = len(self._stated) + 1
        if choices ** len(some) > _MOST_WAYS:
            return
        for way in product(range(choices), repeat=len(some)):
            groups = [[0] * len(self._items) for _ in self._stated]
            for place, rate in zip(some, way, strict=True):
                if rate < len(groups):
                    groups[rate][place] = self._items[place]
            yield groups

    def _fits(self, groups: Sequence[Sequence[int]]) -> bool:
        return all(
            any(group) and abs(self._tax(group, rate) - tax) <= self._tolerance(group)
            for group, (rate, tax) in zip(groups, self._stated, strict=True)
        )

    def _tax(self, items: Sequence[int], rate: Fraction) -> Fraction:
        return Fraction(sum(items)) * rate / (1 + rate if self._inside else 1)

    def _shares(self, groups: Sequence[Sequence[int]]) -> list[int]:
        shares = [0] * len(self._items)
        for group, (_, tax) in zip(groups, self._stated, strict=True):
            for place, share in enumerate(split(tax // self._unit, group)):
                shares[place] += share * self._unit
        return shares

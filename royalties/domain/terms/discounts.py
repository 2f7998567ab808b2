"""Discounts in classes: all that rules distinguish, and nothing more."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from royalties.domain.terms.contracts import Contract


class DiscountLimit(NamedTuple):
    """Where one class of discounts ends and the next begins.

    ``exclusive`` says on which side ``value`` itself lies: contracts differ on exactly that.
    ``from`` and ``below`` begin the next class at it, ``above`` and ``up_to`` beyond it.
    """

    value: Fraction
    exclusive: bool

    def passed_by(self, discount: Fraction) -> bool:
        """Whether a discount lies in a class after this limit."""
        return discount > self.value if self.exclusive else discount >= self.value


def discount_limits(contracts: Iterable[Contract]) -> list[DiscountLimit]:
    """Every limit that a rule names, rising; ``n`` limits make ``n + 1`` classes."""
    limits: set[DiscountLimit] = set()
    for contract in contracts:
        for rule in contract.rules:
            if rule.discount is None:
                continue
            named = rule.discount
            for value, exclusive in (
                (named.from_, False),
                (named.below, False),
                (named.above, True),
                (named.up_to, True),
            ):
                if value is not None:
                    limits.add(DiscountLimit(value, exclusive))
    return sorted(limits)


def discount_class(limits: Sequence[DiscountLimit], discount: Fraction) -> int:
    """Which class a discount is in: how many limits it has passed.

    >>> limits = [DiscountLimit(Fraction("0.4"), False), DiscountLimit(Fraction("0.5"), True)]
    >>> [discount_class(limits, Fraction(n, 100)) for n in (39, 40, 50, 51)]
    [0, 1, 1, 2]
    """
    return sum(limit.passed_by(discount) for limit in limits)


def representatives(limits: Sequence[DiscountLimit]) -> list[Fraction]:
    """One discount out of each class, to try a rule's range on."""
    if not limits:
        return [Fraction(0)]
    discounts = [limits[0].value - 1]
    for limit, after in zip(limits, [*limits[1:], None], strict=True):
        if not limit.exclusive:
            discounts.append(limit.value)
        elif after is None:
            discounts.append(limit.value + 1)
        else:
            discounts.append((limit.value + after.value) / 2)
    return discounts

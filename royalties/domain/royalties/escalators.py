"""Escalators: a counter's value, and which part of a period falls in which tier.

Source: calculation.md, "1. Earned".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from royalties.domain.royalties.exchange import ONE
from royalties.domain.terms.contracts import (
    Resets,
    Rule,
    Tier,
)

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter's value before this period, and what the period adds."""

    before: Fraction
    added: Fraction


def split_by_tier(
    tiers: Sequence[Tier], before: Fraction, added: Fraction
) -> list[tuple[int, Fraction]]:
    """Split the interval from ``before`` to ``before + added`` at the tiers' limits.

    With 10 % up to 1,000 copies and 12.5 % above, a quarter of 400 copies after 900 earns 10 %:

    >>> tiers = [Tier(Fraction("0.10"), Fraction(1000)), Tier(Fraction("0.125"), None)]
    >>> split_by_tier(tiers, Fraction(900), Fraction(400))
    [(1, Fraction(1, 4)), (2, Fraction(3, 4))]

    Returns:
        (tier number from 1, f_k = n_k / N) for every tier with f_k > 0; they sum to 1. The
        first tier extends below zero. With ``added`` 0, all of it is in the next unit's tier.
    """
    if len(tiers) == 1:
        return [(1, ONE)]
    if not added:
        for number, tier in enumerate(tiers, 1):
            if tier.up_to is None or before < tier.up_to:
                return [(number, ONE)]
    low, high = (before, before + added) if added > 0 else (before + added, before)
    portions: list[tuple[int, Fraction]] = []
    lower: Fraction | None = None
    for number, tier in enumerate(tiers, 1):
        start = low if lower is None else max(low, lower)
        end = high if tier.up_to is None else min(high, tier.up_to)
        if start is low and end is high:  # nearly always: one tier takes all of it
            return [(number, ONE)]
        if end > start:
            portions.append((number, (end - start) / abs(added)))
        lower = tier.up_to
    return portions


def counter_before(
    rule: Rule, *, life: Fraction, year: Fraction, first: bool, first_year: bool
) -> Fraction:
    """A rule's counter before a period, including its opening value.

    With 900 copies counted before, 50 of them this year, and an opening of 200, a counter that
    never resets is at 1,100; one that resets each year is at 50, except in the books' first
    year, when it is at 250.

    Args:
        rule: the rule whose counter is asked for.
        life: counted in all closed periods.
        year: counted in the closed periods of the same calendar year.
        first: whether the period is the books' first.
        first_year: whether the period is in the books' first calendar year.
    """
    match rule.counter.resets:
        case Resets.NEVER:
            return rule.counter.opening + life if life else rule.counter.opening
        case Resets.YEAR:
            return year + (rule.counter.opening if first_year else 0)
        case Resets.PERIOD:
            return rule.counter.opening if first else Fraction(0)

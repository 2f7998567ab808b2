"""Escalators: how counted amounts are split at the limits of tiers."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from royalties.domain.periods import Calendar
from royalties.domain.royalties.escalators import counter_before, split_by_tier
from royalties.domain.terms.contracts import Basis, Counts, Resets, Tier
from tests.builders.domain import (
    a_contract,
    a_house,
    a_rule,
    a_sale,
    a_tier,
    account_of,
    runs_of,
)
from tests.strategies import rates, tiers

counted = st.one_of(
    st.integers(-15, 45).map(Fraction),
    st.builds(Fraction, st.integers(-1500, 4500), st.sampled_from([7, 100])),
)


def measured(limits: tuple[Tier, ...], before: Fraction, added: Fraction) -> dict[int, Fraction]:
    """n_k: what of ``added`` falls in each tier; negative when it is."""
    return {number: portion * added for number, portion in split_by_tier(limits, before, added)}


@given(tiers, counted, counted)
def test_tier_portions_sum_to_one(
    limits: tuple[Tier, ...], before: Fraction, added: Fraction
) -> None:
    """Every line's base is earned at some tier's rate, and only once."""
    found = split_by_tier(limits, before, added)
    assert sum(portion for _, portion in found) == 1
    assert all(portion > 0 for _, portion in found)
    assert [number for number, _ in found] == sorted({number for number, _ in found})
    assert all(1 <= number <= len(limits) for number, _ in found)


@given(tiers, counted, counted)
def test_portion_of_each_tier_lies_within_its_limits(
    limits: tuple[Tier, ...], before: Fraction, added: Fraction
) -> None:
    """n_k is as long as the part of the interval between tier k's limits."""
    ends = sorted((before, before + added))
    for number, amount in measured(limits, before, added).items():
        low = limits[number - 2].up_to if number > 1 else None
        high = limits[number - 1].up_to
        start = ends[0] if low is None else max(low, ends[0])
        end = ends[1] if high is None else min(high, ends[1])
        assert abs(amount) == end - start


@given(tiers, counted, counted)
def test_returns_give_back_the_tiers_they_had_reached(
    limits: tuple[Tier, ...], before: Fraction, added: Fraction
) -> None:
    """A sale and its return in the next period reach the same tiers in the same parts."""
    assume(added)
    assert split_by_tier(limits, before, added) == split_by_tier(limits, before + added, -added)


@given(tiers, counted, st.lists(counted, min_size=1, max_size=6))
def test_tier_totals_depend_only_on_first_and_last_count(
    limits: tuple[Tier, ...], opening: Fraction, periods: list[Fraction]
) -> None:
    """However sales and returns fall into periods, each tier counts the same in the end."""
    life: dict[int, Fraction] = {}
    stand = opening
    for added in periods:
        for number, amount in measured(limits, stand, added).items():
            life[number] = life.get(number, Fraction(0)) + amount
        stand += added
    at_once = measured(limits, opening, stand - opening)
    assert {k: n for k, n in life.items() if n} == {k: n for k, n in at_once.items() if n}


@given(
    tiers,
    st.sampled_from(Basis),
    st.sampled_from(Counts),
    st.integers(0, 40),
    st.lists(st.integers(1, 25), min_size=1, max_size=4),
)
def test_sale_and_equal_return_cancel_in_every_tier(
    limits: tuple[Tier, ...], basis: Basis, counts: Counts, opening: int, sold: list[int]
) -> None:
    """ "A return undoes a sale to the cent": whatever tiers, in one period or in two."""
    rule = a_rule(tiers=limits, basis=basis, counts=counts, opening=opening)
    house = a_house(a_contract(rule))
    retailers = ("amazon", "bn", "ingram", "web")
    sales = [
        a_sale(units, "9.99", units * Fraction("3.333333"), retailer=name)
        for units, name in zip(sold, retailers, strict=False)
    ]
    returns = [
        a_sale(-each.units, each.list_price, -each.net, retailer=each.retailer) for each in sales
    ]
    first, second = runs_of(house, sales, returns)
    assert account_of(first).earned == -account_of(second).earned
    (both,) = runs_of(house, [*sales, *returns])
    assert account_of(both).earned == 0


@pytest.mark.parametrize(
    ("before", "added", "expected"),
    [
        (0, 5, [(1, "1")]),
        (0, 6, [(1, "5/6"), (2, "1/6")]),
        (5, 1, [(2, "1")]),
        (4, 8, [(1, "1/8"), (2, "5/8"), (3, "1/4")]),
        (12, -8, [(1, "1/8"), (2, "5/8"), (3, "1/4")]),
        (-3, 10, [(1, "8/10"), (2, "2/10")]),
        (2, -7, [(1, "1")]),
        (4, 0, [(1, "1")]),
        (5, 0, [(2, "1")]),
        (10, 0, [(3, "1")]),
        (-2, 0, [(1, "1")]),
    ],
)
def test_tier_limits_are_met_exactly(
    before: int, added: int, expected: list[tuple[int, str]]
) -> None:
    """With nothing counted, all of it earns where the next unit would."""
    limits = (a_tier("0.1", 5), a_tier("0.2", 10), a_tier("0.3"))
    assert split_by_tier(limits, Fraction(before), Fraction(added)) == [
        (number, Fraction(portion)) for number, portion in expected
    ]


@given(rates, counted, counted)
def test_single_rate_takes_the_whole_amount(
    rate: Fraction, before: Fraction, added: Fraction
) -> None:
    assert split_by_tier((Tier(rate),), before, added) == [(1, Fraction(1))]


@pytest.mark.parametrize(
    ("resets", "first", "first_year", "stand"),
    [
        (Resets.NEVER, True, True, 130),
        (Resets.NEVER, False, True, 130),
        (Resets.NEVER, False, False, 130),
        (Resets.YEAR, True, True, 50),
        (Resets.YEAR, False, True, 50),
        (Resets.YEAR, False, False, 20),
        (Resets.PERIOD, True, True, 30),
        (Resets.PERIOD, False, True, 0),
        (Resets.PERIOD, False, False, 0),
    ],
)
def test_counter_begins_at_opening_plus_earlier_periods(
    resets: Resets, first: bool, first_year: bool, stand: int
) -> None:
    """Thirty at the opening, a hundred in closed periods, twenty of them this year."""
    rule = a_rule(resets=resets, opening=30)
    found = counter_before(
        rule, life=Fraction(100), year=Fraction(20), first=first, first_year=first_year
    )
    assert found == stand


@pytest.mark.parametrize(
    ("resets", "earned"),
    [
        # Four copies of 10.00 a quarter at 10 % up to ten copies, then 20 %; three at the opening.
        (Resets.NEVER, [400, 500, 800, 800, 800]),
        (Resets.YEAR, [400, 500, 800, 800, 400]),
        (Resets.PERIOD, [400, 400, 400, 400, 400]),
    ],
)
def test_counters_restart_each_period_or_year(resets: Resets, earned: list[int]) -> None:
    rule = a_rule(
        tiers=[a_tier("0.1", 10), a_tier("0.2")], resets=resets, opening=3, counter="copies"
    )
    house = a_house(a_contract(rule), calendar=Calendar.QUARTERLY, first_period="2025-Q1")
    runs = runs_of(house, *[[a_sale(4)]] * 5)
    assert [account_of(each).earned for each in runs] == earned


def test_rules_share_a_counter_by_its_name() -> None:
    """Six hardcovers and six at a book club reach the second tier together."""
    limits = [a_tier("0.1", 9), a_tier("0.2")]
    contract = a_contract(
        a_rule(name="Online", tiers=limits, retailers=["amazon"], counter="all"),
        a_rule(name="Elsewhere", tiers=limits, counter="all"),
    )
    (done,) = runs_of(a_house(contract), [a_sale(6), a_sale(6, retailer="bn")])
    account = account_of(done)
    assert [(line.rule, line.tier, line.portion, line.earned) for line in account.lines] == [
        ("Online", 1, Fraction(3, 4), 450),
        ("Online", 2, Fraction(1, 4), 300),
        ("Elsewhere", 1, Fraction(3, 4), 450),
        ("Elsewhere", 2, Fraction(1, 4), 300),
    ]
    assert account.counters["all"].added == 12

"""Discount classes distinguish every pair of discounts that rules distinguish."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.terms.contracts import DiscountRange
from royalties.domain.terms.discounts import discount_class, discount_limits, representatives
from tests.builders.domain import a_contract, a_discount, a_rule
from tests.strategies import DISCOUNTS, discount_ranges

ranges = st.lists(discount_ranges, max_size=4)
discounts = st.one_of(
    st.sampled_from(DISCOUNTS),
    st.sampled_from(DISCOUNTS).map(lambda limit: limit + Fraction(1, 10**6)),
    st.sampled_from(DISCOUNTS).map(lambda limit: limit - Fraction(1, 10**6)),
    st.decimals("-0.5", "1.5", places=6).map(Fraction),
)


@given(ranges, discounts)
def test_discount_class_lies_in_a_range_as_its_discounts_do(
    named: list[DiscountRange], discount: Fraction
) -> None:
    """Also exactly at a limit, and on either side of it."""
    limits = discount_limits([a_contract(*(a_rule(discount=each) for each in named))])
    stands_for = representatives(limits)[discount_class(limits, discount)]
    for each in named:
        assert each.contains(stands_for) == each.contains(discount)


@given(ranges)
def test_discount_class_has_a_representative(named: list[DiscountRange]) -> None:
    limits = discount_limits(
        a_contract(a_rule(discount=each), key=f"contract {place}")
        for place, each in enumerate(named)
    )
    assert limits == sorted(set(limits))
    found = representatives(limits)
    assert len(found) == len(limits) + 1
    assert [discount_class(limits, each) for each in found] == list(range(len(found)))


@pytest.mark.parametrize(
    ("named", "classes"),
    [
        (a_discount(from_="0.5"), [0, 1, 1]),
        (a_discount(below="0.5"), [0, 1, 1]),
        (a_discount(above="0.5"), [0, 0, 1]),
        (a_discount(up_to="0.5"), [0, 0, 1]),
    ],
)
def test_discount_class_begins_at_or_beyond_a_limit(
    named: DiscountRange, classes: list[int]
) -> None:
    """Rules without a range stand among the others and make no classes."""
    limits = discount_limits([a_contract(a_rule(), a_rule(discount=named), a_rule())])
    discounts = [Fraction(discount) for discount in ("0.499999", "0.5", "0.500001")]
    assert [discount_class(limits, discount) for discount in discounts] == classes


@pytest.mark.parametrize(
    ("named", "below", "at", "above"),
    [
        (a_discount(from_="0.5"), False, True, True),
        (a_discount(above="0.5"), False, False, True),
        (a_discount(below="0.5"), True, False, False),
        (a_discount(up_to="0.5"), True, True, False),
        (a_discount(from_="0.5", up_to="0.5"), False, True, False),
        (a_discount(), True, True, True),
    ],
)
def test_contracts_differ_on_exactly_the_limit(
    named: DiscountRange, below: bool, at: bool, above: bool
) -> None:
    found = [named.contains(Fraction(discount)) for discount in ("0.499999", "0.5", "0.500001")]
    assert found == [below, at, above]

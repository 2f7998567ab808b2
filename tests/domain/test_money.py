"""Amounts: calculation.md, "Money and numbers"."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import (
    MICRO,
    NotAnAmountError,
    amount_text,
    as_decimal,
    exact_number,
    micro_text,
    minor_units,
    number_text,
    rounded,
    rounded_minor,
    scale,
    split,
    units_of,
)

amounts = st.integers(-(10**15), 10**15)
exact = st.builds(
    Fraction, st.integers(-(10**12), 10**12), st.sampled_from([1, 2, 3, 4, 7, 10, 1000, 999983])
)
currencies = st.sampled_from(sorted(EXPONENTS))
vectors = st.lists(
    st.builds(Fraction, st.integers(0, 12), st.sampled_from([1, 1, 2, 3, 1000])),
    min_size=1,
    max_size=6,
).filter(any)

# Rounding


@given(exact)
def test_rounding_is_to_the_nearest_and_halves_go_away_from_zero(amount: Fraction) -> None:
    whole = rounded(amount)
    assert abs(whole - amount) <= Fraction(1, 2)
    if abs(whole - amount) == Fraction(1, 2):
        assert abs(whole) > abs(amount)


@given(exact)
def test_a_return_undoes_its_sale_to_the_cent(amount: Fraction) -> None:
    assert rounded(-amount) == -rounded(amount)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_rounding_agrees_with_the_standard_library(amount: Decimal) -> None:
    assert rounded(Fraction(amount)) == int(amount.to_integral_value(ROUND_HALF_UP))


@given(exact, exact)
def test_rounding_keeps_the_order(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    assert rounded(low) <= rounded(high)


@pytest.mark.parametrize(
    ("amount", "whole"),
    [
        ("0.5", 1),
        ("-0.5", -1),
        ("1.5", 2),
        ("2.5", 3),
        ("-2.5", -3),
        ("0.499999", 0),
        ("-0.499999", 0),
        ("24.975", 25),
    ],
)
def test_rounding_of_halves(amount: str, whole: int) -> None:
    assert rounded(Fraction(amount)) == whole


# Split


def test_splits_of_small_amounts_exhaustively() -> None:
    """All amounts 0 to 60 over all of up to four weights 0 to 4.

    Parts sum to the amount; each is the floor of its share, or the ceiling for those with the
    largest remainders, the first of equals; a weight of zero gets nothing.
    """
    vectors = (weights for size in range(1, 5) for weights in product(range(5), repeat=size))
    for weights in vectors:
        total = sum(weights)
        for amount in range(61) if total else ():
            expected = [amount * weight // total for weight in weights]
            lacking = sorted(
                (-(amount * weight % total), place) for place, weight in enumerate(weights)
            )
            for _, place in lacking[: amount - sum(expected)]:
                expected[place] += 1
            assert split(amount, weights) == expected
            assert not any(
                part for part, weight in zip(expected, weights, strict=True) if not weight
            )


@given(amounts, vectors)
def test_a_split_loses_nothing_and_is_fair_to_the_cent(
    amount: int, weights: list[Fraction]
) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert split(-amount, weights) == [-part for part in parts]
    for part, weight in zip(parts, weights, strict=True):
        quota = amount * weight / sum(weights)
        assert floor(quota) <= part <= ceil(quota)
        if not weight:
            assert part == 0


@given(amounts, vectors)
def test_order_of_weights_changes_a_split_only_for_tied_remainders(
    amount: int, weights: list[Fraction]
) -> None:
    """The first in a tie gets the cent; nothing else depends on the order."""
    total = sum(weights)
    remainders = [abs(amount) * weight / total % 1 for weight in weights]
    parts = split(amount, weights)
    places = sorted(range(len(weights)), key=lambda place: (weights[place], -place))
    again = split(amount, [weights[place] for place in places])
    moved = {place for place, part in zip(places, again, strict=True) if part != parts[place]}
    for place in moved:
        assert any(remainders[place] == remainders[other] for other in moved if other != place)
    ties = Counter(remainders[place] for place in range(len(weights)) if weights[place])
    if all(times == 1 for times in ties.values()):
        assert not moved


@given(amounts, vectors, st.integers(1, 1000))
def test_split_depends_only_on_the_ratio_of_weights(
    amount: int, weights: list[Fraction], factor: int
) -> None:
    assert split(amount, weights) == split(amount, [weight * factor for weight in weights])


@given(st.integers(0, 10**6), vectors, st.integers(1, 50))
def test_equal_weights_differ_by_a_cent_at_most(
    amount: int, weights: list[Fraction], times: int
) -> None:
    parts = split(amount, [*weights, *[weights[0]] * times])
    equal = [parts[0], *parts[len(weights) :]]
    assert max(equal) - min(equal) <= 1
    assert equal == sorted(equal, reverse=True), "the first listed gets the cent of a tie"


def test_split_without_positive_weights_is_refused() -> None:
    assert split(0, [0, 0]) == [0, 0]
    assert split(0, []) == []
    with pytest.raises(ValueError, match="every weight is zero"):
        split(1, [0, 0])
    with pytest.raises(ValueError, match="every weight is zero"):
        split(1, [])
    with pytest.raises(ValueError, match="negative"):
        split(1, [1, -1])


# Reading and writing


@given(st.integers(), currencies)
def test_written_amount_reads_back_the_same(minor: int, currency: str) -> None:
    minor %= 10**13
    for amount in (minor, -minor):
        text = amount_text(amount, currency)
        assert minor_units(text, currency) == amount
        digits = text.partition(".")[2]
        assert len(digits) == EXPONENTS[currency]


@given(st.integers(-(10**18), 10**18), st.integers(0, 4))
def test_millionths_are_written_exactly_and_no_longer_than_needed(
    micro: int, at_least: int
) -> None:
    text = micro_text(micro, at_least)
    assert Fraction(text) * MICRO == micro
    digits = text.partition(".")[2]
    assert at_least <= len(digits) <= 6
    assert len(digits) == at_least or not digits.endswith("0")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9).map(Fraction))
def test_a_number_that_ends_is_written_as_a_decimal(number: Fraction) -> None:
    text = number_text(number)
    assert Fraction(text) == number
    assert "/" not in text
    assert "." not in text or not text.endswith(("0", "."))


@given(exact)
def test_every_number_is_written_exactly(number: Fraction) -> None:
    assert Fraction(number_text(number)) == number


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (125050, "USD", "1250.50"),
        (-5, "USD", "-0.05"),
        (0, "USD", "0.00"),
        (-1250, "JPY", "-1250"),
        (1, "KWD", "0.001"),
        (12345, "CLF", "1.2345"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert amount_text(minor, currency) == text


@pytest.mark.parametrize(
    ("micro", "at_least", "text"),
    [
        (9_600_000_000, 2, "9600.00"),
        (4_995_000, 2, "4.995"),
        (1, 0, "0.000001"),
        (5_000_000, 0, "5"),
        (-500_000, 1, "-0.5"),
        (0, 3, "0.000"),
    ],
)
def test_texts_of_millionths(micro: int, at_least: int, text: str) -> None:
    assert micro_text(micro, at_least) == text
    if not at_least:
        assert micro_text(micro) == text


@pytest.mark.parametrize(
    ("number", "text"), [("5/7", "5/7"), ("0.125", "0.125"), ("-1/4", "-0.25"), ("100", "100")]
)
def test_texts_of_numbers(number: str, text: str) -> None:
    assert number_text(Fraction(number)) == text


def test_a_number_of_thirty_digits_is_written_exactly() -> None:
    """More than a float could hold: 10³⁰ is divided by twos and fives without a rest."""
    text = f"0.{'0' * 28}13"
    assert number_text(Fraction(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "1e3", "NaN", "inf", "1.", ".5", "+1", "--1", "1 000", "1,5", "1_000", "1" * 16, "\u0661"],
)
def test_only_plain_decimals_are_numbers(text: str) -> None:
    with pytest.raises(NotAnAmountError, match=r"plain decimal number such as 0\.125"):
        exact_number(text)


@pytest.mark.parametrize(("text", "currency"), [("0.001", "USD"), ("0.5", "JPY")])
def test_an_amount_has_no_more_digits_than_its_currency(text: str, currency: str) -> None:
    with pytest.raises(NotAnAmountError, match=f"digits that {currency} has"):
        minor_units(text, currency)


@given(exact, currencies)
def test_an_exact_amount_is_rounded_to_minor_units(amount: Fraction, currency: str) -> None:
    minor = rounded_minor(amount, currency)
    assert minor == rounded(amount * scale(currency))
    assert abs(units_of(minor, currency) - amount) <= Fraction(1, 2 * scale(currency))


@given(amounts, currencies)
def test_a_cell_of_a_workbook_shows_the_amount(minor: int, currency: str) -> None:
    cell = as_decimal(minor, currency)
    assert Fraction(cell) == units_of(minor, currency)
    assert format(cell, "f") == amount_text(minor, currency)

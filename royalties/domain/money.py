"""Amounts: whole minor units, exact rationals between, and the only rounding there is.

An amount of money is an ``int`` of minor units beside its currency's code; a price or a
receipt of a report is an ``int`` of millionths (``micro``) of the currency's unit; a rate,
a share or an exact intermediate is a ``Fraction``. Source: calculation.md, "Money and numbers".
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from royalties.domain.currencies import exponent

MICRO = 1_000_000
"""Millionths in one unit of a currency: the scale of reported prices and receipts."""

_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)


class NotAnAmountError(ValueError):
    """A text that is not a plain decimal number, or has more digits than its currency."""


def rounded(exact: Fraction) -> int:
    """Round half away from zero: the one rounding of the house, so a return undoes its sale.

    >>> rounded(Fraction(5, 2)), rounded(Fraction(-5, 2))
    (3, -3)
    """
    numerator, denominator = exact.numerator, exact.denominator
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def split(amount: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split minor units over weights by largest remainder; the parts always sum to ``amount``.

    Leftover units go to the largest fractional parts, ties to whoever is listed first; a
    weight of zero never gets one; splitting ``-x`` is minus splitting ``x``.

    >>> split(10_000, [1, 1, 1])
    [3334, 3333, 3333]
    >>> split(-10_000, [33, 1, 0])
    [-9706, -294, 0]

    Raises:
        ValueError: a weight is negative, or all are zero while there is something to split.
    """
    if len(weights) == 1 and weights[0] > 0:
        return [amount]
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight cannot be negative")
    common = lcm(*(weight.denominator for weight in weights))
    integer_weights = [weight.numerator * (common // weight.denominator) for weight in weights]
    total = sum(integer_weights)
    if not total:
        if amount:
            raise ValueError("nothing to split over: every weight is zero")
        return [0] * len(weights)
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, total) for weight in integer_weights]
    parts = [part for part, _ in shares]
    left = abs(amount) - sum(parts)
    by_remainder = sorted(
        (place for place, weight in enumerate(weights) if weight),
        key=lambda place: (-shares[place][1], place),
    )
    for place in by_remainder[:left]:
        parts[place] += 1
    return [sign * part for part in parts]


def exact_number(text: str) -> Fraction:
    """Read a plain decimal such as ``"0.125"`` exactly.

    >>> exact_number("0.125")
    Fraction(1, 8)

    Raises:
        NotAnAmountError: anything but digits, a sign and a point (no exponent, no NaN).
    """
    if not _PLAIN_NUMBER.fullmatch(text):
        raise NotAnAmountError(f"{text!r} is not a plain decimal number such as 0.125")
    return Fraction(text)


def minor_units(text: str, currency: str) -> int:
    """Read an amount such as ``"12.50"`` as minor units of its currency.

    >>> minor_units("12.5", "USD"), minor_units("12", "JPY"), minor_units("12.5", "KWD")
    (1250, 12, 12500)

    Raises:
        NotAnAmountError: not a plain decimal, or more digits than the currency has.
    """
    units = exact_number(text) * scale(currency)
    if units.denominator != 1:
        raise NotAnAmountError(
            f"{text!r} has more than the {exponent(currency)} digits that {currency} has"
        )
    return units.numerator


def scale(currency: str) -> int:
    """Minor units in one unit of a currency: USD 100, JPY 1."""
    return int(10 ** exponent(currency))


def amount_text(minor: int, currency: str) -> str:
    """Write minor units with exactly the digits of the currency: ``125050, "USD"`` → 1250.50."""
    return _scaled_text(minor, exponent(currency))


def rounded_minor(exact_units: Fraction, currency: str) -> int:
    """Round an exact amount in whole currency units to minor units.

    >>> rounded_minor(Fraction("12.345"), "USD")
    1235
    """
    return rounded(exact_units * scale(currency))


def units_of(minor: int, currency: str) -> Fraction:
    """Minor units as an exact amount of the currency's unit.

    >>> units_of(1250, "USD")
    Fraction(25, 2)
    """
    return Fraction(minor, scale(currency))


def micro_text(micro: int, at_least: int = 0) -> str:
    """Write millionths exactly, with at least ``at_least`` digits and no more than it needs.

    >>> micro_text(12_500_000, 2), micro_text(8_333_333)
    ('12.50', '8.333333')
    """
    text = _scaled_text(micro, 6)
    cut = len(text)
    while cut > len(text) - (6 - at_least) and text[cut - 1] == "0":
        cut -= 1
    return text[:cut].removesuffix(".")


def number_text(exact: Fraction) -> str:
    """Write an exact decimal without trailing zeros; a ratio that never ends as ``"5/7"``.

    >>> number_text(Fraction(1, 8)), number_text(Fraction(5, 7))
    ('0.125', '5/7')
    """
    denominator = exact.denominator
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        return f"{exact.numerator}/{exact.denominator}"
    digits = max(twos, fives)
    return _scaled_text(exact.numerator * 10**digits // exact.denominator, digits)


def as_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as the ``Decimal`` that a spreadsheet cell takes."""
    return Decimal(minor).scaleb(-exponent(currency))


def _scaled_text(value: int, digits: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"

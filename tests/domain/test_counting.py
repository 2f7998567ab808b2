"""Counts in words, and changes that a percentage tells."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from royalties.domain.counting import change, counted, noun


@pytest.mark.parametrize("word", ["row", "copy", "day", "batch", "address", "tax", "beneficiary"])
def test_count_of_one_is_singular_and_others_plural(word: str) -> None:
    assert counted(1, word) == f"1 {word}"
    assert re.fullmatch(r"0 \w+s", counted(0, word))
    assert re.fullmatch(r"2,000 \w+s", counted(2000, word))


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("copy", "copies"),
        ("day", "days"),
        ("survey", "surveys"),
        ("batch", "batches"),
        ("dish", "dishes"),
        ("tax", "taxes"),
        ("address", "addresses"),
        ("unknown ISBN", "unknown ISBNs"),
    ],
)
def test_plurals_are_spelled_as_english_spells_them(word: str, words: str) -> None:
    assert counted(2, word) == f"2 {words}"


def test_a_plural_may_be_given() -> None:
    assert [noun(count, "person", "people") for count in (0, 1, 2)] == [
        "people",
        "person",
        "people",
    ]
    assert noun(2, "person") == "persons"
    assert counted(1200, "person", "people") == "1,200 people"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (100, 130, Fraction(3, 10)),
        (100, 50, Fraction(-1, 2)),
        (1, 3, 2),
        (3, 1, Fraction(-2, 3)),
        (Decimal("0.5"), Decimal("0.75"), Fraction(1, 2)),
        (0, 5, None),
        (5, 0, None),
        (41, -7, None),  # it said "−117 %"
        (-7, 41, None),
        (-7, -14, None),
    ],
)
def test_percentage_change_needs_two_positive_sums(
    before: int | Decimal, now: int | Decimal, expected: Fraction | None
) -> None:
    assert change(before, now) == expected

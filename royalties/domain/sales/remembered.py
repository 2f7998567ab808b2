"""Remembered answers about a retailer's reports: no book, a bundle, or another answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class AnswerKind(StrEnum):
    """Kinds of remembered answers."""

    NO_BOOK = "no-book"
    BUNDLE = "bundle"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class BundlePart:
    """An edition of a bundle, by its number, with its share of the price."""

    edition: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of one retailer's reports.

    ``no_books`` has those answers by their key (``terms.identifiers``), ``bundles`` their editions,
    and ``answers`` those to questions of reports, by the report's name and the question's key.
    """

    no_books: Mapping[str, str] = field(default_factory=dict)
    bundles: Mapping[str, Sequence[BundlePart]] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def no_book(self, keys: Iterable[str]) -> str:
        """The first of some identifiers and titles that is remembered to be no book; or nothing."""
        return next((self.no_books[key] for key in keys if key in self.no_books), "")


NOTHING = Remembered()
"""Of a retailer about which nothing is remembered."""


def shared(amount: int, shares: Sequence[Fraction]) -> list[int]:
    """Divide an amount by shares, exactly; what does not divide is the first largest's.

    >>> shared(10_000_000, [Fraction(1, 3), Fraction(2, 3)])
    [3333333, 6666667]
    >>> shared(-1, [Fraction(1, 2), Fraction(1, 2)])
    [-1, 0]
    """
    whole = sum(shares)
    sign = -1 if amount < 0 else 1
    parts = [sign * int(abs(amount) * share / whole) for share in shares]
    parts[shares.index(max(shares))] += amount - sum(parts)
    return parts

"""Earned lines: exact bases of sales under one rule, each rounded once, in order.

Source: calculation.md, "1. Earned".
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import compress
from typing import Any, NamedTuple, overload

from royalties.domain.money import MICRO, rounded, scale
from royalties.domain.sales.slices import (
    LIST_VALUE,
    NET,
    UNITS,
    Block,
    SaleKind,
    Seller,
)
from royalties.domain.terms.contracts import (
    Basis,
)

_WORDS = {kind: kind.word for kind in SaleKind}


class EarnedLine(NamedTuple):
    """One earned line, with every factor it was computed from.

    ``base`` is the whole group's base in millionths of ``currency`` (for basis ``unit``,
    millionths of a copy); ``portion`` is f_k; ``earned`` is minor units of the contract's
    currency. Income has no edition, retailer or tier. ``exchange_rate`` is the period's, or that of
    the closed run whose sales the line takes back.
    """

    rule_place: int
    rule: str
    isbn: str | None
    retailer: str | None
    kind: str
    currency: str
    tier: int | None
    units: int
    portion: Fraction
    base: int | Fraction
    exchange_rate: Fraction
    rate: Fraction
    earned: int

    @property
    def group(self) -> tuple[int, str | None, str | None, str, str, Fraction]:
        """What lines of the same base share; they differ only by tier."""
        return (
            self.rule_place,
            self.isbn,
            self.retailer,
            self.kind,
            self.currency,
            self.exchange_rate,
        )

    def residual(self, contract_currency: str) -> Fraction:
        """The exact amount minus ``earned``, in minor units: at most half a unit either way."""
        exact = Fraction(self.base) / MICRO * self.exchange_rate * self.rate * self.portion
        return exact * scale(contract_currency) - self.earned


class EarnedLines(Sequence[EarnedLine]):
    """A contract's earned lines, in order; they are built on first access.

    Sums (``earned``, ``earned_by_edition``) do not build them, which keeps drafts fast.
    """

    __slots__ = ("_earned", "_income", "_made", "_names")

    def __init__(
        self, names: Sequence[str], earned: Sequence["RuleEarnings"], income: Sequence[EarnedLine]
    ) -> None:
        """``names`` are the names of the contract's rules, by place."""
        self._names, self._earned, self._income = names, earned, income
        self._made: tuple[EarnedLine, ...] | None = None

    @property
    def earned(self) -> int:
        """The sum of what the lines earned, in minor units."""
        of_sales = sum([total for each in self._earned for _, _, total in each.parts])
        return of_sales + sum([line.earned for line in self._income])

    def earned_by_edition(
        self, sellers: Callable[[Sequence[Seller]], Sequence[bool]] | None = None
    ) -> dict[str, int]:
        """What each edition earned, in minor units, by ISBN; other income is left out.

        Args:
            sellers: selects the sellers to include, with one flag for each; None includes all.
        """
        by_isbn: dict[str, int] = {}
        for earned in self._earned:
            for isbn, source, total in earned.parts:
                amount = total
                if sellers is not None:
                    chosen = sellers(source.sellers)
                    *_, amounts = earned.columns(source)
                    amount = sum([sum(compress(of_tier, chosen)) for of_tier in amounts])
                by_isbn[isbn] = by_isbn.get(isbn, 0) + amount
        return by_isbn

    def __len__(self) -> int:
        of_sales = sum(len(each.factors) * _sellers_in(each.parts) for each in self._earned)
        return of_sales + len(self._income)

    def __iter__(self) -> Iterator[EarnedLine]:
        return iter(self._lines())

    @overload
    def __getitem__(self, place: int) -> EarnedLine: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[EarnedLine, ...]: ...
    def __getitem__(self, place: int | slice) -> EarnedLine | tuple[EarnedLine, ...]:
        return self._lines()[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self._lines() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._lines())

    def __repr__(self) -> str:
        return repr(self._lines())

    def _lines(self) -> tuple[EarnedLine, ...]:
        if self._made is None:
            self._made = (*_lines(self._names, self._earned), *self._income)
        return self._made


SUMMED = {Basis.LIST: LIST_VALUE, Basis.NET: NET}
"""Bases that are columns of a block."""


Factor = tuple[int, Fraction, Fraction, Fraction, int, int]
"""Tier, portion, exchange rate, the tier's rate; then their product's numerator, and twice its
denominator."""


Base = int | Fraction


class RuleEarnings(NamedTuple):
    """What editions earned under one rule, in one currency, at one exchange rate.

    ``rank`` orders that rate among those of the same rule and currency; each part is an ISBN, its
    source and the sum of its amounts, in minor units.
    """

    place: int
    basis: Basis
    currency: str
    rank: int
    factors: Sequence[Factor]
    parts: Sequence[tuple[str, "Block | SellerSums", int]]

    def columns(
        self, source: "Block | SellerSums"
    ) -> tuple[Sequence[int], Sequence[Base], list[list[int]]]:
        """Copies and bases by seller, and the amounts by seller for each factor (tier)."""
        if isinstance(source, Block):
            bases: Sequence[Base] = source.column(SUMMED[self.basis])
            return source.column(UNITS), bases, [amounts_of(bases, each) for each in self.factors]
        of = _amounts_of_profit if self.basis is Basis.PROFIT else amounts_of
        return source.units, source.bases, [of(source.bases, each) for each in self.factors]


class SellerSums(NamedTuple):
    """An edition's sellers, each with its copies and base summed over blocks."""

    sellers: Sequence[Seller]
    units: Sequence[int]
    bases: Sequence[Base]


def _sellers_in(parts: Sequence[tuple[str, "Block | SellerSums", int]]) -> int:
    return sum(
        source.size if isinstance(source, Block) else len(source.sellers) for _, source, _ in parts
    )


def _lines(names: Sequence[str], earned: Sequence[RuleEarnings]) -> Iterator[EarnedLine]:
    """Earned lines in order; ``names`` are the names of the rules."""
    parts = [
        (earnings, isbn, source.sellers, *earnings.columns(source))
        for earnings in earned
        for isbn, source, _ in earnings.parts
    ]
    keys = sorted(
        (earnings.place, isbn, retailer, kind, earnings.currency, earnings.rank, of, row)
        for of, (earnings, isbn, sellers, *_) in enumerate(parts)
        for row, (retailer, kind) in enumerate(sellers)
    )
    for place, isbn, retailer, kind, currency, _, of, row in keys:
        earnings, _, _, units, bases, amounts = parts[of]
        for (number, portion, fx, rate, *_), of_tier in zip(earnings.factors, amounts, strict=True):
            yield EarnedLine(
                place,
                names[place],
                isbn,
                retailer,
                _WORDS[kind],
                currency,
                number,
                units[row],
                portion,
                bases[row],
                fx,
                rate,
                of_tier[row],
            )


def amounts_of(bases: Sequence[Any], factor: Factor) -> list[int]:
    """Each line's amount in minor units, rounded once, from whole-number bases.

    500.00 of net receipts at 10 % earn 50.00; a line of 0.05 at 10 % earns 0.01.
    """
    *_, numerator, twice = factor
    double, half = 2 * numerator, twice // 2
    return [
        (exact + half) // twice if (exact := base * double) >= 0 else -((half - exact) // twice)
        for base in bases
    ]


def _amounts_of_profit(bases: Sequence[Any], factor: Factor) -> list[int]:
    """The same from bases that may be fractions of a millionth."""
    *_, numerator, twice = factor
    return [rounded(base * Fraction(2 * numerator, twice)) for base in bases]

"""An amount that somebody searches for, as they wrote it: 353.90, $1,415.60, 1.415,60 EUR."""

from collections.abc import Sequence
from fractions import Fraction

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.amounts import CURRENCY_MARKS, PrintedNumber, take_apart
from royalties.store.desk.search import AmountQuery

_MOST = 10**15
"""Beyond what books hold; a database takes no larger numbers."""


def searched_amount(text: str) -> AmountQuery:
    """What a text is in minor units of each currency that it can be of; its sign does not matter.

    Books have few amounts that differ in their sign alone, and those who look for one rarely know
    on which side it was posted. A mark that may part thousands or decimals is read both ways.

    >>> [(minor, "USD" in currencies) for currencies, minor in searched_amount("$1,415.60")]
    [(141560, True)]
    >>> searched_amount("O-2026-0001")
    ()
    """
    figure = take_apart(text)
    if figure is None:
        return ()
    currencies = _currencies(figure.unit)
    by_digits: dict[int, list[str]] = {}
    for currency in currencies:
        by_digits.setdefault(EXPONENTS[currency], []).append(currency)
    found: list[tuple[Sequence[str], int]] = []
    for digits, of in sorted(by_digits.items()):
        for exact in sorted(_read(figure)):
            minor = exact * 10**digits
            if minor.denominator == 1 and 0 < minor < _MOST:
                found.append((tuple(of), minor.numerator))
    return tuple(found)


def _currencies(unit: str) -> Sequence[str]:
    if not unit:
        return tuple(EXPONENTS)
    if unit.upper() in EXPONENTS:
        return (unit.upper(),)
    return sorted(CURRENCY_MARKS.get(unit, ()))


def _read(figure: PrintedNumber) -> set[Fraction]:
    """The numbers, without a sign, that a printed one may be."""
    as_decimals = Fraction(f"{figure.whole or 0}.{figure.decimals or 0}")
    if not figure.doubtful:
        return {as_decimals}
    return {as_decimals, Fraction(figure.whole + figure.decimals)}

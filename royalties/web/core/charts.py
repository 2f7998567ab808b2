"""What charts are drawn of; ``parts.html`` draws them as SVG, and a table behind says the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from royalties.domain.money import as_decimal
from royalties.web.core.formats import amount_words


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one kind, one for each label of the chart: as numbers, and as they are written."""

    words: str
    values: list[Decimal]
    shown: list[str]


def amount_series(words: str, amounts: Iterable[int], currency: str) -> Series:
    """Bars of amounts in minor units."""
    bars = [amount_bar("", amount, currency) for amount in amounts]
    return Series(words, [value for _, value, _ in bars], [shown for _, _, shown in bars])


def amount_bar(label: str, amount: int, currency: str) -> tuple[str, Decimal, str]:
    """One bar of an amount in minor units: its label, its height, and how the amount is written."""
    return (label, as_decimal(amount, currency), amount_words(amount, currency))

"""Rates of exchange of a period, each only in the direction in which it was given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from royalties.domain.periods import Period

ONE = Fraction(1)


class MissingExchangeRateError(ValueError):
    """A sale's currency has no rate into the contract's for the period."""

    def __init__(self, period: Period, pairs: Iterable[tuple[str, str]]) -> None:
        conversions = ", ".join(f"{source} → {target}" for source, target in sorted(set(pairs)))
        super().__init__(
            f"no exchange rate for {period}: {conversions}. Add it under exchange_rates of a setup "
            f"file (in this direction; a rate is never inverted) and load the file"
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The period's exchange rates, each only in the direction in which it was given.

    ``used`` holds the rates of closed runs, by period: a line that takes back what a run counted
    is converted at that run's rates, so that both cancel to the cent. Where that run did not
    need a pair, the open period's rate applies.
    """

    period: Period
    given: Mapping[tuple[str, str], Fraction]
    used: Mapping[int, Mapping[tuple[str, str], Fraction]] = field(default_factory=dict)

    def for_reversal_of(self, reverses: int | None) -> "Rates":
        """The rates for lines that take back what a closed period counted; None: for others.

        USD to EUR is 0.90 now and was 0.80 in the closed period: a reversal of it converts at 0.80.
        """
        if reverses is None or reverses not in self.used:
            return self
        return Rates(self.period, {**self.given, **self.used[reverses]})

    def rate(self, source: str, target: str) -> Fraction:
        """What one unit of ``source`` is worth in ``target``: 0.90 for USD to EUR, say.

        Raises:
            MissingExchangeRateError: no rate was given in this direction.
        """
        if source == target:
            return ONE
        try:
            return self.given[source, target]
        except KeyError:
            raise MissingExchangeRateError(self.period, [(source, target)]) from None

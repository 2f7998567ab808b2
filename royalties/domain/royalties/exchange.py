"""Rates of exchange of a period, each only in the direction in which it was given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from royalties.domain.periods import Period

ONE = Fraction(1)


class MissingExchangeRateError(ValueError):
    """A sale's currency has no rate into the contract's for the period."""

    def __init__(self, period: Period, pairs: Iterable[tuple[str, str]]) -> None:
        wanted = ", ".join(f"{source} → {target}" for source, target in sorted(set(pairs)))
        super().__init__(
            f"no exchange rate for {period}: {wanted}. Add it under exchange_rates of a setup "
            f"file (in this direction; a rate is never inverted) and load the file"
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The period's exchange rates, each only in the direction in which it was given.

    ``used`` holds those that closed runs used, by period: what takes back what a run counted
    is turned at its rates. A pair that such a run did not need is the open period's.
    """

    period: Period
    given: Mapping[tuple[str, str], Fraction]
    used: Mapping[int, Mapping[tuple[str, str], Fraction]] = field(default_factory=dict)

    def of(self, reverses: int | None) -> "Rates":
        """The rates at which lines are turned that take back what a closed period counted."""
        if reverses is None or reverses not in self.used:
            return self
        return Rates(self.period, {**self.given, **self.used[reverses]})

    def rate(self, source: str, target: str) -> Fraction:
        """What one unit of ``source`` is in ``target``.

        Raises:
            MissingExchangeRateError: no rate was given in this direction.
        """
        if source == target:
            return ONE
        try:
            return self.given[source, target]
        except KeyError:
            raise MissingExchangeRateError(self.period, [(source, target)]) from None

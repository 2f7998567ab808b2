"""Which contracts take a sale by its day, where contracts of a title end.

Source: calculation.md, "A contract that ends".
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import Enum, auto

from royalties.domain.periods import Period
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.contracts import Contract

_AFTER_THE_END = frozenset({SaleKind.SALE, SaleKind.USAGE})
"""Kinds that a contract does not take after its end; a return counts as ever."""


class Claim(Enum):
    """What a contract makes of a sale on a day."""

    COUNTS = auto()
    ANOTHERS = auto()
    ENDED = auto()


def claim(
    contract: Contract,
    others: Iterable[Contract],
    day: date,
    kind: SaleKind,
    reverses: int | None = None,
) -> Claim:
    """What a contract makes of a sale on a day.

    Args:
        contract: that lists the sale's title.
        others: the other contracts that list it.
        day: of the sale.
        kind: of the sale.
        reverses: the closed period that counted what it takes back, if it does.
    """
    if contract.contains(day):
        return Claim.COUNTS
    if any(other.contains(day) for other in others):
        return Claim.ANOTHERS
    if day < contract.starts or kind not in _AFTER_THE_END or reverses:
        return Claim.COUNTS
    return Claim.ENDED


def cuts(listed: Sequence[Contract], period: Period) -> tuple[date, ...]:
    """Days on which the contracts of a title begin to take its sales, or take them no more.

    Empty where it does not matter on which day of the period, or before, a sale was: no contract
    of the title ends, or the only one ends after the period.

    Args:
        listed: all contracts in force that list the title.
        period: that is calculated; no sale in it is after its last day.
    """
    ended = [each.last_day + timedelta(1) for each in listed if each.last_day is not None]
    if not ended:
        return ()
    begun = [each.starts for each in listed] if len(listed) > 1 else []
    return tuple(sorted({day for day in (*ended, *begun) if day <= period.ends}))

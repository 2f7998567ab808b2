"""Which contract counts a sale by its day, for titles whose contracts end.

Source: calculation.md, "A contract that ends".
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import Enum, auto

from royalties.domain.periods import Period
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.contracts import Contract

_AFTER_THE_END = frozenset({SaleKind.SALE, SaleKind.USAGE})
"""Kinds that a contract no longer counts after its end; returns still count."""


class Claim(Enum):
    """How a contract treats a sale: it counts it, another contract does, or it has ended."""

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
    """How a contract treats a sale on a day.

    A contract that ended on 30 June counts a sale of that day, and a return on 1 July; a sale on
    1 July belongs to the contract that covers the day, and has ended where none does.

    Args:
        contract: lists the sale's title.
        others: the other contracts that list it.
        day: day of the sale.
        kind: kind of the sale.
        reverses: the closed period that counted the sale this one takes back; None if it takes
            none back.
    """
    if contract.contains(day):
        return Claim.COUNTS
    if any(other.contains(day) for other in others):
        return Claim.ANOTHERS
    if day < contract.starts or kind not in _AFTER_THE_END or reverses:
        return Claim.COUNTS
    return Claim.ENDED


def contract_change_days(listed: Sequence[Contract], period: Period) -> tuple[date, ...]:
    """Days on which a contract of the title begins, or the first day after one has ended.

    Contracts from 1 January 2015 to 31 March 2025 and from 1 April 2025 give 2015-01-01 and
    2025-04-01. Empty where the day of a sale makes no difference: no contract of the title ends,
    or the only one ends after the period.

    Args:
        listed: all contracts in force that list the title.
        period: the period being calculated; none of its sales is dated after its last day.
    """
    ended = [each.last_day + timedelta(1) for each in listed if each.last_day is not None]
    if not ended:
        return ()
    begun = [each.starts for each in listed] if len(listed) > 1 else []
    return tuple(sorted({day for day in (*ended, *begun) if day <= period.ends}))

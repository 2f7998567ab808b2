"""Checks: their series of numbers, and what has become of each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import count

from royalties.domain.payments.orders import Address

_STALE_MONTHS = 6
"""After so many months a bank need not pay a check (Uniform Commercial Code, § 4-404)."""

_MONTHS = 12


class CheckState(StrEnum):
    """What has become of a check."""

    ISSUED = "issued"
    CLEARED = "cleared"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was written; ``amount`` in minor units of the account's currency."""

    number: int
    issued: date
    payee: str
    amount: int
    currency: str
    reference: str
    address: Address
    statements: tuple[str, ...] = ()
    state: CheckState = CheckState.ISSUED


def next_numbers(first: int, used: Collection[int]) -> Iterator[int]:
    """Numbers of a series that begins with ``first``; none is given twice, voided ones included.

    >>> numbers = next_numbers(1001, {1001, 1003})
    >>> next(numbers), next(numbers)
    (1004, 1005)
    """
    return count(max((number + 1 for number in used if number >= first), default=first))


def stale_from(issued: date) -> date:
    """The day from which a bank need not pay a check.

    >>> stale_from(date(2026, 8, 31))
    datetime.date(2027, 3, 1)
    """
    months = issued.month - 1 + _STALE_MONTHS
    year, month = issued.year + months // _MONTHS, months % _MONTHS + 1
    try:
        return date(year, month, issued.day)
    except ValueError:
        return date(year + month // _MONTHS, month % _MONTHS + 1, 1)


def is_stale(check: Check, today: date) -> bool:
    """Whether a check is out so long that the payee should be asked, and the check be voided."""
    return check.state is CheckState.ISSUED and today >= stale_from(check.issued)

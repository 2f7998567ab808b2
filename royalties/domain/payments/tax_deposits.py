"""Tax that was withheld, and what of it was deposited: by form and month, and what is open.

Deposits are taken for the earliest months first. Tax of a month is to be deposited by the 15th of
the next one, for a monthly depositor. Source: Internal Revenue Service, Publication 15, section 11.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_DUE_DAY = 15
_DECEMBER = 12


class DepositForm(StrEnum):
    """The annual return with which deposits are reported."""

    BACKUP = "945"
    FOREIGN = "1042"


@dataclass(frozen=True, slots=True)
class MonthOfTax:
    """A month's tax in minor units; ``withheld`` is below 0 where more was taken back."""

    first: date
    withheld: int
    open: int

    @property
    def due(self) -> date:
        """The day by which a monthly depositor deposits it."""
        return due_of(self.first)


@dataclass(frozen=True, slots=True)
class DepositAccount:
    """What was withheld and deposited of a form in one currency, in minor units."""

    form: DepositForm
    currency: str
    months: tuple[MonthOfTax, ...]
    deposited: int

    @property
    def withheld(self) -> int:
        """All that was withheld, and not taken back."""
        return sum(each.withheld for each in self.months)

    @property
    def open(self) -> int:
        """What is still to be deposited; below 0: too much was."""
        return self.withheld - self.deposited

    @property
    def open_since(self) -> date | None:
        """The first day of the earliest month of which something is open."""
        return next((each.first for each in self.months if each.open > 0), None)

    @property
    def due(self) -> date | None:
        """When the earliest open month was, or is, due."""
        return due_of(self.open_since) if self.open_since else None


def due_of(first: date) -> date:
    """The 15th of the month after one.

    >>> due_of(date(2026, 12, 1))
    datetime.date(2027, 1, 15)
    """
    if first.month == _DECEMBER:
        return date(first.year + 1, 1, _DUE_DAY)
    return date(first.year, first.month + 1, _DUE_DAY)


Key = tuple[DepositForm, str]


def accounts(
    withheld: Mapping[tuple[DepositForm, str, date], int], deposited: Mapping[Key, int]
) -> list[DepositAccount]:
    """The accounts of all forms and currencies.

    Args:
        withheld: by form, currency and first day of the month; what was taken back is taken off in
            the month in which it was.
        deposited: by form and currency.
    """
    keys = sorted({(form, currency) for form, currency, _ in withheld} | set(deposited))
    return [
        DepositAccount(
            form,
            currency,
            tuple(
                _months(
                    sorted(
                        (first, amount)
                        for (of, in_, first), amount in withheld.items()
                        if (of, in_) == (form, currency)
                    ),
                    deposited.get((form, currency), 0),
                )
            ),
            deposited.get((form, currency), 0),
        )
        for form, currency in keys
    ]


def _months(withheld: Iterable[tuple[date, int]], deposited: int) -> list[MonthOfTax]:
    """What is open of each month: what was taken back and deposited settles the earliest first."""
    listed = list(withheld)
    covered = deposited - sum(amount for _, amount in listed if amount < 0)
    found = []
    for first, amount in listed:
        taken = min(max(amount, 0), covered)
        covered -= taken
        found.append(MonthOfTax(first, amount, max(amount, 0) - taken))
    return found

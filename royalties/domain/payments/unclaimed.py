"""Since when money that was not paid has been owed: for the review of unclaimed property.

States ask a house to report, and in the end to hand over, what it owes and cannot pay. After how
many years that is so differs from state to state, and is not decided here.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from royalties.domain.counting import counted


class AccountPeriod(NamedTuple):
    """A closed period of one payee's account in one currency; amounts in minor units.

    ``brought_forward`` is from the period before or from before the books; ``statement`` is the
    number of the period's statement, empty where there is none.
    """

    period: int
    starts: date
    ends: date
    brought_forward: int
    carried_forward: int
    statement: str


class AgeBand(StrEnum):
    """How long something has been owed."""

    UNDER_ONE = "under 1 year"
    ONE = "1 to 3 years"
    THREE = "3 to 5 years"
    FIVE = "5 years and more"


_FROM_YEARS = {5: AgeBand.FIVE, 3: AgeBand.THREE, 1: AgeBand.ONE, 0: AgeBand.UNDER_ONE}


def owed_since(
    account: Iterable[AccountPeriod], came_back: Mapping[int, Collection[str]]
) -> dict[int, date]:
    """Since when what stood at the end of each period has been owed, by the period's number.

    What a close sets aside or carries forward is owed since the period's end: 2025-H1's 12.00 since
    30 June. If it was carried forward and is set aside with 2025-H2's, all of it counts as owed
    since 30 June; so does a payment of it that came back and is brought forward. An amount is thus
    as old as the oldest part of it. What was owed before the books counts from the day before them.

    Args:
        account: the payee's closed periods in one currency, the earliest first.
        came_back: the statements that payments had settled which came back, by the number of the
            period that brought them forward.
    """
    since: dict[int, date] = {}
    of_statement: dict[str, date] = {}
    before: AccountPeriod | None = None
    for each in account:
        days = [each.ends]
        if before is None and each.brought_forward > 0:
            days.append(each.starts - timedelta(days=1))
        if before is not None and before.carried_forward > 0:
            days.append(since[before.period])
        days += oldest(came_back.get(each.period, ()), of_statement)
        since[each.period] = min(days)
        if each.statement:
            of_statement[each.statement] = since[each.period]
        before = each
    return since


def oldest(statements: Iterable[str], of_statement: Mapping[str, date]) -> list[date]:
    """The days since when the amounts of some statements have been owed, where they are known."""
    return [of_statement[number] for number in statements if number in of_statement]


def completed_months(since: date, today: date) -> int:
    """Months that have passed.

    >>> completed_months(date(2023, 6, 30), date(2026, 6, 29))
    35
    >>> completed_months(date(2023, 6, 30), date(2026, 6, 30))
    36
    """
    months = (today.year - since.year) * 12 + today.month - since.month
    last_day = (today + timedelta(days=1)).month != today.month
    return months if today.day >= since.day or last_day else months - 1


def age_text(months: int) -> str:
    """An age in words.

    >>> age_text(38), age_text(12), age_text(1), age_text(0)
    ('3 years 2 months', '1 year', '1 month', 'less than a month')
    """
    years, rest = divmod(months, 12)
    words = [counted(count, unit) for count, unit in ((years, "year"), (rest, "month")) if count]
    return " ".join(words) or "less than a month"


def band_of(months: int) -> AgeBand:
    """The band of an age in months.

    >>> band_of(35), band_of(36)
    (<AgeBand.ONE: '1 to 3 years'>, <AgeBand.THREE: '3 to 5 years'>)
    """
    return next(band for years, band in _FROM_YEARS.items() if months >= years * 12)

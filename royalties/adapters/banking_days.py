"""Days on which banks settle payments, by the calendars of the ``holidays`` package."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)


class Calendar(StrEnum):
    """Whose holidays count."""

    FEDERAL_RESERVE = "fed"
    TARGET = "target"
    CANADA = "canada"


def is_banking_day(day: date, calendar: Calendar = Calendar.FEDERAL_RESERVE) -> bool:
    """Whether banks settle payments on a day."""
    return day.weekday() < _SATURDAY and day not in _closed(day.year, calendar)


def banking_days(first: date, calendar: Calendar = Calendar.FEDERAL_RESERVE) -> Iterator[date]:
    """The banking days from one on, that day included if it is one."""
    day = first
    while True:
        if is_banking_day(day, calendar):
            yield day
        day += _DAY


def after(day: date, count: int, calendar: Calendar = Calendar.FEDERAL_RESERVE) -> date:
    """The banking day that lies so many banking days after a day; 0: it, or the next one."""
    days = banking_days(day if count == 0 else day + _DAY, calendar)
    for _ in range(count - 1):
        next(days)
    return next(days)


@lru_cache(maxsize=64)
def _closed(year: int, calendar: Calendar) -> frozenset[date]:
    match calendar:
        case Calendar.FEDERAL_RESERVE:
            # Not the observed days of federal offices: Reserve Banks are open on the Friday
            # before a holiday on a Saturday, and closed on the Monday after one on a Sunday.
            named = holidays.country_holidays("US", years=year, observed=False)
            return frozenset(day + _DAY if day.weekday() == _SUNDAY else day for day in named)
        case Calendar.TARGET:
            return frozenset(holidays.financial_holidays("ECB", years=year))
        case Calendar.CANADA:
            # Banks' holidays, those that are moved from a weekend to a Monday included.
            return frozenset(
                holidays.country_holidays(
                    "CA", years=year, categories=("government", "optional", "public")
                )
            )

"""Royalty periods of a publisher's calendar: 2025, 2025-H1, 2025-Q3 or 2025-07."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, total_ordering


class Calendar(StrEnum):
    """How often a publisher accounts."""

    YEARLY = "yearly"
    HALF_YEARLY = "half-yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"

    @property
    def per_year(self) -> int:
        """Periods in a calendar year."""
        return {"yearly": 1, "half-yearly": 2, "quarterly": 4, "monthly": 12}[self.value]


class PeriodStatus(StrEnum):
    """Whether a period still takes sales."""

    OPEN = "open"
    CLOSED = "closed"


class ParallelStatus(StrEnum):
    """What became of a parallel run of an old statement and a draft."""

    OPEN = "open"
    SIGNED = "signed"
    ABANDONED = "abandoned"


class NotAPeriodError(ValueError):
    """A text that names no period of the publisher's calendar."""


_LAST_YEAR = 9998
_PATTERNS = {
    Calendar.YEARLY: re.compile(r"(\d{4})()", re.ASCII),
    Calendar.HALF_YEARLY: re.compile(r"(\d{4})-H([12])", re.ASCII),
    Calendar.QUARTERLY: re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    Calendar.MONTHLY: re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII),
}
_EXAMPLES = {
    Calendar.YEARLY: "2025",
    Calendar.HALF_YEARLY: "2025-H1",
    Calendar.QUARTERLY: "2025-Q3",
    Calendar.MONTHLY: "2025-07",
}


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One period; ``ordinal`` counts periods since year 0, so neighbours differ by one."""

    calendar: Calendar
    ordinal: int

    @property
    def year(self) -> int:
        """The calendar year it lies in."""
        return self.ordinal // self.calendar.per_year

    @property
    def place(self) -> int:
        """Its place in the year, the first being 1."""
        return self.ordinal % self.calendar.per_year + 1

    @property
    def starts(self) -> date:
        """Its first day."""
        return _first_day(self.calendar, self.ordinal)

    @property
    def ends(self) -> date:
        """Its last day."""
        return _first_day(self.calendar, self.ordinal + 1) - timedelta(days=1)

    @property
    def ends_year(self) -> bool:
        """Whether it is the last period of its calendar year."""
        return self.place == self.calendar.per_year

    def shift(self, periods: int) -> "Period":
        """The period so many later (or, negative, earlier)."""
        return Period(self.calendar, self.ordinal + periods)

    def __str__(self) -> str:
        match self.calendar:
            case Calendar.YEARLY:
                return f"{self.year:04d}"
            case Calendar.HALF_YEARLY:
                return f"{self.year:04d}-H{self.place}"
            case Calendar.QUARTERLY:
                return f"{self.year:04d}-Q{self.place}"
            case Calendar.MONTHLY:
                return f"{self.year:04d}-{self.place:02d}"

    def __lt__(self, other: "Period") -> bool:
        return self.ordinal < other.ordinal


@lru_cache(maxsize=1024)
def _first_day(calendar: Calendar, ordinal: int) -> date:
    year, place = divmod(ordinal, calendar.per_year)
    return date(year, place * 12 // calendar.per_year + 1, 1)


def first_of_month(month: str) -> date:
    """The first day of a month as it is stored with sales.

    >>> first_of_month("2025-03")
    datetime.date(2025, 3, 1)
    """
    return date.fromisoformat(f"{month}-01")


def parse_period(text: str, calendar: Calendar) -> Period:
    """Read a period's name.

    >>> parse_period("2025-H2", Calendar.HALF_YEARLY).ends
    datetime.date(2025, 12, 31)

    Raises:
        NotAPeriodError: it is not a period of this calendar; the message shows how one looks.
    """
    match = _PATTERNS[calendar].fullmatch(text)
    if not match or not 1 <= int(match[1]) <= _LAST_YEAR:
        raise NotAPeriodError(
            f"{text!r} is not a {calendar.value} period: write it like {_EXAMPLES[calendar]}"
        )
    return Period(calendar, int(match[1]) * calendar.per_year + int(match[2] or 1) - 1)


def period_of(day: date, calendar: Calendar) -> Period:
    """The period that contains a day.

    >>> str(period_of(date(2025, 8, 9), Calendar.QUARTERLY))
    '2025-Q3'
    """
    months = 12 // calendar.per_year
    return Period(calendar, day.year * calendar.per_year + (day.month - 1) // months)

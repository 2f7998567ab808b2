"""How often a retailer reports, and which of its reports are missing for a period.

A retailer is expected to go on as it did: what it covers is looked at by calendar months,
quarters, halves or years, whichever fits its reports so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from royalties.domain.periods import Calendar, Period, period_of

_PATIENCE = 60
"""Days after which a report that is due counts as late."""

_YEAR = 12
_BY_MONTHS = (
    (1, Calendar.MONTHLY),
    (4, Calendar.QUARTERLY),
    (7, Calendar.HALF_YEARLY),
)

Span = tuple[date, date]
"""First and last day that a report covers."""


_ACCOUNTS = {
    "ebook": "e-books",
    "ingramspark": "IngramSpark",
    "kdp": "KDP",
    "plus": "Kobo Plus",
    "print": "printed books",
    "store": "the store",
    "vendor-central": "Vendor Central",
}
"""What people call the accounts that report formats name."""


def account_words(account: str) -> str:
    """What people call one of a retailer's accounts, such as KDP of Amazon."""
    return _ACCOUNTS.get(account, account)


class ReportStatus(StrEnum):
    """Whether the reports that a period needs are there."""

    IN = "in"
    AHEAD = "not due yet"
    DUE = "due"
    LATE = "late"
    OWN = "own orders"
    NEVER = "never"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Expected:
    """The status of a retailer's reports for a period.

    Attributes:
        standing: the worst of what is expected by now.
        rhythm: how often it reports; None if it never did.
        through: the last day that it covers.
        missing: what has ended and no report covers, the earliest first.
        ahead: the next that has not ended yet.
    """

    standing: ReportStatus
    rhythm: Calendar | None = None
    through: date | None = None
    missing: tuple[Period, ...] = ()
    ahead: Period | None = None


RETIRED = Expected(ReportStatus.RETIRED)
"""Of a retailer that was retired: nothing more is expected of it."""

OWN = Expected(ReportStatus.OWN)
"""Of orders: they bring their sales when they are shipped, and no report."""


def rhythm_of(spans: Sequence[Span], least: Calendar) -> Calendar:
    """How often reports come: the usual distance of their ends.

    The only report of a retailer may hold one sale of a whole year: it says that there is a
    report in each of the publisher's periods (``least``), or in each time as long as it covers.

    A missing report leaves a gap that a slower rhythm leaves too. So the fastest rhythm counts
    that two thirds of the distances show, or a third where half of its reports are there.
    """
    ends = sorted({_month(last) for _, last in spans})
    if len(ends) == 1:
        widest = max(_month(last) - _month(first) + 1 for first, last in spans)
        covers = next((each for most, each in _BY_MONTHS if widest <= most), Calendar.YEARLY)
        return min(covers, least, key=lambda each: each.per_year)
    gaps = [after - before for before, after in pairwise(ends)]
    for most, rhythm in _BY_MONTHS:
        seen = sum(gap <= most for gap in gaps)
        half_are_there = sum(gaps) * rhythm.per_year <= 2 * _YEAR * len(gaps)
        if 3 * seen >= 2 * len(gaps) or (3 * seen >= len(gaps) and half_are_there):
            return rhythm
    return Calendar.YEARLY


def expected(spans: Sequence[Span], period: Period, today: date) -> Expected:
    """The status of one retailer's reports for a period.

    Args:
        spans: what each of its reports covers, in any order.
        period: the period they are wanted for.
        today: what has not ended by this day is not due.
    """
    if not spans:
        return Expected(ReportStatus.NEVER)
    rhythm = rhythm_of(spans, period.calendar)
    first = period_of(min(span[0] for span in spans), rhythm)
    through = max(span[1] for span in spans)
    parts = [part for part in _parts(period, rhythm) if part >= first]
    there = [
        (period_of(start, rhythm).ordinal, period_of(last, rhythm).ordinal) for start, last in spans
    ]
    open_parts = [
        part for part in parts if not any(low <= part.ordinal <= high for low, high in there)
    ]
    missing = tuple(part for part in open_parts if part.ends < today)
    ahead = next((part for part in open_parts if part.ends >= today), None)
    if missing:
        late = (today - missing[0].ends).days > _PATIENCE
        standing = ReportStatus.LATE if late else ReportStatus.DUE
    elif len(open_parts) == len(parts):
        standing = ReportStatus.AHEAD
    else:
        standing = ReportStatus.IN
    return Expected(standing, rhythm, through, missing, ahead)


def in_runs(missing: Sequence[Period]) -> str:
    """Periods in words, the earliest first, neighbours as one run: ``2025-01 to 2025-03, 2025-05``.

    Whatever a year lacks of its months takes 78 characters at most.

    >>> in_runs([Period(Calendar.MONTHLY, 2025 * 12 + month) for month in (0, 1, 2, 4)])
    '2025-01 to 2025-03, 2025-05'
    """
    runs: list[tuple[Period, Period]] = []
    for period in missing:
        if runs and runs[-1][1].shift(1) == period:
            runs[-1] = (runs[-1][0], period)
        else:
            runs.append((period, period))
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)


def _parts(period: Period, rhythm: Calendar) -> list[Period]:
    """The months, quarters, … that end within a period."""
    first, last = period_of(period.starts, rhythm), period_of(period.ends, rhythm)
    return [
        each
        for each in (first.shift(n) for n in range(last.ordinal - first.ordinal + 1))
        if each.ends <= period.ends
    ]


def _month(day: date) -> int:
    return day.year * 12 + day.month

"""The days that a paper is about, as people write them: 2023-H2, 2023-12-31, or two of those."""

import re
from datetime import date, timedelta

from royalties.domain.periods import Calendar, NotAPeriodError, parse_period, period_of

Span = tuple[date, date]
"""The first and the last day, both of them included."""

_BETWEEN = re.compile(r" (?:to|until|[-–—]) |\.\.", re.IGNORECASE)
_HALF_FIRST = re.compile(r"([HQ][1-4])[ -]?(\d{4})", re.ASCII)
_DAY_LENGTH = len("2023-12-31")
_MOST = 2


class NotASpanError(ValueError):
    """A text that names no days; the message shows how one looks."""


def parse_span(text: str) -> Span:
    """Read a period of any calendar, a day, or the first and the last of two.

    >>> parse_span("2023-H2")
    (datetime.date(2023, 7, 1), datetime.date(2023, 12, 31))
    >>> parse_span("2022-04-01 to 2023-03-31")
    (datetime.date(2022, 4, 1), datetime.date(2023, 3, 31))

    Raises:
        NotASpanError: it is none of them.
    """
    parts = _BETWEEN.split(" ".join(text.split()))
    spans = [_span_of(part) for part in parts[: _MOST + 1]]
    if len(spans) > _MOST or None in spans:
        raise NotASpanError(
            f"{text[:40]!r} is no period and no day: write it like 2023, 2023-H2, 2023-Q4, "
            f"2023-07, 2023-12-31, or 2022-04-01 to 2023-03-31"
        )
    known = [each for each in spans if each is not None]
    first, last = known[0][0], known[-1][1]
    if last < first:
        raise NotASpanError(f"{text[:40]!r} ends before it begins: write the first day first")
    return first, last


def span_name(first: date, last: date) -> str:
    """The shortest that ``parse_span`` reads as these days.

    >>> span_name(date(2023, 7, 1), date(2023, 12, 31))
    '2023-H2'
    """
    for calendar in Calendar:
        period = period_of(first, calendar)
        if (period.starts, period.ends) == (first, last):
            return str(period)
    if first == last:
        return first.isoformat()
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        begins, ends = (period_of(day, Calendar.MONTHLY) for day in (first, last))
        if begins.place == 1 and ends.place == Calendar.MONTHLY.per_year:
            return f"{first.year:04d} to {last.year:04d}"
        return f"{begins} to {ends}"
    return f"{first.isoformat()} to {last.isoformat()}"


def _span_of(text: str) -> Span | None:
    text = text.strip().upper()
    if half_first := _HALF_FIRST.fullmatch(text):
        text = f"{half_first[2]}-{half_first[1]}"
    text = re.sub(r"^(\d{4}) ?([HQ][1-4])$", r"\1-\2", text, flags=re.ASCII)
    for calendar in Calendar:
        try:
            period = parse_period(text, calendar)
        except NotAPeriodError:
            continue
        return period.starts, period.ends
    if len(text) != _DAY_LENGTH:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day, day

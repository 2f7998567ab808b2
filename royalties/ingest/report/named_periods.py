"""Periods named outside the rows of a report: proposed as answers, never assumed.

A cover, the cells above the header, a sheet's name or the file's name often say ``May 2025``. A
single day there is usually that of the download, so it does not name a period.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

_ISO = re.compile(
    r"(?<!\d)(20\d\d)[-_./](0[1-9]|1[0-2])[-_./](0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII
)
_COMPACT_DAY = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII)
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?<![^\W_])([QH][1-4])[-_ ./]*(20\d\d)(?!\d)",
        r"(?<!\d)(20\d\d)[-_ ./]*([QH][1-4])(?![^\W_])",
        r"(?<!\d)(20\d\d)[-_./ ]?(0[1-9]|1[0-2])(?!\d)",
        r"(?<!\d)(0[1-9]|1[0-2])[-_./](20\d\d)(?!\d)",
        r"([^\W\d_]{3,15})[-_ .,/]{0,3}(20\d\d)(?!\d)",
        r"(?<!\d)(20\d\d)[-_ .,/]{0,3}([^\W\d_]{3,15})",
    )
)
_LONGEST = 300
_MOST = 3

Span = tuple[date, date]


def proposed(
    places: Iterable[tuple[str, str]], read: Callable[[str], Span | None]
) -> list[tuple[str, str]]:
    """Periods named in texts, each once, with where it was found.

    Args:
        places: where a text stands, in words, and the text.
        read: a period as people write it, or None.
    """
    periods: dict[str, str] = {}
    for where, text in places:
        for first, last in _spans(text[:_LONGEST], read):
            if name := _name(first, last):
                periods.setdefault(name, where)
    return [*periods.items()][:_MOST]


def proposed_days(places: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Days named in texts, each once, with where it was found."""
    days: dict[str, str] = {}
    for where, text in places:
        for day in _days(text[:_LONGEST]):
            days.setdefault(day.isoformat(), where)
    return [*days.items()][:_MOST]


def _spans(text: str, read: Callable[[str], Span | None]) -> Iterator[Span]:
    days = _days(text)
    if len(days) == 2 and days[0] < days[1]:
        yield days[0], days[1]
        return
    text = _COMPACT_DAY.sub(" ", _ISO.sub(" ", text))
    for shape in _SHAPES:
        for first, second in shape.findall(text):
            is_year = first.isdecimal() and len(first) == len("2025")
            year, other = (first, second) if is_year else (second, first)
            is_short = len(other) == len("Q1")
            span = read(f"{year}-{other.upper()}" if is_short else f"{other} {year}")
            if span is not None:
                yield span


def _days(text: str) -> list[date]:
    days = []
    for shape in (_ISO, _COMPACT_DAY):
        for parts in shape.findall(text):
            try:
                days.append(date(*map(int, parts)))
            except ValueError:
                continue
    return days


def _name(first: date, last: date) -> str:
    """A whole month, quarter, half-year or year, written as an answer; empty for other spans."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    is_last = (last + timedelta(days=1)).day == 1
    if first.day != 1 or not is_last or first.year != last.year or last.month % months:
        return ""
    number = last.month // months
    return {
        1: f"{first.year}-{first.month:02d}",
        3: f"{first.year}-Q{number}",
        6: f"{first.year}-H{number}",
        12: f"{first.year}",
    }.get(months, "")

"""Periods of all calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Calendar, NotAPeriodError, Period, parse_period, period_of
from tests.strategies import calendars, periods

any_day = st.dates(date(1, 1, 1), date(9997, 12, 31))


@given(periods())
def test_a_period_is_read_as_it_is_written(period: Period) -> None:
    assert parse_period(str(period), period.calendar) == period


@given(periods(), st.integers(-40, 40))
def test_shift_forth_and_back_gives_the_same_period(period: Period, steps: int) -> None:
    assert period.shift(steps).shift(-steps) == period
    assert (period.shift(steps) > period) == (steps > 0)
    assert (period.shift(steps) >= period) == (steps >= 0)


@given(periods())
def test_periods_adjoin(period: Period) -> None:
    """Every day lies in one period: the day after the last is the first of the next."""
    assert period.ends + timedelta(days=1) == period.shift(1).starts
    assert period.starts <= period.ends


@given(any_day, calendars)
def test_every_day_lies_in_its_period(day: date, calendar: Calendar) -> None:
    period = period_of(day, calendar)
    assert period.starts <= day <= period.ends
    assert period.year == day.year


@given(periods())
def test_first_and_last_day_belong_to_their_period(period: Period) -> None:
    assert period_of(period.starts, period.calendar) == period
    assert period_of(period.ends, period.calendar) == period


@given(periods())
def test_a_year_has_its_periods(period: Period) -> None:
    calendar = period.calendar
    assert 1 <= period.place <= calendar.per_year
    assert period.ends_year == ((period.ends.month, period.ends.day) == (12, 31))
    assert period.shift(calendar.per_year).year == period.year + 1
    assert period.shift(calendar.per_year).place == period.place


@given(periods(), calendars)
def test_a_name_belongs_to_one_calendar(period: Period, other: Calendar) -> None:
    if other is not period.calendar:
        with pytest.raises(NotAPeriodError, match=f"is not a {other.value} period"):
            parse_period(str(period), other)


@pytest.mark.parametrize(
    ("calendar", "name", "first", "last"),
    [
        (Calendar.YEARLY, "2025", date(2025, 1, 1), date(2025, 12, 31)),
        (Calendar.YEARLY, "0001", date(1, 1, 1), date(1, 12, 31)),
        (Calendar.YEARLY, "9998", date(9998, 1, 1), date(9998, 12, 31)),
        (Calendar.HALF_YEARLY, "2025-H1", date(2025, 1, 1), date(2025, 6, 30)),
        (Calendar.HALF_YEARLY, "2025-H2", date(2025, 7, 1), date(2025, 12, 31)),
        (Calendar.QUARTERLY, "2025-Q3", date(2025, 7, 1), date(2025, 9, 30)),
        (Calendar.MONTHLY, "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (Calendar.MONTHLY, "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_first_and_last_days_of_periods(
    calendar: Calendar, name: str, first: date, last: date
) -> None:
    period = parse_period(name, calendar)
    assert (period.starts, period.ends) == (first, last)


@pytest.mark.parametrize(
    ("calendar", "name", "example"),
    [
        (Calendar.YEARLY, "25", "2025"),
        (Calendar.YEARLY, "0000", "2025"),
        (Calendar.YEARLY, "9999", "2025"),
        (Calendar.HALF_YEARLY, "2025-H3", "2025-H1"),
        (Calendar.HALF_YEARLY, "2025-h1", "2025-H1"),
        (Calendar.QUARTERLY, "2025-Q0", "2025-Q3"),
        (Calendar.MONTHLY, "2025-13", "2025-07"),
        (Calendar.MONTHLY, "2025-7", "2025-07"),
        (Calendar.MONTHLY, "2025-07\n", "2025-07"),
    ],
)
def test_a_wrong_name_is_refused_with_an_example(
    calendar: Calendar, name: str, example: str
) -> None:
    with pytest.raises(NotAPeriodError, match=f"write it like {example}"):
        parse_period(name, calendar)

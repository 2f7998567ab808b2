"""Banking days, by the schedules that the banks publish."""

from datetime import date, timedelta

import pytest
from achlens.core.calendar import FEDERAL_RESERVE_HOLIDAYS

from royalties.adapters.banking_days import Calendar, after, is_banking_day

MISTAKEN = {date(2028, 11, 10)}
"""Veterans Day 2028 is a Saturday; the judge has the Friday, on which Reserve Banks are open."""


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def test_federal_reserve_is_closed_on_the_days_of_its_own_schedule() -> None:
    days = every_day(date(2026, 1, 1), date(2030, 12, 31))
    closed = {day for day in days if day.weekday() < 5 and not is_banking_day(day)}
    monday = timedelta(days=1)
    listed = {day + monday if day.weekday() == 6 else day for day in FEDERAL_RESERVE_HOLIDAYS}
    assert closed == {day for day in listed if day.weekday() < 5} - MISTAKEN


@pytest.mark.parametrize(
    "day", [date(2026, 7, 3), date(2027, 6, 18), date(2027, 12, 24), date(2021, 12, 31)]
)
def test_federal_reserve_is_open_before_a_holiday_on_saturday(day: date) -> None:
    assert is_banking_day(day)


def test_new_year_on_a_sunday_closes_the_monday() -> None:
    assert not is_banking_day(date(2034, 1, 2))


def test_target_is_closed_on_six_days_a_year() -> None:
    days = every_day(date(2026, 1, 1), date(2026, 12, 31))
    closed = [day for day in days if day.weekday() < 5 and not is_banking_day(day, Calendar.TARGET)]
    assert closed == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 12, 25),
    ]  # 26 December 2026 is a Saturday


@pytest.mark.parametrize(
    "day", [date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 12), date(2026, 12, 28)]
)
def test_canadas_banks_keep_their_holidays(day: date) -> None:
    assert not is_banking_day(day, Calendar.CANADA)
    assert is_banking_day(day + timedelta(days=1), Calendar.CANADA)


def test_days_are_counted_over_weekends_and_holidays() -> None:
    friday = date(2026, 12, 24)  # a Thursday, before Christmas and a weekend
    assert after(friday, 0) == friday
    assert after(friday, 1) == date(2026, 12, 28)
    assert after(friday, 2) == date(2026, 12, 29)
    assert after(date(2026, 12, 26), 0) == date(2026, 12, 28)
    assert after(date(2026, 12, 26), 1) == date(2026, 12, 28)

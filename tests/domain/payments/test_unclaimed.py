"""Since when money has been owed: what is carried forward or comes back keeps its age."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments.unclaimed import (
    AccountPeriod,
    AgeBand,
    age_text,
    band_of,
    completed_months,
    owed_since,
)

ENDS = [date(2023, 6, 30), date(2023, 12, 31), date(2024, 6, 30), date(2024, 12, 31)]


def account(*carried: int, brought_in: int = 0) -> list[AccountPeriod]:
    """Half years from 2023 on, each with what it carries forward, and a statement."""
    rows, before = [], brought_in
    for number, (ends, amount) in enumerate(zip(ENDS, carried, strict=False)):
        starts = ends.replace(month=1 if ends.month == 6 else 7, day=1)
        rows.append(AccountPeriod(number, starts, ends, before, amount, f"S{number}"))
        before = amount
    return rows


def test_what_a_close_leaves_is_owed_since_its_period_ended() -> None:
    assert owed_since(account(0, 0), {}) == {0: ENDS[0], 1: ENDS[1]}
    assert owed_since([], {}) == {}


def test_what_is_carried_forward_keeps_its_age() -> None:
    assert owed_since(account(5, 9, 0, 0), {}) == {
        0: ENDS[0],
        1: ENDS[0],
        2: ENDS[0],
        3: ENDS[3],
    }
    assert owed_since(account(-5, 9), {}) == {0: ENDS[0], 1: ENDS[1]}


def test_what_came_back_keeps_its_age() -> None:
    assert owed_since(account(0, 0, 0), {2: ["S0"]}) == {0: ENDS[0], 1: ENDS[1], 2: ENDS[0]}
    twice = owed_since(account(0, 0, 0, 0), {2: ["S0"], 3: ["S2", "of somebody else"]})
    assert twice[3] == ENDS[0]


def test_what_was_brought_in_is_older_than_the_books() -> None:
    assert owed_since(account(0, brought_in=7), {}) == {0: date(2022, 12, 31)}
    assert owed_since(account(0, brought_in=-7), {}) == {0: ENDS[0]}


@given(
    since=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    days=st.integers(0, 20_000),
)
def test_months_are_complete_and_never_go_back(since: date, days: int) -> None:
    today = since + timedelta(days=days)
    months = completed_months(since, today)
    assert 0 <= months <= completed_months(since, today + timedelta(days=1)) <= months + 1
    assert days >= months * 28


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2024, 8, 31), date(2024, 9, 30), 1),
        (date(2024, 8, 31), date(2024, 9, 29), 0),
    ],
)
def test_the_last_day_of_a_month_completes_it(since: date, today: date, months: int) -> None:
    assert completed_months(since, today) == months


@given(st.integers(0, 2_000))
def test_each_age_has_one_band_and_words(months: int) -> None:
    least = {AgeBand.UNDER_ONE: 0, AgeBand.ONE: 12, AgeBand.THREE: 36, AgeBand.FIVE: 60}
    assert least[band_of(months)] == max(each for each in least.values() if each <= months)
    assert str(months // 12 or months % 12 or "less") in age_text(months)

"""Periods of any calendar, days, and what lies between two of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Period
from royalties.domain.spans import NotASpanError, parse_span, span_name
from tests.strategies import periods

days = st.dates(date(1, 1, 1), date(9997, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("2023", "2023-01-01", "2023-12-31", "2023"),
        ("2023-H2", "2023-07-01", "2023-12-31", "2023-H2"),
        ("h2 2023", "2023-07-01", "2023-12-31", "2023-H2"),
        ("2023Q4", "2023-10-01", "2023-12-31", "2023-Q4"),
        ("2023-07", "2023-07-01", "2023-07-31", "2023-07"),
        ("2023-12-31", "2023-12-31", "2023-12-31", "2023-12-31"),
        ("2022-04-01 to 2023-03-31", "2022-04-01", "2023-03-31", "2022-04 to 2023-03"),
        ("2021 – 2022", "2021-01-01", "2022-12-31", "2021 to 2022"),
        (" 2021-07..2021-08-15 ", "2021-07-01", "2021-08-15", "2021-07-01 to 2021-08-15"),
    ],
)
def test_days_are_read_as_people_write_them(text: str, first: str, last: str, name: str) -> None:
    span = date.fromisoformat(first), date.fromisoformat(last)
    assert parse_span(text) == span
    assert span_name(*span) == name


@pytest.mark.parametrize(
    "text", ["", "2023-H3", "2023-13", "2023-02-30", "soon", "1 to 2", "2023 to 2022", "2023-0701",
             "2021 to 2022 to 2023", "2023 to"],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(NotASpanError):
        parse_span(text)


@given(periods())
def test_every_period_is_a_span(period: Period) -> None:
    assert parse_span(str(period)) == (period.starts, period.ends)


@given(days, days)
def test_period_spans_are_parsed_from_their_names(one: date, other: date) -> None:
    first, last = min(one, other), max(one, other)
    assert parse_span(span_name(first, last)) == (first, last)

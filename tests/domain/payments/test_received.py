"""Fiscal years cover every day once; what came back is not received."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments.life import PaymentState
from royalties.domain.payments.received import FiscalYear, Received, ReceivedPayment

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(1, 12))
def test_each_day_lies_in_one_fiscal_year(day: date, month: int) -> None:
    year = FiscalYear.of(day, month)
    assert year.first <= day <= year.last
    assert year.first.month == month
    assert year.last.year == year.year
    assert FiscalYear.of(year.last + timedelta(days=1), month) == FiscalYear(year.year + 1, month)
    assert FiscalYear.of(year.first - timedelta(days=1), month) == FiscalYear(year.year - 1, month)


def payment(
    gross: int, tax: int, ended_on: date | None = None, tax_kept: int | None = None
) -> ReceivedPayment:
    day = date(2026, 5, 1)
    state = PaymentState.RETURNED if ended_on else PaymentState.SETTLED
    return ReceivedPayment(1, day, day, state, "FED 1", ("S1",), gross, tax, ended_on, tax_kept)


def test_what_came_back_counts_only_by_the_tax_that_stays() -> None:
    back = date(2026, 6, 1)
    received = Received(
        "USD", (payment(1000, 240), payment(500, 120, back), payment(700, 168, back, 168))
    )
    assert (received.gross, received.tax, received.net) == (1168, 408, 760)
    assert [each.counted_net for each in received.payments] == [760, 0, 0]

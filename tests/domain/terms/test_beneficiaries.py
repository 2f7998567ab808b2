"""Which tax rate holds on a day, and by when a period is paid."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.periods import Calendar, period_of
from royalties.domain.terms.beneficiaries import Publisher
from tests.builders.domain import a_beneficiary


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2024, 12, 31), "0"),
        (date(2025, 1, 1), "0.30"),
        (date(2026, 6, 30), "0.30"),
        (date(2026, 7, 1), "0.15"),
    ],
)
def test_the_tax_rate_that_began_last_is_in_force(day: date, rate: str) -> None:
    taxed = a_beneficiary(tax={date(2026, 7, 1): "0.15", date(2025, 1, 1): "0.30"})
    assert taxed.tax_rate_on(day) == Fraction(rate)


def test_royalties_are_paid_so_many_days_after_the_period_ends() -> None:
    house = Publisher("Example House", "USD", "half-yearly", "2025-H1")
    period = period_of(date(2025, 3, 1), Calendar.HALF_YEARLY)
    assert house.pays_by(period) is None
    assert replace(house, pays_within=0).pays_by(period) == date(2025, 6, 30)
    assert replace(house, pays_within=90).pays_by(period) == date(2025, 9, 28)

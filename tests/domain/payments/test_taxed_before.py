"""What was taxed before: shares of balances, statements and payments, and no tax on them again."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments import entries
from royalties.domain.payments.proposing import Part
from royalties.domain.payments.taxed_before import entering, kept_of, share_of, tax_on
from royalties.domain.royalties.postings import (
    TAX,
    Entry,
    beneficiary_account,
    in_transit_account,
    to_pay_account,
)

AMOUNTS = st.dictionaries(st.integers(1, 8), st.integers(1, 10**6))


@pytest.mark.parametrize(
    ("ended_on", "kept"), [(date(2025, 12, 31), None), (date(2026, 1, 1), 120)]
)
def test_tax_stays_once_its_year_is_over(ended_on: date, kept: int | None) -> None:
    assert kept_of(120, date(2025, 12, 1), ended_on) == kept


def test_what_came_back_is_in_each_balance_until_it_is_set_aside() -> None:
    assert entering({2: 380}, {1: 50, 2: 0, 3: 500, 4: 70}) == {1: 0, 2: 380, 3: 380, 4: 0}
    assert entering({2: 380}, {2: 300, 3: 500}) == {2: 380, 3: 80}


@given(AMOUNTS, AMOUNTS)
def test_no_more_is_taxed_before_than_came_back(
    back: dict[int, int], to_pay: dict[int, int]
) -> None:
    pools = entering(back, {**to_pay, 9: 0})
    taken = sum(min(pools[period], amount) for period, amount in to_pay.items())
    assert taken + pools[9] == sum(back.values())


def test_what_was_taxed_of_a_statement_is_paid_first() -> None:
    left = {"2026-1": 380, "2026-2": 0}
    assert share_of([Part("2025-1", 40), Part("2026-1", 300)], left) == 300
    assert share_of([Part("2026-1", 200), Part("2026-2", 9)], left) == 80
    assert share_of([Part("2026-1", 200)], left) == 0


def test_tax_is_taken_of_what_was_not_taxed() -> None:
    parts = [Part("a", 300), Part("b", 200)]
    assert tax_on(parts, (), 0, Fraction(3, 10)) == 150
    assert tax_on(parts, ("b",), 0, Fraction(3, 10)) == 90
    assert tax_on(parts, (), 380, Fraction(3, 10)) == 36
    assert tax_on(parts, ("b",), 380, Fraction(3, 10)) == 0


def balances(posted: list[Entry]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in posted:
        assert sum(side.amount for side in entry.postings) == 0
        for side in entry.postings:
            sums[side.account] = sums.get(side.account, 0) + side.amount
    return {account: amount for account, amount in sums.items() if amount}


@pytest.mark.parametrize("has_arrived", [False, True])
def test_tax_of_an_earlier_year_stays_in_the_ledger(*, has_arrived: bool) -> None:
    sent = entries.sent("tacoma", "USD", 500, 120, "payment P-000001")
    arrived = [entries.settled("tacoma", "USD", 380, "payment P-000001")] if has_arrived else []
    back = entries.net_taken_back("tacoma", "USD", 380, arrived, "payment P-000001")
    assert balances([sent, *arrived, *back]) == {
        to_pay_account("tacoma"): 500,
        TAX: -120,
        beneficiary_account("tacoma"): -380,
    }
    assert in_transit_account("tacoma") not in balances([sent, *arrived, *back])


def test_payment_that_was_all_tax_owes_nothing_again() -> None:
    assert entries.net_taken_back("tacoma", "USD", 0, [], "payment P-000001") == []

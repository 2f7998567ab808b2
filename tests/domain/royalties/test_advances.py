"""Advances earned back: calculation.md, "2. Contract account"."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.terms.contracts import Advance, Basis
from tests.builders.domain import (
    House,
    a_contract,
    a_house,
    a_rule,
    a_sale,
    account_of,
    an_advance,
    played,
    runs_of,
)
from tests.strategies import advances

added = st.lists(
    st.tuples(
        st.lists(advances, max_size=2),
        st.sampled_from([0, 1, 99, 1000, 3333, -1, -2000]),
    ),
    min_size=1,
    max_size=7,
)
"""Advances that a period's setup file adds, and cents earned in it."""


def a_house_with(*paid: Advance) -> House:
    """Everything received is earned."""
    return a_house(a_contract(a_rule(1, Basis.NET), advances=paid))


@given(added)
def test_each_cent_of_an_advance_is_recouped_once(
    periods: list[tuple[list[Advance], int]],
) -> None:
    """Paid = recouped + unrecouped; the least of what is available and what is outstanding.

    The oldest first: no advance is earned back while an older one stands.
    """
    paid: list[Advance] = []
    years = []
    for more, cents in periods:
        paid += more
        sale = a_sale(1 if cents > 0 else -1, net=Fraction(cents, 100))
        years.append((a_house_with(*paid), [sale], ()))
    recouped = 0
    for run, (house, _, _) in zip(played(years).runs, years, strict=True):
        done = account_of(run)
        counting = [each for each in house.contracts[0].advances if each.paid_on <= run.period.ends]
        outstanding = sum(each.amount - each.recouped for each in counting) - recouped
        assert done.recouped == min(max(done.available, 0), outstanding)
        recouped += done.recouped
        assert sum(each.outstanding for each in done.advances) == outstanding - done.recouped
        assert sum(each.now for each in done.advances) == done.recouped
        by_age = [each.advance for each in done.advances]
        assert by_age == sorted(counting, key=lambda each: each.paid_on)
        for number, each in enumerate(done.advances):
            assert each.outstanding >= 0
            assert each.now >= 0
            assert each.before >= each.advance.recouped
            if each.now:
                assert not any(older.outstanding for older in done.advances[:number])


def test_oldest_advance_is_recouped_first() -> None:
    house = a_house_with(
        an_advance(500, date(2025, 3, 1)),
        an_advance(1000, date(2014, 5, 1), recouped=400),
        an_advance(700, date(2025, 7, 1)),
    )
    runs = runs_of(house, [a_sale(net=8)], [a_sale(net=8)], [a_sale(net=8)])
    assert [[(each.before, each.now) for each in account_of(run).advances] for run in runs] == [
        [(400, 600), (0, 200)],
        [(1000, 0), (200, 300), (0, 500)],
        [(1000, 0), (500, 0), (500, 200)],
    ]
    assert [account_of(run).payable for run in runs] == [0, 0, 600]


def test_an_advance_counts_from_the_period_that_contains_its_day() -> None:
    for day, recouped in ((date(2025, 6, 30), 500), (date(2025, 7, 1), 0)):
        (done,) = runs_of(a_house_with(an_advance(2000, day)), [a_sale(net=5)])
        assert account_of(done).recouped == recouped


def test_debit_balance_recoups_no_advance() -> None:
    house = a_house_with(an_advance(2000))
    first, second = runs_of(house, [a_sale(-1, net=-5)], [a_sale(net=8)])
    assert (account_of(first).recouped, account_of(first).carried_forward) == (0, -500)
    assert (account_of(second).recouped, account_of(second).available) == (300, 300)


def test_an_advance_added_later_is_outstanding_in_full() -> None:
    """Also one that is older than those which were earned back."""
    first, both = an_advance(600, date(2025, 1, 1)), an_advance(500, date(2014, 5, 1))
    years = [
        (a_house_with(first), [a_sale(net=6)], ()),
        (a_house_with(first, both), [a_sale(net=7)], ()),
    ]
    runs = played(years).runs
    assert [account_of(run).recouped for run in runs] == [600, 500]
    assert account_of(runs[1]).payable == 200

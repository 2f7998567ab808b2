"""Reserves against returns: calculation.md, "2. Contract account"."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Calendar
from royalties.domain.royalties.inputs import HeldReserve
from royalties.domain.royalties.results import ContractRun, Run
from royalties.domain.terms.catalogue import Format
from royalties.domain.terms.contracts import Basis, Contract, Reserve
from tests.builders.domain import (
    House,
    SaleLine,
    Year,
    a_contract,
    a_house,
    a_reserve,
    a_rule,
    a_sale,
    account_of,
    an_edition,
    an_income,
    played,
    runs_of,
)
from tests.strategies import days, reserves

HARD, EBOOK, OTHER = "9781442200012", "9781442200029", "9781442200036"

sold = st.lists(
    st.builds(
        lambda net, isbn, retailer: a_sale(
            1 if net > 0 else -1, net=net, isbn=isbn, retailer=retailer
        ),
        st.sampled_from([Fraction(n, 100) for n in (1, 333, 1000, 7005, -1, -450, -9999)]),
        st.sampled_from([HARD, EBOOK, OTHER]),
        st.sampled_from(["amazon", "bn"]),
    ),
    max_size=4,
)
changing = st.lists(st.tuples(st.one_of(reserves, st.none()), sold), min_size=1, max_size=7)
"""Terms that change between periods, and what was sold in each."""


def a_house_with(
    terms: Reserve | None, published: date | None = date(2025, 1, 1), **more: str
) -> House:
    """Everything received is earned, by two titles, one of them in two formats."""
    contract = a_contract(
        a_rule(1, Basis.NET), titles=["b1", "b2"], reserve=terms, rights={"audio": "1"}
    )
    return a_house(
        contract,
        editions=[
            an_edition(HARD, "b1", published=published),
            an_edition(EBOOK, "b1", Format.EBOOK, published=published),
            an_edition(OTHER, "b2", published=date(2024, 1, 1)),
        ],
        calendar=Calendar.HALF_YEARLY,
    )


def accounts(periods: list[tuple[Reserve | None, list[SaleLine]]], day: date) -> list[ContractRun]:
    years: list[Year] = [(a_house_with(terms, day), lines, ()) for terms, lines in periods]
    return [account_of(each) for each in played(years).runs]


@given(changing, days)
def test_reserves_are_released_in_full_and_once(
    periods: list[tuple[Reserve | None, list[SaleLine]]], day: date
) -> None:
    """Withheld = released + still held, whatever the terms become.

    Nothing is held longer than the terms then in force say, nothing comes free before, and
    where the reserve is taken out of the contract all of it comes free.
    """
    held: dict[int, int] = {}
    house = a_house_with(None)
    for number, (done, (terms, _)) in enumerate(zip(accounts(periods, day), periods, strict=True)):
        now = house.first.shift(number).ordinal
        due = {
            then: amount
            for then, amount in held.items()
            if terms is None or then + terms.hold_periods <= now
        }
        assert {each.period: each.amount for each in done.reserve.released_from} == due
        assert done.reserve.released == sum(due.values())
        for then in due:
            del held[then]
        if done.reserve.withheld:
            held[now] = done.reserve.withheld
        assert terms is not None or not done.reserve.withheld
    last = accounts([*periods, (None, [])], day)[-1]
    assert last.reserve.released == sum(held.values())


@given(changing, days)
def test_a_reserve_is_part_of_what_was_earned(
    periods: list[tuple[Reserve | None, list[SaleLine]]], day: date
) -> None:
    for done, (terms, lines) in zip(accounts(periods, day), periods, strict=True):
        most = sum(max(0, line.earned) for line in done.lines)
        assert 0 <= done.reserve.withheld <= done.reserve.eligible <= most
        if terms is not None and not any(terms.rates):
            assert done.reserve.withheld == 0
        if not lines:
            assert done.reserve.eligible == 0


def withheld(runs: list[Run]) -> list[int]:
    return [account_of(each).reserve.withheld for each in runs]


def released(runs: list[Run]) -> list[int]:
    return [account_of(each).reserve.released for each in runs]


def test_reserve_is_released_after_the_agreed_periods() -> None:
    runs = runs_of(a_house_with(a_reserve("0.20", hold_periods=2)), *[[a_sale(net=10)]] * 4)
    assert withheld(runs) == [200, 200, 200, 200]
    assert released(runs) == [0, 0, 200, 200]
    assert account_of(runs[2]).reserve.released_from == (HeldReserve(runs[0].period.ordinal, 200),)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (a_reserve("0.20", hold_periods=1), [0, 0, 600, 0, 0]),  # shortened: what is overdue too
        (a_reserve("0.20", hold_periods=3), [0, 0, 0, 200, 400]),  # lengthened: all wait longer
        (None, [0, 0, 600, 0, 0]),
    ],
)
def test_released_reserve_when_terms_change(later: Reserve | None, expected: list[int]) -> None:
    """Withheld for two periods: 2.00, then 4.00; from the third period other terms hold."""
    before = a_reserve("0.20", hold_periods=2)
    lines = [[a_sale(net=10)], [a_sale(net=20)], [], [], []]
    terms = [before, before, later, later, later]
    years: list[Year] = [
        (a_house_with(each), sales, ()) for each, sales in zip(terms, lines, strict=True)
    ]
    assert released(played(years).runs) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (a_reserve("0.5"), (1300, 650)),
        (a_reserve("0.5", formats=["ebook"]), (300, 150)),
        (a_reserve("0.5", channels=["bookstore"]), (0, 0)),
        (a_reserve("0.5", formats=["hardcover"], channels=["online"]), (1600, 800)),
        (a_reserve("0.5", by_period=True), (1500, 750)),
        (a_reserve("0.5", by_period=True, formats=["hardcover"]), (1200, 600)),
    ],
)
def test_reserve_is_withheld_of_eligible_sales_only(
    terms: Reserve, expected: tuple[int, int]
) -> None:
    """Title one: a hardcover's 12 and an e-book's 3. Title two: 4 online, 6 back at a bookstore.

    By title, the second counts for nothing; and income is never reserved.
    """
    lines = [
        a_sale(net=12, isbn=HARD),
        a_sale(net=3, isbn=EBOOK),
        a_sale(net=4, isbn=OTHER),
        a_sale(-1, net=-6, isbn=OTHER, retailer="bn"),
    ]
    (done,) = played([(a_house_with(terms), lines, [an_income(5000, "audio")])]).runs
    found = account_of(done).reserve
    assert (found.eligible, found.withheld) == expected


def test_reserve_is_rounded_once_over_all_titles() -> None:
    """Half of 0.01 twice is 0.01."""
    lines = [a_sale(net="0.01", isbn=HARD), a_sale(net="0.01", isbn=OTHER)]
    for terms in (a_reserve("0.5"), a_reserve("0.5", "0.5", "0.5", by_period=True)):
        (done,) = runs_of(a_house_with(terms), lines)
        assert account_of(done).reserve.withheld == 1


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (date(2025, 1, 1), [500, 300, 0, 0]),
        (date(2025, 6, 30), [500, 300, 0, 0]),
        (date(2024, 12, 31), [300, 0, 0, 0]),
        (date(2025, 7, 1), [500, 500, 300, 0]),
        (date(2020, 1, 1), [0, 0, 0, 0]),
        (date(2030, 1, 1), [500, 500, 500, 500]),
        (None, [500, 500, 500, 500]),
    ],
)
def test_reserve_rate_depends_on_the_age_of_the_title(
    published: date | None, expected: list[int]
) -> None:
    """The first contains its publication date; before it the first rate holds; then nothing."""
    house = a_house_with(a_reserve("0.5", "0.3", by_period=True), published)
    assert withheld(runs_of(house, *[[a_sale(net=10)]] * 4)) == expected


def test_no_reserve_is_withheld_of_returns() -> None:
    (done,) = runs_of(a_house_with(a_reserve("0.5")), [a_sale(-1, net=-10)])
    assert account_of(done).reserve.withheld == 0
    assert account_of(done).carried_forward == -1000


def test_reserves_of_contracts_are_separate() -> None:
    def a_contract_of(key: str, terms: Reserve | None) -> Contract:
        return a_contract(a_rule(1, Basis.NET), key=key, reserve=terms)

    house = a_house(a_contract_of("one", a_reserve("0.5")), a_contract_of("two", None))
    runs = runs_of(house, [a_sale(net=10)], [])
    assert [account_of(each, "one").payable for each in runs] == [500, 500]
    assert [account_of(each, "two").payable for each in runs] == [1000, 0]


def test_title_in_debit_neither_lowers_nor_raises_the_reserve() -> None:
    """At a rate of 1 exactly what one title earned is withheld, whatever another lost."""
    house = a_house_with(a_reserve(1, 1, 1, by_period=True))
    (done,) = runs_of(house, [a_sale(net=100, isbn=HARD), a_sale(-1, net=-5, isbn=OTHER)])
    reserve = account_of(done).reserve
    assert (reserve.eligible, reserve.withheld) == (10_000, 10_000)


def test_without_a_reserve_nothing_is_eligible() -> None:
    (done,) = runs_of(a_house_with(None), [a_sale(net=100, isbn=HARD)])
    reserve = account_of(done).reserve
    assert (reserve.eligible, reserve.withheld, reserve.released, reserve.released_from) == (
        0,
        0,
        0,
        (),
    )

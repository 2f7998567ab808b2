"""One example for each of calculation.md's "Corner readings".

That caps of one name are refused and that more than six decimals are a problem are readings of
files: the tests of ``ingest`` show them.
"""

from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.money import MICRO
from royalties.domain.royalties.run_document import run_document
from royalties.domain.sales.slices import Place
from royalties.domain.terms.catalogue import Edition, Format, Price
from royalties.domain.terms.contracts import Basis, Counts, Resets
from royalties.domain.terms.plans import CapPer, Member, Step
from tests.builders.domain import (
    ISBN,
    a_cap,
    a_contract,
    a_discount,
    a_house,
    a_plan,
    a_rule,
    a_sale,
    a_tier,
    account_of,
    an_edition,
    given_by,
    nested,
    remainder,
    runs_of,
    share,
    to,
    when,
)

WA, TX = Place("US", "WA", "Seattle"), Place("US", "TX", "Houston")
WASHINGTON, TEXAS = when(regions=["WA"]), when(regions=["TX"])
REST = remainder(to("rest"))
ALL = a_contract(a_rule(1, Basis.NET))
"""Everything received is earned."""


def test_remaining_part_is_rounded_like_the_part() -> None:
    """A third of a dollar is 33 cents; when half of every line is gone, 16⅔ cents are 17."""
    lines = [a_sale(net="0.333333", place=WA), a_sale(net="0.666666", place=TX)]
    half = share("0.5", to("ben"))
    for first, expected in (([], 33), ([half], 17)):
        plan = a_plan(*first, remainder(to("ann"), when=WASHINGTON), REST)
        (done,) = runs_of(a_house(ALL, plans=[plan]), lines)
        assert account_of(done).payable == 100
        assert given_by(account_of(done))[len(first) + 1, "ann"] == expected


def test_part_is_never_more_than_what_is_left() -> None:
    """Half a cent each, and one cent in all: whoever comes first gets it."""
    lines = [a_sale(net="0.005", place=WA), a_sale(net="0.005", place=TX)]
    plan = a_plan(remainder(to("ann"), when=TEXAS), remainder(to("ben"), when=WASHINGTON), REST)
    (done,) = runs_of(a_house(ALL, plans=[plan]), lines)
    assert given_by(account_of(done)) == {(1, "ann"): 1}


def test_line_part_keeps_its_sign_and_only_sums_are_clamped() -> None:
    """Washington sold 150 online and took back 50 at a bookstore: its part is 100 of 100.

    The bookstore with Texas makes 50; once that is gone, Washington's lines still hold 150, but
    never more than the part they had.
    """
    lines = [
        a_sale(net=150, place=WA),
        a_sale(-1, net=-50, place=WA, retailer="bn"),
        a_sale(net=100, place=TX, retailer="bn"),
        a_sale(-1, net=-100, place=Place(), retailer="web"),
    ]
    at_bookstores = remainder(to("ben"), when=when(retailers=["bn"]))
    in_washington = remainder(to("ann"), when=WASHINGTON)
    nowhere = remainder(to("cid"), when=when(retailers=["web"]))

    def given(*steps: Step) -> dict[tuple[int, str], int]:
        plan = a_plan(*steps)
        house = a_house(a_contract(a_rule(1, Basis.NET)), plans=[plan])
        (done,) = runs_of(house, lines)
        assert account_of(done).payable == 10_000
        return given_by(account_of(done))

    assert given(in_washington, REST) == {(1, "ann"): 10_000}
    assert given(nowhere, REST) == {(2, "rest"): 10_000}
    assert given(at_bookstores, in_washington, REST) == {(1, "ben"): 5000, (2, "ann"): 5000}


def test_part_never_grows() -> None:
    """The same Washington, with fifty that stood undistributed: a hundred, not a hundred fifty."""
    first = [a_sale(net=100)]
    second = [
        a_sale(net=150, place=WA),
        a_sale(-1, net=-50, place=WA, retailer="bn"),
        a_sale(net=100, place=TX, retailer="bn"),
        a_sale(-1, net=-100, place=Place(), retailer="web"),
    ]
    later = date(2025, 7, 1)
    plan = a_plan(
        remainder(to("ben"), when=when(retailers=["bn"]), from_=later),
        remainder(to("ann"), when=WASHINGTON, from_=later),
        remainder(to("cid"), from_=later),
        remainder(to("rest"), cap=a_cap(0)),
    )
    _, done = runs_of(a_house(ALL, plans=[plan]), first, second)
    account = account_of(done)
    assert (account.payable, account.undistributed_before) == (10_000, 10_000)
    assert given_by(account) == {(1, "ben"): 5000, (2, "ann"): 10_000, (3, "cid"): 5000}


def test_a_unit_cost_is_converted_at_the_stated_rate_into_the_lines_currency() -> None:
    """USD 5.00 is GBP 4.00: GBP 6.00 are left, and those are USD 7.80."""
    house = a_house(
        a_contract(a_rule(1, Basis.PROFIT)),
        editions=[an_edition(unit_cost=5)],
        exchange_rates={("USD", "GBP"): "0.80", ("GBP", "USD"): "1.30"},
    )
    (done,) = runs_of(house, [a_sale(net=10, currency="GBP")])
    (line,) = account_of(done).lines
    assert (line.base, line.exchange_rate, line.earned) == (6 * MICRO, Fraction("1.30"), 780)


def test_edition_price_is_used_for_base_discount_and_tiers() -> None:
    """The price in the line's currency that began last: base, discount and ``tiers_by``."""
    edition = Edition(
        ISBN,
        Format.HARDCOVER,
        tuple(
            Price(currency, units * MICRO, day)
            for currency, units, day in (
                ("USD", 30, date(2025, 4, 2)),
                ("USD", 20, date(2025, 4, 1)),
                ("USD", 10, date(2025, 1, 1)),
                ("GBP", 99, date(2025, 4, 1)),
            )
        ),
    )
    micro = edition.price_on(date(2025, 4, 1), "USD")
    assert micro == 20 * MICRO
    price = Fraction(micro, MICRO)
    contract = a_contract(
        a_rule(
            name="Deep",
            tiers=[a_tier("0.1", 50), a_tier("0.2")],
            counts=Counts.LIST,
            discount=a_discount(from_="0.6"),
        ),
        a_rule(name="Other"),
    )
    (done,) = runs_of(a_house(contract), [a_sale(5, price, 40, 1 - Fraction(40) / (5 * price))])
    found = [(line.rule, line.base, line.portion, line.earned) for line in account_of(done).lines]
    assert found == [
        ("Deep", 100 * MICRO, Fraction(1, 2), 500),
        ("Deep", 100 * MICRO, Fraction(1, 2), 1000),
    ]


def test_exception_of_a_title_without_contract_names_no_contract() -> None:
    house = a_house(a_contract(titles=["another"]))
    (done,) = runs_of(house, [a_sale(3)])
    (exception,) = run_document(done, "draft")["exceptions"]
    assert exception["contract"] is None


def test_excess_of_capped_members_is_split_before_that_of_nested_steps() -> None:
    """Thirty each of ninety; ann keeps ten, so the nested list gets forty and places half.

    Its other twenty go to cid, who is full at fifty; the ten that nobody can take go on.
    """
    half = nested(share("0.5", to("ben")))
    members = (to("ann", cap=a_cap(10)), half, to("cid", cap=a_cap(50)))
    (done,) = runs_of(a_house(ALL, plans=[a_plan(remainder(*members), REST)]), [a_sale(net=90)])
    assert given_by(account_of(done)) == {
        (1, "ann"): 1000,
        (1, "ben"): 2000,
        (1, "cid"): 5000,
        (2, "rest"): 1000,
    }


FULL = a_cap(100, CapPer.LIFETIME)
UNEVEN = (to("ann", 33), to("ben"), to("cid", 3))


@pytest.mark.parametrize(
    "once_full",
    [
        to("dan", 7, FULL),
        nested(remainder(to("dan")), weight=7, cap=FULL),
        to("dan", 7, a_cap(0)),
    ],
)
def test_member_full_when_a_step_begins_takes_no_part_in_it(once_full: Member) -> None:
    """1,793.36 over 33 : 1 : 3, as one recomputes it; cut out first, ann would have a cent more."""
    plan = a_plan(remainder(*UNEVEN, once_full))
    first, then = runs_of(a_house(ALL, plans=[plan]), [a_sale(net=5000)], [a_sale(net="1793.36")])
    if once_full.cap == FULL:
        assert given_by(account_of(first))[1, "dan"] == 10_000
    assert given_by(account_of(then)) == {
        (1, "ann"): 159_948,
        (1, "ben"): 4847,
        (1, "cid"): 14_541,
    }


def test_excess_of_a_member_filled_in_a_split_goes_to_the_others() -> None:
    """Of 1,793.36 dan's part is 285.31; the 285.30 beyond a cent are split over 33 : 1 : 3.

    1,345.02 + 254.46, 40.76 + 7.71, 122.27 + 23.13: not what 1,793.35 would be in one split.
    """
    plan = a_plan(remainder(*UNEVEN, to("dan", 7, a_cap("0.01"))))
    (done,) = runs_of(a_house(ALL, plans=[plan]), [a_sale(net="1793.36")])
    assert given_by(account_of(done)) == {
        (1, "ann"): 159_948,
        (1, "ben"): 4847,
        (1, "cid"): 14_540,
        (1, "dan"): 1,
    }


def test_the_opening_of_a_counter_that_resets_every_period_counts_in_the_first() -> None:
    """Eight of ten were counted: two of three copies earn 10 %, one 20 %; later all three 10 %."""
    rule = a_rule(tiers=[a_tier("0.1", 10), a_tier("0.2")], resets=Resets.PERIOD, opening=8)
    runs = runs_of(a_house(a_contract(rule)), [a_sale(3)], [a_sale(3)])
    assert [account_of(each).earned for each in runs] == [400, 300]

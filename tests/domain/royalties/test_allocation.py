"""Steps of plans one by one: calculation.md, "3. Allocation"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.periods import Calendar
from royalties.domain.royalties.allocation import CapKey, allocate, needs_atoms
from royalties.domain.royalties.earning import Atom
from royalties.domain.royalties.run import NoPlanError
from royalties.domain.sales.slices import Place
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import Basis
from royalties.domain.terms.plans import CapPer, Plan, PlanVersion, Step
from tests.builders.domain import (
    LONG_AGO,
    a_cap,
    a_contract,
    a_house,
    a_plan,
    a_rule,
    a_sale,
    a_version,
    account_of,
    an_edition,
    an_income,
    fixed,
    given_by,
    nested,
    per_unit,
    played,
    remainder,
    runs_of,
    share,
    to,
    when,
)

WA, TX = Place("US", "WA", "Seattle"), Place("US", "TX", "Houston")
REST = remainder(to("rest"))
DAY = date(2025, 6, 30)


def earned(amount: int, place: Place = WA, units: int = 1, retailer: str = "amazon") -> Atom:
    """Lines of hardcovers that earned an amount somewhere."""
    return Atom(Format.HARDCOVER, Channel.ONLINE, retailer, place, Fraction(amount), units)


OTHER = "9781442200029"
INCOME = Atom(None, None, None, Place(), Fraction(20), 0)


def gets(
    *steps: Step,
    payable: int = 100,
    undistributed: int = 0,
    lines: Sequence[Atom] = (earned(40), earned(60, TX)),
    day: date = DAY,
) -> dict[str, int]:
    """Who gets how many dollars of an amount; what is not placed stands under "nobody"."""
    plan = Plan("plan", (PlanVersion(LONG_AGO, steps),))
    found = allocate(
        plan,
        plan.versions[0],
        payable * 100,
        undistributed * 100,
        lines,
        day,
        "USD",
        lambda key, per: 0,
    )
    amounts: dict[str, int] = {}
    for each in found.allocations:
        amounts[each.beneficiary] = amounts.get(each.beneficiary, 0) + each.amount
    if found.undistributed:
        amounts["nobody"] = found.undistributed
    assert all(amount % 100 == 0 for amount in amounts.values()), "dollars are enough here"
    return {name: amount // 100 for name, amount in amounts.items()}


# What steps take


def test_fixed_step_is_limited_to_the_remaining_amount() -> None:
    assert gets(fixed(70, to("ann")), fixed(70, to("ben")), REST) == {"ann": 70, "ben": 30}


def test_share_step_is_a_share_of_payable_not_of_what_is_left() -> None:
    steps = (share("0.5", to("ann")), share("0.3", to("ben")), share("0.9", to("cid")), REST)
    assert gets(*steps) == {"ann": 50, "ben": 30, "cid": 20}


def test_share_step_leaves_the_undistributed_balance_to_the_remainder() -> None:
    """ "In a ``share`` step payable is this period's, without what stood undistributed." """
    assert gets(share("0.5", to("ann")), REST, undistributed=40) == {"ann": 50, "rest": 90}
    assert gets(share("0.5", to("ann")), REST, payable=0, undistributed=40) == {"rest": 40}


def test_per_copy_step_gives_an_amount_for_every_copy() -> None:
    """Sixty copies less ten returned; a return of more than was sold takes nothing."""
    lines = [earned(120, units=60), earned(-20, TX, units=-10)]
    assert gets(per_unit("0.50", to("ann")), REST, lines=lines) == {"ann": 25, "rest": 75}
    lines = [earned(120, units=60), earned(-20, TX, units=-61)]
    assert gets(per_unit("0.50", to("ann")), REST, lines=lines) == {"rest": 100}


def test_per_copy_step_is_rounded_once() -> None:
    plan = a_plan(per_unit("0.0125", to("ann")), REST)
    (done,) = runs_of(a_house(plans=[plan]), [a_sale(7)])
    assert given_by(account_of(done)) == {(1, "ann"): 9, (2, "rest"): 691}


def test_remainder_step_with_a_cap_may_precede_others() -> None:
    steps = (remainder(to("ann"), cap=a_cap(10)), remainder(to("ben"), cap=a_cap(12)), REST)
    assert gets(*steps) == {"ann": 10, "ben": 12, "rest": 78}


# When


def test_condition_narrows_a_step_to_what_matching_lines_earned() -> None:
    washington = when(regions=["WA"])
    assert gets(remainder(to("ann"), when=washington), REST) == {"ann": 40, "rest": 60}
    assert gets(share("0.5", to("ann"), when=washington), REST) == {"ann": 20, "rest": 80}
    assert gets(fixed(50, to("ann"), when=washington), REST) == {"ann": 40, "rest": 60}
    assert gets(
        per_unit(30, to("ann"), when=washington), REST, lines=[earned(40), earned(60, TX, 9)]
    ) == {"ann": 30, "rest": 70}


def test_conditional_step_takes_only_from_this_periods_payable() -> None:
    """Undistributed money, or payable below earned, changes no proportion."""
    only = remainder(to("ann"), when=when(regions=["WA"]))
    assert gets(only, REST, payable=50, undistributed=30) == {"ann": 20, "rest": 60}


def test_a_step_takes_from_all_its_lines_in_proportion() -> None:
    half = share("0.5", to("ben"))
    washington = when(regions=["WA"])
    assert gets(half, remainder(to("ann"), when=washington), REST) == {
        "ben": 50,
        "ann": 20,
        "rest": 30,
    }


def test_a_share_of_a_part_is_of_the_whole_part_and_never_more_than_is_left() -> None:
    half, washington = share("0.5", to("ben")), when(regions=["WA"])
    assert gets(half, share("0.25", to("ann"), when=washington), REST)["ann"] == 10
    assert gets(half, share("0.75", to("ann"), when=washington), REST)["ann"] == 20


def test_steps_with_the_same_condition_share_its_part() -> None:
    washington, seattle = when(regions=["WA"]), when(cities=["Seattle"])
    first = fixed(30, to("ann"), when=washington)
    assert gets(first, remainder(to("ben"), when=seattle), REST) == {
        "ann": 30,
        "ben": 10,
        "rest": 60,
    }


def test_last_cent_of_a_part_is_allocated_once() -> None:
    washington = when(regions=["WA"])
    steps = (remainder(to("ann"), when=washington), remainder(to("ben"), when=washington), REST)
    house = a_house(a_contract(a_rule(1, Basis.NET)), plans=[a_plan(*steps)])
    (done,) = runs_of(house, [a_sale(net="0.01", place=WA), a_sale(net="0.01", place=TX)])
    assert given_by(account_of(done)) == {(1, "ann"): 1, (3, "rest"): 1}


def test_unconditional_step_uses_up_parts_of_lines_too() -> None:
    """Amazon's 80 are gone, and 20 are left of payable; cid's 30 are those and 10 that stood.

    Washington, which earned 40, stands at −40 after Amazon's: that is never turned into a plus.
    """
    lines = [earned(80), earned(-40, retailer="bn"), earned(60, TX, retailer="web")]
    found = gets(
        remainder(to("ann"), when=when(retailers=["amazon"])),
        fixed(30, to("cid")),
        remainder(to("ben"), when=when(regions=["WA"])),
        REST,
        lines=lines,
        undistributed=40,
    )
    assert found == {"ann": 80, "cid": 30, "rest": 30}


def test_step_matches_a_line_only_if_all_conditions_do() -> None:
    lines = [earned(40), earned(35, retailer="bn"), earned(25, TX)]
    both = when(regions=["WA"], retailers=["amazon", "ingram"])
    assert gets(remainder(to("ann"), when=both), REST, lines=lines) == {"ann": 40, "rest": 60}


@pytest.mark.parametrize(
    "narrow",
    [
        {"formats": ["ebook"]},
        {"channels": ["bookstore"]},
        {"retailers": ["bn"]},
        {"countries": ["GB"]},
        {"regions": ["WA"]},
        {"cities": ["Seattle"]},
        {"orders": ["PO-7"]},
    ],
)
def test_every_kind_of_step_condition_matches(narrow: dict[str, list[str]]) -> None:
    lines = [
        Atom(Format.EBOOK, Channel.ONLINE, "amazon", Place("US"), Fraction(1), 1),
        Atom(Format.HARDCOVER, Channel.BOOKSTORE, "amazon", Place("US"), Fraction(1), 1),
        Atom(Format.HARDCOVER, Channel.ONLINE, "bn", Place("US"), Fraction(1), 1),
        Atom(Format.HARDCOVER, Channel.ONLINE, "amazon", Place("GB"), Fraction(1), 1),
        Atom(Format.HARDCOVER, Channel.ONLINE, "amazon", Place("US", "WA"), Fraction(1), 1),
        Atom(
            Format.HARDCOVER, Channel.ONLINE, "amazon", Place("US", "", "Seattle"), Fraction(1), 1
        ),
        Atom(Format.HARDCOVER, Channel.ONLINE, "amazon", Place("US", order="PO-7"), Fraction(1), 1),
        Atom(Format.HARDCOVER, Channel.ONLINE, "amazon", Place("US"), Fraction(13), 13),
    ]
    step = remainder(to("ann"), when=when(**narrow))
    assert gets(step, REST, lines=lines) == {"ann": 5, "rest": 95}


def test_income_matches_no_step_condition() -> None:
    lines = [earned(40), earned(40, TX), INCOME]
    everywhere = when(countries=["US"])
    assert gets(remainder(to("ann"), when=everywhere), REST, lines=lines) == {
        "ann": 80,
        "rest": 20,
    }


def test_profit_rule_lines_earn_what_is_left_after_cost() -> None:
    """Both states bring 100.00, but Washington's ten copies cost 5.00 each and Texas's 2.50.

    50.00 and 75.00 were earned, so of the 125.00 that are payable 50.00 are Washington's; without
    the cost it would be half. Converted, the cost counts in the line's currency.
    """
    washington = share(1, to("ann"), when=when(regions=["WA"]))
    contract = a_contract(a_rule(1, Basis.PROFIT))
    editions = [an_edition(unit_cost=5), an_edition(OTHER, format_=Format.EBOOK, unit_cost="2.50")]
    house = a_house(contract, plans=[a_plan(washington, REST)], editions=editions)
    lines = [a_sale(10, net=100, place=WA), a_sale(10, net=100, place=TX, isbn=OTHER)]
    (done,) = runs_of(house, lines)
    assert given_by(account_of(done)) == {(1, "ann"): 5000, (2, "rest"): 7500}

    pounds = replace(
        house, exchange_rates={("USD", "GBP"): Fraction("0.8"), ("GBP", "USD"): Fraction("1.5")}
    )
    lines = [
        a_sale(10, net=100, place=WA, currency="GBP"),
        a_sale(10, net=100, place=TX, isbn=OTHER),
        a_sale(-2, net=-10, place=TX, isbn=OTHER),
    ]
    (done,) = runs_of(pounds, lines)
    # (100 − 10 × 4.00) × 1.50 = 90.00 and 75.00 − 5.00 = 70.00
    assert given_by(account_of(done)) == {(1, "ann"): 9000, (2, "rest"): 7000}


def test_parts_are_zero_if_no_line_earned_anything() -> None:
    """Payable may come from a reserve; it was earned by no line of this period."""
    step = share(1, to("ann"), when=when(regions=["WA"]))
    for lines in ([earned(40), earned(-40, TX)], [earned(40), earned(-90, TX)], []):
        assert gets(step, REST, lines=lines) == {"rest": 100}


@pytest.mark.parametrize(
    ("steps", "asks"),
    [
        ([share("0.5", to("ann")), fixed(1, to("ben")), REST], False),
        ([remainder(nested(share("0.5", to("ann")), REST))], False),
        ([share("0.5", to("ann"), when=when(regions=["WA"]))], True),
        ([per_unit("0.5", to("ann"))], True),
        ([remainder(to("ann"), nested(remainder(nested(per_unit(1, to("ben")), REST))))], True),
    ],
)
def test_plan_needs_sources_only_for_conditions_and_per_copy_steps(
    steps: Sequence[Step], *, asks: bool
) -> None:
    """Without them nothing of the lines need be computed."""
    assert needs_atoms(a_version(*steps)) is asks


# Caps and members


def test_excess_of_a_capped_member_is_split_over_the_others() -> None:
    members = (to("ann", cap=a_cap(10)), to("ben", 2), to("cid"))
    assert gets(remainder(*members)) == {"ann": 10, "ben": 60, "cid": 30}


def test_excess_is_split_again_until_all_is_placed() -> None:
    """A hundred over three: ann is full at 10, then ben at 40, and cid takes the rest."""
    members = (to("ann", cap=a_cap(10)), to("ben", cap=a_cap(40)), to("cid"))
    assert gets(remainder(*members)) == {"ann": 10, "ben": 40, "cid": 50}


def test_excess_of_all_members_goes_to_the_next_steps_and_the_next_period() -> None:
    full = share("0.8", to("ann", cap=a_cap(10)), to("ben", cap=a_cap(20)))
    assert gets(full, REST) == {"ann": 10, "ben": 20, "rest": 70}
    assert gets(full, remainder(to("cid", cap=a_cap(30)))) == {
        "ann": 10,
        "ben": 20,
        "cid": 30,
        "nobody": 40,
    }


def test_undistributed_money_is_shown_and_carried_forward() -> None:
    plan = a_plan(remainder(to("ann", cap=a_cap(30))))
    first, second, third = runs_of(a_house(plans=[plan]), [a_sale(50)], [], [a_sale(10)])
    accounts = [account_of(each) for each in (first, second, third)]
    assert [each.payable for each in accounts] == [5000, 0, 1000]
    assert [each.undistributed_before for each in accounts] == [0, 2000, 0]
    assert [each.undistributed for each in accounts] == [2000, 0, 0]
    assert [given_by(each) for each in accounts] == [
        {(1, "ann"): 3000},
        {(1, "ann"): 2000},
        {(1, "ann"): 1000},
    ]


@pytest.mark.parametrize(
    ("per", "taken"),
    [
        (CapPer.PERIOD, [2000, 2000, 2000, 2000]),
        (CapPer.YEAR, [2000, 0, 2000, 0]),
        (CapPer.LIFETIME, [2000, 0, 0, 0]),
    ],
)
def test_cap_counts_per_period_per_year_or_for_ever(per: CapPer, taken: list[int]) -> None:
    for capped in (
        remainder(to("ann"), cap=a_cap(20, per)),
        share(1, to("ann", cap=a_cap(20, per))),
    ):
        runs = runs_of(a_house(plans=[a_plan(capped, REST)]), *[[a_sale(30)]] * 4)
        given_to_ann = [given_by(account_of(each)).get((1, "ann"), 0) for each in runs]
        assert given_to_ann == taken


@pytest.mark.parametrize(
    ("per", "taken"),
    [
        (CapPer.PERIOD, [3000, 3000, 3000, 3000]),
        (CapPer.YEAR, [3000, 2000, 3000, 2000]),
        (CapPer.LIFETIME, [3000, 2000, 0, 0]),
    ],
)
def test_cap_admits_only_what_earlier_periods_left_of_it(per: CapPer, taken: list[int]) -> None:
    """Fifty, of which thirty are used in the first period: whoever it limits, and wherever."""
    cap = a_cap(50, per)
    for steps in (
        (remainder(to("ann"), cap=cap), REST),
        (share(1, to("ann", cap=cap)), REST),
        (share(1, to("ben", 0), to("ann", cap=cap)), REST),
        (share(1, nested(remainder(to("ann")), cap=cap)), REST),
        (share(1, to("ben", 0), nested(remainder(to("ann", cap=cap)))), REST),
        (share(1, nested(fixed(1, to("ben", 0)), remainder(to("ann"), cap=cap))), REST),
    ):
        runs = runs_of(a_house(plans=[a_plan(*steps)]), *[[a_sale(30)]] * 4)
        given = [given_by(account_of(each)) for each in runs]
        assert [each.get((1, "ann"), 0) for each in given] == taken
        assert [each.get((2, "rest"), 0) for each in given] == [3000 - each for each in taken]


def test_member_at_its_cap_takes_no_part_in_the_excess() -> None:
    """Ten cents are 4, 2, 1 and 3: dan is full with his one, and two of eve's are split 3 : 1."""
    cent = a_cap("0.01")
    plan = a_plan(remainder(to("ann", 3), to("ben"), to("dan", 1, cent), to("eve", 2, cent)))
    (done,) = runs_of(a_house(a_contract(a_rule(1, Basis.NET)), plans=[plan]), [a_sale(net="0.10")])
    assert given_by(account_of(done)) == {
        (1, "ann"): 6,
        (1, "ben"): 2,
        (1, "dan"): 1,
        (1, "eve"): 1,
    }


def test_beneficiary_may_be_a_member_of_a_step_twice() -> None:
    """As a member twice, and in a list that stands beside it: one allocation says it all."""
    inner = nested(share("0.5", to("ann")), remainder(to("ann"), to("ben")))
    step = remainder(to("ann"), to("ben"), to("ann"), inner)
    assert gets(step, payable=160) == {"ann": 40 + 40 + 20 + 10, "ben": 40 + 10}


def test_unnamed_cap_starts_anew_with_each_plan_version() -> None:
    """The second version begins on the last day of the second period."""
    for name, second in ((None, 2500), ("gift", 500)):
        versions = [
            a_version(remainder(to("ann"), cap=a_cap(20, CapPer.LIFETIME, name)), REST),
            a_version(
                fixed(1, to("ben")),
                remainder(to("ann"), cap=a_cap(25, CapPer.LIFETIME, name)),
                REST,
                starts=date(2025, 12, 31),
            ),
        ]
        house = a_house(plans=[a_plan(versions=versions)])
        runs = runs_of(house, [a_sale(30)], [a_sale(30)])
        assert [account_of(each).version for each in runs] == versions
        assert given_by(account_of(runs[0])) == {(1, "ann"): 2000, (2, "rest"): 1000}
        assert given_by(account_of(runs[1]))[2, "ann"] == second


def test_cap_usage_is_kept_by_step_or_by_name() -> None:
    plan = a_plan(
        fixed(5, to("ann", cap=a_cap(3)), nested(fixed(9, to("ben"), cap=a_cap(1)), REST)),
        remainder(to("ann"), cap=a_cap(2, name="gift")),
        REST,
    )
    (done,) = runs_of(a_house(plans=[plan]), [a_sale(30)])
    since = LONG_AGO.isoformat()
    assert account_of(done).cap_use == {
        CapKey("plan", since, "1.1", ""): 250,
        CapKey("plan", since, "1.2.1", ""): 100,
        CapKey("plan", "", "", "gift"): 200,
    }


GIFT = a_cap(10, name="gift")


@pytest.mark.parametrize(
    "steps",
    [
        (remainder(to("ann"), cap=GIFT), remainder(to("ben"), cap=GIFT), REST),
        (remainder(to("ann", cap=GIFT), to("ben", cap=GIFT)), REST),
        (remainder(to("ann", cap=GIFT), cap=GIFT), REST),
        (
            share("0.5", to("ann"), cap=GIFT),
            remainder(nested(share("0.5", to("ben"), cap=GIFT), REST)),
        ),
        (remainder(*[nested(remainder(to("ann"), cap=GIFT), REST)] * 2),),
    ],
)
def test_caps_of_one_plan_version_with_the_same_name_stop_the_run(steps: Sequence[Step]) -> None:
    """No setup file may name two caps of a version alike; if it were so, the run would not go on."""
    with pytest.raises(AssertionError, match="two caps of one version are called 'gift'"):
        gets(*steps)


def test_cap_holds_over_repeated_splits() -> None:
    """The excess of ben, cid and the list comes to ann in turns, and counts towards her cap."""
    members = (
        to("ann", cap=a_cap(55)),
        to("ben", cap=a_cap(10)),
        to("cid", cap=a_cap(20)),
        nested(remainder(to("dan"), cap=a_cap(15))),
        to("eve", 0),
    )
    assert gets(remainder(*members, cap=a_cap(90)), REST, payable=120) == {
        "ann": 45,
        "ben": 10,
        "cid": 20,
        "dan": 15,
        "rest": 30,
    }
    assert gets(remainder(*members), REST, payable=120) == {
        "ann": 55,
        "ben": 10,
        "cid": 20,
        "dan": 15,
        "rest": 20,
    }


def test_fixed_amounts_and_caps_are_for_each_contract_of_a_plan() -> None:
    plan = a_plan(fixed(5, to("ann")), remainder(to("ben"), cap=a_cap(7, CapPer.LIFETIME)), REST)
    house = a_house(a_contract(key="one"), a_contract(key="two"), plans=[plan])
    (done,) = runs_of(house, [a_sale(20)])
    for key in ("one", "two"):
        assert given_by(account_of(done, key)) == {
            (1, "ann"): 500,
            (2, "ben"): 700,
            (3, "rest"): 800,
        }


# Nested lists


def test_nested_steps_distribute_what_their_member_got() -> None:
    inner = nested(share("0.5", to("ann")), remainder(to("ben")), weight=3)
    assert gets(
        remainder(
            inner,
            to("cid"),
        ),
        payable=80,
    ) == {"ann": 30, "ben": 30, "cid": 20}


def test_nested_allocations_are_attributed_to_the_outermost_step() -> None:
    """A statement shows the step of the plan, however deep the list lies that gave."""
    deepest = nested(share("0.5", to("ben")), remainder(to("cid")))
    plan = a_plan(fixed(10, to("ann")), remainder(nested(fixed(20, to("ann")), remainder(deepest))))
    (done,) = runs_of(a_house(plans=[plan]), [a_sale(100)])
    assert given_by(account_of(done)) == {
        (1, "ann"): 1000,
        (2, "ann"): 2000,
        (2, "ben"): 3500,
        (2, "cid"): 3500,
    }


def test_excess_of_nested_steps_goes_to_other_members_then_to_the_next_steps() -> None:
    inner = nested(remainder(to("ann", cap=a_cap(10))))
    assert gets(remainder(inner, to("ben"))) == {"ann": 10, "ben": 90}
    assert gets(share(1, inner, to("ben", cap=a_cap(20))), REST) == {
        "ann": 10,
        "ben": 20,
        "rest": 70,
    }


def test_nested_steps_take_their_part_of_the_lines() -> None:
    """Half of everything, and in it those of Washington: half of their forty."""
    inner = nested(remainder(to("ann"), when=when(regions=["WA"])), remainder(to("ben")))
    assert gets(share("0.5", inner), REST) == {"ann": 20, "ben": 30, "rest": 50}


def test_nested_steps_see_only_lines_of_the_step_around_them() -> None:
    inner = nested(share(1, to("ann"), when=when(regions=["TX"])), remainder(to("ben")))
    step = remainder(inner, when=when(regions=["WA"]))
    assert gets(step, REST) == {"ben": 40, "rest": 60}


def test_excess_of_two_nested_lists_is_added_up() -> None:
    lists = [
        nested(remainder(to(name), cap=a_cap(most))) for name, most in (("ann", 10), ("ben", 20))
    ]
    assert gets(remainder(*lists, to("cid")), REST, payable=90) == {"ann": 10, "ben": 20, "cid": 60}


@pytest.mark.parametrize(
    ("washington", "texas"), [("0.03", "0.01"), ("0.01", "0"), ("0.02", "0.01")]
)
def test_nested_steps_know_parts_of_their_lines_to_the_cent(washington: str, texas: str) -> None:
    inner = nested(remainder(to("ann"), when=when(regions=["WA"])), remainder(to("ben")))
    house = a_house(a_contract(a_rule(1, Basis.NET)), plans=[a_plan(remainder(inner))])
    (done,) = runs_of(house, [a_sale(net=washington, place=WA), a_sale(net=texas, place=TX)])
    given = given_by(account_of(done))
    assert given[1, "ann"] == Fraction(washington) * 100
    assert given.get((1, "ben"), 0) == Fraction(texas) * 100


def test_nested_steps_over_money_no_line_earned_have_no_parts() -> None:
    """Ann took all that is payable; of the forty that stood undistributed no line has a part."""
    washington = when(regions=["WA"])
    inner = nested(remainder(to("ben"), when=washington), remainder(to("cid")))
    assert gets(
        remainder(to("ann"), when=washington),
        remainder(inner),
        lines=[earned(150), earned(-50, TX)],
        undistributed=40,
    ) == {"ann": 100, "cid": 40}


def test_nested_share_is_of_what_the_member_got() -> None:
    inner = nested(share("0.5", to("ann")), remainder(to("ben")))
    assert gets(remainder(inner), undistributed=60) == {"ann": 80, "ben": 80}


# Time


@pytest.mark.parametrize(
    ("from_", "until", "counts"),
    [
        (None, None, True),
        (DAY, None, True),
        (date(2025, 7, 1), None, False),
        (None, DAY, True),
        (None, date(2025, 6, 29), False),
        (DAY, DAY, True),
        (date(2025, 1, 1), date(2025, 5, 31), False),
    ],
)
def test_step_applies_to_periods_that_end_within_its_dates(
    from_: date | None, until: date | None, counts: bool
) -> None:
    step = fixed(5, to("ann"), from_=from_, until=until)
    assert gets(step, REST) == ({"ann": 5, "rest": 95} if counts else {"rest": 100})


def test_plan_without_a_version_on_the_last_day_is_refused() -> None:
    plan = a_plan(versions=[a_version(starts=date(2025, 7, 1))])
    with pytest.raises(NoPlanError, match=r"plan 'plan' .* no version in force on 2025-06-30"):
        runs_of(a_house(plans=[plan]), [])
    plan = a_plan(versions=[a_version(starts=date(2025, 6, 30))])
    (done,) = runs_of(a_house(plans=[plan]), [a_sale(1)])
    assert account_of(done).payable == 100


@pytest.mark.parametrize(
    ("narrow", "given"),
    [
        ({"formats": ["ebook"]}, 3000),
        ({"channels": ["bookstore"]}, 5000),
        ({"retailers": ["amazon"]}, 5000),
        ({"countries": ["US"]}, 8000),
    ],
)
def test_step_conditions_match_formats_channels_and_retailers_of_sales(
    narrow: dict[str, list[str]], given: int
) -> None:
    """Income for a right of which the author has no share is part of nothing."""
    plan = a_plan(remainder(to("ann"), when=when(**narrow)), REST)
    contract = a_contract(a_rule(1, Basis.NET), rights={"audio": 0})
    editions = [an_edition(), an_edition(OTHER, format_=Format.EBOOK)]
    house = a_house(contract, plans=[plan], editions=editions)
    sales = [
        a_sale(net=20),
        a_sale(net=30, isbn=OTHER),
        a_sale(net=30, retailer="bn"),
        a_sale(net=20, retailer="bn", place=Place("GB")),
    ]
    (done,) = played([(house, sales, [an_income(5000, "audio")])]).runs
    assert given_by(account_of(done)) == {(1, "ann"): given, (2, "rest"): 10_000 - given}


def test_step_condition_matches_regions_of_sales() -> None:
    """The condition of a plan meets the place of a sale, and other income none."""
    plan = a_plan(share(1, to("ann"), when=when(regions=["WA"])), REST)
    house = a_house(
        a_contract(a_rule(basis=Basis.NET), rights={"audio": "0.5"}),
        plans=[plan],
        calendar=Calendar.YEARLY,
        first_period="2025",
    )
    sales = [a_sale(1, net=100, place=WA), a_sale(1, net=50, place=TX), a_sale(-1, net=-20)]
    (done,) = played([(house, sales, [an_income(1000, "audio", period="2025")])]).runs
    assert account_of(done).payable == 1800
    assert given_by(account_of(done)) == {(1, "ann"): 800, (2, "rest"): 1000}

"""Warnings of plans: versions never in force, steps that take nothing or match nothing."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from royalties.domain.royalties.warnings import TermsWarning, terms_warnings
from royalties.domain.sales.slices import Place
from royalties.domain.terms.catalogue import Edition, Format
from royalties.domain.terms.plans import Step, Takes, When
from tests.builders.domain import (
    ISBN,
    a_cap,
    a_contract,
    a_plan,
    a_version,
    fixed,
    nested,
    per_unit,
    remainder,
    share,
    to,
    when,
)
from tests.builders.warnings import EBOOK, FIRST, REST, a_kind, a_title, only, some_terms, warned


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (fixed(0, to("author")), "steps[0].fixed"),
        (share(0, to("author")), "steps[0].share"),
        (per_unit(0, to("author")), "steps[0].per_unit"),
        (fixed(5, to("author"), cap=a_cap(0)), "steps[0].cap.amount"),
        (fixed(5, to("author"), to("author", cap=a_cap(0))), "steps[0].to[1].cap.amount"),
    ],
)
def test_step_that_takes_nothing_is_warned_of(step: Step, path: str) -> None:
    found = only(some_terms(plans=[a_plan(step, REST)]))
    assert found[:2] == ("step-takes-nothing", f"versions[2015-01-01].{path}")


WA = when(regions=["WA"])


@pytest.mark.parametrize(
    ("steps", "is_told"),
    [
        ((REST, share("0.5", to("author"))), True),
        ((remainder(to("author"), when=WA), fixed(5, to("author"), when=WA)), True),
        ((share(1, to("author"), when=WA), fixed(5, to("author"), when=WA)), True),
        ((remainder(nested(REST)), fixed(5, to("author"))), True),
        ((remainder(to("author"), cap=a_cap(5)), fixed(5, to("author"))), False),
        ((remainder(to("author", cap=a_cap(5))), fixed(5, to("author"))), False),
        ((remainder(to("author"), until=date(2025, 6, 30)), fixed(5, to("author"))), False),
        ((remainder(to("author"), when=WA), fixed(5, to("author"))), False),
        # Of part of the sales something may be left: returns elsewhere may have cost the rest.
        (
            (
                remainder(to("author"), when=WA),
                fixed(5, to("author"), when=when(regions=["WA"], formats=["hardcover"])),
            ),
            False,
        ),
        ((share(1, to("author")), fixed(5, to("author"))), False),
    ],
)
def test_a_step_behind_a_remainder_is_warned_of(steps: Sequence[Step], is_told: bool) -> None:
    found = warned(some_terms(plans=[a_plan(*steps, REST)]))
    assert ("step-behind-remainder" in {code for code, _ in found}) is is_told


@pytest.mark.parametrize(
    ("step", "is_told"),
    [
        (fixed(5, to("author"), from_=date(2025, 2, 1), until=date(2025, 5, 31)), True),
        (fixed(5, to("author"), from_=date(2025, 2, 1), until=date(2025, 6, 30)), False),
        (fixed(5, to("author"), from_=date(2025, 6, 30), until=date(2025, 6, 30)), False),
        (fixed(5, to("author"), from_=date(2025, 7, 1)), False),
        (fixed(5, to("author"), until=date(2020, 12, 31)), False),  # before these books
    ],
)
def test_step_between_two_period_ends_is_warned_of(step: Step, is_told: bool) -> None:
    found = [code for code, _ in warned(some_terms(plans=[a_plan(step, REST)]))]
    assert found == (["step-dates"] if is_told else [])


def test_step_ending_before_its_version_is_warned_of() -> None:
    late = fixed(5, to("author"), from_=date(2026, 1, 1))
    versions = [a_version(late, REST), a_version(starts=date(2025, 12, 1))]
    assert only(some_terms(plans=[a_plan(versions=versions)]))[0] == "step-dates"


def test_plan_version_in_which_no_period_ends_is_warned_of() -> None:
    versions = [a_version(), *(a_version(starts=date(2025, month, 1)) for month in (8, 10))]
    code, path, words = only(some_terms(plans=[a_plan(versions=versions)]))
    assert (code, path) == ("version-never", "versions[2025-08-01].from")
    assert "the next version begins on 2025-10-01" in words


def test_plan_versions_of_closed_periods_give_no_warning() -> None:
    versions = [a_version(fixed(0, to("author")), REST), a_version(starts=date(2025, 7, 1))]
    plans = [a_plan(versions=versions)]
    assert warned(some_terms(plans=plans))[0][0] == "step-takes-nothing"
    assert warned(some_terms(plans=plans, open_period=FIRST.shift(1))) == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (when(regions=["WX"]), "none is recorded in the region WX"),
        (when(cities=["Seatle"]), "none is recorded in the city Seatle"),
        (when(regions=["WA"], orders=["CE-1"]), "none is recorded of the order CE-1"),
        (when(retailers=["bn", "web"]), "none is recorded at the retailer bn or web"),
        (when(countries=["GB"]), "none is recorded in the country GB"),
        (
            when(regions=["WA"], retailers=["ingram"]),
            "no sales at ingram in WA are recorded",
        ),
    ],
)
def test_a_step_that_matched_no_sale_says_why(condition: object, message: str) -> None:
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    elsewhere = a_kind(retailer="ingram", place=Place("US", "OR"))
    code, path, words = only(some_terms(plans=[plan], sold=[a_kind(), elsewhere]))
    assert code == "step-without-sales"
    assert path.startswith("versions[2015-01-01].steps[0].when")
    assert message in words
    assert warned(some_terms(plans=[plan])) == [], "nothing was sold yet"


def test_sales_of_other_contracts_do_not_count_for_a_step() -> None:
    plan = a_plan(share("0.5", to("author"), when=WA), REST)
    other = a_contract(key="other", titles=["other"], plan="theirs")
    titles = [a_title(), a_title(Edition(EBOOK, Format.EBOOK), key="other")]
    sold = [a_kind(EBOOK), a_kind(place=Place("US", "OR"))]
    terms = some_terms(
        a_contract(), other, plans=[plan, a_plan(key="theirs")], titles=titles, sold=sold
    )
    assert only(terms)[0] == "step-without-sales"


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (when(formats=["ebook"]), "no edition of its contracts' titles is an e-book"),
        (when(channels=["library"]), "no retailer has the channel library"),
        (when(channels=["online"], retailers=["bn"]), "bn has the channel bookstore, not online"),
    ],
)
def test_step_for_nonexistent_format_channel_or_retailer_is_warned_of(
    condition: object, message: str
) -> None:
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    code, _, words = only(some_terms(plans=[plan]))
    assert code == "step-without-sales"
    assert message in words


def test_a_nested_step_against_the_step_around_it_is_warned_of() -> None:
    inner = fixed(5, to("author"), when=when(regions=["OR"]))
    plan = a_plan(share("0.5", nested(inner, REST), when=WA), REST)
    code, path, words = only(some_terms(plans=[plan]))
    assert (code, path) == (
        "step-contradicts",
        "versions[2015-01-01].steps[0].to[0].steps[0].when.regions",
    )
    assert "step 1.1.1: never matches: it is for OR, within a step for WA" in words


def test_a_plan_without_a_version_in_force_is_warned_of() -> None:
    plan = a_plan(versions=[a_version(starts=date(2026, 1, 1))])
    assert only(some_terms(plans=[plan]))[0] == "plan-without-version"
    assert warned(some_terms(a_contract(starts=date(2026, 1, 1)), plans=[plan])) == []


def of_step(code: str, at: str, message: str, words: str = "1") -> TermsWarning:
    return TermsWarning(
        code,
        "plans",
        "plan",
        f"versions[2015-01-01].{at}",
        f'plan "plan", version from 2015-01-01, step {words}',
        message,
    )


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            (fixed(0, to("author")),),
            of_step("step-takes-nothing", "steps[0].fixed", "takes nothing: it says 0"),
        ),
        (
            (share("0.5", to("author"), cap=a_cap(0)),),
            of_step(
                "step-takes-nothing", "steps[0].cap.amount", "takes nothing, being capped at 0"
            ),
        ),
        (
            (fixed(5, to("author"), to("author", cap=a_cap(0))),),
            of_step(
                "step-takes-nothing",
                "steps[0].to[1].cap.amount",
                "its member 2 gets nothing, being capped at 0",
            ),
        ),
        (
            (fixed(5, to("author")), REST, fixed(5, to("author"))),
            of_step(
                "step-behind-remainder",
                "steps[2]",
                "never gets anything, because step 2 takes all that is left of everything: move it "
                "up, or remove it",
                "3",
            ),
        ),
        (
            (remainder(to("author"), when=WA), fixed(5, to("author"), when=WA)),
            of_step(
                "step-behind-remainder",
                "steps[1]",
                "never gets anything, because step 1 takes all that is left of the same sales: "
                "move it up, or remove it",
                "2",
            ),
        ),
        (
            (
                fixed(5, to("author")),
                share("0.5", to("author"), nested(REST, fixed(1, to("author")))),
            ),
            of_step(
                "step-behind-remainder",
                "steps[1].to[1].steps[1]",
                "never gets anything, because step 2.2.1 takes all that is left of everything: "
                "move it up, or remove it",
                "2.2.2",
            ),
        ),
        # What a step says of itself is enough: nothing within it is looked at.
        (
            (fixed(0, nested(fixed(0, to("author")), REST)),),
            of_step("step-takes-nothing", "steps[0].fixed", "takes nothing: it says 0"),
        ),
        (
            (fixed(5, to("author"), from_=date(2025, 2, 1), until=date(2025, 5, 31)),),
            of_step(
                "step-dates",
                "steps[0].from",
                "never counts, because no period ends between 2025-02-01 and 2025-05-31: a step "
                "counts in the periods whose last day lies between from and until",
            ),
        ),
        (
            (fixed(5, to("author"), until=date(2025, 5, 31)),),
            of_step(
                "step-dates",
                "steps[0].until",
                "never counts, because no period ends between 2025-01-01 and 2025-05-31: a step "
                "counts in the periods whose last day lies between from and until",
            ),
        ),
        (
            (fixed(5, to("author"), from_=date(2025, 5, 5), until=date(2025, 5, 5)),),
            of_step(
                "step-dates",
                "steps[0].from",
                "never counts, because no period ends between 2025-05-05 and 2025-05-05: a step "
                "counts in the periods whose last day lies between from and until",
            ),
        ),
        # The days of a nested step are those of the step around it as well.
        (
            (
                share(
                    "0.5",
                    nested(fixed(5, to("author"), from_=date(2026, 1, 1)), REST),
                    until=date(2025, 12, 31),
                ),
            ),
            of_step(
                "step-dates",
                "steps[0].to[0].steps[0].from",
                "never counts, because it counts from 2026-01-01 at the earliest and until "
                "2025-12-31 at the latest: a step counts in the periods whose last day lies between "
                "from and until",
                "1.1.1",
            ),
        ),
        (
            (
                share(
                    "0.5",
                    nested(fixed(5, to("author"), until=date(2025, 12, 30)), REST),
                    from_=date(2025, 7, 1),
                ),
            ),
            of_step(
                "step-dates",
                "steps[0].to[0].steps[0].until",
                "never counts, because no period ends between 2025-07-01 and 2025-12-30: a step "
                "counts in the periods whose last day lies between from and until",
                "1.1.1",
            ),
        ),
    ],
)
def test_a_step_that_never_takes_anything_says_why(
    steps: tuple[Step, ...], told: TermsWarning
) -> None:
    rest = () if any(each.takes is Takes.REMAINDER and not each.when for each in steps) else (REST,)
    plan = a_plan(*steps, *rest)
    assert terms_warnings(some_terms(plans=[plan])) == [told]


def test_step_that_ends_before_its_version_is_warned_of() -> None:
    late = fixed(5, to("author"), until=date(2025, 1, 15))
    plan = a_plan(versions=[a_version(late, REST, starts=date(2025, 3, 1))])
    assert terms_warnings(some_terms(plans=[plan])) == [
        TermsWarning(
            "step-dates",
            "plans",
            "plan",
            "versions[2025-03-01].steps[0].until",
            'plan "plan", version from 2025-03-01, step 1',
            "never counts, because it counts from 2025-03-01 at the earliest and until 2025-01-15 "
            "at the latest: a step counts in the periods whose last day lies between from and until",
        )
    ]


@pytest.mark.parametrize("until", [date(2024, 12, 31), date(2025, 1, 1)])
def test_step_that_ended_before_the_first_period_is_not_told(until: date) -> None:
    found = warned(some_terms(plans=[a_plan(fixed(5, to("author"), until=until), REST)]))
    assert [code for code, _ in found] == ["step-dates"] * (until.year == 2025)


def test_plan_without_followers_or_version_in_force_is_warned_of() -> None:
    late = a_plan(versions=[a_version(starts=date(2025, 7, 1))])
    assert terms_warnings(some_terms(plans=[late, a_plan(key="spare")])) == [
        TermsWarning(
            "plan-without-version",
            "plans",
            "plan",
            "",
            'plan "plan"',
            "has no version in force on 2025-06-30, so 2025-H1 cannot be run: add one that begins "
            "earlier",
        ),
        TermsWarning(
            "plan-without-contract", "plans", "spare", "", 'plan "spare"', "no contract follows it"
        ),
    ]


@pytest.mark.parametrize(
    ("starts", "is_told"), [(date(2025, 6, 30), True), (date(2025, 7, 1), False)]
)
def test_plan_must_be_in_force_once_a_contract_that_follows_it_has_begun(
    starts: date, is_told: bool
) -> None:
    late = a_plan(versions=[a_version(starts=date(2025, 7, 1))])
    found = warned(some_terms(a_contract(starts=starts), plans=[late]))
    assert [code for code, _ in found] == ["plan-without-version"] * is_told


def test_a_version_between_two_last_days_says_when_the_next_begins() -> None:
    versions = [
        a_version(),
        a_version(fixed(0, to("author")), REST, starts=date(2025, 8, 1)),
        a_version(fixed(0, to("author")), REST, starts=date(2025, 10, 1)),
    ]
    never, nought = terms_warnings(some_terms(plans=[a_plan(versions=versions)]))
    assert never == TermsWarning(
        "version-never",
        "plans",
        "plan",
        "versions[2025-08-01].from",
        'plan "plan", version from 2025-08-01',
        "is never in force on the last day of a period: the next version begins on 2025-10-01",
    )
    assert (nought.code, nought.path) == (
        "step-takes-nothing",
        "versions[2025-10-01].steps[0].fixed",
    )


@pytest.mark.parametrize(
    ("following", "is_told"), [(date(2025, 7, 1), False), (date(2025, 7, 2), True)]
)
def test_a_version_may_count_until_it_ended_before_the_open_period(
    following: date, is_told: bool
) -> None:
    versions = [a_version(fixed(0, to("author")), REST), a_version(starts=following)]
    terms = some_terms(plans=[a_plan(versions=versions)], open_period=FIRST.shift(1))
    assert [code for code, _ in warned(terms)] == ["step-takes-nothing"] * is_told


@pytest.mark.parametrize("last", [date(2025, 6, 29), date(2025, 6, 30)])
def test_a_version_that_lasts_until_a_period_ends_distributes_it(last: date) -> None:
    versions = [a_version(starts=date(2025, 2, 1)), a_version(starts=last + timedelta(days=1))]
    found = warned(
        some_terms(a_contract(starts=date(2026, 1, 1)), plans=[a_plan(versions=versions)])
    )
    assert [code for code, _ in found] == ["version-never"] * (last.day == 29)


@pytest.mark.parametrize(
    ("condition", "at", "message"),
    [
        (when(formats=["ebook"]), ".formats", "none is recorded of the format e-book"),
        (when(channels=["direct"]), ".channels", "none is recorded through the channel direct"),
        (when(retailers=["bn", "web"]), ".retailers", "none is recorded at the retailer bn or web"),
        (when(countries=["GB"]), ".countries", "none is recorded in the country GB"),
        (when(regions=["WX"]), ".regions", "none is recorded in the region WX"),
        (when(cities=["Seatle"]), ".cities", "none is recorded in the city Seatle"),
        (when(regions=["WA"], orders=["CE-1"]), ".orders", "none is recorded of the order CE-1"),
    ],
)
def test_a_step_that_matched_no_sale_names_the_condition(
    condition: When, at: str, message: str
) -> None:
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    titles = [a_title(Edition(ISBN, Format.HARDCOVER), Edition(EBOOK, Format.EBOOK))]
    assert terms_warnings(some_terms(plans=[plan], titles=titles, sold=[a_kind()])) == [
        of_step(
            "step-without-sales",
            f"steps[0].when{at}",
            f"has matched no sale so far: {message}; check how the reports write it",
        )
    ]


def test_step_for_a_sold_format_gives_no_warning() -> None:
    plan = a_plan(share("0.5", to("author"), when=when(formats=["hardcover"])), REST)
    assert warned(some_terms(plans=[plan], sold=[a_kind()])) == []


def test_nested_step_for_a_nonexistent_format_is_warned_of() -> None:
    inner = fixed(5, to("author"), when=when(formats=["ebook"]))
    plan = a_plan(share("0.5", nested(inner, REST)), REST)
    assert terms_warnings(some_terms(plans=[plan])) == [
        of_step(
            "step-without-sales",
            "steps[0].to[0].steps[0].when.formats",
            "matches nothing yet: no edition of its contracts' titles is an e-book",
            "1.1.1",
        )
    ]


def test_a_step_whose_conditions_no_sale_meets_together_says_so() -> None:
    condition = when(regions=["WA"], retailers=["ingram"])
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    sold = [a_kind(), a_kind(retailer="ingram", place=Place("US", "OR"))]
    assert terms_warnings(some_terms(plans=[plan], sold=sold)) == [
        of_step(
            "step-without-sales",
            "steps[0].when",
            "has matched no sale so far: no sales at ingram in WA are recorded",
        )
    ]


def test_sales_of_an_unknown_retailer_have_no_channel() -> None:
    plan = a_plan(share("0.5", to("author"), when=when(channels=["online"])), REST)
    assert only(some_terms(plans=[plan], sold=[a_kind(retailer="gone")]))[0] == "step-without-sales"
    assert warned(some_terms(plans=[plan], sold=[a_kind(retailer="gone"), a_kind()])) == []


def test_a_nested_step_needs_sales_that_all_steps_around_it_match() -> None:
    inner = fixed(5, to("author"), when=when(cities=["Portland"]))
    plan = a_plan(share("0.5", nested(inner, REST), when=WA), REST)
    sold = [a_kind(), a_kind(place=Place("US", "OR", "Portland"))]
    assert terms_warnings(some_terms(plans=[plan], sold=sold)) == [
        of_step(
            "step-without-sales",
            "steps[0].to[0].steps[0].when",
            "has matched no sale so far: no sales in Portland are recorded",
            "1.1.1",
        )
    ]


@pytest.mark.parametrize(
    ("condition", "at", "why"),
    [
        (
            when(formats=["ebook", "custom"]),
            "formats",
            "no edition of its contracts' titles is a custom or e-book",
        ),
        (when(channels=["library"]), "channels", "no retailer has the channel library"),
    ],
)
def test_warning_of_step_for_nonexistent_things_names_its_place(
    condition: When, at: str, why: str
) -> None:
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    assert terms_warnings(some_terms(plans=[plan])) == [
        of_step("step-without-sales", f"steps[0].when.{at}", f"matches nothing yet: {why}")
    ]


@pytest.mark.parametrize(
    ("outer", "inner", "at", "message"),
    [
        (
            when(formats=["ebook"]),
            when(formats=["hardcover"]),
            "formats",
            "it is for hardcover, within a step for e-book",
        ),
        (
            when(countries=["US"], cities=["Seattle"]),
            when(countries=["US"], cities=["Portland", "Salem"]),
            "cities",
            "it is for Portland or Salem, within a step for Seattle",
        ),
    ],
)
def test_nested_step_warning_names_the_conflicting_condition(
    outer: When, inner: When, at: str, message: str
) -> None:
    plan = a_plan(share("0.5", nested(fixed(5, to("author"), when=inner), REST), when=outer), REST)
    titles = [a_title(Edition(ISBN, Format.HARDCOVER), Edition(EBOOK, Format.EBOOK))]
    assert terms_warnings(some_terms(plans=[plan], titles=titles)) == [
        of_step(
            "step-contradicts",
            f"steps[0].to[0].steps[0].when.{at}",
            f"never matches: {message}",
            "1.1.1",
        )
    ]


@pytest.mark.parametrize(
    ("first", "is_told"),
    [
        (remainder(nested(fixed(5, to("author")))), False),  # the nested list leaves something
        (remainder(nested(remainder(to("author"), when=WA))), False),
        (remainder(nested(remainder(to("author"), cap=a_cap(5)))), False),
        (remainder(nested(remainder(to("author"), from_=date(2025, 1, 1)))), False),
        (remainder(nested(remainder(to("author"), until=date(2025, 12, 31)))), False),
        (remainder(nested(remainder(to("author", cap=a_cap(5))))), False),
        (remainder(nested(REST, cap=a_cap(5))), False),
        (remainder(nested(fixed(5, to("author")), REST)), True),
        (remainder(to("author", 0), to("author", cap=a_cap(5))), False),
        (remainder(to("author", cap=a_cap(5)), to("author")), True),
        (remainder(to("author", "0.5")), True),
        (remainder(to("author"), from_=date(2025, 1, 1)), False),
        (share("0.5", to("author"), when=WA), False),
        (fixed(1, to("author"), when=WA), False),
    ],
)
def test_step_leaves_nothing_only_if_a_member_is_uncapped(first: Step, is_told: bool) -> None:
    second = fixed(5, to("author"), when=first.when)
    found = [each.code for each in terms_warnings(some_terms(plans=[a_plan(first, second)]))]
    assert found == ["step-behind-remainder"] * is_told

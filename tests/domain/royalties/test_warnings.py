"""What terms say that can never count: found where it is, and never where something counts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.royalties.run import run
from royalties.domain.royalties.warnings import SoldKind, Terms, behind_others, terms_warnings
from royalties.domain.sales.slices import Place, SaleKind
from royalties.domain.terms.catalogue import Channel, Edition, Format, Price, Retailer, Title
from royalties.domain.terms.contracts import Basis, Contract, ExchangeRate, Rule
from royalties.domain.terms.plans import Plan, Step
from tests.builders.domain import (
    CHANNELS,
    ISBN,
    House,
    SaleLine,
    a_beneficiary,
    a_cap,
    a_contract,
    a_discount,
    a_plan,
    a_reserve,
    a_rule,
    a_version,
    fixed,
    nested,
    per_unit,
    remainder,
    share,
    to,
    when,
)
from tests.strategies import houses, rules, sale_lines

EBOOK = "9781442200029"
SEATTLE = Place("US", "WA", "Seattle")
FIRST = parse_period("2025-H1", Calendar.HALF_YEARLY)
REST = remainder(to("author"))


def a_title(*editions: Edition, key: str = "book") -> Title:
    return Title(key, key.title(), editions=editions or (Edition(ISBN, Format.HARDCOVER),))


def a_kind(
    isbn: str = ISBN,
    retailer: str = "amazon",
    currency: str = "USD",
    place: Place = SEATTLE,
    *,
    priced: bool = True,
) -> SoldKind:
    return SoldKind(isbn, retailer, currency, place, priced, 3)


def some_terms(
    *contracts: Contract,
    plans: Sequence[Plan] = (),
    titles: Sequence[Title] = (),
    names: Sequence[str] = ("author",),
    rates: Sequence[ExchangeRate] = (),
    sold: Sequence[SoldKind] = (),
    currency: str = "USD",
    open_period: Period = FIRST,
) -> Terms:
    return Terms(
        currency,
        FIRST,
        open_period,
        {each.key: each for each in titles or [a_title()]},
        {key: Retailer(key, key, channel) for key, channel in CHANNELS.items()},
        {each.key: each for each in contracts or [a_contract()]},
        {name: a_beneficiary(name) for name in names},
        {each.key: each for each in plans or [a_plan()]},
        rates,
        sold,
    )


def warned(terms: Terms) -> list[tuple[str, str]]:
    return [(each.code, str(each)) for each in terms_warnings(terms)]


def only(terms: Terms) -> tuple[str, str, str]:
    """The one warning about terms: its code, path and words."""
    (found,) = terms_warnings(terms)
    return found.code, found.path, str(found)


def test_ordinary_terms_say_nothing_in_vain() -> None:
    assert warned(some_terms()) == []
    assert warned(some_terms(sold=[a_kind()])) == []


# Rules


def test_a_rule_behind_a_catch_all_names_the_catch_all() -> None:
    contract = a_contract(a_rule(name="All"), a_rule(name="Net", basis=Basis.NET))
    assert only(some_terms(contract)) == (
        "rule-behind-others",
        "rules[1].name",
        (
            'contract "foot", rule "Net": never takes a sale, because rule "All" before it takes '
            "every sale it could match: move it up, or remove it"
        ),
    )


@pytest.mark.parametrize(
    ("before", "rule", "is_behind"),
    [
        # Two rules together take all that the third could: at 50 % exactly, the first does.
        (
            [a_discount(up_to="0.5"), a_discount(above="0.5")],
            {"discount": a_discount(from_="0.2")},
            True,
        ),
        # At 50 % exactly neither does.
        ([a_discount(below="0.5"), a_discount(above="0.5")], {}, False),
        # Sales without a list price have no discount: another rule on receipts takes them.
        ([a_discount(up_to="0.5"), a_discount(above="0.5")], {}, False),
        ([a_discount(up_to="0.5"), a_discount(above="0.5")], {"basis": Basis.LIST}, True),
    ],
)
def test_rules_are_judged_together(
    before: list[object], rule: dict[str, object], is_behind: bool
) -> None:
    earlier = [
        a_rule(name=str(place), basis=Basis.NET, discount=each)  # type: ignore[arg-type]
        for place, each in enumerate(before)
    ]
    last = a_rule(name="last", **{"basis": Basis.NET, **rule})  # type: ignore[arg-type]
    contract = a_contract(*earlier, last)
    assert (2 in behind_others(contract, CHANNELS)) is is_behind


def test_a_rule_for_a_retailer_is_behind_one_for_its_channel() -> None:
    channel = a_rule(name="Shops", channels=["bookstore"])
    retailer = a_rule(name="BN", retailers=["bn"])
    contract = a_contract(channel, retailer, a_rule(name="Rest"))
    assert behind_others(contract, CHANNELS) == {1: "Shops"}
    assert behind_others(contract, {**CHANNELS, "bn": Channel.ONLINE}) == {}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"formats": ["audiobook"]}, "no edition of the contract's titles is an audiobook"),
        ({"channels": ["library"]}, "no retailer has the channel library"),
        (
            {"channels": ["bookstore"], "retailers": ["amazon"]},
            "amazon has the channel online, not bookstore",
        ),
    ],
)
def test_a_rule_for_what_there_is_none_of(rule: dict[str, list[str]], why: str) -> None:
    contract = a_contract(a_rule(name="New", **rule), a_rule(name="All"))  # type: ignore[arg-type]
    code, path, words = only(some_terms(contract))
    assert (code, path) == ("rule-without-sales", "rules[0].name")
    assert words.endswith(f"matches nothing yet: {why}")


def test_a_catch_all_after_rules_for_all_formats_is_a_safety_net() -> None:
    contract = a_contract(a_rule(name="Hard", formats=["hardcover"]), a_rule(name="All"))
    assert warned(some_terms(contract)) == []


def test_a_discount_needs_a_list_price_somewhere() -> None:
    deep = a_rule(name="Deep", basis=Basis.NET, discount=a_discount(above="0.5"))
    contract = a_contract(deep, a_rule(name="All", basis=Basis.NET))
    without = some_terms(contract, sold=[a_kind(priced=False)])
    assert only(without)[0] == "rule-without-prices"
    assert warned(some_terms(contract)) == [], "nothing was sold yet: reports may have prices"
    assert warned(some_terms(contract, sold=[a_kind(priced=False), a_kind()])) == []
    priced = Edition(ISBN, Format.HARDCOVER, (Price("USD", 10_000_000, date(2025, 1, 1)),))
    sold = [a_kind(priced=False)]
    assert warned(some_terms(contract, titles=[a_title(priced)], sold=sold)) == []


def test_counters_spelled_in_two_ways_are_told() -> None:
    def pair(one: str, other: str) -> Terms:
        first = a_rule(name="Hard", formats=["hardcover"], counter=one)
        return some_terms(a_contract(first, a_rule(name="Rest", counter=other)))

    assert only(pair("print", "Prints"))[:2] == ("counter-alone", "rules[1].counter.name")
    assert warned(pair("print", "print")) == []
    assert warned(pair("tier 1", "tier 2")) == []


def test_a_reserve_of_nothing_is_told() -> None:
    contract = a_contract(reserve=a_reserve(formats=["paperback"]))
    assert only(some_terms(contract))[0] == "reserve-of-nothing"
    assert warned(some_terms(a_contract(reserve=a_reserve(formats=["hardcover"])))) == []


def test_sales_of_a_contract_that_begins_later_are_told() -> None:
    contract = a_contract(starts=date(2026, 1, 1))
    code, path, words = only(some_terms(contract, sold=[a_kind()]))
    assert (code, path) == ("contract-not-begun", "starts")
    assert "3 sale lines are recorded" in words
    assert warned(some_terms(contract)) == []


def test_a_title_in_two_contracts_is_told_once_for_both() -> None:
    terms = some_terms(a_contract(key="ann"), a_contract(key="ben"))
    assert only(terms) == (
        "titles-shared",
        "titles",
        (
            'contract "ben": title "book" is in "ann" as well: each contract earns on every sale, '
            "in full"
        ),
    )


# Steps


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
def test_a_step_that_says_nought_is_told(step: Step, path: str) -> None:
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
def test_a_step_behind_a_remainder_is_told(steps: Sequence[Step], is_told: bool) -> None:
    found = warned(some_terms(plans=[a_plan(*steps, REST)]))
    assert ("step-behind-remainder" in {code for code, _ in found}) is is_told


@pytest.mark.parametrize(
    ("step", "is_told"),
    [
        (fixed(5, to("author"), from_=date(2025, 2, 1), until=date(2025, 5, 31)), True),
        (fixed(5, to("author"), from_=date(2025, 2, 1), until=date(2025, 6, 30)), False),
        (fixed(5, to("author"), from_=date(2025, 7, 1)), False),
        (fixed(5, to("author"), until=date(2020, 12, 31)), False),  # before these books
    ],
)
def test_a_step_between_two_last_days_is_told(step: Step, is_told: bool) -> None:
    found = [code for code, _ in warned(some_terms(plans=[a_plan(step, REST)]))]
    assert found == (["step-dates"] if is_told else [])


def test_a_step_outlived_by_its_version_is_told() -> None:
    late = fixed(5, to("author"), from_=date(2026, 1, 1))
    versions = [a_version(late, REST), a_version(starts=date(2025, 12, 1))]
    assert only(some_terms(plans=[a_plan(versions=versions)]))[0] == "step-dates"


def test_a_version_that_no_period_ends_in_is_told() -> None:
    versions = [a_version(), *(a_version(starts=date(2025, month, 1)) for month in (8, 10))]
    code, path, words = only(some_terms(plans=[a_plan(versions=versions)]))
    assert (code, path) == ("version-never", "versions[2025-08-01].from")
    assert "the next version begins on 2025-10-01" in words


def test_versions_of_closed_time_are_left_alone() -> None:
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
def test_a_step_for_what_there_is_none_of(condition: object, message: str) -> None:
    plan = a_plan(share("0.5", to("author"), when=condition), REST)
    code, _, words = only(some_terms(plans=[plan]))
    assert code == "step-without-sales"
    assert message in words


def test_a_nested_step_against_the_step_around_it_is_told() -> None:
    inner = fixed(5, to("author"), when=when(regions=["OR"]))
    plan = a_plan(share("0.5", nested(inner, REST), when=WA), REST)
    code, path, words = only(some_terms(plans=[plan]))
    assert (code, path) == (
        "step-contradicts",
        "versions[2015-01-01].steps[0].to[0].steps[0].when.regions",
    )
    assert "step 1.1.1: never matches: it is for OR, within a step for WA" in words


def test_a_plan_without_a_version_in_force_is_told() -> None:
    plan = a_plan(versions=[a_version(starts=date(2026, 1, 1))])
    assert only(some_terms(plans=[plan]))[0] == "plan-without-version"
    assert warned(some_terms(a_contract(starts=date(2026, 1, 1)), plans=[plan])) == []


# The rest


def test_who_and_what_nobody_names_is_told() -> None:
    terms = some_terms(plans=[a_plan(), a_plan(key="spare")], names=["author", "ann"])
    assert [code for code, _ in warned(terms)] == [
        "plan-without-contract",
        "beneficiary-without-plan",
    ]


def a_rate(source: str, target: str, period: str = "2025-H1") -> ExchangeRate:
    return ExchangeRate(period, source, target, Fraction(5, 4))


def test_a_rate_that_no_contract_needs_is_told() -> None:
    found = only(some_terms(rates=[a_rate("USD", "GBP")]))
    assert found == (
        "rate-one-way",
        "",
        (
            "exchange rate USD to GBP of 2025-H1: no contract is in GBP, so it is never used; add "
            "the rate from GBP to USD as well, if it is needed: a rate is never inverted"
        ),
    )
    both = [a_rate("USD", "GBP"), a_rate("GBP", "USD")]
    assert warned(some_terms(rates=both)) == [], "both ways given: nothing is missing"
    assert warned(some_terms(rates=[a_rate("USD", "GBP")], open_period=FIRST.shift(1))) == []


def test_a_rate_given_the_other_way_than_sales_need_is_told() -> None:
    contracts = [a_contract(), a_contract(key="pounds", titles=["other"], currency="GBP")]
    terms = some_terms(*contracts, rates=[a_rate("USD", "GBP")], sold=[a_kind(currency="GBP")])
    code, _, words = only(terms)
    assert code == "rate-one-way"
    assert "3 recorded sale lines need GBP to USD" in words


def test_costs_are_converted_out_of_the_publishers_currency() -> None:
    contract = a_contract(a_rule(basis=Basis.PROFIT))
    assert warned(some_terms(contract, rates=[a_rate("USD", "GBP")])) == []


@pytest.mark.parametrize(
    ("currency", "micro", "is_told"),
    [
        ("USD", 12_345_000, True),
        ("USD", 12_340_000, False),
        ("JPY", 1_200_500_000, True),
        ("JPY", 1_200_000_000, False),
        ("KWD", 1_234_000, False),
    ],
)
def test_a_price_with_more_digits_than_its_currency_is_told(
    currency: str, micro: int, is_told: bool
) -> None:
    edition = Edition(ISBN, Format.HARDCOVER, (Price(currency, micro, date(2025, 1, 1)),))
    found = warned(some_terms(titles=[a_title(edition)]))
    assert [code for code, _ in found] == (["price-digits"] if is_told else [])


def test_a_unit_cost_with_more_digits_than_the_publishers_currency_is_told() -> None:
    edition = Edition(ISBN, Format.HARDCOVER, unit_cost=Fraction("1.205"))
    found = warned(some_terms(titles=[a_title(edition)]))
    assert [code for code, _ in found] == ["price-digits"]
    assert "its unit cost 1.205 USD has more decimals than USD, which has only 2" in found[0][1]


# Against the calculation


def terms_of(house: House, lines: Sequence[SaleLine]) -> Terms:
    """What warnings are derived from in a house that sold these lines."""
    titles: dict[str, Title] = {}
    for sold in house.editions:
        title = titles.get(sold.title, Title(sold.title, sold.title))
        edition = Edition(sold.isbn, sold.format, unit_cost=sold.unit_cost)
        titles[sold.title] = replace(title, editions=(*title.editions, edition))
    return Terms(
        house.currency,
        house.first,
        house.first,
        titles,
        {key: Retailer(key, key, channel) for key, channel in house.channels.items()},
        {each.key: each for each in house.contracts},
        {each.key: each for each in house.beneficiaries},
        {each.key: each for each in house.plans},
        (),
        [
            SoldKind(
                line.isbn, line.retailer, line.currency, line.place, line.list_price is not None, 1
            )
            for line in lines
            if line.kind is not SaleKind.FREE
        ],
    )


NEVER = ("rule-behind-others", "rule-without-sales", "rule-without-prices")


@given(houses(2), rules(6), st.lists(sale_lines, max_size=12))
def test_what_never_counts_earns_and_gives_nothing(
    house: House, first: tuple[Rule, ...], lines: list[SaleLine]
) -> None:
    """Rules that are told take no line, and steps that are told give nobody anything."""
    foot, *others = house.contracts
    house = replace(house, contracts=(replace(foot, rules=first), *others))
    found = terms_warnings(terms_of(house, lines))
    done = run(house.books(lines))
    for contract in done.contracts:
        key, plan = contract.contract.key, contract.contract.plan
        idle = {each.path for each in found if each.key == key and each.code in NEVER}
        assert not {f"rules[{line.rule_place}].name" for line in contract.lines} & idle
        version = f"versions[{contract.version.starts}]."
        steps = {
            int(step[1]) + 1
            for each in found
            if (each.part, each.key) == ("plans", plan) and each.path.startswith(version)
            if (step := re.fullmatch(r"steps\[(\d+)\][^\[]*", each.path.removeprefix(version)))
        }
        assert not {given_.step for given_ in contract.allocations} & steps


@given(rules(6), st.integers(0, 6))
def test_all_that_follows_a_catch_all_is_found(found: tuple[Rule, ...], place: int) -> None:
    everything = a_rule(name="everything", basis=Basis.NET)
    contract = a_contract(*found[:place], everything, *found[place:])
    after = set(range(min(place, len(found)) + 1, len(contract.rules)))
    assert after <= behind_others(contract, CHANNELS).keys()

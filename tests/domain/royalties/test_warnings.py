"""Warnings of terms that can never apply: none is missed, and none is false."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.royalties.run import run
from royalties.domain.royalties.warnings import (
    SoldKind,
    Terms,
    TermsWarning,
    behind_others,
    terms_warnings,
    warnings_about,
)
from royalties.domain.sales.slices import Place, SaleKind
from royalties.domain.terms.catalogue import Channel, Edition, Format, Price, Retailer, Title
from royalties.domain.terms.contracts import Basis, Contract, ExchangeRate, Reserve, Rule
from royalties.domain.terms.plans import Plan, Step, Takes, When
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


def test_ordinary_terms_give_no_warning() -> None:
    assert warned(some_terms()) == []
    assert warned(some_terms(sold=[a_kind()])) == []


# Rules


def test_a_rule_behind_a_catch_all_names_the_catch_all() -> None:
    contract = a_contract(a_rule(name="All"), a_rule(name="More", basis=Basis.UNIT))
    assert only(some_terms(contract)) == (
        "rule-behind-others",
        "rules[1].name",
        (
            'contract "foot", rule "More": never takes a sale, because rule "All" before it takes '
            "every sale it could match: move it up, or remove it"
        ),
    )


@pytest.mark.parametrize("basis", [Basis.NET, Basis.PROFIT])
def test_rule_on_money_behind_a_catch_all_takes_usage(basis: Basis) -> None:
    assert warned(some_terms(a_contract(a_rule(), a_rule(name="Money", basis=basis)))) == []


def test_rule_on_money_behind_another_takes_nothing() -> None:
    rules = [a_rule(name=name, basis=Basis.NET) for name in ("All", "More")]
    assert only(some_terms(a_contract(*rules)))[0] == "rule-behind-others"


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
def test_rule_hidden_by_several_rules_together_is_warned_of(
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
def test_rule_for_nonexistent_format_channel_or_retailer_is_warned_of(
    rule: dict[str, list[str]], why: str
) -> None:
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


def test_counter_names_spelled_differently_are_warned_of() -> None:
    def pair(one: str, other: str) -> Terms:
        first = a_rule(name="Hard", formats=["hardcover"], counter=one)
        return some_terms(a_contract(first, a_rule(name="Rest", counter=other)))

    assert only(pair("print", "Prints"))[:2] == ("counter-alone", "rules[1].counter.name")
    assert warned(pair("print", "print")) == []
    assert warned(pair("tier 1", "tier 2")) == []


def test_a_reserve_of_nothing_is_warned_of() -> None:
    contract = a_contract(reserve=a_reserve(formats=["paperback"]))
    assert only(some_terms(contract))[0] == "reserve-of-nothing"
    assert warned(some_terms(a_contract(reserve=a_reserve(formats=["hardcover"])))) == []


def test_sales_of_a_contract_that_begins_later_are_warned_of() -> None:
    contract = a_contract(starts=date(2026, 1, 1))
    code, path, words = only(some_terms(contract, sold=[a_kind()]))
    assert (code, path) == ("contract-not-begun", "starts")
    assert "3 sale lines are recorded" in words
    assert warned(some_terms(contract)) == []


def test_a_title_in_two_contracts_is_warned_of_once_for_both() -> None:
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


def test_a_step_outlived_by_its_version_is_warned_of() -> None:
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


# The rest


def test_unused_plan_and_beneficiary_are_warned_of() -> None:
    terms = some_terms(plans=[a_plan(), a_plan(key="spare")], names=["author", "ann"])
    assert [code for code, _ in warned(terms)] == [
        "plan-without-contract",
        "beneficiary-without-plan",
    ]


def a_rate(source: str, target: str, period: str = "2025-H1") -> ExchangeRate:
    return ExchangeRate(period, source, target, Fraction(5, 4))


def test_unneeded_exchange_rate_is_warned_of() -> None:
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


def test_inverted_exchange_rate_is_warned_of() -> None:
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
def test_a_price_with_more_digits_than_its_currency_is_warned_of(
    currency: str, micro: int, is_told: bool
) -> None:
    edition = Edition(ISBN, Format.HARDCOVER, (Price(currency, micro, date(2025, 1, 1)),))
    found = warned(some_terms(titles=[a_title(edition)]))
    assert [code for code, _ in found] == (["price-digits"] if is_told else [])


def test_a_unit_cost_with_more_digits_than_the_publishers_currency_is_warned_of() -> None:
    edition = Edition(ISBN, Format.HARDCOVER, unit_cost=Fraction("1.205"))
    found = warned(some_terms(titles=[a_title(edition)]))
    assert [code for code, _ in found] == ["price-digits"]
    assert "its unit cost 1.205 USD has more decimals than USD, which has only 2" in found[0][1]
    cents = replace(edition, unit_cost=Fraction("1.25"))
    assert warned(some_terms(titles=[a_title(cents)])) == []


# What each says, whole: pages show it beside the field that ``path`` names


def test_a_rule_behind_several_names_none_of_them() -> None:
    halves = [a_discount(up_to="0.5"), a_discount(above="0.5")]
    earlier = [
        a_rule(name=str(place), basis=Basis.NET, discount=each) for place, each in enumerate(halves)
    ]
    contract = a_contract(*earlier, a_rule(name="Last"))
    assert terms_warnings(some_terms(contract)) == [
        TermsWarning(
            "rule-behind-others",
            "contracts",
            "foot",
            "rules[2].name",
            'contract "foot", rule "Last"',
            "never takes a sale, because the rules before it take every sale it could match: move "
            "it up, or remove it",
        )
    ]
    # A condition that nothing there is meets is the better reason.
    contract = a_contract(*earlier, a_rule(name="Last", formats=["audiobook"]))
    code, path, words = only(some_terms(contract))
    assert (code, path) == ("rule-without-sales", "rules[2].name")
    assert words.endswith("no edition of the contract's titles is an audiobook")


def test_a_rule_behind_a_catch_all_is_warned_of_once() -> None:
    contract = a_contract(a_rule(name="All"), a_rule(name="Heard", formats=["audiobook"]))
    assert [code for code, _ in warned(some_terms(contract))] == ["rule-behind-others"]


def test_title_without_editions_gives_no_warning_of_formats() -> None:
    heard = a_rule(name="Heard", formats=["audiobook"])
    contract = a_contract(
        heard, a_rule(name="All"), reserve=a_reserve(formats=["audiobook"]), titles=["book", "gone"]
    )
    step = share("0.5", to("author"), when=when(formats=["audiobook"]))
    terms = some_terms(contract, plans=[a_plan(step, REST)], titles=[Title("book", "Book")])
    assert warned(terms) == []


def test_setup_without_retailers_gives_no_warning_of_channels() -> None:
    library = a_rule(name="Loans", channels=["library"])
    contract = a_contract(library, a_rule(name="All"), reserve=a_reserve(channels=["library"]))
    step = share("0.5", to("author"), when=when(channels=["library"]))
    terms = replace(some_terms(contract, plans=[a_plan(step, REST)]), retailers={})
    assert warned(terms) == []


def test_a_rule_without_sales_says_where_and_why() -> None:
    contract = a_contract(a_rule(name="Loans", channels=["library", "bulk"]), a_rule(name="All"))
    assert terms_warnings(some_terms(contract)) == [
        TermsWarning(
            "rule-without-sales",
            "contracts",
            "foot",
            "rules[0].name",
            'contract "foot", rule "Loans"',
            "matches nothing yet: no retailer has the channel bulk or library",
        )
    ]


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        (["ebook"], "an e-book"),
        (["audiobook", "custom"], "an audiobook or custom"),
        (["paperback", "ebook"], "an e-book or paperback"),
        (["paperback"], "a paperback"),
    ],
)
def test_format_in_a_warning_has_its_article(formats: list[str], words: str) -> None:
    contract = a_contract(a_rule(name="New", formats=formats), a_rule(name="All"))
    assert only(some_terms(contract))[2].endswith(f"no edition of the contract's titles is {words}")


def test_warning_names_the_channel_of_retailers_outside_the_rules_channel() -> None:
    named = ["bn", "amazon", "nobody"]
    rule = a_rule(name="New", channels=["direct"], retailers=named)
    contract = a_contract(rule, a_rule(name="All"))
    assert only(some_terms(contract))[2].endswith(
        ": amazon, bn or nobody has the channel bookstore or online, not direct"
    )
    one_of_them = replace(rule, channels=frozenset({"direct", "online"}))
    assert warned(some_terms(a_contract(one_of_them, a_rule(name="All")))) == []


def test_a_discount_without_prices_says_where_and_what_to_do() -> None:
    plain = a_rule(name="Heard", basis=Basis.NET, formats=["ebook"])
    deep = a_rule(name="Deep", basis=Basis.NET, discount=a_discount(above="0.5"))
    contract = a_contract(plain, deep, a_rule(name="All", basis=Basis.NET))
    titles = [a_title(Edition(ISBN, Format.HARDCOVER), Edition(EBOOK, Format.EBOOK))]
    terms = some_terms(contract, titles=titles, sold=[a_kind(priced=False)])
    assert terms_warnings(terms) == [
        TermsWarning(
            "rule-without-prices",
            "contracts",
            "foot",
            "rules[1].name",
            'contract "foot", rule "Deep"',
            "its discount is never met: neither reports nor editions have a list price here; add "
            "the editions' prices, or leave the discount out",
        )
    ]


@pytest.mark.parametrize(
    ("sold", "is_told"),
    [
        ([a_kind(EBOOK, priced=False)], True),
        ([a_kind(EBOOK, priced=False), a_kind(ISBN, priced=True)], True),
        ([a_kind(EBOOK, priced=True)], False),
        ([a_kind(ISBN, priced=False)], False),  # none of the rule's format was sold yet
    ],
)
def test_a_discount_asks_for_prices_of_the_rule_s_own_formats(
    sold: list[SoldKind], is_told: bool
) -> None:
    deep = a_rule(name="Deep", basis=Basis.NET, formats=["ebook"], discount=a_discount(above="0.5"))
    contract = a_contract(deep, a_rule(name="All", basis=Basis.NET))
    price = Price("USD", 10_000_000, date(2025, 1, 1))
    hardcover = Edition(ISBN, Format.HARDCOVER, (price,))
    titles = [a_title(hardcover, Edition(EBOOK, Format.EBOOK))]
    found = warned(some_terms(contract, titles=titles, sold=sold))
    assert [code for code, _ in found] == (["rule-without-prices"] if is_told else [])


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("print", "Prints", True),
        ("print run", "Print-Run", True),
        ("print_run", "printruns", True),
        ("prints", "printss", False),
        ("tier 1", "tier 2", False),
    ],
)
def test_counters_are_compared_without_case_blanks_and_plural(
    one: str, other: str, is_told: bool
) -> None:
    own = a_rule(name="Own", formats=["ebook"])
    first = a_rule(name="Hard", formats=["hardcover"], counter=one)
    contract = a_contract(own, first, a_rule(name="Rest", counter=other))
    titles = [a_title(Edition(ISBN, Format.HARDCOVER), Edition(EBOOK, Format.EBOOK))]
    assert (
        terms_warnings(some_terms(contract, titles=titles))
        == [
            TermsWarning(
                "counter-alone",
                "contracts",
                "foot",
                "rules[2].counter.name",
                'contract "foot", rule "Rest"',
                f'its counter "{other}" counts apart from "{one}" of rule "Hard": write both alike if '
                "they are one",
            )
        ]
        * is_told
    )


@pytest.mark.parametrize(
    ("reserve", "why"),
    [
        (
            a_reserve(formats=["paperback", "custom"]),
            "no edition of the contract's titles is a custom or paperback",
        ),
        (
            a_reserve(formats=["hardcover"], channels=["library"]),
            "no retailer has the channel library",
        ),
        (a_reserve("0", "0.1", channels=["library"]), "no retailer has the channel library"),
        (a_reserve("0", channels=["library"]), ""),
        (a_reserve(formats=["paperback", "hardcover"], channels=["library", "online"]), ""),
    ],
)
def test_a_reserve_of_nothing_says_why(reserve: Reserve, why: str) -> None:
    told = TermsWarning(
        "reserve-of-nothing",
        "contracts",
        "foot",
        "reserve",
        'contract "foot", reserve',
        f"withholds nothing yet: {why}",
    )
    assert terms_warnings(some_terms(a_contract(reserve=reserve))) == [told] * bool(why)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((1,), "1 sale line is recorded"),
        ((2,), "2 sale lines are recorded"),
        ((1000, 500), "1,500 sale lines are recorded"),
    ],
)
def test_sales_before_a_contract_are_counted(lines: tuple[int, ...], words: str) -> None:
    sold = [a_kind()._replace(lines=each) for each in lines]
    terms = some_terms(a_contract(starts=date(2025, 7, 1)), sold=sold)
    assert terms_warnings(terms) == [
        TermsWarning(
            "contract-not-begun",
            "contracts",
            "foot",
            "starts",
            'contract "foot"',
            f"begins on 2025-07-01, after the open period 2025-H1, but {words} of its titles: "
            "they earn nothing under it",
        )
    ]
    assert warned(some_terms(a_contract(starts=date(2025, 6, 30)), sold=sold)) == []


def shared(terms: Terms) -> list[tuple[str, str]]:
    return [(each.key, each.message) for each in terms_warnings(terms)]


def test_titles_shared_by_contracts_are_warned_of_per_group() -> None:
    titles = ["a", "b", "c", "d", "e"]
    contracts = [
        a_contract(key="ann", titles=titles),
        a_contract(key="ben", titles=[*titles, "f"]),
        a_contract(key="cid", titles=["f", "g"]),
    ]
    known = [a_title(key=each) for each in [*titles, "f", "g"]]
    terms = some_terms(*contracts, titles=known)
    ending = "as well: each contract earns on every sale, in full"
    five = f'titles "a", "b", "c" and 2 more are in "ann" {ending}'
    assert shared(terms) == [("ben", five), ("cid", f'title "f" is in "ben" {ending}')]
    assert [str(each) for each in warnings_about(terms, "contracts", "ann")] == [
        f'contract "ann": titles "a", "b", "c" and 2 more are in "ben" {ending}'
    ]
    assert [(each.code, each.part, each.path) for each in terms_warnings(terms)] == [
        ("titles-shared", "contracts", "titles")
    ] * 2


def test_many_contracts_over_one_title_are_named_as_far_as_three() -> None:
    terms = some_terms(*(a_contract(key=key) for key in "abcde"))
    ending = "as well: each contract earns on every sale, in full"
    assert shared(terms) == [("e", f'title "book" is in "a", "b", "c" and 1 more {ending}')]
    assert [each.message for each in warnings_about(terms, "contracts", "a")] == [
        f'title "book" is in "b", "c", "d" and 1 more {ending}'
    ]
    four = some_terms(*(a_contract(key=key) for key in "abcd"))
    assert shared(four) == [("d", f'title "book" is in "a", "b", "c" {ending}')]


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


def test_a_step_for_a_format_that_was_sold_says_nothing() -> None:
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
def test_a_nested_step_against_the_step_around_it_says_in_what(
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
def test_a_step_leaves_nothing_only_if_somebody_takes_any_amount(
    first: Step, is_told: bool
) -> None:
    second = fixed(5, to("author"), when=first.when)
    found = [each.code for each in terms_warnings(some_terms(plans=[a_plan(first, second)]))]
    assert found == ["step-behind-remainder"] * is_told


def test_a_beneficiary_in_no_plan_is_warned_of_unless_a_balance_was_brought_forward() -> None:
    terms = some_terms(names=["author", "ann"])
    assert terms_warnings(terms) == [
        TermsWarning(
            "beneficiary-without-plan",
            "beneficiaries",
            "ann",
            "key",
            'beneficiary "ann"',
            "gets nothing: no plan names it",
        )
    ]
    brought = {"ann": a_beneficiary("ann", opening_balance=500)}
    assert warned(replace(terms, beneficiaries=brought)) == []
    assert warned(replace(terms, plans={})) == []


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        (
            # Of use: into a contract's currency. Of none: the second, whatever way round.
            [a_rate("GBP", "USD"), a_rate("EUR", "CAD")],
            TermsWarning(
                "rate-one-way",
                "exchange_rates",
                "2025-H1|EUR|CAD",
                "",
                "exchange rate EUR to CAD of 2025-H1",
                "no contract is in CAD, so it is never used",
            ),
        ),
        (
            [a_rate("USD", "GBP", "2024-H2"), a_rate("USD", "EUR", "2025-H2")],
            TermsWarning(
                "rate-one-way",
                "exchange_rates",
                "2025-H2|USD|EUR",
                "",
                "exchange rate USD to EUR of 2025-H2",
                "no contract is in EUR, so it is never used; add the rate from EUR to USD as well, "
                "if it is needed: a rate is never inverted",
            ),
        ),
    ],
)
def test_warning_of_unused_exchange_rate_says_why(
    rates: list[ExchangeRate], told: TermsWarning
) -> None:
    terms = replace(some_terms(rates=rates), first_period=FIRST.shift(-1))
    assert terms_warnings(terms) == [told]
    assert warned(replace(terms, contracts={}, plans={})) == [], "no contract, so none is wrong"


def test_warning_of_inverted_exchange_rate_counts_the_sales() -> None:
    sold = [a_kind(currency="GBP")._replace(lines=each) for each in (1000, 500)]
    terms = some_terms(rates=[a_rate("USD", "GBP")], sold=[*sold, a_kind()])
    (found,) = terms_warnings(terms)
    assert found.key == "2025-H1|USD|GBP"
    assert found.message == (
        "1,500 recorded sale lines need GBP to USD; add the rate from GBP to USD as well, if it is "
        "needed: a rate is never inverted"
    )
    pounds = a_contract(key="pounds", titles=["other"], currency="GBP")
    later = some_terms(a_contract(), pounds, rates=[a_rate("USD", "GBP", "2025-H2")], sold=sold)
    assert warned(later) == [], "of a later period, and a contract is in pounds"


def test_only_rates_out_of_the_publishers_currency_convert_costs() -> None:
    contract = a_contract(a_rule(basis=Basis.PROFIT))
    code, _, words = only(some_terms(contract, rates=[a_rate("EUR", "GBP")]))
    assert code == "rate-one-way"
    assert words.endswith("2025-H1: no contract is in GBP, so it is never used")


def test_amounts_with_too_many_digits_say_which() -> None:
    day = date(2025, 1, 1)
    prices = (
        Price("JPY", 1_200_500_000, day),
        Price("USD", 12_340_000, day),
        Price("USD", 12_345_000, day),
    )
    edition = Edition(ISBN, Format.HARDCOVER, prices, Fraction("1.205"))
    where = f'title "book", edition {ISBN}'
    asked = "check the amount"

    def told(at: str, message: str) -> TermsWarning:
        path = f"editions[{ISBN}].{at}"
        return TermsWarning("price-digits", "titles", "book", path, where, message)

    assert terms_warnings(some_terms(titles=[a_title(edition)])) == [
        told(
            "prices",
            "its price 1200.5 JPY from 2025-01-01 has more decimals than JPY, which has none: "
            + asked,
        ),
        told(
            "prices",
            "its price 12.345 USD from 2025-01-01 has more decimals than USD, which has only 2: "
            + asked,
        ),
        told(
            "unit_cost",
            f"its unit cost 1.205 USD has more decimals than USD, which has only 2: {asked}",
        ),
    ]


def test_warnings_about_an_entry_are_those_that_all_of_the_setup_gives() -> None:
    """An entry's page shows what the command that checks everything says of it."""
    odd = Edition(ISBN, Format.HARDCOVER, unit_cost=Fraction("1.205"))
    titles = [a_title(odd, key="zoo"), a_title(odd, key="book")]
    contracts = [
        a_contract(a_rule(name="All"), a_rule(name="No"), key=key, titles=[title])
        for key, title in (("zed", "zoo"), ("ann", "book"))
    ]
    nought = fixed(0, to("author"))
    terms = some_terms(
        *contracts,
        titles=titles,
        plans=[a_plan(key="spare"), a_plan(nought, REST)],
        names=["zoe", "author", "ann"],
        rates=[a_rate("USD", "GBP")],
    )
    found = terms_warnings(terms)
    assert [(each.part, each.key) for each in found] == [
        ("contracts", "ann"),
        ("contracts", "zed"),
        ("plans", "plan"),
        ("plans", "spare"),
        ("beneficiaries", "ann"),
        ("beneficiaries", "zoe"),
        ("exchange_rates", "2025-H1|USD|GBP"),
        ("titles", "book"),
        ("titles", "zoo"),
    ]
    for each in found:
        assert warnings_about(terms, each.part, each.key) == [each]
    for part in ("contracts", "plans", "titles", "beneficiaries", "retailers"):
        assert warnings_about(terms, part, "nobody") == []


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
def test_rules_and_steps_warned_of_never_earn_or_allocate(
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
def test_every_rule_behind_a_catch_all_is_warned_of(found: tuple[Rule, ...], place: int) -> None:
    everything = a_rule(name="everything", basis=Basis.NET)
    contract = a_contract(*found[:place], everything, *found[place:])
    after = set(range(min(place, len(found)) + 1, len(contract.rules)))
    assert after <= behind_others(contract, CHANNELS).keys()

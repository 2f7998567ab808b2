"""Warnings of contracts: rules that take no sale, discounts, counters, reserves and shared titles."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.royalties.warnings import (
    SoldKind,
    Terms,
    TermsWarning,
    behind_others,
    terms_warnings,
    warnings_about,
)
from royalties.domain.terms.catalogue import Channel, Edition, Format, Price
from royalties.domain.terms.contracts import Basis, Reserve, Rule
from tests.builders.domain import CHANNELS, ISBN, a_contract, a_discount, a_reserve, a_rule
from tests.builders.warnings import EBOOK, a_kind, a_title, only, some_terms, warned
from tests.strategies import rules


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


def test_zero_reserve_is_warned_of() -> None:
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


def test_rule_hidden_by_several_names_none_of_them() -> None:
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


def test_rule_after_a_catch_all_gives_one_warning() -> None:
    contract = a_contract(a_rule(name="All"), a_rule(name="Heard", formats=["audiobook"]))
    assert [code for code, _ in warned(some_terms(contract))] == ["rule-behind-others"]


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


def test_discount_without_prices_names_place_and_remedy() -> None:
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
def test_zero_reserve_warning_says_why(reserve: Reserve, why: str) -> None:
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


@given(rules(6), st.integers(0, 6))
def test_every_rule_behind_a_catch_all_is_warned_of(found: tuple[Rule, ...], place: int) -> None:
    everything = a_rule(name="everything", basis=Basis.NET)
    contract = a_contract(*found[:place], everything, *found[place:])
    after = set(range(min(place, len(found)) + 1, len(contract.rules)))
    assert after <= behind_others(contract, CHANNELS).keys()

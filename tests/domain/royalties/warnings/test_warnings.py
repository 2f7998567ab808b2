"""Warnings of terms that can never apply: none is missed, and none is false."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.royalties.run import run
from royalties.domain.royalties.warnings import SoldKind, Terms, terms_warnings, warnings_about
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.catalogue import Edition, Format, Retailer, Title
from royalties.domain.terms.contracts import Rule
from tests.builders.domain import ISBN, House, SaleLine, a_contract, a_plan, a_rule, fixed, to
from tests.builders.warnings import REST, a_kind, a_rate, a_title, some_terms, warned
from tests.strategies import houses, rules, sale_lines


def test_ordinary_terms_give_no_warning() -> None:
    assert warned(some_terms()) == []
    assert warned(some_terms(sold=[a_kind()])) == []


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

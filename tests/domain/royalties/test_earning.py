"""What sales earn: calculation.md, "1. Earned"."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from royalties.domain.money import MICRO, rounded, scale
from royalties.domain.periods import Calendar, parse_period
from royalties.domain.royalties.earning import Earnings, SoldEdition, UnknownRightError, earn
from royalties.domain.royalties.exchange import MissingExchangeRateError, Rates
from royalties.domain.royalties.matching import rule_place
from royalties.domain.sales.slices import Place, SaleKind, Slice, blocks_of
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import Basis, Contract, Counts, Income, Resets, Rule
from royalties.domain.terms.discounts import discount_limits, representatives
from tests.builders.domain import (
    CHANNELS,
    ISBN,
    House,
    SaleLine,
    a_contract,
    a_discount,
    a_house,
    a_rule,
    a_sale,
    a_tier,
    account_of,
    an_edition,
    an_income,
    played,
    runs_of,
    slices_of,
)
from tests.strategies import EXCHANGE_RATES, contracts, editions, houses, sale_lines

PERIOD = parse_period("2025-H1", Calendar.HALF_YEARLY)
lines = st.lists(sale_lines, max_size=10)
stands = st.fixed_dictionaries(
    {name: st.integers(-5, 40).map(Fraction) for name in ("first", "second")}
)


def earned(
    contract: Contract,
    slices: Sequence[Slice],
    sold: Sequence[SoldEdition],
    before: Mapping[str, Fraction] | None = None,
    income: Sequence[Income] = (),
    rates: Mapping[tuple[str, str], Fraction] = EXCHANGE_RATES,
    *,
    apart: bool = False,
) -> Earnings:
    """All that ``earn`` finds; ``apart``: as several imports have them, each slice on its own."""
    return earn(
        contract,
        [block for each in slices for block in blocks_of([each])] if apart else blocks_of(slices),
        {edition.isbn: edition for edition in sold},
        CHANNELS,
        representatives(discount_limits([contract])),
        Rates(PERIOD, rates),
        "USD",
        before or {},
        income,
        with_atoms=True,
    )


def merged(earnings: Earnings) -> dict[tuple[str, str, str], int]:
    """Net copies of exceptions by edition, retailer and reason."""
    found: Tally[tuple[str, str, str]] = Tally()
    for each in earnings.exceptions:
        found[each.isbn, each.retailer, each.reason] += each.units
    return dict(found)


def same(one: Earnings, other: Earnings) -> bool:
    """Whether two outcomes agree in all that goes on from here."""
    return (one.lines, one.counters, one.atoms, merged(one)) == (
        other.lines,
        other.counters,
        other.atoms,
        merged(other),
    )


# What is known without any line


@given(contracts(), editions, lines, stands)
def test_sums_and_number_of_lines_are_those_of_the_lines(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
) -> None:
    income = [Income(contract.key, "", right, 333) for right, _ in contract.rights]
    for apart in (False, True):
        slices = slices_of(came_in, [contract])
        found = earned(contract, slices, sold, before, income, apart=apart).lines
        number, total = len(found), found.earned
        everybody, amazon = (
            found.earned_by_edition(chosen)
            for chosen in (None, lambda sellers: [who.retailer == "amazon" for who in sellers])
        )
        made = list(found)
        assert (number, total) == (len(made), sum(line.earned for line in made))
        assert made == sorted(made, key=lambda line: line.rule_place)
        for isbn, amount in everybody.items():
            of_edition = [line for line in made if line.isbn == isbn]
            assert amount == sum(line.earned for line in of_edition)
            assert amazon[isbn] == sum(
                line.earned for line in of_edition if line.retailer == "amazon"
            )
        assert everybody.keys() == amazon.keys() == {line.isbn for line in made} - {None}
        assert found == tuple(made)
        assert found[:2] == tuple(made[:2])


# What never matters


@given(contracts(), editions, lines, stands, st.data())
def test_result_does_not_depend_on_the_order_of_slices(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
    data: st.DataObject,
) -> None:
    """ "No order of rows changes a result." """
    slices = slices_of(came_in, [contract])
    shuffled = data.draw(st.permutations(slices))
    assert same(earned(contract, slices, sold, before), earned(contract, shuffled, sold, before))


@given(contracts(), editions, lines, stands, st.data())
def test_result_does_not_depend_on_how_slices_are_cut(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
    data: st.DataObject,
) -> None:
    """Sums over like lines earn what the lines do, however reports were batched."""
    together = slices_of(came_in, [contract])
    apart = [slice_ for line in came_in for slice_ in slices_of([line], [contract])]
    assert same(earned(contract, together, sold, before), earned(contract, apart, sold, before))
    alone = earned(contract, apart, sold, before, apart=True)
    assert same(earned(contract, together, sold, before), alone)
    if together:
        place = data.draw(st.integers(0, len(together) - 1))
        whole = together[place]
        copies, net = data.draw(st.integers(-9, 9)), data.draw(st.integers(-99, 99))
        part = whole._replace(units=copies, net=net, list_value=7 if whole.priced else 0)
        rest = whole._replace(
            units=whole.units - copies,
            net=whole.net - net,
            list_value=whole.list_value - part.list_value,
        )
        cut = [*together[:place], part, *together[place + 1 :], rest]
        assert same(earned(contract, together, sold, before), earned(contract, cut, sold, before))


@given(contracts(), editions, lines, lines, stands)
def test_free_copies_earn_nothing_count_nothing_and_are_no_exceptions(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    more: list[SaleLine],
    before: dict[str, Fraction],
) -> None:
    """ "``free`` lines earn nothing, count nothing and are never exceptions." """
    paid = [line for line in came_in if line.kind is not SaleKind.FREE]
    given_away = [replace(line, kind=SaleKind.FREE) for line in more]
    without = earned(contract, slices_of(paid, [contract]), sold, before)
    with_free = earned(contract, slices_of([*paid, *given_away], [contract]), sold, before)
    assert same(without, with_free)


# What always holds of the lines


@given(contracts(), editions, lines, stands)
def test_every_copy_is_in_an_earned_line_or_an_exception(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
) -> None:
    slices = slices_of(came_in, [contract])
    found = earned(contract, slices, sold, before)
    groups = {
        (line.rule_place, line.isbn, line.retailer, line.kind, line.currency): line.units
        for line in found.lines
    }
    taken = sum(groups.values()) + sum(each.units for each in found.exceptions)
    assert taken == sum(each.units for each in slices if each.kind is not SaleKind.FREE)
    assert sum(atom.units for atom in found.atoms) == sum(groups.values())


@given(contracts(), editions, lines, stands)
def test_a_statement_adds_up_by_hand(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
) -> None:
    """ "Convert; multiply by the rate; **round**": each printed line by its printed numbers."""
    found = earned(contract, slices_of(came_in, [contract]), sold, before)
    for line in found.lines:
        base = Fraction(line.base) / MICRO
        exact = base * line.portion * line.exchange_rate * line.rate
        assert line.earned == rounded(exact * scale(contract.currency))
        left_out = line.residual(contract.currency)
        assert line.earned + left_out == exact * scale(contract.currency)
        assert abs(left_out) <= Fraction(1, 2)


@given(contracts(), editions, lines, stands)
def test_sources_given_to_plans_sum_to_what_was_earned(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    before: dict[str, Fraction],
) -> None:
    """The exact earnings by place and retailer sum to the exact earnings of the lines."""
    income = [an_income(333, "audio"), an_income(-50, "translation")]
    found = earned(contract, slices_of(came_in, [contract]), sold, before, income)
    in_lines = sum(
        (line.earned + line.residual(contract.currency) for line in found.lines), Fraction(0)
    )
    in_atoms = sum((atom.earned for atom in found.atoms), Fraction(0))
    assert in_atoms * scale(contract.currency) == in_lines


@given(contracts(), editions, lines)
def test_counters_count_every_line_of_their_rules(
    contract: Contract, sold: tuple[SoldEdition, ...], came_in: list[SaleLine]
) -> None:
    found = earned(contract, slices_of(came_in, [contract]), sold)
    counted = dict.fromkeys({rule.counter.name for rule in contract.rules}, Fraction(0))
    for line in came_in:
        rule = _rule_for(line, contract, sold)
        if rule is not None:
            rate = EXCHANGE_RATES.get((line.currency, contract.currency), Fraction(1))
            amounts = {
                Counts.UNITS: Fraction(line.units),
                Counts.NET: line.net * rate,
                Counts.LIST: line.units * (line.list_price or 0) * rate,
            }
            counter = contract.rules[rule]
            counted[counter.counter.name] += amounts[counter.counts]
    assert {name: each.added for name, each in found.counters.items()} == counted


def _rule_for(line: SaleLine, contract: Contract, sold: Sequence[SoldEdition]) -> int | None:
    if line.kind is SaleKind.FREE:
        return None
    (slice_,) = slices_of([line], [contract])
    format_ = next(edition.format for edition in sold if edition.isbn == line.isbn)
    return rule_place(contract, slice_, format_, CHANNELS, discount_limits([contract]))


@given(contracts(), editions, lines)
def test_the_first_rule_that_matches_takes_a_line(
    contract: Contract, sold: tuple[SoldEdition, ...], came_in: list[SaleLine]
) -> None:
    """Rules before it do not match, and it does; taking later rules away changes nothing."""
    for line in came_in:
        place = _rule_for(line, contract, sold)
        if place is None:
            continue
        shorter = replace(contract, rules=contract.rules[: place + 1])
        assert _rule_for(line, shorter, sold) == place
        if place:
            before = replace(contract, rules=contract.rules[:place])
            assert _rule_for(line, before, sold) is None


# Exceptions


@given(houses(depth=0), lines)
def test_exceptions_are_one_for_each_contract_edition_and_retailer(
    house: House, came_in: list[SaleLine]
) -> None:
    """ "One entry per contract, edition and retailer, net units." """
    (done,) = runs_of(house, came_in)
    keys = [(each.contract, each.isbn, each.retailer) for each in done.exceptions]
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys, key=lambda key: (key[0] or "", key[1], key[2]))
    titles = {edition.isbn: edition.title for edition in house.editions}
    for account in done.contracts:
        own = [
            line
            for line in came_in
            if titles[line.isbn] in account.contract.titles and line.kind is not SaleKind.FREE
        ]
        groups = {
            (line.rule_place, line.isbn, line.retailer, line.kind, line.currency): line.units
            for line in account.lines
        }
        standing = sum(
            each.units for each in done.exceptions if each.contract == account.contract.key
        )
        assert standing + sum(groups.values()) == sum(line.units for line in own)


def test_exceptions_of_one_retailer_are_added_up_with_every_reason() -> None:
    contract = a_contract(a_rule(formats=["hardcover"], countries=["US"]))
    (done,) = runs_of(
        a_house(contract),
        [
            a_sale(5, list_price=None),
            a_sale(-2, place=Place("GB")),
            a_sale(4, place=Place("GB", city="London")),
            a_sale(9, kind=SaleKind.FREE, place=Place("GB")),
            a_sale(3, retailer="bn"),
        ],
    )
    assert [(e.contract, e.isbn, e.retailer, e.channel, e.units) for e in done.exceptions] == [
        ("foot", ISBN, "amazon", Channel.ONLINE, 7)
    ]
    reasons = "no list price in the report or of the edition; no rule matches"
    assert done.exceptions[0].reason == reasons
    assert account_of(done).earned == 300


def test_a_title_without_a_contract_is_an_exception_unless_it_earns_none() -> None:
    house = a_house(
        a_contract(),
        editions=[
            an_edition(),
            an_edition("9781442200029", "orphan"),
            an_edition("9781442200036", "gift", royalties=False),
        ],
    )
    sold = [a_sale(2, isbn="9781442200029"), a_sale(3, isbn="9781442200036")]
    (done,) = runs_of(house, [*sold, a_sale(1, isbn="9781442200029", kind=SaleKind.FREE)])
    assert [(e.contract, e.isbn, e.units, e.reason) for e in done.exceptions] == [
        (None, "9781442200029", 2, "no contract covers the title")
    ]


def test_co_authors_each_earn_by_their_own_rules() -> None:
    """ "A title may be in several contracts (co-authors)." """
    house = a_house(a_contract(a_rule("0.10"), key="ann"), a_contract(a_rule("0.02"), key="ben"))
    (done,) = runs_of(house, [a_sale(10)])
    assert [(each.contract.key, each.earned) for each in done.contracts] == [
        ("ann", 1000),
        ("ben", 200),
    ]


# Bases and exchange


@pytest.mark.parametrize(
    ("basis", "rate", "base", "earns"),
    [
        (Basis.LIST, "0.1", 29_970_000, 300),
        (Basis.NET, "0.1", 14_000_001, 140),
        (Basis.UNIT, "0.333", 3_000_000, 100),
        (Basis.PROFIT, "0.5", 10_250_001, 513),
    ],
)
def test_rate_applies_to_the_base_of_its_basis(
    basis: Basis, rate: str, base: int, earns: int
) -> None:
    """Three copies of 9.99, 14.000001 received for them, at a unit cost of 1.25."""
    house = a_house(a_contract(a_rule(rate, basis)), editions=[an_edition(unit_cost="1.25")])
    (done,) = runs_of(house, [a_sale(3, "9.99", "14.000001")])
    (line,) = account_of(done).lines
    assert (line.base, line.earned, line.units) == (base, earns, 3)
    assert line.portion == line.exchange_rate == 1


@pytest.mark.parametrize(
    ("basis", "counts", "rate", "earns"),
    [
        (Basis.LIST, Counts.UNITS, "1.25", 1250),
        (Basis.NET, Counts.UNITS, "1.25", 625),
        (Basis.UNIT, Counts.UNITS, "1", 100),
        (Basis.UNIT, Counts.NET, "1", 100),
    ],
)
def test_amounts_are_converted_and_copies_are_not(
    basis: Basis, counts: Counts, rate: str, earns: int
) -> None:
    """Ten copies of GBP 10.00 at a tenth; an amount per unit is the contract's own currency."""
    house = a_house(
        a_contract(a_rule("0.1", basis, counts=counts)),
        exchange_rates={("GBP", "USD"): "1.25"},
    )
    (done,) = runs_of(house, [a_sale(10, 10, 50, currency="GBP")])
    (line,) = account_of(done).lines
    assert (line.currency, line.exchange_rate, line.earned) == ("GBP", Fraction(rate), earns)


def test_tiers_by_amount_count_in_the_contracts_currency() -> None:
    """GBP 50.00 net is USD 62.50: fifty at 10 %, the rest at 20 %."""
    rule = a_rule(basis=Basis.NET, tiers=[a_tier("0.1", 50), a_tier("0.2")], counts=Counts.NET)
    house = a_house(a_contract(rule), exchange_rates={("GBP", "USD"): "1.25"})
    (done,) = runs_of(house, [a_sale(10, 10, 50, currency="GBP")])
    account = account_of(done)
    assert account.counters["All"].added == Fraction("62.5")
    assert [(line.tier, line.portion, line.earned) for line in account.lines] == [
        (1, Fraction(4, 5), 500),
        (2, Fraction(1, 5), 250),
    ]


@given(contracts(), editions, lines, st.sets(st.sampled_from(sorted(EXCHANGE_RATES))))
def test_error_names_all_missing_exchange_rates(
    contract: Contract,
    sold: tuple[SoldEdition, ...],
    came_in: list[SaleLine],
    known: set[tuple[str, str]],
) -> None:
    """ "A missing one stops the run and is named", in the direction in which it is missing."""
    costs = {edition.isbn: edition.unit_cost for edition in sold}
    wanted = set()
    for line in came_in:
        place = _rule_for(line, contract, sold)
        if place is None:
            continue
        rule = contract.rules[place]
        if rule.basis is not Basis.UNIT or rule.counts is not Counts.UNITS:
            wanted.add((line.currency, contract.currency))
        if rule.basis is Basis.PROFIT and costs[line.isbn]:
            wanted.add(("USD", line.currency))
    missing = {pair for pair in wanted if pair[0] != pair[1]} - known
    slices, rates = slices_of(came_in, [contract]), {pair: EXCHANGE_RATES[pair] for pair in known}
    if not missing:
        earned(contract, slices, sold, rates=rates)
        return
    with pytest.raises(MissingExchangeRateError) as refused:
        earned(contract, slices, sold, rates=rates)
    named = ", ".join(f"{source} → {target}" for source, target in sorted(missing))
    assert f"no exchange rate for 2025-H1: {named}." in str(refused.value)


def test_exchange_rate_is_never_inverted() -> None:
    house = a_house(a_contract(), exchange_rates={("USD", "GBP"): "0.8"})
    with pytest.raises(MissingExchangeRateError, match="GBP → USD"):
        runs_of(house, [a_sale(currency="GBP")])


# Conditions


@pytest.mark.parametrize(
    ("place", "format_", "retailer", "rule"),
    [
        (Place("US"), Format.HARDCOVER, "amazon", "Hardcover online"),
        (Place("US"), Format.HARDCOVER, "bn", "Hardcover"),
        (Place("US"), Format.EBOOK, "amazon", "Amazon"),
        (Place("GB"), Format.EBOOK, "ingram", "Britain"),
        (Place(), Format.EBOOK, "ingram", "Rest"),
    ],
)
def test_all_conditions_of_a_rule_must_match(
    place: Place, format_: Format, retailer: str, rule: str
) -> None:
    contract = a_contract(
        a_rule(name="Hardcover online", formats=["hardcover"], channels=["online"]),
        a_rule(name="Hardcover", formats=["hardcover"]),
        a_rule(name="Amazon", retailers=["amazon"]),
        a_rule(name="Britain", countries=["GB"]),
        a_rule(name="Rest"),
    )
    house = a_house(contract, editions=[an_edition(format_=format_)])
    (done,) = runs_of(house, [a_sale(place=place, retailer=retailer)])
    assert [line.rule for line in account_of(done).lines] == [rule]


def test_discount_condition_does_not_match_without_a_list_price() -> None:
    """Neither does a rule on the list price: the line goes on to the next rule, or is named."""
    deep = a_rule(name="Deep", basis=Basis.NET, discount=a_discount(from_=0))
    net = a_rule(name="Net", basis=Basis.NET)
    listed = a_rule(name="List")
    by_value = a_rule(name="By value", basis=Basis.NET, counts=Counts.LIST)
    unpriced = [a_sale(list_price=None, discount=None)]
    for rules, taken in [
        ((deep, net), ["Net"]),
        ((deep, listed, net), []),
        ((deep, by_value, net), []),
    ]:
        (done,) = runs_of(a_house(a_contract(*rules)), unpriced)
        assert [line.rule for line in account_of(done).lines] == taken
        assert len(done.exceptions) == 1 - len(taken)


# Other income


def test_income_is_a_line_of_its_own() -> None:
    contract = a_contract(rights={"audio": "0.5", "translation": "0.75"})
    found = earned(
        contract,
        [],
        [],
        income=[
            an_income(101, "translation", note="Italy"),
            an_income(100, "translation", note="France"),
            an_income(1, "audio"),
        ],
    )
    assert [
        (line.rule, line.kind, line.isbn, line.retailer, line.tier, line.base, line.earned)
        for line in found.lines
    ] == [
        ("audio", "income", None, None, None, 10_000, 1),
        ("translation", "income", None, None, None, 1_000_000, 75),
        ("translation", "income", None, None, None, 1_010_000, 76),
    ]
    assert [(atom.earned, atom.units) for atom in found.atoms] == [(Fraction("1.5125"), 0)]


def test_income_for_a_right_without_a_share_is_refused() -> None:
    with pytest.raises(UnknownRightError, match=r"has income for 'film' but no share for it"):
        earned(a_contract(rights={"audio": "0.5"}), [], [], income=[an_income(100, "film")])


def test_residual_is_the_fraction_that_rounding_dropped() -> None:
    """Two copies of 0.99 at 12.5 %, half of them in each tier: 12.375 cents are 12 and ⅜."""
    rule = a_rule(tiers=[a_tier("0.125", 1), a_tier("0.125")])
    (done,) = runs_of(a_house(a_contract(rule)), [a_sale(2, "0.99")])
    lines = account_of(done).lines
    assert [line.earned for line in lines] == [12, 12]
    assert [line.residual("USD") for line in lines] == [Fraction(3, 8)] * 2


def test_missing_exchange_rate_is_named_with_its_period() -> None:
    rates = Rates(parse_period("2025-H1", Calendar.HALF_YEARLY), {("GBP", "USD"): Fraction(2)})
    assert [rates.rate("GBP", "USD"), rates.rate("USD", "USD")] == [2, 1]
    with pytest.raises(
        MissingExchangeRateError, match=r"no exchange rate for 2025-H1: USD → GBP\."
    ):
        rates.rate("USD", "GBP")


@pytest.mark.parametrize(
    ("basis", "base", "cents"),
    [(Basis.LIST, 7 * 10 + 2 * 5, 800), (Basis.NET, 21, 210), (Basis.UNIT, 9, 90)],
)
def test_sales_in_several_places_make_one_line_per_retailer(
    basis: Basis, base: int, cents: int
) -> None:
    """Sales in two states at two prices: copies, list values and receipts are summed first."""
    sales = [
        a_sale(3, net=7, place=Place("US", "WA", "Seattle")),
        a_sale(4, net=8, place=Place("US", "TX", "Houston")),
        a_sale(2, 5, net=6, place=Place("GB", "", "London")),
    ]
    (done,) = runs_of(a_house(a_contract(a_rule("0.1", basis))), sales)
    (line,) = account_of(done).lines
    assert (line.units, line.base, line.earned) == (9, base * MICRO, cents)
    assert account_of(done).counters["All"].added == 9


@pytest.mark.parametrize(
    ("basis", "counts", "contract_in", "unit_cost", "wanted"),
    [
        (Basis.LIST, Counts.UNITS, "USD", 5, "GBP → USD"),
        (Basis.NET, Counts.UNITS, "USD", 0, "GBP → USD"),
        (Basis.NET, Counts.UNITS, "GBP", 5, ""),
        (Basis.UNIT, Counts.UNITS, "USD", 5, ""),
        (Basis.UNIT, Counts.NET, "USD", 0, "GBP → USD"),
        (Basis.UNIT, Counts.LIST, "USD", 0, "GBP → USD"),
        (Basis.PROFIT, Counts.UNITS, "GBP", 0, ""),
        (Basis.PROFIT, Counts.UNITS, "GBP", 5, "USD → GBP"),
        (Basis.PROFIT, Counts.UNITS, "USD", 5, "GBP → USD, USD → GBP"),
        (Basis.PROFIT, Counts.UNITS, "EUR", 5, "GBP → EUR, USD → GBP"),
    ],
)
def test_exchange_rates_that_no_rule_needs_may_be_missing(
    basis: Basis, counts: Counts, contract_in: str, unit_cost: int, wanted: str
) -> None:
    """The base and what is counted are converted into the contract's currency, a cost into the line's."""
    contract = a_contract(a_rule("0.1", basis, counts=counts), currency=contract_in)
    house = a_house(contract, editions=[an_edition(unit_cost=unit_cost)])
    sales = [[a_sale(currency="GBP")]]
    if not wanted:
        assert account_of(runs_of(house, *sales)[0]).lines
        return
    with pytest.raises(MissingExchangeRateError) as missing:
        runs_of(house, *sales)
    assert str(missing.value).startswith(f"no exchange rate for 2025-H1: {wanted}. Add it")


def test_missing_exchange_rates_of_a_contract_are_named_together() -> None:
    rules = [a_rule(name="E-books", formats=["ebook"], basis=Basis.NET), a_rule(name="Others")]
    editions = [an_edition(), an_edition("9781442200029", format_=Format.EBOOK)]
    house = a_house(a_contract(*rules), editions=editions)
    sales = [
        a_sale(currency="GBP"),
        a_sale(currency="JPY", isbn="9781442200029"),
        a_sale(currency="USD"),
        a_sale(currency="CAD", retailer="bn"),
    ]
    with pytest.raises(MissingExchangeRateError, match="CAD → USD, GBP → USD, JPY → USD"):
        runs_of(house, sales)


def test_all_receipts_are_profit_without_a_unit_cost() -> None:
    (done,) = runs_of(a_house(a_contract(a_rule("0.5", Basis.PROFIT))), [a_sale(10, net=30)])
    assert account_of(done).earned == 1500


def test_counter_counts_all_retailers_and_stays_without_sales() -> None:
    rules = [
        a_rule(name="E-books", formats=["ebook"], opening=3),
        a_rule(name="Others", tiers=[a_tier("0.1", 10), a_tier("0.2")]),
    ]
    sales = [a_sale(6), a_sale(9, retailer="bn"), a_sale(5, retailer="web"), a_sale(-4)]
    (done,) = runs_of(a_house(a_contract(*rules)), sales)
    counters = account_of(done).counters
    assert [counters["E-books"].before, counters["E-books"].added] == [3, 0]
    assert [counters["Others"].before, counters["Others"].added] == [0, 16]
    alone = earned(a_contract(*rules), slices_of(sales, []), [an_edition()], {})
    assert [each.before for each in alone.counters.values()] == [0, 0]


def test_a_cost_of_fractions_of_a_millionth_is_kept_exactly() -> None:
    """USD 5 at 0.1234567 are GBP 0.6172835: of 10.00 for one copy 9.3827165 are the base, and 30 % 2.81."""
    house = a_house(
        a_contract(a_rule("0.3", Basis.PROFIT), currency="GBP"),
        editions=[an_edition(unit_cost=5)],
        exchange_rates={("USD", "GBP"): "0.1234567"},
    )
    (done,) = runs_of(house, [a_sale(net=10, currency="GBP")])
    (line,) = account_of(done).lines
    assert (Fraction(line.base) / MICRO, line.earned) == (Fraction("9.3827165"), 281)


@pytest.mark.parametrize(
    ("net", "cents"), [("0.05", 1), ("0.04", 0), ("0.26", 3), ("0.25", 3), ("0.24", 2)]
)
def test_return_earns_exactly_minus_its_sale(net: str, cents: int) -> None:
    rule = a_rule("0.1", Basis.NET)
    sales = [a_sale(net=net), a_sale(-1, net=-Fraction(net))]
    (done,) = runs_of(a_house(a_contract(rule)), sales)
    by_kind = {line.kind: line.earned for line in account_of(done).lines}
    assert by_kind == {"sale": cents, "return": -cents}


def test_lines_are_in_rule_order_and_name_their_rule() -> None:
    rules = [
        a_rule(name="At bookstores", channels=["bookstore"]),
        a_rule(name="Others", basis=Basis.NET),
    ]
    house = a_house(a_contract(*rules, rights={"audio": "0.5"}))
    sales = [a_sale(), a_sale(retailer="bn")]
    (done,) = played([(house, sales, [an_income(1000, "audio")])]).runs
    assert [(line.rule_place, line.rule) for line in account_of(done).lines] == [
        (0, "At bookstores"),
        (1, "Others"),
        (2, "audio"),
    ]


def test_income_without_a_share_names_contract_and_right() -> None:
    with pytest.raises(UnknownRightError, match="contract 'foot' has income for 'audio'"):
        played([(a_house(a_contract()), [], [an_income(1000, "audio")])])


def test_yearly_counter_begins_at_its_opening() -> None:
    rule = a_rule(tiers=[a_tier("0.1", 3), a_tier("0.2")], resets=Resets.YEAR, opening=2)
    first, second, third = runs_of(a_house(a_contract(rule)), [], [a_sale(2)], [a_sale(3)])
    assert account_of(first).counters["All"].before == 2
    assert account_of(second).earned == 100 + 200
    assert account_of(third).counters["All"].before == 0
    assert account_of(third).earned == 300


# Usage: money for use and not for copies


def some_usage(net: str = "18.65", **more: Any) -> SaleLine:
    return a_sale(0, None, net, None, kind=SaleKind.USAGE, **more)


def earned_by(line: SaleLine, *rules: Rule) -> list[tuple[str, str, int, int]]:
    """Rule, kind, copies and minor units of each line of an edition at a unit cost of 9.10."""
    contract = a_contract(*rules)
    edition = an_edition(unit_cost=Fraction("9.10"))
    found = earned(contract, slices_of([line], [contract]), [edition])
    assert not found.exceptions
    return [(each.rule, each.kind, each.units, each.earned) for each in found.lines]


@pytest.mark.parametrize("basis", [Basis.NET, Basis.PROFIT])
@pytest.mark.parametrize(("net", "amount"), [("18.65", 466), ("-18.65", -466), ("0.02", 1)])
def test_usage_earns_on_net_and_profit_without_copies(basis: Basis, net: str, amount: int) -> None:
    rules = (a_rule(name="List"), a_rule("0.25", basis, name="Money"))
    assert earned_by(some_usage(net), *rules) == [("Money", "usage", 0, amount)]


@pytest.mark.parametrize(
    "passed_over",
    [
        a_rule(name="List"),
        a_rule(name="Unit", basis=Basis.UNIT),
        a_rule(name="Discount", basis=Basis.NET, discount=a_discount(below="0.55")),
        a_rule(name="Any discount", basis=Basis.NET, discount=a_discount(from_="0")),
        a_rule(name="Print", basis=Basis.NET, formats=["ebook"]),
    ],
    ids=lambda rule: rule.name,
)
def test_usage_passes_over_rules_that_cannot_take_it(passed_over: Rule) -> None:
    net = a_rule("0.25", Basis.NET, name="Money")
    assert earned_by(some_usage(), passed_over, net) == [("Money", "usage", 0, 466)]


def test_usage_that_no_rule_takes_is_an_exception() -> None:
    contract = a_contract(a_rule())
    found = earned(contract, slices_of([some_usage()], [contract]), [an_edition()])
    (exception,) = found.exceptions
    assert (exception.units, exception.reason) == (
        0,
        "no rule on net receipts or profit takes subscriptions and loans",
    )
    assert not found.lines


def test_usage_counts_receipts_and_neither_copies_nor_list_value() -> None:
    for counts, added in ((Counts.UNITS, 0), (Counts.LIST, 0), (Counts.NET, Fraction("18.65"))):
        tiers = (a_tier("0.1", 10), a_tier("0.2"))
        contract = a_contract(a_rule(basis=Basis.NET, counts=counts, tiers=tiers))
        found = earned(contract, slices_of([some_usage()], [contract]), [an_edition()])
        assert [each.added for each in found.counters.values()] == [added]


@given(contracts(), editions, lines)
def test_usage_never_changes_what_copies_count(
    contract: Contract, sold: tuple[SoldEdition, ...], came_in: list[SaleLine]
) -> None:
    copies = [line for line in came_in if line.kind is not SaleKind.USAGE]
    assume(all(rule.counts is not Counts.NET for rule in contract.rules))
    both = earned(contract, slices_of(came_in, [contract]), sold)
    alone = earned(contract, slices_of(copies, [contract]), sold)
    assert [line for line in both.lines if line.kind != "usage"] == alone.lines
    assert both.counters == alone.counters

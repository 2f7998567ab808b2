"""Warnings of beneficiaries that no plan names, of exchange rates, and of prices."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.royalties.warnings import TermsWarning, terms_warnings
from royalties.domain.terms.catalogue import Edition, Format, Price
from royalties.domain.terms.contracts import Basis, ExchangeRate
from tests.builders.domain import ISBN, a_beneficiary, a_contract, a_plan, a_rule
from tests.builders.warnings import FIRST, a_kind, a_rate, a_title, only, some_terms, warned


def test_unused_plan_and_beneficiary_are_warned_of() -> None:
    terms = some_terms(plans=[a_plan(), a_plan(key="spare")], names=["author", "ann"])
    assert [code for code, _ in warned(terms)] == [
        "plan-without-contract",
        "beneficiary-without-plan",
    ]


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


def test_beneficiary_in_no_plan_gives_a_warning_unless_it_has_a_balance() -> None:
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

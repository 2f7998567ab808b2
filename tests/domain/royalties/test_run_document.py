"""The run document of the public interface."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given

from royalties.domain.currencies import exponent
from royalties.domain.money import MICRO, minor_units, rounded, scale
from royalties.domain.royalties.results import Run
from royalties.domain.royalties.run_document import run_document
from royalties.domain.sales.slices import Place, SaleKind
from tests.builders.domain import (
    Year,
    a_beneficiary,
    a_contract,
    a_house,
    a_plan,
    a_rule,
    a_sale,
    a_tier,
    an_advance,
    an_edition,
    an_income,
    fixed,
    played,
    remainder,
    runs_of,
    to,
)
from tests.strategies import histories

Document = dict[str, Any]

AMOUNTS = (
    *("earned", "withheld", "released", "brought_forward", "available", "recouped", "payable"),
    *("carried_forward", "undistributed"),
)
BALANCES = ("brought_forward", "allocated", "due", "to_pay", "tax", "net", "carried_forward")
LINE = {
    *("rule", "isbn", "retailer", "kind", "currency", "tier", "units", "portion", "base"),
    *("exchange_rate", "rate", "earned"),
}


def test_run_document_matches_the_documented_example() -> None:
    """A fifth of the copies in the second tier, an advance, income, and one exception."""
    contract = a_contract(
        a_rule(
            name="Hardcover",
            tiers=[a_tier("0.10", 100), a_tier("0.125")],
            formats=["hardcover"],
            countries=["US"],
        ),
        rights={"translation": "0.75"},
        advances=[an_advance(10_000)],
    )
    house = a_house(
        contract,
        plans=[a_plan(fixed(50, to("seattle")), remainder(to("houston")))],
        beneficiaries=[a_beneficiary("houston", minimum_payment=5000)],
        editions=[an_edition(), an_edition("9781442200029", "stray")],
    )
    lines = [
        a_sale(125, "80.00", 5000),
        a_sale(3, place=Place("GB")),
        a_sale(2, isbn="9781442200029", retailer="bn"),
    ]
    (run,) = played([(house, lines, [an_income(100_000)])]).runs
    assert run_document(run, "draft") == {
        "period": "2025-H1",
        "status": "draft",
        "exceptions": [
            {
                "contract": None,
                "isbn": "9781442200029",
                "retailer": "bn",
                "channel": "bookstore",
                "units": 2,
                "reason": "no contract covers the title",
            },
            {
                "contract": "foot",
                "isbn": "9781442200012",
                "retailer": "amazon",
                "channel": "online",
                "units": 3,
                "reason": "no rule matches",
            },
        ],
        "contracts": [
            {
                "key": "foot",
                "currency": "USD",
                "earned": "1800.00",
                "withheld": "0.00",
                "released": "0.00",
                "brought_forward": "0.00",
                "available": "1800.00",
                "recouped": "100.00",
                "payable": "1700.00",
                "carried_forward": "0.00",
                "undistributed_before": "0.00",
                "undistributed": "0.00",
                "plan": "plan",
                "plan_version": "2015-01-01",
                "lines": [
                    {
                        "rule": "Hardcover",
                        "isbn": "9781442200012",
                        "retailer": "amazon",
                        "kind": "sale",
                        "currency": "USD",
                        "tier": 1,
                        "units": 125,
                        "portion": "4/5",
                        "base": "10000.00",
                        "exchange_rate": "1",
                        "rate": "0.1",
                        "earned": "800.00",
                    },
                    {
                        "rule": "Hardcover",
                        "isbn": "9781442200012",
                        "retailer": "amazon",
                        "kind": "sale",
                        "currency": "USD",
                        "tier": 2,
                        "units": 125,
                        "portion": "1/5",
                        "base": "10000.00",
                        "exchange_rate": "1",
                        "rate": "0.125",
                        "earned": "250.00",
                    },
                    {
                        "rule": "translation",
                        "isbn": None,
                        "retailer": None,
                        "kind": "income",
                        "currency": "USD",
                        "tier": None,
                        "units": 0,
                        "portion": "1",
                        "base": "1000.00",
                        "exchange_rate": "1",
                        "rate": "0.75",
                        "earned": "750.00",
                    },
                ],
                "allocations": [
                    {"step": 1, "beneficiary": "seattle", "amount": "50.00"},
                    {"step": 2, "beneficiary": "houston", "amount": "1650.00"},
                ],
            }
        ],
        "beneficiaries": [
            {
                "key": "houston",
                "currency": "USD",
                "brought_forward": "0.00",
                "allocated": "1650.00",
                "due": "1650.00",
                "to_pay": "0.00",
                "tax": "0.00",
                "net": "0.00",
                "carried_forward": "1650.00",
                "reason": "below minimum",
            },
            {
                "key": "seattle",
                "currency": "USD",
                "brought_forward": "0.00",
                "allocated": "50.00",
                "due": "50.00",
                "to_pay": "50.00",
                "tax": "0.00",
                "net": "50.00",
                "carried_forward": "0.00",
                "reason": None,
            },
        ],
    }


@given(histories(most=2))
def test_run_document_follows_its_schema_and_digits(years: list[Year]) -> None:
    """Amounts have their currency's digits and read back as the run's figures."""
    for run in played(years).runs:
        document = json.loads(json.dumps(run_document(run, "closed")))
        assert document["status"] == "closed"
        assert [each["key"] for each in document["contracts"]] == sorted(
            each.contract.key for each in run.contracts
        )
        for account in document["contracts"]:
            for name in AMOUNTS:
                _has_digits(account[name], account["currency"])
            for line in account["lines"]:
                assert set(line) == LINE
                _adds_up(line, account["currency"])
            assert all(minor_units(each["amount"], "USD") for each in account["allocations"])
        for balance in document["beneficiaries"]:
            for name in BALANCES:
                _has_digits(balance[name], balance["currency"])
        _identities(document, run)


def _has_digits(amount: str, currency: str) -> None:
    assert len(amount.partition(".")[2]) == exponent(currency)


def _adds_up(line: Document, currency: str) -> None:
    """By hand, from the printed texts; a base that has more than six digits is shown with six."""
    digits = line["base"].partition(".")[2]
    assert exponent(line["currency"]) <= len(digits) <= 6
    factors = Fraction(line["portion"]) * Fraction(line["rate"]) * Fraction(line["exchange_rate"])
    exact = Fraction(line["base"]) * factors
    earned = Fraction(line["earned"])
    slack = factors / MICRO if len(digits) == 6 else 0
    half = Fraction(1, 2 * scale(currency))
    assert abs(exact - earned) <= half + slack
    if len(digits) < 6:
        assert minor_units(line["earned"], currency) == rounded(exact * scale(currency))


def _identities(document: Document, run: Run) -> None:
    """What always holds, read off the page."""
    for account in document["contracts"]:
        amount = {name: Fraction(account[name]) for name in (*AMOUNTS, "undistributed_before")}
        assert amount["earned"] == sum(Fraction(line["earned"]) for line in account["lines"])
        assert amount["earned"] + amount["brought_forward"] + amount["released"] == (
            amount["withheld"] + amount["recouped"] + amount["payable"] + amount["carried_forward"]
        )
        allocated = sum(Fraction(each["amount"]) for each in account["allocations"])
        assert allocated + amount["undistributed"] == (
            amount["payable"] + amount["undistributed_before"]
        )
    for balance in document["beneficiaries"]:
        amount = {name: Fraction(balance[name]) for name in BALANCES}
        assert amount["brought_forward"] + amount["allocated"] == amount["due"]
        assert amount["due"] == amount["to_pay"] + amount["carried_forward"]
        assert amount["to_pay"] == amount["tax"] + amount["net"]
    assert len(document["exceptions"]) == len(run.exceptions)


def test_bases_have_their_currencys_digits_and_up_to_six() -> None:
    house = a_house(
        a_contract(currency="USD"),
        exchange_rates={("JPY", "USD"): "0.0068", ("KWD", "USD"): "3.25"},
    )
    lines = [
        a_sale(1, "999.5", currency="JPY"),
        a_sale(1, "1", currency="KWD", retailer="bn"),
        a_sale(3, "0.333333", currency="USD", retailer="web"),
        a_sale(-2, "10", currency="USD", retailer="web"),
        a_sale(1, "10", currency="USD", kind=SaleKind.FREE),
    ]
    (run,) = runs_of(house, lines)
    (account,) = run_document(run, "draft")["contracts"]
    assert {(each["currency"], each["kind"]): each["base"] for each in account["lines"]} == {
        ("JPY", "sale"): "999.5",
        ("KWD", "sale"): "1.000",
        ("USD", "sale"): "0.999999",
        ("USD", "return"): "-20.00",
    }


def test_the_version_in_force_is_named() -> None:
    (run,) = runs_of(a_house(), [])
    (account,) = run_document(run, "draft")["contracts"]
    assert account["plan_version"] == date(2015, 1, 1).isoformat()
    assert account["allocations"] == []

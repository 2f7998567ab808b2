"""Organizations and price lists of a setup file: every rule, and the values they become."""

import copy
import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from royalties.domain.orders.life import LeadTime, OrderKind, State
from royalties.domain.orders.pricing import (
    Freight,
    Option,
    OptionTerms,
    PriceList,
    PriceVersion,
    QuantityDiscount,
    SalesTaxRate,
)
from royalties.domain.problems import SetupFault
from royalties.domain.terms.organizations import Organization
from royalties.ingest import setup
from royalties.ingest.setup import SetupError, check, parse_setup

ROOT = Path(__file__).parents[2]
GONE = object()
P = "price_lists[0]"
V = f"{P}.versions[0]"
O = "organizations[0]"  # noqa: E741 - as P and V

EXAMPLE: dict[str, Any] = {
    "publisher": {
        "name": "House",
        "currency": "USD",
        "calendar": "yearly",
        "first_period": "2025",
    },
    "titles": [
        {
            "key": "collab",
            "title": "Collaborating",
            "editions": [{"isbn": "9781442246935", "format": "paperback"}],
        }
    ],
    "retailers": [
        {"key": "amazon", "name": "Amazon", "channel": "online"},
        {"key": "bulk", "name": "In bulk", "channel": "bulk"},
        {"key": "custom", "name": "Custom", "channel": "custom"},
    ],
    "organizations": [
        {
            "key": "harbor",
            "name": "Harbor",
            "address": ["400 Example Pier"],
            "city": "Tacoma",
            "region": "WA",
            "postcode": "98400",
            "country": "US",
            "email": "books@example.org",
            "phone": "+1 253 555 0140",
            "net_terms": True,
        },
        {"key": "plain", "name": "Plain", "country": "IE", "email": "plain@example.org"},
    ],
    "price_lists": [
        {
            "key": "orders",
            "currency": "USD",
            "titles": ["collab"],
            "retailers": {"bulk": "bulk", "custom": "custom"},
            "versions": [
                {
                    "from": "2026-01-01",
                    "freight": [{"amount": "10.00"}],
                },
                {
                    "from": "2025-01-01",
                    "minimum": 10,
                    "discounts": [
                        {"at_least": 10, "discount": "0.20"},
                        {"at_least": 100, "discount": "0.40"},
                    ],
                    "options": {
                        "sticker": {"minimum": 25, "set_up": "45.00", "per_copy": "0.085"},
                        "own-isbn": {},
                    },
                    "freight": [
                        {"up_to": 24, "amount": "14.50"},
                        {"amount": "45.00", "per_copy": "0.32"},
                    ],
                    "small_order_below": 25,
                    "small_order_charge": "25.00",
                    "rush_charge": "75.00",
                    "rush_share": "0.10",
                    "more_address_charge": "12.00",
                    "free_proofs": 2,
                    "proof_charge": "65.00",
                    "deposit": "0.50",
                    "tolerance": "0.05",
                    "valid_days": 20,
                    "net_days": 0,
                    "pace": {"proof": 0, "production": 8, "shipping": 4},
                    "cancellation": {"accepted": "0.05", "in-production": "1"},
                    "terms": ["Copies cannot be returned."],
                },
            ],
            "taxes": [{"place": "US-WA", "from": "2025-01-01", "rate": "0.065", "freight": True}],
        }
    ],
}


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The example with some values put elsewhere."""
    data = copy.deepcopy(EXAMPLE)
    for path, value in changes:
        *way, last = path.replace("[", ".").replace("]", "").split(".")
        at: Any = data
        for part in way:
            at = at[int(part) if part.isdigit() else part]
        place = int(last) if last.isdigit() else last
        if value is GONE:
            del at[place]
        elif isinstance(at, list) and place == len(at):
            at.append(value)
        else:
            at[place] = value
    return data


def faults_of(data: object) -> list[SetupFault]:
    try:
        document = parse_setup(data, "setup.json")
    except SetupError as error:
        return error.faults
    return check(document, document.entries)


ANOTHER = {**EXAMPLE["price_lists"][0], "key": "another"}
W = f"{P}.versions[1]"
# (what is changed), (path of the fault, part of its message)
# fmt: off
FAULTS: list[tuple[list[tuple[str, Any]], str, str]] = [
    # Organizations
    ([(f"{O}.name", GONE)], f"{O}.name", "is missing"),
    ([(f"{O}.country", GONE)], f"{O}.country", "is missing"),
    ([(f"{O}.email", "books")], f"{O}.email", "not an e-mail address"),
    ([(f"{O}.country", "Narnia")], f"{O}.country", "two letters of ISO 3166-1"),
    ([(f"{O}.postcode", "10001")], f"{O}.postcode", "lies in New York (NY), not in Washington"),
    ([(f"{O}.region", "Was")], f"{O}.region", "no state or region of the United States"),
    ([(f"{O}.region", "QC")], f"{O}.region", "no state or region of the United States"),
    ([(f"{O}.net_terms", "yes")], f"{O}.net_terms", "neither true nor false"),
    ([(f"{O}.adress", [])], f"{O}.adress", 'did you mean "address"?'),
    ([("organizations[1].key", "HARBOR")], "organizations[1].key", "stands already"),
    # References and retailers
    ([(f"{P}.titles", ["collap"])], f"{P}.titles[0]", 'did you mean "collab"?'),
    ([(f"{P}.titles", ["collab", "collab"])], f"{P}.titles[1]", "named twice"),
    ([(f"{P}.titles", [])], f"{P}.titles", "must not be empty"),
    ([(f"{P}.retailers.bulk", "bull")], f"{P}.retailers.bulk", 'unknown retailer "bull"'),
    ([(f"{P}.retailers.bulk", "amazon")], f"{P}.retailers.bulk", "of the channel online, not bulk"),
    ([(f"{P}.retailers.custom", "bulk")], f"{P}.retailers.custom", "channel bulk, not custom"),
    ([(f"{P}.retailers.custom", GONE)], f"{P}.retailers.custom", "is missing"),
    ([("price_lists[1]", ANOTHER)], "price_lists[1].titles", "each title has one price list"),
    ([(f"{P}.titles", GONE), ("price_lists[1]", {k: v for k, v in ANOTHER.items() if k != "titles"})],
     "price_lists[1].titles", '"orders" is for all titles already'),
    # Versions
    ([(f"{P}.versions", [])], f"{P}.versions", "must not be empty"),
    ([(f"{W}.from", "2026-01-01")], f"{W}.from", "overlaps price_lists[0].versions[0]"),
    ([(f"{W}.minimum", 0)], f"{W}.minimum", "from 1 up"),
    ([(f"{W}.discounts[1].at_least", 10)], f"{W}.discounts[1].at_least", "begins at 10: steps rise"),
    ([(f"{W}.discounts[1].at_least", 9)], f"{W}.discounts[1].at_least", "steps rise"),
    ([(f"{W}.discounts[1].discount", "0.19")], f"{W}.discounts[1].discount", "less than for fewer"),
    ([(f"{W}.discounts[1].discount", "1.1")], f"{W}.discounts[1].discount", "above 1"),
    ([(f"{W}.discounts[0].discount", 0.2)], f"{W}.discounts[0].discount", "write it as a string"),
    ([(f"{W}.options.logo", {})], f"{W}.options.logo", "not one of logo-on-cover"),
    ([(f"{W}.options.sticker.set_up", "45.001")], f"{W}.options.sticker.set_up", "more than the 2"),
    ([(f"{W}.options.sticker.set_up", "-1")], f"{W}.options.sticker.set_up", "not be negative"),
    ([(f"{W}.options.sticker.minimum", "25")], f"{W}.options.sticker.minimum", "without quotes"),
    ([(f"{W}.freight", [])], f"{W}.freight", "must not be empty"),
    ([(f"{W}.freight", GONE)], f"{W}.freight", "is missing"),
    ([(f"{W}.freight[0].up_to", GONE)], f"{W}.freight[0].up_to", "only the last step"),
    ([(f"{W}.freight[1].up_to", 100)], f"{W}.freight[1].up_to", "leave it out"),
    ([(f"{W}.freight[2]", {"amount": "1"}), (f"{W}.freight[1].up_to", 24)],
     f"{W}.freight[1].up_to", "above the limit before it, 24"),
    ([(f"{W}.freight[0].amount", "1.005")], f"{W}.freight[0].amount", "more than the 2 digits"),
    ([(f"{W}.rush_charge", "0.001")], f"{W}.rush_charge", "more than the 2 digits"),
    ([(f"{W}.small_order_below", -1)], f"{W}.small_order_below", "from 0 up"),
    ([(f"{W}.deposit", "1.5")], f"{W}.deposit", "above 1"),
    ([(f"{W}.tolerance", "5%")], f"{W}.tolerance", "not a plain decimal"),
    ([(f"{W}.valid_days", 0)], f"{W}.valid_days", "from 1 up"),
    ([(f"{W}.net_days", True)], f"{W}.net_days", "not a whole number"),
    ([(f"{W}.pace.proof", GONE)], f"{W}.pace.proof", "is missing"),
    ([(f"{W}.pace.proof", -1)], f"{W}.pace.proof", "from 0 up"),
    ([(f"{W}.cancellation.paid", "1")], f"{W}.cancellation.paid", "not one of accepted, artwork"),
    ([(f"{W}.cancellation.in-production", "0.01")], f"{W}.cancellation.in-production", "earlier"),
    ([(f"{W}.cancellation.in-production", "2")], f"{W}.cancellation.in-production", "above 1"),
    # Taxes
    ([(f"{P}.taxes[0].place", "Washington")], f"{P}.taxes[0].place", "no country with a state"),
    ([(f"{P}.taxes[1]", EXAMPLE["price_lists"][0]["taxes"][0])], f"{P}.taxes[1].from", "same day"),
    ([(f"{P}.taxes[0].rate", "6.5")], f"{P}.taxes[0].rate", "above 1"),
    # A house's own numbers
    ([("titles[0].editions[0].isbn", "2000000000015")], "titles[0].editions[0].isbn", "only a custom edition"),
    ([("titles[0].editions[0].isbn", "2000000000016"), ("titles[0].editions[0].format", "custom")],
     "titles[0].editions[0].isbn", "its check digit should be 5"),
    ([("titles[0].editions[0].isbn", "20000000000022"), ("titles[0].editions[0].format", "custom")],
     "titles[0].editions[0].isbn", "write its 13"),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    FAULTS,
    ids=[f"{number}-{path}" for number, (_, path, _) in enumerate(FAULTS)],
)
def test_a_fault_is_named_with_its_path(
    changes: list[tuple[str, Any]], path: str, said: str
) -> None:
    found = faults_of(changed(*changes))
    assert [fault.path for fault in found] == [path]
    assert said in found[0].message


def test_the_example_has_none_and_fits_the_schema() -> None:
    assert faults_of(EXAMPLE) == []
    Draft202012Validator(setup.json_schema()).validate(EXAMPLE)


def test_all_faults_are_reported_together() -> None:
    found = faults_of(
        changed((f"{W}.deposit", "2"), (f"{W}.discounts[1].at_least", 3), (f"{O}.email", "x"))
    )
    assert {fault.path for fault in found} == {
        f"{W}.deposit",
        f"{W}.discounts[1].at_least",
        f"{O}.email",
    }


def test_warning_names_the_retailer_whose_channel_changed() -> None:
    """The price list is in the books already."""
    books = parse_setup(EXAMPLE, "before").entries
    online = {"retailers": [{"key": "bulk", "name": "In bulk", "channel": "online"}]}
    document = parse_setup(online, "setup.json")
    merged = {kind: {**books[kind], **document.entries[kind]} for kind in books}
    (fault,) = check(document, merged)
    assert fault.path == "retailers[0].channel"
    assert "of the channel online, not bulk" in fault.message


def test_values_are_exact() -> None:
    entries = parse_setup(EXAMPLE, "setup.json").entries
    found = setup.price_list_of(entries["price_lists"]["orders"])
    older = PriceVersion(
        date(2025, 1, 1),
        (QuantityDiscount(10, Fraction(1, 5)), QuantityDiscount(100, Fraction(2, 5))),
        {
            Option.STICKER: OptionTerms(25, 4500, Fraction(17, 2)),
            Option.OWN_ISBN: OptionTerms(1, 0, Fraction(0)),
        },
        (Freight(24, 1450), Freight(None, 4500, Fraction(32))),
        minimum=10,
        small_order_below=25,
        small_order_charge=2500,
        rush_charge=7500,
        rush_share=Fraction(1, 10),
        more_address_charge=1200,
        free_proofs=2,
        proof_charge=6500,
        deposit=Fraction(1, 2),
        tolerance=Fraction(1, 20),
        valid_days=20,
        net_days=0,
        lead_time=LeadTime(0, 8, 4),
        rush_lead_time=LeadTime(1, 5, 2),
        cancellation={State.ACCEPTED: Fraction(1, 20), State.IN_PRODUCTION: Fraction(1)},
        terms=("Copies cannot be returned.",),
    )
    newer = PriceVersion(date(2026, 1, 1), (), {}, (Freight(None, 1000),))
    assert found == PriceList(
        "orders",
        "USD",
        ("collab",),
        (older, newer),
        (SalesTaxRate("US-WA", date(2025, 1, 1), Fraction(13, 200), freight=True),),
        {OrderKind.BULK: "bulk", OrderKind.CUSTOM: "custom"},
    )
    assert setup.organization_of(entries["organizations"]["harbor"]) == Organization(
        "harbor",
        "Harbor",
        "US",
        "books@example.org",
        ("400 Example Pier",),
        "Tacoma",
        "WA",
        "98400",
        "+1 253 555 0140",
        net_terms=True,
    )
    plain = setup.organization_of(entries["organizations"]["plain"])
    assert (plain.place, plain.net_terms) == ("IE", False)


def test_a_currency_without_cents_has_whole_amounts() -> None:
    yen = changed((f"{P}.currency", "JPY"))
    assert {fault.path for fault in faults_of(yen)} == {
        f"{W}.freight[0].amount",
    }
    yen = changed((f"{P}.currency", "JPY"), (f"{W}.freight[0].amount", "1500"))
    body = parse_setup(yen, "setup.json").entries["price_lists"]["orders"]
    version = setup.price_list_of(body).versions[0]
    assert version.freight[0].amount == 1500
    assert version.options[Option.STICKER].per_copy == Fraction("0.085")


def test_kept_price_list_leaves_out_defaults() -> None:
    said = changed(
        (f"{P}.versions[0].free_proofs", 3),
        (f"{P}.versions[0].deposit", "0.00"),
        (f"{P}.versions[0].discounts", []),
    )
    kept, plain = (
        parse_setup(data, "setup.json").entries["price_lists"] for data in (said, EXAMPLE)
    )
    assert kept == plain


def test_a_custom_edition_may_have_a_number_of_the_houses_own() -> None:
    own = changed(
        ("titles[0].editions[0].isbn", "2-0000-0000-0015".replace("-", " ")),
        ("titles[0].editions[0].format", "custom"),
    )
    assert faults_of(own) == []
    body = parse_setup(own, "setup.json").entries["titles"]["collab"]
    assert setup.title_of(body).editions[0].isbn == "2000000000015"


def test_french_ten_digit_isbns_are_not_house_numbers() -> None:
    french = changed(("titles[0].editions[0].isbn", "2-07-036822-X"))
    assert faults_of(french) == []


def test_contracts_say_what_counts_beside_copies() -> None:
    contract = {
        "key": "c",
        "titles": ["collab"],
        "currency": "USD",
        "starts": "2025-01-01",
        "rules": [{"name": "All", "basis": "net", "rate": "0.1"}],
        "plan": "p",
    }

    def charges(**more: object) -> tuple[str, ...]:
        document = parse_setup({"contracts": [contract | more]}, "setup.json")
        return setup.contract_of(document.entries["contracts"]["c"]).order_charges

    assert charges() == ("option-copies",)
    assert charges(order_charges=[]) == ()
    assert charges(order_charges=["set-up", "rush"]) == ("set-up", "rush")
    for word in ("copies", "freight", "tax", "address", "proof"):
        with pytest.raises(SetupError, match="is not one of option-copies, set-up"):
            charges(order_charges=[word])
    with pytest.raises(SetupError, match="named twice"):
        charges(order_charges=["rush", "rush"])


def test_the_example_house_takes_orders() -> None:
    data = json.loads((ROOT / "examples" / "setup.json").read_text(encoding="utf-8"))
    assert faults_of(data) == []
    assert all("(invented)" in each["name"] for each in data["organizations"])
    assert all("example.org" in each["email"] for each in data["organizations"])

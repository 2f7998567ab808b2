"""Loading asks before it replaces what has counted, and warns of what never counts."""

from typing import Any

import pytest

from royalties.domain.terms.plans import PlanVersion
from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.terms.setup import Loaded
from tests.builders.books import (
    Document,
    Office,
    a_contract,
    a_plan,
    a_row,
    a_setup,
    a_title,
    after,
    an_edition,
    closed,
    nothing,
    opened,
    remainder,
    spring,
)


def entry(part: str, key: str, **more: object) -> Document:
    found = next(each for each in a_setup()[part] if each["key"] == key)
    return {**found, **more}


def plain(**more: Any) -> Document:
    """The first contract at a tenth of the list price of everything."""
    kept = entry("contracts", "foot-2015")
    more = {name: kept[name] for name in ("advances", "subsidiary_rights")} | more
    return a_contract("foot-2015", ["collab"], **more)


def asked(office: Office, setup: Document) -> list[str]:
    """What loading asks; unless it asks nothing, nothing is recorded."""
    before = office.hashes()
    loaded = office.load(setup, confirm=False, ask=True)
    assert (loaded.outcome == "confirm") is bool(loaded.replaced)
    assert (office.hashes() == before) is bool(loaded.replaced)
    return [str(each) for each in loaded.replaced]


def warned(loaded: Loaded) -> list[tuple[str, str]]:
    return [(each.code, each.key) for each in loaded.warnings]


LATE = {"key": "cities", "versions": [{"from": "2025-08-01", "steps": [remainder("spokane")]}]}


@after(closed)
def test_plan_file_without_earlier_versions_needs_consent(office: Office) -> None:
    assert asked(office, {"plans": [LATE]}) == [
        (
            'plan "cities": the version from 2015-01-01, which distributed 2025-H1, is left out. '
            "Closed periods keep what they used; 2025-H2 and later periods are distributed by the "
            "version from 2025-08-01 instead of the one from 2015-01-01, including 3 sale lines "
            "already recorded. To keep what was, list that version as well."
        )
    ]
    loaded = office.load({"plans": [LATE]}, confirm=True)
    assert (loaded.outcome, loaded.amended) == ("loaded", {"plans": 1})
    again = office.load({"plans": [LATE]}, confirm=False)
    assert (again.outcome, again.replaced, again.warnings) == ("nothing-new", [], [])
    said = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")[0][0]
    assert b"is left out" in bytes(said), "the log tells what was confirmed"
    assert office.faults() == {}


@after(closed)
def test_script_is_warned_of_changes_and_stopped_by_losses(office: Office) -> None:
    """A rate typed anew is what the file says; what it leaves out nobody sees in it."""
    kept = entry("contracts", "foot-2015")
    first, rest = kept["rules"]
    dearer = {**kept, "rules": [first, {**rest, "rate": "0.2"}]}
    loaded = office.load({"contracts": [dearer]}, confirm=False)
    assert (loaded.outcome, len(loaded.replaced)) == ("loaded", 1)
    before = office.hashes()
    for lost in (
        {**kept, "rules": [first]},
        {**kept, "starts": "2025-08-01"},
        {name: value for name, value in kept.items() if name != "reserve"},
    ):
        assert office.load({"contracts": [lost]}, confirm=False).outcome == "confirm"
    assert office.hashes() == before


@after(closed)
def test_additional_plan_version_needs_no_consent(office: Office) -> None:
    versions = [*entry("plans", "cities")["versions"], *LATE["versions"]]
    assert asked(office, {"plans": [{**LATE, "versions": versions}]}) == []
    with office.work(read_only=True) as work:
        plan: list[PlanVersion] = list(setup_in_force(work).plans["cities"].versions)
    assert [str(each.starts) for each in plan] == ["2015-01-01", "2025-08-01"]


CHANGES: list[tuple[str, Document, str]] = [
    ("contracts", plain(), "including 3 sale lines already recorded"),
    (
        "contracts",
        entry("contracts", "hand-2020", rules=[{"name": "A", "basis": "net", "rate": "0.1"}]),
        "including 1 sale line already recorded",
    ),
    ("beneficiaries", entry("beneficiaries", "tacoma", tax_rate="0"), "tax rate: 24 % (removed)"),
    ("beneficiaries", {"key": "spokane", "name": "Spokane Readers"}, "on hold: yes (removed)"),
    ("retailers", entry("retailers", "amazon", channel="other"), "channel: online becomes other"),
    (
        "exchange_rates",
        {"period": "2025-H2", "from": "GBP", "to": "USD", "rate": "1.3"},
        "1.2712 becomes 1.3. It counts from 2025-H2 on, including 1 sale line already recorded",
    ),
    ("exchange_rates", {"period": "2025-H2", "from": "USD", "to": "GBP", "rate": "0.8"}, "3 sale"),
]


@pytest.mark.thorough("combinations", but_one_in=4)
@pytest.mark.parametrize(("part", "body", "words"), CHANGES)
@after(closed)
def test_change_of_money_in_the_open_period_needs_consent(
    office: Office, part: str, body: Document, words: str
) -> None:
    (told,) = asked(office, {part: [body]})
    assert words in told


@after(closed)
def test_change_without_effect_on_the_open_period_needs_no_consent(office: Office) -> None:
    assert not asked(office, {"publisher": {**a_setup()["publisher"], "name": "Another Name"}})
    assert not asked(office, {"titles": [entry("titles", "collab", title="Renamed")]})
    later = {"period": "2026-H1", "from": "GBP", "to": "USD", "rate": "1.3"}
    assert not asked(office, {"exchange_rates": [later]})


@after(opened)
def test_no_consent_is_needed_before_the_first_sale(office: Office) -> None:
    """While a house writes its setup, the file is loaded as often as it is changed."""
    for part, body, _ in CHANGES:
        assert asked(office, {part: [body]}) == []
    assert asked(office, {"plans": [LATE]}) == []


@after(spring)
def test_sales_in_the_open_period_require_consent(office: Office) -> None:
    (told,) = asked(office, {"contracts": [plain()]})
    assert "It counts from 2025-H1 on, including 6 sale lines already recorded." in told


@after(spring)
def test_change_of_a_price_used_for_blank_ones_needs_consent(office: Office) -> None:
    """Five copies of May came without a price: 85 dollars stand in."""
    collab = entry("titles", "collab")
    hardcover, ebook = collab["editions"]
    dearer = [hardcover["prices"][0], {**hardcover["prices"][1], "amount": "90.00"}]
    changed = {**collab, "editions": [{**hardcover, "prices": dearer}, ebook]}
    (told,) = asked(office, {"titles": [changed]})
    assert 'title "collab": edition ' in told
    assert "amount: 85.00 becomes 90.00" in told
    later = [*hardcover["prices"], {"currency": "USD", "amount": "90.00", "from": "2025-06-01"}]
    assert not asked(
        office, {"titles": [{**collab, "editions": [{**hardcover, "prices": later}, ebook]}]}
    )


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("contracts", entry("contracts", "hand-2020", opening_balance="-4.00")),
        ("beneficiaries", entry("beneficiaries", "tacoma", opening_balance="8.00")),
    ],
)
@after(closed)
def test_an_opening_balance_that_closed_runs_carry_is_refused_in_files_too(
    office: Office, part: str, body: Document
) -> None:
    with pytest.raises(SetupError, match=r"opening_balance: is .* in closed runs"):
        office.load({part: [body]})


# Warnings


@after(nothing)
def test_ordinary_setup_gives_no_warning(office: Office) -> None:
    assert warned(office.load(a_setup())) == []
    office.bring_batch([a_row(3)])
    assert office.run("2025-H1")["warnings"] != [], "its plan asks for Washington"
    office.bring_batch([a_row(2, region="WA")])
    assert office.run("2025-H1")["warnings"] == []


@after(closed)
def test_load_warns_of_its_own_entries_and_a_run_of_all(office: Office) -> None:
    plan = a_plan(
        "halves",
        {"share": "0.5", "when": {"cities": ["Seatle"]}, "to": [{"beneficiary": "houston"}]},
        remainder("author"),
    )
    loaded = office.load({"plans": [plan]})
    assert warned(loaded) == [("step-without-sales", "halves")]
    assert (
        office.load({"retailers": [{"key": "x", "name": "X", "channel": "other"}]}).warnings == []
    )
    (told,) = office.run("2025-H2")["warnings"]
    assert told == {
        "code": "step-without-sales",
        "part": "plans",
        "key": "halves",
        "path": "versions[2015-01-01].steps[0].when.cities",
        "message": 'plan "halves", version from 2015-01-01, step 1: has matched no sale so far: none '
        "is recorded in the city Seatle; check how the reports write it",
    }
    assert office.run("2025-H1")["warnings"] == [], "its terms cannot change any more"


@after(closed)
def test_load_warns_of_other_entries_made_unused(office: Office) -> None:
    """A shop that moves to another channel takes its sales from a rule."""
    contract = plain(
        rules=[
            {"name": "Shops", "channels": ["bookstore"], "basis": "net", "rate": "0.2"},
            {"name": "Rest", "basis": "net", "rate": "0.1"},
        ]
    )
    assert warned(office.load({"contracts": [contract]})) == []
    moved: dict[str, Any] = entry("retailers", "bay", channel="other")
    assert warned(office.load({"retailers": [moved]})) == [("rule-without-sales", "foot-2015")]


@after(opened)
def test_a_load_warns_of_titles_prices_and_rates(office: Office) -> None:
    yen = [{"currency": "JPY", "amount": "1200.5", "from": "2025-01-01"}]
    loaded = office.load(
        {
            "titles": [a_title("new", an_edition("9781442200074", prices=yen))],
            "contracts": [a_contract("second", ["collab"])],
            "exchange_rates": [{"period": "2025-H1", "from": "USD", "to": "JPY", "rate": "150"}],
        }
    )
    assert warned(loaded) == [
        ("titles-shared", "second"),
        ("price-digits", "new"),
    ]
    (told,) = (str(each) for each in loaded.warnings if each.code == "price-digits")
    assert "its price 1200.5 JPY from 2025-01-01 has more decimals than JPY, which has none" in told

"""A preview is what the amended books give, to the cent; and it writes nothing."""

from typing import Any

import pytest

from royalties.domain.money import minor_units
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.setup import SetupError
from royalties.services.periods.previewing import Effect, preview
from tests.builders.books import (
    AUTUMN,
    Document,
    Office,
    a_contract,
    a_setup,
    after,
    closed,
    remainder,
    spring,
)

pytestmark = pytest.mark.engines("either")


def entry(part: str, key: str, **more: object) -> Document:
    found = next(each for each in a_setup()[part] if each["key"] == key)
    return {**found, **more}


def tried(office: Office, part: str, body: Document, version: str = "") -> dict[str, Effect]:
    """What a change would have given, by period; the books must not notice."""
    before = office.hashes()
    with office.work(read_only=True) as work:
        found = preview(work, part, body, version=version)
    assert office.hashes() == before
    return {each.period: each for each in found}


Figures = dict[tuple[str, ...], tuple[int, ...]]


def after_figures(effect: Effect) -> Figures:
    """The proposed figures of what changes."""
    return {
        **{
            ("contract", each.contract): (each.earned.after, each.payable.after)
            for each in effect.contracts
        },
        **{
            (each.beneficiary, each.currency): (
                each.allocated.after,
                each.due.after,
                each.net.after,
            )
            for each in effect.beneficiaries
        },
    }


def before_figures(effect: Effect) -> Figures:
    return {
        **{
            ("contract", each.contract): (each.earned.before, each.payable.before)
            for each in effect.contracts
        },
        **{
            (each.beneficiary, each.currency): (
                each.allocated.before,
                each.due.before,
                each.net.before,
            )
            for each in effect.beneficiaries
        },
    }


def figures_of(document: Document) -> Figures:
    """The same figures of a run's document."""
    found: Figures = {}
    for each in document["contracts"]:
        found["contract", each["key"]] = _minor(each, each["currency"], "earned", "payable")
    for each in document["beneficiaries"]:
        found[each["key"], each["currency"]] = _minor(
            each, each["currency"], "allocated", "due", "net"
        )
    return found


def figures_for(keys: Figures, figures: Figures) -> Figures:
    """Those of the same contracts and payees; zeros for one that has none."""
    return {key: figures.get(key, (0,) * len(keys[key])) for key in keys}


def _minor(each: Document, currency: str, *names: str) -> tuple[int, ...]:
    return tuple(minor_units(each[name], currency) for name in names)


def dearer() -> Document:
    """Other discounts, another escalator, a country nobody asked for before."""
    contract = entry("contracts", "foot-2015")
    contract["rules"] = [
        {
            "name": "Bay",
            "retailers": ["bay"],
            "countries": ["US"],
            "basis": "unit",
            "rate": "3.335",
        },
        {
            "name": "Hardcover",
            "formats": ["hardcover"],
            "discount": {"up_to": "0.50"},
            "basis": "list",
            "tiers": [{"up_to": 25, "rate": "0.11"}, {"rate": "0.15"}],
            "counter": {"name": "hardcover", "opening": 12},
        },
        {"name": "Everything else", "basis": "net", "rate": "0.12"},
    ]
    return contract


def new_version(*steps: Any, day: str = "2025-07-01") -> Document:
    plan = entry("plans", "cities")
    plan["versions"].append({"from": day, "steps": list(steps)})
    return plan


CHANGES = {
    "a contract": ("contracts", dearer(), ""),
    "a reserve": (
        "contracts",
        {k: v for k, v in entry("contracts", "foot-2015").items() if k != "reserve"},
        "",
    ),
    "another plan": ("contracts", entry("contracts", "hand-2020", plan="cities"), ""),
    "a plan": (
        "plans",
        {
            "key": "cities",
            "versions": [
                {
                    "from": "2015-01-01",
                    "steps": [
                        {
                            "share": "0.5",
                            "when": {"cities": ["Seattle"]},
                            "to": [{"beneficiary": "spokane"}],
                        },
                        remainder("author", "houston"),
                    ],
                }
            ],
        },
        "2015-01-01",
    ),
    "a beneficiary": ("beneficiaries", entry("beneficiaries", "houston", tax_rate="0.333"), ""),
}


@pytest.mark.thorough("combinations", but_one_in=3)
@after(spring)
@pytest.mark.parametrize("change", CHANGES)
def test_preview_equals_the_run_of_amended_books(office: Office, change: str) -> None:
    part, body, version = CHANGES[change]
    stands = figures_of(office.run("2025-H1"))
    effect = tried(office, part, body, version)["2025-H1"]
    assert effect.changes
    assert not effect.closed
    assert figures_for(before_figures(effect), stands) == before_figures(effect)
    office.load({part: [body]})
    gives = figures_of(office.run("2025-H1"))
    proposed = after_figures(effect)
    assert figures_for(proposed, gives) == proposed
    same = {key for key in gives if key not in proposed}
    assert {key: gives[key] for key in same} == {key: stands[key] for key in same}
    for currency, total in effect.totals.items():
        payees = [figures for key, figures in gives.items() if key[-1] == currency]
        assert total.due.after == sum(due for _, due, _ in payees)
        assert total.net.after == sum(net for _, _, net in payees)


@pytest.mark.thorough("combinations", but_one_in=2)
@after(spring)
@pytest.mark.parametrize("change", [name for name in CHANGES if name != "a plan"])
def test_preview_of_a_closed_period_equals_that_while_it_was_open(
    office: Office, change: str
) -> None:
    part, body, version = CHANGES[change]
    while_open = tried(office, part, body, version)["2025-H1"]
    office.close("2025-H1")
    frozen = office.run("2025-H1")
    effects = tried(office, part, body, version)
    assert effects["2025-H1"].closed
    assert after_figures(effects["2025-H1"]) == after_figures(while_open)
    assert before_figures(effects["2025-H1"]) == before_figures(while_open)
    assert list(effects) == ["2025-H1", "2025-H2"]
    assert office.run("2025-H1") == frozen


@after(closed)
def test_preview_of_the_open_period_starts_from_closed_figures(office: Office) -> None:
    office.bring(AUTUMN)
    effect = tried(office, "contracts", dearer())["2025-H2"]
    office.load({"contracts": [dearer()]})
    gives = figures_of(office.run("2025-H2"))
    assert effect.contracts
    assert {key: gives[key] for key in after_figures(effect)} == after_figures(effect)


@after(closed)
def test_plan_version_is_previewed_on_an_earlier_period(office: Office) -> None:
    plan = new_version(remainder("author"), day="2026-07-01")
    effects = tried(office, "plans", plan, "2026-07-01")
    assert effects["2025-H1"].as_if
    assert effects["2025-H2"].as_if
    author = next(
        each
        for each in effects["2025-H1"].beneficiaries
        if each.currency == "USD" and each.beneficiary == "author"
    )
    payable = next(
        _minor(each, "USD", "payable")[0]
        for each in office.run("2025-H1")["contracts"]
        if each["key"] == "foot-2015"
    )
    assert author.allocated.after == payable
    assert author.allocated.before == 0


@after(closed)
def test_preview_without_a_version_respects_dates(office: Office) -> None:
    effects = tried(office, "plans", new_version(remainder("author"), day="2026-07-01"))
    assert not effects["2025-H1"].changes
    assert not effects["2025-H2"].changes


@after(closed)
def test_new_contract_and_beneficiary_can_be_previewed(office: Office) -> None:
    effects = tried(office, "contracts", a_contract("atlas-2024", ["atlas"]))
    assert [each.contract for each in effects["2025-H1"].contracts] == ["atlas-2024"]
    assert not tried(office, "beneficiaries", {"key": "new", "name": "New"})["2025-H2"].changes


@after(closed)
def test_preview_counts_sales_that_would_earn_nothing(office: Office) -> None:
    body = dearer()
    del body["rules"][-1]
    effect = tried(office, "contracts", body)["2025-H1"]
    assert effect.exceptions.before == 0
    assert effect.exceptions.after > 0


@after(closed)
def test_preview_names_the_period_that_cannot_be_calculated(office: Office) -> None:
    body = entry("contracts", "foot-2015", currency="EUR", advances=[])
    with pytest.raises(SetupError, match="cannot change any more"):
        tried(office, "contracts", body)
    new = a_contract("euro", ["handbook"], currency="EUR")
    assert "no exchange rate" in tried(office, "contracts", new)["2025-H1"].problem


@after(closed)
def test_only_the_desk_previews(office: Office) -> None:
    outside = Actor("outside", Role.NONPROFIT, 1, frozenset({"seattle"}))
    with pytest.raises(NotAllowedError), office.system.work(outside) as work:
        preview(work, "contracts", dearer())

"""Entries of the setup as forms: there and back without loss, and a fault at its field."""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from flask import Flask, g
from hypothesis import given, reject
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from royalties.domain.money import amount_text, number_text
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.contracts import Contract, Counts, Rule
from royalties.domain.terms.plans import Cap, Member, PlanVersion, Step, Takes
from royalties.ingest.setup import SetupError, parse_setup
from royalties.web.finance.terms.beneficiary_form import BeneficiaryForm
from royalties.web.finance.terms.contract_form import ContractForm
from royalties.web.finance.terms.plan_form import VersionForm
from royalties.web.forms.entries import EntryForm, Written, as_before
from royalties.web.forms.fields import fraction_text, percent_text
from tests.builders import forms
from tests.builders.forms import sent
from tests.selection import costly
from tests.strategies import contracts, payees, plan_steps, plans

_PAGE = Flask(__name__)
EXAMPLES = Path(__file__).parents[4] / "examples" / "setup.json"
Body = dict[str, Any]
FORMS: dict[str, type[EntryForm]] = {
    "beneficiaries": BeneficiaryForm,
    "contracts": ContractForm,
    "plans": VersionForm,
}


def shown(form: type[EntryForm], body: Body) -> EntryForm:
    with _PAGE.test_request_context():
        g.locale = Locale.parse("en_US")
        forms.call_by_keys()
        return form(body=body)


def written(form: EntryForm) -> Written:
    with _PAGE.test_request_context():
        g.locale = Locale.parse("en_US")
        forms.call_by_keys()
        return form.written()


def canonical(part: str, body: Mapping[str, Any]) -> Body:
    document = parse_setup({part: [dict(body)]}, part)
    found: Body = next(iter(document.entries[part].values()))
    return found


def there_and_back(part: str, body: Body, base: Body | None) -> Body:
    """The body after a person opened its form and sent it without touching anything.

    It is the same for who writes 1,250.50 and for who writes 1.250,50.
    """
    found = []
    for reader in ("en_US", "de_DE"):
        with _PAGE.test_request_context():
            g.locale = Locale.parse(reader)
            forms.call_by_keys()
            found.append(_there_and_back(part, body, base))
    assert found[0] == found[1]
    return found[0]


def _there_and_back(part: str, body: Body, base: Body | None) -> Body:
    form = FORMS[part]
    again = form(sent(form(body=body).padded()))
    found = again.written(base)
    assert not found.faults
    return found.body


# Domain values as bodies of the setup file, to have the strategies' terms


def words(value: Any, **names: str) -> Body:
    return {
        name: sorted(getattr(value, name))
        for name in ("formats", "channels", "retailers", "countries", "regions", "cities", "orders")
        if getattr(value, name, None) is not None
    }


def rule_body(rule: Rule) -> Body:
    counts_units = rule.counts is Counts.UNITS

    def limit(number: Fraction) -> int | str:
        return int(number) if counts_units else number_text(number)

    tiers = [
        {"rate": number_text(t.rate), **({} if t.up_to is None else {"up_to": limit(t.up_to)})}
        for t in rule.tiers
    ]
    body: Body = {"name": rule.name, **words(rule), "basis": rule.basis.value}
    body["tiers_by"] = rule.counts.value
    body["counter"] = {
        "name": rule.counter.name,
        "resets": rule.counter.resets.value,
        "opening": limit(rule.counter.opening),
    }
    # The first rule of one tier keeps its list, the others have a rate.
    body |= (
        {"tiers": tiers} if len(tiers) > 1 or rule.name == "rule 0" else {"rate": tiers[0]["rate"]}
    )
    if rule.discount is not None:
        ends = ("from_", "above", "below", "up_to")
        given_ = {end: getattr(rule.discount, end) for end in ends}
        body["discount"] = {
            end.rstrip("_"): number_text(value)
            for end, value in given_.items()
            if value is not None
        }
    return body


def contract_body(contract: Contract) -> Body:
    body: Body = {
        "key": contract.key,
        "titles": list(contract.titles),
        "currency": contract.currency,
        "starts": contract.starts.isoformat(),
        "author": "Kim",
        "rules": [rule_body(rule) for rule in contract.rules],
        "subsidiary_rights": {right: number_text(share) for right, share in contract.rights},
        "advances": [
            {
                "amount": amount_text(each.amount, contract.currency),
                "paid_on": each.paid_on.isoformat(),
                "recouped": amount_text(each.recouped, contract.currency),
            }
            for each in contract.advances
        ],
        "opening_balance": amount_text(contract.opening_balance, contract.currency),
        "plan": contract.plan,
    }
    if contract.reserve is not None:
        rates = [number_text(rate) for rate in contract.reserve.rates]
        body["reserve"] = {
            "rate": rates if contract.reserve.by_period else rates[0],
            "hold_periods": contract.reserve.hold_periods,
            **words(contract.reserve),
        }
    return body


def cap_body(cap: Cap | None) -> Body:
    if cap is None:
        return {}
    name = {"name": cap.name} if cap.name else {}
    return {"cap": {"amount": number_text(cap.amount), "per": cap.per.value, **name}}


def member_body(member: Member) -> Body:
    weight = {"weight": int(member.weight)}
    if member.beneficiary:
        return {"beneficiary": member.beneficiary, **weight, **cap_body(member.cap)}
    return {"steps": [step_body(step) for step in member.steps], **weight, **cap_body(member.cap)}


def step_body(step: Step) -> Body:
    body: Body = {
        step.takes.value: True
        if step.takes is Takes.REMAINDER
        else number_text(step.amount or Fraction(0)),
        "to": [member_body(member) for member in step.to],
        **cap_body(step.cap),
    }
    if step.when is not None:
        body["when"] = words(step.when)
    if step.from_:
        body["from"] = step.from_.isoformat()
    if step.until:
        body["until"] = step.until.isoformat()
    return body


def version_body(version: PlanVersion) -> Body:
    day = max(version.starts, date(1000, 1, 1)).isoformat()
    return {"from": day, "steps": [step_body(step) for step in version.steps]}


def beneficiary_body(payee: Beneficiary) -> Body:
    rates: Any = [
        {"from": max(each.starts, date(1000, 1, 1)).isoformat(), "rate": number_text(each.rate)}
        for each in payee.tax_rates
    ]
    return {
        "key": "ann",
        "name": "Ann, Ben & Cid <Friends>",
        "address": ["1 Lane", "Somewhere, WA"],
        "contact": "Ben",
        "phone": "+1 206 555 0123",
        "minimum_payment": number_text(payee.minimum_payment),
        **({"tax_rate": rates} if rates else {"tax_rate": "0.1"}),
        "on_hold": payee.on_hold,
        "pay_out_at_year_end": payee.pay_out_at_year_end,
        "opening_balance": amount_text(payee.opening_balance, "USD"),
    }


@given(contracts())
@costly()
def test_contract_form_returns_the_same_entry(contract: Contract) -> None:
    body = canonical("contracts", contract_body(contract))
    assert there_and_back("contracts", body, body) == body


@given(plans(depth=2), st.integers(0, 1))
@costly()
def test_plan_form_returns_the_same_version(plan: Any, place: int) -> None:
    version = version_body(plan.versions[min(place, len(plan.versions) - 1)])
    try:
        body = canonical("plans", {"key": "plan", "versions": [version]})["versions"][0]
    except SetupError:
        reject()  # nested lists of the strategies may end early, which a setup file refuses
    assert there_and_back("plans", body, body) == body


DEEPEST = 13
"""How many lists of steps within another a setup file takes: it is 64 levels of JSON at most."""


def nested(steps: list[Body], within: int) -> Body:
    """A version with these steps as the innermost of lists within lists."""
    for level in range(within):
        others = [{"beneficiary": "seattle"}] if level % 2 else []
        steps = [{"remainder": True, "to": [*others, {"weight": 2, "steps": steps}]}]
    return {"from": "2025-07-01", "steps": steps}


@given(plan_steps(depth=0), st.integers(1, DEEPEST))
@costly()
def test_plan_form_returns_the_same_nested_steps(steps: Any, within: int) -> None:
    version = nested([step_body(step) for step in steps], within)
    try:
        body = canonical("plans", {"key": "plan", "versions": [version]})["versions"][0]
    except SetupError:
        reject()  # shares of the strategies may be more than all, which a setup file refuses
    assert there_and_back("plans", body, body) == body


def test_plan_form_has_as_many_levels_as_a_setup_file() -> None:
    last = [{"remainder": True, "to": [{"beneficiary": "seattle"}]}]
    for within, is_taken in ((DEEPEST, True), (DEEPEST + 1, False)):
        plan = {"key": "plan", "versions": [nested(last, within)]}
        if is_taken:
            canonical("plans", plan)
        else:
            with pytest.raises(SetupError, match="nested more than"):
                canonical("plans", plan)
    member, levels = VersionForm()["steps"].pattern["to"].pattern, 0
    while member.tables:
        member, levels = member["steps"].pattern["to"].pattern, levels + 1
    assert levels == DEEPEST


@given(payees)
def test_beneficiary_form_returns_the_same_entry(payee: Beneficiary) -> None:
    body = canonical("beneficiaries", beneficiary_body(payee))
    assert there_and_back("beneficiaries", body, body) == body


@pytest.mark.parametrize("part", ["contracts", "beneficiaries", "plans"])
@pytest.mark.parametrize("based", [True, False])
def test_forms_return_every_entry_of_the_example_unchanged(part: str, based: bool) -> None:
    for entry in json.loads(EXAMPLES.read_text())[part]:
        body = canonical(part, entry)
        for each in body["versions"] if part == "plans" else [body]:
            assert there_and_back(part, each, each if based else None) == each


def test_form_keeps_keys_it_does_not_show() -> None:
    body = {"key": "ann", "name": "Ann", "later": {"a": 1}}
    assert there_and_back("beneficiaries", body, body) == body


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [("0.10", "10 %"), ("0.125", "12.5 %"), ("0.5", "0.5"), ("1", "1"), ("x", "x"), ("", "")],
)
def test_shares_are_shown_as_percentages_where_that_is_the_same(fraction: str, shown: str) -> None:
    assert percent_text(fraction) == shown
    assert fraction_text(shown) == fraction


@pytest.mark.parametrize(
    ("typed_", "fraction"),
    [("7.5 %", "0.075"), ("7.5%", "0.075"), ("100 %", "1.00"), ("a %", "a %"), ("0.5 %", "0.005")],
)
def test_typed_percentage_becomes_a_fraction(typed_: str, fraction: str) -> None:
    assert fraction_text(typed_) == fraction


def test_amount_per_copy_is_not_read_as_a_percentage() -> None:
    typed = [
        ("rules", "0"),
        ("rules-0-name", "A"),
        ("rules-0-basis", "unit"),
        ("rules-0-tiers", "0"),
        ("rules-0-tiers-0-rate", "5 %"),
    ]
    assert written(ContractForm(MultiDict(typed))).body["rules"][0]["rate"] == "5 %"


def test_number_written_differently_is_no_change() -> None:
    old = {"a": "0.50", "b": 3, "c": ["x"], "formats": ["ebook", "custom"]}
    new = {"a": "0.5", "b": "3", "c": ["x"], "formats": ["custom", "ebook"]}
    assert as_before(new, old) == old
    assert as_before({"a": "0.6"}, old) == {"a": "0.6"}
    assert as_before({"address": ["b", "a"]}, {"address": ["a", "b"]}) == {"address": ["b", "a"]}


def rules(form: EntryForm) -> str:
    return "".join(row["name"].data for row in form["rules"].rows)


def test_rows_are_moved_without_a_script() -> None:
    listed = [{"name": name, "basis": "net", "rate": "0.1"} for name in "abc"]
    form = shown(ContractForm, {"rules": listed})
    assert form.operate("down:rules:0") == "rules-0-down"
    assert rules(form) == "bac"
    form.operate("up:rules:2")
    assert rules(form) == "bca"
    form.operate("up:rules:1")
    assert rules(form) == "bca", "the first stays first"
    assert form.operate("remove:rules:2") == "rules-add"
    assert rules(form) == "ba"
    assert form.operate("add:rules:") == "rules-2-name"
    assert rules(form) == "ba"
    assert form.operate("add:rules-1-tiers:") == "rules-1-tiers-1-rate"
    assert [len(row["tiers"].rows) for row in form["rules"].rows] == [2, 1, 1]
    before = form.data
    assert not form.operate("nonsense:rules:7")
    assert form.data == before


def test_error_is_shown_at_its_field() -> None:
    form = shown(
        ContractForm,
        {
            "key": "k",
            "rules": [
                {"name": "a", "basis": "net", "rate": "0.1", "discount": {"above": "2"}},
                {
                    "name": "b",
                    "basis": "net",
                    "tiers": [{"rate": "0.1", "up_to": 5}, {"rate": "2"}],
                },
            ],
            "subsidiary_rights": {"audio": "3"},
        },
    )
    found = written(form)
    for path, field in {
        "rules[0].discount.above": "rules-0-above",
        "rules[0].discount": "rules-0-from",
        "rules[0].rate": "rules-0-tiers-0-rate",
        "rules[0]": "rules-0-name",
        "rules[0].retailers[2]": "rules-0-retailers",
        "rules[1].tiers[1].rate": "rules-1-tiers-1-rate",
        "rules[1].counter.resets": "rules-1-resets",
        "rules": "rules-add",
        "reserve.hold_periods": "hold_periods",
        "subsidiary_rights.audio": "subsidiary_rights-0-share",
        "starts": "starts",
        "nowhere": "",
    }.items():
        assert found.field_of(path) == field, path

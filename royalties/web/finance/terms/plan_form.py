"""One version of a plan as a form: its steps in a table, each with those who get of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from royalties.ingest.setup import plans as models
from royalties.web.finance.terms.contract_form import CHANNELS, FORMATS
from royalties.web.forms.choices import Picker, PickerList, Selection
from royalties.web.forms.entries import Body, EntryForm, RowList, Written
from royalties.web.forms.fields import Number, fraction_text, percent_text
from royalties.web.forms.model_fields import fields_of, key_field

TAKES = (
    ("", "choose …"),
    ("fixed", "a fixed amount"),
    ("share", "a share of payable"),
    ("per_unit", "an amount per copy"),
    ("remainder", "all that is left"),
)
_PER = (("", "no cap"), ("period", "a period"), ("year", "a calendar year"), ("lifetime", "in all"))

_DEEPEST = 13
"""Lists within lists that a setup file may hold at most: it is refused beyond 64 levels of JSON."""

_member = fields_of(models.Member, in_rows=True)
_step = fields_of(models.Step, in_rows=True)


class MemberForm(EntryForm):
    """Who gets part of a step."""

    beneficiary = _member("beneficiary", kind=Picker, of="beneficiaries", waiting=True)
    weight = _member("weight", short=True)
    cap_amount = _member("cap.amount", label="Member at most", short=True)
    cap_per = _member("cap.per", kind=Selection, options=_PER)
    cap_name = _member("cap.name")


class StepForm(EntryForm):
    """What a step takes, and of which sales."""

    takes = Selection("Takes", options=TAKES)
    amount = Number("Amount", short=True)
    formats = _step("when.formats", options=FORMATS)
    channels = _step("when.channels", options=CHANNELS)
    retailers = _step("when.retailers", kind=PickerList, of="retailers", waiting=True)
    countries = _step("when.countries")
    regions = _step("when.regions")
    cities = _step("when.cities")
    orders = _step("when.orders")
    cap_amount = _step("cap.amount", label="Step at most", short=True)
    cap_per = _step("cap.per", kind=Selection, options=_PER)
    cap_name = _step("cap.name")
    from_ = _step("from", name="from")
    until = _step("until")


def _steps(within: int) -> type[EntryForm]:
    """Steps whose members may be lists of steps themselves, so many levels deep."""
    inner = {"steps": RowList(_steps(within - 1), "step")} if within else {}
    members = type("MemberForm", (MemberForm,), inner)
    return type("StepForm", (StepForm,), {"to": RowList(members, "member", least=1)})


class VersionForm(EntryForm):
    """A version of a plan; the key is the plan's."""

    key = key_field(models.Plan, "cities")
    name = fields_of(models.Plan)("name", hint="What people call it, such as Three cities.")
    from_ = fields_of(models.PlanVersion)("from", name="from", hint=True, short=True)
    steps = RowList(_steps(_DEEPEST), "step", least=1)

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Steps with what they take beside how much."""
        return {**body, "steps": [_step_fields(step) for step in body.get("steps", ())]}

    def as_body(self, written: Written) -> None:
        """The other way."""
        for of_plan in ("key", "name"):
            written.body.pop(of_plan, None)
        _steps_body(written, "steps", written.body.get("steps", ()))


def _step_fields(step: Mapping[str, Any]) -> Body:
    takes = next((each for each, _ in TAKES if each in step), "")
    amount = step.get(takes, "") if takes != "remainder" else ""
    members = [_member_fields(member) for member in step.get("to", ())]
    shown_amount = percent_text(amount) if takes == "share" else amount
    return {**step, "takes": takes, "amount": shown_amount, "to": members}


def _member_fields(member: Mapping[str, Any]) -> Body:
    nested = [_step_fields(step) for step in member.get("steps", ())]
    return {"weight": 1, **member, "steps": nested}


def _steps_body(written: Written, at: str, steps: Iterable[Body]) -> None:
    for place, step in enumerate(steps):
        _step_body(written, f"{at}[{place}]", step)


def _step_body(written: Written, at: str, step: Body) -> None:
    amount_field = written.places[f"{at}.amount"]
    takes, amount = step.pop("takes", ""), step.pop("amount", None)
    if takes == "remainder":
        step["remainder"] = True
        if amount is not None:
            # What is left has no amount: the step says both, and the checker asks which.
            step["fixed"] = amount
    elif takes and amount is not None:
        step[takes] = fraction_text(amount) if takes == "share" else amount
    elif takes:
        step[takes] = ""
    for place, member in enumerate(step.get("to", ())):
        if member.get("weight") == 1:
            del member["weight"]
        _steps_body(written, f"{at}.to[{place}].steps", member.get("steps", ()))
    for taking, _ in TAKES:
        if taking:
            written.places[f"{at}.{taking}"] = amount_field

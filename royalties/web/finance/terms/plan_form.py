"""One version of a plan as a form: its steps in a table, each with those who get of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from royalties.web.finance.terms.contract_form import CHANNELS, FORMATS
from royalties.web.finance.terms.row_forms import (
    Body,
    Cell,
    CellKind,
    Row,
    RowTable,
    Written,
    as_before,
    fraction_text,
    percent_text,
    shown,
    written,
)

TAKES = (
    ("", "choose …"),
    ("fixed", "a fixed amount"),
    ("share", "a share of payable"),
    ("per_unit", "an amount per copy"),
    ("remainder", "all that is left"),
)
_PER = (("", "no cap"), ("period", "a period"), ("year", "a calendar year"), ("lifetime", "in all"))


def _cap(what: str) -> tuple[Cell, ...]:
    return (
        Cell("cap_amount", f"{what} at most", "cap.amount", CellKind.AMOUNT, short=True),
        Cell("cap_per", "per", "cap.per", CellKind.CHOICE, options=_PER),
        Cell("cap_name", "Cap’s name", "cap.name"),
    )


_DEEPEST = 13
"""Lists within lists that a setup file may hold at most: it is refused beyond 64 levels of JSON."""

_MEMBER = (
    Cell("beneficiary", "Beneficiary", listed="beneficiaries"),
    Cell("weight", "Weight", kind=CellKind.WHOLE, short=True),
    *_cap("Member"),
)
_STEP = (
    Cell("takes", "Takes", kind=CellKind.CHOICE, options=TAKES),
    Cell("amount", "Amount", kind=CellKind.AMOUNT, short=True),
    Cell("formats", "Formats", "when.formats", CellKind.TICKS, options=FORMATS),
    Cell("channels", "Channels", "when.channels", CellKind.TICKS, options=CHANNELS),
    Cell("retailers", "Retailers", "when.retailers", CellKind.WORDS),
    Cell("countries", "Countries", "when.countries", CellKind.NAMES),
    Cell("regions", "Regions", "when.regions", CellKind.LINES),
    Cell("cities", "Cities", "when.cities", CellKind.LINES),
    Cell("orders", "Custom orders", "when.orders", CellKind.LINES),
    *_cap("Step"),
    Cell("from", "From", kind=CellKind.DAY),
    Cell("until", "Until", kind=CellKind.DAY),
)


def _steps(within: int) -> RowTable:
    """Steps whose members may be lists of steps themselves, so many levels deep."""
    inner = (_steps(within - 1),) if within else ()
    members = RowTable("to", "member", _MEMBER, inner, least=1)
    return RowTable("steps", "step", _STEP, (members,), least=0 if within < _DEEPEST else 1)


VERSION = RowTable(
    "version",
    "version",
    (
        Cell(
            "from",
            "In force from",
            kind=CellKind.DAY,
            hint="The version in force on a period’s last day distributes that period.",
            required=True,
            short=True,
        ),
    ),
    (_steps(_DEEPEST),),
)


def version_shown(body: Mapping[str, Any]) -> Row:
    """A version's body as it stands in the fields."""
    return shown({**body, "steps": [_step_shown(step) for step in body.get("steps", ())]}, VERSION)


def _step_shown(step: Mapping[str, Any]) -> Body:
    takes = next((each for each, _ in TAKES if each in step), "")
    amount = step.get(takes, "") if takes != "remainder" else ""
    members = [_member_shown(member) for member in step.get("to", ())]
    shown_amount = percent_text(amount) if takes == "share" else amount
    return {**step, "takes": takes, "amount": shown_amount, "to": members}


def _member_shown(member: Mapping[str, Any]) -> Body:
    nested = [_step_shown(step) for step in member.get("steps", ())]
    return {"weight": 1, **member, "steps": nested}


def version_written(row: Row, base: Mapping[str, Any] | None) -> Written:
    """The version that the fields make, written as before where it says the same."""
    found = written(row, VERSION)
    _steps_written(found, "steps", found.body.get("steps", ()))
    if base:
        found.body = as_before(found.body, base)
    return found


def _steps_written(found: Written, at: str, steps: Iterable[Body]) -> None:
    for place, step in enumerate(steps):
        _step_written(found, f"{at}[{place}]", step)


def _step_written(found: Written, at: str, step: Body) -> None:
    amount_field = found.places[f"{at}.amount"]
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
        _steps_written(found, f"{at}.to[{place}].steps", member.get("steps", ()))
    for each, _ in TAKES:
        if each:
            found.places[f"{at}.{each}"] = amount_field

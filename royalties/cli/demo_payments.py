"""The demo's payments: batches as far as ``examples/payments.json`` describes them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from royalties.cli.desk import Desk
from royalties.domain.payments.life import Method, PaymentState, batch_name
from royalties.domain.people import Actor, Role
from royalties.services.payments import approving, listing, moving, proposing
from royalties.services.payments.listing import PaymentRow

_PREPARES = Actor("Cleo Clerk (demo)", Role.CLERK)
_APPROVES = Actor("Max Manager (demo)", Role.MANAGER)


def play_payments(desk: Desk, examples: Path) -> list[dict[str, Any]]:
    """Play the demo's batches that were not played yet; returns each with its payments' states.

    A step that was taken is not taken again, and what somebody did with a payment meanwhile stays.
    Where somebody paid before the demo did, nothing is played.
    """
    plans = json.loads((examples / "payments.json").read_text(encoding="utf-8"))["batches"]
    with desk.work(read_only=True) as work:
        numbers = {row.batch_id for row in listing.payments(work)}
        known = {listing.batch(work, number).row.token: number for number in numbers}
    if known and _token(1) not in known:
        return []
    played = (
        _play(desk, plan, known.get(_token(place)) or _propose(desk, plan, _token(place)))
        for place, plan in enumerate(plans, 1)
    )
    return [batch for batch in played if batch]


def _token(place: int) -> str:
    return f"demo-payments-{place}"


def _play(desk: Desk, plan: Mapping[str, Any], number: int | None) -> dict[str, Any]:
    if number is None:
        return {}
    if "sent" in plan:
        _approve_and_send(desk, plan, number)
        _settle(desk, plan, number)
        _return(desk, plan, number)
    rows = _payments(desk, number)
    return {
        "batch": batch_name(number),
        "payments": {row.beneficiary: row.state.value for row in reversed(rows)},
    }


def _propose(desk: Desk, plan: Mapping[str, Any], token: str) -> int | None:
    """Propose to a plan's payees and nobody else; None where nothing waits for them."""
    with desk.system.work(_PREPARES) as work:
        proposed = proposing.outlook(work).proposed
        others = [each for each in proposed if each.beneficiary not in plan["pay"]]
        if len(others) == len(proposed):
            return None
        held_back = {(each.beneficiary, each.currency): 0 for each in others}
        return proposing.propose_payments(work, token, wanted=held_back, note=plan["note"]).number


def _payments(desk: Desk, number: int) -> list[PaymentRow]:
    with desk.work(read_only=True) as work:
        return list(listing.batch(work, number).payments)


def _in_state(desk: Desk, number: int, state: PaymentState, *keys: str) -> list[int]:
    return [
        row.id
        for row in _payments(desk, number)
        if row.state is state and (not keys or row.beneficiary in keys)
    ]


def _approve_and_send(desk: Desk, plan: Mapping[str, Any], number: int) -> None:
    waiting = _in_state(desk, number, PaymentState.PROPOSED)
    if waiting:
        with desk.system.work(_APPROVES) as work:
            approving.approve(work, number, signed=waiting)
    approved = _in_state(desk, number, PaymentState.APPROVED)
    if approved:
        sent = plan["sent"]
        with desk.system.work(_PREPARES) as work:
            moving.send(work, approved, work.today, Method(sent["method"]), sent["reference"])


def _settle(desk: Desk, plan: Mapping[str, Any], number: int) -> None:
    arrived = _in_state(desk, number, PaymentState.SENT, *plan["settled"])
    if arrived:
        with desk.system.work(_PREPARES) as work:
            moving.settle(work, arrived, work.today)


def _return(desk: Desk, plan: Mapping[str, Any], number: int) -> None:
    for key, reason in plan.get("returned", {}).items():
        for payment in _in_state(desk, number, PaymentState.SENT, key):
            with desk.system.work(_APPROVES) as work:
                moving.take_back(work, payment, work.today, reason)

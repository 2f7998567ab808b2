"""The demo's orders: three lives of orders, each as far as ``examples/orders.json`` describes."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from royalties.cli.desk import Desk
from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Address
from royalties.domain.orders.pricing import Option
from royalties.domain.people import Actor, Role
from royalties.services.orders import board, life
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.intake import requests
from royalties.services.orders.production import artwork, editions, proofs
from royalties.services.orders.quoting import quotes
from royalties.services.work import Work

Step = Mapping[str, Any]

_STAFF = Actor("Cleo Clerk (demo)", Role.ADMINISTRATOR)
_BEGINS = 15
"""The hour (UTC) of an order's first step on a day; the next ones follow by the minute."""


@dataclass(slots=True)
class _Telling:
    """One order of the demo's plan: what it is, whose files, and its number once it has one."""

    plan: Mapping[str, Any]
    looked: Mapping[str, artwork.InspectedFile]
    place: int
    number: str = ""

    @property
    def organization(self) -> Actor:
        """Who acts for the organization."""
        keys = frozenset({self.plan["organization"]})
        return Actor(self.plan["contact_name"], Role.ORGANIZATION, organizations=keys)

    def version(self, work: Work) -> int:
        """The order's, as it stands."""
        return life.lock(work, self.number).version

    def token(self, what: object) -> str:
        """A form's, the same in every demo."""
        return f"demo-{self.place}-{what}"


def notify_orders(desk: Desk, examples: Path) -> list[dict[str, Any]]:
    """Play the demo's orders that were not played yet; returns each as it stands.

    An order is played in one transaction, so a demo that was interrupted goes on with whole ones.
    """
    plans = json.loads((examples / "orders.json").read_text(encoding="utf-8"))["orders"]
    for place, plan in enumerate(plans, 1):
        if not _is_notified(desk, plan):
            _notify(desk, plan, examples / "orders", place)
    cards = [_first_card(desk, plan) for plan in plans]
    return [_order_document(card) for card in cards if card is not None]


def _is_notified(desk: Desk, plan: Mapping[str, Any]) -> bool:
    return _first_card(desk, plan) is not None


def _first_card(desk: Desk, plan: Mapping[str, Any]) -> board.Card | None:
    """The first order of a plan's organization for its audience."""
    asked = board.BoardFilter(board.ORDER, plan["organization"])
    with desk.work(read_only=True) as work:
        cards, page = [], 1
        while True:
            found = board.board(work, asked, page=page)
            cards += [card for card in found.cards if card.order.audience == plan["audience"]]
            if not found.has_more:
                break
            page += 1
    return min(cards, key=lambda card: card.order.id, default=None)


def _notify(desk: Desk, plan: Mapping[str, Any], folder: Path, place: int) -> None:
    telling = _Telling(plan, _examine_artwork(desk, plan, folder), place)
    with desk.work(f"Order of {plan['organization']}") as work:
        for minute, step in enumerate(plan["steps"]):
            now = work.now
            if "on" in step:
                hour = time(_BEGINS, minute, tzinfo=UTC)
                now = datetime.combine(date.fromisoformat(step["on"]), hour)
            side, do = _STEPS[step["do"]]
            actor = _STAFF if side is Role.ADMINISTRATOR else telling.organization
            do(replace(work, actor=actor, now=now), telling, step)


def _examine_artwork(
    desk: Desk, plan: Mapping[str, Any], folder: Path
) -> dict[str, artwork.InspectedFile]:
    """Look at an order's files, by name, before it is played."""
    sent = {name: use for step in plan["steps"] for use, name in step.get("files", {}).items()}
    sent |= {step["file"]: Use.PROOF for step in plan["steps"] if "file" in step}
    options = _options(plan)
    with ExitStack() as opened:
        return {
            name: artwork.inspect(
                desk.system.files,
                artwork.ArtworkUpload(
                    Use(use), name, opened.enter_context((folder / name).open("rb"))
                ),
                options,
            )
            for name, use in sent.items()
        }


def _options(plan: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(each) for each in plan["options"])


# The steps


def _request(work: Work, telling: _Telling, step: Step) -> None:
    plan = telling.plan
    body = requests.Requested(
        OrderKind(plan["kind"]),
        plan["title"],
        plan["isbn"],
        tuple(Address(**{**each, "lines": tuple(each["lines"])}) for each in plan["ship_to"]),
        _options(plan),
        audience=plan["audience"],
        contact_name=plan["contact_name"],
        contact_email=plan["contact_email"],
        message=step.get("message", ""),
    )
    telling.number = requests.request_order(work, body, plan["organization"]).number


def _quote(work: Work, telling: _Telling, _step: Step) -> None:
    quotes.issue_quote(work, telling.number)


def _accept(work: Work, telling: _Telling, step: Step) -> None:
    name, po_number = telling.plan["contact_name"], step.get("po_number", "")
    quotes.accept_quote(work, telling.number, name=name, po_number=po_number)


def _artwork(work: Work, telling: _Telling, step: Step) -> None:
    artwork.send_artwork(
        work,
        telling.number,
        version=telling.version(work),
        files=[telling.looked[name] for name in step["files"].values()],
        rights=True,
    )


def _proof(work: Work, telling: _Telling, step: Step) -> None:
    file = telling.looked[step["file"]]
    proofs.send_proof(work, telling.number, version=telling.version(work), file=file)


def _approve(work: Work, telling: _Telling, _step: Step) -> None:
    order = life.lock(work, telling.number)
    newest = proofs.proofs(work, order)[0]
    proofs.approve(
        work,
        telling.number,
        version=order.version,
        proof_version=newest.version,
        sha256=newest.file.sha256,
        stored=proofs.stored_fingerprint(work.files, newest.file),
        name=telling.plan["contact_name"],
        ticked=True,
    )


def _edition(work: Work, telling: _Telling, _step: Step) -> None:
    editions.give_own_edition(work, telling.number, None, version=telling.version(work))


def _produce(work: Work, telling: _Telling, _step: Step) -> None:
    life.produce(work, telling.number)


def _ship(work: Work, telling: _Telling, step: Step) -> None:
    shipping.ship(
        work,
        telling.number,
        version=telling.version(work),
        address=step["address"],
        copies=step["copies"],
        shipped_on=work.today,
        carrier=step["carrier"],
        tracking=step["tracking"],
        token=telling.token(f"ship-{step['address']}"),
    )


def _deposit(work: Work, telling: _Telling, _step: Step) -> None:
    version, token = telling.version(work), telling.token("deposit")
    invoicing.invoice_deposit(work, telling.number, version=version, token=token)


def _invoice(work: Work, telling: _Telling, _step: Step) -> None:
    version, token = telling.version(work), telling.token("invoice")
    invoicing.invoice(work, telling.number, version=version, token=token)


def _receive(work: Work, telling: _Telling, step: Step) -> None:
    """All that is left of the newest invoice comes in."""
    newest = receivables.balances(work, telling.number)[-1]
    receivables.receive(
        work,
        newest.number,
        newest.balance,
        work.today,
        step["reference"],
        telling.token(f"receive-{newest.number}"),
    )


_STEPS: dict[str, tuple[Role, Callable[[Work, _Telling, Step], None]]] = {
    "request": (Role.ORGANIZATION, _request),
    "quote": (Role.ADMINISTRATOR, _quote),
    "accept": (Role.ORGANIZATION, _accept),
    "deposit": (Role.ADMINISTRATOR, _deposit),
    "artwork": (Role.ORGANIZATION, _artwork),
    "proof": (Role.ADMINISTRATOR, _proof),
    "approve": (Role.ORGANIZATION, _approve),
    "edition": (Role.ADMINISTRATOR, _edition),
    "produce": (Role.ADMINISTRATOR, _produce),
    "ship": (Role.ADMINISTRATOR, _ship),
    "invoice": (Role.ADMINISTRATOR, _invoice),
    "receive": (Role.ADMINISTRATOR, _receive),
}
"""Every step with the role that takes it."""


def _order_document(card: board.Card) -> dict[str, Any]:
    return {
        "order": card.order.number,
        "organization": card.order.organization,
        "kind": card.order.kind.value,
        "state": card.order.state.value,
        "copies": card.order.quantity,
        "next": card.next_step,
    }

"""What an organization may do with an order as it stands, in its own words."""

from dataclasses import dataclass

from flask import abort, render_template, url_for

from royalties.domain.orders.artwork import wanted
from royalties.domain.orders.life import (
    ENDED,
    Action,
    Precondition,
    Side,
    State,
    Transition,
    find,
    possible,
)
from royalties.services.orders import life, preconditions
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.life import Order
from royalties.services.orders.production import artwork
from royalties.web.core.visit import current_work


@dataclass(frozen=True, slots=True)
class CustomerButton:
    """How an action is offered: its words, the page it is done on and the place there."""

    words: str
    endpoint: str
    anchor: str = ""


BUTTONS = {
    Action.ACCEPT: CustomerButton("Accept the quote", "organization_orders.quotes", "accept"),
    Action.ASK_ANOTHER_QUOTE: CustomerButton(
        "Ask for a change", "organization_orders.quotes", "ask"
    ),
    Action.DECLINE: CustomerButton("Decline the quote", "organization_orders.ask_decline"),
    Action.SEND_ARTWORK: CustomerButton("Send artwork", "organization_files.artwork"),
    Action.APPROVE_PROOF: CustomerButton(
        "Approve and start production", "organization_files.ask_approve"
    ),
    Action.ASK_CHANGES: CustomerButton("Ask for changes", "organization_files.proof", "changes"),
    Action.CANCEL: CustomerButton("Cancel the order", "organization_orders.ask_cancel"),
}
"""Every action of the organization."""

ASIDE = frozenset({Action.DECLINE, Action.CANCEL})
_LATER = {
    Action.ASK_CHANGES: 1,
    Action.ASK_ANOTHER_QUOTE: 1,
    Action.DECLINE: 2,
    Action.CANCEL: 3,
}
"""Secondary actions."""

_BY_FORM = frozenset({Precondition.ARTWORK, Precondition.COMMENT, Precondition.PROOF_SHOWN})
"""Needs that the action's own form brings."""

WORDS = {
    State.REQUESTED: "You asked for a quote",
    State.QUOTED: "A quote is here for you",
    State.ACCEPTED: "You accepted the quote",
    State.ARTWORK: "Your artwork is with us",
    State.PROOF_SENT: "A proof is here for you",
    State.CHANGES_ASKED: "You asked for changes",
    State.PROOF_APPROVED: "You approved the proof",
    State.IN_PRODUCTION: "In production",
    State.SHIPPED: "Everything is shipped",
    State.INVOICED: "Invoiced",
    State.PAID: "Paid: all done",
    State.ON_HOLD: "On hold",
    State.DECLINED: "Declined",
    State.EXPIRED: "The quote has expired",
    State.CANCELLED: "Cancelled",
}
"""An order's state, in the organization's words."""

STEPS = {
    State.REQUESTED: "Requested",
    State.QUOTED: "Quoted",
    State.ACCEPTED: "Accepted",
    State.ARTWORK: "Artwork",
    State.PROOF_SENT: "Proof",
    State.PROOF_APPROVED: "Approved",
    State.IN_PRODUCTION: "Production",
    State.SHIPPED: "Shipped",
    State.INVOICED: "Invoiced",
    State.PAID: "Paid",
}


@dataclass(frozen=True, slots=True)
class CustomerAction:
    """An action that the table allows; ``missing``: what it still needs."""

    action: Action
    words: str
    address: str
    missing: tuple[str, ...]

    @property
    def is_secondary(self) -> bool:
        """Whether it leads away from the order's way."""
        return self.action in ASIDE


def addressed(step: str) -> str:
    """The next step as one says it to the organization: what it is asked for, or what we do."""
    for before, after in (("You: ", "Please "), ("The publisher: ", "Next, we ")):
        if step.startswith(before):
            return after + step.removeprefix(before)
    return step


def find_order(number: str) -> Order:
    """An order of the visitor's; another one is a page that is not there."""
    order = life.find(current_work(), number)
    if order is None:
        abort(404)
    return order


def actions_of(order: Order, met: frozenset[Precondition]) -> list[CustomerAction]:
    """What can be done with an order as it stands, what leads on first."""
    lines = [
        line
        for line in possible(Side.ORGANIZATION, order.state, order.kind)
        if not (line.action is Action.SEND_ARTWORK and not wanted(order.options))
        # Before there is a quote to decline, one takes the request back.
        and not (line.action is Action.DECLINE and order.state is State.REQUESTED)
    ]
    return sorted((_action_of(order, line, met) for line in lines), key=_rank)


def _rank(offer: CustomerAction) -> int:
    return _LATER.get(offer.action, 0)


def may(action: Action, order: Order) -> bool:
    """Whether the table lets the organization do something now."""
    return find(action, Side.ORGANIZATION, order.state, order.kind) is not None


def _action_of(order: Order, line: Transition, met: frozenset[Precondition]) -> CustomerAction:
    button = BUTTONS[line.action]
    words = button.words
    if line.action is Action.CANCEL and order.state is State.REQUESTED:
        words = "Cancel the request"
    if line.action is Action.SEND_ARTWORK and order.state is not State.ACCEPTED:
        words = "Send other artwork"
    setup = preconditions.setup_or_none(current_work())
    need_words = preconditions.precondition_words(setup, order) if setup is not None else {}
    missing = tuple(
        need_words.get(need, need.value) for need in line.needs if need not in met | _BY_FORM
    )
    address = url_for(button.endpoint, number=order.number, _anchor=button.anchor or None)
    return CustomerAction(line.action, words, address, missing)


def page(template: str, order: Order, tab: str, **more: object) -> str:
    """One of the pages of an order, with what all of them show."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    title = setup.titles.get(order.title) if setup else None
    organization = setup.organizations.get(order.organization) if setup else None
    met = (
        preconditions.preconditions_met(work, order, setup) if setup else frozenset[Precondition]()
    )
    only = setup is not None and preconditions.is_deposit_only(setup, order)
    return render_template(
        f"organization/{template}",
        own=customer_orders.organizations(work),
        order=order,
        tab=tab,
        title=title.heading if title else order.title,
        organization=organization.name if organization else order.organization,
        house=setup.publisher if setup else None,
        words=WORDS[order.state],
        next_step=addressed(
            preconditions.next_step(order, Side.ORGANIZATION, met, deposit_only=only)
        ),
        is_yours=preconditions.waits_for(order, met) is Side.ORGANIZATION,
        is_ended=order.state in ENDED,
        deposit_only=only,
        is_covered=Precondition.PURCHASE_ORDER_OR_DEPOSIT in met,
        offers=actions_of(order, met),
        wants_artwork=bool(artwork.missing(order, ())),
        today=work.today,
        State=State,
        Side=Side,
        **{"refused": "", "typed": {}, **more},
    )

"""What the pages of one order have in common: finding it, its frame, and what can be done next."""

from dataclasses import dataclass

from flask import abort, render_template, url_for

from royalties.domain.approvals import Proposal
from royalties.domain.orders.artwork import wanted
from royalties.domain.orders.life import (
    Action,
    Precondition,
    Side,
    State,
    Transition,
    find,
    label_of,
    possible,
)
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.people import Verb
from royalties.services.orders import board, life, preconditions, second_person
from royalties.services.orders.life import Order
from royalties.services.orders.quoting.terms import lacking
from royalties.web.core.visit import current_work
from royalties.web.finance.orders.words import proposal_words
from royalties.web.ordering.fields import unit


@dataclass(frozen=True, slots=True)
class StaffButton:
    """How an action is offered: its words, the page it is done on and the place there."""

    words: str
    endpoint: str
    anchor: str = ""
    verb: Verb = Verb.KEEP_ORDERS


BUTTONS = {
    Action.QUOTE: StaffButton("Make a quote", "order_quotes.quotes", "new"),
    Action.ACCEPT: StaffButton("Record an acceptance", "order_quotes.quotes", "accept"),
    Action.WITHDRAW_QUOTE: StaffButton("Withdraw the quote", "order_quotes.quotes", "withdraw"),
    Action.DECLINE: StaffButton("Decline", "orders.ask_decline"),
    Action.INVOICE_DEPOSIT: StaffButton(
        "Invoice the deposit", "order_money.money", "deposit", Verb.BILL
    ),
    Action.SEND_ARTWORK: StaffButton("Add artwork", "order_files.files", "artwork"),
    Action.SEND_PROOF: StaffButton("Send a proof", "order_files.files", "proof"),
    Action.PRODUCE: StaffButton("Start production", "order_shipping.shipping", "start"),
    Action.SHIP_PART: StaffButton("Ship copies", "order_shipping.shipping", "ship"),
    Action.INVOICE: StaffButton("Issue the invoice", "order_money.money", "invoice", Verb.BILL),
    Action.RECEIVE: StaffButton("Record a receipt", "order_money.money", "receive", Verb.BILL),
    Action.CREDIT: StaffButton("Write a credit note", "order_money.money", "credit", Verb.CREDIT),
    Action.CANCEL: StaffButton("Cancel the order", "orders.ask_cancel"),
    Action.HOLD: StaffButton("Put on hold", "orders.order", "hold"),
    Action.RESUME: StaffButton("Resume", "orders.order", "hold"),
}
"""Every action of the staff but those that another one completes."""

_BY_ITSELF = {Action.SETTLE, Action.REOPEN, Action.REVERSE_RECEIPT, Action.SHIP_LAST}
"""An order is settled by its last receipt, shipped by its last copies; a receipt has its own
button."""

_OF_INVOICES = {Action.RECEIVE, Action.CREDIT}
_LAST = (Action.HOLD, Action.WITHDRAW_QUOTE, Action.DECLINE, Action.CANCEL)


@dataclass(frozen=True, slots=True)
class StaffAction:
    """An action that the table allows in the order's state; ``missing``: what it still needs."""

    action: Action
    button: StaffButton
    address: str
    missing: tuple[str, ...]

    @property
    def is_secondary(self) -> bool:
        """Whether it leads away from the order's way."""
        return self.action in _LAST


def find_order(number: str) -> Order:
    """An order; none is a page that is not there."""
    order = life.find(current_work(), number)
    if order is None:
        abort(404)
    return order


def organization_names() -> dict[str, str]:
    """Organizations by key, by name."""
    setup = preconditions.setup_or_none(current_work())
    if setup is None:
        return {}
    named = sorted(setup.organizations.values(), key=lambda each: each.name.casefold())
    return {each.key: each.name for each in named}


def title_names() -> dict[str, str]:
    """Titles by key."""
    setup = preconditions.setup_or_none(current_work())
    return {key: each.title for key, each in setup.titles.items()} if setup else {}


@dataclass(frozen=True, slots=True)
class Waits:
    """What of an order waits for a second person: in words, and where it is decided."""

    proposal: Proposal
    words: str
    address: str


def waiting(order: Order) -> list[Waits]:
    """What of an order waits for a second person."""
    return [
        Waits(each, proposal_words(each), url_for("approvals.proposal", number=each.id))
        for each in second_person.waiting(current_work(), order.number)
    ]


def is_covered(order: Order) -> bool:
    """Whether a purchase order is there, or the deposit was paid."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    return setup is not None and (
        Precondition.PURCHASE_ORDER_OR_DEPOSIT
        in preconditions.preconditions_met(work, order, setup)
    )


def unpriced(order: Order) -> str:
    """Why an order that is to be quoted cannot be, in words; empty if it can."""
    setup = preconditions.setup_or_none(current_work())
    if setup is None or find(Action.QUOTE, Side.STAFF, order.state, order.kind) is None:
        return ""
    return lacking(setup, order.title, order.isbn, current_work().today)


def actions_of(
    order: Order, met: frozenset[Precondition], *, invoiced: frozenset[InvoiceKind], unpriced: bool
) -> list[StaffAction]:
    """What the staff may do with an order as it stands, what leads on first.

    Args:
        order: which one.
        met: what is there of the table's needs.
        invoiced: kinds of the invoices that were issued.
        unpriced: whether a quote still lacks its price.
    """
    allowed = [
        line
        for line in possible(Side.STAFF, order.state, order.kind)
        if line.action not in _BY_ITSELF
        and not (line.action is Action.INVOICE_DEPOSIT and InvoiceKind.DEPOSIT in invoiced)
        and not (line.action is Action.SEND_ARTWORK and not wanted(order.options))
        and not (line.action is Action.SEND_PROOF and Precondition.ARTWORK in {*line.needs} - met)
        and current_work().actor.may(BUTTONS[line.action].verb)
    ]
    actions = [
        _action_of(order, line, met, invoiced=invoiced, unpriced=unpriced) for line in allowed
    ]
    return sorted(actions, key=lambda each: each.is_secondary)


def _action_of(
    order: Order,
    line: Transition,
    met: frozenset[Precondition],
    *,
    invoiced: frozenset[InvoiceKind],
    unpriced: bool,
) -> StaffAction:
    button = BUTTONS[line.action]
    address = url_for(button.endpoint, number=order.number, _anchor=button.anchor or None)
    missing = missing_of(order, line, met | _GIVEN)
    if line.action in _OF_INVOICES and not invoiced:
        missing = (*missing, "an invoice")
    if line.action is Action.QUOTE and unpriced:
        missing = (*missing, "a price list that covers the title")
    return StaffAction(line.action, button, address, missing)


def missing_of(order: Order, line: Transition, met: frozenset[Precondition]) -> tuple[str, ...]:
    """What an action of the table still needs, in words."""
    setup = preconditions.setup_or_none(current_work())
    words = preconditions.precondition_words(setup, order) if setup is not None else {}
    return tuple(words.get(need, need.value) for need in line.needs if need not in met)


_GIVEN = frozenset(
    {
        Precondition.PROOF,
        Precondition.COMMENT,
        Precondition.ARTWORK,
        Precondition.PROOF_SHOWN,
        Precondition.ACCEPTANCE,
    }
)
"""Needs that the action's own form brings."""


def page(template: str, order: Order, tab: str, **more: object) -> str:
    """One of the pages of an order, with what all of them show."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    organization = setup.organizations.get(order.organization) if setup else None
    title = setup.titles.get(order.title) if setup else None
    return render_template(
        f"finance/orders/{template}",
        order=order,
        tab=tab,
        organization=organization,
        organization_name=organization.name if organization else order.organization,
        title_name=title.title if title else order.title,
        waiting=preconditions.waits_for(order),
        late=board.lateness(order.state, order.need_by, order.promised_on, work.today),
        said=label_of,
        State=State,
        Side=Side,
        today=work.today,
        unit=unit,
        **{"refused": "", **more},
    )

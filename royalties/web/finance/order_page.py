"""What the pages of one order have in common: finding it, its frame, and what can be done next."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from secrets import token_urlsafe
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.artwork import wanted
from royalties.domain.money import number_text, scale
from royalties.domain.orders import (
    ENDED,
    Action,
    Need,
    Side,
    State,
    Transition,
    path_of,
    possible,
    said,
)
from royalties.domain.people import Verb
from royalties.services.orders import board, life, needs
from royalties.services.orders.life import Order
from royalties.services.work import RefusedError
from royalties.web.pages import Answer
from royalties.web.visit import act

LONGEST = 2000
"""Characters of a reason or note."""


Do = Callable[[], str]
"""A verb with what a form sent; returns what is said of it."""


@dataclass(frozen=True, slots=True)
class Button:
    """How an action is offered: its words, the page it is done on and the place there."""

    words: str
    endpoint: str
    anchor: str = ""
    verb: Verb = Verb.KEEP_ORDERS


BUTTONS = {
    Action.QUOTE: Button("Make a quote", "order_quotes.quotes", "new"),
    Action.DECLINE: Button("Decline", "orders.ask_decline"),
    Action.INVOICE_DEPOSIT: Button(
        "Invoice the deposit", "order_money.money", "deposit", Verb.BILL
    ),
    Action.SEND_ARTWORK: Button("Add artwork", "order_files.files", "artwork"),
    Action.SEND_PROOF: Button("Send a proof", "order_files.files", "proof"),
    Action.PRODUCE: Button("Start production", "order_shipping.shipping", "start"),
    Action.SHIP_PART: Button("Ship copies", "order_shipping.shipping", "ship"),
    Action.INVOICE: Button("Issue the invoice", "order_money.money", "invoice", Verb.BILL),
    Action.RECEIVE: Button("Record a receipt", "order_money.money", "receive", Verb.BILL),
    Action.CREDIT: Button("Write a credit note", "order_money.money", "credit", Verb.CREDIT),
    Action.CANCEL: Button("Cancel the order", "orders.ask_cancel"),
    Action.HOLD: Button("Put on hold", "orders.order", "hold"),
    Action.RESUME: Button("Resume", "orders.order", "hold"),
}
"""Every action of the staff but those that another one completes."""

_BY_ITSELF = {Action.SETTLE, Action.SHIP_LAST}
"""An order is settled by its last receipt, and shipped by its last copies."""

_OF_INVOICES = {Action.RECEIVE, Action.CREDIT}
_LAST = (Action.HOLD, Action.DECLINE, Action.CANCEL)


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that the table allows as the order stands; ``missing``: what it still needs."""

    action: Action
    button: Button
    address: str
    missing: tuple[str, ...]

    @property
    def is_aside(self) -> bool:
        """Whether it leads away from the order's way."""
        return self.action in _LAST


@dataclass(frozen=True, slots=True)
class Stage:
    """A state on the order's way, and when it was reached."""

    state: State
    words: str
    on: str
    done: bool
    current: bool


def found(number: str) -> Order:
    """An order; none is a page that is not there."""
    order = life.find(act(), number)
    if order is None:
        abort(404)
    return order


def version_sent() -> int:
    """The version of the order that the form's page showed; one that cannot be, if there is none.

    A number that is none is taken for a page that somebody else's change has overtaken.
    """
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004


def text_sent(name: str, longest: int = LONGEST) -> str:
    """A text of a form, without blank ends and not too long."""
    return request.form.get(name, "").strip()[:longest]


def number_sent(name: str, word: str) -> int:
    """A whole number of a form, from 0 up.

    Raises:
        RefusedError: it is none.
    """
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004
        raise RefusedError(f"{text[:20]!r} is no {word}" if text else f"the {word} is missing")
    return int(text)


def day_sent(name: str) -> date:
    """A day of a form.

    Raises:
        RefusedError: it is none.
    """
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-03") else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    said_ = f"{text[:20]!r} is no day" if text else "the day is missing"
    raise RefusedError(f"{said_}: write it as 2026-04-03")


def organization_names() -> dict[str, str]:
    """Organizations by key, by name."""
    setup = needs.setup_or_none(act())
    if setup is None:
        return {}
    named = sorted(setup.organizations.values(), key=lambda each: each.name.casefold())
    return {each.key: each.name for each in named}


def title_names() -> dict[str, str]:
    """Titles by key."""
    setup = needs.setup_or_none(act())
    return {key: each.title for key, each in setup.titles.items()} if setup else {}


def is_covered(order: Order) -> bool:
    """Whether a purchase order is there, or the deposit was paid."""
    work = act()
    setup = needs.setup_or_none(work)
    return setup is not None and (
        Need.PURCHASE_ORDER_OR_DEPOSIT in needs.needs_met(work, order, setup)
    )


def offers(order: Order, met: frozenset[Need], *, invoiced: frozenset[str]) -> list[Offer]:
    """What the staff may do with an order as it stands, what leads on first.

    Args:
        order: which one.
        met: what is there of the table's needs.
        invoiced: kinds of the invoices that were issued.
    """
    allowed = [
        line
        for line in possible(Side.STAFF, order.state, order.kind)
        if line.action not in _BY_ITSELF
        and not (line.action is Action.INVOICE_DEPOSIT and "deposit" in invoiced)
        and not (line.action is Action.SEND_ARTWORK and not wanted(order.options))
        and not (line.action is Action.SEND_PROOF and Need.ARTWORK in {*line.needs} - met)
        and act().actor.may(BUTTONS[line.action].verb)
    ]
    made = [_offer(order, line, met, invoiced=invoiced) for line in allowed]
    return sorted(made, key=lambda each: each.is_aside)


def _offer(
    order: Order, line: Transition, met: frozenset[Need], *, invoiced: frozenset[str]
) -> Offer:
    button = BUTTONS[line.action]
    address = url_for(button.endpoint, number=order.number, _anchor=button.anchor or None)
    missing = tuple(need.value for need in line.needs if need not in met | _GIVEN)
    if line.action in _OF_INVOICES and not invoiced:
        missing = (*missing, "an invoice")
    return Offer(line.action, button, address, missing)


_GIVEN = frozenset({Need.PROOF, Need.COMMENT, Need.ARTWORK, Need.PROOF_SHOWN})
"""Needs that the action's own form brings."""


def stages(order: Order, events: Iterable[Any]) -> list[Stage]:
    """The way of an order, with the day on which each state was reached."""
    reached = {each.after: each.at for each in events if each.after != each.before}
    reached.setdefault(State.REQUESTED.value, order.created_at)
    stands = order.held_in or order.state
    stands = State.PROOF_SENT if stands is State.CHANGES_ASKED else stands
    path = path_of(order.kind)
    place = path.index(stands) if stands in path else _furthest(path, reached)
    return [
        Stage(
            state,
            said(state).capitalize(),
            reached.get(state.value, "") if at <= place else "",
            at < place or stands is State.PAID,
            at == place and order.state not in ENDED,
        )
        for at, state in enumerate(path)
    ]


def _furthest(path: tuple[State, ...], reached: dict[str, str]) -> int:
    return max(at for at, state in enumerate(path) if state.value in reached)


def tried(do: Do, onward: str, page: Callable[[str], str]) -> Answer:
    """Do what a form asks for and go on; refused, the page comes back with what was typed.

    Args:
        do: the verb; returns what is said of it on the next page.
        onward: the address to go on to.
        page: shows the page with a refusal.
    """
    try:
        words = do()
    except life.ChangedMeanwhileError as error:
        return page(f"{error}. Nothing that you typed is lost: it stands below."), 409
    except RefusedError as error:
        return page(str(error)), 422
    flash(words, "good")
    return redirect(onward, 303)


def new_token() -> str:
    """What a form carries so that it counts once, however often it is sent."""
    return token_urlsafe(24)


def unit(value: Fraction, currency: str) -> str:
    """An exact price of one, in minor units, as a text in units."""
    return number_text(value / scale(currency))


def page(template: str, order: Order, tab: str, **more: object) -> str:
    """One of the pages of an order, with what all of them show.

    A page that comes back holds what was typed.
    """
    work = act()
    setup = needs.setup_or_none(work)
    organization = setup.organizations.get(order.organization) if setup else None
    title = setup.titles.get(order.title) if setup else None
    return render_template(
        f"finance/orders/{template}",
        order=order,
        tab=tab,
        organization=organization,
        organization_name=organization.name if organization else order.organization,
        title_name=title.title if title else order.title,
        waiting=needs.waits_for(order),
        late=board.lateness(order.state, order.need_by, order.promised_on, work.today),
        said=said,
        State=State,
        Side=Side,
        today=work.today,
        unit=unit,
        **{"refused": "", "typed": request.form, **more},
    )

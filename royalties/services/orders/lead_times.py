"""The day for which an order's copies are promised: computed again when anything slips."""

from datetime import date

from royalties.domain.orders.life import (
    Action,
    OrderKind,
    State,
    promised_date,
    working_day_after,
    working_days_between,
)
from royalties.domain.orders.order import Order
from royalties.services.books import Setup
from royalties.services.orders.preconditions import price_list_for
from royalties.services.work import Work
from royalties.store.orders import orders as store

PROMISED_IN = frozenset(
    {
        State.ACCEPTED,
        State.ARTWORK,
        State.PROOF_SENT,
        State.CHANGES_ASKED,
        State.PROOF_APPROVED,
        State.IN_PRODUCTION,
    }
)
"""States in which a day is promised; before them the quote says what it counts from."""

PROMISE = "promise"
"""What the history calls a changed promise."""


def promised_date_now(
    work: Work, order: Order, setup: Setup, action: Action | None = None
) -> date | None:
    """The day that follows from what is known today.

    A day that somebody of the staff set stands until the clock of production begins or goes on
    after a hold; then the later of both counts.

    Args:
        work: the unit of work.
        order: as it stands after the action.
        setup: with the price list that says how long the stages take.
        action: what was done just now.
    """
    prices = price_list_for(setup, order.title)
    version = prices.on(work.today) if prices else None
    if order.state not in PROMISED_IN or version is None:
        return order.promised_on
    events = store.events(work.connection, order.id)
    by_hand = next(
        (
            each
            for each in reversed(events)
            if each.action == PROMISE and each.detail.get("by_hand")
        ),
        None,
    )
    if by_hand is not None and not _sets_the_clock(order, action):
        return order.promised_on
    begins = order.started_on if order.kind is OrderKind.BULK else order.approved_on
    if begins is not None:
        begins = working_day_after(begins, _days_on_hold(work, events, begins))
    promised = promised_date(
        order.kind,
        version.rush_lead_time if order.rush else version.lead_time,
        today=work.today,
        approved=begins,
        started=begins,
    )
    return max(promised, date.fromisoformat(by_hand.detail["after"])) if by_hand else promised


def _sets_the_clock(order: Order, action: Action | None) -> bool:
    begins = Action.PRODUCE if order.kind is OrderKind.BULK else Action.APPROVE_PROOF
    return action in {begins, Action.RESUME}


def _days_on_hold(work: Work, events: list[store.Event], begins: date) -> int:
    """Working days on hold since a day; a hold that ends just now lasts until today."""
    days, since = 0, None
    for event in events:
        if event.action == Action.HOLD.value:
            since = max(begins, work.day_of(event.at))
        elif event.action == Action.RESUME.value and since is not None:
            until = work.day_of(event.at)
            days, since = days + working_days_between(since, until), None
    return days + (working_days_between(since, work.today) if since is not None else 0)

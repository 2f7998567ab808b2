"""An order's life: found by whom it concerns, and moved only along the table.

Every verb that moves an order goes through ``move``: it holds the order, asks the table in
``domain/orders/life.py``, computes again for which day its copies are promised, writes the history
and the log, and leaves the rest (files, money, e-mail) to the verb, all in one transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from royalties.domain.one_line import fault_of_line
from royalties.domain.orders.life import (
    Action,
    NotPossibleError,
    OrderKind,
    Precondition,
    Side,
    State,
    label_of,
    promised_date,
    step,
    working_day_after,
    working_days_between,
)
from royalties.domain.orders.order import Address, Order
from royalties.domain.people import FINANCE, PersonStatus, Role, Verb
from royalties.services.books import Setup
from royalties.services.orders import notices
from royalties.services.orders.preconditions import (
    next_step,
    precondition_words,
    preconditions_met,
    price_list_for,
    setup_or_none,
    waits_for,
)
from royalties.services.work import RefusedError, Work
from royalties.store.orders import orders as store
from royalties.store.orders.orders import Event
from royalties.store.people import people

__all__ = [
    "PROMISE",
    "PROMISED_IN",
    "Address",
    "ChangedMeanwhileError",
    "Event",
    "NoOrderError",
    "Order",
    "assign",
    "decline",
    "find",
    "history",
    "hold",
    "lock",
    "move",
    "next_step",
    "note",
    "preconditions_met",
    "produce",
    "promised_date_now",
    "reason_of",
    "require_possible",
    "resume",
    "set_promise",
    "side_of",
    "waits_for",
]

_LONGEST_REASON = 500
_FARTHEST = 731


class NoOrderError(RefusedError):
    """There is no such order for who asks; another organization's does not exist."""

    def __init__(self, number: str) -> None:
        super().__init__(f"there is no order {number[:20]}")


class ChangedMeanwhileError(RefusedError):
    """Two people acted at once: the first one won, and the other is refused."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"order {number} was changed by somebody else meanwhile: look at it again, then repeat "
            f"what you did if it still makes sense"
        )


def side_of(work: Work) -> Side:
    """On which side somebody acts."""
    return Side.STAFF if work.actor.sees_all else Side.ORGANIZATION


def find(work: Work, number: str) -> Order | None:
    """An order that concerns the actor, or None: another organization's does not exist."""
    work.actor.require(Verb.READ_ORDERS)
    return store.find_order(work.connection, work.actor, number)


def history(work: Work, order: Order) -> list[Event]:
    """Every step of an order, with who and when."""
    work.actor.require(Verb.READ_ORDERS)
    return store.events(work.connection, order.id)


def lock(work: Work, number: str, version: int | None = None) -> Order:
    """An order, held against everybody else until the work is done.

    Args:
        version: as it was looked at; None where that does not matter.

    Raises:
        NoOrderError: there is none for this actor.
        ChangedMeanwhileError: it is not at that version any more.
    """
    row = store.find_order(work.connection, work.actor, number, lock=True)
    if row is None:
        raise NoOrderError(number)
    if version is not None and row.version != version:
        raise ChangedMeanwhileError(number)
    return row


def move(
    work: Work,
    order: Order,
    action: Action,
    *,
    met: Iterable[Precondition] = (),
    detail: Mapping[str, object] | None = None,
    changes: Mapping[str, object] | None = None,
    side: Side | None = None,
    tell: bool = True,
) -> Order:
    """Do what the table allows with an order that is held; returns it as it stands then.

    The promised day is computed again, and whoever is to know of the step is notified by e-mail.

    Args:
        met: what is there of the needs that the table names.
        detail: what the history records beside the states, as JSON values; e-mails name it too.
        changes: columns of the order that change with it.
        side: who acts, where it is not the actor's own side (the calendar).
        tell: whether to notify now; else the verb does it itself.

    Raises:
        RefusedError: the table does not allow it; the message says who may, or what is missing.
        ChangedMeanwhileError: somebody else was faster.
    """
    acting = side or side_of(work)
    setup = setup_or_none(work)
    words = precondition_words(setup, order) if setup is not None else {}
    try:
        after = step(
            action, acting, order.state, order.kind, met=met, held_in=order.held_in, words=words
        )
    except NotPossibleError as error:
        raise RefusedError(str(error)) from error
    values: dict[str, object] = {"state": after, **(changes or {})}
    if action is Action.HOLD:
        values["held_in"] = order.state
    elif after is not State.ON_HOLD:
        values["held_in"] = None
    day = order.promised_on
    if setup is not None:
        day = promised_date_now(work, _after(order, after, values), setup, action)
        values["promised_on"] = day
    moved = _change(work, order, values)
    note(work, order, action.value, before=order.state, after=after, detail=detail, side=acting)
    promise = {"before": order.promised_on, "after": day}
    if day != order.promised_on:
        note(work, moved, PROMISE, before=after, after=after, detail=promise, side=acting)
    if setup is not None and tell:
        notices.notify(work, moved, action.value, setup=setup, side=acting, detail=detail)
    return moved


def note(
    work: Work,
    order: Order,
    action: str,
    *,
    before: State,
    after: State,
    detail: Mapping[str, object] | None = None,
    side: Side | None = None,
    logged: Mapping[str, object] | None = None,
) -> None:
    """Append to an order's history and to the log; ``logged``: what only the log records."""
    acting = side or side_of(work)
    store.add_event(
        work.connection,
        order.id,
        {
            "at": work.at,
            "by": work.actor.name,
            "side": acting,
            "action": action,
            "before": before,
            "after": after,
            "detail": dict(detail or {}),
        },
    )
    verb = Verb.ORDER if acting is Side.ORGANIZATION else Verb.KEEP_ORDERS
    line = {"order": order.number, "action": action, "state": after.value}
    work.record(verb, {**line, **(logged or {})})


# What both sides, or the staff alone, do in most states


def hold(work: Work, number: str, reason: str, version: int | None = None) -> Order:
    """Put an order on hold; it waits until it is resumed, and its promise moves meanwhile."""
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number, version)
    return move(work, order, Action.HOLD, detail={"reason": reason_of(reason)})


def resume(work: Work, number: str, version: int | None = None) -> Order:
    """Resume an order in the state in which it was put on hold."""
    work.actor.require(Verb.KEEP_ORDERS)
    return move(work, lock(work, number, version), Action.RESUME)


def decline(work: Work, number: str, reason: str, version: int | None = None) -> Order:
    """Decline a request or a quote; either side may."""
    _require_side(work)
    order = lock(work, number, version)
    return move(work, order, Action.DECLINE, detail={"reason": reason_of(reason)})


def produce(work: Work, number: str, version: int | None = None) -> Order:
    """Begin production; the clock of a bulk order's promise begins here."""
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number, version)
    return move(
        work,
        order,
        Action.PRODUCE,
        met=preconditions_met(work, order),
        changes={"started_on": work.today},
    )


def assign(work: Work, number: str, person: int | None, version: int | None = None) -> Order:
    """Say who of the staff takes care of an order; None: nobody in particular.

    Raises:
        RefusedError: there is no such person at the desk.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number, version)
    colleague = people.find_person(work.connection, person) if person is not None else None
    if person is not None and (
        colleague is None
        or colleague.status != PersonStatus.ACTIVE
        or Role(colleague.role) not in FINANCE
    ):
        raise RefusedError("there is no such person at the desk: choose one of the list")
    after = _change(work, order, {"assigned_id": person})
    detail = {"to": colleague.name if colleague else ""}
    note(work, order, "assign", before=order.state, after=order.state, detail=detail)
    if colleague is not None and person != work.actor.person:
        notices.notify(work, after, "assign", detail=detail)
    return after


def set_promise(
    work: Work, number: str, day: date, reason: str, version: int | None = None
) -> Order:
    """Promise another day than the one that was computed, and notify the organization.

    Raises:
        RefusedError: nothing is promised in this state, or the day has passed.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number, version)
    if order.state not in PROMISED_IN:
        raise RefusedError(f"no day is promised while an order is {label_of(order.state)}")
    if day < work.today or (day - work.today).days > _FARTHEST:
        raise RefusedError("promise a day from today on, within two years")
    after = _change(work, order, {"promised_on": day})
    detail: dict[str, object] = {
        "before": order.promised_on,
        "after": day,
        "by_hand": True,
        "reason": reason_of(reason),
    }
    note(work, after, PROMISE, before=order.state, after=order.state, detail=detail)
    notices.notify(work, after, PROMISE, detail=detail)
    return after


def require_possible(order: Order, action: Action, met: Iterable[Precondition] = ()) -> None:
    """Refuse what the table does not allow before anything is numbered."""
    try:
        step(action, Side.STAFF, order.state, order.kind, met=met)
    except NotPossibleError as error:
        raise RefusedError(str(error)) from error


def reason_of(text: str) -> str:
    """A reason as it is stored.

    Raises:
        RefusedError: it is missing or too long.
    """
    reason = " ".join(text.split())
    if not reason:
        raise RefusedError("say why, in a few words: the other side reads it")
    if fault := fault_of_line(reason):
        raise RefusedError(f"the reason cannot be recorded: {fault}")
    if len(reason) > _LONGEST_REASON or not reason.isprintable():
        raise RefusedError(f"say why in up to {_LONGEST_REASON} letters")
    return reason


def _require_side(work: Work) -> None:
    side = side_of(work)
    work.actor.require(Verb.ORDER if side is Side.ORGANIZATION else Verb.KEEP_ORDERS)


def _change(work: Work, order: Order, values: Mapping[str, object]) -> Order:
    if not store.change_order(work.connection, order.id, order.version, values):
        raise ChangedMeanwhileError(order.number)
    changed = store.find_by_id(work.connection, work.actor, order.id)
    if changed is None:
        raise AssertionError
    return changed


def _after(order: Order, state: State, values: Mapping[str, object]) -> Order:
    """An order after the step, as far as its promise depends on that."""

    def day(name: str, now: date | None) -> date | None:
        value = values.get(name)
        return value if isinstance(value, date) else now

    return replace(
        order,
        state=state,
        approved_on=day("approved_on", order.approved_on),
        started_on=day("started_on", order.started_on),
    )


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

    A day that somebody of the staff set holds until the clock of production begins or goes on
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

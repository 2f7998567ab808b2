"""An order's life: found by whom it concerns, and moved only along the table.

Every verb that moves an order goes through ``move``: it holds the order, asks the table in
``domain/orders.py``, writes the history and the log, and leaves the rest (files, money, e-mail)
to the verb, all in one transaction.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from royalties.domain.orders import (
    Action,
    Need,
    NotPossibleError,
    OrderKind,
    Side,
    State,
    step,
)
from royalties.domain.people import Verb
from royalties.domain.pricing import Option
from royalties.services.work import RefusedError, Work
from royalties.store.orders import orders as store


@dataclass(frozen=True, slots=True)
class Address:
    """Where copies go; ``place`` is country and state, ``US-WA``."""

    copies: int
    name: str
    lines: tuple[str, ...]
    city: str
    region: str
    postcode: str
    country: str

    @property
    def place(self) -> str:
        """Country and state as price lists and certificates name them."""
        return f"{self.country}-{self.region}" if self.region else self.country


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Days are dates; ``version`` rises with every change."""

    id: int
    number: str
    kind: OrderKind
    organization: str
    title: str
    isbn: str
    own_isbn: str | None
    state: State
    held_in: State | None
    quantity: int
    audience: str
    need_by: date | None
    rush: bool
    options: tuple[Option, ...]
    ship_to: tuple[Address, ...]
    contact_name: str
    contact_email: str
    assigned_id: int | None
    quote_version: int | None
    po_number: str
    accepted_by: str
    approved_on: date | None
    started_on: date | None
    promised_on: date | None
    reorder_of: int | None
    created_at: str
    created_by: str
    version: int


class ChangedMeanwhileError(RefusedError):
    """Two people acted at once: one won, and the other is told."""

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
    row = store.find_order(work.connection, work.actor, number)
    return order_of(row) if row else None


def history(work: Work, order: Order) -> list[store.EventRow]:
    """Every step of an order, with who and when."""
    work.actor.require(Verb.READ_ORDERS)
    return store.events(work.connection, order.id)


def hold_still(work: Work, number: str, version: int | None = None) -> Order:
    """An order, held against everybody else until the work is done.

    Args:
        version: as it was looked at; None where that does not matter.

    Raises:
        RefusedError: there is none for this actor.
        ChangedMeanwhileError: it is not at that version any more.
    """
    row = store.find_order(work.connection, work.actor, number, lock=True)
    if row is None:
        raise RefusedError(f"there is no order {number}")
    if version is not None and row.version != version:
        raise ChangedMeanwhileError(number)
    return order_of(row)


def move(
    work: Work,
    order: Order,
    action: Action,
    *,
    met: Iterable[Need] = (),
    detail: Mapping[str, object] | None = None,
    changes: Mapping[str, object] | None = None,
    side: Side | None = None,
) -> Order:
    """Do what the table allows with an order that is held; returns it as it stands then.

    Args:
        met: what is there of the needs that the table names.
        detail: what the history keeps beside the states, as JSON values.
        changes: columns of the order that change with it.
        side: who acts, where it is not the actor's own side (the calendar).

    Raises:
        RefusedError: the table does not allow it; the message says who may, or what is missing.
        ChangedMeanwhileError: somebody else was faster.
    """
    acting = side or side_of(work)
    try:
        after = step(action, acting, order.state, order.kind, met=met, held_in=order.held_in)
    except NotPossibleError as error:
        raise RefusedError(str(error)) from error
    values: dict[str, object] = {"state": after.value, **(changes or {})}
    if action is Action.HOLD:
        values["held_in"] = order.state.value
    elif after is not State.ON_HOLD:
        values["held_in"] = None
    if not store.change_order(work.connection, order.id, order.version, values):
        raise ChangedMeanwhileError(order.number)
    note(work, order, action.value, before=order.state, after=after, detail=detail, side=acting)
    found = store.find_by_id(work.connection, work.actor, order.id)
    if found is None:
        raise AssertionError
    return order_of(found)


def note(
    work: Work,
    order: Order,
    action: str,
    *,
    before: State,
    after: State,
    detail: Mapping[str, object] | None = None,
    side: Side | None = None,
) -> None:
    """Append to an order's history and to the log."""
    acting = side or side_of(work)
    store.add_event(
        work.connection,
        order.id,
        {
            "at": work.at,
            "by": work.actor.name,
            "side": acting.value,
            "action": action,
            "before": before.value,
            "after": after.value,
            "detail": json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
        },
    )
    verb = Verb.ORDER if acting is Side.ORGANIZATION else Verb.KEEP_ORDERS
    work.record(verb, {"order": order.number, "action": action, "state": after.value})


def order_of(row: store.OrderRow) -> Order:
    """A stored order as a value."""
    values: dict[str, Any] = row._asdict()
    for name in ("need_by", "approved_on", "started_on", "promised_on"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Order(
        **{
            **values,
            "kind": OrderKind(row.kind),
            "state": State(row.state),
            "held_in": State(row.held_in) if row.held_in else None,
            "rush": bool(row.rush),
            "options": tuple(Option(each) for each in json.loads(row.options)),
            "ship_to": tuple(
                Address(**{**each, "lines": tuple(each["lines"])})
                for each in json.loads(row.ship_to)
            ),
        }
    )

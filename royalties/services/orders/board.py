"""The desk's board of orders: each one's state, who waits for whom, and what is late."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from royalties.domain.orders.life import ENDED, PATH, Precondition, Side, State
from royalties.domain.people import Verb
from royalties.services.orders import preconditions
from royalties.services.orders.life import Order
from royalties.services.work import Work
from royalties.store.orders import board as store
from royalties.store.orders.facts import facts_of

PAGE = 50

ORDER = (
    State.REQUESTED,
    State.QUOTED,
    State.ACCEPTED,
    State.ARTWORK,
    State.PROOF_SENT,
    State.CHANGES_ASKED,
    State.PROOF_APPROVED,
    State.IN_PRODUCTION,
    State.SHIPPED,
    State.INVOICED,
    State.ON_HOLD,
    State.PAID,
    State.DECLINED,
    State.EXPIRED,
    State.CANCELLED,
)
"""All states as the board shows them: the way of an order, then those beside it."""

OPEN = tuple(state for state in ORDER if state not in ENDED)
UNSHIPPED = tuple(
    state for state in OPEN if state not in PATH or PATH.index(state) < PATH.index(State.SHIPPED)
)
"""States in which copies are still to come, so that they may be late."""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a board is narrowed to; no state: all that are not ended."""

    states: tuple[State, ...] = OPEN
    organization: str = ""
    assigned_id: int | None = None
    number: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One order on the board.

    Attributes:
        assigned: who of the staff takes care of it; empty: nobody yet.
        late: why it is late, in words; empty: it is not.
        next_step: who must do what now, in words.
    """

    order: Order
    assigned: str
    late: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Board:
    """One page of a board; counts are of all pages and all states."""

    cards: tuple[Card, ...]
    counts: Mapping[State, int]
    has_more: bool

    @property
    def groups(self) -> list[tuple[State, list[Card]]]:
        """The page's cards by state, in the order of the states."""
        return [
            (state, found)
            for state in ORDER
            if (found := [each for each in self.cards if each.order.state is state])
        ]


def board(work: Work, filters: BoardFilter, *, page: int = 1) -> Board:
    """A page of the orders that somebody asked for."""
    work.actor.require(Verb.KEEP_ORDERS)
    order_filter = store.OrderFilter(
        filters.states,
        filters.organization,
        filters.assigned_id,
        filters.number.upper(),
        work.today if filters.late else None,
        UNSHIPPED,
    )
    rows = store.cards(
        work.connection, work.actor, order_filter, ORDER, limit=PAGE + 1, skip=(page - 1) * PAGE
    )
    counted = store.counts(work.connection, work.actor, order_filter)
    return Board(
        tuple(_cards(work, rows[:PAGE])),
        {state: counted.get(state, 0) for state in ORDER},
        len(rows) > PAGE,
    )


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many orders are in each state, and how many of them are late."""

    states: Mapping[State, int]
    late: int


def counted(work: Work) -> StateCount:
    """All orders at a glance."""
    work.actor.require(Verb.KEEP_ORDERS)
    order_filter = store.OrderFilter(late=work.today, unshipped=UNSHIPPED)
    found = store.counts_with_late(work.connection, work.actor, order_filter)
    states = {state: found.get(state, (0, 0))[0] for state in State}
    return StateCount(states, sum(late for _, late in found.values()))


def lateness(state: State, need_by: date | None, promised_on: date | None, today: date) -> str:
    """Why an order is late, in words; empty if it is not, or if its copies are on their way."""
    if state not in UNSHIPPED:
        return ""
    if need_by and need_by < today:
        return f"needed {_days(need_by, today)} ago"
    if promised_on and promised_on < today:
        return f"promised {_days(promised_on, today)} ago"
    if need_by and promised_on and promised_on > need_by:
        return f"promised {_days(need_by, promised_on)} after it is needed"
    return ""


def staff(work: Work) -> list[tuple[int, str]]:
    """Number and name of everybody who may take care of an order."""
    work.actor.require(Verb.KEEP_ORDERS)
    return store.assignees(work.connection)


def people_of(work: Work, organization: str) -> list[tuple[str, str, str]]:
    """Name, e-mail and status of everybody who orders for an organization."""
    work.actor.require(Verb.KEEP_ORDERS)
    return store.orderers_of(work.connection, organization)


def counts_by_organization(work: Work) -> dict[str, tuple[int, int]]:
    """How many orders each organization has, and how many of them are not ended."""
    work.actor.require(Verb.KEEP_ORDERS)
    return {
        key: (sum(each.values()), sum(n for state, n in each.items() if state in OPEN))
        for key, each in store.counts_by_organization(work.connection).items()
    }


def _cards(work: Work, listed: list[tuple[Order, str]]) -> Iterator[Card]:
    facts = facts_of(work.connection, [order.id for order, _ in listed])
    setup = preconditions.setup_or_none(work)
    for order, assigned in listed:
        met = (
            preconditions.preconditions_of(work, order, facts[order.id], setup)
            if setup
            else frozenset(Precondition)
        )
        yield Card(
            order,
            assigned,
            lateness(order.state, order.need_by, order.promised_on, work.today),
            preconditions.next_step(
                order,
                Side.STAFF,
                met,
                deposit_only=setup is not None and preconditions.is_deposit_only(setup, order),
            ),
        )


def _days(first: date, last: date) -> str:
    count = (last - first).days
    return f"{count} day{'s' if count > 1 else ''}"

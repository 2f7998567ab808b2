"""What orders are worth: quoted, accepted, invoiced, still to invoice, received and owed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from royalties.domain.orders.life import ENDED, State
from royalties.domain.people import Verb
from royalties.domain.periods import first_of_month
from royalties.services.books import setup_in_force
from royalties.services.names import names_of
from royalties.services.orders.board import OPEN, ORDER, lateness
from royalties.services.work import Work
from royalties.store.orders import values as store
from royalties.store.orders.values import OrderValueRow

MOST_MONTHS = 36
_MONTHS = 12
_MONTH = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])", re.ASCII)

TO_INVOICE = frozenset(
    {
        State.ACCEPTED,
        State.ARTWORK,
        State.PROOF_SENT,
        State.CHANGES_ASKED,
        State.PROOF_APPROVED,
        State.IN_PRODUCTION,
        State.SHIPPED,
        State.ON_HOLD,
    }
)
"""Where the rest of what was accepted is still to be invoiced."""


class OrdersBy(StrEnum):
    """What the rows are."""

    MONTH = "month"
    STATE = "state"
    ORGANIZATION = "organization"
    TITLE = "title"
    ORDER = "order"


class WhichOrders(StrEnum):
    """Which orders count."""

    ALL = "all"
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OrdersQuery:
    """Which orders are added up, and how; what is empty is decided by the day.

    Attributes:
        since: the first month in which they were asked for (2025-03); a year before the last.
        until: the last one; the current one if empty.
        organization: only of this one, by its key; ``title`` likewise.
    """

    by: OrdersBy = OrdersBy.MONTH
    which: WhichOrders = WhichOrders.ALL
    since: str = ""
    until: str = ""
    organization: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class OrderSum:
    """Orders of one kind in one currency; amounts in minor units.

    Attributes:
        key: a month, a state, an order's number, or the key of an organization or a title.
        offered: quotes that wait for an answer.
        accepted: quotes that were accepted, but for orders that were cancelled.
        invoiced: less credit notes, deposits counted once.
        to_invoice: what is left of accepted ones that are under way.
        received: less what was paid back.
    """

    key: str
    name: str
    currency: str
    orders: int = 0
    copies: int = 0
    offered: int = 0
    accepted: int = 0
    invoiced: int = 0
    to_invoice: int = 0
    received: int = 0

    @property
    def owed(self) -> int:
        """Invoiced and not received; negative where too much was paid."""
        return self.invoiced - self.received

    def __add__(self, other: "OrderSum") -> "OrderSum":
        return replace(
            self,
            orders=self.orders + other.orders,
            copies=self.copies + other.copies,
            offered=self.offered + other.offered,
            accepted=self.accepted + other.accepted,
            invoiced=self.invoiced + other.invoiced,
            to_invoice=self.to_invoice + other.to_invoice,
            received=self.received + other.received,
        )


@dataclass(frozen=True, slots=True)
class OrderValues:
    """Sums in their usual order, and of everything by currency, the house's first.

    ``query`` holds what was decided by the day; ``months`` are all from the first to the last.
    """

    query: OrdersQuery
    rows: tuple[OrderSum, ...]
    totals: tuple[OrderSum, ...]
    months: tuple[str, ...]


def order_values(work: Work, query: OrdersQuery) -> OrderValues:
    """The money of orders that were asked for in some months, added up as asked."""
    work.actor.require(Verb.KEEP_ORDERS)
    house = setup_in_force(work).publisher.currency
    months = _months(work.today, query)
    query = replace(query, since=months[0], until=months[-1])
    found = [
        row
        for row in store.order_values(
            work.connection,
            work.actor,
            states=_states(query.which),
            since=_moment(months[0], -1),
            until=_moment(months[-1], 33),
        )
        if months[0] <= _month_of(work, row) <= months[-1]
        and query.organization in ("", row.organization)
        and query.title in ("", row.title)
    ]
    sums: dict[tuple[str, str], OrderSum] = {}
    key_of, name_of = _grouping(work, query.by)
    for row in found:
        key, one = key_of(row), _sum_of(row, house)
        there = sums.get((key, one.currency), OrderSum(key, name_of(key), one.currency))
        sums[key, one.currency] = there + one
    return OrderValues(
        query,
        tuple(_in_order(query.by, sums.values(), house)),
        _totals(found, house),
        months,
    )


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """All orders that are not ended.

    Attributes:
        totals: what they are worth by currency, the house's first.
        states: how many are in each state.
        late: how many of them are late.
    """

    totals: tuple[OrderSum, ...]
    states: Mapping[State, int]
    late: int


def open_orders(work: Work) -> OpenOrders:
    """All orders that are not ended, at a glance."""
    work.actor.require(Verb.KEEP_ORDERS)
    rows = store.order_values(work.connection, work.actor, states=OPEN)
    house = setup_in_force(work).publisher.currency
    return OpenOrders(
        _totals(rows, house),
        Counter(row.state for row in rows),
        sum(bool(lateness(row.state, row.need_by, row.promised_on, work.today)) for row in rows),
    )


def _totals(rows: Iterable[OrderValueRow], house: str) -> tuple[OrderSum, ...]:
    totals: dict[str, OrderSum] = {}
    for row in rows:
        one = _sum_of(row, house)
        totals[one.currency] = totals.get(one.currency, OrderSum("", "All", one.currency)) + one
    return tuple(totals[each] for each in sorted(totals, key=lambda each: (each != house, each)))


def _sum_of(row: OrderValueRow, house: str) -> OrderSum:
    is_cancelled = row.state is State.CANCELLED
    accepted = 0 if row.accepted is None or is_cancelled else row.accepted
    return OrderSum(
        row.number,
        row.number,
        row.currency or house,
        1,
        row.quantity,
        (row.offered or 0) if row.state is State.QUOTED else 0,
        accepted,
        row.invoiced,
        max(accepted - row.invoiced, 0) if row.state in TO_INVOICE else 0,
        row.received,
    )


def _states(which: WhichOrders) -> tuple[State, ...]:
    if which is WhichOrders.ALL:
        return ()
    return OPEN if which is WhichOrders.OPEN else tuple(ENDED)


def _grouping(
    work: Work, by: OrdersBy
) -> tuple[Callable[[OrderValueRow], str], Callable[[str], str]]:
    """The key of the row to which an order belongs, and the row's name."""
    names = names_of(work)
    match by:
        case OrdersBy.MONTH:
            return lambda row: _month_of(work, row), str
        case OrdersBy.STATE:
            return lambda row: row.state.value, str
        case OrdersBy.ORGANIZATION:
            return lambda row: row.organization, lambda key: names.of("organizations", key)
        case OrdersBy.TITLE:
            return lambda row: row.title, lambda key: names.of("titles", key)
        case OrdersBy.ORDER:
            return lambda row: row.number, str


def _in_order(by: OrdersBy, sums: Iterable[OrderSum], house: str) -> list[OrderSum]:
    """Months and orders from the newest, states on their way, others by what was accepted."""
    rows = sorted(sums, key=lambda each: (each.currency != house, each.currency))
    if by is OrdersBy.STATE:
        return sorted(rows, key=lambda each: ORDER.index(State(each.key)))
    if by in (OrdersBy.MONTH, OrdersBy.ORDER):
        return sorted(rows, key=lambda each: each.key, reverse=True)
    return sorted(rows, key=lambda each: (-each.accepted, -each.offered, each.name, each.key))


def _month_of(work: Work, row: OrderValueRow) -> str:
    return f"{work.day_of(row.created_at):%Y-%m}"


def _months(today: date, query: OrdersQuery) -> tuple[str, ...]:
    """The months from the first to the last; what cannot be read counts as not given."""
    now = today.year * 12 + today.month - 1
    until = _number(query.until) if _MONTH.fullmatch(query.until) else now
    since = _number(query.since) if _MONTH.fullmatch(query.since) else until - _MONTHS + 1
    since = min(max(since, until - MOST_MONTHS + 1), until)
    return tuple(f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(since, until + 1))


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _moment(month: str, days: int) -> datetime:
    """So many days after a month begins, wide enough for every time zone."""
    first = first_of_month(month) + timedelta(days=days)
    return datetime.combine(first, time(), UTC)

"""What is there of what the table asks for, whom an order waits for, and for what."""

from collections.abc import Set as AbstractSet
from fractions import Fraction

from royalties.domain.counting import series
from royalties.domain.orders.artwork import Use, wanted
from royalties.domain.orders.life import (
    ENDED,
    OrderKind,
    Precondition,
    Side,
    State,
    within_tolerance,
)
from royalties.domain.orders.order import Order
from royalties.domain.orders.price_lists import PriceList
from royalties.services.books import Setup, setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.orders.facts import FactRow, facts_of

_THEM = Side.ORGANIZATION
_US = Side.STAFF

_WAITS: dict[State, tuple[Side, str]] = {
    State.REQUESTED: (_US, "make a quote"),
    State.QUOTED: (_THEM, "accept or decline the quote"),
    State.ACCEPTED: (_US, "begin production"),
    State.ARTWORK: (_US, "make a proof and send it"),
    State.PROOF_SENT: (_THEM, "look at the proof, then approve it or ask for changes"),
    State.CHANGES_ASKED: (_US, "change the proof and send it again"),
    State.PROOF_APPROVED: (_US, "begin production"),
    State.IN_PRODUCTION: (_US, "ship the copies when they are ready"),
    State.SHIPPED: (_US, "send the invoice"),
    State.INVOICED: (_THEM, "pay the invoice"),
    State.ON_HOLD: (_US, "go on with the order, or cancel it"),
}
"""For whom an order waits in each state, and what they are to do."""

_ENDS = {
    State.PAID: "Nothing more to do: the order is paid.",
    State.DECLINED: "The order was declined.",
    State.EXPIRED: "The quote has expired; a new one can be made.",
    State.CANCELLED: "The order was cancelled.",
}
_MONEY = "send a purchase order, or pay the deposit"
_MONEY_AHEAD = "pay the deposit"


def preconditions_met(
    work: Work, order: Order, setup: Setup | None = None
) -> frozenset[Precondition]:
    """Which needs of the table are there for an order; pages show what is missing by it.

    What comes with the act itself (a comment, the file that was shown) is not among them.
    """
    row = facts_of(work.connection, [order.id])[order.id]
    return preconditions_of(work, order, row, setup or setup_in_force(work))


def preconditions_of(
    work: Work, order: Order, row: FactRow, setup: Setup
) -> frozenset[Precondition]:
    """The same from what is known already, for lists."""
    prices = price_list_for(setup, order.title)
    version = prices.on(work.today) if prices else None
    valid = row.valid_until is not None and row.valid_until >= work.today
    there = {
        Precondition.QUOTE_VALID: valid,
        Precondition.QUOTE_PAST: row.valid_until is not None and not valid,
        Precondition.PURCHASE_ORDER_OR_DEPOSIT: _is_covered(order, row, setup),
        Precondition.ARTWORK: _has_artwork(order, row),
        Precondition.PROOF: row.proof > 0 and not row.proof_answered,
        # Where no certificate is in force, invoices bear the tax of the place.
        Precondition.TAX_SETTLED: True,
        Precondition.COPIES_LEFT: row.shipped < order.quantity,
        Precondition.ALL_SHIPPED: row.shipped > 0
        and within_tolerance(
            order.quantity, row.shipped, version.tolerance if version else Fraction(0)
        ),
        Precondition.NOTHING_SHIPPED: row.shipped == 0,
        Precondition.NOTHING_OWED: row.received >= row.invoiced,
    }
    return frozenset(need for need, is_there in there.items() if is_there)


def price_list_for(setup: Setup, title: str) -> PriceList | None:
    """The price list of a title: the one that names it, else the one that names none.

    One that was retired is used only where there is no other: orders that go by it go on.
    """
    lists = sorted(setup.price_lists.values(), key=lambda each: each.retired is not None)
    named = next((each for each in lists if title in each.titles), None)
    return named or next((each for each in lists if not each.titles), None)


def waits_for(
    order: Order, met: AbstractSet[Precondition] = frozenset(Precondition)
) -> Side | None:
    """Which side is to act; None once the order has ended."""
    return None if order.state in ENDED else _waiting(order, met)[0]


def next_step(
    order: Order,
    side: Side,
    met: AbstractSet[Precondition] = frozenset(Precondition),
    *,
    deposit_only: bool = False,
) -> str:
    """Who must do what now, in words for a side.

    Args:
        order: which one.
        side: who reads it.
        met: what is there of the needs; all of them if that is not known.
        deposit_only: whether no purchase order can stand in for the deposit.
    """
    if order.state in ENDED:
        return _ENDS[order.state]
    whose, words = _waiting(order, met)
    if words == _MONEY and deposit_only:
        words = _MONEY_AHEAD
    if side is _THEM:
        return f"You: {words}." if whose is _THEM else f"The publisher: {words}."
    return f"The organization: {words}." if whose is _THEM else f"We: {words}."


def precondition_words(setup: Setup, order: Order) -> dict[Precondition, str]:
    """The needs that read otherwise for an order than in the table.

    Who pays ahead is never asked for a purchase order: theirs is stored, and begins no work.
    """
    if not is_deposit_only(setup, order):
        return {}
    return {Precondition.PURCHASE_ORDER_OR_DEPOSIT: "the deposit paid"}


def is_deposit_only(setup: Setup, order: Order) -> bool:
    """Whether an organization pays ahead, whatever it orders on."""
    organization = setup.organizations.get(order.organization)
    return organization is None or not organization.net_terms


def _waiting(order: Order, met: AbstractSet[Precondition]) -> tuple[Side, str]:
    if order.state is State.ACCEPTED:
        if Precondition.PURCHASE_ORDER_OR_DEPOSIT not in met:
            return _THEM, _MONEY
        if order.kind is OrderKind.CUSTOM:
            return (
                _WAITS[State.ARTWORK] if Precondition.ARTWORK in met else (_THEM, _artwork(order))
            )
    if order.state is State.QUOTED and Precondition.QUOTE_VALID not in met:
        return _US, "make a new quote: this one is not valid any more"
    return _WAITS[order.state]


def _has_artwork(order: Order, row: FactRow) -> bool:
    """Whether a file of each use that the options ask for is there."""
    there = {Use.LOGO: row.logos, Use.LETTER: row.letters, Use.COVER: row.covers}
    return all(there[use] for use in wanted(order.options))


def _artwork(order: Order) -> str:
    uses = series([f"a {use.value}" for use in wanted(order.options)])
    return f"send the artwork: {uses}"


def _is_covered(order: Order, row: FactRow, setup: Setup) -> bool:
    """Whether a purchase order of somebody who may pay later is there, or the deposit."""
    ordered = bool(order.po_number) or row.purchase_orders > 0
    if ordered and not is_deposit_only(setup, order):
        return True
    return row.deposit is not None and row.deposit_received >= row.deposit


def setup_or_none(work: Work) -> Setup | None:
    """The setup, where one was loaded."""
    try:
        return setup_in_force(work)
    except RefusedError:
        return None

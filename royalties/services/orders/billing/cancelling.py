"""Cancelling an order: what it owes at its stage is said before, and billed with it."""

from typing import NamedTuple

from royalties.domain.orders.life import Action, Side, State, owed_on_cancel
from royalties.domain.orders.order import Order
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.orders import life
from royalties.services.orders.quoting.agreed import agreed_of
from royalties.services.work import Work


class Owed(NamedTuple):
    """An amount in minor units; 0 and no currency before a quote was accepted."""

    amount: int
    currency: str


def owed_if_cancelled(work: Work, order: Order) -> Owed:
    """What an order would owe if it were cancelled now; shown before anybody decides.

    It is the quote's price list that says so, as the accepted quote did.
    """
    work.actor.require(Verb.READ_ORDERS)
    if order.quote_version is None:
        return Owed(0, "")
    agreed = agreed_of(work, setup_in_force(work), order)
    stood = order.held_in or order.state
    shares = dict(agreed.version.cancellation)
    amount = owed_on_cancel(stood, agreed.quote.total, agreed.set_up, shares)
    return Owed(amount, agreed.quote.currency)


def cancel(work: Work, number: str, reason: str, version: int | None = None) -> Order:
    """Cancel an order for good; what is owed at this stage stands in its history.

    Raises:
        NoOrderError: there is none for this actor.
        RefusedError: it is too late for this side, or copies were shipped.
        ChangedMeanwhileError: somebody else was faster.
    """
    side = life.side_of(work)
    work.actor.require(Verb.KEEP_ORDERS if side is Side.STAFF else Verb.ORDER)
    order = life.lock(work, number, version)
    why = life.reason_of(reason)
    is_agreed = order.state not in {State.REQUESTED, State.QUOTED}
    owed = owed_if_cancelled(work, order) if is_agreed else Owed(0, "")
    detail: dict[str, object] = {"reason": why}
    if owed.amount:
        detail |= {"owed": owed.amount, "currency": owed.currency}
    met = life.preconditions_met(work, order)
    return life.move(work, order, Action.CANCEL, met=met, detail=detail)

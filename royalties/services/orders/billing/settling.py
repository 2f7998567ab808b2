"""What an order owes: it is settled when nothing is, and what cancelling costs is stated before."""

from collections.abc import Mapping
from typing import NamedTuple

from royalties.domain.orders.life import Action, Precondition, Side, State, owed_on_cancel
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.orders import life
from royalties.services.orders.life import Order
from royalties.services.orders.quoting.terms import agreed_of
from royalties.services.work import Work
from royalties.store.orders import money as store


def owed_of(work: Work, order: Order) -> int:
    """What an order owes by all its invoices, less credit notes and receipts; below 0: too much."""
    found = store.open_invoices(work.connection, work.actor, order_id=order.id)
    return sum(each.balance for each in found)


def settle_if_paid(work: Work, order: Order, *, tell: bool = True) -> Order:
    """Settle an invoiced order of which nothing is owed; the caller holds it.

    Args:
        work: the unit of work.
        order: as it stands.
        tell: whether the organization is notified; not if it gets a receipt anyway.
    """
    if order.state is not State.INVOICED or owed_of(work, order) > 0:
        return order
    return life.move(work, order, Action.SETTLE, met=[Precondition.NOTHING_OWED], tell=tell)


def reopen_if_owed(work: Work, order: Order, detail: Mapping[str, object]) -> Order:
    """Take a paid order of which something is owed again for invoiced; the caller holds it.

    Args:
        work: the unit of work.
        order: as it stands.
        detail: what came before; the history and the e-mail have it with what is owed.
    """
    if order.state is not State.PAID or (owed := owed_of(work, order)) <= 0:
        return order
    met = [Precondition.OWED_AGAIN]
    return life.move(work, order, Action.REOPEN, met=met, detail={**detail, "owed": owed})


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
    """Cancel an order for good; what is owed at this stage is written to its history.

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

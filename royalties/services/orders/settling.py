"""An order is paid once nothing is owed of it any more."""

from royalties.domain.orders import Action, Need, State
from royalties.services.orders.life import Order, move
from royalties.services.work import Work
from royalties.store.orders import money as store


def owed_of(work: Work, order: Order) -> int:
    """What an order owes by all its invoices, less credit notes and receipts; below 0: too much."""
    found = store.open_invoices(work.connection, work.actor, order_id=order.id)
    return sum(each.balance for each in found)


def settle_if_paid(work: Work, order: Order) -> Order:
    """Settle an invoiced order of which nothing is owed; the caller holds it."""
    if order.state is not State.INVOICED or owed_of(work, order) > 0:
        return order
    return move(work, order, Action.SETTLE, met=[Need.NOTHING_OWED])

"""An order is paid once nothing is owed of it any more, and not if something is owed again."""

from collections.abc import Mapping

from royalties.domain.orders.life import Action, Precondition, State
from royalties.services.orders.life import Order, move
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
        tell: whether the organization is told; not if it gets a receipt that says so.
    """
    if order.state is not State.INVOICED or owed_of(work, order) > 0:
        return order
    return move(work, order, Action.SETTLE, met=[Precondition.NOTHING_OWED], tell=tell)


def reopen_if_owed(work: Work, order: Order, detail: Mapping[str, object]) -> Order:
    """Take a paid order of which something is owed again for invoiced; the caller holds it.

    Args:
        work: the unit of work.
        order: as it stands.
        detail: what came before; the history and the e-mail keep it with what is owed.
    """
    if order.state is not State.PAID or (owed := owed_of(work, order)) <= 0:
        return order
    met = [Precondition.OWED_AGAIN]
    return move(work, order, Action.REOPEN, met=met, detail={**detail, "owed": owed})

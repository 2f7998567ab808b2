"""The desk's list of invoices, a page at a time."""

from royalties.domain.people import Verb
from royalties.services.work import Work
from royalties.store.orders import invoice_list as store
from royalties.store.orders.invoice_list import InvoiceListRow

PAGE = 50
STATUSES = ("open", "overdue")


def listed(
    work: Work, *, organization: str = "", status: str = "", page: int = 1
) -> list[InvoiceListRow]:
    """One page of invoices and credit notes, the newest first, and one more if there are more.

    Args:
        work: the unit of work.
        organization: its key; empty for all.
        status: open, overdue, or empty for all.
        page: counted from 1.
    """
    work.actor.require(Verb.BILL)
    return store.invoices(
        work.connection,
        work.actor,
        organization=organization,
        open_only=status == "open",
        due_before=work.today if status == "overdue" else None,
        limit=PAGE + 1,
        skip=(page - 1) * PAGE,
    )

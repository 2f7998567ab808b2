"""An organization's own orders: what each waits for, and a purchase order that comes later."""

from collections.abc import Sequence
from dataclasses import dataclass

from royalties.domain.orders.life import ENDED, Side, State, path_of
from royalties.domain.orders.order import FileKind, Order
from royalties.domain.people import Verb
from royalties.domain.terms.organizations import Organization
from royalties.services.books import setup_in_force
from royalties.services.orders import attachments, board, life, notices, preconditions
from royalties.services.orders.attachments import AttachmentUpload, StoredAttachment
from royalties.services.orders.quoting.drafting import line_of
from royalties.services.work import RefusedError, Work
from royalties.store.orders import invoice_list, messages
from royalties.store.orders import orders as store
from royalties.store.orders.facts import facts_of
from royalties.store.orders.invoice_list import InvoiceListRow

PAGE = 50
PURCHASE_ORDER = "purchase-order"
"""What the history calls a purchase order that came."""

_LONGEST_PO = 100
_MOST_FILES = 10
_TAKEN_IN = frozenset(
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


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One of the organization's orders.

    Attributes:
        next_step: who must do what now, in words.
        is_yours: whether it waits for the organization.
        done: how many of the steps of its way are behind it, of ``steps``.
        late: why it is late, in words; empty: it is not.
    """

    order: Order
    title: str
    next_step: str
    is_yours: bool
    done: int
    steps: int
    late: str

    @property
    def is_ended(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self.order.state in ENDED


def listed(work: Work, *, before: int = 0) -> tuple[list[OrderSummary], bool]:
    """A page of the actor's own orders, the newest first, and whether more follow.

    Args:
        work: the unit of work.
        before: the id of the last order of the page before.
    """
    work.actor.require(Verb.READ_ORDERS)
    rows = store.order_rows(work.connection, work.actor, before=before, limit=PAGE + 1)
    return _summaries(work, rows[:PAGE]), len(rows) > PAGE


def _summaries(work: Work, orders: Sequence[Order]) -> list[OrderSummary]:
    if not orders:
        return []
    setup = setup_in_force(work)
    facts = facts_of(work.connection, [each.id for each in orders])
    made = []
    for order in orders:
        met = preconditions.preconditions_of(work, order, facts[order.id], setup)
        title = setup.titles.get(order.title)
        done, steps = progress(order)
        only = preconditions.is_deposit_only(setup, order)
        made.append(
            OrderSummary(
                order,
                title.heading if title else order.title,
                preconditions.next_step(order, Side.ORGANIZATION, met, deposit_only=only),
                preconditions.waits_for(order, met) is Side.ORGANIZATION,
                done,
                steps,
                board.lateness(order.state, order.need_by, order.promised_on, work.today),
            )
        )
    return made


def progress(order: Order) -> tuple[int, int]:
    """How many steps of an order's way are behind it, and how many there are."""
    path = path_of(order.kind)
    stands = order.held_in or order.state
    if stands is State.CHANGES_ASKED:
        stands = State.PROOF_SENT
    return (path.index(stands) if stands in path else 0) + (stands is State.PAID), len(path)


def takes_purchase_order(order: Order) -> bool:
    """Whether a purchase order may still come for an order."""
    return order.state in _TAKEN_IN


def send_purchase_order(
    work: Work,
    number: str,
    *,
    version: int,
    po_number: str,
    file: AttachmentUpload | StoredAttachment | None = None,
) -> Order:
    """Send a purchase order after the quote was accepted: its number, its file, or both.

    Raises:
        RefusedError: nothing was sent, it is too early or too late, or the file is not taken.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.ORDER)
    said = line_of(po_number, "the number of a purchase order", _LONGEST_PO)
    if not said and file is None:
        raise RefusedError("write the purchase order's number, or choose its file")
    order = life.lock(work, number, version)
    if not takes_purchase_order(order):
        raise RefusedError("a purchase order is sent once a quote was accepted")
    detail: dict[str, object] = {"po_number": said or order.po_number}
    if file is not None:
        detail["file"] = save_purchase_order(work, order, file)
    changes = {"po_number": said or order.po_number}
    if not store.change_order(work.connection, order.id, order.version, changes):
        raise life.ChangedMeanwhileError(number)
    life.note(work, order, PURCHASE_ORDER, before=order.state, after=order.state, detail=detail)
    told = ", ".join(str(each) for each in detail.values() if each)
    text = f"We sent our purchase order: {told}"
    notices.notify(work, order, "message", detail={"text": text})
    after = life.find(work, number)
    if after is None:
        raise AssertionError
    return after


def purchase_orders(work: Work, order: Order) -> list[messages.FileRow]:
    """Files of purchase orders that came for an order that was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return messages.files_of(work.connection, order.id, FileKind.PURCHASE_ORDER)


def save_purchase_order(work: Work, order: Order, file: AttachmentUpload | StoredAttachment) -> str:
    """Keep the file of a purchase order; returns its name. The caller holds the order.

    Raises:
        RefusedError: there are too many, or the file is not taken.
    """
    if len(messages.files_of(work.connection, order.id, FileKind.PURCHASE_ORDER)) >= _MOST_FILES:
        raise RefusedError(f"this order has {_MOST_FILES} purchase orders: write us a message")
    taken = file if isinstance(file, StoredAttachment) else attachments.take(work.files, file)
    attachments.require_room(work, order.organization, [taken.size])
    kept = attachments.store_file(work, taken)
    messages.add_file(
        work.connection,
        {
            "order_id": order.id,
            "kind": FileKind.PURCHASE_ORDER,
            **kept._asdict(),
            "facts": {},
            "message_id": None,
            "at": work.at,
            "by": work.actor.name,
            "side": life.side_of(work),
        },
    )
    return kept.name


def invoices(work: Work, *, page: int = 1) -> tuple[list[InvoiceListRow], bool]:
    """A page of the invoices of the actor's organizations, the newest first; if more follow."""
    work.actor.require(Verb.READ_ORDERS)
    skip = (page - 1) * PAGE
    rows = invoice_list.invoices(work.connection, work.actor, limit=PAGE + 1, skip=skip)
    return rows[:PAGE], len(rows) > PAGE


def organizations(work: Work) -> dict[str, Organization]:
    """The organizations that the actor orders for, by key, in alphabetical order."""
    setup = preconditions.setup_or_none(work)
    known = setup.organizations if setup else {}
    own = [known[key] for key in work.actor.organizations if key in known]
    return {each.key: each for each in sorted(own, key=lambda each: each.name.casefold())}

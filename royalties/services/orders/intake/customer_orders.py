"""An organization's own orders: what each waits for, and how it answers beside accepting a quote.

Who mails a purchase order or telephones has accepted, and the staff record it: in whose name, how,
on which day, with the paper. The organization is notified of what was recorded in its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from royalties.domain.one_line import fault_of_line
from royalties.domain.orders.life import ENDED, Action, Precondition, Side, State, path_of
from royalties.domain.orders.order import FileKind, Order
from royalties.domain.people import Verb
from royalties.domain.terms.organizations import Organization
from royalties.services.books import setup_in_force
from royalties.services.enclosures import TakenFile, take
from royalties.services.orders import board, life, messages, notices, preconditions
from royalties.services.orders.messages import AttachmentUpload
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.drafting import line_of
from royalties.services.work import RefusedError, Work
from royalties.store.orders import invoice_list
from royalties.store.orders import messages as message_store
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
    summaries = []
    for order in orders:
        met = preconditions.preconditions_of(work, order, facts[order.id], setup)
        title = setup.titles.get(order.title)
        step, steps = progress(order)
        only = preconditions.is_deposit_only(setup, order)
        summaries.append(
            OrderSummary(
                order,
                title.heading if title else order.title,
                preconditions.next_step(order, Side.ORGANIZATION, met, deposit_only=only),
                preconditions.waits_for(order, met) is Side.ORGANIZATION,
                step,
                steps,
                board.lateness(order.state, order.need_by, order.promised_on, work.today),
            )
        )
    return summaries


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
    file: AttachmentUpload | TakenFile | None = None,
) -> Order:
    """Send a purchase order after the quote was accepted: its number, its file, or both.

    Raises:
        RefusedError: nothing was sent, it is too early or too late, or the file is not taken.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.ORDER)
    po_number = line_of(po_number, "the number of a purchase order", _LONGEST_PO)
    if not po_number and file is None:
        raise RefusedError("write the purchase order's number, or choose its file")
    order = life.lock(work, number, version)
    if not takes_purchase_order(order):
        raise RefusedError("a purchase order is sent once a quote was accepted")
    detail: dict[str, object] = {"po_number": po_number or order.po_number}
    if file is not None:
        detail["file"] = save_purchase_order(work, order, file)
    changes = {"po_number": po_number or order.po_number}
    if not store.change_order(work.connection, order.id, order.version, changes):
        raise life.ChangedMeanwhileError(number)
    life.note(work, order, PURCHASE_ORDER, before=order.state, after=order.state, detail=detail)
    summary = ", ".join(str(each) for each in detail.values() if each)
    text = f"We sent our purchase order: {summary}"
    notices.notify(work, order, "message", detail={"text": text})
    after = life.find(work, number)
    if after is None:
        raise AssertionError
    return after


def purchase_orders(work: Work, order: Order) -> list[message_store.FileRow]:
    """Files of purchase orders that came for an order that was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return message_store.files_of(work.connection, order.id, FileKind.PURCHASE_ORDER)


def save_purchase_order(work: Work, order: Order, file: AttachmentUpload | TakenFile) -> str:
    """Keep the file of a purchase order; returns its name. The caller holds the order.

    Raises:
        RefusedError: there are too many, or the file is not taken.
    """
    earlier = message_store.files_of(work.connection, order.id, FileKind.PURCHASE_ORDER)
    if len(earlier) >= _MOST_FILES:
        raise RefusedError(f"this order has {_MOST_FILES} purchase orders: write us a message")
    taken = file if isinstance(file, TakenFile) else take(work.files, *file, messages.ATTACHED)
    messages.require_room(work, order.organization, [taken.size])
    stored = messages.store_file(work, taken)
    message_store.add_file(
        work.connection,
        {
            "order_id": order.id,
            "kind": FileKind.PURCHASE_ORDER,
            **stored._asdict(),
            "facts": {},
            "message_id": None,
            "at": work.at,
            "by": work.actor.name,
            "side": life.side_of(work),
        },
    )
    return stored.name


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


RECORDED = "record-acceptance"
"""By which words the organization is notified."""

_LONGEST_REASON = 500


class How(StrEnum):
    """How an acceptance came; the words finish "accepted it …"."""

    MAIL = "by mail"
    EMAIL = "by e-mail"
    TELEPHONE = "by telephone"


ON_PAPER = frozenset({How.MAIL, How.EMAIL})
"""Those with a file to be stored."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the staff record of an acceptance: whose, how, when; a purchase order and its file."""

    name: str
    how: How
    on: date
    po_number: str = ""
    file: AttachmentUpload | TakenFile | None = None


def record_acceptance(
    work: Work,
    number: str,
    acceptance: Acceptance,
    *,
    version: int | None = None,
    quote_version: int | None = None,
) -> Order:
    """Record that an organization accepted the newest quote by mail, e-mail or telephone.

    Args:
        work: the unit of work.
        number: the order's.
        acceptance: what is recorded.
        version: the order's, as it was looked at.
        quote_version: the quote that was looked at.

    Raises:
        RefusedError: the quote cannot be accepted any more, the day or the file is missing.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    newest = next(iter(quotes.quotes(work, order)), None)
    if newest is not None and not newest.shown.dated <= acceptance.on <= work.today:
        raise RefusedError(
            f"quote {newest.shown.number} is of {newest.shown.dated}: write the day on which it "
            f"was accepted, from then to today"
        )
    if acceptance.how in ON_PAPER and acceptance.file is None:
        raise RefusedError(
            f"what came {acceptance.how.value} is kept: choose the file, as PDF or picture"
        )
    detail: dict[str, object] = {
        "name": acceptance.name,
        "how": acceptance.how.value,
        "on": acceptance.on,
    }
    if acceptance.file is not None:
        detail["file"] = save_purchase_order(work, order, acceptance.file)
    accepted = quotes.accept(
        work,
        order,
        name=acceptance.name,
        po_number=acceptance.po_number,
        quote_version=quote_version,
        met=[Precondition.ACCEPTANCE],
        detail=detail,
        tell=False,
    )
    if newest is None:
        raise AssertionError
    facts = {"quote": newest.version, "total": newest.total, "currency": newest.currency}
    notices.notify(
        work, accepted, RECORDED, detail=detail | facts | {"po_number": accepted.po_number}
    )
    return accepted


def ask_another_quote(work: Work, number: str, text: str, *, version: int | None = None) -> Order:
    """Say what a quote should say instead: the staff make another one, and this one ends.

    Raises:
        RefusedError: the text is empty, or there is no quote to be answered.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.ORDER)
    order = life.lock(work, number, version)
    line = " ".join(text.split())
    if not line:
        raise RefusedError("say what should be different")
    if fault := fault_of_line(line):
        raise RefusedError(f"what should be different cannot be recorded: {fault}")
    reason = line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 2]} …"
    moved = life.move(
        work,
        order,
        Action.ASK_ANOTHER_QUOTE,
        met=[Precondition.COMMENT],
        detail={"reason": reason},
        tell=False,
    )
    messages.post(work, number, text, event=Action.ASK_ANOTHER_QUOTE)
    return moved

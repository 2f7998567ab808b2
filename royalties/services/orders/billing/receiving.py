"""Money of organizations as it came in, was paid back, or was recorded wrongly.

Receipts are only ever added to: what was recorded wrongly has its exact opposite, once.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders.life import Action
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.people import Verb
from royalties.domain.royalties.postings import entry_of_receipt, receipt_reference
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.orders import notices
from royalties.services.orders.billing.same_money import OF_MONEY, Moved, require_new
from royalties.services.orders.billing.settling import owed_of, reopen_if_owed, settle_if_paid
from royalties.services.orders.life import (
    Order,
    find,
    lock,
    move,
    note,
    reason_of,
    require_possible,
)
from royalties.services.work import RefusedError, Work
from royalties.store.ledger import entries as ledger
from royalties.store.orders import money as store
from royalties.store.orders.money import OpenInvoice, ReceiptRow
from royalties.store.periods import periods

PAY_BACK = "pay-back"
"""What the history calls a step that the table has no line for."""

_MOST_WAITING = 10_000
_LONGEST = 100
_LONGEST_TOKEN = 64
_MOST = 10**15


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Money that one person recorded and nobody else has confirmed; it counts for nothing yet.

    ``amount`` is in minor units, below 0 where it was paid back; ``proposal`` is its number.
    """

    proposal: int
    order: str
    invoice: str
    currency: str
    amount: int
    day: str
    reference: str
    by: str


def receive(
    work: Work, number: str, amount: int, received_on: date, reference: str, token: str
) -> ReceiptRow:
    """Record money that came in for an invoice, all of it, part of it, or too much.

    An order of which nothing is owed any more is settled, and the organization gets a receipt.

    Args:
        work: the unit of work.
        number: of the invoice.
        amount: in minor units of its currency.
        received_on: not in the future.
        reference: on the bank's statement.
        token: of the form; the same one gives the same receipt, once.

    Raises:
        RefusedError: there is no such invoice, no amount, or the same money is recorded already or
            waits for a second person.
        SecondPersonError: nobody records money alone: prepare it instead.
    """
    _require_second_person(work, Verb.BILL)
    return _receive(work, number, _BankMovement(amount, received_on, reference, token))


def _receive(work: Work, number: str, money: "_BankMovement", prepared_by: str = "") -> ReceiptRow:
    order, row, earlier = _lock_invoice(work, number, money.token)
    if earlier is not None:
        return earlier
    _require_receivable(order, money)
    require_new(work, row, money.moved, is_at_once=not prepared_by)
    receipt = _post(work, order, row, money, prepared_by)
    detail: dict[str, object] = {
        "invoice": number,
        "currency": row.currency,
        "amount": money.amount,
        "received_on": money.day,
        **({"prepared_by": prepared_by} if prepared_by else {}),
    }
    moved = move(work, order, Action.RECEIVE, detail=detail, tell=False)
    settled = settle_if_paid(work, moved, tell=False)
    left = row.balance - money.amount
    more = {
        "left": max(left, 0),
        "too_much": max(-left, 0),
        "paid": "Nothing of it is open any more. Thank you." if left <= 0 else "",
    }
    notices.notify(work, settled, Action.RECEIVE, detail=detail | more)
    return receipt


def _require_receivable(order: Order, money: "_BankMovement") -> None:
    if not 0 < money.amount <= _MOST:
        raise RefusedError("write an amount above 0")
    require_possible(order, Action.RECEIVE)


def pay_back(
    work: Work, number: str, amount: int, paid_on: date, reference: str, token: str
) -> ReceiptRow:
    """Record that what was paid too much for an invoice was paid back, or part of it.

    Raises:
        RefusedError: not so much was paid too much.
        SecondPersonError: nobody records money alone: prepare it instead.
    """
    _require_second_person(work, Verb.CREDIT)
    return _pay_back(work, number, _BankMovement(-amount, paid_on, reference, token))


def _pay_back(work: Work, number: str, money: "_BankMovement", prepared_by: str = "") -> ReceiptRow:
    order, row, earlier = _lock_invoice(work, number, money.token)
    if earlier is not None:
        return earlier
    _require_too_much(work, order, row, -money.amount)
    require_new(work, row, money.moved, is_at_once=not prepared_by)
    receipt = _post(work, order, row, money, prepared_by)
    detail: dict[str, object] = {
        "invoice": number,
        "currency": row.currency,
        "amount": -money.amount,
        "paid_on": money.day,
        **({"prepared_by": prepared_by} if prepared_by else {}),
    }
    note(work, order, PAY_BACK, before=order.state, after=order.state, detail=detail)
    notices.notify(work, order, PAY_BACK, detail=detail)
    return receipt


def _require_too_much(work: Work, order: Order, row: OpenInvoice, amount: int) -> None:
    # A deposit that was never paid is no money that could go back, though the invoice bears it.
    too_much = -max(row.balance, owed_of(work, order))
    if not 0 < amount <= too_much:
        there = amount_text(max(too_much, 0), row.currency)
        raise RefusedError(f"{there} {row.currency} were paid too much for {row.number}: not more")


# With a second person


def wants_second_person(work: Work) -> bool:
    """Whether money that somebody records counts only once somebody else has confirmed it."""
    return not approvals.acts_at_once(work)


def prepare_receipt(
    work: Work, number: str, amount: int, received_on: date, reference: str, token: str
) -> int:
    """Record money that came in, to be confirmed by a second person from the bank's statement.

    Until then nothing is posted: the invoice is open, and no deposit counts as paid.

    Args:
        work: the unit of work.
        number: of the invoice.
        amount: in minor units of its currency.
        received_on: not in the future.
        reference: on the bank's statement.
        token: of the form; the same one gives the same proposal, once.

    Returns:
        The proposal's number.

    Raises:
        RefusedError: there is no such invoice, no amount, or the same was recorded already.
    """
    work.actor.require(Verb.BILL)
    return _prepare(
        work, ProposalKind.RECEIPT, number, _BankMovement(amount, received_on, reference, token)
    )


def prepare_pay_back(
    work: Work, number: str, amount: int, paid_on: date, reference: str, token: str
) -> int:
    """Record that what was paid too much was paid back, to be confirmed by a second person.

    Raises:
        RefusedError: not so much was paid too much, or the same was recorded already.
    """
    work.actor.require(Verb.CREDIT)
    return _prepare(
        work, ProposalKind.PAY_BACK, number, _BankMovement(-amount, paid_on, reference, token)
    )


def approve_receipt(work: Work, proposal: Proposal) -> ReceiptRow:
    """Post money that somebody else recorded; its proposal was just approved.

    Raises:
        RefusedError: the order or the invoice does not take it any more.
    """
    body = cast("dict[str, Any]", proposal.body)
    money = _BankMovement(
        body["amount"], date.fromisoformat(body["day"]), body["reference"], body["token"]
    )
    record = _receive if proposal.kind is ProposalKind.RECEIPT else _pay_back
    return record(work, body["invoice"], money, proposal.prepared_by)


def unconfirmed(work: Work, number: str = "") -> list[Unconfirmed]:
    """Money that was recorded and waits for a second person, the first first.

    Args:
        work: the unit of work.
        number: of an order; all of them if left out.
    """
    proposals = approvals.proposals(
        work,
        status=ProposalStatus.WAITING,
        beginning=f"{number} " if number else "",
        limit=_MOST_WAITING,
    )
    money = [each for each in reversed(proposals) if each.kind in OF_MONEY]
    return [_unconfirmed(each) for each in money]


def _unconfirmed(proposal: Proposal) -> Unconfirmed:
    body = cast("dict[str, Any]", proposal.body)
    return Unconfirmed(
        proposal.id,
        body["order"],
        body["invoice"],
        body["currency"],
        body["amount"],
        body["day"],
        body["reference"],
        proposal.prepared_by,
    )


def _require_second_person(work: Work, verb: Verb) -> None:
    work.actor.require(verb)
    if wants_second_person(work):
        raise approvals.SecondPersonError(
            "nobody records money alone: prepare it, and another manager confirms it from the "
            "bank's statement"
        )


def _prepare(work: Work, kind: ProposalKind, number: str, money: "_BankMovement") -> int:
    order, row, earlier = _lock_invoice(work, number, money.token)
    if earlier is not None:
        raise RefusedError(f"this was recorded and confirmed already, as receipt {earlier.id}")
    if kind is ProposalKind.RECEIPT:
        _require_receivable(order, money)
    else:
        _require_too_much(work, order, row, -money.amount)
    words = _checked(work, money)
    about = f"{row.currency} {amount_text(abs(money.amount), row.currency)} of {money.day}"
    subject = f"{order.number} {receipt_reference(number, words)}, {about}"
    for each in approvals.proposals(
        work, status=ProposalStatus.WAITING, kind=kind, subject=subject
    ):
        if cast("dict[str, Any]", each.body)["token"] == money.token:
            return each.id
    require_new(work, row, money.moved, is_at_once=False)
    body = {
        "order": order.number,
        "invoice": number,
        "currency": row.currency,
        "amount": money.amount,
        "day": money.day,
        "reference": words,
        "token": money.token,
    }
    return approvals.prepare(work, kind, subject, body)


def reverse_receipt(work: Work, number: int, reason: str) -> ReceiptRow:
    """Take a receipt back that was recorded wrongly: its opposite is posted, and both stay.

    An order that was paid is not paid any more if something is owed again.

    Args:
        work: the unit of work.
        number: of the receipt; what was paid back can be reversed too.
        reason: why; it is written to the history and the ledger.

    Raises:
        RefusedError: there is no such receipt, or it was reversed already.
    """
    work.actor.require(Verb.CREDIT)
    row = store.find_receipt(work.connection, number)
    if row is None:
        raise RefusedError(f"there is no receipt {number}")
    order = lock(work, store.order_number(work.connection, row.order_id))
    every = store.receipts_of(work.connection, order.id)
    if row.reverses_id is not None:
        raise RefusedError(f"receipt {number} reverses another one: record the money again instead")
    earlier = next((receipt for receipt in every if receipt.reverses_id == number), None)
    if earlier is not None:
        raise RefusedError(f"receipt {number} was reversed already, by receipt {earlier.id}")
    why = reason_of(reason)
    require_possible(order, Action.REVERSE_RECEIPT)
    left = store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)
    of = next(invoice for invoice in left if invoice.id == row.invoice_id)
    # The history has all of the reason; the ledger has room for its beginning.
    money = _BankMovement(-row.amount, work.today, why[:_LONGEST], f"reverses-{number}", number)
    reversal = _post(work, order, of, money)
    detail: dict[str, object] = {
        "receipt": number,
        "invoice": of.number,
        "currency": row.currency,
        "amount": row.amount,
        "reason": why,
    }
    moved = move(work, order, Action.REVERSE_RECEIPT, detail=detail, tell=False)
    after = reopen_if_owed(work, moved, detail)
    if after.state is moved.state:  # else the order's e-mail says it
        event = Action.REVERSE_RECEIPT if row.amount > 0 else "reverse-pay-back"
        more = {"amount": abs(row.amount), "left": max(of.balance + row.amount, 0)}
        notices.notify(work, after, event, detail=detail | more)
    settle_if_paid(work, after)
    return reversal


def receipts(work: Work, order: Order) -> list[ReceiptRow]:
    """An order's receipts, the first first; the order was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return store.receipts_of(work.connection, order.id)


def order_of_receipt(work: Work, row: ReceiptRow) -> str:
    """The number of the order that a receipt belongs to."""
    work.actor.require(Verb.BILL)
    return store.order_number(work.connection, row.order_id)


def balances(work: Work, number: str) -> list[OpenInvoice]:
    """The invoices of an order that the actor may see, with what is left of each."""
    order = find(work, number)
    return balances_of(work, order) if order is not None else []


def balances_of(work: Work, order: Order) -> list[OpenInvoice]:
    """The same of an order that was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)


def _lock_invoice(
    work: Work, number: str, token: str
) -> tuple[Order, OpenInvoice, ReceiptRow | None]:
    """The order of an invoice, held; the invoice with its balance; what a token entered before."""
    if not token or len(token) > _LONGEST_TOKEN:
        raise RefusedError("the form has no token: open it again")
    invoice = store.find_invoice(work.connection, work.actor, number)
    if invoice is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    if invoice.kind == InvoiceKind.CREDIT:
        raise RefusedError(f"{number} is a credit note: money is recorded with its invoice")
    order = lock(work, store.order_number(work.connection, invoice.order_id))
    earlier = store.receipt_by_token(work.connection, token)
    if earlier is not None and earlier.invoice_id != invoice.id:
        raise RefusedError("this form was sent for another invoice: open it again")
    rows = store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)
    return order, next(each for each in rows if each.id == invoice.id), earlier


@dataclass(frozen=True, slots=True)
class _BankMovement:
    """What moved at the bank; negative where it was paid back."""

    amount: int
    day: date
    reference: str
    token: str
    reverses: int | None = None

    @property
    def moved(self) -> Moved:
        """What distinguishes it from other money."""
        return Moved(self.amount, self.day, self.reference)


def _checked(work: Work, money: _BankMovement) -> str:
    """The reference as it is stored, once day and reference are right."""
    if money.day > work.today:
        raise RefusedError(f"{money.day} has not come yet: write the day the money moved")
    words = " ".join(money.reference.split())
    if fault := fault_of_line(words):
        raise RefusedError(f"the reference cannot be recorded: {fault}")
    if len(words) > _LONGEST:
        raise RefusedError(f"the reference has up to {_LONGEST} letters")
    return words


def _post(
    work: Work, order: Order, row: OpenInvoice, money: _BankMovement, prepared_by: str = ""
) -> ReceiptRow:
    words = _checked(work, money)
    setup = setup_in_force(work)
    open_period = periods.lock_for_sales(work.connection, setup.first_period)
    about = receipt_reference(row.number, words)
    entry = entry_of_receipt(
        order.organization,
        order.number,
        row.currency,
        money.amount,
        about,
        reverses=money.reverses,
    )
    if entry is None:
        raise AssertionError
    numbers = ledger.post(work.connection, open_period, work.today, [entry])
    return store.add_receipt(
        work.connection,
        {
            "organization": order.organization,
            "order_id": order.id,
            "invoice_id": row.id,
            "currency": row.currency,
            "amount": money.amount,
            "received_on": money.day,
            "reference": words,
            "reverses_id": money.reverses,
            "entry_id": numbers[0],
            "token": money.token,
            "at": work.at,
            "by": prepared_by or work.actor.name,
        },
    )

"""Money of organizations as it came in, was paid back, or was recorded wrongly.

Receipts are only ever added to: what was recorded wrongly has its exact opposite, once.
"""

from dataclasses import dataclass
from datetime import date

from royalties.domain.money import amount_text
from royalties.domain.orders import Action
from royalties.domain.people import Verb
from royalties.domain.postings import entry_of_receipt
from royalties.services.books import setup_in_force
from royalties.services.orders.issuing import require_possible
from royalties.services.orders.life import Order, find, hold_still, move, note, reason_of
from royalties.services.orders.settling import owed_of, reopen_if_owed, settle_if_paid
from royalties.services.work import RefusedError, Work
from royalties.store import ledger, periods
from royalties.store.orders import money as store
from royalties.store.orders.money import Open, ReceiptRow

PAY_BACK = "pay-back"
"""What the history calls a step that the table has no line for."""

_LONGEST = 100
_LONGEST_TOKEN = 64
_MOST = 10**15


def receive(
    work: Work, number: str, amount: int, received_on: date, reference: str, token: str
) -> ReceiptRow:
    """Record money that came in for an invoice, all of it, part of it, or too much.

    An order of which nothing is owed any more is settled.

    Args:
        work: the unit of work.
        number: of the invoice.
        amount: in minor units of its currency.
        received_on: not in the future.
        reference: on the bank's statement.
        token: of the form; the same one gives the same receipt, once.

    Raises:
        RefusedError: there is no such invoice, or no amount.
    """
    work.actor.require(Verb.BILL)
    if not 0 < amount <= _MOST:
        raise RefusedError("write an amount above 0")
    order, row, earlier = _held(work, number, token)
    if earlier is not None:
        return earlier
    require_possible(order, Action.RECEIVE)
    made = _post(work, order, row, _Money(amount, received_on, reference, token))
    detail: dict[str, object] = {
        "invoice": number,
        "currency": row.currency,
        "amount": amount,
        "received_on": received_on.isoformat(),
    }
    settle_if_paid(work, move(work, order, Action.RECEIVE, detail=detail))
    return made


def pay_back(
    work: Work, number: str, amount: int, paid_on: date, reference: str, token: str
) -> ReceiptRow:
    """Record that what was paid too much for an invoice was paid back, or part of it.

    Raises:
        RefusedError: not so much was paid too much.
    """
    work.actor.require(Verb.CREDIT)
    order, row, earlier = _held(work, number, token)
    if earlier is not None:
        return earlier
    # A deposit that was never paid is no money that could go back, though the invoice bears it.
    too_much = -max(row.balance, owed_of(work, order))
    if not 0 < amount <= too_much:
        there = amount_text(max(too_much, 0), row.currency)
        raise RefusedError(f"{there} {row.currency} were paid too much for {number}: not more")
    made = _post(work, order, row, _Money(-amount, paid_on, reference, token))
    detail: dict[str, object] = {
        "invoice": number,
        "currency": row.currency,
        "amount": amount,
        "paid_on": paid_on.isoformat(),
    }
    note(work, order, PAY_BACK, before=order.state, after=order.state, detail=detail)
    return made


def reverse_receipt(work: Work, number: int, reason: str) -> ReceiptRow:
    """Take a receipt back that was recorded wrongly: its opposite is posted, and both stay.

    An order that was paid is not paid any more if something is owed again.

    Args:
        work: the unit of work.
        number: of the receipt; what was paid back can be reversed too.
        reason: why; it stands in the history and the ledger.

    Raises:
        RefusedError: there is no such receipt, or it was reversed already.
    """
    work.actor.require(Verb.CREDIT)
    row = store.find_receipt(work.connection, number)
    if row is None:
        raise RefusedError(f"there is no receipt {number}")
    order = hold_still(work, store.order_number(work.connection, row.order_id))
    every = store.receipts_of(work.connection, order.id)
    if row.reverses_id is not None:
        raise RefusedError(f"receipt {number} reverses another one: record the money again instead")
    earlier = next((each for each in every if each.reverses_id == number), None)
    if earlier is not None:
        raise RefusedError(f"receipt {number} was reversed already, by receipt {earlier.id}")
    why = reason_of(reason)
    require_possible(order, Action.REVERSE_RECEIPT)
    left = store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)
    of = next(each for each in left if each.id == row.invoice_id)
    # The history keeps all of the reason; the ledger has room for its beginning.
    money = _Money(-row.amount, work.today, why[:_LONGEST], f"reverses-{number}", number)
    made = _post(work, order, of, money)
    detail: dict[str, object] = {
        "receipt": number,
        "invoice": of.number,
        "currency": row.currency,
        "amount": row.amount,
        "reason": why,
    }
    moved = move(work, order, Action.REVERSE_RECEIPT, detail=detail)
    settle_if_paid(work, reopen_if_owed(work, moved, detail))
    return made


def receipts(work: Work, order: Order) -> list[ReceiptRow]:
    """An order's receipts, the first first; the order was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return store.receipts_of(work.connection, order.id)


def order_of_receipt(work: Work, row: ReceiptRow) -> str:
    """The number of the order that a receipt belongs to."""
    work.actor.require(Verb.BILL)
    return store.order_number(work.connection, row.order_id)


def balances(work: Work, number: str) -> list[Open]:
    """The invoices of an order that the actor may see, with what is left of each."""
    order = find(work, number)
    if order is None:
        return []
    return store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)


def _held(work: Work, number: str, token: str) -> tuple[Order, Open, ReceiptRow | None]:
    """The order of an invoice, held; the invoice with its balance; what a token entered before."""
    if not token or len(token) > _LONGEST_TOKEN:
        raise RefusedError("the form has no token: open it again")
    found = store.find_invoice(work.connection, work.actor, number)
    if found is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    if found.kind == "credit":
        raise RefusedError(f"{number} is a credit note: money is recorded with its invoice")
    order = hold_still(work, store.order_number(work.connection, found.order_id))
    earlier = store.receipt_by_token(work.connection, token)
    if earlier is not None and earlier.invoice_id != found.id:
        raise RefusedError("this form was sent for another invoice: open it again")
    rows = store.open_invoices(work.connection, work.actor, order_id=order.id, settled=True)
    return order, next(each for each in rows if each.id == found.id), earlier


@dataclass(frozen=True, slots=True)
class _Money:
    """What moved at the bank; negative where it was paid back."""

    amount: int
    day: date
    reference: str
    token: str
    reverses: int | None = None


def _post(work: Work, order: Order, row: Open, money: _Money) -> ReceiptRow:
    if money.day > work.today:
        raise RefusedError(f"{money.day} has not come yet: write the day the money moved")
    words = " ".join(money.reference.split())
    if len(words) > _LONGEST:
        raise RefusedError(f"the reference has up to {_LONGEST} letters")
    setup = setup_in_force(work)
    open_period = periods.lock_for_sales(work.connection, setup.first_period)
    about = entry_reference(row.number, words)
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
    numbers = ledger.post(work.connection, open_period, work.today.isoformat(), [entry])
    return store.add_receipt(
        work.connection,
        {
            "organization": order.organization,
            "order_id": order.id,
            "invoice_id": row.id,
            "currency": row.currency,
            "amount": money.amount,
            "received_on": money.day.isoformat(),
            "reference": words,
            "reverses_id": money.reverses,
            "entry_id": numbers[0],
            "token": money.token,
            "at": work.at,
            "by": work.actor.name,
        },
    )


def entry_reference(number: str, reference: str) -> str:
    """What a receipt's entry refers to: the invoice, and the bank's words."""
    return f"{number}, {reference}" if reference else number

"""What organizations owe, and since when: lists of invoices, reminders, statements of account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from reports import account_statement as report
from royalties.domain.money import amount_text
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import AccountLineShown, AccountShown
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.mail.outbox import Message, write
from royalties.services.orders.billing.issuing import pay_words
from royalties.services.orders.billing.receiving import (
    Unconfirmed,
    balances,
    balances_of,
    order_of_receipt,
    pay_back,
    prepare_pay_back,
    prepare_receipt,
    receipts,
    receive,
    reverse_receipt,
    unconfirmed,
    wants_second_person,
)
from royalties.services.orders.life import lock, note
from royalties.services.orders.papers import invoice_shown
from royalties.services.orders.quoting import terms
from royalties.services.terms.house import logo_on
from royalties.services.work import RefusedError, Work
from royalties.store.mail import messages as mail
from royalties.store.orders import invoice_list as list_store
from royalties.store.orders import money as store
from royalties.store.orders.invoice_list import InvoiceListRow
from royalties.store.orders.money import OpenInvoice, ReceiptRow

__all__ = [
    "BUCKETS",
    "INVOICES_ON_A_PAGE",
    "INVOICE_STATUSES",
    "REMIND",
    "Aged",
    "OpenInvoice",
    "Overdue",
    "ReceiptRow",
    "Unconfirmed",
    "account_workbook",
    "aging",
    "balances",
    "balances_of",
    "bucket_of",
    "days_overdue",
    "invoice_page",
    "order_of_receipt",
    "overdue",
    "pay_back",
    "prepare_pay_back",
    "prepare_receipt",
    "receipts",
    "receive",
    "remind",
    "reminders",
    "reverse_receipt",
    "statement_of_account",
    "still_open",
    "unconfirmed",
    "wants_second_person",
]

REMIND = "remind"
"""What the history calls a step that the table has no line for."""

BUCKETS = (0, 30, 60, 90)
"""Days overdue up to which an invoice is in each column of the aging list; the last is open."""

# What is owed, and since when


@dataclass(slots=True)
class Aged:
    """What an organization owes in a currency, by how long it is overdue; minor units.

    ``sums`` go by ``BUCKETS`` and beyond them; ``credit`` is what was paid too much, below 0.
    """

    organization: str
    currency: str
    sums: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    credit: int = 0
    invoices: list[OpenInvoice] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What is owed in all."""
        return sum(self.sums) + self.credit


def aging(work: Work, today: date) -> list[Aged]:
    """Open invoices by organization and currency, in columns by days overdue.

    Finance sees all of them, an organization its own.
    """
    work.actor.require(Verb.READ_ORDERS)
    aged_by_payer: dict[tuple[str, str], Aged] = {}
    for row in store.open_invoices(work.connection, work.actor):
        key = (row.organization, row.currency)
        aged = aged_by_payer.setdefault(key, Aged(*key))
        aged.invoices.append(row)
        if row.balance < 0:
            aged.credit += row.balance
        else:
            aged.sums[bucket_of(days_overdue(row, today))] += row.balance
    return [aged_by_payer[key] for key in sorted(aged_by_payer)]


def still_open(work: Work) -> list[OpenInvoice]:
    """Invoices of which something is left, the longest due first."""
    work.actor.require(Verb.BILL)
    return store.open_invoices(work.connection, work.actor)


def days_overdue(row: OpenInvoice, today: date) -> int:
    """Days since an invoice was due; 0 or below before."""
    return (today - row.due_on).days


def bucket_of(days: int) -> int:
    """The column of the aging list for so many days."""
    return next((place for place, limit in enumerate(BUCKETS) if days <= limit), len(BUCKETS))


# Reminders


@dataclass(frozen=True, slots=True)
class Overdue:
    """An overdue invoice, and the moments at which somebody was reminded of it."""

    invoice: OpenInvoice
    days: int
    reminded: tuple[datetime, ...]


def overdue(work: Work) -> list[OpenInvoice]:
    """Invoices whose day has passed while something is left of them, the longest due first."""
    work.actor.require(Verb.BILL)
    return [
        row
        for row in store.open_invoices(work.connection, work.actor)
        if row.balance > 0 and days_overdue(row, work.today) > 0
    ]


def reminders(work: Work) -> list[Overdue]:
    """Overdue invoices, the longest due first, with when they were reminded of."""
    late = overdue(work)
    reminded_at: dict[str, list[datetime]] = {}
    for detail, at in store.action_details(work.connection, [row.order_id for row in late], REMIND):
        reminded_at.setdefault(detail["invoice"], []).append(at)
    return [
        Overdue(row, days_overdue(row, work.today), tuple(reminded_at.get(row.number, ())))
        for row in late
    ]


def remind(work: Work, number: str) -> Overdue:
    """Remind the order's contact of an overdue invoice by e-mail, once a day at most.

    Raises:
        RefusedError: it is not overdue, or was reminded of today already.
    """
    work.actor.require(Verb.BILL)
    invoice = store.find_invoice(work.connection, work.actor, number)
    if invoice is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    order = lock(work, store.order_number(work.connection, invoice.order_id))
    late = next((each for each in reminders(work) if each.invoice.number == number), None)
    if late is None:
        raise RefusedError(f"invoice {number} is not overdue: there is nothing to remind of")
    if any(work.day_of(at) == work.today for at in late.reminded):
        raise RefusedError(f"an e-mail reminded of invoice {number} today already")
    row = late.invoice
    owed = f"{row.currency} {amount_text(row.balance, row.currency)}"
    due = row.due_on
    if not order.contact_email:
        raise RefusedError(
            f"order {order.number} has no contact with an e-mail address: write to them by mail"
        )
    mail.cancel_replaced(work.connection, "reminder", number)
    pay = pay_words(invoice_shown(invoice))
    write(
        work,
        Message(
            order.contact_email,
            f"Order {order.number}: invoice {number} is overdue",
            (
                f"Invoice {number} was due on {due.day} {due:%B %Y}. {owed} is still open.",
                "If you have paid meanwhile, please take no notice of this.",
                f"Please name the invoice's number, {number}, with the payment.",
                *([pay] if pay else []),
            ),
            kind="reminder",
            about=number,
            link=(
                "Open the invoice",
                f"/organization/orders/{order.number}#invoices",
            ),
        ),
    )
    detail = {"invoice": number, "currency": row.currency, "amount": row.balance}
    note(work, order, REMIND, before=order.state, after=order.state, detail=detail)
    return late


# Statement of account


def statement_of_account(work: Work, organization: str) -> list[AccountShown]:
    """All that was invoiced, credited and received, by currency; only of one's own organization.

    Raises:
        RefusedError: there is no such organization for who asks.
    """
    work.actor.require(Verb.READ_ORDERS)
    setup = setup_in_force(work)
    is_own = work.actor.sees_all or organization in work.actor.organizations
    if not is_own or organization not in setup.organizations:
        raise RefusedError("there is no such organization")
    invoices = store.invoices_for(work.connection, work.actor, organization)
    received = store.receipts_for(work.connection, work.actor, organization)
    lines = [
        (
            row.currency,
            AccountLineShown(
                row.issued_on,
                row.kind.label,
                row.number,
                order,
                row.due_on if row.kind != InvoiceKind.CREDIT else None,
                row.amount,
            ),
        )
        for row, order in invoices
    ]
    orders = {row.order_id: order for row, order in invoices}
    lines += [
        (
            row.currency,
            AccountLineShown(
                row.received_on,
                _money_words(row),
                number,
                orders[row.order_id],
                None,
                -row.amount,
            ),
        )
        for row, number in received
    ]
    party = terms.party_of(setup.organizations[organization])
    return [
        AccountShown(
            setup.publisher_on(work.today), party, work.today, currency, _sorted(lines, currency)
        )
        for currency in sorted({currency for currency, _ in lines})
    ]


def account_workbook(work: Work, organization: str) -> bytes:
    """The statement of account as a workbook, a sheet for each currency.

    Raises:
        RefusedError: there is no such organization for who asks, or nothing was invoiced yet.
    """
    accounts = statement_of_account(work, organization)
    if not accounts:
        raise RefusedError("nothing was invoiced yet")
    return report.workbook(accounts, logo_on(work, work.today))


def _money_words(row: ReceiptRow) -> str:
    """What a statement of account calls money that moved, or a receipt that was wrong."""
    came_in = row.amount > 0
    if row.reverses_id is not None:
        return "Paid back, reversed" if came_in else "Payment, reversed"
    return "Payment" if came_in else "Paid back"


def _sorted(
    lines: Sequence[tuple[str, AccountLineShown]], of_currency: str
) -> tuple[AccountLineShown, ...]:
    """Lines of a currency by day; what was invoiced on a day comes before what was received."""
    own = [line for currency, line in lines if currency == of_currency]
    return tuple(sorted(own, key=lambda line: (line.dated, line.amount < 0, line.number)))


INVOICES_ON_A_PAGE = 50
INVOICE_STATUSES = ("open", "overdue")


def invoice_page(
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
    return list_store.invoices(
        work.connection,
        work.actor,
        organization=organization,
        open_only=status == "open",
        due_before=work.today if status == "overdue" else None,
        limit=INVOICES_ON_A_PAGE + 1,
        skip=(page - 1) * INVOICES_ON_A_PAGE,
    )

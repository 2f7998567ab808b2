"""How an invoice or credit note comes to be: numbered, posted, frozen and printed, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from reports import invoice as report
from royalties.domain.counting import counted
from royalties.domain.orders.order import InvoiceKind, PaperKind
from royalties.domain.orders.papers import InvoiceShown, PaperLine
from royalties.domain.royalties.postings import entry_of_invoice
from royalties.domain.terms.payment_details import PaymentDetails, payment_on
from royalties.domain.terms.wording import percent
from royalties.services.books import Setup
from royalties.services.orders.life import Order
from royalties.services.orders.papers import FILES, Paper, frozen, invoice_shown, paper
from royalties.services.orders.quoting.terms import Agreed, goods_of, party_of_order
from royalties.services.terms.house import logo_on
from royalties.services.work import RefusedError, Work
from royalties.store.ledger import entries as ledger
from royalties.store.orders import money as store
from royalties.store.orders.money import InvoiceRow
from royalties.store.periods import periods

_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice or credit note that was issued."""

    row: InvoiceRow
    shown: InvoiceShown


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice in the making: what it says of its own."""

    kind: InvoiceKind
    lines: tuple[PaperLine, ...]
    net_days: int
    deposit_applied: int = 0
    of: IssuedInvoice | None = None
    of_lines: tuple[int, ...] = ()
    tax_note: str = ""
    note: str = ""


def issued_of(work: Work, order: Order) -> list[IssuedInvoice]:
    """An order's invoices and credit notes, the first first; the caller found the order."""
    rows = store.invoices_of(work.connection, order.id)
    return [IssuedInvoice(row, invoice_shown(row)) for row in rows]


def issue(
    work: Work, setup: Setup, order: Order, agreed: Agreed, bill: Bill, token: str
) -> IssuedInvoice:
    """Number, post, freeze and print an invoice; the caller holds the order.

    The period is held first, then the ledger's end: so numbers have no gap, and a close is
    wholly before or after.
    """
    open_period = periods.lock_for_sales(work.connection, setup.first_period)
    ledger.lock(work.connection)
    place = store.last_invoice(work.connection) + 1
    invoice = shown_of(work, setup, order, agreed, bill, f"I-{place:06d}")
    entry = entry_of_invoice(invoice, order.organization)
    if entry is None:
        raise RefusedError("there is nothing to be invoiced")
    numbers = ledger.post(work.connection, open_period, work.today, [entry])
    content, fingerprint = frozen(invoice)
    row = InvoiceRow(
        place,
        invoice.number,
        order.id,
        order.organization,
        bill.kind,
        bill.of.row.id if bill.of else None,
        invoice.currency,
        invoice.total,
        invoice.deposit_applied,
        invoice.dated,
        invoice.due,
        content,
        fingerprint,
        numbers[0],
        token,
    )
    store.add_invoice(work.connection, row)
    for file in FILES:
        paper_of(work, invoice, file)
    return IssuedInvoice(row, invoice)


def shown_of(
    work: Work, setup: Setup, order: Order, agreed: Agreed, bill: Bill, number: str
) -> InvoiceShown:
    """What an invoice says if it is issued today."""
    quote = agreed.quote
    total = sum(line.amount for line in bill.lines)
    due = work.today + timedelta(days=bill.net_days)
    return InvoiceShown(
        number=number,
        kind=bill.kind,
        dated=work.today,
        due=due,
        publisher=setup.publisher_on(work.today),
        organization=party_of_order(setup, order, agreed),
        order=order.number,
        po_number=order.po_number,
        goods=goods_of(setup, order, quote.goods),
        currency=quote.currency,
        lines=bill.lines,
        total=total,
        deposit_applied=bill.deposit_applied,
        balance=total - bill.deposit_applied,
        of_number=bill.of.row.number if bill.of else "",
        tax_note=bill.tax_note,
        terms=_terms(agreed, bill),
        note=bill.note,
        pay_to=_pay_to(work, setup, bill, quote.currency, total - bill.deposit_applied),
        of_lines=bill.of_lines,
    )


def _pay_to(
    work: Work, setup: Setup, bill: Bill, currency: str, balance: int
) -> PaymentDetails | None:
    if bill.kind == InvoiceKind.CREDIT or balance <= 0:
        return None
    return payment_on(setup.payment_details.values(), work.today, currency)


def _terms(agreed: Agreed, bill: Bill) -> tuple[str, ...]:
    if bill.kind == InvoiceKind.CREDIT:
        return ()
    if bill.kind == InvoiceKind.DEPOSIT:
        share = percent(agreed.version.deposit)
        return (f"Deposit of {share}, due at once. Work begins when it is paid.",)
    return (
        f"Payable within {counted(bill.net_days, 'day')}. Please name the number of the invoice.",
    )


def earlier_of(work: Work, order: Order, token: str) -> IssuedInvoice | None:
    """What was issued with a form's token already.

    Raises:
        RefusedError: there is no token, or it came with another order.
    """
    if not token or len(token) > _LONGEST_TOKEN:
        raise RefusedError("the form has no token: open it again")
    row = store.invoice_by_token(work.connection, token)
    if row is not None and row.order_id != order.id:
        raise RefusedError("this form was sent for another order: open it again")
    return IssuedInvoice(row, invoice_shown(row)) if row else None


def event_detail(issued: IssuedInvoice) -> dict[str, object]:
    """An invoice's facts in the history and in e-mails."""
    invoice = issued.shown
    return {
        "invoice": invoice.number,
        "currency": invoice.currency,
        "total": invoice.total,
        "balance": invoice.balance,
        "due_on": invoice.due,
    }


def pay_words(invoice: InvoiceShown) -> str:
    """How an invoice is paid, as e-mails say it; empty where it does not say."""
    if invoice.pay_to is None:
        return ""
    lines = [f"{label}: {words}" for label, words in invoice.pay_to.pairs(invoice.number)]
    return "\n".join([*lines, *filter(None, [invoice.pay_to.note])])


def paper_of(work: Work, invoice: InvoiceShown, file: str) -> Paper:
    """The file of an invoice that was issued, ``pdf`` or ``xlsx``."""
    makers: dict[str, Callable[[InvoiceShown, bytes], bytes]] = {
        "pdf": report.pdf,
        "xlsx": report.workbook,
    }
    return paper(
        work,
        PaperKind.INVOICE,
        invoice.number,
        file,
        lambda: makers[file](invoice, logo_on(work, invoice.dated)),
    )

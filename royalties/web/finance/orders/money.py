"""An order's money: what was quoted, invoiced, received and credited, and what is still owed."""

from collections.abc import Sequence
from datetime import date

from flask import abort, render_template, request, url_for
from markupsafe import Markup

from royalties.domain.money import NotAnAmountError
from royalties.domain.orders.life import Action, Side, State, find
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import InvoiceShown
from royalties.domain.people import FINANCE, Verb
from royalties.domain.terms.payment_details import PaymentDetails, payment_on
from royalties.services.books import setup_in_force
from royalties.services.orders import preconditions
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.billing.issuing import issued_of
from royalties.services.orders.billing.receivables import OpenInvoice, ReceiptRow
from royalties.services.orders.billing.settling import Owed
from royalties.services.orders.life import Order
from royalties.services.orders.quoting.terms import agreed_of
from royalties.services.work import RefusedError
from royalties.web.core.formats import money
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.forms.numbers import as_minor
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("order_money", __name__, "/finance/orders", FINANCE)


@PAGES.get("/<number>/money", endpoint="money")
def money_page(number: str) -> Answer:
    """An order's invoices and receipts."""
    return _money_page(number)


@PAGES.post("/<number>/invoice-deposit")
def invoice_deposit(number: str) -> Answer:
    """Invoice the deposit."""

    def do() -> str:
        form = forms.OrderForm()
        issued = invoicing.invoice_deposit(
            current_work(), number, version=form.version.number, token=form.token.data
        )
        return f"Invoice {issued.row.number} is issued, and the organization is told."

    return _do_or_show(number, do)


@PAGES.post("/<number>/invoice")
def invoice(number: str) -> Answer:
    """Issue the final invoice."""

    def do() -> str:
        form = forms.InvoiceForm()
        issued = invoicing.invoice(
            current_work(),
            number,
            version=form.version.number,
            token=form.token.data,
            seen=form.seen.number,
            proofs=form.charged,
        )
        return f"Invoice {issued.row.number} is issued, and the organization is told."

    return _do_or_show(number, do)


@PAGES.post("/<number>/invoice-cancellation")
def invoice_cancellation(number: str) -> Answer:
    """Invoice what a cancelled order owes."""

    def do() -> str:
        form = forms.OrderForm()
        issued = invoicing.invoice_cancellation(
            current_work(), number, version=form.version.number, token=form.token.data
        )
        return f"Invoice {issued.row.number} is issued."

    return _do_or_show(number, do)


@PAGES.post("/<number>/receive")
def receive(number: str) -> Answer:
    """Record money that came in for one of the order's invoices."""

    def do() -> str:
        row, amount, day, reference, token = _money_sent(number, forms.ReceiptForm())
        if receivables.wants_second_person(current_work()):
            receivables.prepare_receipt(current_work(), row.number, amount, day, reference, token)
            return (
                f"Recorded, not confirmed: the money counts for {row.number} once another manager "
                "has found it on the bank's statement."
            )
        receipt = receivables.receive(current_work(), row.number, amount, day, reference, token)
        return f"Receipt {receipt.id} is recorded for {row.number}."

    return _do_or_show(number, do)


@PAGES.post("/<number>/pay-back")
def pay_back(number: str) -> Answer:
    """Record that what was paid too much was paid back."""

    def do() -> str:
        row, amount, day, reference, token = _money_sent(number, forms.PayBackForm())
        if receivables.wants_second_person(current_work()):
            receivables.prepare_pay_back(current_work(), row.number, amount, day, reference, token)
            return (
                f"Recorded, not confirmed: it counts for {row.number} once another manager has "
                "found it on the bank's statement."
            )
        receivables.pay_back(current_work(), row.number, amount, day, reference, token)
        return f"It is recorded that {row.number} was paid back."

    return _do_or_show(number, do)


@PAGES.get("/<number>/receipts/<int:receipt>/reverse")
def ask_reverse(number: str, receipt: int) -> Answer:
    """What reversing a receipt does, before it is done."""
    return _ask_reverse(number, receipt)


@PAGES.post("/<number>/receipts/<int:receipt>/reverse")
def reverse(number: str, receipt: int) -> Answer:
    """Take a receipt back that was recorded wrongly."""
    _find_receipt(number, receipt)

    def do() -> str:
        reversal = receivables.reverse_receipt(
            current_work(), receipt, forms.ReverseForm().reason.data
        )
        return f"Receipt {receipt} is reversed by receipt {reversal.id}; both stay."

    return order_forms.do_or_show(
        do,
        url_for(".money", number=number, _anchor="receipts"),
        lambda refused: _ask_reverse(number, receipt, refused),
    )


def _ask_reverse(number: str, receipt: int, refused: str = "") -> str:
    current_work().actor.require(Verb.CREDIT)
    row = _find_receipt(number, receipt)
    listed = receivables.balances(current_work(), number)
    of = next(each for each in listed if each.id == row.invoice_id)
    return render_template(
        "finance/orders/reverse.html",
        order=order_page.find_order(number),
        receipt=row,
        of=of,
        left=of.balance + row.amount,
        refused=refused,
        form=forms.ReverseForm(),
    )


def _find_receipt(number: str, receipt: int) -> ReceiptRow:
    listed = receivables.receipts(current_work(), order_page.find_order(number))
    row = next((row for row in listed if row.id == receipt), None)
    if row is None:
        abort(404)
    return row


def _money_sent(number: str, form: forms.ReceiptForm) -> tuple[OpenInvoice, int, date, str, str]:
    """What a form says: the invoice, the amount, the day, the bank's reference, the token."""
    listed = receivables.balances(current_work(), number)
    row = next((each for each in listed if each.number == form.invoice.data), None)
    if row is None:
        raise RefusedError("choose one of the order's invoices")
    day = form.received_on.day
    try:
        amount = as_minor(form.amount.data, row.currency)
    except NotAnAmountError as error:
        raise RefusedError(str(error)) from None
    return row, amount, day, form.reference.data, form.token.data


def _receipt_form(
    form: forms.ReceiptForm, open_: Sequence[OpenInvoice], today: date
) -> forms.ReceiptForm | None:
    """The form of a receipt for some invoices; none where there is none."""
    if not open_:
        return None
    form.invoice.offer(
        [
            (
                invoice.number,
                Markup("{} ({} {} left)").format(
                    invoice.number, money(invoice.balance, invoice.currency), invoice.currency
                ),
            )
            for invoice in open_
        ]
    )
    first = next((invoice for invoice in open_ if invoice.balance), open_[0])
    form.invoice.data = form.invoice.data or first.number
    form.received_on.data = form.received_on.data or today.isoformat()
    return form


def _money_page(number: str, refused: str = "") -> str:
    work = current_work()
    order = order_page.find_order(number)
    balances = receivables.balances_of(work, order)
    received = receivables.receipts(work, order)
    charged = forms.InvoiceForm(request.values)
    proofs = charged.charged
    draft, problem, further = _draft(order, proofs)
    charged.proofs.data = charged.proofs.data or str(further)
    too_much = (
        [balance for balance in balances if balance.balance < 0]
        if work.actor.may(Verb.CREDIT)
        else []
    )
    return order_page.page(
        "money.html",
        order,
        "money",
        refused=refused,
        issued=issued_of(work, order),
        balances={balance.number: balance for balance in balances},
        receipts=received,
        reversed_by={
            receipt.reverses_id: receipt.id for receipt in received if receipt.reverses_id
        },
        unconfirmed=receivables.unconfirmed(work, number),
        wants_second=receivables.wants_second_person(work),
        numbers={balance.id: balance.number for balance in balances},
        draft=draft,
        further=further,
        proofs=proofs,
        problem=problem,
        owed=_owed(order),
        may_deposit=_may(Action.INVOICE_DEPOSIT, order)
        and not any(balance.kind == InvoiceKind.DEPOSIT for balance in balances),
        may_invoice=_may(Action.INVOICE, order),
        may_cancelled=not any(balance.kind == InvoiceKind.CANCELLATION for balance in balances),
        may_receive=_may(Action.RECEIVE, order) and bool(balances),
        charged=charged,
        received=_receipt_form(forms.ReceiptForm(), balances, work.today),
        paid_back=_receipt_form(forms.PayBackForm({}), too_much, work.today),
        pays=_pays(order),
        token=order_forms.new_token(),
    )


def _pays(order: Order) -> PaymentDetails | None:
    """What an invoice of today would say of how it is paid."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    if setup is None:
        return None
    prices = preconditions.price_list_for(setup, order.title)
    currency = prices.currency if prices else setup.publisher.currency
    return payment_on(setup.payment_details.values(), work.today, currency)


def _owed(order: Order) -> Owed | None:
    """What a cancelled order owes."""
    if order.state is not State.CANCELLED or order.quote_version is None:
        return None
    work = current_work()
    agreed = agreed_of(work, setup_in_force(work), order)
    return Owed(invoicing.owed_of_cancelled(work, order), agreed.quote.currency)


def _draft(order: Order, proofs: int | None) -> tuple[InvoiceShown | None, str, int]:
    """The final invoice as it would be, or why there is none; and how many proofs it may charge."""
    if not _may(Action.INVOICE, order):
        return None, "", 0
    try:
        preview = invoicing.preview(current_work(), order, proofs)
    except RefusedError as error:
        further = 0 if proofs is None else _draft(order, None)[2]
        return None, in_names(error), further
    return preview.shown, "", preview.further


def _may(action: Action, order: Order) -> bool:
    return find(action, Side.STAFF, order.state, order.kind) is not None


def _do_or_show(number: str, do: order_forms.Do) -> Answer:
    order_page.find_order(number)
    return order_forms.do_or_show(
        do, url_for(".money", number=number), lambda refused: _money_page(number, refused)
    )

"""An order's money: what was quoted, invoiced, received and credited, and what is still owed."""

from datetime import date

from flask import abort, render_template, request, url_for

from royalties.domain.money import NotAnAmountError
from royalties.domain.orders.life import Action, Side, State, find
from royalties.domain.orders.papers import InvoiceShown
from royalties.domain.people import FINANCE, Verb
from royalties.domain.terms.payment_details import PaymentDetails, payment_on
from royalties.services.books import setup_in_force
from royalties.services.orders import preconditions as needs
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.billing.cancelling import Owed
from royalties.services.orders.billing.issuing import issued_of
from royalties.services.orders.billing.receivables import Open, ReceiptRow
from royalties.services.orders.life import Order
from royalties.services.orders.quoting.agreed import agreed_of
from royalties.services.work import RefusedError
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.forms.numbers import as_minor
from royalties.web.ordering import fields as order_forms

PAGES = Pages("order_money", __name__, "/finance/orders", FINANCE)


@PAGES.get("/<number>/money", endpoint="money")
def money_page(number: str) -> Answer:
    """How an order's money stands."""
    return _page(number)


@PAGES.post("/<number>/invoice-deposit")
def invoice_deposit(number: str) -> Answer:
    """Invoice the deposit."""

    def do() -> str:
        made = invoicing.invoice_deposit(
            current_work(), number, version=order_forms.version_sent(), token=_token()
        )
        return f"Invoice {made.row.number} is issued, and the organization is told."

    return _tried(number, do)


@PAGES.post("/<number>/invoice")
def invoice(number: str) -> Answer:
    """Issue the final invoice."""

    def do() -> str:
        made = invoicing.invoice(
            current_work(),
            number,
            version=order_forms.version_sent(),
            token=_token(),
            seen=_seen(),
            proofs=_proofs(request.form.get("proofs", "")),
        )
        return f"Invoice {made.row.number} is issued, and the organization is told."

    return _tried(number, do)


@PAGES.post("/<number>/invoice-cancellation")
def invoice_cancellation(number: str) -> Answer:
    """Invoice what a cancelled order owes."""

    def do() -> str:
        made = invoicing.invoice_cancellation(
            current_work(), number, version=order_forms.version_sent(), token=_token()
        )
        return f"Invoice {made.row.number} is issued."

    return _tried(number, do)


@PAGES.post("/<number>/receive")
def receive(number: str) -> Answer:
    """Record money that came in for one of the order's invoices."""

    def do() -> str:
        row, amount, day, reference = _money_sent(number)
        if receivables.wants_second_person(current_work()):
            receivables.prepare_receipt(
                current_work(), row.number, amount, day, reference, _token()
            )
            return (
                f"Recorded, not confirmed: the money counts for {row.number} once another manager "
                "has found it on the bank's statement."
            )
        made = receivables.receive(current_work(), row.number, amount, day, reference, _token())
        return f"Receipt {made.id} is recorded for {row.number}."

    return _tried(number, do)


@PAGES.post("/<number>/pay-back")
def pay_back(number: str) -> Answer:
    """Record that what was paid too much was paid back."""

    def do() -> str:
        row, amount, day, reference = _money_sent(number)
        if receivables.wants_second_person(current_work()):
            receivables.prepare_pay_back(
                current_work(), row.number, amount, day, reference, _token()
            )
            return (
                f"Recorded, not confirmed: it counts for {row.number} once another manager has "
                "found it on the bank's statement."
            )
        receivables.pay_back(current_work(), row.number, amount, day, reference, _token())
        return f"It is recorded that {row.number} was paid back."

    return _tried(number, do)


@PAGES.get("/<number>/receipts/<int:receipt>/reverse")
def ask_reverse(number: str, receipt: int) -> Answer:
    """What reversing a receipt does, before it is done."""
    return _ask_reverse(number, receipt)


@PAGES.post("/<number>/receipts/<int:receipt>/reverse")
def reverse(number: str, receipt: int) -> Answer:
    """Take a receipt back that was recorded wrongly."""
    _receipt(number, receipt)

    def do() -> str:
        made = receivables.reverse_receipt(
            current_work(), receipt, order_forms.text_sent("reason", 501)
        )
        return f"Receipt {receipt} is reversed by receipt {made.id}; both stay."

    return order_forms.tried(
        do,
        url_for(".money", number=number, _anchor="receipts"),
        lambda refused: _ask_reverse(number, receipt, refused),
    )


def _ask_reverse(number: str, receipt: int, refused: str = "") -> str:
    current_work().actor.require(Verb.CREDIT)
    row = _receipt(number, receipt)
    listed = receivables.balances(current_work(), number)
    of = next(each for each in listed if each.id == row.invoice_id)
    return render_template(
        "finance/orders/reverse.html",
        order=order_page.found(number),
        receipt=row,
        of=of,
        left=of.balance + row.amount,
        refused=refused,
        typed=request.form,
    )


def _receipt(number: str, receipt: int) -> ReceiptRow:
    listed = receivables.receipts(current_work(), order_page.found(number))
    found = next((each for each in listed if each.id == receipt), None)
    if found is None:
        abort(404)
    return found


def _token() -> str:
    return order_forms.text_sent("token", 65)


def _seen() -> int:
    """The total that the page showed; another one is refused."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1  # noqa: PLR2004


def _proofs(text: str) -> int | None:
    """How many further proofs are charged; None: all of them, and one too many if it is none."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1  # noqa: PLR2004


def _money_sent(number: str) -> tuple[Open, int, date, str]:
    """What a form says of money: the invoice, the amount, the day and the bank's reference."""
    row = _invoice_sent(number)
    day = order_forms.day_sent("received_on")
    return row, _amount_sent(row), day, order_forms.text_sent("reference", 101)


def _invoice_sent(number: str) -> Open:
    asked = order_forms.text_sent("invoice", 20)
    listed = receivables.balances(current_work(), number)
    found = next((each for each in listed if each.number == asked), None)
    if found is None:
        raise RefusedError("choose one of the order's invoices")
    return found


def _amount_sent(row: Open) -> int:
    text = order_forms.text_sent("amount", 30)
    try:
        return as_minor(text, row.currency)
    except NotAnAmountError as error:
        raise RefusedError(str(error)) from None


def _page(number: str, refused: str = "") -> str:
    work = current_work()
    found = order_page.found(number)
    balances = receivables.balances_of(work, found)
    received = receivables.receipts(work, found)
    proofs = _proofs(request.values.get("proofs", ""))
    draft, problem, further = _draft(found, proofs)
    return order_page.page(
        "money.html",
        found,
        "money",
        refused=refused,
        issued=issued_of(work, found),
        balances={each.number: each for each in balances},
        receipts=received,
        reversed_by={each.reverses_id: each.id for each in received if each.reverses_id},
        unconfirmed=receivables.unconfirmed(work, number),
        wants_second=receivables.wants_second_person(work),
        numbers={each.id: each.number for each in balances},
        draft=draft,
        further=further,
        proofs=proofs,
        problem=problem,
        owed=_owed(found),
        may_deposit=_may(Action.INVOICE_DEPOSIT, found)
        and not any(each.kind == "deposit" for each in balances),
        may_invoice=_may(Action.INVOICE, found),
        may_cancelled=not any(each.kind == "cancellation" for each in balances),
        may_receive=_may(Action.RECEIVE, found) and bool(balances),
        too_much=[each for each in balances if each.balance < 0]
        if work.actor.may(Verb.CREDIT)
        else [],
        pays=_pays(found),
        token=order_forms.new_token(),
    )


def _pays(order: Order) -> PaymentDetails | None:
    """What an invoice of today would say of how it is paid."""
    work = current_work()
    setup = needs.setup_or_none(work)
    if setup is None:
        return None
    prices = needs.price_list_for(setup, order.title)
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
        found = invoicing.preview(current_work(), order, proofs)
    except RefusedError as error:
        further = 0 if proofs is None else _draft(order, None)[2]
        return None, str(error), further
    return found.shown, "", found.further


def _may(action: Action, order: Order) -> bool:
    return find(action, Side.STAFF, order.state, order.kind) is not None


def _tried(number: str, do: order_forms.Do) -> Answer:
    order_page.found(number)
    return order_forms.tried(
        do, url_for(".money", number=number), lambda refused: _page(number, refused)
    )

"""Invoices of all orders: list, page, credit notes, what is overdue, statements of account."""

from collections.abc import Mapping

from flask import Response, abort, render_template, request, url_for

from royalties.domain.money import NotAnAmountError, amount_text
from royalties.domain.people import FINANCE
from royalties.services.orders.billing import crediting, invoicing, receivables
from royalties.services.orders.billing.invoicing import IssuedInvoice
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work, read_only
from royalties.web.finance.orders import order as order_page
from royalties.web.forms.fields import EntryField
from royalties.web.forms.numbers import as_minor, as_typed
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("invoices", __name__, "/finance/invoices", FINANCE)

_MOST_PAGES = 100_000
AGES = ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")
"""The columns of the aging list, by days overdue."""


@PAGES.get("")
def invoices() -> Answer:
    """Invoices and credit notes, the newest first."""
    work = current_work()
    status = request.args.get("status", "")
    chosen = {
        "organization": request.args.get("organization", "")[:100],
        "status": status if status in receivables.INVOICE_STATUSES else "",
    }
    page = min(number_in_query("page", 1), _MOST_PAGES)
    listed = receivables.invoice_page(work, **chosen, page=page)
    return render_template(
        "finance/orders/invoices.html",
        invoices=listed[: receivables.INVOICES_ON_A_PAGE],
        has_more=len(listed) > receivables.INVOICES_ON_A_PAGE,
        chosen=chosen,
        page=page,
        organizations=order_page.organization_names(),
        unconfirmed={receipt.invoice for receipt in receivables.unconfirmed(work)},
        today=work.today,
    )


@PAGES.get("/<number>")
def invoice(number: str) -> Answer:
    """An invoice or credit note as it was issued, and what is left of it."""
    return _invoice_page(_find_invoice(number))


@PAGES.get("/<number>/<any(pdf, xlsx):file>")
def paper(number: str, file: str) -> Response:
    """An invoice or credit note as a file."""
    _find_invoice(number)
    document = invoicing.invoice_paper(current_work(), number, file)
    return download(document.name, document.data)


@PAGES.post("/<number>/credit")
def credit(number: str) -> Answer:
    """Write a credit note on an invoice, all of it or by line."""
    invoice = _find_invoice(number)

    def do() -> str:
        form = _credit_form(invoice)
        credit_note = crediting.credit_note(
            current_work(),
            number,
            reason=form.reason.data,
            token=form.token.data,
            amounts=_amounts_sent(invoice, form),
        )
        return (
            f"Credit note {credit_note.row.number} is issued; what the copies brought is taken "
            f"back."
        )

    return order_forms.do_or_show(
        do,
        url_for(".invoice", number=number),
        lambda refused: _invoice_page(_find_invoice(number), refused),
    )


@PAGES.post("/<number>/credit/preview")
@read_only
def preview_credit(number: str) -> Answer:
    """What a credit note by line would come to, with its tax; nothing is saved."""
    invoice = _find_invoice(number)
    try:
        amounts = _amounts_sent(invoice, _credit_form(invoice))
    except RefusedError as error:
        return _invoice_page(invoice, in_names(error)), 422
    return _invoice_page(invoice, drawn=amounts)


@PAGES.get("/overdue/aging")
def aging() -> Answer:
    """What each organization owes, by how long it is overdue."""
    work = current_work()
    aged = receivables.aging(work, work.today)
    totals: dict[str, list[int]] = {}
    for row in aged:
        sums = [*row.sums, row.credit, row.total]
        before = totals.get(row.currency, [0] * len(sums))
        totals[row.currency] = [so_far + more for so_far, more in zip(before, sums, strict=True)]
    return render_template(
        "finance/orders/aging.html",
        aged=aged,
        totals=totals,
        ages=AGES,
        organizations=order_page.organization_names(),
        unconfirmed=receivables.unconfirmed(work),
        today=work.today,
    )


@PAGES.get("/overdue/reminders")
def reminders() -> Answer:
    """Overdue invoices, and when somebody was reminded of each."""
    return _reminders()


@PAGES.post("/<number>/remind")
def remind(number: str) -> Answer:
    """Remind of an overdue invoice by e-mail."""
    _find_invoice(number)

    def do() -> str:
        overdue = receivables.remind(current_work(), number)
        return f"{overdue.invoice.contact_email} is reminded of {number}."

    return order_forms.do_or_show(do, url_for(".reminders"), _reminders)


def _reminders(refused: str = "") -> str:
    work = current_work()
    return render_template(
        "finance/orders/reminders.html",
        overdue=receivables.reminders(work),
        organizations=order_page.organization_names(),
        today=work.today,
        day_of=work.day_of,
        refused=refused,
    )


def _find_invoice(number: str) -> IssuedInvoice:
    invoice = invoicing.invoice_of(current_work(), number)
    if invoice is None:
        abort(404)
    return invoice


def _invoice_page(
    invoice: IssuedInvoice, refused: str = "", drawn: Mapping[int, int] | None = None
) -> str:
    """An invoice's page; ``drawn`` is what would be credited of its lines, by place."""
    work = current_work()
    row = invoice.row
    order = invoice.shown.order
    every = invoicing.invoices(work, order)
    received = receivables.receipts(work, order_page.find_order(order))
    credits_ = [issued for issued in every if issued.row.of_id == row.id]
    balance = next(
        (claim for claim in receivables.balances(work, order) if claim.id == row.id), None
    )
    form = _credit_form(invoice)
    for place, minor in (drawn or {}).items():
        field = form[f"line_{place}"]
        field.data = field.data or as_typed(amount_text(minor, invoice.shown.currency))
    return render_template(
        "finance/orders/invoice.html",
        row=row,
        shown=invoice.shown,
        refused=refused,
        form=form,
        drawn=drawn,
        credits=credits_,
        left=crediting.left_of(invoice.shown, [note.shown for note in credits_]),
        balance=balance,
        receipts=[receipt for receipt in received if receipt.invoice_id == row.id],
        unconfirmed=[
            receipt
            for receipt in receivables.unconfirmed(work, order)
            if receipt.invoice == row.number
        ],
        token=order_forms.new_token(),
        today=work.today,
    )


def _credit_form(invoice: IssuedInvoice) -> forms.CreditForm:
    """The form of a credit note, with a field for each line of its invoice."""
    lines = {
        f"line_{place}": EntryField(
            line.words, name=f"line-{place}", longest=30, render_kw={"inputmode": "decimal"}
        )
        for place, line in enumerate(invoice.shown.lines, 1)
    }
    form: forms.CreditForm = type("CreditForm", (forms.CreditForm,), lines)()
    return form


def _amounts_sent(invoice: IssuedInvoice, form: forms.CreditForm) -> dict[int, int] | None:
    """How much of which line is credited; None: all that is left."""
    if form.what.data != "lines":
        return None
    amounts: dict[int, int] = {}
    for place, line in enumerate(invoice.shown.lines, 1):
        text = form[f"line_{place}"].data
        if not text:
            continue
        try:
            amounts[place] = as_minor(text, invoice.shown.currency)
        except NotAnAmountError as error:
            raise RefusedError(f"{line.words}: {error}") from None
    return crediting.with_tax(current_work(), invoice.row.number, amounts)

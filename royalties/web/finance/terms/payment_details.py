"""How the house is paid: what invoices say of it, from which day on, and who changed it."""

from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.terms.payment_details import payment_on
from royalties.ingest.setup.orders import PaymentDetails
from royalties.services.books import setup_in_force
from royalties.services.orders.preconditions import setup_or_none
from royalties.services.terms import amending as terms
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.editing import PAGES, AmendForm, answer_form, form_page
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.model_fields import fields_of, key_field
from royalties.web.forms.numbers import as_read

_PART = "payment_details"

_of = fields_of(PaymentDetails)


class PaymentForm(EntryForm):
    """How the house is paid, from a day on."""

    key = key_field(PaymentDetails, "usd-2026")
    from_ = _of("from", name="from", hint=True, short=True, needed=False)
    currency = _of(
        "currency", hint="Three letters, such as USD: only invoices in it. Blank: any.", short=True
    )
    payee = _of("payee", hint=True)
    address = _of("address", hint="One line each.")
    payer_note = _of("note", hint=True)
    bank = _of("bank")
    routing = _of("routing", hint=True, short=True)
    account = _of("account")
    iban = _of("iban")
    bic = _of("bic", short=True)

    by_bank = ("bank", "routing", "account", "iban", "bic")
    """The rest, beside when and to whom."""


@PAGES.get("/payment-details")
def payment_details() -> str:
    """Every version, the newest first, and what each was before."""
    work = current_work()
    setup = setup_or_none(work)
    known = setup.payment_details if setup else {}
    holds = {
        in_force.key
        for currency in {details.currency for details in known.values()}
        if (in_force := payment_on(known.values(), work.today, currency)) is not None
    }
    return render_template(
        "finance/terms/payment_details.html",
        details=sorted(
            known.values(), key=lambda details: (details.starts, details.key), reverse=True
        ),
        holds=holds,
        today=work.today,
    )


@PAGES.route("/payment-details/<key>/amend", methods=["GET", "POST"])
@proven()
def amend_payment_details(key: str) -> Answer:
    """The form of payment details; sent, they are put before a second person."""
    now = terms.find_entry(current_work(), _PART, key)
    if now is None:
        abort(404)
    if request.method == "POST":
        return answer_form(AmendForm.typed(_PART, key, PaymentForm, now.body), _form_page, _onward)
    return _form_page(AmendForm.shown(_PART, PaymentForm, now, {}))


@PAGES.route("/new-payment-details", methods=["GET", "POST"])
@proven()
def new_payment_details() -> Answer:
    """An empty form; sent, the details are put before a second person."""
    if request.method == "POST":
        return answer_form(AmendForm.typed(_PART, "", PaymentForm, None), _form_page, _onward)
    publisher = setup_in_force(current_work()).publisher
    start = {
        "from": current_work().today.isoformat(),
        "payee": publisher.name,
        "address": list(publisher.address),
    }
    return _form_page(AmendForm.shown(_PART, PaymentForm, None, start))


def _form_page(sheet: AmendForm) -> str:
    key: dict[str, Any] = {} if sheet.is_new else {"key": sheet.key}
    verb = "new" if sheet.is_new else "amend"
    return form_page(
        "finance/terms/payment_details_form.html",
        sheet,
        history=[] if sheet.is_new else terms.history(current_work(), _PART, sheet.key, as_read),
        save_at=url_for(f"terms.{verb}_payment_details", **key),
    )


def _onward(_sheet: AmendForm, _saved: terms.Saved) -> str:
    return url_for("terms.payment_details")

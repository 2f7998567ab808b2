"""The house's banks: which file each takes, and who changed what the file says of the house."""

from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.payments.accounts import masked
from royalties.ingest.setup.banks import Bank
from royalties.services.books import setup_in_force
from royalties.services.orders.preconditions import setup_or_none
from royalties.services.terms import amending as terms
from royalties.web.account.proving import proven
from royalties.web.core.formats import BANK_FILES, CHARGES
from royalties.web.core.pages import Answer
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.editing import PAGES, AmendForm, answer_form, form_page
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.model_fields import fields_of, key_field
from royalties.web.forms.numbers import as_read

_PART = "banks"

_of = fields_of(Bank)


class BankForm(EntryForm):
    """A bank of the house, and the file that it takes."""

    key = key_field(Bank, "checking-usd")
    bank_name = _of("name", hint="A NACHA file names it, in up to 23 letters.")
    format = _of("format", kind=Selection, options=list(BANK_FILES.items()))
    holder = _of("holder", hint=True)
    retired = _of("retired", hint=True, short=True)
    routing = _of("routing", hint=True, short=True)
    account = _of("account", hint=True)
    account_type = _of(
        "account_type",
        kind=Selection,
        options=[("", "Checking"), ("savings", "Savings")],
        needed=False,
    )
    company_id = _of("company_id", hint=True, short=True)
    origin = _of("origin", hint=True, short=True)
    payees_read = _of("description", hint="Up to ten letters. Blank: ROYALTIES.", short=True)
    offset = _of("offset", hint=True)
    iban = _of("iban", hint="Of the account that pays; or its numbers, at a U.S. bank.")
    bic = _of("bic", hint=True, short=True)
    currency = _of("currency", hint="Three letters, such as EUR.", short=True)
    sepa = _of("sepa", hint=True)
    charges = _of(
        "charges",
        kind=Selection,
        options=[("", "Shared"), *((key, each) for key, each in CHARGES.items() if key != "SHAR")],
        needed=False,
    )
    town = _of("town", hint=True)
    country = _of("country", hint=True, short=True)

    of_all = ("bank_name", "format", "holder", "retired")
    of_ach = ("routing", "account", "account_type", "company_id", "origin", "payees_read", "offset")
    of_iso = ("iban", "bic", "currency", "sepa", "charges", "town", "country")


@PAGES.get("/banks")
def banks() -> str:
    """Every bank, those that are not offered any more last."""
    work = current_work()
    setup = setup_or_none(work)
    known = setup.banks.values() if setup else ()
    return render_template(
        "finance/terms/banks.html",
        banks=sorted(known, key=lambda bank: (bank.retired is not None, bank.name)),
        files=BANK_FILES,
        masked=masked,
        today=work.today,
    )


@PAGES.route("/banks/<key>/amend", methods=["GET", "POST"])
@proven()
def amend_bank(key: str) -> Answer:
    """The form of a bank; sent, it is put before a second person."""
    now = terms.find_entry(current_work(), _PART, key)
    if now is None:
        abort(404)
    if request.method == "POST":
        return answer_form(AmendForm.typed(_PART, key, BankForm, now.body), _form_page, _onward)
    return _form_page(AmendForm.shown(_PART, BankForm, now, {}))


@PAGES.route("/new-bank", methods=["GET", "POST"])
@proven()
def new_bank() -> Answer:
    """An empty form; sent, the bank is put before a second person."""
    if request.method == "POST":
        return answer_form(AmendForm.typed(_PART, "", BankForm, None), _form_page, _onward)
    start = {"holder": setup_in_force(current_work()).publisher.name}
    return _form_page(AmendForm.shown(_PART, BankForm, None, start))


def _form_page(sheet: AmendForm) -> str:
    key: dict[str, Any] = {} if sheet.is_new else {"key": sheet.key}
    verb = "new" if sheet.is_new else "amend"
    return form_page(
        "finance/terms/bank_form.html",
        sheet,
        history=[] if sheet.is_new else terms.history(current_work(), _PART, sheet.key, as_read),
        save_at=url_for(f"terms.{verb}_bank", **key),
    )


def _onward(_sheet: AmendForm, _saved: terms.Saved) -> str:
    return url_for("terms.banks")

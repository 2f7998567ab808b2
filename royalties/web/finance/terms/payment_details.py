"""How the house is paid: what invoices say of it, from which day on, and who changed it."""

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.terms.payment_details import payment_on
from royalties.services.books import setup_in_force
from royalties.services.orders.preconditions import setup_or_none
from royalties.services.terms import amending as terms
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.editing import (
    PAGES,
    AmendForm,
    form_page,
    key_cell,
    sent,
    sheet_of_form,
)
from royalties.web.finance.terms.row_forms import (
    Cell,
    CellKind,
    Row,
    RowTable,
    as_before,
    shown,
    written,
)
from royalties.web.finance.terms.typed_numbers import as_typed

_PART = "payment_details"

PAYMENT = RowTable(
    "payment",
    "payment details",
    (
        Cell(
            "from", "From", kind=CellKind.DAY, hint="Invoices say it from this day on.", short=True
        ),
        Cell(
            "currency",
            "Currency",
            hint="Three letters, such as USD: only invoices in it. Blank: any.",
            short=True,
        ),
        Cell("payee", "Payee", hint="In whose name the account is.", required=True),
        Cell("bank", "Bank"),
        Cell("routing", "Routing number", hint="Nine digits, of a U.S. bank.", short=True),
        Cell("account", "Account number"),
        Cell("iban", "IBAN"),
        Cell("bic", "BIC (SWIFT)", short=True),
        Cell("address", "Checks are sent to", kind=CellKind.LINES, hint="One line each."),
        Cell("payer_note", "Note", at="note", hint="What else a payer must know."),
    ),
)


@PAGES.get("/payment-details")
def payment_details() -> str:
    """Every version, the newest first, and what was said of each before."""
    work = current_work()
    setup = setup_or_none(work)
    known = setup.payment_details if setup else {}
    holds = {
        found.key
        for currency in {each.currency for each in known.values()}
        if (found := payment_on(known.values(), work.today, currency)) is not None
    }
    return render_template(
        "finance/terms/payment_details.html",
        details=sorted(known.values(), key=lambda each: (each.starts, each.key), reverse=True),
        holds=holds,
        waiting={each.subject.partition(" ")[2]: each for each in terms.waiting_in(work, _PART)},
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
        sheet = sheet_of_form(_PART, key, PAYMENT, now.body, f"{_PART}[0].")
        return sent(sheet, _write, _page, _onward)
    return _page(AmendForm(_PART, key, PAYMENT, _shown(now.body), now.body, now.id, ""))


@PAGES.route("/new-payment-details", methods=["GET", "POST"])
@proven()
def new_payment_details() -> Answer:
    """An empty form; sent, the details are put before a second person."""
    if request.method == "POST":
        sheet = sheet_of_form(_PART, "", PAYMENT, None, f"{_PART}[0].")
        return sent(sheet, _write, _page, _onward)
    publisher = setup_in_force(current_work()).publisher
    start = {
        "from": current_work().today.isoformat(),
        "payee": publisher.name,
        "address": list(publisher.address),
    }
    return _page(AmendForm(_PART, "", PAYMENT, _shown(start), None, 0, ""))


def _shown(body: Mapping[str, Any]) -> Row:
    return {**shown(body, PAYMENT), "key": body.get("key", "")}


def _write(sheet: AmendForm) -> None:
    sheet.written = written(sheet.row, PAYMENT)
    body = {**sheet.written.body, "key": sheet.row.get("key", "")}
    sheet.written.places["key"] = "key"
    sheet.body = as_before(body, sheet.base) if sheet.base else body
    sheet.blame(sheet.written.faults)


def _page(sheet: AmendForm) -> str:
    key: dict[str, Any] = {} if sheet.is_new else {"key": sheet.key}
    verb = "new" if sheet.is_new else "amend"
    return form_page(
        "finance/terms/payment_details_form.html",
        sheet,
        key_cell=key_cell("usd-2026"),
        history=[] if sheet.is_new else terms.history(current_work(), _PART, sheet.key, as_typed),
        save_at=url_for(f"terms.{verb}_payment_details", **key),
    )


def _onward(_sheet: AmendForm, _saved: terms.Saved) -> str:
    return url_for("terms.payment_details")

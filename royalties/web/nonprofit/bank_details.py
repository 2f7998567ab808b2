"""A nonprofit's own bank details: entered and taken back here, confirmed by the publisher."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.payments.account_life import COOLING_DAYS
from royalties.domain.people import NONPROFITS
from royalties.services.payments import accounts as service
from royalties.services.payments.accounts import NoAccountError
from royalties.services.statements.portal import nonprofit, nonprofits
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.forms.account_form import KINDS, account_form

PAGES = Pages("nonprofit_bank_details", __name__, "/nonprofit", NONPROFITS)


@PAGES.get("/<key>/bank-details")
def bank_details(key: str) -> str:
    """The nonprofit's bank details, masked, and the form that enters others."""
    return _page(key)


@PAGES.post("/<key>/bank-details")
@proven()
def enter(key: str) -> Answer:
    """Enter bank details; the publisher confirms them."""
    form = account_form(request.form, "", nonprofit(current_work(), key).country)
    account = form.account()
    if account is None:
        return _page(key), 422
    return _do(
        key,
        lambda: service.enter(current_work(), key, account, form.holder.data),
        "Sent. You hear from the publisher before they count.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/withdraw")
def withdraw(key: str, number: int) -> Answer:
    """Take back bank details that are being checked."""
    nonprofit(current_work(), key)
    _require(key, number)
    return _do(key, lambda: service.withdraw(current_work(), number), "Taken back.")


def _require(key: str, number: int) -> None:
    """Answer as for what is not there where an account is another payee's."""
    account = service.find_account(current_work(), number)
    if account is None or account.beneficiary != key:
        abort(404)


def _do(key: str, do: Callable[[], object], words: str) -> Answer:
    """Do what a form asks for and go on; refused, the page comes back with what was typed."""
    try:
        with all_or_nothing():
            do()
    except NoAccountError:
        abort(404)
    except RefusedError as error:
        return _page(key, str(error)), 422
    flash(words, "good")
    return redirect(url_for(".bank_details", key=key), 303)


def _page(key: str, refused: str = "") -> str:
    work = current_work()
    chosen = nonprofit(work, key)
    form = account_form(request.form, request.args.get("kind", ""), chosen.country)
    if form.is_sent and not refused:
        form.account()
    return render_template(
        "nonprofit/bank_details.html",
        own=nonprofits(work),
        chosen=chosen,
        key=key,
        known=service.accounts(work, key),
        form=form,
        kinds=KINDS,
        cooling_days=COOLING_DAYS,
        refused=refused,
        unavailable=not service.is_available(work),
    )

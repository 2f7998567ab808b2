"""Bank details of beneficiaries: entered, confirmed by a second person, ended, seen in clear."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.payments.account_life import COOLING_DAYS, PaymentHold
from royalties.domain.payments.accounts import as_parts
from royalties.domain.people import FINANCE, Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.books import setup_in_force
from royalties.services.names import names_of
from royalties.services.payments import accounts as service
from royalties.services.payments.accounts import UNAVAILABLE, NoAccountError
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.forms.account_form import KINDS, account_form
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField

PAGES = Pages("bank_details", __name__, "/finance/beneficiaries", FINANCE)

_LONGEST_REASON = 1000

_HOLDS = {
    PaymentHold.NO_ACCOUNT: "Nothing can be paid to an account: none is confirmed.",
    PaymentHold.CHANGE_WAITS: "Payments wait until a second person has decided on the change.",
    PaymentHold.COOLING: (
        f"Payments wait: new bank details are used {COOLING_DAYS} days after they were confirmed."
    ),
}


class ConfirmForm(EntryForm):
    """How it was made sure that the account is the payee's."""

    verified = EntryField(
        "How you made sure",
        hint="Such as: called Jo Ray on 4 May at the number of our contract of 2024; the last four "
        "digits were read back.",
        needed=True,
        longest=_LONGEST_REASON,
    )


class DeclineForm(EntryForm):
    """Why bank details are not taken."""

    declined = EntryField(
        "Why they are not taken", hint="They are told.", needed=True, longest=_LONGEST_REASON
    )


class EndForm(EntryForm):
    """Why an account is not paid to any more."""

    ended = EntryField("Why they end", hint="They are told.", needed=True, longest=_LONGEST_REASON)


class RevealForm(EntryForm):
    """What an account is needed for in clear."""

    needed_for = EntryField(
        "What for", hint="The log keeps it.", needed=True, longest=_LONGEST_REASON
    )


@PAGES.get("/<key>/bank-details")
def bank_details(key: str) -> str:
    """The bank details of a beneficiary, masked, and the form that enters others."""
    return _page(key)


@PAGES.post("/<key>/bank-details")
@proven()
def enter(key: str) -> Answer:
    """Enter bank details from a paper; a second person confirms them."""
    payee = _payee(key)
    form = account_form(request.form, "", payee.country)
    account = form.account()
    if account is None:
        return _page(key), 422
    return _do(
        key,
        lambda: service.enter(current_work(), key, account, form.holder.data, form.source.data),
        "They wait for a second person. The beneficiary is told.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/confirm")
@proven()
def confirm(key: str, number: int) -> Answer:
    """Let bank details count that somebody else entered."""
    _require(key, number)
    form = ConfirmForm(request.form)
    return _do(
        key,
        lambda: service.confirm(current_work(), number, form.verified.data),
        f"Confirmed. They are paid to in {COOLING_DAYS} days; the beneficiary is told.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/decline")
def decline(key: str, number: int) -> Answer:
    """Send bank details back."""
    _require(key, number)
    form = DeclineForm(request.form)
    return _do(
        key,
        lambda: service.decline(current_work(), number, form.declined.data),
        "Declined. The beneficiary is told why.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/withdraw")
def withdraw(key: str, number: int) -> Answer:
    """Take back bank details that wait."""
    _require(key, number)
    return _do(
        key,
        lambda: service.withdraw(current_work(), number),
        "Taken back. The beneficiary is told.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/end")
@proven()
def end(key: str, number: int) -> Answer:
    """Pay to an account no more."""
    _require(key, number)
    form = EndForm(request.form)
    return _do(
        key,
        lambda: service.end(current_work(), number, form.ended.data),
        "Ended: nothing is paid to it any more. The beneficiary is told.",
    )


@PAGES.post("/<key>/bank-details/<int:number>/reveal")
@proven()
def reveal(key: str, number: int) -> Answer:
    """Show an account in clear, once."""
    _require(key, number)
    form = RevealForm(request.form)
    try:
        with all_or_nothing():
            account = service.reveal(current_work(), number, form.needed_for.data)
    except NoAccountError:
        abort(404)
    except RefusedError as error:
        return _page(key, str(error)), 422
    return _page(key, clear=(number, as_parts(account)))


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


def _payee(key: str) -> Beneficiary:
    payee = setup_in_force(current_work()).beneficiaries.get(key)
    if payee is None:
        abort(404)
    return payee


def _page(
    key: str, refused: str = "", clear: tuple[int, list[tuple[str, str]]] | None = None
) -> str:
    payee, work = _payee(key), current_work()
    known = service.accounts(work, key)
    form = account_form(request.form, request.args.get("kind", ""), payee.country)
    if form.is_sent and not refused:
        form.account()
    of, newest = names_of(work), known.proposed or known.confirmed
    return render_template(
        "finance/payments/bank_details.html",
        payee=payee,
        known=known,
        hold=_HOLDS[known.hold] if known.hold else "",
        also=[
            of.of("beneficiaries", other)
            for other in (service.others_with(work, newest) if newest else ())
        ],
        may_confirm=known.proposed is not None and service.may_confirm(work, known.proposed),
        form=form,
        kinds=KINDS,
        confirming=ConfirmForm(request.form),
        declining=DeclineForm(request.form),
        ending=EndForm(request.form),
        revealing=RevealForm(request.form),
        clear=clear,
        refused=refused,
        unavailable="" if service.is_available(work) else UNAVAILABLE,
        may_reveal=work.actor.may(Verb.READ_BANK_DETAILS),
    )

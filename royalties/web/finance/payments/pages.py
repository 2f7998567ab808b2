"""Payments to beneficiaries: what is to pay, batches, what is on its way, what came back."""

from collections.abc import Iterable

from flask import Response, abort, make_response, render_template, url_for

from royalties.domain.money import NotAnAmountError, amount_text
from royalties.domain.payments.banks import Bank
from royalties.domain.payments.life import (
    LIFE,
    Method,
    PaymentAction,
    PaymentState,
    batch_name,
    name_of,
)
from royalties.domain.payments.proposing import LeftOutReason
from royalties.domain.people import FINANCE, Verb
from royalties.services.books import setup_in_force
from royalties.services.payments import approving, batch_files, listing, moving, proposing
from royalties.services.payments.approving import NoBatchError
from royalties.services.payments.listing import PaymentBatch, PaymentDetail, PaymentRow
from royalties.services.payments.steps import NoPaymentError
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.formats import METHODS
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work, units
from royalties.web.finance.payments import forms
from royalties.web.forms.numbers import as_minor
from royalties.web.ordering.fields import Do, do_or_show, new_token

PAGES = Pages("payments", __name__, "/finance/payments", FINANCE)

_UNDER_WAY = (PaymentState.PROPOSED, PaymentState.APPROVED, PaymentState.SENT)
_HISTORY = 100
_OF_ACCOUNTS = {
    LeftOutReason.NO_ACCOUNT.value,
    LeftOutReason.CHANGE_WAITS.value,
    LeftOutReason.COOLING.value,
}
"""Reasons for which somebody is left out that are settled on the page of bank details."""


@PAGES.get("/")
def payments() -> Answer:
    """What is to pay, and everything that is under way."""
    return _payments_page()


@PAGES.post("/propose")
def propose() -> Answer:
    """Propose one payment for each beneficiary and currency."""
    made: list[int] = []

    def do() -> str:
        form = forms.ProposeForm()
        batch = proposing.propose_payments(
            current_work(),
            form.token.data,
            note=form.note.data,
            seen=form.seen.data,
            without_account=bool(form.without_account.data),
        )
        made.append(batch.number)
        return f"{batch_name(batch.number)} is proposed; another manager approves it now."

    answer = do_or_show(do, "", _payments_page)
    if made:
        answer.location = url_for(".batch", number=made[0])  # type: ignore[union-attr]
    return answer


@PAGES.get("/history")
def history() -> Answer:
    """All payments, the newest first."""
    work = current_work()
    below = number_in_query("below") or None
    rows = listing.payments(work, below=below, limit=_HISTORY + 1)
    return render_template(
        "finance/payments/history.html",
        rows=rows[:_HISTORY],
        after=rows[_HISTORY - 1].id if len(rows) > _HISTORY else None,
        below=below,
        **_words(rows),
    )


@PAGES.get("/batches/<int:number>")
def batch(number: int) -> Answer:
    """A batch: its payments, who may approve it, its file."""
    return _batch_page(number)


@PAGES.post("/batches/<int:number>/approve")
def approve(number: int) -> Answer:
    """Approve amounts and accounts as they were shown."""
    flagged = [row.id for row in _find_batch(number).waiting if row.flags]

    def do() -> str:
        form = forms.signing(flagged)
        signed = [each for each in flagged if form[f"signed_{each}"].is_ticked]
        rows = approving.approve(current_work(), number, seen=form.seen.data, signed=signed)
        return f"Approved: {len(rows)} of {batch_name(number)}. They can be sent now."

    return do_or_show(
        do, url_for(".batch", number=number), lambda refused: _batch_page(number, refused)
    )


@PAGES.post("/batches/<int:number>/make-file")
def make_file(number: int) -> Answer:
    """Make the batch's file for the bank."""
    _find_batch(number)

    def do() -> str:
        form = forms.BankFileForm()
        made = batch_files.make_file(current_work(), number, form.pay_on.day, form.bank.data or "")
        return f"{made.name} is made: it is the same at every download."

    return do_or_show(
        do, url_for(".batch", number=number), lambda refused: _batch_page(number, refused)
    )


@PAGES.get("/batches/<int:number>/file")
def batch_file(number: int) -> Response:
    """The batch's file, the same bytes every time."""
    try:
        made = batch_files.file_of(current_work(), number)
    except RefusedError as error:
        return make_response(_batch_page(number, str(error)), 409)
    if made is None:
        abort(404)
    with units() as unit:
        batch_files.note_taken(unit, number)
    return download(made.name, made.content.encode())


@PAGES.post("/batches/<int:number>/sent")
def batch_sent(number: int) -> Answer:
    """Record that all approved payments of a batch have left."""
    shown = _find_batch(number)

    def do() -> str:
        return _send([row.id for row in shown.approved])

    return do_or_show(
        do, url_for(".batch", number=number), lambda refused: _batch_page(number, refused)
    )


@PAGES.post("/batches/<int:number>/arrived")
def batch_arrived(number: int) -> Answer:
    """Record that all payments of a batch that are on their way have arrived."""
    sent = [row.id for row in _find_batch(number).payments if row.state is PaymentState.SENT]

    def do() -> str:
        return _settle(sent)

    return do_or_show(
        do, url_for(".batch", number=number), lambda refused: _batch_page(number, refused)
    )


@PAGES.get("/<int:number>")
def payment(number: int) -> Answer:
    """A payment: what it settles, what can be done, its history."""
    return _payment_page(number)


@PAGES.post("/<int:number>/pay-less")
def pay_less(number: int) -> Answer:
    """Hold a part of an amount back."""
    currency = _find_payment(number).row.currency

    def do() -> str:
        form = forms.PayLessForm()
        try:
            amount = as_minor(form.amount.data, currency)
        except NotAnAmountError as error:
            raise RefusedError(str(error)) from None
        proposing.hold_back(current_work(), number, amount, form.reason.data)
        return f"{name_of(number)} is less now, and waits for approval."

    return _do_with_payment(number, do)


@PAGES.post("/<int:number>/sent")
def sent(number: int) -> Answer:
    """Record that one payment has left."""
    _find_payment(number)
    return _do_with_payment(number, lambda: _send([number]))


@PAGES.post("/<int:number>/arrived")
def arrived(number: int) -> Answer:
    """Record that one payment has arrived."""
    _find_payment(number)
    return _do_with_payment(number, lambda: _settle([number]))


@PAGES.post("/<int:number>/release")
def release(number: int) -> Answer:
    """Let a payee be paid again."""
    _find_payment(number)

    def do() -> str:
        moving.release(current_work(), number, forms.ReleaseForm().reason.data)
        return "Released: the next proposal includes them again."

    return _do_with_payment(number, do)


@PAGES.get("/<int:number>/came-back")
def ask_came_back(number: int) -> Answer:
    """What recording a return does, before it is done."""
    return _end_page(number, PaymentAction.RETURN)


@PAGES.post("/<int:number>/came-back")
def came_back(number: int) -> Answer:
    """Record that a payment came back."""
    _find_payment(number)

    def do() -> str:
        form = forms.PaymentReturnForm()
        row = moving.take_back(current_work(), number, form.day.day, form.reason.data)
        return f"{name_of(number)} came back: the next close brings {_forward(row)} forward."

    return do_or_show(
        do,
        url_for(".payment", number=number),
        lambda refused: _end_page(number, PaymentAction.RETURN, refused),
    )


@PAGES.get("/<int:number>/void")
def ask_void(number: int) -> Answer:
    """What voiding a payment does, before it is done."""
    return _end_page(number, PaymentAction.VOID)


@PAGES.post("/<int:number>/void")
def void(number: int) -> Answer:
    """Void a payment."""
    _find_payment(number)

    def do() -> str:
        form = forms.VoidForm()
        seen_sent = form.seen_sent.data == "1"
        row = moving.void(current_work(), number, form.reason.data, seen_sent=seen_sent)
        if row.tax_kept is None:
            return f"{name_of(number)} is voided."
        return f"{name_of(number)} is voided: the next close brings {_forward(row)} forward."

    return do_or_show(
        do,
        url_for(".payment", number=number),
        lambda refused: _end_page(number, PaymentAction.VOID, refused),
    )


def _forward(row: PaymentRow) -> str:
    """What of a payment that ended is owed again."""
    if row.tax_kept is None:
        return "its amount"
    owed = f"{row.currency} {amount_text(row.owed_again, row.currency)}"
    return f"{owed}, its amount after the tax that stays,"


def _send(numbers: list[int]) -> str:
    form = forms.SentForm()
    known = {each.value for each in Method}
    if form.method.data not in known:
        raise RefusedError("choose how it was sent")
    rows = moving.send(
        current_work(), numbers, form.sent_on.day, Method(form.method.data), form.reference.data
    )
    return f"Sent: {moving.total_words(rows)}."


def _settle(numbers: list[int]) -> str:
    rows = moving.settle(current_work(), numbers, forms.ArrivedForm().arrived_on.day)
    return f"Arrived: {moving.total_words(rows)}."


def _do_with_payment(number: int, do: Do) -> Answer:
    return do_or_show(
        do, url_for(".payment", number=number), lambda refused: _payment_page(number, refused)
    )


def _payments_page(refused: str = "") -> str:
    work = current_work()
    found = proposing.outlook(work)
    lack = any(each.reason is LeftOutReason.NO_ACCOUNT for each in found.left_out)
    rows = listing.payments(work, states=[*_UNDER_WAY, PaymentState.RETURNED])
    rows = [row for row in rows if row.state is not PaymentState.RETURNED or not row.released]
    by_state = {
        state: [row for row in rows if row.state is state]
        for state in (*_UNDER_WAY, PaymentState.RETURNED)
    }
    waiting = [*by_state[PaymentState.PROPOSED], *by_state[PaymentState.APPROVED]]
    return render_template(
        "finance/payments/payments.html",
        found=found,
        apart=proposing.outlook(work, without_account=True) if lack else None,
        batches=_batches(waiting),
        sent=by_state[PaymentState.SENT],
        returned=by_state[PaymentState.RETURNED],
        form=forms.ProposeForm(),
        token=new_token(),
        apart_token=new_token(),
        of_accounts=_OF_ACCOUNTS,
        refused=refused,
        **_words(rows),
    )


def _batches(rows: Iterable[PaymentRow]) -> list[dict[str, object]]:
    """Batches of which something is still to be done, the newest first, with their sums."""
    work = current_work()
    listed = list(rows)
    known = listing.batches_of(work, listed)
    return [
        {
            "row": known[number],
            "name": batch_name(number),
            "waiting": sum(
                row.batch_id == number and row.state is PaymentState.PROPOSED for row in listed
            ),
            "approved": sum(
                row.batch_id == number and row.state is PaymentState.APPROVED for row in listed
            ),
            "sums": moving.gross_by_currency(row for row in listed if row.batch_id == number),
        }
        for number in sorted(known, reverse=True)
    ]


def _find_batch(number: int) -> PaymentBatch:
    try:
        return listing.batch(current_work(), number)
    except NoBatchError:
        abort(404)


def _find_payment(number: int) -> PaymentDetail:
    try:
        return listing.payment(current_work(), number)
    except NoPaymentError:
        abort(404)


def _batch_page(number: int, refused: str = "") -> str:
    work = current_work()
    shown = _find_batch(number)
    sent_form = forms.SentForm()
    sent_form.sent_on.data = sent_form.sent_on.data or work.today.isoformat()
    if shown.file is not None and not sent_form.method.data:
        sent_form.method.data, sent_form.sent_on.data = Method.FILE, shown.file.day.isoformat()
    if shown.file is None:
        sent_form.method.offer([each for each in forms.METHOD_OPTIONS if each[0] != Method.FILE])
    file_form, arrived_form = forms.BankFileForm(), forms.ArrivedForm()
    for field in (file_form.pay_on, arrived_form.arrived_on):
        field.data = field.data or work.today.isoformat()
    banks = _banks_for(shown)
    file_form.bank.offer(
        [*((bank.key, bank.name) for bank, _ in banks), ("", "A list, for the bank’s own form")]
    )
    return render_template(
        "finance/payments/batch.html",
        banks=[bank for bank, _ in banks],
        not_carried=[(bank.name, messages) for bank, messages in banks if messages],
        shown=shown,
        name=batch_name(number),
        sent=[row for row in shown.payments if row.state is PaymentState.SENT],
        sums=moving.gross_by_currency(
            row for row in shown.payments if row.state is not PaymentState.VOIDED
        ),
        signing=forms.signing([row.id for row in shown.waiting if row.flags]),
        sent_form=sent_form,
        file_form=file_form,
        arrived_form=arrived_form,
        refused=refused,
        **_words(shown.payments),
    )


def _banks_for(shown: PaymentBatch) -> list[tuple[Bank, list[str]]]:
    """The banks that a batch's file can be made for, each with what it does not carry of it."""
    work = current_work()
    may_have_file = shown.accounts and (shown.waiting or shown.approved)
    if shown.file is not None or not may_have_file or not work.actor.may(Verb.PAY):
        return []
    banks = batch_files.banks_offered(work)
    if not banks:
        return []
    return list(zip(banks, batch_files.not_carried(work, shown.row.id, banks), strict=True))


def _payment_page(number: int, refused: str = "") -> str:
    work = current_work()
    shown = _find_payment(number)
    sent_form, arrived_form = forms.SentForm(), forms.ArrivedForm()
    sent_form.method.offer([each for each in forms.METHOD_OPTIONS if each[0] != Method.FILE])
    for field in (sent_form.sent_on, arrived_form.arrived_on):
        field.data = field.data or work.today.isoformat()
    return render_template(
        "finance/payments/payment.html",
        shown=shown,
        row=shown.row,
        name=name_of(number),
        can={action for (state, action) in LIFE if state is shown.row.state},
        is_sent=shown.row.state is PaymentState.SENT,
        less=forms.PayLessForm(),
        sent_form=sent_form,
        arrived_form=arrived_form,
        release=forms.ReleaseForm(),
        refused=refused,
        **_words([shown.row]),
    )


def _end_page(number: int, action: PaymentAction, refused: str = "") -> str:
    work = current_work()
    row = _find_payment(number).row
    if row.sent_on is not None:
        work.actor.require(Verb.APPROVE)
    form: forms.PaymentEndForm = forms.PaymentEndForm()
    if action is PaymentAction.RETURN:
        back = forms.PaymentReturnForm()
        back.day.data = back.day.data or work.today.isoformat()
        form = back
    return render_template(
        "finance/payments/end.html",
        row=row,
        name=name_of(number),
        possible=(row.state, action) in LIFE,
        came_back=action is PaymentAction.RETURN,
        later=row._replace(tax_kept=moving.tax_kept_if(row, work.today)),
        form=form,
        refused=refused,
        **_words([row]),
    )


def _words(rows: Iterable[PaymentRow]) -> dict[str, object]:
    """What every page of payments needs to say a payment: its payee, method, and name."""
    setup = setup_in_force(current_work())
    return {
        "names": {
            key: setup.beneficiaries[key].name if key in setup.beneficiaries else key
            for key in {*setup.beneficiaries, *(row.beneficiary for row in rows)}
        },
        "methods": METHODS,
        "name_of": name_of,
        "batch_name": batch_name,
        "today": current_work().today,
        "day_of": current_work().day_of,
    }

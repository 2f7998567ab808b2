"""Run and close: periods, the checklist, and the list of statements."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from royalties.domain.notes import NoteSubject
from royalties.domain.people import FINANCE
from royalties.domain.royalties.earning import SalesException
from royalties.domain.royalties.matching import Uncovered
from royalties.domain.royalties.warnings import TermsWarning
from royalties.services import approvals
from royalties.services.books import Setup, setup_in_force
from royalties.services.periods import approval as closing
from royalties.services.periods.checklist import Outlook, outlook
from royalties.services.periods.draft import account_of, draft_warnings, to_pay_of, totals_of
from royalties.services.periods.variances import CloseException
from royalties.services.statements.issuing import issued_of, period_workbook, statements_of
from royalties.services.work import RefusedError
from royalties.web.core import errors
from royalties.web.core.files import download
from royalties.web.core.formats import plural, sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import page_number
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.periods.closing_forms import (
    ApproveCloseForm,
    PrepareForm,
    RefuseCloseForm,
)
from royalties.web.forms.notes import notes_panel, open_questions

Row = TypeVar("Row")

PAGES = Pages("closing", __name__, "/finance", FINANCE)
SIZE = 50

_MEND = {
    Uncovered.NO_CONTRACT: ("Add the title to a contract", "terms.contracts", ""),
    Uncovered.NO_RULE: ("Add a rule to the contract", "terms.contract", "contract"),
    Uncovered.NO_LIST_PRICE: (
        "Add a list price in that currency to the edition",
        "catalogue.title",
        "title",
    ),
}
"""What to do about an exception: in words, the page, and whose key the page is asked for."""


@PAGES.get("/periods")
def periods() -> str:
    """The periods, the open one first, closed ones twelve at a time."""
    page = page_number("page")
    found, more = closing.periods_page(current_work(), page)
    return render_template("finance/periods/periods.html", periods=found, page=page, more=more)


@PAGES.get("/periods/<period>")
def period(period: str) -> str:
    """A period's run: what is odd about it first, then its accounts."""
    work = current_work()
    status = outlook(work, period)
    run_view = status.shown
    contracts, payees = page_number("page"), page_number("payees")
    numbers = {}
    if run_view and run_view.is_final:
        rows, _ = statements_of(work, period=period, page=payees, size=SIZE, with_mail=False)
        numbers = {(row.beneficiary, row.currency): row.number for row in rows}
    return render_template(
        "finance/periods/period.html",
        period=period,
        shown=run_view,
        warnings=draft_warnings(work, run_view) if run_view else (),
        found=status,
        setup=run_view.setup if run_view else setup_in_force(work),
        totals=totals_of(run_view.run) if run_view else {},
        to_pay=to_pay_of(run_view.run) if run_view else {},
        contracts=rows_of(run_view.run.contracts, contracts) if run_view else (),
        payees=rows_of(run_view.run.settlements, payees) if run_view else (),
        page=contracts,
        payees_page=payees,
        size=SIZE,
        numbers=numbers,
        mend=mend,
        entry_of=entry_of,
        link=link,
        account_of=account_of,
        notes=notes_panel(NoteSubject.PERIOD, period),
    )


@PAGES.get("/periods/<period>/jumps")
def variances(period: str) -> str:
    """What wants a sentence before the close."""
    return _variances_page(outlook(current_work(), period))


@PAGES.post("/periods/<period>/jumps")
def explain(period: str) -> Answer:
    """Keep the sentences that were written about figures; empty ones say nothing."""
    lists = (request.form.getlist(name) for name in ("subject", "figure", "text"))
    explanations = [each for each in zip(*lists, strict=False) if each[2].strip()]
    wrong = {subject for subject, _, text in explanations if len(text) > closing.MOST_TEXT}
    if wrong or not explanations:
        typed = {subject: text for subject, _, text in explanations}
        return _variances_page(
            outlook(current_work(), period), wrong=wrong, typed=typed, empty=True
        ), 422
    for subject, figure, text in explanations[:SIZE]:
        closing.explain_point(current_work(), period, subject, figure, text)
    flash(f"{plural(len(explanations), 'explanation')} kept.", "good")
    chosen = request.form.get("show", "")
    return redirect(url_for("closing.variances", period=period, show=chosen or None))


@PAGES.get("/periods/<period>/close")
def checklist(period: str) -> Response | str:
    """The steps to a close."""
    status = outlook(current_work(), period)
    if status.is_closed:
        return redirect(url_for("closing.done", period=period))
    return _checklist_page(status)


@PAGES.post("/periods/<period>/looked")
def viewed(period: str) -> Response:
    """Say that one has looked at the draft."""
    closing.mark_draft_viewed(current_work(), period, request.form.get("fingerprint", ""))
    flash("Noted that you have looked at the draft as it stands now.", "good")
    return redirect(url_for("closing.checklist", period=period))


@PAGES.post("/periods/<period>/prepare")
def prepare_close(period: str) -> Answer:
    """Put the draft before a second person."""
    status = outlook(current_work(), period)
    form = PrepareForm.of(status)
    if not form.validate_on_submit():
        return _checklist_page(status, prepare=form), 422
    try:
        with all_or_nothing():
            closing.prepare(current_work(), period, form.note.data or "", form.why_early)
    except RefusedError as error:
        return _refusal_page(period, error, prepare=form)
    flash(f"{period} is prepared and waits for approval.", "good")
    return redirect(url_for("closing.checklist", period=period))


@PAGES.post("/periods/<period>/approve/<int:number>")
def approve_close(period: str, number: int) -> Answer:
    """Close what somebody else prepared."""
    status = outlook(current_work(), period)
    form = ApproveCloseForm.of(status)
    if not form.validate_on_submit():
        return _checklist_page(status, approve=form), 422
    try:
        with all_or_nothing():
            closed = closing.approve(current_work(), number, early=form.is_early)
    except RefusedError as error:
        return _refusal_page(period, error, approve=ApproveCloseForm.of(status, empty=True))
    numbered = plural(len(closed.statements), "statement")
    flash(f"{period} is closed for ever; {numbered} numbered.", "good")
    return redirect(url_for("closing.done", period=period))


@PAGES.post("/periods/<period>/refuse/<int:number>")
def refuse_close(period: str, number: int) -> Answer:
    """Send it back."""
    form = RefuseCloseForm()
    if not form.validate_on_submit():
        return _checklist_page(outlook(current_work(), period), refuse=form), 422
    try:
        with all_or_nothing():
            closing.refuse(current_work(), number, form.reason.data or "")
    except RefusedError as error:
        return _refusal_page(period, error, refuse=form)
    flash(f"{period} was sent back to who prepared it.", "good")
    return redirect(url_for("closing.checklist", period=period))


@PAGES.post("/periods/<period>/withdraw/<int:number>")
def withdraw_close(period: str, number: int) -> Response:
    """Take back what was prepared."""
    approvals.withdraw(current_work(), number, request.form.get("reason", ""))
    flash(f"What was prepared of {period} is withdrawn.", "good")
    return redirect(url_for("closing.checklist", period=period))


@PAGES.get("/periods/<period>/closed")
def done(period: str) -> Response | str:
    """What a close did, in numbers, and what comes next."""
    status = outlook(current_work(), period)
    view = status.shown
    if view is None or not view.is_final:
        return redirect(url_for("closing.checklist", period=period))
    return render_template(
        "finance/periods/closed.html",
        period=period,
        shown=view,
        to_pay=to_pay_of(view.run),
        totals=totals_of(view.run),
        history=status.decided,
        next=str(view.period.shift(1)),
    )


@PAGES.get("/periods/<period>/workbook")
def workbook(period: str) -> Response:
    """The period's workbook."""
    file = period_workbook(current_work(), period)
    return download(file.name, file.data)


@PAGES.get("/statements")
def statements() -> str:
    """The statements, by period and beneficiary."""
    work = current_work()
    chosen = request.args.get("period", "")
    payee = request.args.get("beneficiary", "")
    page = page_number("page")
    rows, more = statements_of(work, period=chosen, beneficiary=payee, page=page)
    issued, total = issued_of(work, chosen) if chosen else (0, 0)
    return render_template(
        "finance/statements/statements.html",
        rows=rows,
        page=page,
        more=more,
        issued=issued,
        total=total,
        period=chosen,
        beneficiary=payee,
        periods=closing.closed_names(work),
        beneficiaries=sorted(
            setup_in_force(work).beneficiaries.values(), key=lambda each: each.name.casefold()
        ),
    )


def link(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as url_for takes them
    """The address of another room's page; empty where there is no such room."""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **values)


_ENTRIES = {
    "contracts": "terms.contract",
    "plans": "terms.plan",
    "titles": "catalogue.title",
}


def entry_of(warning: TermsWarning) -> str:
    """Where the entry is looked at that a warning is about."""
    if warning.part in _ENTRIES:
        return url_for(_ENTRIES[warning.part], key=warning.key)
    return url_for("rates.rates") if warning.part == "exchange_rates" else ""


def mend(setup: Setup, exception: SalesException) -> tuple[str, str]:
    """What to do about an exception, and where."""
    words, endpoint, whose = _MEND[exception.reasons[0]]
    title = next(
        (
            title.key
            for title in setup.titles.values()
            if any(each.isbn == exception.isbn for each in title.editions)
        ),
        "",
    )
    keys = {"contract": exception.contract or "", "title": title}
    return words, link(endpoint, **({"key": keys[whose]} if whose else {}))


def rows_of(all_rows: Sequence[Row], page: int) -> Sequence[Row]:
    """One page of a list."""
    return all_rows[(page - 1) * SIZE : page * SIZE]


def _variances_page(
    status: Outlook,
    *,
    wrong: Collection[str] = (),
    typed: Mapping[str, str] | None = None,
    empty: bool = False,
) -> str:
    chosen = request.values.get("show", "")
    exceptions: Sequence[CloseException] = ()
    if status.exceptions:
        exceptions = status.exceptions.to_say
    left = [point for point in exceptions if not point.is_settled]
    page = page_number("page")
    return render_template(
        "finance/periods/variances.html",
        period=status.period,
        found=status,
        exceptions=rows_of(exceptions if chosen == "all" else left, page),
        total=len(exceptions),
        left=len(left),
        count=len(exceptions if chosen == "all" else left),
        show=chosen,
        page=page,
        size=SIZE,
        wrong=wrong,
        typed=typed or {},
        empty=empty,
        most=closing.MOST_TEXT,
    )


def _refusal_page(period: str, error: RefusedError, **sent: FlaskForm) -> Answer:
    """The checklist as it stands, with why something was not done and what was typed."""
    status = outlook(current_work(), period)
    if status.is_closed:
        return errors.page(409, in_names(error))
    for form in sent.values():
        form.form_errors.append(f"{sentence(in_names(error))}.")
    return _checklist_page(status, **sent), 409


def _checklist_page(
    status: Outlook,
    *,
    prepare: PrepareForm | None = None,
    approve: ApproveCloseForm | None = None,
    refuse: RefuseCloseForm | None = None,
) -> str:
    return render_template(
        "finance/periods/close.html",
        period=status.period,
        found=status,
        prepare=prepare or PrepareForm.of(status, empty=True),
        approve=approve or ApproveCloseForm.of(status, empty=True),
        refuse=refuse or RefuseCloseForm(formdata=None),
        may_approve=status.proposal is not None
        and approvals.may_approve(current_work(), status.proposal),
        history=status.decided,
        questions=open_questions(),
    )

"""The parallel run: an old statement's totals beside the draft, until it is signed off."""

from flask import Response, flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Verb
from royalties.domain.royalties.parallel import DifferenceCause, Figure
from royalties.ingest.uploads.filled_table import FilledRow
from royalties.services.periods import parallel as service
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.core.waiting import TooManyReadingsError, looking
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload, Lines
from royalties.web.forms.sent_files import (
    GONE,
    NotSentError,
    SentFile,
    fault_count,
    faults_shown,
    store_sent,
)

PAGES = Pages("parallel", __name__, "/finance/periods", FINANCE)

CAUSES = {
    DifferenceCause.MISSING_REPORT: (
        "A report is missing",
        "Import it, or say why it does not count.",
    ),
    DifferenceCause.RETURNS: ("Returns", "They were taken off in another period, or not at all."),
    DifferenceCause.TIER: ("Another tier", "Look at what the counter stood at before the books."),
    DifferenceCause.RATE: (
        "Another rate",
        "Look at the contract’s rules, its reserve and the plan.",
    ),
    DifferenceCause.OPENING: ("What was brought in", "Look at what is brought into the books."),
    DifferenceCause.ROUNDING: ("Rounding", "Cents that the old books rounded otherwise."),
    DifferenceCause.FOLLOWS: ("Follows from others", "It goes away with what is above it."),
}
FIGURES = {
    Figure.EARNED: "Earned",
    Figure.WITHHELD: "Withheld",
    Figure.RELEASED: "Released",
    Figure.BROUGHT_FORWARD: "Brought forward",
    Figure.RECOUPED: "Recouped",
    Figure.PAYABLE: "Payable",
    Figure.ALLOCATED: "Allocated",
    Figure.DUE: "Due",
    Figure.TO_PAY: "To pay",
}


class TotalsForm(EntryForm):
    """The old statement's totals."""

    file = FileUpload(
        "The old statement’s totals", hint="Excel or CSV, up to 5 MB. Drop it here, or choose it.",
        needed=True, accept=".xlsx,.csv",
    )  # fmt: skip


class DecideForm(EntryForm):
    """The words when it is signed off or left."""

    note = Lines("Note", rows=2, longest=1000)


@PAGES.get("/<period>/parallel")
def parallel(period: str) -> str:
    """The old totals beside the draft."""
    return _parallel_page(period)


@PAGES.get("/<period>/parallel/template.<any(xlsx, csv):kind>")
def template(period: str, kind: str) -> Response:
    """The table to fill in."""
    data = service.template(current_work(), period, kind)
    return download(f"old statement {period}.{kind}", data)


@PAGES.get("/<period>/parallel.xlsx")
def as_xlsx(period: str) -> Response:
    """The comparison as a workbook."""
    return download(f"parallel run {period}.xlsx", service.export(current_work(), period))


@PAGES.post("/<period>/parallel")
def begin(period: str) -> Answer:
    """Put old totals beside the draft."""
    current_work().actor.require(Verb.PREPARE)
    try:
        sent = store_sent(service.LARGEST, may_be_split=False)
    except NotSentError as error:
        return _parallel_page(period, str(error)), 422
    rows = _rows_sent(period, sent)
    if not isinstance(rows, list):
        return rows
    try:
        with all_or_nothing():
            service.begin(current_work(), period, rows, sent.name)
    except FaultyTableError as error:
        return _faults_page(period, error), 422
    except RefusedError as error:
        return _parallel_page(period, in_names(error)), 409
    return redirect(url_for(".parallel", period=period), 303)


def _rows_sent(period: str, sent: SentFile) -> list[FilledRow] | Answer:
    """A table's rows, read while nobody waits for the database, or why not; it does not stay."""
    path = sent.path
    if path is None:
        return _parallel_page(period, GONE), 422
    try:
        with looking():
            return service.read(path, sent.name)
    except FaultyTableError as error:
        return _faults_page(period, error), 422
    except TooManyReadingsError as error:
        return _parallel_page(period, f"{sentence(in_names(error))}."), 429
    finally:
        sent.drop()


def _faults_page(period: str, error: FaultyTableError) -> str:
    return _parallel_page(period, fault_count(error, "begun"), error)


@PAGES.post("/<period>/parallel/explain")
def explain(period: str) -> Answer:
    """Keep the reasons that were typed; empty ones say nothing."""
    reasons = [
        each
        for each in zip(request.form.getlist("token"), request.form.getlist("reason"), strict=False)
        if each[1].strip()
    ]
    if not reasons:
        return _parallel_page(period, "Write what made a difference."), 422
    try:
        with all_or_nothing():
            for token, reason in reasons:
                service.explain(current_work(), period, token[:64], reason)
    except RefusedError as error:
        return _parallel_page(period, in_names(error), typed=dict(reasons)), 409
    flash("Kept.", "good")
    return redirect(url_for(".parallel", period=period), 303)


@PAGES.post("/<period>/parallel/sign")
def sign(period: str) -> Answer:
    """Sign it off."""
    return _decide(period, service.sign, "Signed off: the period can be closed.")


@PAGES.post("/<period>/parallel/abandon")
def abandon(period: str) -> Answer:
    """Leave it."""
    return _decide(period, service.abandon, "The parallel run was left.")


def _decide(period: str, act: object, message: str) -> Answer:
    note = DecideForm(request.form).note.data
    try:
        with all_or_nothing():
            act(current_work(), period, note)  # type: ignore[operator]  # one of two verbs
    except RefusedError as error:
        return _parallel_page(period, in_names(error), note=note), 409
    flash(message, "good")
    return redirect(url_for(".parallel", period=period), 303)


def _parallel_page(
    period: str,
    refused: str = "",
    error: FaultyTableError | None = None,
    typed: dict[str, str] | None = None,
    note: str = "",
) -> str:
    form, decide = TotalsForm(), DecideForm()
    decide.note.data = note
    return render_template(
        "finance/periods/parallel.html",
        period=period,
        found=service.parallel(current_work(), period),
        causes=CAUSES,
        figures=FIGURES,
        form=form,
        decide=decide,
        refused=refused,
        typed=typed or {},
        **faults_shown(error),
    )

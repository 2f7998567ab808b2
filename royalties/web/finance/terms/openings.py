"""What a house that moves in brings into its books: all of it, a template, and that filled in."""

from collections.abc import Sequence

from flask import Response, render_template, request, url_for

from royalties.domain.people import Verb
from royalties.ingest.setup import SetupError
from royalties.ingest.uploads.filled_table import FilledRow
from royalties.services.books import setup_in_force
from royalties.services.terms import openings as service
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.terms.opening_rows import OF_BENEFICIARIES, Brings, OpeningRow
from royalties.web.core.files import download
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer
from royalties.web.core.visit import current_work, read_only, release
from royalties.web.core.waiting import TooManyReadingsError, looking
from royalties.web.finance.terms.editing import PAGES, answer_saved_file, confirmed
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload
from royalties.web.forms.numbers import as_read
from royalties.web.forms.sent_files import (
    GONE,
    NotSentError,
    SentFile,
    SentFileForm,
    fault_count,
    faults_shown,
    preview_page,
    store_sent,
)

WORDS = {
    Brings.COUNTER: "Counted before",
    Brings.DEBIT: "Debit balance",
    Brings.ADVANCE: "Advance earned back",
    Brings.RESERVE: "Reserve held",
    Brings.CAP: "Cap used",
    Brings.UNDISTRIBUTED: "Undistributed",
    Brings.EDITION: "Edition to date",
    Brings.BALANCE: "Balance",
    Brings.ADJUSTMENT: "Adjustment",
}


class OpeningsFile(EntryForm):
    """A filled-in table."""

    file = FileUpload(
        "Filled-in table", hint="Excel or CSV, up to 5 MB. Drop it here, or choose it.",
        needed=True, accept=".xlsx,.csv",
    )  # fmt: skip


@PAGES.get("/openings")
def openings() -> str:
    """What is brought into the books."""
    return _openings_page()


@PAGES.get("/openings/template.<any(xlsx, csv):kind>")
def openings_template(kind: str) -> Response:
    """The table to fill in."""
    return download(f"openings.{kind}", service.template(current_work(), kind))


@PAGES.post("/openings")
@read_only
def look_at_openings() -> Answer:
    """What a filled-in table would change; nothing is saved."""
    current_work().actor.require(Verb.LOAD)
    try:
        sent = store_sent(service.LARGEST)
    except NotSentError as error:
        return _openings_page(str(error)), 422
    rows = _rows_sent(sent)
    return _preview(rows, sent) if isinstance(rows, list) else rows


@PAGES.post("/openings/save")
def save_openings() -> Answer:
    """Save what was looked at."""
    current_work().actor.require(Verb.LOAD)
    form = SentFileForm(request.form)
    sent = form.sent
    rows = _rows_sent(sent)
    if not isinstance(rows, list):
        return rows
    return answer_saved_file(
        lambda: service.save(
            current_work(), rows, sent.name, seen=form.seen.data, confirmed=confirmed()
        ),
        lambda refused: _preview(rows, sent, refused),
        lambda error: _openings_page(fault_count(error, "saved"), error),
        url_for(".openings"),
    )


def _rows_sent(sent: SentFile) -> list[FilledRow] | Answer:
    """A table's rows, read while nobody waits for the database; or why not: it does not stay."""
    path = sent.path
    if path is None:
        return _openings_page(GONE), 422
    release()
    try:
        with looking():
            return service.read(path, sent.name)
    except FaultyTableError as error:
        sent.drop()
        return _openings_page(fault_count(error, "saved"), error), 422
    except TooManyReadingsError as error:
        sent.drop()
        return _openings_page(f"{sentence(in_names(error))}."), 429


def _preview(rows: Sequence[FilledRow], sent: SentFile, refused: str = "") -> Answer:
    """What the rows would change; a table with faults does not stay."""
    try:
        difference = service.preview(current_work(), rows, sent.name, as_read)
    except (SetupError, FaultyTableError) as error:
        sent.drop()
        return _openings_page(fault_count(error, "saved"), error), 422
    return preview_page("finance/terms/openings_file.html", difference, sent, refused)


def _openings_page(refused: str = "", error: SetupError | FaultyTableError | None = None) -> str:
    work = current_work()
    brought_in = service.openings(work)
    form = OpeningsFile()
    if refused:
        form.file.errors.append(refused)
    return render_template(
        "finance/terms/openings.html",
        found=brought_in,
        words=WORDS,
        entry=_entry,
        editions=[each for each in brought_in.given if each.what is Brings.EDITION],
        rows=[each for each in brought_in.given if each.what is not Brings.EDITION],
        first=setup_in_force(work).first_period,
        form=form,
        refused=refused,
        **faults_shown(error),
    )


def _entry(row: OpeningRow) -> str:
    """Where a row is amended by hand."""
    if row.what in OF_BENEFICIARIES:
        return url_for("terms.amend_beneficiary", key=row.of)
    return url_for("terms.amend_contract", key=row.of)

"""What a house that moves in brings into its books: all of it, a template, and that filled in."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for

from royalties.adapters.files import TooLargeError
from royalties.domain.people import Verb
from royalties.ingest.setup import SetupError
from royalties.ingest.uploads.filled_table import FilledRow
from royalties.services.books import setup_in_force
from royalties.services.sales.uploads import shown_name
from royalties.services.terms import openings as service
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.terms.openings import Brings, OpeningRow
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.work import RefusedError
from royalties.web.core.consent import prepared
from royalties.web.core.files import download
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer
from royalties.web.core.visit import all_or_nothing, current_work, only_looks, release, system
from royalties.web.core.waiting import TooManyLooksError, looking
from royalties.web.finance.terms.editing import PAGES, confirmed
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload
from royalties.web.forms.numbers import as_read

_MOST_FAULTS = 200
_FINGERPRINT = 64
_GONE = "The file is not here any more: choose it again."
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
@only_looks
def look_at_openings() -> Answer:
    """What a filled-in table would change; nothing is saved."""
    current_work().actor.require(Verb.LOAD)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _openings_page("Choose a file."), 422
    release()
    try:
        fingerprint, _ = system().files.keep_enclosure(sent.stream, service.LARGEST)
    except TooLargeError:
        return _openings_page(
            "The file is larger than 5 MB: split it, it may come in several."
        ), 422
    name = shown_name(sent.filename)[:100]
    rows = _rows_sent(fingerprint, name)
    return _preview(rows, fingerprint, name) if isinstance(rows, list) else rows


@PAGES.post("/openings/save")
def save_openings() -> Answer:
    """Save what was looked at."""
    current_work().actor.require(Verb.LOAD)
    fingerprint, name = request.form.get("file", ""), request.form.get("name", "")[:100]
    rows = _rows_sent(fingerprint, name)
    if not isinstance(rows, list):
        return rows
    try:
        with all_or_nothing():
            saved = service.save(
                current_work(),
                rows,
                name,
                seen=request.form.get("seen", "")[:_FINGERPRINT],
                confirmed=confirmed(),
            )
    except (SetupError, FaultyTableError) as error:
        return _openings_page(_fault_count(error), error), 422
    except UnconfirmedError:
        return _preview(rows, fingerprint, name, "Tick that you have read what is replaced.")
    except RefusedError as error:
        return _preview(rows, fingerprint, name, in_names(error))
    if saved.proposal is not None:
        flash(prepared(saved.proposal), "good")
        return redirect(url_for("approvals.approvals"), 303)
    flash("Saved." if saved.changed else "The file says what the books say already.", "good")
    return redirect(url_for("terms.openings"), 303)


def _is_here(fingerprint: str) -> bool:
    plain = len(fingerprint) == _FINGERPRINT and fingerprint.isalnum() and fingerprint.isascii()
    return plain and system().files.enclosure(fingerprint).is_file()


def _rows_sent(fingerprint: str, name: str) -> list[FilledRow] | Answer:
    """A table's rows, read while nobody waits for the database; or why not: it does not stay."""
    if not _is_here(fingerprint):
        return _openings_page(_GONE), 422
    release()
    files = system().files
    try:
        with looking():
            return service.read(files.enclosure(fingerprint), name)
    except FaultyTableError as error:
        files.drop_enclosure(fingerprint)
        return _openings_page(_fault_count(error), error), 422
    except TooManyLooksError as error:
        files.drop_enclosure(fingerprint)
        return _openings_page(f"{sentence(in_names(error))}."), 429


def _preview(rows: Sequence[FilledRow], fingerprint: str, name: str, refused: str = "") -> Answer:
    """What the rows would change; a table with faults does not stay."""
    try:
        difference = service.look(current_work(), rows, name, as_read)
    except (SetupError, FaultyTableError) as error:
        system().files.drop_enclosure(fingerprint)
        return _openings_page(_fault_count(error), error), 422
    page = render_template(
        "finance/terms/openings_file.html",
        found=difference,
        name=name,
        file=fingerprint,
        refused=refused,
    )
    return page, 409 if refused else 200


def _fault_count(error: SetupError | FaultyTableError) -> str:
    count = len(error.faults)
    return f"The file has {count} fault{'s' if count > 1 else ''}, so nothing was saved."


def _openings_page(refused: str = "", error: SetupError | FaultyTableError | None = None) -> str:
    work = current_work()
    brought_in = service.openings(work)
    form = OpeningsFile()
    if refused:
        form.file.errors.append(refused)
    faults: list[tuple[str, str]] = []
    if isinstance(error, FaultyTableError):
        faults = [
            (
                f"row {fault.row}, {fault.column}",
                f"“{fault.value}” {in_names(fault.message)}"
                if fault.value
                else in_names(fault.message),
            )
            for fault in error.faults
        ]
    elif error is not None:
        faults = [(each.path, each.message) for each in error.faults]
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
        faults=faults[:_MOST_FAULTS],
        more=max(0, len(faults) - _MOST_FAULTS),
    )


def _entry(row: OpeningRow) -> str:
    """Where a row is amended by hand."""
    if row.what in service.OF_BENEFICIARIES:
        return url_for("terms.amend_beneficiary", key=row.of)
    return url_for("terms.amend_contract", key=row.of)

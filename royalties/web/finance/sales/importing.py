"""Import reports: the list of uploads and imports, one import, and ISBNs that wait."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE
from royalties.domain.sales.remembered import AnswerKind
from royalties.services.books import setup_in_force
from royalties.services.desk import jobs
from royalties.services.enclosures import shown_name
from royalties.services.sales import batches, imports, uploads
from royalties.services.sales.remembered import (
    remembered_list,
    retailers_waiting,
    value_words,
)
from royalties.services.sales.waiting import Released, alias
from royalties.services.work import RefusedError
from royalties.web.core.formats import plural
from royalties.web.core.pages import Answer, Pages, own_address
from royalties.web.core.paging import here_with, page_number
from royalties.web.core.visit import all_or_nothing, current_work, release, system
from royalties.web.core.waiting import wait_for
from royalties.web.finance.sales import upload_words as words
from royalties.web.finance.sales.mend_forms import TakeBackForm

PAGES = Pages("importing", __name__, "/finance", FINANCE)

_MOST_FILES = 50
_LONGEST = 200
_MOST_NUMBER = 2**31
_MOST_LINES = 20_000
_FILTERS = ("retailer", "period", "status")
STATUSES = {
    "recorded": "recorded",
    "undone": "undone",
    "corrected": "corrected",
    "correction": "corrections",
}


@PAGES.get("/imports", endpoint="uploads")
def uploads_page() -> str:
    """The drop zone, what is under way, and all imports."""
    return _imports_page()


@PAGES.post("/imports")
def send() -> Answer:
    """Take files and have them checked; most are by the time that the next page is shown."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files or len(files) > _MOST_FILES:
        message = (
            f"Send up to {_MOST_FILES} files at once." if files else "Choose at least one file."
        )
        return _imports_page(message), 422
    received, started = [], []
    release()  # nobody waits while bytes are written
    stored_files = [
        uploads.store_bytes(system().files, file.filename or "", file.stream) for file in files
    ]
    for stored in stored_files:
        taken = uploads.take_in(current_work(), stored)
        received.append(taken)
        if not taken.again:
            started.append(jobs.start(current_work(), "check", taken.upload, {}))
    wait_for(started)
    by_script = request.accept_mimetypes.best == "application/json"
    only = received[0].upload
    address = url_for("importing.uploads")
    if len(received) == 1:
        address = url_for("uploading.upload", number=only.id)
    # A script sends one after the other, and may tell only of the one that is alone.
    if received[0].again and (not by_script or "alone" in request.form):
        flash(f"{only.name} was sent already, by {only.created_by}.")
    return jsonify(to=address) if by_script else redirect(address, 303)


def _imports_page(mistake: str = "") -> str:
    chosen = {name: request.args.get(name, "")[:_LONGEST] for name in _FILTERS}
    page = page_number()
    listed, more = imports.imports(current_work(), **chosen, page=page)
    return render_template(
        "finance/sales/imports.html",
        open=uploads.open_uploads(current_work()),
        imports=listed,
        chosen=chosen,
        retailers=retailers(),
        periods=imports.periods(current_work()),
        statuses=STATUSES,
        reports=uploads.report_titles(current_work()),
        words=words,
        mistake=mistake,
        most=uploads.LARGEST,
        before=page > 1 and here_with(page=page - 1),
        after=more and here_with(page=page + 1),
        page=page,
    )


@PAGES.get("/imports/<int:number>")
def batch(number: int) -> str:
    """One import: its totals, what of it waits, and the way back."""
    import_ = _find_import(number)
    return render_template(
        "finance/sales/import.html",
        found=import_,
        undo_warning=_undo_warning(import_),
        reports=uploads.report_titles(current_work()),
        retailers=retailers(),
        words=words,
    )


@PAGES.get("/imports/<int:number>/file")
def received_file(number: int) -> Response:
    """The file as it was received."""
    import_ = _find_import(number)
    if import_.file is None:
        abort(404)
    return attachment(import_.file, shown_name(import_.row.file_name))


@PAGES.post("/imports/<int:number>/undo")
def undo(number: int) -> Response:
    """Take a whole import back."""
    _find_import(number)
    undone = batches.undo(current_work(), number, TakeBackForm(request.form).reason.data)
    message = (
        f"Import {undone.batch} is undone: {plural(undone.sales, 'sale line')} and "
        f"{plural(undone.waiting, 'waiting row')} removed."
    )
    if undone.warning:
        flash(f"{undone.warning}.", "warn")
    if undone.sheet is not None:
        flash(f"{message} Its rows are in the sheet again.", "good")
        return redirect(url_for("entry.sheet", retailer=undone.sheet), 303)
    if undone.upload is not None:
        upload = uploads.find(current_work(), undone.upload)
        assert upload is not None  # noqa: S101 - it waits again
        wait_for([jobs.start(current_work(), "check", upload, {})])
        flash(f"{message} What was changed in its file is kept, to be recorded again.", "good")
        return redirect(url_for("uploading.upload", number=undone.upload), 303)
    flash(f"{message} The same file may be imported again.", "good")
    return redirect(url_for("importing.batch", number=number), 303)


@PAGES.post("/imports/<int:number>/correct")
def correct(number: int) -> Response:
    """Reverse an import, which a closed run used, in the open period."""
    _find_import(number)
    corrected = batches.correct(current_work(), number, TakeBackForm(request.form).reason.data)
    flash(
        f"Import {corrected.corrects} is reversed in {corrected.period} by import "
        f"{corrected.batch} ({plural(corrected.sales, 'line')}). Import the mended report next.",
        "good",
    )
    return redirect(url_for("importing.batch", number=corrected.batch), 303)


@PAGES.get("/waiting")
def waiting() -> str:
    """Everything that waits for its edition, by identifier."""
    return waiting_page()


def waiting_page(typed: Mapping[str, str] | None = None, refused: str = "") -> str:
    """Show what waits, and what was typed about an identifier with why it was refused, if so."""
    typed = typed or {}
    page = page_number()
    matched = matching()
    waiting_at = _waiting_at(matched["match"] or typed.get("identifier", "")[:_LONGEST])
    if typed and waiting_at:
        matched["match"] = typed["identifier"]
    unmatched = imports.waiting(current_work(), page)
    return render_template(
        "finance/sales/waiting.html",
        found=unmatched,
        remembered=_remembered(),
        shops=retailers(),
        waiting_at=waiting_at,
        said=typed,
        refused=refused,
        before=page > 1 and here_with(page=page - 1),
        after=unmatched.more and here_with(page=page + 1),
        **matched,
    )


def _remembered() -> list[tuple[object, str, str]]:
    """Remembered answers, each with its name and its content in words."""
    reports = uploads.report_titles(current_work())
    answers: list[tuple[object, str, str]] = []
    for row in remembered_list(current_work()):
        name, content = row.name, value_words(row)
        if row.said is AnswerKind.ANSWER:
            answer, report = row.value["answer"], row.value["report"]
            content = f"{words.meaning(name, answer)}; {reports.get(report, report)}"
            name = words.question_words(name)
        answers.append((row, name, content))
    return answers


def _waiting_at(identifier: str) -> list[str]:
    """Keys of the retailers at which an identifier waits."""
    if not identifier:
        return []
    return retailers_waiting(current_work(), [identifier]).get(identifier, [])


@PAGES.post("/waiting/match")
def match() -> Response:
    """Match an identifier with an edition, and check again the upload it was found in."""
    identifier = request.form.get("identifier", "")[:_LONGEST]
    isbn = request.form.get("isbn", "")[:_LONGEST]
    back = own_address(request.form.get("back")) or url_for("importing.waiting")
    try:
        with all_or_nothing():
            released = alias(current_work(), identifier, isbn)
    except RefusedError as error:
        flash(f"Nothing was changed: {error}", "bad")
        return redirect(back, 303)
    flash(_matched(identifier, isbn, released), "good")
    upload = uploads.find(current_work(), request.form.get("upload", 0, int))
    if upload is not None and upload.is_open and not upload.is_busy:
        wait_for([jobs.start(current_work(), "check", upload, {})])
    return redirect(back, 303)


def _matched(identifier: str, isbn: str, released: Released) -> str:
    rows = sum(released.rows.values())
    message = f"{identifier} stands for {isbn} from now on; {plural(rows, 'waiting row')} recorded."
    if left := sum(released.without_price.values()):
        message += f" {plural(left, 'row')} still wait for a list price of the edition."
    return " ".join([message, *released.warnings])


def matching() -> dict[str, Any]:
    """What a page needs that matches an identifier: which, what was searched, and candidates."""
    identifier = request.args.get("match", "")[:_LONGEST]
    text = request.args.get("q", "")[:_LONGEST]
    candidates = imports.editions_like(current_work(), text) if identifier and text else []
    return {"match": identifier, "q": text, "candidates": candidates}


def attachment(path: Path, name: str) -> Response:
    """A file of somebody else's making: to be saved, never shown by the browser."""
    answer = send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=name
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def retailers() -> dict[str, str]:
    """Names of the retailers by key; none before the first setup file."""
    try:
        return {key: each.name for key, each in setup_in_force(current_work()).retailers.items()}
    except RefusedError:
        return {}


def _undo_warning(import_: imports.Import) -> str:
    """What to know before it is undone; of large imports it is shown when they are."""
    if not import_.may_be_undone or import_.row.lines > _MOST_LINES:
        return ""
    return batches.undo_warning(current_work(), import_.row.id)


def _find_import(number: int) -> imports.Import:
    import_ = imports.find_import(current_work(), number) if number < _MOST_NUMBER else None
    if import_ is None:
        abort(404)
    return import_

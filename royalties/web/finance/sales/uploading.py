"""One upload: what a check found, its questions, its problems, and recording it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.jobs import JobStatus
from royalties.domain.people import FINANCE
from royalties.domain.sales.changes import RowLeftOut, key_of, words_of
from royalties.domain.sales.imports import UploadStatus
from royalties.services.desk import jobs
from royalties.services.sales import mending, uploads
from royalties.services.sales.import_document import receipts_of
from royalties.services.work import RefusedError
from royalties.web.core.formats import plural
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import here_with, page_number
from royalties.web.core.visit import all_or_nothing, current_work, system
from royalties.web.core.waiting import wait_for
from royalties.web.finance.sales import upload_words as words
from royalties.web.finance.sales.importing import attachment, matching, retailers
from royalties.web.finance.sales.mend_forms import SHOWN_ROWS, MendForm, as_form, rows_to_mend

PAGES = Pages("uploading", __name__, "/finance/uploads", FINANCE)

_MOST_NUMBER = 2**31
_MOST_STATES = 50
_SHOWN_PROBLEMS = 100
_SHOWN_WAITING = 100
_LONGEST = 2000
_CHOICE = "choice."


@PAGES.get("/<int:number>")
def upload(number: int) -> Answer:
    """What was recognised, what it holds, what is wrong with it, and what can be done."""
    upload = _find_upload(number)
    if upload.status == UploadStatus.RECORDED:
        return redirect(url_for("importing.batch", number=upload.batch))
    return upload_page(upload)


def upload_page(
    upload: uploads.Upload,
    seen: Sequence[str] = (),
    mistake: str = "",
    *,
    unmended: str = "",
    typed: MendForm | None = None,
    answer: Mapping[str, str] | None = None,
) -> str:
    """Render an upload's page.

    Args:
        upload: the upload.
        seen: warnings that were ticked; ``mistake`` is why it was not recorded.
        unmended: why a change was refused; ``typed`` is what was to be changed, and ``answer`` what
            was typed about an identifier.
    """
    document = upload.document
    more: dict[str, Any] = {}
    reports, names = uploads.report_titles(current_work()), retailers()
    if document is not None:
        more = {
            "earlier": (earlier := uploads.import_before(current_work(), document)),
            "compared": words.compared(document, earlier),
            "questions": words.questions(document, names, reports),
            "is_readable": document["outcome"] != "refused" or words.is_readable(document),
            **_problems(document, typed),
        }
    return render_template(
        "finance/sales/upload.html",
        upload=upload,
        document=document,
        receipts=receipts_of(document) if document else {},
        reports=reports,
        retailers=names,
        words=words,
        seen=seen,
        mistake=mistake,
        unmended=unmended,
        lost=_typed_words(typed),
        key_of=key_of,
        forgotten=words.is_forgotten(upload, current_work().now),
        progress=_progress(upload),
        most_waiting=_SHOWN_WAITING,
        said=answer or {},
        **{**matching(), **({"match": answer["identifier"]} if answer else {})},
        **more,
    )


def _problems(document: words.Document, typed: MendForm | None) -> dict[str, Any]:
    """A page of the problems: of all, or of one column with one cause."""
    problems, page = document["problems"], page_number()
    cause = (
        (request.args["cause"], request.args.get("column", "")) if "cause" in request.args else ()
    )
    chosen = [problem for problem in problems if not cause or words.cause_of(problem) == cause]
    first = (page - 1) * _SHOWN_PROBLEMS
    rows = rows_to_mend(document, chosen)
    from_row = (max(request.args.get("rows", 1, int), 1) - 1) * SHOWN_ROWS
    if from_row >= len(rows):
        from_row = 0
    at = from_row // SHOWN_ROWS + 1
    return {
        "to_mend": as_form(document, rows[from_row : from_row + SHOWN_ROWS], typed),
        "from_row": from_row,
        "rows_to_mend": len(rows),
        "more_problems": {(problem["sheet"], problem["row"]) for problem in chosen}
        > {(problem["sheet"], problem["row"]) for problem in rows},
        "rows_before": at > 1 and here_with(rows=at - 1),
        "rows_after": len(rows) > from_row + SHOWN_ROWS and here_with(rows=at + 1),
        "causes": words.by_cause(problems),
        "cause": cause,
        "problems": chosen[first : first + _SHOWN_PROBLEMS],
        "of_cause": len(chosen),
        "first": first,
        "before": page > 1 and here_with(page=page - 1),
        "after": len(chosen) > first + _SHOWN_PROBLEMS and here_with(page=page + 1),
        "back_workbook": bool(document.get("returned")),
    }


@PAGES.get("/states")
def states() -> Response:
    """Progress of long work on some uploads; uploads without such work are omitted."""
    numbers = set(request.args.getlist("of", int)[:_MOST_STATES])
    progress = {}
    for upload in uploads.open_uploads(current_work()):
        if upload.id in numbers and upload.is_busy:
            read, total = _progress(upload)
            progress[str(upload.id)] = {
                "words": words.work_words(upload),
                "done": read,
                "total": total,
            }
    return jsonify(progress)


@PAGES.get("/<int:number>/problems")
def problems_workbook(number: int) -> Response:
    """The report as it was sent, with the reason beside each row that cannot be taken."""
    upload = _find_upload(number)
    returned = (upload.document or {}).get("returned")
    path = current_work().files.returned(Path(returned).name) if returned else None
    if path is None or not path.is_file():
        abort(404)
    return attachment(path, f"{Path(upload.name).stem[:200]} - problems.xlsx")


@PAGES.post("/<int:number>/check")
def check(number: int) -> Response:
    """Take answers and the report's name, and check again."""
    upload = _find_upload(number)
    answers = {} if "read" in request.form else dict(upload.choices)
    for name in request.form:
        if name.startswith(_CHOICE):
            answers[name.removeprefix(_CHOICE)] = request.form[name]
    report = request.form.get("report", upload.report or "") or None
    try:
        with all_or_nothing():
            changed = uploads.change(current_work(), number, report, answers)
            job = jobs.start(current_work(), "check", changed, {})
    except RefusedError as error:
        return _back_with_refusal(number, error)
    wait_for([job])
    return redirect(url_for("uploading.upload", number=number), 303)


@PAGES.post("/<int:number>/mend")
def mend(number: int) -> Answer:
    """Type cells over and leave rows out, and check again."""
    _find_upload(number)
    form = MendForm(request.form)
    changes = form.changes(request.form.get("leave", ""))
    if not changes:
        flash("Nothing was changed: type over a cell, or say why a row is left out.", "warn")
        return redirect(_here(number), 303)
    try:
        with all_or_nothing():
            changed = mending.mend(current_work(), number, changes)
            job = jobs.start(current_work(), "check", changed, {})
    except RefusedError as error:
        after = _find_upload(number)
        return upload_page(after, unmended=f"{error}", typed=form), 422
    wait_for([job])
    flash(f"{plural(len(changes), 'change')} made, and checked again.", "good")
    return redirect(_here(number), 303)


@PAGES.post("/<int:number>/leave-out")
def leave_out(number: int) -> Answer:
    """Leave out the rows that wait under an identifier, and check again."""
    upload = _find_upload(number)
    identifier, reason = (request.form.get(name, "")[:_LONGEST] for name in ("identifier", "why"))
    waiting = (upload.document or {}).get("waiting", ())
    rows = [
        RowLeftOut(row["sheet"], row["row"], reason)
        for entry in waiting
        if entry["isbn"] == identifier and len(entry.get("at", ())) == entry["rows"]
        for row in entry["at"]
    ]
    if not rows:
        flash(f"Nothing was changed: no rows wait for {identifier} any more.", "warn")
        return redirect(_here(number), 303)
    try:
        with all_or_nothing():
            changed = mending.mend(current_work(), number, rows)
            job = jobs.start(current_work(), "check", changed, {})
    except RefusedError as error:
        return _back_with_refusal(number, error)
    wait_for([job])
    flash(f"{plural(len(rows), 'row')} left out, and checked again.", "good")
    return redirect(_here(number), 303)


@PAGES.post("/<int:number>/take-back")
def take_back(number: int) -> Answer:
    """Take one change back, and check again."""
    _find_upload(number)
    key = request.form.get("change", "")[:_LONGEST]
    try:
        with all_or_nothing():
            changed = mending.take_back(current_work(), number, key)
            job = jobs.start(current_work(), "check", changed, {})
    except RefusedError as error:
        return _back_with_refusal(number, error)
    wait_for([job])
    flash("The change is taken back, and the report checked again.", "good")
    return redirect(_here(number), 303)


def _here(number: int) -> str:
    return url_for("uploading.upload", number=number)


def _typed_words(form: MendForm | None) -> list[str]:
    """A text of what was typed, if the page no longer has fields for it."""
    return [f"row {each.row}: {words_of(each)}" for each in form.changes()] if form else []


@PAGES.post("/<int:number>/record")
def record(number: int) -> Answer:
    """Record its sales, once every warning was ticked."""
    upload = _find_upload(number)
    seen = [words[:_LONGEST] for words in request.form.getlist("seen")]
    warnings = (upload.document or {}).get("warnings", ())
    if upload.is_open and not {warning["message"] for warning in warnings} <= set(seen):
        return upload_page(upload, seen, "Tick every warning that you have read, then record."), 422
    try:
        with all_or_nothing():
            job = jobs.start(current_work(), "record", upload, {"seen": seen})
    except RefusedError as error:
        return _back_with_refusal(number, error)
    is_done = wait_for([job])
    after = _find_upload(number)
    if is_done and after.status == UploadStatus.RECORDED:
        flash(f"Recorded as import {after.batch}. Undo takes it back.", "good")
    elif is_done and after.job is not None and after.job.status == JobStatus.DONE:
        flash("Nothing was recorded: what a check finds has changed. Look at it again.", "warn")
    return redirect(url_for("uploading.upload", number=number), 303)


@PAGES.post("/<int:number>/remove")
def remove(number: int) -> Response:
    """Remove it; nothing of it was recorded."""
    _find_upload(number)
    try:
        with all_or_nothing():
            removed = uploads.remove(current_work(), number)
    except RefusedError as error:
        return _back_with_refusal(number, error)
    flash(f"{removed.name} is removed; nothing of it was recorded.", "good")
    return redirect(url_for("importing.uploads"), 303)


def _back_with_refusal(number: int, error: RefusedError) -> Response:
    """Redirect to the upload's page, with the reason why something was refused."""
    flash(f"Nothing was changed: {error}.", "warn")
    return redirect(url_for("uploading.upload", number=number), 303)


def _progress(upload: uploads.Upload | uploads.UploadSummary) -> tuple[int, int]:
    if not upload.is_busy or upload.job is None:
        return 0, 0
    return system().files.progress(upload.job.id)


def _find_upload(number: int) -> uploads.Upload:
    upload = uploads.find(current_work(), number) if number < _MOST_NUMBER else None
    if upload is None:
        abort(404)
    return upload

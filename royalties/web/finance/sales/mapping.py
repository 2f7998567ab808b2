"""The mapping page: define how an upload is read, preview its first rows, and save it."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE, NotAllowedError, Verb
from royalties.domain.problems import SetupFault
from royalties.ingest.proposing import SEARCHED
from royalties.ingest.report.cells import Cell, printed
from royalties.ingest.report.headings import column_letters
from royalties.ingest.report.sheet_previews import SheetPreview
from royalties.ingest.setup import SetupError
from royalties.services.desk import jobs
from royalties.services.sales import uploads
from royalties.services.terms import mappings
from royalties.services.terms.amending import EntryChangedError, find_entry
from royalties.services.work import RefusedError
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, read_only
from royalties.web.core.waiting import wait_for
from royalties.web.finance.sales import mapping_form as fields
from royalties.web.finance.sales.mapping_form import MappingForm
from royalties.web.forms.entries import EntryForm, Written
from royalties.web.forms.fields import Hidden, Tick

PAGES = Pages("mapping", __name__, "/finance/uploads", FINANCE)

_MOST_NUMBER = 2**31
_SHOWN_ROWS, _ROWS_ABOVE = 10, 3
_SHOWN_LETTERS = 60
_SHOWN_COLUMNS = 40


class MappingStateForm(EntryForm):
    """What the mapping page carries beside the mapping: of which mapped report it is, if any."""

    of = Hidden(longest=64)
    revision = Hidden(longest=9)
    is_near = Tick()
    as_new = Tick()


@dataclass(slots=True)
class MappingPage:
    """The state of a mapping page while it is edited.

    Attributes:
        upload: the report that is mapped.
        form: the contents of the fields.
        rows: the sheet that is shown.
        of: the mapped report that is amended; empty for a new one.
        revision: the number of its revision that was looked at.
        is_near: whether it was chosen because its columns are nearly those of the file.
        as_new: whether what is saved becomes another mapped report beside it.
        mistakes: why it was not saved, as (field, words); ``missing`` is what the preview lacks.
        preview: what the first rows would be; None if that is not known.
    """

    upload: uploads.Upload
    form: MappingForm
    sheets: list[SheetPreview]
    of: str = ""
    revision: int = 0
    base: dict[str, Any] | None = None
    is_near: bool = False
    as_new: bool = False
    written: Written = field(default_factory=Written)
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    refused: str = ""
    missing: list[tuple[str, str]] = field(default_factory=list)
    preview: mappings.MappingPreview | None = None
    focus: str = ""

    def blame(self, faults: list[SetupFault]) -> None:
        """Show every fault at its field and above the form."""
        names, every = self.form.labels(), self.form.every_field
        for fault in faults:
            where = self.written.field_of(fault.path.removeprefix("reports[0]."))
            words = _fault_sentence(names.get(where, ""), fault)
            self.mistakes.append((where, words))
            if where in every:
                every[where].errors.append(in_names(fault.message))

    def look(self) -> None:
        """Read the first rows as the form says."""
        self.written = self.form.entry(self.base)
        body = {**self.written.body, "key": self.of}
        try:
            self.preview = mappings.preview(
                current_work(), self.upload.id, body, self.form.period_of_file
            )
        except SetupError as error:
            names = self.form.labels()
            for fault in error.faults:
                where = self.written.field_of(fault.path.removeprefix("reports[0]."))
                self.missing.append((where, _fault_sentence(names.get(where, ""), fault)))


def _fault_sentence(label: str, fault: SetupFault) -> str:
    """A fault as a sentence about its field, or by its path where no field has it."""
    if not label:
        return in_names(fault)
    words = in_names(fault.message)
    return f"{label} {words}" if words.startswith("is ") else f"{label}: {words}"


@PAGES.post("/<int:number>/map")
def begin(number: int) -> Response:
    """Start reading the first rows, and redirect to the page."""
    upload = _find_upload(number)
    try:
        with all_or_nothing():
            seen = uploads.first_rows_of(current_work(), number)
            job = None if seen else jobs.start(current_work(), "look", upload, {})
    except RefusedError as error:
        flash(f"Nothing was changed: {error}.", "warn")
        return redirect(url_for("uploading.upload", number=number), 303)
    is_done = job is None or wait_for([job])
    after = _find_upload(number)
    if is_done and not (after.job is not None and after.job.id == job and after.job.error):
        return redirect(url_for(".mapping", number=number), 303)
    return redirect(url_for("uploading.upload", number=number), 303)


@PAGES.get("/<int:number>/mapping")
def mapping(number: int) -> Answer:
    """Show the proposed or existing mapping of a file, beside a preview of the result."""
    upload = _find_upload(number)
    _require_import()
    if uploads.first_rows_of(current_work(), number) is None:
        return redirect(url_for("uploading.upload", number=number))
    try:
        start = mappings.start(current_work(), upload, None, None)
    except RefusedError as error:
        flash(f"{error}.", "warn")
        return redirect(url_for("uploading.upload", number=number))
    form = fields.begun(start)
    form["period"].data = form["period"].data or upload.choices.get("period", "")
    sheet = MappingPage(upload, form, [*start.sheets])
    if start.of is not None:
        sheet.of, sheet.revision, sheet.base = start.of.body["key"], start.of.id, start.of.body
        sheet.is_near = start.is_near
    return _mapping_page(sheet)


@PAGES.post("/<int:number>/mapping")
def save(number: int) -> Answer:
    """Show it again with other rows or headings, or keep it and check the file by it."""
    sheet = _typed(number)
    asked = request.form.get("act", "save")
    if asked == "headings":
        _propose_again(sheet)
        return _mapping_page(sheet)
    if asked == "preview":
        return _mapping_page(sheet)
    if asked != "save":
        sheet.focus = sheet.form.operate(asked)
        return _mapping_page(sheet)
    return _save(sheet)


@PAGES.post("/<int:number>/mapping/preview")
@read_only
def preview(number: int) -> Answer:
    """The preview alone, for the page's script."""
    sheet = _typed(number)
    _prepare(sheet)
    sheet.look()
    html = render_template(
        "finance/sales/mapping_preview.html", sheet=sheet, answered_by=fields.ANSWERED_BY
    )
    return jsonify(html=html)


def _save(sheet: MappingPage) -> Answer:
    form, number = sheet.form, sheet.upload.id
    _prepare(sheet)
    sheet.written = form.entry(sheet.base)
    as_new = sheet.as_new or not sheet.of
    try:
        with all_or_nothing():
            key = mappings.save(
                current_work(),
                number,
                sheet.written.body,
                name=form["name"].data,
                of="" if as_new else sheet.of,
                revision=0 if as_new else sheet.revision,
                period=form.period_of_file,
            )
            upload = uploads.change(current_work(), number, key, _answers(sheet))
            job = jobs.start(current_work(), "check", upload, {})
    except SetupError as error:
        sheet.blame(error.faults)
        return _mapping_page(sheet), 422
    except EntryChangedError as error:
        sheet.refused = in_names(error)
        sheet.revision = error.now.id if error.now else 0
        return _mapping_page(sheet), 409
    except RefusedError as error:
        sheet.refused = in_names(error)
        return _mapping_page(sheet), 409
    wait_for([job])
    flash(f"Saved as “{form['name'].data}”. Files with these columns are recognised now.", "good")
    return redirect(url_for("uploading.upload", number=number), 303)


def _answers(sheet: MappingPage) -> dict[str, str]:
    """The upload's answers, without those that the mapping replaces."""
    carried_over = ("encoding", "second_table")
    answers = {key: text for key, text in sheet.upload.choices.items() if key in carried_over}
    form = sheet.form
    if form.period_of_file and "period" not in sheet.written.body:
        answers["period"] = form.period_of_file
    return answers


def _propose_again(sheet: MappingPage) -> None:
    """Propose columns anew for another sheet or another row of headings."""
    place = fields.place_of_sheet(sheet.form, sheet.sheets)
    start = mappings.start(current_work(), sheet.upload, place, None)
    sheet.form["header_row"].data = str(start.header_row)
    for column in sheet.form.columns():
        name = column.path.removeprefix("columns.")
        column.data = start.body["columns"].get(name, "")
    if "returns" in start.body:
        sheet.form["returns"].data = start.body["returns"]


def _typed(number: int) -> MappingPage:
    """What a browser sent of the form."""
    _require_import()
    upload = _find_upload(number)
    sheets = mappings.first_rows(current_work(), number)
    state = MappingStateForm(request.form)
    of = state.of.data
    entry = find_entry(current_work(), mappings.PART, of) if of else None
    return MappingPage(
        upload,
        MappingForm(request.form),
        sheets,
        entry.body["key"] if entry else "",
        max(state.revision.number, 0),
        entry.body if entry else None,
        state.is_near.is_ticked,
        state.as_new.is_ticked,
    )


def _prepare(sheet: MappingPage) -> SheetPreview:
    grid = fields.offer(sheet.form, sheet.sheets)
    fields.add_words(sheet.form, grid, sheet.base)
    return grid


def _mapping_page(sheet: MappingPage) -> str:
    grid = _prepare(sheet)
    sheet.look()
    row = fields.header_row(sheet.form)
    first = 1 if row <= _SHOWN_ROWS else row - _ROWS_ABOVE
    return render_template(
        "finance/sales/mapping.html",
        sheet=sheet,
        form=sheet.form,
        shown=grid,
        header_row=row,
        first=[
            (number, [_text(cell) for cell in cells[:_SHOWN_COLUMNS]])
            for number, cells in enumerate(grid.rows[first - 1 :][:_SHOWN_ROWS], first)
        ],
        width=min(grid.width, _SHOWN_COLUMNS),
        heads=_heads(grid, row),
        samples=fields.sample_texts(grid, row),
        most_row=SEARCHED,
        answered_by=fields.ANSWERED_BY,
    )


def _heads(sheet: SheetPreview, row: int) -> list[tuple[str, str]]:
    """The letters of the columns that are shown, each with its heading."""
    printed = sheet.rows[row - 1] if row <= len(sheet.rows) else ()
    return [
        (column_letters(at), _text(printed[at]) if at < len(printed) else "")
        for at in range(min(sheet.width, _SHOWN_COLUMNS))
    ]


def _text(cell: Cell) -> str:
    text = " ".join(printed(cell).split())
    return text if len(text) <= _SHOWN_LETTERS else f"{text[: _SHOWN_LETTERS - 1]}…"


def _require_import() -> None:
    """Show the form only to those who may save it."""
    if not current_work().actor.may(Verb.IMPORT):
        raise NotAllowedError(current_work().actor, Verb.IMPORT)


def _find_upload(number: int) -> uploads.Upload:
    upload = uploads.find(current_work(), number) if number < _MOST_NUMBER else None
    if upload is None or not upload.is_open:
        abort(404)
    return upload

"""Mapped reports: what one says, its history, renaming it, ending it and taking that back."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE
from royalties.ingest.setup import SetupError
from royalties.services.terms import amending as terms
from royalties.services.terms import mappings
from royalties.services.work import RefusedError
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.sales.importing import retailers
from royalties.web.finance.sales.mapping_form import COLUMN_WORDS, MappingForm, sentences
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, Hidden
from royalties.web.forms.numbers import as_read

PAGES = Pages("mappings", __name__, "/finance/reports", FINANCE)


class RevisionForm(EntryForm):
    """The revision of a mapped report that a page showed."""

    revision = Hidden(longest=9)

    @property
    def shown(self) -> int:
        """Its number; 0 if it is none."""
        return max(self.revision.number, 0)


class RenameForm(RevisionForm):
    """What a mapped report is to be called."""

    name = EntryField("Name", needed=True, longest=500)


@PAGES.get("/<key>")
def report(key: str) -> str:
    """How files of a mapped report are read."""
    return _mapped_report_page(key)


@PAGES.get("/<key>/history")
def history(key: str) -> str:
    """A mapped report's earlier versions."""
    entry = _require_mapping(key)
    return render_template(
        "finance/terms/title_history.html",
        heading=entry.body.get("name") or key,
        back=("Retailers", url_for("catalogue.retailers")),
        page=url_for(".report", key=key),
        history=terms.history(current_work(), mappings.PART, key, as_read),
    )


@PAGES.post("/<key>/rename")
def rename(key: str) -> Answer:
    """Call it otherwise."""
    _require_mapping(key)
    form = RenameForm(request.form)
    name = form.name.data
    try:
        with all_or_nothing():
            mappings.rename(current_work(), key, name, form.shown)
    except SetupError as error:
        return _mapped_report_page(key, name, error.faults[0].message), 422
    except RefusedError as error:
        return _mapped_report_page(key, name, in_names(error)), 409
    flash(f"It is called “{name}” from now on.", "good")
    return redirect(url_for(".report", key=key), 303)


@PAGES.post("/<key>/end")
def end(key: str) -> Response:
    """Recognise no file as it any more."""
    return _end(key, ended=True)


@PAGES.post("/<key>/resume")
def resume(key: str) -> Response:
    """Recognise files as it again."""
    return _end(key, ended=False)


def _end(key: str, *, ended: bool) -> Response:
    _require_mapping(key)
    try:
        with all_or_nothing():
            mappings.end(current_work(), key, RevisionForm(request.form).shown, ended=ended)
    except RefusedError as error:
        flash(f"Nothing was changed: {error}.", "warn")
    else:
        words = "No file is recognised as it any more." if ended else "Files are recognised again."
        flash(words, "good")
    return redirect(url_for(".report", key=key), 303)


def _mapped_report_page(key: str, name: str | None = None, mistake: str = "") -> str:
    entry = _require_mapping(key)
    return render_template(
        "finance/terms/mapped_report.html",
        entry=entry,
        body=entry.body,
        columns={field: words for field, (words, _) in COLUMN_WORDS.items()},
        said=sentences(MappingForm(body=entry.body)),
        retailers=retailers(),
        name=name if name is not None else entry.body.get("name", ""),
        mistake=mistake,
    )


def _require_mapping(key: str) -> terms.RecordedEntry:
    entry = terms.find_entry(current_work(), mappings.PART, key)
    if entry is None:
        abort(404)
    return entry

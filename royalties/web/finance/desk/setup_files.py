"""A setup file in the browser: looked at entry by entry, then saved or prepared."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from royalties.adapters.files import TooLargeError
from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services.sales.uploads import shown_name
from royalties.services.terms import loading as service
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.consent import prepared
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, only_looks, release, system
from royalties.web.finance.terms.editing import confirmed
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload
from royalties.web.forms.numbers import as_read

PAGES = Pages("setup_files", __name__, "/finance", FINANCE)

_MOST_FAULTS = 200
_GONE = "The file is not here any more: choose it again."


class FileForm(EntryForm):
    """A setup file."""

    file = FileUpload(
        "Setup file", hint="JSON or TOML, up to 10 MB. Drop it here, or choose it.", needed=True,
        accept=".json,.toml",
    )  # fmt: skip


@PAGES.get("/setup-file")
def setup_file() -> Answer:
    """Ask for a setup file."""
    current_work().actor.require(Verb.LOAD)
    return _form_page()


@PAGES.post("/setup-file")
@only_looks
def look() -> Answer:
    """What a setup file would add, change and leave; nothing is saved."""
    current_work().actor.require(Verb.LOAD)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _form_page("Choose a file."), 422
    release()
    try:
        fingerprint, _ = system().files.keep_enclosure(sent.stream, service.LARGEST)
    except TooLargeError:
        return _form_page("The file is larger than 10 MB: split it, it may come in several."), 422
    name = shown_name(sent.filename)[:100]
    return _preview(fingerprint, name)


@PAGES.post("/setup-file/save")
@proven()
def save() -> Answer:
    """Save what was looked at."""
    current_work().actor.require(Verb.LOAD)
    fingerprint, name = request.form.get("file", ""), request.form.get("name", "")[:100]
    path = _path(fingerprint)
    if path is None:
        return _form_page(_GONE), 422
    try:
        with all_or_nothing():
            saved = service.save(
                current_work(),
                path,
                name,
                seen=request.form.get("seen", "")[:64],
                confirmed=confirmed(),
            )
    except SetupError as error:
        return _form_page(_fault_count(error), error), 422
    except UnconfirmedError:
        return _preview(fingerprint, name, "Tick that you have read what is replaced.")
    except RefusedError as error:
        return _preview(fingerprint, name, in_names(error))
    if saved.proposal is not None:
        flash(prepared(saved.proposal), "good")
        return redirect(url_for("approvals.approvals"), 303)
    flash("Loaded." if saved.changed else "The file says what the books say already.", "good")
    return redirect(url_for("home.home"), 303)


def _path(fingerprint: str) -> Any:  # noqa: ANN401 - a path
    plain = len(fingerprint) == 64 and fingerprint.isalnum() and fingerprint.isascii()  # noqa: PLR2004
    path = system().files.enclosure(fingerprint) if plain else None
    return path if path is not None and path.is_file() else None


def _preview(fingerprint: str, name: str, refused: str = "") -> Answer:
    path = _path(fingerprint)
    if path is None:
        return _form_page(_GONE), 422
    try:
        preview = service.look(current_work(), path, name, as_read)
    except SetupError as error:
        return _form_page(_fault_count(error), error), 422
    page = render_template(
        "finance/desk/setup_file.html",
        found=preview,
        name=name,
        file=fingerprint,
        refused=refused,
    )
    return page, 409 if refused else 200


def _fault_count(error: SetupError) -> str:
    count = len(error.faults)
    return f"The file has {count} fault{'s' if count > 1 else ''}, so nothing was saved."


def _form_page(refused: str = "", error: SetupError | None = None) -> str:
    form = FileForm()
    if refused:
        form.file.errors.append(refused)
    faults = error.faults if error else []
    return render_template(
        "finance/desk/setup_file_form.html",
        form=form,
        refused=refused,
        faults=faults[:_MOST_FAULTS],
        more=max(0, len(faults) - _MOST_FAULTS),
    )

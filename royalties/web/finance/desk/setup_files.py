"""A setup file in the browser: looked at entry by entry, then saved or prepared."""

from flask import abort, render_template, request, url_for

from royalties.domain.approvals import Proposal, ProposalStatus
from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services import approvals
from royalties.services.terms import loading as service
from royalties.web.account.proving import proven
from royalties.web.core.names import name_beside
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work, read_only
from royalties.web.finance.terms.editing import answer_saved_file, confirmed
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

PAGES = Pages("setup_files", __name__, "/finance", FINANCE)


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
@read_only
def look() -> Answer:
    """What a setup file would add, change and leave; nothing is saved."""
    current_work().actor.require(Verb.LOAD)
    try:
        sent = store_sent(service.LARGEST)
    except NotSentError as error:
        return _form_page(str(error)), 422
    return _preview(sent)


@PAGES.post("/setup-file/save")
@proven()
def save() -> Answer:
    """Save what was looked at."""
    current_work().actor.require(Verb.LOAD)
    form = SentFileForm(request.form)
    sent = form.sent
    path = sent.path
    if path is None:
        return _form_page(GONE), 422
    return answer_saved_file(
        lambda: service.save(
            current_work(), path, sent.name, seen=form.seen.data, confirmed=confirmed()
        ),
        lambda refused: _preview(sent, refused),
        lambda error: _form_page(fault_count(error, "saved"), error),
        url_for("home.home"),
        message="Loaded.",
    )


@PAGES.get("/setup-file/again/<int:number>")
def again(number: int) -> Answer:
    """What a file would do now that was sent back, withdrawn or left behind."""
    return _preview_again(_find_file(number))


@PAGES.post("/setup-file/again/<int:number>")
@proven()
def prepare_again(number: int) -> Answer:
    """Put such a file before a second person again."""
    proposal, form = _find_file(number), SentFileForm(request.form)
    return answer_saved_file(
        lambda: service.prepare_again(
            current_work(), proposal, seen=form.seen.data, confirmed=confirmed()
        ),
        lambda refused: _preview_again(proposal, refused),
        lambda error: _form_page(fault_count(error, "saved"), error),
        url_for("home.home"),
        message="Loaded.",
    )


def _find_file(number: int) -> Proposal:
    """A file of which a decision says that it does not count."""
    current_work().actor.require(Verb.LOAD)
    proposal = approvals.find(current_work(), number)
    decided = (ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN)
    if proposal is None or not service.is_file(proposal) or proposal.status not in decided:
        abort(404)
    return proposal


def _preview_again(proposal: Proposal, refused: str = "") -> Answer:
    try:
        found = service.preview_again(current_work(), proposal, as_read)
    except SetupError as error:
        return _form_page(fault_count(error, "saved"), error), 422
    name_beside(found.named)
    page = render_template(
        "finance/desk/setup_file.html",
        found=found,
        name=service.file_name(proposal),
        again=proposal,
        refused=refused,
    )
    return page, 409 if refused else 200


def _preview(sent: SentFile, refused: str = "") -> Answer:
    path = sent.path
    if path is None:
        return _form_page(GONE), 422
    try:
        preview = service.preview(current_work(), path, sent.name, as_read)
    except SetupError as error:
        return _form_page(fault_count(error, "saved"), error), 422
    name_beside(preview.named)
    return preview_page("finance/desk/setup_file.html", preview, sent, refused)


def _form_page(refused: str = "", error: SetupError | None = None) -> str:
    form = FileForm()
    if refused:
        form.file.errors.append(refused)
    return render_template(
        "finance/desk/setup_file_form.html",
        form=form,
        refused=refused,
        **faults_shown(error),
    )

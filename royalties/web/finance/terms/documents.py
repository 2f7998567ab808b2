"""Earlier statements of beneficiaries: stored, filed, shown, hidden and taken back."""

from collections.abc import Callable, Iterable

from flask import Response, abort, flash, redirect, render_template, request, url_for

from royalties.domain.counting import counted
from royalties.domain.documents import DocumentAction
from royalties.domain.people import FINANCE, Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.books import setup_in_force
from royalties.services.enclosures import TakenFile, enclosed, take_each
from royalties.services.statements import documents as service
from royalties.services.statements.documents import NoDocumentError, SavedDocuments
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, release, system
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, FileUpload, Tick

PAGES = Pages("documents", __name__, "/finance", FINANCE)

_FILES_HINT = (
    "PDF, Excel, Word, pictures, or any other file, up to 20 MB each; several at once, or a ZIP "
    "of them."
)
_LONGEST_PERIOD = 40
_LONGEST_NOTE = 1000
_LONGEST_KEY = 64
_ACTIONS = {
    DocumentAction.KEPT: "kept it",
    DocumentAction.FILED: "said whose it is, and of when",
    DocumentAction.AMENDED: "amended it",
    DocumentAction.SHOWN: "let the beneficiary see it",
    DocumentAction.HIDDEN: "hid it from the beneficiary",
    DocumentAction.REMOVED: "took it back",
}
"""What was done with one, as its history says it."""


class SendForm(EntryForm):
    """Earlier statements of one beneficiary."""

    files = FileUpload("Files", hint=_FILES_HINT, many=True, needed=True)
    period = EntryField(
        "Period or day",
        hint="Such as 2023-H2, 2023, 2023-07, 2023-12-31, or 2022-04-01 to 2023-03-31. Blank: "
        "what the name of each file tells.",
        short=True,
        longest=_LONGEST_PERIOD,
    )
    note = EntryField("Note", hint="Only the staff reads it.", longest=_LONGEST_NOTE)
    visible = Tick("Let them see it in their portal at once")


class SendManyForm(EntryForm):
    """Earlier statements of several beneficiaries."""

    files = FileUpload("Files", hint=_FILES_HINT, many=True, needed=True)


class AmendForm(EntryForm):
    """An earlier statement's period and note."""

    period = EntryField("Period or day", short=True, needed=True, longest=_LONGEST_PERIOD)
    note = EntryField("Note", hint="Only the staff reads it.", longest=_LONGEST_NOTE)


class RemoveForm(EntryForm):
    """Why an earlier statement is taken back."""

    reason = EntryField("Why", hint="Its history keeps it.", needed=True, longest=_LONGEST_NOTE)


@PAGES.get("/beneficiaries/<key>/earlier-statements")
def documents_of(key: str) -> str:
    """The earlier statements of a beneficiary, and the form that adds more."""
    return _page_of(key)


@PAGES.post("/beneficiaries/<key>/earlier-statements")
def send(key: str) -> Answer:
    """Keep earlier statements of a beneficiary."""
    current_work().actor.require(Verb.KEEP_DOCUMENTS)
    payee = _payee(key)

    def keep(sent: list[TakenFile]) -> str:
        form = SendForm(request.form)
        saved = service.save(
            current_work(),
            sent,
            beneficiary=key,
            period=form.period.data,
            note=form.note.data,
            visible=form.visible.is_ticked,
        )
        return _saved_words(saved, f"of {payee.name}")

    return _answer_files(
        keep, url_for(".documents_of", key=key), lambda refused: _page_of(key, refused)
    )


@PAGES.get("/earlier-statements")
def documents() -> str:
    """Earlier statements that are not filed yet, and the form that sends many."""
    return _many_page()


@PAGES.post("/earlier-statements")
def send_many() -> Answer:
    """Keep earlier statements of several beneficiaries; whose each is comes next."""
    current_work().actor.require(Verb.KEEP_DOCUMENTS)

    def keep(sent: list[TakenFile]) -> str:
        return _saved_words(service.save(current_work(), sent), "to be sorted")

    return _answer_files(keep, url_for(".documents"), _many_page)


@PAGES.post("/earlier-statements/file")
def file() -> Answer:
    """Say whose each of some earlier statements is, and of when; others wait."""
    chosen = [
        (number, request.form.get(f"payee-{number}", ""), request.form.get(f"period-{number}", ""))
        for number in request.form.getlist("number", int)
    ]
    ready = [each for each in chosen if each[1] and each[2].strip()]

    def do() -> str:
        if not ready:
            raise RefusedError("choose whose a statement is, and type its period or day")
        for number, payee, period in ready:
            service.file(
                current_work(), number, payee[:_LONGEST_KEY], period[: _LONGEST_PERIOD + 1]
            )
        left = len(chosen) - len(ready)
        waits = f"; {left} still to be sorted" if left else ""
        return f"{counted(len(ready), 'statement')} sorted{waits}. Only the staff sees them."

    return _answer(do, url_for(".documents"), _many_page)


@PAGES.get("/earlier-statements/<int:number>")
def document(number: int) -> str:
    """One earlier statement: its period and note, who sees it, and its history."""
    return _document_page(number)


@PAGES.get("/earlier-statements/<int:number>/file")
def document_file(number: int) -> Response:
    """The file as it was stored, only ever as a download."""
    found = service.file_of(current_work(), number)
    if found is None:
        abort(404)
    return download(found.name, found.path.open("rb"))


@PAGES.post("/earlier-statements/<int:number>/amend")
def amend(number: int) -> Answer:
    """Correct the period and the note."""

    def do() -> str:
        form = AmendForm(request.form)
        changed = service.amend(current_work(), number, form.period.data, form.note.data)
        return "Amended." if changed else "It says that already."

    return _do(number, do)


@PAGES.post("/earlier-statements/<int:number>/show")
def show(number: int) -> Answer:
    """Let the beneficiary's people see it."""

    def do() -> str:
        service.show(current_work(), number)
        return "Their people see it in the portal, under Statements."

    return _do(number, do)


@PAGES.post("/earlier-statements/<int:number>/hide")
def hide(number: int) -> Answer:
    """Let nobody but the staff see it."""

    def do() -> str:
        service.hide(current_work(), number)
        return "Only the staff sees it now."

    return _do(number, do)


@PAGES.post("/earlier-statements/<int:number>/remove")
def remove(number: int) -> Answer:
    """Take it back."""

    def do() -> str:
        service.remove(current_work(), number, RemoveForm(request.form).reason.data)
        return "Taken back: nobody sees it any more, and its history stays."

    return _do(number, do)


def _do(number: int, do: Callable[[], str]) -> Answer:
    return _answer(
        do, url_for(".document", number=number), lambda refused: _document_page(number, refused)
    )


def _answer(do: Callable[[], str], onward: str, page: Callable[[str], str]) -> Answer:
    """Do what a form asks for and go on; refused, the page comes back with what was typed."""
    try:
        with all_or_nothing():
            words = do()
    except NoDocumentError:
        abort(404)
    except RefusedError as error:
        return page(str(error)), 422
    flash(words, "good")
    return redirect(onward, 303)


def _answer_files(
    keep: Callable[[list[TakenFile]], str], onward: str, page: Callable[[str], str]
) -> Answer:
    """Take the files that came, while nobody waits for the database, then keep them."""
    release()
    files = system().files
    taken = (
        each
        for upload in request.files.getlist("files")
        if upload.filename
        for each in take_each(files, upload.filename, upload.stream)
    )
    try:
        with all_or_nothing(), enclosed(files, taken, service.require_few) as sent:
            words = keep(sent)
    except RefusedError as error:
        return page(f"{error}. Nothing was kept: choose the files again"), 422
    flash(words, "good")
    return redirect(onward, 303)


def _saved_words(saved: SavedDocuments, words: str) -> str:
    message = f"{counted(len(saved.kept), 'earlier statement')} {words} kept."
    if saved.again:
        names = ", ".join(saved.again[:5]) + (" …" if len(saved.again) > 5 else "")  # noqa: PLR2004
        message += f" There already, and left as it is: {names}."
    return message


def _payee(key: str) -> Beneficiary:
    payee = setup_in_force(current_work()).beneficiaries.get(key)
    if payee is None:
        abort(404)
    return payee


def _typed() -> bool:
    return request.method == "POST"


def _page_of(key: str, refused: str = "") -> str:
    payee = _payee(key)
    every = service.documents(current_work(), key)
    return render_template(
        "finance/terms/documents_of.html",
        payee=payee,
        kept=[each for each in every if each.removed_at is None],
        removed=[each for each in every if each.removed_at is not None],
        form=SendForm(request.form if _typed() else None),
        refused=refused,
    )


def _many_page(refused: str = "") -> str:
    payees = setup_in_force(current_work()).beneficiaries.values()
    return render_template(
        "finance/terms/documents.html",
        guesses=service.guesses(current_work()),
        payees=_by_name(payees),
        form=SendManyForm(),
        typed=request.form if _typed() else {},
        refused=refused,
    )


def _by_name(payees: Iterable[Beneficiary]) -> list[Beneficiary]:
    return sorted(payees, key=lambda each: (each.name.casefold(), each.key))


def _document_page(number: int, refused: str = "") -> str:
    found = service.find_document(current_work(), number)
    if found is None:
        abort(404)
    document, events = found
    payees = setup_in_force(current_work()).beneficiaries
    sent = request.form if _typed() else None
    form = AmendForm(sent if sent is not None and "period" in sent else None)
    if form.period.raw_data is None:
        form.period.data, form.note.data = document.period, document.note
    return render_template(
        "finance/terms/document.html",
        document=document,
        events=events,
        actions=_ACTIONS,
        payee=payees.get(document.beneficiary),
        also=service.also_kept_of(current_work(), document),
        form=form,
        why=RemoveForm(sent if sent is not None and "reason" in sent else None),
        refused=refused,
    )

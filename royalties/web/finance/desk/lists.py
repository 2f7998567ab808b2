"""Lists of titles and beneficiaries: chosen, read, looked at entry by entry, saved or prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE, Verb
from royalties.ingest.lists.contents import ListFault
from royalties.services.books import setup_in_force
from royalties.services.desk import listing
from royalties.services.desk.listing import SentList
from royalties.services.terms import list_templates, lists
from royalties.services.terms.amending import Saved
from royalties.services.terms.lists import ListFaultsError, ListKind
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names, name_beside
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, release, system
from royalties.web.core.waiting import wait_for
from royalties.web.finance.terms.editing import answer_saved_file, confirmed
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload
from royalties.web.forms.numbers import as_read
from royalties.web.forms.sent_files import MOST_FAULTS, NotSentError, SentFileForm, chosen_file

PAGES = Pages("lists", __name__, "/finance/lists", FINANCE)

_ANSWER = "answer."
_KINDS = "any(titles, beneficiaries)"


@dataclass(frozen=True, slots=True)
class ListWords:
    """What the pages of a kind of list say."""

    one: str
    many: str
    accept: str
    takes: str
    lead: str


_WORDS = {
    ListKind.TITLES: ListWords(
        "title", "titles", ".csv,.xlsx,.xls,.ods,.xml,.txt",
        "CSV, Excel, or ONIX 3.0 or 3.1, up to 50 MB. Drop it here, or choose it.",
        "A table with a row for each edition, or an ONIX file as your distributor has it. First "
        "you see what it would add, change and leave; nothing is saved before you say so. What it "
        "does not say stays as it is.",
    ),
    ListKind.BENEFICIARIES: ListWords(
        "beneficiary", "beneficiaries", ".csv,.xlsx,.xls,.ods,.txt",
        "CSV or Excel, up to 50 MB. Drop it here, or choose it.",
        "A table with a row for each. First you see what it would add, change and leave; nothing "
        "is saved before you say so. What it does not say stays as it is.",
    ),
}  # fmt: skip


class ListForm(EntryForm):
    """A list."""

    file = FileUpload("File", needed=True)


@PAGES.get(f"/<{_KINDS}:kind>")
def choose(kind: str) -> Answer:
    """Ask for a list, and offer templates."""
    work = current_work()
    work.actor.require(Verb.LOAD)
    setup_in_force(work)
    return _form_page(ListKind(kind))


@PAGES.get(f"/<{_KINDS}:kind>/template.<any(xlsx, csv):file>")
def template(kind: str, file: str) -> Response:
    """A template to fill in."""
    return download(*list_templates.template(current_work(), ListKind(kind), file))


@PAGES.post(f"/<{_KINDS}:kind>")
def send(kind: str) -> Answer:
    """Take a list and have it read; most are by the time that the next page is shown."""
    work = current_work()
    work.actor.require(Verb.LOAD)
    setup_in_force(work)
    try:
        sent = chosen_file()
    except NotSentError as error:
        return _form_page(ListKind(kind), str(error)), 422
    release()  # nobody waits while bytes are written
    try:
        stored = listing.store_sent(system().files, sent.stream, sent.filename or "")
    except RefusedError as error:
        return _form_page(ListKind(kind), f"{error}."), 422
    try:
        with all_or_nothing():
            number = listing.send(current_work(), ListKind(kind), stored, {})
    except RefusedError as error:
        return _form_page(ListKind(kind), f"{error}."), 429
    wait_for([number])
    return redirect(url_for(".look", kind=kind, number=number), 303)


@PAGES.get(f"/<{_KINDS}:kind>/<int:number>")
def look(kind: str, number: int) -> Answer:
    """What a list would add, change and leave; or what is wrong with it, or open."""
    return _list_page(_require_sent_list(kind, number))


@PAGES.post(f"/<{_KINDS}:kind>/<int:number>")
def answer(kind: str, number: int) -> Answer:
    """Take answers, and have the list read again."""
    sent = _require_sent_list(kind, number)
    answers = {
        name.removeprefix(_ANSWER): value
        for name, value in request.form.items()
        if name.startswith(_ANSWER)
    }
    try:
        with all_or_nothing():
            again = listing.again(current_work(), sent.number, answers)
    except RefusedError as error:
        return _form_page(sent.kind, f"{sentence(in_names(error))}."), 422
    wait_for([again])
    return redirect(url_for(".look", kind=kind, number=again), 303)


@PAGES.post(f"/<{_KINDS}:kind>/<int:number>/save")
def save(kind: str, number: int) -> Answer:
    """Save what was looked at."""
    sent = _require_sent_list(kind, number)

    def do() -> Saved:
        work = current_work()
        return lists.save(
            work,
            sent.kind,
            lists.find_saved(work, sent.kept),
            seen=SentFileForm(request.form).seen.data,
            confirmed=confirmed(),
        )

    to = "catalogue.titles" if sent.kind is ListKind.TITLES else "terms.beneficiaries"
    return answer_saved_file(
        do,
        lambda refused: _preview(sent, refused),
        lambda error: _faults_page(sent.kind, error.faults),
        url_for(to),
        what="list",
    )


def _require_sent_list(kind: str, number: int) -> SentList:
    work = current_work()
    work.actor.require(Verb.LOAD)
    sent = listing.find(work, number)
    if sent is None or sent.kind.value != kind:
        abort(404)
    return sent


def _list_page(sent: SentList) -> Answer:
    if sent.is_busy:
        return render_template("finance/desk/list_reading.html", list=sent, words=_WORDS[sent.kind])
    if sent.error:
        return _form_page(sent.kind, sent.error)
    if sent.faults:
        return _faults_page(sent.kind, sent.faults)
    if sent.questions:
        return render_template(
            "finance/desk/list_questions.html",
            list=sent,
            words=_WORDS[sent.kind],
            prefix=_ANSWER,
        )
    return _preview(sent)


def _preview(sent: SentList, refused: str = "") -> Answer:
    work = current_work()
    try:
        preview = lists.preview(work, sent.kind, lists.find_saved(work, sent.kept), as_read)
    except ListFaultsError as error:
        return _faults_page(sent.kind, error.faults), 422
    except RefusedError as error:
        return _form_page(sent.kind, f"{error}."), 422
    name_beside(preview.found.named)
    page = render_template(
        "finance/desk/list.html",
        list=sent,
        words=_WORDS[sent.kind],
        found=preview.found,
        notes=preview.notes,
        refused=refused,
    )
    return page, 409 if refused else 200


def _faults_page(kind: ListKind, faults: Sequence[ListFault]) -> str:
    count = len(faults)
    message = f"The list has {count} fault{'s' if count > 1 else ''}, so nothing was saved."
    return _form_page(kind, message, faults)


def _form_page(kind: ListKind, refused: str = "", faults: Sequence[ListFault] = ()) -> str:
    words = _WORDS[kind]
    form = ListForm()
    form.file.accept = words.accept
    form.file.description = words.takes
    if refused:
        form.file.errors.append(refused)
    more: dict[str, Any] = {"columns": list_templates.COLUMNS[kind]}
    return render_template(
        "finance/desk/list_form.html",
        form=form,
        kind=kind.value,
        words=words,
        refused=refused,
        faults=faults[:MOST_FAULTS],
        more=max(0, len(faults) - MOST_FAULTS),
        **more,
    )

"""Notes, questions and files of the staff: about something, all of them, and one."""

from collections.abc import Callable

from flask import Response, abort, flash, redirect, render_template, request, url_for

from royalties.domain.notes import NoteAction, NoteKind, NoteSubject
from royalties.domain.people import FINANCE, Verb
from royalties.services import enclosures
from royalties.services.desk import note_lists
from royalties.services.desk import notes as service
from royalties.services.desk.notes import NoNoteError
from royalties.services.enclosures import TakenFile
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import here_with, page_number
from royalties.web.core.visit import all_or_nothing, current_work, release, system
from royalties.web.forms.notes import (
    AnswerForm,
    NewNoteForm,
    WithdrawNoteForm,
    address_of,
    crumbs_of,
)

PAGES = Pages("notes", __name__, "/finance/notes", FINANCE)

_ACTIONS = {
    NoteAction.ADDED: "wrote it",
    NoteAction.RESOLVED: "settled it",
    NoteAction.REOPENED: "opened it again",
    NoteAction.WITHDRAWN: "withdrew it",
    NoteAction.RESTORED: "brought it back",
}
"""What was done with one, as its history says it."""

_ADDED = {NoteKind.NOTE: "The note is kept.", NoteKind.QUESTION: "The question is asked."}


@PAGES.get("")
def notes() -> str:
    """Questions that are open, or all notes, about whatever."""
    shows_all = request.args.get("show") == "all"
    page = page_number()
    read = note_lists.latest_notes if shows_all else note_lists.open_questions
    found = read(current_work(), page)
    return render_template(
        "finance/desk/notes.html", found=found, all=shows_all, **_paged(found, page), **_words()
    )


@PAGES.get("/<subject>/<key>")
def notes_about(subject: str, key: str) -> str:
    """All notes about something, and the form that writes one."""
    return _page_about(_subject(subject), key)


@PAGES.post("/<subject>/<key>")
def add(subject: str, key: str) -> Answer:
    """Write a note or a question."""
    about = _subject(subject)
    work = current_work()
    work.actor.require(Verb.KEEP_NOTES)
    service.require_subject(work, about, key)
    numbers: list[int] = []

    def do(sent: list[TakenFile]) -> str:
        form = NewNoteForm(request.form)
        put_to = form.asked_id
        asks = form.is_question.is_ticked or put_to is not None
        numbers.append(
            service.add(
                current_work(), about, key, form.text.data, sent, is_question=asks, asked=put_to
            )
        )
        return _ADDED[NoteKind.QUESTION if asks else NoteKind.NOTE]

    return _answer_files(
        do,
        lambda: url_for(".notes_about", subject=about, key=key, _anchor=f"note-{numbers[0]}"),
        lambda refused: _page_about(about, key, refused),
    )


@PAGES.get("/<int:number>")
def note(number: int) -> str:
    """One note, or one question with its answers."""
    return _note_page(number)


@PAGES.post("/<int:number>/answer")
def answer(number: int) -> Answer:
    """Answer a question."""
    current_work().actor.require(Verb.KEEP_NOTES)

    def do(sent: list[TakenFile]) -> str:
        form = AnswerForm(request.form)
        settles = form.resolves.is_ticked
        service.answer(current_work(), number, form.text.data, sent, resolves=settles)
        return "Answered, and the question is settled." if settles else "Answered."

    return _answer_files(do, lambda: _address(number), lambda refused: _note_page(number, refused))


@PAGES.post("/<int:number>/resolve")
def resolve(number: int) -> Answer:
    """Say that a question is settled."""

    def do() -> str:
        service.resolve(current_work(), number)
        return "The question is settled."

    return _do(number, do)


@PAGES.post("/<int:number>/reopen")
def reopen(number: int) -> Answer:
    """Say that a question is not settled after all."""

    def do() -> str:
        service.reopen(current_work(), number)
        return "The question is open again."

    return _do(number, do)


@PAGES.post("/<int:number>/withdraw")
def withdraw(number: int) -> Answer:
    """Withdraw a note, a question or an answer."""

    def do() -> str:
        service.withdraw(current_work(), number, WithdrawNoteForm(request.form).reason.data)
        return "Withdrawn; its history stays."

    return _do(number, do)


@PAGES.post("/<int:number>/restore")
def restore(number: int) -> Answer:
    """Bring back what was withdrawn."""

    def do() -> str:
        service.restore(current_work(), number)
        return "It stands again."

    return _do(number, do)


@PAGES.get("/files/<int:number>")
def note_file(number: int) -> Response:
    """A file as it was sent, only ever to be saved."""
    found = note_lists.file_of(current_work(), number)
    if found is None:
        abort(404)
    return download(found.name, found.path.open("rb"))


def _subject(word: str) -> NoteSubject:
    try:
        return NoteSubject(word)
    except ValueError:
        abort(404)


def _address(number: int) -> str:
    return url_for(".note", number=number)


def _do(number: int, do: Callable[[], str]) -> Answer:
    """Do what a form asks for and go on; refused, the page comes back with what was typed."""
    try:
        with all_or_nothing():
            words = do()
    except NoNoteError:
        abort(404)
    except RefusedError as error:
        return _note_page(number, in_names(error)), 422
    flash(words, "good")
    return redirect(_address(number), 303)


def _answer_files(
    do: Callable[[list[TakenFile]], str],
    onward: Callable[[], str],
    page: Callable[[str], str],
) -> Answer:
    """Take the files that came, while nobody waits for the database, then keep what was written."""
    uploads = [each for each in request.files.getlist("files") if each.filename]
    if uploads:
        release()
    files = system().files
    taken = (enclosures.take(files, each.filename or "", each.stream) for each in uploads)
    try:
        with all_or_nothing(), enclosures.enclosed(files, taken, service.require_few) as sent:
            words = do(sent)
    except NoNoteError:
        abort(404)
    except RefusedError as error:
        again = ". Choose the files again" if uploads else ""
        return page(f"{in_names(error)}{again}"), 422
    flash(words, "good")
    return redirect(onward(), 303)


def _page_about(subject: NoteSubject, key: str, refused: str = "") -> str:
    work = current_work()
    service.require_subject(work, subject, key)
    page = page_number()
    found = note_lists.notes_about(work, subject, key, page)
    return render_template(
        "finance/desk/notes_about.html",
        found=found,
        name=note_lists.subject_name(work, subject, key),
        crumbs=crumbs_of(subject, key),
        form=NewNoteForm(request.form) if request.method == "POST" else NewNoteForm(),
        send_to=url_for(".add", subject=subject, key=key),
        refused=refused,
        **_paged(found, page),
        **_words(),
    )


def _note_page(number: int, refused: str = "") -> str:
    work = current_work()
    entry = note_lists.find_note(work, number)
    if entry is None:
        abort(404)
    return render_template(
        "finance/desk/note.html",
        note=entry,
        name=note_lists.subject_name(work, entry.subject, entry.key),
        crumbs=crumbs_of(entry.subject, entry.key),
        may_withdraw=note_lists.may_withdraw(work, entry),
        answer=AnswerForm(request.form) if request.endpoint == "notes.answer" else AnswerForm(),
        why=WithdrawNoteForm(request.form)
        if request.endpoint == "notes.withdraw"
        else WithdrawNoteForm(),
        refused=refused,
        **_words(),
    )


def _paged(found: note_lists.NotesPage, page: int) -> dict[str, str]:
    return {
        "before": here_with(page=page - 1) if page > 1 else "",
        "after": here_with(page=page + 1) if found.more else "",
    }


def _words() -> dict[str, object]:
    return {
        "actions": _ACTIONS,
        "NoteKind": NoteKind,
        "address_of": address_of,
        "name_of": lambda each: note_lists.subject_name(current_work(), each.subject, each.key),
    }

"""The house: set up at the first visit, amended under Settings; and the sandbox of examples."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.desk import examples, jobs
from royalties.services.frame import is_sandbox
from royalties.services.terms import amending as terms
from royalties.services.terms import house as service
from royalties.services.work import RefusedError
from royalties.web.core.formats import day, period_words
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, release, settle, system
from royalties.web.finance.desk.house_form import HouseForm, dated
from royalties.web.finance.terms.editing import AmendForm
from royalties.web.forms.numbers import as_read

PAGES = Pages("house", __name__, "/finance", FINANCE)

_LEAVE = "leave"


@PAGES.route("/house", methods=["GET", "POST"])
def house() -> Answer:
    """The form of the house; sent, it is set up or amended."""
    work = current_work()
    work.actor.require(Verb.SET)
    if request.method == "POST":
        return _save()
    now = service.find_house(work)
    if now is None:
        return redirect(url_for("home.home"), 303)
    form = HouseForm(body=now.body)
    form.time_zone.data = str(work.now.tzinfo)
    return house_page(AmendForm("publisher", "publisher", form, now.body, now.id))


def first_house() -> AmendForm:
    """The form of a house that there is not yet."""
    work = current_work()
    return AmendForm("publisher", "", HouseForm.blank(work.today, str(work.now.tzinfo)), None, 0)


def house_page(sheet: AmendForm) -> str:
    """The page of the form: the first page of all while there is no house."""
    work = current_work()
    return render_template(
        "finance/desk/begin.html" if sheet.is_new else "finance/desk/house.html",
        sheet=sheet,
        form=sheet.form,
        has_examples=examples.are_here(),
        letterheads=_letterheads(sheet),
        is_fixed=not sheet.is_new and service.is_fixed(work),
        history=[] if sheet.is_new else terms.history(work, "publisher", "publisher", as_read),
    )


def _letterheads(sheet: AmendForm) -> list[dict[str, Any]]:
    """Names and addresses of the house with the day from which each holds, the newest first."""
    base = sheet.base or {}
    later = sorted(base.get("letterheads", ()), key=lambda each: str(each["from"]), reverse=True)
    if not later:
        return []
    first = {"from": "", "name": base["name"], "address": base.get("address", [])}
    return [*later, first]


def _save() -> Answer:
    now = service.find_house(current_work())
    sheet = AmendForm.typed("publisher", "", HouseForm, now.body if now else None)
    form = sheet.form
    logo: bytes | None = b"" if form["no_logo"].is_ticked else None
    sent = request.files.get("logo")
    if sent and sent.filename:
        try:
            release()
            logo = service.redraw_logo(system().files, sent.stream, sent.filename)
        except service.BadLogoError as error:
            _blame(sheet, "logo", f"{str(error).rstrip('.')}; choose it again.")
    sheet.write()
    if "name" in sheet.body:
        starts, back = form["holds_from"].data, form["take_back"].is_ticked
        sheet.body = dated(sheet.body, now.body if now else None, starts, take_back=back)
    if form["time_zone"].errors or not form["time_zone"].data:
        _blame(sheet, "time_zone", "choose one")
    if sheet.mistakes:
        return _with_all_faults(sheet), 422
    try:
        with all_or_nothing():
            changed = service.save_house(
                current_work(),
                sheet.body,
                revision=sheet.revision,
                time_zone=form["time_zone"].data,
                logo=logo,
            )
            if sheet.is_new and form["alone"].is_ticked:
                service.work_alone(current_work())
    except SetupError as error:
        sheet.blame(error.faults)
        return house_page(sheet), 422
    except RefusedError as error:
        sheet.mistakes.append(("", str(error)))
        return house_page(sheet), 409
    if not sheet.is_new:
        flash("Saved." if changed else "Nothing had changed, so nothing was recorded.", "good")
        return redirect(url_for("people.settings"), 303)
    first = setup_in_force(current_work()).first_period
    flash(
        f"The books begin with the {period_words(str(first))}, {day(first.starts)} to "
        f"{day(first.ends)}. What comes next is listed below.",
        "good",
    )
    return redirect(url_for("home.home"), 303)


def _blame(sheet: AmendForm, name: str, words: str) -> None:
    field = sheet.form[name]
    field.errors.append(words)
    sheet.mistakes.append((name, f"{field.label.text}: {words}"))


def _with_all_faults(sheet: AmendForm) -> str:
    """The page with what is wrong with the rest, too."""
    try:
        terms.canonical_body("publisher", sheet.body)
    except SetupError as error:
        sheet.blame(error.faults)
    return house_page(sheet)


@PAGES.post("/sandbox")
def sandbox() -> Answer:
    """Begin with the examples."""
    jobs.begin_examples(current_work())
    settle()
    return redirect(url_for("home.home"), 303)


@PAGES.route("/sandbox/leave", methods=["GET", "POST"])
def leave() -> Answer:
    """Empty the sandbox, once whoever asks has typed what it takes."""
    work = current_work()
    work.actor.require(Verb.SET)
    if not is_sandbox(work):
        return redirect(url_for("home.home"), 303)
    if request.method != "POST":
        return render_template("finance/desk/leave.html", typed="", wrong=False)
    typed = request.form.get("typed", "").strip()[:20]
    if typed.casefold() != _LEAVE:
        return render_template("finance/desk/leave.html", typed=typed, wrong=True), 422
    try:
        with all_or_nothing():
            examples.leave(current_work())
    except RefusedError as error:
        flash(f"{error}.", "bad")
        return redirect(url_for("home.home"), 303)
    settle()
    system().files.empty()
    flash("The sandbox is empty. Now set up your own house.", "good")
    return redirect(url_for("home.home"), 303)

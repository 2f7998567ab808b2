"""Saved filters: saved from a list, opened, renamed, shared and deleted."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.counting import series
from royalties.domain.people import FINANCE, Verb
from royalties.services.desk import saved_filters as service
from royalties.services.desk.saved_filters import LONGEST_NAME, SavedFilter
from royalties.services.work import RefusedError
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import LOOKING, actor, all_or_nothing, current_work
from royalties.web.finance.desk.list_filters import BY_ENDPOINT, LISTS, FilteredList
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, Tick

PAGES = Pages("filters", __name__, "/finance/filters", FINANCE)

_LONGEST_QUERY = 4000


class SavedFilterForm(EntryForm):
    """What a filter is called, and who has it."""

    name = EntryField("Name", hint="Such as Returns of Amazon.", needed=True, longest=LONGEST_NAME)
    shared = Tick("For everybody at the desk")
    asked = EntryField("What is shown", longest=_LONGEST_QUERY)


@PAGES.app_context_processor
def _of_this_list() -> dict[str, object]:
    return {"saved_filters": _saved_here}


def _saved_here() -> dict[str, object] | None:
    """What a list's page shows of its saved filters; None where the page is no list of the desk."""
    name = BY_ENDPOINT.get(request.endpoint or "")
    if name is None or actor().role not in FINANCE:
        return None
    asked = LISTS[name].of(request.args)
    saved = service.saved_filters(current_work(), name)
    return {
        "filters": [(each, each.query == asked) for each in saved],
        "save": url_for("filters.new", name=name, asked=urlencode(asked)) if asked else "",
    }


def _list_address(of: FilteredList, query: Mapping[str, str]) -> str:
    values: dict[str, Any] = dict(query)
    return url_for(of.endpoint, **values)


@PAGES.get("/")
def filters() -> str:
    """One's own filters and those of everybody, by list."""
    found = [each for each in service.saved_filters(current_work()) if _may_open(each)]
    lists = [
        (of, [(each, of.in_words(each.query)) for each in found if each.list == name])
        for name, of in LISTS.items()
    ]
    return render_template(
        "finance/desk/saved_filters.html", lists=[each for each in lists if each[1]]
    )


@PAGES.route("/new/<name>", methods=["GET", "POST"])
def new(name: str) -> Answer:
    """Save what a list shows: give it a name, and say who has it."""
    of = LISTS.get(name)
    if of is None or not actor().may(of.verb):
        abort(404)
    if request.method in LOOKING:
        form = SavedFilterForm(request.args)
        return _form_page(of, of.of(dict(parse_qsl(form.asked.data))), form)
    form = SavedFilterForm(request.form)
    query = of.of(dict(parse_qsl(form.asked.data)))
    try:
        with all_or_nothing():
            service.save_filter(
                current_work(), name, form.name.data, query, shared=form.shared.is_ticked
            )
    except RefusedError as error:
        form.name.errors.append(f"{error}.")
        return _form_page(of, query, form), 422
    who = "Everybody at the desk finds it" if form.shared.is_ticked else "You find it"
    flash(f"Saved. {who} above this list.", "good")
    return redirect(_list_address(of, query), 303)


@PAGES.get("/<int:number>")
def open_filter(number: int) -> Response:
    """Open the list with what was saved; what is there no more is left out, with a note."""
    saved, of = _find(number)
    query, gone = of.still_there(saved.query)
    if gone:
        flash(_gone_words(saved.name, gone, is_all=not query), "warn")
    return redirect(_list_address(of, query))


@PAGES.route("/<int:number>/change", methods=["GET", "POST"])
def change(number: int) -> Answer:
    """Rename a filter, share it, or take it back to oneself."""
    saved, of = _find(number)
    if not saved.is_changeable:
        actor().require(Verb.SET)
    if request.method in LOOKING:
        form = SavedFilterForm(body={"name": saved.name, "shared": saved.shared})
        return _form_page(of, saved.query, form, saved)
    form = SavedFilterForm(request.form)
    try:
        with all_or_nothing():
            service.change_filter(
                current_work(), number, form.name.data, shared=form.shared.is_ticked
            )
    except RefusedError as error:
        form.name.errors.append(f"{error}.")
        return _form_page(of, saved.query, form, saved), 422
    flash("Changed.", "good")
    return redirect(url_for(".filters"), 303)


@PAGES.post("/<int:number>/delete")
def delete(number: int) -> Response:
    """Delete a filter."""
    saved, _ = _find(number)
    service.delete_filter(current_work(), number)
    flash(f"The filter “{saved.name}” is deleted.", "good")
    return redirect(url_for(".filters"), 303)


def _may_open(saved: SavedFilter) -> bool:
    return saved.list in LISTS and actor().may(LISTS[saved.list].verb)


def _find(number: int) -> tuple[SavedFilter, FilteredList]:
    saved = service.find_filter(current_work(), number)
    if saved is None or not _may_open(saved):
        abort(404)
    return saved, LISTS[saved.list]


def _gone_words(name: str, gone: list[str], *, is_all: bool) -> str:
    rest = "the list is shown without a filter" if is_all else "the rest of it is shown"
    return f"“{name}”: what it asks for {series(gone)} is not there any more; {rest}."


def _form_page(
    of: FilteredList,
    query: Mapping[str, str],
    form: SavedFilterForm,
    saved: SavedFilter | None = None,
) -> str:
    return render_template(
        "finance/desk/saved_filter_form.html",
        of=of,
        said=of.in_words(query),
        back=_list_address(of, query),
        form=form,
        saved=saved,
    )

"""Identifiers matched by hand: where each was used, and how a wrong match is ended or moved."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE
from royalties.domain.sales.changes import LONGEST_REASON
from royalties.services.sales import aliases, imports
from royalties.services.work import RefusedError
from royalties.web.core.formats import plural
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import part_of
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, Hidden, Tick

PAGES = Pages("aliases", __name__, "/finance/aliases", FINANCE)

_LONGEST = 200


class AliasForm(EntryForm):
    """What becomes of an alias: the edition is blank where it is ended."""

    identifier = Hidden(longest=_LONGEST)
    seen = Hidden(longest=_LONGEST)
    isbn = EntryField("Edition", longest=_LONGEST)
    rows = Tick("Also move its rows that count in open periods")
    reason = EntryField("Why", longest=LONGEST_REASON)


@PAGES.get("/", endpoint="aliases")
def alias_list() -> str:
    """All identifiers matched by hand, and recent decisions about them."""
    listed = aliases.alias_list(current_work())
    return render_template(
        "finance/sales/aliases.html",
        found=part_of(listed),
        decisions=aliases.decisions(current_work()),
    )


@PAGES.get("/one")
def one() -> str:
    """One of them: its edition, where it was used, and what was decided."""
    return _alias_page(request.args.get("identifier", "")[:_LONGEST])


@PAGES.post("/move")
def move() -> Answer | Response:
    """Move it to another edition, or end it; for open periods' rows too, if that was ticked."""
    form = AliasForm(request.form)
    identifier, isbn = form["identifier"].data, form["isbn"].data
    is_end = request.form.get("do") == "end"
    if not is_end and not isbn:
        return _alias_page(identifier, form, "Choose the edition that it is to stand for."), 422
    try:
        with all_or_nothing():
            moved = aliases.move_alias(
                current_work(),
                identifier,
                None if is_end else isbn,
                seen=form["seen"].data,
                rows=bool(form["rows"].data),
                reason=form["reason"].data,
            )
    except RefusedError as error:
        return _alias_page(identifier, form, in_names(error)), 422
    rows = f"; {plural(moved.rows, 'recorded row')} went with it" if moved.rows else ""
    now = f"stands for {moved.now}" if moved.now else "stands for no edition"
    flash(f"{moved.identifier} {now} from now on{rows}.", "good")
    return redirect(url_for(".one", identifier=moved.identifier), 303)


def _alias_page(identifier: str, form: AliasForm | None = None, mistake: str = "") -> str:
    alias = aliases.find_alias(current_work(), identifier) if identifier else None
    if alias is None:
        abort(404)
    if form is None:
        body = {"identifier": alias.identifier, "seen": alias.edition and alias.edition.isbn}
        form = AliasForm(body=body)
    elif alias.edition is not None:
        form["seen"].data = alias.edition.isbn
    text = request.values.get("q", "")[:_LONGEST]
    candidates = imports.editions_like(current_work(), text) if text else []
    return render_template(
        "finance/sales/alias.html",
        found=alias,
        form=form,
        mistake=mistake,
        q=text,
        candidates=[
            candidate
            for candidate in candidates
            if not alias.edition or candidate.isbn != alias.edition.isbn
        ],
    )

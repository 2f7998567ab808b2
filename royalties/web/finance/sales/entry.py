"""Enter sales by keyboard."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import FINANCE
from royalties.domain.terms.catalogue import is_offered
from royalties.domain.terms.identifiers import identifier_key
from royalties.services.books import setup_in_force
from royalties.services.sales import manual_entry as entering
from royalties.services.sales import sheets
from royalties.services.sales.editions import IndexedEdition, edition_index
from royalties.services.sales.manual_entry import ManualEntryResult, Mistake
from royalties.services.sales.sheets import FIELDS, Draft, DraftChangedError
from royalties.services.work import RefusedError
from royalties.web.core.bodies import from_json
from royalties.web.core.formats import locale
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, roll_back, units
from royalties.web.finance.sales.mend_forms import TakeBackForm

PAGES = Pages("entry", __name__, "/finance/entry", FINANCE)

COLUMNS = tuple(
    zip(
        FIELDS,
        (
            "Date",
            "ISBN or title",
            "Kind",
            "Copies",
            "Currency",
            "List price",
            "Discount %",
            "Net receipts",
            "Country",
            "Region",
            "City",
            "Order",
        ),
        strict=True,
    )
)
FIGURES = frozenset({"units", "list_price", "discount", "net"})
_TEN = 10
_NO_NUMBER = 1 << 53
"""Beyond what anything is numbered; a database takes no larger ones."""

_MOST_BOOKS = 10
_MOST_ASKED = 100
_LONGEST_QUERY = 200
_SHOWN_MISTAKES = 20


@dataclass(slots=True)
class _Page:
    """What the sheet shows beside its draft."""

    draft: Draft
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[entering.Warned, ...] = ()
    changed: bool = False
    more: int = 0
    dirty: bool = False

    def shown(self) -> str:
        work = current_work()
        setup = setup_in_force(work)
        drafts = sheets.find_drafts(work)
        wrong: dict[tuple[int, str], str] = {}
        for mistake in self.mistakes:
            if mistake.row is not None and mistake.field:
                key = (mistake.row, mistake.field)
                wrong[key] = f"{wrong[key]}; {mistake.message}" if key in wrong else mistake.message
        blank = tuple("" for _ in FIELDS)
        row_count = max(_TEN, -(-(len(self.draft.rows) + 1) // _TEN) * _TEN, self.more)
        return render_template(
            "finance/sales/entry.html",
            page=self,
            draft=self.draft,
            rows=(*self.draft.rows, *([blank] * (row_count - len(self.draft.rows)))),
            columns=COLUMNS,
            figures=FIGURES,
            wrong=wrong,
            first_row=entering.FIRST_ROW,
            most_shown=_SHOWN_MISTAKES,
            retailers=[
                (key, setup.retailers[key].name, len(drafts[key].rows) if key in drafts else 0)
                for key in entering.retailers_first(setup, current_work().today)
            ],
            retailer=setup.retailers[self.draft.retailer],
            currency=setup.publisher.currency,
            most_rows=sheets.MOST_ROWS,
            conventions=_conventions(),
            today=work.today.isoformat(),
        )


@PAGES.get("/")
def sheet() -> Answer:
    """The sheet of a retailer, with its draft."""
    work = current_work()
    keys = entering.retailers_first(setup_in_force(work), work.today)
    if not keys:
        return render_template("finance/sales/entry_none.html")
    key = request.args.get("retailer") or keys[0]
    if key not in keys:
        abort(404)
    draft = sheets.find_drafts(work).get(key) or sheets.new_draft(work, key)
    more = request.args.get("rows", 0, type=int)
    return _Page(draft, more=min(max(more, 0), sheets.MOST_ROWS)).shown()


@PAGES.post("/")
def submit() -> Answer | Response:
    """Record the sheet; or keep it as it is, with ten more rows; or empty it."""
    draft = _sheet_sent()
    match request.form.get("do"):
        case "more" | "keep":
            return _save_draft(draft)
        case "clear":
            sheets.save(current_work(), replace(draft, rows=()), force=True)
            return redirect(url_for(".sheet", retailer=draft.retailer), 303)
    confirmed = request.form.getlist("confirmed")
    result = entering.enter(units, draft, choices=_conventions(), confirmed=confirmed)
    if result.batch is not None:
        return redirect(url_for(".recorded", number=result.batch), 303)
    return _checked_page(result), 422


def _checked_page(result: ManualEntryResult) -> str:
    roll_back()  # the draft was held
    draft = replace(result.draft, rows=result.rows)
    return _Page(draft, result.mistakes, result.warnings, result.changed, dirty=True).shown()


def _save_draft(draft: Draft) -> Answer | Response:
    try:
        with all_or_nothing():
            sheets.save(current_work(), draft)
    except DraftChangedError as error:
        page = _Page(replace(error.draft, rows=sheets.cleaned(draft.rows)), changed=True)
        return page.shown(), 422
    more = None
    if request.form["do"] == "more":
        more = min(len(_plain_rows()) + _TEN, sheets.MOST_ROWS)
    else:
        flash("The draft is kept.", "good")
    return redirect(url_for(".sheet", retailer=draft.retailer, rows=more), 303)


@PAGES.post("/draft")
def keep_draft() -> Answer | Response | tuple[Response, int]:
    """Keep what is typed so far; asked by the page itself."""
    try:
        with all_or_nothing():
            saved = sheets.save(
                current_work(), _sheet_sent(), force=request.form.get("force") == "yes"
            )
    except DraftChangedError as error:
        return jsonify(message=in_names(error)), 409
    except RefusedError as error:
        return jsonify(message=in_names(error)), 422
    return jsonify(token=saved.token, version=saved.version, at=f"{current_work().now:%H:%M}")


@PAGES.get("/token")
def fresh_token() -> Response:
    """A form's token for who is signed in now, and who that is; for our own pages alone.

    A sheet that outlived its session goes on with it, once the same person signed in again.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(404)
    found = current_work().actor
    return jsonify(csrf=generate_csrf(), person=str(found.person), name=found.name)


@PAGES.get("/books")
def books() -> Response:
    """Up to ten editions that a text may mean, or those of given ISBNs, as JSON."""
    shelf = edition_index(current_work())
    if asked := request.args.getlist("isbn")[:_MOST_ASKED]:
        editions = [book for text in asked for book in shelf.find(text[:_LONGEST_QUERY], 1)]
    else:
        text = request.args.get("q", "")[:_LONGEST_QUERY]
        editions = [each for each in shelf.find(text, _MOST_BOOKS) if _is_meant(each, text)]
    return jsonify(editions=[_edition_json(book) for book in editions])


def _is_meant(book: IndexedEdition, text: str) -> bool:
    """Whether an edition is offered for a text: a retired one only by its whole ISBN."""
    today = current_work().today
    return book.isbn == identifier_key(text) or (
        is_offered(book.title.retired, today) and is_offered(book.edition.retired, today)
    )


@PAGES.get("/recorded/<int:number>")
def recorded(number: int) -> str:
    """The receipt of a recorded sheet."""
    receipt = entering.receipt(current_work(), number) if number < _NO_NUMBER else None
    if receipt is None:
        abort(404)
    setup = setup_in_force(current_work())
    retailer = setup.retailers.get(receipt.document["retailer"] or "")
    return render_template("finance/sales/entry_recorded.html", receipt=receipt, retailer=retailer)


@PAGES.post("/recorded/<int:number>/undo")
def undo(number: int) -> Response:
    """Take a recorded sheet back; its rows come back into the draft."""
    if number >= _NO_NUMBER:
        abort(404)
    reason = TakeBackForm(request.form).reason.data
    retailer = entering.take_back(current_work(), number, reason)
    flash(f"Import {number} is undone; its rows are in the sheet again.", "good")
    return redirect(url_for(".sheet", retailer=retailer), 303)


def _sheet_sent() -> Draft:
    """The sheet as the page sent it: as one field, or as the plain form's many.

    Raises:
        RefusedError: somebody else typed it, and another person signed in meanwhile.
    """
    form = request.form
    if form.get("person", mine := str(current_work().actor.person)) != mine:
        raise RefusedError(
            "somebody else typed this sheet, and you signed in in this browser meanwhile: nothing "
            "was changed. Go back, and let its owner sign in in another window"
        )
    text = form.get("sheet", "")
    return Draft(
        form.get("retailer", ""),
        _rows_of(text) if text else _plain_rows(),
        form.get("token", ""),
        form.get("version", 0, type=int),
    )


def _rows_of(text: str) -> sheets.Rows:
    try:
        rows = from_json(text)
    except ValueError:
        abort(400)
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows
    ):
        abort(400)
    return tuple(tuple(row) for row in rows)


def _plain_rows() -> sheets.Rows:
    """The rows of the plain form; a currency alone is what the page filled in."""
    columns = [request.form.getlist(field) for field in FIELDS]
    if len({len(column) for column in columns}) != 1:
        abort(400)
    currency = FIELDS.index("currency")
    return tuple(
        row
        if any(cell.strip() for place, cell in enumerate(row) if place != currency)
        else tuple("" for _ in FIELDS)
        for row in zip(*columns, strict=True)
    )


def _conventions() -> Mapping[str, str]:
    """How the visitor writes numbers and days, as an import asks for it."""
    here = locale()
    pattern = here.date_formats["short"].pattern
    return {
        "decimal": "," if here.number_symbols["latn"]["decimal"] == "," else ".",
        "date_order": "dmy" if pattern.lower().index("d") < pattern.index("M") else "mdy",
    }


def _edition_json(book: IndexedEdition) -> dict[str, Any]:
    return {
        "isbn": book.isbn,
        "name": book.name,
        "short": f"{book.edition.format}, {book.title.title}",
        "names": book.numbers,
        "prices": [
            (
                price.currency,
                price.starts.isoformat(),
                micro_text(price.micro, exponent(price.currency)),
            )
            for price in sorted(book.edition.prices, key=lambda price: price.starts)
        ],
    }

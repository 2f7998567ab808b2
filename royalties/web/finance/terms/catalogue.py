"""Titles and retailers: lists, one of each, its history; adding and amending them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.money import micro_text, number_text
from royalties.domain.notes import NoteSubject
from royalties.domain.people import FINANCE, NotAllowedError, Verb
from royalties.domain.sales.reporting import ReportStatus
from royalties.domain.terms.catalogue import Retailer, Title
from royalties.ingest.setup import SetupError
from royalties.services.books import Setup, setup_in_force
from royalties.services.desk.dashboard import RetailerSummary, retailers_summary
from royalties.services.sales import known_reports
from royalties.services.sales.over_time import Against, By, SalesQuery
from royalties.services.terms import amending as terms
from royalties.services.terms import catalogue
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.terms.warnings import warnings_about
from royalties.services.work import RefusedError, Work
from royalties.web.core.names import abort_unknown
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.paging import part_of
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.sales.over_time import glimpse
from royalties.web.finance.terms.editing import AmendForm, add_further_errors, confirmed
from royalties.web.finance.terms.title_form import RetailerForm, TitleForm
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import Hidden
from royalties.web.forms.notes import notes_panel
from royalties.web.forms.numbers import as_read
from royalties.web.title_words import CHANNELS, FORMATS

PAGES = Pages("catalogue", __name__, "/finance", FINANCE)

_ON_A_PAGE = 50
_UNCHANGED = "Nothing was changed: it says what it said before."
_STANDINGS = {
    ReportStatus.IN: ("all in", "good"),
    ReportStatus.AHEAD: ("not due yet", ""),
    ReportStatus.DUE: ("due", "warn"),
    ReportStatus.LATE: ("late", "bad"),
    ReportStatus.OWN: ("own orders", ""),
    ReportStatus.NEVER: ("none yet", ""),
    ReportStatus.RETIRED: ("retired", ""),
}


# Titles


@PAGES.get("/titles")
def titles() -> str:
    """Titles, found by words or ISBN."""
    work = current_work()
    words = request.args.get("q", "").strip()[:200]
    matching = catalogue.search(work, words) if _setup(work) else []
    listed = part_of(matching)
    return render_template(
        "finance/terms/titles.html",
        found=listed,
        copies=catalogue.copies(work, listed.items) if matching else None,
        words=words,
        formats=FORMATS,
    )


@PAGES.get("/titles/<key>")
def title(key: str) -> str:
    """One title with everything that is known of it."""
    work = current_work()
    title = _find_title(work, key)
    setup = setup_in_force(work)
    sold = SalesQuery(By.KIND, against=Against.YEAR, title=key)
    return render_template(
        "finance/terms/title.html",
        sold=glimpse(sold),
        by_format=glimpse(replace(sold, by=By.FORMAT)),
        title=title,
        said=terms.find_entry(work, "titles", key),
        contracts=catalogue.contracts_of(work, key),
        aliases=catalogue.aliases(work, title),
        copies=catalogue.copies(work, [title]),
        retailers=setup.retailers,
        currency=setup.publisher.currency,
        prices=_prices(title, work.today),
        costs={
            edition.isbn: number_text(edition.unit_cost)
            for edition in title.editions
            if edition.unit_cost
        },
        formats=FORMATS,
        warnings=warnings_about(work, "titles", key),
    )


@dataclass(frozen=True, slots=True)
class ListPrice:
    """A list price as a line of a table; ``holds`` is before, today or later."""

    isbn: str
    format: str
    currency: str
    starts: date
    amount: str
    holds: str


def _prices(title: Title, today: date) -> list[ListPrice]:
    """A title's list prices, by edition, currency and day."""
    prices = []
    for edition in title.editions:
        ordered = sorted(edition.prices, key=lambda price: (price.currency, price.starts))
        for number, price in enumerate(ordered, 1):
            after = ordered[number] if number < len(ordered) else None
            replaced = after and after.currency == price.currency and after.starts <= today
            holds = "later" if price.starts > today else "before" if replaced else "today"
            amount = micro_text(price.micro)
            prices.append(
                ListPrice(edition.isbn, edition.format, price.currency, price.starts, amount, holds)
            )
    return prices


@PAGES.get("/titles/<key>/history")
def title_history(key: str) -> str:
    """A title's earlier versions."""
    heading = _find_title(current_work(), key).title
    return _history_page("titles", key, heading, ("Titles", url_for(".titles")), ".title")


@PAGES.route("/titles/<key>/amend", methods=["GET", "POST"])
def amend_title(key: str) -> Answer:
    """Amend a title."""
    work = current_work()
    _require_load(work)
    _find_title(work, key)
    return _amend("titles", key, TitleForm, _title_page, ".title")


@PAGES.route("/new-title", methods=["GET", "POST"])
def new_title() -> Answer:
    """Add a title."""
    work = current_work()
    _require_load(work)
    if request.method == "POST":
        return _save(AmendForm.typed("titles", "", TitleForm, None), _title_page, ".title")
    start = TitleForm(body={"editions": [{"prices": [{}]}]})
    return _title_page(AmendForm("titles", "", start, None, 0))


class SampleForm(EntryForm):
    """Which chapter of which revision of a title a sample is of."""

    chapter = Hidden()
    revision = Hidden()


@PAGES.post("/titles/<key>/sample")
def sample(key: str) -> Answer:
    """Let a PDF be the sample of a chapter."""
    work = current_work()
    _find_title(work, key)
    file = request.files.get("file")
    data = file.stream.read(catalogue.LARGEST_SAMPLE + 1) if file else b""
    form = SampleForm(request.form)
    chapter, revision = max(form.chapter.number, 0), form.revision.number
    catalogue.save_sample(work, key, chapter, data, revision)
    flash("The sample was kept; it is offered on the title's public page.", "good")
    return redirect(url_for(".title", key=key, _anchor="public"), 303)


def _title_page(sheet: AmendForm) -> str:
    return render_template("finance/terms/title_form.html", sheet=sheet, form=sheet.form)


# Retailers


@PAGES.get("/retailers")
def retailers() -> str:
    """Retailers, with the status of their reports."""
    work = current_work()
    setup = _setup(work)
    period, seen = retailers_summary(work) if setup else (None, ())
    return render_template(
        "finance/terms/retailers.html",
        found=part_of(sorted(seen, key=lambda name: name.name.casefold())),
        mapped=sorted(
            setup.mappings if setup else (),
            key=lambda shop: (shop["ended"], (shop["name"] or shop["key"]).casefold()),
        ),
        known=setup.retailers if setup else {},
        period=period,
        channels=CHANNELS,
        standings=_STANDINGS,
    )


@PAGES.get("/retailers/<key>")
def retailer(key: str) -> str:
    """One retailer, its reports and their rhythm."""
    work = current_work()
    retailer = _find_retailer(work, key)
    period, seen = retailers_summary(work)
    mine: RetailerSummary = next(summary for summary in seen if summary.key == key)
    before = number_in_query("before")
    reports = catalogue.reports_of(work, key, before, _ON_A_PAGE + 1)
    sold = SalesQuery(By.KIND, against=Against.YEAR, retailer=key)
    return render_template(
        "finance/terms/retailer.html",
        sold=glimpse(sold),
        by_format=glimpse(replace(sold, by=By.FORMAT)),
        formats=FORMATS,
        retailer=retailer,
        said=terms.find_entry(work, "retailers", key),
        overview=mine,
        notes=notes_panel(NoteSubject.RETAILER, key),
        period=period,
        reports=reports[:_ON_A_PAGE],
        known=known_reports.reports_known_of(work, key),
        older=reports[_ON_A_PAGE - 1].batch if len(reports) > _ON_A_PAGE else 0,
        channels=CHANNELS,
        standings=_STANDINGS,
    )


@PAGES.get("/retailers/<key>/history")
def retailer_history(key: str) -> str:
    """A retailer's earlier versions."""
    heading = _find_retailer(current_work(), key).name
    return _history_page(
        "retailers", key, heading, ("Retailers", url_for(".retailers")), ".retailer"
    )


@PAGES.route("/retailers/<key>/amend", methods=["GET", "POST"])
def amend_retailer(key: str) -> Answer:
    """Amend a retailer."""
    work = current_work()
    _require_load(work)
    _find_retailer(work, key)
    return _amend("retailers", key, RetailerForm, _retailer_page, ".retailer")


@PAGES.route("/new-retailer", methods=["GET", "POST"])
def new_retailer() -> Answer:
    """Add a retailer."""
    work = current_work()
    _require_load(work)
    if request.method == "POST":
        sheet = AmendForm.typed("retailers", "", RetailerForm, None)
        return _save(sheet, _retailer_page, ".retailer")
    return _retailer_page(AmendForm("retailers", "", RetailerForm(), None, 0))


def _retailer_page(sheet: AmendForm) -> str:
    return render_template("finance/terms/retailer_form.html", sheet=sheet, form=sheet.form)


# Both


def _history_page(part: str, key: str, heading: str, back: tuple[str, str], onward: str) -> str:
    """An entry's earlier versions; ``back`` is the list, by its name and its address."""
    return render_template(
        "finance/terms/title_history.html",
        heading=heading,
        back=back,
        page=url_for(onward, key=key),
        history=terms.history(current_work(), part, key, as_read),
    )


def _amend(
    part: str, key: str, form: type[EntryForm], page: Callable[[AmendForm], str], onward: str
) -> Answer:
    """Show an entry's form, or answer it."""
    entry = terms.find_entry(current_work(), part, key)
    if entry is None:
        abort(404)
    if request.method == "POST":
        return _save(AmendForm.typed(part, key, form, entry.body), page, onward)
    return page(AmendForm(part, key, form(body=entry.body), entry.body, entry.id))


_TO_CONFIRM = (
    "To confirm: this replaces what has counted already; read what, and tick that it is meant"
)


def _save(sheet: AmendForm, page: Callable[[AmendForm], str], onward: str) -> Answer:
    """Answer a form: move its rows, or save the entry and go on to its page."""
    button = request.form.get("act", "save")
    if button != "save":
        sheet.focus = sheet.form.operate(button)
        return page(sheet)
    work = current_work()
    sheet.write()
    if sheet.mistakes:
        add_further_errors(sheet)
        return page(sheet), 422
    try:
        with all_or_nothing():
            changed = catalogue.amend(work, sheet.part, sheet.body, sheet.revision, confirmed())
    except SetupError as error:
        sheet.blame(error.faults)
        return page(sheet), 422
    except UnconfirmedError as error:
        sheet.replaced, sheet.token = error.replaced, error.token
        sheet.mistakes = [("confirmed", _TO_CONFIRM)]
        return page(sheet), 409
    except terms.EntryChangedError as error:
        sheet.mistakes = [("", str(error))]
        return page(sheet), 422
    flash("Saved. Its history tells what it said before." if changed else _UNCHANGED, "good")
    return redirect(url_for(onward, key=sheet.body["key"]), 303)


def _require_load(work: Work) -> None:
    """A form that could not be saved is not even shown."""
    if not work.actor.may(Verb.LOAD):
        raise NotAllowedError(work.actor, Verb.LOAD)


def _find_title(work: Work, key: str) -> Title:
    setup = _setup(work)
    if setup is None or key not in setup.titles:
        abort_unknown("titles", key)
    return setup.titles[key]


def _find_retailer(work: Work, key: str) -> Retailer:
    setup = _setup(work)
    if setup is None or key not in setup.retailers:
        abort_unknown("retailers", key)
    return setup.retailers[key]


def _setup(work: Work) -> Setup | None:
    """The setup in force; None before the first setup file."""
    try:
        return setup_in_force(work)
    except RefusedError:
        return None

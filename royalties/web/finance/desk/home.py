"""The open period at a glance, and search."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE, Verb
from royalties.services.books import EmptyBooksError
from royalties.services.desk.dashboard import Dashboard, dashboard
from royalties.services.desk.first_steps import FirstStep, StepName, note_no_openings
from royalties.services.desk.search import LONGEST, Hit, search
from royalties.services.frame import is_sandbox
from royalties.services.sales.over_time import Against, By, Measure, SalesQuery
from royalties.web.core.formats import locale, number, percent, period_words
from royalties.web.core.pages import Pages
from royalties.web.core.visit import current_work
from royalties.web.finance.desk import house
from royalties.web.finance.orders.words import proposal_words
from royalties.web.finance.sales.over_time import Glimpse, glimpse

PAGES = Pages("home", __name__, "/finance", FINANCE)

_CHARTED = 8
"""So many retailers have bars."""

_PAGES = {
    "title": ("catalogue.title", "key"),
    "edition": ("catalogue.title", "key"),
    "retailer": ("catalogue.retailer", "key"),
    "contract": ("terms.contract", "key"),
    "beneficiary": ("terms.beneficiary", "key"),
    "plan": ("terms.plan", "key"),
    "statement": ("statements.show", "number"),
    "contract-period": ("runs.contract", "key"),
    "entry": ("ledger.entry", "number"),
    "import": ("importing.batch", "number"),
    "sale": ("sales.sales", "reference"),
    "waiting": ("importing.waiting", "match"),
    "receipt": ("invoices.invoice", "number"),
    "organization": ("organizations.organization", "key"),
    "order": ("orders.order", "number"),
    "invoice": ("invoices.invoice", "number"),
    "person": ("people.person", "number"),
    "close": ("closing.checklist", "period"),
    "setup": ("approvals.proposal", "number"),
}
"""The page of each kind of thing, and what names it there."""

_HEADINGS = {
    "title": "Titles",
    "edition": "Editions",
    "retailer": "Retailers",
    "contract": "Contracts",
    "beneficiary": "Beneficiaries",
    "plan": "Plans",
    "statement": "Statements",
    "contract-period": "Royalties of a period",
    "entry": "Entries of the ledger",
    "import": "Imports",
    "sale": "Sales by reference",
    "waiting": "Rows that wait, by reference",
    "organization": "Organizations",
    "order": "Orders",
    "invoice": "Invoices",
    "receipt": "Money received",
    "person": "People",
}


@PAGES.get("/")
def home() -> str:
    """The open period at a glance; how to begin where nothing has been loaded yet."""
    try:
        overview = dashboard(current_work())
    except EmptyBooksError:
        return _begin()
    return render_template(
        "finance/desk/home.html",
        overview=overview,
        before=_months_compared(overview),
        against=_copies_compared(overview),
        chart=[
            (period.name, period.sold.units, number(period.sold.units)) for period in overview.last
        ],
        months=_months_of(overview),
        by_retailer=_by_retailer(overview),
        address=_page_address,
        counted={"approvals.approvals": lambda: overview.to_do.prepared},
        order_words=proposal_words,
        steps=[_step_view(step, overview) for step in overview.first_steps],
    )


def _by_retailer(overview: Dashboard) -> list[tuple[str, int, int, str, str]]:
    """Copies of the retailers that sold most, beside those of the period before."""
    most = sorted(overview.retailers, key=lambda retailer: -retailer.sold.units)[:_CHARTED]
    return [
        (
            retailer.name,
            retailer.sold.units,
            retailer.before.units,
            number(retailer.sold.units),
            number(retailer.before.units),
        )
        for retailer in most
        if retailer.sold.units > 0 or retailer.before.units > 0
    ]


def _months_of(overview: Dashboard) -> list[Glimpse]:
    """Copies and receipts of the open period by month, over those of the one before."""
    months = 12 // overview.period.calendar.per_year
    until = f"{overview.period.ends:%Y-%m}"
    asked = SalesQuery(By.RETAILER, columns=months, until=until)
    if months == 1:
        asked = SalesQuery(By.RETAILER, columns=12, until=until, against=Against.YEAR)
    both = (glimpse(replace(asked, measure=each)) for each in (Measure.COPIES, Measure.RECEIPTS))
    return [each for each in both if each is not None]


_HEADED = {
    StepName.RETAILERS: ("Retailers", "Add a retailer"),
    StepName.TITLES: ("Titles", "Add a title"),
    StepName.BENEFICIARIES: ("Beneficiaries", "Add a beneficiary"),
    StepName.PLAN: ("A plan", "Add a plan"),
    StepName.CONTRACT: ("A contract", "Add a contract"),
    StepName.OPENINGS: ("What was before", "Enter what you bring"),
    StepName.REPORT: ("The first report", "Import a report"),
    StepName.DRAFT: ("A draft", "Compute the draft"),
    StepName.CLOSE: ("The first close", "Open the checklist"),
}
"""What each step is called, and its button."""

_ADD = {
    StepName.RETAILERS: ("catalogue.new_retailer", "catalogue.retailers"),
    StepName.TITLES: ("catalogue.new_title", "catalogue.titles"),
    StepName.BENEFICIARIES: ("terms.new_beneficiary", "terms.beneficiaries"),
    StepName.PLAN: ("terms.new_plan", "terms.plans"),
    StepName.CONTRACT: ("terms.new_contract", "terms.contracts"),
}
_IN_ROOM = {
    StepName.OPENINGS: "terms.openings",
    StepName.REPORT: "importing.uploads",
}


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is shown; ``button`` is empty where this visitor has nothing to press.

    ``is_managers`` says that a manager does it.
    """

    step: FirstStep
    words: str
    button: str
    to: str
    is_managers: bool = False


_VERBS = {
    **dict.fromkeys((StepName.RETAILERS, StepName.TITLES, StepName.OPENINGS), Verb.LOAD),
    **dict.fromkeys((StepName.BENEFICIARIES, StepName.PLAN, StepName.CONTRACT), Verb.PREPARE),
}
_ADDED = {
    StepName.TITLES: "Look at the titles",
    StepName.CONTRACT: "Look at the contracts",
    StepName.REPORT: "Say which editions they are",
}
"""The button where something is there, and is lacking something."""


def _step_view(step: FirstStep, overview: Dashboard) -> StepView:
    words, button = _HEADED[step.step]
    to = _step_address(step, overview)
    if not current_work().actor.may(_VERBS.get(step.step, Verb.READ)):
        return StepView(step, words, "", to, is_managers=not step.is_done)
    is_open = bool(overview.to_do.ended) if step.step is StepName.CLOSE else not step.is_done
    if step.step is StepName.DRAFT and not overview.sold.net:
        is_open = False
    if not is_open:
        return StepView(step, words, "", to)
    return StepView(step, words, _ADDED.get(step.step, button) if step.has_any else button, to)


def _step_address(step: FirstStep, overview: Dashboard) -> str:
    """The page that does a step; what is there already is shown in its list."""
    if step.step in _ADD:
        new, listed = _ADD[step.step]
        return url_for(listed if step.has_any else new)
    if step.step in _IN_ROOM:
        has_waiting = step.step is StepName.REPORT and overview.to_do.identifiers
        return url_for("importing.waiting" if has_waiting else _IN_ROOM[step.step])
    page = "closing.period" if step.step is StepName.DRAFT else "closing.checklist"
    return url_for(page, period=overview.period)


@PAGES.post("/no-openings")
def no_openings() -> Response:
    """Note that there are no opening balances."""
    note_no_openings(current_work())
    flash("Noted. Should there be some after all, enter them with the contracts.", "good")
    return redirect(url_for(".home"), 303)


def _begin() -> str:
    """The first page: the house is set up, or examples are on their way."""
    work = current_work()
    if is_sandbox(work):
        return render_template("finance/desk/filling.html")
    if not work.actor.may(Verb.SET):
        return render_template("finance/desk/begin.html", sheet=None)
    return house.house_page(house.first_house())


@PAGES.get("/search", endpoint="search")
def search_results() -> str | Response:
    """What a few letters find; something named exactly is shown at once."""
    results = search(current_work(), request.args.get("q", ""))
    if results.only is not None:
        return redirect(_hit_address(results.only))
    return render_template(
        "finance/desk/search.html",
        found=results,
        headings=_HEADINGS,
        address=_hit_address,
        longest=LONGEST,
    )


def _hit_address(hit: Hit) -> str:
    if hit.kind == "sale":
        return _page_address(hit.kind, hit.key, period="all")
    return _page_address(hit.kind, hit.key, **({"period": hit.period} if hit.period else {}))


def _page_address(kind: str, key: str | int, **further: str) -> str:
    endpoint, name = _PAGES[kind]
    named: dict[str, Any] = {name: key, **further}
    return url_for(endpoint, **named)


def _months_compared(overview: Dashboard) -> str:
    """What the open period is compared with, in words."""
    if overview.against is None or overview.months is None:
        return ""
    first, last = overview.months
    far = (
        (first.year - overview.against.starts.year) * 12
        + first.month
        - overview.against.starts.month
    )
    months = " to ".join(dict.fromkeys(_month(_earlier(day, far)) for day in (first, last)))
    return f"{months} in the {period_words(str(overview.against))}"


def _earlier(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def _copies_compared(overview: Dashboard) -> str:
    """How many copies there were before, and the change."""
    if overview.against is None:
        return "there is no period before to compare with"
    change = overview.change
    sign = "+" if change is not None and change > 0 else ""
    more = f" ({sign}{percent(change, 0)})" if change is not None else ""
    return f"{number(overview.before.units)} from {_months_compared(overview)}{more}"


def _month(day: date) -> str:
    text: str = format_date(day, "MMM y", locale=locale())
    return text

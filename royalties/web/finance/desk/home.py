"""The open period at a glance, and search."""

from datetime import date
from typing import Any

from babel.dates import format_date
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE
from royalties.services.desk.dashboard import Dashboard, dashboard
from royalties.services.desk.search import LONGEST, Hit, search
from royalties.services.work import RefusedError
from royalties.web.core.formats import locale, number, percent, period_words
from royalties.web.core.pages import Pages
from royalties.web.core.visit import current_work
from royalties.web.finance.orders.words import proposal_words

PAGES = Pages("home", __name__, "/finance", FINANCE)

_PAGES = {
    "title": ("catalogue.title", "key"),
    "edition": ("catalogue.title", "key"),
    "retailer": ("catalogue.retailer", "key"),
    "contract": ("terms.contract", "key"),
    "beneficiary": ("terms.beneficiary", "key"),
    "plan": ("terms.plan", "key"),
    "statement": ("statements.one", "number"),
    "import": ("importing.batch", "number"),
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
    "import": "Imports",
    "organization": "Organizations",
    "order": "Orders",
    "invoice": "Invoices",
    "person": "People",
}


@PAGES.get("/")
def home() -> str:
    """The open period at a glance; how to begin where nothing has been loaded yet."""
    try:
        found = dashboard(current_work())
    except RefusedError:
        return render_template("finance/desk/begin.html")
    return render_template(
        "finance/desk/home.html",
        glance=found,
        before=_before(found),
        against=_against(found),
        chart=[(each.name, each.sold.units, number(each.sold.units)) for each in found.last],
        address=_address,
        counted={"approvals.approvals": lambda: found.to_do.prepared},
        order_words=proposal_words,
    )


@PAGES.get("/search", endpoint="search")
def search_results() -> str | Response:
    """What a few letters find; something named exactly is shown at once."""
    found = search(current_work(), request.args.get("q", ""))
    if found.only is not None:
        return redirect(_of(found.only))
    return render_template(
        "finance/desk/search.html", found=found, headings=_HEADINGS, address=_of, longest=LONGEST
    )


def _of(hit: Hit) -> str:
    return _address(hit.kind, hit.key)


def _address(kind: str, key: str | int) -> str:
    endpoint, name = _PAGES[kind]
    named: dict[str, Any] = {name: key}
    return url_for(endpoint, **named)


def _before(found: Dashboard) -> str:
    """What the open period is compared with, in words."""
    if found.against is None or found.months is None:
        return ""
    first, last = found.months
    far = (first.year - found.against.starts.year) * 12 + first.month - found.against.starts.month
    months = " to ".join(dict.fromkeys(_month(_earlier(day, far)) for day in (first, last)))
    return f"{months} in the {period_words(str(found.against))}"


def _earlier(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def _against(found: Dashboard) -> str:
    """How many copies there were before, and the change."""
    if found.against is None:
        return "there is no period before to compare with"
    change = found.change
    sign = "+" if change is not None and change > 0 else ""
    more = f" ({sign}{percent(change, 0)})" if change is not None else ""
    return f"{number(found.before.units)} from {_before(found)}{more}"


def _month(day: date) -> str:
    text: str = format_date(day, "MMM y", locale=locale())
    return text

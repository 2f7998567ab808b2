"""What every page has: headers that keep it safe, and its frame."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, url_for
from wtforms import Field

from royalties.domain.people import Role, Verb
from royalties.ingest import places
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.frame import Frame, frame_of
from royalties.services.work import RefusedError
from royalties.web.core.visit import actor, visit, work

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "X-Frame-Options": "DENY",
}
_A_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the finance desk's menu."""

    words: str
    endpoint: str
    verb: Verb = Verb.READ


MENU: tuple[tuple[str, tuple[MenuEntry, ...]], ...] = (
    (
        "",
        (MenuEntry("Home", "home.home"), MenuEntry("Notes and questions", "notes.notes")),
    ),
    (
        "Sales",
        (
            MenuEntry("Import reports", "importing.uploads"),
            MenuEntry("Enter sales", "entry.sheet"),
            MenuEntry("Sales", "sales.sales"),
            MenuEntry("Sales over time", "over_time.over_time"),
            MenuEntry("Best sellers", "over_time.best_sellers"),
            MenuEntry("Waiting ISBNs", "importing.waiting"),
        ),
    ),
    (
        "Royalties",
        (
            MenuEntry("Run and close", "closing.periods"),
            MenuEntry("Approvals", "approvals.approvals"),
            MenuEntry("Statements", "closing.statements"),
            MenuEntry("Payments", "payments.payments"),
            MenuEntry("Royalties over time", "accounts.over_time"),
            MenuEntry("Reserves held", "holdings.reserves"),
            MenuEntry("Advances", "holdings.advances"),
            MenuEntry("Ledger", "ledger.ledger"),
        ),
    ),
    (
        "Orders",
        (
            MenuEntry("Orders", "orders.board"),
            MenuEntry("Value of orders", "order_values.values"),
            MenuEntry("Invoices", "invoices.invoices"),
            MenuEntry("Organizations", "organizations.organizations"),
            MenuEntry("Price lists", "price_lists.price_lists"),
            MenuEntry("How to pay us", "terms.payment_details"),
        ),
    ),
    (
        "Terms",
        (
            MenuEntry("Titles", "catalogue.titles"),
            MenuEntry("Retailers", "catalogue.retailers"),
            MenuEntry("Contracts", "terms.contracts"),
            MenuEntry("Beneficiaries", "terms.beneficiaries"),
            MenuEntry("Plans", "terms.plans"),
            MenuEntry("Rates and income", "rates.rates"),
            MenuEntry("Brought in", "terms.openings"),
        ),
    ),
    (
        "House",
        (
            MenuEntry("People", "people.people", Verb.AUDIT),
            MenuEntry("Audit log", "people.audit", Verb.AUDIT),
            MenuEntry("E-mail", "people.mail", Verb.AUDIT),
            MenuEntry("Our banks", "terms.banks"),
            MenuEntry("Settings", "people.settings", Verb.AUDIT),
        ),
    ),
)
"""The finance desk's rooms, in the order of the work."""


def init_app(app: Flask) -> None:
    """Set headers on every answer, and give templates what the frame shows."""
    app.after_request(_protect)
    app.jinja_env.globals["attributes"] = attributes
    app.jinja_env.globals["places"] = places
    app.jinja_env.globals["parts"] = app.jinja_env.get_template("parts.html").module
    folder = Path(app.static_folder or "")
    marks = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()[:10]
        for path in folder.rglob("*")
        if path.is_file()
    }

    @app.context_processor
    def _frame() -> dict[str, Any]:
        return {
            "actor": actor(),
            "may": frozenset(verb for verb in Verb if actor().may(verb)),
            "visit": visit(),
            "publisher": publisher_name(),
            "framing": frame(),
            "menu": MENU,
            "Role": Role,
            "Verb": Verb,
            "asset": lambda name: url_for("static", filename=name, v=marks.get(name, "")),
            "here": request.endpoint or "",
            "counted": {"approvals.approvals": _waiting} if actor().may(Verb.READ) else {},
            "two_people": two_people,
        }


def attributes(field: Field, described: list[str]) -> dict[str, str]:
    """What a form's field says to those who hear the page instead of seeing it."""
    aria = {}
    if described:
        aria["aria-describedby"] = " ".join(described)
    if field.errors:
        aria["aria-invalid"] = "true"
    return aria


def publisher_name() -> str:
    """The house's name; before the first setup file the program's."""
    if "publisher" not in g:
        try:
            unit = work()
            g.publisher = setup_in_force(unit).publisher_on(unit.today).name
        except RefusedError:
            g.publisher = "Royalties"
    name: str = g.publisher
    return name


def frame() -> Frame:
    """What every page shows of the house beside its own matter."""
    return frame_of(work())


def two_people() -> bool:
    """Whether maker and checker are two people; the desk's pages say so if they need not be."""
    return approvals.two_people(work())


def _waiting() -> int:
    """How many proposals wait for a second person, for the menu."""
    return approvals.waiting_count(work())


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}; includeSubDomains"
    fine = response.status_code < 400  # noqa: PLR2004 - an error is never cached
    if request.endpoint == "static" and fine:
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
        return response
    if not (response.cache_control.public and fine):
        # Also in place of what Flask says of a file, which lets browsers keep it.
        response.headers["Cache-Control"] = "no-store"
    response.headers.add("Vary", "Cookie")
    return response

"""Every page in a real browser, wide and narrow: no fault found by axe, no error in the console.

A page that is not in the list fails ``test_every_page_is_visited``.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from royalties.domain.people import Role
from tests.browser.looking import DESK, PHONE, SMALL, TABLET, Window, window
from tests.browser.unchanged import Judged
from tests.builders import rich_orders as orders
from tests.builders.books import Shelf, Story, nothing, opened
from tests.builders.live import Live, serving
from tests.builders.rich import (
    ALIAS,
    INVITATION,
    INVITED,
    JOINING,
    LIST_GOOD,
    LIST_OF_BENEFICIARIES,
    LIST_OPEN,
    LIST_WRONG,
    OLD_HIDDEN,
    OLD_SHOWN,
    OLD_UNSORTED,
    RESET,
    TYPED,
    UPLOAD_GOOD,
    UPLOAD_WRONG,
    rich,
)
from tests.databases import RUN_FOLDER
from tests.selection import InFull, one_of_each

STATES: dict[str, Story] = {"rich": rich, "opened": opened, "nothing": nothing}
DAYS = 6
"""In so many days all pages of a fresh checkout are looked at."""
BELONGS = {Role.NONPROFIT: ("seattle",), Role.ORGANIZATION: ("guild",)}


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as somebody sees it.

    ``form`` is sent first, so that the page comes back with what is wrong.
    """

    path: str
    role: Role = Role.MANAGER
    state: str = "rich"
    status: int = 200
    stage: str = "full"
    submit: str = ""
    """Selector of a form that is sent as it stands, unchecked by the browser."""

    def __str__(self) -> str:
        words = [self.role.value, self.path.strip("/").replace("/", "-") or "root"]
        if self.state != "rich":
            words.append(self.state)
        if self.submit:
            words += ["wrong", *re.findall(r"action\$=(\w+)", self.submit)]
        if self.stage != "full":
            words.append(self.stage)
        return "_".join(words).replace("?", "_").replace("&", "_").replace("=", "-")


FORM = "main form[method=post]"
"""The first form of a page."""

SEND = "form => { form.noValidate = true; form.requestSubmit(); }"
"""Sends a form as it stands, whatever the browser itself would say of it."""

STRANGER, CLERK, MANAGER, ADMIN = Role.STRANGER, Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR
ORGANIZATION = Role.ORGANIZATION
VISITS = (
    Visit("/account/sign-in", STRANGER),
    Visit("/account/second-factor", MANAGER, stage="password"),
    Visit("/account/me", MANAGER),
    Visit("/account/sign-in", STRANGER, submit=FORM),
    Visit("/account/sign-in", ADMIN, "nothing"),
    Visit("/account/second-factor", MANAGER, stage="password", submit=FORM),
    Visit("/account/second-factor?by=recovery", MANAGER, stage="password"),
    Visit("/account/second-factor/new", MANAGER),
    Visit("/account/second-factor/new", MANAGER, submit=FORM),
    Visit("/account/second-factor/codes", MANAGER),
    Visit("/account/me", Role.NONPROFIT),
    Visit("/account/me", Role.ORGANIZATION),
    Visit("/account/me", CLERK, submit="form[action$=password]"),
    Visit("/account/forgotten", STRANGER),
    Visit("/account/forgotten", STRANGER, submit=FORM),
    Visit(f"/account/invitation/{INVITATION}", STRANGER),
    Visit(f"/account/invitation/{INVITATION}", STRANGER, submit=FORM),
    Visit("/account/invitation/dead", STRANGER, status=404),
    Visit(f"/account/invitation/{JOINING}", STRANGER),
    Visit(f"/account/reset/{RESET}", STRANGER),
    Visit(f"/account/reset/{RESET}", STRANGER, submit=FORM),
    Visit("/finance/"),
    Visit("/finance/", CLERK),
    Visit("/finance/", ADMIN),
    Visit("/finance/", CLERK, "opened"),
    Visit("/finance/", ADMIN, "nothing"),
    Visit("/finance/", ADMIN, "nothing", submit="form[action$=house]"),
    Visit("/finance/", CLERK, "nothing"),
    Visit("/finance/contracts", ADMIN, "nothing"),
    Visit("/finance/house", ADMIN),
    Visit("/finance/setup-file"),
    Visit("/finance/openings"),
    Visit("/finance/periods/2025-H2/parallel"),
    Visit("/finance/periods/2025-H2/parallel", submit=FORM),
    Visit("/finance/openings", submit=FORM),
    Visit("/finance/lists/titles"),
    Visit("/finance/lists/titles", submit=FORM),
    Visit(f"/finance/lists/titles/{LIST_GOOD}"),
    Visit(f"/finance/lists/titles/{LIST_WRONG}"),
    Visit(f"/finance/lists/titles/{LIST_OPEN}"),
    Visit("/finance/lists/beneficiaries"),
    Visit(f"/finance/lists/beneficiaries/{LIST_OF_BENEFICIARIES}"),
    Visit("/finance/setup-file", submit=FORM),
    Visit("/account/first/nothing", STRANGER, status=404),
    Visit("/finance/search?q=collab"),
    Visit("/finance/search?q=zzz"),
    Visit("/finance/imports", CLERK),
    Visit("/finance/imports", CLERK, "opened"),
    Visit("/finance/imports/1"),
    Visit("/finance/imports/2"),
    Visit("/finance/imports/3", CLERK),
    Visit(f"/finance/uploads/{UPLOAD_WRONG}", CLERK),
    Visit(f"/finance/uploads/{UPLOAD_WRONG}?column=units", CLERK),
    Visit(f"/finance/uploads/{UPLOAD_GOOD}", CLERK),
    Visit(f"/finance/uploads/{UPLOAD_WRONG}/mapping", CLERK),
    Visit(f"/finance/uploads/{UPLOAD_WRONG}/mapping", CLERK, submit="form[data-preview]"),
    Visit("/finance/reports/river", CLERK),
    Visit("/finance/reports/river/history"),
    Visit("/finance/waiting", CLERK),
    Visit("/finance/aliases/", CLERK),
    Visit(f"/finance/aliases/one?identifier={ALIAS}", CLERK),
    Visit("/finance/waiting", CLERK, "opened"),
    Visit("/finance/entry/", CLERK),
    Visit("/finance/entry/", CLERK, "opened"),
    Visit("/finance/entry/?retailer=bay", CLERK),
    Visit(f"/finance/entry/recorded/{TYPED}", CLERK),
    Visit("/finance/sales/"),
    Visit("/finance/sales/", CLERK, "opened"),
    Visit("/finance/sales/?retailer=amazon&period=2025-H2", CLERK),
    Visit("/finance/sales/?book=nothing+like+it", CLERK),
    Visit("/finance/sales/over-time/", CLERK),
    Visit("/finance/sales/over-time/", CLERK, "opened"),
    Visit("/finance/sales/over-time/?measure=receipts&by=region&per=period&columns=1", CLERK),
    Visit("/finance/titles"),
    Visit("/finance/titles", ADMIN, "nothing"),
    Visit("/finance/titles/collab"),
    Visit("/finance/titles/handbook", CLERK),
    Visit("/finance/titles/collab/history"),
    Visit("/finance/titles/collab/amend"),
    Visit("/finance/new-title"),
    Visit("/finance/new-title", submit=FORM),
    Visit("/finance/retailers"),
    Visit("/finance/retailers/amazon"),
    Visit("/finance/retailers/amazon/history"),
    Visit("/finance/retailers/amazon/amend"),
    Visit("/finance/new-retailer"),
    Visit("/finance/new-retailer", submit=FORM),
    Visit("/finance/contracts"),
    Visit("/finance/contracts/foot-2015"),
    Visit("/finance/contracts/foot-2015/amend"),
    Visit("/finance/new-contract"),
    Visit("/finance/new-contract", submit=FORM),
    Visit("/finance/beneficiaries"),
    Visit("/finance/beneficiaries/seattle"),
    Visit("/finance/beneficiaries/seattle/amend", CLERK),
    Visit("/finance/beneficiaries/seattle/earlier-statements"),
    Visit("/finance/beneficiaries/tacoma/earlier-statements", CLERK, submit=FORM),
    Visit("/finance/earlier-statements"),
    Visit("/finance/earlier-statements", CLERK, "opened"),
    Visit("/finance/earlier-statements", submit=FORM),
    Visit(f"/finance/earlier-statements/{OLD_SHOWN}"),
    Visit(f"/finance/earlier-statements/{OLD_HIDDEN}", CLERK),
    Visit(f"/finance/earlier-statements/{OLD_HIDDEN}", submit="form[action$=remove]"),
    Visit(f"/finance/earlier-statements/{OLD_UNSORTED}", CLERK),
    Visit("/finance/new-beneficiary"),
    Visit("/finance/new-beneficiary", submit=FORM),
    Visit("/finance/plans"),
    Visit("/finance/plans/cities"),
    Visit("/finance/plans/halves", CLERK),
    Visit("/finance/plans/cities/versions/new"),
    Visit("/finance/new-plan"),
    Visit("/finance/new-plan", submit=FORM),
    Visit("/finance/rates"),
    Visit("/finance/rates", CLERK),
    Visit("/finance/rates", submit="form[action$=rates]"),
    Visit("/finance/rates", submit="form[action$=income]"),
    Visit("/finance/approvals"),
    Visit("/finance/approvals", CLERK, "opened"),
    Visit("/finance/approvals/2"),
    Visit("/finance/approvals/3", CLERK),
    Visit("/finance/approvals/2", submit="form[action$=refuse]"),
    Visit("/finance/periods"),
    Visit("/finance/periods", CLERK, "opened"),
    Visit("/finance/periods/2025-H2", CLERK),
    Visit("/finance/periods/2025-H1"),
    Visit("/finance/periods/2025-H1", CLERK, "opened"),
    Visit("/finance/periods/2025-H2/jumps", CLERK),
    Visit("/finance/periods/2025-H2/jumps?show=all", submit="main form[method=post]"),
    Visit("/finance/periods/2025-H2/close"),
    Visit("/finance/periods/2025-H1/closed"),
    Visit("/finance/periods/2025-H2/contracts/foot-2015"),
    Visit("/finance/periods/2025-H1/contracts/hand-2020"),
    Visit("/finance/periods/2025-H2/contracts/foot-2015/lines/1"),
    Visit("/finance/periods/2025-H2/drafts/seattle/USD"),
    Visit("/finance/statements"),
    Visit("/finance/statements", CLERK, "opened"),
    Visit("/finance/statements?period=2025-H1"),
    Visit("/finance/statements/2025-H1-003"),
    Visit("/finance/statements/2025-H1-003/explain/due"),
    Visit("/finance/statements/2025-H1-005/explain/foot-2015/1"),
    Visit("/finance/statements/2025-H1-003/send"),
    Visit("/finance/periods/2025-H1/send"),
    Visit("/finance/ledger/"),
    Visit("/finance/ledger/", CLERK, "opened"),
    Visit("/finance/ledger/?day=2025-06-30"),
    Visit("/finance/ledger/accounts/liability:beneficiary:seattle"),
    Visit("/finance/ledger/entries"),
    Visit("/finance/ledger/entries/1"),
    Visit("/finance/ledger/verify"),
    Visit("/finance/people", ADMIN),
    Visit("/finance/people"),
    Visit("/finance/people", CLERK, status=403),
    Visit("/finance/people?q=nobody", ADMIN),
    Visit("/finance/people/1", ADMIN),
    Visit("/finance/people/4"),
    Visit(f"/finance/people/{INVITED}", ADMIN),
    Visit("/finance/people/invite", ADMIN),
    Visit("/finance/people/invite", ADMIN, submit=FORM),
    Visit("/finance/settings", ADMIN),
    Visit("/finance/settings"),
    Visit("/finance/audit?actor=cleo"),
    Visit("/finance/audit", ADMIN),
    Visit("/finance/mail", ADMIN),
    Visit("/finance/mail", ADMIN, "opened"),
    Visit("/nonprofit/", Role.NONPROFIT),
    Visit("/nonprofit/", Role.NONPROFIT, "opened"),
    Visit("/nonprofit/seattle/", Role.NONPROFIT),
    Visit("/nonprofit/seattle/earnings", Role.NONPROFIT),
    Visit("/nonprofit/seattle/earnings", Role.NONPROFIT, "opened"),
    Visit("/nonprofit/seattle/statements", Role.NONPROFIT),
    Visit("/nonprofit/seattle/statements", Role.NONPROFIT, "opened"),
    Visit("/nonprofit/seattle/statements/2025-H1-004", Role.NONPROFIT),
    Visit("/nonprofit/seattle/years/", Role.NONPROFIT),
    Visit("/nonprofit/seattle/years/", Role.NONPROFIT, "opened"),
    Visit("/nonprofit/seattle/years/2025", Role.NONPROFIT),
    Visit("/nonprofit/seattle/details", Role.NONPROFIT),
    Visit("/nonprofit/seattle/people", Role.NONPROFIT),
    Visit("/nonprofit/seattle/help", Role.NONPROFIT),
    Visit("/nonprofit/houston/", Role.NONPROFIT, status=404),
    Visit("/organization/", Role.ORGANIZATION),
    Visit("/titles/", STRANGER),
    Visit("/titles/", STRANGER, "nothing"),
    Visit("/titles/collab", STRANGER),
    Visit("/titles/collab", MANAGER),
    Visit("/titles/collab/order/", STRANGER),
    Visit("/titles/collab/order/?what=custom&copies=250", ORGANIZATION),
    Visit("/titles/collab/order/", STRANGER, submit="form.order"),
    Visit("/titles/collab/order/sent", STRANGER),
    Visit(f"/titles/collab/order/{orders.DRAFT}/2", STRANGER),
    Visit(f"/finance/orders/new/collab/{orders.DRAFT}/2", CLERK),
    Visit(f"/requests/{orders.REQUEST}", STRANGER),
    Visit(f"/requests/{orders.REQUEST}", STRANGER, submit=FORM),
    Visit("/requests/dead", STRANGER, status=404),
    Visit(f"/quotes/{orders.QUOTE}", STRANGER),
    Visit(f"/quotes/{orders.QUOTE}", STRANGER, submit="#accept"),
    Visit("/quotes/dead", STRANGER, status=404),
    Visit("/quotes/answered/accepted", STRANGER),
    Visit("/titles/handbook", STRANGER, status=404),
    # An organization's orders
    Visit("/organization/titles", ORGANIZATION),
    Visit("/organization/titles", ORGANIZATION, "nothing"),
    Visit("/organization/invoices", ORGANIZATION),
    Visit("/organization/invoices", ORGANIZATION, "nothing"),
    Visit("/organization/people", ORGANIZATION, "nothing"),
    Visit("/organization/guild/people", ORGANIZATION),
    Visit("/organization/guild/people", ORGANIZATION, submit="section form"),
    Visit("/organization/certificates/", ORGANIZATION),
    Visit("/organization/certificates/", ORGANIZATION, submit="form.card"),
    Visit(f"/organization/orders/{orders.ASKED}", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}", ORGANIZATION),
    Visit(f"/organization/orders/{orders.BILLED}", ORGANIZATION),
    Visit(f"/organization/orders/{orders.CANCELLED}", ORGANIZATION),
    Visit(f"/organization/orders/{orders.ASKED}/quotes", ORGANIZATION),
    Visit(f"/organization/orders/{orders.BILLED}/quotes", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}/artwork", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}/proof", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}/proof?version=1", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}/proof/approve", ORGANIZATION),
    Visit(f"/organization/orders/{orders.PROOFED}/proof/approve", ORGANIZATION, submit=FORM),
    Visit(f"/organization/orders/{orders.ASKED}/messages", ORGANIZATION),
    Visit(f"/organization/orders/{orders.ASKED}/messages", ORGANIZATION, submit="form.card"),
    Visit(f"/organization/orders/{orders.PROOFED}/cancel", ORGANIZATION),
    Visit(f"/organization/orders/{orders.ASKED}/decline", ORGANIZATION, submit=FORM),
    Visit(f"/organization/orders/{orders.ASKED}/decline", ORGANIZATION),
    # Orders at the desk
    Visit("/finance/orders"),
    Visit("/finance/orders", CLERK, "nothing"),
    Visit("/finance/orders/new"),
    Visit("/finance/orders/new/collab/", CLERK),
    Visit("/finance/payment-details"),
    Visit("/finance/payment-details", CLERK, "nothing"),
    Visit("/finance/payment-details/usd/amend"),
    Visit("/finance/new-payment-details", submit=FORM),
    Visit("/finance/entries/titles/collab", submit=FORM),
    Visit("/finance/entries/retailers/bay", CLERK),
    Visit("/finance/entries/contracts/foot-2015"),
    Visit("/finance/orders/new", CLERK, "nothing"),
    Visit("/finance/orders?view=columns&state=all"),
    Visit("/finance/orders?state=paid"),
    Visit(f"/finance/orders/{orders.ASKED}"),
    Visit(f"/finance/orders/{orders.PROOFED}", CLERK),
    Visit(f"/finance/orders/{orders.AHEAD}"),
    Visit(f"/finance/orders/{orders.QUOTED}"),
    Visit(f"/finance/orders/{orders.QUOTED}/organization", CLERK),
    Visit(f"/finance/orders/{orders.AHEAD}/organization"),
    Visit(f"/finance/orders/{orders.ASKED}/decline"),
    Visit(f"/finance/orders/{orders.ASKED}/decline", submit=FORM),
    Visit(f"/finance/orders/{orders.AHEAD}/cancel"),
    Visit(f"/finance/orders/{orders.CANCELLED}/cancel"),
    Visit(f"/finance/orders/{orders.ASKED}/quotes"),
    Visit(f"/finance/orders/{orders.QUOTED}/quotes"),
    Visit(f"/finance/orders/{orders.BILLED}/quotes"),
    Visit(f"/finance/orders/{orders.PROOFED}/files"),
    Visit(f"/finance/orders/{orders.BILLED}/files"),
    Visit(f"/finance/orders/{orders.PROOFED}/files", submit=FORM),
    Visit(f"/finance/orders/{orders.BILLED}/shipping"),
    Visit(f"/finance/orders/{orders.AHEAD}/shipping"),
    Visit(f"/finance/orders/{orders.BILLED}/money"),
    Visit(f"/finance/orders/{orders.CANCELLED}/money"),
    Visit(f"/finance/orders/{orders.BILLED}/receipts/{orders.RECEIPT}/reverse"),
    Visit(f"/finance/orders/{orders.BILLED}/receipts/{orders.RECEIPT}/reverse", submit=FORM),
    Visit("/finance/invoices"),
    Visit("/finance/invoices", CLERK, "nothing"),
    Visit(f"/finance/invoices/{orders.INVOICE}"),
    Visit("/finance/invoices/overdue/aging"),
    Visit("/finance/invoices/overdue/aging", CLERK, "nothing"),
    Visit("/finance/invoices/overdue/reminders"),
    Visit("/finance/invoices/overdue/reminders", CLERK, "nothing"),
    Visit("/finance/organizations"),
    Visit("/finance/organizations", CLERK, "opened"),
    Visit("/finance/organizations/guild"),
    Visit("/finance/organizations/guild/amend"),
    Visit("/finance/organizations/guild/account"),
    Visit("/finance/organizations/league/account"),
    Visit("/finance/organizations/new/organization"),
    Visit("/finance/organizations/new/organization", submit=FORM),
    Visit("/finance/price-lists"),
    Visit("/finance/price-lists", CLERK, "opened"),
    Visit("/finance/price-lists/standard?copies=20&title=collab&place=US-WA"),
    Visit("/finance/price-lists/standard?copies=3&title=collab"),
    Visit("/finance/price-lists/standard/versions/new"),
    Visit("/finance/price-lists/standard/versions/new", submit=FORM),
    Visit("/finance/price-lists/new/price-list"),
    # What cannot be shown
    Visit("/nowhere", STRANGER, status=404),
    Visit("/finance/nowhere", CLERK, status=404),
    Visit("/finance/", Role.NONPROFIT, status=404),
    Visit("/finance/periods/2031-H1", CLERK, status=409),
)

FILES: dict[str, tuple[str, Role]] = {
    "closing.workbook": ("/finance/periods/2025-H1/workbook", CLERK),
    "documents.document_file": (f"/finance/earlier-statements/{OLD_SHOWN}/file", CLERK),
    "importing.received_file": ("/finance/imports/2/file", CLERK),
    "ledger.export": ("/finance/ledger/journal?format=csv", CLERK),
    "lists.template": ("/finance/lists/titles/template.xlsx", CLERK),
    "parallel.as_xlsx": ("/finance/periods/2025-H2/parallel.xlsx", CLERK),
    "parallel.template": ("/finance/periods/2025-H2/parallel/template.csv", CLERK),
    "terms.openings_template": ("/finance/openings/template.xlsx", CLERK),
    "people.audit_csv": ("/finance/audit.csv", ADMIN),
    "public.sample": ("/titles/collab/samples/2", STRANGER),
    "invoices.paper": (f"/finance/invoices/{orders.INVOICE}/pdf", CLERK),
    "order_files.original": (f"/finance/orders/{orders.PROOFED}/files/{orders.LOGO}", CLERK),
    "order_files.drawing": (f"/finance/orders/{orders.PROOFED}/files/{orders.LOGO}/drawing", CLERK),
    "quote_links.paper": (f"/quotes/{orders.QUOTE}/quote.pdf", STRANGER),
    "order_quotes.quote_file": (f"/finance/orders/{orders.BILLED}/quotes/1.pdf", CLERK),
    "order_shipping.packing_list": (f"/finance/orders/{orders.BILLED}/shipments/1.xlsx", CLERK),
    "organization.account_file": ("/organization/guild/account.xlsx", ORGANIZATION),
    "organization.invoice_file": (f"/organization/invoices/{orders.INVOICE}.pdf", ORGANIZATION),
    "organization_certificates.file": ("/organization/certificates/1", ORGANIZATION),
    "organization_orders.original": (
        f"/organization/orders/{orders.PROOFED}/files/{orders.LOGO}",
        ORGANIZATION,
    ),
    "organization_orders.packing_list": (
        f"/organization/orders/{orders.BILLED}/shipments/1.pdf",
        ORGANIZATION,
    ),
    "organization_orders.quote_file": (
        f"/organization/orders/{orders.BILLED}/quotes/1.xlsx",
        ORGANIZATION,
    ),
    "organizations.account_file": ("/finance/organizations/guild/account.xlsx", CLERK),
    "organizations.certificate_file": ("/finance/organizations/guild/certificates/1", CLERK),
    "sales.as_csv": ("/finance/sales/sales.csv", CLERK),
    "sales.as_xlsx": ("/finance/sales/sales.xlsx", CLERK),
    "over_time.as_csv": ("/finance/sales/over-time/over-time.csv", CLERK),
    "over_time.as_xlsx": ("/finance/sales/over-time/over-time.xlsx", CLERK),
    "uploading.problems_workbook": (f"/finance/uploads/{UPLOAD_WRONG}/problems", CLERK),
    "statements.file": ("/finance/statements/2025-H1-001/workbook", CLERK),
    "statements.packed": ("/finance/periods/2025-H1/statements.zip", CLERK),
    "nonprofit.download": ("/nonprofit/seattle/statements/2025-H1-004/workbook", Role.NONPROFIT),
    "nonprofit.download_year": ("/nonprofit/seattle/statements/2025.zip", Role.NONPROFIT),
    "nonprofit.earlier_statement": (
        f"/nonprofit/seattle/earlier-statements/{OLD_SHOWN}",
        Role.NONPROFIT,
    ),
    "nonprofit.year_file": ("/nonprofit/seattle/years/2025.csv", Role.NONPROFIT),
}
"""Pages that answer with a file: an address of each, and who asks."""

ON_THE_WAY = {
    "static",
    "root",
    "account.root",
    "entry.books",
    "house.leave",
    "logo.logo",
    "entry.fresh_token",
    "uploading.states",
    "order_files.cover",
    "order_files.preview",
    "organization_files.cover",
    "organization_files.preview",
    "organization_files.waiting_preview",
    "organization_orders.reorder",
    "regions.regions",
}
"""Addresses that show nothing of their own: the way to another page, or what a script asks."""


@pytest.fixture(scope="session")
def sites(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Live]]:
    """A served site in each state."""
    with ExitStack() as stack:
        made = {}
        for name, story in STATES.items():
            folder = tmp_path_factory.mktemp(name)
            office = stack.enter_context(shelf.office("sqlite", story, folder))
            made[name] = stack.enter_context(serving(office, beside=True))
        yield made


def test_every_page_is_visited(sites: dict[str, Live]) -> None:
    app = sites["rich"].site.app
    adapter = app.url_map.bind("localhost")
    seen = set(ON_THE_WAY) | set(FILES)
    for visit in VISITS:
        try:
            seen.add(adapter.match(visit.path.partition("?")[0])[0])
        except HTTPException:
            assert visit.status == 404, visit.path
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    unseen = pages - seen
    assert not unseen, "not looked at in a browser: add a Visit"


class Windows:
    """One window for each who looks at a site: a new one for every page takes as long as a look."""

    def __init__(self, chromium: Browser, sites: dict[str, Live], stack: ExitStack) -> None:
        self._chromium, self._sites, self._stack = chromium, sites, stack
        self._open: dict[tuple[str, Role, str], Window] = {}
        self._kinds = Path(os.environ[RUN_FOLDER]) / "kinds"

    def known(self) -> set[str]:
        """Kinds of elements that axe has judged in this run, whichever process asked it."""
        return set(self._kinds.read_text().splitlines()) if self._kinds.exists() else set()

    def judged(self, kinds: Iterable[str]) -> None:
        """Axe has judged these kinds."""
        with self._kinds.open("a") as file:
            file.writelines(f"{each}\n" for each in kinds)

    @contextmanager
    def of(self, visit: Visit) -> Iterator[Window]:
        """A window for a visit; one that sends something has it for itself."""
        if visit.submit:
            with self._new(visit) as seen:
                yield seen
            return
        key = (visit.state, visit.role, visit.stage)
        if key not in self._open:
            self._open[key] = self._stack.enter_context(self._new(visit))
        found = self._open[key]
        found.page.set_viewport_size({"width": DESK, "height": 900})
        found.complaints.clear()
        yield found

    def _new(self, visit: Visit) -> AbstractContextManager[Window]:
        live = self._sites[visit.state]
        actor = None
        if visit.role is not Role.STRANGER:
            actor = live.somebody(visit.role, *BELONGS.get(visit.role, ()))
        return window(self._chromium, live, actor, stage=visit.stage)


@pytest.fixture(scope="session")
def windows(sites: dict[str, Live], chromium: Browser) -> Iterator[Windows]:
    """The windows of all who look, closed in the end."""
    with ExitStack() as stack:
        yield Windows(chromium, sites, stack)


@pytest.fixture(scope="session")
def judged(chromium: Browser, pytestconfig: pytest.Config) -> Judged:
    """What was judged of pages in earlier runs."""
    assert pytestconfig.cache is not None
    return Judged(pytestconfig.cache, chromium)


def has_its_turn(visit: Visit) -> bool:
    """Whether a page is of those that are looked at today where no browser saw any of them.

    A fresh checkout looks at all of them in so many days, and from then on at what changed; what
    their HTML must have is asked of every page each day (``tests/web/core/markup.py``).
    """
    return (crc32(str(visit).encode()) + datetime.now(UTC).toordinal()) % DAYS == 0


def its_page(visit: Visit) -> str:
    """The page that a visit shows in one state of several: its path without numbers."""
    return re.sub(r"\d+", "", visit.path.partition("?")[0])


@pytest.mark.parametrize(
    "visit", one_of_each(VISITS, its_page, others="states of pages in a browser"), ids=str
)
def test_page_is_accessible_and_fits(
    visit: Visit, windows: Windows, judged: Judged, screenshots: Path, in_full: InFull
) -> None:
    faults: list[str] = []
    is_full = in_full("axe where elements are of kinds judged before")
    with windows.of(visit) as seen:
        page, mark = seen.page, ""
        if not is_full and not visit.submit:
            mark = judged.mark(page, visit.path, visit.status)
            if judged.is_unchanged(str(visit), mark):
                in_full("looks at a page that is as it was when it last passed")
                return
            if not judged.knows(str(visit)) and not has_its_turn(visit):
                in_full("looks at a page that no browser saw here yet, and that is not of today")
                return
        answer = page.goto(visit.path)
        assert answer is not None
        assert answer.status == visit.status
        if visit.submit:
            with page.expect_navigation() as sent:
                page.eval_on_selector(visit.submit, SEND)
            assert sent.value is not None
            assert sent.value.status == 422
        before = windows.known()
        known = None if is_full else set(before)
        faults += [f"{DESK}: {each}" for each in seen.faults(known)]
        windows.judged((known or before) - before)
        page.set_viewport_size({"width": SMALL, "height": 900})
        faults += [f"{SMALL}: {each}" for each in seen.misshapen()]
        if in_full("looks at further widths, with pictures"):
            faults += looked_at_closely(seen, visit, screenshots)
    assert not faults, "\n".join(faults)
    judged.keep(str(visit), mark)


def looked_at_closely(seen: Window, visit: Visit, screenshots: Path) -> list[str]:
    """What is wrong at each width, and when a form that was written in is left; with pictures."""
    page, faults = seen.page, []
    for width in (TABLET, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{width}: {each}" for each in seen.lost_cells()]
    for width in (DESK, SMALL):
        page.set_viewport_size({"width": width, "height": 900})
        picture = screenshots / f"{visit}_{width}.jpg"
        page.screenshot(path=picture, type="jpeg", quality=80, full_page=True)
    faults += [f"{SMALL}: {each}" for each in seen.judged_by_axe()]
    return faults if visit.submit else faults + seen.lost_words()


@pytest.mark.thorough("files in a browser")
@pytest.mark.parametrize("endpoint", sorted(FILES))
def test_file_is_downloaded(endpoint: str, sites: dict[str, Live], chromium: Browser) -> None:
    """A file is handed out to be kept; no browser shows it as a page of ours."""
    path, role = FILES[endpoint]
    live = sites["rich"]
    actor = None
    if role is not STRANGER:
        actor = live.somebody(role, *BELONGS.get(role, ()))
    with window(chromium, live, actor) as seen:
        answer = seen.page.context.request.get(path)
        assert answer.status == 200
        assert len(answer.body()) > 10
        assert answer.headers["content-disposition"].startswith("attachment; filename")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "text/html" not in answer.headers["content-type"]

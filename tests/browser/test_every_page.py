"""Every page in a real browser, wide and narrow: nothing that axe finds, nothing that complains.

A page that is not in the list fails ``test_no_page_is_left_out``; a picture of each is kept.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from royalties.domain.people import Role
from tests.browser.looking import DESK, PHONE, window
from tests.builders.books import Shelf, Story, nothing, opened
from tests.builders.live import Live, serving
from tests.builders.rich import rich

STATES: dict[str, Story] = {"rich": rich, "opened": opened, "nothing": nothing}
NONPROFIT = {Role.NONPROFIT: ("seattle",)}


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
            words.append("wrong")
        if self.stage != "full":
            words.append(self.stage)
        return "_".join(words).replace("?", "_").replace("&", "_").replace("=", "-")


STRANGER, CLERK, MANAGER, ADMIN = Role.STRANGER, Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR
VISITS = (
    Visit("/account/sign-in", STRANGER),
    Visit("/account/second-factor", MANAGER, stage="password"),
    Visit("/account/me", MANAGER),
    Visit("/finance/"),
    Visit("/finance/", CLERK),
    Visit("/finance/", ADMIN),
    Visit("/finance/", CLERK, "opened"),
    Visit("/finance/", ADMIN, "nothing"),
    Visit("/finance/search?q=collab"),
    Visit("/finance/search?q=zzz"),
    Visit("/finance/imports", CLERK),
    Visit("/finance/imports", CLERK, "opened"),
    Visit("/finance/waiting", CLERK),
    Visit("/finance/waiting", CLERK, "opened"),
    Visit("/finance/entry/", CLERK),
    Visit("/finance/sales/"),
    Visit("/finance/sales/", CLERK, "opened"),
    Visit("/finance/titles"),
    Visit("/finance/titles", ADMIN, "nothing"),
    Visit("/finance/retailers"),
    Visit("/finance/contracts"),
    Visit("/finance/beneficiaries"),
    Visit("/finance/plans"),
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
    Visit("/finance/people", ADMIN),
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
    # What cannot be shown
    Visit("/nowhere", STRANGER, status=404),
    Visit("/finance/nowhere", CLERK, status=404),
    Visit("/finance/", Role.NONPROFIT, status=404),
)

FILES: dict[str, tuple[str, Role]] = {
    "closing.workbook": ("/finance/periods/2025-H1/workbook", CLERK),
    "statements.file": ("/finance/statements/2025-H1-001/workbook", CLERK),
    "statements.packed": ("/finance/periods/2025-H1/statements.zip", CLERK),
    "nonprofit.download": ("/nonprofit/seattle/statements/2025-H1-004/workbook", Role.NONPROFIT),
    "nonprofit.download_year": ("/nonprofit/seattle/statements/2025.zip", Role.NONPROFIT),
    "nonprofit.year_file": ("/nonprofit/seattle/years/2025.csv", Role.NONPROFIT),
}
"""Pages that answer with a file: an address of each, and who asks."""

ON_THE_WAY = {"static", "account.root", "account.sign_out"}
"""Addresses that show nothing of their own."""


@pytest.fixture(scope="session")
def sites(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Live]]:
    """A served site in each state."""
    with ExitStack() as stack:
        made = {}
        for name, story in STATES.items():
            folder = tmp_path_factory.mktemp(name)
            office = stack.enter_context(shelf.office("sqlite", story, folder))
            made[name] = stack.enter_context(serving(office))
        yield made


def test_no_page_is_left_out(sites: dict[str, Live]) -> None:
    app = sites["rich"].site.app
    adapter = app.url_map.bind("localhost")
    seen = set(ON_THE_WAY) | set(FILES)
    for visit in VISITS:
        try:
            seen.add(adapter.match(visit.path.partition("?")[0])[0])
        except HTTPException:
            assert visit.status == 404, visit.path
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert not pages - seen, "not looked at in a browser: add a Visit"


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_page(visit: Visit, sites: dict[str, Live], chromium: Browser, screenshots: Path) -> None:
    live = sites[visit.state]
    actor = None
    if visit.role is not Role.STRANGER:
        actor = live.somebody(visit.role, *NONPROFIT.get(visit.role, ()))
    faults = []
    with window(chromium, live, actor, stage=visit.stage) as seen:
        page = seen.page
        for width in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(visit.path)
            assert answer is not None
            assert answer.status == visit.status
            if visit.submit:
                with page.expect_navigation() as sent:
                    page.eval_on_selector(
                        visit.submit, "form => { form.noValidate = true; form.requestSubmit(); }"
                    )
                assert sent.value is not None
                assert sent.value.status == 422
            page.screenshot(path=screenshots / f"{visit}_{width}.png", full_page=True)
            faults += [f"{width}: {each}" for each in seen.faults()]
            seen.complaints.clear()
    assert not faults, "\n".join(faults)

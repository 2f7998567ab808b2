"""Every page in a real browser, wide and narrow: no fault found by axe, no error in the console.

A page that is not in the list fails ``test_every_page_is_visited``.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from royalties.domain.people import Role
from tests.browser.looking import DESK, PHONE, SMALL, TABLET, Window, window
from tests.browser.turns import has_its_turn
from tests.browser.unchanged import Judged
from tests.browser.visits import BELONGS, FILES, STATES, STRANGER, VISITS, Visit
from tests.builders.books import Shelf
from tests.builders.live import Live, serving
from tests.databases import RUN_FOLDER
from tests.selection import InFull, one_of_each

SEND = "form => { form.noValidate = true; form.requestSubmit(); }"
"""Sends a form as it stands, whatever the browser itself would say of it."""

ON_THE_WAY = {
    "static",
    "filters.open_filter",
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
            if not judged.knows(str(visit)) and not has_its_turn(str(visit)):
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
    for width in (DESK, TABLET, PHONE, SMALL):
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{width}: {each}" for each in seen.lost_amounts()]
    faults += [f"on paper: {each}" for each in seen.lost_on_paper()]
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

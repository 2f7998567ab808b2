"""Long calculations in a real browser: the page says so, and the result appears by itself or at a click."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from royalties.services import cache as remembering
from tests.browser.looking import SMALL, window
from tests.builders.books import Office, a_row, after, closed
from tests.builders.live import Live, serving

pytestmark = [
    after(closed),
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
]
RUN = "/finance/periods/2025-H2"


@pytest.fixture
def live(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A house whose every sale line counts as many."""
    monkeypatch.setattr(remembering, "AT_ONCE", 0)
    office.bring_batch([a_row(2, date="2025-11-20")])
    with serving(office) as site:
        yield site


def try_half(page: Page) -> None:
    page.goto("/finance/contracts/foot-2015/amend")
    page.get_by_label("Rate").first.fill("0.5")
    page.get_by_role("button", name=re.compile("^Preview")).first.click()


def test_calculated_draft_appears_by_itself(chromium: Browser, live: Live) -> None:
    with window(chromium, live, live.somebody(Role.MANAGER)) as seen:
        seen.page.goto(RUN)
        expect(seen.page.get_by_text("Estimated (draft)").first).to_be_visible()
        try_half(seen.page)
        expect(seen.page.get_by_role("heading", name="What this would have given")).to_be_visible()
        expect(seen.page.get_by_label("Rate").first).to_have_value("0.5")
        assert seen.complaints == []


@pytest.mark.thorough("journeys in a browser")
def test_home_computes_the_draft_and_lists_what_is_missing(chromium: Browser, live: Live) -> None:
    live.office.bring_batch([a_row(1, date="2025-11-02", currency="CAD")])
    with window(chromium, live, live.somebody(Role.CLERK)) as seen:
        seen.page.goto("/finance/")
        lacks = seen.page.get_by_text(re.compile("The draft cannot be computed.*CAD → USD"))
        expect(lacks).to_be_visible()
        live.office.undo(4)
        seen.page.goto("/finance/")
        expect(seen.page.get_by_role("link", name="Compute the draft", exact=True)).to_be_hidden()
        expect(lacks).to_be_hidden()
        owed = seen.page.get_by_role("region", name="Royalties owed")
        expect(owed.get_by_text("Estimated").first).to_be_visible()
        expect(seen.page.get_by_role("link", name="Compute the draft of")).to_have_count(0)
        assert seen.complaints == []


def test_preview_on_a_telephone_says_of_each_figure_what_it_is(
    chromium: Browser, live: Live
) -> None:
    with window(chromium, live, live.somebody(Role.MANAGER), width=SMALL) as seen:
        try_half(seen.page)
        expect(seen.page.get_by_role("heading", name="What this would have given")).to_be_visible()
        card = seen.page.locator("#preview .carded tbody tr").first
        labels = card.locator("[data-label]").evaluate_all("all => all.map(e => e.dataset.label)")
        assert labels[:3] == ["Earned, as it stands", "Earned, as proposed", "Earned, difference"]
        assert len(set(labels)) == len(labels)


@pytest.mark.thorough("journeys in a browser")
def test_calculated_draft_appears_at_a_click_without_scripts(
    chromium: Browser, live: Live, screenshots: Path
) -> None:
    actor = live.somebody(Role.MANAGER)
    with window(chromium, live, actor, java_script_enabled=False) as seen:
        for name, begin, there in (
            ("draft", lambda page: page.goto(RUN), "Draft"),
            ("preview", try_half, "What this"),
        ):
            begin(seen.page)
            expect(seen.page.get_by_role("heading", name="Being calculated")).to_be_visible()
            seen.page.screenshot(path=screenshots / f"calculating-{name}.png")
            now = seen.page.get_by_role("button", name="Look now").or_(
                seen.page.get_by_role("link", name="Look now")
            )
            for _ in range(200):
                if not now.is_visible():
                    break
                now.click()
            expect(seen.page.get_by_role("heading", name=there).first).to_be_visible()


@pytest.mark.thorough("further widths of a page", but_one_in=2)
@pytest.mark.parametrize("width", [1280, 320])
def test_waiting_page_is_accessible(chromium: Browser, live: Live, width: int) -> None:
    live.office.system.memory.clear()
    with window(chromium, live, live.somebody(Role.MANAGER), width=width) as seen:
        seen.page.route("**/calculating.js*", lambda route: route.fulfill(body=""))
        seen.page.goto(RUN)
        expect(seen.page.get_by_role("heading", name="Being calculated")).to_be_visible()
        assert seen.faults() == []

"""Entries are chosen by their names, in a real browser: by keyboard, by finger, without scripts."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from royalties.services import approvals
from royalties.store.history import revisions_of
from tests.browser.looking import DESK, SMALL, window
from tests.builders.books import Office, a_beneficiary, after, closed
from tests.builders.live import Live, serving

pytestmark = [
    after(closed),
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
]


@pytest.fixture
def live(office: Office) -> Iterator[Live]:
    """A house of many beneficiaries, in which a manager's save acts at once."""
    many = [a_beneficiary(f"club-{n}", name=f"Reading Club {n}") for n in range(1, 201)]
    office.load({"beneficiaries": many}, "clubs.json")
    with office.work() as work:
        approvals.set_two_people(work, on=False)
    with serving(office) as site:
        yield site


def plan_in(live: Live, key: str) -> Any:
    with live.office.work(read_only=True) as work:
        return revisions_of(work.connection, "plans", key)[0].body


def options(page: Page) -> list[str]:
    return page.locator(".picker-list [role=option]:not([aria-disabled])").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False])
def test_plan_is_written_by_names(chromium: Browser, live: Live, scripts: bool) -> None:
    with window(chromium, live, live.somebody(Role.MANAGER), java_script_enabled=scripts) as seen:
        page = seen.page
        page.goto("/finance/new-plan")
        page.get_by_label("Name").first.fill("Our clubs")
        page.locator("#steps-0-takes").select_option("remainder")
        member = page.locator("#steps-0-to-0-beneficiary")
        if scripts:
            member.focus()
            page.keyboard.type("club 17")
            assert options(page)[0] == "Reading Club 17"
            assert len(options(page)) == 12
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowUp")
            page.keyboard.press("Enter")
            expect(member).to_have_value("Reading Club 17")
            expect(member).to_have_attribute("aria-expanded", "false")
        else:
            member.fill("reading club 17")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Our clubs")
        assert plan_in(live, "our-clubs")["versions"][0]["steps"] == [
            {"remainder": True, "to": [{"beneficiary": "club-17"}]}
        ]
        assert seen.complaints == []


def test_unknown_name_is_kept_in_its_field_with_advice(chromium: Browser, live: Live) -> None:
    with window(chromium, live, live.somebody(Role.MANAGER)) as seen:
        page = seen.page
        page.goto("/finance/new-plan")
        page.get_by_label("Name").first.fill("Nobody’s")
        page.locator("#steps-0-takes").select_option("remainder")
        page.locator("#steps-0-to-0-beneficiary").fill("Atlantis Readers")
        page.get_by_role("button", name="Save", exact=True).last.click()
        wrong = page.locator("#steps-0-to-0-beneficiary")
        expect(wrong).to_have_value("Atlantis Readers")
        expect(
            page.get_by_text("no beneficiary is called “Atlantis Readers”").first
        ).to_be_visible()


@pytest.mark.parametrize("width", [DESK, SMALL])
def test_long_filter_is_searched(chromium: Browser, live: Live, width: int) -> None:
    with window(chromium, live, live.somebody(Role.CLERK), width=width, has_touch=True) as seen:
        page = seen.page
        page.goto("/finance/statements")
        field = page.get_by_role("combobox", name="Beneficiary")
        field.tap()
        assert options(page)[0] == "all"
        page.keyboard.type("reders")
        expect(page.get_by_text("Nothing is called like that")).to_be_visible()
        page.keyboard.press("Escape")
        expect(field).to_have_value("")
        field.tap()
        page.keyboard.type("hous")
        assert options(page) == ["Houston Readers"]
        assert list(seen.judged_by_axe()) == []
        assert seen.misshapen() == []
        with page.expect_navigation(url="**beneficiary=houston*"):
            page.locator(".picker-list").get_by_text("Houston Readers").tap()
        field = page.get_by_role("combobox", name="Beneficiary")
        expect(field).to_have_value("Houston Readers")
        field.tap()
        assert len(options(page)) > 1, "what is chosen does not hide the others"
        assert seen.complaints == []


def test_long_list_of_ticks_is_searched(chromium: Browser, live: Live) -> None:
    shops = [{"key": f"shop-{n}", "name": f"Shop {n}", "channel": "online"} for n in range(30)]
    live.office.load({"retailers": shops}, "shops.json")
    with window(chromium, live, live.somebody(Role.MANAGER)) as seen:
        page = seen.page
        page.goto("/finance/contracts/foot-2015/amend")
        rule = page.locator("[data-row-of=rules]").first
        rule.locator("summary", has_text="Retailers").click()
        rule.get_by_label("Find Retailers").fill("ook hu")
        expect(rule.get_by_label("Shop 7", exact=True)).to_be_hidden()
        rule.get_by_label("Book Hub").check()
        expect(rule.locator("summary", has_text="Retailers")).to_contain_text("Book Hub")
        assert list(seen.judged_by_axe()) == []

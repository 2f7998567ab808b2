"""From an empty folder to the first steps on Home, with the browser alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.services.people import first
from tests.browser.journeys import Journey
from tests.browser.looking import SMALL
from tests.builders.books import Office, after, nothing
from tests.builders.doors import code_at
from tests.builders.live import serving
from tests.builders.post import post_office

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

OWN = "a pier of many planks"


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """Empty books at an address of their own."""
    with post_office() as post, serving(office) as live:
        live.clock.now = datetime(2026, 8, 4, 9, 30, tzinfo=UTC)
        yield Journey(chromium, live, post)


def become_administrator(page: Page, journey: Journey) -> None:
    with journey.live.office.work() as work:
        link = first.offer(work)
    assert link is not None
    page.goto(link)
    page.get_by_label("Your e-mail").fill("ada@harbour.example")
    page.get_by_label("Your name").fill("Ada Pier")
    page.get_by_label("Password", exact=True).fill(OWN)
    page.get_by_label("The password again").fill(OWN)
    page.get_by_role("button", name="Begin").click()
    opens = page.get_by_role("link", name="open the key in your authenticator app")
    address = opens.get_attribute("href") or ""
    [key] = parse_qs(urlsplit(address).query)["secret"]
    page.get_by_label("Code from the app").fill(code_at(journey.live.clock, key))
    page.get_by_role("button", name="Set up", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/finance/")


def do_step(page: Page, name: str, button: str) -> None:
    """Press the button of a step on Home."""
    page.goto("/finance/")
    step = page.locator(".steps > li", has=page.get_by_role("heading", name=name))
    step.get_by_role("link", name=button).click()


def set_up_house(page: Page) -> None:
    expect(page.get_by_role("heading", name="Set up your house")).to_be_visible()
    page.get_by_label("Name of the publisher").fill("Harbour Press")
    page.get_by_label("Address").first.fill("1 Pier Lane\nSeattle, WA 98101")
    page.get_by_label("A day in the first period").fill("2026-01-01")
    page.get_by_label("I work alone").check()
    page.get_by_role("button", name="Begin the books").click()
    expect(page.get_by_role("heading", name="To the first statement")).to_be_visible()


@after(nothing)
def test_empty_folder_leads_to_the_first_steps_in_the_browser_alone(journey: Journey) -> None:
    with journey.window() as page:
        page.set_default_timeout(30000)
        become_administrator(page, journey)
        set_up_house(page)
        page.set_viewport_size({"width": SMALL, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL
        do_step(page, "Retailers", "Add a retailer")
        expect(page.get_by_role("heading", name="Add a retailer")).to_be_visible()

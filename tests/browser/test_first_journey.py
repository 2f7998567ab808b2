"""From an empty folder to a first draft, with the browser alone."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.services.people import first
from tests.browser.journeys import Journey
from tests.browser.looking import SMALL
from tests.builders.books import HARDCOVER, SALES_COLUMNS, Office, after, nothing
from tests.builders.doors import code_at
from tests.builders.live import serving
from tests.builders.post import post_office

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

OWN = "a pier of many planks"
ROYALTY = "36.00"
"""A tenth of the net receipts of three copies at 120.00."""


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """Empty books at an address of their own."""
    with post_office() as post, serving(office) as live:
        live.clock.now = datetime(2026, 8, 4, 9, 30, tzinfo=UTC)
        yield Journey(chromium, live, post)


def report() -> bytes:
    """What a retailer sends: three copies sold."""
    text = io.StringIO()
    writer = csv.DictWriter(text, SALES_COLUMNS)
    writer.writeheader()
    row = {"date": "2026-03-03", "isbn": HARDCOVER, "retailer": "pier-books", "kind": "sale"}
    row |= {"units": "3", "currency": "USD", "list_price": "200.00", "net": "360.00"}
    writer.writerow(row | {"discount": "0.40", "country": "US", "region": "WA"})
    return text.getvalue().encode()


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


def fill_in(page: Page, step: str, button: str, **values: str) -> None:
    """Do a step of Home by its form; the fields go by their names."""
    do_step(page, step, button)
    for name, value in values.items():
        field = page.locator(f"[id='{name}']")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#flash, [role=status]").first).to_be_attached()


def bring_report(page: Page, journey: Journey) -> None:
    do_step(page, "The first report", "Import a report")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": report()}
    )
    page.locator("form:has(input[type=file]) button").first.click()
    journey.work_off()
    page.goto("/finance/imports")
    page.get_by_role("link", name="spring.csv").first.click()
    page.get_by_role("button", name="Record").first.click()
    journey.work_off()


def set_up_house(page: Page) -> None:
    expect(page.get_by_role("heading", name="Set up your house")).to_be_visible()
    page.get_by_label("Name of the publisher").fill("Harbour Press")
    page.get_by_label("Address").first.fill("1 Pier Lane\nSeattle, WA 98101")
    page.get_by_label("A day in the first period").fill("2026-01-01")
    page.get_by_label("I work alone").check()
    page.get_by_role("button", name="Begin the books").click()
    expect(page.get_by_role("heading", name="To the first statement")).to_be_visible()


@after(nothing)
def test_empty_folder_leads_to_a_first_draft_in_the_browser_alone(journey: Journey) -> None:
    with journey.window() as page:
        page.set_default_timeout(15000)
        become_administrator(page, journey)
        set_up_house(page)
        page.set_viewport_size({"width": SMALL, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL

        fill_in(page, "Retailers", "Add a retailer", key="pier-books", name="Pier Books")
        fill_in(
            page,
            "Titles",
            "Add a title",
            **{"key": "pier", "title": "The Pier", "editions-0-isbn": HARDCOVER},
        )
        fill_in(page, "Beneficiaries", "Add a beneficiary", key="readers", name="Seattle Readers")
        fill_in(
            page,
            "A plan",
            "Add a plan",
            **{"key": "all", "from": "2026-01-01", "steps-0-to-0-beneficiary": "readers"},
        )
        fill_in(
            page,
            "A contract",
            "Add a contract",
            **{
                "key": "pier-2026",
                "titles": "pier",
                "plan": "all",
                "currency": "USD",
                "starts": "2026-01-01",
                "rules-0-name": "All",
                "rules-0-basis": "net",
                "rules-0-tiers-0-rate": "10 %",
            },
        )
        page.goto("/finance/")
        page.get_by_role("button", name="There are none").click()
        bring_report(page, journey)

        do_step(page, "A draft", "Compute the draft")
        expect(page.get_by_role("main")).to_contain_text(ROYALTY)
        page.goto("/finance/")
        done = page.locator(".steps > li.done")
        expect(done).to_have_count(8)

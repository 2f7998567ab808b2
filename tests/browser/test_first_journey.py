"""From an empty folder to the first statement, with the browser alone."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from royalties.services.people import first
from tests.browser.journeys import Journey, explain_all
from tests.browser.looking import SMALL
from tests.builders.books import HARDCOVER, SALES_COLUMNS, Office, after, nothing
from tests.builders.doors import code_at
from tests.builders.live import serving
from tests.builders.post import post_office

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

OWN = "a pier of many planks"
PIER_BOOKS = {"name": "Pier Books", "channel": "online"}
ROYALTY = "36.00"
"""A tenth of the net receipts of three copies at 120.00."""

TITLES = f"ISBN,Title,Format,Published\n{HARDCOVER},The Pier,hardcover,2026-01-05\n"
BENEFICIARIES = "Name,Kind\nSeattle Readers,nonprofit\n"
PLAN = {
    "name": "All of it",
    "from": "2026-01-01",
    "steps-0-takes": "remainder",
    "steps-0-to-0-beneficiary": "Seattle Readers",
}
CONTRACT = {
    "titles": "The Pier",
    "plan": "All of it",
    "currency": "USD",
    "starts": "2026-01-01",
    "rules-0-name": "All",
    "rules-0-basis": "net",
    "rules-0-tiers-0-rate": "10 %",
}
MOST_CLICKS = 30
"""From the administrator's link to the first statement; ``docs/desk.md`` tells the number."""


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
        link = first.issue_link(work)
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
    """Do a step of Home by its form; the fields go by their names, and entries by theirs."""
    do_step(page, step, button)
    for name, value in values.items():
        field = page.locator(f"[id='{name}']")
        tag = field.evaluate("each => each.tagName")
        if tag == "SELECT":
            field.select_option(value)
        elif tag == "SUMMARY":
            page.get_by_label(value, exact=True).check()
        else:
            field.fill(value)
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_load_state()
    assert page.locator("[role=alert]").count() == 0, page.locator("[role=alert]").inner_text()


def bring_report(page: Page) -> None:
    do_step(page, "The first report", "Import a report")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": report()}
    )
    page.get_by_role("button", name="Send and check").click()
    record = page.get_by_role("button", name=re.compile(r"^Record 1 sale line"))
    try:
        record.click()
    except Exception as e:
        raise AssertionError(page.locator("main").inner_text()) from e
    expect(page.get_by_text("Recorded as import 1")).to_be_visible(timeout=60000)


def set_up_house(page: Page) -> None:
    expect(page.get_by_role("heading", name="Set up your house")).to_be_visible()
    page.get_by_label("Name of the publisher").fill("Harbour Press")
    page.get_by_label("Address").first.fill("1 Pier Lane\nSeattle, WA 98101")
    page.get_by_label("A day in the first period").fill("2026-01-01")
    page.get_by_label("I work alone").check()
    page.get_by_role("button", name="Begin the books").click()
    expect(page.get_by_role("heading", name="To the first statement")).to_be_visible()


def bring_list(page: Page, journey: Journey, step: str, rows: str) -> None:
    """Do a step of Home by a table."""
    do_step(page, step, "Add from a file")
    expect(page.get_by_role("heading", name=f"{step} from a file")).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(
        {"name": f"{step}.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Look at what it changes").click()
    journey.work_off()
    page.get_by_role("button", name="Save all of it").click(timeout=60000)
    page.wait_for_load_state()
    assert page.locator("[role=alert]").count() == 0, page.locator("[role=alert]").inner_text()


def close_alone(page: Page) -> None:
    """Go through the checklist of one who works alone."""
    do_step(page, "The first close", "Open the checklist")
    if page.get_by_role("link", name="Explain").count():
        explain_all(page)
    page.get_by_role("button", name="I have looked at the draft as it is now").click()
    page.get_by_role("button", name="Prepare to close 2026-H1").click()
    page.get_by_label("I have looked").check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Approve and close 2026-H1").click()
    expect(page.get_by_role("heading", name="2026-H1 is closed")).to_be_visible()


COUNT_CLICKS = """addEventListener("click", event => {
    if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1
}, true)"""


@after(nothing)
def test_empty_folder_leads_to_the_first_statement_in_the_browser_alone(
    journey: Journey, tmp_path: Path
) -> None:
    with journey.window() as page:
        page.set_default_timeout(30000)
        page.add_init_script(COUNT_CLICKS)
        become_administrator(page, journey)
        set_up_house(page)
        page.set_viewport_size({"width": SMALL, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL

        fill_in(page, "Retailers", "Add a retailer", **PIER_BOOKS)
        bring_list(page, journey, "Titles", TITLES)
        bring_list(page, journey, "Beneficiaries", BENEFICIARIES)
        fill_in(page, "A plan", "Add a plan", **PLAN)
        fill_in(page, "A contract", "Add a contract", **CONTRACT)
        page.goto("/finance/")
        page.get_by_role("button", name="There are none").click()
        bring_report(page)
        do_step(page, "A draft", "Compute the draft")
        expect(page.get_by_role("main")).to_contain_text(ROYALTY)
        close_alone(page)

        page.get_by_role("link", name="Statements of 2026-H1").click()
        page.get_by_role("link", name="2026-H1-").first.click()
        expect(page.get_by_role("main")).to_contain_text(ROYALTY)
        with page.expect_download() as arrives:
            page.get_by_role("button", name="Workbook").click()
        arrives.value.save_as(tmp_path / "statement.xlsx")
        book = load_workbook(tmp_path / "statement.xlsx", data_only=True)
        texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
        assert {"Seattle Readers", "Harbour Press"} <= texts
        assert float(ROYALTY) in {
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        }
        page.goto("/finance/")
        expect(page.get_by_role("heading", name="To the first statement")).to_have_count(0)
        assert int(page.evaluate("sessionStorage.clicks")) <= MOST_CLICKS
    assert journey.live.office.faults() == {}

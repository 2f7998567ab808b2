"""A house that moves in: from an empty folder to a statement that is mailed, in the browser alone.

The setup is typed, titles come by ONIX, a report names an old printing that is matched wrongly and
moved, what stood before is brought in, and the old statement differs from the draft by one cent.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.journeys import Journey, explain_all, menu
from tests.browser.test_first_journey import (
    CONTRACT,
    COUNT_CLICKS,
    PIER_BOOKS,
    PLAN,
    become_administrator,
    do_step,
    fill_in,
    set_up_house,
)
from tests.builders.books import HARDCOVER, SALES_COLUMNS, UNKNOWN, Office, after, nothing
from tests.builders.live import serving
from tests.builders.post import post_office
from tests.ingest.test_onix import a_message, a_product

pytestmark = [
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
    pytest.mark.thorough("journeys in a browser"),
]

OTHER = "9780306406157"
DESK = "desk@seattle.example.org"
EARNED, DUE = "60.00", "65.00"
"""A tenth of the net receipts of five copies; with the 5.00 that the old books owed."""

ONIX = a_message(
    a_product(HARDCOVER, title="<TitleText>The Pier</TitleText>"),
    a_product(OTHER, title="<TitleText>The Shoals</TitleText>"),
)
SEATTLE = {"name": "Seattle Readers", "country": "US", "email": DESK}
MOST_CLICKS = 50
"""From the administrator's link to the mailed statement; ``docs/desk.md`` tells the number."""


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """Empty books at an address of their own, and a mail server."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        live.clock.now = datetime(2026, 8, 4, 9, 30, tzinfo=UTC)
        yield Journey(chromium, live, post)


def table(columns: tuple[str, ...] | list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def report() -> bytes:
    """Three copies of the book, and two under the number of an old printing."""
    row = {"date": "2026-03-03", "retailer": "pier-books", "kind": "sale", "currency": "USD"}
    row |= {"list_price": "200.00", "discount": "0.40", "country": "US", "region": "WA"}
    rows = [
        row | {"isbn": HARDCOVER, "units": "3", "net": "360.00"},
        row | {"isbn": UNKNOWN, "units": "2", "net": "240.00"},
    ]
    return table(SALES_COLUMNS, rows)


def choose(page: Page, name: str, data: bytes, button: str) -> None:
    """Choose a file in the page's form, and send it."""
    form = page.locator("main form", has=page.locator("input[type=file]")).first
    kind = "text/xml" if name.endswith("xml") else "text/csv"
    form.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )
    form.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def all_is_well(page: Page) -> None:
    assert page.locator("[role=alert]").count() == 0, page.locator("[role=alert]").inner_text()


def template(page: Page) -> list[dict[str, str]]:
    """The page's table to fill in."""
    with page.expect_download() as arrives:
        page.get_by_role("link", name="as CSV").click()
    text = Path(arrives.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def bring_titles(page: Page, journey: Journey) -> None:
    do_step(page, "Titles", "Add from a file")
    choose(page, "catalogue.xml", ONIX.encode(), "Look at what it changes")
    journey.work_off()
    page.get_by_role("button", name="Save all of it").click(timeout=60000)
    page.wait_for_load_state()
    all_is_well(page)


def bring_in_what_stood_before(page: Page) -> None:
    menu(page, "Brought in")
    rows = template(page)
    (balance,) = [each for each in rows if (each["what"], each["currency"]) == ("balance", "USD")]
    balance["amount"] = "5.00"
    choose(page, "openings.csv", table(list(rows[0]), rows), "Look at what it changes")
    page.get_by_role("button", name="Save all of it").click()
    page.wait_for_load_state()
    all_is_well(page)
    expect(page.get_by_role("main")).to_contain_text("5.00")


def match_wrongly_and_move(page: Page) -> None:
    """The old printing is taken for another book; then its rows go with the right match."""
    menu(page, "Waiting ISBNs")
    page.get_by_role("link", name=f"Match {UNKNOWN}").click()
    main = page.get_by_role("main")
    main.get_by_role("searchbox", name="Title, ISBN").fill("Shoals")
    main.get_by_role("button", name="Search", exact=True).click()
    page.once("dialog", lambda dialog: dialog.accept())
    main.get_by_role("button", name="The Shoals").click()
    menu(page, "Waiting ISBNs")
    page.get_by_role("link", name="Identifiers that were matched").click()
    page.get_by_role("link", name=UNKNOWN).first.click()
    expect(page.get_by_role("main")).to_contain_text("It stands for The Shoals")
    main.get_by_role("searchbox", name="of the right edition").fill("Pier")
    main.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("The Pier").check()
    page.get_by_label("Also the 1 row").check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Move it to this edition").click()
    page.wait_for_load_state()
    all_is_well(page)
    expect(page.get_by_role("main")).to_contain_text("It stands for The Pier")


def run_beside_the_old_statement(page: Page) -> None:
    """The old sheet has a cent more; it is found, explained, and signed off."""
    page.get_by_role("link", name="Parallel run").first.click()
    rows = template(page)
    old = {"earned": EARNED, "payable": EARNED, "allocated": EARNED, "due": DUE}
    for row in rows:
        row["amount"] = old.get(row["what"], "")
    (earned,) = [each for each in rows if each["what"] == "earned"]
    earned["amount"] = str(Decimal(EARNED) + Decimal("0.01"))
    choose(page, "old statement.csv", table(list(rows[0]), rows), "Compare with the draft")
    expect(page.get_by_role("heading", name="Rounding: 1 difference")).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text("0.01")
    main.locator("textarea[name=reason]").fill("The old sheet rounded each copy.")
    page.get_by_role("button", name="Keep what is explained").click()
    page.get_by_role("button", name="Sign off").click()
    expect(main).to_contain_text("Signed off by")


def close_alone(page: Page) -> None:
    do_step(page, "The first close", "Open the checklist")
    expect(page.locator(".steps > li.done", has_text="Parallel run signed off")).to_be_visible()
    if page.get_by_role("link", name="Explain").count():
        explain_all(page)
    page.get_by_role("button", name="I have looked at the draft as it is now").click()
    page.get_by_role("button", name="Prepare to close 2026-H1").click()
    page.get_by_label("I have looked").check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Approve and close 2026-H1").click()
    expect(page.get_by_role("heading", name="2026-H1 is closed")).to_be_visible()


@after(nothing)
def test_new_publisher_goes_from_setup_to_its_first_mailed_statement(journey: Journey) -> None:
    with journey.window() as page:
        page.set_default_timeout(30000)
        page.add_init_script(COUNT_CLICKS)
        become_administrator(page, journey)
        set_up_house(page)
        fill_in(page, "Retailers", "Add a retailer", **PIER_BOOKS)
        bring_titles(page, journey)
        fill_in(page, "Beneficiaries", "Add a beneficiary", **SEATTLE)
        fill_in(page, "A plan", "Add a plan", **PLAN)
        fill_in(page, "A contract", "Add a contract", **CONTRACT)
        bring_in_what_stood_before(page)

        do_step(page, "The first report", "Import a report")
        choose(page, "spring.csv", report(), "Send and check")
        page.get_by_role("button", name="Record 1 sale line").click()
        expect(page.get_by_text("Recorded as import 1")).to_be_visible(timeout=60000)
        match_wrongly_and_move(page)

        do_step(page, "A draft", "Compute the draft")
        expect(page.get_by_role("main")).to_contain_text(EARNED)
        run_beside_the_old_statement(page)
        close_alone(page)

        page.get_by_role("link", name="Statements of 2026-H1").click()
        page.get_by_role("link", name="2026-H1-001").first.click()
        expect(page.get_by_role("main")).to_contain_text(DUE)
        page.get_by_role("link", name="Send by e-mail").click()
        page.get_by_label("Attach").check()
        page.get_by_role("button", name="Send 1 statement").click()
        page.wait_for_load_state()
        all_is_well(page)
        clicks = int(page.evaluate("sessionStorage.clicks"))
    journey.work_off()
    assert journey.post.recipients[-1] == [DESK]
    assert any(name.endswith(".xlsx") for name in journey.post.attachments())
    assert journey.live.office.faults() == {}
    assert clicks <= MOST_CLICKS, clicks

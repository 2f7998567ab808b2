"""Back, reload and an address in a real browser: nothing typed is lost, and no consent comes back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from royalties.services.orders import life
from royalties.services.orders.quoting import quotes
from tests.browser.looking import window
from tests.builders.books import Office, after
from tests.builders.live import Live, serving
from tests.builders.orders import REQUESTED, quoted, takes_orders

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

PHONE, DESK = 375, 1280


@pytest.fixture
def live(office: Office) -> Iterator[Live]:
    """A house that takes orders, at an address of its own."""
    with serving(office) as served:
        yield served


def ask_for_copies(page: Page) -> None:
    page.goto("/titles/collab/order/")
    page.get_by_label("Copies as they are").check()
    page.get_by_label("Copies", exact=True).fill("120")
    page.get_by_role("button", name="Go on to the addresses").click()
    expect(page.get_by_label("Who receives them")).to_be_visible()


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@after(takes_orders)
def test_a_request_survives_back_reload_and_a_new_window(
    chromium: Browser, live: Live, scripts: bool
) -> None:
    with window(chromium, live, java_script_enabled=scripts, width=PHONE) as seen:
        page = seen.page
        ask_for_copies(page)
        page.get_by_label("Who receives them").fill("Lincoln School")
        page.get_by_label("Street", exact=True).fill("1 Main St")
        page.get_by_label("City").fill("Seattle")
        page.get_by_label("State").fill("WA")
        page.get_by_label("ZIP").fill("98101")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("120 to Lincoln School")).to_be_visible()
        page.go_back()
        expect(page.get_by_label("Who receives them")).to_have_value("Lincoln School")
        page.go_back()
        expect(page.get_by_label("Copies", exact=True)).to_have_value("120")
        page.reload()
        expect(page.get_by_label("Copies", exact=True)).to_have_value("120")
        page.go_forward()
        expect(page.get_by_label("City")).to_have_value("Seattle")
        page.reload()
        expect(page.get_by_label("City")).to_have_value("Seattle")
        address = page.url
        assert seen.complaints == []
    with window(chromium, live, width=DESK) as other:
        other.page.goto(address)
        expect(other.page.get_by_label("City")).to_have_value("Seattle")
        other.page.goto("/titles/collab/order/?anew=1")
        expect(other.page.get_by_label("Copies", exact=True)).to_have_value("")


@pytest.mark.thorough("journeys in a browser")
@after(takes_orders)
def test_consent_is_cleared_by_back_and_for_another_quote(chromium: Browser, live: Live) -> None:
    olga = live.somebody(Role.ORGANIZATION, "guild")
    number = quoted(live.office, olga, REQUESTED)
    with window(chromium, live, width=PHONE) as seen:
        page = seen.page
        page.context.add_cookies(live.cookies(olga))
        page.goto(f"/organization/orders/{number}/quotes")
        agree, name = page.get_by_label("I have read the terms"), page.get_by_label("Your name")
        for _ in range(2):
            agree.check()
            name.fill("Olga Orr")
            page.get_by_role("link", name="Messages").click()
            page.go_back()
            expect(agree).not_to_be_checked()
            expect(name).to_have_value("")
            agree.check()
            page.reload()
            expect(agree).not_to_be_checked()
        agree.check()
        name.fill("Olga Orr")
        page.get_by_label("Number of your purchase order").fill("PO-9")
        with live.office.work() as work:
            quotes.issue_quote(work, number, edits=quotes.Edits(note="With foil"))
        page.get_by_role("button", name="Accept the quote").click()
        expect(page.get_by_role("heading", name="What changed since you looked")).to_be_visible()
        expect(page.get_by_text("With foil").first).to_be_visible()
        expect(agree).not_to_be_checked()
        expect(name).to_have_value("")
        expect(page.get_by_label("Number of your purchase order")).to_have_value("PO-9")
        agree.check()
        name.fill("Olga Orr")
        page.get_by_role("button", name="Accept the quote").click()
        expect(page.get_by_text("Thank you: the quote is accepted.")).to_be_visible()
    with live.office.work(read_only=True) as work:
        found = life.find(work, number)
    assert found is not None
    assert (found.accepted_by, found.po_number, found.quote_version) == ("Olga Orr", "PO-9", 2)

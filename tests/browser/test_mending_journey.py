"""A refused report on its way into the books: mended on its page, recorded, and undone."""

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from royalties.domain.people import Role
from tests.browser.looking import DESK, SMALL, window
from tests.browser.test_journeys import _DROP
from tests.builders.books import HARDCOVER, UNKNOWN, Office, a_row, after, spring
from tests.builders.live import Live, serving
from tests.builders.sent import as_file

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

PHONE = 390
TOTE = {"isbn": "TOTE-01", "list_price": None, "discount": None, "net": "12.00"}
WAITS = {"isbn": UNKNOWN, "list_price": None, "discount": None, "net": "10.00"}
REPORT = as_file(
    [a_row(3), {**a_row(2), "list_price": "85.oo"}, a_row(4, **WAITS), a_row(1, **TOTE)]
)
"""A bad price, an unknown ISBN, and a tote bag."""


@pytest.fixture
def live(office: Office) -> Iterator[Live]:
    """A served house."""
    with serving(office) as live:
        yield live


@pytest.mark.thorough("journeys in a browser", but_one_in=2)
@pytest.mark.parametrize("width", [1280, PHONE])
@after(spring)
def test_report_is_mended_recorded_and_undone(chromium: Browser, live: Live, width: int) -> None:
    cleo = live.somebody(Role.CLERK)
    with window(chromium, live, cleo, width=width) as seen:
        page = seen.page
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/finance/imports")
        text = base64.b64encode(REPORT).decode()
        page.evaluate(_DROP, ["[data-drop]", "shop.csv", text])
        expect(page.get_by_role("heading", level=1)).to_contain_text("shop.csv")
        assert seen.faults() == []
        page.get_by_label("list_price").fill("85.00")
        page.get_by_label("list_price").press("Enter")
        expect(page.get_by_text("1 change made, and checked again.")).to_be_visible()
        page.get_by_role("link", name="no book? TOTE-01").click()
        expect(page.get_by_role("heading", name="Or is TOTE-01 no single book?")).to_be_visible()
        page.get_by_text("It is a bundle of editions").click()
        page.get_by_label("ISBN 1", exact=True).fill(HARDCOVER)
        page.get_by_label("ISBN 2", exact=True).fill(UNKNOWN)
        page.get_by_label("Share 2", exact=True).fill("1/3")
        page.get_by_role("button", name="It is this bundle").click()
        expect(page.get_by_text(f"No edition has the ISBN '{UNKNOWN}'")).to_be_visible()
        expect(page.get_by_label("Share 2", exact=True)).to_have_value("1/3")
        assert seen.faults() == []
        page.get_by_text("Leave out TOTE-01").click()
        page.get_by_label("Leave 1 row of TOTE-01 out, because").fill("a tote bag")
        page.get_by_role("button", name="Leave out", exact=True).last.click()
        expect(page.get_by_text("1 row left out, and checked again.")).to_be_visible()
        page.get_by_role("link", name=f"Match {UNKNOWN}").click()
        page.get_by_label("Title, ISBN or identifier").fill(HARDCOVER)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("button", name=re.compile("^This one")).first.click()
        expect(page.get_by_text("stands for")).to_be_visible()
        assert seen.faults() == []
        for tick in page.locator("[name=seen]").all():
            tick.check()
        page.get_by_role("button", name=re.compile(r"^Record 3 sale lines")).click()
        expect(page.get_by_text("Changed before it was recorded")).to_be_visible()
        expect(page.get_by_role("cell", name="Left out: a tote bag")).to_be_visible()
        assert seen.faults() == []
        page.get_by_role("button", name="Undo this import").click()
        expect(page.get_by_text("What was changed in its file is kept")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Take back.*row 5")).click()
        expect(page.get_by_text("The change is taken back")).to_be_visible()
        assert seen.complaints == []
    assert live.office.faults() == {}


@pytest.mark.thorough("journeys in a browser", but_one_in=2)
@pytest.mark.parametrize("width", [DESK, SMALL])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without a script"])
@after(spring)
def test_tote_bag_is_said_to_be_no_book_before_it_is_recorded(
    chromium: Browser, live: Live, width: int, scripts: bool
) -> None:
    cleo = live.somebody(Role.CLERK)
    with window(chromium, live, cleo, width=width, java_script_enabled=scripts) as seen:
        page = seen.page
        page.goto("/finance/imports")
        report = as_file([a_row(3), a_row(1, **TOTE)])
        file: FilePayload = {"name": "shop.csv", "mimeType": "text/csv", "buffer": report}
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Send and check").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("shop.csv")
        page.get_by_role("link", name="no book? TOTE-01").click()
        page.get_by_role("button", name="It is no book").click()
        expect(page.get_by_text("TOTE-01 is no book: its rows are skipped")).to_be_visible()
        expect(page.get_by_text("Skipped on purpose")).to_be_visible()
        if scripts:
            assert seen.faults() == []
        for tick in page.locator("[name=seen]").all():
            tick.check()
        page.get_by_role("button", name=re.compile(r"^Record 1 sale line,")).click()
        expect(page.get_by_text("Recorded as import")).to_be_visible()
        page.goto("/finance/waiting")
        expect(page.get_by_role("button", name="Take back TOTE-01")).to_be_visible()
        if scripts:
            assert seen.faults() == []
        assert seen.complaints == []
    assert live.office.faults() == {}

"""A report that nobody knows, from its sending to the next month's, in a real browser."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from royalties.cli.jobs import work_off
from royalties.domain.people import Role
from tests.browser.looking import DESK, SMALL, window
from tests.builders.books import EBOOK, HARDCOVER, Office
from tests.builders.live import Live, serving

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

MAY = "\n".join(
    [
        "Rheinbuch GmbH;;;;;",
        "Artikel;Verkauft am;Stück;Erlös;Vorgang;Geprüft",
        f"{HARDCOVER};03.05.2025;3;50,25;Verkauf;Ja",
        f"{EBOOK};04.05.2025;-1;-9,10;Remission;Ja",
        f"{EBOOK};05.05.2025;2;8,00;Verkauf;Nein",
        "",
    ]
)


@pytest.fixture
def live(office: Office) -> Iterator[Live]:
    with serving(office) as served:
        yield served


def send(page: Page, text: str, name: str) -> None:
    """Send a file."""
    page.goto("/finance/imports")
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def picture(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if folder := os.environ.get("MAPPING_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.thorough("journeys in a browser", but_one_in=3)
@pytest.mark.parametrize(
    ("width", "scripts"), [(DESK, True), (SMALL, True), (DESK, False)],
    ids=["desk", "phone", "without a script"],
)  # fmt: skip
def test_unknown_report_is_mapped_and_known_the_next_month(
    chromium: Browser, live: Live, width: int, scripts: bool
) -> None:
    clerk = live.somebody(Role.CLERK)
    with window(chromium, live, clerk, width=width, java_script_enabled=scripts) as seen:
        page = seen.page
        send(page, MAY, "mai.csv")
        picture(page, f"sent-{width}-{scripts}")
        page.get_by_role("button", name="Map its columns").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Map mai.csv")
        name = f"{width}-{scripts}"
        picture(page, f"begun-{name}")
        if scripts:
            assert seen.faults() == []
        page.get_by_label("Name", exact=True).fill("Rheinbuch, monthly")
        page.locator("[name=retailer]").select_option("bay")
        page.locator("[name=currency]").fill("EUR")
        page.get_by_label("The sign before the decimals is").select_option(",")
        page.get_by_label("Dates are written").select_option("dmy")
        page.get_by_label("“Verkauf” means").select_option("sale")
        page.get_by_label("“Remission” means").select_option("return")
        page.get_by_role("button", name="Add a rule").click()
        page.get_by_label("whose column").select_option("Geprüft")
        page.get_by_label("is one of").fill("ja")
        if not scripts:
            page.get_by_role("button", name="Show the preview").click()
        preview = page.get_by_role("complementary", name="What it makes of the first rows")
        expect(preview).to_contain_text("1 row: Geprüft is not 'ja'")
        expect(preview).to_contain_text("41.15 EUR")
        picture(page, f"filled-{name}")
        if scripts:
            assert seen.faults() == []
        page.get_by_role("button", name="Save and check the file").last.click()
        expect(page.get_by_text("Saved as “Rheinbuch, monthly”")).to_be_visible()
        for tick in page.locator("[name=seen]").all():
            tick.check()
        page.get_by_role("button", name=re.compile("^Record 2 sale lines")).click()
        expect(page.get_by_text("Recorded as import 1")).to_be_visible()
        send(page, MAY.replace(".05.2025", ".06.2025"), "juni.csv")
        expect(page.locator("main dd", has_text="Rheinbuch, monthly").first).to_be_visible()
        expect(page.get_by_role("heading", name="Record it")).to_be_visible()
        page.goto("/finance/reports/rheinbuch-monthly")
        picture(page, f"report-{name}")
        if scripts:
            assert seen.faults() == []
        page.goto("/finance/retailers")
        expect(page.get_by_role("link", name="Rheinbuch, monthly")).to_be_visible()
        assert seen.complaints == []
    assert work_off(live.office.system) == 0
    assert live.office.faults() == {}

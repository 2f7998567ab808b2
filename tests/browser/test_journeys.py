"""One whole journey for each audience, in a real browser."""

import base64
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from royalties.domain.people import Role
from tests.browser.journeys import (
    Journey,
    address_of,
    come_in,
    explain_all,
    figure_of,
    first_sheet,
    menu,
)
from tests.builders.books import (
    SPRING,
    Office,
    a_setup,
    after,
    closed,
    nothing,
)
from tests.builders.doors import code_at
from tests.builders.live import serving
from tests.builders.post import post_office
from tests.builders.sent import as_file
from tests.builders.site import PASSWORD, TOTP_KEY
from tests.builders.titles import public

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

_DROP = """([zone, name, text]) => {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "text/csv" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(zone).dispatchEvent(event);
  }
}"""


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """A house at an address of its own, with a mail server."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        yield Journey(chromium, live, post)


def to_send(office: Office) -> None:
    """A house without sales whose first nonprofit has an address; three people at the desk."""
    nothing(office)
    setup = a_setup()
    setup["beneficiaries"] = [
        {**each, "email": f"{each['key']}@example.net"} for each in setup["beneficiaries"]
    ]
    office.load(setup)


@after(to_send)
def test_desk_journey_from_report_to_statement(journey: Journey) -> None:
    """A clerk imports and prepares; a manager looks, closes and sends; the message arrives."""
    site = journey.live.site
    site.somebody(Role.CLERK, "Cleo Marsh")
    site.somebody(Role.MANAGER, "Mona Reyes")
    with journey.window() as page:
        come_in(page, journey, address_of("Cleo Marsh"), PASSWORD, TOTP_KEY)
        menu(page, "Import reports")
        expect(page.get_by_text("You may drop them here.")).to_be_visible()
        text = base64.b64encode(as_file(SPRING)).decode()
        page.evaluate(_DROP, ["[data-drop]", "spring.csv", text])
        expect(page.get_by_role("heading", level=1)).to_contain_text("spring.csv")
        page.get_by_role("button", name=re.compile(r"^Record 10 sale lines")).click()
        expect(page.get_by_text("Recorded as import 1")).to_be_visible()
        menu(page, "Run and close")
        page.get_by_role("link", name="Compute the draft").click()
        expect(page.get_by_text("Estimated (draft)").first).to_be_visible()
        page.get_by_role("link", name="Closing checklist").first.click()
        explain_all(page)
        page.get_by_role("button", name="I have looked at the draft as it is now").click()
        page.get_by_label("Note for whoever approves").fill("Every report is in.")
        page.get_by_role("button", name="Prepare to close 2025-H1").click()
        expect(page.get_by_text("A manager other than Cleo Marsh approves it.")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    with journey.window() as page:
        come_in(page, journey, address_of("Mona Reyes"), PASSWORD, TOTP_KEY)
        page.goto("/finance/periods/2025-H1/close")
        expect(page.get_by_text("Every report is in.")).to_be_visible()
        page.get_by_label("I have looked at the draft").check()
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Approve and close 2025-H1").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("2025-H1 is closed")
        page.get_by_role("link", name="Statements of 2025-H1").click()
        page.get_by_role("link", name=re.compile("^Send")).first.click()
        page.get_by_label("Attach the workbook").check()
        page.get_by_role("button", name=re.compile("^Send ")).click()
        expect(page.get_by_role("status")).to_contain_text("statement")
    assert journey.post.taken == []
    journey.work_off()
    issued = journey.live.office.system.files.home / "issued" / "2025-H1"
    by_recipient = {each["To"]: number for number, each in enumerate(journey.post.taken)}
    assert {"seattle@example.net", "houston@example.net"} <= set(by_recipient)
    ((name, data),) = journey.post.attachments(by_recipient["seattle@example.net"]).items()
    assert data == (issued / name).read_bytes()
    assert load_workbook(BytesIO(data)).sheetnames
    assert journey.live.office.faults() == {}


@pytest.mark.thorough("journeys in a browser")
@after(closed)
def test_nonprofit_journey_from_invitation_to_workbook(journey: Journey, tmp_path: Path) -> None:
    """Invited, the link opened, both factors set up, in again, and the workbook says the same."""
    live = journey.live
    live.site.somebody(Role.ADMINISTRATOR, "Ada Quint")
    with journey.window() as page:
        come_in(page, journey, address_of("Ada Quint"), PASSWORD, TOTP_KEY)
        menu(page, "People")
        page.get_by_role("link", name=re.compile("^Invite")).first.click()
        page.get_by_label("E-mail").fill("sam@seattle.example.org")
        page.get_by_label("Name", exact=True).fill("Sam Rivers")
        page.get_by_label(re.compile("^Nonprofit")).check()
        page.get_by_label("Seattle Readers").check()
        page.get_by_role("button", name=re.compile("^Invite|^Send")).click()
        expect(page.get_by_text("An invitation is on its way")).to_be_visible()
    journey.work_off()
    (letter,) = journey.post.taken
    assert letter["To"] == "sam@seattle.example.org"
    found = re.search(rf"{re.escape(live.address)}/account/invitation/\S+", journey.post.text())
    assert found is not None
    with journey.window() as page:
        page.goto(found[0])
        for label in ("Password", "The password again"):
            page.get_by_label(label, exact=True).fill("many small boats at sea")
        page.get_by_role("button", name="Accept the invitation").click()
        key = page.locator("code.key").inner_text().replace(" ", "")
        page.get_by_label("Code from the app").fill(code_at(live.clock, key))
        page.get_by_role("button", name="Set up").click()
        assert page.locator(".codes li").count() == 10
        page.get_by_role("link", name=re.compile("I have kept them")).click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    live.clock.later(seconds=60)
    with journey.window() as page:
        come_in(page, journey, "sam@seattle.example.org", "many small boats at sea", key)
        page.get_by_role("link", name="Statements").first.click()
        page.get_by_role("link", name="2025-H1-004").first.click()
        paid = page.locator("tr, div, dt", has_text=re.compile(r"^\s*To pay")).first
        expect(paid).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download Excel").click()
        file = tmp_path / "statement.xlsx"
        download.value.save_as(file)
        shown = page.locator("main").inner_text()
    values = first_sheet(load_workbook(file, data_only=True))
    assert "2025-H1-004" in str(values)
    due = figure_of(values, "Due")
    assert due > 0
    assert f"{due:,.2f}" in shown


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@after(public)
def test_reader_can_order_a_title_without_a_price(journey: Journey, scripts: bool) -> None:
    """A reader asks and confirms by e-mail; the desk sees the order, and what its quote lacks."""
    with journey.window(scripts=scripts) as page:
        page.goto("/titles/")
        page.get_by_role("link", name="The Collab").first.click()
        expect(page.get_by_text("What it is about.")).to_be_visible()
        page.get_by_role("link", name=re.compile("custom edition", re.IGNORECASE)).first.click()
        page.get_by_label(re.compile("^A co-branded edition")).check()
        page.get_by_role("button", name="Go on to the addresses").click()
        expect(page.get_by_role("alert")).to_contain_text("number of copies")
        page.get_by_role("textbox", name="Copies").fill("1200")
        page.get_by_label("Your logo on the cover").check()
        page.get_by_label("Goes to the state").fill("WA")
        expect(page.get_by_label("Price and delivery")).to_contain_text("will send you a price")
        page.get_by_role("button", name="Go on to the addresses").click()
        for label, typed in (
            ("Who receives them", "Harbor Works"),
            ("Street", "1 Pier"),
            ("City", "Seattle"),
        ):
            page.get_by_label(label, exact=True).fill(typed)
        page.get_by_role("button", name="Go on", exact=True).last.click()
        page.get_by_label("Organization").fill("Harbor <b>Works</b>")
        page.get_by_label("Your name").fill("Ada Reader")
        page.get_by_label("E-mail").fill("ada@harbor.example.org")
        page.get_by_role("button", name="Send the request").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Check your e-mail")
        journey.work_off()
        found = re.search(rf"{re.escape(journey.live.address)}/requests/\S+", journey.post.text())
        assert found is not None
        page.goto(found[0])
        for label in ("Password", "The password again"):
            page.get_by_label(label, exact=True).fill("many small boats at sea")
        page.get_by_role("button", name="Confirm the request").click()
        expect(page.locator("code.key")).to_be_visible()
    journey.live.site.somebody(Role.CLERK, "Cleo Marsh")
    with journey.window(scripts=scripts) as page:
        come_in(page, journey, address_of("Cleo Marsh"), PASSWORD, TOTP_KEY)
        page.get_by_role("link", name="1 requested order").click()
        page.get_by_role("link", name="O-2026-0001").first.click()
        main = page.locator("main")
        for words in ("1,200", "Harbor <b>Works</b>", "ada@harbor.example.org"):
            expect(main).to_contain_text(words)
        expect(main).to_contain_text("No quote can be made yet")
        expect(page.get_by_role("button", name="Make a quote")).to_be_disabled()

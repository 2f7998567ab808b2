"""An order from the public page to the royalty on the nonprofit's statement, in a real browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from royalties.services.orders import second_person
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
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    after,
    nothing,
    remainder,
)
from tests.builders.doors import code_at
from tests.builders.live import serving
from tests.builders.orders import order_setup
from tests.builders.pdfs import a_pdf
from tests.builders.post import post_office
from tests.builders.rich_orders import a_logo
from tests.builders.site import PASSWORD, TOTP_KEY

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

OWN = "a pier of many planks"
COPIES_AND_LOGO = 12_875.00
"""250 copies of 85.00 at 40 % discount, and 0.50 a copy for the logo: what royalties are paid of."""
TOTAL = "14,410.00"
"""That, 150.00 once for the logo and 82.50 freight, with a tenth of tax on all but freight."""
DEPOSIT = "7,205.00"
ROYALTY = 1_287.50
"""A tenth of the net receipts: the contract's only rule."""


def waits_for_readers(office: Office) -> None:
    """A house that sold nothing yet, whose only contract pays a tenth of net receipts to Seattle."""
    nothing(office)
    setup = order_setup(
        contracts=[
            a_contract(
                "foot-2015", ["collab"], rules=[{"name": "All", "basis": "net", "rate": "0.10"}]
            )
        ],
        plans=[a_plan("cities", remainder("seattle"))],
        beneficiaries=[a_beneficiary("seattle", region="WA", email="seattle@example.net")],
        organizations=[],
        income=[],
        exchange_rates=[],
    )
    setup["publisher"] |= {"first_period": "2026-H1"}
    office.load(setup)


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """A house in spring, at an address of its own, with a mail server."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        live.clock.now = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
        yield Journey(chromium, live, post)


def read_link(journey: Journey, to: str) -> str:
    """The link of the newest letter to somebody, after all waiting letters were sent."""
    journey.work_off()
    places = [n for n, each in enumerate(journey.post.taken) if each["To"] == to]
    found = re.search(rf"{re.escape(journey.live.address)}/\S+", journey.post.text(places[-1]))
    assert found is not None
    return found[0]


def told(page: Page, words: str) -> None:
    """The page says what was done."""
    told = page.get_by_role("status").filter(has_text=re.compile(words, re.IGNORECASE))
    expect(told).to_be_visible()


def desk(page: Page, tab: str) -> None:
    """Go to a part of the order's page at the desk."""
    page.get_by_role("link", name=tab, exact=True).first.click()


@pytest.mark.thorough("journeys in a browser")
@after(waits_for_readers)
def test_order_journey_from_public_page_to_royalty(journey: Journey, tmp_path: Path) -> None:
    """A reader asks and pays, the desk quotes, proofs, ships and closes; Seattle gets its tenth."""
    live = journey.live
    live.site.somebody(Role.CLERK, "Cleo Marsh")
    live.site.somebody(Role.MANAGER, "Mona Reyes")
    confirm = asks_for_a_custom_edition(journey)
    with journey.window() as theirs, journey.window() as ours:
        theirs.goto(confirm)
        for label in ("Password", "The password again"):
            theirs.get_by_label(label, exact=True).fill(OWN)
        theirs.get_by_role("button", name="Confirm the request").click()
        key = theirs.locator("code.key").inner_text().replace(" ", "")
        theirs.get_by_label("Code from the app").fill(code_at(live.clock, key))
        theirs.get_by_role("button", name="Set up").click()
        theirs.get_by_role("link", name=re.compile("I have kept them")).click()
        expect(theirs.locator("main")).to_contain_text("O-2026-0001")
        ours.on("dialog", lambda dialog: dialog.accept())
        come_in(ours, journey, address_of("Mona Reyes"), PASSWORD, TOTP_KEY)
        quoted_and_accepted(journey, ours, theirs)
        deposit_paid(journey, ours)
        proofed_and_approved(journey, ours, theirs, tmp_path)
        produced_and_shipped(ours)
        invoiced_and_paid(journey, ours)
        theirs.goto("/organization/orders/O-2026-0001")
        expect(theirs.locator("main")).to_contain_text("1Z999")
        expect(theirs.locator("main")).to_contain_text("settled")
    live.clock.now = datetime(2026, 7, 6, 9, 30, tzinfo=UTC)
    closed_by_two(journey)
    figure_on_the_statement(journey)
    assert live.office.faults() == {}


def asks_for_a_custom_edition(journey: Journey) -> str:
    """A reader without an account asks on the public page; returns the link that confirms it."""
    with journey.window() as page:
        page.goto("/titles/")
        page.get_by_role("link", name="The Collab").first.click()
        page.get_by_role("link", name=re.compile("custom edition", re.IGNORECASE)).first.click()
        price = page.get_by_label("Price and delivery")
        page.get_by_label(re.compile("^A co-branded edition")).check()
        page.get_by_role("textbox", name="Copies").press_sequentially("100")
        page.get_by_label("Your logo on the cover").check()
        page.get_by_label("Goes to the state").fill("WA")
        expect(price).to_contain_text("5,875.00")
        page.get_by_role("textbox", name="Copies").fill("250")
        expect(price).to_contain_text(TOTAL)
        page.get_by_role("button", name="Go on to the addresses").click()
        for label, typed in (
            ("Who receives them", "Harbor Works"),
            ("Street", "1 Pier"),
            ("City", "Seattle"),
            ("ZIP", "98101"),
        ):
            page.get_by_label(label, exact=True).fill(typed)
        page.get_by_role("button", name="Go on", exact=True).last.click()
        page.get_by_label("Organization").fill("Harbor <b>Works</b>")
        page.get_by_label("Your name").fill("Ada Reader")
        page.get_by_label("E-mail").fill("ada@harbor.example.org")
        page.get_by_role("button", name="Send the request").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("e-mail")
    assert journey.live.office.rows("SELECT number FROM orders") == []
    return read_link(journey, "ada@harbor.example.org")


def quoted_and_accepted(journey: Journey, ours: Page, theirs: Page) -> None:
    """The desk finds the order on its board and quotes it; the organization accepts by e-mail."""
    menu(ours, "Orders")
    ours.get_by_role("link", name="O-2026-0001").first.click()
    desk(ours, "Quotes")
    expect(ours.locator("main")).to_contain_text(TOTAL)
    ours.get_by_role("button", name="Issue version 1").click()
    told(ours, "is issued")
    link = read_link(journey, "ada@harbor.example.org")
    with journey.window() as anybody:  # no password, no second factor: the link is enough
        anybody.goto(link)
        expect(anybody.locator("main")).to_contain_text(TOTAL)
        anybody.get_by_label(re.compile("Number of your purchase order")).fill("PO-4711")
        anybody.get_by_label("Your name, as you sign").fill("Ada Reader")
        anybody.get_by_label(re.compile("I have read the terms")).check()
        anybody.get_by_role("button", name="Accept the quote").click()
        expect(anybody.get_by_role("heading", level=1)).to_have_text("The quote is accepted")
        anybody.goto(link)  # answered: it leads to the order, for those who may see it
        expect(anybody).to_have_url(re.compile("/account/sign-in"))
    theirs.reload()


def receives(journey: Journey, page: Page, amount: str) -> None:
    """A receipt is recorded at the desk, and another manager confirms it."""
    page.get_by_label("Amount").first.fill(amount)
    page.get_by_role("button", name="Record the receipt").click()
    told(page, "Recorded, not confirmed")
    with journey.live.office.work() as work:  # as the operator: people have journeys of their own
        [waiting] = second_person.waiting(work, "O-2026-0001")
        second_person.approve(work, waiting.id)
    page.reload()
    expect(page.locator("main")).not_to_contain_text("Recorded, not confirmed:")


def deposit_paid(journey: Journey, ours: Page) -> None:
    """Somebody new pays half ahead."""
    ours.reload()
    desk(ours, "Money")
    ours.get_by_role("button", name="Issue the deposit invoice").click()
    expect(ours.locator("main")).to_contain_text(DEPOSIT)
    receives(journey, ours, "7205")


def proofed_and_approved(journey: Journey, ours: Page, theirs: Page, folder: Path) -> None:
    """The logo is sent, a proof is made of it, and approved as it was seen."""
    logo, proof = folder / "logo.png", folder / "proof.pdf"
    logo.write_bytes(a_logo())
    proof.write_bytes(a_pdf(pages=2))
    theirs.goto("/organization/orders/O-2026-0001")
    desk(theirs, "Artwork")
    theirs.locator("input[type=file]").first.set_input_files(logo)
    theirs.get_by_label(re.compile("We have the rights")).check()
    theirs.get_by_role("button", name="Send the artwork").click()
    told(theirs, "artwork")
    ours.reload()
    desk(ours, "Artwork and proofs")
    ours.get_by_label("The first proof").set_input_files(proof)
    ours.get_by_role("button", name="Send version 1").click()
    told(ours, "The proof is sent")
    theirs.goto(read_link(journey, "ada@harbor.example.org"))
    expect(theirs.get_by_alt_text(re.compile("^Page 2 of the proof"))).to_be_visible()
    theirs.get_by_label("What is to be changed").fill("The blue is too pale")
    theirs.get_by_text("Comment on page 1").click()
    theirs.get_by_label("Your comment").first.fill("The logo sits well.")
    theirs.get_by_role("button", name="Add the comment").first.click()
    expect(theirs.get_by_text("The logo sits well.")).to_be_visible()
    expect(theirs.get_by_label("What is to be changed")).to_have_value("The blue is too pale")
    theirs.get_by_role("link", name="Approve and start production").click()
    theirs.get_by_label("Your name, as you sign").fill("Ada Reader")
    theirs.get_by_label(re.compile("I have looked at every page")).check()
    theirs.get_by_role("button", name="Approve and start production").click()
    told(theirs, "approve")


def produced_and_shipped(ours: Page) -> None:
    """The edition gets a number of its own, is made and leaves the house in one parcel."""
    ours.reload()
    desk(ours, "Production and shipping")
    ours.get_by_role("button", name="Give the edition").click()
    expect(ours.get_by_text("Its copies are sales of")).to_be_visible()
    ours.get_by_role("button", name="Start production").click()
    ours.get_by_label("Carrier").fill("UPS")
    ours.get_by_label(re.compile("^Tracking number")).fill("1Z999")
    ours.get_by_role("button", name="Record the shipment").click()
    told(ours, "shipment")


def invoiced_and_paid(journey: Journey, ours: Page) -> None:
    """The rest is invoiced and comes in."""
    desk(ours, "Money")
    expect(ours.locator("#invoice")).to_contain_text("PO-4711")
    ours.get_by_role("button", name="Issue this invoice").click()
    expect(ours.locator("main")).to_contain_text("7,205.00")
    receives(journey, ours, "7205")
    expect(ours.locator("main")).not_to_contain_text("overdue")


def closed_by_two(journey: Journey) -> None:
    """A clerk prepares the half-year and a manager closes it and sends the statement."""
    with journey.window() as page:
        come_in(page, journey, address_of("Cleo Marsh"), PASSWORD, TOTP_KEY)
        page.goto("/finance/periods/2026-H1/close")
        explain_all(page)
        page.get_by_role("button", name="I have looked at the draft as it is now").click()
        page.get_by_role("button", name="Prepare to close 2026-H1").click()
        expect(page.get_by_text("A manager other than Cleo Marsh approves it.")).to_be_visible()
    with journey.window() as page:
        page.on("dialog", lambda dialog: dialog.accept())
        come_in(page, journey, address_of("Mona Reyes"), PASSWORD, TOTP_KEY)
        page.goto("/finance/periods/2026-H1/close")
        page.get_by_label("I have looked at the draft").check()
        page.get_by_role("button", name="Approve and close 2026-H1").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("2026-H1 is closed")
        page.get_by_role("link", name="Statements of 2026-H1").click()
        page.get_by_role("link", name=re.compile("^Send")).first.click()
        page.get_by_label("Attach the workbook").check()
        page.get_by_role("button", name=re.compile("^Send ")).click()
        expect(page.get_by_role("status")).to_contain_text("statement")


def figure_on_the_statement(journey: Journey) -> None:
    """What Seattle is sent is a tenth of what came in for copies and logo."""
    journey.work_off()
    (place,) = (
        n for n, each in enumerate(journey.post.taken) if each["To"] == "seattle@example.net"
    )
    ((_, data),) = journey.post.attachments(place).items()
    book = load_workbook(BytesIO(data), data_only=True)
    assert figure_of(first_sheet(book), "Due") == ROYALTY
    lines = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert COPIES_AND_LOGO in lines

"""Where a nonprofit is paid: it says so itself, and two people at the publisher let it count."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.payments.account_life import COOLING_DAYS
from royalties.domain.payments.accounts import UsAccount
from royalties.domain.people import Actor, Role
from royalties.services.payments import accounts
from tests.browser.journeys import Journey, address_of, come_in, menu
from tests.builders.books import Office, after, closed
from tests.builders.live import serving
from tests.builders.post import post_office
from tests.builders.site import PASSWORD, TOTP_KEY

pytestmark = [after(closed), pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]

MANAGER, CLERK, THEIRS = "Mona Reyes", "Cleo Marsh", "Sam Seattle"
PAYEE = "Seattle Readers"
ROUTING, NUMBER, OTHER = "021000021", "5550009012", "7771234567"
SHOWN, OTHER_SHOWN = "Checking account •••• 012", "Checking account •••• 567"


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """A house with a manager and a clerk, and a nonprofit with its own door."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        live.site.somebody(Role.MANAGER, MANAGER)
        live.site.somebody(Role.CLERK, CLERK)
        live.site.somebody(Role.NONPROFIT, THEIRS, beneficiaries=("seattle",))
        yield Journey(chromium, live, post)


def sign_in(page: Page, journey: Journey, name: str) -> None:
    # A code is taken once, and each person has the same app here.
    journey.live.clock.later(seconds=60)
    come_in(page, journey, address_of(name), PASSWORD, TOTP_KEY)


def write_account(page: Page, number: str, again: str = "") -> None:
    page.get_by_label("In whose name").fill("Seattle Fund")
    page.get_by_label("Routing number").fill(ROUTING)
    page.get_by_label("Account number", exact=True).fill(number)
    page.get_by_label("Account number, once more").fill(again or number)


def enter_as_nonprofit(page: Page, number: str) -> None:
    page.get_by_role("link", name="Bank", exact=True).click()
    write_account(page, number, "123456")
    page.get_by_role("button", name="Send for checking").click()
    expect(page.get_by_role("alert")).to_contain_text("type both again")
    expect(page.get_by_label("Account number", exact=True)).to_have_value(number)
    write_account(page, number)
    page.get_by_role("button", name="Send for checking").click()
    expect(page.get_by_role("status")).to_contain_text("before they count")
    expect(page.get_by_role("region", name="Being checked")).to_be_visible()


def open_what_waits(page: Page) -> None:
    """From the list of what waits for approval."""
    menu(page, "Approvals")
    page.get_by_role("link", name=PAYEE).click()
    expect(page.get_by_role("heading", name="Waits for a second person")).to_be_visible()


def test_nonprofit_enters_account_that_second_person_confirms(journey: Journey) -> None:
    with journey.window() as theirs, journey.window() as clerks, journey.window() as managers:
        sign_in(theirs, journey, THEIRS)
        sign_in(clerks, journey, CLERK)
        sign_in(managers, journey, MANAGER)
        enter_as_nonprofit(theirs, NUMBER)

        open_what_waits(clerks)
        expect(clerks.get_by_text("A manager confirms or declines them.")).to_be_visible()
        expect(clerks.get_by_role("button", name="Confirm")).to_have_count(0)

        open_what_waits(managers)
        managers.get_by_label("How you made sure").fill("called Jo at the number of the contract")
        managers.get_by_role("button", name="Confirm").click()
        expect(managers.get_by_role("status")).to_contain_text("paid to in 3 days")
        expect(managers.get_by_text("Payments wait: new bank details")).to_be_visible()

        managers.get_by_label("What for").fill("a wire of June")
        managers.get_by_role("button", name="Show in clear").click()
        expect(managers.get_by_role("region", name="In clear")).to_contain_text(NUMBER)

        enter_as_nonprofit(theirs, OTHER)
        open_what_waits(managers)
        expect(managers.get_by_text("until a second person has decided")).to_be_visible()
        managers.get_by_label("Why they are not taken").fill("Jo knows nothing of it")
        managers.get_by_role("button", name="Decline").click()
        expect(managers.get_by_role("region", name="In force")).to_contain_text(SHOWN)

        theirs.reload()
        history = theirs.get_by_role("region", name="History")
        expect(history).to_contain_text(f"declined: {OTHER_SHOWN}. “Jo knows nothing of it”")
        expect(history).not_to_contain_text("saw in clear")
        expect(theirs.get_by_text(NUMBER)).to_have_count(0)
    journey.work_off()
    told = {
        (str(letter["To"]), str(letter["Subject"]), journey.post.text(place))
        for place, letter in enumerate(journey.post.taken)
    }
    subjects = {subject for to, subject, _ in told if address_of(THEIRS) in to}
    assert subjects == {
        "Your bank details are to be changed",
        "Your bank details are confirmed",
        "Your bank details were not taken",
    }
    assert any(address_of(MANAGER) in to and "To confirm" in subject for to, subject, _ in told)
    assert not any(NUMBER in text or OTHER in text for _, _, text in told)


def let_count(journey: Journey) -> None:
    """Seattle's account was entered and confirmed, and has cooled."""
    system = journey.live.office.system
    with system.work(Actor(CLERK, Role.CLERK)) as work:
        account = UsAccount(ROUTING, NUMBER)
        number = accounts.enter(work, "seattle", account, "Seattle Fund", "letter of 3 May")
    [(mona,)] = journey.live.office.rows("SELECT id FROM person WHERE role = 'manager'")
    with system.work(Actor(MANAGER, Role.MANAGER, mona)) as work:
        accounts.confirm(work, number, "called Jo at the number of the contract")
    journey.live.clock.later(days=COOLING_DAYS)


def test_changed_details_hold_a_payment_that_was_approved(journey: Journey) -> None:
    let_count(journey)
    with journey.window() as clerks, journey.window() as managers:
        sign_in(clerks, journey, CLERK)
        sign_in(managers, journey, MANAGER)
        menu(clerks, "Payments")
        left_out = clerks.get_by_role("region", name="Left out")
        expect(left_out.get_by_role("link", name="no bank details")).to_have_count(3)
        clerks.get_by_role("button", name="Propose 1 payment", exact=True).click()
        batch = clerks.url
        expect(clerks.get_by_role("link", name=SHOWN)).to_be_visible()

        managers.goto(batch)
        managers.get_by_label("Looked at: Seattle Readers").check()
        managers.get_by_role("button", name="Approve 1 payment").click()
        expect(managers.get_by_role("status")).to_contain_text("Approved: 1")

        clerks.goto("/finance/beneficiaries/seattle/bank-details")
        write_account(clerks, OTHER)
        clerks.get_by_label("From which paper").fill("letter of 9 September")
        clerks.get_by_role("button", name="Send to a second person").click()
        expect(clerks.get_by_role("status")).to_contain_text("wait for a second person")
        clerks.goto(batch)
        expect(clerks.get_by_text("Bank details wait for a second person")).to_be_visible()
        expect(clerks.get_by_text("1 payment waits for a manager")).to_be_visible()

        managers.goto(batch)
        managers.get_by_label("Looked at: Seattle Readers").check()
        managers.get_by_role("button", name="Approve 1 payment").click()
        expect(managers.get_by_role("alert")).to_contain_text("Bank details wait")
    assert journey.live.office.faults() == {}

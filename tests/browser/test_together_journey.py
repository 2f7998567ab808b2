"""Two people decide together: what depends on one another is prepared, told, seen and approved."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from tests.browser.journeys import Journey, address_of, come_in, menu
from tests.browser.looking import SMALL
from tests.builders.books import Office, after, closed
from tests.builders.live import serving
from tests.builders.post import post_office
from tests.builders.site import PASSWORD, TOTP_KEY

pytestmark = [after(closed), pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]

PREPARES, DECIDES = "Mona Reyes", "Otto Lind"
RIVERS, DELTA = "Rivers & Friends", "All to the rivers"
AGREED = "As agreed in May."
WRONG = "The rate is 12 %, not 10 %."


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """A house with two managers, at an address of its own, with a mail server."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        for name in (PREPARES, DECIDES):
            live.site.somebody(Role.MANAGER, name)
        yield Journey(chromium, live, post)


def sign_in(page: Page, journey: Journey, name: str) -> None:
    # A code is taken once, and each person has the same app here.
    journey.live.clock.later(seconds=60)
    come_in(page, journey, address_of(name), PASSWORD, TOTP_KEY)


def prepare(page: Page, address: str, **values: str) -> None:
    """Send the form of a new entry; the fields go by their names, and entries by theirs."""
    page.goto(address)
    for name, value in values.items():
        field = page.locator(f"[id='{name}']")
        tag = field.evaluate("each => each.tagName")
        if tag == "SELECT":
            field.select_option(value)
        elif tag == "SUMMARY":
            page.get_by_label(value, exact=True).check()
        else:
            field.fill(value)
    page.locator("[name=note]").fill(AGREED)
    page.get_by_role("button", name="Prepare for approval", exact=True).last.click()
    expect(page.get_by_role("status")).to_contain_text("Prepared")


def prepare_all(page: Page) -> None:
    """A beneficiary, a plan that gives to it, and a contract with that plan."""
    prepare(page, "/finance/new-beneficiary", name=RIVERS)
    step = {"steps-0-takes": "remainder", "steps-0-to-0-beneficiary": RIVERS}
    prepare(page, "/finance/new-plan", name=DELTA, **{"from": "2026-01-01"}, **step)
    rule = {"rules-0-name": "All", "rules-0-basis": "net", "rules-0-tiers-0-rate": "10 %"}
    prepare(
        page,
        "/finance/new-contract",
        author="Lou Delta",
        titles="The Atlas",
        plan=DELTA,
        currency="USD",
        starts="2026-01-01",
        **rule,
    )


def waiting(page: Page, words: str) -> None:
    """What waits is in its list, with who prepared it."""
    menu(page, words)
    pending = page.get_by_role("region", name="New, and waiting for approval")
    expect(pending).to_contain_text(f"prepared by {PREPARES}")


def letters(journey: Journey, name: str) -> list[tuple[str, str]]:
    """Subjects and texts of what somebody was sent, the first first."""
    return [
        (str(letter["Subject"]), journey.post.text(place))
        for place, letter in enumerate(journey.post.taken)
        if letter["To"] == address_of(name)
    ]


def link_in(text: str, journey: Journey) -> str:
    found = re.search(rf"{re.escape(journey.live.address)}/\S+", text)
    assert found is not None, text
    return found[0]


def press(page: Page, name: str) -> None:
    """Reach a button by the keyboard alone, and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(200):
        page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} cannot be reached by the keyboard")


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_two_people_decide_together(journey: Journey, scripts: bool) -> None:
    with journey.window() as page:
        sign_in(page, journey, PREPARES)
        prepare_all(page)
        menu(page, "Approvals")
        page.get_by_role("link", name="Contract “Lou Delta: The Atlas”").click()
        main = page.get_by_role("main")
        expect(main).to_contain_text("another manager approves it")
        expect(main.get_by_role("button", name="Approve")).to_have_count(0)
    journey.work_off()
    assert letters(journey, PREPARES) == []
    told = letters(journey, DECIDES)
    assert [subject for subject, _ in told] == [
        f"To approve: the new beneficiary “{RIVERS}”",
        f"To approve: the new plan “{DELTA}”",
        "To approve: the new contract “Lou Delta: The Atlas”",
    ]
    assert f"“{AGREED}”" in told[-1][1]
    with journey.window(scripts=scripts) as page:
        sign_in(page, journey, DECIDES)
        for words in ("Beneficiaries", "Plans", "Contracts"):
            waiting(page, words)
        page.goto(link_in(told[-1][1], journey))
        main = page.get_by_role("main")
        expect(main).to_contain_text("It is approved after that, or together with it.")
        page.get_by_role("link", name="Look at all of it together").click()
        headings = main.get_by_role("heading", level=2)
        assert [RIVERS in headings.nth(0).inner_text(), DELTA in headings.nth(1).inner_text()] == [
            True,
            True,
        ]
        expect(headings.nth(2)).to_contain_text("Lou Delta")
        page.set_viewport_size({"width": SMALL, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL
        page.on("dialog", lambda dialog: dialog.accept())
        press(page, "Approve all 3")
        expect(page.get_by_role("status")).to_contain_text("3 proposals approved")
        page.set_viewport_size({"width": 1280, "height": 900})
        menu(page, "Contracts")
        page.get_by_role("link", name=re.compile("^Lou Delta")).click()
        expect(main).to_contain_text(f"entered by {DECIDES}, prepared by {PREPARES}")
    journey.work_off()
    assert [subject for subject, _ in letters(journey, PREPARES)] == [
        f"Approved: the new beneficiary “{RIVERS}”",
        f"Approved: the new plan “{DELTA}”",
        "Approved: the new contract “Lou Delta: The Atlas”",
    ]
    assert journey.live.office.faults() == {}


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_set_is_refused_with_a_reason(journey: Journey, scripts: bool) -> None:
    with journey.window() as page:
        sign_in(page, journey, PREPARES)
        prepare_all(page)
    with journey.window(scripts=scripts) as page:
        sign_in(page, journey, DECIDES)
        menu(page, "Approvals")
        for tick in page.get_by_role("checkbox").all():
            tick.check()
        page.get_by_role("button", name="Look at what is ticked together").click()
        press(page, "Refuse all 3")
        expect(page.get_by_role("alert")).to_contain_text("Say why")
        page.get_by_label("Reason to refuse").fill(WRONG)
        press(page, "Refuse all 3")
        expect(page.get_by_role("status").first).to_contain_text("3 proposals sent back")
        expect(page.get_by_role("main")).to_contain_text(WRONG)
    journey.work_off()
    sent = letters(journey, PREPARES)
    assert [subject for subject, _ in sent] == [
        f"Sent back: the new beneficiary “{RIVERS}”",
        f"Sent back: the new plan “{DELTA}”",
        "Sent back: the new contract “Lou Delta: The Atlas”",
    ]
    assert all(f"“{WRONG}”" in text for _, text in sent)

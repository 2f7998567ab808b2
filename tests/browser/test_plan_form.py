"""A plan's steps within steps, in a real browser: with scripts and without, by keyboard, narrow."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from royalties.services import approvals
from royalties.store.history import revisions_of
from tests.browser.looking import DESK, SMALL, window
from tests.builders.books import Office, after, closed
from tests.builders.live import Live, serving

pytestmark = [
    after(closed),
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
]
DEEPEST = 13


@pytest.fixture
def live(office: Office) -> Iterator[Live]:
    """A house in which a manager's save acts at once."""
    with office.work() as work:
        approvals.set_two_people(work, on=False)
    with serving(office) as site:
        yield site


def steps_of(live: Live, key: str) -> Any:
    with live.office.work(read_only=True) as work:
        return revisions_of(work.connection, "plans", key)[0].body["versions"][0]["steps"]


def at(field: str) -> str:
    return f'[id="{field}"]'


def press(page: Page, where: str) -> str:
    """Add a row by the keyboard, and say what its fields begin with."""
    rows = page.locator(f'[name="{where}"]')
    before = rows.count()
    page.locator(at(f"{where}-add")).focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before + 1)
    return f"{where}-{rows.last.get_attribute('value')}"


def share_out(page: Page, member: str) -> str:
    """Unfold a member by the keyboard, and give it a step over its part."""
    page.locator("details", has=page.locator(at(f"{member}-steps-add"))).last.locator(
        "summary"
    ).focus()
    page.keyboard.press("Enter")
    return press(page, f"{member}-steps")


def fill(page: Page, step: str, takes: str, amount: str = "", **members: str) -> None:
    page.locator(at(f"{step}-takes")).select_option(takes)
    page.locator(at(f"{step}-amount")).fill(amount)
    for place, key in members.items():
        page.locator(at(f"{step}-to-{place.removeprefix('m')}-beneficiary")).fill(key)


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("scripts", [True, False])
def test_nested_steps_can_be_made_by_keyboard(chromium: Browser, live: Live, scripts: bool) -> None:
    with window(chromium, live, live.somebody(Role.MANAGER), java_script_enabled=scripts) as seen:
        page = seen.page
        page.goto("/finance/new-plan")
        page.get_by_label("Name").first.fill("Layers")
        page.get_by_label("In force from").fill("2025-07-01")
        fill(page, "steps-0", "share", "25 %", m0="tacoma")
        last = press(page, "steps")
        fill(page, last, "remainder")
        first = share_out(page, f"{last}-to-0")
        fill(page, first, "fixed", "1,250.50", m0="seattle")
        second = press(page, f"{last}-to-0-steps")
        fill(page, second, "remainder")
        deeper = share_out(page, f"{second}-to-0")
        fill(page, deeper, "remainder", m0="houston")
        other = press(page, f"{second}-to")
        page.locator(at(f"{other}-beneficiary")).fill("tacoma")
        # A row that is made after the form came back gets a name of its own.
        spare = press(page, "steps")
        fill(page, spare, "per_unit", "0.10", m0="seattle")
        page.locator(at(f"{spare}-up")).focus()
        page.keyboard.press("Enter")
        for words in (
            "Add a member to step 3.1.1",
            "Add a member to step 3.1.2.1.1",
            "Add a step over the part of 3.1.2.1",
        ):
            expect(page.get_by_role("button", name=words, exact=True)).to_be_visible()
        if scripts:
            for width in (DESK, SMALL):
                page.set_viewport_size({"width": width, "height": 900})
                assert seen.faults() == [], width
        page.get_by_role("button", name="Save").last.click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert page.inner_text("main").count("These steps, over their part") == 2
        assert seen.complaints == []
    assert steps_of(live, "layers") == [
        {"share": "0.25", "to": [{"beneficiary": "tacoma"}]},
        {"per_unit": "0.10", "to": [{"beneficiary": "seattle"}]},
        {
            "remainder": True,
            "to": [
                {
                    "steps": [
                        {"fixed": "1250.50", "to": [{"beneficiary": "seattle"}]},
                        {
                            "remainder": True,
                            "to": [
                                {
                                    "steps": [
                                        {"remainder": True, "to": [{"beneficiary": "houston"}]}
                                    ]
                                },
                                {"beneficiary": "tacoma"},
                            ],
                        },
                    ]
                }
            ],
        },
    ]


@pytest.mark.thorough("states of pages in a browser")
def test_deepest_steps_fit_a_narrow_page_with_errors(chromium: Browser, live: Live) -> None:
    """No sideways scrolling at any depth, and errors are shown at their fields."""
    steps: list[dict[str, Any]] = [{"fixed": "1", "to": [{"beneficiary": "houston"}]}]
    steps.append({"remainder": True, "to": [{"beneficiary": "houston"}]})
    for _ in range(DEEPEST):
        steps = [{"remainder": True, "to": [{"beneficiary": "tacoma"}, {"steps": steps}]}]
    plan = {"key": "deep", "versions": [{"from": "2025-07-01", "steps": steps}]}
    live.office.load({"plans": [plan]})
    wrong = "steps-0" + "-to-1-steps-0" * DEEPEST + "-amount"
    with window(chromium, live, live.somebody(Role.MANAGER), width=SMALL) as seen:
        page = seen.page
        page.goto("/finance/plans/deep/versions/2025-07-01")
        assert seen.faults() == []
        page.locator(at(wrong)).fill("a lot")
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator(at(f"{wrong}-error"))).to_be_visible()
        expect(page.locator(at(wrong))).to_have_value("a lot")
        assert seen.faults() == []
        page.locator(f'[href="#{wrong}"]').click()
        expect(page.locator(at(wrong))).to_be_focused()
        page.set_viewport_size({"width": DESK, "height": 900})
        assert seen.faults() == []
        page.locator(at(wrong)).fill("1.00")
        page.get_by_role("button", name="Save").last.click()
        expect(page.get_by_text("Nothing had changed")).to_be_visible()
    assert steps_of(live, "deep") == steps

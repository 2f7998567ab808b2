"""Typing sales in a real browser: by keyboard alone, by paste, and over a reload."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import delete

from royalties.domain.people import Actor, Role
from royalties.store.tables import session
from tests.browser.looking import Window, window
from tests.builders.books import ATLAS, EBOOK, HARDCOVER, Office, Shelf, spring
from tests.builders.doors import code_at, email_of
from tests.builders.live import Live, serving
from tests.builders.site import PASSWORD
from tests.selection import InFull

SHEET = "/finance/entry/?retailer=hub"
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def office(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A small house on SQLite; the pages' tests have both engines."""
    with shelf.office("sqlite", spring, tmp_path_factory.mktemp("grid")) as found:
        yield found


@pytest.fixture
def seen(chromium: Browser, office: Office) -> Iterator[tuple[Window, Live]]:
    """A clerk's window, and the site behind it."""
    with serving(office) as live:
        clerk = live.somebody(Role.CLERK)
        with window(chromium, live, actor=clerk) as found:
            found.page.goto(SHEET)
            yield found, live


def cell(page: Page, row: int, column: str) -> str:
    return page.locator(f"#c-{row - 2}-{column}").inner_text()


def keys(page: Page, *pressed: str) -> None:
    for each in pressed:
        if each.startswith("+"):
            page.keyboard.press(each[1:])
        else:
            page.keyboard.type(each)


def test_a_sheet_is_typed_and_recorded_by_keyboard_alone(seen: tuple[Window, Live]) -> None:
    found, live = seen
    page = found.page
    keys(page, "+ArrowRight", "collab hard")
    expect(page.locator("#grid-options [role=option]")).to_have_count(1)
    keys(page, "+Enter")
    expect(page.locator("#c-0-list_price")).to_have_text("85.00")
    assert cell(page, 2, "date") == "2026-08-20"
    keys(page, "+Enter", "3", "+Enter", "+ArrowRight", "+ArrowRight", "12.5", "+Enter")
    assert cell(page, 2, "net") == "223.13"  # 3 × 85.00 less an eighth, rounded
    keys(page, "+Enter", "us", "+Enter", "WA", "+Enter", "Seattle", "+Enter", "T-7", "+Enter")
    keys(page, HARDCOVER, "+Enter")
    expect(page.locator("#c-1-list_price")).to_have_text("85.00")
    keys(page, "ret", "+Enter", "1", "+Enter")
    assert cell(page, 3, "kind") == "return"
    assert cell(page, 3, "units") == "-1"
    assert cell(page, 3, "net") == "-85.00"
    assert page.locator("[data-net]").inner_text() == "138.13 USD"
    keys(page, "+Control+Enter")
    page.wait_for_url("**/recorded/*")
    assert live.office.rows(
        "SELECT units, net, country, order_ref FROM sale WHERE batch_id = 2 ORDER BY row"
    ) == [(3, 223_130_000, "US", "T-7"), (-1, -85_000_000, "", "")]
    assert found.faults() == []


def test_filled_in_value_can_be_typed_over(seen: tuple[Window, Live]) -> None:
    page = seen[0].page
    keys(page, "+ArrowRight", HARDCOVER, "+Enter")
    expect(page.locator("#c-0-list_price")).to_have_text("85.00")
    keys(page, "+ArrowRight", "2", "+Enter")
    assert (cell(page, 2, "discount"), cell(page, 2, "net")) == ("0", "170.00")
    keys(page, "+ArrowRight", "80", "+Enter")
    assert cell(page, 2, "net") == "160.00"
    keys(page, "+ArrowRight", "+F2", "+Control+a", "100", "+Escape")
    assert cell(page, 2, "net") == "160.00"
    keys(page, "100", "+Enter")
    assert (cell(page, 2, "discount"), cell(page, 2, "net")) == ("", "100")
    keys(page, "+Home", "3/14", "+Enter")
    assert cell(page, 2, "date") == "2026-03-14"


def test_wrong_cells_are_marked_and_lead_there(seen: tuple[Window, Live]) -> None:
    page = seen[0].page
    keys(page, "+ArrowRight", HARDCOVER, "+Enter", "+ArrowRight", "many", "+Enter")
    keys(page, "+Control+Enter")
    expect(page.locator(".note.bad")).to_be_visible()
    wrong = page.locator("#c-0-units")
    assert wrong.get_attribute("aria-invalid") == "true"
    why = wrong.get_attribute("aria-describedby")
    assert "whole number" in page.locator(f"#{why}").text_content()  # type: ignore[operator]
    page.locator("a[data-cell='0 units']").click()
    expect(wrong).to_be_focused()
    keys(page, "4", "+Enter")
    assert wrong.get_attribute("aria-invalid") is None
    keys(page, "+Control+Enter")
    page.wait_for_url("**/recorded/*")


def test_a_pasted_price_may_have_its_sign(seen: tuple[Window, Live]) -> None:
    found, live = seen
    page = found.page
    page.evaluate(PASTE, f"4/3/2025\t{HARDCOVER}\tsale\t2\tUSD\t$1,038.00\t10\r\n")
    expect(page.locator("#c-0-net")).to_have_text("1868.40")
    keys(page, "+Control+Enter")
    page.wait_for_url("**/recorded/*")
    assert live.office.rows("SELECT list_price, net FROM sale WHERE batch_id = 2") == [
        (1_038_000_000, 1_868_400_000)
    ]


@pytest.mark.thorough("measurements")
def test_five_hundred_rows_are_pasted_at_once(seen: tuple[Window, Live]) -> None:
    found, live = seen
    page = found.page
    lines = [
        f"{1 + n % 6}/{1 + n % 28}/2025\t{(HARDCOVER, ATLAS)[n % 2]}\tsale\t{1 + n % 3}\tUSD"
        f'\t80.00\t10\t\tUS\tWA\t"Sea\n""ttle"" {n}"\tP-{n}'
        for n in range(500)
    ]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(PASTE, "\r\n".join(lines) + "\r\n")
    expect(page.locator("[data-rows]")).to_have_text("500")
    assert sum("/entry/books" in url for url in asked) <= 1, "all editions are asked for at once"
    assert cell(page, 2, "city") == 'Sea "ttle" 0'
    assert cell(page, 501, "order") == "P-499"
    assert cell(page, 501, "net") == "144.00"  # two copies
    page.locator("[data-record]").click()
    page.locator("[name=confirmed]").check()  # the spring's report has some of these days already
    assert cell(page, 501, "order") == "P-499"
    page.locator("[data-record]").click()
    page.wait_for_url("**/recorded/*")
    assert live.office.rows("SELECT count(*), sum(units) FROM sale WHERE batch_id = 2") == [
        (500, sum(1 + n % 3 for n in range(500)))
    ]


def test_saved_draft_is_recorded_by_one_click(seen: tuple[Window, Live]) -> None:
    """No save is pending, so the form is sent at once."""
    page = seen[0].page
    keys(page, "+ArrowRight", ATLAS, "+Enter", "+ArrowRight", "5", "+Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    page.locator("[data-record]").click()
    page.wait_for_url("**/recorded/*")


def test_draft_survives_a_reload(seen: tuple[Window, Live]) -> None:
    page = seen[0].page
    keys(page, "+ArrowRight", EBOOK, "+Enter", "+ArrowRight", "5", "+Enter")
    keys(page, "+ArrowRight", "+ArrowRight", "+ArrowRight", "17.5", "+Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    page.reload()
    expect(page.locator("#c-0-isbn")).to_contain_text(EBOOK)
    assert (cell(page, 2, "units"), cell(page, 2, "net")) == ("5", "17.5")


@pytest.mark.thorough("journeys in a browser")
def test_edit_in_another_window_is_reported_and_loses_nothing(
    seen: tuple[Window, Live], chromium: Browser
) -> None:
    found, live = seen
    with window(chromium, live, actor=live.somebody(Role.CLERK)) as other:
        other.page.goto(SHEET)
        keys(found.page, "+ArrowRight", HARDCOVER, "+Enter")
        expect(found.page.locator("[data-saved]")).to_contain_text("Draft saved")
        keys(other.page, "+ArrowRight", ATLAS, "+Enter")
        expect(other.page.locator("#other-window")).to_be_visible()
        assert ATLAS in cell(other.page, 2, "isbn")
        other.page.get_by_role("button", name="Keep what is here").click()
        expect(other.page.locator("#other-window")).to_be_hidden()
        other.complaints.clear()  # the browser writes down the refused request
    found.page.reload()
    expect(found.page.locator("#c-0-isbn")).to_contain_text(ATLAS)


def test_a_deleted_row_comes_back(seen: tuple[Window, Live]) -> None:
    page = seen[0].page
    for n in range(3):
        keys(page, "+Control+Home", *["+ArrowDown"] * n, "+ArrowRight", HARDCOVER, "+Enter")
        keys(page, "+ArrowRight", str(n + 1), "+Enter")
    keys(page, "+Control+Home", "+ArrowDown", "+Control+Delete")
    assert [cell(page, row, "units") for row in (2, 3, 4)] == ["1", "3", ""]
    page.get_by_role("button", name="Undo").click()
    assert [cell(page, row, "units") for row in (2, 3, 4)] == ["1", "2", "3"]
    page.get_by_role("button", name="Delete row 2").click()
    keys(page, "+Control+z")
    assert [cell(page, row, "units") for row in (2, 3, 4)] == ["1", "2", "3"]
    keys(page, "+Control+Home", "+ArrowDown", "+ArrowDown", "+ArrowDown", "+Control+d")
    assert cell(page, 5, "date") == cell(page, 4, "date") != ""


def test_arrow_keys_move_and_tab_leaves_the_grid(seen: tuple[Window, Live]) -> None:
    page = seen[0].page
    keys(page, "+Control+Home", "+ArrowDown", "+End", "+ArrowUp")
    expect(page.locator("#c-0-order")).to_be_focused()
    assert page.locator("table[role=grid] td[tabindex='0']").count() == 1
    keys(page, "+Tab")
    expect(page.locator("[data-record]")).to_be_focused()
    keys(page, "+Shift+Tab")
    expect(page.locator("#c-0-order")).to_be_focused()


@pytest.mark.thorough("journeys in a browser")
def test_slow_network_causes_no_conflict_with_itself(seen: tuple[Window, Live]) -> None:
    """Record waits for every draft on its way, also for one that waited for another itself."""
    page = seen[0].page
    drafts: list[Route] = []
    records: list[Route] = []
    page.route("**/entry/draft", lambda route: drafts.append(route))  # noqa: PLW0108 - no built-in
    page.route(re.compile(r"/entry/(\?.*)?$"), lambda route: records.append(route))  # noqa: PLW0108 - no built-in
    keys(page, "+ArrowRight", ATLAS, "+Enter", "+ArrowRight", "5", "+Enter")
    _until(page, partial(bool, drafts))
    keys(page, "+Control+Home", "+ArrowRight", "+ArrowRight", "+ArrowRight", "6", "+Enter")
    page.wait_for_timeout(1500)  # the second draft's time has come, and it waits for the first
    keys(page, "+Control+Enter")
    page.wait_for_timeout(300)
    for on_their_way in (drafts, drafts, records):
        _until(page, partial(bool, on_their_way))
        page.wait_for_timeout(300)
        on_their_way.pop().continue_()
    page.wait_for_url("**/recorded/*")


def _sign_out_everywhere(live: Live) -> None:
    with live.office.system.engine.begin() as connection:
        connection.execute(delete(session))


def _sign_in_beside(page: Page, live: Live, actor: Actor) -> None:
    """Sign in in another window of the same browser, and go back to this one."""
    other = page.context.new_page()
    other.goto("/account/sign-in")
    other.get_by_label("E-mail").fill(email_of(actor))
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_label("Code").fill(code_at(live.clock))
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    other.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")  # a headless window never loses it


@pytest.mark.thorough("journeys in a browser")
def test_typed_rows_survive_the_end_of_the_session(seen: tuple[Window, Live]) -> None:
    """After signing in in another window the sheet is saved again, and recorded as it stands."""
    found, live = seen
    page, saved = found.page, found.page.locator("[data-saved]")
    keys(page, "+ArrowRight", ATLAS, "+Enter", "+ArrowRight", "5", "+Enter")
    expect(saved).to_contain_text("Draft saved")
    _sign_out_everywhere(live)
    keys(page, "+Control+Home", "+ArrowRight", "+ArrowRight", "+ArrowRight", "6", "+Enter")
    expect(saved).to_contain_text("you were signed out")
    keys(page, "+Control+Enter")  # records nothing, and leaves the page as it is
    expect(saved).to_contain_text("Not recorded: you were signed out")
    _sign_in_beside(page, live, live.somebody(Role.CLERK))
    expect(saved).to_contain_text("Draft saved")
    keys(page, "+Control+Home", "+ArrowRight", "+ArrowRight", "+ArrowRight", "7", "+Enter")
    expect(saved).to_contain_text("Not saved yet")
    expect(saved).to_contain_text("Draft saved")
    keys(page, "+Control+Enter")
    page.wait_for_url("**/recorded/*")
    assert live.office.rows("SELECT units FROM sale WHERE batch_id = 2") == [(7,)]


@pytest.mark.thorough("journeys in a browser")
def test_a_sheet_that_nothing_was_typed_into_since_is_recorded_too(
    seen: tuple[Window, Live],
) -> None:
    found, live = seen
    page, saved = found.page, found.page.locator("[data-saved]")
    keys(page, "+ArrowRight", ATLAS, "+Enter", "+ArrowRight", "5", "+Enter")
    expect(saved).to_contain_text("Draft saved")
    _sign_out_everywhere(live)
    _sign_in_beside(page, live, live.somebody(Role.CLERK))
    keys(page, "+Control+Enter")
    page.wait_for_url("**/recorded/*")


@pytest.mark.thorough("journeys in a browser")
def test_sheet_typed_by_another_person_cannot_be_recorded(seen: tuple[Window, Live]) -> None:
    found, live = seen
    page, saved = found.page, found.page.locator("[data-saved]")
    keys(page, "+ArrowRight", ATLAS, "+Enter", "+ArrowRight", "5", "+Enter")
    expect(saved).to_contain_text("Draft saved")
    _sign_out_everywhere(live)
    _sign_in_beside(page, live, live.somebody(Role.MANAGER))
    keys(page, "+Control+Home", "+ArrowRight", "+ArrowRight", "+ArrowRight", "6", "+Enter")
    expect(saved).to_contain_text("this sheet is Clerk")
    keys(page, "+Control+Enter")
    expect(saved).to_contain_text("Not recorded")
    assert cell(page, 2, "units") == "6"
    assert live.office.rows("SELECT count(*) FROM sale WHERE batch_id = 2") == [(0,)]
    _sign_out_everywhere(live)
    _sign_in_beside(page, live, live.somebody(Role.CLERK))
    expect(saved).to_contain_text("Draft saved")


@pytest.mark.thorough("journeys in a browser")
def test_a_form_is_sent_again_after_signing_in(chromium: Browser, office: Office) -> None:
    """The form is kept when its session ends, and is not sent without being asked."""
    with serving(office) as live:
        manager = live.somebody(Role.MANAGER)
        with window(chromium, live, actor=manager) as found:
            page = found.page
            page.goto("/finance/new-retailer")
            page.get_by_label("Name", exact=True).fill("Hill & <Dale>")
            page.get_by_label("Channel").select_option("Bookstore")
            _sign_out_everywhere(live)
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("This was not sent yet")
            page.get_by_text("What is sent").click()
            expect(page.get_by_text("Hill & <Dale>")).to_be_visible()
            assert found.faults() == []
            _sign_in_beside(page, live, manager)
            page.get_by_role("button", name="Send it again").click()
            page.get_by_role("button", name=f"Send it again as {manager.name}").wait_for()
            assert found.faults() == []
            page.get_by_role("button", name="Send it again as").click()
            page.wait_for_url("**/finance/retailers/hill-dale*")
            expect(page.get_by_role("heading", level=1)).to_have_text("Hill & <Dale>")


@pytest.mark.thorough("journeys in a browser")
def test_single_keys_are_shown_and_switched_off(seen: tuple[Window, Live]) -> None:
    found, _ = seen
    page = found.page
    page.goto("/finance/")
    dialog = page.locator("[data-keys]")
    keys(page, "?")
    expect(dialog).to_be_visible()
    assert found.faults() == []
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    keys(page, "/", "?")
    expect(page.locator("#search")).not_to_be_focused()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_role("checkbox").check()
    keys(page, "+Escape", "/")
    expect(page.locator("#search")).to_be_focused()


COVERED = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const places = [[box.left + 3, box.top + 3], [box.left + 3, box.bottom - 3]];
  return !places.every(([x, y]) => document.activeElement.contains(document.elementFromPoint(x, y)));
}"""


@pytest.mark.thorough("combinations", but_one_in=4)
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 600), (320, 900), (320, 256)])
def test_grid_keeps_focused_cell_visible(
    seen: tuple[Window, Live], width: int, height: int, in_full: InFull
) -> None:
    """The cell that is typed in is never behind the bar below or the headings above."""
    page = seen[0].page
    rows = 40 if in_full("further rows of a grid") else 26  # some of them below the edge
    page.set_viewport_size({"width": width, "height": height})
    lines = [f"2025-03-0{1 + n % 9}\t{ATLAS}\tsale\t{n + 1}" for n in range(rows)]
    page.evaluate(PASTE, "\r\n".join(lines))
    expect(page.locator("[data-rows]")).to_have_text(str(rows))
    covered: list[tuple[str, int]] = []
    for pressed in ("ArrowDown", "ArrowUp"):
        for n in range(rows):
            keys(page, f"+{pressed}")
            if page.evaluate(COVERED):
                covered.append((pressed, n))
    for n in range(rows - 1):  # typing on, row by row, while the bar says more and less
        keys(page, "+Home", "+ArrowDown", "3/1", "+Enter")
        if page.evaluate(COVERED):
            covered.append(("typed", n))
    keys(page, "+Home", "x")
    if page.evaluate(COVERED):
        covered.append(("edited", 0))
    assert covered == []
    headings = page.locator("thead th").nth(1).bounding_box()
    assert headings is not None
    assert (headings["y"] >= 0) == (width > 320)  # they stay where there is room for them


def _until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for something that the browser does."""
    for _ in range(100):
        if true():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never happened")

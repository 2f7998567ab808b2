"""What journeys have in common: a served house with its mail, ways through it, and workbooks read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from royalties.cli.jobs import work_off
from tests.browser.looking import window
from tests.builders.doors import code_at
from tests.builders.live import Live
from tests.builders.post import PostOffice


@dataclass(slots=True)
class Journey:
    """A served house, its mail, and windows of people."""

    chromium: Browser
    live: Live
    post: PostOffice

    @contextmanager
    def window(self, *, scripts: bool = True) -> Iterator[Page]:
        """A new browser, which must have nothing to complain of in the end."""
        with window(self.chromium, self.live, java_script_enabled=scripts) as seen:
            yield seen.page
            assert seen.complaints == []

    def work_off(self) -> None:
        """What the worker beside the server does meanwhile."""
        work_off(self.live.office.system)


def come_in(page: Page, journey: Journey, email: str, password: str, key: str) -> None:
    """Sign in with password and the app's code."""
    page.goto("/account/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code_at(journey.live.clock, key))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def menu(page: Page, entry: str) -> None:
    """Go to a room by the desk's menu."""
    desk = page.get_by_role("navigation", name="Finance desk")
    named = re.compile(
        rf"^{re.escape(entry)}( \d+ waiting)?$"
    )  # with its count, if something waits
    desk.get_by_role("link", name=named).click()


def address_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


def explain_all(page: Page) -> None:
    """Write a sentence for everything that wants one, and come back to the checklist."""
    explain = page.get_by_role("link", name="Explain", exact=True)
    if explain.count() == 0:
        return
    explain.first.click()
    for field in page.locator("input[name=text]").all():
        field.fill("The first period of these books.")
    page.get_by_role("button", name="Keep the explanations").click()
    page.get_by_role("link", name=re.compile("checklist", re.IGNORECASE)).first.click()


def first_sheet(book: Workbook) -> dict[str, list[object]]:
    """What stands beside the words of a workbook's first sheet."""
    return {
        str(row[0].value): [cell.value for cell in row[1:] if cell.value is not None]
        for row in book.worksheets[0].iter_rows()
        if row[0].value
    }


def figure_of(values: Mapping[str, Sequence[object]], words: str) -> float:
    """The figure beside some words on a sheet."""
    (row,) = (found for name, found in values.items() if name.startswith(words))
    (figure,) = (each for each in row if isinstance(each, int | float))
    return float(figure)

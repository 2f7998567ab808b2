"""A bank's statement in a real browser: looked at, recorded, on a telephone, and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from royalties.domain.people import Role
from tests.browser.journeys import Journey, address_of, come_in
from tests.builders import bank
from tests.builders.bank import Booked
from tests.builders.books import NOW, Office, after
from tests.builders.live import serving
from tests.builders.post import post_office
from tests.builders.site import PASSWORD, TOTP_KEY
from tests.services.payments.test_bank_lines import nets, states
from tests.services.payments.test_races import sent

pytestmark = [after(sent), pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]

TODAY = NOW.date()
MANAGER = "Mona Reyes"


@pytest.fixture
def journey(chromium: Browser, office: Office) -> Iterator[Journey]:
    """A house whose payments are on their way."""
    with post_office() as post, serving(office, smtp_url=post.url) as live:
        live.site.somebody(Role.MANAGER, MANAGER)
        yield Journey(chromium, live, post)


def statement(office: Office, kind: str, folder: Path) -> Path:
    net = nets(office)
    booked = [
        Booked(TODAY, -net[3], "P-000003", "SEATTLE READERS"),
        Booked(TODAY, net[2], "P-000002", "RETURN ITEM", "R02"),
        Booked(TODAY, -net[4] - 1, "P-000004"),
        Booked(TODAY, -1_250_00, "", "Office rent, August 2026, " + "long words " * 12),
    ]
    file = folder / f"bank.{kind}"
    file.write_bytes(bank.STATEMENTS["table" if kind == "csv" else "camt.053"](booked))
    return file


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("ending", ["xml", "csv"])
def test_a_statement_is_recorded(
    journey: Journey,
    office: Office,
    screenshots: Path,
    tmp_path: Path,
    scripts: bool,
    ending: str,
) -> None:
    def look(page: Page, name: str) -> None:
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(FITS), (page.url, width)
            page.screenshot(path=screenshots / f"bank-{name}-{width}.png", full_page=True)

    with journey.window(scripts=scripts) as page:
        come_in(page, journey, address_of(MANAGER), PASSWORD, TOTP_KEY)
        page.goto("/finance/payments/")
        page.get_by_role("link", name="What the bank says").click()
        page.get_by_label("File of the bank").set_input_files(statement(office, ending, tmp_path))
        page.get_by_role("button", name="Look at the file").click()
        if ending == "csv":
            expect(page.get_by_role("heading", level=1)).to_have_text("Columns of bank.csv")
            look(page, "columns")
            page.get_by_role("button", name="Look at the file").click()
        expect(page.get_by_text("the account is closed")).to_be_visible()
        look(page, "preview")
        assert set(states(office).values()) == {"sent"}
        page.get_by_role("button", name="Record 4 bookings").click()
        expect(page.get_by_role("status")).to_contain_text("1 arrived, 1 came back, 1 to look at")
        look(page, "imported")
        page.goto("/finance/payments/bank-lines/")
        look(page, "open")
        assert (states(office)[3], states(office)[2]) == ("settled", "returned")


FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"

"""Identifiers matched by hand, in a browser: where they were used, moved, ended, with history."""

from html import unescape

import pytest

from royalties.domain.people import Role
from royalties.web.finance.desk.log_words import headline
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, a_row, after, spring
from tests.builders.site import BASE, Site, Visitor
from tests.web.finance.sales.test_importing import flashed

pytestmark = after(spring)

TOLD = {"isbn": UNKNOWN, "list_price": None, "discount": None, "net": "10.00"}
PAGE = f"/finance/aliases/one?identifier={UNKNOWN}"


@pytest.fixture
def clerk(site: Site) -> Visitor:
    site.office.bring_batch([a_row(3), a_row(2, **TOLD)])
    site.office.alias(UNKNOWN, HARDCOVER)
    return site.visitor(Role.CLERK, "Cleo")


def test_wrong_match_is_moved_with_its_rows(site: Site, clerk: Visitor) -> None:
    assert UNKNOWN in clerk.page("/finance/aliases/")
    page = clerk.page(f"{PAGE}&q={EBOOK}")
    assert "Rows in open periods" in page
    assert "Also the 1 row that count" in page
    assert f'name="isbn" value="{EBOOK}"' in page
    form = {"identifier": UNKNOWN, "seen": HARDCOVER, "isbn": EBOOK, "rows": "1", "do": "move"}
    page = flashed(clerk, clerk.post("/finance/aliases/move", form))
    assert f"{UNKNOWN} stands for {EBOOK} from now on; 1 recorded row went with it" in page
    assert "Cleo" in page
    assert site.office.faults() == {}


def test_match_is_ended_with_its_reason(site: Site, clerk: Visitor) -> None:
    form = {"identifier": UNKNOWN, "seen": HARDCOVER, "do": "end"}
    refused = clerk.post("/finance/aliases/move", {**form, "reason": "x" * 201})
    assert refused.status_code == 422
    assert "say why in up to 200 letters" in refused.text.lower()
    page = flashed(
        clerk, clerk.post("/finance/aliases/move", {**form, "reason": "The shop mixed them up"})
    )
    assert "The shop mixed them up" in site.visitor(Role.ADMINISTRATOR).page("/finance/audit")
    assert "stands for no edition from now on" in page
    assert "It was ended" in page
    told = {"what": "match-ended", "identifier": UNKNOWN, "isbn": None, "was": HARDCOVER}
    assert headline("alias", told).startswith(f"{UNKNOWN} stands for no edition any more")


def test_decision_of_two_at_once_is_refused(clerk: Visitor) -> None:
    form = {"identifier": UNKNOWN, "seen": HARDCOVER, "isbn": EBOOK, "do": "move"}
    flashed(clerk, clerk.post("/finance/aliases/move", form))
    answer = clerk.post("/finance/aliases/move", {**form, "q": HARDCOVER, "rows": "1"})
    assert answer.status_code == 422
    assert f"it stands for {EBOOK} by now" in unescape(answer.text)
    answer = clerk.post("/finance/aliases/move", {**form, "isbn": ""})
    assert answer.status_code == 422
    assert "Choose the edition" in answer.text


def test_strangers_and_forged_forms_are_refused(site: Site, clerk: Visitor) -> None:
    assert clerk.get("/finance/aliases/one?identifier=<b>").status_code == 404
    assert clerk.client.post("/finance/aliases/move", base_url=BASE).status_code == 400
    for path in ("/finance/aliases/", PAGE):
        assert site.visitor(Role.NONPROFIT).get(path).status_code == 404

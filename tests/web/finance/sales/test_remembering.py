"""What is said once on the page of what waits: no book, a bundle, and taken back."""

import pytest

from royalties.domain.people import Role
from tests.builders.books import EBOOK, HARDCOVER, a_row, after, opened
from tests.builders.site import Site
from tests.web.finance.sales.test_importing import flashed

pytestmark = after(opened)

WAITING = "/finance/waiting"
ROW = {"list_price": None, "discount": None}


def _waits(site: Site) -> None:
    rows = [a_row(2, isbn="SET-1", net="10.00", **ROW), a_row(1, isbn="TOTE-01", net="9.00", **ROW)]
    site.office.bring(rows, "odd.csv")


def test_something_that_waits_is_no_book_and_that_is_taken_back(site: Site) -> None:
    _waits(site)
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{WAITING}?match=TOTE-01")
    assert "Or is TOTE-01 no single book?" in page
    assert '<option value="amazon">Amazon</option>' in page
    form = {"identifier": "TOTE-01", "retailer": "amazon"}
    page = flashed(clerk, clerk.post(f"{WAITING}/no-book", form))
    assert "TOTE-01 is no book" in page
    assert "1 waiting row set aside" in page
    assert "1 row under 1 identifier" in page
    page = flashed(clerk, clerk.post(f"{WAITING}/forget", {"number": "1"}))
    assert "1 row wait again" in page
    assert "2 rows under 2 identifiers" in page
    assert "taken back" in page


def test_something_that_waits_is_a_bundle(site: Site) -> None:
    _waits(site)
    clerk = site.visitor(Role.CLERK)
    form = {
        "identifier": "SET-1", "retailer": "amazon", "isbn-1": HARDCOVER, "share-1": "2/3",
        "isbn-2": EBOOK, "share-2": "1/3",
    }  # fmt: skip
    page = flashed(clerk, clerk.post(f"{WAITING}/bundle", form))
    assert "SET-1 is a bundle of 2 editions from now on; 1 waiting row recorded." in page
    assert f"{HARDCOVER} 2/3, {EBOOK} 1/3" in page


def test_product_without_an_identifier_is_not_matched_by_title(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "Something without a number is no book" in clerk.page(WAITING)
    form = {"identifier": "Tote bag", "retailer": "amazon"}
    assert "TOTE BAG" in flashed(clerk, clerk.post(f"{WAITING}/no-book", form))


@pytest.mark.parametrize(
    ("to", "form"),
    [
        ("no-book", {"identifier": HARDCOVER, "retailer": "amazon"}),
        ("no-book", {"identifier": "TOTE-01", "retailer": "nowhere"}),
        ("no-book", {}),
        ("bundle", {"identifier": "SET-1", "retailer": "amazon", "isbn-1": HARDCOVER}),
        ("bundle", {"identifier": "SET-1", "retailer": "amazon", "isbn-1": EBOOK, "isbn-2": EBOOK}),
        ("forget", {"number": "7"}),
        ("forget", {}),
    ],
)
def test_refused_answer_is_explained_and_changes_nothing(
    site: Site, to: str, form: dict[str, str]
) -> None:
    clerk = site.visitor(Role.CLERK)
    before = site.office.hashes()
    answer = clerk.post(f"{WAITING}/{to}", form)
    assert "Nothing was changed" in clerk.page(answer.location)
    assert site.office.hashes() == before

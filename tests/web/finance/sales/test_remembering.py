"""What is said once on the page of what waits: no book, a bundle, and taken back."""

import pytest

from royalties.domain.people import Role
from tests.builders.books import EBOOK, HARDCOVER, a_row, after, opened
from tests.builders.sent import as_file
from tests.builders.site import Site, Visitor
from tests.web.finance.sales.test_importing import flashed, sent

pytestmark = after(opened)

WAITING = "/finance/waiting"
ROW = {"list_price": None, "discount": None}


def _waits(site: Site) -> None:
    rows = [a_row(2, isbn="SET-1", net="10.00", **ROW), a_row(1, isbn="TOTE-01", net="9.00", **ROW)]
    site.office.bring(rows, "odd.csv")


def test_unmatched_identifier_is_marked_no_book_and_unmarked(site: Site) -> None:
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


def test_unmatched_identifier_is_marked_as_a_bundle(site: Site) -> None:
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
    ],
)
def test_refused_answer_is_explained_and_changes_nothing(
    site: Site, to: str, form: dict[str, str]
) -> None:
    clerk = site.visitor(Role.CLERK)
    before = site.office.hashes()
    answer = clerk.post(f"{WAITING}/{to}", form)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
    assert site.office.hashes() == before


@pytest.mark.parametrize("form", [{"number": "7"}, {}])
def test_answer_never_given_cannot_be_forgotten(site: Site, form: dict[str, str]) -> None:
    clerk = site.visitor(Role.CLERK)
    before = site.office.hashes()
    answer = clerk.post(f"{WAITING}/forget", form)
    assert "Nothing was changed" in clerk.page(answer.location)
    assert site.office.hashes() == before


def test_refused_bundle_keeps_what_was_typed(site: Site) -> None:
    _waits(site)
    clerk = site.visitor(Role.CLERK)
    form = {
        "identifier": "SET-1", "retailer": "amazon", "isbn-1": HARDCOVER, "share-1": "2/3",
        "isbn-2": "9780000000002", "share-2": "1/3",
    }  # fmt: skip
    answer = clerk.post(f"{WAITING}/bundle", form)
    assert answer.status_code == 422
    assert "No edition has the ISBN" in answer.text
    for typed in (HARDCOVER, "2/3", "9780000000002", "1/3"):
        assert f'value="{typed}"' in answer.text


def test_refused_title_keeps_what_was_typed(site: Site) -> None:
    form = {"identifier": HARDCOVER, "retailer": "amazon"}
    answer = site.visitor(Role.CLERK).post(f"{WAITING}/no-book", form)
    assert f'name="identifier" value="{HARDCOVER}"' in answer.text


def _sent(clerk: Visitor) -> str:
    """Send a report with a tote bag and a set; returns the address of its page."""
    rows = [a_row(1), a_row(2, isbn="SET-1", net="10.00", **ROW)]
    data = as_file([*rows, a_row(1, isbn="TOTE-01", net="9.00", **ROW)])
    return sent(clerk, data, "odd.csv")


def test_identifier_in_an_unrecorded_report_is_marked_no_book(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = _sent(clerk)
    number = address.rsplit("/", 1)[-1]
    page = clerk.page(f"{address}?match=TOTE-01")
    assert "Or is TOTE-01 no single book?" in page
    form = {"identifier": "TOTE-01", "retailer": "amazon", "upload": number}
    answer = clerk.post(f"{WAITING}/no-book", form)
    assert answer.location == address
    page = flashed(clerk, answer)
    assert "TOTE-01 is no book: its rows are skipped in these reports from now on." in page
    assert "1 row will wait for 1 unknown ISBN" in page
    assert "9.00" in page[page.index("Skipped on purpose") :]
    bundle = {
        "identifier": "SET-1", "retailer": "amazon", "upload": number, "isbn-1": HARDCOVER,
        "isbn-2": "9780000000002",
    }  # fmt: skip
    answer = clerk.post(f"{WAITING}/bundle", bundle)
    assert answer.status_code == 422
    assert 'value="9780000000002"' in answer.text
    page = flashed(clerk, clerk.post(f"{WAITING}/bundle", {**bundle, "isbn-2": EBOOK}))
    assert "SET-1 is a bundle of 2 editions from now on." in page
    assert "will wait for" not in page

"""Sales over time on the desk's pages: what is shown, its order, and files of exactly that."""

import csv
import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Role
from tests.builders.books import Office, a_row, a_title, after, an_edition, closed, nothing, opened
from tests.builders.site import Site

PAGE = "/finance/sales/over-time/"
FORMULA = '=HYPERLINK("x")'


def with_formula(office: Office) -> None:
    """A title that is called like a formula."""
    opened(office)
    isbn = "9781442200074"
    office.load({"titles": [a_title("formula", an_edition(isbn), title=FORMULA)]})
    office.bring_batch([a_row(2), a_row(3, isbn=isbn, date="2025-04-02")], "some.csv")


def names(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    heads = re.findall(r'<th scope="row">(.*?)</th>', body, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", head)).strip() for head in heads]


@after(closed)
def test_rows_are_sorted_by_total_or_by_the_chosen_heading(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    by_total = names(clerk.page(f"{PAGE}?by=retailer"))
    assert len(by_total) > 2
    assert names(clerk.page(f"{PAGE}?by=retailer&sort=total")) == by_total[::-1]
    by_name = names(clerk.page(f"{PAGE}?by=retailer&sort=name"))
    assert by_name == sorted(by_total, key=str.casefold)
    assert names(clerk.page(f"{PAGE}?by=retailer&sort=-name")) == by_name[::-1]


@after(closed)
@pytest.mark.parametrize(
    "query",
    [
        "by=nothing&measure=x&per=week&against=me&columns=no&until=soon",
        "columns=99&until=2025-13&currency=dollars&sort=-x&page=-1",
        "per=period&until=%00&title=%00x",
        "until=0000-01&columns=24",
        "per=period&until=9999-H9",
        "country=%27&retailer=%27--",
    ],
)
def test_unreadable_query_values_are_ignored(site: Site, query: str) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = clerk.get(f"{PAGE}?{query}")
    assert answer.status_code in (200, 400)
    assert b"Sales over time" in answer.data or answer.status_code == 400


@after(with_formula)
def test_files_hold_what_is_shown_and_no_formula(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{PAGE}?measure=sold")
    assert FORMULA in names(page)
    data = clerk.get(f"{PAGE}over-time.csv?measure=sold").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert rows[0] == [
        "Title", "2025-03", "2025-04", "Copies sold", "2025-01 to 2025-02", "To date"
    ]  # fmt: skip
    assert [f"'{FORMULA}", "0", "3", "3", "0", "3"] in rows
    assert rows[-1][0] == "All"
    workbook = load_workbook(io.BytesIO(clerk.get(f"{PAGE}over-time.xlsx?measure=sold").data))
    cells = [cell for row in workbook["Sales over time"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert FORMULA in [cell.value for cell in cells]


@after(closed)
def test_best_sellers_are_titles_of_one_period_by_place(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{PAGE}best-sellers")
    assert "<h1>Best sellers</h1>" in page
    ranked = names(page)
    assert [name.partition(". ")[0] for name in ranked] == [
        str(place) for place in range(1, len(ranked) + 1)
    ]
    of_period = names(clerk.page(f"{PAGE}?by=title&per=period&columns=1"))
    assert [name.partition(". ")[2] for name in ranked] == of_period
    by_retailer = clerk.page(f"{PAGE}best-sellers?by=retailer&sort=name")
    assert names(by_retailer) == names(clerk.page(f"{PAGE}?by=retailer&per=period&sort=name"))
    data = clerk.get(f"{PAGE}over-time.csv?by=title&per=period&columns=1").data.decode("utf-8-sig")
    assert "over-time.csv?by=title" in page
    assert len(data.splitlines()) == len(ranked) + 2


@after(opened)
def test_page_says_that_nothing_was_sold(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "No sales yet" in clerk.page(PAGE)
    assert clerk.get(f"{PAGE}over-time.csv").status_code == 404


@after(nothing)
def test_page_of_empty_books_says_how_to_begin(site: Site) -> None:
    assert "No sales yet" in site.visitor(Role.CLERK).page(PAGE)

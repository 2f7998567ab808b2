"""Royalties over time, reserves and advances on the desk's pages: files are what pages show."""

import csv
import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Role
from tests.builders.books import Office, a_setup, after, closed, nothing, opened
from tests.builders.site import Site, Visitor

PAGE = "/finance/royalties-over-time/"
LISTS = {
    PAGE: "royalties-over-time",
    "/finance/reserves/": "reserves",
    "/finance/advances/": "advances",
}


def two_closed(office: Office) -> None:
    """Two periods are closed; a contract and a beneficiary are called like formulas."""
    closed(office)
    foot = {**a_setup()["contracts"][0], "author": "=1+1"}
    houston = {**a_setup()["beneficiaries"][1], "name": "=HYPERLINK(1)"}
    office.load({"contracts": [foot], "beneficiaries": [houston]})
    office.close("2025-H2")


def shown(page: str) -> list[list[str]]:
    """The rows of a page's last table, without its sums, as texts."""
    body = page.rpartition("<tbody>")[2].partition("</tbody>")[0]
    return [texts(row) for row in body.split("</tr>")[:-1]]


def texts(row: str) -> list[str]:
    """The cells of a row as texts."""
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]*>", " ", cell)).split()) for cell in cells]


def as_rows(clerk: Visitor, address: str) -> list[list[str]]:
    data = clerk.get(address).data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(data, newline="")))


def plain(text: str) -> str:
    """A cell as both write it: no signs of thousands, nothing for nothing, no formula."""
    text = text.replace(",", "").replace("\N{MINUS SIGN}", "-").removeprefix("'")
    return "0.00" if text == "–" else text


@after(two_closed)
@pytest.mark.parametrize(
    "query",
    [
        "by=contract",
        "by=contract&figure=held&sort=name",
        "by=beneficiary&against=year&sort=-before",
        "by=both&sort=-to",
        "by=contract&figure=recouped&until=2025-H1",
    ],
)
def test_files_hold_what_the_page_shows(site: Site, query: str) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{PAGE}?{query}")
    rows = as_rows(clerk, f"{PAGE}royalties-over-time.csv?{query}")
    headings = texts(page.rpartition("<thead>")[2].partition("</thead>")[0])
    on_page = [dict(zip(headings, row, strict=True)) for row in shown(page)]
    in_file = [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[0] != "All"]
    assert on_page
    for seen, written in zip(on_page, in_file, strict=True):
        # A percentage can be computed; the file has the figures alone.
        figures = [plain(text) for heading, text in seen.items() if heading != "Change"]
        if "Currency" not in seen:
            assert written.pop("Currency") == "USD"
        assert [plain(text) for text in written.values()] == figures
    book = load_workbook(io.BytesIO(clerk.get(f"{PAGE}royalties-over-time.xlsx?{query}").data))[
        "Royalties over time"
    ]
    cells = [[cell.value for cell in row] for row in book.iter_rows()]
    assert len(cells) == len(rows)
    assert all(cell.data_type != "f" for row in book.iter_rows() for cell in row)
    for row, typed in zip(rows[1:], cells[1:], strict=True):
        numbers = [each for each in typed if isinstance(each, (int, float))]
        said = [float(each) for each in row if re.fullmatch(r"-?\d+\.\d\d", each)]
        assert [round(each, 2) for each in numbers] == said


@after(two_closed)
@pytest.mark.parametrize("page", ["/finance/reserves/", "/finance/advances/"])
def test_lists_have_their_rows_in_files(site: Site, page: str) -> None:
    clerk = site.visitor(Role.CLERK)
    on_page = shown(clerk.page(page))
    rows = as_rows(clerk, f"{page}{LISTS[page]}.csv")
    assert on_page
    assert len([row for row in rows[1:] if row[0] != "All"]) == len(on_page)
    book = load_workbook(io.BytesIO(clerk.get(f"{page}{LISTS[page]}.xlsx").data)).worksheets[0]
    assert book.max_row == len(rows)
    assert all(cell.data_type != "f" for row in book.iter_rows() for cell in row)


@after(two_closed)
def test_headings_sort_and_reverse_the_order(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    by_total = [row[0] for row in shown(clerk.page(f"{PAGE}?by=beneficiary&currency=USD"))]
    turned = [row[0] for row in shown(clerk.page(f"{PAGE}?by=beneficiary&currency=USD&sort=total"))]
    assert len(by_total) > 2
    assert sorted(by_total) == sorted(turned)
    assert turned != by_total
    by_name = [row[0] for row in shown(clerk.page(f"{PAGE}?by=beneficiary&currency=USD&sort=name"))]
    assert by_name == sorted(by_name, key=str.casefold)


@after(closed)
@pytest.mark.parametrize(
    "query",
    [
        "by=nothing&figure=x&columns=no&until=soon&against=me&currency=dollars",
        "by=both&figure=held&until=9999-H9&columns=99&sort=-x&page=-1",
        "contract=%27--&beneficiary=nobody&name=%25",
        "release=never&which=none&currency=%27",
    ],
)
@pytest.mark.parametrize("page", LISTS)
def test_unreadable_query_values_are_ignored(site: Site, page: str, query: str) -> None:
    assert site.visitor(Role.CLERK).get(f"{page}?{query}").status_code == 200


@after(opened)
def test_pages_say_that_nothing_is_closed(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "No period is closed yet" in clerk.page(PAGE)
    assert clerk.get(f"{PAGE}royalties-over-time.csv").status_code == 404
    assert "Nothing is held" in clerk.page("/finance/reserves/")


@after(nothing)
@pytest.mark.parametrize("page", LISTS)
def test_pages_of_empty_books_say_so(site: Site, page: str) -> None:
    assert site.visitor(Role.CLERK).get(page).status_code == 200


@after(two_closed)
def test_contract_shows_what_became_of_what_it_earned(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/contracts/foot-2015")
    chart = re.search(r'aria-label="(By period, USD: [^"]*)"', page)
    assert chart is not None
    for word in ("Earned", "Withheld", "Released", "Recouped"):
        assert word in chart[1]
    assert "url(#became-1)" in page
    assert 'id="became-1"' in page
    assert "Advances still to earn at the end of each period" in page


@after(two_closed)
def test_beneficiary_shows_what_was_settled(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/beneficiaries/houston")
    for currency in ("GBP", "USD"):
        assert f'aria-label="By period, {currency}: 2025-H1 Allocated' in page
        assert f'id="settled-{currency}-1"' in page
    assert "beneficiary=houston" in page

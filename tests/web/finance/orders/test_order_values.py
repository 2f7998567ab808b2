"""The value of orders on the desk's page: bars by month, a table, and files of exactly that."""

import csv
import io

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Role
from tests.builders.books import after, nothing
from tests.builders.orders import orders_underway, takes_orders
from tests.builders.site import Site

PAGE = "/finance/order-values/"


@after(orders_underway)
@pytest.mark.parametrize("by", ["month", "state", "organization", "title", "order"])
def test_files_hold_what_the_page_shows(site: Site, by: str) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{PAGE}?by={by}")
    data = clerk.get(f"{PAGE}orders.csv?by={by}").data.decode("utf-8-sig")
    headings, *rows = csv.reader(io.StringIO(data, newline=""))
    assert headings[2:] == [
        "Orders", "Copies", "Offered", "Accepted", "Invoiced", "Still to invoice", "Received", "Owed"
    ]  # fmt: skip
    *rows, total = rows
    for place in range(2, len(headings)):
        sums = sum(round(float(row[place]) * 100) for row in rows)
        assert sums == round(float(total[place]) * 100)
    for row in rows:
        assert f"{float(row[5]):,.2f}" in page or not float(row[5])
    book = load_workbook(io.BytesIO(clerk.get(f"{PAGE}orders.xlsx?by={by}").data))["Orders"]
    assert book.max_row == len(rows) + 2
    assert ("Orders by the month" in page) == (by == "month")


@after(orders_underway)
@pytest.mark.parametrize(
    "query",
    [
        "by=x&which=y&since=2026-13&until=soon&organization=nobody&title=%27--",
        "since=1000-01&until=2999-12&sort=-x&page=-1",
        "since=2999-12&until=1000-01",
    ],
)
def test_unreadable_query_values_are_ignored(site: Site, query: str) -> None:
    assert site.visitor(Role.CLERK).get(f"{PAGE}?{query}").status_code == 200


@after(takes_orders)
def test_page_says_that_there_are_no_orders(site: Site) -> None:
    assert "No order is like that" in site.visitor(Role.CLERK).page(PAGE)


@after(nothing)
def test_page_of_empty_books_says_so(site: Site) -> None:
    assert "No orders yet" in site.visitor(Role.CLERK).page(PAGE)

"""Recorded sales: every one on exactly one page, filters, totals, and files of exactly those."""

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Role
from tests.builders.books import (
    ATLAS,
    HARDCOVER,
    SPRING,
    Office,
    a_row,
    after,
    closed,
    opened,
)
from tests.builders.site import Site, Visitor

LIST = "/finance/sales/"
COUNTED = re.compile(r"(\d+) lines? of ([\d,]+)")


def many(office: Office) -> None:
    """Enough sales for several pages, in two periods and by three retailers."""
    closed(office)
    rows = [
        a_row(
            1 + n % 7,
            date=f"2025-{7 + n // 7 % 6:02d}-{1 + n % 28:02d}",
            isbn=(HARDCOVER, ATLAS)[n % 3 == 0],
            retailer=("amazon", "bay", "hub")[n % 4 % 3],
            reference=f"r{n}",
            currency=("USD", "GBP")[n % 5 == 0],
        )
        for n in range(180)
    ]
    office.bring_batch(rows, "many.csv")


def rows_shown(page: str) -> list[tuple[str, ...]]:
    """The cells of a page's list as texts."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        tuple(
            " ".join(unescape(re.sub("<[^>]*>", " ", cell)).split())
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        )
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]*)" rel="{rel}"', page)
    return unescape(found[1]) if found else ""


def walk(visitor: Visitor, path: str, rel: str = "next") -> list[list[tuple[str, ...]]]:
    pages = []
    while path:
        page = visitor.page(path)
        pages.append(rows_shown(page))
        last, path = path, link(page, rel)
        assert path != last
    return pages


def exported(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    answer = visitor.get(f"{LIST}sales.csv?{query}")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sums(page: str) -> dict[str, str]:
    """The totals above a list."""
    pairs = re.findall(r"<div><dt>([^<]*)</dt><dd>(.*?)</dd></div>", page)
    plain = str.maketrans({",": None, "\N{MINUS SIGN}": "-"})
    return {name: re.sub("<[^>]*>", "", value).translate(plain) for name, value in pairs}


@after(many)
def test_every_sale_is_on_exactly_one_page(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    forth = walk(visitor, f"{LIST}?period=all")
    shown = Counter(row for page in forth for row in page)
    assert sum(shown.values()) == site.office.rows("SELECT count(*) FROM sale")[0][0]
    assert max(shown.values()) == 1
    assert [len(page) for page in forth[:-1]] == [50] * (len(forth) - 1)


@after(many)
def test_paging_back_shows_the_same_pages(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    path, forth, last = f"{LIST}?period=2025-H2", [], ""
    while path:
        forth.append(rows_shown(page := visitor.page(path)))
        last, path = path, link(page, "next")
    back = walk(visitor, last, "prev")
    assert len(forth) > 3
    assert back == forth[::-1]


FILTERS = (
    "",
    "period=2025-H1",
    "period=2025-H2",
    "period=all",
    "retailer=bay",
    "period=all&retailer=hub&kind=sale",
    "period=all&kind=return",
    "period=all&kind=free",
    "month=2025-09",
    "month=2025-09&retailer=bay&kind=sale",
    "import=3",
    "import=1",
    "import=3&month=2025-08",
    "period=all&book=atlas",
    "period=all&book=collab&kind=sale",
    f"period=2025-H2&book={HARDCOVER}&month=2025-10",
    "title=atlas&period=all",
    "title=collab&book=hardcover",
    "period=all&book=the",
)


@pytest.mark.thorough("combinations", but_one_in=5)
@after(many)
@pytest.mark.parametrize("query", FILTERS)
def test_files_and_totals_are_exactly_what_is_shown(site: Site, query: str) -> None:
    visitor = site.visitor(Role.CLERK)
    shown = [row for page in walk(visitor, f"{LIST}?{query}") for row in page]
    rows = exported(visitor, query)
    assert len(rows) == len(shown) > 0
    for row, cells in zip(rows, shown, strict=True):
        assert row["isbn"] == cells[1].split()[-2]
        assert row["units"] == cells[4].replace("\N{MINUS SIGN}", "-")
    totals = sums(visitor.page(f"{LIST}?{query}"))
    assert int(totals.pop("Sale lines")) == len(rows)
    for word, name in (("sale", "Copies sold"), ("return", "Returned"), ("free", "Free")):
        copies = sum(int(row["units"]) for row in rows if row["kind"] == word)
        assert int(totals.pop(name)) == copies
    net: dict[str, Decimal] = {}
    for row in rows:
        net[row["currency"]] = net.get(row["currency"], Decimal(0)) + Decimal(row["net"])
    given = {name.removeprefix("Net "): Decimal(value) for name, value in totals.items()}
    assert given == net


@after(many)
@pytest.mark.parametrize("query", ["", "period=all&kind=return", "period=all&title=atlas"])
def test_the_workbook_has_the_same_rows_as_numbers_and_texts(site: Site, query: str) -> None:
    visitor = site.visitor(Role.CLERK)
    answer = visitor.get(f"{LIST}sales.xlsx?{query}")
    sheet = load_workbook(io.BytesIO(answer.data), read_only=True).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    wanted = exported(visitor, query)
    assert len(rows) == len(wanted)
    for row, found in zip(wanted, rows, strict=True):
        cells = dict(zip(head, found, strict=True))
        for name in ("units", "net", "list_price", "discount", "import", "row"):
            value: Any = cells[name]
            assert not isinstance(value, str)
            assert (value is None and not row[name]) or Decimal(str(value)) == Decimal(row[name])
        assert cells["isbn"] == row["isbn"]
        assert cells["title"] == row["title"]


HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1", 'a"b;c,d', "'=x", "plain")


def hostile(office: Office) -> None:
    """Texts in a report that a spreadsheet would take for formulas."""
    opened(office)
    rows = [a_row(n + 1, reference=text, order=text, city=text) for n, text in enumerate(HOSTILE)]
    office.bring_batch(rows, "hostile.csv")


@after(hostile)
def test_sales_files_contain_no_formula(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    for row in exported(visitor):
        for name in ("reference", "order", "city"):
            assert not row[name].startswith(("=", "+", "-", "@", "\uff1d"))
        assert re.fullmatch(r"\d+", row["units"])
    book = load_workbook(io.BytesIO(visitor.get(f"{LIST}sales.xlsx").data))
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert kinds == {"s", "n"}


@after(hostile)
def test_the_csv_is_a_report_that_gives_the_same_sales_again(site: Site) -> None:
    office = site.office
    columns = (
        "edition_id, retailer_id, kind, day, units, currency, list_price, net, discount, "
        "country, region, city, order_ref, reference"
    )
    office.bring_batch([*SPRING, a_row(-2, net="-3.333333", discount="0.777777")], "more.csv")
    before = sorted(map(repr, office.rows(f"SELECT {columns} FROM sale")))
    data = site.visitor(Role.CLERK).get(f"{LIST}sales.csv?period=all").data
    office.undo(2)
    office.undo(1)
    path = office.outside / "exported.csv"
    path.write_bytes(data.replace("'\uff1d".encode(), "\uff1d".encode()))
    result = office.bring_file(path)
    assert result.outcome == "recorded", result.document["problems"]
    assert sorted(map(repr, office.rows(f"SELECT {columns} FROM sale"))) == before


@after(closed)
def test_sales_page_opens_with_the_newest_period_with_sales(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(LIST)
    assert "<option selected>2025-H2</option>" in page
    assert COUNTED.findall(page) == [("4", "4")]
    assert {row["period"] for row in exported(visitor)} == {"2025-H2"}


@after(closed)
def test_an_import_is_shown_whatever_its_period(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(f"{LIST}?import=1")
    assert COUNTED.findall(page) == [(str(len(SPRING)), str(len(SPRING)))]


@after(closed)
def test_sale_line_leads_to_its_import(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(f"{LIST}?period=2025-H1&retailer=bay")
    assert 'href="/finance/imports/1" title="spring.csv"' in page
    assert "row 5" in page
    assert "Seattle, Washington, United States" in page


@pytest.mark.thorough("hostile values", but_one_in=3)
@after(closed)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("period=2024-H1", 409),
        ("period=zzz", 404),
        ("period=2031-H1", 200),
        ("retailer=nobody", 200),
        ("book=%27%22", 200),
        ("book=%00", 400),
        ("kind=gift", 200),
        ("month=2025-13", 200),
        ("import=99999999999999999999", 200),
        ("import=-1", 200),
        ("after=1_2_3", 200),
        ("after=999999999_999999999_1_1_USD_1_1_1", 200),
        ("before=1_1_1_1_USD_1_1_1", 200),
        ("title=x%00", 400),
    ],
)
def test_sales_page_survives_odd_filters(site: Site, query: str, status: int) -> None:
    visitor = site.visitor(Role.CLERK)
    assert visitor.get(f"{LIST}?{query}").status_code == status


@after(closed)
def test_a_filter_that_fits_nothing_says_so(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(f"{LIST}?book=zzz")
    assert "No sale fits" in page
    assert "sales.csv" not in page
    assert exported(site.visitor(Role.CLERK), "book=zzz") == []


@after(opened)
def test_sales_page_without_sales_says_what_to_do(site: Site) -> None:
    assert "Import a report" in site.visitor(Role.CLERK).page(LIST)


@after(many)
def test_sales_pages_run_few_queries_and_no_full_scan(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    for query in (*FILTERS, "after=1_0_1_1_USD_1_0_1&period=all"):
        visitor.get(f"{LIST}?{query}")
        seen = site.office.statements_of(lambda _: visitor.get(f"{LIST}?{query}"))  # noqa: B023
        assert len(seen) <= 15, (query, seen)
        if site.office.is_sqlite:
            assert not scans(site.office, seen), query


def scans(office: Office, statements: list[str]) -> list[str]:
    """Plans that go through all sales; parameters do not change them."""
    found = []
    with office.system.engine.connect() as connection:
        for statement in statements:
            if " sale" not in statement or not statement.lstrip().startswith("SELECT"):
                continue
            marks = (0,) * statement.count("?")
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", marks)
            found += [row[3] for row in rows if re.match(r"SCAN sale\b(?!_)", row[3])]
    return found


@pytest.mark.thorough("addresses that the walk tries too", but_one_in=3)
@after(closed)
@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
@pytest.mark.parametrize("path", [LIST, f"{LIST}sales.csv", f"{LIST}sales.xlsx"])
def test_sales_are_not_found_outside_the_desk(site: Site, role: Role, path: str) -> None:
    assert site.visitor(role).get(path).status_code == 404
    assert site.stranger().get(path).status_code == 302

"""Quirks of retailers' reports that the samples do not show, and real files of 2011."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from royalties.domain.money import MICRO
from royalties.domain.sales.reporting import account_words
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.formats import built_in
from royalties.ingest.report.reading import ReferenceData, UnreadableError
from tests.ingest.shelf import CATALOGUE, FILES, SAMPLES, TODAY, Read, known_from, read


def _text(folder: Path, rows: list[list[str]], delimiter: str = ",", **choices: str) -> Read:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = folder / "report.csv"
    path.write_text("\ufeff" + text.getvalue(), encoding="utf-8")
    return read(path, known=CATALOGUE, mappings=(), report=None, **choices)


def _lines(found: Read) -> list[tuple[Any, ...]]:
    assert not found.reading.problems, found.messages
    return [(line[4], line[6], line[7], line[9] / MICRO) for line in found.sales]


def test_every_format_declaration_is_complete() -> None:
    for declared in built_in():
        fields = {column.field for column in declared.columns} | set(declared.constants)
        fields |= {"date"} if declared.preamble else set(declared.asks)
        assert "book" in fields
        assert fields & {"units", "sold"} or declared.kind is SaleKind.USAGE
        assert declared.title
        assert declared.extras == () or declared.arrange is not None


VENDOR = ["ASIN", "Product Title", "Brand", "Ordered Revenue", "Ordered Units", "Shipped Revenue", "Shipped COGS", "Shipped Units", "Customer Returns"]  # fmt: skip


def test_every_account_of_a_format_has_words() -> None:
    accounts = {declared.account for declared in built_in() if declared.account}
    assert {"kdp", "vendor-central"} <= accounts
    assert [each for each in accounts if account_words(each) == each] == []


def _facts(locale: str, currency: str, country: str, days: str) -> list[str]:
    return [
        "Programme=[Retail]", "Distributor View=[Manufacturing]", f"Countries=[{country}]",
        f"Locale=[{locale}]", f"Currency=[{currency}]", "Reporting Range=[Month]",
        f"Viewing Range=[{days}]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "currency", "country", "days", "delimiter", "cogs", "span", "net"),
    [
        ("en_US", "USD", "US", "7/1/25 - 7/31/25", ",", "$1,588.40", ("2025-07-01", "2025-07-31"), 1588.4),
        ("en_IN", "INR", "IN", "01/07/25 - 31/07/25", ",", "₹1,23,379.04", ("2025-07-01", "2025-07-31"), 123379.04),
        ("fr_FR", "EUR", "FR", "01/07/2025 - 31/07/2025", ";", "1 588,40 €", ("2025-07-01", "2025-07-31"), 1588.4),
        ("de_DE", "EUR", "DE", "01.07.25 - 31.07.25", ";", "1.588,40 €", ("2025-07-01", "2025-07-31"), 1588.4),
        ("en_GB", "GBP", "UK", "06/07/25 - 12/07/25", ",", "£1,588.40", ("2025-07-06", "2025-07-12"), 1588.4),
        ("ja_JP", "JPY", "JP", "2025/07/01 - 2025/07/31", ",", "￥1,588", ("2025-07-01", "2025-07-31"), 1588),
    ],
    ids=["us", "in", "fr", "de", "gb", "jp"],
)  # fmt: skip
def test_vendor_central_by_locale(
    tmp_path: Path, locale: str, currency: str, country: str, days: str, delimiter: str, cogs: str,
    span: tuple[str, str], net: float,
) -> None:  # fmt: skip
    row = ["1442246936", "Title", "Brand", cogs, "79", cogs, cogs, "76", "1"]
    blank = ["B0XMPL6942", "Title", "Brand", "", "0", "", "", "", "-"]
    found = _text(
        tmp_path, [_facts(locale, currency, country, days), VENDOR, row, blank], delimiter
    )
    assert found.reading.report == "amazon-vendor-central"
    assert not found.asked
    assert _lines(found) == [(1, 76, currency, net), (2, -1, currency, 0)]
    assert (found.reading.totals.first_day, found.reading.totals.last_day) == span
    assert found.reading.skipped.by_reason == {"no activity": 1}


def test_vendor_central_with_another_currency_in_a_cell(tmp_path: Path) -> None:
    facts = _facts("en_US", "USD", "US", "7/1/25 - 7/31/25")
    found = _text(tmp_path, [facts, VENDOR, ["1442246936", "", "", "", "", "", "£5.00", "1", "0"]])
    assert "marked £" in found.reading.problems[0].message


def test_vendor_central_without_its_header_facts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is nearly Vendor Central"):
        _text(tmp_path, [VENDOR, ["1442246936", "", "", "", "", "", "$5.00", "1", "0"]])


def _ingram(**cells: str) -> list[list[str]]:
    with (SAMPLES / "ingramspark-sales-comp.xls").open(encoding="cp1252", newline="") as file:
        header, row, *_ = csv.reader(file, delimiter="\t")
    return [header, [cells.get(name, cell) for name, cell in zip(header, row, strict=True)]]


def test_ingram_period_to_date(tmp_path: Path) -> None:
    header, row = _ingram()
    header = [name.replace("MTD_", "PTD_") for name in header]
    found = _text(tmp_path, [header, row], "\t")
    assert found.reading.report == "ingramspark-sales-comp"
    assert _lines(found) == [(1, 22, "USD", 743.6), (2, -3, "USD", -141.75)]
    assert {line[10] for line in found.sales} == {400_000}


def test_ingram_identifiers_without_leading_zeros(tmp_path: Path) -> None:
    found = _text(tmp_path, _ingram(isbn_13="", isbn="41203"), "\t")
    assert {line[2] for line in found.sales} == {CATALOGUE.editions["9780000041203"].id}


@pytest.mark.parametrize(
    ("isbn_13", "isbn", "column", "named"),
    [("9781442246928", "1442246929", "isbn", "its check digit is wrong"),
     ("9781442246929", "1442246928", "isbn_13", "its check digit is wrong"),
     ("9781442246928", "1442246936", "isbn", "names another edition, 9781442246935")],
)  # fmt: skip
def test_bad_identifier_does_not_invalidate_a_good_one(
    tmp_path: Path, isbn_13: str, isbn: str, column: str, named: str
) -> None:
    found = _text(tmp_path, _ingram(isbn_13=isbn_13, isbn=isbn), "\t")
    assert {line[2] for line in found.sales} == {1}
    told = {notice.code: notice.message for notice in found.reading.notices}
    assert f"row 2, column {column}: " in told["bad-identifier"]
    assert named in told["bad-identifier"]


def test_ingram_returns_only(tmp_path: Path) -> None:
    cells = {"MTD_Quantity": "0", "MTD_net_quantity": "-3", "MTD_net_pub_comp": "-141.75"}
    assert _lines(_text(tmp_path, _ingram(**cells), "\t")) == [(2, -3, "USD", -141.75)]


def test_ingram_units_that_do_not_add_up(tmp_path: Path) -> None:
    found = _text(tmp_path, _ingram(MTD_net_quantity="20"), "\t")
    assert found.messages == ["2 MTD_net_quantity: 22 sold less 3 returned is not 20"]


def test_kdp_compensation_of_an_unknown_market(tmp_path: Path) -> None:
    header = ["ISBN", "Title", "Author", "ReportFormat", "Gross Qty", "Returned Qty", "Net Qty", "Net Compensation", "Sales Market"]  # fmt: skip
    rows = [
        header,
        ["9781442246928", "", "", "", "3", "1", "2", "10.00", "Atlantis"],
        ["9781442246928", "", "", "", "3", "1", "2", "10.00", "united kingdom"],
        ["9781442246928", "", "", "", "2", "2", "0", "-3.00", "Australia"],
        ["9781442246928", "", "", "", "5", "4", "1", "-20.00", "Australia"],
    ]
    found = _text(tmp_path, rows, period="2025-04")
    assert found.messages == ["2 Sales Market: no currency is known for 'Atlantis'"]
    assert [(line[4], line[6], line[7], line[9]) for line in found.sales] == [
        (1, 3, "GBP", 15 * MICRO),
        (2, -1, "GBP", -5 * MICRO),
        (1, 2, "AUD", -3 * MICRO),
        (2, -2, "AUD", 0),
        (1, 5, "AUD", -20 * MICRO),
        (2, -4, "AUD", 0),
    ]


KDP = ["Royalty Date", "Title", "Author Name", "ASIN", "Marketplace", "Royalty Type", "Transaction Type", "Units Sold", "Units Refunded", "Net Units Sold", "Avg. List Price without tax", "Avg. Offer Price without tax", "Royalty", "Currency"]  # fmt: skip


def test_kdp_by_day_and_other_transactions(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Combined Sales"  # type: ignore[union-attr]
    sheet = book.create_sheet("eBook Royalty")
    sheet.append(KDP)
    for date, place, kind, sold, back, royalty, currency in (
        ("2025-06-14", "Amazon.com", "Standard", 3, 1, 6.0, "USD"),
        ("2025-06-15", "Amazon.com.au", "Kindle MatchBook", 1, 0, 0.35, "AUD"),
        ("2025-05", "CreateSpace UK", "Something New", 2, 0, 4.0, "GBP"),
        ("2025-06-15", "Amazon.com", "Free Book", 9, 0, 0.0, "USD"),
        ("2025-06-15", "Amazon.com", "Standard", 0, 0, 0.0, "USD"),
    ):
        sheet.append([date, "T", "A", "B0XMPL6942", place, "70%", kind, sold, back, sold - back, "N/A", "26.53 CAD", royalty, currency])  # fmt: skip
    book.save(tmp_path / "kdp.xlsx")
    found = read(tmp_path / "kdp.xlsx")
    assert _lines(found) == [
        (1, 3, "USD", 9), (2, -1, "USD", -3), (1, 1, "AUD", 0.35), (1, 2, "GBP", 4), (3, 9, "USD", 0),
    ]  # fmt: skip
    assert [line[5] for line in found.sales] == ["2025-06-14"] * 2 + [
        "2025-06-15",
        "2025-05-31",
        "2025-06-15",
    ]
    assert [line[11] for line in found.sales] == ["US", "US", "AU", "GB", "US"]
    assert found.reading.totals.first_day == "2025-05-01"
    assert found.reading.skipped.by_reason == {"no units": 1}
    assert found.reading.sheets == ["eBook Royalty"]


SHOP = ["Name", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Billing City", "Billing Province", "Billing Country", "Shipping City", "Shipping Province", "Shipping Country", "Cancelled at", "Refunded Amount", "Lineitem discount"]  # fmt: skip


def _order(name: str, *lines: tuple[str, str], **cells: str) -> list[list[str]]:
    first = {
        "Name": name, "Financial Status": "paid", "Currency": "USD", "Taxes": "0.00",
        "Discount Amount": "0.00", "Refunded Amount": "0.00", "Shipping Country": "US",
        "Lineitem discount": "0.00",
    } | cells  # fmt: skip
    rows = []
    for place, (units, price) in enumerate(lines):
        row = first if not place else {"Name": name, "Lineitem discount": "0.00"}
        own = {"Created at": "2025-03-01 23:59:59 -0800", "Lineitem quantity": units, "Lineitem price": price, "Lineitem sku": "978-1-4422-4692-8"}  # fmt: skip
        rows.append([(row | own).get(column, "") for column in SHOP])
    return rows


def test_web_order_amounts_are_worked_out(tmp_path: Path) -> None:
    rows = [
        *_order("#1", ("2", "10.00"), ("1", "5.00"), Subtotal="22.50", Total="22.50", **{"Discount Amount": "2.50"}),
        *_order("#2", ("1", "10.00"), ("1", "10.00"), ("1", "10.00"), Subtotal="29.99", Total="29.99", **{"Discount Amount": "0.01"}),
        *_order("#3", ("1", "10.00"), ("1", "20.00"), Subtotal="30.00", Total="33.00", Taxes="3.00", **{"Refunded Amount": "11.00", "Financial Status": "partially_refunded"}),
        *_order("#4", ("2", "10.00"), Subtotal="20.00", Shipping="5.00", Total="25.00", **{"Refunded Amount": "25.00", "Financial Status": "refunded"}),
        *_order("#5", ("2", "10.00"), Subtotal="0.00", Total="0.00", **{"Discount Amount": "20.00"}),
        *_order("#6", ("2", "10.00"), Subtotal="20.00", Total="20.00", **{"Cancelled at": "2025-03-02"}),
        *_order("#7", ("2", "10.00"), Subtotal="20.00", Total="20.00", **{"Financial Status": "voided"}),
        *_order("#8", ("2", "10.00"), Subtotal="18.00", Total="18.00", **{"Lineitem discount": "2.00", "Discount Amount": "2.00"}),
        *_order("#9", ("1", "7.00"), Subtotal="7.00", Total="7.00", **{"Shipping Country": "", "Billing Country": "ca", "Billing City": "Hull"}),
    ]  # fmt: skip
    found = _text(tmp_path, [SHOP, *rows])
    assert _lines(found) == [
        (1, 2, "USD", 18), (1, 1, "USD", 4.5),
        (1, 1, "USD", 9.99), (1, 1, "USD", 10), (1, 1, "USD", 10),
        (1, 1, "USD", 10), (2, -1, "USD", -10), (1, 1, "USD", 20),
        (1, 2, "USD", 20), (2, -2, "USD", -20),
        (3, 2, "USD", 0),
        (1, 2, "USD", 18),
        (1, 1, "USD", 7),
    ]  # fmt: skip
    assert found.reading.skipped.by_reason == {"cancelled order": 1, "voided order": 1}
    assert {line[5] for line in found.sales} == {"2025-03-01"}
    assert found.sales[-1][11:15] == ("CA", "", "Hull", "#9")


def test_list_price_of_web_orders(tmp_path: Path) -> None:
    """What was struck out, else the edition's of that day, else what was charged: never asked."""
    rows = [
        *_order("#1", ("2", "60.00"), Subtotal="120.00", Total="120.00"),
        *_order("#2", ("3", "50.00"), Subtotal="150.00", Total="150.00"),
        *_order("#3", ("1", "60.00"), Subtotal="60.00", Total="60.00", Currency="EUR"),
        *_order("#4", ("1", "50.00"), Subtotal="50.00", Total="50.00", Currency="EUR"),
    ]
    compared = ["Lineitem compare at price", "", "65.00", "0.00", "55.00"]
    found = _text(
        tmp_path, [[*row, price] for row, price in zip([SHOP, *rows], compared, strict=True)]
    )
    assert not found.asked
    assert [line[8] for line in found.sales] == [None, 65_000_000, 60_000_000, 55_000_000], (
        "None: the edition's price of the day stands in"
    )
    assert [line[9] / MICRO for line in found.sales] == [120, 150, 60, 50]


def test_a_country_that_was_cut_to_anothers_code_is_seen_by_its_postcode(tmp_path: Path) -> None:
    zipped = [*SHOP, "Shipping Zip"]
    cells = {"Subtotal": "75.00", "Total": "75.00", "Shipping Country": "GE"}

    def codes(postcode: str, province: str = "") -> dict[str, str]:
        [row] = _order("#1", ("1", "75.00"), **cells, **{"Shipping Province": province})
        found = _text(tmp_path, [zipped, [*row, postcode]]).reading.notices
        return {notice.code: notice.message for notice in found}

    told = codes("10115")["postcode-differs"]
    assert "10115 is none of Georgia (GE)" in told
    assert set(codes("0105")) == set()
    assert "'Berlin' is no region of GE" in codes("", "Berlin")["unknown-region"]


def test_a_price_given_at_the_telephone_is_asked_about(tmp_path: Path) -> None:
    header = [
        "Order No", "Date", "City", "State", "ISBN", "Quantity", "Unit Price", "Discount %", "Amount",
    ]  # fmt: skip
    rows = [
        ["T-1", "03/01/2025", "Salem", "OR", "9781442246928", "2", "60.00", "0", "120.00"],
        ["T-2", "03/01/2025", "Salem", "OR", "9781442246928", "1", "75.00", "20%", "60.00"],
        ["T-3", "03/02/2025", "Salem", "OR", "9781442246928", "-1", "60.00", "50%", "-30.00"],
        ["T-4", "03/02/2025", "Salem", "OR", "9781442246928", "1", "60.00", "100%", "0.00"],
    ]
    asked = _text(tmp_path, [header, *rows])
    assert asked.reading.report == "phone-orders"
    (choice,) = asked.reading.choices
    assert (choice.key, choice.options) == ("list_price", ("charged", "edition"))
    assert "60.00 USD was charged, the list price of 2025-03-01 is 75.00" in choice.message
    assert "1 net copies differ, by USD 15.00" in choice.message
    found = {
        answer: _text(tmp_path, [header, *rows], list_price=answer) for answer in choice.options
    }
    prices = {answer: [line[8] for line in each.sales] for answer, each in found.items()}
    assert prices["charged"] == [60_000_000, 75_000_000, 60_000_000, 60_000_000]
    assert prices["edition"] == [None] * 4, "the edition's price of the day stands in"
    nets = {answer: [line[9] for line in each.sales] for answer, each in found.items()}
    assert nets["charged"] == nets["edition"]
    for each in found.values():
        assert {notice.code for notice in each.reading.notices} <= {"zero-net"}
    assert not _text(tmp_path, [header, rows[1]]).reading.choices


def test_wrong_web_orders_are_refused(tmp_path: Path) -> None:
    rows = [
        *_order("#1", ("2", "10.00"), ("1", "5.00"), Subtotal="99.00", Total="99.00"),
        *_order("#2", ("2", "ten"), Subtotal="20.00", Total="20.00"),
        *_order("#3", ("two", "10.00"), Subtotal="20.00", Total="20.00"),
        *_order("#4", ("2", "10.00"), Subtotal="20.00", Total="20.00", Currency=""),
        *_order("#5", ("2", "10.00"), Subtotal="20.00", Total="x"),
    ]
    found = _text(tmp_path, [SHOP, *rows])
    told = {(problem.row, problem.column) for problem in found.reading.problems}
    assert told == {
        (2, "Subtotal"), (3, "Subtotal"), (4, "Lineitem price"), (5, "Lineitem quantity"),
        (6, "Currency"), (7, "Total"),
    }  # fmt: skip
    assert {problem.value for problem in found.reading.problems} >= {"99.00", "ten", "two", "x"}


def test_elliott_bay_report_with_another_type_is_refused(tmp_path: Path) -> None:
    text = (SAMPLES / "elliott-bay.csv").read_text(encoding="utf-8").replace(",CM,", ",XX,", 1)
    (tmp_path / "eb.csv").write_text(text, encoding="utf-8")
    found = read(tmp_path / "eb.csv")
    assert [problem.column for problem in found.reading.problems] == ["Type"]


def test_stores_of_the_setup_give_the_place() -> None:
    shops = [{"key": "elliott-bay", "name": "Elliott Bay", "country": "US", "region": "WA", "city": "Seattle"}]  # fmt: skip
    known = ReferenceData(
        CATALOGUE.editions, known_from({"titles": [], "retailers": shops}).retailers, TODAY
    )
    found = read(SAMPLES / "elliott-bay.csv", known)
    assert {line[11:14] for line in found.sales} == {("US", "WA", "Seattle")}


def _catalogue(*identifiers: str) -> ReferenceData:
    editions = [
        {"isbn": f"978000000000{place}", "identifiers": {"other": name}}
        for place, name in enumerate(identifiers)
    ]
    setup = {
        "titles": [{"title": "Books of 2011", "editions": editions}],
        "retailers": [{"key": "amazon", "name": "Amazon"}, {"key": "barnes-noble", "name": "B&N"}],
    }
    return known_from(setup)


def test_a_real_pubit_report_of_2011() -> None:
    ids = ("2940011840562", "2940012582645", "2940012293602", "2940012564542")
    found = read(FILES / "old" / "BNsales_May2011.xls", _catalogue(*ids))
    totals = found.reading.totals
    assert found.reading.report == "barnes-noble"
    assert (totals.rows, totals.sold, totals.net) == (23, 23, {"USD": 9_800_000})
    assert (totals.first_day, totals.last_day) == ("2011-05-01", "2011-05-30")
    # Its total row says 0 and 0, because text sums to nothing.
    assert not found.reading.notices
    assert any("looks like a total: excluded" in note for note in found.reading.notes)


def test_a_real_kdp_report_of_2011() -> None:
    found = read(FILES / "old" / "kdp-report-04-2011.xls", _catalogue("B004ZDO5LQ", "B004TR0DDQ", "B004BKTJAS"))  # fmt: skip
    totals = found.reading.totals
    assert found.reading.report == "kdp-2011"
    assert (totals.rows, totals.sold, totals.net) == (3, 208, {"USD": 75_090_000})
    assert (totals.first_day, totals.last_day) == ("2011-04-01", "2011-04-30")

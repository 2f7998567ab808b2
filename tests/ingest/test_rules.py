"""What rows mean: signs, blanks, money that is worked out, places, and what is asked."""

from dataclasses import replace
from datetime import date
from operator import contains
from pathlib import Path
from typing import Any

import pytest

from royalties.domain.terms.catalogue import Price
from royalties.ingest.recognise import report_names
from royalties.ingest.report.mapping import Mapping as MappedReport
from royalties.ingest.report.reading import KnownRetailer, ReferenceData, UnreadableError
from tests.ingest.shelf import CATALOGUE, RIVER, SAMPLES, TODAY, TRADE, Read, read, read_text

STANDARD = "date,isbn,retailer,kind,units,currency,list_price,net,discount,country,region,city,order,reference\n"
A, B = "9780306406157", "9781861972712"


def _standard(folder: Path, *rows: str, known: ReferenceData = TRADE, **choices: str) -> Read:
    return read_text(folder, STANDARD + "\n".join(rows) + "\n", known=known, mappings=[], **choices)


def _river(
    folder: Path,
    header: str,
    *rows: str,
    mapping: MappedReport = RIVER,
    known: ReferenceData = TRADE,
    **choices: str,
) -> Read:
    return read_text(
        folder, "\n".join((header, *rows)) + "\n", known=known, mappings=[mapping], **choices
    )


def _lines(found: Read) -> list[tuple[Any, ...]]:
    """Kind, units, list price, net, discount of each line."""
    assert not found.reading.problems, found.messages
    return [(line[4], line[6], line[8], line[9], line[10]) for line in found.sales]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("sale,2,USD,10.00,12.00,0.40", (1, 2, 10_000_000, 12_000_000, 400_000)),
        ("sale,2,USD,10.00,12.00,", (1, 2, 10_000_000, 12_000_000, 400_000)),
        ("sale,2,USD,10.00,,0.40", (1, 2, 10_000_000, 12_000_000, 400_000)),
        ("sale,2,USD,,,0.40", (1, 2, None, 15_588_000, 400_000)),
        ("sale,2,USD,,12.00,", (1, 2, None, 12_000_000, None)),
        ("sale,3,USD,24.95,,0.50", (1, 3, 24_950_000, 37_425_000, 500_000)),
        ("sale,1,USD,0.000001,,0.5", (1, 1, 1, 1, 500_000)),
        ("return,-1,USD,0.000001,,0.5", (2, -1, 1, -1, 500_000)),
        ("return,-2,USD,10.00,-12.00,0.40", (2, -2, 10_000_000, -12_000_000, 400_000)),
        ("return,-2,USD,10.00,0,0.40", (2, -2, 10_000_000, 0, 400_000)),
        ("free,2,USD,10.00,,", (3, 2, 10_000_000, 0, 1_000_000)),
        ("free,2,USD,,0,", (3, 2, None, 0, None)),
        (",2,USD,10.00,12.00,", (1, 2, 10_000_000, 12_000_000, 400_000)),
        (",-2,USD,10.00,-12.00,", (2, -2, 10_000_000, -12_000_000, 400_000)),
        ("sale,1,USD,3.00,1.00,", (1, 1, 3_000_000, 1_000_000, 666_667)),
        ("sale,1,USD,1.00,3.00,", (1, 1, 1_000_000, 3_000_000, -2_000_000)),
    ],
    ids=repr,
)
def test_simple_row_becomes_one_sale_line(tmp_path: Path, row: str, line: tuple[Any, ...]) -> None:
    found = _standard(tmp_path, f"2025-03-01,{A},amazon,{row},,,,,")
    assert _lines(found) == [line]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("sale,2,USD,10.00,,", "net", "so is the discount"),
        ("sale,-2,USD,10.00,-12.00,", "units", "units of a sale are positive"),
        ("return,2,USD,10.00,12.00,", "units", "units of a return are negative"),
        ("free,-2,USD,10.00,0,", "units", "units of a free are positive"),
        ("free,2,USD,10.00,5,", "net", "free copies bring no money"),
        ("sale,2,USD,10.00,-12.00,", "net", "opposite signs"),
        ("return,-2,USD,10.00,12.00,", "net", "opposite signs"),
        ("sale,0,USD,10.00,12.00,", "net", "without units"),
        ("sale,2,EUR,,,0.40", "net", "no list price in EUR"),
        ("sale,2,USD,£10.00,12.00,", "list_price", "marked £, but the row is in USD"),
        ("sale,10000000,USD,9999999999,,0", "net", "too large"),
        ("gift,2,USD,10.00,12.00,", "kind", "no known kind"),
        ("sale,,USD,10.00,12.00,", "units", "units is empty"),
    ],
    ids=repr,
)
def test_a_refused_row(tmp_path: Path, row: str, column: str, message: str) -> None:
    found = _standard(tmp_path, f"2025-03-01,{A},amazon,{row},,,,,")
    [problem] = found.reading.problems
    assert problem.column == column
    assert message in problem.message
    assert (problem.row, found.reading.totals.refused, found.reading.totals.rows) == (2, 1, 1)


def test_all_faults_of_a_row_in_the_order_of_its_columns(tmp_path: Path) -> None:
    found = _standard(tmp_path, "2025-02-30,97803,amazonn,gift,x,XYZ,a,,2,,,,,")
    assert [problem.column for problem in found.reading.problems] == [
        "date", "isbn", "retailer", "kind", "units", "currency", "list_price", "discount",
    ]  # fmt: skip
    assert found.reading.totals.refused == 1


def test_rows_without_units_are_left_out(tmp_path: Path) -> None:
    found = _standard(
        tmp_path,
        f"2025-03-01,{A},amazon,sale,0,USD,10.00,0,,,,,,",
        f"2025-03-01,{A},amazon,,0,USD,10.00,,,,,,,",
    )
    assert found.reading.skipped.by_reason == {"no units": 2}
    assert not found.sales


def test_prices_by_day(tmp_path: Path) -> None:
    edition = replace(
        TRADE.editions[A],
        prices=(
            Price("USD", 12_000_000, date(2025, 6, 1)),
            Price("USD", 10_000_000, date(2025, 1, 1)),
            Price("USD", 15_000_000, date(2025, 9, 1)),
        ),
    )
    known = ReferenceData({A: edition}, TRADE.retailers, TODAY)
    rows = [
        f"{day},{A},amazon,sale,1,USD,,,0.5,,,,,"
        for day in ("2025-05-31", "2025-06-01", "2026-01-01")
    ]
    assert [line[3] for line in _lines(_standard(tmp_path, *rows, known=known))] == [
        5_000_000,
        6_000_000,
        7_500_000,
    ]
    early = _standard(tmp_path, f"2024-12-31,{A},amazon,sale,1,USD,,,0.5,,,,,", known=known)
    assert "no list price" in early.reading.problems[0].message


def test_sales_of_unknown_books_wait(tmp_path: Path) -> None:
    found = _standard(
        tmp_path,
        "2025-03-01,9783161484100,amazon,sale,2,USD,10.00,,0.4,,,,,r1",
        "2025-03-01,978-3-16-148410-0,amazon,sale,2,USD,,,0.4,,,,,r2",
        "2025-03-02,B012345678,amazon,return,-1,USD,,-3.00,,,,,,r3",
        f"2025-03-02,{A},amazon,sale,1,USD,,3.00,,,,,,",
    )
    assert [(line[2], line[6], line[9], line[15]) for line in found.waiting] == [
        ("9783161484100", 2, 12_000_000, "r1"),
        ("9783161484100", 2, None, "r2"),
        ("B012345678", -1, -3_000_000, "r3"),
    ]
    totals = found.reading.totals
    assert totals.waiting == {"9783161484100": (2, 4), "B012345678": (1, -1)}
    assert (totals.rows, totals.recordable, totals.lines) == (4, 1, 1)


def test_places_of_sales(tmp_path: Path) -> None:
    shops = {
        "shop": KnownRetailer(1, "shop", "The Shop", "US", "WA", "Seattle"),
        "web": KnownRetailer(2, "web", "The Web"),
    }
    known = ReferenceData(TRADE.editions, shops, TODAY)
    found = _standard(
        tmp_path,
        f"2025-03-01,{A},shop,sale,1,USD,,3.00,,,,,,",
        f"2025-03-01,{A},The Shop,sale,1,USD,,3.00,,,,,,",
        f"2025-03-01,{A},shop,sale,1,USD,,3.00,,gb,,,,",
        f"2025-03-01,{A},web,sale,1,USD,,3.00,,,,,o1,'=r1",
        known=known,
    )
    assert [line[11:] for line in found.sales] == [
        ("US", "WA", "Seattle", "", ""),
        ("US", "WA", "Seattle", "", ""),
        ("GB", "", "", "", ""),
        ("", "", "", "o1", "=r1"),
    ]
    assert found.reading.totals.covered == {
        1: ("2025-03-01", "2025-03-01"),
        2: ("2025-03-01", "2025-03-01"),
    }


HEADER = "ISBN,Title,Sale date,Units,Net amount,Currency"


@pytest.mark.parametrize(
    ("changes", "header", "rows", "lines"),
    [
        (
            {"returns": "positive-by-kind", "columns": {**RIVER.columns, "kind": "Type"}},
            HEADER + ",Type",
            [f"{A},,2025-03-01,3,30,USD,Sale", f"{A},,2025-03-01,1,10,USD,Refund", f"{A},,2025-03-01,1,-10,USD,R", f"{A},,2025-03-01,2,0,USD,Free"],
            [(1, 3, 30), (2, -1, -10), (2, -1, -10), (3, 2, 0)],
        ),
        (
            {"returns": "own-column", "columns": {**RIVER.columns, "returned_units": "Back"}},
            HEADER + ",Back",
            [f"{A},,2025-03-01,5,30,USD,2", f"{A},,2025-03-01,0,-10,USD,1", f"{A},,2025-03-01,2,8,USD,", f"{A},,2025-03-01,1,0.10,USD,-2", f"{A},,2025-03-01,2,-1,USD,2"],
            [(1, 5, 50), (2, -2, -20), (2, -1, -10), (1, 2, 8), "opposite", "opposite"],
        ),
        (
            {"columns": {**{k: v for k, v in RIVER.columns.items() if k != "net"}, "unit_net": "Each"}},
            HEADER.replace("Net amount", "Each"),
            [f"{A},,2025-03-01,5,1.25,USD", f"{A},,2025-03-01,-2,1.25,USD"],
            [(1, 5, 6.25), (2, -2, -2.5)],
        ),
        (
            {"columns": {**RIVER.columns, "unit_net": "Each"}},
            HEADER + ",Each",
            [f"{A},,2025-03-01,5,6.20,USD,1.25", f"{A},,2025-03-01,5,,USD,1.25", f"{A},,2025-03-01,4,9,USD,", f"{A},,2025-03-01,4,,USD,"],
            [(1, 5, 6.2), "is blank", (1, 4, 9), "is empty"],
        ),
        (
            {"returns": "own-column", "columns": {**RIVER.columns, "unit_net": "Each", "returned_units": "Back"}},
            HEADER + ",Each,Back",
            [f"{A},,2025-03-01,5,3.75,USD,1.25,2", f"{A},,2025-03-01,5,,USD,1.25,2", f"{A},,2025-03-01,0,,USD,1.25,"],
            [(1, 5, 6.25), (2, -2, -2.5), "is blank"],
        ),
        (
            {"currency": "GBP", "columns": {k: v for k, v in RIVER.columns.items() if k != "currency"}},
            HEADER,
            [f"{A},,2025-03-01,5,1.25,whatever"],
            [(1, 5, 1.25)],
        ),
        (
            {"currency": "GBP"},
            HEADER,
            [f"{A},,2025-03-01,5,1.25,", f"{A},,2025-03-01,5,£2.25,", f"{A},,2025-03-01,5,2.25,USD"],
            [(1, 5, 1.25), (1, 5, 2.25), (1, 5, 2.25)],
        ),
        (
            {"decimal": ","},
            HEADER.replace(",", ";"),
            [f"{A};;2025-03-01;1.234;1.234;USD", f"{A};;2025-03-01;1;1,234;USD"],
            [(1, 1234, 1234), (1, 1, 1.234)],
        ),
        ({"date_order": "dmy"}, HEADER, [f"{A},,01/02/2025,1,1,USD"], [(1, 1, 1)]),
        ({"header_row": 3}, "x,y\n" + HEADER + "\n" + HEADER, [f"{A},,2025-03-01,1,1,USD"], [(1, 1, 1)]),
        ({"skip": ["Freight", "Total"]}, HEADER, [f"{A},,2025-03-01,1,1,USD", "Freight: media mail,,2025-03-01,1,5,USD"], [(1, 1, 1)]),
    ],
    ids=["by-kind", "own-column", "unit-net", "both-nets", "both-nets-own-column", "default-currency", "blank-currency", "comma", "dmy", "header-row", "skip"],
)  # fmt: skip
def test_mapped_report_is_read(
    tmp_path: Path, changes: dict[str, Any], header: str, rows: list[str], lines: list[Any]
) -> None:
    found = _river(tmp_path, header, *rows, mapping=replace(RIVER, **changes))
    expected = [line for line in lines if not isinstance(line, str)]
    told = [line for line in lines if isinstance(line, str)]
    assert len(found.reading.problems) == len(told), found.messages
    assert all(map(contains, [problem.message for problem in found.reading.problems], told))
    assert [(line[4], line[6], line[9] / 1_000_000) for line in found.sales] == expected


def test_a_mapped_report_without_a_date_asks_for_its_period(tmp_path: Path) -> None:
    columns = {key: name for key, name in RIVER.columns.items() if key != "date"}
    mapping = replace(RIVER, columns=columns)
    row = f"{A},,whenever,1,1,USD"
    asked = _river(tmp_path, HEADER, row, mapping=mapping)
    assert asked.asked == {"period"}
    for period, span in (
        ("2025-04", ("2025-04-01", "2025-04-30")),
        ("2025-Q2", ("2025-04-01", "2025-06-30")),
        ("2024-H1", ("2024-01-01", "2024-06-30")),
        ("2024", ("2024-01-01", "2024-12-31")),
    ):
        found = _river(tmp_path, HEADER, row, mapping=mapping, period=period)
        assert (found.reading.totals.first_day, found.reading.totals.last_day) == span
        assert found.sales[0][5] == span[1]
    for wrong in ("2025-13", "2025-Q5", "2025-H3", "April", "9999", "1800", "2040-01"):
        again = _river(tmp_path, HEADER, row, mapping=mapping, period=wrong)
        assert wrong in again.reading.choices[0].message


def test_a_retailer_that_the_setup_lacks_is_asked_for(tmp_path: Path) -> None:
    mapping = replace(RIVER, retailer="river-books")
    row = f"{A},,2025-03-01,1,1,USD"
    asked = _river(tmp_path, HEADER, row, mapping=mapping)
    [choice] = asked.reading.choices
    assert choice.key == "retailer"
    assert choice.options == ("amazon",)
    assert "'river-books'" in choice.message
    assert (
        _river(tmp_path, HEADER, row, mapping=mapping, retailer="amazon").reading.retailer
        == "amazon"
    )
    again = _river(tmp_path, HEADER, row, mapping=mapping, retailer="nobody")
    assert "'nobody'" in again.reading.choices[0].message


def test_wrong_answers_are_asked_again(tmp_path: Path) -> None:
    found = _river(tmp_path, HEADER, f"{A},,07/08/2026,1,1,USD", date_order="sideways")
    assert "'sideways' does not fit" in found.reading.choices[0].message
    for week in ("last", "2025-02-30", "0001-01-01", "2300-01-01"):
        asked = read(SAMPLES / "aba-weekly.csv", week=week, currency="USD", discount="0.4")
        assert [choice.key for choice in asked.reading.choices] == ["week"]
    for answer in ({"currency": "dollar"}, {"discount": "40"}, {"discount": "x"}):
        choices = {"week": "2025-05-10", "currency": "USD", "discount": "0.4"} | answer
        asked = read(SAMPLES / "aba-weekly.csv", **choices)  # type: ignore[arg-type]
        assert [choice.key for choice in asked.reading.choices] == [*answer]


def test_date_order_proved_by_the_last_row_only(tmp_path: Path) -> None:
    rows = [f"{A},,0{n % 9 + 1}/02/2025,1,1,USD" for n in range(3_000)]
    found = _river(tmp_path, HEADER, *rows, f"{A},,02/28/2025,1,1,USD")
    assert not found.reading.choices
    assert found.sales[0][5] == "2025-01-02"
    assert _river(tmp_path, HEADER, *rows).asked == {"date_order"}
    clash = _river(tmp_path, HEADER, f"{A},,28/02/2025,1,1,USD", *rows, f"{A},,02/28/2025,1,1,USD")
    assert [problem.row for problem in clash.reading.problems] == [3_003]
    assert "row 2 has '28/02/2025'" in clash.reading.problems[0].message


def test_decimal_mark_proved_by_the_last_row_only(tmp_path: Path) -> None:
    rows = [f'{A},,2025-02-01,1,"1,{n % 900 + 100}",USD' for n in range(3_000)]
    found = _river(tmp_path, HEADER, *rows, f'{A},,2025-02-01,1,"1,234.50",USD')
    assert not found.reading.choices
    assert found.sales[0][9] == 1_100_000_000
    comma = _river(tmp_path, HEADER, *rows, f'{A},,2025-02-01,1,"1,5",USD')
    assert comma.sales[0][9] == 1_100_000
    assert _river(tmp_path, HEADER, *rows).asked == {"decimal"}


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        (f"{A},,2019-12-01,1,1,USD", "before-publication", "row 2: sold 31 days before publication"),
        (f"{A},,2026-12-24,1,1,USD", "future-date", "2026-12-24"),
        (f"{A},Salt & Light,2025-03-01,1,1,USD", "title-differs", "'The River Clock'"),
        (f'{A},"The\r\nRiver Clock",2025-03-01,1,1,USD', "line-break", "row 2"),
        (f"{A},,2025-03-01,7,0,USD", "zero-net", "7 units at zero net"),
        (f"{A},,20250301,1,1,USD", "compact-date", "2025-03-01"),
        (f"{A},,2025-03-01,1,1.0000000001,USD", "rounded", "1.0000000001 was rounded to 1.00"),
    ],
    ids=lambda value: value if "-" in value[:20] else "",
)  # fmt: skip
def test_warnings_that_need_confirmation(tmp_path: Path, row: str, code: str, message: str) -> None:
    found = _river(tmp_path, HEADER, row)
    [notice] = found.reading.notices
    assert notice.code == code
    assert message in notice.message
    many = _river(
        tmp_path,
        HEADER,
        *(row.replace(",1,", f",{n},", 1).replace(",7,", f",{n},") for n in range(1, 41)),
    )
    assert code in many.codes


@pytest.mark.parametrize(
    "title",
    ["The River Clock", "the river clock - Paperback", "THE RIVER", "", "Another book", "Salt"],
)
def test_titles_that_match_raise_no_warning(tmp_path: Path, title: str) -> None:
    assert not _river(tmp_path, HEADER, f"{A},{title},2025-03-01,1,1,USD").reading.notices


def test_repeated_rows_are_warned_of(tmp_path: Path) -> None:
    row = f"{A},,2025-03-01,1,1,USD"
    found = _river(tmp_path, HEADER, row, f"{B},,2025-03-01,1,1,USD", row, row)
    [notice] = found.reading.notices
    assert notice.code == "identical-rows"
    assert notice.message == "rows 2 and 4 are identical: keep both? (1 more such rows)"
    assert len(found.sales) == 4


def test_differing_total_is_warned_of(tmp_path: Path) -> None:
    found = _river(tmp_path, HEADER, f"{A},,2025-03-01,1,1,USD", "Total,,,2,1,")
    [notice] = found.reading.notices
    assert "row 3 looks like a total: excluded, and it differs" in notice.message
    assert found.reading.totals.rows == 1


@pytest.mark.parametrize("label", ["Total", "TOTALS", "Grand Total:", "Subtotal March", "sum"])
def test_total_rows_are_recognised_by_their_label(tmp_path: Path, label: str) -> None:
    found = _river(tmp_path, HEADER, f"{A},,2025-03-01,1,1,USD", f",{label},,1,1,")
    assert found.codes == {"totals-row"}


def test_book_titles_with_total_in_them_are_not_totals(tmp_path: Path) -> None:
    known = _river(tmp_path, HEADER, f"{A},Total Recall,2025-03-01,1,1,USD")
    assert len(known.sales) == 1
    unknown = _river(tmp_path, HEADER, "9783161484100,Total Recall,2025-03-01,1,1,USD")
    assert len(unknown.waiting) == 1
    plain = replace(RIVER, skip=())
    nameless = _river(tmp_path, HEADER, ",Total Recall,2025-03-01,1,1,USD", mapping=plain)
    assert len(nameless.reading.problems) == 1
    skipped = _river(tmp_path, HEADER, ",Total Recall,2025-03-01,1,1,USD")
    assert skipped.reading.skipped.by_reason == {"begins with 'total'": 1}
    summit = _river(tmp_path, HEADER, "Summit,,,1,1,USD")
    assert len(summit.reading.problems) == 2


def test_built_in_report_names_are_listed() -> None:
    assert report_names() == [
        "aba-weekly", "acx", "amazon-kdp", "amazon-kdp-prior-month", "amazon-kdp-total",
        "amazon-kdp-translated", "amazon-vendor-central", "apple-books", "barnes-noble",
        "bisg-editx-flat", "draft2digital-ebook", "draft2digital-print", "editx-sales-report",
        "elliott-bay", "everand", "findaway", "google-play", "ingramspark-compensation",
        "ingramspark-sales-comp", "kdp-2011", "kobo", "kobo-plus", "overdrive", "phone-orders",
        "publisher-web-orders", "square-items", "standard", "woocommerce-orders",
    ]  # fmt: skip


def test_report_can_be_chosen_by_name(tmp_path: Path) -> None:
    assert read(SAMPLES / "standard-sales.csv", report="standard").reading.report == "standard"
    with pytest.raises(UnreadableError, match="no column 'Invoice No', 'Type'"):
        read(SAMPLES / "standard-sales.csv", report="elliott-bay")
    with pytest.raises(UnreadableError, match="no report is called 'nonsense'"):
        read(SAMPLES / "standard-sales.csv", report="nonsense")


def test_mapped_reports_that_look_alike_are_asked_about(tmp_path: Path) -> None:
    twin = replace(RIVER, key="stream")
    text = f"{HEADER}\n{A},,2025-03-01,1,1,USD\n"
    found = read_text(tmp_path, text, mappings=[RIVER, twin])
    [choice] = found.reading.choices
    assert (choice.key, choice.options) == ("report", ("river", "stream"))
    assert read_text(tmp_path, text, mappings=[RIVER, twin], report="stream").sales
    path = tmp_path / "report.csv"
    assert read(path, TRADE, [RIVER, twin], None, date_order="dmy").asked == {"report"}


def test_columns_of_an_unknown_report_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="Artikel, Datum, Anzahl") as refused:
        read_text(tmp_path, "Artikel,Datum,Anzahl\nx,y,z\n")
    assert "reports" in str(refused.value)


def test_column_of_problems_in_a_returned_report_is_ignored(tmp_path: Path) -> None:
    text = (
        (SAMPLES / "aba-weekly.csv")
        .read_text(encoding="utf-8")
        .replace("Quantity", "Quantity,Problem")
    )
    (tmp_path / "aba.csv").write_text(text, encoding="utf-8")
    assert read(tmp_path / "aba.csv").reading.report == "aba-weekly"


def test_report_without_rows_is_handled(tmp_path: Path) -> None:
    found = _standard(tmp_path)
    assert found.reading.totals.rows == 0
    assert "no-rows" in found.codes


def test_the_catalogue_is_not_needed_to_refuse(tmp_path: Path) -> None:
    empty = ReferenceData({}, CATALOGUE.retailers, TODAY)
    found = read(SAMPLES / "standard-sales.csv", empty)
    assert not found.sales
    assert not found.reading.problems
    assert sum(rows for rows, _ in found.reading.totals.waiting.values()) == 394


def test_a_list_price_below_zero_is_refused(tmp_path: Path) -> None:
    found = _standard(
        tmp_path,
        f"2025-02-04,{A},amazon,sale,1,USD,-80,40,,US,,,,",
        f"2025-02-04,{A},amazon,return,-1,USD,-80,-40,,US,,,,",
    )
    assert [each.row for each in found.reading.problems] == [2, 3]
    assert all("below zero" in message for message in found.messages)
    assert not found.sales

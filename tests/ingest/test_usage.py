"""Money for use and not for copies, in standard sales files and in mapped reports."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.mapping import Mapping
from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

HEADER = "date,isbn,retailer,kind,units,currency,list_price,net,discount,reference"
USAGE = SaleKind.USAGE.value


def standard(folder: Path, *rows: str) -> Read:
    path = folder / "sales.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return read(path, TRADE)


def a_usage(units: str = "", net: str = "18.65", price: str = "", discount: str = "") -> str:
    return f"2026-03-31,9780306406157,amazon,usage,{units},USD,{price},{net},{discount},R1"


@pytest.mark.parametrize("units", ["", "0", "-0", "0.0"])
@pytest.mark.parametrize(("net", "micro"), [("18.65", 18_650_000), ("-0.01", -10_000), ("0", 0)])
def test_usage_is_money_without_units(tmp_path: Path, units: str, net: str, micro: int) -> None:
    found = standard(tmp_path, a_usage(units, net, price="9.99", discount="0.3"))
    assert found.messages == []
    (line,) = found.sales
    assert (line.kind, line.units, line.net) == (USAGE, 0, micro)
    assert (line.list_price, line.discount) == (None, None)
    totals = found.reading.totals
    assert (totals.sold, totals.returned, totals.free, totals.usage_lines) == (0, 0, 0, 1)
    assert (totals.usage, totals.net) == ({"USD": micro}, {})


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (a_usage("4200"), "2 units: usage is money for no copies, but units is 4200"),
        (a_usage("-1"), "2 units: usage is money for no copies, but units is -1"),
        (a_usage("many"), "2 units: 'many' is not a whole number"),
        (a_usage(net=""), "2 net: net is blank"),
        (a_usage(net="", price="9.99", discount="0.3"), "2 net: net is blank"),
    ],
)
def test_usage_with_units_or_without_money_is_a_problem(
    tmp_path: Path, row: str, message: str
) -> None:
    found = standard(tmp_path, row)
    assert found.messages == [message]
    assert not found.sales


def test_usage_of_an_unknown_book_waits_with_its_money(tmp_path: Path) -> None:
    found = standard(tmp_path, a_usage().replace("9780306406157", "9780306406164"))
    assert found.messages == []
    (line,) = found.waiting
    assert (line.kind, line.units, line.net) == (USAGE, 0, 18_650_000)


@given(rows=st.lists(st.sampled_from(["sale", "return", "free", "usage"]), min_size=1, max_size=40))
def test_usage_among_copies_is_counted_apart(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    written = {
        "sale": "2026-03-01,9780306406157,amazon,sale,2,USD,9.99,12.00,,R",
        "return": "2026-03-01,9780306406157,amazon,return,-1,USD,9.99,-6.00,,R",
        "free": "2026-03-01,9780306406157,amazon,free,3,USD,9.99,0,,R",
        "usage": a_usage(net="0.07"),
    }
    found = standard(
        tmp_path_factory.mktemp("usage"), *(f"{written[row]}{n}" for n, row in enumerate(rows))
    )
    totals, count = found.reading.totals, rows.count
    assert found.messages == []
    assert (totals.sold, totals.returned, totals.free, totals.usage_lines) == (
        2 * count("sale"),
        count("return"),
        3 * count("free"),
        count("usage"),
    )
    assert totals.usage.get("USD", 0) == 70_000 * count("usage")
    together = totals.net.get("USD", 0) + totals.usage.get("USD", 0)
    assert together == sum(line.net for line in found.sales)
    assert totals.recordable == len(rows) == len(found.sales)


PAGES = Mapping(
    "pages",
    "amazon",
    {**RIVER.columns, "kind": "Type", "list_price": "List price"},
    kinds={"KENP Read": "usage", "Audition": "none"},
)


def test_units_of_a_mapped_usage_row_are_pages(tmp_path: Path) -> None:
    """Of the old combined report of KDP: one column holds copies or pages read."""
    text = (
        "Type,Sale date,ISBN,Units,Net amount,Currency,List price\n"
        "Sale,2026-03-01,9780306406157,7,34.93,USD,9.99\n"
        "KENP read,2026-03-31,9780306406157,4200,18.65,USD,N/A\n"
        "audition,2026-03-31,9780306406157,1,1.00,USD,9.99\n"
    )
    found = read_text(tmp_path, text, mappings=[PAGES])
    assert found.messages == []
    assert [(line.kind, line.units, line.net) for line in found.sales] == [
        (SaleKind.SALE.value, 7, 34_930_000),
        (USAGE, 0, 18_650_000),
    ]
    assert found.reading.skipped.by_reason == {"no sale": 1}


@pytest.mark.parametrize("net", ["1.35", "-1.35"])
def test_money_without_units_in_a_mapped_report_is_usage_once_confirmed(
    tmp_path: Path, net: str
) -> None:
    text = (
        "Sale date,ISBN,Units,Net amount,Currency\n"
        f"2026-03-01,9780306406157,0,{net},USD\n"
        "2026-03-01,9780306406157,0,0,USD\n"
    )
    found = read_text(tmp_path, text)
    assert found.messages == []
    (line,) = found.sales
    assert (line.kind, line.units, line.net) == (USAGE, 0, int(float(net) * 100) * 10_000)
    (notice,) = [each for each in found.reading.notices if each.code == "money-without-units"]
    assert notice.message == (
        "row 2, column Net amount: money without units. It is recorded as subscriptions and "
        "loans, which count no copies"
    )
    assert found.reading.skipped.by_reason == {"no units": 1}


@pytest.mark.parametrize(
    ("heading", "is_said"),
    [("Net Units Sold or KENP Read**", True), ("Units or pages", True), ("Homepages", False)],
)
@pytest.mark.parametrize("with_kind", [True, False])
def test_units_or_pages_are_asked_about_unless_a_column_tells(
    tmp_path: Path, heading: str, is_said: bool, with_kind: bool
) -> None:
    columns = {**RIVER.columns, "units": heading}
    if with_kind:
        columns["kind"] = "Type"
    text = (
        f"Type,Sale date,ISBN,{heading},Net amount,Currency\n"
        "Sale,2026-03-01,9780306406157,7,34.93,USD\n"
    )
    found = read_text(tmp_path, text, mappings=[Mapping("pages", "amazon", columns)])
    assert ("units-or-pages" in found.codes) is (is_said and not with_kind)

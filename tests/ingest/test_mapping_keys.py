"""What a mapped report says of its rows: which count, what they are, and what holds for all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.mapping import Mapping
from royalties.ingest.report.tables import Table
from tests.ingest.shelf import RIVER, Read, read_text

SALE, RETURN, FREE, USAGE = (kind.value for kind in SaleKind)
BOOK = "9780306406157"
HEADER = "ISBN,Sale date,Units,Net amount,Currency,Status"


def told(folder: Path, mapping: Mapping, *rows: str, header: str = HEADER, **more: Any) -> Read:
    return read_text(folder, "\n".join([header, *rows]) + "\n", mappings=[mapping], **more)


def accounted_for(found: Read) -> bool:
    """Whether every row is recorded, skipped, waiting or a problem."""
    totals, skipped = found.reading.totals, found.reading.skipped
    waiting = sum(rows for rows, _ in totals.waiting.values())
    told = totals.recordable + sum(skipped.by_reason.values()) + waiting + totals.refused
    return totals.rows == told


def a_row(units: int = 2, net: str = "12.00", status: str = "Paid", book: str = BOOK) -> str:
    return f"{book},2026-03-05,{units},{net},USD,{status}"


# Which rows count


def test_only_and_leave_out_skip_rows_with_their_money(tmp_path: Path) -> None:
    mapping = replace(RIVER, only={"Status": ["paid", ""]}, leave_out={"Currency": ["CAD"]})
    rows = [a_row(), a_row(status=" PAID "), a_row(status=""), a_row(status="Pending", net="5")]
    found = told(tmp_path, mapping, *rows, a_row().replace("USD", "CAD"))
    assert found.messages == []
    assert [line.row for line in found.sales] == [2, 3, 4]
    assert found.reading.skipped.by_reason == {
        "Status is not 'paid' or ''": 1,
        "Currency is 'CAD'": 1,
    }
    assert found.reading.skipped.net == {
        "Status is not 'paid' or ''": {"USD": 5_000_000},
        "Currency is 'CAD'": {"CAD": 12_000_000},
    }
    assert accounted_for(found)


def test_problems_of_left_out_rows_are_ignored(tmp_path: Path) -> None:
    mapping = replace(RIVER, leave_out={"Status": ["Void"]})
    found = told(tmp_path, mapping, a_row(), "oops,never,x,y,z,Void", a_row(status="Void") + ",1")
    assert (found.messages, len(found.sales)) == ([], 1)
    assert found.reading.skipped.by_reason == {"Status is 'Void'": 2}


def test_report_without_the_column_of_a_filter_is_another_report(tmp_path: Path) -> None:
    mapping = replace(RIVER, only={"Verified": ["Yes"]})
    with pytest.raises(ValueError, match="no column 'Verified'"):
        told(tmp_path, mapping, a_row())


@pytest.mark.parametrize(("heading", "value"), [("{0} {", "{1}"), ("Status", "{x}"), ("%s", "%d")])
def test_signs_of_templates_in_headings_and_values_are_harmless(
    tmp_path: Path, heading: str, value: str
) -> None:
    mapping = replace(RIVER, leave_out={heading: [value]})
    header = HEADER.replace("Status", heading)
    found = told(tmp_path, mapping, a_row(status=value), a_row(), header=header)
    assert found.reading.skipped.by_reason == {f"{heading} is {value!r}": 1}


@pytest.mark.parametrize(
    ("ends_at", "below"),
    [
        ("Summary", ["Summary,,,,,", "By book,,,,,", f"{BOOK},,2,12.00,,", ",,,,,"]),
        ("summary", [",,Summary of all,,,", f"{BOOK},,2,12.00,,", "x,,,,,"]),
        ("", [",,,,,", "By book,,,,,", f"{BOOK},,2,12.00,,"]),
    ],
)
def test_nothing_below_the_end_of_a_table_is_read(
    tmp_path: Path, ends_at: str, below: list[str]
) -> None:
    mapping = replace(RIVER, ends_at=ends_at)
    found = told(tmp_path, mapping, a_row(), a_row(), *below)
    assert (found.messages, found.asked, len(found.sales)) == ([], set(), 2)
    assert set(found.reading.skipped.by_reason.values()) == {2}
    assert accounted_for(found)


def test_total_at_the_end_of_a_table_is_compared(tmp_path: Path) -> None:
    mapping = replace(RIVER, ends_at="Total", unread=("Status",))
    found = told(tmp_path, mapping, a_row(), "Total,,2,13.00,,", "Notes,,,,,")
    notices = {each.code: each.message for each in found.reading.notices}
    assert notices["totals-row"] == (
        "row 3 looks like a total: excluded, and it differs from the sum of the rows: it says 2 copies "
        "and 13.00, the rows above 2 copies and USD 12.00"
    )
    assert found.reading.skipped.by_reason == {"below the table, which ends at the row 'total'": 1}


def test_no_title_ends_a_table(tmp_path: Path) -> None:
    header = "Title,ISBN,Sale date,Units,Net amount,Currency"
    mapping = replace(RIVER, ends_at="Summary")
    rows = [f"Summary of a life,{book},2026-03-05,1,6.00,USD" for book in (BOOK, "9780000024695")]
    found = told(tmp_path, mapping, *rows, "Summary,,,,,", "1,,,,,", header=header)
    assert (len(found.sales), len(found.waiting)) == (1, 1)
    assert accounted_for(found)


def test_cells_below_the_end_prove_no_decimal_mark(tmp_path: Path) -> None:
    mapping = replace(RIVER, ends_at="Summary", decimal=None, date_order=None)
    rows = [a_row(net='"1,234"'), "Summary,,,,,", '25/12/2025,,,"7,5",,']
    found = told(tmp_path, mapping, *rows)
    assert found.asked == {"decimal"}


# What rows are


def one_each(**more: object) -> Mapping:
    columns = {name: heading for name, heading in RIVER.columns.items() if name != "units"}
    return replace(RIVER, columns=columns, rows_are="one-each", **more)  # type: ignore[arg-type]


def test_each_row_is_one_copy_and_its_money_tells_a_return(tmp_path: Path) -> None:
    found = told(tmp_path, one_each(), a_row(7), a_row(net="-6.00"), a_row(net="0"))
    assert found.messages == []
    lines = [(line.kind, line.units, line.net) for line in found.sales]
    assert lines == [(SALE, 1, 12_000_000), (RETURN, -1, -6_000_000), (SALE, 1, 0)]


def test_kind_column_tells_returns_of_rows_that_are_one_each(tmp_path: Path) -> None:
    mapping = one_each(returns="positive-by-kind", kinds={"Paid": "sale", "Refunded": "return"})
    mapping = replace(mapping, columns={**mapping.columns, "kind": "Status"})
    found = told(tmp_path, mapping, a_row(), a_row(status="Refunded"))
    lines = [(line.kind, line.units, line.net) for line in found.sales]
    assert lines == [(SALE, 1, 12_000_000), (RETURN, -1, -12_000_000)]


def test_money_alone_is_usage_whatever_its_kind(tmp_path: Path) -> None:
    columns = {**RIVER.columns, "kind": "Status"}
    mapping = replace(RIVER, columns=columns, rows_are="money", kinds={"Held": "none"})
    rows = [a_row(4211), a_row(-3, "-1.50", "return"), a_row(0, "0.01", ""), a_row(1, "9", "held")]
    found = told(tmp_path, mapping, *rows)
    assert (found.messages, found.codes) == ([], set())
    assert [(line.kind, line.units, line.net) for line in found.sales] == [
        (USAGE, 0, 12_000_000), (USAGE, 0, -1_500_000), (USAGE, 0, 10_000),
    ]  # fmt: skip
    assert found.reading.skipped.by_reason == {"no sale": 1}


def test_copies_that_went_out_and_back_are_a_sale_and_a_return(tmp_path: Path) -> None:
    mapping = replace(
        RIVER,
        columns={**RIVER.columns, "kind": "Status"},
        kinds={"Paid": "sale", "Exchanged": "sold-and-returned"},
    )
    found = told(
        tmp_path, mapping, a_row(), a_row(3, "0.00", "exchanged"), a_row(-1, "0.25", "Exchanged")
    )
    assert found.messages == []
    assert [(line.row, line.kind, line.units, line.net) for line in found.sales] == [
        (2, SALE, 2, 12_000_000),
        (3, SALE, 3, 0), (3, RETURN, -3, 0),
        (4, SALE, 1, 250_000), (4, RETURN, -1, 0),
    ]  # fmt: skip
    assert accounted_for(found)


@pytest.mark.parametrize("returns", ["negative", "positive-by-kind"])
def test_kind_of_rows_that_do_not_say_theirs(tmp_path: Path, returns: str) -> None:
    mapping = replace(RIVER, kind="return", returns=returns)
    sign = -1 if returns == "negative" else 1
    found = told(tmp_path, mapping, a_row(sign * 2, f"{sign * 12}.00"))
    assert found.messages == []
    assert [(line.kind, line.units, line.net) for line in found.sales] == [
        (RETURN, -2, -12_000_000)
    ]


# What holds for all its files


@pytest.mark.parametrize(("percent", "discount"), [((), None), (("discount",), 420_000)])
def test_column_in_per_cent_is_not_asked_about(
    tmp_path: Path, percent: tuple[str, ...], discount: int | None
) -> None:
    columns = {**RIVER.columns, "discount": "Status"}
    found = told(tmp_path, replace(RIVER, columns=columns, percent=percent), a_row(status="42"))
    assert found.asked == (set() if percent else {"discount_unit"})
    assert [line.discount for line in found.sales] == ([] if discount is None else [discount])


def test_remembered_answers_are_applied_unless_overridden(tmp_path: Path) -> None:
    mapping = replace(RIVER, decimal=None, answers={"decimal": "."})
    found = told(tmp_path, mapping, a_row(net='"1,234"'))
    assert (found.asked, [line.net for line in found.sales]) == (set(), [1_234_000_000])
    assert not any("no effect" in note for note in found.reading.notes)
    found = told(tmp_path, mapping, a_row(net='"1,234"'), decimal=",")
    assert [line.net for line in found.sales] == [1_234_000]


def test_mapping_remembers_the_language_of_months(tmp_path: Path) -> None:
    mapping = replace(RIVER, answers={"date_language": "spanish"})
    found = told(tmp_path, mapping, a_row().replace("2026-03-05", "5 ene 2026"))
    assert (found.asked, [line.day for line in found.sales]) == (set(), ["2026-01-05"])


def test_period_that_stands_dates_rows_without_a_date(tmp_path: Path) -> None:
    columns = {name: heading for name, heading in RIVER.columns.items() if name != "date"}
    mapping = replace(RIVER, columns=columns, period="2026-02")
    found = told(tmp_path, mapping, a_row())
    assert (found.asked, [line.day for line in found.sales]) == (set(), ["2026-02-28"])
    found = told(tmp_path, mapping, a_row(), period="2026-03")
    assert [line.day for line in found.sales] == ["2026-03-31"]
    found = told(
        tmp_path, replace(RIVER, period="2026-02"), a_row(), a_row().replace("2026-03-05", "")
    )
    assert [line.day for line in found.sales] == ["2026-03-05", "2026-02-28"]


# Nothing is lost

_ROW = st.tuples(
    st.integers(-3, 3),
    st.sampled_from(("Paid", "Void", "", "Back", "Pages", "Swapped", "???")),
    st.sampled_from((BOOK, "9780000024695", "oops", "")),
)


@given(
    rows=st.lists(_ROW, max_size=25),
    rows_are=st.sampled_from(("lines", "one-each", "money")),
    end=st.none() | st.integers(0, 25),
    returns=st.sampled_from(("negative", "positive-by-kind")),
)
def test_every_row_is_recorded_or_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, str, str]],
    rows_are: str,
    end: int | None,
    returns: str,
) -> None:
    columns = {**RIVER.columns, "kind": "Status"}
    if rows_are == "one-each":
        del columns["units"]
    mapping = replace(
        RIVER, columns=columns, rows_are=rows_are, leave_out={"Status": ["Void"]},
        ends_at="Below", returns=returns,
        kinds={"Paid": "sale", "Back": "return", "Pages": "usage", "Swapped": "sold-and-returned"},
    )  # fmt: skip
    text = [a_row(units, f"{units * 6}.00", status, book) for units, status, book in rows]
    count = len(text)
    if end is not None and end < len(text):
        text.insert(end, "Below,,,,,")
        count += 1
    found = told(tmp_path_factory.mktemp("rows"), mapping, *text)
    assert found.reading.totals.rows in (count, count - 1)  # the end alone in its row is a heading
    assert accounted_for(found)
    lines: list[SaleLine | WaitingLine] = [*found.sales, *found.waiting]
    below = len(text) if end is None else end
    assert {line.row for line in lines} <= set(range(2, below + 2))
    money = sum(line.net or 0 for line in lines)
    taken = {line.row - 2 for line in lines}
    if returns == "negative":
        assert money == sum(rows[at][0] * 6_000_000 for at in taken)


@given(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(("", "a", "b"))), max_size=40))
def test_rows_read_by_the_column_are_those_read_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str]]
) -> None:
    text = [a_row(units, f"{units * 6}.00", status) for units, status in rows]
    mapping = one_each(leave_out={"Status": ["b"]})
    folder = tmp_path_factory.mktemp("both")
    by_column = told(folder, mapping, *text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "plain", False)
        one_by_one = told(folder, mapping, *text)
    assert by_column.sales == one_by_one.sales
    assert by_column.reading.skipped.by_reason == one_by_one.reading.skipped.by_reason

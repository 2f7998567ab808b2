"""Totals, subtotals and notes in any column of a report, and titles that look like them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from royalties.ingest.report.labels import is_total_label
from tests.ingest.shelf import CATALOGUE, RIVER, Read, read, read_text

A = "9780306406157"
COLUMNS = ("Store", "ISBN", "Title", "Sale date", "Units", "Net amount", "Currency", "Remark")
SALE = ("Amazon", A, "The River Clock", "2025-03-01", "2", "10.00", "USD", "")
PLAIN = replace(RIVER, skip=())
LABELS = (
    "Total", "TOTALS", "Grand total:", "Subtotal", "Sub-total week 28", "Week 28 subtotal",
    "Total for March 2025", "Total units", "USD total", "Sum", "Summe", "Zwischensumme", "Total Q1",
    "I alt", "Salg i alt", "Samlet salg", "Insgesamt",
)  # fmt: skip
TITLES = (
    "Total Recall",
    "Total Eclipse of the Heart",
    "Summit",
    "The Sum of All Fears",
    "Totality",
)


def _report(folder: Path, *rows: Sequence[str]) -> Read:
    text = "\n".join(",".join(row) for row in (COLUMNS, *rows)) + "\n"
    return read_text(folder, text, mappings=[PLAIN])


def _row(**cells: str) -> list[str]:
    return [cells.get(name.split()[0].lower(), "") for name in COLUMNS]


@pytest.mark.parametrize("label", LABELS)
def test_labels_of_totals(label: str) -> None:
    assert is_total_label(label)


@pytest.mark.parametrize(
    "text", [*TITLES, "Total Wine & More", "", "12", "March 2025", "All sales"]
)
def test_other_texts_are_no_labels(text: str) -> None:
    assert not is_total_label(text)


@given(
    st.sampled_from(LABELS), st.sampled_from(("store", "isbn", "title", "remark")), st.booleans(),
    st.booleans(),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_total_is_recognised_in_any_column(
    tmp_path: Path, label: str, column: str, dated: bool, subtotals: bool
) -> None:
    total = _row(**{column: label}, units="4", net="20.00", currency="USD")
    if dated and column != "title":
        total[3] = "2025-03-31"
    found = _report(tmp_path, SALE, (*SALE[:7], "x"), total, *([SALE] if subtotals else []))
    assert not found.reading.problems, found.messages
    assert found.codes - {"identical-rows"} == {"totals-row"}
    told = next(each.message for each in found.reading.notices if each.code == "totals-row")
    assert "row 4 looks like a total: excluded, and it agrees with the sum" in told
    assert len(found.sales) == 2 + subtotals
    assert not found.waiting


CENTS = st.integers(1, 99_999)
WORDED = (
    *LABELS, "Totalt", "Razem", "Monatssumme", "Summe Mai 2025", "Total des ventes", "Totale generale",
    "Tussentotaal", "Всего", "合計", "Total incl. VAT", "TTL", "∑",
)  # fmt: skip
"""Labels that can be nothing else."""
SOFT = (
    "Total The River Clock",
    "The River Clock Total",
    "Page 1 of 2",
    "Carried forward",
    "Overall",
    "",
)
"""Labels that a sum makes clear, or none at all."""


def _sum_row(label: str, column: str, rows: Sequence[tuple[int, int]]) -> list[str]:
    units, cents = (sum(each[place] for each in rows) for place in (0, 1))
    figures = {"units": str(units), "net": f"{cents / 100:.2f}"}
    return _row(**({column: label} if label else {}), **figures)


@given(
    st.lists(st.lists(st.lists(st.tuples(st.integers(1, 60), CENTS), min_size=1, max_size=3),
                      min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from((*WORDED, *SOFT)),
    st.sampled_from(("store", "title", "remark")),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_of_any_group_are_no_sales(
    tmp_path: Path, groups: list[list[list[tuple[int, int]]]], label: str, column: str
) -> None:
    table: list[Sequence[str]] = []
    number = 0
    for group in groups:
        for rows in group:
            for units, cents in rows:
                number += 1
                net = f"{cents / 100:.2f}"
                table.append((*SALE[:4], str(units), net, "USD", f"sale {number}"))
            # A sum of one row tells itself by its words alone.
            if label.strip() and (len(rows) > 1 or label not in SOFT[2:]):
                table.append(_sum_row(label, column, rows))
        inner = [each for rows in group for each in rows]
        if len(inner) > 1:
            table.append(_sum_row(label, column, inner))
    every = [each for group in groups for rows in group for each in rows]
    if len(every) > 1:
        table.append(_sum_row(label, column, every))
    found = _report(tmp_path, *table)
    assert not found.reading.problems, found.messages
    assert len(found.sales) == len(every)
    assert sum(line.net for line in found.sales) == sum(cents for _, cents in every) * 10_000
    told = [each.message for each in found.reading.notices if each.code == "totals-row"]
    assert not any("differs" in text for text in told)


@given(
    st.lists(st.tuples(st.integers(1, 60), CENTS), min_size=2, max_size=4),
    st.sampled_from((*WORDED, *SOFT)),
    st.integers(1, 500),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_total_that_differs_from_its_rows_is_reported(
    tmp_path: Path, rows: list[tuple[int, int]], label: str, off: int
) -> None:
    table = [
        (*SALE[:4], str(units), f"{cents / 100:.2f}", "USD", f"sale {number}")
        for number, (units, cents) in enumerate(rows)
    ]
    found = _report(tmp_path, *table, _sum_row(label, "store", [*rows, (0, off)]))
    assert len(found.sales) == len(rows)
    says = [each.message for each in found.reading.notices if each.code == "totals-row"]
    differs = ["differs from the sum of the rows: it says" in each for each in says]
    assert found.messages or differs == [True]


def test_totals_of_each_currency_are_compared_with_its_rows(tmp_path: Path) -> None:
    euros = (*SALE[:5], "8.00", "EUR", "")
    totals = [
        _row(store=f"Total {code}", net=net) for code, net in (("USD", "10.00"), ("EUR", "8.00"))
    ]
    found = _report(tmp_path, SALE, euros, *totals)
    [notice] = found.reading.notices
    assert "agrees with the sum (1 more such rows)" in notice.message
    totals[1][5] = "9.00"
    [notice] = _report(tmp_path, SALE, euros, *totals).reading.notices
    assert notice.message == (
        "row 5 looks like a total: excluded, and it differs from the sum of the rows: it says 9.00, "
        "the rows above EUR 8.00; 1 more total excluded"
    )


def test_a_total_above_the_rows_is_compared_with_all_of_them(tmp_path: Path) -> None:
    total = _row(store="Total", units="4", net="20.00")
    found = _report(tmp_path, total, SALE, (*SALE[:7], "x"))
    [notice] = found.reading.notices
    assert notice.message == "row 2 looks like a total: excluded, and it agrees with the sum"


@pytest.mark.parametrize("number", ["SUM-1", "TOT-01", "TOTAL/2025", "sum_12"])
def test_house_number_is_not_a_label(tmp_path: Path, number: str) -> None:
    found = _report(tmp_path, (SALE[0], number, *SALE[2:]))
    assert not found.reading.problems, found.messages
    assert [line.identifier for line in found.waiting] == [number.upper()]


@pytest.mark.parametrize("label", ["Subtotal", "Total for title"])
def test_subtotal_in_a_row_with_a_book_is_not_a_sale(tmp_path: Path, label: str) -> None:
    total = _row(isbn=A, remark=label, units="2", net="10.00", currency="USD")
    found = _report(tmp_path, SALE, total)
    assert not found.asked
    assert found.codes == {"totals-row"}
    assert len(found.sales) == 1


@pytest.mark.parametrize("title", TITLES)
def test_title_text_is_not_read_as_a_total(tmp_path: Path, title: str) -> None:
    sale = ("Amazon", A, title, "2025-03-01", "2", "10.00", "USD", "")
    assert len(_report(tmp_path, sale).sales) == 1
    unknown = (*sale[:1], "9783161484100", *sale[2:])
    assert len(_report(tmp_path, unknown).waiting) == 1
    for nameless in (("", "", *sale[2:]), ("", "", title, "", *sale[4:])):
        [problem] = {each.row for each in _report(tmp_path, nameless).reading.problems}
        assert problem == 2


def test_row_with_a_date_and_a_customer_named_total_is_not_a_total(tmp_path: Path) -> None:
    found = _report(tmp_path, ("Total Wine & More", "", *SALE[2:]))
    assert ["ISBN is empty" in message for message in found.messages] == [True]


@pytest.mark.parametrize(
    "cells",
    [{"isbn": "Note:", "remark": "prices are without VAT"}, {"store": "End of report"},
     {"title": "* includes promotions", "remark": "see the contract"},
     {"store": "Generated 2026-06-01 10:00"}, {"store": "Generated:", "title": "2026-06-01"},
     {"isbn": "Account 4711 0815 2342"}],
    ids=str,
)  # fmt: skip
def test_notes_are_passed_over(tmp_path: Path, cells: dict[str, str]) -> None:
    found = _report(tmp_path, SALE, _row(**cells), (*SALE[:7], "x"))
    assert not found.reading.problems, found.messages
    assert len(found.sales) == found.reading.totals.rows == 2
    assert any("row 3 has only text" in note for note in found.reading.notes)


NOTES_OF_FIGURES = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: f"{day:%d.%m.%Y} 10:30"),
    st.from_regex(r"\+\d\d \d{2,3} \d{6}", fullmatch=True),
    st.from_regex(r"(Tel|Fax)\. 0\d\d [1-9]\d{6}", fullmatch=True),
    st.from_regex(r"\(?[1-9]/[1-9]\d?\)?", fullmatch=True),
    st.from_regex(r"(©|v|Rev\.) 20\d\d-20\d\d", fullmatch=True),
    st.from_regex(r"[A-Z]{2}-20\d\d-\d{3}", fullmatch=True),
    st.integers(1, 9_999).map(str),
)


@given(NOTES_OF_FIGURES, st.sampled_from(("isbn", "store", "title", "remark")), st.booleans())
def test_a_lone_cell_of_figures_is_a_note(
    tmp_path_factory: pytest.TempPathFactory, text: str, column: str, above: bool
) -> None:
    folder, note = tmp_path_factory.mktemp("report"), _row(**{column: text})
    other = (*SALE[:7], "x")
    found = _report(folder, *((SALE, note, other) if above else (SALE, other, note)))
    assert not found.reading.problems, found.messages
    assert len(found.sales) == found.reading.totals.rows == 2
    told = [*found.reading.notes, *(each.message for each in found.reading.notices)]
    assert any(repr(text) in each for each in told)


@pytest.mark.parametrize(
    "text",
    [A, "9783161484100", "9783161484101", "978316148410O", "97831614841", "12.50", "$125.00",
     "EUR 1.234,50", "080442957X", "0306406153", "ISBN: 9783161484100", "9783161484100-PB"],
)  # fmt: skip
def test_a_lone_book_or_amount_is_a_row_that_lacks_the_rest(tmp_path: Path, text: str) -> None:
    found = _report(tmp_path, SALE, _row(isbn=text))
    assert {problem.row for problem in found.reading.problems} == {3}


@pytest.mark.parametrize(
    "cells", [{"isbn": "Note", "units": "2"}, {"remark": "Bonus", "net": "5.00"}], ids=str
)
def test_a_row_with_copies_or_money_is_no_note(tmp_path: Path, cells: dict[str, str]) -> None:
    assert _report(tmp_path, SALE, _row(**cells)).reading.problems


@pytest.mark.parametrize("column", range(5))
def test_subtotals_of_the_telephone_log_in_any_column(tmp_path: Path, column: int) -> None:
    header = "Order No,Date,City,State,ISBN,Quantity,Unit Price,Discount %,Amount"
    subtotal = ["", "", "", "", "", "2", "", "", "120.00"]
    subtotal[column] = "Subtotal week 28"
    path = tmp_path / "report.csv"
    sale = "T-1,07/08/2025,Salem,OR,9781442246928,2,75.00,20,120.00"
    path.write_text(f"{header}\n{sale}\n{','.join(subtotal)}\n", encoding="utf-8")
    found = read(path, known=CATALOGUE)
    assert found.reading.report == "phone-orders"
    assert not found.reading.problems, found.messages
    assert not found.codes
    assert [line[6] for line in found.sales] == [2]


GROUPS = ("Blue Door Total", "Amazon.com Total", "Blue Door Ergebnis", "Summe Mai", "\u03a3", "Balance",
          "Total due to publisher", "Totale complessivo", "\u0412\u0441\u0435\u0433\u043e")  # fmt: skip
"""Labels, of which some may be titles or names as well, and some mean nothing to the program."""
OTHERS = ("9781861972712", "9783161484100")
"""A known book, and one that waits."""


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from((A, *OTHERS)), st.integers(1, 9), st.integers(100, 999)),
            min_size=2, max_size=4, unique_by=lambda sale: sale[0],
        ),
        min_size=1, max_size=3,
    ),
    st.sampled_from(GROUPS), st.sampled_from(("store", "title", "remark", "isbn")),
    st.booleans(),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_row_equal_to_the_sum_is_a_total_whatever_its_label(
    tmp_path: Path,
    groups: list[list[tuple[str, int, int]]],
    label: str,
    column: str,
    everything: bool,
) -> None:
    rows: list[Sequence[str]] = []
    for day, group in enumerate(groups, 1):
        for isbn, units, cents in group:
            rows.append(("Shop", isbn, "", f"2025-03-0{day}", str(units), _money(cents), "USD", ""))
        rows.append(_sum_of(group, **{column: label}))
    if everything:
        rows.append(_sum_of([sale for group in groups for sale in group], **{column: "All of it"}))
    found = _report(tmp_path, *rows)
    assert not found.reading.problems, found.messages
    lines = [(line.units, line.net // 10_000) for line in found.sales]
    lines += [(line.units, (line.net or 0) // 10_000) for line in found.waiting]
    meant = [sale for group in groups for sale in group]
    assert sorted(lines) == sorted((units, cents) for _, units, cents in meant)
    told = next(each.message for each in found.reading.notices if each.code == "totals-row")
    assert "and it agrees with the sum" in told


UNCERTAIN = [label for label in (*GROUPS, "Fee", "") if not is_total_label(label)]


@given(st.integers(1, 9), st.integers(100, 999), st.sampled_from(UNCERTAIN))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_money_that_is_no_sum_is_never_taken_for_one(
    tmp_path: Path, units: int, cents: int, label: str
) -> None:
    sold = [(A, 2, 1000), (OTHERS[0], 3, 1200)]
    rows = [("Shop", isbn, "", "2025-03-01", str(n), _money(c), "USD", "") for isbn, n, c in sold]
    found = _report(tmp_path, *rows, _sum_of([(A, units, cents)], title=label))
    assert {problem.row for problem in found.reading.problems} == {4}


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _sum_of(sales: Sequence[tuple[str, int, int]], **cells: str) -> list[str]:
    units, cents = sum(sale[1] for sale in sales), sum(sale[2] for sale in sales)
    return _row(**cells, units=str(units), net=_money(cents), currency="USD")


def test_sum_of_rows_that_wait_for_an_answer_is_no_fault(tmp_path: Path) -> None:
    """Until it is known how the dates are written nobody knows what the rows come to."""
    rows = ("Amazon", A, "", "03.04.2025", "2", "10.00", "USD", "")
    total = _row(isbn="Alles", units="4", net="20.00")
    found = _report(tmp_path, rows, (*rows[:4], "2", "10.00", "USD", "x"), total)
    assert [choice.key for choice in found.reading.choices] == ["date_order"]
    assert not found.messages
    text = "\n".join(",".join(row) for row in (COLUMNS, rows, (*rows[:7], "x"), total)) + "\n"
    found = read_text(tmp_path, text, mappings=[PLAIN], date_order="dmy")
    assert not found.messages
    assert "totals-row" in found.codes
    wrong = text.replace("4,20.00", "4,30.00")
    found = read_text(tmp_path, wrong, mappings=[PLAIN], date_order="dmy")
    assert any("'Alles' is not an ISBN" in message for message in found.messages)


def test_total_of_rows_that_are_left_out_agrees(tmp_path: Path) -> None:
    """Copies and money of what a mapping leaves out are in the report's own total."""
    total = _row(isbn="Total", units="7", net="35.00", currency="USD")
    left = ("Amazon", A, "", "2025-03-02", "5", "25.00", "USD", "Pending")
    text = "\n".join(",".join(row) for row in (COLUMNS, SALE, left, total)) + "\n"
    mapped = replace(PLAIN, leave_out={"Remark": ["pending"]})
    found = read_text(tmp_path, text, mappings=[mapped])
    [told] = [each.message for each in found.reading.notices if each.code == "totals-row"]
    assert told.endswith("it agrees with the sum")
    found = read_text(tmp_path, text.replace(",7,35.00", ",6,35.00"), mappings=[mapped])
    [told] = [each.message for each in found.reading.notices if each.code == "totals-row"]
    assert "it differs from the sum of the rows" in told

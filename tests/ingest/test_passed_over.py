"""Nothing that looks like units or money is passed over without a word."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.unread_columns import speaks_of_money, speaks_of_sales
from tests.ingest.shelf import RIVER, SAMPLES, TRADE, Read, read, read_text
from tests.ingest.test_samples import SUPPLIED

A, B = "9780306406157", "9781861972712"
RETURNS = replace(
    RIVER, columns={**RIVER.columns, "returned_units": "Returns"}, returns="own-column"
)


def _report(folder: Path, header: str, *rows: str, **options: Any) -> Read:
    lines = [f"ISBN,Sale date,Units,Net amount,Currency{header}"]
    lines += [f"{A},2025-03-0{place},2,10.00,USD{row}" for place, row in enumerate(rows, 1)]
    return read_text(folder, "\n".join(lines) + "\n", **options)


def _said(found: Read) -> str:
    return "; ".join(
        each.message for each in found.reading.notices if each.code == "column-not-read"
    )


@pytest.mark.parametrize(
    ("heading", "cells", "told"),
    [
        ("Returns", ("2", "2", "2"), "Returns: 2, 2, 2 is not read"),
        ("Returned Qty", ("0", "", "1"), "Returned Qty: 1 is not read"),
        ("Retouren", ("1", "1", "1", "1"), "Retouren: 1, 1, 1 is not read"),
        ("Royalty amount", ("1.50",), "Royalty amount: 1.50 is not read"),
        ("Status", ("Verified", "Pending"), "Status: Verified, Pending is not read"),
        ("Verified", ("Yes",), "Verified: Yes is not read"),
        ("Payout currency", ("EUR", "EUR"), "Payout currency: EUR is not read"),
        ("NetUnitsSold", ("1",), "NetUnitsSold: 1 is not read"),
        ("Adjustment", ("-2.00", "0"), "Adjustment: -2.00 is not read"),
        ("Withholding", ("1.20",), "Withholding: 1.20 is not read"),
        ("Gratuits", ("1",), "Gratuits: 1 is not read"),
        ("Abrechnung", ("0", "-2.00"), "Abrechnung: -2.00 is not read"),
        ("", ("3.00", "(2.00)"), "column F, which has no heading: 3.00, (2.00) is not read"),
        ("", ("1", "2", "3"), ""),
        ("RRP", ("12.99",), ""),
        ("Page", ("-1",), ""),
        ("Units (lifetime)", ("60",), "Units (lifetime): 60 is not read"),
        ("Net amount to date", ("60.00",), "Net amount to date: 60.00 is not read"),
        ("Returns", ("0", "0.00", "-", ""), ""),
        ("Author", ("Meyer",), ""),
        ("Return date", ("2025-04-01",), ""),
        ("Royalty rate", ("0.7",), ""),
        ("Unit price", ("5.00",), ""),
        ("Sales channel", ("Web",), ""),
        ("Net %", ("60",), ""),
    ],
)
def test_unread_columns_are_reported(
    tmp_path: Path, heading: str, cells: tuple[str, ...], told: str
) -> None:
    found = _report(tmp_path, f",{heading}", *(f",{cell}" for cell in cells))
    assert _said(found) == told
    assert not found.reading.problems
    if not heading:
        return
    known = replace(RIVER, unread=(heading,))
    found = _report(tmp_path, f",{heading}", *(f",{cell}" for cell in cells), mappings=[known])
    assert not _said(found)


def test_a_column_of_the_standard_file_under_another_name(tmp_path: Path) -> None:
    text = f"date,isbn,units,net,currency,Returns,retailer\n2025-03-01,{A},2,5.00,USD,1,amazon\n"
    assert _said(read_text(tmp_path, text, mappings=[])) == "Returns: 1 is not read"


def test_heading_with_the_reports_own_currency_gives_no_note(tmp_path: Path) -> None:
    columns = {key: name for key, name in RIVER.columns.items() if key != "currency"}
    mapping = replace(RIVER, columns=columns, currency="USD")
    assert not _said(_report(tmp_path, "", "", "", mappings=[mapping]))
    other = replace(mapping, currency="EUR")
    assert _said(_report(tmp_path, "", "", mappings=[other])) == "Currency: USD is not read"


@given(
    st.integers(1, 9), st.integers(1, 99),
    st.sampled_from(("-{}.{:02d}", "({}.{:02d})", "-${}.{:02d}", "\u2212{}.{:02d}", "-{},{:02d}")),
    st.sampled_from(("Abschlag", "Misc", "Korrektur", "X", "")),
)  # fmt: skip
def test_negative_amounts_are_reported_regardless_of_the_rows_above(
    tmp_path_factory: pytest.TempPathFactory, units: int, cents: int, shape: str, heading: str
) -> None:
    amount = shape.format(units, cents)
    found = _report(tmp_path_factory.mktemp("report"), f",{heading}", f',"{amount}"')
    assert _said(found).endswith(f": {amount} is not read")


@given(
    st.lists(st.sampled_from(("", "0", "0.00", "1", "12", "3.50", "Yes", "EUR")), max_size=9),
    st.sampled_from(("Returns", "Units", "Total", "Author", "Currency 2", "Notes", "Fee per unit")),
)
def test_every_disputed_column_with_a_value_is_reported(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], heading: str
) -> None:
    folder = tmp_path_factory.mktemp("report")
    name = heading if heading != "Units" else "Units 2"
    found = _report(folder, f",{name}", *(f",{cell}" for cell in cells or [""]))
    holds = any(cell.strip("0.") for cell in cells)
    assert bool(_said(found)) is (holds and speaks_of_sales(name))


def test_repeated_heading_is_asked_about(tmp_path: Path) -> None:
    header, rows = ",Units,Net amount", (",1,4.00", ",1,4.00")
    asked = _report(tmp_path, header, *rows)
    assert asked.asked == {"column_units", "column_net"}
    [units] = [each for each in asked.reading.choices if each.key == "column_units"]
    assert units.options == ("C", "F")
    assert "column C, 'Units' (2, 2); column F, 'Units' (1, 1)" in units.message
    for first, second, wanted in (("C", "D", (2, 10)), ("F", "g", (1, 4)), ("C", "G", (2, 4))):
        chosen = _report(tmp_path, header, *rows, column_units=first, column_net=second)
        assert not chosen.asked
        assert {(line.units, line.net // 10**6) for line in chosen.sales} == {wanted}
        assert not chosen.codes - {"zero-net"}
    wrong = _report(tmp_path, header, *rows, column_units="A", column_net="D")
    assert [each.message.split(":")[0] for each in wrong.reading.choices] == ["'A' does not fit"]


def test_stacked_headings_give_the_time_span(tmp_path: Path) -> None:
    text = (
        ",,Month to date,,Year to date,,\nISBN,Sale date,Units,Net amount,Units,Net amount,Currency\n"
        f"{A},2025-03-01,1,5.00,9,45.00,USD\n"
    )
    asked = read_text(tmp_path, text)
    assert "'Month to date, Units' (1)" in asked.reading.choices[0].message
    assert "'Year to date, Net amount' (45.00)" in asked.reading.choices[1].message


@pytest.mark.parametrize("names", [("Units MTD", "Units YTD"), ("Units (YTD)", "YTD Units")])
def test_columns_of_the_month_and_of_the_year_are_asked_about(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    text = f"ISBN,Sale date,{','.join(names)},Net amount,Currency\n{A},2025-03-01,1,9,5.00,USD\n"
    asked = read_text(tmp_path, text)
    assert [(each.key, each.options) for each in asked.reading.choices] == [
        ("column_units", ("C", "D"))
    ]
    [line] = read_text(tmp_path, text, column_units="C").sales
    assert line.units == 1


def test_look_alike_letters_in_a_heading_are_asked_about(tmp_path: Path) -> None:
    text = (
        f"ISBN,Sale date,\N{CYRILLIC CAPITAL LETTER EN}et amount,Un\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ts,"
        f"Currency\n{A},2025-03-01,5.00,2,USD\n"
    )
    asked = read_text(tmp_path, text)
    assert {each.key: each.options for each in asked.reading.choices} == {
        "column_units": ("D",),
    } | {"column_net": ("C",)}
    [line] = read_text(tmp_path, text, column_units="D", column_net="C").sales
    assert (line.units, line.net) == (2, 5_000_000)


@given(
    st.permutations(["ISBN", "Sale date", "Units", "Net amount", "Currency"]),
    st.sampled_from(["ISBN", "Sale date", "Units", "Net amount", "Currency"]),
    st.integers(0, 5),
)
def test_chosen_column_of_a_repeated_heading_is_read(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], twice: str, at: int
) -> None:
    folder = tmp_path_factory.mktemp("report")
    values = {
        "ISBN": A,
        "Sale date": "2025-03-01",
        "Units": "2",
        "Net amount": "9.00",
        "Currency": "USD",
    }
    others = {
        "ISBN": B,
        "Sale date": "2025-03-02",
        "Units": "3",
        "Net amount": "8.00",
        "Currency": "EUR",
    }
    names = [*order[:at], twice, *order[at:]]
    cells = [values[name] for name in names]
    cells[at] = others[twice]
    text = f"{','.join(names)}\n{','.join(cells)}\n"
    [choice] = read_text(folder, text).reading.choices
    for letter in choice.options:
        answers: dict[str, Any] = {choice.key: letter}
        [line] = read_text(folder, text, **answers).sales
        wanted = {**values, twice: cells["ABCDEF".index(letter)]}
        assert (line.day, line.units, line.currency, line.net) == (
            wanted["Sale date"], int(wanted["Units"]), wanted["Currency"],
            int(wanted["Net amount"][0]) * 10**6,
        )  # fmt: skip
        assert line.edition == TRADE.editions[wanted["ISBN"]].id


def _workbook(path: Path, *others: tuple[str, list[list[Any]]]) -> Read:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sales"
    sheet.append(["ISBN", "Sale date", "Units", "Net amount", "Currency"])
    sheet.append([A, "2025-03-01", 2, 10.5, "USD"])
    sheet.append([A, "2025-03-02", 1, 4.25, "EUR"])
    for name, rows in others:
        other = book.create_sheet(name)
        for row in rows:
            other.append(row)
    book.save(path / "report.xlsx")
    return read(path / "report.xlsx", TRADE, [RIVER])


HEAD = ["Title", "Net amount", "Currency"]


@pytest.mark.parametrize(
    ("name", "rows", "code", "words"),
    [
        ("Pages", [["Title", "Earnings"], ["A", 1.25], ["B", 2]], "sheet-not-read", "Earnings (no currency) 3.25"),
        ("Pages", [HEAD, ["A", 1, "EUR"], ["B", 2, "USD"], ["C", 4, "EUR"]], "sheet-not-read", "Net amount EUR 5.00, USD 2.00"),
        ("Pages", [HEAD, ["A", 1, "EUR"], ["Total", 1, "EUR"]], "sheet-not-read", "Net amount EUR 1.00"),
        ("All", [HEAD, ["A", 10.5, "USD"], ["B", 4.25, "EUR"]], "", "its Net amount agrees"),
        ("Total Earnings", [HEAD, ["Total", 10.5, "USD"], ["Total", 4.25, "EUR"]], "", "its Net amount agrees"),
        ("Total Earnings", [HEAD, ["A", 10.5, "USD"], ["B", 4, "EUR"]], "totals-sheet", "differs from what was read: Net amount EUR 4.00, USD 10.50; read was EUR 4.25, USD 10.50"),
        ("Summary", [["Net (EUR)", "Net (USD)"], [4.25, 10.5]], "", "its Net agrees"),
        ("Pages", [HEAD, ["A", "12,50", "EUR"], ["B", "1.007,50", "EUR"]], "sheet-not-read", "Net amount EUR 1020.00"),
        ("Suscripciones", [["Título", "Regalías (EUR)"], ["A", "12,50"]], "sheet-not-read", "EUR 12.50"),
        ("Summary", [["Net (EUR)", "Net (USD)"], ["4,25", "10,50"]], "", "its Net agrees"),
        ("Titles", [["Title", "Author"], ["A", "B"]], "", ""),
        ("Prices", [["Title", "List price"], ["A", 12.5]], "", ""),
        ("Notes", [["Everything in this workbook is net"]], "", ""),
    ],
)  # fmt: skip
def test_sheets_that_are_not_read(
    tmp_path: Path, name: str, rows: list[list[Any]], code: str, words: str
) -> None:
    found = _workbook(tmp_path, (name, rows))
    told = [each.message for each in found.reading.notices] or found.reading.notes
    assert found.codes == ({code} if code else set())
    assert words in "; ".join(told)
    assert found.reading.totals.net == {"USD": 10_500_000, "EUR": 4_250_000}


@pytest.mark.parametrize(("mark", "amount"), [(",", "1234.00"), (".", "1.234")])
def test_ambiguous_amount_of_an_unread_sheet_has_the_decimal_mark_of_what_was_read(
    tmp_path: Path, mark: str, amount: str
) -> None:
    workbook = openpyxl.Workbook()
    sold = workbook.create_sheet("Sold", 0)
    sold.append(["ISBN", "Sale date", "Units", "Net amount", "Currency"])
    sold.append(["9780306406157", "2025-03-01", 2, f"12{mark}50", "EUR"])
    left = workbook.worksheets[1]
    left.append(HEAD)
    left.append(["A", "1.234", "EUR"])
    path = tmp_path / "report.xlsx"
    workbook.save(path)
    [message] = [each.message for each in read(path, TRADE, [RIVER]).reading.notices]
    assert message.endswith(f"EUR {amount}")


def test_money_is_no_count_of_copies() -> None:
    assert speaks_of_money("Royalty (USD)")
    assert speaks_of_money("Net amount")
    assert not speaks_of_money("Paid Units Sold")
    assert not speaks_of_money("Avg. Royalty per unit")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.[cx][sl]*")), ids=lambda path: path.name)
def test_samples_have_no_unexpected_unread_columns_or_sheets(path: Path) -> None:
    found = read(path, **SUPPLIED.get(path.name, {}))
    assert not {"column-not-read", "sheet-not-read", "totals-sheet"} & found.codes
    assert not {each for each in found.asked if each.startswith("column_")}

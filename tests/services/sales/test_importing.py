"""Imports: what they tell, what they ask, and that they leave nothing behind when refused."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import Rule
from openpyxl.worksheet.worksheet import Worksheet
from stdnum import isbn

from royalties.services.periods.draft import draft_statement, run_view
from royalties.services.work import RefusedError
from tests.builders.books import (
    HARDCOVER,
    SALES_COLUMNS,
    UNKNOWN,
    Document,
    Office,
    Row,
    a_row,
    after,
    opened,
)


def refused(office: Office, do: Callable[[], object], *told: str) -> None:
    """It is refused with these words, and nothing of it is kept."""
    before = office.hashes()
    with pytest.raises(RefusedError) as found:
        do()
    for words in told:
        assert words in str(found.value)
    assert office.hashes() == before


# Corrections


def corrected(office: Office) -> None:
    """The first half is closed with a report of which a row waits; the report is corrected."""
    opened(office)
    office.bring_batch([a_row(8), a_row(-2), a_row(3, isbn=UNKNOWN)], "spring.csv")
    office.close("2025-H1")
    office.correct(1)


def again(office: Office) -> Document:
    """What comes of the corrected file, brought once more."""
    return office.bring_file(office.outside / "spring.csv").document


def test_reversed_sales_of_the_open_period_are_no_correction(office: Office) -> None:
    """A report of both halves is corrected: only its sales of the closed one are a correction."""
    office.bring_batch([a_row(8), a_row(5, date="2025-08-03")])
    office.close("2025-H1")
    office.correct(1)
    office.bring_batch([a_row(40, date="2025-08-03")])
    with office.work(read_only=True) as work:
        run = run_view(work, "2025-H2").run
        found = next(each for each in run.settlements if each.currency == "USD")
        drafted = draft_statement(work, "2025-H2", found.beneficiary, "USD")
    corrections = {each for contract in drafted.contracts for each in contract.corrections}
    assert [(each.period, each.units) for each in corrections] == [("2025-H1", -8)]


@after(corrected)
def test_a_corrected_file_may_be_imported_again(office: Office) -> None:
    document = again(office)
    assert document["outcome"] == "recorded"
    assert "period-covered" not in {each["code"] for each in document["warnings"]}
    assert office.rows(
        "SELECT sum(units), sum(net) FROM sale JOIN period ON id = period_id WHERE name = '2025-H2'"
    ) == [(0, 0)]
    assert office.rows("SELECT sum(units) FROM sale") == [(6,)]
    assert again(office)["same_as"] == document["batch"]
    released = office.alias(UNKNOWN, HARDCOVER)
    assert released.rows == {UNKNOWN: 1}, "the corrected import's own row waits no more"
    assert office.faults() == {}


@after(corrected)
def test_correction_cannot_be_undone_while_its_file_is_reimported(office: Office) -> None:
    number = again(office)["batch"]
    refused(office, lambda: office.undo(2), f"would count twice: undo {number} first")
    refused(office, lambda: office.undo(1), "correct import 1")
    refused(office, lambda: office.correct(1), "corrected by import 2 already")
    office.undo(number)
    office.undo(2)
    assert again(office)["same_as"] == 1
    assert office.faults() == {}


@after(corrected)
def test_file_can_be_corrected_repeatedly(office: Office) -> None:
    second = again(office)["batch"]
    office.close("2025-H2")
    fourth = office.correct(second).batch
    third = again(office)["batch"]
    refused(office, lambda: office.undo(fourth), f"undo {third} first")
    refused(office, lambda: office.undo(2), "to count import 1 again, import its report")
    assert office.faults() == {}


@after(corrected)
def test_correction_cannot_be_corrected(office: Office) -> None:
    refused(office, lambda: office.correct(2), "no closed run used import 2")
    office.close("2025-H2")
    refused(office, lambda: office.correct(2), "import 2 is a correction", "(spring.csv) once more")
    again(office)
    assert office.rows("SELECT sum(units) FROM sale") == [(6,)]
    assert office.faults() == {}


@after(corrected)
def test_import_names_its_correction(office: Office) -> None:
    rows = "SELECT id, status, corrects, corrected_by FROM batch ORDER BY id"
    assert office.rows(rows) == [(1, "recorded", None, 2), (2, "recorded", 1, None)]
    office.undo(2)
    assert office.rows(rows) == [(1, "recorded", None, None), (2, "undone", 1, None)]
    office.execute("UPDATE batch SET corrected_by = 2 WHERE id = 1")
    (failures,) = office.faults().values()
    assert failures == ("import 1 counts as corrected by 2, but none corrects it",)


# Refused reports come back


def as_workbook(path: Path, rows: list[Row]) -> Path:
    """The standard sales file as a spreadsheet would save it, below a line of a letterhead."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Sales of spring"
    columns = list(SALES_COLUMNS)
    sheet.append(["Printed by the shop"])
    sheet.append(columns)
    for row in rows:
        sheet.append([cell_of(name, row.get(name, "")) for name in columns])
    book.save(path)
    return path


def cell_of(name: str, text: str) -> object:
    if name == "date":
        return date.fromisoformat(text)
    if name in ("units", "list_price", "discount"):
        return float(text) if text.replace(".", "").replace("-", "").isdigit() else text
    return text or None


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_returned_report_can_be_mended_and_reimported(office: Office, suffix: str) -> None:
    good = [a_row(3), a_row(4), a_row(-1, reference="-1+1")]
    bad = [good[0], {**good[1], "units": "four"}, {**good[2], "isbn": "9781442200013"}]
    path = office.outside / f"bad{suffix}"
    result = office.bring_file(
        as_workbook(path, bad) if suffix == ".xlsx" else office.report(bad, path.name)
    )
    first = 2 if suffix == ".csv" else 3
    assert result.outcome == "refused"
    assert [each["row"] for each in result.document["problems"]] == [first + 1, first + 2]
    assert result.returned is not None
    assert result.document["returned"] == str(result.returned)
    book = load_workbook(result.returned)
    sheet = book.worksheets[0]
    heading = [cell.value for cell in sheet[first - 1]]
    assert heading[-1] == "Problem"
    assert sheet.auto_filter.ref is not None
    assert sheet.auto_filter.ref.startswith(f"A{first - 1}:")
    reasons = [sheet.cell(row, len(heading)).value for row in range(first, first + 3)]
    assert reasons[0] is None
    assert "'four' is not a whole number" in str(reasons[1])
    assert "check digit" in str(reasons[2])
    sheet.cell(first + 1, heading.index("units") + 1).value = 4
    sheet.cell(first + 2, heading.index("isbn") + 1).value = HARDCOVER
    # What a spreadsheet program adds on the way: elements whose names begin as a formula's does.
    marked = Rule(type="expression", formula=[f"$A{first}<0"], stopIfTrue=True)
    sheet.conditional_formatting.add(f"A{first}:Z{first + 3}", marked)
    sheet.HeaderFooter.differentFirst = True
    for item in (sheet.firstHeader, sheet.firstFooter):
        assert item is not None
        item.center.text = "Sales & returns"
    mended = office.outside / "mended.xlsx"
    book.save(mended)
    with zipfile.ZipFile(mended) as archive:
        written = archive.read("xl/worksheets/sheet1.xml")
    assert all(each in written for each in (b"<formula>", b"<firstHeader>", b"<firstFooter>"))
    assert office.bring_file(mended, confirm=False).document["outcome"] == "recorded"
    stands = office.rows("SELECT units, net, reference FROM sale ORDER BY sale.row")
    assert stands == [(3, 120_000_000, ""), (4, 160_000_000, ""), (-1, -40_000_000, "-1+1")]
    assert office.faults() == {}


def test_report_with_other_isbn_spellings_is_a_duplicate(office: Office) -> None:
    opened(office)
    office.bring_batch([a_row(3), a_row(4, isbn=UNKNOWN)])
    rows = [a_row(3, isbn=isbn.format(HARDCOVER)), a_row(4, isbn=isbn.to_isbn10(UNKNOWN))]
    again = office.bring(rows, confirm=False).document
    [covered] = [each["message"] for each in again["warnings"]]
    assert "looks like the same report saved again" in covered


def test_a_later_report_of_the_same_kind_is_named_beside_the_first(office: Office) -> None:
    opened(office)
    office.bring_batch([a_row(3)])
    office.bring_batch([a_row(7)], "may again.csv")
    document = office.bring([a_row(9)], confirm=False).document
    [covered] = [each["message"] for each in document["warnings"]]
    assert "by import 1 (" in covered
    assert ", and by import 2 (may again.csv). If this replaces it" in covered

"""A returned workbook sent back unchanged has exactly the problems that the report had."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports import returned
from royalties.ingest.recognise import as_received
from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import RIVER, SAMPLES, TRADE, Read, read

TEXTS = ("elliott-bay.csv", "aba-weekly.csv")
WORKBOOKS = ("phone-orders.xlsx", "ingramspark-compensation.xlsx")
CHOICES: dict[str, Any] = {
    "aba-weekly.csv": {"week": "2025-05-10", "discount": "0.46", "currency": "USD"},
    "ingramspark-compensation.xlsx": {"period": "2025-11"},
    "phone-orders.xlsx": {"list_price": "edition"},
}
JUNK: tuple[Any, ...] = (
    "six", "", " ", "12,5", "n/a", "31/02/2025", "2025-13-01", "13/13/2025", "€ 5", "-", "--5", "3.5",
    "9781442246921", "978144224692", "1e5", "TRUE", "007", "+4", "@home", "=x", "'12", "0.1234567",
    "9781442246928 ", "x" * 501, "12 copies", "١٢", "USD 5", "5%", "99999999999", "-3",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    3.5, -2, 0.1 + 0.2, 12345678901234567890, 1e300, True, date(2025, 2, 3),
    datetime(2025, 2, 3, 4, 5, 6), 45000, None, 0, 1.0,
)  # fmt: skip


def with_faults(name: str, path: Path, chance: random.Random) -> Path:
    """A sample in which some cells hold something else, in a container of its kind."""
    sheets = [
        (title, [list(row) for row in rows]) for title, rows in as_received(SAMPLES / name, {})
    ]
    header = max(read(SAMPLES / name, **CHOICES.get(name, {})).reading.header_rows.values())
    junk = JUNK if name in TEXTS else JUNK + VALUES
    for _ in range(chance.randint(1, 6)):
        _, rows = chance.choice(sheets)
        below = [row for row in rows[header:] if row]
        if below:
            row = chance.choice(below)
            row[chance.randrange(len(row))] = chance.choice(junk)
    path.write_bytes(as_text(sheets[0][1]) if name in TEXTS else as_workbook(sheets))
    return path


def as_text(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return text.getvalue().encode()


def as_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, 1):
            sheet.append(row)
            for cell in sheet[number]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def found(of: Read, sheets: dict[str, str]) -> Any:
    """What matters: problems, and what would be recorded, skipped or waits."""
    reading = of.reading
    problems = sorted(
        (sheets.get(each.sheet, each.sheet), each.row, each.column, each.cause, each.message)
        for each in reading.problems
    )
    totals = reading.totals
    return (
        reading.report, problems, totals.rows, totals.recordable, totals.net, totals.waiting,
        reading.skipped.by_reason, [choice.key for choice in reading.choices],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [*TEXTS, *WORKBOOKS])
def test_returned_report_has_the_same_problems(tmp_path: Path, name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    choices = CHOICES.get(name, {})
    path = with_faults(name, tmp_path / ("sent.csv" if name in TEXTS else "sent.xlsx"), chance)
    try:
        before = read(path, **choices)
    except UnreadableError:
        return  # nothing is returned of a file that is refused whole
    reading = before.reading
    reasons = {
        (each.sheet, each.row): f"{each.message}: {each.remedy}" for each in reading.problems
    }
    if not reasons:
        return
    back = tmp_path / "back.xlsx"
    back.write_bytes(returned.workbook(as_received(path, choices), reasons, reading.header_rows))
    again = read(back, **choices)
    names = dict.fromkeys(openpyxl.load_workbook(back).sheetnames[:1], "") if name in TEXTS else {}
    assert found(again, names) == found(before, {})


WITHOUT_VALUE = ("a span of hours",)
"""A cell without a value comes back as text: refused in the same place, in other words."""

EXCELS_OWN: dict[str, tuple[int, Any, str, str]] = {
    "an error": (4, "#DIV/0!", "e", ""),
    "a missing value": (4, "#N/A", "e", ""),
    "an error in the units": (3, "#REF!", "e", ""),
    "an error instead of the date": (2, "#NAME?", "e", ""),
    "an error instead of the currency": (5, "#VALUE!", "e", ""),
    "a time of day": (2, time(5, 3), "d", ""),
    "a time in hours": (2, 0.2104, "n", "h:mm"),
    "a span of hours": (4, timedelta(hours=30), "d", ""),
    "a serial number": (2, 45_717, "n", ""),
    "a serial number with a time": (2, 45_717.25, "n", ""),
    "a date as the units": (3, date(1900, 1, 2), "d", ""),
    "a date as the money": (4, date(2025, 12, 5), "d", ""),
    "a formula without a value": (4, "=1+1", "f", ""),
    "a logical value": (3, True, "b", ""),
}
"""Column, value, type of cell and format, as spreadsheet programs write what is no plain text."""


@pytest.mark.parametrize("what", EXCELS_OWN)
def test_excel_cell_types_come_back_unchanged(tmp_path: Path, what: str) -> None:
    column, value, kind, form = EXCELS_OWN[what]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ISBN", "Sale date", "Units", "Net amount", "Currency"])
    for number in ("9780306406157", "9781861972712", "978"):
        sheet.append([number, date(2025, 3, 1), 2, 12.5, "USD"])
    cell = sheet.cell(3, column)
    cell.value = value
    if kind in "ef":
        cell.data_type = kind
    if form:
        cell.number_format = form
    sent, back = tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    book.save(sent)
    before = read(sent, TRADE, [RIVER])
    reading = before.reading
    reasons = {
        (each.sheet, each.row): f"{each.message}: {each.remedy}" for each in reading.problems
    }
    assert ("Sheet", 4) in reasons
    back.write_bytes(returned.workbook(as_received(sent, {}), reasons, reading.header_rows))
    again = read(back, TRADE, [RIVER])
    if what in WITHOUT_VALUE:
        assert _places(again) == _places(before)
        assert again.reading.totals == before.reading.totals
    else:
        assert found(again, {}) == found(before, {})
    mended = openpyxl.load_workbook(back)
    place = next(each for each in mended["Sheet"][1] if each.value == "ISBN")
    mended["Sheet"].cell(4, place.column).value = "9780804429573"
    mended.save(back)
    left = read(back, TRADE, [RIVER])
    assert len(left.reading.problems) == len(reading.problems) - 1


def _places(of: Read) -> list[tuple[str, int | None, str | None]]:
    return [(each.sheet, each.row, each.column) for each in of.reading.problems]

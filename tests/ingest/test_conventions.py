"""Reports that a spreadsheet of another country saved: the other decimal mark, the other order of dates.

A built-in format knows how its retailer writes. Where a file says otherwise in every cell that can be
read one way only, it is asked about; where it says both, the cells that differ are named.
"""

import csv
import re
from pathlib import Path

import pytest

from royalties.ingest.report.conventions import date_order, decimal_mark
from tests.ingest.shelf import SAMPLES, Read, read

_AMOUNT = re.compile(r"\$?-?[\d,]*\.\d+%?")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def _saved_again(
    folder: Path, name: str, *, comma: bool = False, day_first: bool = False, but: int = 0
) -> Path:
    """A sample as another country's spreadsheet writes it; ``but`` is a row that stays."""
    with (SAMPLES / name).open(newline="", encoding="utf-8-sig") as file:
        rows = [*csv.reader(file)]

    def cell(text: str) -> str:
        if comma and _AMOUNT.fullmatch(text):
            return text.replace(",", "").replace(".", ",")
        if day_first and (found := _MONTH_FIRST.fullmatch(text)):
            return f"{int(found[2]):02}.{int(found[1]):02}.{found[3]}"
        return text

    again = [row if number in (1, but) else [*map(cell, row)] for number, row in enumerate(rows, 1)]
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";" if comma else ",").writerows(again)
    return path


def _figures(found: Read) -> list[tuple[object, ...]]:
    return sorted((line[2], *line[4:11]) for line in found.sales)


@pytest.mark.parametrize("name", ["elliott-bay.csv", "bisg-editx-flat.csv"])
def test_decimal_commas_in_a_report_of_points_are_asked_about_and_then_read(
    tmp_path: Path, name: str
) -> None:
    path = _saved_again(tmp_path, name, comma=True)
    asked = read(path)
    assert asked.asked == {"decimal"}
    assert not asked.sales or not asked.messages
    message = asked.reading.choices[0].message
    assert "written with a decimal point, but row 2 has" in message
    found = read(path, decimal=",")
    assert not found.messages
    assert not found.asked
    assert _figures(found) == _figures(read(SAMPLES / name))
    assert not any("no effect" in note for note in found.reading.notes)


def test_days_before_months_in_a_report_of_months_first_are_asked_about_and_then_read(
    tmp_path: Path,
) -> None:
    path = _saved_again(tmp_path, "elliott-bay.csv", day_first=True)
    asked = read(path)
    assert asked.asked == {"date_order"}
    assert "written with month before day, but row 3 has '18.01.2025'" in (
        asked.reading.choices[0].message
    )
    found = read(path, date_order="dmy")
    assert not found.messages
    assert _figures(found) == _figures(read(SAMPLES / "elliott-bay.csv"))


@pytest.mark.parametrize(("what", "row"), [("comma", 2), ("day_first", 3)])
def test_one_cell_as_usual_keeps_the_habit_and_the_others_are_named(
    tmp_path: Path, what: str, row: int
) -> None:
    path = _saved_again(tmp_path, "elliott-bay.csv", **{what: True}, but=row)
    found = read(path)
    assert not found.asked
    assert len(found.messages) > 10
    assert not any(message.startswith(f"row {row} ") for message in found.messages)


def test_assumed_convention_is_dropped_only_after_reading_the_whole_file() -> None:
    mark = decimal_mark("", habit=".")
    mark.search_with(lambda: mark.prove(".", "9.50", 12_000))
    assert mark.answer == "."
    assert mark.beside(",", "9,50") == "."
    assert not mark.asked


def test_contradicted_convention_is_asked_about_not_assumed() -> None:
    order = date_order("", habit="mdy")
    order.search_with(lambda: order.prove("dmy", "31/01/2025", 12_000))
    assert order.needed() == "mdy"
    assert not order.beside("dmy", "30/01/2025")
    assert order.asked
    assert "row 12000 has '31/01/2025'" in order.choice().message


def test_explicit_answer_takes_precedence_over_the_usual_convention() -> None:
    order = date_order("dmy", habit="mdy")
    assert order.beside("mdy", "01/31/2025") == "dmy"
    assert not order.asked

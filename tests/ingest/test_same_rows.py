"""The same sale written in two ways is the same row twice."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from stdnum import isbn

from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

A, STRANGER = "9780306406157", "9783161484100"
HEADER = "ISBN,Title,Sale date,Units,Net amount,Currency\n"


def _read(folder: Path, *rows: str) -> Read:
    return read_text(folder, HEADER + "".join(f"{row}\n" for row in rows))


def _same(found: Read) -> str:
    assert not found.reading.problems, found.messages
    return "; ".join(
        each.message for each in found.reading.notices if each.code == "identical-rows"
    )


SPELLINGS = (
    lambda number: number,
    isbn.to_isbn10,
    isbn.format,
    lambda number: isbn.format(isbn.to_isbn10(number)),
    lambda number: f" {number} ",
    lambda number: f"ISBN: {number}",
    lambda number: f"{number}.0",
    lambda number: f'"=""{number}"""',
    lambda number: number[:3] + "\N{NO-BREAK SPACE}" + number[3:],
    lambda number: number[:3] + "\N{ZERO WIDTH SPACE}" + number[3:],
)
DAYS = (
    "2025-03-01",
    "2025-03-01 00:00",
    "2025-03-01T00:00:00",
    "March 1, 2025",
    "1 Mar 2025",
    "2025/03/01",
    "2025.03.01",
    "20250301",
)
"""One day; only a time of day tells two sales of it apart."""
COPIES = ("2", "2.0", "2,0", "+2", "02")
MONEY = ("10.50", "10.5", "10.500", "USD 10.50", "+10.50", "010.5")
CODES = ("USD", "usd", "US$")
"""Ways to write the other cells of a row that mean the same."""
BLANKS = ("{}", " {}", "{} ", "\N{NO-BREAK SPACE}{}", "{}\N{ZERO WIDTH NO-BREAK SPACE}")


@given(
    st.sampled_from((A, STRANGER)),
    st.lists(
        st.tuples(st.sampled_from(SPELLINGS), st.lists(st.sampled_from(BLANKS), min_size=5, max_size=5)),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(("Salt", "Salt  and Light", "Ännu")),
    st.integers(0, 3),
    st.data(),
)  # fmt: skip
def test_rows_that_differ_in_spelling_only_are_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    number: str,
    written: list[tuple[object, list[str]]],
    title: str,
    between: int,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("report")
    rows = []
    for spell, blanks in written:
        cells = (
            title,
            *(data.draw(st.sampled_from(ways)) for ways in (DAYS, COPIES, MONEY, CODES)),
        )
        texts = (blank.format(cell) for blank, cell in zip(blanks, cells, strict=True))
        rows.append(f"{spell(number)}," + ",".join(f'"{text}"' for text in texts))  # type: ignore[operator]
    others = [f"{A},x,2025-04-0{place + 1},1,5.00,USD" for place in range(between)]
    found = _read(folder, rows[0], *others, *rows[1:])
    # An amount with a currency's mark is read before plain ones: any of the others may be named.
    copies = range(len(others) + 3, len(others) + len(rows) + 2)
    more = f" ({len(rows) - 2} more such rows)" if len(rows) > 2 else ""
    assert _same(found) in {f"rows 2 and {copy} are identical: keep both?{more}" for copy in copies}


def test_rows_of_two_books_or_with_other_words_are_not_the_same(tmp_path: Path) -> None:
    one = f"{A},Salt,2025-03-01,2,10.00,USD"
    for other in (
        one.replace(A, STRANGER),
        one.replace("Salt", "Salt Two"),
        one.replace("10.00", "10.50"),
        one.replace(",2,", ",3,"),
        one.replace("10.00", "1.000"),
        one.replace("2025-03-01", "2025-03-02"),
        one.replace("2025-03-01", "2025-03-01 10:30"),
    ):
        assert not _same(_read(tmp_path, one, other))


def test_rows_read_one_by_one_and_by_the_column_are_compared(tmp_path: Path) -> None:
    """A waiting row is read alone, its twin under another spelling as well; known ones are not."""
    mapping = replace(RIVER, columns={**RIVER.columns, "returned_units": "Back"})
    text = (
        "ISBN,Sale date,Units,Back,Net amount,Currency\n"
        f"{A},2025-03-01,2,0,10.00,USD\n{isbn.to_isbn10(A)},2025-03-01, 2,0,10.00,USD\n"
    )
    found = read_text(tmp_path, text, mappings=[replace(mapping, returns="own-column")])
    assert _same(found) == "rows 2 and 3 are identical: keep both?"


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True), min_size=2, max_size=4
    ),
    st.sets(st.integers(0, 3)),
)
def test_rows_that_stand_on_two_sheets_are_told(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[list[int]], texts: set[int]
) -> None:
    """A sheet that was copied counts its sales once more, also if its numbers became texts."""
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    book = Workbook()
    del book["Sheet"]
    for place, days in enumerate(sheets):
        sheet = book.create_sheet(f"Store {place}")
        sheet.append([*HEADER.strip().split(","), "Weight"])
        for day in days:
            kept = [A, "Salt", dt.date(2025, 3, day), 2, 10.5 + day, "USD", 3.5]
            as_text = [A, "Salt", f"2025-03-0{day}", "2", f"{10.5 + day:.2f}", "USD", "3.50"]
            sheet.append(as_text if place in texts else kept)
    book.save(path)
    found = read(path, TRADE, [RIVER], sheet="all")
    again = [
        (next(one for one in range(two) if day in sheets[one]), two, day)
        for two, days in enumerate(sheets)
        for day in days
        if any(day in earlier for earlier in sheets[:two])
    ]
    told = [each.message for each in found.reading.notices if each.code == "rows-on-two-sheets"]
    assert len(found.sales) == sum(map(len, sheets))
    assert bool(told) == bool(again)
    if told:
        one, two, day = again[0]
        more = f" ({len(again) - 1} more such rows)" if len(again) > 1 else ""
        rows = (sheets[one].index(day) + 2, sheets[two].index(day) + 2)
        first = f"sheet 'Store {one}', row {rows[0]} and sheet 'Store {two}', row {rows[1]}"
        assert told == [f"{first} are identical, and both count: is one a copy of the other?{more}"]

"""Samples as other people would have saved them: the same figures, or a question, and never others.

Each habit is one that real files have: headings with footnotes, ISBNs with hyphens, the other decimal
mark, a column more. It is tried on every sample report; the sample itself says what is right.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openpyxl import Workbook
from python_calamine import CalamineWorkbook
from stdnum import isbn as isbn_numbers

from royalties.ingest.report.reading import ReferenceData, UnreadableError
from tests.ingest.shelf import CATALOGUE, HOUSE_OF_SELLERS, SAMPLES, SELLERS, Read, read

Grid = list[list[Any]]
Habit = Callable[[Grid, int], Grid | None]
"""Takes a table and the place of its header; None: it has nothing that the habit changes."""


class Sample(NamedTuple):
    """A sample report; ``header`` None: each sheet's first row that is filled like its rows."""

    name: str
    header: int | None
    choices: Mapping[str, Any] = {}
    known: ReferenceData = CATALOGUE
    folder: Path = SAMPLES
    encoding: str = "utf-8"
    delimiter: str = ","
    date_order: str = "dmy"

    @property
    def path(self) -> Path:
        return self.folder / self.name

    @property
    def is_text(self) -> bool:
        return self.path.suffix in (".csv", ".txt")


def _seller(name: str, **more: Any) -> Sample:
    return Sample(name, None, known=HOUSE_OF_SELLERS, folder=SELLERS, **more)


REPORTS = (
    Sample("aba-weekly.csv", 0, {"week": "2025-05-10", "currency": "USD", "discount": "0.40"}),
    Sample("amazon-vendor-central-2025-07.csv", 1),
    Sample("bisg-editx-flat.csv", 0),
    Sample("elliott-bay.csv", 0),
    Sample("publisher-web-orders.csv", 0),
    Sample("standard-sales.csv", 0),
    Sample("barnes-noble.xlsx", 0),
    Sample("ingramspark-compensation.xlsx", 0, {"period": "2025-04"}),
    Sample("amazon-kdp-prior-month.xlsx", 1),
    Sample("amazon-kdp-dashboard.xlsx", 0),
    _seller("acx-2025-07.xlsx"),
    _seller("amazon-kdp-spanish-2025-07.xlsx"),
    _seller("amazon-kdp-total-layout-of-2018.xlsx"),
    _seller("apple-books-2025-07.txt", delimiter="\t"),
    _seller("draft2digital-ebook-2025-07.csv"),
    _seller("draft2digital-print-2025-07.csv"),
    _seller("everand-2025-07.xlsx"),
    _seller("findaway-2025-07.xlsx"),
    _seller("google-play-2025-07.csv", encoding="utf-16", delimiter="\t"),
    _seller("kobo-2025-07.xlsx"),
    _seller("kobo-plus-2025-07.xlsx"),
    _seller("overdrive-2025-07.xlsx"),
    _seller("square-items-2025-07.csv", choices={"currency": "USD"}),
    _seller("woocommerce-orders-2025-07.csv"),
)
SHAPE = re.compile(r"-?\$?-?[\d,]*\.\d{2}")
PERCENT = re.compile(r"[\d.]+%")
MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
ASKED = {"decimal": ",", "date_order": "dmy"}
"""What is asked of a file that contradicts the habit of its kind, and what was meant."""


def _headings(change: Callable[[str], str]) -> Habit:
    def habit(rows: Grid, header: int) -> Grid:
        names = [change(name) if name else name for name in rows[header]]
        return [names if place == header else row for place, row in enumerate(rows)]

    return habit


def _cells(change: Callable[[Any], Any]) -> Habit:
    def habit(rows: Grid, header: int) -> Grid | None:
        changed = [[*map(change, row)] if place > header else row for place, row in enumerate(rows)]
        return changed if changed != rows else None

    return habit


def _isbns(change: Callable[[str], str]) -> Habit:
    def cell(value: Any) -> Any:
        text = str(int(value)) if isinstance(value, float) and value > 9e12 else value
        is_isbn = isinstance(text, str) and len(text) == 13 and isbn_numbers.is_valid(text)
        return change(text) if is_isbn else value

    return _cells(cell)


def _texts(shape: re.Pattern[str], change: Callable[[str], str]) -> Habit:
    return _cells(
        lambda cell: change(cell) if isinstance(cell, str) and shape.fullmatch(cell) else cell
    )


def _dates(form: str) -> Habit:
    def cell(value: Any) -> Any:
        if isinstance(value, str) and (found := MONTH_FIRST.fullmatch(value)):
            return date(int(found[3]), int(found[1]), int(found[2])).strftime(form)
        if isinstance(value, str) and (found := YEAR_FIRST.fullmatch(value)):
            return date(*map(int, found.groups())).strftime(form)
        return value.strftime(form) if isinstance(value, date | datetime) else value

    return _cells(cell)


def _with_column(name: str, text: str, at: int | None = None) -> Habit:
    """A column more, whose cells stand beside sales only."""

    def habit(rows: Grid, header: int) -> Grid:
        place = len(rows[header]) if at is None else at

        def cell(number: int, row: Sequence[Any]) -> list[Any]:
            is_sale = sum(value not in ("", None) for value in row) > len(row) // 2
            return [name] if number == header else [text if number > header and is_sale else ""]

        return [
            row if number < header else [*row[:place], *cell(number, row), *row[place:]]
            for number, row in enumerate(rows)
        ]

    return habit


def _blank_rows(rows: Grid, header: int) -> Grid:
    spread = [*rows[: header + 1]]
    for row in rows[header + 1 :]:
        spread += [row, [""] * len(row)]
    return spread


def _header_again(rows: Grid, header: int) -> Grid:
    middle = (len(rows) + header) // 2
    return [*rows[:middle], rows[header], *rows[middle:]]


HABITS: dict[str, Habit] = {
    "headings in capitals": _headings(str.upper),
    "headings with blanks": _headings(lambda name: f"  {name.replace(' ', '  ')} "),
    "headings on two lines": _headings(lambda name: name.replace(" ", "\n")),
    "starred headings": _headings("{}*".format),
    "numbered footnotes": _headings("{} (1)".format),
    "footnotes in superscript": _headings("{}²".format),
    "ISBNs with hyphens": _isbns(isbn_numbers.format),
    "ISBNs with a label": _isbns("ISBN: {}".format),
    "ISBNs as decimals": _isbns("{}.0".format),
    "ISBNs with invisible signs": _isbns("\u200b{}\ufeff".format),
    "ISBNs with an apostrophe": _isbns("'{}".format),
    "ISBNs of ten digits": _isbns(
        lambda text: isbn_numbers.to_isbn10(text) if text[:3] == "978" else text
    ),
    "bare per cent": _texts(PERCENT, lambda text: text[:-1]),
    "per cent with a blank": _texts(PERCENT, lambda text: f"{text[:-1]} %"),
    "returns in parentheses": _texts(
        SHAPE, lambda text: f"({text.replace('-', '')})" if "-" in text else text
    ),
    "minus behind": _texts(
        SHAPE, lambda text: f"{text.replace('-', '')}-" if "-" in text else text
    ),
    "a typographic minus": _texts(SHAPE, lambda text: text.replace("-", "\u2212")),
    "amounts padded": _texts(SHAPE, "\u00a0{} ".format),
    "whole amounts without decimals": _texts(SHAPE, lambda text: text.removesuffix(".00")),
    "copies with decimals": _texts(re.compile(r"-?\d{1,3}"), "{}.00".format),
    "days before months": _dates("%d/%m/%Y"),
    "days with points": _dates("%d.%m.%Y"),
    "days in words": _dates("%d %b %Y"),
    "days as timestamps": _dates("%Y-%m-%dT00:00:00Z"),
    "days without separators": _dates("%Y%m%d"),
    "empty columns behind": lambda rows, _: [[*row, *[""] * 40] for row in rows],
    "a column more": _with_column("Internal note", "ok"),
    "a column more in the middle": _with_column("Internal note", "ok", 2),
    "blank rows between": _blank_rows,
    "the header once more": _header_again,
    "columns the other way round": lambda rows, header: [
        row if number < header else [*row, *[""] * (len(rows[header]) - len(row))][::-1]
        for number, row in enumerate(rows)
    ],
}
MEANS_ANOTHER = {
    ("aba-weekly.csv", "a column more"),
    ("aba-weekly.csv", "a column more in the middle"),
    ("amazon-kdp-spanish-2025-07.xlsx", "a column more"),
    ("amazon-kdp-spanish-2025-07.xlsx", "a column more in the middle"),
    ("amazon-kdp-spanish-2025-07.xlsx", "columns the other way round"),
    ("apple-books-2025-07.txt", "columns the other way round"),
}
"""A report of two columns is known by having no other, KDP's translated ones by the order of theirs,
and below Apple's sales stands a second table, whose columns are not theirs. All these are refused."""


def _grid(sample: Sample) -> dict[str, Grid]:
    if sample.is_text:
        encoding = "utf-8-sig" if sample.encoding == "utf-8" else sample.encoding
        with sample.path.open(newline="", encoding=encoding) as file:
            return {"": [*csv.reader(file, delimiter=sample.delimiter)]}
    book = CalamineWorkbook.from_path(sample.path)
    return {
        name: [*map(list, book.get_sheet_by_name(name).to_python(skip_empty_area=False))]
        for name in book.sheet_names
    }


def _saved(sample: Sample, path: Path, sheets: Mapping[str, Grid]) -> Path:
    if sample.is_text:
        with path.open("w", newline="", encoding=sample.encoding) as file:
            csv.writer(file, delimiter=sample.delimiter).writerows(sheets[""])
        return path
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def _header(sample: Sample, rows: Grid) -> int:
    if sample.header is not None:
        return sample.header
    filled = [sum(cell != "" for cell in row) for row in rows]
    return next(place for place, count in enumerate(filled) if count > max(filled) * 0.6)


def _figures(found: Read) -> tuple[Any, ...]:
    """What is recorded and what waits, without places in the file."""
    lines = Counter((*line[2:5], *line[6:10]) for line in found.sales)
    return (
        lines,
        found.reading.totals.net,
        found.reading.totals.usage,
        len(found.waiting),
        sum(found.reading.skipped.by_reason.values()),
        found.reading.skipped.net,
    )


def _is_refused(path: Path, sample: Sample) -> bool:
    try:
        return bool(read(path, sample.known, **sample.choices).messages)
    except UnreadableError:
        return True


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("sample", REPORTS, ids=lambda sample: sample.name)
@pytest.mark.thorough("combinations", but_one_in=12)
def test_another_convention_gives_the_same_figures(
    tmp_path: Path, sample: Sample, habit: str
) -> None:
    sheets = {
        name: HABITS[habit](rows, header) if len(rows) > (header := _header(sample, rows)) else rows
        for name, rows in _grid(sample).items()
    }
    if all(rows is None for rows in sheets.values()):
        return
    kept = {name: rows or _grid(sample)[name] for name, rows in sheets.items()}
    path = _saved(sample, tmp_path / sample.name, kept)
    if (sample.name, habit) in MEANS_ANOTHER:
        assert _is_refused(path, sample)
        return
    found = read(path, sample.known, **sample.choices)
    if found.asked:
        asked = {**ASKED, "date_order": sample.date_order}
        assert found.asked <= asked.keys(), found.reading.choices
        meant: dict[str, Any] = {key: asked[key] for key in found.asked}
        found = read(path, sample.known, **{**sample.choices, **meant})
    assert not found.messages
    assert _figures(found) == _figures(read(sample.path, sample.known, **sample.choices))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "sample", [each for each in REPORTS if each.is_text], ids=lambda sample: sample.name
)
@pytest.mark.thorough("combinations", but_one_in=12)
def test_another_encoding_gives_the_same_figures(
    tmp_path: Path, sample: Sample, delimiter: str, encoding: str
) -> None:
    grid = _grid(sample)
    title = next(
        (place for place, name in enumerate(grid[""][_header(sample, grid[""])])
         if re.fullmatch("(Lineitem |Product )?(Name|Title)", name, re.IGNORECASE)),
        None,
    )  # fmt: skip
    if title is not None:
        for row in grid[""][_header(sample, grid[""]) + 1 :]:
            if len(row) > title and row[title]:
                row[title] += " – édition reliée"
    other = sample._replace(encoding=encoding, delimiter=delimiter)
    path = _saved(other, tmp_path / sample.name, grid)
    found = read(path, sample.known, **sample.choices)
    assert not found.messages
    assert _figures(found) == _figures(read(sample.path, sample.known, **sample.choices))

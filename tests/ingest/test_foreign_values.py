"""Every kind of value in every column of every report: recorded rightly, asked, or refused.

A value that does not belong there may come from a retailer's new habit, a spreadsheet's help or
somebody's malice. None of them may break the reader, and none may reach the books as something
that the books cannot hold.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import pytest

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import MICRO
from royalties.domain.sales.slices import SaleKind
from royalties.ingest import recognise
from royalties.ingest.formats import built_in
from royalties.ingest.report.amounts import MOST, MOST_UNITS
from royalties.ingest.report.cells import CONTROL, LONGEST, Cell, RowBlock
from royalties.ingest.report.opening import OpenedFile, open_file
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.workbook import SheetInspection
from tests.ingest.shelf import CATALOGUE, RIVER, SAMPLES, TRADE
from tests.selection import InFull

FOREIGN: tuple[Cell, ...] = (
    "XXQ", "usd", "", "   ", "abc", "-", "=1+1", "'=1+1", "@SUM(A1)", "#REF!",
    "-5", "5", "0", "-0", "1.5", "1,5", "1.234,56", "1e5", "NaN", "Infinity", "9" * 10, "9" * 19,
    "9" * 40, "-" + "9" * 40, "9" * 5_000, "0.0000001", "12.345", "50%", "$5", "5 €", "(5)",
    "2026-02-30", "2026-07-31", "9999-12-31", "0001-01-01", "31/12/99", "07/31/2026", "1-2",
    "\x07", "\x00", "a\x1bb", "a\nb", "é" * 600, "١٢", "²", "½", "\u202e123", "\ufeff", "\ufffd",
    "9780306406158", "9780306406157", "978-0-306-40615-7 9781861972712", "B0ABCDEFGH", "true",
    "United States", "ZZ", "return", "sale",
    5, -5, 0, 10**12, 10**15, 10**18, -(10**15), 1.5, -1.5, 0.1, 1e-9, 1e17, 1e300, -1e300,
    float("inf"), float("-inf"), float("nan"), 45_000, 45_000.5,
    b"#N/A", b"=", b"TRUE", b"12:30:00", b"\xff\xfe",
    (2026, 7, 31), (1900, 1, 1), (9999, 12, 31), (1, 1, 1), (2026, 7, 31, 23, 59, 59),
)  # fmt: skip

_OTHERS = (
    "Shipping City", "Shipping Country", "Shipping Province", "Shipping Zip", "Financial Status",
    "Cancelled at", "Taxes", "Total", "Lineitem discount",
)  # fmt: skip
"""Cells of an order that are read though they are no column of the format."""

_ROWS = 10
_ANSWERS = {
    "aba-weekly.csv": {"week": "2025-05-10", "currency": "USD", "discount": "0.40"},
    "ingramspark-compensation.xlsx": {"period": "2025-04"},
}
_SAME = ("barnes-noble.xls", "standard-sales.xlsx", "amazon-vendor-central-2025-08.csv")
_NAMES = sorted(
    path.name
    for path in SAMPLES.iterdir()
    if path.suffix != ".json" and "problems" not in path.name and path.name not in _SAME
)
_RIVER = [
    ["ISBN", "Sale date", "Units", "Net amount", "Currency"],
    ["9780306406157", "2026-07-01", "3", "20.00", "USD"],
    ["9780306406157", "2026-07-02", "2", "13.00", "USD"],
]


@dataclass(slots=True)
class Typed:
    """A sheet of cells as they are handed over by a workbook's reader."""

    lines: list[list[Cell]]
    name: str = ""
    look: SheetInspection = field(default_factory=SheetInspection)
    read: int = 0

    @property
    def size(self) -> int:
        return len(self.lines)

    def peek(self) -> list[tuple[int, list[Cell]]]:
        return [(number, list(line)) for number, line in enumerate(self.lines[:40], 1)]

    def rows(self) -> Iterator[list[Cell]]:
        return iter(self.lines)

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        lines = self.lines[skip:]
        width = width or max(map(len, self.lines))
        padded = [[*line[:width], *[""] * (width - len(line))] for line in lines]
        if padded:
            columns = [list(each) for each in zip(*padded, strict=True)]
            yield RowBlock(range(skip + 1, skip + 1 + len(lines)), columns)

    fresh_blocks = blocks


def _known_columns() -> set[str]:
    return {
        re.sub(r"\W", "", name).casefold()
        for declared in built_in()
        for column in declared.columns
        for name in column.names
    } | {re.sub(r"\W", "", name).casefold() for name in _OTHERS}


@pytest.fixture(params=[*_NAMES, "a mapped report"])
def base(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> "Base":
    name = request.param
    if name == "a mapped report":
        lines: list[list[Cell]] = [list(line) for line in _RIVER]
        return Base(name, [("", lines)], monkeypatch, known=TRADE, mappings=[RIVER])
    opened = open_file(SAMPLES / name, {})
    try:
        sheets = [
            (sheet.name, [*map(list, islice(sheet.rows(), _ROWS))]) for sheet in opened.sheets
        ]
    finally:
        opened.close()
    return Base(name, sheets, monkeypatch, _ANSWERS.get(name, {}))


@dataclass
class Base:
    """The first rows of a good report, and what is read of them with other cells in it."""

    name: str
    sheets: list[tuple[str, list[list[Cell]]]]
    monkeypatch: pytest.MonkeyPatch
    answers: dict[str, str] = field(default_factory=dict)
    known: Any = CATALOGUE
    mappings: Sequence[Any] = ()
    report: str | None = None

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """Sheet, row and column of a cell of each column: of the first row of data, by its look."""
        wanted = _known_columns() | {"isbn", "saledate", "units", "netamount", "currency"}
        seen: set[Cell] = set()  # several sheets have columns of the same name
        for place, (_, lines) in enumerate(self.sheets):
            scores = [
                sum(re.sub(r"\W", "", str(cell)).casefold() in wanted for cell in line)
                for line in lines
            ]
            header = scores.index(max(scores))
            columns = [
                at
                for at, cell in enumerate(lines[header])
                if re.sub(r"\W", "", str(cell)).casefold() in wanted and cell not in seen
            ]
            seen.update(lines[header])
            rows = [
                row
                for row in range(header + 1, len(lines))
                if sum(cell != "" for cell in lines[row]) >= min(len(columns), 4) - 1
            ]
            yield from ((place, row, at) for at in columns for row in rows[:1])

    def read(self, sheet: int, row: int, at: int, value: Cell) -> str:
        """What is wrong with how a report is read that has a value in a cell; or nothing."""
        typed: list[Any] = []
        for place, (name, given) in enumerate(self.sheets):
            lines = [list(line) for line in given]
            if place == sheet:
                lines[row] = [*lines[row], *[""] * (at + 1 - len(lines[row]))]
                lines[row][at] = value
            typed.append(Typed(lines, name))
        self.monkeypatch.setattr(recognise, "open_file", lambda *_: OpenedFile(typed))
        with suppress(UnreadableError):
            return self._read()
        return ""

    def _read(self) -> str:
        reading = recognise.open_report(
            SAMPLES / "catalogue.json",
            name=self.name,
            known=self.known,
            mappings=self.mappings,
            choices=self.answers,
            report=self.report,
        )
        self.report = self.report or reading.report  # it is recognised once: that takes longest
        chunks = list(reading.chunks())
        if reading.choices:
            return ""
        lines = [line for chunk in chunks for line in (*chunk.all_sales(), *chunk.waiting)]
        found = [wrong for line in lines for wrong in _wrong(line)]
        for problem in reading.problems:
            if not problem.message or not problem.remedy:
                found.append(f"a problem without words: {problem}")
            if len(problem.message) > 2 * LONGEST or CONTROL.search(problem.message):
                found.append(f"a problem that cannot be shown: {problem.message[:80]!r}")
        if not lines and not reading.problems and not reading.skipped.by_reason:
            found.append("no line, no problem, nothing skipped")
        return "; ".join(found[:3])


def _wrong(line: Sequence[Any]) -> Iterator[str]:  # noqa: C901 - one look at each field
    """What of a line the books cannot hold."""
    _, row, book, retailer, kind, day, units, currency, price, net, discount = line[:11]
    if type(row) is not int or not isinstance(book, int | str) or type(retailer) is not int:
        yield f"row {row!r}, book {book!r}, retailer {retailer!r}"
    if kind not in {each.value for each in SaleKind}:
        yield f"kind {kind!r}"
    with suppress(ValueError, TypeError):
        if date(1900, 3, 1) <= date.fromisoformat(day) <= date(2036, 12, 31):
            day = ""
    if day:
        yield f"day {day!r}"
    least = 0 if kind == SaleKind.USAGE else 1
    if type(units) is not int or not least <= abs(units) <= MOST_UNITS:
        yield f"units {units!r}"
    if currency not in EXPONENTS:
        yield f"currency {currency!r}"
    for name, micro in (("list price", price), ("net", net)):
        if micro is not None and (type(micro) is not int or abs(micro) > MOST * MICRO):
            yield f"{name} {micro!r}"
    if discount is not None and (type(discount) is not int or abs(discount) > 10**18):
        yield f"discount {discount!r}"
    for text in line[11:]:
        if not isinstance(text, str) or len(text) > LONGEST or CONTROL.search(text):
            yield f"text {text!r:.60}"


def test_hostile_value_in_any_column_is_handled(base: Base, in_full: InFull) -> None:
    """Every day each cell is tried with one of the values, the next cell with the next one."""
    cells = list(base.cells())
    assert len(cells) > 1
    sheet, row, at = cells[0]
    assert base.read(sheet, row, at, base.sheets[sheet][1][row][at]) == ""
    assert base.report
    found = []
    every = in_full("foreign values")
    for place, (sheet, row, at) in enumerate(cells):
        for value in FOREIGN if every else [FOREIGN[place % len(FOREIGN)]]:
            try:
                wrong = base.read(sheet, row, at, value)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                wrong = f"{type(error).__name__}: {error}"
            if wrong:
                found.append(f"row {row + 1}, column {at + 1}, {str(value)[:30]!r}: {wrong}")
    assert not found, "\n" + "\n".join(found)

"""Reports of sellers, made up in the many ways in which retailers write one and the same layout.

A ``Seller`` says what its report's columns are and how a row of it is made; ``reports`` draws rows
and a ``Style``, and writes both as a file. Each row knows what it should come to.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import strategies as st
from stdnum import isbn

from tests.ingest.shelf import CATALOGUE

EDITIONS = {key: edition for key, edition in CATALOGUE.editions.items() if key.startswith("978")}
UNKNOWN = ("9780306406157", "9781861972712", "9780804429573")
DAY, MONTH_END = date(2025, 5, 14), date(2025, 5, 31)
LABELS = ("Total", "Subtotal", "Grand Total", "Zwischensumme", "Total USD")
RECORDED, ASIDE, SKIPPED = "recorded", "aside", "skipped"


@dataclass(frozen=True)
class Money:
    """An amount."""

    amount: Decimal


@dataclass(frozen=True)
class Copies:
    """A number of copies."""

    count: int


@dataclass(frozen=True)
class Day:
    """A date, of which a report by months prints the month."""

    day: date


@dataclass(frozen=True)
class Book:
    """An ISBN of 13 digits."""

    isbn: str


Value = str | Money | Copies | Day | Book


@dataclass(frozen=True)
class Row:
    """A row by its columns, and what it should come to.

    ``copies`` are those sold, returned (negative) and free by the word of their kind, or
    ``{"usage": 0}``; ``fate`` is what becomes of it where it is no sale.
    """

    cells: Mapping[str, Value]
    currency: str
    net: Decimal
    copies: Mapping[str, int]
    fate: str = RECORDED


@dataclass(frozen=True)
class Seller:
    """A retailer's layout: its headings in order, and how rows are made."""

    format: str
    headings: tuple[str, ...]
    book: str
    net: str
    row: Callable[[st.DrawFn], Row]
    units: str = ""
    date: str = ""
    title: str = "Title"
    optional: frozenset[str] = frozenset()
    sheet: str = "Details"
    months: bool = False
    order: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    one_currency: bool = False
    number: str = ""
    """The column of orders, each a row."""
    encodings: tuple[str, ...] = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
    above: tuple[tuple[str, ...], ...] = ()
    is_totalled: bool = True
    sized: tuple[str, ...] = ()
    """Columns of figures, in which no label of a total stands."""


@dataclass(frozen=True)
class Style:
    """How a report is written."""

    container: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    heading: Callable[[str], str] = str
    footnoted: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    added: tuple[tuple[int, str], ...] = ()
    mark: str = "."
    grouped: bool = False
    negative: str = "-"
    book: Callable[[str], str] = str
    day: Callable[[date], str] = date.isoformat
    dated: bool = True
    total: tuple[int, int, str] | None = None
    """After so many rows, in that column, this label."""


@dataclass(frozen=True)
class Written:
    """A report that was written, with what it should come to and the answers it needs."""

    path: Path
    seller: Seller
    rows: Mapping[int, Row]
    day: date
    choices: Mapping[str, str]

    @property
    def money(self) -> Counter[str]:
        """The file's own sum in cents, by currency."""
        sums: Counter[str] = Counter()
        for row in self.rows.values():
            sums[row.currency] += int(row.net * 100)
        return sums


def dashed(number: str) -> str:
    """An ISBN with its hyphens."""
    return isbn.format(number)


def as_formula(number: str) -> str:
    """An ISBN as programs write it that fear for its digits."""
    return f'="{number}"'


BOOKS: tuple[Callable[[str], str], ...] = (
    str, dashed, lambda number: f"ISBN: {number}", lambda number: f"'{number}",
    lambda number: f"{number}.0", as_formula,
)  # fmt: skip
HEADINGS: tuple[Callable[[str], str], ...] = (
    str, str.upper, str.lower, lambda name: f" {name} ", lambda name: name.replace(" ", "  "),
)  # fmt: skip
DAYS: Mapping[str, tuple[Callable[[date], str], ...]] = {
    "": (
        date.isoformat,
        lambda day: f"{day:%Y/%m/%d}",
        lambda day: f"{day.day} May {day.year}",
        lambda day: f"{day.day} de mayo de {day.year}",
        lambda day: f"{day.day}. Mai {day.year}",
        lambda day: f"{day.isoformat()}T10:11:12Z",
    ),
    "dmy": (lambda day: f"{day:%d/%m/%Y}",),
    "mdy": (lambda day: f"{day:%m/%d/%Y}",),
}
MONTHS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day:%Y-%m}",
    lambda day: f"May {day.year}",
    lambda day: f"mayo {day.year}",
    lambda day: f"{day:%m/%Y}",
)


@st.composite
def styles(draw: st.DrawFn, seller: Seller) -> Style:
    """How a report of a seller may be written."""
    container = draw(st.sampled_from(("csv", "csv", "csv", "xlsx")))
    headings = seller.headings
    absent = frozenset(
        draw(st.sets(st.sampled_from(sorted(seller.optional)))) if seller.optional else ()
    )
    kept = [name for name in headings if name not in absent]
    days = MONTHS if seller.months else (*DAYS[""], *DAYS[seller.order])
    total = draw(
        st.none()
        if not seller.is_totalled
        else st.none()
        | st.tuples(
            st.integers(1, 4),
            st.sampled_from(_label_places(seller, kept)),
            st.sampled_from(LABELS),
        )
    )
    return Style(
        container=container,
        encoding=draw(st.sampled_from(seller.encodings)),
        delimiter=draw(st.sampled_from(",;\t|")),
        heading=draw(st.sampled_from(HEADINGS)),
        footnoted=frozenset(draw(st.sets(st.sampled_from(kept), max_size=3))),
        absent=absent,
        added=tuple(
            draw(
                st.lists(
                    st.tuples(st.integers(0, len(kept)), st.sampled_from(("Bin", "House memo"))),
                    max_size=2,
                    unique_by=lambda each: each[1],
                )
            )
        ),
        mark=draw(st.sampled_from(".,")),
        grouped=draw(st.booleans()),
        negative=draw(st.sampled_from(("-", "()", "after"))),
        book=draw(st.sampled_from(BOOKS)),
        day=draw(st.sampled_from(days)),
        dated=not seller.date or seller.date in absent or draw(st.integers(0, 4)) > 0,
        total=total,
    )


def _label_places(seller: Seller, kept: Sequence[str]) -> list[int]:
    figures = {seller.net, seller.units, seller.date, seller.title, *seller.sized}
    return [place for place, name in enumerate(kept) if name not in figures]


@st.composite
def reports(draw: st.DrawFn, seller: Seller) -> tuple[Style, list[Row]]:
    """Rows of a seller's report, and how they are written."""
    rows = [draw(_rows(seller)) for _ in range(draw(st.integers(1, 6)))]
    if seller.one_currency:
        rows = [replace(row, currency=rows[0].currency) for row in rows]
    if seller.number:
        rows = [
            replace(row, cells={**row.cells, seller.number: f"A-{place}"})
            for place, row in enumerate(rows, 1)
        ]
    return draw(styles(seller)), rows


@st.composite
def _rows(draw: st.DrawFn, seller: Seller) -> Row:
    return seller.row(draw)


def write(folder: Path, seller: Seller, style: Style, rows: Sequence[Row]) -> Written:
    """Write a report."""
    names = [name for name in seller.headings if name not in style.absent]
    shown = [style.heading(name) + ("*" if name in style.footnoted else "") for name in names]
    table: list[list[Any]] = [list(line) for line in seller.above]
    first = len(table) + 2
    body = [[_cell(row.cells.get(name, ""), seller, style) for name in names] for row in rows]
    numbers = list(range(first, first + len(rows)))
    if style.total is not None and style.total[0] <= len(rows):
        after, place, label = style.total
        body.insert(after, _total(names, seller, style, rows[:after], place, label))
        numbers = [number + (number >= first + after) for number in numbers]
    lines = [shown, *body]
    for at, name in style.added:
        for number, line in enumerate(lines):
            line.insert(at, name if not number else f"note {number}")
    # A total has nothing in columns that somebody added.
    if style.total is not None and style.total[0] <= len(rows):
        total = lines[style.total[0] + 1]
        lines[style.total[0] + 1] = [
            "" if isinstance(cell, str) and cell.startswith("note ") else cell for cell in total
        ]
    table += lines
    path = folder / f"report.{style.container}"
    if style.container == "xlsx":
        _save_workbook(path, seller.sheet, table)
    else:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=style.delimiter).writerows(table)
        path.write_bytes(text.getvalue().encode(style.encoding))
    choices = dict(seller.choices)
    has_date = bool(seller.date) and seller.date not in style.absent
    if not has_date or not style.dated:
        choices["period"] = "2025-05"
    day = DAY if has_date and style.dated and not seller.months else MONTH_END
    return Written(path, seller, dict(zip(numbers, rows, strict=True)), day, choices)


def _total(
    names: Sequence[str], seller: Seller, style: Style, rows: Sequence[Row], place: int, label: str
) -> list[Any]:
    money = Money(sum((row.net for row in rows), Decimal(0)))
    cells: dict[str, Value] = {seller.net: money}
    if seller.units:
        counts = (row.cells.get(seller.units) for row in rows)
        cells[seller.units] = Copies(sum(each.count for each in counts if isinstance(each, Copies)))
    line = [_cell(cells.get(name, ""), seller, style) for name in names]
    line[place] = label
    return line


def _cell(value: Value, seller: Seller, style: Style) -> Any:
    is_workbook = style.container == "xlsx"
    if isinstance(value, Money):
        return float(value.amount) if is_workbook else _amount(value.amount, style)
    if isinstance(value, Copies):
        return value.count if is_workbook else str(value.count)
    if isinstance(value, Book):
        # In a workbook, an equals sign would begin a formula.
        return value.isbn if is_workbook and style.book is as_formula else style.book(value.isbn)
    return _day(value.day, seller, style) if isinstance(value, Day) else value


def _day(day: date, seller: Seller, style: Style) -> Any:
    if not style.dated:
        return ""
    if style.container == "xlsx" and not seller.months:
        return datetime(day.year, day.month, day.day)
    return style.day(day)


def _amount(amount: Decimal, style: Style) -> str:
    text = f"{abs(amount):,.2f}" if style.grouped else f"{abs(amount):.2f}"
    if style.mark == ",":
        text = text.translate(str.maketrans(".,", ",."))
    if amount >= 0:
        return text
    return {"-": f"-{text}", "()": f"({text})", "after": f"{text}-"}[style.negative]


def _save_workbook(path: Path, sheet: str, table: Sequence[Sequence[Any]]) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for line in table:
        page.append([None if cell == "" else cell for cell in line])
    book.save(path)

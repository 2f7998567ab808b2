"""A table of a report: its header, and readers for its columns."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.books import may_name_a_book, unlabelled
from royalties.ingest.report.cells import (
    BLANK,
    Cell,
    Invalid,
    MarkedAmount,
    NonValue,
    RowBlock,
    UnknownIdentifier,
    UnknownName,
    is_number_of_product,
    printed,
    spelt_alike,
    text_of,
    visible,
)
from royalties.ingest.report.columns import Converters, Reader, TextReader, bad_text
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import (
    AMOUNTS,
    BOOK,
    ArrangeContext,
    Header,
    Preamble,
    ReportFormat,
    RowMeaning,
    begins,
    normal,
)
from royalties.ingest.report.labels import (
    currency_of_label,
    is_number_of_its_own,
    is_total_label,
    names_a_total,
)
from royalties.ingest.report.row_filters import RowFilter, TableEnd
from royalties.ingest.report.tally import COPIES, copies_of
from royalties.ingest.report.workbook import SheetInspection

_AUTHORS = frozenset(
    ("author", "authors", "author(s)", "author name", "author names", "contributor")
)
_SENTENCE = re.compile(r"\W{0,5}[^\W\d_]{3,40}[\s:]")
_TIME_OF_DAY = re.compile(r"\d:\d\d")
_MONEY = re.compile(r"[^\w.,]{0,5}\d[\d.,]*[.,]\d\d\W{0,5}")
_MIDNIGHT = re.compile(r"[T\s]0?0:00(?::00(?:\.0{1,9})?)?Z?$")
_COUNTED = ("units", "sold", "returned", "free", "net_units")


class Sheet(Protocol):
    """A sheet of an opened file."""

    name: str

    @property
    def look(self) -> SheetInspection:
        """What the second look at a workbook saw."""
        ...

    @property
    def size(self) -> int:
        """Its rows, or its bytes."""
        ...

    @property
    def read(self) -> int:
        """How many of them were read so far; 0 where only rows tell that."""
        ...

    def peek(self) -> list[tuple[int, list[Cell]]]:
        """The first rows with their numbers."""
        ...

    def rows(self) -> Iterator[list[Cell]]:
        """All rows from the first."""
        ...

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """All rows after the first ``skip``, in ``width`` columns."""
        ...

    def fresh_blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """The same once more, while the first are still being read."""
        ...


FoundTables = list[tuple[Sheet, Header, Preamble]]
"""Tables of a file that are laid out as a format says."""


class Table:
    """One header with the rows below it."""

    def __init__(
        self,
        place: int,
        sheet: Sheet,
        header: Header,
        report: ReportFormat,
        converters: Converters,
        constants: Mapping[str, Any],
    ) -> None:
        self.place = place
        self.sheet = sheet
        self.header = header
        self.report = report
        self.constants = constants
        self.turned = ""
        self.undated = 0
        self._currencies: frozenset[str] | None = None
        self.width = len(header.names)
        self.books: list[tuple[Reader, int]] = []
        self.readers: list[tuple[str, Reader, int]] = []
        self.title = -1
        named = [normal(name) for name in header.names]
        self._author = next((at for at, name in enumerate(named) if name in _AUTHORS), -1)
        self._extras = [
            (at, field, converters.proceeds_of(field))
            for at, field in enumerate(self.report.extras, self.width)
        ]
        for column, at in header.columns:
            if column.field == BOOK:
                self.books.append((converters.reader(column), at))
            elif column.field == "title":
                self.title = at
            elif column.field:
                reader = converters.reader(
                    column, header.names[at], partial(self._cells, at), header.amounts_in()
                )
                self.readers.append((column.field, reader, at))
        self._figures = {
            at for field, _, at in self.readers if field in AMOUNTS or field in _COUNTED
        }  # fmt: skip
        self._named = {at for _, at in self.books}
        self._values: list[Reader | None] = [None] * self.width
        for field, reader, at in self.readers:
            self._values[at] = _by_value(field, reader)
        self.filter = RowFilter(report, header)
        self.end = None if report.ends_at is None else TableEnd(report.ends_at, self.books)

    @property
    def plain(self) -> bool:
        """Whether a row gives one line at most, so that rows can be read by the column."""
        fields = {field for field, _, _ in self.readers}
        return (
            ("units" in fields or self.report.rows_are is RowMeaning.ONE_EACH)
            and self.constants.get("kind") != SaleKind.USAGE
            and not fields & {"returned", "free", "return_net", "list_currency", "left_out"}
            and len(self.books) == 1
            and not self.report.arrange
            and not self.report.returns_positive
            and not self.report.full_discount_is_free
            and not self.report.zero_is_free
            and not self.turned
        )

    def blocks(self) -> Iterator[RowBlock]:
        """Rows below the header."""
        blocks = self.sheet.blocks(self.header.place + 1, self.width)
        return self.end.watched(blocks) if self.end else blocks

    def _fresh_blocks(self) -> Iterator[RowBlock]:
        blocks = self.sheet.fresh_blocks(self.header.place + 1, self.width)
        return self.end.cut(blocks) if self.end else blocks

    def rows(self, context: ArrangeContext) -> Iterator[tuple[int, Sequence[Any]]]:
        """Rows below the header as the format arranges them, one by one."""
        assert self.report.arrange is not None  # noqa: S101  # only formats that arrange come here
        return self.report.arrange(_rows_of(self.blocks()), self.header, context)

    def learn(self, block: RowBlock, numbers: Numbers, dates: Dates) -> None:
        """Take what a block proves about the file's conventions."""
        for field, _, at in self.readers:
            if field in AMOUNTS or field == "discount":
                for row, cell in zip(block.numbers, block.columns[at], strict=True):
                    numbers.learn(cell, row)
            elif field == "date":
                for row, cell in zip(block.numbers, block.columns[at], strict=True):
                    dates.learn(cell, row)

    def search(self, numbers: Numbers, dates: Dates) -> None:
        """Learn from all rows, in a pass of their own."""
        for block in self._fresh_blocks():
            self.learn(block, numbers, dates)

    def _cells(self, at: int) -> Iterator[Sequence[Cell]]:
        """All cells of a column, by the block, in a pass of its own."""
        for block in self._fresh_blocks():
            yield block.columns[at]

    def currencies(self) -> frozenset[str]:
        """The codes of all rows' currencies; found in a pass of its own, once."""
        if self._currencies is None:
            columns = [(reader, at) for field, reader, at in self.readers if field == "currency"]
            codes = set() if columns else {self.constants.get("currency", "")}
            for reader, at in columns:
                for cells in self._cells(at):
                    codes.update(reader.all(cells))
            self._currencies = frozenset(code for code in codes if isinstance(code, str) and code)
        return self._currencies

    def read(self, cells: Sequence[Any]) -> tuple[dict[str, Any], list[Any]]:
        """The values of a row by field, and the books it names."""
        values = dict(self.constants)
        for field, reader, at in self.readers:
            value = reader.one(cells[at])
            if value is not BLANK or field not in values:
                values[field] = value
            elif field == "date":
                self.undated += 1
        for at, field, convert in self._extras:
            value = cells[at]
            if value is not None:
                values[field] = value if isinstance(value, NonValue) else convert(value)
        books = [reader.one(cells[at]) for reader, at in self.books]
        return values, books

    def compared(self, cells: Sequence[Any]) -> tuple[Any, ...]:
        """A row as it is compared with others: by what its cells say, however they are written."""
        columns = self.compared_columns([(cell,) for cell in cells])
        for reader, at in self.books:
            book = reader.one(cells[at])
            if isinstance(book, UnknownIdentifier):
                book = book.identifier
            columns[at] = spelt_alike((cells[at],)) if isinstance(book, NonValue) else (book,)
        return next(zip(*columns, strict=True))

    def compared_columns(self, columns: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """Columns as their rows are compared, but for what names a book."""
        return [
            reader.all(column) if reader else column if at in self._named else spelt_alike(column)
            for at, (column, reader) in enumerate(zip(columns, self._values, strict=False))
        ]

    def bad_cells(self, cells: Sequence[Any]) -> list[tuple[int, Invalid]]:
        """Overlong cells and control characters of a row, in columns that are read."""
        places = (at for _, at in self.header.columns)
        return [
            (at, wrong)
            for at in places
            if isinstance(cells[at], str) and (wrong := bad_text(cells[at]))
        ]

    def where(self, number: int) -> str:
        """A row, as a message names it."""
        return f"sheet {self.sheet.name!r}, row {number}" if self.sheet.name else f"row {number}"

    def title_of(self, cells: Sequence[Any]) -> str:
        """The title that a row prints."""
        return text_of(cells[self.title]).strip() if self.title >= 0 else ""

    def author_of(self, cells: Sequence[Any]) -> str:
        """The author that a row prints."""
        return text_of(cells[self._author]).strip() if self._author >= 0 else ""

    def money_of(self, cells: Sequence[Any]) -> tuple[str, int] | None:
        """Currency and receipts in millionths of a row, as far as its cells say them."""
        values = {
            field: reader.one(cells[at])
            for field, reader, at in self.readers
            if field in ("net", "currency")
        }
        net, currency = values.get("net"), values.get("currency", self.constants.get("currency"))
        micro = net.micro if isinstance(net, MarkedAmount) else net
        if isinstance(micro, int) and isinstance(currency, str):
            return currency, micro
        return None

    def copies_of(self, cells: Sequence[Any]) -> int | None:
        """Copies of a row less those that came back, as far as its cells say them."""
        return copies_of(
            {field: reader.one(cells[at]) for field, reader, at in self.readers if field in COPIES}
        )

    def shown(self, cells: Sequence[Any], also: Iterable[int]) -> list[tuple[int, str, str]]:
        """The cells of a row that are read, and some more: place, heading and text of each."""
        places = {at for _, at in self.header.columns} | {self.title, self._author, *also}
        return [(at, self.header.names[at], printed(cells[at])) for at in sorted(places) if at >= 0]

    def column_name(self, field: str) -> tuple[str, int]:
        """Name and place of the column that fills a field; empty and -1 where there is none."""
        at = self.header.at(field)
        if at < 0 and field == "net":
            at = self.header.at("discount")
        return (self.header.names[at], at) if at >= 0 else ("", -1)

    def is_total(self, cells: Sequence[Any], books: Sequence[Any]) -> bool:
        """Whether a row is a total, by a label in any column.

        Beside a date or a known book, and in the column of titles, only a text counts that can be
        nothing else; a row with both a date and a known book is a sale.
        """
        dated = self._is_dated(cells)
        known = any(isinstance(book, int) for book in books)
        if known and (dated or not self._has("date")):
            return False
        labelled = {
            at for at, cell in enumerate(cells[: self.width])
            if isinstance(cell, str) and begins(normal(cell), self.report.totals)
            and not is_number_of_its_own(cell)
        }  # fmt: skip
        certain = {
            at for at, cell in enumerate(cells[: self.width])
            if isinstance(cell, str) and is_total_label(cell)
        }  # fmt: skip
        own = {at for _, at in self.books}
        nameless = all(book is BLANK for book in books)
        if known:
            return bool(certain - {self.title})
        if dated:
            return bool(certain & own) or (nameless and bool(certain - {self.title}))
        labels = certain | (labelled - {self.title})
        if labels & own or (labels and (nameless or self._has("date"))):
            return True
        return not labels and self.report.bare_totals and self._is_bare(cells)

    def may_be_sum(self, cells: Sequence[Any], books: Sequence[Any]) -> bool:
        """Whether a row names no book and no day, so that its figures may be those of others."""
        texts = (cells[at] for _, at in self.books)
        nameless = all(
            book is BLANK or (isinstance(book, Invalid | UnknownName) and is_words(cell))
            for book, cell in zip(books, texts, strict=True)
        )
        return nameless and not self._is_dated(cells)

    def speaks_of_total(self, cells: Sequence[Any]) -> bool:
        """Whether any cell of a row has a word for totals."""
        return any(isinstance(cell, str) and names_a_total(cell) for cell in cells[: self.width])

    def currency_of_total(self, cells: Sequence[Any]) -> str:
        """The currency that a row's label names, such as ``Total EUR``."""
        texts = (cell for cell in cells[: self.width] if isinstance(cell, str))
        return next(filter(None, map(currency_of_label, texts)), "")

    def is_note(self, cells: Sequence[Any], books: Sequence[Any]) -> bool:
        """Whether a row has texts, and no date, copies, money or book."""
        if any(isinstance(book, int) or is_number_of_product(book) for book in books):
            return False
        counted = self._figures | {at for field, _, at in self.readers if field == "date"}
        filled = [at for at, cell in enumerate(cells[: self.width]) if text_of(cell).strip()]
        own = {at for _, at in self.books}
        return counted.isdisjoint(filled) and all(
            is_words(cells[at]) or is_sentence(cells[at])
            for at in (*filled[:1], *own.intersection(filled))
        )

    def is_lone_note(self, cells: Sequence[Any], books: Sequence[Any]) -> bool:
        """Whether the only cell of a row is a note, such as a telephone number or a page's."""
        at = next(at for at, cell in enumerate(cells) if text_of(cell).strip())
        if is_words(cells[at]) or is_sentence(cells[at]):
            return True
        if at in self._figures or self._reads("discount", at) or _is_money(cells[at]):
            return False
        named = (book for book, (_, own) in zip(books, self.books, strict=True) if own == at)
        return not any(may_name_a_book(cells[at], book) for book in named)

    def _reads(self, field: str, at: int) -> bool:
        return any(own == at and field == each for each, _, own in self.readers)

    def _has(self, field: str) -> bool:
        return self.header.at(field) >= 0

    def _is_dated(self, cells: Sequence[Any]) -> bool:
        return any(
            field == "date" and not isinstance(reader.one(cells[at]), NonValue)
            for field, reader, at in self.readers
        )

    def _is_bare(self, cells: Sequence[Any]) -> bool:
        return all(cell == "" for at, cell in enumerate(cells) if at not in self._figures)


def _by_value(field: str, reader: Reader) -> Reader:
    """Cells of a column as rows are compared by them: their value, where it says all they do."""
    if isinstance(reader, TextReader):
        return reader

    def compared(cell: Cell) -> Any:
        value = reader.one(cell)
        if isinstance(value, MarkedAmount):
            return value.micro
        if value is None or isinstance(value, NonValue) or (field == "date" and _has_time(cell)):
            return spelt_alike((cell,))[0]
        return value

    return Reader(compared)


def _has_time(cell: Cell) -> bool:
    """Whether a date has a time of day, which two sales of one day may differ by."""
    if isinstance(cell, str):
        return bool(_TIME_OF_DAY.search(_MIDNIGHT.sub("", visible(cell).strip())))
    return any(cell[3:]) if isinstance(cell, tuple) else not float(cell).is_integer()


def _is_money(cell: Any) -> bool:
    """Whether a cell looks like an amount, wherever it stands."""
    if isinstance(cell, float) and not cell.is_integer():
        return True
    text = "".join(text_of(cell).split())
    return bool(_MONEY.fullmatch(text)) or any(unicodedata.category(sign) == "Sc" for sign in text)


def is_words(cell: Any) -> bool:
    """Whether a cell is text more than figures."""
    if not isinstance(cell, str):
        return False
    letters = sum(sign.isalpha() for sign in cell)
    return letters > sum(sign.isdigit() for sign in cell)


def is_sentence(cell: Any) -> bool:
    """Whether a cell begins with a word that labels figures: *Generated 2026-06-01 10:00*."""
    return isinstance(cell, str) and bool(_SENTENCE.match(cell)) and unlabelled(cell) == cell


def _rows_of(blocks: Iterable[RowBlock]) -> Iterator[tuple[int, Sequence[Cell]]]:
    for block in blocks:
        yield from zip(block.numbers, zip(*block.columns, strict=True), strict=True)

"""What a report's format declares: its columns, dates, signs, and what to leave out.

A retailer's format is one of these, with as little code as its quirks need.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from functools import lru_cache
from typing import TypeAlias

from royalties.domain.problems import Choice
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import Cell, NonValue, text_of, visible
from royalties.ingest.report.headings import (
    look_alike,
    unit_of,
    without_marks,
    without_span,
    without_unit,
)
from royalties.ingest.report.labels import TOTALS

HEADER_ROWS = 15
"""So many rows from the top are searched for the header."""

Row: TypeAlias = tuple[int, Sequence[Cell]]

BOOK = "book"
UNREAD_RETURNS = "returns"
SALE_UNITS = ("sold", "returned", "free")
AMOUNTS = ("list_price", "net", "unit_net", "return_net")
SPANNED = ("units", "sold", "returned", "free", "net_units")
PLACE = ("country", "region", "city")


class CombinedKind(Enum):
    """What a word of a kind column may mean beside a kind of sale: copies that went out and back.

    Such a row is a sale and a return of the same copies; its money is what was left of it.
    """

    SOLD_AND_RETURNED = "sold-and-returned"


class RowMeaning(StrEnum):
    """What each row of a report is: so many copies, one copy, or money for use and no copies."""

    LINES = "lines"
    ONE_EACH = "one-each"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report and the field of a sale that it fills.

    Fields are ``book, date, retailer, kind, units, sold, returned, free, net_units, currency,
    list_price, net, unit_net, return_net, discount, country, region, city, order, reference,
    title``; ``postcode``, which is looked at and not recorded; ``list_currency``, that of the list
    price, which counts only in the row's currency; ``paid_price``, which tells copies that were
    given away; and ``left_out``, whose ``words`` give the reason why a row does not count. A column
    without a field is known, and at most tells which rows count. ``nth`` counts columns of the same
    name from the left; 0: there is only one, and of several the user chooses. ``read`` chooses how
    where the field leaves it open: ``identifier`` or ``short`` (for a book), ``percent`` or
    ``fraction`` (for a discount); ``returns`` is of a column without a field that counts copies
    that came back, and is to be warned of. ``words`` gives the meaning of printed words, in lower
    case.
    """

    field: str
    names: tuple[str, ...]
    required: bool = False
    nth: int = 0
    read: str = ""
    words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Preamble:
    """What a report says once, above its table: texts by field, and the days it covers."""

    texts: Mapping[str, str] = field(default_factory=dict)
    span: tuple[date, date] | None = None
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class AmbiguousColumn:
    """A column that may stand in one of several places, and why the user has to say which."""

    field: str
    places: tuple[int, ...]
    why: str


TWICE = "stands more than once"
TO_DATE = "is there for a span of time that the report does not expect"
LOOK_ALIKE = "is written with letters of another alphabet, or nearly so"


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's columns are: ``row`` is its number, ``place`` its place among the rows.

    An ambiguous column counts at the first of its possible places until the user has chosen one.
    """

    row: int
    place: int
    names: tuple[str, ...]
    columns: tuple[tuple[Column, int], ...]
    ambiguous_columns: tuple[AmbiguousColumn, ...] = ()

    def at(self, field: str) -> int:
        """The place of the first column that fills a field, or -1."""
        return next((place for column, place in self.columns if column.field == field), -1)

    def amounts_in(self) -> dict[str, str]:
        """The currency that a heading states, by the name of the column; the net's first."""
        stated = {
            column.field: (self.names[place], unit_of(self.names[place]).currency)
            for column, place in reversed(self.columns)
            if column.field in AMOUNTS
        }
        order = sorted(stated, key=("net", "unit_net", "return_net", "list_price").index)
        return {stated[field][0]: stated[field][1] for field in order if stated[field][1]}

    @property
    def matched(self) -> int:
        """How many columns of the file are used."""
        return len({place for _, place in self.columns})

    def repeats(self, cells: Sequence[Cell]) -> bool:
        """Whether a row is this header once more."""
        found = [normal(text_of(cell)) for cell in cells]
        mine = [normal(name) for name in self.names]
        return found[: len(mine)] == mine


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeContext:
    """What a format that arranges rows may look up, and where it says what is to be said.

    ``book``, ``day`` and ``amount`` read cells as all reports are read; ``price`` is an edition's
    list price in millionths on an ISO day in a currency. ``recorded`` tells what standing imports
    of the report's retailer hold of some orders; ``choices`` are the user's answers. ``warn`` takes
    a code and what is to be confirmed, ``note`` what is only shown, ``ask`` a question.
    """

    book: Callable[[Cell], int | NonValue]
    day: Callable[[Cell], str | NonValue]
    amount: Callable[[Cell], int | NonValue]
    price: Callable[[int, str, str], int | None]
    recorded: Callable[[Sequence[str]], Sequence[RecordedLines]]
    choices: TrackedAnswers
    warn: Callable[[str, str], None]
    note: Callable[[str], None]
    ask: Callable[[Choice], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """One kind of report.

    ``retailer`` is the default key, None where rows name it; ``also_known_as`` are other keys, and
    names in lower case, that a setup may have for it. ``sheets`` are the names of the
    sheets that count; empty: the one visible sheet with the header. ``constants`` are texts by
    field. ``kinds`` reads the kind column: a kind, or the reason why its rows are no sales;
    ``other_kinds`` is what unlisted words mean, None: a problem. ``returns_positive``: the kind
    alone tells a return. ``totals`` are beginnings of labels, ``skip`` beginnings of other rows
    to leave out; ``bare_totals``: a row of numbers only is a total; ``own_totals``: totals
    belong to the layout. ``idle`` is the reason of rows without units. ``strict``: signs must
    agree, identical rows are asked about. ``money_on_sales``: returns of a row carry no money.
    ``counts_use``: units of usage rows count something else, such as pages, and money without
    units is usage, which is to be confirmed. ``full_discount_is_free``: copies at 100 % discount
    are free ones. ``asks`` names what the report does not say. ``arrange`` rewrites the rows of a
    sheet and appends one cell for each of ``extras``. ``natural`` are remarks about dates that
    this report needs not confirmed.
    ``kind`` is that of rows that do not say theirs, and ``sheet_kinds`` that of a sheet's rows, by
    the beginning of its name in lower case; None, and other sheets: the sign of their units tells
    it. ``every_sheet``: all sheets with the header count; ``unless_sheets``: a file with one of
    these is another report. ``by_content`` finds a header whose names are not known. ``variants``
    are other ways to read it, each for an answer that the user may give unasked, by its key.
    ``zero_is_free``: copies without money whose price, paid or listed, is 0 are free ones.
    ``by_order``: sales are known by the numbers of their orders, so that ``arrange`` leaves out
    what is recorded already. ``points``: a point parts decimals unless the file has decimal
    commas. ``charged_prices``: its list prices are what was charged, which may be less than the
    edition's.
    ``rows_are`` says what a row is. ``only`` and ``leave_out`` take or leave rows: the values, by
    the heading of their column. ``ends_at`` are the first words of the row at which the table ends;
    empty: the first empty row, None: nothing ends it. ``answers`` are those to questions that were
    given once and for all, which the user's of the day override.
    ``prices`` says what list prices tell of net receipts: ``most`` (no copy brings more),
    ``exact`` (it brings the list price less the discount), empty: nothing, since fees are taken
    off or the currencies differ.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    retailer: str | None = None
    also_known_as: tuple[str, ...] = ()
    account: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    every_sheet: bool = False
    unless_sheets: tuple[str, ...] = ()
    header_row: int | None = None
    alone: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, SaleKind | CombinedKind | str] = field(default_factory=dict)
    other_kinds: SaleKind | None = None
    kind: SaleKind | None = None
    rows_are: RowMeaning = RowMeaning.LINES
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    leave_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ends_at: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    sheet_kinds: Mapping[str, SaleKind] = field(default_factory=dict)
    returns_positive: bool = False
    blanks: frozenset[str] = frozenset()
    totals: tuple[str, ...] = TOTALS
    skip: tuple[str, ...] = ()
    bare_totals: bool = False
    own_totals: bool = False
    idle: str = "no units"
    months: bool = False
    date_order: str = ""
    decimal: str = ""
    points: bool = False
    strict: bool = False
    money_on_sales: bool = False
    counts_use: bool = False
    full_discount_is_free: bool = False
    zero_is_free: bool = False
    asks: tuple[str, ...] = ()
    natural: tuple[str, ...] = ()
    prices: str = "most"
    charged_prices: bool = False
    by_order: bool = False
    unread: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    preamble: Callable[[Sequence[Row]], Preamble | None] | None = None
    variants: Mapping[str, tuple[str, "ReportFormat"]] = field(default_factory=dict)
    by_content: Callable[[Sequence[Row]], Header | None] | None = None
    arrange: (
        Callable[
            [Iterable[Row], Header, ArrangeContext],
            Iterator[tuple[int, Sequence[Cell | NonValue | None]]],
        ]
        | None
    ) = None
    extras: tuple[str, ...] = ()

    def header(self, rows: Sequence[Row]) -> Header | None:
        """Find the header among the first rows."""
        for place, (number, cells) in enumerate(rows):
            if number > HEADER_ROWS and self.header_row is None:
                break
            if self.header_row in (None, number) and (found := self._matched(cells)):
                return Header(number, place, *found)
        return None

    def _matched(
        self, cells: Sequence[Cell]
    ) -> tuple[tuple[str, ...], tuple[tuple[Column, int], ...], tuple[AmbiguousColumn, ...]] | None:
        row = _headings(tuple(cells))
        if not self.strict and row.is_ascii and any(map(row.lacks, self.columns)):
            return None
        printed, names = row.printed, row.names
        columns: list[tuple[Column, int]] = []
        ambiguous_columns: list[AmbiguousColumn] = []
        for column in self.columns:
            place = _place(column, names, printed)
            doubt = self._doubt(column, place, names)
            if place is None and doubt is not None:
                place = doubt.places[0]
            if place is None and column.required:
                return None
            if place is not None:
                columns.append((column, place))
            if doubt is not None:
                ambiguous_columns.append(doubt)
        used = {names[place] for _, place in columns}
        if self.alone and set(names) - used - {"", "problem"}:
            return None
        return printed, tuple(columns), tuple(ambiguous_columns)

    def _doubt(
        self, column: Column, place: int | None, names: Sequence[str]
    ) -> AmbiguousColumn | None:
        """Why a column's place is not certain."""
        if column.field in ("", "title"):
            return None
        if place is not None:
            same = tuple(at for at, name in enumerate(names) if name == names[place])
            bare = without_marks(names[place])
            counted = any(
                other.nth and bare in map(_declared, other.names) for other in self.columns
            )
            return None if len(same) == 1 or counted else AmbiguousColumn(column.field, same, TWICE)
        wanted = {*map(_normal, column.names)}
        if self.strict and column.field in (*SPANNED, *AMOUNTS):
            spans = [without_span(name) for name in names]
            if places := tuple(at for at, name in enumerate(spans) if name in wanted):
                return AmbiguousColumn(column.field, places, TO_DATE)
        if all(name.isascii() for name in names):
            return None
        alike = {look_alike(name) for name in wanted}
        places = tuple(
            at for at, name in enumerate(names)
            if not name.isascii() and look_alike(name) in alike
        )  # fmt: skip
        return AmbiguousColumn(column.field, places, LOOK_ALIKE) if places else None

    def missing(self, rows: Sequence[Row]) -> list[str]:
        """Names of required columns that the likeliest header row lacks."""
        best = [column.names[0] for column in self.columns if column.required]
        for _, cells in rows:
            printed = [text_of(cell) for cell in cells]
            names = list(map(normal, printed))
            lacking = [
                column.names[0]
                for column in self.columns
                if column.required and _place(column, names, printed) is None
            ]
            best = min(best, lacking, key=len)
        return best


def normal(name: str) -> str:
    """A column's name without case and stray spaces."""
    return " ".join(visible(name).split()).casefold()


@lru_cache(4_096)
def _normal(name: str) -> str:
    """The normal name of a declared column."""
    return normal(name)


@lru_cache(4_096)
def _declared(name: str) -> str:
    """The normal name of a declared column, without marks of footnotes."""
    return without_marks(normal(name))


@dataclass(frozen=True, slots=True)
class _Headings:
    """A row that may be a header: its texts as printed, and by their normal names."""

    printed: tuple[str, ...]
    names: tuple[str, ...]
    bare: frozenset[str]
    """The names without marks of footnotes."""
    is_ascii: bool

    def lacks(self, column: Column) -> bool:
        """Whether a required column is certainly not here; an amount's name may have a unit."""
        return (
            column.required
            and column.field not in (*AMOUNTS, "discount")
            and self.bare.isdisjoint(map(_declared, column.names))
        )


@lru_cache(64)
def _headings(cells: tuple[Cell, ...]) -> _Headings:
    """The names in a row; every format looks at the same first rows of a file."""
    printed = tuple(" ".join(visible(text_of(cell)).split()) for cell in cells)
    names = tuple(map(normal, printed))
    bare = frozenset(_without_marks(names))
    return _Headings(printed, names, bare, all(map(str.isascii, names)))


def begins(text: str, words: Sequence[str]) -> str:
    """The first of some words with which a text begins, as whole words; empty if none."""
    return next(
        (
            word
            for word in words
            if text == word or (text.startswith(word) and not text[len(word)].isalnum())
        ),
        "",
    )


def _place(column: Column, names: Sequence[str], printed: Sequence[str]) -> int | None:
    """The place of a column; an amount's name may state its unit as well."""
    for name in map(_normal, column.names):
        if name in names:
            places = [place for place, found in enumerate(names) if found == name]
            if len(places) >= max(column.nth, 1):
                return places[max(column.nth, 1) - 1]
    if (place := _footnoted(column, names)) is not None:
        return place
    if column.field not in (*AMOUNTS, "discount"):
        return None
    bare = _without_units(tuple(printed))
    for name in map(_normal, column.names):
        if bare.count(name) == 1 and name not in names:
            return bare.index(name)
    return None


def _footnoted(column: Column, names: Sequence[str]) -> int | None:
    """The place of a column whose heading carries the mark of a footnote."""
    bare = _without_marks(tuple(names))
    for name in map(_declared, column.names):
        if bare.count(name) == max(column.nth, 1):
            return max(place for place, found in enumerate(bare) if found == name)
    return None


@lru_cache(64)
def _without_marks(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(without_marks, names))


@lru_cache(64)
def _without_units(printed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(normal(without_unit(name)) for name in printed)

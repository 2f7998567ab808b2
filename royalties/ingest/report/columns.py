"""Columns of cells turned into values, each distinct cell once.

Reports repeat themselves: a million rows name a few thousand books, days and prices. A reader
keeps what it converted, so that most cells cost one look-up.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.domain.problems import Cause
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.places import city_key, country, store_country
from royalties.ingest.report.amounts import (
    CURRENCY_MARKS,
    Numbers,
    too_many_decimals,
    within,
)
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.books import EditionFinder
from royalties.ingest.report.cells import (
    BLANK,
    CONTROL,
    LONGEST,
    Ambiguous,
    Cell,
    Invalid,
    MarkedAmount,
    NonValue,
    RowBlock,
    oddity,
    printed,
    text_of,
    visible,
)
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import (
    AMOUNTS,
    BOOK,
    PLACE,
    SALE_UNITS,
    Column,
    CombinedKind,
    ReportFormat,
    normal,
)
from royalties.ingest.report.discounts import Cells, DiscountUnit
from royalties.ingest.report.headings import unit_of
from royalties.ingest.report.reading import ReferenceData

MOST_KEPT = 100_000
"""Distinct cells that a reader remembers: memory stays flat in a file of any length."""

CENTS = 100

BY_SIGN = 0
"""The kind of a row that does not say: its units' sign does."""

_HUNDREDTHS = frozenset(("GBp", "ZAc", "ILa", "USc"))
"""Codes that mean hundredths of a currency: pence, and not pounds."""

_SPACES = " \t\r\n\x0b\x0c"
_NEUTRALISED = tuple(f"'{sign}" for sign in "=+-@\t\r＝＋－＠")


class LeftOut(NonValue):
    """A row that is no sale, with the reason; and its money in millionths, where that is told."""

    __slots__ = ("currency", "net", "reason")

    def __init__(self, reason: str, currency: str = "", net: int | None = None) -> None:
        self.reason = reason
        self.currency = currency
        self.net = net


class SoldAndReturned(NonValue):
    """The kind of a row whose copies went out and came back."""

    __slots__ = ()


SOLD_AND_RETURNED = SoldAndReturned()


class Reader:
    """Converts the cells of one column."""

    __slots__ = ("_constant", "_convert", "_kept", "_odd")

    def __init__(self, convert: Callable[[Cell], Any]) -> None:
        self._convert = convert
        self._kept: dict[Cell, Any] = {}
        self._odd: set[Cell] = set()
        self._constant = True

    def one(self, cell: Cell) -> Any:
        """The value of one cell."""
        if cell not in self._kept:
            self._learn((cell,))
        return self._kept[cell]

    def all(self, cells: Sequence[Cell]) -> Sequence[Any]:
        """The values of a column."""
        if len(cells) < 2:
            return [self.one(cell) for cell in cells]
        if self._constant:
            self._constant = cells.count(cells[0]) == len(cells)
            if self._constant:
                return [self.one(cells[0])] * len(cells)
        try:
            values: tuple[Any, ...] = itemgetter(*cells)(self._kept)
        except KeyError:
            self._learn(set(cells))
            values = itemgetter(*cells)(self._kept)
        return values

    def non_value_places(self, cells: Sequence[Cell]) -> Iterable[int]:
        """Places of cells that are no plain values; ask after ``all``."""
        if not self._odd or self._odd.isdisjoint(cells):
            return ()
        return [place for place, cell in enumerate(cells) if cell in self._odd]

    def _learn(self, cells: Collection[Cell]) -> None:
        if len(self._kept) + len(cells) > MOST_KEPT:
            self._kept.clear()
            self._odd.clear()
        for cell in cells:
            if cell not in self._kept:
                value = self._kept[cell] = self._convert(cell)
                if isinstance(value, NonValue):
                    self._odd.add(cell)


class TextReader(Reader):
    """Texts that differ from row to row, so that keeping them would not help."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(plain_text)

    def one(self, cell: Cell) -> Any:
        """See ``Reader``."""
        return plain_text(cell)

    def all(self, cells: Sequence[Cell]) -> Sequence[Any]:
        """See ``Reader``."""
        try:
            together = "".join(cells)  # type: ignore[arg-type]
        except TypeError:
            return [plain_text(cell) for cell in cells]
        if not together:
            return cells
        if "'" in together or not together.isascii() or any(sign in together for sign in _SPACES):
            return [plain_text(cell) for cell in cells]
        return cells


class Converters:
    """How each field of a report is read, with what the file does alike everywhere."""

    def __init__(
        self,
        report: ReportFormat,
        known: ReferenceData,
        numbers: Numbers,
        dates: Dates,
        choices: TrackedAnswers,
    ) -> None:
        self._report = report
        self._known = known
        self.numbers = numbers
        self.dates = dates
        self._choices = choices
        self._books = EditionFinder(known, blanks=report.blanks)
        self._short_books = EditionFinder(known, short=True, blanks=report.blanks)
        self._cities = {city_key(city): city for city in reversed(known.cities)}
        self._city_names = frozenset(known.cities)
        self.by_alias = self._books.by_alias = self._short_books.by_alias
        """Aliases by the cells whose edition they told."""
        self.alias_uses: dict[str, dict[int, list[int]]] = {}
        """Rows whose edition an alias told, by alias and by the sheet's place."""
        self._retailers = {retailer.key: retailer.id for retailer in known.retailers.values()} | {
            normal(retailer.name): retailer.id for retailer in known.retailers.values()
        }
        self.asked: set[str] = set()
        self.discounts = DiscountUnit(numbers, choices)

    def reader(
        self,
        column: Column,
        heading: str = "",
        cells: Cells = tuple,
        amounts_in: Mapping[str, str] = MappingProxyType({}),
    ) -> Reader:
        """A reader for a column.

        Its heading may state a unit, ``cells`` are all of it, and ``amounts_in`` the currencies
        that headings of amounts state, by heading.
        """
        if column.field in ("order", "reference", "title"):
            return TextReader()
        convert = self.convert(column)
        unit = unit_of(heading)
        if column.field == "discount" and column.read not in ("percent", "fraction"):
            convert = self.discounts.reader(says_percent=unit.percent, cells=cells)
        if column.field == "currency" and amounts_in:
            convert = _agreeing(convert, amounts_in)
        if column.field in AMOUNTS and unit.cents:
            convert = _of_cents(convert)
        if column.field in (*PLACE, "postcode"):
            # What is no place that is known is recorded as reported.
            return Reader(convert)
        return Reader(lambda cell: convert(visible(cell) if isinstance(cell, str) else cell))

    def convert(self, column: Column) -> Callable[[Cell], Any]:
        """The conversion of one cell of a column."""
        if column.words is not None:
            return self._worded(column)
        numbers = self.numbers
        if column.field == BOOK:
            return {
                "identifier": self._books.identifier,
                "short": self._short_books.isbn,
            }.get(column.read, self._books.isbn)
        if column.field in ("list_price", "paid_price"):
            return lambda cell: _price(numbers.amount(cell), cell)
        if column.field in AMOUNTS:
            return lambda cell: _none_if_blank(numbers.amount(cell))
        if column.field in SALE_UNITS or column.field == "net_units":
            nothing = 0 if column.field in SALE_UNITS else None
            return lambda cell: _if_blank(numbers.units(cell), nothing)
        if column.field == "discount":
            percent = column.read == "percent"
            return lambda cell: _none_if_blank(numbers.discount(cell, percent))
        return {
            "date": self.dates.day,
            "units": numbers.units,
            "kind": self.kind,
            "retailer": self.retailer,
            "currency": self.currency,
            "list_currency": self.currency,
            "country": country_text,
            "city": self.city,
        }.get(column.field, plain_text)

    def proceeds_of(self, field: str) -> Callable[[Any], Any]:
        """The conversion of a value that a format works out of several cells."""
        if field == "currency":
            return self.currency
        if field in (*AMOUNTS, "return_net"):
            return lambda value: within(value) if isinstance(value, int) else value
        if field == "city":
            return lambda value: _fit_text(
                self.city(value) if isinstance(value, str) else value, field
            )
        return lambda value: _fit_text(value, field)

    def city(self, cell: Cell) -> str:
        """A city as rules and retailers write it, whatever its case, accents and blanks."""
        text = plain_text(cell)
        if not self._cities or not text or text in self._city_names:
            return text
        return self._cities.get(city_key(visible(text)), text)

    def kind(self, cell: Cell) -> int | NonValue:
        """What kind of line a word means."""
        word = normal(text_of(cell))
        if not word:
            return BY_SIGN if self._report.kind is None else self._report.kind.value
        kind = self._report.kinds.get(word, self._report.other_kinds)
        if kind is None:
            return Invalid(
                Cause.UNKNOWN_KIND,
                f"{printed(cell)!r} is no known kind of sale",
                f"write one of {', '.join(self._report.kinds)}",
            )
        if isinstance(kind, CombinedKind):
            return SOLD_AND_RETURNED
        return kind.value if isinstance(kind, SaleKind) else LeftOut(kind)

    def retailer(self, cell: Cell) -> int | NonValue:
        """The retailer's id by key or name."""
        text = text_of(cell).strip()
        if not text:
            return BLANK
        retailer = self._retailers.get(text, self._retailers.get(normal(text)))
        if retailer is None:
            return Invalid(
                Cause.UNKNOWN_RETAILER,
                f"no retailer is known as {printed(text)!r}",
                "correct the key, or add the retailer to the setup",
            )
        return retailer

    def currency(self, cell: Cell) -> str | NonValue:
        """An ISO code; a sign where it can mean one currency only."""
        if isinstance(cell, bytes):
            return oddity(cell)
        text = text_of(cell).strip()
        if not text:
            default = self._report.constants.get("currency", "")
            return default or BLANK
        if text.upper() in EXPONENTS and text not in _HUNDREDTHS:
            return text.upper()
        meant = CURRENCY_MARKS.get(text, frozenset())
        if len(meant) == 1:
            return next(iter(meant))
        if chosen := self._choices.peek("currency", meant):
            self._choices.need(("currency",))
            return chosen
        if meant:
            self.asked.add("currency")
            return Ambiguous("currency")
        return Invalid(
            Cause.UNKNOWN_CURRENCY,
            f"unknown currency {printed(text)}",
            "use a code of ISO 4217 such as USD",
        )

    def _worded(self, column: Column) -> Callable[[Cell], Any]:
        words = column.words or {}

        def convert(cell: Cell) -> Any:
            value = words.get(normal(text_of(cell)))
            if value is None and column.field == "currency":
                return Invalid(
                    Cause.UNKNOWN_CURRENCY,
                    f"no currency is known for {printed(cell)!r}",
                    "map this report instead, with a currency",
                )
            return value or ""

        return convert


def plain_text(cell: Cell) -> str:
    """A text without outer spaces and without the apostrophe that keeps it from being a formula."""
    text = text_of(cell).strip()
    return text[1:] if text.startswith(_NEUTRALISED) else text


def country_text(cell: Cell) -> str:
    """A country's code; what names no country as it is."""
    text = plain_text(cell)
    if not text:
        return ""
    shown = visible(text)
    return country(shown) or store_country(shown) or text


def _agreeing(
    convert: Callable[[Cell], Any], amounts_in: Mapping[str, str]
) -> Callable[[Cell], Any]:
    """The conversion of a row's currency, which has to be that of its amounts' headings."""

    def converted(cell: Cell) -> Any:
        value = convert(cell)
        if value is BLANK:
            return next(iter(amounts_in.values()))
        for heading, code in amounts_in.items():
            if isinstance(value, str) and value != code:
                return Invalid(
                    Cause.OTHER_CURRENCY,
                    f"the heading {heading!r} says {code}, but the row is in {value}",
                    "correct the one that is wrong, or map the column of the row's own currency",
                )
        return value

    return converted


def _of_cents(convert: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """The conversion of amounts whose heading says that they are hundredths of a unit."""

    def converted(cell: Cell) -> Any:
        value = convert(cell)
        if isinstance(value, MarkedAmount):
            value = value.micro
        if not isinstance(value, int):
            return value
        units, rest = divmod(value, CENTS)
        return units if not rest else too_many_decimals(printed(cell))

    return converted


def _price(value: int | NonValue, cell: Cell) -> int | NonValue | None:
    """A list price: nothing costs less than nothing, whichever way the copies go."""
    if isinstance(value, int) and value < 0:
        return Invalid(
            Cause.NEGATIVE_PRICE,
            f"a {{column}} of {printed(cell)} is below zero",
            "write the price without its sign",
        )
    return _none_if_blank(value)


def _none_if_blank(value: int | NonValue) -> int | NonValue | None:
    return None if value is BLANK else value


def _if_blank(value: int | NonValue, nothing: int | None) -> int | NonValue | None:
    return nothing if value is BLANK else value


def bad_cells(block: RowBlock) -> dict[int, list[tuple[int, Invalid]]]:
    """Overlong cells and control characters, as place in the block: columns and what is wrong."""
    bad: dict[int, list[tuple[int, Invalid]]] = {}
    if not block.suspect:
        return bad
    for column, cells in enumerate(block.columns):
        types = set(map(type, cells))
        if str not in types:
            continue
        texts = cells if len(types) == 1 else [cell for cell in cells if isinstance(cell, str)]
        together = "".join(texts)  # type: ignore[arg-type]
        harmless = together.isprintable() or not CONTROL.search(together)
        if harmless and (len(together) <= LONGEST or max(map(len, texts)) <= LONGEST):  # type: ignore[arg-type]
            continue
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and (wrong := bad_text(cell)):
                bad.setdefault(place, []).append((column, wrong))
    return bad


def _fit_text(value: Any, field: str) -> Any:
    """A value, or what is wrong with it as a text."""
    wrong = bad_text(value) if isinstance(value, str) else None
    return replace(wrong, column=field) if wrong else value


def bad_text(text: str) -> Invalid | None:
    """What is wrong with a text as such."""
    if len(text) > LONGEST:
        return Invalid(
            Cause.TOO_LONG,
            f"{{column}} is longer than {LONGEST} characters",
            "shorten it; the rest is not needed",
        )
    if sign := CONTROL.search(text):
        return Invalid(
            Cause.CONTROL_CHARACTER,
            f"{{column}} holds the control character U+{ord(sign[0]):04X}, which is not allowed",
            "delete it, or export the report again",
        )
    return None

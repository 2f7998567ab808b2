"""What stands out in a report while it is read, and is to be confirmed by a person.

Nothing here refuses a row: sales before publication, copies without money, rows that repeat,
titles of another book, dates that were read with some care, figures that contradict one another,
unknown countries and regions.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from itertools import repeat
from operator import xor
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.problems import Choice
from royalties.domain.sales.lines import SaleLine, WaitingLine, distinct
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.places import contradiction, is_country, is_region
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.cells import Invalid, NonValue, printed, text_of
from royalties.ingest.report.charged_prices import ChargedPrices
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import ReportFormat
from royalties.ingest.report.figures import Contradictions, ReceiptsOfRow
from royalties.ingest.report.plain_rows import PlainRows
from royalties.ingest.report.plausibility import PlausibilityCheck
from royalties.ingest.report.reading import ReferenceData
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.tables import Table
from royalties.ingest.report.unusual import CopyCounts

COMPARED_ROWS = 100_000
"""So many rows are compared with each other; beyond them memory would grow with the file."""

_DATES = {
    "two-digit-year": "the year has two digits: {} was read as {}",
    "serial-date": "a bare number was read as Excel's date: {} as {}",
    "compact-date": "a date without separators was read: {} as {}",
}


_PAGES = re.compile(r"\b(KENP|pages)\b", re.IGNORECASE)


class RowChecks:
    """Looks at every row that is recorded; strict reports ask about rows that repeat."""

    def __init__(
        self,
        known: ReferenceData,
        remarks: RowWarnings,
        report: ReportFormat,
    ) -> None:
        catalogue = known.catalogue
        self._editions = editions = catalogue.by_number
        self._remarks = remarks
        self._strict = report.strict
        self._contradictions = Contradictions(report)
        self._today = known.today.isoformat()
        self._charged = ChargedPrices(editions) if report.charged_prices else None
        self._published = catalogue.published
        self._latest_publication = catalogue.latest_publication
        self._titles = catalogue.titles
        self._seen_titles: set[tuple[int, Any]] = set()
        self._plausible = PlausibilityCheck(editions) if report.counts_use else None
        self._copies = CopyCounts()
        self._compared: dict[int, int] = {}
        self._rows_compared = 0
        self._dated: dict[int, Table] = {}

    def plain(self, table: Table, rows: PlainRows) -> None:
        """Look at plain rows, column by column."""
        retailers, books = rows.column("retailer"), rows.column("book")
        sold = (retailers, books, rows.column("kind"), rows.column("units"))
        self._copies.look((table.place, table.where), rows.numbers, sold)
        if not rows.is_settled:
            self._all_figures(table, rows)
        self._all_charged(table, rows)
        if self._plausible is not None:
            fields = ("book", "kind", "date", "units", "currency", "list_price", "net")
            figures = zip(*(rows.column(field) for field in fields), strict=True)
            self._plausible.look(table.where, zip(rows.numbers, figures, strict=True))
        self._all_placed(table, rows)
        days = rows.column("date")
        if min(days) < self._latest_publication:
            for number, book, day in zip(rows.numbers, books, days, strict=True):
                self._early(table, number, book, day)
        if table.title >= 0:
            self._all_titles(table, rows.numbers, books, rows.raw(table.title))
        self._compare(table, rows.numbers, rows.compared)

    def row(self, table: Table, number: int, cells: Sequence[Any]) -> None:
        """Look at one row of any kind."""
        self._compare(table, (number,), lambda: (table.compared(cells),))

    def line(self, table: Table, line: SaleLine, *, kept: int) -> None:
        """Look at one sale line; ``kept`` copies are what its whole row leaves sold."""
        if not line.net and kept:
            self._line_without_money(table, line.row, line.kind, line.units)
        self._early(table, line.row, line.edition, line.day)
        sold_line = ((line.retailer,), (line.edition,), (line.kind,), (line.units,))
        self._copies.look((table.place, table.where), (line.row,), sold_line)
        if self._plausible is not None:
            sold = (line.edition, line.kind, line.day, line.units, line.currency)
            figures = (*sold, line.list_price, line.net)
            self._plausible.look(table.where, [(line.row, figures)])
        if self._charged is not None:
            about = (line.edition, line.kind, line.day, line.units, line.currency, line.list_price)
            self._charged.look(partial(table.where, line.row), about)

    def units(self, table: Table) -> None:
        """Say that a column of units holds pages as well, if no other column tells which."""
        name, _ = table.column_name("units")
        if _PAGES.search(name) and not any(field == "kind" for field, _, _ in table.readers):
            self._remarks.say(
                "units-or-pages",
                f"column {name} holds copies or pages read, and every row counts as copies: map "
                f"the column that tells which as kind, and its word for pages to usage",
            )

    def money_alone(self, table: Table, number: int) -> None:
        """Say that a row with money and no units is taken as usage."""
        name, _ = table.column_name("net")
        self._remarks.add(
            "money-without-units",
            (table.place, number),
            f"{table.where(number)}, column {name or 'net'}: money without units. It is recorded "
            f"as subscriptions and loans, which count no copies",
        )

    @property
    def price_asked(self) -> Choice | None:
        """Which price counts, if copies were charged at another than their list price."""
        return None if self._charged is None else self._charged.choice()

    def receipts(self, table: Table, number: int, row: ReceiptsOfRow) -> None:
        """Look at whether the receipts of a row are those of one copy times the copies kept."""
        if disagreement := self._contradictions.of_units(*row):
            self._figures(table, number, *disagreement)

    def figures(self, table: Table, line: SaleLine | WaitingLine) -> None:
        """Look at whether the figures of a sale line agree, whether its book is known or not."""
        figures = (line.kind, line.units, line.list_price, line.net, line.discount, line.currency)
        if disagreement := self._contradictions.of(figures):
            self._figures(table, line.row, *disagreement)

    def _all_figures(self, table: Table, rows: PlainRows) -> None:
        kinds, units, nets = rows.column("kind"), rows.column("units"), rows.column("net")
        unpaid = [
            place for place, (kind, net) in enumerate(zip(kinds, nets, strict=True))
            if not net and kind == SaleKind.SALE
        ] if 0 in nets else []  # fmt: skip
        for place in unpaid:
            self._line_without_money(table, rows.numbers[place], kinds[place], units[place])
        contradictions = list(self._contradictions.among(rows))
        for place, code, text in contradictions:
            self._figures(table, rows.numbers[place], code, text)
        if not unpaid and not contradictions:
            rows.settle()

    def _all_charged(self, table: Table, rows: PlainRows) -> None:
        if self._charged is None:
            return
        fields = ("book", "kind", "date", "units", "currency", "list_price")
        sold = zip(*(rows.column(field) for field in fields), strict=True)
        for number, each in zip(rows.numbers, sold, strict=True):
            self._charged.look(partial(table.where, number), each)

    def _all_placed(self, table: Table, rows: PlainRows) -> None:
        if not rows.tells("country") and not rows.tells("region"):
            return
        places = rows.column("place")
        odd = {place for place in distinct(places) if any(_oddities(*place[:2]))}
        if not odd:
            return
        for place, number in zip(places, rows.numbers, strict=True):
            if place in odd:
                self.placed(table, number, *place[:2])

    def placed(self, table: Table, number: int, country: str, region: str) -> None:
        """Look at the country and the region that a row names, as far as they were understood."""
        country_odd, region_odd = _oddities(country, region)
        if country_odd:
            self._odd_place(
                "country",
                (table, number),
                f"{printed(country)!r} is no country that is known: write its name, or its two "
                f"letters of ISO 3166-1 such as US",
            )
        if region_odd:
            of = f" of {country}" if is_country(country) else ""
            self._odd_place(
                "region",
                (table, number),
                f"{printed(region)!r} is no region{of} that is known: write its name, or its code "
                f"of ISO 3166-2 such as WA for US-WA",
            )

    def _odd_place(self, field: str, at: tuple[Table, int], words: str) -> None:
        table, number = at
        name, _ = table.column_name(field)
        self._remarks.add(
            f"unknown-{field}",
            (table.place, number),
            f"{table.where(number)}, column {name or field}: {words}. It is recorded as reported, "
            f"and no rule or plan that asks for a {field} counts it",
        )

    def postcode(self, table: Table, number: int, place: tuple[str, str, str]) -> None:
        """Look whether a row's region is that of its postcode."""
        if found := contradiction(*place):
            where = table.where(number)
            self._remarks.add("postcode-differs", (table.place, number), f"{where}: {found}")

    def identifier(self, table: Table, number: int, place: int, wrong: Invalid) -> None:
        """Name an identifier that was passed over, since another one of its row is good."""
        at = table.books[place][1]
        name = table.header.names[at]
        self._remarks.add(
            "bad-identifier",
            (table.place, number),
            f"{table.where(number)}, column {name}: {wrong.message.replace('{column}', name)}; "
            f"the row is taken by its other identifier",
        )

    def title(self, table: Table, number: int, book: int, title: str) -> None:
        """Look at the title that a row prints beside its ISBN."""
        self._all_titles(table, (number,), (book,), (title,))

    @property
    def beyond_sales(self) -> dict[tuple[int, int], int]:
        """Copies that came back beyond those sold in the report, by retailer and edition."""
        return self._copies.beyond_sales

    def finish(self, days: Iterable[str], dates: Dates, numbers: Numbers) -> None:
        """Say what only the whole report shows."""
        for at, text in self._copies.unusual():
            self._remarks.add("units-unusual", at, text)
        if self._plausible is not None and self._plausible.doubt:
            self._remarks.say("net-implausible", self._plausible.doubt)
        for code, text in dates.remarks.items():
            day = dates.day(text)
            if not isinstance(day, NonValue):
                self._remarks.say(code, _DATES[code].format(repr(text), day))
        ahead = [day for day in days if day > self._today]
        if ahead:
            self._remarks.say(
                "future-date",
                f"{len(ahead)} {'day of sale is' if len(ahead) == 1 else 'days of sale are'} after "
                f"today, up to {max(ahead)}",
            )
        for text, value in numbers.noise.items():
            self._remarks.say("rounded", f"{text} was rounded to {value}")

    def _compare(
        self, table: Table, numbers: Sequence[int], rows: Callable[[], Iterable[tuple[Any, ...]]]
    ) -> None:
        if self._rows_compared >= COMPARED_ROWS:
            return
        self._rows_compared += len(numbers)
        hashes = list(map(xor, map(hash, rows()), repeat(table.place)))
        self._compare_sheets(table, numbers, hashes)
        new = dict(zip(hashes, numbers, strict=True))
        if len(new) == len(numbers) and self._compared.keys().isdisjoint(new):
            self._compared.update(new)
            return
        alike = [
            (before, number)
            for number, hashed in zip(numbers, hashes, strict=True)
            if (before := self._compared.setdefault(hashed, number)) != number
        ]
        if alike:
            # Rows that are read one by one come before plain ones that stand above them.
            before, number = sorted(alike[0])
            asked = ": keep both?" if self._strict else ", and both count"
            self._remarks.add(
                "identical-rows",
                (table.place, alike[0][1]),
                f"rows {before} and {number} are identical{asked}",
                len(alike),
            )

    def _compare_sheets(self, table: Table, numbers: Sequence[int], hashes: Sequence[int]) -> None:
        """Say that rows stand in another table as well, as where a sheet was copied.

        Rows without a date may be alike and mean two months, each on its sheet.
        """
        if not any(field == "date" for field, _, _ in table.readers):
            return
        self._dated.setdefault(table.place, table)
        both: dict[int, tuple[Table, int]] = {}
        for place, other in self._dated.items():
            there = [each ^ table.place ^ place for each in hashes]
            if place == table.place or self._compared.keys().isdisjoint(there):
                continue
            for number, hashed in zip(numbers, there, strict=True):
                if hashed in self._compared:
                    both.setdefault(number, (other, self._compared[hashed]))
        if both:
            number = min(both)
            other, before = both[number]
            self._remarks.add(
                "rows-on-two-sheets",
                (table.place, number),
                f"{other.where(before)} and {table.where(number)} are identical, and both count: "
                f"is one a copy of the other?",
                len(both),
            )

    def _figures(self, table: Table, number: int, code: str, text: str) -> None:
        name, _ = table.column_name("list_price" if code == "free-price" else "net")
        where = f"{table.where(number)}, column {name}" if name else table.where(number)
        self._remarks.add(code, (table.place, number), f"{where}: {text}")

    def _line_without_money(self, table: Table, number: int, kind: int, units: int) -> None:
        if kind == SaleKind.SALE:
            where = table.where(number)
            self._remarks.add(
                "zero-net",
                (table.place, number),
                f"{where}: {counted(units, 'unit')} at zero net: free copies?",
            )

    def _early(self, table: Table, number: int, book: int, day: str) -> None:
        published = self._published.get(book, "")
        if day < published:
            days = (date.fromisoformat(published) - date.fromisoformat(day)).days
            where = table.where(number)
            self._remarks.add(
                "before-publication",
                (table.place, number),
                f"{where}: sold {counted(days, 'day')} before publication (pre-order?)",
            )

    def _all_titles(
        self, table: Table, numbers: Sequence[int], books: Sequence[int], cells: Sequence[Any]
    ) -> None:
        for book, cell in self._new_titles(books, cells):
            title = text_of(cell)
            broken, differs = "\r\n" in title, self._titles.differs(book, title)
            if not broken and not differs:
                continue
            pairs = zip(numbers, books, cells, strict=True)
            rows = [number for number, *pair in pairs if pair == [book, cell]]
            where, own = table.where(rows[0]), self._editions[book]
            at = (table.place, rows[0])
            if broken:
                self._remarks.add(
                    "line-break", at, f"{where}: a line break in the title", len(rows)
                )
            if differs:
                shown = f"{printed(cell)!r} is not that of {own.isbn}, {own.title!r}"
                self._remarks.add("title-differs", at, f"{where}: the title {shown}", len(rows))

    def _new_titles(self, books: Sequence[int], cells: Sequence[Any]) -> list[tuple[int, Any]]:
        """Pairs of edition and printed title that were not seen before, in order."""
        pairs = dict.fromkeys(zip(books, cells, strict=True))
        unseen = pairs.keys() - self._seen_titles
        if not unseen:
            return []
        if len(self._seen_titles) > COMPARED_ROWS:
            self._seen_titles.clear()
        self._seen_titles |= unseen
        return [pair for pair in pairs if pair in unseen]


def _oddities(country: str, region: str) -> tuple[bool, bool]:
    """Whether a country and a region are given, and no codes."""
    known = is_country(country)
    return (
        bool(country) and not known,
        bool(region) and not is_region(region, country if known else ""),
    )

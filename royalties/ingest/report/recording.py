"""The sale lines that the rows of a report give, held until they are handed over.

A row of a known book gives sale lines; a row of a bundle gives lines for each of its editions; a
row of an unknown book gives lines that wait until somebody tells which book it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from royalties.domain.sales.changes import MOST_CHANGES
from royalties.domain.sales.lines import LineColumns, SaleLine, WaitingLine
from royalties.domain.sales.remembered import shared
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import Cell, printed
from royalties.ingest.report.declaration import PLACE
from royalties.ingest.report.figures import ReceiptsOfRow
from royalties.ingest.report.judging import Verdict
from royalties.ingest.report.plain_rows import CalculationCache, PlaceResolver, PlainRows
from royalties.ingest.report.reading import Chunk, UnknownBook
from royalties.ingest.report.reading_state import ReadingState
from royalties.ingest.report.row_checks import RowChecks
from royalties.ingest.report.tables import Table


class Recorder:
    """Makes lines of judged rows, adds them up, and has each line checked."""

    def __init__(self, state: ReadingState, checks: RowChecks) -> None:
        self.unknown_books: dict[str, UnknownBook] = {}
        """What the report says about unknown books, by identifier."""
        self.calculations = CalculationCache()
        self.totals = state.totals
        self._converters = state.converters
        self._tally = state.tally
        self._checks = checks
        shops = state.known.retailers.values()
        self._homes = PlaceResolver(
            {shop.id: (shop.country, shop.region, shop.city) for shop in shops}
        )
        self._columns: list[LineColumns] = []
        self._sales: list[SaleLine] = []
        self._waiting: list[WaitingLine] = []

    def full_chunk(self, size: int) -> Iterator[Chunk]:
        """Yield the collected lines if there are more than ``size``, and start afresh."""
        chunk = Chunk(self._columns, self._sales, self._waiting)
        if chunk.size > size:
            yield chunk
            self._columns, self._sales, self._waiting = [], [], []

    def add_plain(self, table: Table, rows: PlainRows) -> None:
        """Record plain rows, column by column."""
        columns = rows.sales(self._homes)
        self._columns.append(columns)
        fields = ("retailer", "kind", "date", "units", "currency", "net")
        self._tally.add_all(*(rows.column(field) for field in fields))
        self._tally.look(rows.column("date"))
        self._tally.look_at_columns(columns)
        self.totals.rows += len(rows.numbers)
        self.totals.recordable += len(rows.numbers)
        self._checks.plain(table, rows)
        if self._converters.by_alias:
            for number, cell in zip(rows.numbers, rows.raw(table.books[0][1]), strict=True):
                self._note_alias(table, number, cell)

    def add(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        verdict: Verdict,
    ) -> None:
        """Record one row, given its values by field and its verdict."""
        retailer = values["retailer"]
        country, region, city = (values.get(field, "") for field in PLACE)
        country, region = self.calculations.codes(country, region)
        place = self._homes.home(retailer, (country, region, city))
        country, region, _ = place
        tail = (*place, values.get("order", ""), values.get("reference", ""))
        self._checks.placed(table, number, country, region)
        if postcode := values.get("postcode", ""):
            self._checks.postcode(table, number, (country, region, postcode))
        if verdict.is_use_by_money:
            self._checks.money_alone(table, number)
        price = None if verdict.is_use_by_money else values.get("list_price")
        row = _RowOfLines(table, number, retailer, values["date"], values["currency"], price, tail)
        if verdict.parts:
            self._add_parts(row, verdict)
            return
        if (unit_net := values.get("unit_net")) is not None:
            receipts = _receipts(verdict, unit_net, values["currency"])
            self._checks.receipts(table, number, receipts)
        if isinstance(verdict.book, int):
            self._add_sales(row, verdict.book, verdict)
            if self._converters.by_alias:
                naming = (at for reader, at in table.books if reader.one(cells[at]) == verdict.book)
                self._note_alias(table, number, cells[next(naming)])
        else:
            self._add_waiting(row, verdict.book, verdict)
            self._note_unknown_book(row, cells, verdict.book, verdict)

    def _add_sales(self, row: "_RowOfLines", edition: int, verdict: Verdict) -> None:
        """Record the lines of a row whose book is known."""
        kept = _kept(verdict)
        for kind, units, net, discount in verdict.lines:
            line = SaleLine(
                row.table.place, row.number, edition, row.retailer, kind, row.day, units,
                row.currency, row.list_price, net or 0, discount, *row.tail,
            )  # fmt: skip
            self._checks.figures(row.table, line)
            self._sales.append(line)
            self._tally.add(row.retailer, kind, row.day, units, row.currency, line.net)
            self._tally.look_at_sale(line)
            self._checks.line(row.table, line, kept=kept)
        self._tally.look((row.day,))
        self.totals.recordable += 1

    def _add_waiting(self, row: "_RowOfLines", identifier: str, verdict: Verdict) -> None:
        """Record the lines of a row whose book is unknown."""
        for kind, units, net, discount in verdict.lines:
            line = WaitingLine(
                row.table.place, row.number, identifier, row.retailer, kind, row.day, units,
                row.currency, row.list_price, net, discount, *row.tail,
            )  # fmt: skip
            self._checks.figures(row.table, line)
            self._waiting.append(line)
            self._tally.look_at_waiting(line)
        self._tally.look((row.day,))
        self._tally.wait(identifier, sum(units for _, units, _, _ in verdict.lines))

    def _add_parts(self, row: "_RowOfLines", verdict: Verdict) -> None:
        """Record a row of a bundle: a line for each edition and kind; its money stays whole."""
        shares, kept = [part.share for part in verdict.parts], _kept(verdict)
        price = row.list_price
        prices = [None] * len(shares) if price is None else shared(price, shares)
        for kind, units, net, discount in verdict.lines:
            nets = shared(net or 0, shares)
            for part, part_net, part_price in zip(verdict.parts, nets, prices, strict=True):
                line = SaleLine(
                    row.table.place, row.number, part.edition, row.retailer, kind, row.day, units,
                    row.currency, part_price, part_net, discount, *row.tail,
                )  # fmt: skip
                self._sales.append(line)
                self._tally.add(row.retailer, kind, row.day, units, row.currency, part_net)
                self._tally.look_at_sale(line)
                self._checks.line(row.table, line, kept=kept)
            self._tally.bundled += units * (len(shares) - 1) * (kind != SaleKind.FREE)
        self._tally.look((row.day,))
        self.totals.recordable += 1

    def _note_alias(self, table: Table, number: int, cell: Cell) -> None:
        """Note which alias named the edition of a row, if one did."""
        alias = self._converters.by_alias.get(cell)
        if alias is not None:
            self._converters.alias_uses.setdefault(alias, {}).setdefault(table.place, []).append(
                number
            )

    def _note_unknown_book(
        self, row: "_RowOfLines", cells: Sequence[Any], identifier: str, verdict: Verdict
    ) -> None:
        """Note what a row says about an unknown book."""
        book = self.unknown_books.setdefault(identifier, UnknownBook())
        book.title = book.title or printed(row.table.title_of(cells))
        book.author = book.author or printed(row.table.author_of(cells))
        if len(book.rows) < MOST_CHANGES:
            book.rows.append((row.table.sheet.name, row.number))
        for line in self._waiting[-len(verdict.lines) :]:
            if line.net is not None:
                book.net[line.currency] = book.net.get(line.currency, 0) + line.net


def _kept(verdict: Verdict) -> int:
    """Copies that a row leaves sold, less those that it took back."""
    return sum(units for kind, units, _, _ in verdict.lines if kind != SaleKind.FREE)


def _receipts(verdict: Verdict, unit_net: int, currency: str) -> ReceiptsOfRow:
    """The receipts of a row beside those of one copy: what came back is taken off both."""
    kind, units, net, _ = verdict.lines[0]
    if len(verdict.lines) > 1:
        paid = [line for line in verdict.lines if line[0] != SaleKind.FREE]
        kind = paid[0][0] if paid else kind
        units = _kept(verdict)
        nets = [net for _, _, net, _ in paid]
        net = None if None in nets else sum(filter(None, nets))
    return kind, units, net, unit_net, currency


class _RowOfLines(NamedTuple):
    """What all lines of a row have in common.

    ``tail`` is country, region, city, order and reference, as a sale line ends.
    """

    table: Table
    number: int
    retailer: int
    day: str
    currency: str
    list_price: int | None
    tail: tuple[str, str, str, str, str]

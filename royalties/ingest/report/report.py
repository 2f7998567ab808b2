"""A recognised report, read through once into sale lines, problems and control totals."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.problems import Cause, Choice, Notice, Skipped
from royalties.domain.sales.changes import MOST_CHANGES, Change, RowLeftOut, words_of
from royalties.domain.sales.lines import LineColumns, SaleLine, WaitingLine
from royalties.domain.sales.remembered import NOTHING, BundlePart, Remembered, shared
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest.report import unread_sheets
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.answers import Given
from royalties.ingest.report.asides import Asides
from royalties.ingest.report.asking import with_proposals
from royalties.ingest.report.bulk import Bulk, Homes, Workings
from royalties.ingest.report.cells import Block, Cell, Marked, Stranger, Wrong, printed, text_of
from royalties.ingest.report.columns import Converters, bad_cells
from royalties.ingest.report.conventions import Convention, again
from royalties.ingest.report.dates import LANGUAGES, RANGE_ENDS, Dates
from royalties.ingest.report.declaration import BOOK, PLACE, Column, ReportFormat, Surroundings
from royalties.ingest.report.judging import SET_ASIDE, Judge, RowFault, Verdict, listed
from royalties.ingest.report.mending import ChangedSheet
from royalties.ingest.report.passed_over import PassedOver
from royalties.ingest.report.printed_totals import PrintedTotals
from royalties.ingest.report.reading import Chunk, ControlTotals, Known, UnknownBook
from royalties.ingest.report.refusals import Refusals
from royalties.ingest.report.row_checks import RowChecks
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.shop_orders import shown
from royalties.ingest.report.tables import Sheet, Table
from royalties.ingest.report.tally import Tally

CHUNK = 8_192
"""Lines handed over at a time, at least."""

_NO_PRICE_OF_BUNDLE = Wrong(
    Cause.NO_LIST_PRICE,
    "{column} cannot be worked out: a bundle has no list price of its own",
    "write the net amount, or the list price of the bundle",
)
_PERIOD = "give the period of the report as 2025-05, or write the days into the file"
_QUESTIONS = {
    choice.key: choice
    for choice in (
        Choice("date_language", "a date's month is not in English: choose the language", LANGUAGES),
        Choice(
            "date_range",
            "a range stands where a date should: choose the day that counts",
            RANGE_ENDS,
        ),
        Choice(
            "currency",
            "a currency is given as a sign that several share: which dollar? which krone?",
            ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "SEK", "NOK", "DKK", "JPY", "CNY"),
        ),
    )
}


class Report:
    """See ``reading.Reading``."""

    def __init__(
        self,
        declared: ReportFormat,
        tables: Sequence[Table],
        known: Known,
        converters: Converters,
        choices: Given,
    ) -> None:
        self.report = declared.name
        self.by_order = declared.by_order
        self.retailer = declared.retailer
        self.account = declared.account
        self.sheets = [table.sheet.name for table in tables]
        self.header_rows = {table.sheet.name: table.header.row for table in tables}
        self.choices: list[Choice] = []
        self.notices: list[Notice] = []
        self.notes: list[str] = []
        self.skipped = Skipped()
        self.totals = ControlTotals()
        self.remarks = RowWarnings()
        self.period: tuple[date, date] | None = None
        """The period that the user gave, for rows without a date."""
        self.progress: Callable[[int, int], None] | None = None
        self.closing: Callable[[], None] = lambda: None
        self.all_sheets: Sequence[Sheet] = ()
        """Of the file, whether they are read or not."""
        self.asked_changes: Sequence[Change] = ()
        """What somebody changed in the file."""
        self._known = known
        self._refusals = Refusals()
        self.problems = self._refusals.problems
        self.refused_rows = self._refusals.rows
        self.changes: list[Change] = []
        self.unknown_books: dict[str, UnknownBook] = {}
        self._declared = declared
        self._tables = tables
        self._passed_over = [
            PassedOver(table.header, declared.unread, by_words=declared.strict) for table in tables
        ]
        self.texts: Sequence[tuple[str, str]] = ()
        """What stands outside of the rows, each behind where that is."""
        self.unread_sheets: Sequence[Sheet] = ()
        """Sheets that are not read and not known to repeat the others."""
        self._converters = converters
        self._given = choices
        self._editions = {edition.id: edition for edition in known.editions.values()}
        self._judge = Judge(declared, self._editions)
        self._watch = RowChecks(known, self._editions, self.remarks, declared)
        self._tally = Tally(known.first_day)
        self._printed_totals = PrintedTotals(self._tally)
        kept = (self.totals, self.skipped)
        self._asides = Asides(declared, choices, self._printed_totals, kept)
        self._workings = Workings()
        self._homes = Homes(
            {shop.id: (shop.country, shop.region, shop.city) for shop in known.retailers.values()}
        )
        self._columns: list[LineColumns] = []
        self._sales: list[SaleLine] = []
        self._waiting: list[WaitingLine] = []
        self._undated: list[str] = []
        self._last_rows: dict[int, int] = {}
        """The last row of each table that was no aside."""

    @property
    def alias_uses(self) -> dict[str, dict[int, list[int]]]:
        """See ``reading.Reading``."""
        return self._converters.alias_uses

    @property
    def unlisted(self) -> int:
        """See ``reading.Reading``."""
        return self._refusals.unlisted

    @property
    def _conventions(self) -> tuple[Convention, ...]:
        return (self._numbers.mark, self._dates.order)

    @property
    def _numbers(self) -> Numbers:
        return self._converters.numbers

    @property
    def _dates(self) -> Dates:
        return self._converters.dates

    @property
    def answers(self) -> Mapping[str, str]:
        """See ``reading.Reading``."""
        return self._given.taken

    def chunks(self) -> Iterator[Chunk]:
        """See ``reading.Reading``."""
        if self.choices:
            return
        try:
            for table in self._tables:
                yield from self._chunks_of(table)
            yield from self._full_chunk(0)
            self._finish()
        finally:
            self.close()

    def close(self) -> None:
        """See ``reading.Reading``."""
        self.closing()

    def _chunks_of(self, table: Table) -> Iterator[Chunk]:
        for convention in self._conventions:
            convention.search_with(lambda: table.search(self._numbers, self._dates))
        self._numbers.currencies = table.currencies
        watched = self._passed_over[table.place]
        if self._declared.arrange:
            watched.look_at_rows(cells for _, cells in table.sheet.peek()[table.header.place + 1 :])
            for number, cells in table.rows(self._around(table)):
                self._row(table, number, cells, bad=table.bad_cells(cells))
                yield from self._full_chunk(CHUNK)
            self._count_left_out(table)
            return
        learnt = False
        for block in table.blocks():
            if not learnt:
                table.learn(block, self._numbers, self._dates)
                self._numbers.mark.settle()
                self._dates.order.settle()
                learnt = True
            self._count_left_out(table)
            if block.numbers:
                watched.look(block)
                self._block(table, block)
                self._tell_progress(table, block)
            yield from self._full_chunk(CHUNK)
        self._count_left_out(table)
        if table.end is not None and table.end.below:
            self.totals.rows += table.end.below
            self.skipped.add(table.end.reason, table.end.below)

    def _around(self, table: Table) -> Surroundings:
        retailer = table.constants.get("retailer")
        return Surroundings(
            book=self._converters.convert(Column(BOOK, ())),
            day=self._dates.day,
            amount=self._numbers.amount,
            price=lambda book, day, currency: listed(self._editions[book], day, currency),
            recorded=lambda numbers: (
                self._known.recorded(retailer, numbers) if retailer is not None else ()
            ),
            choices=self._given,
            warn=self.remarks.say,
            note=self.notes.append,
            ask=lambda choice: self._asides.choices.append(again(choice, self._given)),
        )

    def _full_chunk(self, size: int) -> Iterator[Chunk]:
        chunk = Chunk(self._columns, self._sales, self._waiting)
        if chunk.size > size:
            yield chunk
            self._columns, self._sales, self._waiting = [], [], []

    def _tell_progress(self, table: Table, block: Block) -> None:
        if self.progress:
            done = table.sheet.read or block.numbers[-1]
            self.progress(done, max(table.sheet.size, done))

    def _block(self, table: Table, block: Block) -> None:
        bad = bad_cells(block)
        bulk = None
        places: Sequence[int] = range(len(block.numbers))
        if table.plain:
            odd = {*bad, *block.surplus, *table.filter.places(block)}
            if table.end is not None and table.end.row == block.numbers[-1]:
                odd.add(len(block.numbers) - 1)
            bulk = Bulk(table, block, odd, self._workings)
            places = sorted(bulk.strange)
            if any(table.header.repeats(_row_at(block, place)) for place in places):
                # What a second header begins may have to be read in another way.
                bulk, places = None, range(len(block.numbers))
        for place in places:
            self._row(
                table,
                block.numbers[place],
                _row_at(block, place),
                bad=bad.get(place, ()),
                surplus=place in block.surplus,
                bulk=bulk,
            )
        if bulk is not None and bulk.numbers:
            self._add(table, bulk)

    def _add(self, table: Table, rows: Bulk) -> None:
        """Add plain rows."""
        self._columns.append(rows.sales(self._homes))
        fields = ("retailer", "kind", "date", "units", "currency", "net")
        self._tally.add_all(*(rows.column(field) for field in fields))
        self._tally.look(rows.column("date"))
        self.totals.rows += len(rows.numbers)
        self._last_rows[table.place] = max(rows.numbers[-1], self._last_rows.get(table.place, 0))
        self.totals.recordable += len(rows.numbers)
        self._watch.plain(table, rows)
        if self._converters.by_alias:
            for number, cell in zip(rows.numbers, rows.raw(table.books[0][1]), strict=True):
                self._note_alias(table, number, cell)

    def _row(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        *,
        bad: Sequence[tuple[int, Wrong]] = (),
        surplus: bool = False,
        bulk: Bulk | None = None,
    ) -> None:
        """Read one row that is not plain."""
        values, books = table.read(cells)
        if self._asides.takes(table, number, cells, values, books, bulk):
            return
        self.totals.rows += 1
        self._last_rows[table.place] = max(number, self._last_rows.get(table.place, 0))
        if self._asides.turn(table, values):
            return
        remembered = self._known.remembered.get(values.get("retailer", 0), NOTHING)
        reason = self._reason_to_leave(table, number, cells)
        if reason := reason or _why_no_book(remembered, table, cells, books):
            self._leave_out(values, Verdict(left=reason, left_net=_money_of(values)))
            return
        verdict = self._judge.judge(values, books, table.title_of(cells))
        if isinstance(verdict.book, str):
            self._divide(remembered.bundles.get(identifier_key(verdict.book), ()), verdict)
        if surplus:
            self.totals.refused += 1
            self._refusals.surplus(table, number, cells)
        elif bad or verdict.faults:
            self.totals.refused += 1
            self._refusals.cells(table, number, cells, bad, verdict.faults)
        elif verdict.left:
            self._leave_out(values, verdict)
        elif verdict.undated:
            text = printed(cells[table.header.at("date")]).strip()
            found = f"{text!r} is no date" if text else "there is no date"
            self._undated.append(f"{table.where(number)}: {found}")
        elif not verdict.pending:
            self._record(table, number, cells, values, verdict)
            self._look_at(table, number, cells, verdict)

    def _reason_to_leave(self, table: Table, number: int, cells: Sequence[Any]) -> str:
        if table.end is not None and table.end.row == number:
            return table.end.reason
        return table.filter.reason(cells)

    def _look_at(self, table: Table, number: int, cells: Sequence[Any], verdict: Verdict) -> None:
        self._watch.row(table, number, cells)
        for place, wrong in verdict.ignored:
            self._watch.identifier(table, number, place, wrong)
        if table.title >= 0 and isinstance(verdict.book, int):
            self._watch.title(table, number, verdict.book, table.title_of(cells))

    def _leave_out(self, values: Mapping[str, Any], verdict: Verdict) -> None:
        self.skipped.add(verdict.left)
        if verdict.left_net:
            self.skipped.add_net(verdict.left, *verdict.left_net)
        net = values.get("net")
        self._tally.skipped_net += net if isinstance(net, int) else 0

    def _record(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        verdict: Verdict,
    ) -> None:
        retailer, day, currency = values["retailer"], values["date"], values["currency"]
        country, region, city = (values.get(field, "") for field in PLACE)
        country, region = self._workings.codes(country, region)
        place = self._homes.home(retailer, (country, region, city))
        tail = (*place, values.get("order", ""), values.get("reference", ""))
        self._watch.placed(table, number, country, region)
        if postcode := values.get("postcode", ""):
            self._watch.postcode(table, number, (country, region, postcode))
        if verdict.is_use_by_money:
            values = {**values, "list_price": None}
            self._watch.money_alone(table, number)
        if verdict.parts:
            self._record_parts(table, number, verdict, (values, tail))
            return
        unit_net = values.get("unit_net") if len(verdict.lines) == 1 else None
        for kind, units, net, discount in verdict.lines:
            about = (retailer, kind, day, units, currency, values.get("list_price"))
            if isinstance(verdict.book, int):
                line = SaleLine(
                    table.place, number, verdict.book, *about, net or 0, discount, *tail
                )
                self._watch.figures(table, line, unit_net)
                self._sales.append(line)
                self._tally.add(retailer, kind, day, units, currency, line.net)
                self._watch.line(table, line)
            else:
                waiting = WaitingLine(
                    table.place, number, verdict.book, *about, net, discount, *tail
                )
                self._watch.figures(table, waiting, unit_net)
                self._waiting.append(waiting)
                self._tally.look_at_waiting(waiting)
        self._tally.look((day,))
        if isinstance(verdict.book, int):
            self.totals.recordable += 1
            if self._converters.by_alias:
                found = (at for reader, at in table.books if reader.one(cells[at]) == verdict.book)
                self._note_alias(table, number, cells[next(found)])
        else:
            self._tally.wait(verdict.book, sum(units for _, units, _, _ in verdict.lines))
            self._know_of(table, number, cells, verdict)

    def _note_alias(self, table: Table, number: int, cell: Cell) -> None:
        """Keep that an alias told the edition of a row, if one did."""
        alias = self._converters.by_alias.get(cell)
        if alias is not None:
            self._converters.alias_uses.setdefault(alias, {}).setdefault(table.place, []).append(
                number
            )

    def _know_of(self, table: Table, number: int, cells: Sequence[Any], verdict: Verdict) -> None:
        """Keep what a row tells of a book that nobody knows."""
        assert isinstance(verdict.book, str)  # noqa: S101 - a known book is a number
        told = self.unknown_books.setdefault(verdict.book, UnknownBook())
        told.title = told.title or printed(table.title_of(cells))
        told.author = told.author or printed(table.author_of(cells))
        if len(told.rows) < MOST_CHANGES:
            told.rows.append((table.sheet.name, number))
        for line in self._waiting[-len(verdict.lines) :]:
            if line.net is not None:
                told.net[line.currency] = told.net.get(line.currency, 0) + line.net

    def _count_left_out(self, table: Table) -> None:
        """Count the rows that somebody left out: they were met just now."""
        if not isinstance(table.sheet, ChangedSheet):
            return
        for change, cells in table.sheet.met():
            self.totals.rows += 1
            reason = words_of(change)
            self.skipped.add(reason)
            if money := table.money_of(cells):
                self.skipped.add_net(reason, *money)
                self._tally.skipped_net += money[1]

    def _look_at_changes(self) -> None:
        """Say which changes were applied, and refuse those that found no place."""
        names = {table.sheet.name: table.header.names for table in self._tables}
        for sheet in self.all_sheets:
            if isinstance(sheet, ChangedSheet):
                done, unfit = sheet.applied()
                self.changes += [_headed(change, names.get(change.sheet, ())) for change in done]
                for change, found in unfit:
                    self._refusals.unfit(change, found)
        known = {sheet.name for sheet in self.all_sheets}
        for change in self.asked_changes:
            if change.sheet not in known:
                self._refusals.unfit(change, None)

    def _divide(self, parts: Sequence[BundlePart], verdict: Verdict) -> None:
        """Let a row be the editions of a bundle, which have its units and shares of its money."""
        if not parts or verdict.faults:
            return
        if any(net is None for _, _, net, _ in verdict.lines):
            verdict.faults.append(RowFault("net", _NO_PRICE_OF_BUNDLE))
        verdict.parts = parts

    def _record_parts(
        self,
        table: Table,
        number: int,
        verdict: Verdict,
        about: tuple[Mapping[str, Any], tuple[str, ...]],
    ) -> None:
        """Record a row of a bundle: a line for each edition and kind; its money stays whole."""
        values, tail = about
        shares = [part.share for part in verdict.parts]
        price = values.get("list_price")
        prices = [None] * len(shares) if price is None else shared(price, shares)
        retailer, day, currency = values["retailer"], values["date"], values["currency"]
        for kind, units, net, discount in verdict.lines:
            nets = shared(net or 0, shares)
            for part, its_net, its_price in zip(verdict.parts, nets, prices, strict=True):
                line = SaleLine(
                    table.place, number, part.edition, retailer, kind, day, units, currency,
                    its_price, its_net, discount, *tail,
                )  # fmt: skip
                self._sales.append(line)
                self._tally.add(retailer, kind, day, units, currency, its_net)
                self._watch.line(table, line)
            self._tally.bundled += units * (len(shares) - 1) * (kind != SaleKind.FREE)
        self._tally.look((day,))
        self.totals.recordable += 1

    def _finish(self) -> None:
        self._count_undated()
        self._look_at_changes()
        self._tally.complete(self.totals, self._dates.spans)
        self._ask()
        self._tell_what_is_not_read()
        self._watch.finish(self.totals.days, self._dates, self._numbers)
        self.totals.beyond_sales = self._watch.beyond_sales
        if self._declared.counts_use:
            for table in self._tables:
                self._watch.units(table)
        self._printed_totals.say(
            self.remarks,
            self.notes,
            own=self._declared.own_totals,
            incomplete=bool(self.problems or self.totals.waiting),
        )
        if not self._declared.strict and (told := self.remarks.take("identical-rows")):
            self.notes.append(told)
        for at, note, is_prose in self._asides.notes:
            if is_prose and self._declared.strict and at[1] > self._last_rows.get(at[0], 0):
                self.remarks.add("footer", at, f"{note}, below the last sale: does it change any?")
            else:
                self.notes.append(note)
        self.notes.extend(
            convention.told() for convention in self._conventions if convention.told()
        )
        if self._dates.whole and not self._declared.months:
            text, day = self._dates.whole
            self.notes.append(f"a month or quarter counts as its last day: {text} as {day}")
        self._tell_idle_answers()
        if not self._declared.by_order:
            self._tell_set_aside()
        if not self.totals.rows:
            self.remarks.say(
                "no-rows", "the report has no rows below its header: were there no sales?"
            )
        if self.unlisted:
            self.notes.append(f"{self.unlisted:,} more problems are not listed")
        self.notices.extend(self.remarks.notices())

    def _tell_what_is_not_read(self) -> None:
        for table, watched in zip(self._tables, self._passed_over, strict=True):
            where = f"sheet {table.sheet.name!r}, " if len(self._tables) > 1 else ""
            watched.say(self.remarks, where, table.constants)
        ways = (
            f". Add --choose {key}={answer} to record them as subscriptions and loans"
            for key, (answer, _) in self._declared.variants.items()
        )
        unread_sheets.say(
            self.unread_sheets,
            self._tally.receipts,
            self.remarks,
            self.notes,
            currency=self._declared.constants.get("currency", ""),
            incomplete=bool(self.problems or self.totals.waiting or self.choices),
            pages_hint=next(ways, ""),
        )

    def _count_undated(self) -> None:
        """Take note of rows whose date was taken from the period that the user gave."""
        filled = sum(table.undated for table in self._tables)
        if filled and self.period is not None:
            first, last = self.period
            self._dates.spans[last.isoformat()] = first.isoformat()
            self._given.need(("period",))
            self.notes.append(f"{counted(filled, 'row')} without a date: taken as of {last}")

    def _tell_set_aside(self) -> None:
        told = []
        for reason, rows in self.skipped.by_reason.items():
            if reason.startswith(SET_ASIDE):
                money = self.skipped.net.get(reason, {})
                sums = [shown(currency, micro) for currency, micro in sorted(money.items())]
                told.append("; ".join((f"{counted(rows, 'row')} {reason}", *sums)))
        if told:
            self.remarks.say(
                "set-aside",
                f"{'. '.join(told)}. Import the report again once the retailer confirms them",
            )

    def _tell_idle_answers(self) -> None:
        if self._conventions[0].consulted:
            self._given.need(("decimal",))
        if self._conventions[1].consulted:
            self._given.need(("date_order",))
        self._given.need(self._dates.answered)
        self.notes.extend(
            f"{key}={answer} as for this retailer's report before ('royalties remembered')"
            for key, answer in self._given.recalled.items()
        )
        self.notes.extend(
            f"{answer} had no effect: this report leaves nothing like that open"
            for answer in self._given.idle()
        )

    def _ask(self) -> None:
        """Ask what the rows turned out to leave open."""
        asked = [convention.choice() for convention in self._conventions if convention.asked]
        asked += [_QUESTIONS[key] for key in sorted(self._dates.asked | self._converters.asked)]
        if (unit := self._converters.discounts.choice()) is not None:
            asked.append(unit)
        if self._undated:
            more = f" ({len(self._undated) - 1:,} more such rows)" if len(self._undated) > 1 else ""
            question = Choice("period", f"{self._undated[0]}{more}: {_PERIOD}", ())
            asked.append(with_proposals(question, self.texts))
        self.choices += [again(choice, self._given) for choice in asked]
        self.choices += self._asides.choices
        price = self._watch.price_asked
        if price is not None and self._given.get(price.key) not in price.options:
            self.choices.append(again(price, self._given))


def _why_no_book(
    remembered: Remembered, table: Table, cells: Sequence[Any], books: Sequence[Any]
) -> str:
    """What a row names that was said to be no book; a title counts where nothing else does."""
    if not remembered.no_books or any(isinstance(book, int) for book in books):
        return ""
    strangers = [book.identifier for book in books if isinstance(book, Stranger)]
    names = [*strangers, *(text_of(cells[at]) for _, at in table.books)]
    names += [] if strangers else [table.title_of(cells)]
    name = remembered.no_book(map(identifier_key, names))
    return f"{name} is no book" if name else ""


def _headed(change: Change, names: Sequence[str]) -> Change:
    """A change with the heading of its column."""
    if isinstance(change, RowLeftOut) or change.column or change.place >= len(names):
        return change
    return dataclasses.replace(change, column=names[change.place])


def _money_of(values: Mapping[str, Any]) -> tuple[str, int] | None:
    """Currency and net receipts of a row that is left out, if it says both."""
    currency, net = values.get("currency"), values.get("net")
    if isinstance(net, Marked):
        net = net.micro
    return (currency, net) if isinstance(currency, str) and isinstance(net, int) else None


def _row_at(block: Block, place: int) -> list[Any]:
    return [column[place] for column in block.columns]

"""A recognised report, read through once into sale lines, problems and control totals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from royalties.domain.problems import Cause, Notice
from royalties.domain.sales.changes import Change
from royalties.domain.sales.remembered import NOTHING, BundlePart, Remembered
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest.report import conclusions
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.applied_changes import applied_changes, count_left_out
from royalties.ingest.report.cells import (
    Ambiguous,
    Invalid,
    MarkedAmount,
    RowBlock,
    is_number_of_product,
    printed,
    text_of,
)
from royalties.ingest.report.columns import Converters, bad_cells
from royalties.ingest.report.conventions import again
from royalties.ingest.report.declaration import BOOK, ArrangeContext, Column, ReportFormat
from royalties.ingest.report.judging import Judge, RowFault, Verdict, listed
from royalties.ingest.report.open_questions import open_questions
from royalties.ingest.report.other_rows import OtherRows
from royalties.ingest.report.plain_rows import PlainRows
from royalties.ingest.report.printed_totals import PrintedTotals
from royalties.ingest.report.reading import Chunk, ReferenceData
from royalties.ingest.report.reading_state import ReadingState
from royalties.ingest.report.recording import Recorder
from royalties.ingest.report.row_checks import RowChecks
from royalties.ingest.report.tables import Sheet, Table
from royalties.ingest.report.tally import Tally, copies_of
from royalties.ingest.report.unread_columns import UnreadColumns

CHUNK = 128
"""Lines handed over at a time, at least: while they are still near the processor."""

_NO_PRICE_OF_BUNDLE = Invalid(
    Cause.NO_LIST_PRICE,
    "{column} cannot be worked out: a bundle has no list price of its own",
    "write the net amount, or the list price of the bundle",
)


class ReportReading:
    """See ``reading.Reading``."""

    _is_sum_open = False
    """Whether rows wait for an answer, so that nobody knows what the rows come to."""

    def __init__(
        self,
        declared: ReportFormat,
        tables: Sequence[Table],
        known: ReferenceData,
        converters: Converters,
        choices: TrackedAnswers,
    ) -> None:
        self.report = declared.name
        self.by_order = declared.by_order
        self.retailer = declared.retailer
        self.account = declared.account
        self.sheets = [table.sheet.name for table in tables]
        self.header_rows = {table.sheet.name: table.header.row for table in tables}
        self.period: tuple[date, date] | None = None
        """The period that the user gave, for rows without a date."""
        self.progress: Callable[[int, int], None] | None = None
        self.closing: Callable[[], None] = lambda: None
        self.all_sheets: Sequence[Sheet] = ()
        """Of the file, whether they are read or not."""
        self.unread_sheets: Sequence[Sheet] = ()
        """Sheets that are not read and not known to repeat the others."""
        self.texts: Sequence[tuple[str, str]] = ()
        """Texts outside the rows, each preceded by where it is."""
        self.asked_changes: Sequence[Change] = ()
        """What somebody changed in the file."""
        self.changes: list[Change] = []

        tally = Tally(known.first_day)
        totals = PrintedTotals(tally)
        state = ReadingState(declared, tables, known, converters, choices, tally, totals)
        self.choices = state.choices
        self.notices: list[Notice] = []
        self.notes = state.notes
        self.remarks = state.remarks
        self.skipped = state.skipped
        self.totals = state.totals
        self.problems = state.refusals.problems
        self.refused_rows = state.refusals.rows

        editions = known.catalogue.by_number
        self._state = state
        self._declared = declared
        self._tables = tables
        self._known = known
        self._given = choices
        self._editions = editions
        self._numbers = converters.numbers
        self._dates = converters.dates
        self._refusals = state.refusals
        self._tally = tally
        self._passed_over = [
            UnreadColumns(table.header, declared.unread, by_words=declared.strict)
            for table in tables
        ]
        self._judge = Judge(declared, editions)
        self._checks = RowChecks(known, state.remarks, declared)
        self._other_rows = OtherRows(declared, choices, totals, (state.totals, state.skipped))
        self._recorder = Recorder(state, self._checks)
        self.unknown_books = self._recorder.unknown_books
        self._undated: list[str] = []
        self._last_rows: dict[int, int] = {}
        """The last row of each table that was not an aside."""

    @property
    def alias_uses(self) -> dict[str, dict[int, list[int]]]:
        """See ``reading.Reading``."""
        return self._state.converters.alias_uses

    @property
    def unlisted(self) -> int:
        """See ``reading.Reading``."""
        return self._refusals.unlisted

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
            yield from self._recorder.full_chunk(0)
            self._finish()
        finally:
            self.close()

    def close(self) -> None:
        """See ``reading.Reading``."""
        self.closing()

    def _chunks_of(self, table: Table) -> Iterator[Chunk]:
        for convention in self._state.conventions:
            convention.search_with(lambda: table.search(self._numbers, self._dates))
        self._numbers.currencies = table.currencies
        watched = self._passed_over[table.place]
        if self._declared.arrange:
            watched.look_at_rows(cells for _, cells in table.sheet.peek()[table.header.place + 1 :])
            for number, cells in table.rows(self._arrange_context(table)):
                self._row(table, number, cells, bad=table.bad_cells(cells))
                yield from self._recorder.full_chunk(CHUNK)
            count_left_out(self._state, table)
            return
        learnt = False
        for block in table.blocks():
            if not learnt:
                table.learn(block, self._numbers, self._dates)
                self._numbers.mark.settle()
                self._dates.order.settle()
                learnt = True
            count_left_out(self._state, table)
            if block.numbers:
                watched.look(block)
                self._block(table, block)
                self._tell_progress(table, block)
            yield from self._recorder.full_chunk(CHUNK)
        count_left_out(self._state, table)
        if table.end is not None and table.end.below:
            self.totals.rows += table.end.below
            self.skipped.add(table.end.reason, table.end.below)

    def _arrange_context(self, table: Table) -> ArrangeContext:
        retailer = table.constants.get("retailer")
        return ArrangeContext(
            book=self._state.converters.convert(Column(BOOK, ())),
            day=self._dates.day,
            amount=self._numbers.amount,
            price=lambda book, day, currency: listed(self._editions[book], day, currency),
            recorded=lambda numbers: (
                self._known.recorded(retailer, numbers) if retailer is not None else ()
            ),
            choices=self._given,
            warn=self.remarks.say,
            note=self.notes.append,
            ask=lambda choice: self._other_rows.choices.append(again(choice, self._given)),
        )

    def _tell_progress(self, table: Table, block: RowBlock) -> None:
        if self.progress:
            done = table.sheet.read or block.numbers[-1]
            self.progress(done, max(table.sheet.size, done))

    def _block(self, table: Table, block: RowBlock) -> None:
        bad = bad_cells(block)
        plain_rows = None
        places: Sequence[int] = range(len(block.numbers))
        if table.plain:
            odd = {*bad, *block.surplus, *table.filter.places(block)}
            if table.end is not None and table.end.row == block.numbers[-1]:
                odd.add(len(block.numbers) - 1)
            plain_rows = PlainRows(table, block, odd, self._recorder.calculations)
            places = sorted(plain_rows.irregular)
            if any(table.header.repeats(_row_at(block, place)) for place in places):
                # Rows below a second header may have to be read differently.
                plain_rows, places = None, range(len(block.numbers))
        for place in places:
            self._row(
                table,
                block.numbers[place],
                _row_at(block, place),
                bad=bad.get(place, ()),
                surplus=place in block.surplus,
                plain_rows=plain_rows,
            )
        if plain_rows is not None and plain_rows.numbers:
            self._last_rows[table.place] = max(
                plain_rows.numbers[-1], self._last_rows.get(table.place, 0)
            )
            self._recorder.add_plain(table, plain_rows)

    def _row(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        *,
        bad: Sequence[tuple[int, Invalid]] = (),
        surplus: bool = False,
        plain_rows: PlainRows | None = None,
    ) -> None:
        """Read one row that is not plain."""
        values, books = table.read(cells)
        if self._other_rows.takes(table, number, cells, values, books, plain_rows):
            return
        self.totals.rows += 1
        self._last_rows[table.place] = max(number, self._last_rows.get(table.place, 0))
        if self._other_rows.turn(table, values):
            return
        remembered = self._known.remembered.get(values.get("retailer", 0), NOTHING)
        reason = self._reason_to_leave(table, number, cells)
        if reason := reason or _why_no_book(remembered, table, cells, books):
            self._leave_out(values, Verdict(left=reason, left_net=_money_of(values)))
            return
        verdict = self._judged(table, cells, values, books, remembered)
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
            why = f"{text!r} is no date" if text else "there is no date"
            self._undated.append(f"{table.where(number)}: {why}")
            self._is_sum_open = True
        elif verdict.pending:
            self._is_sum_open = True
        else:
            self._recorder.add(table, number, cells, values, verdict)
            self._look_at(table, number, cells, verdict)

    def _judged(
        self,
        table: Table,
        cells: Sequence[Any],
        values: dict[str, Any],
        books: Sequence[Any],
        remembered: Remembered,
    ) -> Verdict:
        """What becomes of a row of a table; a sum of rows that wait for an answer waits as well."""
        verdict = self._judge.judge(values, books, table.title_of(cells))
        if isinstance(verdict.book, str):
            _divide(remembered.bundles.get(identifier_key(verdict.book), ()), verdict)
        if verdict.faults and self._is_sum_open and table.may_be_sum(cells, books):
            has_money = isinstance(values.get("net"), int | MarkedAmount | Ambiguous)
            return Verdict(pending=True) if has_money else verdict
        return verdict

    def _reason_to_leave(self, table: Table, number: int, cells: Sequence[Any]) -> str:
        if table.end is not None and table.end.row == number:
            return table.end.reason
        return table.filter.reason(cells)

    def _look_at(self, table: Table, number: int, cells: Sequence[Any], verdict: Verdict) -> None:
        self._checks.row(table, number, cells)
        for place, wrong in verdict.ignored:
            self._checks.identifier(table, number, place, wrong)
        if table.title >= 0 and isinstance(verdict.book, int):
            self._checks.title(table, number, verdict.book, table.title_of(cells))

    def _leave_out(self, values: Mapping[str, Any], verdict: Verdict) -> None:
        self.skipped.add(verdict.left)
        if verdict.left_net:
            self.skipped.add_net(verdict.left, *verdict.left_net)
        net = values.get("net")
        self._tally.skip(copies_of(values), net if isinstance(net, int) else None)

    def _finish(self) -> None:
        """Complete the totals, and ask and tell what only the whole report shows."""
        state, checks = self._state, self._checks
        conclusions.note_undated_rows(state, self.period)
        self.changes += applied_changes(state, self.all_sheets, self.asked_changes)
        self._tally.complete(self.totals, self._dates.spans)
        self._ask()
        conclusions.say_what_is_not_read(state, self._passed_over, self.unread_sheets)
        checks.finish(self.totals.days, self._dates, self._numbers)
        self.totals.beyond_sales = checks.beyond_sales
        if self._declared.counts_use:
            for table in self._tables:
                checks.units(table)
        conclusions.say_totals(state)
        conclusions.report_other_rows(state, self._other_rows, self._last_rows)
        conclusions.note_conventions(state)
        conclusions.write_remedies_as_the_file(state)
        conclusions.note_answers(state)
        if not self._declared.by_order:
            conclusions.report_set_aside(state)
        if not self.totals.rows:
            self.remarks.say(
                "no-rows", "the report has no rows below its header: were there no sales?"
            )
        if self.unlisted:
            self.notes.append(f"{self.unlisted:,} more problems are not listed")
        self.notices.extend(self.remarks.notices())

    def _ask(self) -> None:
        self.choices += open_questions(self._state, self._undated, self.texts)
        self.choices += self._other_rows.choices
        price = self._checks.price_asked
        if price is not None and self._given.get(price.key) not in price.options:
            self.choices.append(again(price, self._given))


def _divide(parts: Sequence[BundlePart], verdict: Verdict) -> None:
    """Make a row count for each edition of a bundle, with its units and a share of its money."""
    if not parts or verdict.faults:
        return
    if any(net is None for _, _, net, _ in verdict.lines):
        verdict.faults.append(RowFault("net", _NO_PRICE_OF_BUNDLE))
    verdict.parts = parts


def _why_no_book(
    remembered: Remembered, table: Table, cells: Sequence[Any], books: Sequence[Any]
) -> str:
    """Why a row is not a book, if somebody said so; its title counts only without identifiers."""
    if not remembered.no_books or any(isinstance(book, int) for book in books):
        return ""
    strangers = [book.identifier for book in books if is_number_of_product(book)]
    names = [*strangers, *(text_of(cells[at]) for _, at in table.books)]
    names += [] if strangers else [table.title_of(cells)]
    name = remembered.no_book(map(identifier_key, names))
    return f"{name} is no book" if name else ""


def _money_of(values: Mapping[str, Any]) -> tuple[str, int] | None:
    """Currency and net receipts of a skipped row, if it has both."""
    currency, net = values.get("currency"), values.get("net")
    if isinstance(net, MarkedAmount):
        net = net.micro
    return (currency, net) if isinstance(currency, str) and isinstance(net, int) else None


def _row_at(block: RowBlock, place: int) -> list[Any]:
    return [column[place] for column in block.columns]

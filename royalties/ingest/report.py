"""A recognised report, read through once into sale lines, problems and control totals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from royalties.domain.problems import Choice, Notice, Problem, Skipped
from royalties.domain.sales import Kind
from royalties.ingest.amounts import Numbers
from royalties.ingest.bulk import Bulk, Homes, Workings
from royalties.ingest.cells import Block, Wrong, printed, text_of
from royalties.ingest.columns import Converters, bad_cells
from royalties.ingest.conventions import again
from royalties.ingest.dates import LANGUAGES, RANGE_ENDS, Dates
from royalties.ingest.declaration import Format, normal
from royalties.ingest.judging import Judge, Verdict
from royalties.ingest.reading import Chunk, Known, Totals
from royalties.ingest.remarks import Remarks, more
from royalties.ingest.tables import Table
from royalties.ingest.tally import Tally

CHUNK = 8_192
MOST_PROBLEMS = 10_000
COMPARED_ROWS = 100_000
"""So many rows are compared with each other; beyond them memory would grow with the file."""

SECOND_TABLE = ("returns", "sales", "ignore")
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
            "a currency is given as a sign: which dollar?",
            ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
        ),
    )
}
_NEAR = 3


@dataclass(slots=True)
class _Printed:
    """A totals row: whether it prints anything, and agrees with the rows above it."""

    sheet: str
    row: int
    empty: bool
    agrees: bool


class Report:
    """See ``reading.Reading``."""

    def __init__(
        self,
        declared: Format,
        tables: Sequence[Table],
        known: Known,
        converters: Converters,
        numbers: Numbers,
        dates: Dates,
        choices: Mapping[str, str],
    ) -> None:
        self.report = declared.name
        self.retailer = declared.retailer
        self.account = declared.account
        self.sheets = [table.sheet.name for table in tables]
        self.choices: list[Choice] = []
        self.problems: list[Problem] = []
        self.unlisted = 0
        self.notices: list[Notice] = []
        self.notes: list[str] = []
        self.skipped = Skipped()
        self.totals = Totals()
        self.remarks = Remarks()
        self.progress: Callable[[int, int], None] | None = None
        self.closing: Callable[[], None] = lambda: None
        self._declared = declared
        self._tables = tables
        self._known = known
        self._converters = converters
        self._numbers = numbers
        self._dates = dates
        self._given = choices
        self._second_table = choices.get("second_table", "")
        editions = {edition.id: edition for edition in known.editions.values()}
        self._editions = editions
        self._judge = Judge(declared, editions)
        self._tally = Tally()
        self._workings = Workings()
        self._homes = Homes(
            {shop.id: (shop.country, shop.region, shop.city) for shop in known.retailers.values()}
        )
        self._titles = _Titles(known)
        self._published = {
            id_: edition.published.isoformat()
            for id_, edition in editions.items() if edition.published
        }  # fmt: skip
        self._latest_publication = max(self._published.values(), default="")
        self._sales: list[tuple[object, ...]] = []
        self._waiting: list[tuple[object, ...]] = []
        self._compared: dict[int, int] = {}
        self._rows_compared = 0
        self._label = 0
        self._printed: list[_Printed] = []
        self._since = (0, 0, 0)

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
        for convention in (self._numbers.mark, self._dates.order):
            convention.search_with(lambda: table.search(self._numbers, self._dates))
        if self._declared.arrange:
            for number, cells in table.rows():
                self._row(table, number, cells)
                yield from self._full_chunk(CHUNK)
            return
        first = True
        for block in table.blocks():
            if first:
                table.learn(block, self._numbers, self._dates)
                self._numbers.mark.settle()
                self._dates.order.settle()
                first = False
            self._block(table, block)
            self._tell_progress(table, block)
            yield from self._full_chunk(CHUNK)

    def _full_chunk(self, size: int) -> Iterator[Chunk]:
        if len(self._sales) + len(self._waiting) > size:
            yield Chunk(self._sales, self._waiting)
            self._sales, self._waiting = [], []

    def _tell_progress(self, table: Table, block: Block) -> None:
        if self.progress:
            done = getattr(table.sheet, "read", block.numbers[-1] if block.numbers else 0)
            self.progress(done, max(table.sheet.size, done))

    def _block(self, table: Table, block: Block) -> None:
        if not block.numbers:
            return
        bad = bad_cells(block)
        odd = set(bad).union(block.surplus)
        rows: Sequence[int] = range(len(block.numbers))
        if table.plain:
            bulk = Bulk(table, block, odd, self._workings)
            strange = sorted(bulk.strange)
            if not any(table.header.repeats(_row_at(block, place)) for place in strange):
                rows = strange
                self._odd_rows(table, block, rows, bad, bulk)
                self._add(table, bulk)
                return
        self._odd_rows(table, block, rows, bad, None)

    def _odd_rows(
        self,
        table: Table,
        block: Block,
        places: Sequence[int],
        bad: Mapping[int, list[tuple[int, Wrong]]],
        bulk: Bulk | None,
    ) -> None:
        for place in places:
            number = block.numbers[place]
            self._row(
                table,
                number,
                _row_at(block, place),
                bad.get(place, ()),
                place in block.surplus,
                bulk,
            )

    def _add(self, table: Table, rows: Bulk) -> None:
        """Add plain rows."""
        count = len(rows.numbers)
        if not count:
            return
        self._sales.extend(rows.sales(self._homes))
        days, units, nets = rows.column("date"), rows.column("units"), rows.column("net")
        kinds, books = rows.column("kind"), rows.column("book")
        self._tally.add_all(
            rows.column("retailer"), kinds, days, units, rows.column("currency"), nets
        )
        self.totals.rows += count
        self.totals.recordable += count
        if 0 in nets:
            for place, net in enumerate(nets):
                if not net:
                    self._remark_free(table, rows.numbers[place], kinds[place], units[place], net)
        if min(days) < self._latest_publication:
            for book, day in dict.fromkeys(zip(books, days, strict=True)):
                if day < self._published.get(book, ""):
                    pairs = list(zip(books, days, strict=True))
                    row = rows.numbers[pairs.index((book, day))]
                    self._remark_early(table, row, book, day, pairs.count((book, day)))
        if table.title >= 0:
            titles = rows.raw(table.title)
            for book, title in self._titles.new(zip(books, titles, strict=True)):
                place = next(at for at, cell in enumerate(titles) if cell == title)
                self._remark_title(table, rows.numbers[place], book, text_of(title))
        if self._rows_compared < COMPARED_ROWS:
            self._compare_all(table, rows)

    def _row(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        bad: Sequence[tuple[int, Wrong]] = (),
        surplus: bool = False,
        bulk: Bulk | None = None,
    ) -> None:
        """Read one row that is not plain."""
        values, books = table.read(cells)
        known = any(isinstance(book, int) for book in books)
        if not known and self._is_no_sale(table, number, cells, values, books, bulk):
            return
        self.totals.rows += 1
        if table.turned == "ignore":
            self.skipped.add("second table")
            return
        if table.turned == "returns":
            _turn(values)
        title = table.title_of(cells)
        verdict = self._judge.judge(values, books, title)
        if surplus or bad or verdict.faults:
            self._refuse(table, number, cells, verdict, bad, surplus)
        elif verdict.left:
            self.skipped.add(verdict.left)
            net = values.get("net")
            self._tally.skipped_net += net if isinstance(net, int) else 0
        elif not verdict.pending:
            self._record(table, number, values, verdict)
            self._compare(table, number, cells)
            if title and isinstance(verdict.book, int):
                for book, text in self._titles.new([(verdict.book, title)]):
                    self._remark_title(table, number, book, text)

    def _record(
        self, table: Table, number: int, values: Mapping[str, Any], verdict: Verdict
    ) -> None:
        retailer, day, currency = values["retailer"], values["date"], values["currency"]
        place = self._homes.home(
            retailer, (values.get("country", ""), values.get("region", ""), values.get("city", ""))
        )
        tail = (*place, values.get("order", ""), values.get("reference", ""))
        price, book = values.get("list_price"), verdict.book
        known = isinstance(book, int)
        for kind, units, net, discount in verdict.lines:
            line = (
                table.place, number, book, retailer, kind, day, units, currency, price, net,
                discount, *tail,
            )  # fmt: skip
            if isinstance(book, int):
                self._sales.append(line)
                self._tally.add(retailer, kind, day, units, currency, net or 0)
                self._remark_free(table, number, kind, units, net)
                if day < self._published.get(book, ""):
                    self._remark_early(table, number, book, day, 1)
            else:
                self._waiting.append(line)
        if known:
            self.totals.recordable += 1
        else:
            self._tally.wait(str(book), sum(units for _, units, _, _ in verdict.lines))

    def _refuse(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        verdict: Verdict,
        bad: Sequence[tuple[int, Wrong]],
        surplus: bool,
    ) -> None:
        self.totals.refused += 1
        if surplus:
            self._problem(
                table, number, "", "",
                Wrong(
                    "the row has more values than the header has columns",
                    "put a value that holds the delimiter into quotation marks",
                ),
            )  # fmt: skip
        overlong = {at for at, _ in bad}
        for at, wrong in bad:
            self._problem(table, number, table.header.names[at], printed(cells[at]), wrong)
        for fault in verdict.faults:
            name, at = table.column_name(fault.field)
            if at not in overlong and not surplus:
                value = printed(cells[at]) if at >= 0 else ""
                self._problem(table, number, fault.wrong.column or name, value, fault.wrong)

    def _problem(self, table: Table, number: int, column: str, value: str, wrong: Wrong) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.unlisted += 1
            return
        shown = column or "the row"
        self.problems.append(
            Problem(
                wrong.message.replace("{column}", shown),
                wrong.remedy.replace("{column}", shown),
                table.sheet.name,
                number,
                column,
                value,
            )
        )

    def _is_no_sale(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        books: Sequence[Any],
        bulk: Bulk | None,
    ) -> bool:
        """Pass over rows that are blank, a header once more, a total, or a mere heading."""
        filled = [cell for cell in cells[: table.width] if text_of(cell).strip()]
        if not filled:
            return True
        if table.header.repeats(cells[: table.width]):
            self._repeated_header(table, number)
            return True
        if table.is_total(cells, values, books):
            self._total(table, number, values, bulk)
            return True
        first = normal(text_of(filled[0]))
        if word := next((word for word in self._declared.skip if first.startswith(word)), ""):
            self.totals.rows += 1
            self.skipped.add(f"begins with {word!r}")
            return True
        if len(filled) == 1 and _is_heading(filled[0]):
            self._label = number
            self.notes.append(f"row {number} has only text: {printed(filled[0])!r}")
            return True
        return False

    def _repeated_header(self, table: Table, number: int) -> None:
        if not self._label or number - self._label > _NEAR:
            self.notes.append(f"repeated header on row {number} skipped")
            return
        if self._second_table not in SECOND_TABLE:
            message = (
                f"second table found on row {number}: import its rows as returns, or as sales?"
            )
            if all(choice.key != "second_table" for choice in self.choices):
                choice = Choice("second_table", message, SECOND_TABLE)
                self.choices.append(again(choice, self._given))
        table.turned = self._second_table

    def _total(
        self, table: Table, number: int, values: Mapping[str, Any], bulk: Bulk | None
    ) -> None:
        """Compare a printed total with the rows above it, all of them or since the last total."""
        units, net = self._tally.all_units, self._tally.all_net
        if bulk is not None:
            for row, count, amount, kind in zip(
                bulk.numbers, bulk.column("units"), bulk.column("net"), bulk.column("kind"),
                strict=True,
            ):  # fmt: skip
                if row < number:
                    units += count if kind != Kind.FREE else 0
                    net += amount
        free = self._tally.units[Kind.FREE]
        shown = [values.get(field) for field in ("units", "net_units", "net")]
        first, second, paid = (value if isinstance(value, int) else None for value in shown)
        count = first if first is not None else second
        before_units, before_free, before_net = self._since
        counts = {
            units,
            units + free,
            units - before_units,
            units + free - before_units - before_free,
        }
        sums = {net, net - before_net, net + self._tally.skipped_net}
        agrees = (count is None or count in counts) and (paid is None or paid in sums)
        self._since = (units, free, net)
        self._printed.append(
            _Printed(table.sheet.name, number, empty=not count and not paid, agrees=agrees)
        )

    def _compare_all(self, table: Table, rows: Bulk) -> None:
        keys = [hash(cells) ^ table.place for cells in rows.cells()]
        self._rows_compared += len(keys)
        alike = [
            (before, number)
            for key, number in zip(keys, rows.numbers, strict=True)
            if (before := self._compared.setdefault(key, number)) != number
        ]
        if alike:
            self._remark_identical(*alike[0], len(alike))

    def _compare(self, table: Table, number: int, cells: Sequence[Any]) -> None:
        if self._rows_compared >= COMPARED_ROWS:
            return
        self._rows_compared += 1
        before = self._compared.setdefault(hash((*cells,)) ^ table.place, number)
        if before != number:
            self._remark_identical(before, number, 1)

    def _remark_identical(self, before: int, number: int, rows: int) -> None:
        asked = ": keep both?" if self._declared.strict else ", and both count"
        self.remarks.add(
            "identical-rows",
            lambda all_rows: f"rows {before} and {number} are identical{asked}{more(all_rows)}",
            rows,
        )

    def _remark_free(
        self, table: Table, number: int, kind: int, units: int, net: int | None
    ) -> None:
        if kind == Kind.SALE and net == 0:
            where = _where(table, number)
            self.remarks.add(
                "zero-net",
                lambda rows: f"{where}: {units} units at zero net: free copies?{more(rows)}",
            )

    def _remark_early(self, table: Table, number: int, book: int, day: str, rows: int) -> None:
        published = date.fromisoformat(self._published[book])
        days = (published - date.fromisoformat(day)).days
        where = _where(table, number)
        self.remarks.add(
            "before-publication",
            lambda all_rows: (
                f"{where}: sold {days} days before publication (pre-order?){more(all_rows)}"
            ),
            rows,
        )

    def _remark_title(self, table: Table, number: int, book: int, title: str) -> None:
        where = _where(table, number)
        if "\r\n" in title:
            self.remarks.add(
                "line-break", lambda rows: f"{where}: a line break inside the title{more(rows)}"
            )
        if self._titles.differs(book, title):
            own = self._editions[book]
            self.remarks.add(
                "title-differs",
                lambda rows: (
                    f"{where}: the title {printed(title)!r} is not that of {own.isbn}, "
                    f"{own.title!r}{more(rows)}"
                ),
            )

    def _finish(self) -> None:
        self._tally.complete(self.totals, self._dates.spans)
        self._ask()
        self._remark_dates()
        for printed_total in self._printed:
            self._say_total(printed_total)
        for text, value in islice(self._numbers.noise.items(), 3):
            self.remarks.say("rounded", f"{text} was rounded to {value}")
        if not self._declared.strict:
            self._soften("identical-rows")
        if not self.totals.rows:
            self.notes.append("the report has no rows below its header")
        if self.unlisted:
            self.notes.append(f"{self.unlisted:,} more problems are not listed")
        self.notices.extend(self.remarks.notices())

    def _soften(self, code: str) -> None:
        """Only tell what retailers do by nature."""
        found = self.remarks.take(code)
        if found:
            self.notes.append(found)

    def _ask(self) -> None:
        asked = [
            convention.choice()
            for convention in (self._numbers.mark, self._dates.order)
            if convention.asked
        ]
        asked += [_QUESTIONS[key] for key in sorted(self._dates.asked | self._converters.asked)]
        self.choices += [again(choice, self._given) for choice in asked]

    def _remark_dates(self) -> None:
        words = {
            "two-digit-year": "the year has two digits: {} was read as {}",
            "serial-date": "a bare number was read as Excel's date: {} as {}",
            "compact-date": "a date without separators was read: {} as {}",
        }
        said = set()
        for text, (code, _) in self._dates.remarks.items():
            day = self._dates.day(text)
            if isinstance(day, str) and code not in said:
                said.add(code)
                self.remarks.say(code, words[code].format(repr(text), day))
        today = self._known.today.isoformat()
        ahead = {day: lines for day, lines in self.totals.days.items() if day > today}
        if ahead:
            lines = sum(ahead.values())
            self.remarks.say(
                "future-date", f"{lines:,} lines are dated after today, up to {max(ahead)}"
            )

    def _say_total(self, found: _Printed) -> None:
        where = f"sheet {found.sheet!r}, row {found.row}" if found.sheet else f"row {found.row}"
        text = f"{where} looks like a total: excluded"
        incomplete = bool(self.problems or self.totals.waiting or found.empty)
        if found.agrees and not found.empty:
            text += ", and it agrees with the sum"
        elif not incomplete:
            text += ", and it differs from the sum of the rows"
        if self._declared.own_totals and (found.agrees or incomplete):
            self.notes.append(text)
        else:
            self.remarks.add("totals-row", lambda rows: text + more(rows))


def _turn(values: dict[str, Any]) -> None:
    """Make a row of sales one of returns."""
    for name in ("units", "net"):
        if isinstance(values.get(name), int):
            values[name] = -abs(values[name])
    if "sold" in values and isinstance(values["sold"], int):
        values["sold"], values["returned"] = 0, values["sold"]
    if "kind" in values:
        values["kind"] = Kind.RETURN.value


def _row_at(block: Block, place: int) -> list[Any]:
    return [column[place] for column in block.columns]


def _where(table: Table, number: int) -> str:
    return f"sheet {table.sheet.name!r}, row {number}" if table.sheet.name else f"row {number}"


def _is_heading(cell: Any) -> bool:
    if not isinstance(cell, str):
        return False
    letters = sum(sign.isalpha() for sign in cell)
    return letters > sum(sign.isdigit() for sign in cell)


class _Titles:
    """Titles of the catalogue, to see whether a row names another book than its ISBN."""

    def __init__(self, known: Known) -> None:
        self._own: dict[int, str] = {}
        for edition in known.editions.values():
            self._own[edition.id] = _letters(edition.title)
        self._all = {title for title in self._own.values() if title}
        self._seen: set[tuple[int, Any]] = set()

    def new(self, pairs: Any) -> list[tuple[int, Any]]:
        """Pairs of edition and printed title that were not seen before."""
        found = set(pairs) - self._seen
        if len(self._seen) > COMPARED_ROWS:
            self._seen.clear()
        self._seen |= found
        return sorted(found, key=str)

    def differs(self, book: int, title: str) -> bool:
        """Whether a printed title is clearly another one of the catalogue's."""
        printed_letters, own = _letters(title), self._own.get(book, "")
        if not own or printed_letters.startswith(own) or own.startswith(printed_letters):
            return False
        return any(
            printed_letters == other or (len(other) > 10 and printed_letters.startswith(other))
            for other in self._all
        )


def _letters(title: str) -> str:
    return "".join(sign for sign in normal(title) if sign.isalnum())

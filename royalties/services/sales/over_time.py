"""What sold over the months or periods, by title, edition, retailer, place or kind; compared."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.counting import change
from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.periods import NotAPeriodError, Period, period_of
from royalties.domain.sales.slices import SaleKind
from royalties.ingest import places
from royalties.services.books import Setup, last_change_of_figures, setup_in_force
from royalties.services.cache import cached, refuse_slow_calculation
from royalties.services.sales.editions import edition_index
from royalties.services.work import RefusedError, Work
from royalties.store.sales import lines as line_store
from royalties.store.sales import over_time as store
from royalties.store.sales.over_time import GroupedBy, SalesExtent, SoldRow

MOST_COLUMNS = 24
_MONTHS, _PERIODS = 12, 6
"""Columns that are shown unless somebody asks for more or fewer."""

_KEPT = 4
"""So many sums are cached while nothing changes."""


class By(StrEnum):
    """What the rows are."""

    TITLE = "title"
    EDITION = "edition"
    FORMAT = "format"
    RETAILER = "retailer"
    COUNTRY = "country"
    REGION = "region"
    KIND = "kind"


class Measure(StrEnum):
    """What is added up: copies, or receipts in one currency."""

    COPIES = "copies"
    SOLD = "sold"
    RETURNED = "returned"
    FREE = "free"
    RECEIPTS = "receipts"
    USAGE = "usage"

    @property
    def is_money(self) -> bool:
        """Whether it is receipts, in one currency."""
        return self in (Measure.RECEIPTS, Measure.USAGE)

    def counts(self, row: SoldRow) -> int:
        """What a sum of lines comes to: copies, or millionths of the currency."""
        if SaleKind(row.kind) not in _KINDS[self]:
            return 0
        if self.is_money:
            return row.net
        return -row.units if self is Measure.RETURNED else row.units


_KINDS = {
    Measure.COPIES: (SaleKind.SALE, SaleKind.RETURN),
    Measure.SOLD: (SaleKind.SALE,),
    Measure.RETURNED: (SaleKind.RETURN,),
    Measure.FREE: (SaleKind.FREE,),
    Measure.RECEIPTS: (SaleKind.SALE, SaleKind.RETURN, SaleKind.USAGE),
    Measure.USAGE: (SaleKind.USAGE,),
}


class Per(StrEnum):
    """What a column is: the month of the sale, or the period that it counts in."""

    MONTH = "month"
    PERIOD = "period"


class Against(StrEnum):
    """What the columns together are compared with."""

    BEFORE = "before"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class SalesQuery:
    """What is to be shown; what is empty or 0 is decided by what there is.

    What is no currency with sales, or no month or period among those with sales, counts as empty.

    Attributes:
        currency: of receipts; the house's own if empty.
        columns: how many, at most ``MOST_COLUMNS``.
        until: the last month (2025-03) or period (2025-H1); the last with sales if empty.
        title: of this title only, by its key; ``retailer`` and ``country`` likewise.
        to_date: whether all that was sold before is added up as well.
    """

    by: By = By.TITLE
    measure: Measure = Measure.COPIES
    per: Per = Per.MONTH
    against: Against = Against.BEFORE
    currency: str = ""
    columns: int = 0
    until: str = ""
    title: str = ""
    retailer: str = ""
    country: str = ""
    to_date: bool = True


@dataclass(frozen=True, slots=True)
class Sold:
    """A row: copies, or millionths of the currency.

    Attributes:
        key: of the title, the ISBN, the retailer's key, a place's code, or a word.
        name: what it is called.
        figures: one for each column.
        before: what it is compared with, and ``to_date`` all there ever was up to the last column.
    """

    key: str
    name: str
    figures: tuple[int, ...]
    before: int
    to_date: int

    @property
    def total(self) -> int:
        """Of all columns."""
        return sum(self.figures)

    @property
    def change(self) -> Fraction | None:
        """What is more or less than before, as a fraction of that; None says nothing."""
        return change(self.before, self.total)


@dataclass(frozen=True, slots=True)
class SalesOverTime:
    """Rows by their totals, the largest first, and what they come to.

    Attributes:
        query: what is shown, with all that was decided by what there is.
        columns: months (2025-03) or periods (2025-H1), the earliest first.
        before: the first and the last column of what they are compared with.
        before_figures: column by column, what is compared with ``all``'s figures.
        currencies: in which there are receipts.
        periods: with sales, the latest first.
    """

    query: SalesQuery
    columns: tuple[str, ...]
    before: tuple[str, str]
    rows: tuple[Sold, ...]
    all: Sold
    before_figures: tuple[int, ...]
    currencies: tuple[str, ...]
    periods: tuple[str, ...]

    def row(self, key: str) -> Sold:
        """One row by its key; of what was never sold, nothing."""
        nothing = Sold(key, key, (0,) * len(self.columns), 0, 0)
        return next((row for row in self.rows if row.key == key), nothing)

    @property
    def has_before(self) -> bool:
        """Whether anything was sold in what it is compared with."""
        return any(row.before for row in self.rows)

    def text(self, figure: int) -> str:
        """A figure as exact text: copies, or an amount of the currency."""
        if self.query.measure.is_money:
            return micro_text(figure, exponent(self.query.currency))
        return str(figure)


def sales_over_time(work: Work, query: SalesQuery) -> SalesOverTime | None:
    """Sales by month or period, with what came before; None: nothing was ever sold.

    Raises:
        BeingCalculatedError: there are many lines, and they have to be looked at.
    """
    work.actor.require(Verb.READ)
    newest = last_change_of_figures(work)
    extent = cached(work, "extent of sales", newest, lambda: store.extent(work.connection))
    if extent is None:
        return None
    setup = setup_in_force(work)
    query = _decided(setup, query, extent)
    span = _ColumnSpan.of(setup, query)
    sales_filter = store.SalesFilter(
        span.since,
        span.last,
        _editions(work, query.title) if query.title else None,
        query.retailer,
        query.country,
        query.to_date,
    )
    grouped = _GROUPED[query.by]
    state: Hashable = (newest, grouped, sales_filter)
    if not store.has_cached_sums(grouped, sales_filter) and not query.title:
        refuse_slow_calculation(
            work,
            "over time",
            state,
            lambda patient: sales_over_time(patient, query),
            words="what sold over time",
            periods=None,
        )
    sums = cached(
        work,
        "over time",
        state,
        lambda: tuple(store.sums_over_time(work.connection, grouped, sales_filter)),
        most=_KEPT,
    )
    return _table(query, span, _names_of(work, query.by), sums, extent)


_GROUPED = {
    By.TITLE: GroupedBy.EDITION,
    By.EDITION: GroupedBy.EDITION,
    By.FORMAT: GroupedBy.EDITION,
    By.RETAILER: GroupedBy.RETAILER,
    By.COUNTRY: GroupedBy.COUNTRY,
    By.REGION: GroupedBy.REGION,
    By.KIND: GroupedBy.KIND,
}


def _decided(setup: Setup, query: SalesQuery, extent: SalesExtent) -> SalesQuery:
    """What is asked for, with what was left open: no column before the first sale."""
    months, currencies = extent.months, extent.currencies
    if query.per is Per.PERIOD:
        first, last = (_period_of_month(setup, month) for month in months)
        asked = _known_period(setup, query.until)
        period = asked if asked is not None and first <= asked <= last else last
        until, usual = str(period), min(_PERIODS, period.ordinal - first.ordinal + 1)
    else:
        latest = _month_name(_month_number(months[-1]) + MOST_COLUMNS)
        until = query.until if months[0] <= query.until <= latest else months[-1]
        usual = min(_MONTHS, _month_number(until) - _month_number(months[0]) + 1)
    house = setup.publisher.currency
    currency = query.currency
    if currency not in currencies:
        currency = house if house in currencies else currencies[0]
    return replace(
        query,
        currency=currency if query.measure.is_money else "",
        columns=min(max(query.columns or usual, 1), MOST_COLUMNS),
        until=until,
    )


def _known_period(setup: Setup, text: str) -> Period | None:
    """A period of the books; None where the text is none."""
    try:
        return setup.period(text)
    except (NotAPeriodError, RefusedError):
        return None


def _period_of_month(setup: Setup, month: str) -> Period:
    year, _, number = month.partition("-")
    period = period_of(date(int(year), int(number), 1), setup.calendar)
    return max(period, setup.first_period)


@dataclass(frozen=True, slots=True)
class _ColumnSpan:
    """The columns as the store knows them, and those before that they are compared with."""

    columns: tuple[str | int, ...]
    compared: tuple[str | int, ...]
    names: dict[str | int, str]

    @property
    def since(self) -> str | int:
        return min(self.columns[0], self.compared[0])

    @property
    def last(self) -> str | int:
        return self.columns[-1]

    @classmethod
    def of(cls, setup: Setup, query: SalesQuery) -> "_ColumnSpan":
        count = query.columns
        if query.per is Per.MONTH:
            back = count if query.against is Against.BEFORE else 12
            end = _month_number(query.until)
            name: Callable[[int], str] = _month_name
        else:
            back = count if query.against is Against.BEFORE else setup.calendar.per_year
            end = setup.period(query.until).ordinal
            name = lambda number: str(Period(setup.calendar, number))  # noqa: E731
        numbers = range(end - count + 1, end + 1)
        before = range(numbers[0] - back, numbers[-1] - back + 1)
        names = {number: name(number) for number in (*before, *numbers)}
        if query.per is Per.PERIOD:
            return cls(tuple(numbers), tuple(before), dict(names))
        return cls(
            tuple(names[number] for number in numbers),
            tuple(names[number] for number in before),
            {text: text for text in names.values()},
        )


def _month_number(name: str) -> int:
    year, _, number = name.partition("-")
    return int(year) * 12 + int(number) - 1


def _month_name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _editions(work: Work, title: str) -> tuple[int, ...]:
    isbns = [each.isbn for each in edition_index(work).of_title(title)]
    return line_store.edition_ids(work.connection, isbns)


def _names_of(work: Work, by: By) -> Callable[[str], tuple[str, str]]:
    """A function from a stored key to its row's key and name."""
    setup, shelf = setup_in_force(work), edition_index(work)

    def of_edition(isbn: str) -> tuple[str, str]:
        book = shelf.by_isbn.get(isbn)
        if book is None:
            return isbn, isbn
        if by is By.TITLE:
            return book.title.key, book.title.title
        if by is By.FORMAT:
            return book.edition.format.value, book.edition.format.value
        return isbn, book.name

    def of_retailer(key: str) -> tuple[str, str]:
        return key, setup.retailers[key].name if key in setup.retailers else key

    def of_country(code: str) -> tuple[str, str]:
        return code, places.country_name(code) if code else ""

    def of_region(code: str) -> tuple[str, str]:
        country, _, region = code.partition("-")
        if not region:
            named = f"{places.country_name(country)}, no region given" if country else ""
            return country, named
        both = (places.region_name(country, region), places.country_name(country))
        return code, ", ".join(filter(None, both))

    def of_kind(number: str) -> tuple[str, str]:
        return SaleKind(int(number)).word, SaleKind(int(number)).label

    others = {
        By.RETAILER: of_retailer,
        By.COUNTRY: of_country,
        By.REGION: of_region,
        By.KIND: of_kind,
    }
    return others.get(by, of_edition)


def _table(
    query: SalesQuery,
    span: _ColumnSpan,
    row_of: Callable[[str], tuple[str, str]],
    sums: Iterable[SoldRow],
    extent: SalesExtent,
) -> SalesOverTime:
    figures: dict[str, dict[str | int, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[str, str] = {}
    known: dict[str, str] = {}
    for sold in sums:
        if query.currency and sold.currency != query.currency:
            continue
        count = query.measure.counts(sold)
        if not count:
            continue
        if sold.key not in known:
            known[sold.key], name = row_of(sold.key)
            names[known[sold.key]] = name
        figures[known[sold.key]][sold.column] += count
    rows = [_row(key, names[key], of, span) for key, of in figures.items()]
    rows.sort(key=lambda row: (-row.total, -row.to_date, row.name, row.key))
    compared = tuple(sum(of[column] for of in figures.values()) for column in span.compared)
    return SalesOverTime(
        query,
        tuple(span.names[column] for column in span.columns),
        (span.names[span.compared[0]], span.names[span.compared[-1]]),
        tuple(rows),
        Sold(
            "",
            "All",
            tuple(sum(row.figures[at] for row in rows) for at in range(len(span.columns))),
            sum(row.before for row in rows),
            sum(row.to_date for row in rows),
        ),
        compared,
        extent.currencies,
        extent.periods,
    )


def _row(key: str, name: str, of: dict[str | int, int], span: _ColumnSpan) -> Sold:
    return Sold(
        key,
        name,
        tuple(of[column] for column in span.columns),
        sum(of[column] for column in span.compared),
        sum(of.values()),
    )

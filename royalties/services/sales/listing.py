"""Recorded sales: looked through page by page, added up, and given out as a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from reports import sales as paper
from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.sales.slices import SaleKind
from royalties.services.books import Setup, setup_in_force
from royalties.services.sales.editions import EditionIndex, edition_index
from royalties.services.work import RefusedError, Work
from royalties.store.sales import lines as store
from royalties.store.sales.lines import Key, LineFilter, RecordedLine
from royalties.store.sales.references import editions_with_reference

__all__ = [
    "Filters",
    "Key",
    "Sale",
    "SalesPage",
    "SalesTotals",
    "find_sales",
    "sales_as_csv",
    "sales_as_workbook",
]

PAGE = 50
MOST_EDITIONS = 200
"""A search that fits more editions has to be narrowed: each costs a look into the sales."""

ALL = "all"
_KINDS: dict[str, SaleKind] = {kind.word: kind for kind in SaleKind}


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of sales, as an address has them; an empty one matches all.

    ``period`` is a period, ``all``, or empty: the newest with sales, or all those of an import.
    ``book`` is an ISBN, another identifier or words of a title; ``title`` a title's key;
    ``reference`` what a retailer, or an order of the house, calls the sale.
    """

    period: str = ""
    retailer: str = ""
    book: str = ""
    title: str = ""
    kind: str = ""
    batch: int | None = None
    month: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale line as it is shown; amounts are exact texts."""

    key: Key
    day: str
    isbn: str
    title: str
    title_key: str
    format: str
    retailer: str
    retailer_name: str
    kind: str
    units: int
    currency: str
    list_price: str | None
    net: str
    discount: str | None
    country: str
    region: str
    city: str
    order: str
    reference: str
    period: str
    batch: int
    file: str
    sheet: str
    row: int
    corrects: int | None


@dataclass(slots=True)
class SalesTotals:
    """What a filtered set comes to; receipts as exact texts by currency.

    ``usage`` is what of them is for subscriptions and loans, which count no copies.
    """

    lines: int = 0
    copies: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))
    net: dict[str, str] = field(default_factory=dict)
    usage: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SalesPage:
    """A page of sales with the totals of all of them, and what filters can be set to.

    ``period`` is the one shown, or ``all``; ``retailers`` are pairs of name and key; ``title`` is
    the name of the one that was asked for; ``too_many`` marks a search that fits more editions
    than can be looked at.
    """

    sales: tuple[Sale, ...]
    totals: SalesTotals
    period: str
    periods: tuple[str, ...]
    months: tuple[str, ...]
    retailers: tuple[tuple[str, str], ...]
    title: str
    before: Key | None
    after: Key | None
    too_many: bool = False


def find_sales(
    work: Work, filters: Filters, *, after: Key | None = None, before: Key | None = None
) -> SalesPage:
    """A page of sales: the first, the one after a key, or the one before a key."""
    work.actor.require(Verb.READ)
    search = _Search.of(work, filters)
    if search.wanted is None:
        lines: list[RecordedLine] = []
    else:
        beyond = before or after
        lines = store.lines(
            work.connection,
            search.wanted,
            PAGE + 1,
            beyond=beyond,
            backwards=before is not None,
        )
    more = len(lines) > PAGE
    if more:
        lines = lines[1:] if before else lines[:PAGE]
    names = _Names.of(work, search, lines)
    title = search.setup.titles.get(filters.title)
    has_before = more if before else after is not None
    has_after = more if not before else True
    return SalesPage(
        tuple(names.shown(line) for line in lines),
        search.totals,
        search.period,
        search.periods,
        search.months,
        tuple(sorted((each.name, key) for key, each in search.setup.retailers.items())),
        title.title if title else filters.title,
        lines[0].key if lines and has_before else None,
        lines[-1].key if lines and has_after else None,
        search.too_many,
    )


def sales_as_csv(work: Work, filters: Filters) -> Iterator[str]:
    """Exactly the filtered sales as CSV, streamed; ``work`` must last until the end."""
    work.actor.require(Verb.READ)
    return paper.csv_lines(_rows(work, _Search.of(work, filters)))


def sales_as_workbook(work: Work, filters: Filters, path: Path) -> None:
    """Exactly the filtered sales as a workbook.

    Raises:
        RefusedError: they are more than a sheet of a workbook has rows.
    """
    work.actor.require(Verb.READ)
    search = _Search.of(work, filters)
    if search.totals.lines > paper.MOST:
        raise RefusedError(
            f"these are {search.totals.lines:,} sales, and a workbook's sheet holds "
            f"{paper.MOST:,}: narrow the filters, or take them as CSV"
        )
    paper.write_workbook(path, _rows(work, search))


def _rows(work: Work, search: "_Search") -> Iterator[paper.Row]:
    if search.wanted is None:
        return
    names = _Names.of(work, search, None)
    for line in store.all_lines(work.connection, search.wanted):
        sale = names.shown(line)
        yield (
            sale.day,
            sale.isbn,
            sale.retailer,
            sale.kind,
            sale.units,
            sale.currency,
            _number(sale.list_price),
            _number(sale.net),
            _number(sale.discount),
            sale.country,
            sale.region,
            sale.city,
            sale.order,
            sale.reference,
            sale.title,
            sale.format,
            sale.period,
            sale.batch,
            sale.file,
            sale.sheet,
            sale.row,
        )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True, slots=True)
class _Search:
    """Filters as the store's numbers; ``wanted`` is None where nothing can be found."""

    setup: Setup
    shelf: EditionIndex
    retailers: Mapping[int, str]
    period_names: Mapping[int, str]
    wanted: LineFilter | None
    totals: SalesTotals
    period: str
    periods: tuple[str, ...]
    months: tuple[str, ...]
    too_many: bool

    @classmethod
    def of(cls, work: Work, filters: Filters) -> "_Search":
        setup = setup_in_force(work)
        shelf = edition_index(work)
        known = store.periods_with_sales(work.connection)
        period, numbers = _periods(setup, filters, known)
        isbns = _isbns(shelf, filters)
        too_many = isbns is not None and len(isbns) > MOST_EDITIONS
        query = LineFilter(
            _editions(work, isbns, filters.reference),
            numbers,
            None,
            (_KINDS[filters.kind].value,) if filters.kind else None,
            None,
            None if filters.batch is None else (filters.batch,),
            filters.month,
            filters.reference,
        )
        sums = [] if too_many else store.sums(work.connection, query, filters.retailer)
        months = tuple(sorted({batch_sum.month for batch_sum in sums}, reverse=True))
        sums = [batch_sum for batch_sum in sums if filters.month in ("", batch_sum.month)]
        narrowed = _along_the_key(query, sums)
        totals = SalesTotals()
        if narrowed is not None and query.editions is not None:
            totals = _totals(store.summed_lines(work.connection, narrowed))
        elif narrowed is not None:
            totals = _totals(sums)
        names = tuple(known.values())
        retailers = {batch_sum.retailer_id: batch_sum.retailer for batch_sum in sums}
        return cls(
            setup, shelf, retailers, known, narrowed, totals, period, names, months, too_many
        )


def _periods(
    setup: Setup, filters: Filters, with_sales: Mapping[int, str]
) -> tuple[str, tuple[int, ...] | None]:
    if filters.period == ALL or (not filters.period and filters.batch is not None):
        return ALL, None
    if filters.period:
        period = setup.period(filters.period)
        return str(period), (period.ordinal,)
    number, name = next(iter(with_sales.items()), (0, ""))
    return name, (number,)


def _isbns(shelf: EditionIndex, filters: Filters) -> list[str] | None:
    """ISBNs of the editions that are wanted, one more than too many at most; None for any."""
    if not filters.book and not filters.title:
        return None
    isbns = [each.isbn for each in shelf.of_title(filters.title)]
    if filters.book:
        words = {each.isbn for each in shelf.find(filters.book, MOST_EDITIONS + 1)}
        isbns = [isbn for isbn in isbns if isbn in words] if filters.title else sorted(words)
    return None if len(isbns) == len(shelf.by_isbn) else isbns


def _editions(work: Work, isbns: list[str] | None, reference: str) -> tuple[int, ...] | None:
    """Numbers of the editions that are wanted; None for any."""
    numbers = None if isbns is None else store.edition_ids(work.connection, isbns[:MOST_EDITIONS])
    if not reference:
        return numbers
    referred = editions_with_reference(work.connection, (reference,))
    if numbers is None:
        return referred
    return tuple(each for each in numbers if each in set(referred))


def _along_the_key(query: LineFilter, sums: Iterable[store.ImportLineSum]) -> LineFilter | None:
    """Give every column of the key the values that lines can have, as far as that helps."""
    if query.editions == () or not (summed := list(sums)):
        return None
    narrow = query.batches is not None or bool(query.month)
    return LineFilter(
        query.editions,
        tuple(sorted({row.period_id for row in summed})),
        tuple(sorted({row.retailer_id for row in summed})),
        query.kinds if not narrow else tuple(sorted({row.kind for row in summed})),
        tuple(sorted({row.currency for row in summed})) if narrow else None,
        tuple(sorted({row.batch_id for row in summed})) if narrow else None,
        query.month,
        query.reference,
    )


def _totals(sums: Iterable[store.ImportLineSum] | Iterable[store.KindSum]) -> SalesTotals:
    totals = SalesTotals()
    net: dict[str, int] = {}
    usage: dict[str, int] = {}
    for summed in sums:
        totals.lines += summed.lines
        kind = SaleKind(summed.kind)
        if kind is SaleKind.USAGE:
            usage[summed.currency] = usage.get(summed.currency, 0) + summed.net
        else:
            totals.copies[kind.word] += summed.units
        net[summed.currency] = net.get(summed.currency, 0) + summed.net
    totals.net, totals.usage = (
        {
            currency: micro_text(micro, exponent(currency))
            for currency, micro in sorted(amounts.items())
        }
        for amounts in (net, usage)
    )
    return totals


@dataclass(frozen=True, slots=True)
class _Names:
    """What the numbers of lines refer to."""

    search: _Search
    sources: Mapping[int, tuple[str, list[str], int | None]]

    @classmethod
    def of(cls, work: Work, search: _Search, lines: list[RecordedLine] | None) -> "_Names":
        """Names for some lines, or (None) for all there are."""
        batches = None if lines is None else [line.batch_id for line in lines]
        return cls(
            search,
            store.sources(work.connection, batches),
        )

    def shown(self, line: RecordedLine) -> Sale:
        book = self.search.shelf.by_isbn[line.isbn]
        retailer = self.search.retailers[line.retailer_id]
        file_name, names, corrects = self.sources[line.batch_id]
        digits = exponent(line.currency)
        return Sale(
            line.key,
            line.day,
            line.isbn,
            book.title.title,
            book.title.key,
            book.edition.format.value,
            retailer,
            self.search.setup.retailers[retailer].name,
            SaleKind(line.kind).word,
            line.units,
            line.currency,
            None if line.list_price is None else micro_text(line.list_price, digits),
            micro_text(line.net, digits),
            None if line.discount is None else micro_text(line.discount),
            line.country,
            line.region,
            line.city,
            line.order_ref,
            line.reference,
            self.search.period_names[line.period_id],
            line.batch_id,
            file_name,
            names[line.sheet] if line.sheet < len(names) else "",
            line.row,
            corrects,
        )

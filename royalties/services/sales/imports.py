"""What imports brought and what waits, as pages show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stdnum import isbn as isbn_numbers

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.changes import Change
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import Origin, SaleKind
from royalties.domain.terms.catalogue import is_offered
from royalties.domain.terms.identifiers import identifier_key
from royalties.services.books import setup_in_force
from royalties.services.work import Work
from royalties.store.periods.periods import known_periods
from royalties.store.sales import imports as store
from royalties.store.sales.imports import ImportDetails, ImportRow, WaitingIdentifier

PAGE = 50
_SHOWN_WAITING = 100
_SHOWN_EDITIONS = 20
_LEAST = 2


@dataclass(slots=True)
class Sums:
    """Lines, copies and receipts; copies of returns are negative, receipts exact texts."""

    lines: int = 0
    sold: int = 0
    returned: int = 0
    free: int = 0
    micro: dict[str, int] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    """What of it is for subscriptions and loans."""

    def add(self, kind: int, currency: str, lines: int, units: int, net: int) -> None:
        """Add what a kind brought in a currency."""
        self.lines += lines
        match SaleKind(kind):
            case SaleKind.SALE:
                self.sold += units
            case SaleKind.RETURN:
                self.returned += units
            case SaleKind.FREE:
                self.free += units
            case SaleKind.USAGE:
                self.usage[currency] = self.usage.get(currency, 0) + net
        self.micro[currency] = self.micro.get(currency, 0) + net

    @property
    def net(self) -> dict[str, str]:
        """Receipts by currency, as texts."""
        return _texts(self.micro)

    @property
    def usage_net(self) -> dict[str, str]:
        """What of them is for subscriptions and loans."""
        return _texts(self.usage)


def _texts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {
        currency: micro_text(micro, exponent(currency))
        for currency, micro in sorted(amounts.items())
    }


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An import in a list; ``periods`` are those that its sales count in."""

    row: ImportRow
    periods: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """What an import brought to one period."""

    period: str
    is_closed: bool
    sums: Sums


@dataclass(frozen=True, slots=True)
class Import:
    """An import with all that is known of it.

    ``waiting`` are the identifiers that most of its rows wait for, ``waiting_rows`` and
    ``waiting_identifiers`` count all.
    """

    row: ImportDetails
    choices: Mapping[str, str]
    document: Mapping[str, Any]
    periods: tuple[PeriodCount, ...]
    sums: Sums
    waiting: tuple[WaitingIdentifier, ...]
    waiting_rows: int
    waiting_identifiers: int
    file: Path | None
    changes: tuple[Change, ...] = ()
    """What was changed in its file before it was recorded."""

    @property
    def stands(self) -> bool:
        """Whether its sales count: neither undone nor corrected."""
        return self.row.status == BatchStatus.RECORDED and self.row.corrected_by is None

    @property
    def is_closed(self) -> bool:
        """Whether a closed run used it."""
        return any(each.is_closed for each in self.periods)

    @property
    def may_be_undone(self) -> bool:
        """Whether it can be taken back whole."""
        return self.stands and not self.is_closed and not self.is_of_order

    @property
    def may_be_corrected(self) -> bool:
        """Whether it can be reversed in the open period."""
        can = self.stands and self.is_closed and self.row.corrects is None
        return can and not self.is_of_order

    @property
    def is_of_order(self) -> bool:
        """Whether an order brought it, so that it is taken back there."""
        return self.row.origin == Origin.ORDER


def imports(
    work: Work, *, retailer: str = "", period: str = "", status: str = "", page: int = 1
) -> tuple[list[ImportSummary], bool]:
    """A page of imports, the newest first, and whether more follow."""
    work.actor.require(Verb.READ)
    rows = store.imports(
        work.connection,
        retailer=retailer,
        period_name=period,
        status=status,
        limit=PAGE + 1,
        skip=(page - 1) * PAGE,
    )
    page_rows = rows[:PAGE]
    sums = {row.id: Sums() for row in page_rows}
    named: dict[int, dict[str, None]] = {row.id: {} for row in page_rows}
    for each in store.sums_by_import(work.connection, list(sums)):
        sums[each.batch_id].add(*each[3:])
        named[each.batch_id][each.period] = None
    listed = [ImportSummary(row, tuple(named[row.id]), sums[row.id]) for row in page_rows]
    return listed, len(rows) > PAGE


def periods(work: Work) -> list[str]:
    """Names of the periods that sales or closes have touched, the newest first."""
    work.actor.require(Verb.READ)
    return [each.name for each in reversed(known_periods(work.connection))]


def find_import(work: Work, number: int) -> Import | None:
    """An import by its number."""
    work.actor.require(Verb.READ)
    row = store.find_import(work.connection, number)
    if row is None:
        return None
    total, by_period = Sums(), dict[str, PeriodCount]()
    for sums in store.sums_by_import(work.connection, [number]):
        counted = PeriodCount(sums.period, sums.status == PeriodStatus.CLOSED, Sums())
        by_period.setdefault(sums.period, counted).sums.add(*sums[3:])
        total.add(*sums[3:])
    path = work.files.received(row.sha256)
    rows, identifiers = store.waiting_count(work.connection, number)
    return Import(
        row,
        row.choices,
        row.document,
        tuple(by_period.values()),
        total,
        tuple(store.waiting_rows(work.connection, number=number, limit=_SHOWN_WAITING)),
        rows,
        identifiers,
        path if path.is_file() else None,
        row.changes,
    )


@dataclass(frozen=True, slots=True)
class WaitingInImports:
    """What waits under one identifier, and in which imports (number, file's name)."""

    row: WaitingIdentifier
    imports: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page of what waits; ``rows`` and ``identifiers`` count all."""

    entries: tuple[WaitingInImports, ...]
    rows: int
    identifiers: int
    more: bool


def waiting(work: Work, page: int = 1) -> WaitingPage:
    """A page of what waits by identifier, the most rows first."""
    work.actor.require(Verb.READ)
    rows = store.waiting_rows(work.connection, limit=PAGE + 1, skip=(page - 1) * PAGE)
    page_rows = rows[:PAGE]
    of: dict[str, list[tuple[int, str]]] = {row.identifier: [] for row in page_rows}
    for identifier, number, name in store.imports_waiting(work.connection, of):
        of[identifier].append((number, name))
    return WaitingPage(
        tuple(WaitingInImports(row, tuple(of[row.identifier])) for row in page_rows),
        *store.waiting_count(work.connection),
        len(rows) > PAGE,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edition that an identifier might mean."""

    isbn: str
    title: str
    format: str


def editions_like(work: Work, text: str) -> list[Candidate]:
    """Editions whose title has all words of a text, or whose ISBN or identifier begins with it."""
    work.actor.require(Verb.READ)
    words = text.casefold().split()
    if sum(map(len, words)) < _LEAST:
        return []
    compact = identifier_key(text)
    if isbn_numbers.is_valid(compact):
        compact = isbn_numbers.to_isbn13(compact)
    candidates: list[Candidate] = []
    for title in setup_in_force(work).titles.values():
        name = title.title.casefold()
        by_title = all(word in name for word in words)
        for edition in title.editions:
            named = [edition.isbn, *(identifier_key(value) for _, value in edition.identifiers)]
            # Who names a retired edition in full means it; otherwise it is offered no more.
            if compact not in named and not (
                is_offered(title.retired, work.today) and is_offered(edition.retired, work.today)
            ):
                continue
            if by_title or (compact and _begins(named, compact)):
                candidates.append(Candidate(edition.isbn, title.title, edition.format))
        if len(candidates) >= _SHOWN_EDITIONS:
            break
    return candidates[:_SHOWN_EDITIONS]


def _begins(names: Iterable[str], text: str) -> bool:
    return any(name.startswith(text) for name in names)

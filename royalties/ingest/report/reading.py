"""What a report is read against, and what reading it gives: the contract of this ring."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from royalties.domain.problems import Choice, Notice, Problem, Skipped
from royalties.domain.sales.changes import Change
from royalties.domain.sales.lines import (
    Early,
    LineColumns,
    SaleLine,
    Sum,
    SumKey,
    WaitingLine,
    by_line,
)
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.domain.sales.remembered import Remembered
from royalties.ingest.report.catalogue import Catalogue, KnownEdition


class UnreadableError(ValueError):
    """The whole file is refused, for one clear reason and with what to do about it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.message}: {problem.remedy}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class KnownRetailer:
    """A retailer of the setup; its place stands in where a report has no address."""

    id: int
    key: str
    name: str
    country: str = ""
    region: str = ""
    city: str = ""
    reports: tuple[str, ...] = ()


def _nothing_recorded(_: int, __: Sequence[str]) -> Sequence[RecordedLines]:
    return ()


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """All that rows are matched against.

    ``editions`` goes by ISBN-13 (13 bare digits) and by every other identifier (ASIN, BN ID,
    aliases), upper case; ``retailers`` by key. ``first_day`` is that of the books, as ISO date.
    ``recorded`` tells what standing imports hold of orders, by the retailer's id and their numbers;
    ``remembered`` is what was said once of reports, by the retailer's id. ``cities`` are those that
    rules and retailers name, ``aliases`` the identifiers that somebody gave by hand.
    """

    editions: Mapping[str, KnownEdition]
    retailers: Mapping[str, KnownRetailer]
    today: date
    first_day: str = ""
    recorded: Callable[[int, Sequence[str]], Sequence[RecordedLines]] = _nothing_recorded
    remembered: Mapping[int, Remembered] = field(default_factory=dict)
    cities: Sequence[str] = ()
    aliases: Collection[str] = ()
    catalogue: Catalogue = field(init=False, repr=False)
    """The same editions, with what follows from all of them."""

    def __post_init__(self) -> None:
        catalogue = (
            self.editions if isinstance(self.editions, Catalogue) else Catalogue(self.editions)
        )
        object.__setattr__(self, "catalogue", catalogue)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some thousands of lines at a time, so that memory does not grow with the file.

    Attributes:
        columns: sale lines that were read by the column, and stay so: making a million tuples of
            them, only to take them apart again, takes a quarter as long as all of reading them.
        sales: sale lines of all other rows.
        waiting: lines whose edition nobody knows yet.
    """

    columns: Sequence[LineColumns]
    sales: Sequence[SaleLine]
    waiting: Sequence[WaitingLine]

    @property
    def size(self) -> int:
        """How many lines there are, of either sort."""
        return sum(len(block[0]) for block in self.columns) + len(self.sales) + len(self.waiting)

    def all_sales(self) -> Iterator[SaleLine]:
        """Every sale line, one by one."""
        for block in self.columns:
            yield from by_line(block)
        yield from self.sales


@dataclass(slots=True)
class ControlTotals:
    """Control totals, complete once all chunks were read.

    ``rows`` = ``recordable`` (rows that gave lines) + skipped + waiting + ``refused`` (rows with
    problems). ``sold``, ``returned`` and ``free`` are positive copies; ``net`` is what they
    brought in millionths by currency, ``usage`` what came in for use and not for copies, and
    ``usage_lines`` by how many lines; ``lines`` counts sale lines; ``covered`` is first and last
    ISO day by retailer id; ``days`` counts lines by ISO day; ``waiting`` is rows and net units by
    identifier; ``sums`` are what is kept of the lines with them; ``early`` are those from before
    the books; ``beyond_sales`` are copies that came back beyond those sold, by retailer and
    edition.
    """

    rows: int = 0
    lines: int = 0
    recordable: int = 0
    refused: int = 0
    sold: int = 0
    returned: int = 0
    free: int = 0
    net: dict[str, int] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    usage_lines: int = 0
    first_day: str = ""
    last_day: str = ""
    covered: dict[int, tuple[str, str]] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, tuple[int, int]] = field(default_factory=dict)
    sums: dict[SumKey, Sum] = field(default_factory=dict)
    early: Early = field(default_factory=Early)
    beyond_sales: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row with problems as it stands in the file: place, heading and text of each cell."""

    sheet: str
    row: int
    cells: Sequence[tuple[int, str, str]]


@dataclass(slots=True)
class UnknownBook:
    """What a report tells of a book that nobody knows.

    ``net`` is in millionths by currency, ``rows`` are (sheet, row) of the first ones.
    """

    title: str = ""
    author: str = ""
    net: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[str, int]] = field(default_factory=list)


class Findings(Protocol):
    """What reading a report found: lists and totals.

    ``unlisted`` counts problems beyond those that ``problems`` lists. ``retailer`` is a key, or
    None where the retailer stands in the rows. ``header_rows`` is the row of each sheet's header.
    ``account`` tells apart reports of one retailer that do not repeat each other (KDP and Vendor
    Central). ``by_order``: what it holds of orders that are recorded already was left out.
    ``notices`` must be confirmed; ``notes`` are only shown. ``answers`` are those that are to be
    remembered, by question. ``changes`` are what somebody changed in it, as applied;
    ``refused_rows`` the first rows with problems; ``unknown_books`` goes by their identifiers;
    ``alias_uses`` tells the rows whose edition an alias told, by alias and by the sheet's place.
    """

    report: str
    by_order: bool
    retailer: str | None
    account: str
    sheets: list[str]
    header_rows: dict[str, int]
    choices: list[Choice]
    problems: list[Problem]
    notices: list[Notice]
    notes: list[str]
    skipped: Skipped
    totals: ControlTotals
    changes: list[Change]
    refused_rows: list[RefusedRow]
    unknown_books: dict[str, UnknownBook]

    @property
    def answers(self) -> Mapping[str, str]:
        """Answers that are to be remembered."""
        ...

    @property
    def alias_uses(self) -> dict[str, dict[int, list[int]]]:
        """Rows whose edition an alias told."""
        ...

    @property
    def unlisted(self) -> int:
        """How many problems there are beyond those listed."""
        ...


class Reading(Findings, Protocol):
    """A recognised report, whose findings are complete when ``chunks`` is exhausted.

    While ``choices`` is not empty, nothing can be read: the user chooses first. Some choices
    show only while the rows are read (a date that can be read in two ways), so ``choices`` is
    to be looked at before and after.
    """

    def chunks(self) -> Iterator[Chunk]:
        """Read the report through once.

        Raises:
            UnreadableError: the file turns out to be broken further down.
        """
        ...

    def close(self) -> None:
        """Let go of the file; what was read stays."""
        ...

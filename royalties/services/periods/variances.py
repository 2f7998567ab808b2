"""What wants a sentence before a period closes: what is missing or waits, and what varies much.

Each is a point with the two figures that it is about. What somebody writes explains these
figures; when one of them changes afterwards, the sentence is outdated and asked for again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from royalties.domain.counting import change, counted
from royalties.domain.money import MICRO, amount_text, rounded_minor, scale
from royalties.domain.periods import Period
from royalties.domain.royalties.results import Run
from royalties.domain.sales.reporting import Expected, account_words, in_runs
from royalties.services.books import Setup
from royalties.services.cache import cached
from royalties.services.periods.draft import RunView
from royalties.services.sales.before_books import early_in
from royalties.services.sales.expected_reports import expected_reports
from royalties.services.sales.unrecorded import unrecorded
from royalties.services.work import Work
from royalties.store.periods import closing as store
from royalties.store.sales import batches

VARIANCE_SHARE = Fraction(30, 100)
VARIANCE_UNITS_OF_CURRENCY = 100
VARIANCE_COPIES = 20
"""A figure jumps if it differs by so much of what it was, and by so much at least."""

LONGEST_FIGURE = 100
"""Letters that a figure in words may have."""

WAITING = "waiting"
DRAFT = "draft"
HISTORY = "history"
UNRECORDED = ("upload", "sheet")
KINDS = frozenset(
    {"title", "retailer", "beneficiary", "report", *UNRECORDED, WAITING, HISTORY, DRAFT}
)
"""What an explanation may be about; a subject begins with one of these."""


@dataclass(frozen=True, slots=True)
class Figures:
    """An amount in minor units and, where it is known, net copies."""

    amount: int
    copies: int | None = None


@dataclass(frozen=True, slots=True)
class CloseException:
    """Something that wants a sentence.

    Attributes:
        subject: as it is stored: ``title:collab:USD``, ``retailer:…``, ``beneficiary:…``,
            ``report:amazon``, ``report:amazon:kindle``, ``upload:7``, ``sheet:phone:3``,
            ``waiting``, ``history`` or ``draft``.
        name: what it is called.
        measure: what the amount is: earned, net receipts or allocated.
        before: of the last period; None if there is nothing to compare with.
        year_ago: of the same period a year before, if the books go back so far.
        figure: the figures in words; what an explanation explains.
        explained: the explanation, whether or not it still fits.
    """

    subject: str
    name: str
    figure: str
    measure: str = ""
    currency: str = ""
    before: Figures | None = None
    now: Figures | None = None
    year_ago: Figures | None = None
    explained: store.ExplanationRow | None = None

    @property
    def kind(self) -> str:
        """The first word of the subject."""
        return self.subject.partition(":")[0]

    @property
    def key(self) -> str:
        """The key of what it is about."""
        return self.subject.split(":")[1] if ":" in self.subject else ""

    @property
    def is_settled(self) -> bool:
        """Whether what was written explains the figures as they are now."""
        return self.explained is not None and self.explained.figure == self.figure

    @property
    def is_outdated(self) -> bool:
        """Whether something was written, of figures that have changed since."""
        return self.explained is not None and self.explained.figure != self.figure

    @property
    def change(self) -> Fraction | None:
        """The amount's difference as a fraction of what it was, where that says something."""
        if self.before is None or self.now is None:
            return None
        return change(self.before.amount, self.now.amount)


@dataclass(frozen=True, slots=True)
class CloseExceptions:
    """All points of a period's draft, each kind the largest difference first."""

    reports: tuple[CloseException, ...]
    unrecorded: tuple[CloseException, ...]
    waiting: tuple[CloseException, ...]
    history: tuple[CloseException, ...]
    variances: tuple[CloseException, ...]
    draft: CloseException

    @property
    def to_say(self) -> tuple[CloseException, ...]:
        """Every point of the books; the draft itself is looked at as a whole."""
        return (*self.reports, *self.unrecorded, *self.waiting, *self.history, *self.variances)

    @property
    def all(self) -> tuple[CloseException, ...]:
        """Every point."""
        return (*self.to_say, self.draft)

    def find(self, subject: str) -> CloseException | None:
        """The point of a subject."""
        return next((each for each in self.all if each.subject == subject), None)


def close_exceptions(work: Work, draft: RunView) -> CloseExceptions:
    """What a draft has that wants a sentence, compared with the period before it."""
    period, setup = draft.period, draft.setup
    first = setup.first_period
    last = period.shift(-1) if period > first else None
    year_ago = period.shift(-period.calendar.per_year)
    earlier = sorted({other.ordinal for other in (last, year_ago) if other and other >= first})
    first_month = first.starts.isoformat()[:7]
    sold = store.sold_in(work.connection, [period.ordinal, *earlier], first_month)
    reports = _missing_reports(work, setup, period)
    missing = {report.key for report in reports} - {key for key, _ in sold[period.ordinal]}
    compared = [
        *_of_titles(work, draft, last, earlier),
        *_of_retailers(setup, sold, period, last, missing),
        *_of_beneficiaries(work, draft, last, earlier),
    ]
    written = store.explanations(work.connection, str(period))
    return CloseExceptions(
        _with(reports, written),
        _with(_unrecorded(work, setup, period), written),
        _with(_waiting(work), written),
        _with(_history(setup, sold[period.ordinal]), written),
        _with(sorted(compared, key=_size, reverse=True), written),
        _with([CloseException(DRAFT, "The draft", draft.fingerprint)], written)[0],
    )


def varies(before: Figures, now: Figures, currency: str) -> bool:
    """Whether two figures differ enough to be explained."""
    least = VARIANCE_UNITS_OF_CURRENCY * scale(currency)
    return _far(before.amount, now.amount, least) or (
        before.copies is not None
        and now.copies is not None
        and _far(before.copies, now.copies, VARIANCE_COPIES)
    )


def _far(before: int, now: int, least: int) -> bool:
    difference = abs(now - before)
    return difference >= least and difference >= VARIANCE_SHARE * abs(before)


def _with(
    exceptions: list[CloseException], written: Mapping[str, store.ExplanationRow]
) -> tuple[CloseException, ...]:

    return tuple(replace(each, explained=written.get(each.subject)) for each in exceptions)


def _size(point: CloseException) -> tuple[int, str]:
    before, now = point.before or Figures(0), point.now or Figures(0)
    return abs(now.amount - before.amount), point.subject


def _compared(
    kind: str,
    measure: str,
    names: Mapping[str, str],
    figures: Mapping[int, Mapping[tuple[str, str], Figures]],
    period: Period,
    last: Period | None,
) -> list[CloseException]:
    """Jumps of one kind of thing between two periods."""
    if last is None:
        return []
    year_ago = figures.get(period.shift(-period.calendar.per_year).ordinal, {})
    now, before = figures[period.ordinal], figures[last.ordinal]
    variances = []
    for key, currency in sorted({*now, *before}):
        new = now.get((key, currency), Figures(0, 0))
        old = before.get((key, currency), Figures(0, 0))
        if varies(old, new, currency):
            variances.append(
                CloseException(
                    f"{kind}:{key}:{currency}",
                    names.get(key, key),
                    _words(old, new, currency),
                    measure,
                    currency,
                    old,
                    new,
                    year_ago.get((key, currency)),
                )
            )
    return variances


def _words(before: Figures, now: Figures, currency: str) -> str:
    words = (
        f"{currency} {amount_text(before.amount, currency)} → {amount_text(now.amount, currency)}"
    )
    if before.copies is not None and now.copies is not None:
        words += f", {before.copies:,} → {counted(now.copies, 'copy')}"
    return words


def _of_titles(
    work: Work, run_view: RunView, last: Period | None, earlier: list[int]
) -> list[CloseException]:
    title_of = {
        edition.isbn: title.key
        for title in run_view.setup.titles.values()
        for edition in title.editions
    }
    closed = cached(
        work, "earned before", tuple(earlier), lambda: store.earned_in(work.connection, earlier)
    )
    drafted = cached(
        work,
        "earned now",
        (run_view.period, run_view.fingerprint),
        lambda: earned_by_edition(run_view.run),
    )
    figures = {
        number: _by_title(of_period, title_of)
        for number, of_period in {**closed, run_view.period.ordinal: drafted}.items()
    }
    names = {key: title.title for key, title in run_view.setup.titles.items()}
    return _compared("title", "earned", names, figures, run_view.period, last)


def earned_by_edition(run: Run) -> dict[tuple[str, str], tuple[int, int]]:
    """(earned, net copies) by (ISBN, currency); copies once for each group, whatever its tiers."""
    sums_by_edition: dict[tuple[str, str], tuple[int, int]] = {}
    for contract_run in run.contracts:
        seen: set[tuple[object, ...]] = set()
        for line in contract_run.lines:
            if line.isbn is None:
                continue
            earned, units = sums_by_edition.get((line.isbn, contract_run.contract.currency), (0, 0))
            more = 0 if line.group in seen else line.units
            seen.add(line.group)
            sums_by_edition[line.isbn, contract_run.contract.currency] = (
                earned + line.earned,
                units + more,
            )
    return sums_by_edition


def _by_title(
    editions: Mapping[tuple[str, str], tuple[int, int]], title_of: Mapping[str, str]
) -> dict[tuple[str, str], Figures]:
    figures_by_title: dict[tuple[str, str], Figures] = {}
    for (isbn, currency), (earned, units) in editions.items():
        key = (title_of.get(isbn, isbn), currency)
        known = figures_by_title.get(key, Figures(0, 0))
        figures_by_title[key] = Figures(known.amount + earned, (known.copies or 0) + units)
    return figures_by_title


def _of_retailers(
    setup: Setup,
    sold: Mapping[int, Mapping[tuple[str, str], store.RetailerSales]],
    period: Period,
    last: Period | None,
    missing: set[str],
) -> list[CloseException]:
    """Variances of retailers; those without any report are listed elsewhere."""
    figures = {
        number: {
            (key, currency): Figures(rounded_minor(Fraction(each.net, MICRO), currency), each.units)
            for (key, currency), each in of_period.items()
            if key not in missing
        }
        for number, of_period in sold.items()
    }
    return _compared("retailer", "net receipts", _retailers(setup), figures, period, last)


def _of_beneficiaries(
    work: Work, draft: RunView, last: Period | None, earlier: list[int]
) -> list[CloseException]:
    closed = cached(
        work,
        "allocated before",
        tuple(earlier),
        lambda: store.allocated_in(work.connection, earlier),
    )
    figures = {
        number: {key: Figures(amount) for key, amount in of_period.items()}
        for number, of_period in closed.items()
    }
    figures[draft.period.ordinal] = {
        (settlement.beneficiary, settlement.currency): Figures(settlement.allocated)
        for settlement in draft.run.settlements
    }
    names = {key: beneficiary.name for key, beneficiary in draft.setup.beneficiaries.items()}
    return _compared("beneficiary", "allocated", names, figures, draft.period, last)


def _retailers(setup: Setup) -> dict[str, str]:
    return {key: each.name for key, each in setup.retailers.items()}


def _missing_reports(work: Work, setup: Setup, period: Period) -> list[CloseException]:
    """Reports that are due; the figure holds what is missing and no more, so that it lasts."""
    return [
        missing_report(key, setup.retailers[key].name, account, stands)
        for key, accounts in sorted(expected_reports(work, setup, period).items())
        for account, stands in accounts
        if stands.missing
    ]


def _unrecorded(work: Work, setup: Setup, period: Period) -> list[CloseException]:
    found = unrecorded(work, setup, period)
    return [CloseException(each.subject, each.name, each.figure) for each in found]


def _history(
    setup: Setup, sold: Mapping[tuple[str, str], store.RetailerSales]
) -> list[CloseException]:
    """Sales from before the books that count in a period."""
    first = setup.first_period
    early = early_in(
        (currency, each.early_lines, each.early_units, each.early_net)
        for (_, currency), each in sorted(sold.items())
    )
    if not early.rows:
        return []
    figure = f"{early.counted('line')}, {early.brought}"[:LONGEST_FIGURE]
    return [CloseException(HISTORY, f"Sales dated before {first}", figure)]


def missing_report(key: str, name: str, account: str, stands: Expected) -> CloseException:
    """The point of a retailer's reports that are missing."""
    return CloseException(
        f"report:{key}:{account}" if account else f"report:{key}",
        f"{name}, {account_words(account)}" if account else name,
        f"nothing covers {in_runs(stands.missing)}",
    )


def _waiting(work: Work) -> list[CloseException]:
    rows = batches.waiting_summary(work.connection)
    if not rows:
        return []
    count, units = sum(row[2] for row in rows), sum(row[3] for row in rows)
    names = len({row[0] for row in rows})
    name = counted(names, "unknown ISBN")
    return [
        CloseException(
            WAITING, name, f"{_counted(count, 'row', 'rows')}, {_counted(units, 'copy', 'copies')}"
        )
    ]


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"

"""Sale lines into the books: with them, in the same transaction, their stored sums."""

import marshal
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from royalties.domain.periods import Period, first_of_month, period_of
from royalties.domain.sales.lines import SaleLine, SalesTally, Sum, SumKey
from royalties.services.books import Setup, distinctions_in, names_of, setup_in_force
from royalties.services.sales.spooling import Spooled, writing
from royalties.services.work import Work
from royalties.store.history import newest_revision
from royalties.store.periods import periods
from royalties.store.sales import batches, cached_slices, line_file, totals
from royalties.store.sales.cached_slices import Grouping, Slicing
from royalties.store.sales.packed_slices import PackedRow
from royalties.store.sales.slices import LineKeys


@dataclass(slots=True)
class Groupings:
    """By what lines are summed in each period, as the setup in force asks."""

    work: Work
    setup: Setup
    _names: LineKeys | None = None
    _found: dict[int, Grouping] = field(default_factory=dict)

    @property
    def isbns(self) -> dict[int, str]:
        """ISBNs by edition number."""
        if self._names is None:
            self._names = names_of(self.work)
        return dict(self._names.isbns)

    def of(self, number: int) -> Grouping:
        """The grouping of a period."""
        grouping = self._found.get(number)
        if grouping is None:
            first = self.setup.first_period
            asked = distinctions_in(self.setup, first.shift(number - first.ordinal))
            grouping = self._found[number] = Grouping.of(asked, self.isbns)
        return grouping


def record_lines(
    work: Work, setup: Setup, open_period: Period, by_batch: Mapping[int, Sequence[SaleLine]]
) -> None:
    """Record lines of batches, each in the period of its day or the earliest open one.

    The caller holds that period.
    """
    new = []
    for number, lines in by_batch.items():
        batch = _Addition.of(number, SalesTally.of(lines).sums, setup, open_period)
        editions = {line.edition for line in lines}
        new.append((batch, editions))
        periods.ensure_periods(work.connection, batch.periods.values())
        of_period: dict[int, list[SaleLine]] = {}
        for line in lines:
            of_period.setdefault(batch.periods[line.day[:7]].ordinal, []).append(line)
        for period, its in of_period.items():
            batches.add_lines(work.connection, period, number, its)
    _save_sums(work, setup, new)


def record_read(work: Work, setup: Setup, open_period: Period, batch: int, read: Spooled) -> None:
    """Record what was read of a report as the lines of a new batch, and what waits of it.

    The caller holds the earliest open period.
    """
    new = _Addition.of(batch, read.totals.sums, setup, open_period)
    found = {open_period, *new.periods.values()}
    periods.ensure_periods(work.connection, found)
    ends = {each.ends.isoformat(): each.ordinal for each in sorted(found)}
    groupings = Groupings(work, setup)
    of = {period: groupings.of(period) for period in new.by_period()}
    with _SummedBeside(read.path, batch, ends, of, groupings.isbns) as summed:
        line_file.record_file(work.connection, read.path, batch, ends)
        _save_sums(work, setup, [(new, groupings.isbns)], summed)


def period_of_month(month: str, setup: Setup) -> Period:
    """The period of a month such as 2025-03, which lies in one of any calendar."""
    return period_of(first_of_month(month), setup.calendar)


@dataclass(frozen=True, slots=True)
class _Addition:
    """What is added to a batch: sums of its lines, and the period in which each month counts."""

    batch: int
    sums: Mapping[SumKey, Sum]
    periods: Mapping[str, Period]

    @classmethod
    def of(
        cls, batch: int, sums: Mapping[SumKey, Sum], setup: Setup, open_period: Period
    ) -> "_Addition":
        """Of what lines add up to."""
        months = {key.month for key in sums}
        counted = {month: max(period_of_month(month, setup), open_period) for month in months}
        return cls(batch, sums, counted)

    def by_period(self) -> dict[int, dict[SumKey, Sum]]:
        """The sums by the number of the period in which they count."""
        sums_by_period: dict[int, dict[SumKey, Sum]] = {}
        for key, summed in self.sums.items():
            sums_by_period.setdefault(self.periods[key.month].ordinal, {})[key] = summed
        return sums_by_period


class _SummedBeside:
    """Sums the lines of a file in a thread, while the database copies them: both cores work.

    The rows wait in a file that has no name: there may be as many as lines.
    """

    def __init__(
        self,
        path: Path,
        batch: int,
        ends: Mapping[str, int],
        groupings: Mapping[int, Grouping],
        editions: Collection[int],
    ) -> None:
        """See ``line_file.record_file`` for ``ends``; ``groupings`` go by the period's number."""
        self._path = path
        self._batch = batch
        self._ends = ends
        self._groupings = groupings
        self._editions = editions
        self._sizes: dict[int, list[int]] = {period: [] for period in groupings}
        self._stopped = False

    def __enter__(self) -> Self:
        with writing(self._path.parent):
            self._rows = tempfile.TemporaryFile(dir=self._path.parent)
        self._thread = ThreadPoolExecutor(1, "sums")
        self._summing = self._thread.submit(self._sum)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._thread.shutdown()
        self._rows.close()

    def of(self, period: int) -> Iterator[list[PackedRow]]:
        """The rows of a period.

        Raises:
            DBAPIError: a sum is too large for the database.
            TooLargeError: it is too large to be stored.
            DiskError: the disk does not take the rows.
        """
        with writing(self._path.parent):
            self._summing.result()
        before = [size for number in self._sizes if number < period for size in self._sizes[number]]
        self._rows.seek(sum(before))
        for size in self._sizes[period]:
            rows = marshal.loads(self._rows.read(size))  # noqa: S302 - our own
            yield [PackedRow(*row) for row in rows]

    def _sum(self) -> None:
        with line_file.as_sales(self._path, self._batch, self._ends) as lines:
            for period, grouping in sorted(self._groupings.items()):
                for rows in cached_slices.rows_of(
                    lines, period, [self._batch], grouping, self._editions, has_corrections=False
                ):
                    if self._stopped:
                        return
                    plain = [*map(tuple, rows)]
                    self._sizes[period].append(self._rows.write(marshal.dumps(plain)))


def _save_sums(
    work: Work,
    setup: Setup,
    new: Iterable[tuple[_Addition, Collection[int]]],
    summed: "_SummedBeside | None" = None,
) -> None:
    """Keep what lines add up to that were added to batches, each of some editions.

    Args:
        work: the unit of work.
        setup: in force.
        new: what was added.
        summed: the sums for drafts of the only batch, if they are made already.
    """
    groupings = Groupings(work, setup)
    of = {addition.batch: (addition.by_period(), editions) for addition, editions in new}
    touched = sorted((period, batch) for batch, (sums, _) in of.items() for period in sums)
    for period, batch in touched:  # in the order of the locks: see ``cached_slices``
        _, editions = of[batch]
        rows = summed.of(period) if summed else None
        cached_slices.cache_sums(
            work.connection, period, batch, groupings.of(period), editions, rows
        )
    for batch, (sums, _) in sorted(of.items()):
        totals.add_totals(work.connection, batch, sums)


def sum_batch(work: Work, setup: Setup, number: int) -> None:
    """Keep the sums of an import that was recorded by the database itself."""
    known = cached_slices.slicings(work.connection)
    _sum_again(work, Groupings(work, setup), [each for each in known if each.batch_id == number])


def sum_places_again(work: Work, setup: Setup) -> None:
    """Sum anew where somebody asks for places: they have changed."""
    groupings = Groupings(work, setup)
    known = cached_slices.slicings(work.connection)
    _sum_again(
        work,
        groupings,
        [each for each in known if any(groupings.of(each.period_id).distinctions.places)],
    )


def sum_what_changed(work: Work, setup: Setup) -> None:
    """Sum anew what open periods store by another grouping than the setup in force asks for.

    Nothing is wrong before that: drafts read the lines of what is not summed as they ask.
    """
    groupings = Groupings(work, setup)
    if _stale(work, groupings):
        periods.lock_for_sales(work.connection, setup.first_period)
        _sum_again(
            work, groupings, _stale(work, groupings)
        )  # who was waited for may have closed it


def sum_what_migrations_left(work: Work) -> None:
    """Sum what books hold that were made by an earlier release, if there are any."""
    if newest_revision(work.connection):
        sum_what_changed(work, setup_in_force(work))


def _stale(work: Work, groupings: Groupings) -> list[Slicing]:
    known = cached_slices.slicings(work.connection)
    again = {
        (period, batch)
        for period in {known_sum.period_id for known_sum in known}
        for batch in cached_slices.imports_without_classes(
            work.connection, period, groupings.of(period).split
        )
    }
    return [
        known_sum
        for known_sum in known
        if known_sum.grouping != groupings.of(known_sum.period_id).name or known_sum[:2] in again
    ]


def _sum_again(work: Work, groupings: Groupings, stale: Iterable[Slicing]) -> None:
    by_period: dict[int, list[int]] = {}
    for each in stale:
        by_period.setdefault(each.period_id, []).append(each.batch_id)
    for period, numbers in sorted(by_period.items()):
        cached_slices.sum_again(
            work.connection, period, numbers, groupings.of(period), groupings.isbns
        )

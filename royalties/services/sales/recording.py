"""Sale lines into the books: with them, in the same transaction, all that is kept of their sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from royalties.services.books import Setup, asked_in, names_of, setup_in_force
from royalties.services.work import Work
from royalties.store.bulk import Row
from royalties.store.history import newest_revision
from royalties.store.periods import periods
from royalties.store.sales import batches, kept_slices
from royalties.store.sales.kept_slices import Grouping, SliceSums, Slicing
from royalties.store.sales.slices import Names
from royalties.store.sales.totals import Sums


@dataclass(slots=True)
class Groupings:
    """By what lines are summed in each period, as the setup in force asks."""

    work: Work
    setup: Setup
    _names: Names | None = None
    _found: dict[int, Grouping] = field(default_factory=dict)

    @property
    def isbns(self) -> dict[int, str]:
        """ISBNs by edition number."""
        if self._names is None:
            self._names = names_of(self.work)
        return dict(self._names.isbns)

    def of(self, number: int) -> Grouping:
        """The grouping of a period."""
        found = self._found.get(number)
        if found is None:
            first = self.setup.first_period
            asked = asked_in(self.setup, first.shift(number - first.ordinal))
            found = self._found[number] = Grouping.of(asked, self.isbns)
        return found


class Recorder:
    """Records sale lines, chunk by chunk; ``finish`` keeps their sums.

    The caller holds the earliest open period.
    """

    def __init__(self, work: Work, setup: Setup) -> None:
        """Prepare for lines of any period and import."""
        self._connection = work.connection
        self._totals = Sums()
        self._slices = SliceSums(Groupings(work, setup).of)

    def add(self, rows: Sequence[Row]) -> None:
        """Record lines, tuples of ``batches.SALE_COLUMNS``."""
        batches.add_sales(self._connection, rows)
        self._totals.add(rows)
        self._slices.add(rows)

    def finish(self) -> None:
        """Keep what the lines add up to."""
        self._slices.keep(self._connection)
        self._totals.keep(self._connection)


def sum_batch(work: Work, setup: Setup, number: int) -> None:
    """Keep the sums of an import that was recorded by the database itself."""
    known = kept_slices.slicings(work.connection)
    _sum_again(work, Groupings(work, setup), [each for each in known if each.batch_id == number])


def sum_places_again(work: Work, setup: Setup) -> None:
    """Sum anew where somebody asks for places: they have changed."""
    groupings = Groupings(work, setup)
    known = kept_slices.slicings(work.connection)
    _sum_again(
        work, groupings, [each for each in known if any(groupings.of(each.period_id).asked.places)]
    )


def sum_what_changed(work: Work, setup: Setup) -> None:
    """Sum anew what open periods keep by another grouping than the setup in force asks for.

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
    known = kept_slices.slicings(work.connection)
    again = {
        (period, batch)
        for period in {each.period_id for each in known}
        for batch in kept_slices.unsplit(work.connection, period, groupings.of(period).split)
    }
    return [
        each
        for each in known
        if each.grouping != groupings.of(each.period_id).name or each[:2] in again
    ]


def _sum_again(work: Work, groupings: Groupings, stale: Iterable[Slicing]) -> None:
    by_period: dict[int, list[int]] = {}
    for each in stale:
        by_period.setdefault(each.period_id, []).append(each.batch_id)
    for period, numbers in sorted(by_period.items()):
        kept_slices.sum_again(
            work.connection, period, numbers, groupings.of(period), groupings.isbns
        )

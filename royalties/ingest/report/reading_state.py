"""State shared by the parts that read one report: its inputs, and the results so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from royalties.domain.problems import Choice, Skipped
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.columns import Converters
from royalties.ingest.report.conventions import Convention
from royalties.ingest.report.declaration import ReportFormat
from royalties.ingest.report.printed_totals import PrintedTotals
from royalties.ingest.report.reading import ControlTotals, ReferenceData
from royalties.ingest.report.refusals import Refusals
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.tables import Table
from royalties.ingest.report.tally import Tally


@dataclass(frozen=True, slots=True)
class ReadingState:
    """One reading of a report.

    ``choices`` are questions that are still open; ``remarks`` become notices, which have to be
    confirmed, and ``notes`` are only shown. ``skipped`` counts rows that are left out, by reason;
    ``totals`` are complete once all rows were read, ``tally`` goes along with them.
    """

    declared: ReportFormat
    tables: Sequence[Table]
    known: ReferenceData
    converters: Converters
    answers: TrackedAnswers
    tally: Tally
    printed_totals: PrintedTotals
    choices: list[Choice] = field(default_factory=list)
    remarks: RowWarnings = field(default_factory=RowWarnings)
    notes: list[str] = field(default_factory=list)
    skipped: Skipped = field(default_factory=Skipped)
    totals: ControlTotals = field(default_factory=ControlTotals)
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def conventions(self) -> tuple[Convention, ...]:
        """How numbers and dates are written in the file."""
        return (self.converters.numbers.mark, self.converters.dates.order)

    @property
    def is_incomplete(self) -> bool:
        """Whether rows are refused or waiting, so that sums cannot be compared."""
        return bool(self.refusals.problems or self.totals.waiting)

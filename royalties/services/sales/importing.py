"""Import a retailer's report: recognised, read whole, and recorded in one transaction or not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from reports import returned
from royalties.domain.counting import counted
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.problems import Notice
from royalties.domain.sales.changes import MOST_CHANGES, Change, signed, words_of
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import ImportOutcome, Origin
from royalties.ingest.recognise import as_received, open_report
from royalties.ingest.report.mapping import Mapping as ReportMapping
from royalties.ingest.report.reading import (
    ControlTotals,
    Findings,
    Reading,
    ReferenceData,
    UnreadableError,
)
from royalties.services.books import Setup, known_of, setup_in_force
from royalties.services.sales.before_books import notice_of, would_earn
from royalties.services.sales.import_document import (
    NO_USAGE,
    document_of,
    net_of,
    nothing_new,
    units_of,
    unreadable,
    usage_of,
    waiting_of,
)
from royalties.services.sales.recording import period_of_month, record_read
from royalties.services.sales.remembered import remember_answers
from royalties.services.sales.spooling import Spooled, spooled
from royalties.services.work import RefusedError, Units, Work
from royalties.store.history import newest_revision
from royalties.store.periods import periods
from royalties.store.sales import batches, recorded_orders
from royalties.store.terms import aliases


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for: the file, how to read it, and how far to go.

    ``changes`` are what somebody changed in the file, which stays as it was received.
    ``seen`` are the messages of the warnings that the user saw; where it is given, ``confirm``
    confirms those and no others.
    """

    path: Path
    name: str
    report: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    confirm: bool = False
    seen: frozenset[str] | None = None
    origin: Origin = Origin.REPORT
    changes: Sequence[Change] = ()

    def confirms(self, notices: Iterable[Notice]) -> bool:
        """Whether the user goes on in spite of these warnings."""
        messages = {notice.message for notice in notices}
        return not messages or (self.confirm and (self.seen is None or messages <= self.seen))


ReadWith: TypeAlias = tuple[str | None, Mapping[str, str], Sequence[Change]]
"""How a stored upload was read: its report, choices and changes."""


@dataclass(slots=True)
class ImportResult:
    """What came of an import; ``document`` is the import document of the public interface.

    ``read_with`` is None of a file that is no upload.
    """

    outcome: ImportOutcome
    document: dict[str, Any]
    returned: Path | None = None
    read_with: ReadWith | None = None


class StaleError(RuntimeError):
    """The setup or the file was changed since a report was read: it has to be read again."""


READINGS = 5
"""How often a report is read whose setup or bytes change meanwhile."""


def import_file(units: Units, request: Request) -> ImportResult:
    """Read a report and record its sales; the books are held for the recording alone.

    Outcomes are those of ``import_report``. What is not to be recorded is reported by work that
    only reads, so that a file nobody can read holds nobody up.
    """
    for _ in range(READINGS):
        with units(read_only=True) as work:
            read = read_report(work, request)
            if read is None or request.dry_run or _is_stopped(read, request):
                return _previewed(work, request, read)
        try:
            with units() as work:
                return import_report(work, request, read)
        except StaleError:
            continue
        finally:
            read.close()
    raise RefusedError(f"{request.name}: the setup or the file changes all the time: try again")


def _is_stopped(read: Spooled, request: Request) -> bool:
    """Whether it is known from the file alone that nothing will be recorded."""
    return bool(read.problems or read.choices) or not request.confirms(read.notices)


def _previewed(work: Work, request: Request, read: Spooled | None) -> ImportResult:
    """What would come of a request that records nothing."""
    try:
        result = import_report(work, replace(request, dry_run=True), read)
    finally:
        if read is not None:
            read.close()
    if "dry_run" in result.document:
        result.document["dry_run"] = request.dry_run
    return result


def read_report(work: Work, request: Request) -> Spooled | None:
    """Read a report through, in work that only reads; its sales are recorded later.

    None where it cannot be read, asks something, or was recorded before: ``import_report`` says
    what is the matter.
    """
    work.actor.require(Verb.IMPORT)
    _require_few(request)
    revision = newest_revision(work.connection)  # first: PostgreSQL shows what others commit since
    named = aliases.newest_change(work.connection)
    standing = recorded_orders.recorded_state(work.connection)
    setup = setup_in_force(work)
    fingerprint, _ = _fingerprint(work, request)
    if batches.find_recorded(work.connection, fingerprint) is not None:
        return None
    try:
        reading = _opened(work, request, setup, known_of(work, setup))
        if reading.choices:
            return None
        return spooled(reading, work.files.spool, (revision, named), standing, fingerprint)
    except UnreadableError:
        return None


def import_report(work: Work, request: Request, read: Spooled | None = None) -> ImportResult:
    """Read a report and record its sales, all of them or none.

    Outcomes: ``recorded``; ``refused`` (problems); ``confirm`` (warnings: repeat with
    ``confirm``); ``choose`` (repeat with a choice); ``nothing-new`` (the same bytes before).

    Args:
        work: the unit of work.
        request: what to import.
        read: what ``read_report`` made of the same request, so that nothing is read any more.

    Raises:
        StaleError: the setup, the file or the orders that are recorded are others than when the
            report was read.
    """
    work.actor.require(Verb.IMPORT)
    _require_few(request)
    setup = setup_in_force(work)
    fingerprint, size = _fingerprint(work, request)
    earlier = batches.find_recorded(work.connection, fingerprint)
    if earlier is not None:
        return ImportResult(
            ImportOutcome.NOTHING_NEW, nothing_new(earlier, work.day_of(earlier.recorded_at))
        )
    open_period = _open_period(work, setup, lock=not request.dry_run)
    known = known_of(work, setup)
    if read is not None and (read.revision, read.aliases, read.sha256) != (
        newest_revision(work.connection),
        aliases.newest_change(work.connection),
        fingerprint,
    ):
        raise StaleError
    if read is not None and read.by_order:
        _require_same_orders(work, request, read, known)
    recording = _Recording(work, setup, open_period, request, fingerprint, size, known)
    if read is not None:
        return recording.record(read, read)
    try:
        reading = _opened(work, request, setup, known)
        if reading.choices:
            return ImportResult(
                ImportOutcome.CHOOSE, document_of(ImportOutcome.CHOOSE, reading, fingerprint)
            )
        if request.dry_run:
            for _ in reading.chunks():
                pass
            return recording.record(reading, None)
        against = (newest_revision(work.connection), aliases.newest_change(work.connection))
        standing = recorded_orders.recorded_state(work.connection)
        read = spooled(reading, work.files.spool, against, standing, fingerprint)
        if read.by_order:
            _require_same_orders(work, request, read, known)
    except UnreadableError as error:
        return ImportResult(ImportOutcome.REFUSED, unreadable(fingerprint, error.problem))
    try:
        return recording.record(read, read)
    finally:
        read.close()


def _require_few(request: Request) -> None:
    if len(request.changes) > MOST_CHANGES:
        raise RefusedError(
            f"at most {MOST_CHANGES} changes may be made to a report: mend the workbook with the "
            f"reasons in a spreadsheet program, and import that"
        )


def _fingerprint(work: Work, request: Request) -> tuple[str, int]:
    try:
        return work.files.fingerprint(request.path)
    except OSError as error:
        raise RefusedError(f"{request.path}: {error.strerror}: check the file's name") from error


def _opened(work: Work, request: Request, setup: Setup, known: ReferenceData) -> Reading:
    return open_report(
        request.path,
        name=request.name,
        known=known,
        mappings=[ReportMapping(**mapping) for mapping in setup.mappings],
        choices=request.choices,
        report=request.report,
        changes=signed(request.changes, work.actor.name, work.stored_at),
        progress=work.progress,
    )


def _require_same_orders(work: Work, request: Request, read: Spooled, known: ReferenceData) -> None:
    """Orders that others recorded meanwhile would be recorded twice; nobody records more now.

    Raises:
        StaleError: an import was recorded, undone or corrected since the report was read.
    """
    retailer = known.retailers.get(read.retailer or "")
    if retailer is not None and not request.dry_run:
        recorded_orders.lock(work.connection, retailer.id)
    if recorded_orders.recorded_state(work.connection) != read.standing:
        read.close()
        raise StaleError


@dataclass(slots=True)
class _Recording:
    """One import on its way into the books."""

    work: Work
    setup: Setup
    open_period: Period
    request: Request
    fingerprint: str
    size: int
    known: ReferenceData

    def record(self, findings: Findings, read: Spooled | None) -> ImportResult:
        """Record what was read, if nothing that was found is against it.

        Args:
            findings: of the whole report.
            read: its lines; None for a request that records nothing.
        """
        notices = [*findings.notices, *self._notices(findings)]
        if findings.choices:
            outcome = ImportOutcome.CHOOSE
        elif findings.problems:
            outcome = ImportOutcome.REFUSED
        elif not self.request.confirms(notices):
            outcome = ImportOutcome.CONFIRM
        else:
            outcome = ImportOutcome.RECORDED
        waiting = waiting_of(findings)
        document = document_of(outcome, findings, self.fingerprint, notices, waiting)
        result = ImportResult(outcome, document)
        result.document["retailer"] = self._retailer(findings)
        if outcome is not ImportOutcome.RECORDED or self.request.dry_run or read is None:
            result.document["dry_run"] = self.request.dry_run
            if outcome is ImportOutcome.REFUSED:
                self._give_back(findings, result)
            return result
        number = self._write(read, result)
        self.work.files.keep_received(self.request.path, self.fingerprint)
        self.work.record(
            Verb.IMPORT,
            {
                "batch": number,
                "file": self.request.name,
                "sha256": self.fingerprint,
                "lines": findings.totals.lines,
                "confirmed": [notice.code for notice in notices],
            }
            | ({"changes": len(findings.changes)} if findings.changes else {}),
        )
        return result

    def _write(self, read: Spooled, result: ImportResult) -> int:
        """Write a batch with its lines, their sums, and its document."""
        number = self._open_batch(read)
        result.document["batch"] = number
        record_read(self.work, self.setup, self.open_period, number, read)
        batches.finish_batch(
            self.work.connection,
            number,
            {
                "sheets": read.sheets,
                "document": result.document,
                "retailer": result.document["retailer"],
                "rows": read.totals.rows,
                "lines": read.lines,
                "changes": read.changes,
            },
        )
        aliases.add_uses(self.work.connection, number, read.alias_uses)
        batches.add_coverage(self.work.connection, number, read.account, read.totals.covered)
        if read.answers and read.retailer in self.known.retailers:
            shop = self.known.retailers[read.retailer or ""].id
            remember_answers(self.work, shop, read.report, read.answers)
        return number

    def _open_batch(self, reading: Findings) -> int:
        return batches.add_batch(
            self.work.connection,
            {
                "file_name": self.request.name[:255],
                "origin": self.request.origin,
                "sha256": self.fingerprint,
                "size": self.size,
                "report": reading.report,
                "retailer": None,
                "account": reading.account,
                "sheets": [],
                "choices": dict(self.request.choices),
                "document": {},
                "rows": 0,
                "lines": 0,
                "status": BatchStatus.RECORDED,
                "recorded_at": self.work.stored_at,
                "recorded_by": self.work.actor.name,
            },
        )

    def _notices(self, reading: Findings) -> list[Notice]:
        notices = []
        if overlap := self._overlap(reading):
            notices.append(overlap)
        early = reading.totals.early
        if early.rows:
            earned = would_earn(self.work, self.setup, early, self.open_period)
            notice = notice_of(early, self.setup, self.open_period, earned=earned)
            notices += [notice] if notice else []
        if beyond := self._beyond_sales(reading):
            notices.append(beyond)
        lines = Counter[Period]()
        for key, sums in reading.totals.sums.items():
            lines[period_of_month(key.month, self.setup)] += sums.lines
        own = sorted(lines)
        late = [period for period in own if self.setup.first_period <= period < self.open_period]
        if late:
            names = ", ".join(map(str, late))
            notices.append(
                Notice(
                    "closed-period",
                    f"sales dated in {names}, which is closed, will count in {self.open_period} "
                    f"as prior-period sales",
                )
            )
        counted = Counter[Period]()
        for period in own:
            counted[max(period, self.open_period)] += lines[period]
        if len(counted) > 1:
            notices.append(Notice("two-periods", _spread(counted)))
        return notices

    def _overlap(self, reading: Findings) -> Notice | None:
        """Another file for a retailer, account and time that are covered already.

        Sales are typed day by day: of two sheets only the same totals are suspicious. Of two
        reports that are known by their orders nothing counts twice.
        """
        earlier = batches.overlapping_coverage(
            self.work.connection, reading.account, reading.totals.covered
        )
        same = [batch.batch for batch in earlier if _alike(batch.document, reading.totals)]
        if self.request.origin is Origin.TYPED:
            earlier = [
                batch for batch in earlier if batch.batch in same or batch.origin != Origin.TYPED
            ]
        if reading.by_order:
            earlier = [batch for batch in earlier if batch.document["report"] != reading.report]
        if not earlier:
            return None
        first = earlier[0]
        alike = [each for each in earlier[1:] if each.document["report"] == reading.report]
        also = f", and by import {alike[-1].batch} ({alike[-1].file_name})" if alike else ""
        retailer = self.known.retailers[first.retailer].name
        hint = (
            f"Its totals are exactly those of import {same[0]}: it looks like the same report "
            f"saved again."
            if same
            else "If this replaces it, undo the earlier import first."
        )
        return Notice(
            "period-covered",
            f"{retailer} is covered from {first.first_day} to {first.last_day} by import "
            f"{first.batch} ({first.file_name}){also}. {hint}",
        )

    def _beyond_sales(self, reading: Findings) -> Notice | None:
        """Copies that came back, of which fewer were ever sold."""
        returned = reading.totals.beyond_sales
        sold = batches.copies_sold(self.work.connection, returned) if returned else {}
        beyond = [pair for pair, copies in returned.items() if copies > sold[pair]]
        if not beyond:
            return None
        editions = self.known.catalogue.by_number
        shops = {each.id: each.name for each in self.known.retailers.values()}
        shop, book = pair = beyond[0]
        before = counted(max(sold[pair], 0), "copy")
        more = f" ({len(beyond) - 1:,} more such editions)" if len(beyond) > 1 else ""
        return Notice(
            "returns-beyond-sales",
            f"{counted(returned[pair], 'copy')} of {editions[book].isbn}, "
            f"{editions[book].title!r}, came back from {shops[shop]}, where {before} had been sold "
            f"before, as far as the books know{more}",
        )

    def _retailer(self, reading: Findings) -> str | None:
        """The report's retailer, or the only one that its rows name."""
        covered = reading.totals.covered
        if reading.retailer is not None or len(covered) != 1:
            return reading.retailer
        only = next(iter(covered))
        return next(each.key for each in self.known.retailers.values() if each.id == only)

    def _give_back(self, reading: Findings, result: ImportResult) -> None:
        """Give the report back as a workbook with each problem behind its row."""
        reasons: dict[tuple[str, int], str] = {}
        for problem in reading.problems:
            key = (problem.sheet, problem.row)
            column = f"{problem.column}: " if problem.column else ""
            text = f"{column}{problem.message}: {problem.remedy}"
            reasons[key] = f"{reasons[key]}; {text}" if key in reasons else text
        sheets = as_received(self.request.path, self.request.choices, self.request.changes)
        changes = [
            (each.sheet, each.row, words_of(each), each.by, each.at) for each in reading.changes
        ]
        data = returned.workbook(sheets, reasons, reading.header_rows, changes)
        name = f"{self.fingerprint[:12]}-problems.xlsx"
        result.returned = self.work.files.give_back(name, data)
        result.document["returned"] = str(result.returned)


def _open_period(work: Work, setup: Setup, *, lock: bool) -> Period:
    first = setup.first_period
    if lock:
        return first.shift(periods.lock_for_sales(work.connection, first) - first.ordinal)
    closed = periods.last_closed(work.connection)
    return first if closed is None else first.shift(closed + 1 - first.ordinal)


def _spread(lines: Mapping[Period, int]) -> str:
    parts = ", ".join(
        f"{count} {'line' if count == 1 else 'lines'} in {period}"
        for period, count in lines.items()
    )
    return f"the report covers more than one period: {parts}"


def _alike(earlier: Mapping[str, Any], totals: ControlTotals) -> bool:
    return (
        earlier.get("rows") == totals.rows
        and earlier.get("units") == units_of(totals)
        and earlier.get("net") == net_of(totals)
        and earlier.get("usage", NO_USAGE) == usage_of(totals)
    )

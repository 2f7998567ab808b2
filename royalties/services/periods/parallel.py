"""A parallel run: the last old statement beside the draft, until every difference is settled.

While one is open its period is not closed: nothing is posted before somebody signs it off, or
leaves it with a reason.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from reports import plain_table
from reports.plain_table import PlainTable
from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.people import Verb
from royalties.domain.periods import ParallelStatus
from royalties.domain.royalties.parallel import (
    Difference,
    DifferenceCause,
    differences_from,
    figures_of,
)
from royalties.ingest.uploads.filled_table import (
    FilledRow,
)
from royalties.services.books import require_next, setup_in_force
from royalties.services.periods.draft import run_view
from royalties.services.periods.old_totals import (
    about_figure,
    figure_names,
    plain_total,
    read_totals,
    total_of,
)
from royalties.services.terms.filled_tables import filled_rows
from royalties.services.work import RefusedError, Work
from royalties.store.periods import parallel as store
from royalties.store.periods.parallel import ParallelRow

LARGEST = 5 * 1024 * 1024
"""Bytes of a table of old totals."""

LONGEST_REASON = 1000

COLUMNS = ("what", "of", "rule", "edition", "about", "currency", "copies", "amount")
"""The table's columns; ``about`` is for who reads it and says nothing."""

_NEEDED = ("what", "of", "amount")


@dataclass(frozen=True, slots=True)
class ExplainedDifference:
    """A difference and its explanation; ``token`` names it and its amounts."""

    difference: Difference
    token: str
    about: str
    reason: str
    by: str

    @property
    def is_settled(self) -> bool:
        """Whether a reason was given for exactly this difference."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Parallel:
    """A period's parallel run as it stands now.

    Attributes:
        row: the run.
        differences: what differs, by cause.
        equal: how many of the old totals the draft reaches to the cent.
        earlier: runs that were signed off or left, the newest first.
    """

    row: ParallelRow | None
    differences: tuple[ExplainedDifference, ...]
    equal: int
    earlier: tuple[ParallelRow, ...]

    @property
    def by_cause(self) -> dict[DifferenceCause, list[ExplainedDifference]]:
        """Differences by their probable cause."""
        grouped: dict[DifferenceCause, list[ExplainedDifference]] = {}
        for explained in self.differences:
            grouped.setdefault(explained.difference.cause, []).append(explained)
        return grouped

    @property
    def open(self) -> list[ExplainedDifference]:
        """Differences that nobody explained yet."""
        return [each for each in self.differences if not each.is_settled]


def parallel(work: Work, period: str) -> Parallel:
    """A period's parallel run beside its draft.

    Raises:
        RefusedError: an earlier period is open.
    """
    work.actor.require(Verb.READ)
    draft = run_view(work, period)
    rows = store.of_period(work.connection, str(draft.period))
    row = next((stored for stored in rows if stored.status == ParallelStatus.OPEN), None)
    current = row or next(
        (stored for stored in rows if stored.status == ParallelStatus.SIGNED), None
    )
    differences: tuple[ExplainedDifference, ...] = ()
    equal = 0
    if current is not None:
        totals = [total_of(total) for total in current.totals]
        names = figure_names(draft.setup)
        differences = tuple(
            _explained(difference, current.reasons, names)
            for difference in differences_from(draft.run, totals)
        )
        wrong = {difference.difference.key for difference in differences}
        equal = sum(total.key not in wrong for total in totals)
    earlier = tuple(other for other in rows if other is not row)
    return Parallel(row, differences, equal, earlier)


def read(path: Path, name: str) -> list[FilledRow]:
    """The rows of a table of old totals, read before anything is held for it.

    Args:
        path: where its bytes are.
        name: as it was sent.

    Raises:
        FaultyTableError: it is no such table, or could not be read safely.
    """
    return filled_rows(path, name, COLUMNS, _NEEDED)


def begin(work: Work, period: str, rows: Iterable[FilledRow], name: str) -> int:
    """Put the old statement's totals beside the draft; returns the run's number.

    Totals that come again replace those of a run that is open; reasons stay where the same
    difference is left.

    Raises:
        FaultyTableError: with every fault of the table.
        RefusedError: the period is closed, or an earlier one is open.
    """
    work.actor.require(Verb.PREPARE)
    setup = setup_in_force(work)
    named = setup.period(period)
    require_next(work, setup, named)
    totals = [plain_total(each) for each in read_totals(setup, rows, name)]
    now = store.find_open(work.connection, str(named))
    if now is not None:
        store.change(work.connection, now.id, {"totals": totals, "file": name})
        number = now.id
    else:
        number = store.add(
            work.connection,
            {
                "period": str(named),
                "file": name,
                "totals": totals,
                "reasons": {},
                "status": ParallelStatus.OPEN,
                "begun_at": work.at,
                "begun_by": work.actor.name,
                "note": "",
            },
        )
    work.record(Verb.PREPARE, {"what": "parallel-begun", "period": str(named), "file": name})
    return number


def explain(work: Work, period: str, token: str, reason: str) -> None:
    """Say what made a difference.

    Raises:
        RefusedError: no run is open, the difference is not there any more, or the text is empty.
    """
    work.actor.require(Verb.EXPLAIN_VARIANCE)
    comparison = _require_run(work, period)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise RefusedError("say in a sentence what made the difference")
    if fault := fault_of_line(reason):
        raise RefusedError(f"the reason cannot be recorded: {fault}")
    if token not in {each.token for each in comparison.differences}:
        raise RefusedError("this difference is another one by now: look at it again")
    row = _row(comparison)
    reasons = {**row.reasons, token: {"text": reason, "by": work.actor.name}}
    store.change(work.connection, row.id, {"reasons": reasons})
    work.record(
        Verb.EXPLAIN_VARIANCE, {"what": "parallel-explained", "period": row.period, "text": reason}
    )


def sign(work: Work, period: str, note: str = "") -> None:
    """Sign a parallel run off: every difference is mended or explained.

    Raises:
        RefusedError: no run is open, or a difference is not explained.
    """
    work.actor.require(Verb.CLOSE)
    comparison = _require_run(work, period)
    if comparison.open:
        count = len(comparison.open)
        raise RefusedError(
            f"{count} {'difference is' if count == 1 else 'differences are'} not explained yet: "
            f"mend {'it' if count == 1 else 'them'}, or say what made "
            f"{'it' if count == 1 else 'them'}"
        )
    _decide(work, _row(comparison), ParallelStatus.SIGNED, note)


def abandon(work: Work, period: str, note: str) -> None:
    """Leave a parallel run without signing it, and say why.

    Raises:
        RefusedError: no run is open, or the text is empty.
    """
    work.actor.require(Verb.CLOSE)
    row = store.find_open(work.connection, str(setup_in_force(work).period(period)))
    if row is None:
        raise RefusedError(f"no parallel run of {period} is open")
    if not note.strip():
        raise RefusedError("say why the parallel run is left")
    _decide(work, row, ParallelStatus.ABANDONED, note)


def require_settled(work: Work, period: str) -> None:
    """Refuse a close while a parallel run of its period is open.

    Raises:
        RefusedError: one is; the message says what to do.
    """
    row = store.find_open(work.connection, period)
    if row is not None:
        raise RefusedError(
            f"the parallel run of {period}, which {row.begun_by} began, is not signed off: explain "
            f"or mend its differences and sign it off, or abandon it, under Parallel run"
        )


def template(work: Work, period: str, kind: str) -> bytes:
    """A table of all figures of old statements, as ``xlsx`` or ``csv``, to fill in."""
    work.actor.require(Verb.READ)
    draft = run_view(work, period)
    names = figure_names(draft.setup)
    rows = [
        (key.figure.value, key.of, key.rule, key.isbn, about_figure(key, names), key.currency)
        for key in sorted(figures_of(draft.run))
    ]
    filled = [(*row, "", "") for row in rows]
    if kind == "xlsx":
        table = PlainTable(
            f"Old statement of {draft.period}",
            "Fill in what the old statement says; leave out what it does not tell.",
            [(name, name in {"copies", "amount"}) for name in COLUMNS],
            filled,
        )
        house = draft.setup.publisher
        return plain_table.workbook([table], house.name, house.currency, work.today)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(filled)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def export(work: Work, period: str) -> bytes:
    """The comparison as a workbook."""
    comparison = parallel(work, period)
    draft = run_view(work, period)
    rows: list[list[plain_table.Value]] = []
    for explained in comparison.differences:
        key, difference = explained.difference.key, explained.difference
        old, new, more = (
            Decimal(amount_text(amount, key.currency))
            for amount in (difference.old, difference.new, difference.amount)
        )
        copies: plain_table.Value = "" if difference.old_copies is None else difference.old_copies
        rows.append(
            [
                *(
                    difference.cause.value,
                    difference.why,
                    key.figure.value,
                    key.of,
                    explained.about,
                ),
                *(key.rule, key.isbn, key.currency, old, new, more),
                *(copies, difference.new_copies, explained.reason, explained.by),
            ]
        )
    figures = {"old", "draft", "difference", "old copies", "draft copies"}
    columns = (
        *("probable cause", "why", "what", "of", "about", "rule", "edition", "currency"),
        *("old", "draft", "difference", "old copies", "draft copies", "reason", "by"),
    )
    table = PlainTable(
        f"Parallel run of {draft.period}",
        f"{comparison.equal} old totals are reached to the cent; these differ.",
        [(name, name in figures) for name in columns],
        rows,
    )
    house = draft.setup.publisher
    return plain_table.workbook([table], house.name, house.currency, work.today)


def _require_run(work: Work, period: str) -> Parallel:
    comparison = parallel(work, period)
    if comparison.row is None:
        raise RefusedError(f"no parallel run of {period} is open")
    return comparison


def _row(found: Parallel) -> ParallelRow:
    assert found.row is not None  # noqa: S101 - asked before
    return found.row


def _decide(work: Work, row: ParallelRow, status: ParallelStatus, note: str) -> None:
    note = " ".join(note.split())[:LONGEST_REASON]
    if fault := fault_of_line(note):
        raise RefusedError(f"the note cannot be recorded: {fault}")
    values = {"decided_at": work.at, "decided_by": work.actor.name, "note": note}
    if not store.change(work.connection, row.id, {**values, "status": status}):
        raise RefusedError(f"the parallel run of {row.period} was decided meanwhile")
    work.record(Verb.PREPARE, {"what": f"parallel-{status}", "period": row.period, "note": note})


def _explained(
    difference: Difference, reasons: Mapping[str, Any], names: Mapping[str, str]
) -> ExplainedDifference:
    amounts = (difference.old, difference.new, difference.old_copies, difference.new_copies)
    facts = [*map(str, difference.key), *map(str, amounts)]
    token = sha256("\n".join(facts).encode()).hexdigest()[:32]
    reason = reasons.get(token, {})
    about = about_figure(difference.key, names)
    return ExplainedDifference(
        difference, token, about, reason.get("text", ""), reason.get("by", "")
    )

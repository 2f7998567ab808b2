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
from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, amount_text, minor_units
from royalties.domain.one_line import fault_of_line
from royalties.domain.people import Verb
from royalties.domain.periods import ParallelStatus
from royalties.domain.royalties.parallel import (
    OF_PAYEES,
    Difference,
    DifferenceCause,
    Figure,
    FigureKey,
    OldTotal,
    differences_from,
    figures_of,
)
from royalties.ingest.setup.identifiers import isbn as isbn_of
from royalties.ingest.setup.taking import NotTakenError
from royalties.ingest.uploads.filled_table import (
    CellFault,
    FilledRow,
    plain_number,
)
from royalties.services.books import Setup, require_next, setup_in_force
from royalties.services.names import Names
from royalties.services.periods.draft import run_view
from royalties.services.terms.filled_tables import FaultyTableError, filled_rows
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
        totals = [_total(total) for total in current.totals]
        names = _names(draft.setup)
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
    totals = [_plain(each) for each in _read_totals(setup, rows, name)]
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
    names = _names(draft.setup)
    rows = [
        (key.figure.value, key.of, key.rule, key.isbn, _about(key, names), key.currency)
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


def _names(setup: Setup) -> Mapping[str, str]:
    return {
        **{key: each.name for key, each in setup.beneficiaries.items()},
        **Names(setup).all_of("contracts"),
        **{
            edition.isbn: f"{title.title}, {edition.format.value}"
            for title in setup.titles.values()
            for edition in title.editions
        },
    }


def _about(key: FigureKey, names: Mapping[str, str]) -> str:
    parts = (names.get(key.of, key.of), names.get(key.isbn, key.isbn))
    return ": ".join(part for part in parts if part)


def _explained(
    difference: Difference, reasons: Mapping[str, Any], names: Mapping[str, str]
) -> ExplainedDifference:
    amounts = (difference.old, difference.new, difference.old_copies, difference.new_copies)
    facts = [*map(str, difference.key), *map(str, amounts)]
    token = sha256("\n".join(facts).encode()).hexdigest()[:32]
    reason = reasons.get(token, {})
    about = _about(difference.key, names)
    return ExplainedDifference(
        difference, token, about, reason.get("text", ""), reason.get("by", "")
    )


def _plain(total: OldTotal) -> list[Any]:
    return [*total.key, total.amount, total.copies]


def _total(plain: list[Any]) -> OldTotal:
    figure, *names, amount, copies = plain
    return OldTotal(FigureKey(Figure(figure), *names), amount, copies)


# A table of old totals


def _read_totals(setup: Setup, rows: Iterable[FilledRow], name: str) -> list[OldTotal]:
    reading = _TotalsReading(setup)
    totals = [total for row in rows if (total := reading.take(row)) is not None]
    if not totals and not reading.faults:
        reading.faults.append(CellFault(1, "amount", "", "no row has an amount: fill some in"))
    if reading.faults:
        raise FaultyTableError(name, reading.faults)
    return totals


class _TotalsReading:
    """Rows as old totals; a row without an amount says nothing."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.faults: list[CellFault] = []
        self._seen: set[FigureKey] = set()

    def take(self, row: FilledRow) -> OldTotal | None:
        """An old total, or None where it says nothing or is wrong."""
        if not row["amount"]:
            return None
        try:
            return self._total(row)
        except _WrongCellError as error:
            column, message = error.args
            self.faults.append(CellFault(row.number, column, row[column], message))
            return None

    def _total(self, row: FilledRow) -> OldTotal:
        try:
            figure = Figure(row["what"].casefold())
        except ValueError:
            words = ", ".join(each.value for each in Figure)
            raise _WrongCellError("what", f"is none of {words}") from None
        currency = self._currency(row, figure)
        contract = self.setup.contracts.get(row["of"])
        rules = {rule.name for rule in contract.rules} if contract else set()
        rights = {right for right, _ in contract.rights} if contract else set()
        if row["rule"] and row["rule"] not in rules | rights:
            raise _WrongCellError("rule", "is no rule or right of this contract")
        try:
            isbn = isbn_of(row["edition"]) if row["edition"] else ""
        except NotTakenError:
            raise _WrongCellError("edition", "is no ISBN such as 9780306406157") from None
        try:
            amount = minor_units(plain_number(row["amount"]) or "?", currency)
        except (NotAnAmountError, LookupError):
            message = f"is no amount in {currency} such as 1234.50"
            raise _WrongCellError("amount", message) from None
        copies = plain_number(row["copies"], is_count=True) if row["copies"] else ""
        if copies is None or "." in copies:
            raise _WrongCellError("copies", "is no whole number of copies")
        key = FigureKey(figure, row["of"], currency, row["rule"], isbn)
        if key in self._seen:
            raise _WrongCellError("what", "stands in the file already: keep one row")
        self._seen.add(key)
        return OldTotal(key, amount, int(copies) if copies else None)

    def _currency(self, row: FilledRow, figure: Figure) -> str:
        currency = row["currency"].upper()
        contract = self.setup.contracts.get(row["of"])
        may_be_payee = figure in OF_PAYEES or figure is Figure.BROUGHT_FORWARD
        if figure not in OF_PAYEES and contract is not None:
            if currency not in {"", contract.currency}:
                raise _WrongCellError("currency", f"is not the contract’s, {contract.currency}")
            return contract.currency
        if may_be_payee and row["of"] in self.setup.beneficiaries:
            if currency and currency not in EXPONENTS:
                raise _WrongCellError("currency", "is no currency such as USD")
            return currency or self.setup.publisher.currency
        kind = "beneficiary" if figure in OF_PAYEES else "contract"
        raise _WrongCellError("of", f"is no {kind} of the books")


class _WrongCellError(Exception):
    """A cell is wrong: its column, and the rest of the sentence."""

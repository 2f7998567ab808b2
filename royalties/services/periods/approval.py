"""Close a period with a second pair of eyes: look, explain, prepare, approve."""

from dataclasses import dataclass
from datetime import date, datetime

from royalties.domain.approvals import Proposal, ProposalKind
from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.people import Verb
from royalties.domain.periods import PeriodStatus
from royalties.services import approvals
from royalties.services.books import open_period_of, setup_in_force
from royalties.services.periods import close as runs
from royalties.services.periods.accounts_over_time import AccountsQuery, accounts_over_time
from royalties.services.periods.checklist import outlook, require_complete, require_possible
from royalties.services.periods.parallel import require_settled
from royalties.services.periods.previewing import last_close
from royalties.services.periods.variances import DRAFT, KINDS, LONGEST_FIGURE
from royalties.services.work import RefusedError, Work
from royalties.store.periods import closing as store
from royalties.store.periods import periods
from royalties.store.periods import runs as runs_store

MOST_TEXT = 1000
PAGE = 12
"""Closed periods that are shown at once."""


@dataclass(frozen=True, slots=True)
class PeriodShown:
    """A period at a glance; amounts by currency, of closed periods only."""

    name: str
    starts: date
    ends: date
    state: str
    closed_at: datetime | None
    closed_by: str
    units: int
    amounts: tuple[tuple[str, store.Amounts], ...]
    statements: int


def periods_page(work: Work, page: int = 1) -> tuple[list[PeriodShown], bool]:
    """Periods of the books, twelve closed ones at a time, the newest first; and whether more are.

    The first page begins with the open one and later ones that have sales already.
    """
    work.actor.require(Verb.READ)
    setup, connection = setup_in_force(work), work.connection
    known = {period.id: period for period in periods.known_periods(connection)}
    closed = sorted(
        (n for n, period in known.items() if period.status == PeriodStatus.CLOSED), reverse=True
    )
    first = setup.first_period
    current = first.shift(closed[0] + 1 - first.ordinal) if closed else first
    numbers = closed[(page - 1) * PAGE : page * PAGE]
    if page == 1:
        later = sorted({*known, current.ordinal} - {*closed, current.ordinal}, reverse=True)
        numbers = [current.ordinal, *later, *numbers]
    by = store.closed_by(connection, numbers)
    amounts: dict[int, list[tuple[str, store.Amounts]]] = {}
    for (number, currency), amount in sorted(store.amounts_by_period(connection, numbers).items()):
        amounts.setdefault(number, []).append((currency, amount))
    units = store.units_by_period(connection, numbers)
    shown = []
    for number in numbers:
        period = first.shift(number - first.ordinal)
        closed_at = known[number].closed_at if number in known else None
        of_period = tuple(amounts.get(number, ()))
        shown.append(
            PeriodShown(
                str(period),
                period.starts,
                period.ends,
                "closed" if closed_at else "open" if period == current else "later",
                closed_at,
                by.get(number, ""),
                units.get(number, 0),
                of_period,
                sum(amount.statements for _, amount in of_period),
            )
        )
    return shown, len(closed) > page * PAGE


def closed_names(work: Work) -> list[str]:
    """The names of the closed periods, the newest first."""
    work.actor.require(Verb.READ)
    known = periods.known_periods(work.connection)
    return [each.name for each in reversed(known) if each.status == PeriodStatus.CLOSED]


def get_ready(work: Work) -> None:
    """Calculate beforehand what the first look at the open period and at all before waits for."""
    period = open_period_of(work, setup_in_force(work))
    last_close(work, period)
    outlook(work, str(period))
    accounts_over_time(work, AccountsQuery())


def explain_point(work: Work, text: str, subject: str, figure: str, words: str) -> None:
    """Write what is behind a jump, a missing report or rows that wait.

    Args:
        figure: the figures that the writer saw; it explains these, and no others.

    Raises:
        RefusedError: the period is closed, or the text is empty.
    """
    work.actor.require(Verb.EXPLAIN_VARIANCE)
    period = setup_in_force(work).period(text)
    if runs_store.find_closing(work.connection, period.ordinal) is not None:
        raise RefusedError(f"{period} is closed already, and is not changed any more")
    words = " ".join(words.split())[:MOST_TEXT]
    if not words:
        raise RefusedError("say in a sentence why the figure is right")
    if fault := fault_of_line(words):
        raise RefusedError(f"the explanation cannot be recorded: {fault}")
    if subject.partition(":")[0] not in KINDS or len(subject) > 200 or len(figure) > LONGEST_FIGURE:  # noqa: PLR2004 - the column's length
        raise RefusedError("there is no such figure to explain")
    values = {"subject": subject, "figure": figure, "text": words}
    store.write_explanation(
        work.connection, str(period), {**values, "at": work.at, "by": work.actor.name}
    )
    work.record(Verb.EXPLAIN_VARIANCE, {"period": str(period), **values})


def mark_draft_viewed(work: Work, text: str, fingerprint: str) -> None:
    """Say that one has looked at a draft; it counts for as long as the draft stays the same."""
    explain_point(work, text, DRAFT, fingerprint, "looked at")


def prepare(work: Work, text: str, note: str, early: str = "") -> int:
    """Put a period's draft before a second person; returns the proposal's number.

    Args:
        work: the unit of work.
        text: the period.
        note: for whoever approves it.
        early: why it is closed before it ends; not stored of a period that has ended.

    Raises:
        RefusedError: a step of the checklist is still open, or it is prepared already.
    """
    work.actor.require(Verb.PREPARE)
    checklist = outlook(work, text)
    require_complete(checklist)
    early = "" if checklist.has_ended else " ".join(early.split())[:MOST_TEXT]
    require_possible(checklist, early)
    require_settled(work, checklist.period)
    if fault := fault_of_line(early):
        raise RefusedError(f"the reason cannot be recorded: {fault}")
    assert checklist.shown is not None  # noqa: S101 - a complete checklist has a draft
    if checklist.proposal is not None and checklist.is_stale:
        approvals.withdraw(work, checklist.proposal.id)
    return approvals.prepare(
        work,
        ProposalKind.CLOSE,
        checklist.period,
        {
            "statements": len(checklist.shown.run.settlements),
            "to_pay": {key: amount_text(value, key) for key, value in checklist.to_pay.items()},
            **({"early": early} if early else {}),
        },
        fingerprint=checklist.shown.fingerprint,
        note=note.strip()[:MOST_TEXT],
    )


def approve(work: Work, number: int, *, early: bool = False) -> runs.Closed:
    """Approve what somebody else prepared, and close the period in the same transaction.

    The setup and the period are held first, as by a close: what was compared is what is frozen.

    Args:
        work: the unit of work.
        number: the proposal's.
        early: whether whoever approves it confirmed that it is closed before it ends.

    Raises:
        RefusedError: it was decided already, who asks prepared it, or anything changed since.
    """
    work.actor.require(Verb.APPROVE)
    work.actor.require(Verb.CLOSE)
    setup = runs.lock_for_close(work)
    proposal = approvals.find(work, number)
    if proposal is None or proposal.kind is not ProposalKind.CLOSE:
        raise RefusedError(f"there is no prepared close {number}")
    approvals.approve(work, number)
    if not early and work.today <= setup.period(proposal.subject).ends:
        raise RefusedError(f"{proposal.subject} has not ended: say that you close it early")
    return runs.close(work, proposal.subject, early=proposal.early)


def refuse(work: Work, number: int, reason: str) -> Proposal:
    """Send a prepared close back, with the reason."""
    return approvals.refuse(work, number, reason[:MOST_TEXT])

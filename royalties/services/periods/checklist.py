"""What is left before a period's close: one checklist for the browser and the command line.

In the browser each thing that is missing, waits or jumps gets a sentence, and two people look at
the draft. At the command line the same list is shown, and confirmed as a whole. Either way
``running.close`` asks for it, so that nobody goes past it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.counting import counted
from royalties.domain.people import Verb
from royalties.domain.periods import ParallelStatus, Period
from royalties.domain.royalties.results import ContractRun, NotPaid, Run, Settlement
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.errors import CANNOT_RUN
from royalties.services.periods.draft import RunView, run_view, to_pay_of
from royalties.services.periods.variances import CloseException, CloseExceptions, close_exceptions
from royalties.services.work import RefusedError, Work
from royalties.store.periods import parallel as parallel_runs
from royalties.store.periods.parallel import ParallelRow


@dataclass(frozen=True, slots=True)
class Outlook:
    """An open period before its close: the draft, what is odd about it, what was done so far.

    Attributes:
        shown: the draft; None if it cannot be computed.
        obstacle: why not.
        proposals: what was ever prepared of its close, the newest first.
        two_people: whether whoever prepares it may not approve it.
        ends: the period's last day.
        today: the day on which one looks.
        parallel: the newest run beside an old statement, unless it was left; None: there is none.
    """

    period: str
    shown: RunView | None
    obstacle: str
    exceptions: CloseExceptions | None
    proposals: tuple[Proposal, ...]
    two_people: bool
    ends: date
    today: date
    parallel: ParallelRow | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the period's last day has passed."""
        return self.today > self.ends

    @property
    def is_closed(self) -> bool:
        """Whether it is closed already."""
        return self.shown is not None and self.shown.is_final

    @property
    def proposal(self) -> Proposal | None:
        """What was prepared and waits."""
        return next(
            (each for each in self.proposals if each.status == ProposalStatus.WAITING), None
        )

    @property
    def decided(self) -> list[Proposal]:
        """What was prepared before, and decided."""
        return [each for each in self.proposals if each.status != ProposalStatus.WAITING]

    @property
    def is_stale(self) -> bool:
        """Whether the draft has changed since it was prepared."""
        return self.proposal is not None and (
            self.shown is None or self.proposal.fingerprint != self.shown.fingerprint
        )

    @property
    def in_debit(self) -> list[ContractRun]:
        """Contracts that end below zero."""
        return [contract for contract in self._contracts if contract.carried_forward < 0]

    @property
    def undistributed(self) -> list[ContractRun]:
        """Contracts of which no step of the plan could place everything."""
        return [contract for contract in self._contracts if contract.undistributed]

    @property
    def held_back(self) -> list[Settlement]:
        """Beneficiaries who are due something, or owe something, and are not paid."""
        return [
            each
            for each in (self.shown.run.settlements if self.shown else ())
            if each.due < 0 or (each.reason is NotPaid.ON_HOLD and each.due)
        ]

    @property
    def _contracts(self) -> tuple[ContractRun, ...]:
        return self.shown.run.contracts if self.shown else ()

    @property
    def steps(self) -> list["ChecklistStep"]:
        """The checklist."""
        return [*self._steps_before, *(step(self) for step in _BY_PEOPLE)]

    @property
    def open_steps(self) -> list["ChecklistStep"]:
        """What must still be done before it can be prepared; but for the period's end."""
        return [step for step in self._steps_before if not step.done and step.name != ENDED]

    @property
    def _steps_before(self) -> list["ChecklistStep"]:
        """Those before it can be prepared; of a parallel run only where there is one."""
        return [each for step in _BEFORE if (each := step(self)) is not None]

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """What is missing, waits or jumps and has no sentence yet, each in words."""
        exceptions = self.exceptions.to_say if self.exceptions else ()
        return tuple(_to_confirm(each) for each in exceptions if not each.is_settled)

    @property
    def fingerprint(self) -> str:
        """Of the draft and of what is to be confirmed: what somebody saw who goes on."""
        seen = (self.shown.fingerprint if self.shown else "", *self.to_confirm)
        return sha256("\n".join(seen).encode()).hexdigest()

    @property
    def to_pay(self) -> dict[str, int]:
        """What a close would set aside to pay, by currency."""
        return to_pay_of(self.shown.run) if self.shown else {}


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """One step of the checklist: what it is, whether it is done, and a remark."""

    name: str
    words: str
    done: bool
    remark: str = ""


def outlook(work: Work, text: str) -> Outlook:
    """What is left before a period's close; of a closed one only its run.

    Raises:
        RefusedError: an earlier one is still open.
    """
    work.actor.require(Verb.READ)
    view, obstacle = None, ""
    try:
        view = run_view(work, text)
    except CANNOT_RUN as error:
        obstacle = str(error)
    return outlook_on(work, setup_in_force(work).period(text), view, obstacle)


def outlook_on(work: Work, period: Period, view: RunView | None, obstacle: str = "") -> Outlook:
    """What is left before the close of a period whose draft is computed already."""
    runs = parallel_runs.of_period(work.connection, str(period))
    return Outlook(
        str(period),
        view,
        obstacle,
        close_exceptions(work, view) if view is not None and not view.is_final else None,
        tuple(approvals.proposals_about(work, ProposalKind.CLOSE, str(period))),
        approvals.two_people(work),
        period.ends,
        work.today,
        next((each for each in runs if each.status != "abandoned"), None),
    )


def require_possible(checklist: Outlook, early: str) -> None:
    """Refuse a close that nobody can confirm.

    Args:
        checklist: what is left before it.
        early: why it is closed before its end; empty: it is not.

    Raises:
        RefusedError: the period has not ended, or there are exceptions.
    """
    if not checklist.has_ended and not early.strip():
        raise RefusedError(
            f"{checklist.period} {_ending(checklist)}, and what is sold until then belongs into "
            f"it: close it after that day. To close it all the same, say why it is "
            f"closed early (with --early and --reason)"
        )
    if checklist.shown is not None and checklist.shown.run.exceptions:
        raise RefusedError(_exceptions_text(checklist.shown.run))


def require_complete(checklist: Outlook) -> None:
    """Refuse to prepare or approve a close while a step of the checklist is open.

    Raises:
        RefusedError: names each open step.
    """
    if checklist.is_closed:
        raise RefusedError(f"{checklist.period} is closed already, and is not changed any more")
    if checklist.open_steps:
        left = "; ".join(f"{step.words}: {step.remark}" for step in checklist.open_steps)
        raise RefusedError(f"{checklist.period} is not ready to be closed yet. {left}")


def require_confirmed(checklist: Outlook, *, confirm: bool, seen: str | None) -> tuple[str, ...]:
    """What somebody at the command line goes on in spite of.

    Args:
        checklist: what is left before the close.
        confirm: whether they go on.
        seen: the fingerprint of what they were shown; None: whatever there is.

    Raises:
        RefusedError: something is to be confirmed and is not, or is not what was shown.
    """
    if confirm and seen is not None and seen != checklist.fingerprint:
        raise RefusedError(
            f"{checklist.period} has changed since you were asked, and was not closed: somebody "
            f"recorded something meanwhile. Look again"
        )
    if checklist.to_confirm and not confirm:
        raise RefusedError(
            f"{checklist.period} is not closed: this is missing, waits or has changed much, and is "
            f"not confirmed: {'; '.join(checklist.to_confirm)}"
        )
    return checklist.to_confirm


# Each thing in words

_NAMED = {
    "report": "no report of {name}: {figure}",
    "upload": "{name}: {figure}",
    "sheet": "{name}: {figure}",
    "waiting": "{name}: {figure}, which count nowhere until their edition is known",
    "history": "{name} count here: {figure}",
}


def _to_confirm(point: CloseException) -> str:
    words = _NAMED.get(point.kind, "{name}, {measure}: {figure}")
    return words.format(name=point.name, figure=point.figure, measure=point.measure)


def _ending(status: Outlook) -> str:
    return f"ends on {status.ends}, {_days_left(status)}"


def _days_left(status: Outlook) -> str:
    days = (status.ends - status.today).days
    return "today" if not days else "tomorrow" if days == 1 else f"in {days} days"


def _exceptions_text(run: Run) -> str:
    listed = "; ".join(
        f"{exception.isbn} at {exception.retailer}"
        + (f" (contract {exception.contract})" if exception.contract else "")
        + f": {exception.reason}, {counted(exception.units, 'copy')}"
        for exception in run.exceptions[:5]
    )
    more = len(run.exceptions) - 5
    return (
        f"{run.period} cannot be closed while {len(run.exceptions)} "
        f"{'exception stands' if len(run.exceptions) == 1 else 'exceptions stand'}: {listed}"
        + (f"; and {more} more" if more > 0 else "")
        + ". Add a rule, a contract or a price to the setup file and load it"
    )


# Steps

ENDED = "ended"


def _ended(checklist: Outlook) -> ChecklistStep:
    words = "The period has ended"
    if checklist.has_ended:
        return ChecklistStep(ENDED, words, done=True)
    early = checklist.proposal.early if checklist.proposal else ""
    remark = (
        f"{_days_left(checklist)}; to be closed early: “{early}”"
        if early
        else _days_left(checklist)
    )
    return ChecklistStep(ENDED, words, done=False, remark=remark)


def _reports(status: Outlook) -> ChecklistStep:
    return _exceptions_step(
        "reports", "Reports received", status, lambda exceptions: exceptions.reports, "missing"
    )


def _unrecorded(checklist: Outlook) -> ChecklistStep:
    return _exceptions_step(
        "unrecorded",
        "Uploads and typed sheets recorded",
        checklist,
        lambda exceptions: exceptions.unrecorded,
        "not recorded",
    )


def _history(checklist: Outlook) -> ChecklistStep:
    return _exceptions_step(
        "history",
        "No sales from before the books",
        checklist,
        lambda exceptions: exceptions.history,
        "counted here",
    )


def _waiting(status: Outlook) -> ChecklistStep:
    rows = status.exceptions.waiting if status.exceptions else ()
    is_done = status.exceptions is not None and all(each.is_settled for each in rows)
    remark = rows[0].figure if rows else "no row waits"
    return ChecklistStep("waiting", "Waiting rows looked at", is_done, remark)


def _exceptions(checklist: Outlook) -> ChecklistStep:
    words = "No exceptions"
    if checklist.shown is None:
        return ChecklistStep("exceptions", words, done=False, remark="the draft cannot be computed")
    count = len(checklist.shown.run.exceptions)
    remark = f"{count} to mend" if count else "every sale has a rule and a price"
    return ChecklistStep("exceptions", words, not count, remark)


def _variances_step(status: Outlook) -> ChecklistStep:
    return _exceptions_step(
        "jumps", "Jumps explained", status, lambda exceptions: exceptions.variances, "in all"
    )


def _exceptions_step(
    name: str,
    words: str,
    checklist: Outlook,
    choose: Callable[[CloseExceptions], tuple[CloseException, ...]],
    of: str,
) -> ChecklistStep:
    if checklist.exceptions is None:
        return ChecklistStep(name, words, done=False, remark="the draft cannot be computed")
    exceptions = choose(checklist.exceptions)
    left = [each for each in exceptions if not each.is_settled]
    if not exceptions:
        return ChecklistStep(
            name, words, done=True, remark=f"none {of}" if of != "in all" else "none"
        )
    remark = (
        f"{len(exceptions)} {of}, {len(left)} to explain"
        if left
        else f"{len(exceptions)} explained"
    )
    return ChecklistStep(name, words, not left, remark)


def _parallel(checklist: Outlook) -> ChecklistStep | None:
    """Nothing is posted while an old statement's totals differ: the step cannot be passed over."""
    run = checklist.parallel
    if run is None:
        return None
    remark = (
        f"begun by {run.begun_by}: explain or mend its differences and sign it off, or leave it"
        if run.status is ParallelStatus.OPEN
        else f"by {run.decided_by}"
    )
    is_done = run.status is not ParallelStatus.OPEN
    return ChecklistStep("parallel", "Parallel run signed off", is_done, remark)


def _draft_step(status: Outlook) -> ChecklistStep:
    draft = status.exceptions.draft if status.exceptions else None
    remark = "not yet"
    if draft is not None and draft.explained is not None:
        remark = f"by {draft.explained.by}"
        if draft.is_outdated:
            remark = "it has changed since then"
    return ChecklistStep(
        "looked", "Draft looked at", draft is not None and draft.is_settled, remark
    )


def _prepared(checklist: Outlook) -> ChecklistStep:
    words, proposal = "Prepared", checklist.proposal
    if proposal is None:
        return ChecklistStep("prepared", words, done=False, remark="not yet")
    remark = f"by {proposal.prepared_by}"
    if checklist.is_stale:
        remark += "; the draft has changed since then: prepare it again"
    return ChecklistStep("prepared", words, not checklist.is_stale, remark)


def _approved(status: Outlook) -> ChecklistStep:
    two = status.two_people or not status.has_ended
    remark = "by another manager" if two else "by a manager, who may be the same one"
    return ChecklistStep("approved", "Approved and closed", done=False, remark=remark)


_BEFORE: tuple[Callable[[Outlook], ChecklistStep | None], ...] = (
    _ended,
    _reports,
    _unrecorded,
    _waiting,
    _history,
    _exceptions,
    _variances_step,
    _parallel,
    _draft_step,
)
_BY_PEOPLE = (_prepared, _approved)

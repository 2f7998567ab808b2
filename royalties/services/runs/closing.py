"""Close a period with a second pair of eyes: look, explain, prepare, approve."""

from collections.abc import Callable
from dataclasses import dataclass

from royalties.domain.money import amount_text
from royalties.domain.people import Verb
from royalties.domain.run import ContractRun, Settlement
from royalties.services import approvals
from royalties.services.approvals import Proposal
from royalties.services.books import open_period_of, setup_in_force
from royalties.services.errors import CANNOT_RUN
from royalties.services.runs import running as runs
from royalties.services.runs.drafts import Shown, paid_of, shown_run
from royalties.services.runs.jumps import DRAFT, KINDS, Point, Points, points_of
from royalties.services.terms.previewing import last_close
from royalties.services.work import RefusedError, Work
from royalties.store import closing as store
from royalties.store import periods
from royalties.store import runs as runs_store

KIND = "close"
MOST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class PeriodShown:
    """A period at a glance; amounts by currency, of closed periods only."""

    name: str
    starts: str
    ends: str
    state: str
    closed_at: str | None
    closed_by: str
    units: int
    amounts: tuple[tuple[str, store.Amounts], ...]
    statements: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """An open period before its close: the draft, what is odd about it, what was done so far.

    Attributes:
        shown: the draft; None if it cannot be computed.
        obstacle: why not.
        proposals: what was ever prepared of its close, the newest first.
        two_people: whether who prepares may not approve.
    """

    period: str
    shown: Shown | None
    obstacle: str
    points: Points | None
    proposals: tuple[Proposal, ...]
    two_people: bool

    @property
    def is_closed(self) -> bool:
        """Whether it is closed already."""
        return self.shown is not None and self.shown.is_final

    @property
    def proposal(self) -> Proposal | None:
        """What was prepared and waits."""
        return next((each for each in self.proposals if each.status == "waiting"), None)

    @property
    def decided(self) -> list[Proposal]:
        """What was prepared before, and decided."""
        return [each for each in self.proposals if each.status != "waiting"]

    @property
    def is_stale(self) -> bool:
        """Whether the draft has changed since it was prepared."""
        return self.proposal is not None and (
            self.shown is None or self.proposal.fingerprint != self.shown.fingerprint
        )

    @property
    def in_debit(self) -> list[ContractRun]:
        """Contracts that end below zero."""
        return [done for done in self._contracts if done.carried_forward < 0]

    @property
    def undistributed(self) -> list[ContractRun]:
        """Contracts of which no step of the plan could place everything."""
        return [done for done in self._contracts if done.undistributed]

    @property
    def held_back(self) -> list[Settlement]:
        """Beneficiaries who are due something, or owe something, and are not paid."""
        return [
            each
            for each in (self.shown.run.settlements if self.shown else ())
            if each.due < 0 or (each.reason == "on hold" and each.due)
        ]

    @property
    def _contracts(self) -> tuple[ContractRun, ...]:
        return self.shown.run.contracts if self.shown else ()

    @property
    def steps(self) -> list["Step"]:
        """The checklist."""
        return [step(self) for step in _STEPS]

    @property
    def open_steps(self) -> list["Step"]:
        """What must still be done before it can be prepared."""
        return [step for step in self.steps[:-2] if not step.done]

    @property
    def paid(self) -> dict[str, int]:
        """What a close would pay, by currency."""
        return paid_of(self.shown.run) if self.shown else {}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the checklist: what it is, whether it is done, and what is to be said of it."""

    name: str
    words: str
    done: bool
    remark: str = ""


def periods_list(work: Work) -> list[PeriodShown]:
    """All periods of the books, the open one first, then the newest; later ones with sales too."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    known = {each.id: each for each in periods.known_periods(work.connection)}
    last = max((number for number, each in known.items() if each.status == "closed"), default=None)
    first = setup.first_period
    current = first if last is None else first.shift(last + 1 - first.ordinal)
    by = store.closed_by(work.connection)
    amounts: dict[int, list[tuple[str, store.Amounts]]] = {}
    for (number, currency), each in sorted(store.amounts_by_period(work.connection).items()):
        amounts.setdefault(number, []).append((currency, each))
    units = store.units_by_period(work.connection)
    statements = store.statements_by_period(work.connection)
    found = []
    for number in sorted({*known, current.ordinal}, reverse=True):
        period = first.shift(number - first.ordinal)
        closed = known[number].closed_at if number in known else None
        state = "closed" if closed else "open" if period == current else "later"
        found.append(
            PeriodShown(
                str(period),
                period.starts.isoformat(),
                period.ends.isoformat(),
                state,
                closed,
                by.get(number, ""),
                units.get(number, 0),
                tuple(amounts.get(number, ())),
                statements.get(number, 0),
            )
        )
    return sorted(found, key=lambda each: ("open", "later", "closed").index(each.state))


def outlook(work: Work, text: str) -> Outlook:
    """What stands before a period's close; of a closed one only its run.

    Raises:
        RefusedError: an earlier one is still open.
    """
    work.actor.require(Verb.READ)
    shown, obstacle = None, ""
    try:
        shown = shown_run(work, text)
    except CANNOT_RUN as error:
        obstacle = str(error)
    points = points_of(work, shown) if shown is not None and not shown.is_final else None
    proposals = approvals.proposals(work, kind=KIND, subject=text)
    return Outlook(text, shown, obstacle, points, tuple(proposals), approvals.two_people(work))


def get_ready(work: Work) -> None:
    """Calculate beforehand what the first look at the open period would wait for."""
    period = open_period_of(work, setup_in_force(work))
    last_close(work, period)
    outlook(work, str(period))


def explain_point(work: Work, text: str, subject: str, figure: str, words: str) -> None:
    """Write what is behind a jump, a missing report or rows that wait.

    Args:
        figure: the figures that the writer saw; it explains these, and no others.

    Raises:
        RefusedError: the period is closed, or nothing was said.
    """
    work.actor.require(Verb.EXPLAIN_JUMP)
    period = setup_in_force(work).period(text)
    if runs_store.find_closing(work.connection, period.ordinal) is not None:
        raise RefusedError(f"{period} is closed already, and is not changed any more")
    words = " ".join(words.split())[:MOST_TEXT]
    if not words:
        raise RefusedError("say in a sentence why the figure is right")
    if subject.partition(":")[0] not in KINDS or len(subject) > 200 or len(figure) > 100:  # noqa: PLR2004 - columns' lengths
        raise RefusedError("there is no such figure to explain")
    values = {"subject": subject, "figure": figure, "text": words}
    store.write_explanation(
        work.connection, str(period), {**values, "at": work.at, "by": work.actor.name}
    )
    work.record(Verb.EXPLAIN_JUMP, {"period": str(period), **values})


def look_at_draft(work: Work, text: str, fingerprint: str) -> None:
    """Say that one has looked at a draft; it counts for as long as the draft stays the same."""
    explain_point(work, text, DRAFT, fingerprint, "looked at")


def prepare(work: Work, text: str, note: str) -> int:
    """Put a period's draft before a second person; returns the proposal's number.

    Raises:
        RefusedError: a step of the checklist is still open, or it is prepared already.
    """
    work.actor.require(Verb.PREPARE)
    found = outlook(work, text)
    _require_complete(found)
    assert found.shown is not None  # noqa: S101 - a complete checklist has a draft
    if found.proposal is not None and found.is_stale:
        approvals.withdraw(work, found.proposal.id)
    return approvals.prepare(
        work,
        KIND,
        found.period,
        {
            "statements": len(found.shown.run.settlements),
            "paid": {key: amount_text(value, key) for key, value in found.paid.items()},
        },
        fingerprint=found.shown.fingerprint,
        note=note.strip()[:MOST_TEXT],
    )


def approve(work: Work, number: int) -> runs.Closed:
    """Approve what somebody else prepared, and close the period in the same transaction.

    The period is held first, as by a close: what was compared is what is frozen.

    Raises:
        RefusedError: it was decided already, who asks prepared it, or anything changed since.
    """
    work.actor.require(Verb.APPROVE)
    work.actor.require(Verb.CLOSE)
    periods.lock_for_close(work.connection, setup_in_force(work).first_period)
    proposal = approvals.find(work, number)
    if proposal is None or proposal.kind != KIND:
        raise RefusedError(f"there is no prepared close {number}")
    if proposal.status == "waiting" and approvals.may_approve(work, proposal):
        found = outlook(work, proposal.subject)
        if found.shown is None or found.shown.fingerprint != proposal.fingerprint:
            raise RefusedError(
                f"{proposal.subject} has changed since {proposal.prepared_by} prepared it: look "
                f"at the draft again and prepare it again"
            )
        _require_complete(found)
    approvals.approve(work, number)
    return runs.close(work, proposal.subject)


def refuse(work: Work, number: int, reason: str) -> Proposal:
    """Send a prepared close back, with the reason."""
    return approvals.refuse(work, number, reason[:MOST_TEXT])


def _require_complete(found: Outlook) -> None:
    if found.is_closed:
        raise RefusedError(f"{found.period} is closed already, and is not changed any more")
    if found.open_steps:
        left = "; ".join(f"{step.words}: {step.remark}" for step in found.open_steps)
        raise RefusedError(f"{found.period} is not ready to be closed yet. {left}")


def _reports(found: Outlook) -> Step:
    return _of_points(
        "reports", "Reports received", found, lambda points: points.reports, "missing"
    )


def _waiting(found: Outlook) -> Step:
    rows = found.points.waiting if found.points else ()
    done = found.points is not None and all(each.is_settled for each in rows)
    remark = rows[0].figure if rows else "no row waits"
    return Step("waiting", "Waiting rows looked at", done, remark)


def _exceptions(found: Outlook) -> Step:
    words = "No exceptions"
    if found.shown is None:
        return Step("exceptions", words, done=False, remark="the draft cannot be computed")
    count = len(found.shown.run.exceptions)
    remark = f"{count} to mend" if count else "every sale has a rule and a price"
    return Step("exceptions", words, not count, remark)


def _jumps(found: Outlook) -> Step:
    return _of_points("jumps", "Jumps explained", found, lambda points: points.jumps, "in all")


def _of_points(
    name: str,
    words: str,
    found: Outlook,
    choose: Callable[[Points], tuple[Point, ...]],
    of: str,
) -> Step:
    if found.points is None:
        return Step(name, words, done=False, remark="the draft cannot be computed")
    points = choose(found.points)
    left = [each for each in points if not each.is_settled]
    if not points:
        return Step(name, words, done=True, remark=f"none {of}" if of == "missing" else "none")
    remark = f"{len(points)} {of}, {len(left)} to explain" if left else f"{len(points)} explained"
    return Step(name, words, not left, remark)


def _looked(found: Outlook) -> Step:
    draft = found.points.draft if found.points else None
    remark = "not yet"
    if draft is not None and draft.explained is not None:
        remark = f"by {draft.explained.by}"
        if draft.is_outdated:
            remark = "it has changed since then"
    return Step("looked", "Draft looked at", draft is not None and draft.is_settled, remark)


def _prepared(found: Outlook) -> Step:
    words, proposal = "Prepared", found.proposal
    if proposal is None:
        return Step("prepared", words, done=False, remark="not yet")
    remark = f"by {proposal.prepared_by}"
    if found.is_stale:
        remark += "; the draft has changed since then: prepare it again"
    return Step("prepared", words, not found.is_stale, remark)


def _approved(found: Outlook) -> Step:
    remark = "by another manager" if found.two_people else "by a manager, who may be the same one"
    return Step("approved", "Approved and closed", done=False, remark=remark)


_STEPS = (_reports, _waiting, _exceptions, _jumps, _looked, _prepared, _approved)

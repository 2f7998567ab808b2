"""Several proposals decided at once, all of them or none, in the order in which they were prepared.

What depends on another one was prepared after it, so that order lets each find what it names. A
close is decided alone, on its checklist.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.people import Verb
from royalties.domain.terms.changes import Change, changes
from royalties.domain.terms.replacing import Replaced
from royalties.ingest.setup import SetupError
from royalties.services import approvals, pending
from royalties.services.books import EmptyBooksError, setup_in_force
from royalties.services.dependencies import (
    GONE,
    dependents_of,
    missing_dependencies,
    tell_of_left_behind,
)
from royalties.services.names import names_of
from royalties.services.orders import second_person
from royalties.services.terms import amending, loading, setup
from royalties.services.terms.replacing import replaced_by
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup
from royalties.store.periods import periods

MOST = 100
"""Proposals that are decided at once."""


class NotTogetherError(RefusedError):
    """One of several proposals cannot be decided, so none of them was.

    ``proposal`` is the one.
    """

    def __init__(self, work: Work, proposal: Proposal, why: Exception) -> None:
        self.proposal = proposal
        faults = why.faults if isinstance(why, SetupError) else []
        message = "; ".join(fault.message for fault in faults) or why
        super().__init__(f"{approvals.in_words(work, proposal)}: {message}. Nothing was decided")


def can_be_together(proposal: Proposal) -> bool:
    """Whether a proposal is decided together with others; a close has its own checklist."""
    return proposal.kind is not ProposalKind.CLOSE


def with_those_below(work: Work, numbers: Iterable[int]) -> list[Proposal]:
    """Some proposals that wait, and those that wait too and that they depend on, in order.

    One that was decided meanwhile, or never was, is left out.
    """
    proposals: dict[int, Proposal] = {}
    unread = set(numbers)
    while unread:
        new = [each for each in approvals.numbered(work, unread) if _can_be_decided(each)]
        proposals |= {proposal.id: proposal for proposal in new}
        unread = {number for proposal in new for number in proposal.depends_on} - proposals.keys()
    return [proposals[number] for number in sorted(proposals)]


def _can_be_decided(proposal: Proposal) -> bool:
    return proposal.status == ProposalStatus.WAITING and can_be_together(proposal)


@dataclass(frozen=True, slots=True)
class ProposalPreview:
    """What a proposal would do, for a decision on several together.

    Attributes:
        proposal: which.
        depends_on: those that it depends on, whatever became of them.
        missing: those of them that will never be approved.
        part: of the setup that it changes; empty of a setup file, and of what is about an order.
        key: of the entry.
        changes: of an entry, what it changes.
        is_new: of an entry, whether there is none yet.
        is_stale: of an entry, whether it changed since.
        replaced: what has counted already and is replaced.
        counts: of a setup file, how many entries it adds and how many it changes.
    """

    proposal: Proposal
    depends_on: tuple[Proposal, ...]
    missing: tuple[Proposal, ...]
    part: str = ""
    key: str = ""
    changes: tuple[Change, ...] = ()
    is_new: bool = False
    is_stale: bool = False
    replaced: tuple[Replaced, ...] = ()
    counts: tuple[int, int] = (0, 0)


def look(
    work: Work, proposals: Sequence[Proposal], number: Callable[[str | int], str] = str
) -> list[ProposalPreview]:
    """What several proposals would do; the queries do not grow with them.

    Args:
        work: the unit of work.
        proposals: that wait.
        number: how who reads it writes numbers.
    """
    work.actor.require(Verb.READ)
    below = {
        each.id: each
        for each in approvals.numbered(
            work, {number for proposal in proposals for number in proposal.depends_on}
        )
    }
    replaced = _replaced(work, proposals)
    shown = []
    for proposal in proposals:
        dependencies = tuple(below[number] for number in proposal.depends_on if number in below)
        is_any_gone = any(each.status in GONE for each in dependencies)
        gone = tuple(missing_dependencies(work, proposal)) if is_any_gone else ()
        base = ProposalPreview(proposal, dependencies, gone, replaced=replaced.get(proposal.id, ()))
        shown.append(_with_changes(work, base, number))
    return shown


def _with_changes(
    work: Work, preview: ProposalPreview, number: Callable[[str | int], str]
) -> ProposalPreview:
    proposal = preview.proposal
    if proposal.kind is not ProposalKind.SETUP:
        return preview
    bodies = setup.bodies_in_force(work)
    entries = pending.entries_of(proposal.body)
    if loading.is_file(proposal):
        new = sum(key not in bodies[part] for part, key, _ in entries)
        return replace(preview, counts=(new, len(entries) - new))
    [(part, key, body)] = entries
    now, names = bodies[part].get(key), names_of(work)
    differences = changes(names.in_body(part, now), names.in_body(part, body), number)
    return replace(
        preview,
        part=part,
        key=key,
        changes=tuple(differences),
        is_new=now is None,
        is_stale=amending.is_stale(work, proposal),
    )


def _replaced(work: Work, proposals: Sequence[Proposal]) -> dict[int, tuple[Replaced, ...]]:
    """By proposal, what it replaces of what has counted already."""
    owner: dict[tuple[str, str], int] = {}
    amended = []
    for proposal in (each for each in proposals if each.kind is ProposalKind.SETUP):
        bodies = setup.bodies_in_force(work)
        for part, key, body in pending.entries_of(proposal.body):
            if key in bodies[part] and (part, key) not in owner:
                owner[part, key] = proposal.id
                amended.append((part, key, bodies[part][key], body))
    by_proposal: dict[int, tuple[Replaced, ...]] = {}
    for replaced in replaced_by(work, amended):
        number = owner[replaced.part, replaced.key]
        by_proposal[number] = (*by_proposal.get(number, ()), replaced)
    return by_proposal


def approve(work: Work, numbers: Sequence[int]) -> list[Proposal]:
    """Approve what others prepared, and record all of it in this transaction.

    Everything is held before the first of it is recorded, always in the same order, so that two
    who decide at the same moment never wait for each other.

    Raises:
        RefusedError: one of them cannot be approved; nothing of any may be saved.
        SetupError: the same of one that is decided alone.
    """
    work.actor.require(Verb.APPROVE)
    proposals = _required(work, numbers)
    _hold(work, proposals)
    for proposal in proposals:
        _each(work, proposals, proposal, lambda one: _approving(one)(work, one.id))
    return proposals


def refuse(work: Work, numbers: Sequence[int], reason: str) -> list[Proposal]:
    """Send proposals back with one reason; returns what waits and depends on them.

    Whoever prepared that is notified, as well as whoever prepared what was sent back.

    Raises:
        RefusedError: one of them cannot be refused, or there is no reason; nothing may be saved.
    """
    work.actor.require(Verb.APPROVE)
    proposals = _required(work, numbers)
    approvals.hold(work, [proposal.id for proposal in proposals])
    for proposal in proposals:
        _each(work, proposals, proposal, lambda one: approvals.refuse(work, one.id, reason))
    return _left_behind(work, proposals, reason.strip())


def withdraw(work: Work, number: int, reason: str = "") -> list[Proposal]:
    """Take a proposal back; returns what waits and depends on it, whose preparers are notified.

    Raises:
        RefusedError: it was decided already, or somebody else prepared it.
    """
    proposal = approvals.withdraw(work, number, reason)
    return _left_behind(work, [proposal], " ".join(reason.split()))


def _left_behind(work: Work, gone: Sequence[Proposal], reason: str) -> list[Proposal]:
    left = dependents_of(work, [proposal.id for proposal in gone])
    if left:
        tell_of_left_behind(work, gone, left, reason)
    return left


def _required(work: Work, numbers: Sequence[int]) -> list[Proposal]:
    """The proposals of some numbers, in the order in which they were prepared."""
    if not numbers:
        raise RefusedError("tick what is to be decided")
    if len(set(numbers)) > MOST:
        raise RefusedError(f"up to {MOST} proposals are decided at once: tick fewer")
    found = []
    for number in sorted(set(numbers)):
        proposal = approvals.find(work, number)
        if proposal is None:
            raise RefusedError(f"there is no proposal {number}")
        if not can_be_together(proposal):
            raise RefusedError(
                f"{approvals.in_words(work, proposal)} is decided on the closing checklist"
            )
        found.append(proposal)
    return found


def _hold(work: Work, proposals: Sequence[Proposal]) -> None:
    """Hold all that approving some proposals changes; the order is that of docs/architecture.md."""
    of_orders = [each for each in proposals if each.kind in second_person.KINDS]
    if len(of_orders) < len(proposals):
        lock_setup(work.connection)
    second_person.hold(work, of_orders)
    try:
        first = setup_in_force(work).first_period
    except EmptyBooksError:
        pass  # nothing of it goes into a period
    else:
        periods.lock_for_sales(work.connection, first)
    approvals.hold(work, [proposal.id for proposal in proposals])


def _each(
    work: Work,
    proposals: Sequence[Proposal],
    proposal: Proposal,
    decide: Callable[[Proposal], object],
) -> None:
    try:
        decide(proposal)
    except (RefusedError, SetupError) as error:
        if len(proposals) == 1:
            raise
        raise NotTogetherError(work, proposal, error) from error


def _approving(proposal: Proposal) -> Callable[[Work, int], object]:
    if proposal.kind in second_person.KINDS:
        return second_person.approve
    return loading.approve if loading.is_file(proposal) else amending.approve

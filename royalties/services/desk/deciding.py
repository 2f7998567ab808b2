"""Several proposals decided at once, all of them or none, in the order in which they were prepared.

What rests on another one was prepared after it, so that order lets each find what it names. A
close is decided alone, on its checklist.
"""

from collections.abc import Callable, Iterable, Sequence

from royalties.domain.approvals import ProposalStatus
from royalties.domain.people import Verb
from royalties.ingest.setup import SetupError
from royalties.services import approvals
from royalties.services.approvals import Proposal
from royalties.services.books import EmptyBooksError, setup_in_force
from royalties.services.orders import second_person
from royalties.services.resting import resting_on, rests_on
from royalties.services.terms import amending, loading
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup
from royalties.store.periods import periods

MOST = 100
"""Proposals that are decided at once."""

_CLOSE = "close"


class NotTogetherError(RefusedError):
    """One of several proposals cannot be decided, so none of them was.

    ``proposal`` is the one.
    """

    def __init__(self, work: Work, proposal: Proposal, why: Exception) -> None:
        self.proposal = proposal
        said = "; ".join(str(fault) for fault in why.faults) if isinstance(why, SetupError) else why
        super().__init__(f"{approvals.in_words(work, proposal)}: {said}. Nothing was decided")


def can_be_together(proposal: Proposal) -> bool:
    """Whether a proposal is decided together with others; a close has its own checklist."""
    return proposal.kind != _CLOSE


def with_those_below(work: Work, numbers: Iterable[int]) -> list[Proposal]:
    """Some proposals that wait, and those that wait too and that they rest on, in order.

    One that was decided meanwhile, or never was, is left out.
    """
    work.actor.require(Verb.READ)
    found: dict[int, Proposal] = {}
    wanted = [find for number in numbers if (find := approvals.find(work, number)) is not None]
    while wanted:
        proposal = wanted.pop()
        if proposal.id not in found and proposal.status == ProposalStatus.WAITING:
            found[proposal.id] = proposal
            wanted += rests_on(work, proposal)
    return [found[number] for number in sorted(found)]


def approve(work: Work, numbers: Sequence[int]) -> list[Proposal]:
    """Approve what others prepared, and record all of it in this transaction.

    Everything is held before the first of it is recorded, always in the same order, so that two
    who decide at the same moment never wait for each other.

    Raises:
        RefusedError: one of them cannot be approved; nothing of any is to be kept.
        SetupError: the same of one that is decided alone.
    """
    work.actor.require(Verb.APPROVE)
    proposals = _required(work, numbers)
    _hold(work, proposals)
    for proposal in proposals:
        _each(work, proposals, proposal, lambda one: _approving(one)(work, one.id))
    return proposals


def refuse(work: Work, numbers: Sequence[int], reason: str) -> list[Proposal]:
    """Send proposals back with one reason; returns what waits and rests on them.

    Raises:
        RefusedError: one of them cannot be refused, or there is no reason; nothing is to be kept.
    """
    work.actor.require(Verb.APPROVE)
    proposals = _required(work, numbers)
    approvals.hold(work, [proposal.id for proposal in proposals])
    for proposal in proposals:
        _each(work, proposals, proposal, lambda one: approvals.refuse(work, one.id, reason))
    return resting_on(work, [proposal.id for proposal in proposals])


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

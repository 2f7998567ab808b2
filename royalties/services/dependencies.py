"""Proposals that depend on others: each names an entry that another one, which waits, would add.

They are approved after those or together with them (``desk/deciding``). One that is left behind,
since what it depends on was sent back, is prepared again.
"""

from collections.abc import Iterable

from royalties.domain.approvals import ProposalKind, ProposalStatus
from royalties.domain.people import Verb
from royalties.domain.terms.references import named_in
from royalties.services import approvals, pending
from royalties.services.approvals import Proposal
from royalties.services.work import RefusedError, Work
from royalties.store import work as store
from royalties.store.history import find_revision

GONE = frozenset({ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN})
"""What became of proposals that nobody approves any more."""


def depends_on(work: Work, proposal: Proposal) -> list[Proposal]:
    """The proposals that one depends on, since they add what it names; whatever became of them."""
    return approvals.numbered(work, proposal.depends_on)


def dependents_of(work: Work, numbers: Iterable[int]) -> list[Proposal]:
    """The proposals that wait and depend on some others, or on what depends on those, in order."""
    work.actor.require(Verb.READ)
    found, below = [], set(numbers)
    # What depends on another one was prepared after it.
    for row in reversed(_waiting_setup(work)):
        proposal = Proposal(*row)
        if not below.isdisjoint(proposal.depends_on):
            found.append(proposal)
            below.add(proposal.id)
    return found


def _waiting_setup(work: Work) -> list[store.ProposalRow]:
    numbers = pending.pending_numbers(work)
    if not numbers:
        return []
    return store.proposals(
        work.connection,
        status=ProposalStatus.WAITING,
        kind=ProposalKind.SETUP,
        limit=len(numbers),
    )


def missing_dependencies(work: Work, proposal: Proposal) -> list[Proposal]:
    """What a proposal depends on and that will never be: it was sent back, or taken back.

    One that was prepared again and says the same of what is named is none of them.
    """
    return [
        below
        for below in depends_on(work, proposal)
        if below.status in GONE and not _stands(work, below, proposal)
    ]


def _stands(work: Work, below: Proposal, above: Proposal) -> bool:
    """Whether what one proposal names of another one is in force as that one said."""
    named = {
        each for part, _, body in pending.entries_of(above.body) for each in named_in(part, body)
    }
    for part, key, body in pending.entries_of(below.body):
        now = find_revision(work.connection, part, key) if (part, key) in named else None
        if (part, key) in named and (now is None or now.body != body):
            return False
    return True


def require_dependencies(work: Work, proposal: Proposal) -> None:
    """Refuse to approve what depends on something that is not approved.

    Raises:
        RefusedError: naming it, and what to do.
    """
    for below in missing_dependencies(work, proposal):
        raise RefusedError(
            f"it depends on {approvals.in_words(work, below)}, which was {below.status} by "
            f"{below.decided_by}: refuse it, and let it be prepared again"
        )
    for below in depends_on(work, proposal):
        if below.status == ProposalStatus.WAITING:
            raise RefusedError(
                f"it depends on {approvals.in_words(work, below)}, which waits as well: approve "
                f"that first, or both together"
            )

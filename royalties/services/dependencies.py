"""Proposals that depend on others: each names an entry that another one, which waits, would add.

They are approved after those or together with them (``desk/deciding``). One that is left behind,
since what it depends on was sent back, is prepared again.
"""

from collections.abc import Iterable, Sequence

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.events import StaffEvent
from royalties.domain.people import Verb
from royalties.domain.terms.references import named_in
from royalties.ingest.setup import Entry
from royalties.services import approvals, pending
from royalties.services.mail.telling import News, tell
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
    for proposal in reversed(_waiting_setup(work)):
        if not below.isdisjoint(proposal.depends_on):
            found.append(proposal)
            below.add(proposal.id)
    return found


def entries_below(work: Work, proposal: Proposal) -> list[Entry]:
    """The entries that a proposal may name, as those that it depends on would have added them."""
    return [
        entry for below in depends_on(work, proposal) for entry in pending.entries_of(below.body)
    ]


def tell_of_left_behind(
    work: Work, gone: Sequence[Proposal], left: Sequence[Proposal], reason: str = ""
) -> None:
    """Tell everybody whose proposals cannot be approved any more, with one message to each.

    Args:
        work: the unit of work.
        gone: what was refused or withdrawn just now.
        left: what waits and depends on it.
        reason: why that was refused or withdrawn.
    """
    by_person: dict[int, list[Proposal]] = {}
    for proposal in left:
        by_person.setdefault(proposal.prepared_by_id, []).append(proposal)
    outcome = "sent back" if _status(work, gone) == ProposalStatus.REFUSED else "withdrawn"
    because = [f"The reason: “{reason}”"] if reason else []
    beside = [entry for each in (*gone, *left) for entry in pending.entries_of(each.body)]
    what = "; ".join(approvals.in_words(work, each, beside) for each in gone)
    for person, own in by_person.items():
        listed = [approvals.in_words(work, each, beside) for each in own]
        single = own[0] if len(own) == 1 else None
        address = f"/finance/approvals/{single.id}" if single else "/finance/approvals"
        they, them = ("It", "it") if single else ("They", "them")
        to_do = f"{they} cannot be approved any more. Withdraw {them} and prepare {them} again."
        news = News(
            StaffEvent.LEFT_BEHIND,
            f"proposal {gone[0].id}",
            f"Left behind: {listed[0] if single else f'{len(own)} proposals of yours'}",
            (
                f"{work.actor.name} has {outcome}: {what}.",
                *because,
                f"You prepared what depends on it: {'; '.join(listed)}.",
                to_do,
            ),
            ("Open it at the desk", address),
        )
        tell(work, news, only=person, but=work.actor.person)


def _status(work: Work, gone: Sequence[Proposal]) -> ProposalStatus:
    return approvals.numbered(work, [gone[0].id])[0].status


def _waiting_setup(work: Work) -> list[Proposal]:
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
    """Whether what one proposal names of another one is in force as that one proposed it."""
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

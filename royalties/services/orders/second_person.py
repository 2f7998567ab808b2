"""What of orders waits for a second person, and what becomes of it once they approve.

That is a quote below the price list, money that was recorded, a contact whom an organization has
not named itself, and an order that is moved to another organization.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.services import approvals
from royalties.services.orders import life
from royalties.services.orders.billing import receiving
from royalties.services.orders.intake import organizations
from royalties.services.orders.quoting import quotes
from royalties.services.work import RefusedError, Work
from royalties.store.people import people

_DONE: Mapping[ProposalKind, Callable[[Work, Proposal], object]] = {
    ProposalKind.QUOTE: quotes.approve_quote,
    ProposalKind.RECEIPT: receiving.approve_receipt,
    ProposalKind.PAY_BACK: receiving.approve_receipt,
    ProposalKind.CONTACT: organizations.approve_contact,
    ProposalKind.MOVE: organizations.approve_move,
}
KINDS = frozenset(_DONE)
"""Kinds of proposals that are about an order."""


def order_of(proposal: Proposal) -> str:
    """The number of the order that a proposal is about."""
    return str(cast("dict[str, Any]", proposal.body)["order"])


def waiting(work: Work, number: str) -> list[Proposal]:
    """What waits of an order, the first first."""
    found = approvals.proposals(work, status=ProposalStatus.WAITING, beginning=f"{number} ")
    return [each for each in reversed(found) if each.kind in KINDS]


def hold(work: Work, proposals: Sequence[Proposal]) -> None:
    """Hold the orders that some proposals are about, then the people whom they let in.

    Both in the order of their numbers, as everybody does who holds several.
    """
    people_moved = set()
    for number in sorted({order_of(proposal) for proposal in proposals}):
        order = life.lock(work, number)
        if any(each.kind is ProposalKind.MOVE and order_of(each) == number for each in proposals):
            people_moved |= {person.id for person in organizations.askers(work, order)}
    for person in sorted(people_moved):
        people.find_person(work.connection, person, lock=True)


def approve(work: Work, number: int) -> Proposal:
    """Approve what somebody else prepared of an order, and do it in the same transaction.

    Raises:
        RefusedError: one prepared it oneself, it was decided, or it cannot be done any more.
    """
    proposal = approvals.approve(work, number)
    if proposal.kind not in KINDS:
        raise RefusedError(f"proposal {number} is about no order")
    _DONE[proposal.kind](work, proposal)
    return proposal

"""What waits for a second person: what it is about, and what can become of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProposalKind(StrEnum):
    """What one person prepares and another one decides about."""

    CLOSE = "close"
    SETUP = "setup"
    QUOTE = "quote"
    RECEIPT = "receipt"
    PAY_BACK = "pay-back"
    CONTACT = "contact"
    MOVE = "move"


class ProposalStatus(StrEnum):
    """What became of something that one person prepared and another one decides about."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


APPROVED_BY_TWO = {
    "contracts": "contract",
    "plans": "plan",
    "beneficiaries": "beneficiary",
    "payment_details": "payment details",
    "banks": "bank",
    "organizations": "organization",
    "price_lists": "price list",
}
"""Parts of the setup whose changes a second person approves, and the word for one entry."""

NEW = "new"
"""The fingerprint of a proposal whose entry there is not yet."""

DEPENDS_ON = "depends_on"
"""Where the body of a proposal names others, which would add what this one names."""

_OF_ORDERS = {
    ProposalKind.QUOTE: "the quote below the price list for order",
    ProposalKind.RECEIPT: "the payment recorded for order",
    ProposalKind.PAY_BACK: "the repayment recorded for order",
    ProposalKind.CONTACT: "the new contact of order",
    ProposalKind.MOVE: "the move of order",
}
"""What a proposal about an order is, by its kind; its subject begins with the order's number."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was prepared: of what kind, about what, what became of it.

    ``body`` is what is to be done, as JSON values; ``fingerprint`` is of what was previewed.
    """

    id: int
    kind: ProposalKind
    subject: str
    body: object
    fingerprint: str
    note: str
    status: ProposalStatus
    prepared_at: datetime
    prepared_by: str
    prepared_by_id: int
    decided_at: datetime | None
    decided_by: str | None
    reason: str

    @property
    def early(self) -> str:
        """Why a period is to be closed before it ends; empty of anything else."""
        return str(self.body.get("early", "")) if isinstance(self.body, dict) else ""

    @property
    def depends_on(self) -> tuple[int, ...]:
        """Numbers of the proposals that would add what this one names."""
        found = self.body.get(DEPENDS_ON, ()) if isinstance(self.body, dict) else ()
        return tuple(found)

    @property
    def words(self) -> str:
        """What it is about, by the key: ``a change of contract foot-2015``."""
        return words_of(self.kind, self.subject, early=bool(self.early), is_new=self.is_new)

    @property
    def is_new(self) -> bool:
        """Whether it is a new entry of the setup."""
        return self.kind is ProposalKind.SETUP and self.fingerprint == NEW


def words_of(
    kind: ProposalKind, subject: str, *, name: str = "", early: bool = False, is_new: bool = False
) -> str:
    """What a proposal is about, in words.

    Args:
        kind: of the proposal.
        subject: of the proposal.
        name: what its entry is called.
        early: of a close, whether the period has not ended.
        is_new: whether its entry is new.
    """
    if kind is ProposalKind.CLOSE:
        return f"the {'early ' if early else ''}close of {subject}"
    part, _, key = subject.partition(" ")
    if part == "setup-file":
        return f"the setup file {key}"
    if kind in _OF_ORDERS:
        return f"{_OF_ORDERS[kind]} {part}"
    entry = f"{APPROVED_BY_TWO.get(part, part)} {name or key}"
    return f"the new {entry}" if is_new else f"a change of {entry}"

"""What waits for a second person: of what kind it is, and what can become of it."""

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

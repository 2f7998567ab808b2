"""What waits for a second person: what can become of it."""

from enum import StrEnum


class ProposalStatus(StrEnum):
    """What became of something that one person prepared and another one decides about."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

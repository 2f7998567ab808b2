"""What people of the staff are told by e-mail, as far as each of them wants it."""

from enum import StrEnum

from royalties.domain.people import FINANCE, MANAGERS, Role


class StaffEvent(StrEnum):
    """Something that happened and that somebody can act on; the word that the outbox keeps."""

    APPROVAL_WAITS = "approval"
    BANK_DETAILS = "bank-details"
    DECIDED = "decided"
    LEFT_BEHIND = "left-behind"
    PERIOD_ENDED = "period-ended"
    RETAILER_LATE = "retailer-late"
    UPLOAD_REFUSED = "upload-refused"
    STATEMENT_BOUNCED = "statement-bounced"
    QUESTION_ASKED = "question-asked"
    QUESTION_PUT = "question-put"
    QUESTION_ANSWERED = "question-answered"


TOLD: dict[StaffEvent, frozenset[Role]] = {
    StaffEvent.APPROVAL_WAITS: MANAGERS,
    StaffEvent.BANK_DETAILS: MANAGERS,
    StaffEvent.DECIDED: FINANCE,
    StaffEvent.LEFT_BEHIND: FINANCE,
    StaffEvent.PERIOD_ENDED: FINANCE,
    StaffEvent.RETAILER_LATE: FINANCE,
    StaffEvent.UPLOAD_REFUSED: FINANCE,
    StaffEvent.STATEMENT_BOUNCED: MANAGERS,
    StaffEvent.QUESTION_ASKED: FINANCE,
    StaffEvent.QUESTION_PUT: FINANCE,
    StaffEvent.QUESTION_ANSWERED: FINANCE,
}
"""Roles that can act on each, and so may be told of it."""

_UNASKED: dict[StaffEvent, frozenset[Role]] = {
    StaffEvent.PERIOD_ENDED: frozenset({Role.MANAGER}),
    StaffEvent.RETAILER_LATE: frozenset({Role.CLERK, Role.MANAGER}),
}
"""Roles that are told although they chose nothing, where these are not all that may be."""


def is_told(event: StaffEvent, role: Role, *, choice: bool | None) -> bool:
    """Whether somebody is told of an event.

    Args:
        event: what happened.
        role: of the person.
        choice: what they chose; None: nothing yet.
    """
    if role not in TOLD[event]:
        return False
    return is_told_unasked(event, role) if choice is None else choice


def is_told_unasked(event: StaffEvent, role: Role) -> bool:
    """Whether somebody of a role is told who chose nothing."""
    return role in _UNASKED.get(event, TOLD[event])

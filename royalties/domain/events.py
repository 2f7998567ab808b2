"""Which events the staff are notified of by e-mail, and who is by default."""

from enum import StrEnum

from royalties.domain.people import FINANCE, MANAGERS, Role


class StaffEvent(StrEnum):
    """An event that somebody can act on; the outbox stores the value."""

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


NOTIFIED_ROLES: dict[StaffEvent, frozenset[Role]] = {
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
"""Roles that can act on each event, and so may be notified of it."""

_NOTIFIED_BY_DEFAULT: dict[StaffEvent, frozenset[Role]] = {
    StaffEvent.PERIOD_ENDED: frozenset({Role.MANAGER}),
    StaffEvent.RETAILER_LATE: frozenset({Role.CLERK, Role.MANAGER}),
}
"""Roles notified without having chosen to be, where these are not all that may be."""


def is_notified(event: StaffEvent, role: Role, *, choice: bool | None) -> bool:
    """Whether a person is notified of an event.

    Args:
        event: what happened.
        role: of the person.
        choice: what they chose; None: nothing yet.
    """
    if role not in NOTIFIED_ROLES[event]:
        return False
    return is_notified_by_default(event, role) if choice is None else choice


def is_notified_by_default(event: StaffEvent, role: Role) -> bool:
    """Whether a person with this role who has chosen nothing is notified."""
    return role in _NOTIFIED_BY_DEFAULT.get(event, NOTIFIED_ROLES[event])

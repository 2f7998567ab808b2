"""Who may do what: roles, and one table of verbs."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the house."""

    STRANGER = "stranger"
    ORGANIZATION = "organization"
    NONPROFIT = "nonprofit"
    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class PersonStatus(StrEnum):
    """Whether somebody can sign in: not yet, yes, or not any more."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class SessionStage(StrEnum):
    """How far somebody is with signing in: the second factor is still due, or nothing is."""

    FACTOR_DUE = "password"
    FULL = "full"


class LinkPurpose(StrEnum):
    """What a link sent by e-mail opens."""

    INVITATION = "invitation"
    RESET = "reset"


class Verb(StrEnum):
    """What people do; the log stores the value."""

    LOAD = "load"
    IMPORT = "import"
    ENTER = "enter"
    UNDO = "undo"
    CORRECT = "correct"
    ALIAS = "alias"
    REMEMBER = "remember"
    MEND = "mend"
    READ = "read"
    PREPARE = "prepare"
    APPROVE = "approve"
    EXPLAIN_VARIANCE = "explain-jump"
    CLOSE = "close"
    ISSUE = "issue"
    SEND = "send"
    AUDIT = "audit"
    MANAGE_PEOPLE = "manage-people"
    SET = "set"
    READ_OWN = "read-own"
    KEEP_DOCUMENTS = "keep-documents"
    KEEP_NOTES = "keep-notes"
    KEEP_FILTERS = "keep-filters"
    KEEP_CONTACT = "keep-contact"
    KEEP_BANK_DETAILS = "keep-bank-details"
    READ_BANK_DETAILS = "read-bank-details"
    INVITE_COLLEAGUE = "invite-colleague"
    KEEP_ACCOUNT = "keep-account"
    SIGN_IN = "sign-in"
    ASK = "ask"
    READ_ORDERS = "read-orders"
    ORDER = "order"
    KEEP_ORDERS = "keep-orders"
    BILL = "bill"
    CREDIT = "credit"
    PAY = "pay"


ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
MANAGERS = ADMINISTRATORS | {Role.MANAGER}
FINANCE = MANAGERS | {Role.CLERK}
NONPROFITS = frozenset({Role.NONPROFIT})
ORGANIZATIONS = frozenset({Role.ORGANIZATION})
SIGNED_IN = FINANCE | NONPROFITS | ORGANIZATIONS
EVERYBODY = SIGNED_IN | {Role.STRANGER}

ALLOWED: dict[Verb, frozenset[Role]] = {
    Verb.READ: FINANCE,
    Verb.IMPORT: FINANCE,
    Verb.ENTER: FINANCE,
    Verb.UNDO: FINANCE,
    Verb.ALIAS: FINANCE,
    Verb.REMEMBER: FINANCE,
    Verb.PREPARE: FINANCE,
    Verb.EXPLAIN_VARIANCE: FINANCE,
    Verb.KEEP_ORDERS: FINANCE,
    Verb.KEEP_DOCUMENTS: FINANCE,
    Verb.KEEP_NOTES: FINANCE,
    Verb.KEEP_FILTERS: FINANCE,
    Verb.BILL: FINANCE,
    Verb.CREDIT: MANAGERS,
    Verb.PAY: FINANCE,
    Verb.CORRECT: MANAGERS,
    Verb.MEND: MANAGERS,
    Verb.LOAD: MANAGERS,
    Verb.APPROVE: MANAGERS,
    Verb.CLOSE: MANAGERS,
    Verb.ISSUE: MANAGERS,
    Verb.SEND: MANAGERS,
    Verb.AUDIT: MANAGERS,
    Verb.MANAGE_PEOPLE: ADMINISTRATORS,
    Verb.SET: ADMINISTRATORS,
    Verb.READ_OWN: FINANCE | NONPROFITS,
    Verb.KEEP_CONTACT: MANAGERS | NONPROFITS,
    Verb.KEEP_BANK_DETAILS: FINANCE | NONPROFITS,
    Verb.READ_BANK_DETAILS: MANAGERS,
    Verb.INVITE_COLLEAGUE: NONPROFITS | ORGANIZATIONS,
    Verb.READ_ORDERS: FINANCE | ORGANIZATIONS,
    Verb.ORDER: ORGANIZATIONS,
    Verb.KEEP_ACCOUNT: SIGNED_IN,
    Verb.SIGN_IN: EVERYBODY,
    Verb.ASK: EVERYBODY,
}
"""The roles that may do each verb."""

_ASKED = (Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR, Role.NONPROFIT, Role.ORGANIZATION)
"""Who is asked to do what somebody may not: the least of the desk, or those whose own it is."""


class NotAllowedError(PermissionError):
    """Somebody asked for what their role may not do."""

    def __init__(self, actor: "Actor", verb: Verb) -> None:
        asked = next(role for role in _ASKED if role in ALLOWED[verb])
        super().__init__(
            f"{actor.name} may not {verb.value.replace('-', ' ')}: ask a"
            f"{'n' if asked.value.startswith(('a', 'o')) else ''} {asked.value} to do it"
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        name: as the log records it.
        role: what they are to the house.
        person: number of the person who signed in; None at the command line and for strangers.
        beneficiaries: keys of the nonprofits that a nonprofit's user belongs to.
        organizations: keys of the organizations that an organization's user orders for.
        order: number in the database of the one order that a link lets somebody see, who has
            not signed in.
    """

    name: str
    role: Role
    person: int | None = None
    beneficiaries: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    order: int | None = None

    def may(self, verb: Verb) -> bool:
        """Whether the role allows a verb; pages show only what may be done."""
        return self.role in ALLOWED[verb]

    def require(self, verb: Verb) -> None:
        """Refuse what the role may not do.

        Raises:
            NotAllowedError: names who may.
        """
        if not self.may(verb):
            raise NotAllowedError(self, verb)

    @property
    def sees_all(self) -> bool:
        """Whether the figures of every beneficiary are theirs to see."""
        return self.role in FINANCE


ANONYMOUS = Actor("a stranger", Role.STRANGER)
"""Somebody who has not signed in."""

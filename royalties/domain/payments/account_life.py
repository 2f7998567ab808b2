"""How a payee's bank details come into force: entered by one person, confirmed by another.

A change of bank details is how money is stolen from payees. So details that were entered are
proposed only; a second person confirms them, having asked the payee on a way that was known before;
and they count only some days later, so that whoever was told of the change can still object.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AccountState(StrEnum):
    """Where bank details stand; a payee has at most one proposed and one confirmed account."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    ENDED = "ended"


class AccountAction(StrEnum):
    """What was done with bank details; a line of their history."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    ENDED = "ended"
    VIEWED = "viewed"


COOLING_DAYS = 3
"""Days between the confirmation of bank details and the first payment to them."""

CONTACT_DAYS = 90
"""Days for which an e-mail address that was replaced is still told of a change."""


class PaymentHold(StrEnum):
    """Why nothing can be paid to a payee's account for now."""

    NO_ACCOUNT = "no account"
    CHANGE_WAITS = "change waits"
    COOLING = "cooling"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A payee's bank details as lists show them: never in clear.

    Attributes:
        id: its number.
        beneficiary: whose it is, by key.
        state: where it stands.
        holder: in whose name the account is.
        masked: what tells one account from another, such as ``Checking account •••• 9012``.
        fingerprint: the same for the same account; of two payees' accounts, too.
        source: from which paper or letter the staff has it; empty if the payee entered it.
        is_from_payee: whether the payee's own people entered it.
        entered_at: when; ``entered_by`` their name, ``entered_by_id`` their number, None at the
            command line.
        decided_at: when somebody confirmed or declined it; ``decided_by`` their name.
        verified: how the second person made sure that it is the payee's.
        usable_from: the moment from which it is paid to; None until it is confirmed.
        reason: why it was declined, withdrawn or ended.
    """

    id: int
    beneficiary: str
    state: AccountState
    holder: str
    masked: str
    fingerprint: str
    source: str
    is_from_payee: bool
    entered_at: datetime
    entered_by: str
    entered_by_id: int | None
    decided_at: datetime | None
    decided_by: str | None
    verified: str
    usable_from: datetime | None
    reason: str

    def is_usable(self, now: datetime) -> bool:
        """Whether it may be paid to at a moment.

        It is confirmed, and its days of cooling are over.
        """
        return (
            self.state is AccountState.CONFIRMED
            and self.usable_from is not None
            and self.usable_from <= now
        )


def usable_from(confirmed_at: datetime) -> datetime:
    """The moment from which an account is paid to that is confirmed now.

    >>> usable_from(datetime(2026, 3, 30, 9)).isoformat()
    '2026-04-02T09:00:00'
    """
    return confirmed_at + timedelta(days=COOLING_DAYS)


def payment_hold(
    proposed: BankAccount | None, confirmed: BankAccount | None, now: datetime
) -> PaymentHold | None:
    """Why nothing can be paid to a payee's account; None if it can.

    A proposed change holds payments to the former account too: either somebody is about to steal
    them, or the former account is closed.
    """
    if proposed is not None:
        return PaymentHold.CHANGE_WAITS
    if confirmed is None:
        return PaymentHold.NO_ACCOUNT
    return None if confirmed.is_usable(now) else PaymentHold.COOLING

"""What banks book, the payments that it may be about, and what becomes of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from royalties.domain.payments.life import PaymentState
from royalties.domain.payments.return_codes import reason, remedy


class BookingKind(StrEnum):
    """What a bank tells: a line of a statement, a return, or a notice of change."""

    LINE = "line"
    RETURN = "return"
    NOTICE = "notice"


class BookingOutcome(StrEnum):
    """What became of a booking.

    ``known``: the books say it already. ``waits``: a payment came back, and a manager has to record
    it. ``doubtful``: it concerns a payment but does not fit. ``nothing``: it concerns none.
    """

    SETTLED = "settled"
    RETURNED = "returned"
    NOTED = "noted"
    KNOWN = "known"
    WAITS = "waits"
    DOUBTFUL = "doubtful"
    NOTHING = "nothing"


TAKEN = frozenset({BookingOutcome.SETTLED, BookingOutcome.RETURNED, BookingOutcome.NOTED})
"""Outcomes that change something, or append to a payment's history."""

OPEN = frozenset({BookingOutcome.WAITS, BookingOutcome.DOUBTFUL, BookingOutcome.NOTHING})
"""Outcomes that may be another one when they are looked at again."""


@dataclass(frozen=True, slots=True)
class Booking:
    """Something that a bank says has happened.

    Attributes:
        day: on which it was booked; of a return or notice, the day of its file.
        amount: minor units; more than 0 came in, less went out; of a notice, 0.
        reference: ours, where the bank passes it on.
        text: what else the bank says.
        code: why it came back, or what is to be corrected, such as R03, AC04 or C01.
        bank_id: the bank's own id; may be empty.
        account: of the house, as the file names it, or its last digits.
        row: the line of the file.
        file: the number of the file that brought it; 0: it is new.
    """

    kind: BookingKind
    day: date
    amount: int
    currency: str
    reference: str = ""
    text: str = ""
    code: str = ""
    bank_id: str = ""
    account: str = ""
    row: int = 0
    file: int = 0


class BookedOn(NamedTuple):
    """A booking that went out for a payment: its day, and the number of its file."""

    day: date
    file: int


@dataclass(frozen=True, slots=True)
class PaidOrDue:
    """A payment as far as bookings can be about it.

    Attributes:
        net: what the payee receives, in minor units; before it was sent, the gross amount.
        reference: under which it was sent.
        booked: bookings of earlier files that went out for it.
    """

    number: int
    batch: int
    currency: str
    net: int
    state: PaymentState
    reference: str = ""
    sent_on: date | None = None
    settled_on: date | None = None
    ended_on: date | None = None
    booked: tuple[BookedOn, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a booking says, of which payments, and why not more."""

    outcome: BookingOutcome
    payments: tuple[int, ...] = ()
    words: str = ""


def words_of_notice(booking: Booking) -> str:
    """What a notice of change says: ``C01, the account number is another (ends in 6789)``."""
    detail = f" ({booking.text})" if booking.text else ""
    return f"{booking.code}, {reason(booking.code)}{detail}"


def reason_of_return(booking: Booking) -> str:
    """Why a payment came back, as its payee reads it: ``R02, the account is closed``."""
    if booking.code and booking.code != "NARR":
        return f"{booking.code}, {reason(booking.code)}"
    text = booking.text[:200].strip()
    return f"as the bank says: {text}" if text else "the bank gave no reason"


def advice_on(booking: Booking) -> str:
    """What to do about a return or a notice."""
    return remedy(booking.code or "NARR")

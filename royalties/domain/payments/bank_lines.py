"""What a bank says has happened: lines of its statements, returned payments, notices of change."""

from dataclasses import dataclass
from datetime import date

from royalties.domain.payments.accounts import AccountType


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booking on an account of the house.

    Attributes:
        day: on which it was booked.
        amount: minor units; more than 0 came in, less went out.
        reference: ours, where the bank passes it on; else the payer's, or empty.
        text: what else the bank says.
        return_code: such as R03 or AC04, where money came back.
        bank_id: the bank's own id, that tells two equal bookings of a day apart; may be empty.
        account: as the file names it.
        row: the line of the file.
    """

    day: date
    amount: int
    currency: str
    reference: str = ""
    text: str = ""
    return_code: str = ""
    bank_id: str = ""
    account: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class ReturnedEntry:
    """A payment that a payee's bank sent back.

    Attributes:
        reference: ours, of the payment.
        code: the reason, R01 to R85.
        amount: minor units that come back.
        trace: the trace number of the returned entry.
        row: the line of the file.
        day: on which the bank made the file.
    """

    reference: str
    code: str
    amount: int
    name: str
    trace: str
    row: int
    day: date


@dataclass(frozen=True, slots=True)
class NoticeOfChange:
    """A payee's bank took the payment, and says what to correct before the next one.

    What is not to be changed is empty. Nothing is changed by the notice itself: two people do.
    ``day`` is that of the bank's file.
    """

    reference: str
    code: str
    name: str
    trace: str
    row: int
    day: date
    routing: str = ""
    number: str = ""
    type: AccountType | None = None
    other: str = ""

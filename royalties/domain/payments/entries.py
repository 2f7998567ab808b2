"""What payments to beneficiaries post: to pay → in transit → bank, and back again.

Nothing is posted before a payment is sent. What comes back reverses exactly what was posted, and
puts the whole amount back to what the beneficiary is owed; the next run brings it forward.
"""

from collections.abc import Iterable

from royalties.domain.royalties.postings import (
    BANK,
    TAX,
    Entry,
    Posting,
    beneficiary_account,
    in_transit_account,
    to_pay_account,
)


def sent(beneficiary: str, currency: str, gross: int, tax: int, words: str) -> Entry:
    """A payment that was sent: 500.00 to pay are 380.00 in transit and 120.00 tax."""
    return _entry(
        "payment-sent",
        beneficiary,
        f"Sent: {words}",
        currency,
        ((to_pay_account(beneficiary), gross), (TAX, -tax)),
        (in_transit_account(beneficiary), tax - gross),
    )


def settled(beneficiary: str, currency: str, net: int, words: str) -> Entry:
    """A payment that has arrived: 380.00 in transit have left the bank."""
    return _entry(
        "payment-settled",
        beneficiary,
        f"Arrived: {words}",
        currency,
        ((in_transit_account(beneficiary), net),),
        (BANK, -net),
    )


def taken_back(
    beneficiary: str, currency: str, gross: int, posted: Iterable[Entry], words: str
) -> list[Entry]:
    """What a returned or voided payment posts: the latest entry's opposite first, then the rest.

    At last the gross amount goes from what is to pay to what the beneficiary is owed.
    """
    opposites = [
        Entry(
            "payment-reversed",
            beneficiary,
            f"Reversed: {words}"[:_LONGEST],
            tuple(side._replace(amount=-side.amount) for side in entry.postings),
        )
        for entry in posted
    ]
    put_back = _entry(
        "payment-put-back",
        beneficiary,
        f"Owed again: {words}",
        currency,
        ((to_pay_account(beneficiary), gross),),
        (beneficiary_account(beneficiary), -gross),
    )
    return [*reversed(opposites), put_back]


_LONGEST = 300


def _entry(
    event: str,
    subject: str,
    words: str,
    currency: str,
    sides: tuple[tuple[str, int], ...],
    last: tuple[str, int],
) -> Entry:
    postings = tuple(
        Posting(account, currency, amount) for account, amount in (*sides, last) if amount
    )
    return Entry(event, subject, words[:_LONGEST], postings)

"""What payments to beneficiaries post: to pay → in transit → bank, and back again.

Nothing is posted before a payment is sent. What comes back reverses exactly what was posted, and
puts the whole amount back to what the beneficiary is owed; the next run brings it forward. If it
comes back in a later year, its tax stays, and only what was sent is put back.
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
    put_back = _put_back(beneficiary, currency, gross, to_pay_account(beneficiary), words)
    return [*_opposites(beneficiary, posted, words), put_back]


def net_taken_back(
    beneficiary: str, currency: str, net: int, arrived: Iterable[Entry], words: str
) -> list[Entry]:
    """What a payment posts that came back, or was voided, in a later year than it was sent.

    Of 500.00 with 120.00 tax, 380.00 go from in transit to what is owed; the tax stays. If all was
    tax, nothing is owed again, and nothing is posted.
    """
    if not net:
        return []
    put_back = _put_back(beneficiary, currency, net, in_transit_account(beneficiary), words)
    return [*_opposites(beneficiary, arrived, words), put_back]


def tax_deposited(form: str, currency: str, amount: int, words: str) -> Entry:
    """Tax that was passed on: 120.00 of what was withheld has left the bank."""
    return _entry(
        "tax-deposited",
        form,
        f"Tax deposited: {words}",
        currency,
        ((TAX, amount),),
        (BANK, -amount),
    )


def tax_deposit_undone(form: str, currency: str, amount: int, words: str) -> Entry:
    """The opposite of a deposit that was recorded by mistake."""
    return _entry(
        "tax-deposit-undone",
        form,
        f"Taken back: {words}",
        currency,
        ((TAX, -amount),),
        (BANK, amount),
    )


def _opposites(beneficiary: str, posted: Iterable[Entry], words: str) -> list[Entry]:
    """The opposites of what a payment has posted, the latest first."""
    return [
        Entry(
            "payment-reversed",
            beneficiary,
            f"Reversed: {words}"[:_LONGEST],
            tuple(side._replace(amount=-side.amount) for side in entry.postings),
        )
        for entry in reversed(list(posted))
    ]


def _put_back(beneficiary: str, currency: str, amount: int, source: str, words: str) -> Entry:
    return _entry(
        "payment-put-back",
        beneficiary,
        f"Owed again: {words}",
        currency,
        ((source, amount),),
        (beneficiary_account(beneficiary), -amount),
    )


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

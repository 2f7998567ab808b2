"""What is owed again of payments that came back in a later year: it was taxed and reported then.

A payment of 500.00 of which 120.00 was withheld in December, and which comes back in January: the
tax stays, 380.00 is owed again, and is neither taxed nor counted in a year's figures once more.
What closes set aside is of that first, and of a statement, what is paid first.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from royalties.domain.money import rounded
from royalties.domain.payments.proposing import Part


def kept_of(tax: int, sent_on: date, ended_on: date) -> int | None:
    """Tax that stays withheld of a payment that ended: all, if its year was over; None if not."""
    return tax if ended_on.year > sent_on.year else None


def entering(back: Mapping[int, int], to_pay: Mapping[int, int]) -> dict[int, int]:
    """What was taxed before of each period's balance: what came back, and was not set aside yet.

    380.00 that came back in period 2, of which its close carries everything and the next sets
    500.00 aside, are in the balances of periods 2 and 3, and in no later one.

    Args:
        back: what came back taxed, by the period that brings it forward.
        to_pay: what closes set aside, by period; one that is to be known is in it.

    Returns:
        The amounts in minor units, by period; of what a period sets aside, up to this is taxed.
    """
    left, found = 0, {}
    for period in sorted({*back, *to_pay}):
        left += back.get(period, 0)
        found[period] = left
        left -= min(left, to_pay.get(period, 0))
    return found


def share_of(parts: Iterable[Part], left: dict[str, int]) -> int:
    """What was taxed before of a payment, which is taken from what its statements have ``left``."""
    share = 0
    for part in parts:
        taken = min(part.amount, left.get(part.statement, 0))
        if taken:
            left[part.statement] -= taken
            share += taken
    return share


def tax_on(parts: Sequence[Part], taxed: Iterable[str], before: int, rate: Fraction) -> int:
    """What is withheld when a payment is sent: the rate of that day, **rounded** once.

    Neither amounts whose tax a close of an earlier version has withheld are taxed again, nor
    what was taxed before. 30 % of 500.00 is 150.00; if 200.00 of it were taxed, 90.00.

    Args:
        parts: what the payment settles.
        taxed: statements whose closes withheld the tax.
        before: of the amount, what an earlier year's payment was taxed for, in minor units.
        rate: in force on the day.
    """
    known = set(taxed)
    untaxed = sum(part.amount for part in parts if part.statement not in known)
    return rounded(rate * max(untaxed - before, 0))

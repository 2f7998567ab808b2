"""What is proposed to be paid, and why nothing is to others.

Each closed period sets amounts to pay aside, one for each statement. A proposal makes one payment
for each beneficiary and currency of all that waits; an amount may be held back, never raised.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from royalties.domain.payments.account_life import COOLING_DAYS

Payee = tuple[str, str]
"""A beneficiary's key and a currency."""


class Part(NamedTuple):
    """What a payment settles of a statement's amount to pay, in minor units."""

    statement: str
    amount: int


class Waiting(NamedTuple):
    """What is left to pay of a statement; ``taxed`` if its close withheld the tax already."""

    statement: str
    beneficiary: str
    currency: str
    amount: int
    taxed: bool = False


class LeftOutReason(StrEnum):
    """Why a beneficiary gets no payment."""

    ON_HOLD = "on hold"
    RETURNED = "the last payment came back and was not released"
    HELD_BACK = "held back"
    NO_ACCOUNT = "no bank details"
    CHANGE_WAITS = "new bank details wait for a second person"
    COOLING = f"the bank details were confirmed less than {COOLING_DAYS} days ago"
    HAS_ACCOUNT = "has bank details: proposed with those who have"
    UNDER_WAY = "a payment is under way already"
    BELOW_MINIMUM = "below the minimum payment"
    DEBIT_BALANCE = "in debit"
    NOTHING = "nothing is to pay"


class PayeeLeftOut(NamedTuple):
    """A beneficiary who gets no payment, with what it would have been, and why."""

    beneficiary: str
    currency: str
    amount: int
    reason: LeftOutReason


class Flag(StrEnum):
    """Why a payment is looked at and signed off on its own."""

    FIRST = "the first payment to this beneficiary"
    UNUSUAL = "more than three times the usual amount"
    CAME_BACK = "an earlier payment came back"
    NEW_ACCOUNT = "the first payment to this bank account"
    SHARED_ACCOUNT = "another beneficiary has, or had, the same bank account"


OF_ACCOUNT = frozenset({Flag.NEW_ACCOUNT, Flag.SHARED_ACCOUNT})
"""Reasons that change with bank details, and are looked for again at each approval."""


@dataclass(frozen=True, slots=True)
class ProposedPayment:
    """A payment to be made, and what it settles."""

    beneficiary: str
    currency: str
    parts: tuple[Part, ...]
    flags: tuple[Flag, ...] = ()

    @property
    def gross(self) -> int:
        """The amount, in minor units, before tax."""
        return sum(part.amount for part in self.parts)


class HeldBackError(ValueError):
    """An amount was to be raised, or is no amount."""


_UNUSUAL = 3


def propose(
    waiting: Iterable[Waiting],
    held: Mapping[Payee, LeftOutReason],
    wanted: Mapping[Payee, int],
    earlier: Mapping[Payee, Sequence[int]],
    came_back: Collection[Payee] = (),
    of_accounts: Mapping[str, tuple[Flag, ...]] | None = None,
) -> tuple[list[ProposedPayment], list[PayeeLeftOut]]:
    """One payment for each beneficiary and currency, and those who are left out.

    300.00 waiting of one statement and 200.00 of the next make one payment of 500.00; with 400.00
    wanted, it settles the first statement and 100.00 of the second.

    Args:
        waiting: what is left to pay, the earliest statement first.
        held: who is to be left out, and why.
        wanted: amounts that are to be paid instead of all; 0 holds everything back.
        earlier: amounts that arrived, or are on their way, by beneficiary and currency.
        came_back: to whom a payment came back at any time.
        of_accounts: why payments to the account of a beneficiary are looked at on their own.

    Raises:
        HeldBackError: more is wanted than waits, or less than nothing.
    """
    by_payee: dict[Payee, list[Part]] = {}
    for each in waiting:
        if each.amount > 0:
            part = Part(each.statement, each.amount)
            by_payee.setdefault((each.beneficiary, each.currency), []).append(part)
    unknown = sorted(set(wanted) - set(by_payee))
    if unknown:
        raise HeldBackError(f"nothing waits to be paid to {unknown[0][0]} in {unknown[0][1]}")
    proposed, left_out = [], []
    for payee, parts in sorted(by_payee.items()):
        total = sum(part.amount for part in parts)
        if payee in held:
            left_out.append(PayeeLeftOut(*payee, total, held[payee]))
            continue
        kept = held_back(parts, wanted.get(payee, total))
        if not kept:
            left_out.append(PayeeLeftOut(*payee, total, LeftOutReason.HELD_BACK))
            continue
        gross = sum(part.amount for part in kept)
        flags = flags_of(gross, earlier.get(payee, ()), came_back=payee in came_back)
        flags += (of_accounts or {}).get(payee[0], ())
        proposed.append(ProposedPayment(*payee, kept, flags))
    return proposed, left_out


def held_back(parts: Sequence[Part], amount: int) -> tuple[Part, ...]:
    """What is settled with a smaller amount: the earliest statements first.

    Raises:
        HeldBackError: the amount is more than all parts, or less than nothing.
    """
    total = sum(part.amount for part in parts)
    if not 0 <= amount <= total:
        raise HeldBackError("an amount can be held back in part or whole, never raised")
    kept = []
    for part in parts:
        taken = min(part.amount, amount)
        amount -= taken
        if taken:
            kept.append(Part(part.statement, taken))
    return tuple(kept)


def flags_of(amount: int, earlier: Sequence[int], *, came_back: bool = False) -> tuple[Flag, ...]:
    """Why a payment is signed off on its own.

    Of 400.00 after payments of 100.00 and 120.00, whose mean is 110.00, it is more than three times
    the usual; of 330.00 it is not.
    """
    flags = [Flag.CAME_BACK] if came_back else []
    if not earlier:
        flags.append(Flag.FIRST)
    elif amount * len(earlier) > _UNUSUAL * sum(earlier):
        flags.append(Flag.UNUSUAL)
    return tuple(flags)

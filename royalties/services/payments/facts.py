"""What payments are decided by that others keep: accounts, rates of tax, the names of payees."""

from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction

from royalties.domain.payments.account_life import (
    AccountState,
    BankAccount,
    PaymentHold,
    payment_hold,
)
from royalties.domain.payments.life import BEFORE_SENDING, PaymentState
from royalties.domain.payments.proposing import OF_ACCOUNT, Flag
from royalties.services.books import Setup
from royalties.services.work import Work
from royalties.store.payments import accounts, payments
from royalties.store.payments.payments import PartRow, PaymentRow

UNSETTLED = frozenset({PaymentHold.CHANGE_WAITS, PaymentHold.COOLING})
"""Holds that end by themselves, or by somebody's decision; without an account a check can pay."""


def keeps_accounts(work: Work) -> bool:
    """Whether the house pays to accounts that it knows: some beneficiary has bank details."""
    return work.once(
        "whether there are bank details", lambda: accounts.are_any_in_force(work.connection)
    )


def _in_force(work: Work, beneficiaries: set[str]) -> dict[str, dict[AccountState, BankAccount]]:
    return work.once(
        f"bank details of {sorted(beneficiaries)}",
        lambda: accounts.accounts_in_force(work.connection, beneficiaries),
    )


def account_holds(work: Work, beneficiaries: Iterable[str]) -> dict[str, PaymentHold | None]:
    """Of each of some beneficiaries, why nothing can be paid to an account; None if it can."""
    keys = set(beneficiaries)
    known = _in_force(work, keys)
    return {
        key: payment_hold(
            known.get(key, {}).get(AccountState.PROPOSED),
            known.get(key, {}).get(AccountState.CONFIRMED),
            work.now,
        )
        for key in keys
    }


def confirmed_accounts(work: Work, beneficiaries: Iterable[str]) -> dict[str, BankAccount]:
    """The account of each beneficiary who has one that a second person confirmed."""
    known = _in_force(work, set(beneficiaries))
    return {
        key: of_payee[AccountState.CONFIRMED]
        for key, of_payee in known.items()
        if AccountState.CONFIRMED in of_payee
    }


def fingerprints(work: Work, beneficiaries: Iterable[str]) -> dict[str, str]:
    """The fingerprint of each beneficiary's bank account; empty where none is confirmed."""
    keys = set(beneficiaries)
    confirmed = confirmed_accounts(work, keys)
    return {key: confirmed[key].fingerprint if key in confirmed else "" for key in keys}


def account_flags(work: Work, beneficiaries: Iterable[str]) -> dict[str, tuple[Flag, ...]]:
    """Why payments to the accounts of some beneficiaries are looked at one by one, if they are."""
    of_payees = {key: each for key, each in fingerprints(work, beneficiaries).items() if each}
    had = accounts.payees_with(work.connection, set(of_payees.values()))
    paid = accounts.accounts_paid(work.connection, of_payees)
    found: dict[str, tuple[Flag, ...]] = {}
    for key, account in of_payees.items():
        is_new = key in paid and account not in paid[key]
        is_shared = bool(had.get(account, set()) - {key})
        found[key] = ((Flag.NEW_ACCOUNT,) if is_new else ()) + (
            (Flag.SHARED_ACCOUNT,) if is_shared else ()
        )
    return found


def parts_of(work: Work, rows: Collection[PaymentRow]) -> dict[int, list[PartRow]]:
    """What some payments settle, by their numbers."""
    numbers = sorted(row.id for row in rows)
    return work.once(f"what {numbers} settle", lambda: payments.parts_of(work.connection, numbers))


def looked_at(work: Work, rows: Collection[PaymentRow]) -> list[PaymentRow]:
    """Payments, of which those that wait for approval tell of their accounts as they are now."""
    waiting = {row.beneficiary for row in rows if row.state is PaymentState.PROPOSED}
    flags = account_flags(work, waiting)
    return [
        row._replace(
            flags=[flag for flag in row.flags if flag not in OF_ACCOUNT]
            + [flag.value for flag in flags.get(row.beneficiary, ())]
        )
        if row.state is PaymentState.PROPOSED
        else row
        for row in rows
    ]


def unsettled(work: Work, rows: Collection[PaymentRow]) -> list[PaymentRow]:
    """Payments not sent yet whose payee's bank details wait, are cooling, or are others now."""
    before = [row for row in rows if row.state in BEFORE_SENDING]
    payees = {row.beneficiary for row in before}
    held, now = account_holds(work, payees), fingerprints(work, payees)
    return [
        row
        for row in before
        if held[row.beneficiary] in UNSETTLED
        or (row.state is PaymentState.APPROVED and row.account != now[row.beneficiary])
    ]


def masked_accounts(work: Work, rows: Collection[PaymentRow]) -> dict[int, str]:
    """The account of each of some payments, masked: the approved one, or the one that would be.

    Left out where there is none: a check, or another way.
    """
    waiting = {row.beneficiary for row in rows if row.state is PaymentState.PROPOSED}
    now = fingerprints(work, waiting)
    of_rows = {
        row.id: now[row.beneficiary] if row.state is PaymentState.PROPOSED else row.account
        for row in rows
    }
    masks = accounts.masks_of(work.connection, set(filter(None, of_rows.values())))
    return {number: masks[each] for number, each in of_rows.items() if each in masks}


def tax_rate(setup: Setup, beneficiary: str, day: date) -> Fraction:
    """The rate at which tax is withheld of what is sent to a beneficiary on a day."""
    return setup.beneficiaries[beneficiary].tax_rate_on(day)


def name_of_payee(setup: Setup, beneficiary: str) -> str:
    """What a beneficiary is called; its key, where the setup does not know it any more."""
    found = setup.beneficiaries.get(beneficiary)
    return found.name if found else beneficiary

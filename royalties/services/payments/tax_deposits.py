"""Tax to be passed on: what was withheld, deposited, and is open; a register of deposits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from royalties.domain.money import amount_text
from royalties.domain.payments import entries
from royalties.domain.payments.tax_deposits import DepositAccount, DepositForm, accounts
from royalties.domain.payments.tax_year import TaxForm, form_for
from royalties.domain.people import Verb
from royalties.domain.royalties.postings import Entry
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.work import RefusedError, Work
from royalties.store.ledger import entries as ledger
from royalties.store.payments import tax_deposits as store
from royalties.store.payments.tax_deposits import DepositRow

__all__ = [
    "DepositRegister",
    "DepositRow",
    "NoDepositError",
    "deposit",
    "deposited_entry",
    "record",
    "register",
    "take_back",
    "undone_entry",
]

_EARLIEST = date(1990, 1, 1)
_MOST = 10**15


@dataclass(frozen=True, slots=True)
class DepositRegister:
    """What is open of each form and currency, and all deposits, the newest first."""

    accounts: tuple[DepositAccount, ...]
    deposits: tuple[DepositRow, ...]


class NoDepositError(RefusedError):
    """There is no such deposit."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no deposit {number}")


def register(work: Work) -> DepositRegister:
    """What was withheld, deposited, and is open."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    withheld: dict[tuple[DepositForm, str, date], int] = defaultdict(int)
    for row in store.withheld(work.connection):
        payee = setup.beneficiaries.get(row.beneficiary)
        form = _form_of(payee.country if payee else "")
        withheld[form, row.currency, row.day.replace(day=1)] += row.amount
    rows = store.deposits(work.connection)
    deposited: dict[tuple[DepositForm, str], int] = defaultdict(int)
    for each in rows:
        if each.undone_on is None:
            deposited[each.form, each.currency] += each.amount
    return DepositRegister(tuple(accounts(withheld, deposited)), tuple(rows))


def deposit(work: Work, number: int) -> DepositRow:
    """One deposit.

    Raises:
        NoDepositError: there is none of this number.
    """
    work.actor.require(Verb.READ)
    return _found(work, number)


def _form_of(country: str) -> DepositForm:
    """Form 1042 for payees abroad; backup withholding of all others is reported on Form 945."""
    return DepositForm.FOREIGN if form_for(country) is TaxForm.FOREIGN else DepositForm.BACKUP


def record(
    work: Work,
    token: str,
    form: DepositForm,
    currency: str,
    amount: int,
    day: date,
    *,
    reference: str = "",
    note: str = "",
) -> DepositRow:
    """Record that tax was deposited: it is a fact, which a manager records.

    Args:
        work: the unit of work.
        token: of the form; the same one records once.
        form: with which it is reported.
        currency: of the tax that it settles.
        amount: in minor units. It may be more than is open: that is a fact too, and is shown.
        day: on which it was deposited.
        reference: the bank's, or the number that EFTPS gives.
        note: of who records it.

    Raises:
        RefusedError: no amount, a day that will not do, or it was recorded already.
    """
    work.actor.require(Verb.APPROVE)
    open_period = steps.hold(work)
    store.lock(work.connection)
    if store.by_token(work.connection, token) is not None:
        raise RefusedError("this deposit was recorded already: the form was sent twice")
    if not _EARLIEST <= day <= work.today:
        raise RefusedError(f"{day} will not do: write the day on which it was deposited")
    if not 0 < amount <= _MOST:
        raise RefusedError("write the amount that was deposited: more than 0")
    values = {
        "form": form,
        "day": day,
        "currency": currency,
        "amount": amount,
        "reference": steps.reference_of(reference),
        "note": steps.line_of(note, "the note"),
        "token": token,
        "recorded_at": work.at,
        "recorded_by": work.actor.name,
        "recorded_by_id": work.actor.person,
        "reason": "",
    }
    number = store.add(work.connection, values)
    row = _found(work, number)
    ledger.post(work.connection, open_period, work.today, [deposited_entry(row)])
    work.record(Verb.PAY, _logged(row, "tax-deposited"))
    return row


def take_back(work: Work, number: int, reason: str) -> DepositRow:
    """Take back a deposit that was recorded by mistake: its entry is reversed.

    Raises:
        RefusedError: there is none, it was taken back already, or no reason is given.
    """
    work.actor.require(Verb.APPROVE)
    open_period = steps.hold(work)
    store.lock(work.connection)
    row = _found(work, number)
    if row.undone_on is not None:
        raise RefusedError(f"deposit {number} was taken back on {row.undone_on} already")
    why = steps.line_of(reason, "the reason", needed=True)
    values = {"undone_on": work.today, "undone_by": work.actor.name, "reason": why}
    store.take_back(work.connection, number, values)
    undone = _found(work, number)
    ledger.post(work.connection, open_period, work.today, [undone_entry(undone)])
    work.record(Verb.PAY, {**_logged(undone, "tax-deposit-undone"), "reason": why})
    return undone


def deposited_entry(row: DepositRow) -> Entry:
    """What a deposit posted."""
    return entries.tax_deposited(row.form.value, row.currency, row.amount, _words(row))


def undone_entry(row: DepositRow) -> Entry:
    """What a deposit posted when it was taken back."""
    return entries.tax_deposit_undone(row.form.value, row.currency, row.amount, _words(row))


def _found(work: Work, number: int) -> DepositRow:
    row = store.find(work.connection, number)
    if row is None:
        raise NoDepositError(number)
    return row


def _words(row: DepositRow) -> str:
    return f"deposit {row.id}" + (f", {row.reference}" if row.reference else "")


def _logged(row: DepositRow, what: str) -> dict[str, object]:
    return {
        "what": what,
        "deposit": row.id,
        "form": row.form,
        "currency": row.currency,
        "amount": amount_text(row.amount, row.currency),
        "day": row.day,
        "reference": row.reference,
    }

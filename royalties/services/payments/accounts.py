"""Bank details of payees: entered, confirmed by a second person, shown in clear to few.

Whoever could change an account alone could take a nonprofit's money. So the payee's own people, or
the staff from a paper, enter it; another person, a manager, confirms it, saying how they made sure;
it counts after some days; and the payee's e-mail addresses, the one before a recent change too, are
told of each step. What is stored is encrypted; pages, mails and the log hold the last digits only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.one_line import fault_of_line
from royalties.domain.payments.account_life import (
    COOLING_DAYS,
    AccountAction,
    AccountState,
    BankAccount,
    PaymentHold,
    payment_hold,
    usable_from,
)
from royalties.domain.payments.accounts import Account, masked
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.payments.account_news import name_of, tell_managers, tell_payee
from royalties.services.payments.approving import withdraw_approvals
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup
from royalties.store.payments import accounts as store

AccountEvent = store.AccountEventRow

_LONGEST_HOLDER = 140
_LONGEST_TEXT = 1000
_LEAST_WORDS = 10
"""Characters of what somebody says of how they made sure: more than "ok"."""

_MOST_A_DAY = 20
_SHOWN_AT_ONCE = 200
_DAY = timedelta(days=1)

UNAVAILABLE = (
    "bank details cannot be kept yet: whoever looks after the server has to give it a key for them"
)
"""Said while there is no key; the manual of operations tells how."""


class NoAccountError(RefusedError):
    """There are no such bank details for who asks."""

    def __init__(self) -> None:
        super().__init__("there are no such bank details")


class SameAccountError(RefusedError):
    """The payee has this account already, or it waits."""


@dataclass(frozen=True, slots=True)
class PayeeAccounts:
    """The bank details of a payee as an actor sees them.

    Attributes:
        proposed: what waits for a second person.
        confirmed: what is paid to.
        former: what was declined, withdrawn, replaced or ended, the newest first.
        hold: why nothing can be paid for now; None if it can.
        history: what was done with all of them, the newest first.
    """

    proposed: BankAccount | None
    confirmed: BankAccount | None
    former: tuple[BankAccount, ...]
    hold: PaymentHold | None
    history: tuple[AccountEvent, ...]


def is_available(work: Work) -> bool:
    """Whether there is a key, so that bank details can be kept."""
    try:
        work.bank_vault.check()
    except BankKeyError:
        return False
    return True


def enter(work: Work, beneficiary: str, account: Account, holder: str, source: str = "") -> int:
    """Propose bank details; returns their number. Payments wait until a second person decides.

    Args:
        work: the unit of work.
        beneficiary: whose they are, by key.
        account: checked (``ingest/payments/accounts.py``).
        holder: in whose name the account is.
        source: from which paper the staff has them; the payee's own people need none.

    Raises:
        RefusedError: it is not the actor's, something is missing, others wait already, or there is
            no key.
        SameAccountError: it is the account in force.
    """
    work.actor.require(Verb.KEEP_BANK_DETAILS)
    _hold(work)
    payee = setup_in_force(work).beneficiaries.get(beneficiary)
    is_own = work.actor.sees_all or beneficiary in work.actor.beneficiaries
    if payee is None or not is_own:
        raise RefusedError("there is no such beneficiary of yours")
    holder = _line(holder, "say in whose name the account is", _LONGEST_HOLDER)
    if work.actor.sees_all:
        source = _line(source, "say from which paper you have it, and of which day")
    if store.entered_since(work.connection, work.actor.name, work.at - _DAY) >= _MOST_A_DAY:
        raise RefusedError(f"{_MOST_A_DAY} bank details were entered within a day: wait until then")
    of_payee = store.accounts_in_force(work.connection, [beneficiary]).get(beneficiary, {})
    if AccountState.PROPOSED in of_payee:
        raise RefusedError(
            "other bank details wait for a second person: have them confirmed, or take them back"
        )
    try:
        sealed = work.bank_vault.seal(account, beneficiary)
        fingerprint = work.bank_vault.fingerprint(account)
    except BankKeyError as error:
        raise RefusedError(UNAVAILABLE) from error
    confirmed = of_payee.get(AccountState.CONFIRMED)
    if confirmed and confirmed.fingerprint == fingerprint and confirmed.holder == holder:
        raise SameAccountError("this is the account that is in force already")
    number = store.add_account(
        work.connection,
        {
            "beneficiary": beneficiary,
            "state": AccountState.PROPOSED,
            "holder": holder,
            "sealed": sealed,
            "masked": masked(account),
            "fingerprint": fingerprint,
            "source": source if work.actor.sees_all else "",
            "is_from_payee": not work.actor.sees_all,
            "entered_at": work.at,
            "entered_by": work.actor.name,
            "entered_by_id": work.actor.person,
            "verified": "",
            "reason": "",
        },
    )
    row = _required(work, number)
    _note(work, row, AccountAction.ENTERED, source)
    withdraw_approvals(work, beneficiary, "new bank details were entered")
    tell_payee(
        work,
        row,
        "Your bank details are to be changed",
        f"{work.actor.name} entered bank details for payments to {payee.name}: {row.masked}.",
        "Nothing is paid until we have confirmed them. If none of you did that, tell us at once.",
    )
    tell_managers(work, row)
    return number


def confirm(work: Work, number: int, verified: str) -> datetime:
    """Let bank details count that somebody else entered; returns from when.

    Args:
        work: the unit of work.
        number: of the account.
        verified: how it was made sure that they are the payee's.

    Raises:
        NoAccountError: there is none.
        RefusedError: it was decided, one entered it oneself, or at the command line, where nobody
            knows who acts.
    """
    work.actor.require(Verb.APPROVE)
    row = _waiting(work, number)
    if work.actor.person is None:
        raise RefusedError("confirm bank details in the browser, where it is known who acts")
    if row.entered_by_id == work.actor.person:
        raise RefusedError("you entered these yourself: another manager has to confirm them")
    said = _line(verified, "say how you made sure that the account is theirs")
    if len(said) < _LEAST_WORDS:
        raise RefusedError("say whom you asked, how, and when: it is kept with the account")
    former = store.accounts_in_force(work.connection, [row.beneficiary]).get(row.beneficiary, {})
    if replaced := former.get(AccountState.CONFIRMED):
        store.change_account(work.connection, replaced.id, {"state": AccountState.REPLACED})
        _note(work, replaced, AccountAction.REPLACED)
    starts = usable_from(work.at)
    _decide(work, row, AccountState.CONFIRMED, {"verified": said, "usable_from": starts})
    _note(work, row, AccountAction.CONFIRMED, said)
    withdraw_approvals(work, row.beneficiary, "new bank details were confirmed")
    tell_payee(
        work,
        row,
        "Your bank details are confirmed",
        f"We pay {name_of(work, row)} to {row.masked} from now on, {COOLING_DAYS} days after this "
        "message at the earliest.",
        "If this is not your account, tell us at once.",
    )
    return starts


def decline(work: Work, number: int, reason: str) -> None:
    """Send bank details back that are not, or may not be, the payee's; the payee is told why.

    Raises:
        NoAccountError: there is none.
        RefusedError: it was decided, or no reason is given.
    """
    work.actor.require(Verb.APPROVE)
    row = _waiting(work, number)
    why = _line(reason, "say why, so that they know what to do")
    _decide(work, row, AccountState.DECLINED, {"reason": why})
    _note(work, row, AccountAction.DECLINED, why)
    tell_payee(
        work,
        row,
        "Your bank details were not taken",
        f"We did not take the bank details for {name_of(work, row)} ({row.masked}): {why}",
        "Those that were in force before stay. Enter them again, or write to us.",
    )


def withdraw(work: Work, number: int, reason: str = "") -> None:
    """Take back bank details that wait: the payee's people theirs, the staff any.

    Raises:
        NoAccountError: there is none, or not of the actor's.
        RefusedError: it was decided.
    """
    work.actor.require(Verb.KEEP_BANK_DETAILS)
    row = _waiting(work, number)
    why = _optional_line(reason)
    store.change_account(work.connection, row.id, {"state": AccountState.WITHDRAWN, "reason": why})
    _note(work, row, AccountAction.WITHDRAWN, why)
    tell_payee(
        work,
        row,
        "The change of your bank details was taken back",
        f"{work.actor.name} took back the bank details for {name_of(work, row)} that waited "
        f"({row.masked}).",
        "Those that were in force before stay.",
    )


def end(work: Work, number: int, reason: str) -> None:
    """Pay to an account no more; payments wait until another one is confirmed.

    Raises:
        NoAccountError: there is none, or not of the actor's.
        RefusedError: it is not in force, or no reason is given.
    """
    work.actor.require(Verb.KEEP_BANK_DETAILS)
    _hold(work)
    row = _required(work, number, lock=True)
    if row.state is not AccountState.CONFIRMED:
        raise RefusedError(f"these bank details are not in force: they were {row.state}")
    why = _line(reason, "say why, in a few words: the history keeps it")
    store.change_account(work.connection, row.id, {"state": AccountState.ENDED, "reason": why})
    _note(work, row, AccountAction.ENDED, why)
    withdraw_approvals(work, row.beneficiary, "the bank details ended")
    tell_payee(
        work,
        row,
        "Your bank details are not used any more",
        f"{work.actor.name} ended the bank details of {name_of(work, row)} ({row.masked}): {why}",
        "Nothing is paid until other ones are confirmed. If this was not wanted, tell us at once.",
    )


def reveal(work: Work, number: int, reason: str) -> Account:
    """An account in clear, for somebody who has to type it elsewhere; each view is logged.

    Raises:
        NoAccountError: there is none.
        RefusedError: no reason is given, its key is not there, or it was tampered with.
    """
    work.actor.require(Verb.READ_BANK_DETAILS)
    row = _required(work, number)
    why = _line(reason, "say what you need it for: the log keeps it")
    sealed = store.sealed_account(work.connection, row.id)
    try:
        account = work.bank_vault.open(sealed.sealed, row.beneficiary)
    except BankKeyError as error:
        raise RefusedError(
            "these bank details cannot be read: their key is missing on the server. Whoever looks "
            "after it finds in its manual what to do"
        ) from error
    except DamagedDetailsError as error:
        raise RefusedError(str(error)) from error
    _note(work, row, AccountAction.VIEWED, why)
    return account


def accounts(work: Work, beneficiary: str) -> PayeeAccounts:
    """What is known of a payee's accounts, masked, with their history.

    Raises:
        RefusedError: it is not the actor's.
    """
    work.actor.require(Verb.READ_OWN)
    if not work.actor.sees_all and beneficiary not in work.actor.beneficiaries:
        raise RefusedError("there is no such beneficiary of yours")
    rows = store.accounts_of(work.connection, work.actor, beneficiary)
    by_state = {row.state: row for row in reversed(rows)}
    proposed, confirmed = (
        by_state.get(state) for state in (AccountState.PROPOSED, AccountState.CONFIRMED)
    )
    history = store.account_events(work.connection, [row.id for row in rows]) if rows else []
    return PayeeAccounts(
        proposed,
        confirmed,
        tuple(row for row in rows if row not in (proposed, confirmed)),
        payment_hold(proposed, confirmed, work.now),
        tuple(each for each in history if work.actor.sees_all or _is_for_payee(each)),
    )


def find_account(work: Work, number: int) -> BankAccount | None:
    """An account that concerns the actor, masked; else None."""
    work.actor.require(Verb.READ_OWN)
    return store.find_account(work.connection, work.actor, number)


def waiting(work: Work) -> list[BankAccount]:
    """Bank details that wait for a second person, the oldest first."""
    work.actor.require(Verb.READ)
    return store.proposed_accounts(work.connection, work.actor, _SHOWN_AT_ONCE)


def others_with(work: Work, account: BankAccount) -> list[str]:
    """Other payees, by key, who have or had the same account: a reason to ask twice."""
    work.actor.require(Verb.READ)
    return store.others_with(work.connection, account.fingerprint, account.beneficiary)


def may_confirm(work: Work, account: BankAccount) -> bool:
    """Whether this person is the second pair of eyes for it."""
    return (
        work.actor.may(Verb.APPROVE)
        and work.actor.person is not None
        and account.entered_by_id != work.actor.person
    )


def _is_for_payee(event: AccountEvent) -> bool:
    """Whether a line of the history is shown to the payee: not how the staff made sure."""
    return event.action is not AccountAction.VIEWED


def _required(work: Work, number: int, *, lock: bool = False) -> BankAccount:
    row = store.find_account(work.connection, work.actor, number, lock=lock)
    if row is None:
        raise NoAccountError
    return row


def _hold(work: Work) -> None:
    """Hold the setup, then payments: a change withdraws approvals. The log comes last."""
    lock_setup(work.connection)
    steps.hold(work)


def _waiting(work: Work, number: int) -> BankAccount:
    _hold(work)
    row = _required(work, number, lock=True)
    if row.state is not AccountState.PROPOSED:
        by = f" by {row.decided_by}" if row.decided_by else ""
        raise RefusedError(f"these bank details were {row.state}{by} already")
    return row


def _decide(work: Work, row: BankAccount, state: AccountState, values: dict[str, object]) -> None:
    store.change_account(
        work.connection,
        row.id,
        {"state": state, "decided_at": work.at, "decided_by": work.actor.name, **values},
    )


def _note(work: Work, row: BankAccount, action: AccountAction, reason: str = "") -> None:
    store.add_account_event(
        work.connection,
        {
            "account_id": row.id,
            "action": action,
            "reason": reason,
            "at": work.at,
            "by": work.actor.name,
        },
    )
    verb = _VERBS.get(action, Verb.KEEP_BANK_DETAILS)
    work.record(
        verb,
        {
            "what": f"bank-details-{action}",
            "bank_details": row.id,
            "beneficiary": row.beneficiary,
            "account": row.masked,
            "reason": reason,
        },
    )


_VERBS = {
    AccountAction.CONFIRMED: Verb.APPROVE,
    AccountAction.DECLINED: Verb.APPROVE,
    AccountAction.REPLACED: Verb.APPROVE,
    AccountAction.VIEWED: Verb.READ_BANK_DETAILS,
}
"""What the log calls each step that is not the entering itself."""


def _line(text: str, missing: str, longest: int = _LONGEST_TEXT) -> str:
    line = " ".join(text.split())
    if not line:
        raise RefusedError(missing)
    if len(line) > longest or fault_of_line(line):
        raise RefusedError(f"write up to {longest:,} letters on one line")
    return line


def _optional_line(text: str) -> str:
    return _line(text, "", _LONGEST_TEXT) if text.strip() else ""

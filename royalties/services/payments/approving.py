"""The second person: approves amounts and accounts, and signs off one by one what is unusual."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

from royalties.domain.counting import counted
from royalties.domain.json_values import canonical
from royalties.domain.payments.account_life import COOLING_DAYS
from royalties.domain.payments.life import (
    PaymentAction,
    PaymentState,
    batch_name,
    name_of,
)
from royalties.domain.people import Verb
from royalties.services import approvals
from royalties.services.payments import steps
from royalties.services.payments.facts import UNSETTLED, account_holds, fingerprints, looked_at
from royalties.services.payments.proposing import NOT_APPROVED
from royalties.services.work import RefusedError, Work
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments.payments import BatchRow, PaymentRow


class NoBatchError(RefusedError):
    """There is no such batch."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no batch {batch_name(number)}")


def fingerprint_of(work: Work, rows: Iterable[PaymentRow]) -> str:
    """What an approval is of: the amounts, and the accounts, of all payments that wait for it."""
    waiting = sorted(row for row in rows if row.state is PaymentState.PROPOSED)
    accounts = fingerprints(work, {row.beneficiary for row in waiting})
    said = [[row.id, row.beneficiary, row.gross, accounts[row.beneficiary]] for row in waiting]
    return sha256(canonical(said).encode()).hexdigest()


def may_approve(work: Work, batch: BatchRow, rows: Sequence[PaymentRow]) -> bool:
    """Whether this person is the second one for what waits of a batch.

    Nobody approves what they proposed, or an amount that they changed, unless an administrator has
    switched the second pair of eyes off; the command line is no exception.
    """
    if not work.actor.may(Verb.APPROVE):
        return False
    if not approvals.two_people(work):
        return True
    makers = [(batch.prepared_by, batch.prepared_by_id)]
    makers += [(r.changed_by, r.changed_by_id) for r in rows if r.state is PaymentState.PROPOSED]
    return not any(_is_same(work, *maker) for maker in makers)


def _is_same(work: Work, name: str, person: int | None) -> bool:
    if work.actor.person is None or person is None:
        return work.actor.name == name
    return work.actor.person == person


def approve(
    work: Work, number: int, *, seen: str = "", signed: Collection[int] = ()
) -> list[PaymentRow]:
    """Approve all payments of a batch that wait for it.

    Args:
        work: the unit of work.
        number: of the batch.
        seen: the fingerprint of the amounts and accounts that were shown; empty: none was.
        signed: numbers of payments that were looked at one by one.

    Returns:
        The payments as they were before.

    Raises:
        RefusedError: the same person proposed it, something has changed since, one that is unusual
            was not signed off on its own, or nothing waits.
    """
    work.actor.require(Verb.APPROVE)
    steps.hold(work)
    batch = store.find_batch(work.connection, number)
    if batch is None:
        raise NoBatchError(number)
    rows = looked_at(work, store.payments(work.connection, work.actor, batch=number))
    waiting = [row for row in reversed(rows) if row.state is PaymentState.PROPOSED]
    if not waiting:
        raise RefusedError(f"nothing of {batch_name(number)} waits for approval")
    if files.find_file(work.connection, number) is not None:
        raise RefusedError(
            f"the file of {batch_name(number)} was made already: void what waits, and propose it "
            f"again"
        )
    if not may_approve(work, batch, rows):
        raise RefusedError(
            "you proposed this, or changed an amount, yourself: another manager approves it, so "
            "that two people have seen it"
        )
    if seen and seen != fingerprint_of(work, rows):
        raise RefusedError("an amount or an account has changed since you looked: look at it again")
    _require_settled_accounts(work, waiting)
    unsigned = [row for row in waiting if row.flags and row.id not in signed]
    if unsigned:
        named = ", ".join(f"{name_of(row.id)} ({', '.join(row.flags)})" for row in unsigned)
        raise RefusedError(
            f"{counted(len(unsigned), 'payment')} must be looked at and ticked one by one: {named}"
        )
    accounts = fingerprints(work, {row.beneficiary for row in waiting})
    for row in waiting:
        account = accounts[row.beneficiary]
        store.change(
            work.connection,
            row.id,
            {
                "state": steps.next_state(row, PaymentAction.APPROVE),
                "approved_at": work.at,
                "approved_by": work.actor.name,
                "approved_by_id": work.actor.person,
                "account": account,
                "flags": row.flags,
            },
        )
        signed_off = {"signed_off": row.flags} if row.flags else {}
        known = {"account": account} if account else {}
        steps.record(work, row, PaymentAction.APPROVE, {**signed_off, **known})
    return waiting


def _require_settled_accounts(work: Work, waiting: Sequence[PaymentRow]) -> None:
    """Nobody approves a payment while bank details of its payee wait, or are cooling."""
    held = account_holds(work, {row.beneficiary for row in waiting})
    unsettled = [row for row in waiting if held[row.beneficiary] in UNSETTLED]
    if unsettled:
        named = ", ".join(name_of(row.id) for row in unsettled)
        raise RefusedError(
            f"bank details wait for a second person, or were confirmed less than {COOLING_DAYS} "
            f"days ago: {named}. Approve the batch once they count, or void these payments"
        )


def withdraw_approvals(work: Work, beneficiary: str, reason: str) -> int:
    """Withdraw the approval of payments that were not sent: the payee's account has changed.

    One that stands in the batch's file stays: the bank may have it already, with the account that
    was approved. It is a part of that change, which was allowed already.

    Returns:
        How many there were.
    """
    steps.hold(work)
    approved = store.payments(
        work.connection, work.actor, beneficiary=beneficiary, states=[PaymentState.APPROVED]
    )
    rows = [row for row in approved if files.find_file(work.connection, row.batch_id) is None]
    for row in rows:
        state = steps.next_state(row, PaymentAction.WITHDRAW)
        store.change(work.connection, row.id, {"state": state, **NOT_APPROVED})
        steps.record(work, row, PaymentAction.WITHDRAW, {"reason": reason})
    return len(rows)

"""What is proposed to be paid: one payment for each beneficiary and currency of all that waits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from royalties.domain.json_values import canonical
from royalties.domain.money import amount_text
from royalties.domain.payments.account_life import PaymentHold
from royalties.domain.payments.life import (
    BEFORE_SENDING,
    PaymentAction,
    batch_name,
    name_of,
)
from royalties.domain.payments.proposing import (
    HeldBackError,
    LeftOutReason,
    Part,
    Payee,
    PayeeLeftOut,
    ProposedPayment,
    Waiting,
    flags_of,
    held_back,
    propose,
)
from royalties.domain.people import Verb
from royalties.domain.royalties.results import NotPaid
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.payments.facts import (
    account_flags,
    account_holds,
    keeps_accounts,
    name_of_payee,
)
from royalties.services.work import RefusedError, Work
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments.payments import PaidBefore

_LONGEST_TOKEN = 64
_LEFT_OUT = {
    NotPaid.ON_HOLD.value: LeftOutReason.ON_HOLD,
    NotPaid.DEBIT_BALANCE.value: LeftOutReason.DEBIT_BALANCE,
    NotPaid.BELOW_MINIMUM.value: LeftOutReason.BELOW_MINIMUM,
}


@dataclass(frozen=True, slots=True)
class PaymentOutlook:
    """What would be proposed now, and who is left out, each with the reason."""

    proposed: tuple[ProposedPayment, ...]
    left_out: tuple[PayeeLeftOut, ...]

    @property
    def fingerprint(self) -> str:
        """Tells whether what was looked at still stands."""
        said = [[*each[:2], each[2]] for each in self._amounts()]
        return sha256(canonical(said).encode()).hexdigest()

    def _amounts(self) -> list[tuple[str, str, int]]:
        return [(each.beneficiary, each.currency, each.gross) for each in self.proposed]

    @property
    def totals(self) -> dict[str, int]:
        """What it comes to before tax, by currency."""
        sums: dict[str, int] = {}
        for each in self.proposed:
            sums[each.currency] = sums.get(each.currency, 0) + each.gross
        return dict(sorted(sums.items()))


@dataclass(frozen=True, slots=True)
class ProposedBatch:
    """A batch that was proposed: its number, its payments' numbers, and who was left out."""

    number: int
    payments: tuple[int, ...]
    left_out: tuple[PayeeLeftOut, ...]


def outlook(
    work: Work, wanted: Mapping[Payee, int] | None = None, *, without_account: bool = False
) -> PaymentOutlook:
    """What would be proposed of all that waits; nothing is written.

    Where some beneficiary has bank details, those who have none are left out: they are proposed
    apart, and paid by check or another way.

    Args:
        work: the unit of work.
        wanted: amounts in minor units to be paid instead of all; 0 holds everything back.
        without_account: only beneficiaries without bank details.

    Raises:
        RefusedError: more is wanted than waits.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    waiting, before, under_way = work.once("what waits to be paid", lambda: _waiting(work))
    held: dict[Payee, LeftOutReason] = {}
    payees = {each.beneficiary for each in waiting}
    of_accounts = _held_by_account(work, payees, without_account=without_account)
    for each in waiting:
        payee = (each.beneficiary, each.currency)
        entry = setup.beneficiaries.get(each.beneficiary)
        if entry is None or entry.on_hold:
            held[payee] = LeftOutReason.ON_HOLD
        elif payee in before.unreleased:
            held[payee] = LeftOutReason.RETURNED
        elif payee in under_way:
            held[payee] = LeftOutReason.UNDER_WAY
        elif each.beneficiary in of_accounts:
            held[payee] = of_accounts[each.beneficiary]
    flags = account_flags(work, payees)
    try:
        proposed, left_out = propose(
            waiting, held, wanted or {}, before.amounts, before.came_back, flags
        )
    except HeldBackError as error:
        raise RefusedError(str(error)) from None
    known = {(each.beneficiary, each.currency) for each in proposed}
    known |= {(each.beneficiary, each.currency) for each in left_out}
    return PaymentOutlook(tuple(proposed), (*left_out, *_nothing_to_pay(work, known)))


def _waiting(work: Work) -> tuple[list[Waiting], PaidBefore, set[Payee]]:
    """What waits, what was sent before, and to whom a payment is under way."""
    waiting = [
        Waiting(each.statement, each.beneficiary, each.currency, each.left, each.taxed)
        for each in store.set_aside(work.connection, work.actor)
    ]
    rows = store.payments(work.connection, work.actor, states=BEFORE_SENDING)
    under_way = {(row.beneficiary, row.currency) for row in rows}
    return waiting, store.paid_before(work.connection), under_way


_HELD = {
    PaymentHold.CHANGE_WAITS: LeftOutReason.CHANGE_WAITS,
    PaymentHold.COOLING: LeftOutReason.COOLING,
    PaymentHold.NO_ACCOUNT: LeftOutReason.NO_ACCOUNT,
}


def _held_by_account(
    work: Work, payees: Collection[str], *, without_account: bool
) -> dict[str, LeftOutReason]:
    """Beneficiaries who are left out for their bank details, and why."""
    if not keeps_accounts(work):
        return {}
    reasons = {}
    for key, hold in account_holds(work, payees).items():
        if hold is None and without_account:
            reasons[key] = LeftOutReason.HAS_ACCOUNT
        elif hold is not None and not (without_account and hold is PaymentHold.NO_ACCOUNT):
            reasons[key] = _HELD[hold]
    return reasons


def _nothing_to_pay(work: Work, known: set[Payee]) -> list[PayeeLeftOut]:
    """Those to whom the last close left nothing to pay, though something stands, and why."""
    return [
        PayeeLeftOut(beneficiary, currency, carried, _LEFT_OUT.get(reason, LeftOutReason.NOTHING))
        for beneficiary, currency, carried, reason in not_to_pay(work)[1]
        if (beneficiary, currency) not in known
    ]


def not_to_pay(work: Work) -> tuple[int | None, list[tuple[str, str, int, str]]]:
    """The last closed period, and who had nothing to pay in it though something stands, and why."""

    def read() -> tuple[int | None, list[tuple[str, str, int, str]]]:
        last = store.last_closed(work.connection)
        return last, store.not_to_pay(work.connection, last) if last is not None else []

    return work.once("what the last close left", read)


def propose_payments(
    work: Work,
    token: str,
    *,
    wanted: Mapping[Payee, int] | None = None,
    note: str = "",
    seen: str = "",
    without_account: bool = False,
) -> ProposedBatch:
    """Propose one payment for each beneficiary and currency of all that waits.

    Nothing leaves the house by it: another manager approves it first.

    Args:
        work: the unit of work.
        token: of the form; the same one proposes once.
        wanted: amounts in minor units to be paid instead of all; 0 holds everything back.
        note: for whoever approves it.
        seen: the fingerprint of the outlook that was shown; empty: none was.
        without_account: only beneficiaries without bank details, by check or another way.

    Raises:
        RefusedError: nothing is to pay, other than was shown, or more is wanted than waits.
    """
    work.actor.require(Verb.PAY)
    if not token or len(token) > _LONGEST_TOKEN:
        raise RefusedError("the form has no token: open it again")
    steps.hold(work)
    earlier = store.batch_by_token(work.connection, token)
    if earlier is not None:
        rows = store.payments(work.connection, work.actor, batch=earlier)
        return ProposedBatch(earlier, tuple(sorted(row.id for row in rows)), ())
    offered = outlook(work, wanted, without_account=without_account)
    if seen and seen != outlook(work, without_account=without_account).fingerprint:
        raise RefusedError(
            "what is to pay has changed since you looked: look at it again, then propose it"
        )
    if not offered.proposed:
        raise RefusedError(
            "nothing can be proposed: no closed period left anything to pay that is not under way, "
            "held or sent, or can go to an account"
        )
    words = steps.line_of(note, "the note")
    person = work.actor.person
    batch = store.add_batch(
        work.connection,
        {
            "note": words,
            "token": token,
            "prepared_at": work.at,
            "prepared_by": work.actor.name,
            "prepared_by_id": person,
        },
    )
    numbers = [
        store.add_payment(work.connection, batch, proposed, work.actor.name, person)
        for proposed in offered.proposed
    ]
    rows = steps.payments_held(work, numbers)
    for row, proposed in zip(rows, offered.proposed, strict=True):
        statements = [part.statement for part in proposed.parts]
        detail = {"batch": batch_name(batch), "statements": statements}
        steps.record(work, row, PaymentAction.PROPOSE, detail)
    return ProposedBatch(batch, tuple(numbers), offered.left_out)


def hold_back(work: Work, number: int, amount: int, reason: str = "") -> None:
    """Let a payment that was not sent be less; its approval is withdrawn.

    What is held back waits, and is proposed again once the payment was sent.

    Args:
        work: the unit of work.
        number: of the payment.
        amount: that is still paid, in minor units; less than now, and above 0.
        reason: for whoever approves it.

    Raises:
        RefusedError: the amount is no smaller one, the payment was sent, or its file was made.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    (row,) = steps.payments_held(work, [number])
    state = steps.next_state(row, PaymentAction.HOLD_BACK)
    if files.find_file(work.connection, row.batch_id) is not None:
        raise RefusedError(
            f"{name_of(number)} stands in the file of {batch_name(row.batch_id)}, which is made "
            f"once: void the payment, and propose it again"
        )
    if not 0 < amount < row.gross:
        raise RefusedError(
            f"write less than {amount_text(row.gross, row.currency)} and more than 0: an amount "
            f"can be held back, never raised; to pay nothing, void the payment"
        )
    words = steps.line_of(reason, "the reason")
    parts = [
        Part(each.statement, each.amount)
        for each in store.parts_of(work.connection, [number])[number]
    ]
    kept = held_back(parts, amount)
    payee = (row.beneficiary, row.currency)
    before = store.paid_before(work.connection)
    of_payee = flags_of(amount, before.amounts.get(payee, ()), came_back=payee in before.came_back)
    flags = [flag.value for flag in of_payee]
    store.change(
        work.connection,
        number,
        {
            "state": state,
            "gross": amount,
            "flags": flags,
            "changed_by": work.actor.name,
            "changed_by_id": work.actor.person,
            **NOT_APPROVED,
        },
    )
    store.replace_parts(work.connection, number, kept)
    detail = {"lowered_to": amount, **({"reason": words} if words else {})}
    steps.record(work, row, PaymentAction.HOLD_BACK, detail)


NOT_APPROVED: Mapping[str, object] = {
    "approved_at": None,
    "approved_by": None,
    "approved_by_id": None,
    "account": "",
}
"""What a payment's row says of its approval when there is none."""


def payee_words(work: Work, each: ProposedPayment | PayeeLeftOut) -> str:
    """Who gets a payment, by name."""
    return name_of_payee(setup_in_force(work), each.beneficiary)

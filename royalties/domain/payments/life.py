"""A payment's life as one table: what may be done in which state, and what it is then.

Proposed → approved → sent → settled; a sent or settled one may come back, and one that has not
arrived may be voided. Buttons, refusals and tests follow this table.
"""

from enum import StrEnum


class PaymentState(StrEnum):
    """How far a payment has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    VOIDED = "voided"


class PaymentAction(StrEnum):
    """What is done with a payment."""

    PROPOSE = "propose"
    HOLD_BACK = "hold-back"
    APPROVE = "approve"
    SEND = "send"
    SETTLE = "settle"
    RETURN = "return"
    VOID = "void"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    NOTE = "note"


class Method(StrEnum):
    """How a payment is sent; ``bank file`` is the batch's own file."""

    FILE = "file"
    TRANSFER = "transfer"
    WIRE = "wire"
    CHECK = "cheque"  # as books hold it
    CARD = "card"
    OTHER = "other"


class FileFormat(StrEnum):
    """What a batch's file is: a list for the bank's own form, or what its network takes."""

    CSV = "csv"
    NACHA = "nacha"
    PAIN_09 = "pain.001.001.09"
    PAIN_03 = "pain.001.001.03"


LIFE: dict[tuple[PaymentState, PaymentAction], PaymentState] = {
    (PaymentState.PROPOSED, PaymentAction.HOLD_BACK): PaymentState.PROPOSED,
    (PaymentState.PROPOSED, PaymentAction.APPROVE): PaymentState.APPROVED,
    (PaymentState.PROPOSED, PaymentAction.VOID): PaymentState.VOIDED,
    (PaymentState.APPROVED, PaymentAction.HOLD_BACK): PaymentState.PROPOSED,
    (PaymentState.APPROVED, PaymentAction.WITHDRAW): PaymentState.PROPOSED,
    (PaymentState.APPROVED, PaymentAction.SEND): PaymentState.SENT,
    (PaymentState.APPROVED, PaymentAction.VOID): PaymentState.VOIDED,
    (PaymentState.SENT, PaymentAction.SETTLE): PaymentState.SETTLED,
    (PaymentState.SENT, PaymentAction.RETURN): PaymentState.RETURNED,
    (PaymentState.SENT, PaymentAction.VOID): PaymentState.VOIDED,
    (PaymentState.SETTLED, PaymentAction.RETURN): PaymentState.RETURNED,
    (PaymentState.RETURNED, PaymentAction.RELEASE): PaymentState.RETURNED,
}
"""(state, action) → state; what is not in here is refused. A change withdraws the approval."""

BEFORE_SENDING = frozenset({PaymentState.PROPOSED, PaymentState.APPROVED})
"""States in which nothing has left the house: what is voided then waits to be paid again."""

ON_ITS_WAY = frozenset({PaymentState.SENT, PaymentState.SETTLED})
"""States in which an amount to pay is paid by the payment."""


class PaymentStateError(ValueError):
    """Something was asked of a payment that its state does not allow."""

    def __init__(self, name: str, state: PaymentState, action: PaymentAction) -> None:
        word = action.value.replace("-", " ").capitalize()
        possible = [a.value.replace("-", " ") for (s, a) in LIFE if s is state]
        then = f"what can be done: {', '.join(possible)}" if possible else "that is its end"
        super().__init__(f"payment {name} is {state}. {word} is not possible; {then}")


def after(name: str, state: PaymentState, action: PaymentAction) -> PaymentState:
    """The state after an action.

    Args:
        name: the payment, for the refusal.
        state: as it is.
        action: what is to be done.

    Raises:
        PaymentStateError: the table does not have it.
    """
    found = LIFE.get((state, action))
    if found is None:
        raise PaymentStateError(name, state, action)
    return found


def name_of(number: int) -> str:
    """``P-000007``: how a payment is called on pages, in mails and at the bank."""
    return f"P-{number:06d}"


def batch_name(number: int) -> str:
    """``B-0003``: how a batch is called."""
    return f"B-{number:04d}"

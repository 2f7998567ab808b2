"""What every step of a payment has in common: held, moved by the table of its life, recorded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.payments.life import (
    PaymentAction,
    PaymentState,
    PaymentStateError,
    after,
    name_of,
)
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.payments import payments as store
from royalties.store.payments.payments import EventRow, PaymentRow
from royalties.store.periods import periods

LONGEST_REASON = 500
_LONGEST_REFERENCE = 60
_AMOUNTS = frozenset({"tax", "lowered_to", "taxed_before", "tax_kept", "owed_again"})
"""Details of a step that are amounts, in minor units."""


class NoPaymentError(RefusedError):
    """There is no such payment for who asks."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no payment {name_of(number)}")


def hold(work: Work) -> int:
    """Keep others from closing a period or changing payments until the work is done.

    Returns:
        The number of the open period, in which entries are posted.
    """
    open_period = periods.lock_for_sales(work.connection, setup_in_force(work).first_period)
    store.lock(work.connection)
    return open_period


def payments_held(work: Work, numbers: Iterable[int]) -> list[PaymentRow]:
    """Some payments by their numbers, once ``hold`` keeps others away.

    Raises:
        NoPaymentError: there is none of a number.
        RefusedError: none is named.
    """
    named = sorted(set(numbers))
    if not named:
        raise RefusedError("name the payments: tick at least one")
    rows = store.numbered(work.connection, named)
    for number in named:
        if number not in rows:
            raise NoPaymentError(number)
    return [rows[number] for number in named]


def next_state(row: PaymentRow, action: PaymentAction) -> PaymentState:
    """The state after an action.

    Raises:
        RefusedError: the payment's state does not allow it.
    """
    try:
        return after(name_of(row.id), row.state, action)
    except PaymentStateError as error:
        raise RefusedError(str(error)) from None


def record(
    work: Work, row: PaymentRow, action: PaymentAction, detail: Mapping[str, Any] | None = None
) -> None:
    """Append to a payment's history, and to the log."""
    record_each(work, action, [(row, detail or {})])


def record_each(
    work: Work, action: PaymentAction, details: Sequence[tuple[PaymentRow, Mapping[str, Any]]]
) -> None:
    """Append to the histories of some payments, and to the log, what was done with each."""
    store.add_events(
        work.connection,
        [
            EventRow(row.id, action, dict(detail), work.at, work.actor.name)
            for row, detail in details
        ],
    )
    work.record_each(Verb.PAY, [_logged(row, action, detail) for row, detail in details])


def _logged(row: PaymentRow, action: PaymentAction, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "payment": name_of(row.id),
        "what": f"payment-{action}",
        "beneficiary": row.beneficiary,
        "currency": row.currency,
        "amount": amount_text(row.gross, row.currency),
        **{
            name: amount_text(value, row.currency) if name in _AMOUNTS else value
            for name, value in detail.items()
        },
    }


def line_of(text: str, what: str, *, needed: bool = False, longest: int = LONGEST_REASON) -> str:
    """Text of one line as it is kept.

    Raises:
        RefusedError: it is too long, holds what no line holds, or is missing.
    """
    words = " ".join(text.split())
    if needed and not words:
        raise RefusedError(f"write {what}: the history keeps it")
    if fault := fault_of_line(words):
        raise RefusedError(f"{what} cannot be recorded: {fault}")
    if len(words) > longest:
        raise RefusedError(f"{what} has up to {longest} letters")
    return words


def reference_of(text: str) -> str:
    """A bank's reference, or a check's number, as it is kept."""
    return line_of(text, "the reference", longest=_LONGEST_REFERENCE)

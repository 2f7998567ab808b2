"""The same money is recorded once, though two people have it before them."""

from datetime import date
from typing import Any, NamedTuple, cast

from royalties.domain.approvals import ProposalKind, ProposalStatus
from royalties.domain.money import amount_text
from royalties.services import approvals
from royalties.services.work import RefusedError, Work
from royalties.store.orders import money as store
from royalties.store.orders.money import OpenInvoice

OF_MONEY = {ProposalKind.RECEIPT, ProposalKind.PAY_BACK}
"""What waits for a second person to find it on the bank's statement."""

_MOST_WAITING = 10_000


class Moved(NamedTuple):
    """What moved at the bank; ``amount`` is in minor units, below 0 where it was paid back."""

    amount: int
    day: date
    reference: str


def require_new(work: Work, row: OpenInvoice, money: Moved, *, is_at_once: bool) -> None:
    """Refuse money that is recorded already, or waits for a second person.

    The order is locked, so that what is looked at here stays as it is.

    Args:
        work: the unit of work.
        row: the invoice.
        money: what is to be recorded; nothing of it is recorded yet.
        is_at_once: whether it is posted now without a second person. Then whatever waits with the
            same amount has to be decided first, since the day or the reference of either may be
            typed wrongly.

    Raises:
        RefusedError: it is the same money, with what to do.
    """
    _require_not_received(work, row, money)
    for number, by, waits in _waiting(work, row):
        if waits.amount == money.amount and (is_at_once or _is_same(waits, money)):
            raise RefusedError(
                f"{_words(row, waits)} waits for a second person already (proposal {number} of "
                f"{by}): have it approved or refused first, so that no money is recorded twice"
            )


def _require_not_received(work: Work, row: OpenInvoice, money: Moved) -> None:
    receipts = store.receipts_of(work.connection, row.order_id)
    wrong = {each.reverses_id for each in receipts}
    for receipt in receipts:
        counts = receipt.reverses_id is None and receipt.id not in wrong
        if not counts or (receipt.invoice_id, receipt.amount) != (row.id, money.amount):
            continue
        if _is_same(Moved(receipt.amount, receipt.received_on, receipt.reference), money):
            other = "write the reference that the bank's statement gives"
            if not receipt.reference:
                other = f"reverse receipt {receipt.id}, and record both with their references"
            raise RefusedError(
                f"{_words(row, money)} is recorded already, as receipt {receipt.id}: if other "
                f"money of the same amount moved, {other}"
            )


def _is_same(one: Moved, other: Moved) -> bool:
    """Whether two movements of one amount may be one: by the reference, or else by the day."""
    names = [" ".join(each.reference.split()).casefold() for each in (one, other)]
    return names[0] == names[1] if all(names) else one.day == other.day


def _waiting(work: Work, row: OpenInvoice) -> list[tuple[int, str, Moved]]:
    """What waits for one invoice, with its proposal's number and who prepared it."""
    proposals = approvals.proposals(
        work, status=ProposalStatus.WAITING, beginning=f"{row.order} ", limit=_MOST_WAITING
    )
    found = []
    for proposal in proposals:
        body = cast("dict[str, Any]", proposal.body)
        if proposal.kind in OF_MONEY and body["invoice"] == row.number:
            moved = Moved(body["amount"], date.fromisoformat(body["day"]), body["reference"])
            found.append((proposal.id, proposal.prepared_by, moved))
    return found


def _words(row: OpenInvoice, money: Moved) -> str:
    amount = f"{row.currency} {amount_text(abs(money.amount), row.currency)}"
    return f"{amount} of {money.day} for {row.number}"

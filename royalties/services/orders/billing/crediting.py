"""Credit notes: they take back an invoice, or part of it, and what copies brought with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from royalties.domain.money import amount_text, number_text, units_of
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders import billing
from royalties.domain.orders.life import Action
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import InvoiceShown
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.orders.billing.issuing import (
    Bill,
    IssuedInvoice,
    earlier_of,
    event_detail,
    issue,
    issued_of,
)
from royalties.services.orders.billing.settling import settle_if_paid
from royalties.services.orders.fulfilment.sales import Selling
from royalties.services.orders.fulfilment.shipping import moved_of
from royalties.services.orders.life import lock, move, require_possible
from royalties.services.orders.papers import invoice_shown
from royalties.services.orders.quoting.terms import agreed_of
from royalties.services.work import RefusedError, Work
from royalties.store.orders import money as store
from royalties.store.orders.money import InvoiceRow

_LONGEST_REASON = 500


def credit_note(
    work: Work,
    number: str,
    *,
    reason: str,
    token: str,
    amounts: Mapping[int, int] | None = None,
) -> IssuedInvoice:
    """Take back an invoice, or part of it; what copies brought is taken back with it.

    Args:
        work: the unit of work.
        number: of the invoice.
        reason: why; the organization reads it.
        token: of the form; the same one gives the same credit note, once.
        amounts: how much of which line, by its place from 1 on, in minor units; None: all that is
            left of it.

    Raises:
        RefusedError: it takes back more than is left of a line, or what cannot be credited.
    """
    work.actor.require(Verb.CREDIT)
    row = store.find_invoice(work.connection, work.actor, number)
    if row is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    order = lock(work, store.order_number(work.connection, row.order_id))
    if (earlier := earlier_of(work, order, token)) is not None:
        return earlier
    why = " ".join(reason.split())
    if fault := fault_of_line(why):
        raise RefusedError(f"the reason cannot be recorded: {fault}")
    if not why or len(why) > _LONGEST_REASON:
        raise RefusedError(f"say why in up to {_LONGEST_REASON} letters: the organization reads it")
    require_possible(order, Action.CREDIT)
    before = issued_of(work, order)
    of = IssuedInvoice(row, invoice_shown(row))
    _require_creditable(of, before)
    left = left_of(of.shown, [each.shown for each in before if each.row.of_id == row.id])
    chosen = _chosen(of.shown, left, amounts)
    lines = tuple(
        replace(
            of.shown.lines[place - 1], amount=-amount, why=why, quantity=1, unit=_unit(amount, row)
        )
        for place, amount in chosen.items()
    )
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    bill = Bill(InvoiceKind.CREDIT, lines, 0, 0, of, tuple(chosen), note=why)
    issued = issue(work, setup, order, agreed, bill, token)
    if row.kind == InvoiceKind.FINAL:
        moved = moved_of(store.shipments_of(work.connection, order.id))
        Selling(work, setup, order, agreed).record_credit(issued.row.number, moved, work.today)
    detail = {**event_detail(issued), "of": number, "reason": why}
    settle_if_paid(work, move(work, order, Action.CREDIT, detail=detail))
    return issued


def total_of(work: Work, number: str, amounts: Mapping[int, int] | None) -> int:
    """What a credit note would take back, in minor units; nothing is saved.

    Args:
        work: the unit of work.
        number: of the invoice.
        amounts: as ``credit_note`` takes them.

    Raises:
        RefusedError: it takes back more than is left of a line, or what cannot be credited.
    """
    work.actor.require(Verb.CREDIT)
    row = store.find_invoice(work.connection, work.actor, number)
    if row is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    rows = store.invoices_of(work.connection, row.order_id)
    before = [IssuedInvoice(earlier, invoice_shown(earlier)) for earlier in rows]
    of = IssuedInvoice(row, invoice_shown(row))
    _require_creditable(of, before)
    left = left_of(of.shown, [note.shown for note in before if note.row.of_id == row.id])
    return sum(_chosen(of.shown, left, amounts).values())


def with_tax(work: Work, number: str, amounts: Mapping[int, int]) -> dict[int, int]:
    """What is credited of an invoice's lines, with the part of its tax that goes with it.

    Args:
        work: the unit of work.
        number: of the invoice.
        amounts: how much of which line, by its place from 1 on; tax that is named stays as it is.

    Raises:
        RefusedError: there is no such invoice.
    """
    work.actor.require(Verb.CREDIT)
    row = store.find_invoice(work.connection, work.actor, number)
    if row is None:
        raise RefusedError(f"there is no invoice {number[:20]}")
    invoice = invoice_shown(row)
    rows = store.invoices_of(work.connection, row.order_id)
    credits_ = [invoice_shown(each) for each in rows if each.of_id == row.id]
    tax = billing.tax_of_credit(invoice.lines, left_of(invoice, credits_), amounts)
    return {place: amount for place, amount in tax.items() if amount} | dict(amounts)


def left_of(invoice: InvoiceShown, credits_: Sequence[InvoiceShown]) -> list[int]:
    """What is left of each line of an invoice after its credit notes, in minor units."""
    left = [line.amount for line in invoice.lines]
    for credit in credits_:
        for place, line in zip(credit.of_lines, credit.lines, strict=True):
            left[place - 1] += line.amount
    return left


def _chosen(
    invoice: InvoiceShown, left: Sequence[int], amounts: Mapping[int, int] | None
) -> dict[int, int]:
    requested = dict(enumerate(left, 1)) if amounts is None else dict(sorted(amounts.items()))
    for place, amount in requested.items():
        if not 1 <= place <= len(left):
            raise RefusedError(f"invoice {invoice.number} has no line {place}")
        if not 0 <= amount <= left[place - 1]:
            words = invoice.lines[place - 1].words
            rest = amount_text(left[place - 1], invoice.currency)
            raise RefusedError(
                f"{rest} {invoice.currency} are left of {words!r}: credit at most that"
            )
    chosen = {place: amount for place, amount in requested.items() if amount}
    if not chosen:
        raise RefusedError(f"nothing of invoice {invoice.number} is left to be credited, or chosen")
    return chosen


def _require_creditable(of: IssuedInvoice, before: Sequence[IssuedInvoice]) -> None:
    if of.row.kind == InvoiceKind.CREDIT:
        raise RefusedError(f"{of.row.number} is a credit note: it is not credited itself")
    applied = next((each for each in before if each.row.deposit_applied), None)
    if of.row.kind == InvoiceKind.DEPOSIT and applied is not None:
        raise RefusedError(
            f"the deposit was used up by invoice {applied.row.number}: credit that one"
        )


def _unit(amount: int, row: InvoiceRow) -> str:
    return number_text(units_of(-amount, row.currency))

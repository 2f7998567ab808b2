"""Invoices of orders: deposit, final, cancellation and credit notes.

Each is numbered without gaps, frozen as JSON with its fingerprint, posted to the ledger on the day
it is issued, and printed once; nothing of it is ever changed: a credit note takes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.order_words import amount
from royalties.domain.money import amount_text, number_text, units_of
from royalties.domain.orders import billing
from royalties.domain.orders.life import Action, Precondition, State
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import InvoiceShown, PaperLine
from royalties.domain.people import Verb
from royalties.domain.royalties.postings import CANCELLATION_LINE, DEPOSIT_LINE
from royalties.ingest.places import in_words, place_name
from royalties.services.books import setup_in_force
from royalties.services.orders import notices
from royalties.services.orders.billing.crediting import credit_note, left_of
from royalties.services.orders.billing.issuing import (
    Bill,
    IssuedInvoice,
    earlier_of,
    event_detail,
    issue,
    issued_of,
    paper_of,
    pay_words,
    shown_of,
)
from royalties.services.orders.billing.settling import settle_if_paid
from royalties.services.orders.fulfilment.shipping import moved_of
from royalties.services.orders.life import (
    ChangedMeanwhileError,
    Order,
    find,
    lock,
    move,
    note,
    require_possible,
)
from royalties.services.orders.papers import FILES, Paper, invoice_shown
from royalties.services.orders.quoting.terms import Agreed, agreed_of, require_places
from royalties.services.work import RefusedError, Work
from royalties.store.orders import certificates
from royalties.store.orders import money as store
from royalties.store.orders import orders as order_store
from royalties.store.orders.proofs import proofs_sent

__all__ = [
    "INVOICE_CANCELLATION",
    "InvoicePreview",
    "IssuedInvoice",
    "credit_note",
    "invoice",
    "invoice_cancellation",
    "invoice_deposit",
    "invoice_of",
    "invoice_paper",
    "invoices",
    "left_of",
    "owed_of_cancelled",
    "preview",
    "preview_deposit",
]

INVOICE_CANCELLATION = "invoice-cancellation"
"""What the history calls the invoice of a cancelled order."""


# Reading


def invoices(work: Work, number: str) -> list[IssuedInvoice]:
    """Invoices and credit notes of an order that the actor may see, the first first."""
    order = find(work, number)
    return issued_of(work, order) if order else []


def invoice_of(work: Work, number: str) -> IssuedInvoice | None:
    """An invoice or credit note that concerns the actor, by its number."""
    work.actor.require(Verb.READ_ORDERS)
    row = store.find_invoice(work.connection, work.actor, number)
    return IssuedInvoice(row, invoice_shown(row)) if row else None


def invoice_paper(work: Work, number: str, file: str) -> Paper:
    """An invoice's file, ``pdf`` or ``xlsx``, if it concerns the actor.

    Raises:
        RefusedError: there is none.
    """
    invoice = invoice_of(work, number)
    if invoice is None or file not in FILES:
        raise RefusedError(f"there is no invoice {number[:20]}")
    return paper_of(work, invoice.shown, file)


@dataclass(frozen=True, slots=True)
class InvoicePreview:
    """The final invoice as it would be; ``further`` proofs may be charged by it."""

    shown: InvoiceShown
    further: int


def preview(work: Work, order: Order, proofs: int | None = None) -> InvoicePreview:
    """The final invoice as it would be issued today; nothing is saved.

    Args:
        work: the unit of work.
        order: found for the actor.
        proofs: how many further ones are charged; None: all that were sent.

    Raises:
        RefusedError: no quote was accepted, or nothing was shipped yet.
    """
    work.actor.require(Verb.BILL)
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    further = _proofs_of(work, order, agreed)
    bill, _ = _final(work, order, agreed, further, proofs)
    return InvoicePreview(shown_of(work, setup, order, agreed, bill, ""), further.further)


def preview_deposit(work: Work, order: Order) -> InvoiceShown:
    """The deposit's invoice as it would be issued today; nothing is saved.

    Raises:
        RefusedError: the quote asks for none, it was invoiced already, or work has begun.
    """
    work.actor.require(Verb.BILL)
    require_possible(order, Action.INVOICE_DEPOSIT)
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    return shown_of(work, setup, order, agreed, _bill_of_deposit(work, order, agreed), "")


# Issuing


def invoice_deposit(work: Work, number: str, *, version: int, token: str) -> IssuedInvoice:
    """Invoice the deposit that the accepted quote asks for; work begins when it is paid.

    Raises:
        RefusedError: the quote asks for none, it was invoiced already, or work has begun.
    """
    work.actor.require(Verb.BILL)
    order = lock(work, number)
    if (earlier := earlier_of(work, order, token)) is not None:
        return earlier
    _require_version(order, version)
    require_possible(order, Action.INVOICE_DEPOSIT)
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    issued = issue(work, setup, order, agreed, _bill_of_deposit(work, order, agreed), token)
    moved = move(work, order, Action.INVOICE_DEPOSIT, detail=event_detail(issued), tell=False)
    _notify(work, moved, Action.INVOICE_DEPOSIT, issued)
    return issued


def invoice(
    work: Work,
    number: str,
    *,
    version: int,
    token: str,
    seen: int | None = None,
    proofs: int | None = None,
) -> IssuedInvoice:
    """Issue the final invoice: what was shipped at the quoted prices, tax, less the deposit.

    Proofs that were sent beyond the free ones are charged, unless the staff lets them go.

    Where no certificate is in force today, the invoice bears the tax of the place.

    Args:
        work: the unit of work.
        number: of the order.
        version: of the order as it was looked at.
        token: of the form; the same one gives the same invoice, once.
        seen: the total that was shown before; another one is refused.
        proofs: how many further ones are charged; None: all that were sent.

    Raises:
        RefusedError: the table does not allow it, or the total is another one by now.
    """
    work.actor.require(Verb.BILL)
    order = lock(work, number)
    if (earlier := earlier_of(work, order, token)) is not None:
        return earlier
    _require_version(order, version)
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    further = _proofs_of(work, order, agreed)
    if proofs is not None and proofs < further.further and not work.actor.may(Verb.CREDIT):
        raise RefusedError("letting proofs go is a manager's, as a credit note is: charge all")
    bill, is_settled = _final(work, order, agreed, further, proofs)
    total = sum(line.amount for line in bill.lines)
    if seen is not None and seen != total:
        raise RefusedError(
            f"the invoice comes to {amount_text(total, agreed.quote.currency)} by now: look at it "
            f"again"
        )
    met = [Precondition.TAX_SETTLED] if is_settled else []
    require_possible(order, Action.INVOICE, met)
    issued = issue(work, setup, order, agreed, bill, token)
    detail = event_detail(issued)
    if proofs is not None:
        detail["further_proofs"] = f"{proofs} of {further.further} charged"
    moved = move(work, order, Action.INVOICE, met=met, detail=detail, tell=False)
    _notify(work, moved, Action.INVOICE, issued)
    settle_if_paid(work, moved)
    return issued


def invoice_cancellation(work: Work, number: str, *, version: int, token: str) -> IssuedInvoice:
    """Invoice what a cancelled order owes, less its deposit; what is too much is paid back.

    Raises:
        RefusedError: it is not cancelled, owes nothing, or was invoiced already.
    """
    work.actor.require(Verb.BILL)
    order = lock(work, number)
    if (earlier := earlier_of(work, order, token)) is not None:
        return earlier
    _require_version(order, version)
    if order.state is not State.CANCELLED:
        raise RefusedError(f"order {number} is not cancelled: it gets its own invoices")
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    before = issued_of(work, order)
    if any(each.row.kind == InvoiceKind.CANCELLATION for each in before):
        raise RefusedError(f"the cancellation of order {number} was invoiced already")
    owed = owed_of_cancelled(work, order)
    deposit = _deposit_left(before)
    if not owed:
        raise RefusedError(
            f"order {number} owes nothing: credit the invoice of its deposit"
            if deposit
            else f"order {number} owes nothing"
        )
    lines = (
        PaperLine(
            CANCELLATION_LINE,
            f"Order {number} cancelled",
            "set-up, and the share that was agreed for work begun",
            1,
            number_text(units_of(owed, agreed.quote.currency)),
            owed,
        ),
    )
    bill = Bill(InvoiceKind.CANCELLATION, lines, agreed.version.net_days, deposit)
    issued = issue(work, setup, order, agreed, bill, token)
    _noted(work, order, INVOICE_CANCELLATION, issued)
    _notify(work, order, INVOICE_CANCELLATION, issued)
    return issued


def owed_of_cancelled(work: Work, order: Order) -> int:
    """What a cancelled order owes, as it was stated when it was cancelled."""
    events = order_store.events(work.connection, order.id)
    cancelled = [each for each in events if each.action == Action.CANCEL.value]
    return int(cancelled[-1].detail.get("owed", 0)) if cancelled else 0


def _bill_of_deposit(work: Work, order: Order, agreed: Agreed) -> Bill:
    quote = agreed.quote
    if not quote.deposit:
        raise RefusedError(f"the quote of order {order.number} asks for no deposit")
    if (asked := _deposit(issued_of(work, order))) is not None:
        raise RefusedError(f"the deposit was invoiced already: {asked.row.number}")
    line = PaperLine(
        DEPOSIT_LINE,
        f"Deposit for order {order.number}",
        f"of {quote.currency} {amount(quote.total, quote.currency)} quoted",
        1,
        number_text(units_of(quote.deposit, quote.currency)),
        quote.deposit,
    )
    return Bill(InvoiceKind.DEPOSIT, (line,), 0)


def _final(
    work: Work, order: Order, agreed: Agreed, proofs: billing.Proofs, proof_count: int | None
) -> tuple[Bill, bool]:
    """The final invoice of what was shipped, and whether the tax of every place is settled."""
    moved = moved_of(store.shipments_of(work.connection, order.id))
    at = billing.copies_at(moved)
    copies = sum(at.values())
    if copies <= 0:
        raise RefusedError(f"no copies of order {order.number} are with the organization")
    require_places(order.ship_to)
    places: dict[str, int] = {}
    for address, count in at.items():
        place = order.ship_to[address - 1].place
        places[place] = places.get(place, 0) + count
    exempt = certificates.places_in_force(work.connection, order.organization, work.today)
    lines = billing.billed(agreed.quote.lines, agreed.quote.currency, copies)
    lines += _line_of_proofs(proofs, proof_count, agreed.quote.currency)
    taxes = [
        replace(each, words=in_words(each.words))
        for each in billing.taxed(lines, places, exempt, agreed.prices, work.today)
    ]
    bill = Bill(
        InvoiceKind.FINAL,
        (*lines, *taxes),
        agreed.version.net_days,
        _deposit_left(issued_of(work, order)),
        tax_note=_tax_note(places, exempt, {line.place for line in taxes}),
    )
    charged = {line.place for line in taxes}
    settled = all(
        place in exempt or place in charged or not _rate(agreed, work, place) for place in places
    )
    return bill, settled


def _line_of_proofs(
    proofs: billing.Proofs, proof_count: int | None, currency: str
) -> list[PaperLine]:
    """The line of the further proofs that are charged, if any."""
    count = proofs.further if proof_count is None else proof_count
    if not 0 <= count <= proofs.further:
        raise RefusedError(f"{proofs.further} further proofs were sent: charge at most so many")
    return [proofs.line(count, currency)] if count else []


def _proofs_of(work: Work, order: Order, agreed: Agreed) -> billing.Proofs:
    sent = proofs_sent(work.connection, order.id)
    return billing.proofs_of(agreed.quote.lines, sent, agreed.version)


def _rate(agreed: Agreed, work: Work, place: str) -> bool:
    tax = agreed.prices.tax_on(place, work.today)
    return tax is not None and tax.rate > 0


def _tax_note(places: Mapping[str, int], exempt: frozenset[str], charged: set[str]) -> str:
    free = sorted(place_name(place) for place in places if place in exempt)
    none = sorted(
        place_name(place) for place in places if place not in exempt and place not in charged
    )
    parts = []
    if free:
        parts.append(f"Exempt by certificate: {', '.join(free)}.")
    if none:
        parts.append(f"No sales tax is charged for {', '.join(none)}.")
    return " ".join(parts)


def _deposit(issued: Sequence[IssuedInvoice]) -> IssuedInvoice | None:
    """The invoice of the deposit, unless it was credited."""
    asked = [each for each in issued if each.row.kind == InvoiceKind.DEPOSIT]
    return next((each for each in asked if _left(each, issued)), None)


def _deposit_left(issued: Sequence[IssuedInvoice]) -> int:
    """What was invoiced as deposit and is neither credited nor used up."""
    asked = sum(_left(each, issued) for each in issued if each.row.kind == InvoiceKind.DEPOSIT)
    return asked - sum(each.row.deposit_applied for each in issued)


def _left(one: IssuedInvoice, issued: Sequence[IssuedInvoice]) -> int:
    return one.row.total + sum(each.row.total for each in issued if each.row.of_id == one.row.id)


def _require_version(order: Order, version: int) -> None:
    if order.version != version:
        raise ChangedMeanwhileError(order.number)


def _notify(work: Work, order: Order, event: str, issued: IssuedInvoice) -> None:
    """Send an invoice's link, and how it is paid, to the organization."""
    notices.notify(
        work, order, event, detail=event_detail(issued) | {"pay": pay_words(issued.shown)}
    )


def _noted(work: Work, order: Order, event: str, issued: IssuedInvoice) -> None:
    """Write down a step that the table has no line for; others see that the order has changed."""
    if not order_store.change_order(work.connection, order.id, order.version, {}):
        raise ChangedMeanwhileError(order.number)
    note(work, order, event, before=order.state, after=order.state, detail=event_detail(issued))

"""invoice, credit, receive, aging: the money of bulk orders and custom editions."""

from datetime import datetime

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command
from royalties.cli.order_steps import the_order
from royalties.cli.orders import DAY, day_of, invoice_document
from royalties.domain.money import amount_text, minor_units
from royalties.domain.orders.life import Action
from royalties.services.orders import life
from royalties.services.orders.billing import crediting, invoicing, receivables
from royalties.services.orders.billing.issuing import IssuedInvoice
from royalties.services.work import RefusedError, Work

_MAIL = "It gets the next number, and its link is sent to the organization."

AGES = ("not due", "1-30", "31-60", "61-90", "over 90")
"""Columns of the aging list, by days overdue."""


@click.command("invoice")
@click.argument("number")
@click.option("--deposit", is_flag=True, help="The deposit's, before work begins.")
@click.option(
    "--proofs",
    type=click.IntRange(0, 1000),
    help="Charge so many further proofs; all that were sent if left out.",
)
@final
@command
def invoice(desk: Desk, number: str, *, deposit: bool, proofs: int | None, yes: bool) -> None:
    """Issue the invoice of order NUMBER for what was shipped, and send its link.

    It has its number for ever: what is wrong in it is taken back by a credit note.
    """
    if deposit and proofs is not None:
        raise click.UsageError("a deposit charges no proofs")
    if not yes:
        confirm_final(desk, _if_invoiced(desk, number, deposit=deposit, proofs=proofs), yes=yes)
    with desk.work() as work:
        version, token = the_order(work, number).version, work.credentials.token()
        if deposit:
            issued = invoicing.invoice_deposit(work, number, version=version, token=token)
        else:
            issued = invoicing.invoice(work, number, version=version, token=token, proofs=proofs)
    _print(desk, issued)


@click.command("credit")
@click.argument("invoice_number", metavar="INVOICE")
@click.option("--reason", required=True, help="Why; the organization reads it.")
@click.option(
    "--line",
    "lines",
    nargs=2,
    multiple=True,
    metavar="N AMOUNT",
    help="Only so much of the N-th line, and the tax of it; may be given again.",
)
@final
@command
def credit(
    desk: Desk,
    invoice_number: str,
    reason: str,
    lines: tuple[tuple[str, str], ...],
    *,
    yes: bool,
) -> None:
    """Issue a credit note for INVOICE: all that is left of it, or parts of its lines.

    It has its number for ever, and nothing takes it back.
    """
    if not yes:
        with desk.work(read_only=True) as work:
            amounts = _to_credit(work, invoice_number, lines)
            total = crediting.total_of(work, invoice_number, amounts)
            currency = _invoice_of(work, invoice_number).row.currency
        credited = f"{currency} {amount_text(total, currency)}"
        effect = f"A credit note of {credited} for invoice {invoice_number} would be issued."
        confirm_final(desk, f"{effect} {_MAIL}", yes=yes)
    with desk.work() as work:
        issued = crediting.credit_note(
            work,
            invoice_number,
            reason=reason,
            token=work.credentials.token(),
            amounts=_to_credit(work, invoice_number, lines),
        )
    _print(desk, issued)


def _to_credit(
    work: Work, invoice_number: str, lines: tuple[tuple[str, str], ...]
) -> dict[int, int] | None:
    """How much of which line is credited, with its tax; None: all that is left."""
    currency = _invoice_of(work, invoice_number).row.currency
    amounts = {_place(place): minor_units(amount, currency) for place, amount in lines}
    if len(amounts) < len(lines):
        raise RefusedError("name each line once")
    return crediting.with_tax(work, invoice_number, amounts) if lines else None


def _if_invoiced(desk: Desk, number: str, *, deposit: bool, proofs: int | None) -> str:
    """What invoicing an order would ask for."""
    with desk.work(read_only=True) as work:
        order = the_order(work, number)
        if deposit:
            shown = invoicing.preview_deposit(work, order)
        else:
            life.require_possible(order, Action.INVOICE, life.preconditions_met(work, order))
            shown = invoicing.preview(work, order, proofs).shown
    total = f"{shown.currency} {amount_text(shown.total, shown.currency)}"
    kind = "deposit's invoice" if deposit else "invoice"
    return f"The {kind} of order {number} would be issued over {total}. {_MAIL}"


@click.command("receive")
@click.argument("invoice_number", metavar="[INVOICE", required=False)
@click.argument("amount", metavar="AMOUNT]", required=False)
@click.option("--on", "day", type=DAY, metavar="DAY", help="When it came; today if left out.")
@click.option("--reference", default="", help="As the bank's statement has it.")
@click.option("--back", is_flag=True, help="It was paid back: too much had come in.")
@click.option("--reverse", type=click.IntRange(1), metavar="RECEIPT", help="Take one back.")
@click.option("--reason", default="", help="Why a receipt was wrong.")
@command
def receive(
    desk: Desk,
    *,
    invoice_number: str | None,
    amount: str | None,
    day: datetime | None,
    reference: str,
    back: bool,
    reverse: int | None,
    reason: str,
) -> None:
    """Record AMOUNT that was paid for INVOICE (or --back), or --reverse a receipt that was wrong.

    The order is paid when nothing is left.
    """
    if reverse is not None:
        if invoice_number or day or reference or back:
            raise click.UsageError("--reverse names a receipt: give only --reason with it")
        _reverse(desk, reverse, reason)
        return
    if not invoice_number or not amount or reason:
        raise click.UsageError("name the INVOICE and the AMOUNT; --reason belongs to --reverse")
    with desk.work() as work:
        issued = _invoice_of(work, invoice_number)
        currency = issued.row.currency
        record = receivables.pay_back if back else receivables.receive
        receipt = record(
            work,
            invoice_number,
            minor_units(amount, currency),
            day_of(work, day),
            reference,
            work.credentials.token(),
        )
        order = the_order(work, issued.shown.order)
    if desk.json:
        desk.show(
            {
                "outcome": "paid back" if back else "received",
                "receipt": receipt.id,
                "order": order.number,
                "state": order.state.value,
            }
        )
        return
    desk.say(
        f"{currency} {amount} {'paid back' if back else 'received'} for {invoice_number} as "
        f"receipt {receipt.id}; order "
        f"{order.number} is {order.state}."
    )


def _reverse(desk: Desk, receipt: int, reason: str) -> None:
    with desk.work() as work:
        reversal = receivables.reverse_receipt(work, receipt, reason)
        order = the_order(work, receivables.order_of_receipt(work, reversal))
    if desk.json:
        desk.show(
            {
                "outcome": "reversed",
                "receipt": reversal.id,
                "reverses": receipt,
                "order": order.number,
                "state": order.state.value,
            }
        )
        return
    desk.say(
        f"Receipt {receipt} is reversed by receipt {reversal.id}; order {order.number} is "
        f"{order.state}."
    )


@click.command("aging")
@click.option("--remind", metavar="INVOICE", help="Remind of one that is overdue, by e-mail.")
@command
def aging(desk: Desk, remind: str | None) -> None:
    """List what each organization owes, by how many days it is overdue."""
    if remind is not None:
        with desk.work() as work:
            receivables.remind(work, remind)
    with desk.work(read_only=True) as work:
        receivables_by_age = receivables.aging(work, work.today)
    listed = [
        {
            "organization": receivable.organization,
            "currency": receivable.currency,
            **{
                age: amount_text(amount, receivable.currency)
                for age, amount in zip(AGES, receivable.sums, strict=True)
            },
            "paid too much": amount_text(receivable.credit, receivable.currency),
            "total": amount_text(receivable.total, receivable.currency),
        }
        for receivable in receivables_by_age
    ]
    if desk.json:
        desk.show(listed)
    elif not listed:
        desk.say("Nobody owes anything.")
    else:
        headings = [
            name if name in ("organization", "currency") else f">{name}" for name in listed[0]
        ]
        desk.table(headings, [tuple(receivable.values()) for receivable in listed])


def _print(desk: Desk, issued: IssuedInvoice) -> None:
    document = invoice_document(issued)
    if desk.json:
        lines = [
            {"words": line.words, "amount": amount_text(line.amount, issued.shown.currency)}
            for line in issued.shown.lines
        ]
        desk.show({"outcome": "issued", **document, "lines": lines})
        return
    of = f" of {issued.shown.of_number}" if issued.shown.of_number else ""
    due = "" if of else f", due on {document['due']}"
    kind = "Credit note" if of else "Invoice"
    desk.table(
        ("line", f">{document['currency']}"),
        [
            (line.words, amount_text(line.amount, issued.shown.currency))
            for line in issued.shown.lines
        ],
    )
    desk.say(
        f"{kind} {document['invoice']}{of}: {document['currency']} {document['total']}{due}. "
        f"A link is sent."
    )


def _invoice_of(work: Work, number: str) -> IssuedInvoice:
    invoice = invoicing.invoice_of(work, number)
    if invoice is None:
        raise RefusedError(f"there is no invoice {number}")
    return invoice


def _place(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4):  # noqa: PLR2004 - a line's place
        raise RefusedError(f"{text!r} is no line: count them from 1")
    return int(text)


COMMANDS = [invoice, credit, receive, aging]

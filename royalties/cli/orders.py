"""orders, order, quote, ship, invoice, receive: bulk orders and custom editions."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from royalties.cli.desk import Desk, command, plural
from royalties.domain.money import amount_text, minor_units
from royalties.domain.orders import Side, State
from royalties.services.orders import board, invoicing, life, quotes, receivables, shipping
from royalties.services.orders.invoicing import invoice, invoice_deposit, invoices
from royalties.services.orders.life import NoOrderError
from royalties.services.work import Work

_DAY = click.DateTime(["%Y-%m-%d"])
_COPIES = click.IntRange(1, 1_000_000)
_OUT = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("orders")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in State]),
    help="Only orders in this state; may be given again. Without it: all that have not ended.",
)
@click.option("--organization", default="", metavar="KEY", help="Only this organization's.")
@click.option("--late", is_flag=True, help="Only those whose day has passed, or will.")
@click.option("--page", default=1, type=click.IntRange(1, 100_000), help="Which fifty.")
@command
def orders(
    desk: Desk, states: tuple[str, ...], organization: str, page: int, *, late: bool
) -> None:
    """List orders, and what each waits for."""
    wanted = tuple(State(each) for each in states) or board.OPEN
    with desk.work(read_only=True) as work:
        found = board.board(work, board.Asked(wanted, organization, late=late), page=page)
    if desk.json:
        desk.show([_listed(card) for card in found.cards])
        return
    if not found.cards:
        desk.say("No such orders.")
        return
    desk.table(
        (
            "order",
            "state",
            "organization",
            "title",
            ">copies",
            "need by",
            "promised",
            "next",
            "late",
        ),
        [
            (
                card.order.number,
                card.order.state.value,
                card.order.organization,
                card.order.title,
                f"{card.order.quantity:,}",
                card.order.need_by,
                card.order.promised_on,
                card.next_step,
                card.late,
            )
            for card in found.cards
        ],
    )
    if found.has_more:
        desk.say(f"More with --page {page + 1}.")


@click.command("order")
@click.argument("number")
@command
def order_(desk: Desk, number: str) -> None:
    """Show order NUMBER: where it stands, its history and its money."""
    with desk.work(read_only=True) as work:
        document = _document(work, number)
    if desk.json:
        desk.show(document)
        return
    for name in ("order", "state", "organization", "title", "isbn", "copies", "promised", "next"):
        if document[name] is not None:
            desk.say(f"{name:>12}  {document[name]}")
    desk.say("")
    desk.table(
        ("at (UTC)", "by", "step", "state"),
        [
            (each["at"][:16].replace("T", " "), each["by"], each["step"], each["state"])
            for each in document["history"]
        ],
    )
    if document["invoices"]:
        desk.say("")
        desk.table(
            ("invoice", "kind", "currency", ">total", "due"),
            [
                (each["invoice"], each["kind"], each["currency"], each["total"], each["due"])
                for each in document["invoices"]
            ],
        )


@click.command("quote")
@click.argument("number")
@click.option("--out", type=_OUT, metavar="FOLDER", help="Write the quote's PDF and workbook here.")
@command
def quote(desk: Desk, number: str, out: Path | None) -> None:
    """Issue the next quote of order NUMBER by today's price list, and send its link."""
    with desk.work() as work:
        shown = quotes.issue_quote(work, number)
        papers = [quotes.quote_paper(work, number, shown.version, file) for file in ("pdf", "xlsx")]
        written = [str(work.files.write_out(out, each.name, each.data)) for each in papers if out]
    total = amount_text(shown.total, shown.currency)
    if desk.json:
        desk.show(
            {
                "outcome": "issued",
                "quote": shown.number,
                "currency": shown.currency,
                "total": total,
                "valid_until": shown.valid_until.isoformat(),
                "files": written,
            }
        )
        return
    until = shown.valid_until
    desk.say(
        f"Quote {shown.number}: {shown.currency} {total}, valid until {until}. A link is sent."
    )
    for each in written:
        desk.say(each)


@click.command("ship")
@click.argument("number")
@click.option("--copies", required=True, type=_COPIES, help="How many go out.")
@click.option("--address", default=1, type=click.IntRange(1, 1000), help="Which address; first: 1.")
@click.option("--on", "day", type=_DAY, metavar="DAY", help="When they left; today if left out.")
@click.option("--carrier", default="", help="Who carries them.")
@click.option("--tracking", default="", help="The number of the parcel there.")
@click.option("--last", is_flag=True, help="No more will follow, within tolerance.")
@command
def ship(
    desk: Desk,
    number: str,
    *,
    copies: int,
    address: int,
    day: datetime | None,
    carrier: str,
    tracking: str,
    last: bool,
) -> None:
    """Record a shipment of order NUMBER, and the sales that it brings."""
    with desk.work() as work:
        found = _found(work, number)
        row = shipping.ship(
            work,
            number,
            version=found.version,
            address=address,
            copies=copies,
            shipped_on=_day(work, day),
            carrier=carrier,
            tracking=tracking,
            token=work.credentials.token(),
            last=last,
        )
        state = _found(work, number).state
    if desk.json:
        desk.show(
            {
                "outcome": "shipped",
                "shipment": row.number,
                "copies": row.copies,
                "batch": row.batch_id,
                "state": state.value,
            }
        )
        return
    desk.say(
        f"Shipment {row.number} of order {number}: {plural(row.copies, 'copy')}, recorded as "
        f"import {row.batch_id}. The order is {state.value}."
    )


@click.command("invoice")
@click.argument("number")
@click.option("--deposit", is_flag=True, help="The deposit's, before work begins.")
@command
def invoice_(desk: Desk, number: str, *, deposit: bool) -> None:
    """Issue the invoice of order NUMBER for what was shipped, and send its link."""
    with desk.work() as work:
        make = invoice_deposit if deposit else invoice
        version = _found(work, number).version
        issued = make(work, number, version=version, token=work.credentials.token())
    document = _invoice(issued)
    if desk.json:
        desk.show({"outcome": "issued", **document})
        return
    desk.say(
        f"Invoice {document['invoice']}: {document['currency']} {document['total']}, due on "
        f"{document['due']}. A link is sent."
    )


@click.command("receive")
@click.argument("invoice_number", metavar="INVOICE")
@click.argument("amount")
@click.option("--on", "day", type=_DAY, metavar="DAY", help="When it came; today if left out.")
@click.option("--reference", default="", help="As the bank's statement has it.")
@command
def receive(
    desk: Desk, invoice_number: str, amount: str, day: datetime | None, reference: str
) -> None:
    """Record AMOUNT that was paid for INVOICE; the order is paid when nothing is left."""
    with desk.work() as work:
        issued = invoicing.invoice_of(work, invoice_number)
        if issued is None:
            desk.refuse(f"there is no invoice {invoice_number}")
        currency = issued.row.currency
        receivables.receive(
            work,
            invoice_number,
            minor_units(amount, currency),
            _day(work, day),
            reference,
            work.credentials.token(),
        )
        found = _found(work, issued.shown.order)
    if desk.json:
        desk.show({"outcome": "received", "order": found.number, "state": found.state.value})
        return
    desk.say(
        f"{currency} {amount} received for {invoice_number}; order {found.number} is {found.state}."
    )


def _found(work: Work, number: str) -> life.Order:
    found = life.find(work, number)
    if found is None:
        raise NoOrderError(number)
    return found


def _day(work: Work, given: datetime | None) -> date:
    return given.date() if given else work.today


def _listed(card: board.Card) -> dict[str, Any]:
    return {
        "order": card.order.number,
        "kind": card.order.kind.value,
        "state": card.order.state.value,
        "organization": card.order.organization,
        "title": card.order.title,
        "isbn": card.order.isbn,
        "copies": card.order.quantity,
        "need_by": _text(card.order.need_by),
        "promised": _text(card.order.promised_on),
        "assigned": card.assigned or None,
        "next": card.next_step,
        "late": card.late or None,
    }


def _document(work: Work, number: str) -> dict[str, Any]:
    found = _found(work, number)
    met = life.needs_met(work, found)
    return {
        **_listed(board.Card(found, "", "", life.next_step(found, Side.STAFF, met))),
        "history": [
            {
                "at": each.at,
                "by": each.by,
                "step": each.action,
                "state": each.after,
                "detail": each.detail,
            }
            for each in life.history(work, found)
        ],
        "quotes": [
            {
                "quote": each.shown.number,
                "currency": each.currency,
                "total": amount_text(each.total, each.currency),
                "valid_until": each.valid_until.isoformat(),
            }
            for each in quotes.quotes(work, found)
        ],
        "invoices": [_invoice(each) for each in invoices(work, number)],
        "receipts": [
            {
                "received_on": each.received_on,
                "currency": each.currency,
                "amount": amount_text(each.amount, each.currency),
                "reference": each.reference,
            }
            for each in receivables.receipts(work, number)
        ],
    }


def _invoice(issued: invoicing.Issued) -> dict[str, Any]:
    row = issued.row
    return {
        "invoice": row.number,
        "kind": row.kind,
        "currency": row.currency,
        "total": amount_text(row.total, row.currency),
        "due": row.due_on,
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


COMMANDS = [orders, order_, quote, ship, invoice_, receive]

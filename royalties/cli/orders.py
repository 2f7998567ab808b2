"""orders, order, quote, ship: bulk orders and custom editions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command
from royalties.cli.order_steps import (
    HOWS,
    STEPS,
    Step,
    record_acceptance,
    send_artwork,
    the_order,
)
from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.domain.orders.life import Action, Side, State
from royalties.services.orders import board, life, preconditions
from royalties.services.orders.billing import invoicing, receivables, settling
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.fulfilment.sales import BeforeBooksError
from royalties.services.orders.quoting import quotes
from royalties.services.work import RefusedError, Work

DAY = click.DateTime(["%Y-%m-%d"])
_COPIES = click.IntRange(1, 1_000_000)
_OUT = click.Path(path_type=Path, file_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


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
    chosen = tuple(State(each) for each in states) or board.OPEN
    with desk.work(read_only=True) as work:
        listed = board.board(work, board.BoardFilter(chosen, organization, late=late), page=page)
    if desk.json:
        desk.show([_list_row(card) for card in listed.cards])
        return
    if not listed.cards:
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
            for card in listed.cards
        ],
    )
    if listed.has_more:
        desk.say(f"More with --page {page + 1}.")


@click.command("order")
@click.argument("number")
@click.option("--produce", is_flag=True, help="Start its production.")
@click.option(
    "--edition", metavar="ISBN", help="Give its own edition for good; 'internal': our number."
)
@click.option(
    "--artwork", "sent", nargs=2, multiple=True, metavar="USE FILE", help="Send a logo, a letter …"
)
@click.option(
    "--rights", is_flag=True, help="The organization says that the artwork may be printed."
)
@click.option("--proof", type=_FILE, metavar="FILE", help="Send a proof, a PDF.")
@click.option("--promise", nargs=2, metavar="DAY REASON", help="Promise another day.")
@click.option(
    "--accept", metavar="NAME", help="Record that NAME accepted its quote by paper or telephone."
)
@click.option("--how", type=click.Choice(list(HOWS)), help="How: mail, e-mail or telephone.")
@click.option("--on", "day", type=DAY, metavar="DAY", help="The day of it; today if left out.")
@click.option("--po", "po_number", default="", metavar="NUMBER", help="Of the purchase order.")
@click.option("--file", type=_FILE, metavar="FILE", help="The purchase order, or the e-mail.")
@click.option("--decline", metavar="REASON", help="Decline it; the organization reads why.")
@click.option("--hold", metavar="REASON", help="Put it on hold; the organization reads why.")
@click.option("--resume", is_flag=True, help="Go on where it stood.")
@click.option("--cancel", metavar="REASON", help="Cancel it for good; it says first what is owed.")
@final
@command
def order_(
    desk: Desk,
    number: str,
    *,
    sent: tuple[tuple[str, str], ...],
    rights: bool,
    cancel: str | None,
    yes: bool,
    accept: str | None,
    how: str | None,
    day: datetime | None,
    po_number: str,
    file: Path | None,
    **asked: object,
) -> None:
    """Show order NUMBER: where it stands, its history and its money; or take one step with it.

    Cancelling it and giving its edition cannot be taken back: they ask, or want --yes.
    """
    steps = [
        take(desk, number, value)
        for name, take in STEPS.items()
        if (value := asked[name]) not in (None, False)
    ]
    if sent:
        steps.append(send_artwork(desk, number, sent, rights=rights))
    elif rights:
        raise click.UsageError("--rights belongs to --artwork")
    if accept is not None and how is not None:
        steps.append(record_acceptance(number, accept, how, day, po_number, file))
    elif accept is not None or how or day or po_number or file:
        raise click.UsageError("--accept and --how go together; --on, --po and --file with them")
    if cancel is not None:
        steps.append(lambda work, at: settling.cancel(work, number, cancel, at))
    is_final = cancel is not None or asked["edition"] is not None
    if len(steps) > 1 or (yes and not is_final):
        raise click.UsageError("take one step at a time; --yes belongs to --cancel and --edition")
    if is_final and not yes:
        effect = _if_cancelled if cancel is not None else _edition_preview
        confirm_final(desk, effect(desk, number, steps[0]), yes=yes)
    if steps:
        with desk.work() as work:
            steps[0](work, the_order(work, number).version)
    with desk.work(read_only=True) as work:
        document = _document(work, number)
    if desk.json:
        desk.show(document)
        return
    _show_order(desk, document)


def _if_cancelled(desk: Desk, number: str, _step: Step) -> str:
    """What cancelling an order would cost."""
    with desk.work(read_only=True) as work:
        order = the_order(work, number)
        life.require_possible(order, Action.CANCEL, life.preconditions_met(work, order))
        owed = settling.owed_if_cancelled(work, order)
    amount = (
        f"{owed.currency} {amount_text(owed.amount, owed.currency)}" if owed.amount else "nothing"
    )
    return f"Order {number} would be cancelled, and the organization would owe {amount} for it."


def _edition_preview(desk: Desk, number: str, step: Step) -> str:
    """Which edition an order would get."""
    with desk.work(trial=True) as work:
        step(work, the_order(work, number).version)
        isbn = the_order(work, number).own_isbn
    return f"The custom edition of order {number} would be {isbn}, in the catalogue for ever."


def _show_order(desk: Desk, document: dict[str, Any]) -> None:
    for name in ("order", "state", "organization", "title", "isbn", "copies", "promised", "next"):
        if document[name] is not None:
            desk.say(f"{name:>12}  {document[name]}")
    desk.say("")
    desk.table(
        ("at (UTC)", "by", "step", "state"),
        [
            (f"{event['at']:%Y-%m-%d %H:%M}", event["by"], event["step"], event["state"])
            for event in document["history"]
        ],
    )
    if document["invoices"]:
        desk.say("")
        desk.table(
            ("invoice", "kind", "currency", ">total", "due"),
            [
                (
                    invoice["invoice"],
                    invoice["kind"],
                    invoice["currency"],
                    invoice["total"],
                    invoice["due"],
                )
                for invoice in document["invoices"]
            ],
        )
    if document["receipts"]:
        names = ("receipt", "received_on", "currency", "amount", "reference", "reverses")
        desk.say("")
        desk.table(
            (">receipt", "on", "currency", ">amount", "reference", ">reverses"),
            [tuple(receipt[name] for name in names) for receipt in document["receipts"]],
        )


@click.command("quote")
@click.argument("number")
@click.option("--out", type=_OUT, metavar="FOLDER", help="Write the quote's PDF and workbook here.")
@click.option("--withdraw", metavar="REASON", help="Take the newest quote back instead.")
@command
def quote(desk: Desk, number: str, out: Path | None, withdraw: str | None) -> None:
    """Issue the next quote of order NUMBER by today's price list, and send its link.

    --withdraw takes the newest one back before it is accepted; the organization reads why.
    """
    if withdraw is not None:
        _withdraw_quote(desk, number, withdraw, out)
        return
    with desk.work() as work:
        issued = quotes.issue_quote(work, number)
        papers = [
            quotes.quote_paper(work, number, issued.version, file) for file in ("pdf", "xlsx")
        ]
        written = [
            str(work.files.write_out(out, paper.name, paper.data)) for paper in papers if out
        ]
    total = amount_text(issued.total, issued.currency)
    if desk.json:
        desk.show(
            {
                "outcome": "issued",
                "quote": issued.number,
                "currency": issued.currency,
                "total": total,
                "valid_until": issued.valid_until,
                "files": written,
            }
        )
        return
    until = issued.valid_until
    desk.say(
        f"Quote {issued.number}: {issued.currency} {total}, valid until {until}. A link is sent."
    )
    for path in written:
        desk.say(path)


def _withdraw_quote(desk: Desk, number: str, reason: str, out: Path | None) -> None:
    if out is not None:
        raise click.UsageError("--withdraw writes no files: leave --out away")
    with desk.work() as work:
        order = quotes.withdraw_quote(work, number, reason)
    if desk.json:
        desk.show({"outcome": "withdrawn", "order": number, "state": order.state.value})
        return
    desk.say(f"The quote of order {number} is withdrawn. The organization is told.")


@click.command("ship")
@click.argument("number")
@click.option("--copies", required=True, type=_COPIES, help="How many go out.")
@click.option("--address", default=1, type=click.IntRange(1, 1000), help="Which address; first: 1.")
@click.option("--on", "day", type=DAY, metavar="DAY", help="When they left; today if left out.")
@click.option("--carrier", default="", help="Who carries them.")
@click.option("--tracking", default="", help="The number of the parcel there.")
@click.option("--last", is_flag=True, help="No more will follow, within tolerance.")
@click.option("--back", metavar="REASON", help="They came back from there instead.")
@click.option("--confirm", is_flag=True, help="Record it though it is dated before the books.")
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
    back: str | None,
    confirm: bool,
) -> None:
    """Record a shipment of order NUMBER, and the sales that it brings; or copies that came back."""
    if back is not None and (carrier or tracking or last):
        raise click.UsageError("--back takes no carrier, tracking number or --last")
    with _advice_on_books(), desk.work() as work:
        where: dict[str, Any] = {
            "version": the_order(work, number).version,
            "address": address,
            "copies": copies,
            "before_books": confirm,
        }
        when, token = day_of(work, day), work.credentials.token()
        if back is None:
            row = shipping.ship(
                work,
                number,
                **where,
                shipped_on=when,
                carrier=carrier,
                tracking=tracking,
                token=token,
                last=last,
            )
        else:
            row = shipping.came_back(work, number, **where, came_on=when, reason=back, token=token)
        state = the_order(work, number).state
    if desk.json:
        desk.show(
            {
                "outcome": "shipped" if back is None else "came back",
                "shipment": row.number,
                "copies": row.copies,
                "batch": row.batch_id,
                "state": state.value,
            }
        )
        return
    desk.say(
        f"Shipment {row.number} of order {number}: {counted(abs(row.copies), 'copy')}"
        f"{'' if back is None else ' came back'}, recorded as "
        f"import {row.batch_id}. The order is {state.value}."
    )


@contextmanager
def _advice_on_books() -> Iterator[None]:
    """Say how sales from before the books are confirmed here."""
    try:
        yield
    except BeforeBooksError as error:
        raise RefusedError(f"{error}; or repeat with --confirm if they are to count") from error


def day_of(work: Work, moment: datetime | None) -> date:
    """The day that was given, or today."""
    return moment.date() if moment else work.today


def _list_row(card: board.Card) -> dict[str, Any]:
    return {
        "order": card.order.number,
        "kind": card.order.kind.value,
        "state": card.order.state.value,
        "organization": card.order.organization,
        "title": card.order.title,
        "isbn": card.order.isbn,
        "copies": card.order.quantity,
        "need_by": card.order.need_by,
        "promised": card.order.promised_on,
        "assigned": card.assigned or None,
        "next": card.next_step,
        "late": card.late or None,
    }


def _document(work: Work, number: str) -> dict[str, Any]:
    order = the_order(work, number)
    met, setup = life.preconditions_met(work, order), preconditions.setup_or_none(work)
    ahead = setup is not None and preconditions.is_deposit_only(setup, order)
    step = life.next_step(order, Side.STAFF, met, deposit_only=ahead)
    return {
        **_list_row(board.Card(order, "", "", step)),
        "history": [
            {
                "at": event.at,
                "by": event.by,
                "step": event.action,
                "state": event.after,
                "detail": event.detail,
            }
            for event in life.history(work, order)
        ],
        "quotes": [
            {
                "quote": quote.shown.number,
                "currency": quote.currency,
                "total": amount_text(quote.total, quote.currency),
                "valid_until": quote.valid_until,
            }
            for quote in quotes.quotes(work, order)
        ],
        "invoices": [invoice_document(each) for each in invoicing.invoices(work, number)],
        "receipts": [
            {
                "receipt": receipt.id,
                "received_on": receipt.received_on,
                "currency": receipt.currency,
                "amount": amount_text(receipt.amount, receipt.currency),
                "reference": receipt.reference,
                "reverses": receipt.reverses_id,
            }
            for receipt in receivables.receipts(work, order)
        ],
    }


def invoice_document(issued: invoicing.IssuedInvoice) -> dict[str, Any]:
    """An invoice or credit note as commands print it."""
    row = issued.row
    return {
        "invoice": row.number,
        "kind": row.kind,
        "currency": row.currency,
        "total": amount_text(row.total, row.currency),
        "due": row.due_on,
    }


COMMANDS = [orders, order_, quote, ship]

"""orders, order, quote, ship: bulk orders and custom editions."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from royalties.cli.desk import Desk, command, plural
from royalties.domain.money import amount_text
from royalties.domain.orders import Action, Side, State
from royalties.services.orders import (
    board,
    cancelling,
    editions,
    invoicing,
    life,
    quotes,
    receivables,
    shipping,
)
from royalties.services.orders.issuing import require_possible
from royalties.services.orders.life import NoOrderError
from royalties.services.work import Work

DAY = click.DateTime(["%Y-%m-%d"])
_COPIES = click.IntRange(1, 1_000_000)
_OUT = click.Path(path_type=Path, file_okay=False, exists=True)
_INTERNAL = "internal"
"""Instead of an ISBN: the house's next own number."""

_Step = Callable[[Work, int], object]
"""What is done with an order, at the version it was looked at."""


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
@click.option("--produce", is_flag=True, help="Start its production.")
@click.option("--edition", metavar="ISBN", help="Give its own edition; 'internal': our number.")
@click.option("--hold", metavar="REASON", help="Put it on hold; the organization reads why.")
@click.option("--resume", is_flag=True, help="Go on where it stood.")
@click.option("--cancel", metavar="REASON", help="Cancel it; without --yes it says what is owed.")
@click.option("--yes", is_flag=True, help="Cancel it for good.")
@command
def order_(
    desk: Desk,
    number: str,
    *,
    produce: bool,
    edition: str | None,
    hold: str | None,
    resume: bool,
    cancel: str | None,
    yes: bool,
) -> None:
    """Show order NUMBER: where it stands, its history and its money; or take one step with it."""
    steps: list[_Step] = []
    if produce:
        steps.append(lambda work, at: life.produce(work, number, at))
    if edition is not None:
        isbn = None if edition == _INTERNAL else edition
        steps.append(lambda work, at: editions.give_own_edition(work, number, isbn, version=at))
    if hold is not None:
        steps.append(lambda work, at: life.hold(work, number, hold, at))
    if resume:
        steps.append(lambda work, at: life.resume(work, number, at))
    if cancel is not None:
        steps.append(lambda work, at: cancelling.cancel(work, number, cancel, at))
    if len(steps) > 1 or (yes and cancel is None):
        raise click.UsageError("take one step at a time; --yes belongs to --cancel")
    if cancel is not None and not yes:
        _tell_owed(desk, number)
    if steps:
        with desk.work() as work:
            steps[0](work, the_order(work, number).version)
    with desk.work(read_only=True) as work:
        document = _document(work, number)
    if desk.json:
        desk.show(document)
        return
    _show(desk, document)


def _tell_owed(desk: Desk, number: str) -> NoReturn:
    """Say what cancelling an order would cost, and do nothing."""
    with desk.work(read_only=True) as work:
        order = the_order(work, number)
        require_possible(order, Action.CANCEL, life.needs_met(work, order))
        owed = cancelling.owed_if_cancelled(work, order)
    amount = (
        f"{owed.currency} {amount_text(owed.amount, owed.currency)}" if owed.amount else "nothing"
    )
    desk.refuse(
        f"the organization would owe {amount} for order {number}, and it is cancelled for good: "
        f"add --yes to do it"
    )


def _show(desk: Desk, document: dict[str, Any]) -> None:
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
    if document["receipts"]:
        names = ("receipt", "received_on", "currency", "amount", "reference", "reverses")
        desk.say("")
        desk.table(
            (">receipt", "on", "currency", ">amount", "reference", ">reverses"),
            [tuple(each[name] for name in names) for each in document["receipts"]],
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
@click.option("--on", "day", type=DAY, metavar="DAY", help="When they left; today if left out.")
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
        found = the_order(work, number)
        row = shipping.ship(
            work,
            number,
            version=found.version,
            address=address,
            copies=copies,
            shipped_on=day_of(work, day),
            carrier=carrier,
            tracking=tracking,
            token=work.credentials.token(),
            last=last,
        )
        state = the_order(work, number).state
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


def the_order(work: Work, number: str) -> life.Order:
    """An order by its number.

    Raises:
        NoOrderError: there is none.
    """
    found = life.find(work, number)
    if found is None:
        raise NoOrderError(number)
    return found


def day_of(work: Work, given: datetime | None) -> date:
    """The day that was given, or today."""
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
    found = the_order(work, number)
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
        "invoices": [invoice_document(each) for each in invoicing.invoices(work, number)],
        "receipts": [
            {
                "receipt": each.id,
                "received_on": each.received_on,
                "currency": each.currency,
                "amount": amount_text(each.amount, each.currency),
                "reference": each.reference,
                "reverses": each.reverses_id,
            }
            for each in receivables.receipts(work, found)
        ],
    }


def invoice_document(issued: invoicing.Issued) -> dict[str, Any]:
    """An invoice or credit note as commands print it."""
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


COMMANDS = [orders, order_, quote, ship]

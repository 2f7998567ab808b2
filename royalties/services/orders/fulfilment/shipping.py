"""Copies that go out, and that come back; each records its sales in the same transaction.

What lies in a shipment is printed once, as its packing list.
"""

from collections.abc import Callable, Sequence
from datetime import date

from reports import packing_list as report
from royalties.domain.counting import counted
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders import billing
from royalties.domain.orders.billing import Moved
from royalties.domain.orders.life import Action, OrderKind, Precondition, within_tolerance
from royalties.domain.orders.order import PaperKind
from royalties.domain.orders.papers import PackedLine, PackingListShown, Party
from royalties.domain.orders.price_lists import PriceVersion
from royalties.domain.people import Verb
from royalties.services.books import Setup, setup_in_force
from royalties.services.orders.fulfilment.sales import COMPLETE, Selling
from royalties.services.orders.life import (
    ChangedMeanwhileError,
    Order,
    find,
    lock,
    move,
    note,
    require_possible,
)
from royalties.services.orders.papers import FILES, Paper, paper
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting.terms import Agreed, agreed_of, goods_of, party_of_order
from royalties.services.terms.house import logo_on
from royalties.services.work import RefusedError, Work
from royalties.store.orders import money as store
from royalties.store.orders import orders as order_store
from royalties.store.orders.money import ShipmentRow
from royalties.store.periods import periods

__all__ = [
    "CAME_BACK",
    "ShipmentRow",
    "came_back",
    "is_complete",
    "moved_of",
    "packing_list",
    "print_packing_list",
    "ship",
    "shipments",
]

CAME_BACK = "came-back"
"""What the history calls a return."""

_LONGEST = 100
"""Letters of a carrier, a tracking number or a reason."""


def shipments(work: Work, number: str) -> list[ShipmentRow]:
    """What went out for an order that the actor may see, and what came back."""
    order = find(work, number)
    return store.shipments_of(work.connection, order.id) if order else []


def ship(
    work: Work,
    number: str,
    *,
    version: int,
    address: int,
    copies: int,
    shipped_on: date,
    carrier: str,
    tracking: str,
    token: str,
    last: bool = False,
    before_books: bool = False,
) -> ShipmentRow:
    """Record a shipment to one of an order's addresses, and its sales.

    The same token gives the same shipment, once. The shipment that completes what was ordered is
    the last one whether or not it is marked as such.

    Args:
        work: the unit of work.
        number: of the order.
        version: of the order as it was looked at.
        address: place among the order's addresses, the first being 1.
        copies: that are in the shipment.
        shipped_on: not in the future.
        carrier: who carries it.
        tracking: its number there; may be empty.
        token: of the form.
        last: no more will follow, so what is missing or too much must lie within tolerance.
        before_books: record it although it is dated before the books' first period.

    Raises:
        RefusedError: the table does not allow it, or more copies go than are left.
        BeforeBooksError: it is dated before the books' first period.
        ChangedMeanwhileError: the order was changed since it was looked at.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number)
    earlier = _earlier(work, order, token)
    if earlier is not None:
        return earlier
    _require(work, order, version, address, copies, shipped_on)
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    if order.kind is OrderKind.CUSTOM and order.own_isbn is None:
        raise RefusedError(
            f"order {number} is a custom edition without a number: give it its own edition first"
        )
    before = store.shipments_of(work.connection, order.id)
    moved = [*moved_of(before), Moved(address, copies)]
    after = sum(each.copies for each in moved)
    action = Action.SHIP_LAST if last or after == order.quantity else Action.SHIP_PART
    met = _met(order, agreed.version, moved)
    if Precondition.COPIES_LEFT not in met:
        raise RefusedError(_too_many(order, agreed, moved, address))
    require_possible(order, action, met)
    periods.lock_for_sales(work.connection, setup.first_period)
    place = len(moved)
    details: dict[str, object] = {
        "shipment": place,
        "address": address,
        "copies": copies,
        "shipped": f"{copies:,}",
        "shipped_on": shipped_on,
        "carrier": _short(carrier),
        "tracking": _short(tracking),
    }
    complete = action is Action.SHIP_LAST
    batch = Selling(work, setup, order, agreed, before_books).record_shipment(
        place, moved, shipped_on, complete=complete
    )
    row = _add(work, order, details, batch, token)
    print_packing_list(work, setup, order, agreed, [*before, row])
    move(work, order, action, met=met, detail=details)
    return row


def came_back(
    work: Work,
    number: str,
    *,
    version: int,
    address: int,
    copies: int,
    came_on: date,
    reason: str,
    token: str,
    before_books: bool = False,
) -> ShipmentRow:
    """Record copies that came back from an address: they take back the sales that they brought.

    Args:
        work: the unit of work.
        number: of the order.
        version: of the order as it was looked at.
        address: place among the order's addresses, the first being 1.
        copies: that came back.
        came_on: not in the future.
        reason: such as damaged, or too many.
        token: of the form; the same one gives the same return, once.
        before_books: record it although it is dated before the books' first period.

    Raises:
        BeforeBooksError: it is dated before the books' first period.
        RefusedError: fewer copies were shipped there.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = lock(work, number)
    earlier = _earlier(work, order, token)
    if earlier is not None:
        return earlier
    _require(work, order, version, address, copies, came_on)
    before = moved_of(store.shipments_of(work.connection, order.id))
    there = billing.copies_at(before).get(address, 0)
    if copies > there:
        raise RefusedError(
            f"only {counted(there, 'copy')} {'is' if there == 1 else 'are'} at address {address} "
            f"of order {number}: not more can come back"
        )
    setup = setup_in_force(work)
    agreed = agreed_of(work, setup, order)
    periods.lock_for_sales(work.connection, setup.first_period)
    moved = [*before, Moved(address, -copies)]
    selling = Selling(work, setup, order, agreed, before_books)
    batch = selling.record_shipment(len(moved), moved, came_on, complete=is_complete(order))
    details: dict[str, object] = {
        "shipment": len(moved),
        "address": address,
        "copies": -copies,
        "shipped_on": came_on,
        "carrier": "",
        "tracking": "",
    }
    row = _add(work, order, details, batch, token)
    if not order_store.change_order(work.connection, order.id, order.version, {}):
        raise ChangedMeanwhileError(number)
    details = {**details, "reason": _short(reason)}
    note(work, order, CAME_BACK, before=order.state, after=order.state, detail=details)
    return row


def moved_of(rows: Sequence[ShipmentRow]) -> list[Moved]:
    """Shipments as copies at addresses."""
    return [Moved(row.address, row.copies) for row in rows]


def is_complete(order: Order) -> bool:
    """Whether no more copies go out."""
    return order.state in COMPLETE


def _earlier(work: Work, order: Order, token: str) -> ShipmentRow | None:
    if not token or len(token) > 64:  # noqa: PLR2004 - the column's length
        raise RefusedError("the form has no token: open it again")
    shipment = store.find_shipment(work.connection, token)
    if shipment is not None and shipment.order_id != order.id:
        raise RefusedError("this form was sent for another order: open it again")
    return shipment


def _require(work: Work, order: Order, version: int, address: int, copies: int, day: date) -> None:
    if order.version != version:
        raise ChangedMeanwhileError(order.number)
    if not 1 <= address <= len(order.ship_to):
        raise RefusedError(f"order {order.number} has no address {address}")
    if copies <= 0:
        raise RefusedError("write how many copies, at least one")
    if day > work.today:
        raise RefusedError(f"{day} has not come yet: write the day it happened")


def _met(order: Order, version: PriceVersion, moved: Sequence[Moved]) -> frozenset[Precondition]:
    """Which needs a shipment meets; the last of what was moved is it."""
    address = moved[-1].address
    here = billing.copies_at(moved)[address]
    all_ = sum(each.copies for each in moved)
    tolerance = version.tolerance
    fits = all_ <= order.quantity * (1 + tolerance) and here <= (
        order.ship_to[address - 1].copies * (1 + tolerance)
    )
    met = {Precondition.COPIES_LEFT} if fits else set()
    if within_tolerance(order.quantity, all_, tolerance):
        met.add(Precondition.ALL_SHIPPED)
    return frozenset(met)


def _too_many(order: Order, agreed: Agreed, moved: Sequence[Moved], address: int) -> str:
    before = billing.copies_at(moved[:-1]).get(address, 0)
    ordered = order.ship_to[address - 1].copies
    more = int(ordered * agreed.version.tolerance)
    return (
        f"{counted(moved[-1].copies, 'copy')} would be too many: {ordered} were ordered for "
        f"address {address} and {before} are there already"
        + (f"; printers may deliver up to {more} more" if more else "")
    )


def _add(
    work: Work, order: Order, details: dict[str, object], batch: int, token: str
) -> ShipmentRow:
    names = ("address", "copies", "shipped_on", "carrier", "tracking")
    return store.add_shipment(
        work.connection,
        {
            **{name: details[name] for name in names},
            "number": details["shipment"],
            "order_id": order.id,
            "batch_id": batch,
            "token": token,
            "at": work.at,
            "by": work.actor.name,
        },
    )


def _short(text: str) -> str:
    line = " ".join(text.split())[:_LONGEST]
    if fault := fault_of_line(line):
        raise RefusedError(f"{line[:20]!r} cannot be recorded: {fault}")
    return line


def packing_list(work: Work, number: str, shipment: int, file: str) -> Paper:
    """The packing list of an order's shipment, ``pdf`` or ``xlsx``, if it concerns the actor.

    Raises:
        RefusedError: there is none.
    """
    work.actor.require(Verb.READ_ORDERS)
    order = find(work, number)
    rows = store.shipments_of(work.connection, order.id) if order else []
    row = next((each for each in rows if each.number == shipment and each.copies > 0), None)
    if order is None or row is None or file not in FILES:
        raise RefusedError(f"there is no shipment {shipment} of order {number[:20]}")
    setup = setup_in_force(work)
    document = _packing_list(setup, order, agreed_of(work, setup, order), rows, row)
    return _packing_paper(work, document, file)


def print_packing_list(
    work: Work, setup: Setup, order: Order, agreed: Agreed, rows: list[ShipmentRow]
) -> None:
    """Print what lies in the last of an order's shipments, so that it is stored with it."""
    document = _packing_list(setup, order, agreed, rows, rows[-1])
    for file in FILES:
        _packing_paper(work, document, file)


def _packing_list(
    setup: Setup, order: Order, agreed: Agreed, rows: list[ShipmentRow], row: ShipmentRow
) -> PackingListShown:
    address = order.ship_to[row.address - 1]
    before = sum(
        each.copies for each in rows if each.address == row.address and each.number < row.number
    )
    goods = goods_of(setup, order, agreed.quote.goods)
    lines = terms.address_lines(
        address.lines, address.city, address.region, address.postcode, address.country
    )
    return PackingListShown(
        number=f"{order.number}-S{row.number}",
        order=order.number,
        dated=row.shipped_on,
        publisher=setup.publisher_on(row.shipped_on),
        organization=party_of_order(setup, order, agreed),
        ship_to=Party(address.name, lines),
        po_number=order.po_number,
        carrier=row.carrier,
        tracking=row.tracking,
        lines=(PackedLine(goods, address.copies, before, row.copies),),
    )


def _packing_paper(work: Work, document: PackingListShown, file: str) -> Paper:
    makers: dict[str, Callable[[PackingListShown, bytes], bytes]] = {
        "pdf": report.pdf,
        "xlsx": report.workbook,
    }
    return paper(
        work,
        PaperKind.PACKING_LIST,
        document.number,
        file,
        lambda: makers[file](document, logo_on(work, document.dated)),
    )

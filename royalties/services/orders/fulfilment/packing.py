"""Packing lists: what lies in a shipment, printed once."""

from collections.abc import Callable

from reports import packing_list as report
from royalties.domain.orders.order import PaperKind
from royalties.domain.orders.papers import PackedLine, PackingListShown, Party
from royalties.domain.people import Verb
from royalties.services.books import Setup, setup_in_force
from royalties.services.orders.life import Order, find
from royalties.services.orders.papers import FILES, Paper, paper
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting.agreed import Agreed, agreed_of, goods_of, party_of_order
from royalties.services.terms.house import logo_on
from royalties.services.work import RefusedError, Work
from royalties.store.orders import money as store
from royalties.store.orders.money import ShipmentRow


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
    shown = _packing_list(setup, order, agreed_of(work, setup, order), rows, row)
    return _paper(work, shown, file)


def print_packing_list(
    work: Work, setup: Setup, order: Order, agreed: Agreed, rows: list[ShipmentRow]
) -> None:
    """Print what lies in the last of an order's shipments, so that it is kept with it."""
    shown = _packing_list(setup, order, agreed, rows, rows[-1])
    for file in FILES:
        _paper(work, shown, file)


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


def _paper(work: Work, shown: PackingListShown, file: str) -> Paper:
    made: dict[str, Callable[[PackingListShown, bytes], bytes]] = {
        "pdf": report.pdf,
        "xlsx": report.workbook,
    }
    return paper(
        work,
        PaperKind.PACKING_LIST,
        shown.number,
        file,
        lambda: made[file](shown, logo_on(work, shown.dated)),
    )

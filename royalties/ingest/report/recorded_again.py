"""Compares an exported order with what is recorded of it, to find later refunds.

Copies and money are compared book by book. A difference is recorded only if a refund explains it;
any other difference is a fault of the order, for a person to look at.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from royalties.domain.counting import counted, noun
from royalties.domain.problems import Cause
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import Invalid, printed
from royalties.ingest.report.exported_orders import ExportedOrder, Item
from royalties.ingest.report.shop_orders import OrderProceeds, shown


class BookSum(NamedTuple):
    """Copies and money of a book, sales and returns together, and its free copies."""

    units: int = 0
    net: int = 0
    free: int = 0


class RowSales(NamedTuple):
    """Sales in a row: copies sold, returned (positive) and given away, with their money."""

    sold: int = 0
    net: int = 0
    returned: int = 0
    back: int = 0
    free: int = 0


def sales_of_row(item: Item, place: int, proceeds: OrderProceeds) -> RowSales:
    """Sales in a row of an order that is not recorded yet."""
    units = item.units if isinstance(item.units, int) else 0
    if proceeds.free:
        return RowSales(free=units, net=proceeds.nets[place])
    if place in proceeds.returned:
        return RowSales(units, proceeds.nets[place], units, -proceeds.nets[place])
    return RowSales(units, proceeds.nets[place] - proceeds.reduced[place])


def recorded_by_book(recorded: Iterable[RecordedLines]) -> dict[int | str, BookSum]:
    """What is recorded of each book."""
    sums: dict[int | str, BookSum] = {}
    for lines in recorded:
        units, net, free = sums.get(lines.book, BookSum())
        if lines.kind == SaleKind.FREE:
            sums[lines.book] = BookSum(units, net + lines.net, free + lines.units)
        else:
            sums[lines.book] = BookSum(units + lines.units, net + lines.net, free)
    return sums


def wanted_by_book(order: ExportedOrder, proceeds: OrderProceeds) -> dict[int | str, BookSum]:
    """What should be recorded of each book, as the order is now."""
    target: dict[int | str, BookSum] = {}
    for place, item in enumerate(order.items):
        if item.is_extra or item.key is None:
            continue
        line = sales_of_row(item, place, proceeds)
        units, net, free = target.get(item.key, BookSum())
        target[item.key] = BookSum(
            units + line.sold - line.returned, net + line.net + line.back, free + line.free
        )
    return target


def changes_between(
    order: ExportedOrder,
    target: Mapping[int | str, BookSum] | None,
    recorded: Mapping[int | str, BookSum],
) -> dict[int, RowSales] | None:
    """What to record in addition to what is, by the place of the row that brings it.

    None if no refund explains the difference: more copies or money than are recorded (an older
    export, an order that was added to), or another book. A target of None takes everything back,
    except for free copies.
    """
    first = {item.key: place for place, item in reversed([*enumerate(order.items)]) if item.key}
    changes: dict[int, RowSales] = {}
    for book in {**recorded, **(target or {})}:
        before, now = recorded.get(book, BookSum()), (target or {}).get(book, BookSum())
        units, net = now.units - before.units, now.net - before.net
        if target is not None and now.free != before.free:
            return None
        if not units and not net:
            continue
        if units > 0 or net > 0 or book not in first:
            return None
        if units:
            changes[first[book]] = RowSales(returned=-units, back=net)
        elif before.units > 0:
            changes[first[book]] = RowSales(now.units, now.net, before.units, -before.net)
        else:
            return None
    return changes


def changed_fault(
    order: ExportedOrder,
    proceeds: OrderProceeds | None,
    recorded: Sequence[RecordedLines],
    batches: Sequence[int],
) -> Invalid:
    """What is wrong with an order that was recorded otherwise, in some imports."""
    imports = f"{noun(len(batches), 'import')} {', '.join(map(str, batches))}"
    now = (
        wanted_by_book(order, proceeds).values() if proceeds is not None and not order.gone else ()
    )
    was = _copies_and_money(recorded_by_book(recorded).values(), recorded[0].currency)
    return Invalid(
        Cause.ORDER_CHANGED,
        f"order {printed(order.number)} stands in {imports} with {was}, but this export says "
        f"{_copies_and_money(now, order.currency)}, which is no refund of it",
        f"leave its rows out if this export is older than {imports}; else undo {imports} (correct "
        f"it, once its period is closed) and import this file again",
        "Name",
    )


def _copies_and_money(books: Iterable[BookSum], currency: str) -> str:
    sums = [*books]
    units = sum(book.units + book.free for book in sums)
    return f"{counted(units, 'copy')}, {shown(currency, sum(book.net for book in sums))}"

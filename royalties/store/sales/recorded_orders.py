"""Orders that were recorded already, found by the retailer's order numbers."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.store.tables import batch, edition, retailer, sale, sale_total, waiting

RecordedState = tuple[int, int, int]


def recorded_orders(
    connection: Connection, retailer_id: int, numbers: Sequence[str]
) -> list[RecordedLines]:
    """What the imports that count hold of some orders of a retailer; some thousands at a time.

    Lines are looked up along the table's key, in the periods in which the retailer has sales.
    """
    counted = select(batch.c.id).where(
        batch.c.status == BatchStatus.RECORDED,
        batch.c.corrected_by.is_(None),
        batch.c.corrects.is_(None),
    )
    periods = select(sale_total.c.period_id).where(sale_total.c.retailer_id == retailer_id)
    sold = (
        sale.c.order_ref,
        sale.c.batch_id,
        sale.c.edition_id,
        sale.c.kind,
        sale.c.currency,
    )
    waiting_lines = (
        waiting.c.order_ref,
        waiting.c.batch_id,
        waiting.c.identifier,
        waiting.c.kind,
        waiting.c.currency,
    )
    rows = [
        *connection.execute(
            select(*sold, func.sum(sale.c.units), func.sum(sale.c.net))
            .where(
                sale.c.edition_id.in_(select(edition.c.id)),
                sale.c.period_id.in_(periods),
                sale.c.retailer_id == retailer_id,
                sale.c.batch_id.in_(counted),
                sale.c.order_ref.in_(numbers),
            )
            .group_by(*sold)
        ),
        *connection.execute(
            select(
                *waiting_lines, func.sum(waiting.c.units), func.sum(func.coalesce(waiting.c.net, 0))
            )
            .where(
                waiting.c.batch_id.in_(counted),
                waiting.c.retailer_id == retailer_id,
                waiting.c.order_ref.in_(numbers),
            )
            .group_by(*waiting_lines)
        ),
    ]
    return sorted(
        (
            RecordedLines(order, number, book, kind, currency, int(units), int(net))
            for order, number, book, kind, currency, units, net in rows
        ),
        key=lambda each: (each.order, each.batch, str(each.book), each.kind, each.currency),
    )


def orders_of(connection: Connection, number: int) -> dict[int, list[str]]:
    """Numbers of the orders that a batch has lines of, by the retailer's id."""
    periods = select(sale_total.c.period_id).where(sale_total.c.batch_id == number)
    sold = select(sale.c.retailer_id, sale.c.order_ref).where(
        sale.c.edition_id.in_(select(edition.c.id)),
        sale.c.period_id.in_(periods),
        sale.c.batch_id == number,
        sale.c.order_ref != "",
    )
    waits = select(waiting.c.retailer_id, waiting.c.order_ref).where(
        waiting.c.batch_id == number, waiting.c.order_ref != ""
    )
    by_shop: dict[int, list[str]] = {}
    for shop, order in connection.execute(sold.union(waits)):
        by_shop.setdefault(shop, []).append(order)
    return {shop: sorted(orders) for shop, orders in by_shop.items()}


def lock(connection: Connection, retailer_id: int) -> None:
    """Keep others from recording orders of a retailer meanwhile; not its other sales."""
    connection.execute(
        select(retailer.c.id).where(retailer.c.id == retailer_id).with_for_update(key_share=True)
    )


def recorded_state(connection: Connection) -> RecordedState:
    """A value that changes once an import is recorded, undone or corrected."""
    newest, undone, corrected = connection.execute(
        select(
            func.coalesce(func.max(batch.c.id), 0),
            func.count(batch.c.undone_at),
            func.count(batch.c.corrected_by),
        )
    ).one()
    return newest, undone, corrected

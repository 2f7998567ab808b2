"""Values of orders: quoted, accepted, invoiced and received, each by one query."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from royalties.domain.orders.life import OrderKind, State
from royalties.domain.people import Actor
from royalties.store.scope import visible_orders
from royalties.store.tables import invoice, orders, quote, receipt


class OrderValueRow(NamedTuple):
    """An order with its amounts in minor units.

    Attributes:
        currency: of the accepted quote, or else of the newest; None: there is none yet.
        accepted: the total of the accepted quote; None: none was accepted.
        offered: the total of the newest quote.
        invoiced: all invoices less credit notes, each without the deposit that it uses up.
        received: receipts less what was paid back.
    """

    number: str
    kind: OrderKind
    organization: str
    title: str
    state: State
    quantity: int
    need_by: date | None
    promised_on: date | None
    created_at: datetime
    currency: str | None
    accepted: int | None
    offered: int | None
    invoiced: int
    received: int


def order_values(
    connection: Connection,
    actor: Actor,
    *,
    states: Collection[State] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[OrderValueRow]:
    """Orders that an actor may see, the newest first, with their amounts.

    Args:
        states: only these; all if empty.
        since: created then or later; ``until``: created before.
    """
    newest = (
        select(quote.c.order_id, func.max(quote.c.version).label("version"))
        .group_by(quote.c.order_id)
        .subquery()
    )
    newest_quote, accepted_quote = quote.alias("said"), quote.alias("agreed")
    billed = (
        select(
            invoice.c.order_id, func.sum(invoice.c.total - invoice.c.deposit_applied).label("sum")
        )
        .group_by(invoice.c.order_id)
        .subquery()
    )
    paid = (
        select(receipt.c.order_id, func.sum(receipt.c.amount).label("sum"))
        .group_by(receipt.c.order_id)
        .subquery()
    )
    query = (
        select(
            orders.c.number,
            orders.c.kind,
            orders.c.organization,
            orders.c.title,
            orders.c.state,
            orders.c.quantity,
            orders.c.need_by,
            orders.c.promised_on,
            orders.c.created_at,
            func.coalesce(accepted_quote.c.currency, newest_quote.c.currency),
            accepted_quote.c.total,
            newest_quote.c.total,
            func.coalesce(billed.c.sum, 0),
            func.coalesce(paid.c.sum, 0),
        )
        .outerjoin(newest, newest.c.order_id == orders.c.id)
        .outerjoin(
            newest_quote,
            and_(
                newest_quote.c.order_id == orders.c.id, newest_quote.c.version == newest.c.version
            ),
        )
        .outerjoin(
            accepted_quote,
            and_(
                accepted_quote.c.order_id == orders.c.id,
                accepted_quote.c.version == orders.c.quote_version,
            ),
        )
        .outerjoin(billed, billed.c.order_id == orders.c.id)
        .outerjoin(paid, paid.c.order_id == orders.c.id)
    )
    if states:
        query = query.where(orders.c.state.in_(states))
    if since is not None:
        query = query.where(orders.c.created_at >= since)
    if until is not None:
        query = query.where(orders.c.created_at < until)
    query = visible_orders(query, actor, orders.c.organization).order_by(orders.c.id.desc())
    rows = connection.execute(query)
    return [OrderValueRow._make((*row[:12], int(row[12]), int(row[13]))) for row in rows]

"""Facts about an order beyond its own row: files, copies shipped, deposits."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    Select,
    func,
    select,
)

from royalties.domain.orders.order import FileKind, InvoiceKind
from royalties.store.tables import (
    invoice,
    order_file,
    orders,
    proof_decision,
    quote,
    receipt,
    shipment,
)


class FactRow(NamedTuple):
    """Facts about an order; sums and counts are 0 where there is nothing.

    ``logos``, ``letters`` and ``covers`` count files of artwork by purpose. ``proof`` is the
    newest proof's version; ``proof_answered`` the newest one with an answer. ``deposit`` is what
    the accepted quote asks for in advance, None before acceptance.
    """

    order_id: int
    valid_until: date | None
    deposit: int | None
    deposit_received: int
    received: int
    invoiced: int
    logos: int
    letters: int
    covers: int
    purchase_orders: int
    proof: int
    proof_answered: int
    shipped: int


def facts_of(connection: Connection, ids: Sequence[int]) -> dict[int, FactRow]:
    """Facts about some orders, in one query; the caller has checked access to the orders."""
    newest = quote.alias("newest")
    version = _for_order(select(func.max(newest.c.version)), newest)
    valid = _for_order(select(quote.c.valid_until).where(quote.c.version == version), quote)
    deposit = (
        select(quote.c.deposit)
        .where(quote.c.order_id == orders.c.id, quote.c.version == orders.c.quote_version)
        .scalar_subquery()
    )
    received = select(func.coalesce(func.sum(receipt.c.amount), 0)).where(
        receipt.c.order_id == orders.c.id
    )
    ahead = received.join(invoice, invoice.c.id == receipt.c.invoice_id).where(
        invoice.c.kind == InvoiceKind.DEPOSIT
    )
    amount = invoice.c.total - invoice.c.deposit_applied
    invoiced = select(func.coalesce(func.sum(amount), 0)).where(invoice.c.order_id == orders.c.id)
    sent = order_file.alias("sent")
    proof = _for_order(
        select(func.coalesce(func.max(sent.c.version), 0)).where(sent.c.kind == FileKind.PROOF),
        sent,
    )
    answered = (
        select(func.count())
        .select_from(proof_decision.join(order_file, order_file.c.id == proof_decision.c.file_id))
        .where(
            order_file.c.order_id == orders.c.id,
            order_file.c.kind == FileKind.PROOF,
            order_file.c.version == proof,
        )
        .correlate(orders)
    )
    shipped = select(func.coalesce(func.sum(shipment.c.copies), 0)).where(
        shipment.c.order_id == orders.c.id
    )
    rows = connection.execute(
        select(
            orders.c.id,
            valid,
            deposit,
            ahead.scalar_subquery(),
            received.scalar_subquery(),
            invoiced.scalar_subquery(),
            *map(_files, (FileKind.LOGO, FileKind.LETTER, FileKind.COVER)),
            _files(FileKind.PURCHASE_ORDER),
            proof,
            answered.scalar_subquery(),
            shipped.scalar_subquery(),
        ).where(orders.c.id.in_(ids))
    )
    return {row[0]: FactRow(row[0], *row[1:3], *(int(each) for each in row[3:])) for row in rows}


def _files(kind: FileKind) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(order_file)
        .where(order_file.c.order_id == orders.c.id, order_file.c.kind == kind)
        .scalar_subquery()
    )


def _for_order(query: Select[Any], table: FromClause) -> ScalarSelect[Any]:
    """A query's result for the order at hand."""
    return query.where(table.c.order_id == orders.c.id).correlate(orders).scalar_subquery()

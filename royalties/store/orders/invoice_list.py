"""Invoices as the desk lists them, a page at a time, with their balances."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from royalties.domain.orders.order import InvoiceKind
from royalties.domain.people import Actor
from royalties.store.scope import visible_orders
from royalties.store.tables import invoice, orders, receipt


class InvoiceListRow(NamedTuple):
    """An invoice or credit note; ``balance`` is what remains to pay, 0 for a credit note."""

    number: str
    kind: InvoiceKind
    of_number: str | None
    order: str
    organization: str
    currency: str
    amount: int
    issued_on: date
    due_on: date
    balance: int


def invoices(
    connection: Connection,
    actor: Actor,
    *,
    organization: str = "",
    open_only: bool = False,
    due_before: date | None = None,
    limit: int = 50,
    skip: int = 0,
) -> list[InvoiceListRow]:
    """Invoices and credit notes that an actor may see, the newest first.

    Args:
        organization: its key; empty for all.
        open_only: only invoices that are not settled.
        due_before: only unpaid invoices due before this day.
        limit: how many.
        skip: how many newer ones to skip.
    """
    credit = invoice.alias("credit")
    credited_invoice = invoice.alias("of")
    credited = (
        select(func.coalesce(func.sum(credit.c.total - credit.c.deposit_applied), 0))
        .where(credit.c.of_id == invoice.c.id)
        .correlate(invoice)
        .scalar_subquery()
    )
    received = (
        select(func.coalesce(func.sum(receipt.c.amount), 0))
        .where(receipt.c.invoice_id == invoice.c.id)
        .correlate(invoice)
        .scalar_subquery()
    )
    amount = invoice.c.total - invoice.c.deposit_applied
    balance = amount + credited - received
    query = (
        select(
            invoice.c.number,
            invoice.c.kind,
            credited_invoice.c.number,
            orders.c.number,
            invoice.c.organization,
            invoice.c.currency,
            amount,
            invoice.c.issued_on,
            invoice.c.due_on,
            balance,
        )
        .join(orders, orders.c.id == invoice.c.order_id)
        .outerjoin(credited_invoice, credited_invoice.c.id == invoice.c.of_id)
    )
    if organization:
        query = query.where(invoice.c.organization == organization)
    if open_only or due_before:
        query = query.where(invoice.c.kind != InvoiceKind.CREDIT, balance != 0)
    if due_before:
        query = query.where(invoice.c.due_on < due_before, balance > 0)
    query = visible_orders(query, actor, invoice.c.organization)
    rows = connection.execute(query.order_by(invoice.c.id.desc()).limit(limit).offset(skip))
    return [
        InvoiceListRow._make(
            (*row[:6], int(row[6]), *row[7:9], 0 if row[1] == "credit" else int(row[9]))
        )
        for row in rows
    ]

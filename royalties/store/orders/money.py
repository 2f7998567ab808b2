"""Shipments, invoices and receipts of orders; all three are append-only."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, case, cast, func, insert, or_, select
from sqlalchemy.sql.functions import coalesce

from royalties.domain.orders.order import InvoiceKind
from royalties.domain.people import Actor
from royalties.domain.sales.imports import BatchStatus
from royalties.store.scope import visible_orders
from royalties.store.tables import (
    batch,
    edition,
    invoice,
    order_event,
    orders,
    receipt,
    sale,
    sale_total,
    shipment,
)

_ROWS, _DOCUMENTS = 1_000, 20
"""Rows fetched at a time when all are read; and rows with documents."""


class ShipmentRow(NamedTuple):
    """Copies sent to one of an order's addresses; negative: returned."""

    id: int
    order_id: int
    number: int
    address: int
    copies: int
    shipped_on: date
    carrier: str
    tracking: str
    batch_id: int
    token: str
    at: datetime
    by: str


class InvoiceRow(NamedTuple):
    """An invoice or credit note; ``content`` is its whole content as JSON."""

    id: int
    number: str
    order_id: int
    organization: str
    kind: InvoiceKind
    of_id: int | None
    currency: str
    total: int
    deposit_applied: int
    issued_on: date
    due_on: date
    content: str
    fingerprint: str
    entry_id: int
    token: str

    @property
    def amount(self) -> int:
        """The amount to pay, less the deposit that was invoiced before."""
        return self.total - self.deposit_applied


class ReceiptRow(NamedTuple):
    """An organization's payment for an invoice; negative: paid back.

    A wrong receipt is reversed by another one, whose reference gives the reason.
    """

    id: int
    organization: str
    order_id: int
    invoice_id: int
    currency: str
    amount: int
    received_on: date
    reference: str
    reverses_id: int | None
    entry_id: int
    token: str
    at: datetime
    by: str


class OpenInvoice(NamedTuple):
    """An invoice, and what remains of it after credit notes and receipts."""

    id: int
    number: str
    kind: InvoiceKind
    order_id: int
    order: str
    organization: str
    currency: str
    issued_on: date
    due_on: date
    amount: int
    credited: int
    received: int
    contact_name: str
    contact_email: str

    @property
    def balance(self) -> int:
        """What is owed; negative if overpaid."""
        return self.amount + self.credited - self.received


# Shipments


def shipments_of(connection: Connection, order_id: int) -> list[ShipmentRow]:
    """An order's shipments in order; the caller has checked access."""
    query = _select_fields_of(shipment, ShipmentRow).where(shipment.c.order_id == order_id)
    return [ShipmentRow(*row) for row in connection.execute(query.order_by(shipment.c.number))]


def find_shipment(connection: Connection, token: str) -> ShipmentRow | None:
    """The shipment that was entered with a form's token."""
    row = connection.execute(
        _select_fields_of(shipment, ShipmentRow).where(shipment.c.token == token)
    ).first()
    return ShipmentRow(*row) if row else None


def add_shipment(connection: Connection, values: Mapping[str, object]) -> ShipmentRow:
    """Add a shipment; the caller holds the order's lock."""
    inserted = connection.execute(
        insert(shipment).values(**values).returning(*(shipment.c[n] for n in ShipmentRow._fields))
    )
    return ShipmentRow(*inserted.one())


def receipts_of_order(connection: Connection, number: str) -> int:
    """Net receipts, in millionths, of an order's sales; the order is given by its number.

    Sums the batches' totals, not their lines.
    """
    query = (
        select(coalesce(func.sum(sale_total.c.net), 0))
        .join(batch, batch.c.id == sale_total.c.batch_id)
        .where(batch.c.account == account_of(number), batch.c.status == BatchStatus.RECORDED)
    )
    return int(connection.execute(query).scalar_one())


def first_document(connection: Connection, number: str) -> dict[str, Any] | None:
    """The import document of an order's first sales."""
    query = (
        select(batch.c.document)
        .where(batch.c.account == account_of(number), batch.c.status == BatchStatus.RECORDED)
        .order_by(batch.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar()


def account_of(number: str) -> str:
    """The account under which an order's batches are recorded."""
    return f"order {number}"


class ShipmentSales(NamedTuple):
    """The recorded sales of a shipment's batch; ``others`` counts lines of anything else."""

    order: str
    report: str
    status: BatchStatus
    units: int
    others: int


def shipments_and_sales(connection: Connection) -> Iterator[tuple[ShipmentRow, ShipmentSales]]:
    """Every shipment with its recorded sales, by order and number, streamed."""
    own = coalesce(orders.c.own_isbn, orders.c.isbn)
    is_other = or_(
        sale.c.order_ref != orders.c.number,
        edition.c.isbn != own,
        sale.c.day != shipment.c.shipped_on,
        sale.c.reference != cast(shipment.c.number, Text),
    )
    columns = [shipment.c[name] for name in ShipmentRow._fields]
    query = (
        select(
            *columns,
            orders.c.number,
            batch.c.report,
            batch.c.status,
            coalesce(func.sum(sale.c.units), 0),
            coalesce(func.sum(case((is_other, 1), else_=0)), 0),
        )
        .join(orders, orders.c.id == shipment.c.order_id)
        .join(batch, batch.c.id == shipment.c.batch_id)
        .outerjoin(sale, sale.c.batch_id == batch.c.id)
        .outerjoin(edition, edition.c.id == sale.c.edition_id)
        .group_by(*columns, orders.c.number, batch.c.report, batch.c.status)
        .order_by(shipment.c.order_id, shipment.c.number)
    )
    with connection.execute(query, execution_options={"yield_per": _ROWS}) as rows:
        for row in rows:
            yield ShipmentRow(*row[:12]), ShipmentSales(*row[12:15], *map(int, row[15:]))


def sales_without_shipment(connection: Connection) -> list[str]:
    """Names of recorded batches that claim to be a shipment's, but are not."""
    rows = connection.execute(
        select(batch.c.file_name)
        .outerjoin(shipment, shipment.c.batch_id == batch.c.id)
        .where(
            batch.c.report == "shipment",
            batch.c.status == BatchStatus.RECORDED,
            shipment.c.id.is_(None),
        )
        .order_by(batch.c.id)
    )
    return list(rows.scalars())


# Invoices


def last_invoice(connection: Connection) -> int:
    """The highest invoice number; 0 before the first invoice."""
    return connection.execute(select(func.max(invoice.c.id))).scalar() or 0


def add_invoice(connection: Connection, row: InvoiceRow) -> None:
    """Add an invoice or credit note; the caller locks the ledger's end, so numbers have no gaps."""
    connection.execute(insert(invoice).values(**row._asdict()))


def invoices_of(connection: Connection, order_id: int) -> list[InvoiceRow]:
    """An order's invoices and credit notes in order; the caller has checked access."""
    query = _select_fields_of(invoice, InvoiceRow).where(invoice.c.order_id == order_id)
    return [InvoiceRow(*row) for row in connection.execute(query.order_by(invoice.c.id))]


def find_invoice(connection: Connection, actor: Actor, number: str) -> InvoiceRow | None:
    """An invoice or credit note that an actor may see."""
    query = _select_fields_of(invoice, InvoiceRow).where(invoice.c.number == number)
    row = connection.execute(visible_orders(query, actor, invoice.c.organization)).first()
    return InvoiceRow(*row) if row else None


def invoice_by_token(connection: Connection, token: str) -> InvoiceRow | None:
    """The invoice that was issued with a form's token."""
    row = connection.execute(
        _select_fields_of(invoice, InvoiceRow).where(invoice.c.token == token)
    ).first()
    return InvoiceRow(*row) if row else None


def order_number(connection: Connection, order_id: int) -> str:
    """The number of the order that an invoice or a receipt belongs to."""
    return str(
        connection.execute(select(orders.c.number).where(orders.c.id == order_id)).scalar_one()
    )


def all_invoices(connection: Connection) -> Iterator[InvoiceRow]:
    """Every invoice and credit note in order of number, streamed."""
    query = _select_fields_of(invoice, InvoiceRow).order_by(invoice.c.id)
    with connection.execute(query, execution_options={"yield_per": _DOCUMENTS}) as rows:
        for row in rows:
            yield InvoiceRow(*row)


def invoices_for(
    connection: Connection, actor: Actor, organization: str
) -> list[tuple[InvoiceRow, str]]:
    """An organization's invoices and credit notes, each with its order's number."""
    query = _select_fields_of(invoice, InvoiceRow).add_columns(
        orders.c.number.label("order_number")
    )
    query = query.join(orders, orders.c.id == invoice.c.order_id).where(
        invoice.c.organization == organization
    )
    rows = connection.execute(
        visible_orders(query, actor, invoice.c.organization).order_by(invoice.c.id)
    )
    return [(InvoiceRow(*row[:-1]), row[-1]) for row in rows]


# Receipts


def find_receipt(connection: Connection, number: int) -> ReceiptRow | None:
    """A receipt by its number."""
    row = connection.execute(
        _select_fields_of(receipt, ReceiptRow).where(receipt.c.id == number)
    ).first()
    return ReceiptRow(*row) if row else None


def receipt_by_token(connection: Connection, token: str) -> ReceiptRow | None:
    """The receipt that was entered with a form's token."""
    row = connection.execute(
        _select_fields_of(receipt, ReceiptRow).where(receipt.c.token == token)
    ).first()
    return ReceiptRow(*row) if row else None


def add_receipt(connection: Connection, values: Mapping[str, object]) -> ReceiptRow:
    """Add a receipt; the caller holds the order's lock."""
    inserted = connection.execute(
        insert(receipt).values(**values).returning(*(receipt.c[n] for n in ReceiptRow._fields))
    )
    return ReceiptRow(*inserted.one())


def receipts_of(connection: Connection, order_id: int) -> list[ReceiptRow]:
    """An order's receipts in order; the caller has checked access."""
    query = _select_fields_of(receipt, ReceiptRow).where(receipt.c.order_id == order_id)
    return [ReceiptRow(*row) for row in connection.execute(query.order_by(receipt.c.id))]


def all_receipts(connection: Connection) -> Iterator[tuple[ReceiptRow, str, str]]:
    """Every receipt with the numbers of its order and its invoice, streamed."""
    query = (
        _select_fields_of(receipt, ReceiptRow)
        .add_columns(orders.c.number.label("order_number"), invoice.c.number.label("of_invoice"))
        .join(orders, orders.c.id == receipt.c.order_id)
        .join(invoice, invoice.c.id == receipt.c.invoice_id)
        .order_by(receipt.c.id)
    )
    with connection.execute(query, execution_options={"yield_per": _ROWS}) as rows:
        for row in rows:
            yield ReceiptRow(*row[:-2]), row[-2], row[-1]


def receipts_for(
    connection: Connection, actor: Actor, organization: str
) -> list[tuple[ReceiptRow, str]]:
    """An organization's receipts, each with the number of its invoice."""
    query = _select_fields_of(receipt, ReceiptRow).add_columns(
        invoice.c.number.label("invoice_number")
    )
    query = query.join(invoice, invoice.c.id == receipt.c.invoice_id).where(
        receipt.c.organization == organization
    )
    rows = connection.execute(
        visible_orders(query, actor, receipt.c.organization).order_by(receipt.c.id)
    )
    return [(ReceiptRow(*row[:-1]), row[-1]) for row in rows]


# What is owed


def open_invoices(
    connection: Connection,
    actor: Actor,
    *,
    organization: str = "",
    order_id: int | None = None,
    settled: bool = False,
) -> list[OpenInvoice]:
    """Invoices, the longest overdue first, with their balances; credit notes reduce their invoice.

    Args:
        settled: include settled ones.
    """
    credit = invoice.alias("credit")
    credited = (
        select(credit.c.of_id, func.sum(credit.c.total - credit.c.deposit_applied).label("sum"))
        .where(credit.c.of_id.is_not(None))
        .group_by(credit.c.of_id)
        .subquery()
    )
    received = (
        select(receipt.c.invoice_id, func.sum(receipt.c.amount).label("sum"))
        .group_by(receipt.c.invoice_id)
        .subquery()
    )
    amount = invoice.c.total - invoice.c.deposit_applied
    less, paid = coalesce(credited.c.sum, 0), coalesce(received.c.sum, 0)
    query = (
        select(
            invoice.c.id,
            invoice.c.number,
            invoice.c.kind,
            invoice.c.order_id,
            orders.c.number.label("order_number"),
            invoice.c.organization,
            invoice.c.currency,
            invoice.c.issued_on,
            invoice.c.due_on,
            amount.label("amount"),
            less.label("credited"),
            paid.label("received"),
            orders.c.contact_name,
            orders.c.contact_email,
        )
        .join(orders, orders.c.id == invoice.c.order_id)
        .outerjoin(credited, credited.c.of_id == invoice.c.id)
        .outerjoin(received, received.c.invoice_id == invoice.c.id)
        .where(invoice.c.kind != InvoiceKind.CREDIT)
    )
    if not settled:
        query = query.where(amount + less - paid != 0)
    if organization:
        query = query.where(invoice.c.organization == organization)
    if order_id is not None:
        query = query.where(invoice.c.order_id == order_id)
    query = visible_orders(query, actor, invoice.c.organization)
    rows = connection.execute(query.order_by(invoice.c.due_on, invoice.c.id))
    return [OpenInvoice(*row[:9], *map(int, row[9:12]), *row[12:]) for row in rows]


def action_details(
    connection: Connection, numbers: Iterable[int], action: str
) -> list[tuple[dict[str, Any], datetime]]:
    """(detail, moment) of an action in some orders' histories, the earliest first."""
    rows = connection.execute(
        select(order_event.c.detail, order_event.c.at)
        .where(order_event.c.order_id.in_(sorted(set(numbers))), order_event.c.action == action)
        .order_by(order_event.c.at, order_event.c.order_id, order_event.c.place)
    )
    return [(row.detail, row.at) for row in rows]


def _select_fields_of(table: Any, kind: type[NamedTuple]) -> Select[Any]:  # noqa: ANN401 - any of the tables
    return select(*(table.c[name] for name in kind._fields))

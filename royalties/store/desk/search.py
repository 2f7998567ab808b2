"""Find by a few letters, a number or an amount what the database alone knows.

Each kind of thing is one query. Those over what is somebody's own are told who looks.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, union_all

from royalties.domain.people import Actor
from royalties.domain.sales.imports import BatchStatus
from royalties.store.sales.lines import IS_REFERRED
from royalties.store.scope import own, own_orders
from royalties.store.tables import (
    batch,
    contract_close,
    edition,
    entry,
    identifier,
    invoice,
    orders,
    person,
    posting,
    quote,
    receipt,
    retailer,
    sale,
    settlement,
    shipment,
    statement,
)
from royalties.store.tables import period as period_table

MOST = 20
"""Of each kind; one more is asked for, to tell that there are more."""


Wanted = Sequence[tuple[Sequence[str], int]]
"""An amount that is looked for: each minor units with the currencies of which it is so many.

Empty: what is looked for is no amount.
"""


class StatementHit(NamedTuple):
    """A numbered statement, with the amounts that it ends in, in minor units."""

    number: str
    period: str
    beneficiary: str
    currency: str
    allocated: int
    due: int
    to_pay: int


class ContractHit(NamedTuple):
    """What a contract came to in a closed period, in minor units."""

    period: str
    contract: str
    currency: str
    earned: int
    withheld: int
    released: int
    available: int
    recouped: int
    payable: int


class EntryHit(NamedTuple):
    """An entry of the ledger with the posting of an amount; debit is positive."""

    number: int
    dated: date
    description: str
    currency: str
    amount: int


class ReceiptHit(NamedTuple):
    """Money that came in for an invoice; negative: paid back."""

    invoice: str
    organization: str
    received_on: date
    reference: str
    currency: str
    amount: int


class ReferredHit(NamedTuple):
    """Sale lines of one retailer with the same reference, the retailer's or of an order."""

    reference: str
    retailer: str
    lines: int
    first: str
    last: str


class BatchHit(NamedTuple):
    """An import."""

    id: int
    file_name: str
    status: BatchStatus
    recorded_at: str


class OrderHit(NamedTuple):
    """An order of an organization: the total that its newest or accepted quote says.

    ``tracking`` is the number of a parcel, where that is what was looked for.
    """

    number: str
    organization: str
    title: str
    po_number: str
    tracking: str | None
    currency: str | None
    total: int | None


class InvoiceHit(NamedTuple):
    """An invoice or credit note of an order."""

    number: str
    organization: str
    order: str
    currency: str
    total: int


class PersonHit(NamedTuple):
    """Somebody who signs in."""

    id: int
    name: str
    email: str
    role: str


def _has(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text somewhere, whatever its case."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def _comes_to(
    wanted: Wanted, currency: ColumnElement[str], *amounts: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether one of some amounts is the one that is looked for, of either sign."""
    found = (
        and_(
            or_(*(amount.in_((minor, -minor)) for amount in amounts)),
            currency.in_(currencies),
        )
        for currencies, minor in wanted
    )
    return or_(false(), *found)


def statements(
    connection: Connection, actor: Actor, text: str, wanted: Wanted = ()
) -> list[StatementHit]:
    """Statements whose number begins with a text, or which end in an amount, the newest first."""
    ends = (settlement.c.allocated, settlement.c.due, settlement.c.to_pay)
    query = (
        select(
            statement.c.number,
            period_table.c.name,
            statement.c.beneficiary,
            statement.c.currency,
            *ends,
        )
        .join(period_table, period_table.c.id == statement.c.period_id)
        .join(
            settlement,
            and_(
                settlement.c.period_id == statement.c.period_id,
                settlement.c.beneficiary == statement.c.beneficiary,
                settlement.c.currency == statement.c.currency,
            ),
        )
        .where(
            or_(
                statement.c.number.startswith(text.upper(), autoescape=True),
                _comes_to(wanted, settlement.c.currency, *ends),
            )
        )
        .order_by(statement.c.period_id.desc(), statement.c.place)
        .limit(MOST + 1)
    )
    rows = connection.execute(own(query, actor, statement.c.beneficiary))
    return [StatementHit(*row) for row in rows]


def contracts(connection: Connection, wanted: Wanted) -> list[ContractHit]:
    """Closed periods of contracts in which an amount was earned, withheld or payable."""
    if not wanted:
        return []
    of = contract_close.c
    amounts = (of.earned, of.withheld, of.released, of.available, of.recouped, of.payable)
    rows = connection.execute(
        select(period_table.c.name, of.contract, of.currency, *amounts)
        .join(period_table, period_table.c.id == of.period_id)
        .where(_comes_to(wanted, of.currency, *amounts))
        .order_by(of.period_id.desc(), of.contract)
        .limit(MOST + 1)
    )
    return [ContractHit(*row) for row in rows]


def entries(connection: Connection, wanted: Wanted) -> list[EntryHit]:
    """Entries of the ledger that post an amount to some account, the newest first."""
    if not wanted:
        return []
    posted = (
        select(posting.c.entry_id, posting.c.currency, func.max(posting.c.amount).label("amount"))
        .where(_comes_to(wanted, posting.c.currency, posting.c.amount))
        .group_by(posting.c.entry_id, posting.c.currency)
        .order_by(posting.c.entry_id.desc(), posting.c.currency)
        .limit(MOST + 1)
        .subquery()
    )
    rows = connection.execute(
        select(entry.c.id, entry.c.dated, entry.c.description, posted.c.currency, posted.c.amount)
        .join(posted, posted.c.entry_id == entry.c.id)
        .order_by(entry.c.id.desc(), posted.c.currency)
    )
    return [EntryHit(*row) for row in rows]


def receipts(
    connection: Connection, actor: Actor, text: str, wanted: Wanted = ()
) -> list[ReceiptHit]:
    """Money that came in with a text in its bank reference, or of an amount, the newest first."""
    query = (
        select(
            invoice.c.number,
            receipt.c.organization,
            receipt.c.received_on,
            receipt.c.reference,
            receipt.c.currency,
            receipt.c.amount,
        )
        .join(invoice, invoice.c.id == receipt.c.invoice_id)
        .where(
            or_(
                _has(receipt.c.reference, text),
                _comes_to(wanted, receipt.c.currency, receipt.c.amount),
            )
        )
        .order_by(receipt.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(own_orders(query, actor, receipt.c.organization))
    return [ReceiptHit(*row) for row in rows]


def referred(connection: Connection, text: str) -> list[ReferredHit]:
    """Sale lines whose order or reference is a text, as it is written or in capitals."""
    written = tuple({text, text.upper(), text.lower()})
    lines = union_all(
        *(
            select(column.label("reference"), sale.c.retailer_id, sale.c.day).where(
                column.in_(written), is_given
            )
            for column, is_given in zip(
                (sale.c.reference, sale.c.order_ref), IS_REFERRED, strict=True
            )
        )
    ).subquery()
    rows = connection.execute(
        select(
            lines.c.reference,
            retailer.c.key,
            func.count(),
            func.min(lines.c.day),
            func.max(lines.c.day),
        )
        .join(retailer, retailer.c.id == lines.c.retailer_id)
        .group_by(lines.c.reference, retailer.c.key)
        .order_by(lines.c.reference, retailer.c.key)
        .limit(MOST + 1)
    )
    return [ReferredHit(*row) for row in rows]


def batches(connection: Connection, text: str) -> list[BatchHit]:
    """Imports of a number or with a text in their file's name, the newest first."""
    wanted = _has(batch.c.file_name, text)
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - an import's number
        wanted = or_(wanted, batch.c.id == int(text))
    rows = connection.execute(
        select(batch.c.id, batch.c.file_name, batch.c.status, batch.c.recorded_at)
        .where(wanted)
        .order_by(batch.c.id.desc())
        .limit(MOST + 1)
    )
    return [BatchHit(*row) for row in rows]


def placed(
    connection: Connection,
    actor: Actor,
    text: str,
    organizations: Sequence[str],
    wanted: Wanted = (),
) -> list[OrderHit]:
    """Orders, the newest first.

    Found by a text in their number or purchase order's, by a parcel's number, by the total of the
    quote that was accepted or else of the newest, or as those of some organizations.
    """
    newest = (
        select(func.max(quote.c.version))
        .where(quote.c.order_id == orders.c.id)
        .correlate(orders)
        .scalar_subquery()
    )
    unspaced = text.replace(" ", "")
    parcels = (
        select(func.max(shipment.c.tracking))
        .where(
            shipment.c.order_id == orders.c.id,
            _has(func.replace(shipment.c.tracking, " ", ""), unspaced),
        )
        .correlate(orders)
        .scalar_subquery()
    )
    query = (
        select(
            orders.c.number,
            orders.c.organization,
            orders.c.title,
            orders.c.po_number,
            parcels,
            quote.c.currency,
            quote.c.total,
        )
        .outerjoin(
            quote,
            and_(
                quote.c.order_id == orders.c.id,
                quote.c.version == func.coalesce(orders.c.quote_version, newest),
            ),
        )
        .where(
            or_(
                _has(orders.c.number, text),
                _has(orders.c.po_number, text),
                orders.c.organization.in_(organizations),
                parcels.is_not(None),
                _comes_to(wanted, quote.c.currency, quote.c.total),
            )
        )
        .order_by(orders.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(own_orders(query, actor, orders.c.organization, orders.c.id))
    return [OrderHit(*row) for row in rows]


def invoices(
    connection: Connection, actor: Actor, text: str, wanted: Wanted = ()
) -> list[InvoiceHit]:
    """Invoices and credit notes with a text in their number, or over an amount, the newest first.

    The amount is their total, or what of it is left to pay behind a deposit.
    """
    left = invoice.c.total - invoice.c.deposit_applied
    query = (
        select(
            invoice.c.number,
            invoice.c.organization,
            orders.c.number,
            invoice.c.currency,
            invoice.c.total,
        )
        .join(orders, orders.c.id == invoice.c.order_id)
        .where(
            or_(
                _has(invoice.c.number, text),
                _comes_to(wanted, invoice.c.currency, invoice.c.total, left),
            )
        )
        .order_by(invoice.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(own_orders(query, actor, invoice.c.organization))
    return [InvoiceHit(*row) for row in rows]


def aliases(connection: Connection, text: str) -> list[tuple[str, str]]:
    """(identifier, ISBN) of identifiers that begin with a text."""
    rows = connection.execute(
        select(identifier.c.value, edition.c.isbn)
        .join(edition, edition.c.id == identifier.c.edition_id)
        .where(identifier.c.value.startswith(text.upper(), autoescape=True))
        .order_by(identifier.c.value)
        .limit(MOST + 1)
    )
    return [(row[0], row[1]) for row in rows]


def people(connection: Connection, text: str) -> list[PersonHit]:
    """People with a text in their name or address."""
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.email, person.c.role)
        .where(or_(_has(person.c.name, text), _has(person.c.email, text)))
        .order_by(person.c.name, person.c.id)
        .limit(MOST + 1)
    )
    return [PersonHit(*row) for row in rows]

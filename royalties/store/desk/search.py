"""Search by text, number or amount over what only the database holds.

Each kind of thing is one query. Those over rows that belong to somebody take the actor.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from royalties.domain.people import Actor
from royalties.domain.sales.imports import BatchStatus
from royalties.store.sales.batches import is_waiting
from royalties.store.sales.references import lines_found
from royalties.store.scope import visible_orders, visible_to_beneficiary
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
    sale_reference,
    settlement,
    shipment,
    statement,
    waiting,
)
from royalties.store.tables import period as period_table
from royalties.store.tables.types import Day

MOST = 20
"""Hits of each kind; one more is fetched, to tell whether there are more."""


AmountQuery = Sequence[tuple[Sequence[str], int]]
"""An amount that is searched for: minor units, each with the currencies in which it is that many.

Empty: the search text is not an amount.
"""


class StatementHit(NamedTuple):
    """A numbered statement with its closing amounts, in minor units."""

    number: str
    period: str
    beneficiary: str
    currency: str
    allocated: int
    due: int
    to_pay: int


class ContractHit(NamedTuple):
    """A contract's figures in a closed period, in minor units."""

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
    """Money received for an invoice; negative: paid back."""

    invoice: str
    organization: str
    received_on: date
    reference: str
    currency: str
    amount: int


class ReferenceHit(NamedTuple):
    """Lines of one retailer with the same reference, the retailer's or of an order.

    ``identifier`` is what waiting rows wait for; empty: the lines are recorded.
    """

    reference: str
    retailer: str
    lines: int
    first: date
    last: date
    identifier: str


class BatchHit(NamedTuple):
    """An import."""

    id: int
    file_name: str
    status: BatchStatus
    recorded_at: str


class OrderHit(NamedTuple):
    """An organization's order, with the total of its newest or accepted quote.

    ``tracking`` is a parcel's number, if the search matched it.
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
    """A person who can sign in."""

    id: int
    name: str
    email: str
    role: str


def _contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column contains a text, ignoring case."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def _equals_amount(
    amount: AmountQuery, currency: ColumnElement[str], *amounts: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether one of some amounts is the one searched for, with either sign."""
    conditions = (
        and_(
            or_(*(column.in_((minor, -minor)) for column in amounts)),
            currency.in_(currencies),
        )
        for currencies, minor in amount
    )
    return or_(false(), *conditions)


def statements(
    connection: Connection, actor: Actor, text: str, amount: AmountQuery = ()
) -> list[StatementHit]:
    """Statements whose number begins with a text, or with a closing amount, the newest first."""
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
                _equals_amount(amount, settlement.c.currency, *ends),
            )
        )
        .order_by(statement.c.period_id.desc(), statement.c.place)
        .limit(MOST + 1)
    )
    rows = connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary))
    return [StatementHit(*row) for row in rows]


def contracts(connection: Connection, amount: AmountQuery) -> list[ContractHit]:
    """Closed periods of contracts in which an amount was earned, withheld or payable."""
    if not amount:
        return []
    close = contract_close.c
    amounts = (
        close.earned,
        close.withheld,
        close.released,
        close.available,
        close.recouped,
        close.payable,
    )
    rows = connection.execute(
        select(period_table.c.name, close.contract, close.currency, *amounts)
        .join(period_table, period_table.c.id == close.period_id)
        .where(_equals_amount(amount, close.currency, *amounts))
        .order_by(close.period_id.desc(), close.contract)
        .limit(MOST + 1)
    )
    return [ContractHit(*row) for row in rows]


def entries(connection: Connection, amount: AmountQuery) -> list[EntryHit]:
    """Ledger entries that post an amount to some account, the newest first."""
    if not amount:
        return []
    posted = (
        select(posting.c.entry_id, posting.c.currency, func.max(posting.c.amount).label("amount"))
        .where(_equals_amount(amount, posting.c.currency, posting.c.amount))
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
    connection: Connection, actor: Actor, text: str, amount: AmountQuery = ()
) -> list[ReceiptHit]:
    """Receipts with a text in their bank reference, or of an amount, the newest first."""
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
                _contains(receipt.c.reference, text),
                _equals_amount(amount, receipt.c.currency, receipt.c.amount),
            )
        )
        .order_by(receipt.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(visible_orders(query, actor, receipt.c.organization))
    return [ReceiptHit(*row) for row in rows]


def references(connection: Connection, text: str) -> list[ReferenceHit]:
    """Lines whose order or reference equals a text, as written or in another case; one query."""
    written = tuple({text, text.upper(), text.lower()})
    recorded = (
        select(sale_reference.c.reference, literal("").label("identifier"), *_place(sale))
        .select_from(lines_found())
        .where(sale_reference.c.reference.in_(written))
    )
    unmatched = (
        select(column, waiting.c.identifier, *_place(waiting)).where(
            column.in_(written), column != "", is_waiting()
        )
        for column in (waiting.c.reference, waiting.c.order_ref)
    )
    lines = union_all(recorded, *unmatched).subquery()
    rows = connection.execute(
        select(
            lines.c.reference,
            retailer.c.key,
            func.count(),
            type_coerce(func.min(lines.c.day), Day),
            type_coerce(func.max(lines.c.day), Day),
            lines.c.identifier,
        )
        .join(retailer, retailer.c.id == lines.c.retailer_id)
        .group_by(lines.c.reference, retailer.c.key, lines.c.identifier)
        .order_by(lines.c.reference, retailer.c.key, lines.c.identifier)
        .limit(2 * (MOST + 1))
    )
    return [ReferenceHit(*row) for row in rows]


def _place(lines: Table) -> tuple[ColumnElement[int], ColumnElement[str]]:
    return lines.c.retailer_id, lines.c.day


def batches(connection: Connection, text: str) -> list[BatchHit]:
    """Imports with a number, or with a text in their file's name, the newest first."""
    condition = _contains(batch.c.file_name, text)
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - an import's number
        condition = or_(condition, batch.c.id == int(text))
    rows = connection.execute(
        select(batch.c.id, batch.c.file_name, batch.c.status, batch.c.recorded_at)
        .where(condition)
        .order_by(batch.c.id.desc())
        .limit(MOST + 1)
    )
    return [BatchHit(*row) for row in rows]


def order_hits(
    connection: Connection,
    actor: Actor,
    text: str,
    organizations: Sequence[str],
    amount: AmountQuery = (),
) -> list[OrderHit]:
    """Orders, the newest first.

    Matched by a text in their number or purchase order number, a parcel's number, the total of the
    accepted quote (or else the newest), or as those of some organizations.
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
            _contains(func.replace(shipment.c.tracking, " ", ""), unspaced),
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
                _contains(orders.c.number, text),
                _contains(orders.c.po_number, text),
                orders.c.organization.in_(organizations),
                parcels.is_not(None),
                _equals_amount(amount, quote.c.currency, quote.c.total),
            )
        )
        .order_by(orders.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(visible_orders(query, actor, orders.c.organization, orders.c.id))
    return [OrderHit(*row) for row in rows]


def invoices(
    connection: Connection, actor: Actor, text: str, amount: AmountQuery = ()
) -> list[InvoiceHit]:
    """Invoices and credit notes with a text in their number, or of an amount, the newest first.

    The amount is the total, or what remains to pay after a deposit.
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
                _contains(invoice.c.number, text),
                _equals_amount(amount, invoice.c.currency, invoice.c.total, left),
            )
        )
        .order_by(invoice.c.id.desc())
        .limit(MOST + 1)
    )
    rows = connection.execute(visible_orders(query, actor, invoice.c.organization))
    return [InvoiceHit(*row) for row in rows]


def aliases(connection: Connection, text: str) -> list[tuple[str, str]]:
    """Identifiers that begin with a text, as (identifier, ISBN)."""
    rows = connection.execute(
        select(identifier.c.value, edition.c.isbn)
        .join(edition, edition.c.id == identifier.c.edition_id)
        .where(identifier.c.value.startswith(text.upper(), autoescape=True))
        .order_by(identifier.c.value)
        .limit(MOST + 1)
    )
    return [(row[0], row[1]) for row in rows]


def people(connection: Connection, text: str) -> list[PersonHit]:
    """People with a text in their name or e-mail address."""
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.email, person.c.role)
        .where(or_(_contains(person.c.name, text), _contains(person.c.email, text)))
        .order_by(person.c.name, person.c.id)
        .limit(MOST + 1)
    )
    return [PersonHit(*row) for row in rows]

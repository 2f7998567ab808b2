"""What must always hold of orders' money and shipments; ``verify`` asks for it."""

from collections import defaultdict
from collections.abc import Iterator

from royalties.domain.counting import counted
from royalties.domain.postings import (
    BANK,
    ORDER_EVENTS,
    Entry,
    Posting,
    entry_of_invoice,
    entry_of_receipt,
    receipt_reference,
)
from royalties.services.orders.frozen import fingerprint_of, invoice_shown
from royalties.services.work import Work
from royalties.store import ledger
from royalties.store.orders import money as store

Failures = Iterator[str]

_THEIRS = (
    BANK,
    "asset:receivable:",
    "liability:deposits:",
    "liability:sales-tax:",
    "income:orders:",
)


def money_differs(work: Work) -> Failures:
    """Every entry of an order is its invoice's or receipt's, and the accounts add up to them."""
    stand: dict[int, tuple[str, str, list[Posting]]] = {}
    for line in ledger.journal(work.connection):
        if line.event in ORDER_EVENTS:
            entry = stand.setdefault(line.entry, (line.event, line.subject, []))
            entry[2].append(Posting(line.account, line.currency, line.amount))
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    for name, number, made in _expected(work):
        found = stand.pop(number, None)
        if made is None or found != (made.event, made.subject, list(made.postings)):
            yield f"{name}: entry {number} is not what it posts"
        for side in made.postings if made else ():
            wanted[side.account, side.currency] += side.amount
    for number, (event, subject, _) in stand.items():
        yield f"entry {number} ({event} {subject}): no invoice or receipt stands behind it"
    for (account, currency), amount in ledger.balances(work.connection).items():
        if account.startswith(_THEIRS) and wanted[account, currency] != amount:
            yield (
                f"account {account} stands at {amount} {currency}, but invoices, credit notes and "
                f"receipts come to {wanted[account, currency]}"
            )


def reversals_differ(work: Work) -> Failures:
    """What reverses a receipt is its opposite, for the same invoice, and is not reversed itself."""
    rows = {row.id: row for row, _ in store.all_receipts(work.connection)}
    for row in rows.values():
        of = rows.get(row.reverses_id) if row.reverses_id is not None else None
        if of is not None and (
            of.reverses_id is not None
            or (row.invoice_id, row.currency, row.amount)
            != (of.invoice_id, of.currency, -of.amount)
        ):
            yield f"receipt {row.id} is not the opposite of receipt {of.id}, which it reverses"


def invoices_differ(work: Work) -> Failures:
    """Invoices are numbered from 1 on, say what they said, and their rows say the same."""
    rows = store.all_invoices(work.connection)
    for place, row in enumerate(rows, 1):
        if row.id != place or row.number != f"I-{row.id:06d}":
            yield f"invoice {row.number} stands in place {place}"
    for row in rows:
        shown = invoice_shown(row)
        said = (shown.number, shown.kind, shown.currency, shown.total, shown.deposit_applied)
        if fingerprint_of(row.content) != row.fingerprint:
            yield f"invoice {row.number} was changed"
        if said != (row.number, row.kind, row.currency, row.total, row.deposit_applied) or (
            (shown.dated.isoformat(), shown.due.isoformat()) != (row.issued_on, row.due_on)
        ):
            yield f"invoice {row.number}: its row says something else than it does"
        if sum(line.amount for line in shown.lines) != row.total:
            yield f"invoice {row.number} is not the sum of its lines"
    yield from _credited(rows)


def shipments_differ(work: Work) -> Failures:
    """Every shipment stands in the sales of its batch: its copies, its order, its edition."""
    numbers: dict[str, int] = defaultdict(int)
    for row, sold in store.shipments_and_sales(work.connection):
        name = f"shipment {row.number} of order {sold.order}"
        numbers[sold.order] += 1
        if row.number != numbers[sold.order]:
            yield f"{name}: stands in place {numbers[sold.order]}"
        if sold.status != "recorded" or sold.report != "shipment":
            yield f"{name}: its sales, import {row.batch_id}, were taken back"
        elif (sold.units, sold.others) != (row.copies, 0):
            yield f"{name}: {counted(row.copies, 'copy')} went, but {sold.units} stand in its sales"
    for name in store.sales_without_shipment(work.connection):
        yield f"{name} stands in the sales, but there is no such shipment"


def _credited(rows: list[store.InvoiceRow]) -> Failures:
    left = {row.id: row.total for row in rows}
    for row in rows:
        if row.of_id is not None:
            left[row.of_id] += row.total
    for row in rows:
        if row.kind != "credit" and left[row.id] < 0:
            yield f"invoice {row.number}: more was credited than it came to"


def _expected(work: Work) -> Iterator[tuple[str, int, Entry | None]]:
    for row in store.all_invoices(work.connection):
        made = entry_of_invoice(invoice_shown(row), row.organization)
        yield f"invoice {row.number}", row.entry_id, made
    numbers = {row.id: row.number for row in store.all_invoices(work.connection)}
    for receipt, order in store.all_receipts(work.connection):
        reference = receipt_reference(numbers[receipt.invoice_id], receipt.reference)
        made = entry_of_receipt(
            receipt.organization,
            order,
            receipt.currency,
            receipt.amount,
            reference,
            reverses=receipt.reverses_id,
        )
        yield f"receipt {receipt.id}", receipt.entry_id, made

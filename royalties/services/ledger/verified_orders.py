"""What must always hold of orders' money and shipments; ``verify`` asks for it."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from royalties.domain.counting import counted
from royalties.domain.json_values import canonical
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.royalties.postings import (
    BANK,
    ORDER_EVENTS,
    PAYMENT_EVENTS,
    Entry,
    Posting,
    entry_of_invoice,
    entry_of_receipt,
    receipt_reference,
)
from royalties.domain.sales.imports import BatchStatus
from royalties.services.orders.papers import fingerprint_of, invoice_shown
from royalties.services.work import Work
from royalties.store.ledger import entries as ledger
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
    """Every entry of an order is its invoice's or receipt's, and the accounts add up to them.

    Of each entry a fingerprint is held while the ledger is gone through, and no more.
    """
    expected: dict[int, tuple[str, str]] = {}
    expected_balances: dict[tuple[str, str], int] = defaultdict(int)
    for name, number, entry in _expected(work):
        if entry is None or number in expected:
            yield f"{name}: entry {number} is not what it posts"
        else:
            postings = list(entry.postings)
            expected[number] = (name, _print_of(entry.event, entry.subject, postings))
        for side in entry.postings if entry else ():
            expected_balances[side.account, side.currency] += side.amount
    for number, event, subject, postings in _order_entries(work):
        name, print_ = expected.pop(number, ("", ""))
        if not name:
            yield f"entry {number} ({event} {subject}): no invoice or receipt stands behind it"
        elif print_ != _print_of(event, subject, postings):
            yield f"{name}: entry {number} is not what it posts"
    for number, (name, _) in expected.items():
        yield f"{name}: entry {number} is not what it posts"
    yield from _accounts_differ(work, expected_balances)


def _accounts_differ(work: Work, expected_balances: dict[tuple[str, str], int]) -> Failures:
    for currency, amount in _paid_to_beneficiaries(work):
        expected_balances[BANK, currency] += amount
    for (account, currency), amount in ledger.balances(work.connection).items():
        if account.startswith(_THEIRS) and expected_balances[account, currency] != amount:
            yield (
                f"account {account} stands at {amount} {currency}, but invoices, credit notes and "
                f"receipts come to {expected_balances[account, currency]}"
            )


def _paid_to_beneficiaries(work: Work) -> Iterator[tuple[str, int]]:
    """What payments to beneficiaries moved at the bank, by currency; another check proves it."""
    for line in ledger.journal(work.connection):
        if line.event in PAYMENT_EVENTS and line.account == BANK:
            yield line.currency, line.amount


def _order_entries(work: Work) -> Iterator[tuple[int, str, str, list[Posting]]]:
    """Number, event, subject and postings of every entry of orders, in order."""
    lines = (line for line in ledger.journal(work.connection) if line.event in ORDER_EVENTS)
    for (number, event, subject), of_entry in groupby(
        lines, key=lambda line: (line.entry, line.event, line.subject)
    ):
        postings = [Posting(line.account, line.currency, line.amount) for line in of_entry]
        yield number, event, subject, postings


def _print_of(event: str, subject: str, postings: list[Posting]) -> str:
    """A fingerprint of what an entry says."""
    facts = [event, subject, *([each.account, each.currency, each.amount] for each in postings)]
    return sha256(canonical(facts).encode()).hexdigest()


def reversals_differ(work: Work) -> Failures:
    """What reverses a receipt is its opposite, for the same invoice, and is not reversed itself."""
    rows = {
        row.id: (row.reverses_id, row.invoice_id, row.currency, row.amount)
        for row, _, _ in store.all_receipts(work.connection)
    }
    for number, (reverses, invoice, currency, amount) in rows.items():
        of = rows.get(reverses) if reverses is not None else None
        if of is not None and of != (None, invoice, currency, -amount):
            yield f"receipt {number} is not the opposite of receipt {reverses}, which it reverses"


def invoices_differ(work: Work) -> Failures:
    """Invoices are numbered from 1 on and unchanged, and their rows agree with them."""
    left: dict[int, int] = defaultdict(int)
    names: dict[int, str] = {}
    for place, row in enumerate(store.all_invoices(work.connection), 1):
        if row.id != place or row.number != f"I-{row.id:06d}":
            yield f"invoice {row.number} stands in place {place}"
        invoice = invoice_shown(row)
        stated = (
            invoice.number,
            invoice.kind,
            invoice.currency,
            invoice.total,
            invoice.deposit_applied,
        )
        if fingerprint_of(row.content) != row.fingerprint:
            yield f"invoice {row.number} was changed"
        if stated != (row.number, row.kind, row.currency, row.total, row.deposit_applied) or (
            (invoice.dated, invoice.due) != (row.issued_on, row.due_on)
        ):
            yield f"invoice {row.number}: its row says something else than it does"
        if sum(line.amount for line in invoice.lines) != row.total:
            yield f"invoice {row.number} is not the sum of its lines"
        left[row.id] += row.total
        if row.of_id is not None:
            left[row.of_id] += row.total
        if row.kind != InvoiceKind.CREDIT:
            names[row.id] = row.number
    for number, name in names.items():
        if left[number] < 0:
            yield f"invoice {name}: more was credited than it came to"


def shipments_differ(work: Work) -> Failures:
    """Every shipment is in the sales of its batch: its copies, its order, its edition."""
    numbers: dict[str, int] = defaultdict(int)
    for row, sold in store.shipments_and_sales(work.connection):
        name = f"shipment {row.number} of order {sold.order}"
        numbers[sold.order] += 1
        if row.number != numbers[sold.order]:
            yield f"{name}: stands in place {numbers[sold.order]}"
        if sold.status != BatchStatus.RECORDED or sold.report != "shipment":
            yield f"{name}: its sales, import {row.batch_id}, were taken back"
        elif (sold.units, sold.others) != (row.copies, 0):
            yield f"{name}: {counted(row.copies, 'copy')} went, but {sold.units} stand in its sales"
    for name in store.sales_without_shipment(work.connection):
        yield f"{name} stands in the sales, but there is no such shipment"


def _expected(work: Work) -> Iterator[tuple[str, int, Entry | None]]:
    for row in store.all_invoices(work.connection):
        entry = entry_of_invoice(invoice_shown(row), row.organization)
        yield f"invoice {row.number}", row.entry_id, entry
    for receipt, order, invoice in store.all_receipts(work.connection):
        reference = receipt_reference(invoice, receipt.reference)
        entry = entry_of_receipt(
            receipt.organization,
            order,
            receipt.currency,
            receipt.amount,
            reference,
            reverses=receipt.reverses_id,
        )
        yield f"receipt {receipt.id}", receipt.entry_id, entry

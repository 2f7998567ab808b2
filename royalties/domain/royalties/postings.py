"""Which accounts each business event posts to; the only file that names accounts.

Debits are positive, credits negative, in minor units. A contract's account holds its debit
balance, the pool holds what a plan has not distributed, and a beneficiary's account holds what is
carried forward; so each equals a figure of the run (``verify`` compares them).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import InvoiceShown
from royalties.domain.orders.pricing import LineKind
from royalties.domain.royalties.inputs import BroughtIn
from royalties.domain.royalties.results import ContractRun, Run, Settlement


class Posting(NamedTuple):
    """One side of an entry, in minor units of its currency; debit positive."""

    account: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced event: its postings sum to zero in each currency, and none is zero."""

    event: str
    subject: str
    description: str
    postings: tuple[Posting, ...]


OPENING = "equity:opening"
TAX = "liability:tax"
ADVANCES_PAID = "asset:advances-paid"
BANK = "asset:bank"
SETTLED = "settled"
"""The event by which a close sets aside what is to pay."""
ORDERED_COPIES = "income:orders:copies"
ORDER_CHARGES = "income:orders:charges"
FREIGHT = "income:orders:freight"
CANCELLATION = "income:orders:cancellation"

ORDER_EVENTS = frozenset(
    {
        *("deposit-invoiced", "invoiced", "cancellation-invoiced", "credited"),
        *("received", "paid-back", "receipt-reversed"),
    }
)
"""Events that orders post on the day they happen."""

PAYMENT_EVENTS = frozenset(
    {
        *("payment-sent", "payment-settled", "payment-reversed", "payment-put-back"),
        *("tax-deposited", "tax-deposit-undone"),
    }
)
"""Events that payments to beneficiaries, and deposits of their tax, post when they are recorded."""

DEPOSIT_LINE = "deposit"
CANCELLATION_LINE = "cancellation"
"""Kinds of invoice lines that do not come from a price list."""

_EVENT_OF = {
    InvoiceKind.DEPOSIT: "deposit-invoiced",
    InvoiceKind.FINAL: "invoiced",
    InvoiceKind.CANCELLATION: "cancellation-invoiced",
    InvoiceKind.CREDIT: "credited",
}
_INCOME_OF = {
    LineKind.COPIES.value: ORDERED_COPIES,
    LineKind.OPTION_COPIES.value: ORDERED_COPIES,
    LineKind.FREIGHT.value: FREIGHT,
    CANCELLATION_LINE: CANCELLATION,
}


def expense(contract: str) -> str:
    """Royalties earned on a contract: the publisher's cost."""
    return f"expense:royalties:{contract}"


def contract_account(contract: str) -> str:
    """What was earned and not yet passed on; a debit balance is carried forward here."""
    return f"liability:contract:{contract}"


def reserve_account(contract: str) -> str:
    """Withheld against returns and not yet released."""
    return f"liability:reserve:{contract}"


def advances_account(contract: str) -> str:
    """Advances not yet earned back."""
    return f"asset:advances:{contract}"


def pool_account(contract: str) -> str:
    """Payable that no step of the plan could place: undistributed."""
    return f"liability:pool:{contract}"


def beneficiary_account(beneficiary: str) -> str:
    """Allocated and not yet to pay: the balance carried forward."""
    return f"liability:beneficiary:{beneficiary}"


def to_pay_account(beneficiary: str) -> str:
    """Set aside by closes and not sent yet, in full: tax is withheld when it is sent."""
    return f"liability:to-pay:{beneficiary}"


def in_transit_account(beneficiary: str) -> str:
    """Sent and not arrived yet, after tax."""
    return f"liability:in-transit:{beneficiary}"


def receivable_account(organization: str) -> str:
    """Invoiced to an organization and not yet paid; below zero it has paid too much."""
    return f"asset:receivable:{organization}"


def deposits_account(organization: str) -> str:
    """Deposits of an organization that no invoice has used up yet."""
    return f"liability:deposits:{organization}"


def sales_tax_account(place: str) -> str:
    """Sales tax charged for copies that went to a place, owed to its state."""
    return f"liability:sales-tax:{place}"


class LedgerBefore(NamedTuple):
    """What the ledger already holds before a close, by account and currency."""

    advances: Mapping[str, int]
    contracts: frozenset[str]
    beneficiaries: frozenset[tuple[str, str]]


MEANINGS: Mapping[str, str] = {
    "expense:royalties:": "Royalties earned",
    "asset:advances:": "Advances not yet earned back",
    ADVANCES_PAID: "Where advances were paid from",
    "liability:contract:": "Earned and not yet passed on",
    "liability:reserve:": "Held against returns",
    "liability:pool:": "Not distributed yet",
    "liability:beneficiary:": "Owed to beneficiaries, carried forward",
    "liability:to-pay:": "To pay to beneficiaries",
    "liability:in-transit:": "Sent to beneficiaries, not arrived yet",
    TAX: "Tax withheld, to be passed on",
    OPENING: "Balances brought into the books",
    BANK: "Received from organizations, less what arrived with beneficiaries",
    "asset:receivable:": "Invoiced to organizations, not paid yet",
    "liability:deposits:": "Deposits of organizations",
    "liability:sales-tax:": "Sales tax charged, by place",
    ORDERED_COPIES: "Copies ordered by organizations",
    ORDER_CHARGES: "Charges of orders",
    FREIGHT: "Freight of orders",
    CANCELLATION: "Orders that were cancelled",
}
"""What each account means, in the order of a trial balance; those ending in a colon are one for
each contract, beneficiary, organization or place, whose key follows."""


def meaning_of(account: str) -> tuple[str, str]:
    """The key of ``MEANINGS`` for an account, and the contract or other key after it.

    ``asset:advances:foot-2015`` gives ``asset:advances:`` and ``foot-2015``.
    """
    if account in MEANINGS:
        return account, ""
    kind, _, key = account.rpartition(":")
    return f"{kind}:", key


def entries_of_close(run: Run, before: LedgerBefore) -> list[Entry]:
    """All entries that a close posts: openings first, then contracts, then settlements.

    A contract that earned 50.00, all of it allocated to Seattle and to pay, posts 50.00 from its
    expense to its account, from there to Seattle's, and from there to what Seattle is to be paid.

    Args:
        run: the run being closed.
        before: advances booked so far by contract, and the contracts and beneficiaries (with
            currency) that were in a closed run before.
    """
    entries: list[Entry | None] = []
    for contract_run in run.contracts:
        entries += _openings(contract_run, before)
        entries.append(_earned(contract_run))
        entries.append(_withheld(contract_run))
        entries.append(_recouped(contract_run))
        entries.append(_allocated(contract_run))
    for settlement in run.settlements:
        if (settlement.beneficiary, settlement.currency) not in before.beneficiaries:
            entries += _beneficiary_openings(settlement)
        entries.append(_settled(settlement))
    return [entry for entry in entries if entry is not None]


def entry_of_invoice(invoice: InvoiceShown, organization: str) -> Entry | None:
    """What an invoice or credit note posts: its total, less the deposit it uses up.

    An invoice over 100.00 of copies and 8.00 of tax debits the organization with 108.00 and
    credits revenue with 100.00 and sales tax with 8.00. A deposit is a liability until it is used
    up. A credit note's amounts are negative, so it posts the reverse of the lines it credits.
    """
    currency = invoice.currency
    words = "Credit note" if invoice.kind is InvoiceKind.CREDIT else "Invoice"
    return _entry(
        _EVENT_OF[invoice.kind],
        invoice.order,
        f"{words} {invoice.number} to {organization}",
        (receivable_account(organization), currency, invoice.total - invoice.deposit_applied),
        (deposits_account(organization), currency, invoice.deposit_applied),
        *(
            (_account_of_line(line.kind, line.place, organization), currency, -line.amount)
            for line in invoice.lines
        ),
    )


def receipt_reference(number: str, reference: str) -> str:
    """What a receipt's entry refers to: ``INV-7, WIRE 12``, or ``INV-7`` without a reference."""
    return f"{number}, {reference}" if reference else number


def entry_of_receipt(
    organization: str,
    order: str,
    currency: str,
    amount: int,
    reference: str,
    *,
    reverses: int | None = None,
) -> Entry | None:
    """The entry for money received from an organization, or (negative) paid back to it.

    108.00 received debits the bank and credits the organization's receivable with 108.00.

    Args:
        organization: the organization's key.
        order: the order's number.
        currency: the currency of the amount.
        amount: in minor units; negative if paid back.
        reference: the invoice, and the bank's reference (``receipt_reference``).
        reverses: the number of the wrongly recorded receipt that this one reverses; the amount is
            then the opposite of that receipt's.
    """
    event, words = ("received", "Received from") if amount > 0 else ("paid-back", "Paid back to")
    if reverses is not None:
        event, words = "receipt-reversed", f"Receipt {reverses} reversed,"
    return _entry(
        event,
        order,
        f"{words} {organization}: {reference}"[:300],
        (BANK, currency, amount),
        (receivable_account(organization), currency, -amount),
    )


def _account_of_line(kind: str, place: str, organization: str) -> str:
    if kind == LineKind.TAX.value:
        return sales_tax_account(place)
    if kind == DEPOSIT_LINE:
        return deposits_account(organization)
    return _INCOME_OF.get(kind, ORDER_CHARGES)


def _openings(contract_run: ContractRun, before: LedgerBefore) -> list[Entry | None]:
    key, currency = contract_run.contract.key, contract_run.contract.currency
    opening = None
    if key not in before.contracts:
        opening = _entry(
            "opening",
            key,
            "Debit balance brought into the books",
            (contract_account(key), currency, -contract_run.brought_forward),
            (OPENING, currency, contract_run.brought_forward),
        )
    brought_in = contract_run.brought_in or BroughtIn()
    held = _entry(
        "opening",
        key,
        "Reserves brought into the books",
        (OPENING, currency, brought_in.reserves),
        (reserve_account(key), currency, -brought_in.reserves),
    )
    undistributed = _entry(
        "opening",
        key,
        "Undistributed money brought into the books",
        (OPENING, currency, brought_in.undistributed),
        (pool_account(key), currency, -brought_in.undistributed),
    )
    in_force = sum(each.advance.amount - each.advance.recouped for each in contract_run.advances)
    more = in_force - before.advances.get(key, 0)
    advanced = _entry(
        "advanced",
        key,
        "Advances counted from this period",
        (advances_account(key), currency, more),
        (ADVANCES_PAID, currency, -more),
    )
    return [opening, held, undistributed, advanced]


def _earned(contract_run: ContractRun) -> Entry | None:
    key, currency = contract_run.contract.key, contract_run.contract.currency
    return _entry(
        "earned",
        key,
        f"Royalties earned, {len(contract_run.lines)} earned lines",
        (expense(key), currency, contract_run.earned),
        (contract_account(key), currency, -contract_run.earned),
    )


def _withheld(contract_run: ContractRun) -> Entry | None:
    key, currency = contract_run.contract.key, contract_run.contract.currency
    return _entry(
        "reserved",
        key,
        "Reserve withheld and released",
        (contract_account(key), currency, contract_run.reserve.withheld),
        (reserve_account(key), currency, -contract_run.reserve.withheld),
        (reserve_account(key), currency, contract_run.reserve.released),
        (contract_account(key), currency, -contract_run.reserve.released),
    )


def _recouped(contract_run: ContractRun) -> Entry | None:
    key, currency = contract_run.contract.key, contract_run.contract.currency
    return _entry(
        "recouped",
        key,
        "Advances earned back",
        (contract_account(key), currency, contract_run.recouped),
        (advances_account(key), currency, -contract_run.recouped),
    )


def _allocated(contract_run: ContractRun) -> Entry | None:
    key, currency = contract_run.contract.key, contract_run.contract.currency
    amounts: dict[str, int] = {}
    for each in contract_run.allocations:
        amounts[each.beneficiary] = amounts.get(each.beneficiary, 0) + each.amount
    return _entry(
        "allocated",
        key,
        "Payable distributed by the plan",
        (contract_account(key), currency, contract_run.payable),
        (pool_account(key), currency, sum(amounts.values()) - contract_run.payable),
        *((beneficiary_account(name), currency, -amount) for name, amount in amounts.items()),
    )


def _beneficiary_openings(settlement: Settlement) -> list[Entry | None]:
    adjusted = sum(each.amount for each in settlement.adjustments)
    parts = [("Balance brought into the books", settlement.brought_forward - adjusted)]
    parts += [
        (f"Adjustment brought into the books: {each.reason}"[:300], each.amount)
        for each in settlement.adjustments
    ]
    return [
        _entry(
            "opening",
            settlement.beneficiary,
            words,
            (OPENING, settlement.currency, amount),
            (beneficiary_account(settlement.beneficiary), settlement.currency, -amount),
        )
        for words, amount in parts
    ]


def _settled(settlement: Settlement) -> Entry | None:
    return _entry(
        SETTLED,
        settlement.beneficiary,
        _SETTLED[(settlement.tax_withheld > 0) - (settlement.tax_withheld < 0)],
        (
            beneficiary_account(settlement.beneficiary),
            settlement.currency,
            settlement.tax_withheld + settlement.to_pay,
        ),
        (TAX, settlement.currency, -settlement.tax_withheld),
        (to_pay_account(settlement.beneficiary), settlement.currency, -settlement.to_pay),
    )


_SETTLED = {
    0: "Amount to pay set aside",
    1: "Tax withheld and amount to pay",
    -1: "Tax of earlier closes given back, and amount to pay set aside",
}


def _entry(
    event: str, subject: str, description: str, *sides: tuple[str, str, int]
) -> Entry | None:
    """An entry of all sides that are not zero; None if all are."""
    postings = _netted(sides)
    return Entry(event, subject, description, postings) if postings else None


def _netted(sides: Sequence[tuple[str, str, int]]) -> tuple[Posting, ...]:
    sums: dict[tuple[str, str], int] = {}
    for account, currency, amount in sides:
        sums[account, currency] = sums.get((account, currency), 0) + amount
    return tuple(
        Posting(account, currency, amount) for (account, currency), amount in sums.items() if amount
    )

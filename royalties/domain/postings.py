"""Which accounts move, for every business event; the only file that names accounts.

Debits are positive, credits negative, in minor units. A contract's account holds its debit
balance, the pool what a plan has not distributed, a beneficiary's what is carried forward;
so each equals a figure of the run (``verify`` compares them).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from royalties.domain.run import ContractRun, Run, Settlement


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
PAYMENTS = "liability:payments"
ADVANCES_PAID = "asset:advances-paid"


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
    """Allocated and not yet paid: the balance carried forward."""
    return f"liability:beneficiary:{beneficiary}"


class Standing(NamedTuple):
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
    TAX: "Tax withheld",
    PAYMENTS: "To be paid out",
    OPENING: "Balances brought into the books",
}
"""What each account means, in the order of a trial balance; some have one for each contract or
beneficiary, whose key is written behind the colon."""


def meaning_of(account: str) -> tuple[str, str]:
    """The entry of ``MEANINGS`` that an account belongs to, and the key behind it."""
    if account in MEANINGS:
        return account, ""
    kind, _, key = account.rpartition(":")
    return f"{kind}:", key


def entries_of_close(run: Run, standing: Standing) -> list[Entry]:
    """All entries that a close posts: openings first, then contracts, then settlements.

    Args:
        standing: advances booked so far by contract, and which contracts and beneficiaries
            (with currency) have been in a closed run before.
    """
    found: list[Entry | None] = []
    for done in run.contracts:
        found += _openings(done, standing)
        found.append(_earned(done))
        found.append(_withheld(done))
        found.append(_recouped(done))
        found.append(_allocated(done))
    for settlement in run.settlements:
        if (settlement.beneficiary, settlement.currency) not in standing.beneficiaries:
            found.append(_beneficiary_opening(settlement))
        found.append(_settled(settlement))
    return [entry for entry in found if entry is not None]


def _openings(done: ContractRun, standing: Standing) -> list[Entry | None]:
    key, currency = done.contract.key, done.contract.currency
    opening = None
    if key not in standing.contracts:
        opening = _entry(
            "opening",
            key,
            "Debit balance brought into the books",
            (contract_account(key), currency, -done.brought_forward),
            (OPENING, currency, done.brought_forward),
        )
    in_force = sum(each.advance.amount - each.advance.recouped for each in done.advances)
    more = in_force - standing.advances.get(key, 0)
    advanced = _entry(
        "advanced",
        key,
        "Advances counted from this period",
        (advances_account(key), currency, more),
        (ADVANCES_PAID, currency, -more),
    )
    return [opening, advanced]


def _earned(done: ContractRun) -> Entry | None:
    key, currency = done.contract.key, done.contract.currency
    return _entry(
        "earned",
        key,
        f"Royalties earned, {len(done.lines)} earned lines",
        (expense(key), currency, done.earned),
        (contract_account(key), currency, -done.earned),
    )


def _withheld(done: ContractRun) -> Entry | None:
    key, currency = done.contract.key, done.contract.currency
    return _entry(
        "reserved",
        key,
        "Reserve withheld and released",
        (contract_account(key), currency, done.reserve.withheld),
        (reserve_account(key), currency, -done.reserve.withheld),
        (reserve_account(key), currency, done.reserve.released),
        (contract_account(key), currency, -done.reserve.released),
    )


def _recouped(done: ContractRun) -> Entry | None:
    key, currency = done.contract.key, done.contract.currency
    return _entry(
        "recouped",
        key,
        "Advances earned back",
        (contract_account(key), currency, done.recouped),
        (advances_account(key), currency, -done.recouped),
    )


def _allocated(done: ContractRun) -> Entry | None:
    key, currency = done.contract.key, done.contract.currency
    given: dict[str, int] = {}
    for each in done.allocations:
        given[each.beneficiary] = given.get(each.beneficiary, 0) + each.amount
    return _entry(
        "allocated",
        key,
        "Payable distributed by the plan",
        (contract_account(key), currency, done.payable),
        (pool_account(key), currency, sum(given.values()) - done.payable),
        *((beneficiary_account(name), currency, -amount) for name, amount in given.items()),
    )


def _beneficiary_opening(settlement: Settlement) -> Entry | None:
    return _entry(
        "opening",
        settlement.beneficiary,
        "Balance brought into the books",
        (OPENING, settlement.currency, settlement.brought_forward),
        (
            beneficiary_account(settlement.beneficiary),
            settlement.currency,
            -settlement.brought_forward,
        ),
    )


def _settled(settlement: Settlement) -> Entry | None:
    return _entry(
        "settled",
        settlement.beneficiary,
        "Tax withheld and amount paid",
        (
            beneficiary_account(settlement.beneficiary),
            settlement.currency,
            settlement.tax + settlement.paid,
        ),
        (TAX, settlement.currency, -settlement.tax),
        (PAYMENTS, settlement.currency, -settlement.paid),
    )


def _entry(
    event: str, subject: str, description: str, *sides: tuple[str, str, int]
) -> Entry | None:
    """An entry of the sides that are not zero; None where nothing moves."""
    postings = _netted(sides)
    return Entry(event, subject, description, postings) if postings else None


def _netted(sides: Sequence[tuple[str, str, int]]) -> tuple[Posting, ...]:
    sums: dict[tuple[str, str], int] = {}
    for account, currency, amount in sides:
        sums[account, currency] = sums.get((account, currency), 0) + amount
    return tuple(
        Posting(account, currency, amount) for (account, currency), amount in sums.items() if amount
    )

"""Whether ledger, contracts and beneficiaries add up: the checks of ``verify`` over closed periods.

Sources: calculation.md, "What always holds".
"""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from royalties.domain.money import MICRO, scale
from royalties.domain.royalties.postings import (
    OPENING,
    advances_account,
    beneficiary_account,
    contract_account,
    pool_account,
    reserve_account,
)
from royalties.services.ledger.verified_books import BooksUnderTest, Failures
from royalties.store.ledger import checks
from royalties.store.ledger import entries as ledger
from royalties.store.payments.taxed import put_back_by_period
from royalties.store.periods.brought_in import brought_in_of


def entries_balance(books: BooksUnderTest) -> Failures:
    """Entries are sealed, balance, and have numbers without a gap."""
    for number in ledger.faulty_entries(books.connection):
        yield f"entry {number} is unsealed, unbalanced or has one side"
    count, highest = ledger.entry_numbers(books.connection)
    if count != highest:
        yield f"{count} entries but the highest number is {highest}"


def trial_balance(books: BooksUnderTest) -> Failures:
    """All accounts of a currency sum to nothing."""
    sums: dict[str, int] = defaultdict(int)
    for (_, currency), amount in ledger.balances(books.connection).items():
        sums[currency] += amount
    for currency, amount in sums.items():
        if amount:
            yield f"all accounts in {currency} sum to {amount} minor units, not 0"


def contract_identity(books: BooksUnderTest) -> Failures:
    """What came to a contract's account is what went from it."""
    for row in books.rows("contract_close"):
        came = row.earned + row.brought_forward + row.released
        went = row.withheld + row.recouped + row.payable + row.carried_forward
        if came != went or row.available != came - row.withheld:
            yield f"{books.of(row.period_id, row.contract)}: {came} came, {went} went"
        if row.carried_forward > 0 or row.payable < 0:
            yield f"{books.of(row.period_id, row.contract)}: paid out of a debit balance"


def contract_chain(books: BooksUnderTest) -> Failures:
    """A contract opens a period where it closed the one before."""
    last: dict[str, Any] = {}
    brought_in = {row.contract: row.undistributed for row in books.rows("brought_in")}
    for row in books.rows("contract_close"):
        before = last.get(row.contract)
        if before is None and row.undistributed_before != brought_in.get(row.contract, 0):
            yield f"{books.of(row.period_id, row.contract)}: opens at another undistributed amount"
        if before is not None and (
            row.brought_forward != before.carried_forward
            or row.undistributed_before != before.undistributed
        ):
            yield f"{books.of(row.period_id, row.contract)}: opens at another balance"
        last[row.contract] = row


def earned_lines(books: BooksUnderTest) -> Failures:
    """Each line earned what its parts multiply to, rounded once; they sum up to their contract."""
    for period in books.closed():
        sums: dict[str, int] = defaultdict(int)
        accounts = {row.contract: row for row in books.rows("contract_close", period)}
        for line in books.rows("earned_line", period):
            sums[line.contract] += line.earned
            exact = (
                line.base
                * line.portion
                * line.exchange_rate
                * line.rate
                * Fraction(scale(accounts[line.contract].currency), MICRO)
            )
            if abs(exact - line.earned) > Fraction(1, 2):
                where = f"{books.of(period, line.contract)}, line {line.line}"
                yield f"{where}: not base × rate rounded"
        for key, row in accounts.items():
            if sums[key] != row.earned:
                yield f"{books.of(period, key)}: lines sum to {sums[key]}, not {row.earned}"


def allocated(books: BooksUnderTest) -> Failures:
    """What was payable is what beneficiaries were allocated, but for what no step could place."""
    for period in books.closed():
        yield from _allocated(books, period)


def _allocated(books: BooksUnderTest, period: int) -> Failures:
    allocated_by_contract: dict[str, int] = defaultdict(int)
    to: dict[tuple[str, str], int] = defaultdict(int)
    rows = {row.contract: row for row in books.rows("contract_close", period)}
    for allocation in books.rows("allocation", period):
        allocated_by_contract[allocation.contract] += allocation.amount
        to[allocation.beneficiary, rows[allocation.contract].currency] += allocation.amount
        if allocation.amount < 0:
            yield f"{books.of(period, allocation.contract)}: a negative allocation"
    for contract, row in rows.items():
        total = allocated_by_contract[contract] + row.undistributed
        if total != row.payable + row.undistributed_before:
            yield f"{books.of(period, contract)}: {total} was distributed"
    for settled in books.rows("settlement", period):
        if to.pop((settled.beneficiary, settled.currency), 0) != settled.allocated:
            yield (
                f"{books.period(period)}, {settled.beneficiary}: allocated differs from the "
                f"contracts"
            )
    for beneficiary, _ in to:
        yield f"{books.period(period)}, {beneficiary}: was allocated an amount that nobody settled"


def settled(books: BooksUnderTest) -> Failures:
    """What came to a beneficiary's account is what went from it, period after period."""
    last: dict[tuple[str, str], int] = {}
    back = put_back_by_period(books.connection)
    for row in books.rows("settlement"):
        key = (row.beneficiary, row.currency)
        if (
            row.brought_forward + row.allocated
            != row.tax_withheld + row.to_pay + row.carried_forward
        ):
            yield f"{books.period(row.period_id)}, {row.beneficiary}: the account does not add up"
        if key in last and last[key] + back.get((row.period_id, *key), 0) != row.brought_forward:
            yield f"{books.period(row.period_id)}, {row.beneficiary}: opens at another balance"
        if row.to_pay < 0:
            yield f"{books.period(row.period_id)}, {row.beneficiary}: less than nothing to pay"
        if row.to_pay != row.tax + row.net:
            yield (
                f"{books.period(row.period_id)}, {row.beneficiary}: to pay is not what is expected "
                f"as tax and net"
            )
        last[key] = row.carried_forward


def reserves(books: BooksUnderTest) -> Failures:
    """A reserve is released once, and no more of it than was withheld."""
    for period in books.closed():
        rows = {row.contract: row for row in books.rows("contract_close", period)}
        seen = set()
        for row in checks.releases_of(books.connection, period):
            if row.contract in seen:
                yield (
                    f"contract {row.contract}: the reserve of {books.period(period)} was "
                    f"released twice"
                )
            seen.add(row.contract)
            if row.contract in rows and rows[row.contract].withheld != row.amount:
                yield f"contract {row.contract}: {row.amount} released that was not withheld"
        released: dict[str, int] = defaultdict(int)
        for row in books.rows("reserve_release", period):
            released[row.contract] += row.amount
        for contract, row in rows.items():
            if row.released != released[contract]:
                yield f"{books.of(period, contract)}: releases do not add up"
    before = {
        (row.contract, held.period): held.amount
        for row in books.rows("brought_in")
        for held in brought_in_of(row.state, row.undistributed).held
    }
    for row in checks.releases_of_nothing(books.connection):
        if before.pop((row.contract, row.withheld_in), None) != row.amount:
            yield f"contract {row.contract}: {row.amount} released that was not withheld"


def accounts(books: BooksUnderTest) -> Failures:
    """Every account equals the figure of the books that it represents."""
    balances = ledger.balances(books.connection)
    for key, expected in _expected(books).items():
        if balances.get(key, 0) != expected:
            yield f"account {key[0]} stands at {balances.get(key, 0)} {key[1]}, not {expected}"


def _expected(books: BooksUnderTest) -> dict[tuple[str, str], int]:
    expected: dict[tuple[str, str], int] = defaultdict(int)
    seen: set[tuple[str, ...]] = set()
    brought_in = {row.contract: row for row in books.rows("brought_in")}
    for row in books.rows("contract_close"):
        if (row.contract,) not in seen:
            seen.add((row.contract,))
            opening = row.brought_forward
            if (more := brought_in.get(row.contract)) is not None:
                opening += more.reserves + more.undistributed
                expected[reserve_account(row.contract), row.currency] -= more.reserves
            expected[OPENING, row.currency] += opening
        expected[contract_account(row.contract), row.currency] = -row.carried_forward
        expected[pool_account(row.contract), row.currency] = -row.undistributed
        reserve = (reserve_account(row.contract), row.currency)
        expected[reserve] += row.released - row.withheld
        expected[advances_account(row.contract), row.currency] -= row.recouped
    for line in ledger.journal(books.connection):
        if line.event == "advanced" and line.account.startswith("asset:advances:"):
            expected[line.account, line.currency] += line.amount
    for settled in books.rows("settlement"):
        if (settled.beneficiary, settled.currency) not in seen:
            seen.add((settled.beneficiary, settled.currency))
            expected[OPENING, settled.currency] += settled.brought_forward
        account = beneficiary_account(settled.beneficiary)
        expected[account, settled.currency] = -settled.carried_forward
    closed = set(books.closed())
    for (period, beneficiary, currency), amount in put_back_by_period(books.connection).items():
        if period not in closed:
            expected[beneficiary_account(beneficiary), currency] -= amount
    return expected

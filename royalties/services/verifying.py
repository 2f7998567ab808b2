"""Check every invariant over the whole database; name what fails, repair nothing.

Sources: calculation.md, "What always holds"; the numbers in brackets are the ledger's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

from royalties.domain.money import MICRO, scale
from royalties.domain.people import Verb
from royalties.domain.postings import (
    advances_account,
    beneficiary_account,
    contract_account,
    pool_account,
    reserve_account,
)
from royalties.domain.run import run
from royalties.domain.run_document import run_document
from royalties.services.books import Setup, books_of, setup_in_force, setup_used_by
from royalties.services.work import Work
from royalties.store import batches, checks, ledger
from royalties.store import runs as runs_store
from royalties.store import statements as statement_store
from royalties.store.history import canonical, line_hash, log_lines


@dataclass(frozen=True, slots=True)
class Checked:
    """One invariant: what it says, and each place where it does not hold."""

    name: str
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def verify(work: Work) -> list[Checked]:
    """Check everything that must always hold."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    found = []
    for place, (name, check) in enumerate(_CHECKS.items()):
        work.progress(place, len(_CHECKS))
        found.append(Checked(name, tuple(check(work, setup))))
    work.progress(len(_CHECKS), len(_CHECKS))
    return found


Failures = Iterator[str]


def _entries_balance(work: Work, _setup: Setup) -> Failures:
    for number in ledger.faulty_entries(work.connection):
        yield f"entry {number} is unsealed, unbalanced or has one side"
    count, highest = ledger.entry_numbers(work.connection)
    if count != highest:
        yield f"{count} entries but the highest number is {highest}"


def _trial_balance(work: Work, _setup: Setup) -> Failures:
    sums: dict[str, int] = defaultdict(int)
    for (_, currency), amount in ledger.balances(work.connection).items():
        sums[currency] += amount
    for currency, amount in sums.items():
        if amount:
            yield f"all accounts in {currency} sum to {amount} minor units, not 0"


def _contract_identity(work: Work, _setup: Setup) -> Failures:
    for row in runs_store.period_rows(work.connection, "contract_close"):
        came = row.earned + row.brought_forward + row.released
        went = row.withheld + row.recouped + row.payable + row.carried_forward
        if came != went or row.available != came - row.withheld:
            yield f"period {row.period_id}, contract {row.contract}: {came} came, {went} went"
        if row.carried_forward > 0 or row.payable < 0:
            yield f"period {row.period_id}, contract {row.contract}: paid out of a debit balance"


def _contract_chain(work: Work, setup: Setup) -> Failures:
    last: dict[str, Any] = {}
    for row in runs_store.period_rows(work.connection, "contract_close"):
        before = last.get(row.contract)
        if before is not None and (
            row.brought_forward != before.carried_forward
            or row.undistributed_before != before.undistributed
        ):
            yield f"period {row.period_id}, contract {row.contract}: opens at another balance"
        last[row.contract] = row
    del setup


def _earned_lines(work: Work, _setup: Setup) -> Failures:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    accounts = {
        (row.period_id, row.contract): row
        for row in runs_store.period_rows(work.connection, "contract_close")
    }
    for line in runs_store.period_rows(work.connection, "earned_line"):
        key = (line.period_id, line.contract)
        sums[key] += line.earned
        exact = (
            Fraction(line.base)
            * Fraction(line.portion)
            * Fraction(line.exchange_rate)
            * Fraction(line.rate)
            * Fraction(scale(accounts[key].currency), MICRO)
        )
        if abs(exact - line.earned) > Fraction(1, 2):
            yield f"period {key[0]}, contract {key[1]}, line {line.line}: not base × rate rounded"
    for key, row in accounts.items():
        if sums[key] != row.earned:
            yield f"period {key[0]}, contract {key[1]}: lines sum to {sums[key]}, not {row.earned}"


def _allocated(work: Work, _setup: Setup) -> Failures:
    given: dict[tuple[int, str], int] = defaultdict(int)
    to: dict[tuple[int, str, str], int] = defaultdict(int)
    currency = {}
    rows = runs_store.period_rows(work.connection, "contract_close")
    for row in rows:
        currency[row.period_id, row.contract] = row.currency
    for each in runs_store.period_rows(work.connection, "allocation"):
        given[each.period_id, each.contract] += each.amount
        to[each.period_id, each.beneficiary, currency[each.period_id, each.contract]] += each.amount
        if each.amount < 0:
            yield f"period {each.period_id}, contract {each.contract}: a negative allocation"
    for row in rows:
        total = given[row.period_id, row.contract] + row.undistributed
        if total != row.payable + row.undistributed_before:
            yield f"period {row.period_id}, contract {row.contract}: {total} was distributed"
    for settled in runs_store.period_rows(work.connection, "settlement"):
        key = (settled.period_id, settled.beneficiary, settled.currency)
        if to.pop(key, 0) != settled.allocated:
            yield f"period {key[0]}, {key[1]}: allocated differs from the contracts' allocations"
    for key in to:
        yield f"period {key[0]}, {key[1]}: was allocated an amount that nobody settled"


def _settled(work: Work, setup: Setup) -> Failures:
    last: dict[tuple[str, str], int] = {}
    for row in runs_store.period_rows(work.connection, "settlement"):
        key = (row.beneficiary, row.currency)
        if row.brought_forward + row.allocated != row.tax + row.paid + row.carried_forward:
            yield f"period {row.period_id}, {row.beneficiary}: the account does not add up"
        if key in last and last[key] != row.brought_forward:
            yield f"period {row.period_id}, {row.beneficiary}: opens at another balance"
        if row.paid < 0:
            yield f"period {row.period_id}, {row.beneficiary}: paid less than nothing"
        last[key] = row.carried_forward
    del setup


def _reserves(work: Work, _setup: Setup) -> Failures:
    withheld = {
        (row.period_id, row.contract): row.withheld
        for row in runs_store.period_rows(work.connection, "contract_close")
    }
    released: dict[tuple[int, str], int] = defaultdict(int)
    seen = set()
    for row in runs_store.period_rows(work.connection, "reserve_release"):
        released[row.period_id, row.contract] += row.amount
        if (row.withheld_in, row.contract) in seen:
            yield f"contract {row.contract}: the reserve of {row.withheld_in} was released twice"
        seen.add((row.withheld_in, row.contract))
        if withheld.get((row.withheld_in, row.contract)) != row.amount:
            yield f"contract {row.contract}: {row.amount} released that was not withheld"
    for row in runs_store.period_rows(work.connection, "contract_close"):
        if row.released != released[row.period_id, row.contract]:
            yield f"period {row.period_id}, contract {row.contract}: releases do not add up"


def _accounts(work: Work, setup: Setup) -> Failures:
    """Every account equals the figure of the books that it stands for."""
    balances = ledger.balances(work.connection)
    for key, wanted in _expected(work, setup).items():
        if balances.get(key, 0) != wanted:
            yield f"account {key[0]} stands at {balances.get(key, 0)} {key[1]}, not {wanted}"


def _expected(work: Work, _setup: Setup) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in runs_store.period_rows(work.connection, "contract_close"):
        found[contract_account(row.contract), row.currency] = -row.carried_forward
        found[pool_account(row.contract), row.currency] = -row.undistributed
        reserve = (reserve_account(row.contract), row.currency)
        found[reserve] += row.released - row.withheld
        found[advances_account(row.contract), row.currency] -= row.recouped
    for line in ledger.journal(work.connection):
        if line.event == "advanced" and line.account.startswith("asset:advances:"):
            found[line.account, line.currency] += line.amount
    for settled in runs_store.period_rows(work.connection, "settlement"):
        account = beneficiary_account(settled.beneficiary)
        found[account, settled.currency] = -settled.carried_forward
    return found


def _runs_frozen(work: Work, _setup: Setup) -> Failures:
    for closed in runs_store.closed_runs(work.connection):
        if sha256(closed.document.encode()).hexdigest() != closed.fingerprint:
            yield f"the closed run of period {closed.period_id} was changed"


def _recomputed(work: Work, setup: Setup) -> Failures:
    """A closed run computed again, from its sales and the setup of its time, is the same."""
    for closed in runs_store.closed_runs(work.connection):
        then = setup_used_by(work, closed.revision)
        period = setup.first_period.shift(closed.period_id - setup.first_period.ordinal)
        again = run_document(run(books_of(work, then, period)), "closed")
        if canonical(again) != closed.document:
            yield f"the closed run of {period}, computed again, gives other figures"


def _statements(work: Work, _setup: Setup) -> Failures:
    settled = {
        (row.period_id, row.beneficiary, row.currency)
        for row in runs_store.period_rows(work.connection, "settlement")
    }
    places: dict[int, list[int]] = defaultdict(list)
    for row in statement_store.statements_of(work.connection):
        places[row.period_id].append(row.place)
        settled.discard((row.period_id, row.beneficiary, row.currency))
        if sha256(row.content.encode()).hexdigest() != row.fingerprint:
            yield f"statement {row.number} was changed"
    for period, numbers in places.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"period {period}: statement numbers have a gap"
    for period, beneficiary, _ in sorted(settled):
        yield f"period {period}: {beneficiary} has no statement"


def _issued(work: Work, _setup: Setup) -> Failures:
    periods = {row.number: row.period_id for row in statement_store.statements_of(work.connection)}
    names = {row.id: row.name for row in runs_store.period_rows(work.connection, "period")}
    for (number, _), row in statement_store.issued_files(work.connection).items():
        path = work.files.issued(names[periods[number]], row.name)
        if not path.exists():
            yield f"the issued file {path.name} of statement {number} is missing"
        elif work.files.fingerprint(path)[0] != row.sha256:
            yield f"the issued file {path.name} of statement {number} was changed"


def _received(work: Work, _setup: Setup) -> Failures:
    for row in batches.batches(work.connection):
        if row.status != "recorded" or row.corrects is not None:
            continue
        path = work.files.received(row.sha256)
        if not path.exists():
            yield f"the received file of import {row.id} ({row.file_name}) is missing"
        elif work.files.fingerprint(path)[0] != row.sha256:
            yield f"the received file of import {row.id} ({row.file_name}) was changed"


def _sales(work: Work, _setup: Setup) -> Failures:
    yield from checks.orphan_sales(work.connection)
    yield from checks.sales_in_wrong_period(work.connection)
    yield from checks.batches_that_lost_lines(work.connection)


def _closed_sales_earned(work: Work, _setup: Setup) -> Failures:
    """A closed run counted exactly the sales that stand in its period."""
    yield from checks.closed_copies_differ(work.connection)


def _corrections(work: Work, _setup: Setup) -> Failures:
    yield from checks.corrections_that_do_not_mirror(work.connection)


def _log_chain(work: Work, _setup: Setup) -> Failures:
    previous = "0" * 64
    for seq, line in enumerate(log_lines(work.connection), 1):
        if line.seq != seq:
            yield f"the log has a gap before line {line.seq}"
            return
        if line.previous_hash != previous or line_hash(line) != line.hash:
            yield f"line {line.seq} of the log was changed"
            return
        previous = line.hash


_CHECKS: dict[str, Callable[[Work, Setup], Failures]] = {
    "Every entry balances in each currency and is sealed; numbers have no gap (I1)": (
        _entries_balance
    ),
    "All accounts of a currency sum to zero (I2)": _trial_balance,
    "Every account equals the books it stands for (I9, I27)": _accounts,
    "Contracts: earned + brought forward + released = withheld + recouped + payable + carried": (
        _contract_identity
    ),
    "Contracts open where they closed": _contract_chain,
    "Earned lines are base × portion × exchange rate × rate, rounded once, and sum up (I4)": (
        _earned_lines
    ),
    "Allocated + undistributed = payable + undistributed before (I3)": _allocated,
    "Beneficiaries: brought forward + allocated = tax + paid + carried forward (I21)": _settled,
    "Reserves: withheld = released + still held (I8)": _reserves,
    "Closed runs are as they were frozen (I14)": _runs_frozen,
    "Closed runs, computed again, give the same figures (I17)": _recomputed,
    "Closed runs counted every sale of their period once (I15)": _closed_sales_earned,
    "Statements are complete, unchanged and numbered without gaps": _statements,
    "Issued files are as they were issued (I16)": _issued,
    "Received files are kept": _received,
    "Sales belong to a recorded import and to the period of their day or a later one": _sales,
    "Corrections mirror what they correct (I19)": _corrections,
    "The log's chain of hashes is whole (I26)": _log_chain,
}

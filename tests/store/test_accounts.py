"""Accounts over time are what closed runs said, and what the ledger stood at, for any house."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.royalties.postings import advances_account, reserve_account
from royalties.domain.royalties.results import ContractRun, Run
from royalties.store.periods import accounts
from royalties.store.periods.accounts import EARLIER, AccountSum
from royalties.store.terms.balances import contract_closes
from tests.builders.domain import Year, played
from tests.builders.frozen import close_frozen, empty_books
from tests.selection import costly
from tests.strategies import histories

Key = tuple[str, str, str, int]
"""A contract, a beneficiary (either may be empty), a currency and a period or ``EARLIER``."""

OF_CONTRACT: dict[str, Callable[[ContractRun], int]] = {
    "earned": lambda done: done.earned,
    "withheld": lambda done: done.reserve.withheld,
    "released": lambda done: done.reserve.released,
    "recouped": lambda done: done.recouped,
    "payable": lambda done: done.payable,
    "undistributed": lambda done: done.undistributed,
    "carried_forward": lambda done: done.carried_forward,
}
OF_BENEFICIARY = ("allocated", "tax", "to_pay", "carried_forward")


def counted(sums: Iterable[AccountSum]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for each in sums:
        key = (each.contract, each.beneficiary, each.currency, each.period_id)
        assert key not in found
        found[key] = each.amount
    return found


def some(counter: Counter[Key]) -> dict[Key, int]:
    return {key: amount for key, amount in counter.items() if amount}


@dataclass(frozen=True)
class Asked:
    """Runs up to a period, of which the last ones are told apart."""

    runs: list[Run]
    named: list[int]

    def added_up(self, of: Callable[[Run], Iterable[tuple[str, str, str, int]]]) -> dict[Key, int]:
        """What runs say, as (contract, beneficiary, currency, amount), counted one by one."""
        found: Counter[Key] = Counter()
        for run in self.runs:
            number = run.period.ordinal
            for contract, beneficiary, currency, amount in of(run):
                column = number if number in self.named else EARLIER
                found[contract, beneficiary, currency, column] += amount
        return some(found)


@given(years=histories(most=5), shown=st.integers(1, 5), hidden=st.integers(0, 2))
@costly(30)
def test_sums_are_those_of_closed_runs(years: list[Year], shown: int, hidden: int) -> None:
    """Every figure of every contract, beneficiary and both, by period and to date."""
    done = played(years).runs
    until = done[max(0, len(done) - 1 - hidden)].period.ordinal
    asked = Asked(
        [run for run in done if run.period.ordinal <= until],
        [run.period.ordinal for run in done if until - shown < run.period.ordinal <= until],
    )
    with empty_books() as connection:
        for run in done:
            close_frozen(connection, run)
        for figure, of in OF_CONTRACT.items():
            sums = accounts.sums_by_contract(connection, figure, asked.named, until)
            wanted = asked.added_up(
                lambda run, of=of: (  # type: ignore[misc]
                    (each.contract.key, "", each.contract.currency, of(each))
                    for each in run.contracts
                )
            )
            assert some(counted(sums)) == wanted, figure
            only = counted(each for each in sums if each.period_id != EARLIER)
            assert counted(accounts.sums_by_contract(connection, figure, asked.named, None)) == only
        for figure in OF_BENEFICIARY:
            sums = accounts.sums_by_beneficiary(connection, figure, asked.named, until)
            wanted = asked.added_up(
                lambda run, figure=figure: (  # type: ignore[misc]
                    ("", each.beneficiary, each.currency, getattr(each, figure))
                    for each in run.settlements
                )
            )
            assert some(counted(sums)) == wanted, figure
        both = counted(accounts.sums_by_contract_and_beneficiary(connection, asked.named, until))
        assert some(both) == asked.added_up(
            lambda run: (
                (each.contract.key, given_.beneficiary, each.contract.currency, given_.amount)
                for each in run.contracts
                for given_ in each.allocations
            )
        )


@given(years=histories(most=4))
@costly(20)
def test_account_balances_equal_runs_and_ledger(years: list[Year]) -> None:
    """What is held, and what of advances is still to earn, as each period ended."""
    done = played(years).runs
    with empty_books() as connection:
        for run in done:
            close_frozen(connection, run)
        named = [run.period.ordinal for run in done]
        held = counted(accounts.account_balances(connection, reserve_account(""), named))
        open_ = counted(accounts.account_balances(connection, advances_account(""), named))
        kept: Counter[str] = Counter()
        for run in done:
            for each in run.contracts:
                kept[each.contract.key] += held_more(each)
                key = (each.contract.key, "", each.contract.currency, run.period.ordinal)
                assert -held[key] == kept[each.contract.key]
                assert open_[key] == sum(advance.outstanding for advance in each.advances)
                account = advances_account(key[0])
                closes = contract_closes(connection, key[0], account, len(done))
                assert {close.period_id: close.unearned for close in closes}[key[3]] == open_[key]


def held_more(done: ContractRun) -> int:
    brought_in = done.brought_in.reserves if done.brought_in else 0
    return brought_in + done.reserve.withheld - done.reserve.released

"""What a house brings into its books: cut anywhere, its figures go on as if nothing had been."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.escalators import counter_before
from royalties.domain.royalties.inputs import ContractState
from royalties.domain.royalties.postings import OPENING, LedgerBefore, entries_of_close
from royalties.domain.royalties.results import ContractRun, Recouped, Run
from royalties.domain.terms.beneficiaries import BalanceBroughtIn
from royalties.domain.terms.contracts import (
    Advance,
    CapUsed,
    Contract,
    ContractBroughtIn,
    EditionBroughtIn,
    ReserveBroughtIn,
)
from royalties.domain.terms.plans import Cap, CapPer, Plan, Step
from tests.builders.domain import (
    ISBN,
    Closed,
    House,
    Year,
    a_beneficiary,
    a_cap,
    a_contract,
    a_house,
    a_plan,
    a_reserve,
    a_sale,
    account_of,
    played,
    remainder,
    runs_of,
    to,
)
from tests.strategies import histories


@given(histories(most=4, depth=1), st.integers(1, 3))
def test_books_split_at_a_period_continue_with_the_same_figures(
    years: list[Year], cut: int
) -> None:
    """A world from its beginning, and the same begun later with what the first one left."""
    whole = played(years)
    before = Closed(whole.runs[:cut])
    if cut >= len(whole.runs):
        return
    first = years[0][0].first.shift(cut)
    later = [(_moved(house, before, first), lines, income) for house, lines, income in years[cut:]]
    again = played(later)
    for was, now in zip(whole.runs[cut:], again.runs, strict=True):
        assert _figures(was) == _figures(now)


def _moved(house: House, before: Closed, first: Period) -> House:
    """The house as it begins its books at a later period."""
    states, balances = before.states(first), before.balances()
    plans = {plan.key: plan for plan in house.plans}
    return replace(
        house,
        first_period=str(first),
        contracts=tuple(
            _contract(each, states.get(each.key), plans[each.plan], house, first)
            for each in house.contracts
        ),
        beneficiaries=tuple(
            replace(
                payee,
                opening_balance=0,
                brought_in=tuple(
                    BalanceBroughtIn(currency, amount)
                    for (key, currency), amount in sorted(balances.items())
                    if key == payee.key
                ),
            )
            for payee in house.beneficiaries
        ),
    )


def _contract(
    contract: Contract, state: ContractState | None, plan: Plan, house: House, first: Period
) -> Contract:
    stand = state or ContractState(contract.opening_balance)
    rules = tuple(
        replace(
            rule,
            counter=replace(
                rule.counter,
                opening=counter_before(
                    rule,
                    life=stand.counters_life.get(rule.counter.name, Fraction(0)),
                    year=stand.counters_year.get(rule.counter.name, Fraction(0)),
                    first=False,
                    first_year=first.year == house.first.year,
                ),
            ),
        )
        for rule in contract.rules
    )
    per = {(key.version, key.path, key.name): cap.per for key, cap in _caps(plan)}
    return replace(
        contract,
        rules=rules,
        opening_balance=stand.brought_forward,
        advances=_advances(contract, stand.recouped),
        brought_in=ContractBroughtIn(
            stand.undistributed,
            tuple(
                ReserveBroughtIn(str(first.shift(held.period - first.ordinal)), held.amount)
                for held in stand.held
            ),
            tuple(
                CapUsed(amount, version=version, path=path, name=name)
                for (version, path, name), kind in per.items()
                if (amount := _used(stand, CapKey(plan.key, version, path, name), kind))
            ),
        ),
    )


def _used(stand: ContractState, key: CapKey, per: CapPer) -> int:
    if per is CapPer.PERIOD:
        return 0
    used: Mapping[CapKey, int] = stand.caps_year if per is CapPer.YEAR else stand.caps_life
    return used.get(key, 0)


def _caps(plan: Plan) -> list[tuple[CapKey, Cap]]:
    found: list[tuple[CapKey, Cap]] = []

    def look(steps: tuple[Step, ...], version: str, path: str) -> None:
        for number, step in enumerate(steps, 1):
            note(step.cap, version, f"{path}{number}")
            for place, member in enumerate(step.to, 1):
                note(member.cap, version, f"{path}{number}.{place}")
                look(member.steps, version, f"{path}{number}.{place}.")

    def note(cap: Cap | None, version: str, path: str) -> None:
        if cap is not None and cap.name:
            found.append((CapKey(plan.key, "", "", cap.name), cap))
        elif cap is not None:
            found.append((CapKey(plan.key, version, path, ""), cap))

    for version in plan.versions:
        look(version.steps, version.starts.isoformat(), "")
    return found


def _advances(contract: Contract, recouped: int) -> tuple[Advance, ...]:
    done = []
    for advance in sorted(contract.advances, key=lambda each: each.paid_on):
        more = min(recouped, advance.amount - advance.recouped)
        recouped -= more
        done.append(replace(advance, recouped=advance.recouped + more))
    return tuple(done)


def _figures(done: Run) -> object:
    """All that a run says, but for the terms that it read."""
    return [_account(each) for each in done.contracts], done.settlements, done.exceptions


def _account(done: ContractRun) -> object:
    return replace(
        done,
        contract=a_contract(key=done.contract.key),
        advances=tuple(_recouped(each) for each in done.advances),
        brought_in=None,
    )


def _recouped(each: Recouped) -> Recouped:
    return replace(each, advance=replace(each.advance, recouped=0))


def test_a_reserve_with_a_period_of_release_waits_for_it() -> None:
    """80.00 withheld in 2024-H2 for two periods come free in 2025-H2; 5.00 when they say so."""
    brought_in = ContractBroughtIn(
        reserves=(
            ReserveBroughtIn("2024-H2", 8000),
            ReserveBroughtIn("2023-H1", 500, released_in="2026-H1"),
        )
    )
    house = a_house(a_contract(brought_in=brought_in, reserve=a_reserve("0", hold_periods=2)))
    released = [account_of(done).reserve.released for done in runs_of(house, [], [], [])]
    assert released == [0, 8000, 500]


def test_opening_entries_balance_against_the_opening_account() -> None:
    """Reserve, undistributed money, and a beneficiary's balance with an adjustment of it."""
    brought_in = ContractBroughtIn(70, (ReserveBroughtIn("2024-H2", 8000),))
    payee = replace(
        a_beneficiary("author"),
        brought_in=(
            BalanceBroughtIn("USD", 1200),
            BalanceBroughtIn("USD", -200, "Overpaid in 2024-H2"),
            BalanceBroughtIn("GBP", 33),
        ),
    )
    house = a_house(
        a_contract(brought_in=brought_in, reserve=a_reserve("0", hold_periods=2)),
        beneficiaries=[payee],
    )
    (done,) = runs_of(house, [])
    settled = {each.currency: each for each in done.settlements}
    assert (settled["USD"].brought_forward, settled["GBP"].brought_forward) == (1000, 33)
    entries = entries_of_close(done, LedgerBefore({}, frozenset(), frozenset()))
    assert all(sum(side.amount for side in entry.postings) == 0 for entry in entries)
    opened = {
        entry.description: posting.amount
        for entry in entries
        for posting in entry.postings
        if (posting.account, posting.currency) == (OPENING, "USD")
    }
    assert opened == {
        "Reserves brought into the books": 8000,
        "Undistributed money brought into the books": 70,
        "Balance brought into the books": 1200,
        "Adjustment brought into the books: Overpaid in 2024-H2": -200,
    }


def test_partly_used_cap_admits_only_its_remainder() -> None:
    plan = a_plan(remainder(to("author"), cap=a_cap(100, CapPer.LIFETIME, "grant")))
    house = a_house(
        a_contract(brought_in=ContractBroughtIn(caps=(CapUsed(9_500, name="grant"),))),
        plans=[plan],
    )
    first, second = runs_of(house, [a_sale(units=10)], [a_sale(units=10)])
    given_first = sum(each.amount for each in account_of(first).allocations)
    given_second = sum(each.amount for each in account_of(second).allocations)
    assert (given_first, given_second) == (500, 0)


def test_editions_sold_before_are_listed_in_the_first_run_only() -> None:
    brought_in = ContractBroughtIn(editions=(EditionBroughtIn(ISBN, 4200, 310_000),))
    first, second = runs_of(a_house(a_contract(brought_in=brought_in)), [], [])
    assert account_of(first).brought_in is not None
    assert account_of(second).brought_in is None

"""What closes carry forward for the next run is what all of history adds up to."""

import json
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from royalties.domain.periods import Period
from royalties.domain.royalties.carrying import LeftBefore
from royalties.domain.royalties.inputs import ContractState
from royalties.domain.royalties.postings import Entry, Posting
from royalties.domain.royalties.results import Run
from royalties.domain.terms.catalogue import Format
from royalties.domain.terms.plans import CapPer
from royalties.store.ledger.entries import post
from royalties.store.periods import carrying
from royalties.store.periods.carrying import CarriedForward, CarriedPeriod
from royalties.store.statements.statements import StatementRow, add_statements
from tests.builders.domain import (
    ISBN,
    Closed,
    SaleLine,
    Year,
    a_beneficiary,
    a_cap,
    a_contract,
    a_house,
    a_plan,
    a_reserve,
    a_rule,
    a_sale,
    an_advance,
    an_edition,
    fixed,
    played,
    remainder,
    runs_of,
    to,
)
from tests.builders.frozen import empty_books, freeze
from tests.selection import costly
from tests.strategies import histories


def sold_by(closed: Closed) -> dict[tuple[str, str], tuple[int, int]]:
    """Copies, once for each group of lines, and earnings over the life of contracts."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for run in closed.runs:
        for done in run.contracts:
            groups: dict[Hashable, tuple[str, int]] = {}
            for line in done.lines:
                if line.isbn is None:
                    continue
                groups[line.group] = (line.isbn, line.units)
                units, earned = found.get((done.contract.key, line.isbn), (0, 0))
                found[done.contract.key, line.isbn] = (units, earned + line.earned)
            for isbn, copies in groups.values():
                units, earned = found[done.contract.key, isbn]
                found[done.contract.key, isbn] = (units + copies, earned)
    return found


def without_nothing(state: ContractState) -> ContractState:
    """A counter or a cap of which nothing was counted is as good as none."""

    def some(sums: Mapping[Any, Any]) -> dict[Any, Any]:
        return {key: value for key, value in sums.items() if value}

    return replace(
        state,
        counters_life=some(state.counters_life),
        counters_year=some(state.counters_year),
        caps_life=some(state.caps_life),
        caps_year=some(state.caps_year),
    )


def agrees(connection: Connection, closed: Closed, after: Period) -> None:
    """What the next run reads is what every run so far adds up to, counted by the test itself."""
    left = carrying.left_before(connection, after)
    wanted = closed.states(after)
    assert {key: without_nothing(each) for key, each in left.states.items()} == {
        key: without_nothing(each) for key, each in wanted.items()
    }
    assert left.balances == closed.balances()
    assert left.sold == sold_by(closed)


@given(years=histories(most=6), kept_since=st.integers(0, 3))
@costly(40)
def test_carried_figures_equal_the_sum_of_history(years: list[Year], kept_since: int) -> None:
    """For any change of terms, and with or without figures kept by earlier versions."""
    so_far = Closed()
    with empty_books() as connection:
        for place, run in enumerate(played(years).runs):
            freeze(connection, run)
            so_far.close(run)
            if place >= kept_since:
                carrying.carry_forward(connection, run.period)
            agrees(connection, so_far, run.period.shift(1))


@given(years=histories(most=4))
@costly(20)
def test_carried_state_reads_back_the_same(years: list[Year]) -> None:
    done = played(years).runs
    with empty_books() as connection:
        for run in done:
            freeze(connection, run)
        left = carrying.left_before(connection, done[-1].period.shift(1))
    assert carrying.left_of(carrying.state_of(left)) == left


@given(years=histories(most=3))
@costly(10)
def test_verify_finds_no_fault_in_carried_states(years: list[Year]) -> None:
    done = played(years).runs
    with empty_books() as connection:
        for run in done:
            freeze(connection, run)
            carrying.carry_forward(connection, run.period)
        for step in carrying.chain(connection, done[0].period):
            assert step.kept == step.computed


# Worked by hand

HEARD = "9781442200029"
HOUSE = a_house(
    # The tenth of the list price; a fifth of it is held for a period, and 100.00 was paid ahead.
    a_contract(a_rule("0.10"), reserve=a_reserve("0.20"), advances=[an_advance(10_000)]),
    a_contract(a_rule("0.10"), key="pounds", currency="GBP", titles=["heard"], plan="capped"),
    plans=[
        a_plan(fixed(5, to("ann"), cap=a_cap(8, CapPer.LIFETIME)), remainder(to("ben"))),
        a_plan(remainder(to("ann"), cap=a_cap(3, name="most")), key="capped"),
    ],
    beneficiaries=[a_beneficiary("ben", minimum_payment=1000)],
    editions=[an_edition(), an_edition(HEARD, "heard", Format.AUDIOBOOK)],
)
FIRST, SECOND, THIRD = (HOUSE.first.shift(number) for number in range(3))
STEP_1 = ["plan", "2015-01-01", "1", ""]
MOST = ["capped", "", "", "most"]


def heard(units: int) -> SaleLine:
    """So many audiobooks at 4.00, in pounds."""
    return a_sale(units, 4, isbn=HEARD, currency="GBP")


def three_runs() -> list[Run]:
    """Sales of 1,000 copies at 10.00 and of 10 at 4.00; returns of 100 and of 20; 10 copies."""
    return runs_of(
        HOUSE, [a_sale(1000, 10), heard(10)], [a_sale(-100, 10), heard(-20)], [a_sale(10, 10)]
    )


def account(
    carried_forward: int,
    undistributed: int,
    recouped: int,
    held: list[list[int]],
    counted: tuple[str, str],
    caps: tuple[list[list[Any]], list[list[Any]]],
    sold: dict[str, list[int]],
) -> carrying.State:
    """What is kept of a contract: in the life of it, and in the year."""
    return {
        "carried_forward": carried_forward,
        "undistributed": undistributed,
        "recouped": recouped,
        "held": held,
        "counters": {"All": counted[0]},
        "counters_year": {"All": counted[1]} if counted[1] else {},
        "caps": caps[0],
        "caps_year": caps[1],
        "sold": sold,
    }


# 1,000 copies earn 1,000.00; 200.00 are held and 100.00 recouped; of 700.00 ann has 5.00 and ben
# 695.00, which is too little to pay. 10 copies earn 4.00, of which nobody may have 1.00.
# 100 copies come back: −100.00, with the 200.00 released 100.00, of which ann has the last 3.00 of
# her 8.00. 20 copies come back, −8.00, a debit balance; ann has the 1.00.
# In the next year 10 copies earn 10.00, of which 2.00 are held; ben has 8.00.
STATES: list[carrying.State] = [
    {
        "contracts": {
            "foot": account(
                0,
                0,
                10_000,
                [[FIRST.ordinal, 20_000]],
                ("1000", "1000"),
                ([[*STEP_1, 500]], [[*STEP_1, 500]]),
                {ISBN: [1000, 100_000]},
            ),
            "pounds": account(
                0, 100, 0, [], ("10", "10"), ([[*MOST, 300]], [[*MOST, 300]]), {HEARD: [10, 400]}
            ),
        },
        "balances": [["ann", "GBP", 0], ["ann", "USD", 0], ["ben", "USD", 69_500]],
    },
    {
        "contracts": {
            "foot": account(
                0,
                0,
                10_000,
                [],
                ("900", "900"),
                ([[*STEP_1, 800]], [[*STEP_1, 800]]),
                {ISBN: [900, 90_000]},
            ),
            "pounds": account(
                -800,
                0,
                0,
                [],
                ("-10", "-10"),
                ([[*MOST, 400]], [[*MOST, 400]]),
                {HEARD: [-10, -400]},
            ),
        },
        "balances": [["ann", "GBP", 0], ["ann", "USD", 0], ["ben", "USD", 79_200]],
    },
    {
        "contracts": {
            "foot": account(
                0,
                0,
                10_000,
                [[THIRD.ordinal, 200]],
                ("910", "10"),
                ([[*STEP_1, 800]], []),
                {ISBN: [910, 91_000]},
            ),
            "pounds": account(
                -800, 0, 0, [], ("-10", ""), ([[*MOST, 400]], []), {HEARD: [-10, -400]}
            ),
        },
        "balances": [["ann", "GBP", 0], ["ann", "USD", 0], ["ben", "USD", 80_000]],
    },
]
ACCOUNTS: list[dict[tuple[str, str], int]] = [
    {("bank", "USD"): -500, ("due", "USD"): 500, ("bank", "GBP"): -300, ("due", "GBP"): 300},
    {("bank", "USD"): -800, ("due", "USD"): 800, ("bank", "GBP"): -300, ("due", "GBP"): 300},
    {("bank", "USD"): -793, ("due", "USD"): 793, ("bank", "GBP"): -300, ("due", "GBP"): 300},
]
TOTALS: list[dict[str, tuple[int, ...]]] = [
    {"USD": (100_000, 70_000, 500, 2), "GBP": (400, 400, 300, 1)},
    {"USD": (-10_000, 10_000, 300, 1), "GBP": (-800, 0, 100, 0)},
    {"USD": (1_000, 800, 0, 0), "GBP": (0, 0, 0, 0)},
]
LAST_ENTRIES = [2, 4, 4]


def paid(currency: str, amount: int) -> Entry:
    """An entry by which so much leaves the bank."""
    sides = (Posting("due", currency, amount), Posting("bank", currency, -amount))
    return Entry("paid", "foot", "", sides)


def post_and_number(connection: Connection, run: Run) -> None:
    """What else a close of one of the three runs writes: entries and statements."""
    number, dated = run.period.ordinal, run.period.ends
    statements: list[tuple[str, str]] = []
    if run.period == FIRST:
        post(connection, number, dated, [paid("USD", 500), paid("GBP", 300)])
        statements = [("ann", "USD"), ("ben", "USD"), ("ann", "GBP")]
    elif run.period == SECOND:
        # Somebody paid 0.07 back in the open period before this one was closed.
        post(connection, THIRD.ordinal, dated, [paid("USD", -7)])
        post(connection, number, dated, [paid("USD", 300)])
        statements = [("ann", "USD")]
    add_statements(
        connection,
        [
            StatementRow(f"{number}-{place}", number, place, *payee, "{}", "")
            for place, payee in enumerate(statements, 1)
        ],
    )


@contextmanager
def three_periods() -> Iterator[tuple[Connection, list[Run]]]:
    """Books in which the three runs are frozen, of which nothing is kept."""
    with empty_books() as connection:
        done = three_runs()
        for run in done:
            freeze(connection, run)
        yield connection, done


def close(connection: Connection, run: Run) -> None:
    """The rest of a close."""
    post_and_number(connection, run)
    carrying.carry_forward(connection, run.period)


def test_carried_figures_of_three_closes_match_those_by_hand() -> None:
    wanted = [
        CarriedForward(state, entries, accounts, totals)
        for state, entries, accounts, totals in zip(
            STATES, LAST_ENTRIES, ACCOUNTS, TOTALS, strict=True
        )
    ]
    numbers = [each.ordinal for each in (FIRST, SECOND, THIRD)]
    with three_periods() as (connection, done):
        for place, run in enumerate(done, 1):
            close(connection, run)
            kept = [each.kept for each in carrying.chain(connection, FIRST)]
            assert kept == [*wanted[:place], *[None] * (3 - place)]
        assert list(carrying.chain(connection, FIRST)) == [
            CarriedPeriod(number, each, each) for number, each in zip(numbers, wanted, strict=True)
        ]
        assert [carrying.carried_state(connection, number) for number in numbers] == STATES
        assert carrying.carried_state(connection, THIRD.ordinal + 1) is None


def test_close_fills_in_what_earlier_closes_did_not_carry() -> None:
    """But for sums of their own, which a migration made."""
    with three_periods() as (connection, done):
        for run in done:
            post_and_number(connection, run)
        found = list(carrying.chain(connection, FIRST))
        assert [each.kept for each in found] == [None, None, None]
        assert [each.computed.state for each in found] == STATES
        assert carrying.left_before(connection, FIRST) == LeftBefore()
        assert carrying.state_of(carrying.left_before(connection, SECOND)) == STATES[0]
        left = carrying.state_of(carrying.left_before(connection, THIRD))
        assert left == in_a_new_year(STATES[1])
        carrying.carry_forward(connection, THIRD)
        for place, step in enumerate(carrying.chain(connection, FIRST)):
            assert step.kept is not None
            totals = step.computed.totals if step.period_id == THIRD.ordinal else {}
            assert step.kept == step.computed._replace(totals=totals)
            assert step.computed == (
                STATES[place],
                LAST_ENTRIES[place],
                ACCOUNTS[place],
                TOTALS[place],
            )


def test_close_builds_on_the_carried_figures_before_it() -> None:
    """Kept figures are altered here, to show that they are used and not summed again."""
    changed = STATES[0] | {"contracts": {"foot": STATES[0]["contracts"]["foot"] | {"recouped": 7}}}
    with three_periods() as (connection, done):
        close(connection, done[0])
        written = {"state": json.dumps(changed)}
        connection.execute(text("UPDATE carried SET entries = 50, state = :state"), written)
        connection.execute(
            text("UPDATE account_carried SET amount = amount - 1000 WHERE account = 'bank'")
        )
        assert carrying.state_of(carrying.left_before(connection, SECOND)) == changed
        close(connection, done[1])
        kept = list(carrying.chain(connection, FIRST))[1].kept
        assert kept is not None
        assert kept.entries == 50
        assert kept.state["contracts"]["foot"]["recouped"] == 7
        assert kept.accounts == {
            ("bank", "USD"): -1800,
            ("due", "USD"): 800,
            ("bank", "GBP"): -1300,
            ("due", "GBP"): 300,
        }


def test_close_without_postings_has_no_entries_and_keeps_reserves() -> None:
    """Held for two periods: 20.00 of 100.00, then 2.00 of 10.00, while another contract rests."""
    house = a_house(
        a_contract(reserve=a_reserve("0.20", hold_periods=2)), a_contract(key="rests", titles=["x"])
    )
    held = [[[FIRST.ordinal, 2_000]], [[FIRST.ordinal, 2_000], [SECOND.ordinal, 200]]]
    with empty_books() as connection:
        for place, run in enumerate(runs_of(house, [a_sale(100)], [a_sale(10)])):
            freeze(connection, run)
            carrying.carry_forward(connection, run.period)
            for step in list(carrying.chain(connection, FIRST))[place:]:
                assert step.kept == step.computed
                assert (step.computed.entries, step.computed.accounts) == (0, {})
                contracts = step.computed.state["contracts"]
                assert contracts["foot"]["held"] == held[place]
                assert contracts["rests"]["sold"] == {}


def in_a_new_year(state: carrying.State) -> carrying.State:
    """The same, with nothing counted or capped in the year."""
    contracts = {
        key: each | {"counters_year": {}, "caps_year": []}
        for key, each in state["contracts"].items()
    }
    return state | {"contracts": contracts}


def test_run_reads_the_figures_carried_by_earlier_closes() -> None:
    with three_periods() as (connection, done):
        for run in done:
            close(connection, run)
        wanted = [STATES[0], in_a_new_year(STATES[1]), STATES[2]]
        for following, state in zip((SECOND, THIRD, THIRD.shift(1)), wanted, strict=True):
            assert carrying.state_of(carrying.left_before(connection, following)) == state

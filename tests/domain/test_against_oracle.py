"""The program and a second, naive calculation come to the same figures, period after period."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import MICRO
from royalties.domain.run import ContractRun, Run, run
from tests.builders.domain import Closed, House
from tests.domain import oracle
from tests.strategies import Season, houses, seasons


def _rows(done: ContractRun) -> dict[oracle.Row, list[oracle.Earned]]:
    rows: dict[oracle.Row, list[oracle.Earned]] = {}
    for line in done.lines:
        row = (line.rule, line.isbn, line.retailer, line.kind, line.currency, line.tier)
        base = Fraction(line.base) / MICRO
        rows.setdefault(row, []).append(
            oracle.Earned(
                line.units, base, line.portion, line.exchange_rate, line.rate, line.earned
            )
        )
    return {row: sorted(lines, key=repr) for row, lines in rows.items()}


def _account(done: ContractRun) -> dict[str, object]:
    return {
        "rows": _rows(done),
        "counted": {name: counted.added for name, counted in done.counters.items()},
        "earned": done.earned,
        "brought_forward": done.brought_forward,
        "withheld": done.reserve.withheld,
        "released": done.reserve.released,
        "available": done.available,
        "recouped": done.recouped,
        "payable": done.payable,
        "carried_forward": done.carried_forward,
        "allocated": Counter({(a.step, a.beneficiary): a.amount for a in done.allocations}),
        "caps": Counter(
            {
                (("", key.name) if key.name else (key.version, key.path)): used
                for key, used in done.cap_use.items()
            }
        ),
        "undistributed": done.undistributed,
    }


def _same(found: Run, expected: oracle.Outcome) -> None:
    assert {done.contract.key for done in found.contracts} == set(expected.accounts)
    for done in found.contracts:
        account = expected.accounts[done.contract.key]
        for name, value in _account(done).items():
            assert value == getattr(account, name), name
    stand = {
        (s.beneficiary, s.currency): oracle.Balance(
            s.brought_forward, s.allocated, s.tax, s.due, s.paid, s.carried_forward
        )
        for s in found.settlements
    }
    nothing = oracle.Balance(0, 0, 0, 0, 0, 0)
    for key, balance in expected.balances.items():
        assert stand.get(key, nothing) == balance
    assert {(e.contract, e.isbn, e.retailer): e.units for e in found.exceptions} == dict(
        expected.exceptions
    )


@given(houses(), st.lists(seasons, min_size=1, max_size=4))
def test_periods_come_out_as_the_oracle_says(house: House, years: list[Season]) -> None:
    closed, history = Closed(), list[oracle.Outcome]()
    for number, season in enumerate(years):
        period = house.first.shift(number)
        income = season.income_of(house, period)
        books = house.books(
            season.lines,
            income,
            period=period,
            states=closed.states(period),
            balances=closed.balances(),
        )
        found = run(books)
        expected = oracle.calculate(house, history, period, season.lines, income)
        _same(found, expected)
        closed.close(found)
        history.append(expected)

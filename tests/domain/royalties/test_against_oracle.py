"""The program and a second, naive calculation come to the same figures, period after period."""

from collections import Counter
from fractions import Fraction

from hypothesis import given

from royalties.domain.money import MICRO
from royalties.domain.royalties.results import ContractRun, Run
from tests.builders.domain import Year, played
from tests.domain import oracle
from tests.strategies import histories


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
            s.brought_forward, s.allocated, s.due, s.to_pay, s.tax, s.net, s.carried_forward
        )
        for s in found.settlements
    }
    nothing = oracle.Balance(0, 0, 0, 0, 0, 0, 0)
    for key, balance in expected.balances.items():
        assert stand.get(key, nothing) == balance
    assert {(e.contract, e.isbn, e.retailer): e.units for e in found.exceptions} == dict(
        expected.exceptions
    )


@given(histories(depth=2))
def test_run_matches_the_oracle(years: list[Year]) -> None:
    """Two people who follow calculation.md reach the same cents, period after period."""
    history = list[oracle.Outcome]()
    for found, (house, lines, income) in zip(played(years).runs, years, strict=True):
        expected = oracle.calculate(house, history, found.period, lines, income)
        _same(found, expected)
        history.append(expected)

"""What closed periods leave for the next run, carried forward from close to close.

A run needs balances, reserves held, and what was counted, capped and sold before it. Summing all
closed periods for every run would cost more with each of them, so each close adds its own figures
to what the previous one left. ``verify`` recomputes the chain from the first period.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple, TypeVar

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.inputs import BroughtIn, ContractState, HeldReserve

_Key = TypeVar("_Key")
_Number = TypeVar("_Number", int, Fraction)

Sold = tuple[int, int]
"""Net copies, and what they earned in minor units."""


@dataclass(frozen=True, slots=True)
class LeftBefore:
    """What the periods before a given one left.

    Attributes:
        states: the state of each contract that was ever in a run, by key.
        balances: what each beneficiary last carried forward, by (key, currency).
        sold: copies and earnings over the life of a contract, by (its key, ISBN).
        withheld: tax that closes took from what is still carried forward, by (key, currency).
    """

    states: Mapping[str, ContractState] = field(default_factory=dict)
    balances: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sold: Mapping[tuple[str, str], Sold] = field(default_factory=dict)
    withheld: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def entering(self, period: Period) -> "LeftBefore":
        """The same as a period begins; a calendar year's first period resets yearly figures."""
        if period.place > 1:
            return self
        states = {
            key: replace(state, counters_year={}, caps_year={})
            for key, state in self.states.items()
        }
        return replace(self, states=states)


class ContractFigures(NamedTuple):
    """What one closed period froze of a contract, as far as later periods need it.

    ``released`` names the periods whose reserves were released; amounts are minor units.
    ``brought_in`` is what the contract brought into the books, in its first period only.
    """

    carried_forward: int
    undistributed: int
    recouped: int
    withheld: int
    released: Collection[int]
    counted: Mapping[str, Fraction]
    caps: Mapping[CapKey, int]
    sold: Mapping[str, Sold]
    brought_in: BroughtIn | None = None


@dataclass(frozen=True, slots=True)
class ClosedFigures:
    """What one closed period froze: contracts by key, balances by (beneficiary, currency).

    ``withheld`` is the tax that it took itself, as closes once did, or gave back (negative);
    ``to_pay`` names those to whom anything was to pay.
    """

    contracts: Mapping[str, ContractFigures]
    balances: Mapping[tuple[str, str], int]
    withheld: Mapping[tuple[str, str], int] = field(default_factory=dict)
    to_pay: Collection[tuple[str, str]] = ()


def carry(before: LeftBefore, period: Period, figures: ClosedFigures) -> LeftBefore:
    """Add a closed period's figures to what the periods before it left.

    30.00 recouped before and 20.00 in this period leave 50.00 recouped. Contracts and
    beneficiaries that were not in the period are unchanged.
    """
    entered = before.entering(period)
    states, sold = dict(entered.states), dict(entered.sold)
    for key, closed in figures.contracts.items():
        state = states.get(key)
        if state is None:
            brought_in = closed.brought_in or BroughtIn()
            state = brought_in.state(0)
            sold |= {(key, isbn): before for isbn, before in brought_in.sold.items()}
        states[key] = _carried(state, period, closed)
        for isbn, (units, earned) in closed.sold.items():
            earlier = sold.get((key, isbn), (0, 0))
            sold[key, isbn] = (earlier[0] + units, earlier[1] + earned)
    withheld = _added(entered.withheld, figures.withheld, 0)
    return LeftBefore(
        states,
        {**entered.balances, **figures.balances},
        sold,
        {key: amount for key, amount in withheld.items() if amount and key not in figures.to_pay},
    )


def _carried(state: ContractState, period: Period, figures: ContractFigures) -> ContractState:
    held = tuple(each for each in state.held if each.period not in figures.released)
    if figures.withheld:
        held = (*held, HeldReserve(period.ordinal, figures.withheld))
    return ContractState(
        figures.carried_forward,
        held,
        state.recouped + figures.recouped,
        figures.undistributed,
        _added(state.counters_life, figures.counted, Fraction(0)),
        _added(state.counters_year, figures.counted, Fraction(0)),
        _added(state.caps_life, figures.caps, 0),
        _added(state.caps_year, figures.caps, 0),
    )


def _added(
    before: Mapping[_Key, _Number], more: Mapping[_Key, _Number], nothing: _Number
) -> dict[_Key, _Number]:
    return {**before, **{key: before.get(key, nothing) + value for key, value in more.items()}}

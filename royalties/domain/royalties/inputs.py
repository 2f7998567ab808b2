"""What a run is computed from: the books of one period.

Source: calculation.md, "What goes in".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.earning import SoldEdition
from royalties.domain.royalties.exchange import Rates
from royalties.domain.sales.slices import Block
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.catalogue import Channel
from royalties.domain.terms.contracts import Contract, Income
from royalties.domain.terms.plans import Plan


@dataclass(frozen=True, slots=True)
class HeldReserve:
    """What a period withheld and no later one has released, in minor units.

    ``release`` fixes the releasing period, whatever the terms say; only reserves brought into the
    books may have one.
    """

    period: int
    amount: int
    release: int | None = None

    def is_due(self, period: int, hold: int) -> bool:
        """Whether it is released in ``period`` (an ordinal) under terms that hold ``hold`` periods.

        Withheld in period 4 and held for 2, it is due in 6, and in 7 if 6 did not release it.
        """
        due = self.period + hold if self.release is None else self.release
        return due <= period


@dataclass(frozen=True, slots=True)
class ContractState:
    """What closed periods left for a contract; amounts in minor units.

    ``brought_forward`` is ≤ 0; counters and caps hold what closed periods counted and used, over
    the contract's life and in the run's calendar year.
    """

    brought_forward: int
    held: tuple[HeldReserve, ...] = ()
    recouped: int = 0
    undistributed: int = 0
    counters_life: Mapping[str, Fraction] = field(default_factory=dict)
    counters_year: Mapping[str, Fraction] = field(default_factory=dict)
    caps_life: Mapping[CapKey, int] = field(default_factory=dict)
    caps_year: Mapping[CapKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What a contract brings into its first run besides a debit balance; amounts in minor units.

    ``caps`` is how much of each cap was used in the time it covers; ``sold`` is net copies and
    what they earned, by ISBN.
    """

    held: tuple[HeldReserve, ...] = ()
    undistributed: int = 0
    caps: Mapping[CapKey, int] = field(default_factory=dict)
    sold: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def reserves(self) -> int:
        """The sum of the reserves held."""
        return sum(each.amount for each in self.held)

    def state(self, brought_forward: int) -> ContractState:
        """The contract's state before its first run."""
        return ContractState(
            brought_forward,
            self.held,
            undistributed=self.undistributed,
            caps_life=self.caps,
            caps_year=self.caps,
        )


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a run reads: the setup in force, the period's sales, what earlier closes left.

    ``balances`` holds what each beneficiary carried forward by (key, currency);
    ``withheld_before`` the tax that closes once took from it; ``taxed_before`` what of it, and of
    what came back, was taxed by a payment of an earlier year. ``taxed_at_close`` computes a run as
    those closes did, to prove them.
    """

    period: Period
    first_period: Period
    currency: str
    sold: Mapping[str, SoldEdition]
    channels: Mapping[str, Channel]
    contracts: Sequence[Contract]
    plans: Mapping[str, Plan]
    beneficiaries: Mapping[str, Beneficiary]
    rates: Rates
    income: Sequence[Income]
    blocks: Sequence[Block]
    states: Mapping[str, ContractState]
    balances: Mapping[tuple[str, str], int]
    withheld_before: Mapping[tuple[str, str], int] = field(default_factory=dict)
    taxed_before: Mapping[tuple[str, str], int] = field(default_factory=dict)
    taxed_at_close: bool = False

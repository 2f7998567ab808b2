"""Results of a run, with reasons: each contract's account, and what is due to each payee.

Source: calculation.md, sections 2 to 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import Allocation, CapKey
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.earning import SalesException
from royalties.domain.royalties.escalators import CounterState
from royalties.domain.royalties.inputs import BroughtIn, HeldReserve
from royalties.domain.terms.beneficiaries import BalanceBroughtIn
from royalties.domain.terms.contracts import Advance, Contract
from royalties.domain.terms.plans import PlanVersion


@dataclass(frozen=True, slots=True)
class Withheld:
    """The reserve: eligible earnings, what is withheld from them, and what is released."""

    eligible: int
    withheld: int
    released: int
    released_from: tuple[HeldReserve, ...]


@dataclass(frozen=True, slots=True)
class Recouped:
    """One advance and how much of it is earned back, in minor units."""

    advance: Advance
    before: int
    now: int

    @property
    def outstanding(self) -> int:
        """Still to be earned back."""
        return self.advance.amount - self.before - self.now


@dataclass(frozen=True, slots=True)
class ContractRun:
    """One contract's account in a period, step by step, in minor units of its currency."""

    contract: Contract
    version: PlanVersion
    lines: Sequence[EarnedLine]
    counters: Mapping[str, CounterState]
    earned: int
    brought_forward: int
    reserve: Withheld
    available: int
    advances: tuple[Recouped, ...]
    recouped: int
    payable: int
    carried_forward: int
    undistributed_before: int
    allocations: tuple[Allocation, ...]
    undistributed: int
    cap_use: Mapping[CapKey, int]
    brought_in: BroughtIn | None = None


class NotPaid(StrEnum):
    """Why nothing is paid out, though something may be due."""

    ON_HOLD = "on hold"
    DEBIT_BALANCE = "debit balance"
    BELOW_MINIMUM = "below minimum"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One beneficiary's account in one currency, in minor units.

    ``adjustments`` are those parts of the balance brought into the books that state a reason.
    """

    beneficiary: str
    currency: str
    brought_forward: int
    allocated: int
    tax_rate: Fraction
    tax: int
    due: int
    paid: int
    carried_forward: int
    reason: NotPaid | None
    adjustments: tuple[BalanceBroughtIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A period calculated: contracts by key, exceptions, settlements by beneficiary."""

    period: Period
    contracts: tuple[ContractRun, ...]
    exceptions: tuple[SalesException, ...]
    settlements: tuple[Settlement, ...]

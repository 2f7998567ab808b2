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
    """Why nothing is to pay, though something may be due."""

    ON_HOLD = "on hold"
    DEBIT_BALANCE = "debit balance"
    BELOW_MINIMUM = "below minimum"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One beneficiary's account in one currency, in minor units.

    ``due`` is what was brought forward and allocated; ``to_pay`` is all of it or nothing, with
    ``reason`` saying why not; ``tax`` is what is expected to be withheld when that is sent, at the
    rate in force on the period's last day, and ``net`` what then arrives. ``adjustments`` are
    those parts of the balance brought into the books that state a reason.

    ``tax_withheld`` is tax that the close itself took: positive in books closed by versions that
    withheld from what was allocated, negative where a later close gives back what they took from
    money that is still carried forward, and 0 in all others.
    """

    beneficiary: str
    currency: str
    brought_forward: int
    allocated: int
    due: int
    to_pay: int
    tax_rate: Fraction
    tax: int
    net: int
    carried_forward: int
    reason: NotPaid | None
    adjustments: tuple[BalanceBroughtIn, ...] = ()
    tax_withheld: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A period calculated: contracts by key, exceptions, settlements by beneficiary.

    ``taxed_at_close`` marks one that withheld tax from what was allocated, as closes once did.
    """

    period: Period
    contracts: tuple[ContractRun, ...]
    exceptions: tuple[SalesException, ...]
    settlements: tuple[Settlement, ...]
    taxed_at_close: bool = False

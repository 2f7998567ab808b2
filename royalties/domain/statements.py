"""What a beneficiary, and finance, are told for a period: complete values, ready to print.

Amounts (``int``) are minor units of the statement's or account's currency; texts such as
``base``, ``rate`` and ``portion`` are exact numbers as they are to be shown. Everything a
workbook prints stands here, so a workbook made again from the same value has the same bytes.
"""

from dataclasses import dataclass
from datetime import date

from royalties.domain.beneficiaries import Publisher


@dataclass(frozen=True, slots=True)
class EarnedLineShown:
    """One earned line as printed: ``base`` × ``portion`` × ``exchange_rate`` × ``rate``."""

    id: str
    rule: str
    basis: str
    title: str
    isbn: str
    format: str
    retailer: str
    kind: str
    tier: int | None
    units: int
    currency: str
    base: str
    portion: str
    exchange_rate: str
    rate: str
    earned: int


@dataclass(frozen=True, slots=True)
class CorrectionShown:
    """Sales of an earlier, closed period that this one counts; included in the earned lines."""

    period: str
    isbn: str
    title: str
    retailer: str
    kind: str
    units: int
    currency: str
    net: str
    corrects: str


@dataclass(frozen=True, slots=True)
class MonthShown:
    """Net copies and net receipts of a retailer in a month (``2025-03``)."""

    month: str
    retailer: str
    units: int
    currency: str
    net: str


@dataclass(frozen=True, slots=True)
class LifeToDateShown:
    """An edition since the beginning of the books, this period included."""

    isbn: str
    title: str
    format: str
    units_period: int
    units_life: int
    earned_period: int
    earned_life: int


@dataclass(frozen=True, slots=True)
class ReserveShown:
    """A part withheld and not yet released, with the period in which it will be."""

    withheld_in: str
    amount: int
    expected_release: str


@dataclass(frozen=True, slots=True)
class AdvanceShown:
    """One advance and how far it is earned back."""

    paid_on: date
    amount: int
    recouped_before: int
    recouped_now: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class ShareShown:
    """What one step of the plan gave this beneficiary, and why, in plain words."""

    step: int
    sentence: str
    amount: int


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """How one contract came to its payable amount, and this beneficiary's part of it."""

    contract: str
    author: str
    titles: tuple[str, ...]
    currency: str
    earned: int
    brought_forward: int
    withheld: int
    released: int
    available: int
    recouped: int
    payable: int
    carried_forward: int
    undistributed_before: int
    undistributed: int
    plan_in_force_since: date
    shares: tuple[ShareShown, ...]
    allocated: int
    reserves: tuple[ReserveShown, ...]
    advances: tuple[AdvanceShown, ...]
    lines: tuple[EarnedLineShown, ...]
    corrections: tuple[CorrectionShown, ...]
    months: tuple[MonthShown, ...]
    life_to_date: tuple[LifeToDateShown, ...]


@dataclass(frozen=True, slots=True)
class Payee:
    """Who the statement is for."""

    key: str
    name: str
    address: tuple[str, ...]
    email: str
    ein: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A beneficiary's statement; ``number`` is None and ``dated`` the last day for a draft.

    ``outcome`` says in words what happens to the amount due (paid, or why it is carried).
    """

    number: str | None
    dated: date
    period: str
    starts: date
    ends: date
    publisher: Publisher
    payee: Payee
    currency: str
    brought_forward: int
    allocated: int
    tax_rate: str
    tax: int
    due: int
    paid: int
    carried_forward: int
    outcome: str
    contracts: tuple[ContractAccount, ...]


@dataclass(frozen=True, slots=True)
class BatchShown:
    """One import as finance sees it; ``net`` is exact text by currency."""

    batch: int
    file: str
    report: str
    retailer: str
    recorded_on: str
    rows: int
    lines: int
    sold: int
    returned: int
    free: int
    net: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExceptionShown:
    """Sales that earn nothing because no rule, contract or price covers them."""

    contract: str
    isbn: str
    retailer: str
    channel: str
    units: int
    reason: str


@dataclass(frozen=True, slots=True)
class AllocationShown:
    """What a plan's step gave a beneficiary."""

    contract: str
    currency: str
    step: int
    beneficiary: str
    amount: int


@dataclass(frozen=True, slots=True)
class SettlementShown:
    """One beneficiary's account in the period."""

    beneficiary: str
    name: str
    statement: str
    currency: str
    brought_forward: int
    allocated: int
    tax: int
    due: int
    paid: int
    carried_forward: int


@dataclass(frozen=True, slots=True)
class ContractShown:
    """One contract's account in the period."""

    contract: str
    author: str
    currency: str
    earned: int
    brought_forward: int
    withheld: int
    released: int
    available: int
    recouped: int
    payable: int
    carried_forward: int
    undistributed_before: int
    undistributed: int


@dataclass(frozen=True, slots=True)
class Check:
    """A control: two figures reached on different ways; in minor units, or copies if no currency.

    The period is in order when ``left − right`` is zero everywhere.
    """

    name: str
    currency: str
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """Rows that wait for an unknown edition."""

    identifier: str
    batch: int
    rows: int
    units: int


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """All of a period for finance: what came in, what was earned, who got it, and that it ties."""

    publisher: Publisher
    period: str
    starts: date
    ends: date
    status: str
    dated: date
    contracts: tuple[ContractShown, ...]
    settlements: tuple[SettlementShown, ...]
    allocations: tuple[AllocationShown, ...]
    lines: tuple[tuple[str, EarnedLineShown, str], ...]
    batches: tuple[BatchShown, ...]
    exceptions: tuple[ExceptionShown, ...]
    waiting: tuple[WaitingShown, ...]
    checks: tuple[Check, ...]

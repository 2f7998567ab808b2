"""Contents of a beneficiary's statement and of finance's period report, ready to print.

Amounts (``int``) are minor units of the statement's or account's currency; texts such as
``base``, ``rate`` and ``portion`` are exact numbers in the form shown. Everything a workbook
prints is included, so a workbook generated again from the same value has the same bytes. Fields
with a default were added later, so that statements frozen without them can still be read.
"""

from dataclasses import dataclass
from datetime import date

from royalties.domain.terms.beneficiaries import Publisher


@dataclass(frozen=True, slots=True)
class EarnedLineShown:
    """One earned line as printed: ``base`` × ``portion`` × ``exchange_rate`` × ``rate``.

    ``note`` describes other income: it names the licensee.
    """

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
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRateShown:
    """What one unit of ``source`` was worth in ``target`` in a period."""

    source: str
    target: str
    rate: str
    period: str


@dataclass(frozen=True, slots=True)
class CorrectionShown:
    """Sales dated in a closed period and counted in this one; included in the earned lines."""

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
    """Net copies and net receipts of a retailer in a month (``2025-03``).

    ``units`` is ``sold`` plus ``returned``, which is at most 0; free copies are in neither.
    """

    month: str
    retailer: str
    units: int
    currency: str
    net: str
    sold: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """Net copies of a place, and net receipts as exact text by currency.

    ``more`` is 0 for a single place; the last row may sum up that many smaller places.
    """

    country: str
    region: str
    city: str
    units: int
    net: tuple[tuple[str, str], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class LifeToDateShown:
    """An edition's sales in this period, and since the beginning of the books including it.

    ``list_price`` is exact text in the contract's currency as of the period's last day, empty
    where there is none; ``sold``, ``returned`` and ``free`` are copies of this period.
    """

    isbn: str
    title: str
    format: str
    units_period: int
    units_life: int
    earned_period: int
    earned_life: int
    authors: tuple[str, ...] = ()
    published: date | None = None
    list_price: str = ""
    sold: int = 0
    returned: int = 0
    free: int = 0


@dataclass(frozen=True, slots=True)
class ReserveShown:
    """A reserve not yet released, with the period in which it will be, and that period's end."""

    withheld_in: str
    amount: int
    expected_release: str
    release_ends: date | None = None


@dataclass(frozen=True, slots=True)
class AdvanceShown:
    """One advance and how much of it is earned back."""

    paid_on: date
    amount: int
    recouped_before: int
    recouped_now: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class ShareShown:
    """What one step of the plan gave this beneficiary, with the reason as a sentence."""

    step: int
    sentence: str
    amount: int


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """How one contract arrived at its payable amount, and this beneficiary's part of it.

    ``pool`` is what the plan had to share out; ``share_of_pool`` is this beneficiary's part of
    it, as a fraction with at most six decimal places, empty if there was nothing to share out.
    """

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
    plan: str = ""
    pool: int = 0
    share_of_pool: str = ""
    exchange_rates: tuple[ExchangeRateShown, ...] = ()
    places: tuple[PlaceShown, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustmentShown:
    """A part of the balance brought forward, with its own reason."""

    reason: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payee:
    """Who the statement is for; ``minimum_payment`` is exact text, empty if there is none."""

    key: str
    name: str
    address: tuple[str, ...]
    email: str
    ein: str
    city: str = ""
    minimum_payment: str = ""


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment since the last statement, before tax; one that came back is owed again.

    ``amount`` of one that came back is what is owed again: all of it, or, if it came back in a
    later year than it was sent, what is left after ``tax_kept``, which stays withheld.
    ``taxed_before`` is what of a payment was taxed by an earlier year's.
    """

    day: date
    reference: str
    amount: int
    tax: int
    came_back: bool = False
    reason: str = ""
    tax_kept: int = 0
    taxed_before: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A beneficiary's statement; ``number`` is None and ``dated`` the last day for a draft.

    ``outcome`` says what happens to the amount due (to pay, or why it is carried forward);
    ``pays_by`` is the day by which it is to be sent, if it is to pay and the publisher states one.
    ``tax`` is what is expected to be withheld when ``to_pay`` is sent, ``net`` what is left of it.
    ``tax_withheld`` is tax that closes of earlier versions took at once (negative: given back).
    ``payments`` are those since the last statement; what came back is part of what is brought
    forward. ``taxed_before`` is what of ``to_pay`` was taxed by a payment of an earlier year.
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
    due: int
    to_pay: int
    tax_rate: str
    tax: int
    net: int
    carried_forward: int
    outcome: str
    contracts: tuple[ContractAccount, ...]
    pays_by: date | None = None
    adjustments: tuple[AdjustmentShown, ...] = ()
    tax_withheld: int = 0
    payments: tuple[PaymentShown, ...] = ()
    taxed_before: int = 0

    @property
    def balance_before(self) -> int:
        """What the last statement carried forward, without adjustments and what came back."""
        apart = [each.amount for each in self.adjustments]
        apart += [each.amount for each in self.payments if each.came_back]
        return self.brought_forward - sum(apart)


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
    tax_withheld: int
    due: int
    to_pay: int
    tax: int
    net: int
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
    """A control: a figure computed in two ways, in minor units, or copies if no currency.

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
    """A period for finance: sales, earnings, allocations, and the checks that they reconcile."""

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

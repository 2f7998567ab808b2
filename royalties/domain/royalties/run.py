"""The whole calculation of a period on one page. Source: calculation.md.

``earn`` → ``reserve`` → ``recoup`` → ``allocate`` for each contract, then ``settle`` for each
beneficiary. Pure arithmetic: no clock, no database, and no order of rows changes a result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.money import rounded, units_of
from royalties.domain.periods import Calendar, Period, parse_period, period_of
from royalties.domain.royalties.allocation import Allocation, CapKey, allocate, asks_where
from royalties.domain.royalties.days import Claim, claim
from royalties.domain.royalties.earned_lines import EarnedLine, EarnedLines
from royalties.domain.royalties.earning import SalesException, SoldEdition, earn
from royalties.domain.royalties.escalators import ZERO, CounterState, counter_stand
from royalties.domain.royalties.exchange import Rates
from royalties.domain.royalties.matching import Uncovered
from royalties.domain.sales.slices import UNITS, Block
from royalties.domain.terms.beneficiaries import BalanceBroughtIn, Beneficiary
from royalties.domain.terms.catalogue import Channel
from royalties.domain.terms.contracts import Advance, Contract, Income, Reserve
from royalties.domain.terms.discounts import discount_limits, representatives
from royalties.domain.terms.plans import CapPer, Plan, PlanVersion, beneficiaries_of


@dataclass(frozen=True, slots=True)
class HeldReserve:
    """What a period withheld and no later one has released, in minor units.

    ``release`` is the period that releases it, whatever the terms say; only what was withheld
    before the books may name one.
    """

    period: int
    amount: int
    release: int | None = None

    def is_due(self, period: int, hold: int) -> bool:
        """Whether a period releases it, which holds what it withholds for ``hold`` periods."""
        due = self.period + hold if self.release is None else self.release
        return due <= period


@dataclass(frozen=True, slots=True)
class ContractState:
    """What closed periods left of a contract; amounts in minor units.

    ``brought_forward`` is ≤ 0; counters and caps hold what closed periods counted and used,
    over the life of the contract and in the run's calendar year.
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
    """What a contract brings into its first run beside a debit balance; amounts in minor units.

    ``caps`` are what each cap let through, as far as its time counts; ``sold`` net copies and
    what they earned by ISBN.
    """

    held: tuple[HeldReserve, ...] = ()
    undistributed: int = 0
    caps: Mapping[CapKey, int] = field(default_factory=dict)
    sold: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def reserves(self) -> int:
        """All that is held."""
        return sum(each.amount for each in self.held)

    def state(self, brought_forward: int) -> ContractState:
        """As a contract's state before its first run."""
        return ContractState(
            brought_forward,
            self.held,
            undistributed=self.undistributed,
            caps_life=self.caps,
            caps_year=self.caps,
        )


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a run reads: the setup in force, the period's sales, what is closed.

    ``balances`` holds what each beneficiary carried forward by (key, currency).
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


@dataclass(frozen=True, slots=True)
class Withheld:
    """The reserve's part: eligible earnings, what is withheld of them, and what comes free."""

    eligible: int
    withheld: int
    released: int
    released_from: tuple[HeldReserve, ...]


@dataclass(frozen=True, slots=True)
class Recouped:
    """One advance and how far it is earned back, in minor units."""

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

    ``adjustments`` are what of the balance brought into the books has a reason of its own.
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


class NoPlanError(ValueError):
    """A contract's plan has no version in force on the period's last day."""

    def __init__(self, contract: Contract, day: date) -> None:
        super().__init__(
            f"plan {contract.plan!r} of contract {contract.key!r} has no version in force on "
            f"{day}: add one with an earlier 'from' to the plan and load the setup file"
        )


def run(books: Books) -> Run:
    """Calculate a period.

    Raises:
        NoPlanError: a plan has no version in force on the period's last day.
        MissingExchangeRateError: a rate is missing, all missing ones of a contract are named.
        UnknownRightError: income for a right the contract gives no share of.
    """
    contracts = in_force(books.contracts, books.period)
    blocks = _by_title(books)
    discounts = representatives(discount_limits(books.contracts))
    exceptions = _uncovered(books, contracts, blocks)
    done = []
    for contract in contracts:
        found = account(books, contract, blocks, discounts)
        done.append(found[0])
        exceptions += found[1]
    return Run(
        books.period,
        tuple(done),
        tuple(sorted(_merged(exceptions), key=lambda e: (e.contract or "", e.isbn, e.retailer))),
        tuple(settle(books, done)),
    )


def in_force(contracts: Sequence[Contract], period: Period) -> list[Contract]:
    """Contracts that have begun by the period's last day, in order of their keys."""
    last = period.ends
    begun = [contract for contract in contracts if contract.starts <= last]
    return sorted(begun, key=lambda contract: contract.key)


def account(
    books: Books,
    contract: Contract,
    blocks: Mapping[str, Sequence[Block]],
    discounts: Sequence[Fraction],
) -> tuple[ContractRun, list[SalesException]]:
    """One contract from its sales to its allocations (calculation.md, steps 1 to 3)."""
    period, state = books.period, books.states.get(contract.key)
    brought_in = None
    if state is None:
        brought_in = brought_in_of(contract, period.calendar)
        state = (brought_in or BroughtIn()).state(contract.opening_balance)
    plan, last = books.plans[contract.plan], period.ends
    version = plan.on(last)
    if version is None:
        raise NoPlanError(contract, last)
    theirs, ended = _by_day(books, contract, blocks)
    earnings = earn(
        contract,
        theirs,
        books.sold,
        books.channels,
        discounts,
        books.rates,
        books.currency,
        _is_in_force(contract, state, books),
        [entry for entry in books.income if entry.contract == contract.key],
        with_atoms=asks_where(version),
    )
    earned = earnings.lines.earned
    withheld = reserve(contract.reserve, earnings.lines, state.held, period, books)
    available = earned - withheld.withheld + withheld.released + state.brought_forward
    advances = recoup(contract, available, state.recouped, last)
    recouped = sum(advance.now for advance in advances)
    payable = max(available - recouped, 0)
    allocated = allocate(
        plan,
        version,
        payable,
        state.undistributed,
        earnings.atoms,
        last,
        contract.currency,
        lambda key, per: _cap_used(state, key, per),
    )
    done = ContractRun(
        contract,
        version,
        earnings.lines,
        earnings.counters,
        earned,
        state.brought_forward,
        withheld,
        available,
        advances,
        recouped,
        payable,
        available - recouped - payable,
        state.undistributed,
        tuple(allocated.allocations),
        allocated.undistributed,
        allocated.cap_use,
        brought_in,
    )
    return done, [*earnings.exceptions, *ended]


def _by_day(
    books: Books, contract: Contract, blocks: Mapping[str, Sequence[Block]]
) -> tuple[list[Block], list[SalesException]]:
    """A contract's sales, and those after its end that no other contract takes."""
    theirs: list[Block] = []
    ended: list[SalesException] = []
    for title in contract.titles:
        of_title = blocks.get(title, ())
        if all(block.like.day is None for block in of_title):
            theirs += of_title
            continue
        others = [
            other
            for other in books.contracts
            if other.key != contract.key and title in other.titles
        ]
        for block in of_title:
            day, reverses = block.like.day, block.like.reverses
            if day is None:
                theirs.append(block)
                continue
            claims = [claim(contract, others, day, who.kind, reverses) for who in block.sellers]
            counted = [each is Claim.COUNTS for each in claims]
            if all(counted):
                theirs.append(block)
                continue
            if any(counted):
                theirs.append(block.chosen(counted))
            after = block.chosen([each is Claim.ENDED for each in claims])
            ended += [
                SalesException(
                    contract.key,
                    block.isbn,
                    who.retailer,
                    books.channels[who.retailer],
                    units,
                    (Uncovered.CONTRACT_ENDED,),
                )
                for who, units in zip(after.sellers, after.column(UNITS), strict=True)
            ]
    return theirs, ended


def reserve(
    terms: Reserve | None,
    lines: EarnedLines,
    held: Sequence[HeldReserve],
    period: Period,
    books: Books,
) -> Withheld:
    """What is withheld against returns and what earlier periods' reserves release.

    A reserve is due for release ``hold_periods`` after it was withheld; what terms that have
    since changed would have passed over is released as well, so nothing is held for ever.

    Of 400.00 earned with a rate of 20 %, 80.00 are withheld; where it is held for two
    periods, what was withheld two periods ago is released.
    """
    hold = terms.hold_periods if terms else 0
    due = tuple(entry for entry in held if entry.is_due(period.ordinal, hold))
    released = sum(entry.amount for entry in due)
    if terms is None:
        return Withheld(0, 0, released, due)
    formats, channels = terms.formats, terms.channels
    by_edition = lines.earned_by_edition(
        None
        if channels is None
        else lambda sellers: [books.channels[who.retailer] in channels for who in sellers]
    )
    if formats is not None:
        by_edition = {
            isbn: amount
            for isbn, amount in by_edition.items()
            if books.sold[isbn].format in formats
        }
    if not terms.by_period:
        eligible = max(0, sum(by_edition.values()))
        return Withheld(eligible, rounded(terms.rates[0] * eligible), released, due)
    per_title: dict[tuple[str, date | None], int] = {}
    for isbn, amount in by_edition.items():
        key = (books.sold[isbn].title, books.sold[isbn].published)
        per_title[key] = per_title.get(key, 0) + amount
    exact = sum(
        (
            _rate_of_age(terms, published, period) * max(0, amount)
            for (_, published), amount in per_title.items()
        ),
        Fraction(0),
    )
    eligible = sum(max(0, amount) for amount in per_title.values())
    return Withheld(eligible, rounded(exact), released, due)


def recoup(
    contract: Contract, available: int, recouped_before: int, day: date
) -> tuple[Recouped, ...]:
    """Earn advances back, the oldest first; one counts from the period that contains its day.

    Of advances of 300.00 and 500.00, 250.00 are earned back already: 400.00 available earn back
    50.00 of the first and 350.00 of the second.
    """
    left, before = max(available, 0), recouped_before
    recouped = []
    for advance in sorted(contract.advances, key=lambda advance: advance.paid_on):
        if advance.paid_on > day:
            continue
        earlier = min(before, advance.amount - advance.recouped)
        before -= earlier
        open_ = advance.amount - advance.recouped - earlier
        now = min(left, open_)
        left -= now
        recouped.append(Recouped(advance, advance.recouped + earlier, now))
    return tuple(recouped)


def settle(books: Books, contracts: Sequence[ContractRun]) -> list[Settlement]:
    """What each beneficiary is due, and what is to pay (calculation.md, "4 Due and to pay").

    -20.00 brought forward + 100.00 allocated - 10.00 of tax = 70.00 due: to pay if the minimum is
    70.00 or less, carried forward otherwise.
    """
    allocated: dict[tuple[str, str], int] = dict.fromkeys(books.balances, 0)
    for done in contracts:
        for name in beneficiaries_of(done.version.steps):
            allocated.setdefault((name, done.contract.currency), 0)
        for given in done.allocations:
            key = (given.beneficiary, done.contract.currency)
            allocated[key] = allocated.get(key, 0) + given.amount
    planned = {name for done in contracts for name in beneficiaries_of(done.version.steps)}
    for payee in books.beneficiaries.values():
        for currency in payee.brought_in_by(books.currency):
            allocated.setdefault((payee.key, currency), 0)
    settled = [
        _settlement(books, books.beneficiaries[name], currency, amount)
        for (name, currency), amount in sorted(allocated.items())
    ]
    return [
        settlement
        for settlement in settled
        if settlement.beneficiary in planned or settlement.brought_forward or settlement.allocated
    ]


def _settlement(books: Books, payee: Beneficiary, currency: str, allocated: int) -> Settlement:
    carried = books.balances.get((payee.key, currency))
    is_first = carried is None
    if carried is None:
        carried = payee.brought_in_by(books.currency).get(currency, 0)
    brought_forward = carried
    rate = payee.tax_rate_on(books.period.ends)
    tax = rounded(rate * allocated)
    due = brought_forward + allocated - tax
    reason = None
    if payee.on_hold:
        reason = NotPaid.ON_HOLD
    elif due < 0:
        reason = NotPaid.DEBIT_BALANCE
    elif units_of(due, currency) < payee.minimum_payment and not (
        payee.pay_out_at_year_end and books.period.ends_year and due > 0
    ):
        reason = NotPaid.BELOW_MINIMUM
    paid = 0 if reason else due
    return Settlement(
        payee.key,
        currency,
        brought_forward,
        allocated,
        rate,
        tax,
        due,
        paid,
        due - paid,
        reason,
        payee.adjustments(currency) if is_first else (),
    )


def brought_in_of(contract: Contract, calendar: Calendar) -> BroughtIn | None:
    """What a contract brings into its first run; None: nothing."""
    said = contract.brought_in
    if not said:
        return None
    return BroughtIn(
        tuple(
            HeldReserve(
                parse_period(held.withheld_in, calendar).ordinal,
                held.amount,
                parse_period(held.released_in, calendar).ordinal if held.released_in else None,
            )
            for held in said.reserves
        ),
        said.undistributed,
        {CapKey(contract.plan, cap.version, cap.path, cap.name): cap.amount for cap in said.caps},
        {edition.isbn: (edition.units, edition.earned) for edition in said.editions},
    )


def _is_in_force(contract: Contract, state: ContractState, books: Books) -> dict[str, Fraction]:
    first = books.period == books.first_period
    first_year = books.period.year == books.first_period.year
    return {
        rule.counter.name: counter_stand(
            rule,
            life=state.counters_life.get(rule.counter.name, ZERO),
            year=state.counters_year.get(rule.counter.name, ZERO),
            first=first,
            first_year=first_year,
        )
        for rule in contract.rules
    }


def _cap_used(state: ContractState, key: CapKey, per: CapPer) -> int:
    match per:
        case CapPer.PERIOD:
            return 0
        case CapPer.YEAR:
            return state.caps_year.get(key, 0)
        case CapPer.LIFETIME:
            return state.caps_life.get(key, 0)


def _rate_of_age(terms: Reserve, published: date | None, period: Period) -> Fraction:
    """The reserve's rate in a title's first, second, … period; 0 after the list's end.

    Rates of 20 %, 10 %: a title of 2025-H1 is at 20 % in 2025-H1, at 10 % in 2025-H2, then at 0.
    """
    if published is None:
        return terms.rates[0]
    age = max(0, period.ordinal - period_of(published, period.calendar).ordinal)
    return terms.rates[age] if age < len(terms.rates) else Fraction(0)


def _by_title(books: Books) -> dict[str, list[Block]]:
    blocks_by_title: dict[str, list[Block]] = {}
    sold = books.sold
    for block in books.blocks:
        blocks_by_title.setdefault(sold[block.isbn].title, []).append(block)
    return blocks_by_title


def _uncovered(
    books: Books, contracts: Sequence[Contract], blocks: Mapping[str, Sequence[Block]]
) -> list[SalesException]:
    covered = {title for contract in contracts for title in contract.titles}
    return [
        SalesException(
            None,
            block.isbn,
            who.retailer,
            books.channels[who.retailer],
            units,
            (Uncovered.NO_CONTRACT,),
        )
        for title, of_title in blocks.items()
        if title not in covered
        for block in of_title
        if books.sold[block.isbn].royalties
        for who, units in zip(block.sellers, block.column(UNITS), strict=True)
    ]


def _merged(exceptions: Sequence[SalesException]) -> list[SalesException]:
    """One entry per contract, edition and retailer, with net copies and every reason."""
    merged: dict[tuple[str | None, str, str], SalesException] = {}
    for entry in exceptions:
        key = (entry.contract, entry.isbn, entry.retailer)
        known = merged.get(key)
        if known is None:
            merged[key] = entry
            continue
        reasons = tuple(sorted({*known.reasons, *entry.reasons}))
        merged[key] = known._replace(units=known.units + entry.units, reasons=reasons)
    return list(merged.values())

"""The whole calculation of a period on one page. Source: calculation.md.

``earn`` → ``reserve`` → ``recoup`` → ``allocate`` for each contract, then ``settle`` for each
beneficiary. Pure arithmetic: no clock, no database, and no order of rows changes a result.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from royalties.domain.money import rounded, units_of
from royalties.domain.periods import Calendar, Period, parse_period, period_of
from royalties.domain.royalties.allocation import CapKey, allocate, needs_atoms
from royalties.domain.royalties.days import Claim, claim
from royalties.domain.royalties.earned_lines import EarnedLines
from royalties.domain.royalties.earning import SalesException, earn
from royalties.domain.royalties.escalators import ZERO, counter_before
from royalties.domain.royalties.inputs import Books, BroughtIn, ContractState, HeldReserve
from royalties.domain.royalties.matching import Uncovered
from royalties.domain.royalties.results import (
    ContractRun,
    NotPaid,
    Recouped,
    Run,
    Settlement,
    Withheld,
)
from royalties.domain.sales.slices import UNITS, Block
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.contracts import Contract, Reserve
from royalties.domain.terms.discounts import discount_limits, representatives
from royalties.domain.terms.plans import CapPer, beneficiaries_of


class NoPlanError(ValueError):
    """A contract's plan has no version in force on the period's last day."""

    def __init__(self, contract: Contract, day: date) -> None:
        super().__init__(
            f"plan {contract.plan!r} of contract {contract.key!r} has no version in force on "
            f"{day}: add one with an earlier 'from' to the plan and load the setup file"
        )


def run(books: Books) -> Run:
    """Calculate a period: every contract's account, exceptions, and what each payee is due.

    500.00 of net receipts at 10 %, under a plan that gives everything to Seattle: the contract
    earns 50.00 and Seattle's settlement is 50.00 due.

    Raises:
        NoPlanError: a plan has no version in force on the period's last day.
        MissingExchangeRateError: rates are missing; names all that the contract lacks.
        UnknownRightError: income for a right the contract has no share for.
    """
    contracts = in_force(books.contracts, books.period)
    blocks = _by_title(books)
    discounts = representatives(discount_limits(books.contracts))
    exceptions = _uncovered(books, contracts, blocks)
    accounts = []
    for contract in contracts:
        contract_run, earning_nothing = run_contract(books, contract, blocks, discounts)
        accounts.append(contract_run)
        exceptions += earning_nothing
    return Run(
        books.period,
        tuple(accounts),
        tuple(sorted(_merged(exceptions), key=lambda e: (e.contract or "", e.isbn, e.retailer))),
        tuple(settle(books, accounts)),
        books.taxed_at_close,
    )


def in_force(contracts: Sequence[Contract], period: Period) -> list[Contract]:
    """Contracts that have begun by the period's last day, in order of their keys.

    In the first half of 2025, one that starts on 30 June 2025 is in force, one of 1 July is not.
    """
    last = period.ends
    begun = [contract for contract in contracts if contract.starts <= last]
    return sorted(begun, key=lambda contract: contract.key)


def run_contract(
    books: Books,
    contract: Contract,
    blocks: Mapping[str, Sequence[Block]],
    discounts: Sequence[Fraction],
) -> tuple[ContractRun, list[SalesException]]:
    """One contract's account, from sales to allocations (calculation.md, steps 1 to 3).

    100.00 earned, 20.00 withheld, 5.00 released and 10.00 brought forward as a debit leave 75.00
    available; 30.00 of it recoup an advance, and 45.00 are payable.

    Returns:
        The account, and the contract's sales that earn nothing.

    Raises:
        NoPlanError: its plan has no version in force on the period's last day.
    """
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
        _counters_before(contract, state, books),
        [entry for entry in books.income if entry.contract == contract.key],
        with_atoms=needs_atoms(version),
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
    contract_run = ContractRun(
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
    return contract_run, [*earnings.exceptions, *ended]


def _by_day(
    books: Books, contract: Contract, blocks: Mapping[str, Sequence[Block]]
) -> tuple[list[Block], list[SalesException]]:
    """A contract's sales, and exceptions for those after its end that no other one counts."""
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

    A reserve is due for release ``hold_periods`` after it was withheld. Older ones are released as
    well: if the terms were shortened meanwhile, their date has passed, and nothing would ever
    release them.

    Of 400.00 earned with a rate of 20 %, 80.00 are withheld; with a hold of two periods, what was
    withheld two periods ago is released.
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
    """Earn advances back, oldest first; each counts from the period that contains its day.

    With advances of 300.00 and 500.00, and 250.00 earned back before, 400.00 available earn back
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

    -20.00 brought forward + 100.00 allocated = 80.00 due: to pay if the minimum payment is 80.00
    or less, carried forward otherwise. Of what is to pay, 10 % tax is 8.00, expected to be withheld
    when it is sent.
    """
    allocated: dict[tuple[str, str], int] = dict.fromkeys(books.balances, 0)
    for contract_run in contracts:
        for name in beneficiaries_of(contract_run.version.steps):
            allocated.setdefault((name, contract_run.contract.currency), 0)
        for share in contract_run.allocations:
            key = (share.beneficiary, contract_run.contract.currency)
            allocated[key] = allocated.get(key, 0) + share.amount
    planned = {
        name for contract_run in contracts for name in beneficiaries_of(contract_run.version.steps)
    }
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
    if books.taxed_at_close:
        tax_withheld = rounded(rate * allocated)
    else:
        tax_withheld = -books.withheld_before.get((payee.key, currency), 0)
    due = brought_forward + allocated - tax_withheld
    reason = None
    if payee.on_hold:
        reason = NotPaid.ON_HOLD
    elif due < 0:
        reason = NotPaid.DEBIT_BALANCE
    elif units_of(due, currency) < payee.minimum_payment and not (
        payee.pay_out_at_year_end and books.period.ends_year and due > 0
    ):
        reason = NotPaid.BELOW_MINIMUM
    to_pay = 0 if reason else due
    untaxed = max(to_pay - books.taxed_before.get((payee.key, currency), 0), 0)
    tax = 0 if books.taxed_at_close else rounded(rate * untaxed)
    return Settlement(
        payee.key,
        currency,
        brought_forward,
        allocated,
        due,
        to_pay,
        rate,
        tax,
        to_pay - tax,
        due - to_pay,
        reason,
        payee.adjustments(currency) if is_first else (),
        tax_withheld,
    )


def brought_in_of(contract: Contract, calendar: Calendar) -> BroughtIn | None:
    """What a contract brings into its first run, with periods as ordinals; None if nothing.

    A reserve "withheld in 2024-H2" becomes one held by the half-year before 2025-H1.
    """
    entered = contract.brought_in
    if not entered:
        return None
    return BroughtIn(
        tuple(
            HeldReserve(
                parse_period(held.withheld_in, calendar).ordinal,
                held.amount,
                parse_period(held.released_in, calendar).ordinal if held.released_in else None,
            )
            for held in entered.reserves
        ),
        entered.undistributed,
        {
            CapKey(contract.plan, cap.version, cap.path, cap.name): cap.amount
            for cap in entered.caps
        },
        {edition.isbn: (edition.units, edition.earned) for edition in entered.editions},
    )


def _counters_before(contract: Contract, state: ContractState, books: Books) -> dict[str, Fraction]:
    first = books.period == books.first_period
    first_year = books.period.year == books.first_period.year
    return {
        rule.counter.name: counter_before(
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
    """The reserve's rate in a title's first, second, … period; 0 after the last rate.

    With rates of 20 % and 10 %, a title published in 2025-H1 is at 20 % in 2025-H1, at 10 % in
    2025-H2, and at 0 from then on.
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

"""Plain builders of domain values: say what matters to a test, the rest is ordinary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from royalties.domain.money import MICRO
from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.earning import SoldEdition
from royalties.domain.royalties.escalators import CounterState
from royalties.domain.royalties.exchange import Rates
from royalties.domain.royalties.inputs import Books, BroughtIn, ContractState, HeldReserve
from royalties.domain.royalties.results import ContractRun, Run
from royalties.domain.royalties.run import run
from royalties.domain.sales.slices import Place, SaleKind, Slice, blocks_of
from royalties.domain.terms.beneficiaries import Beneficiary, WithholdingRate
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import (
    Advance,
    Basis,
    Contract,
    ContractBroughtIn,
    Counter,
    Counts,
    DiscountRange,
    Income,
    Reserve,
    Resets,
    Rule,
    Tier,
    Words,
)
from royalties.domain.terms.discounts import discount_class, discount_limits
from royalties.domain.terms.plans import Cap, CapPer, Member, Plan, PlanVersion, Step, Takes, When

LONG_AGO = date(2015, 1, 1)
ISBN = "9781442200012"
SEATTLE = Place("US", "WA", "Seattle")

Number = Fraction | int | str
Steps = Sequence[Step]


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A row of a retailer's report; without a list price no discount need be known."""

    isbn: str
    retailer: str
    kind: SaleKind
    units: int
    currency: str
    list_price: Fraction | None
    net: Fraction
    discount: Fraction | None
    place: Place


def a_sale(
    units: int = 1,
    list_price: Number | None = 10,
    net: Number = 5,
    discount: Number | None = "0.5",
    *,
    isbn: str = ISBN,
    retailer: str = "amazon",
    kind: SaleKind | None = None,
    currency: str = "USD",
    place: Place = SEATTLE,
) -> SaleLine:
    """So many copies sold (returned, if negative) by a retailer; ``net`` is of all of them."""
    return SaleLine(
        isbn,
        retailer,
        kind or (SaleKind.RETURN if units < 0 else SaleKind.SALE),
        units,
        currency,
        None if list_price is None else Fraction(list_price),
        Fraction(net),
        None if discount is None else Fraction(discount),
        place,
    )


def slices_of(lines: Iterable[SaleLine], contracts: Iterable[Contract]) -> list[Slice]:
    """Sum like lines, as the store's query does."""
    limits = discount_limits(contracts)
    sums: dict[tuple[str, str, SaleKind, str, bool, int, Place], tuple[int, int, int]] = {}
    for line in lines:
        key = (
            line.isbn,
            line.retailer,
            line.kind,
            line.currency,
            line.list_price is not None,
            0 if line.discount is None else discount_class(limits, line.discount),
            line.place,
        )
        units, net, value = sums.get(key, (0, 0, 0))
        sums[key] = (
            units + line.units,
            net + _micro(line.net),
            value + line.units * _micro(line.list_price or Fraction(0)),
        )
    return [Slice(*key, *sums[key]) for key in sums]


def _micro(amount: Fraction) -> int:
    micro = amount * MICRO
    assert micro.denominator == 1, "reports have at most six decimals"
    return micro.numerator


def a_tier(rate: Number, up_to: Number | None = None) -> Tier:
    """A rate up to a limit of its counter."""
    return Tier(Fraction(rate), None if up_to is None else Fraction(up_to))


def a_rule(
    rate: Number = "0.10",
    basis: Basis = Basis.LIST,
    *,
    name: str = "All",
    tiers: Sequence[Tier] = (),
    counter: str | None = None,
    resets: Resets = Resets.NEVER,
    opening: Number = 0,
    counts: Counts = Counts.UNITS,
    formats: Iterable[str] | None = None,
    channels: Iterable[str] | None = None,
    retailers: Iterable[str] | None = None,
    countries: Iterable[str] | None = None,
    discount: DiscountRange | None = None,
) -> Rule:
    """A rule of one rate, or of tiers."""
    return Rule(
        name,
        basis,
        tuple(tiers) or (a_tier(rate),),
        Counter(counter or name, resets, Fraction(opening)),
        counts,
        _words(formats),
        _words(channels),
        _words(retailers),
        _words(countries),
        discount,
    )


def _words(words: Iterable[str] | None) -> Words:
    return None if words is None else frozenset(words)


def a_discount(
    *,
    from_: Number | None = None,
    above: Number | None = None,
    below: Number | None = None,
    up_to: Number | None = None,
) -> DiscountRange:
    """A range of discounts."""
    return DiscountRange(
        *(None if limit is None else Fraction(limit) for limit in (from_, above, below, up_to))
    )


def a_reserve(
    *rates: Number,
    hold_periods: int = 1,
    by_period: bool = False,
    formats: Iterable[str] | None = None,
    channels: Iterable[str] | None = None,
) -> Reserve:
    """Withheld at one rate, or at one for each of a title's periods."""
    return Reserve(
        tuple(Fraction(rate) for rate in rates or ("0.20",)),
        by_period,
        hold_periods,
        _words(formats),
        _words(channels),
    )


def an_advance(amount: int, paid_on: date = LONG_AGO, recouped: int = 0) -> Advance:
    """Paid ahead, in minor units."""
    return Advance(amount, paid_on, recouped)


def a_contract(
    *rules: Rule,
    key: str = "foot",
    titles: Sequence[str] = ("book",),
    currency: str = "USD",
    starts: date = LONG_AGO,
    plan: str = "plan",
    rights: Mapping[str, Number] | None = None,
    reserve: Reserve | None = None,
    advances: Sequence[Advance] = (),
    opening_balance: int = 0,
    brought_in: ContractBroughtIn | None = None,
) -> Contract:
    """A contract over one title; without rules it pays a tenth of the list price."""
    return Contract(
        key,
        tuple(titles),
        currency,
        starts,
        rules or (a_rule(),),
        plan,
        rights=tuple((right, Fraction(share)) for right, share in (rights or {}).items()),
        reserve=reserve,
        advances=tuple(advances),
        opening_balance=opening_balance,
        brought_in=brought_in or ContractBroughtIn(),
    )


def an_income(
    amount: int,
    right: str = "translation",
    *,
    contract: str = "foot",
    period: str = "2025-H1",
    note: str = "",
) -> Income:
    """Money for a subsidiary right, in minor units."""
    return Income(contract, period, right, amount, note)


def a_cap(amount: Number, per: CapPer = CapPer.PERIOD, name: str | None = None) -> Cap:
    """A limit in units of the contract's currency."""
    return Cap(Fraction(amount), per, name)


def to(name: str, weight: Number = 1, cap: Cap | None = None) -> Member:
    """A member of a step: a beneficiary."""
    return Member(Fraction(weight), name, (), cap)


def nested(*steps: Step, weight: Number = 1, cap: Cap | None = None) -> Member:
    """A member of a step: a list of steps over what it gets."""
    return Member(Fraction(weight), None, steps, cap)


def fixed(amount: Number, *members: Member, **more: object) -> Step:
    """A step that takes an amount."""
    return _step(Takes.FIXED, Fraction(amount), members, more)


def share(part: Number, *members: Member, **more: object) -> Step:
    """A step that takes a share of payable."""
    return _step(Takes.SHARE, Fraction(part), members, more)


def per_unit(amount: Number, *members: Member, **more: object) -> Step:
    """A step that takes an amount for each copy."""
    return _step(Takes.PER_UNIT, Fraction(amount), members, more)


def remainder(*members: Member, **more: object) -> Step:
    """A step that takes all that is left."""
    return _step(Takes.REMAINDER, None, members, more)


def _step(
    takes: Takes, amount: Fraction | None, members: Sequence[Member], more: Mapping[str, object]
) -> Step:
    step = Step(takes, amount, tuple(members))
    for name, value in more.items():
        step = replace(step, **{name: value})  # type: ignore[arg-type]
    return step


def when(**words: Iterable[str]) -> When:
    """A condition, such as ``when(regions=["WA"])``."""
    return When(**{name: frozenset(values) for name, values in words.items()})


def a_version(*steps: Step, starts: date = LONG_AGO) -> PlanVersion:
    """A version of a plan; without steps the author gets everything."""
    return PlanVersion(starts, steps or (remainder(to("author")),))


def a_plan(*steps: Step, key: str = "plan", versions: Sequence[PlanVersion] = ()) -> Plan:
    """A plan of one version, or of several."""
    return Plan(key, tuple(versions) or (a_version(*steps),))


def a_beneficiary(
    key: str = "author",
    *,
    minimum_payment: Number = 0,
    tax: Number | Mapping[date, Number] = 0,
    pay_out_at_year_end: bool = False,
    on_hold: bool = False,
    opening_balance: int = 0,
) -> Beneficiary:
    """Somebody who gets royalties; ``tax`` is one rate or several by their first day."""
    rates = tax if isinstance(tax, Mapping) else {date.min: tax}
    return Beneficiary(
        key,
        key.title(),
        minimum_payment=Fraction(minimum_payment),
        tax_rates=tuple(WithholdingRate(day, Fraction(rate)) for day, rate in rates.items()),
        pay_out_at_year_end=pay_out_at_year_end,
        on_hold=on_hold,
        opening_balance=opening_balance,
    )


def an_edition(
    isbn: str = ISBN,
    title: str = "book",
    format_: Format = Format.HARDCOVER,
    *,
    published: date | None = date(2025, 1, 1),
    royalties: bool = True,
    unit_cost: Number = 0,
) -> SoldEdition:
    """One ISBN, as the calculation sees it."""
    return SoldEdition(isbn, title, format_, published, royalties, Fraction(unit_cost))


CHANNELS = {
    "amazon": Channel.ONLINE,
    "bn": Channel.BOOKSTORE,
    "ingram": Channel.WHOLESALE,
    "web": Channel.DIRECT,
}


@dataclass(frozen=True, slots=True)
class House:
    """A publisher's setup: what stays while periods pass."""

    contracts: Sequence[Contract] = ()
    plans: Sequence[Plan] = ()
    beneficiaries: Sequence[Beneficiary] = ()
    editions: Sequence[SoldEdition] = ()
    channels: Mapping[str, Channel] = field(default_factory=lambda: CHANNELS)
    currency: str = "USD"
    calendar: Calendar = Calendar.HALF_YEARLY
    first_period: str = "2025-H1"
    exchange_rates: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)

    @property
    def first(self) -> Period:
        """The books' first period."""
        return parse_period(self.first_period, self.calendar)

    def books(
        self,
        lines: Sequence[SaleLine] = (),
        income: Sequence[Income] = (),
        *,
        period: Period | None = None,
        states: Mapping[str, ContractState] | None = None,
        balances: Mapping[tuple[str, str], int] | None = None,
    ) -> Books:
        """All that a run of a period reads."""
        period = period or self.first
        return Books(
            period,
            self.first,
            self.currency,
            {edition.isbn: edition for edition in self.editions},
            self.channels,
            self.contracts,
            {plan.key: plan for plan in self.plans},
            {payee.key: payee for payee in self.beneficiaries},
            Rates(period, self.exchange_rates),
            income,
            blocks_of(slices_of(lines, self.contracts)),
            states or {},
            balances or {},
        )


def a_house(
    *contracts: Contract,
    plans: Sequence[Plan] = (),
    beneficiaries: Sequence[Beneficiary] = (),
    editions: Sequence[SoldEdition] = (),
    currency: str = "USD",
    calendar: Calendar = Calendar.HALF_YEARLY,
    first_period: str = "2025-H1",
    exchange_rates: Mapping[tuple[str, str], Number] | None = None,
) -> House:
    """A publisher; whoever a plan names and nobody described is an ordinary beneficiary."""
    all_plans = tuple(plans) or (a_plan(),)
    described = {payee.key for payee in beneficiaries}
    named = {name for plan in all_plans for version in plan.versions for name in _in(version.steps)}
    return House(
        contracts or (a_contract(),),
        all_plans,
        (*beneficiaries, *(a_beneficiary(name) for name in sorted(named - described))),
        tuple(editions) or (an_edition(),),
        CHANNELS,
        currency,
        calendar,
        first_period,
        {pair: Fraction(rate) for pair, rate in (exchange_rates or {}).items()},
    )


def _in(steps: Steps) -> Iterable[str]:
    for step in steps:
        for member in step.to:
            if member.beneficiary is not None:
                yield member.beneficiary
            yield from _in(member.steps)


@dataclass(slots=True)
class Closed:
    """What closed runs left behind, as the store would load it for the next period."""

    runs: list[Run] = field(default_factory=list)

    def close(self, run: Run) -> None:
        """Remember a run as closed."""
        self.runs.append(run)

    def balances(self) -> dict[tuple[str, str], int]:
        """What each beneficiary last carried forward."""
        return {
            (each.beneficiary, each.currency): each.carried_forward
            for run in self.runs
            for each in run.settlements
        }

    def states(self, period: Period) -> dict[str, ContractState]:
        """What is left of each contract for a run of ``period``."""
        keys = {done.contract.key for run in self.runs for done in run.contracts}
        return {key: self._state(key, period) for key in sorted(keys)}

    def _state(self, key: str, period: Period) -> ContractState:
        done = [
            (run.period, each)
            for run in self.runs
            for each in run.contracts
            if each.contract.key == key
        ]
        brought_in = done[0][1].brought_in or BroughtIn()
        held = {entry.period: entry for entry in brought_in.held}
        for closed, each in done:
            for entry in each.reserve.released_from:
                del held[entry.period]
            if each.reserve.withheld:
                held[closed.ordinal] = HeldReserve(closed.ordinal, each.reserve.withheld)
        this_year = [each for closed, each in done if closed.year == period.year]
        ever = [each for _, each in done]
        return ContractState(
            brought_forward=ever[-1].carried_forward,
            held=tuple(held[number] for number in sorted(held)),
            recouped=sum(each.recouped for each in ever),
            undistributed=ever[-1].undistributed,
            counters_life=_counted(each.counters for each in ever),
            counters_year=_counted(each.counters for each in this_year),
            caps_life=_used([brought_in.caps, *(each.cap_use for each in ever)]),
            caps_year=_used(
                [
                    brought_in.caps if done[0][0].year == period.year else {},
                    *(each.cap_use for each in this_year),
                ]
            ),
        )


def _counted(counters: Iterable[Mapping[str, CounterState]]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for counter in counters:
        for name, counted in counter.items():
            sums[name] = sums.get(name, Fraction(0)) + counted.added
    return sums


def _used(uses: Iterable[Mapping[CapKey, int]]) -> dict[CapKey, int]:
    sums: dict[CapKey, int] = {}
    for use in uses:
        for key, amount in use.items():
            sums[key] = sums.get(key, 0) + amount
    return sums


Year = tuple[House, Sequence[SaleLine], Sequence[Income]]
"""A period to be played: the setup then in force, and what came in."""


def played(years: Iterable[Year]) -> Closed:
    """Successive periods, each run and closed; the setup may change between them."""
    closed = Closed()
    for number, (house, lines, income) in enumerate(years):
        period = house.first.shift(number)
        books = house.books(
            lines,
            income,
            period=period,
            states=closed.states(period),
            balances=closed.balances(),
        )
        closed.close(run(books))
    return closed


def runs_of(house: House, *periods: Sequence[SaleLine]) -> list[Run]:
    """Runs of successive periods under one setup."""
    return played((house, lines, ()) for lines in periods).runs


def account_of(done: Run, contract: str = "foot") -> ContractRun:
    """One contract's account in a run."""
    return next(each for each in done.contracts if each.contract.key == contract)


def given_by(done: ContractRun) -> dict[tuple[int, str], int]:
    """What each step gave whom."""
    return {(each.step, each.beneficiary): each.amount for each in done.allocations}

"""Hypothesis strategies: small houses whose every rule is likely to matter.

Numbers are few and small, so that limits are met exactly, caps are reached and cents are left
over; what is rare in life (a deep nesting, a zero weight, a return without a sale) is common.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from royalties.domain.beneficiaries import Beneficiary, TaxRate
from royalties.domain.catalogue import Format
from royalties.domain.contracts import (
    Advance,
    Basis,
    Contract,
    Counter,
    Counts,
    DiscountRange,
    Income,
    Reserve,
    Resets,
    Rule,
    Tier,
)
from royalties.domain.earning import Sold
from royalties.domain.periods import Calendar, Period
from royalties.domain.plans import Cap, CapPer, Member, Plan, PlanVersion, Step, Takes, When
from royalties.domain.sales import Kind, Place
from tests.builders.domain import CHANNELS, LONG_AGO, House, SaleLine

CURRENCIES = ("USD", "GBP", "JPY")
PEOPLE = ("ann", "ben", "cid")
RIGHTS = (("audio", Fraction(1, 2)), ("translation", Fraction(3, 4)))
PLACES = (
    Place(),
    Place("US", "WA", "Seattle"),
    Place("US", "TX", "Houston"),
    Place("GB", "", "London", "PO-7"),
)
DISCOUNTS = tuple(Fraction(n, 100) for n in (0, 40, 49, 50, 51, 55, 60))

weights = st.integers(0, 4).map(Fraction)
rates = st.sampled_from(["0", "0.05", "0.075", "0.10", "0.125", "0.333", "0.5", "1"]).map(Fraction)
shares = rates
calendars = st.sampled_from(list(Calendar))


def some_of(words: Sequence[str]) -> st.SearchStrategy[frozenset[str] | None]:
    """A condition: mostly absent, else one or two words."""
    given = st.frozensets(st.sampled_from(words), min_size=1, max_size=2)
    return st.one_of(st.none(), st.none(), given)


FORMATS = (Format.HARDCOVER, Format.EBOOK)
formats = some_of(FORMATS)
retailers = some_of(tuple(CHANNELS))
channels = some_of(tuple(CHANNELS.values()))


@st.composite
def periods(draw: st.DrawFn, first_year: int = 1, last_year: int = 9998) -> Period:
    """Any period of any calendar."""
    calendar = draw(calendars)
    year, place = draw(st.integers(first_year, last_year)), draw(st.integers(1, calendar.per_year))
    return Period(calendar, year * calendar.per_year + place - 1)


@st.composite
def tiers(draw: st.DrawFn, most: int = 3) -> tuple[Tier, ...]:
    """Rising limits, the last tier without one."""
    limits = sorted(draw(st.sets(st.integers(1, 30), max_size=most - 1)))
    return tuple(
        Tier(draw(rates), limit) for limit in (*(Fraction(limit) for limit in limits), None)
    )


@st.composite
def discount_ranges(draw: st.DrawFn) -> DiscountRange:
    """One limit or two, on which lines may lie exactly."""
    lower, upper = sorted(draw(st.tuples(*[st.sampled_from(DISCOUNTS)] * 2)))
    return DiscountRange(
        **draw(st.sampled_from([{}, {"from_": lower}, {"above": lower}])),
        **draw(st.sampled_from([{"below": upper}, {"up_to": upper}])),
    )


@st.composite
def rules(draw: st.DrawFn, most: int = 3) -> tuple[Rule, ...]:
    """Rules of one contract, some of which may share counters."""
    counters = [
        (Counter(name, draw(st.sampled_from(Resets)), Fraction(draw(st.integers(0, 12)))), counts)
        for name, counts in (("first", draw(st.sampled_from(Counts))), ("second", Counts.UNITS))
    ]
    found = []
    for place in range(draw(st.integers(1, most))):
        counter, counts = draw(st.sampled_from(counters))
        found.append(
            Rule(
                f"rule {place}",
                draw(st.sampled_from(Basis)),
                draw(tiers()),
                counter,
                counts,
                draw(formats),
                draw(channels),
                draw(retailers),
                draw(some_of(("US", "GB"))),
                draw(st.one_of(st.none(), discount_ranges())),
            )
        )
    return tuple(found)


reserves = st.builds(
    lambda each, by_period, hold, formats, channels: Reserve(
        tuple(each) if by_period else (each[0],), by_period, hold, formats, channels
    ),
    st.lists(rates, min_size=1, max_size=3),
    st.booleans(),
    st.integers(1, 3),
    formats,
    channels,
)


def days(
    first: date = date(2024, 1, 1), last: date = date(2026, 12, 31)
) -> st.SearchStrategy[date]:
    """A day, often one on which something begins or ends."""
    return st.one_of(
        st.sampled_from(
            [date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31)]
        ),
        st.integers(0, (last - first).days).map(lambda n: first + timedelta(n)),
    )


@st.composite
def advances(draw: st.DrawFn) -> Advance:
    """An advance, part of which may have been earned back before the books began."""
    amount = draw(st.integers(0, 3000))
    return Advance(amount, draw(days()), draw(st.integers(0, amount)))


caps = st.builds(Cap, st.integers(0, 900).map(lambda n: Fraction(n, 100)), st.sampled_from(CapPer))
"""Without a name: a version may name a cap only once."""

whens = st.builds(
    When,
    formats=formats,
    channels=channels,
    retailers=retailers,
    countries=some_of(("US", "GB")),
    regions=some_of(("WA", "TX")),
    cities=some_of(("Seattle", "London")),
    orders=some_of(("PO-7",)),
).filter(lambda when: when != When())


@st.composite
def members(draw: st.DrawFn, depth: int) -> tuple[Member, ...]:
    """Who a step gives to; at least one has weight."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        cap = draw(st.one_of(st.none(), st.none(), caps))
        if depth and draw(st.integers(0, 2)) == 0:
            steps = draw(plan_steps(depth - 1, may_end_early=True))
            found.append(Member(draw(weights), None, steps, cap))
        else:
            found.append(Member(draw(weights), draw(st.sampled_from(PEOPLE)), (), cap))
    if not any(member.weight for member in found):
        found.append(Member(Fraction(1), draw(st.sampled_from(PEOPLE))))
    return tuple(found)


@st.composite
def plan_steps(draw: st.DrawFn, depth: int = 2, *, may_end_early: bool = False) -> tuple[Step, ...]:
    """Steps that end with a remainder; nested ones may leave something."""
    found = [draw(one_step(depth)) for _ in range(draw(st.integers(0, 3)))]
    if not found or not may_end_early or draw(st.booleans()):
        cap = draw(st.one_of(st.none(), st.none(), caps))
        found.append(Step(Takes.REMAINDER, None, draw(members(depth)), cap=cap))
    return tuple(found)


@st.composite
def one_step(draw: st.DrawFn, depth: int) -> Step:
    """Any step, often with conditions, a cap and dates."""
    takes = draw(st.sampled_from(Takes))
    amount = {
        Takes.FIXED: st.integers(0, 1200).map(lambda n: Fraction(n, 100)),
        Takes.SHARE: shares,
        Takes.PER_UNIT: st.integers(0, 999).map(lambda n: Fraction(n, 1000)),
        Takes.REMAINDER: st.none(),
    }[takes]
    dates = sorted([draw(days()), draw(days())])
    return Step(
        takes,
        draw(amount),
        draw(members(depth)),
        draw(st.one_of(st.none(), whens)),
        draw(st.one_of(st.none(), st.none(), caps)),
        draw(st.sampled_from([None, None, dates[0]])),
        draw(st.sampled_from([None, None, dates[1]])),
    )


@st.composite
def plans(draw: st.DrawFn, key: str = "plan", depth: int = 2) -> Plan:
    """A plan that is in force from long ago, and perhaps another version from 2025 on."""
    versions = [PlanVersion(LONG_AGO, draw(plan_steps(depth)))]
    if draw(st.booleans()):
        versions.append(PlanVersion(draw(days(date(2025, 1, 1))), draw(plan_steps(depth))))
    return Plan(key, tuple(sorted(versions, key=lambda version: version.starts)))


payees = st.builds(
    Beneficiary,
    key=st.just(""),
    name=st.just("Somebody"),
    minimum_payment=st.integers(0, 30).map(lambda n: Fraction(n, 10)),
    tax_rates=st.lists(
        st.builds(TaxRate, days(), rates), max_size=2, unique_by=lambda t: t.starts
    ).map(tuple),
    pay_out_at_year_end=st.booleans(),
    on_hold=st.booleans(),
    opening_balance=st.one_of(st.just(0), st.integers(-300, 300)),
)

EDITIONS = (
    ("9781442200012", "b1", Format.HARDCOVER),
    ("9781442200029", "b1", Format.EBOOK),
    ("9781442200036", "b2", Format.HARDCOVER),
    ("9781442200043", "b3", Format.EBOOK),
)


@st.composite
def editions(draw: st.DrawFn) -> tuple[Sold, ...]:
    """Four editions of three titles."""
    published = {title: draw(st.one_of(st.none(), days())) for title in ("b1", "b2", "b3")}
    earns = {title: draw(st.booleans()) for title in ("b1", "b2", "b3")}
    costs = st.sampled_from(["0", "1.25", "3"]).map(Fraction)
    return tuple(
        Sold(isbn, title, format_, published[title], earns[title], draw(costs))
        for isbn, title, format_ in EDITIONS
    )


@st.composite
def contracts(draw: st.DrawFn, key: str = "foot", most_rules: int = 3) -> Contract:
    """A contract over one or two titles, on the plan named ``plan``."""
    return Contract(
        key,
        tuple(sorted(draw(st.sets(st.sampled_from(["b1", "b2"]), min_size=1)))),
        draw(st.sampled_from(CURRENCIES)),
        draw(st.one_of(st.just(LONG_AGO), days())),
        draw(rules(most_rules)),
        draw(st.sampled_from(["plan", "other"])),
        rights=RIGHTS,
        reserve=draw(st.one_of(st.none(), reserves)),
        advances=tuple(draw(st.lists(advances(), max_size=2))),
        opening_balance=draw(st.one_of(st.just(0), st.integers(-500, 0))),
    )


EXCHANGE_RATES = {
    ("USD", "GBP"): Fraction("0.79"),
    ("GBP", "USD"): Fraction("1.2712"),
    ("USD", "JPY"): Fraction("147.3"),
    ("JPY", "USD"): Fraction("0.0068"),
    ("GBP", "JPY"): Fraction("187"),
    ("JPY", "GBP"): Fraction("0.0053"),
}


@st.composite
def houses(draw: st.DrawFn, most_contracts: int = 2, depth: int = 2) -> House:
    """A publisher with all that the calculation asks for."""
    calendar, place = draw(calendars), draw(st.integers(1, 12))
    first = Period(calendar, 2025 * calendar.per_year + (place - 1) % calendar.per_year)
    return House(
        tuple(
            draw(contracts(key)) for key in ("foot", "hand")[: draw(st.integers(1, most_contracts))]
        ),
        (draw(plans("plan", depth)), draw(plans("other", 0))),
        tuple(_named(draw(payees), key) for key in PEOPLE),
        draw(editions()),
        CHANNELS,
        "USD",
        calendar,
        str(first),
        EXCHANGE_RATES,
    )


def _named(payee: Beneficiary, key: str) -> Beneficiary:
    return Beneficiary(
        key,
        payee.name,
        minimum_payment=payee.minimum_payment,
        tax_rates=payee.tax_rates,
        pay_out_at_year_end=payee.pay_out_at_year_end,
        on_hold=payee.on_hold,
        opening_balance=payee.opening_balance,
    )


@st.composite
def sale_lines(draw: st.DrawFn) -> SaleLine:
    """A line of a report, sometimes without a list price or discount."""
    kind = draw(st.sampled_from([Kind.SALE, Kind.SALE, Kind.RETURN, Kind.FREE]))
    units = draw(st.integers(1, 20)) * (-1 if kind is Kind.RETURN else 1)
    price = draw(st.sampled_from(["9.99", "10", "0.3333", None]))
    net = draw(st.integers(0, 9_000_000)) * (-1 if kind is Kind.RETURN else 1)
    return SaleLine(
        draw(st.sampled_from([isbn for isbn, _, _ in EDITIONS])),
        draw(st.sampled_from(list(CHANNELS))),
        kind,
        units,
        draw(st.sampled_from(CURRENCIES)),
        None if price is None else Fraction(price),
        Fraction(net, 1_000_000),
        draw(st.sampled_from(DISCOUNTS if price else [None, *DISCOUNTS])),
        draw(st.sampled_from(PLACES)),
    )


@dataclass(frozen=True, slots=True)
class Season:
    """What comes in during a period."""

    lines: tuple[SaleLine, ...]
    income: tuple[tuple[str, str, int], ...]

    def income_of(self, house: House, period: Period) -> list[Income]:
        """As entries of contracts that have begun."""
        begun = {contract.key for contract in house.contracts if contract.starts <= period.ends}
        return [
            Income(contract, str(period), right, amount)
            for contract, right, amount in self.income
            if contract in begun
        ]


seasons = st.builds(
    Season,
    st.lists(sale_lines(), max_size=8).map(tuple),
    st.lists(
        st.tuples(
            st.sampled_from(["foot", "hand"]),
            st.sampled_from([right for right, _ in RIGHTS]),
            st.integers(-200, 900),
        ),
        max_size=2,
        unique_by=lambda entry: entry[:2],
    ).map(tuple),
)
"""Sales of a period and income by (contract, right)."""

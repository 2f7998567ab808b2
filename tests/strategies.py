"""Hypothesis strategies: small houses whose every rule is likely to matter.

Numbers are few and small, so that limits are met exactly, caps are reached and cents are left
over; what is rare in life (a deep nesting, a zero weight, a return without a sale) is common.
Most values are sampled from lists made once, for a draw costs more than a calculation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import combinations

from hypothesis import strategies as st

from royalties.domain.periods import Calendar, Period
from royalties.domain.royalties.earning import Atom, SoldEdition
from royalties.domain.sales.slices import Place, SaleKind
from royalties.domain.terms.beneficiaries import Beneficiary, WithholdingRate
from royalties.domain.terms.catalogue import Format
from royalties.domain.terms.contracts import (
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
    Words,
)
from royalties.domain.terms.plans import Cap, CapPer, Member, Plan, PlanVersion, Step, Takes, When
from tests.builders.domain import CHANNELS, LONG_AGO, House, SaleLine, Year

CURRENCIES = ("USD", "GBP", "JPY")
PEOPLE = ("ann", "ben", "cid")
RIGHTS = (("audio", Fraction(1, 2)), ("translation", Fraction(3, 4)))
PLACES = (
    Place(),
    Place("US", "WA", "Seattle"),
    Place("US", "TX", "Houston"),
    Place("GB", "", "London", "PO-7"),
)
FORMATS = (Format.HARDCOVER, Format.EBOOK)
DISCOUNTS = tuple(Fraction(n, 100) for n in (0, 40, 49, 50, 51, 55, 60))
DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        *("2024-02-29", "2024-12-31", "2025-01-01", "2025-03-31", "2025-04-15", "2025-06-30"),
        *("2025-07-01", "2025-10-01", "2025-12-31", "2026-01-01", "2026-06-30", "2026-12-31"),
    )
)
"""Days on which something begins or ends, mostly the first or last ones of periods."""

weights = st.sampled_from([Fraction(weight) for weight in (1, 2, 3, 7, 33, 0)])
rates = st.sampled_from(
    [Fraction(rate) for rate in ("0.10", "0", "0.05", "0.075", "0.125", "0.333", "0.5", "1")]
)
days = st.sampled_from(DAYS)
maybe = st.booleans()
one_to_three = st.integers(1, 3)
one_to_four = st.integers(1, 4)
calendars = st.sampled_from(list(Calendar))


def some_of(words: Sequence[str]) -> list[Words]:
    """Conditions: mostly absent, else one or two words."""
    one = [frozenset([word]) for word in words]
    two = [frozenset(pair) for pair in combinations(words, 2)]
    given: list[Words] = [*one, *two]
    absent: list[Words] = [None]
    return absent * 2 * len(given) + given


formats = st.sampled_from(some_of(FORMATS))
channels = st.sampled_from(some_of(tuple(CHANNELS.values())))
retailers = st.sampled_from(some_of(tuple(CHANNELS)))
countries = st.sampled_from(some_of(("US", "GB")))


@st.composite
def periods(draw: st.DrawFn, first_year: int = 1, last_year: int = 9998) -> Period:
    """Any period of any calendar."""
    calendar = draw(calendars)
    year, place = draw(st.integers(first_year, last_year)), draw(st.integers(1, calendar.per_year))
    return Period(calendar, year * calendar.per_year + place - 1)


# Contracts

_LIMITS = [(), (5,), (12,), (1,), (30,), (3, 10), (5, 6), (10, 30)]
_limits = st.sampled_from([tuple(Fraction(limit) for limit in limits) for limits in _LIMITS])


@st.composite
def _tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    return tuple(Tier(draw(rates), limit) for limit in (*draw(_limits), None))


tiers = _tiers()
"""Rising limits, the last tier without one."""

discount_ranges = st.sampled_from(
    [
        DiscountRange(**{lower: low}, **{upper: high})
        for low, high in combinations(DISCOUNTS, 2)
        for lower in ("from_", "above")
        for upper in ("below", "up_to")
    ]
    + [
        DiscountRange(**{end: limit})
        for limit in DISCOUNTS
        for end in ("from_", "above", "below", "up_to")
    ]
)
"""One limit or two, on which lines may lie exactly."""

_counters = st.sampled_from(
    [
        Counter("", resets, Fraction(opening))
        for resets in (Resets.NEVER, Resets.NEVER, Resets.YEAR, Resets.PERIOD)
        for opening in (0, 2, 5, 11)
    ]
)
_counts = st.sampled_from([Counts.UNITS, Counts.UNITS, Counts.NET, Counts.LIST])
_bases = st.sampled_from(Basis)


@st.composite
def _rules(draw: st.DrawFn, most: int) -> tuple[Rule, ...]:
    shared = [(replace(draw(_counters), name=name), draw(_counts)) for name in ("first", "second")]
    found = []
    for place in range(draw(st.integers(1, most))):
        counter, counts = shared[draw(maybe)]
        found.append(
            Rule(
                f"rule {place}",
                draw(_bases),
                draw(tiers),
                counter,
                counts,
                draw(formats),
                draw(channels),
                draw(retailers),
                draw(countries),
                draw(discount_ranges) if draw(maybe) else None,
            )
        )
    return tuple(found)


@cache
def rules(most: int = 3) -> st.SearchStrategy[tuple[Rule, ...]]:
    """Rules of one contract, some of which may share counters."""
    return _rules(most)


@st.composite
def _reserves(draw: st.DrawFn) -> Reserve:
    by_period = draw(maybe)
    each = [draw(rates) for _ in range(draw(one_to_three) if by_period else 1)]
    return Reserve(tuple(each), by_period, draw(one_to_three), draw(formats), draw(channels))


reserves = _reserves()


_advanced = st.integers(0, 3000)
_parts = st.sampled_from([0, 0, 1, 3])


@st.composite
def _advances(draw: st.DrawFn) -> Advance:
    amount, part = draw(_advanced), draw(_parts)
    return Advance(amount, draw(days), amount * part // 3)


advances = _advances()
"""Part of an advance may have been earned back before the books began."""


_titles = st.sampled_from([("b1",), ("b2",), ("b1", "b2")])
_currencies = st.sampled_from(CURRENCIES)
_starts = st.sampled_from([LONG_AGO, LONG_AGO, *DAYS])
_plan_keys = st.sampled_from(["plan", "plan", "other"])
_up_to_two = st.integers(0, 2)
_openings = st.sampled_from([0, 0, -1, -250])


@st.composite
def _contracts(draw: st.DrawFn, key: str, most_rules: int) -> Contract:
    return Contract(
        key,
        draw(_titles),
        draw(_currencies),
        draw(_starts),
        draw(rules(most_rules)),
        draw(_plan_keys),
        rights=RIGHTS,
        reserve=draw(reserves) if draw(maybe) else None,
        advances=tuple(draw(advances) for _ in range(draw(_up_to_two))),
        opening_balance=draw(_openings),
    )


@cache
def contracts(key: str = "foot", most_rules: int = 3) -> st.SearchStrategy[Contract]:
    """A contract over one or two titles, on one of two plans."""
    return _contracts(key, most_rules)


# Plans

_cents = st.integers(0, 900).map(lambda cents: Fraction(cents, 100))
_mills = st.integers(0, 999).map(lambda mills: Fraction(mills, 1000))
_caps_per = st.sampled_from(CapPer)


@st.composite
def _caps(draw: st.DrawFn) -> Cap:
    return Cap(draw(_cents), draw(_caps_per))


caps = _caps()

_WORDS: dict[str, Sequence[str]] = {
    "formats": FORMATS,
    "channels": tuple(CHANNELS.values()),
    "retailers": tuple(CHANNELS),
    "countries": ("US", "GB"),
    "regions": ("WA", "TX"),
    "cities": ("Seattle", "London"),
    "orders": ("PO-7",),
}
_ONE_CONDITION = [{name: frozenset([word])} for name, words in _WORDS.items() for word in words] + [
    {name: frozenset(words)} for name, words in _WORDS.items()
]
whens = st.sampled_from(
    [When(**condition) for condition in _ONE_CONDITION]
    + [
        When(**one, **other)
        for one, other in combinations(_ONE_CONDITION, 2)
        if one.keys() != other.keys()
    ]
)

_spans: st.SearchStrategy[tuple[date | None, date | None]] = st.sampled_from(
    [(None, None)] * 40
    + [(day, None) for day in DAYS]
    + [(None, day) for day in DAYS]
    + list(combinations(DAYS, 2))[::4]
)
_rarely = st.sampled_from([False, False, True])
_takes = st.sampled_from(Takes)
_amounts: dict[Takes, st.SearchStrategy[Fraction | None]] = {
    Takes.FIXED: _cents,
    Takes.SHARE: rates,
    Takes.PER_UNIT: _mills,
    Takes.REMAINDER: st.none(),
}


_people = st.sampled_from(PEOPLE)
_how_many = st.integers(0, 3)


@st.composite
def _members(draw: st.DrawFn, depth: int) -> tuple[Member, ...]:
    found = []
    for _ in range(draw(one_to_four)):
        cap = draw(caps) if draw(_rarely) else None
        if depth and draw(_rarely):
            found.append(Member(draw(weights), None, draw(_inner_steps(depth - 1)), cap))
        else:
            found.append(Member(draw(weights), draw(_people), (), cap))
    if not any(member.weight for member in found):
        found.append(Member(Fraction(1), draw(_people)))
    return tuple(found)


@cache
def members(depth: int) -> st.SearchStrategy[tuple[Member, ...]]:
    """Who a step gives to; at least one has weight."""
    return _members(depth)


@st.composite
def _one_step(draw: st.DrawFn, depth: int) -> Step:
    takes = draw(_takes)
    from_, until = draw(_spans)
    return Step(
        takes,
        draw(_amounts[takes]),
        draw(members(depth)),
        draw(whens) if draw(maybe) else None,
        draw(caps) if draw(_rarely) else None,
        from_,
        until,
    )


@cache
def one_step(depth: int) -> st.SearchStrategy[Step]:
    """Any step, often with conditions, a cap and dates."""
    return _one_step(depth)


@st.composite
def _steps(draw: st.DrawFn, depth: int, *, may_end_early: bool) -> tuple[Step, ...]:
    found = [draw(one_step(depth)) for _ in range(draw(_how_many))]
    if not found or not may_end_early or draw(maybe):
        cap = draw(caps) if draw(_rarely) else None
        found.append(Step(Takes.REMAINDER, None, draw(members(depth)), cap=cap))
    return tuple(found)


@cache
def _inner_steps(depth: int) -> st.SearchStrategy[tuple[Step, ...]]:
    return _steps(depth, may_end_early=True)


@cache
def plan_steps(depth: int = 2) -> st.SearchStrategy[tuple[Step, ...]]:
    """Steps that end with a remainder; nested ones may leave something."""
    return _steps(depth, may_end_early=False)


_named = st.sampled_from([(), (), (0,), (1,), (0, 1)])


@st.composite
def _plans(draw: st.DrawFn, key: str, depth: int) -> Plan:
    starts = [LONG_AGO, *([draw(days)] if draw(maybe) else [])]
    named = draw(_named)
    return Plan(
        key,
        tuple(PlanVersion(day, with_names(draw(plan_steps(depth)), named)) for day in starts),
    )


@cache
def plans(key: str = "plan", depth: int = 2) -> st.SearchStrategy[Plan]:
    """A plan that is in force from long ago, and perhaps another version later.

    Some of the caps have names, by which they go on in the other version.
    """
    return _plans(key, depth)


def with_names(steps: tuple[Step, ...], numbers: Sequence[int]) -> tuple[Step, ...]:
    """The same steps, the caps of these numbers (from 0, as they stand) having names."""
    return _named_in(steps, iter(range(1000)), numbers)


def _named_in(
    steps: tuple[Step, ...], count: Iterator[int], numbers: Sequence[int]
) -> tuple[Step, ...]:
    def named(cap: Cap | None) -> Cap | None:
        if cap is None or (number := next(count)) not in numbers:
            return cap
        return replace(cap, name=f"cap {number}")

    return tuple(
        replace(
            step,
            cap=named(step.cap),
            to=tuple(
                replace(
                    member,
                    cap=named(member.cap),
                    steps=_named_in(member.steps, count, numbers),
                )
                for member in step.to
            ),
        )
        for step in steps
    )


# What came in, and houses

payees = st.builds(
    Beneficiary,
    key=st.just(""),
    name=st.just("Somebody"),
    minimum_payment=st.sampled_from([Fraction(n, 10) for n in (0, 0, 1, 12, 30)]),
    tax_rates=st.sampled_from(
        [
            (),
            (WithholdingRate(LONG_AGO, Fraction("0.30")),),
            (
                WithholdingRate(date(2025, 6, 30), Fraction("0.24")),
                WithholdingRate(LONG_AGO, Fraction("0.333")),
            ),
            (WithholdingRate(date(2025, 10, 1), Fraction(1)),),
        ]
    ),
    pay_out_at_year_end=maybe,
    on_hold=_rarely,
    opening_balance=st.sampled_from([0, 0, 0, 1, 150, -300]),
)

EDITIONS = (
    ("9781442200012", "b1", Format.HARDCOVER),
    ("9781442200029", "b1", Format.EBOOK),
    ("9781442200036", "b2", Format.HARDCOVER),
    ("9781442200043", "b3", Format.EBOOK),
)
_costs = st.sampled_from([Fraction(cost) for cost in ("0", "1.25", "3")])


@st.composite
def _editions(draw: st.DrawFn) -> tuple[SoldEdition, ...]:
    published = {title: draw(days) if draw(maybe) else None for title in ("b1", "b2", "b3")}
    earns = {title: draw(maybe) for title in ("b1", "b2", "b3")}
    return tuple(
        SoldEdition(isbn, title, format_, published[title], earns[title], draw(_costs))
        for isbn, title, format_ in EDITIONS
    )


editions = _editions()
"""Four editions of three titles."""

EXCHANGE_RATES = {
    ("USD", "GBP"): Fraction("0.79"),
    ("GBP", "USD"): Fraction("1.2712"),
    ("USD", "JPY"): Fraction("147.3"),
    ("JPY", "USD"): Fraction("0.0068"),
    ("GBP", "JPY"): Fraction(187),
    ("JPY", "GBP"): Fraction("0.0053"),
}


@st.composite
def _houses(draw: st.DrawFn, most_contracts: int, depth: int) -> House:
    calendar, place = draw(calendars), draw(st.integers(0, 11))
    first = Period(calendar, 2025 * calendar.per_year + place % calendar.per_year)
    keys = ("foot", "hand")[: draw(st.integers(1, most_contracts))]
    return House(
        tuple(draw(contracts(key)) for key in keys),
        (draw(plans("plan", depth)), draw(plans("other", 0))),
        tuple(replace(draw(payees), key=key) for key in PEOPLE),
        draw(editions),
        CHANNELS,
        "USD",
        calendar,
        str(first),
        EXCHANGE_RATES,
    )


@cache
def houses(most_contracts: int = 2, depth: int = 2) -> st.SearchStrategy[House]:
    """A publisher with all that the calculation asks for."""
    return _houses(most_contracts, depth)


_isbns = st.sampled_from([isbn for isbn, _, _ in EDITIONS])
_sellers = st.sampled_from(list(CHANNELS))
_kinds = st.sampled_from(
    [SaleKind.SALE, SaleKind.SALE, SaleKind.RETURN, SaleKind.FREE, SaleKind.USAGE]
)
_copies = st.integers(1, 20)
_prices = st.sampled_from([Fraction("9.99"), Fraction(10), Fraction("0.3333"), Fraction(80), None])
_receipts = st.sampled_from(
    [Fraction(net) for net in ("0", "4.995", "31.4", "0.000001", "7.3333", "9", "1793.36")]
)
_discounts = st.sampled_from([*DISCOUNTS, None])
_places = st.sampled_from(PLACES)


@st.composite
def _sale_lines(draw: st.DrawFn) -> SaleLine:
    kind = draw(_kinds)
    if kind is SaleKind.USAGE:
        isbn, seller, currency = draw(_isbns), draw(_sellers), draw(_currencies)
        net = draw(_receipts) * (-1 if draw(_rarely) else 1)
        return SaleLine(isbn, seller, kind, 0, currency, None, net, None, draw(_places))
    sign = -1 if kind is SaleKind.RETURN else 1
    price, discount = draw(_prices), draw(_discounts)
    return SaleLine(
        draw(_isbns),
        draw(_sellers),
        kind,
        sign * draw(_copies),
        draw(_currencies),
        price,
        sign * draw(_receipts),
        DISCOUNTS[0] if discount is None and price is not None else discount,
        draw(_places),
    )


sale_lines = _sale_lines()
"""A line of a report, sometimes without a list price or discount."""


_income = st.sampled_from(
    [
        (),
        (),
        (("foot", "audio", 333),),
        (("hand", "translation", 501), ("foot", "translation", -77)),
        (("foot", "audio", 1), ("foot", "translation", 900)),
    ]
)


@st.composite
def _changed(draw: st.DrawFn, house: House) -> House:
    """The same house after a setup file that amends terms, plans or payees."""
    foot, *others = house.contracts
    foot = replace(
        foot,
        reserve=draw(reserves) if draw(maybe) else None,
        advances=(*foot.advances, *([draw(advances)] if draw(_rarely) else [])),
    )
    plan, other = house.plans
    starts = draw(days)
    if starts > plan.versions[-1].starts:
        newer = PlanVersion(starts, draw(plan_steps(0)))
        plan = replace(plan, versions=(*plan.versions, newer))
    terms = draw(payees)
    payee, *rest = house.beneficiaries
    payee = replace(terms, key=payee.key, opening_balance=payee.opening_balance)
    return replace(
        house, contracts=(foot, *others), plans=(plan, other), beneficiaries=(payee, *rest)
    )


@st.composite
def _histories(draw: st.DrawFn, most: int, depth: int) -> list[Year]:
    house = draw(houses(depth=depth))
    years: list[Year] = []
    for number in range(draw(st.integers(1, most))):
        if number and draw(_rarely):
            house = draw(_changed(house))
        period = house.first.shift(number)
        begun = {contract.key for contract in house.contracts if contract.starts <= period.ends}
        income = [
            Income(contract, str(period), right, amount)
            for contract, right, amount in draw(_income)
            if contract in begun
        ]
        years.append((house, draw(_sales), income))
    return years


@cache
def histories(most: int = 4, depth: int = 0) -> st.SearchStrategy[list[Year]]:
    """A house's first periods; its setup may change between them."""
    return _histories(most, depth)


_sales = st.lists(sale_lines, max_size=8)


@st.composite
def _atoms(draw: st.DrawFn) -> Atom:
    retailer = draw(_atom_sellers)
    if retailer is None:
        return Atom(None, None, None, Place(), draw(_earnings), 0)
    return Atom(
        draw(_formats), CHANNELS[retailer], retailer, draw(_places), draw(_earnings), draw(_units)
    )


_atom_sellers = st.sampled_from([*CHANNELS, *CHANNELS, None])
_formats = st.sampled_from(FORMATS)
_units = st.integers(-5, 30)
_earnings = st.integers(-400, 3000).map(lambda n: Fraction(n, 300))
atoms = st.lists(_atoms(), max_size=6)
"""What lines that plans treat alike earned exactly; income is among them."""

"""The calculation a second time: slow, plain, and written from its description alone.

It knows sale lines, not slices; it keeps every closed period and adds up its history anew each
time; exact numbers are whole units of a currency, and only ``round_off`` makes cents of them.
It shares the values that go in with the program, and nothing of what the program does.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from royalties.domain.currencies import EXPONENTS
from royalties.domain.periods import Period
from royalties.domain.royalties.earning import SoldEdition
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.contracts import Basis, Contract, Counts, Income, Resets, Rule, Tier
from royalties.domain.terms.plans import Cap, CapPer, Member, PlanVersion, Step, Takes, When
from tests.builders.domain import House, SaleLine

NOTHING = Fraction(0)

Row = tuple[str, str | None, str | None, str, str, int | None]
"""Rule (or right), edition, retailer, kind, currency, tier."""
Where = tuple[str, str]
"""A cap: its version's first day and its place in it, or an empty text and its name."""


@dataclass(frozen=True)
class Earned:
    """An earned line: the group's copies and base, its fraction, the rates, the cents."""

    units: int
    base: Fraction
    portion: Fraction
    exchange_rate: Fraction
    rate: Fraction
    cents: int


@dataclass
class Account:
    """One contract in one period."""

    rows: dict[Row, list[Earned]]
    counted: dict[str, Fraction]
    earned: int
    brought_forward: int
    withheld: int
    released: int
    released_from: set[int]
    available: int
    recouped: int
    payable: int
    carried_forward: int
    allocated: Counter[tuple[int, str]]
    caps: Counter[Where]
    undistributed: int


@dataclass(frozen=True)
class Balance:
    """One beneficiary in one currency and period."""

    brought_forward: int
    allocated: int
    due: int
    to_pay: int
    tax: int
    net: int
    carried_forward: int


@dataclass
class Outcome:
    """A period: accounts by contract, balances, exceptions with their net copies."""

    period: Period
    accounts: dict[str, Account]
    balances: dict[tuple[str, str], Balance]
    exceptions: Counter[tuple[str | None, str, str]]


History = Sequence[Outcome]


@dataclass(frozen=True)
class Exact:
    """A line of a contract and what it earned exactly; income has no line."""

    line: SaleLine | None
    earned: Fraction


def round_off(exact: Fraction) -> int:
    """To the nearest whole number; halves go away from zero."""
    whole = int(abs(exact))
    if abs(exact) - whole >= Fraction(1, 2):
        whole += 1
    return whole if exact > 0 else -whole


def cents(exact: Fraction, currency: str) -> int:
    return round_off(exact * 10 ** EXPONENTS[currency])


def largest_remainder(amount: int, weights: Sequence[Fraction]) -> list[int]:
    """Floors first; then a cent at a time to whoever lacks most, the first of equals."""
    assert amount >= 0
    due = [amount * Fraction(weight) / sum(weights) for weight in weights]
    got = [int(each) for each in due]
    waiting = [place for place, weight in enumerate(weights) if weight]
    while sum(got) < amount:
        lacking = max(waiting, key=lambda place: due[place] - got[place])
        got[lacking] += 1
        waiting.remove(lacking)
    return got


def calculate(
    house: House,
    history: History,
    period: Period,
    lines: Sequence[SaleLine],
    income: Sequence[Income],
) -> Outcome:
    """A period after its history."""
    found = Outcome(period, {}, {}, Counter())
    covered = set()
    for contract in house.contracts:
        if contract.starts <= period.ends:
            covered |= set(contract.titles)
            own = [line for line in lines if _edition(house, line).title in contract.titles]
            money = [entry for entry in income if entry.contract == contract.key]
            account = _account(house, history, period, contract, own, money, found.exceptions)
            found.accounts[contract.key] = account
    for line in lines:
        edition = _edition(house, line)
        if edition.title not in covered and edition.royalties and line.kind is not SaleKind.FREE:
            found.exceptions[None, line.isbn, line.retailer] += line.units
    found.balances = _balances(house, history, period, found.accounts)
    return found


def _edition(house: House, line: SaleLine) -> SoldEdition:
    return next(edition for edition in house.editions if edition.isbn == line.isbn)


def _rate(house: House, source: str, target: str) -> Fraction:
    return Fraction(1) if source == target else house.exchange_rates[source, target]


# 1. Earned


def _rule_of(house: House, contract: Contract, line: SaleLine) -> Rule | None:
    """The first rule all of whose conditions match; None for an exception."""
    for rule in contract.rules:
        if rule.formats is not None and _edition(house, line).format not in rule.formats:
            continue
        if rule.channels is not None and house.channels[line.retailer] not in rule.channels:
            continue
        if rule.retailers is not None and line.retailer not in rule.retailers:
            continue
        if rule.countries is not None and line.place.country not in rule.countries:
            continue
        if rule.discount is not None and not _discount_matches(rule, line):
            continue
        if line.kind is SaleKind.USAGE:
            if rule.basis is Basis.LIST or rule.basis is Basis.UNIT:
                continue
            return rule
        if line.list_price is None and (rule.basis is Basis.LIST or rule.counts is Counts.LIST):
            return None
        return rule
    return None


def _discount_matches(rule: Rule, line: SaleLine) -> bool:
    if line.list_price is None or line.discount is None or rule.discount is None:
        return False
    limits = rule.discount
    tests = [
        limits.from_ is None or line.discount >= limits.from_,
        limits.above is None or line.discount > limits.above,
        limits.below is None or line.discount < limits.below,
        limits.up_to is None or line.discount <= limits.up_to,
    ]
    return all(tests)


def _base(house: House, rule: Rule, line: SaleLine) -> Fraction:
    if rule.basis is Basis.LIST:
        assert line.list_price is not None
        return line.units * line.list_price
    if rule.basis is Basis.NET:
        return line.net
    if rule.basis is Basis.UNIT:
        return Fraction(line.units)
    cost = _edition(house, line).unit_cost * _rate(house, house.currency, line.currency)
    return line.net - cost * line.units


def _counts(house: House, contract: Contract, rule: Rule, line: SaleLine) -> Fraction:
    if rule.counts is Counts.UNITS:
        return Fraction(line.units)
    amount = line.net
    if rule.counts is Counts.LIST:
        amount = line.units * (line.list_price or NOTHING)
    return amount * _rate(house, line.currency, contract.currency)


def _counted_before(
    house: House, history: History, period: Period, contract: Contract, rule: Rule
) -> Fraction:
    counter = rule.counter
    stand = NOTHING
    for closed in history:
        if counter.resets is Resets.PERIOD:
            continue
        if counter.resets is Resets.YEAR and closed.period.year != period.year:
            continue
        if contract.key in closed.accounts:
            stand += closed.accounts[contract.key].counted.get(counter.name, NOTHING)
    opens = {
        Resets.NEVER: True,
        Resets.YEAR: period.year == house.first.year,
        Resets.PERIOD: period == house.first,
    }
    return stand + counter.opening if opens[counter.resets] else stand


def tier_fractions(tiers: Sequence[Tier], before: Fraction, added: Fraction) -> dict[int, Fraction]:
    """f_k by tier: lay the interval on the line of numbers and measure it tier by tier."""
    if added == 0:
        for number, tier in enumerate(tiers, 1):
            if tier.up_to is None or before < tier.up_to:
                return {number: Fraction(1)}
    start, end = min(before, before + added), max(before, before + added)
    found = {}
    floor = start  # below zero the first tier goes on
    for number, tier in enumerate(tiers, 1):
        ceiling = end if tier.up_to is None else tier.up_to
        length = min(end, ceiling) - max(start, floor)
        if length > 0:
            found[number] = length / (end - start)
        floor = ceiling
    return found


def _ruled(
    house: House,
    contract: Contract,
    lines: Sequence[SaleLine],
    exceptions: Counter[tuple[str | None, str, str]],
) -> list[tuple[Rule, SaleLine]]:
    """Lines with the rules that take them; the others are exceptions."""
    found: list[tuple[Rule, SaleLine]] = []
    for line in lines:
        if line.kind is SaleKind.FREE:
            continue
        rule = _rule_of(house, contract, line)
        if rule is None:
            exceptions[contract.key, line.isbn, line.retailer] += line.units
        else:
            found.append((rule, line))
    return found


def _earn(
    house: House,
    history: History,
    period: Period,
    contract: Contract,
    lines: Sequence[SaleLine],
    income: Sequence[Income],
    exceptions: Counter[tuple[str | None, str, str]],
) -> tuple[dict[Row, list[Earned]], dict[str, Fraction], list[Exact]]:
    ruled = _ruled(house, contract, lines, exceptions)
    counted = {rule.counter.name: NOTHING for rule in contract.rules}
    for rule, line in ruled:
        counted[rule.counter.name] += _counts(house, contract, rule, line)

    bases: dict[Row, Fraction] = {}
    units: Counter[Row] = Counter()
    factors: dict[Row, tuple[Fraction, Fraction, Fraction]] = {}
    exact = []
    for rule, line in ruled:
        before = _counted_before(house, history, period, contract, rule)
        portions = tier_fractions(rule.tiers, before, counted[rule.counter.name])
        exchange = Fraction(1)
        if rule.basis is not Basis.UNIT:
            exchange = _rate(house, line.currency, contract.currency)
        base = _base(house, rule, line)
        earned = NOTHING
        for number, portion in portions.items():
            rate = rule.tiers[number - 1].rate
            word = {
                SaleKind.SALE: "sale",
                SaleKind.RETURN: "return",
                SaleKind.USAGE: "usage",
            }[line.kind]
            row: Row = (rule.name, line.isbn, line.retailer, word, line.currency, number)
            bases[row] = bases.get(row, NOTHING) + base
            units[row] += line.units
            factors[row] = (portion, exchange, rate)
            earned += base * portion * exchange * rate
        exact.append(Exact(line, earned))
    rows: dict[Row, list[Earned]] = {}
    for row, base in bases.items():
        portion, exchange, rate = factors[row]
        amount = cents(base * portion * exchange * rate, contract.currency)
        rows[row] = [Earned(units[row], base, portion, exchange, rate, amount)]
    for entry in income:
        part = dict(contract.rights)[entry.right]
        base = Fraction(entry.amount, 10 ** EXPONENTS[contract.currency])
        row = (entry.right, None, None, "income", contract.currency, None)
        amount = cents(base * part, contract.currency)
        rows.setdefault(row, []).append(Earned(0, base, Fraction(1), Fraction(1), part, amount))
        exact.append(Exact(None, base * part))
    for lines_of in rows.values():
        lines_of.sort(key=repr)
    return rows, counted, exact


# 2. Contract account


def _account(
    house: House,
    history: History,
    period: Period,
    contract: Contract,
    lines: Sequence[SaleLine],
    income: Sequence[Income],
    exceptions: Counter[tuple[str | None, str, str]],
) -> Account:
    rows, counted, exact = _earn(house, history, period, contract, lines, income, exceptions)
    past = [(c.period, c.accounts[contract.key]) for c in history if contract.key in c.accounts]
    earned = sum(each.cents for row in rows.values() for each in row)
    withheld = _withheld(house, period, contract, rows)
    released_from = _due_for_release(period, contract, past)
    released = sum(account.withheld for then, account in past if then.ordinal in released_from)
    brought = past[-1][1].carried_forward if past else contract.opening_balance
    available = earned - withheld + released + brought
    recouped = _recouped(period, contract, past, max(available, 0))
    payable = max(available - recouped, 0)
    stood = past[-1][1].undistributed if past else 0
    version = [v for v in _plan_versions(house, contract) if v.starts <= period.ends][-1]
    placed = _allocate(house, period, contract, version, past, payable, stood, exact)
    return Account(
        rows,
        counted,
        earned,
        brought,
        withheld,
        released,
        released_from,
        available,
        recouped,
        payable,
        available - recouped - payable,
        placed.given,
        placed.caps,
        placed.left,
    )


def _plan_versions(house: House, contract: Contract) -> list[PlanVersion]:
    plan = next(plan for plan in house.plans if plan.key == contract.plan)
    return sorted(plan.versions, key=lambda version: version.starts)


def _withheld(
    house: House, period: Period, contract: Contract, rows: Mapping[Row, Sequence[Earned]]
) -> int:
    terms = contract.reserve
    if terms is None:
        return 0
    by_title: Counter[str] = Counter()
    for (_, isbn, retailer, _, _, _), earned in rows.items():
        if isbn is None or retailer is None:
            continue
        edition = next(edition for edition in house.editions if edition.isbn == isbn)
        if terms.formats is not None and edition.format not in terms.formats:
            continue
        if terms.channels is not None and house.channels[retailer] not in terms.channels:
            continue
        by_title[edition.title] += sum(each.cents for each in earned)
    if not terms.by_period:
        return round_off(terms.rates[0] * max(0, sum(by_title.values())))
    exact = NOTHING
    for title, amount in by_title.items():
        published = next(e.published for e in house.editions if e.title == title)
        exact += _reserve_rate(terms.rates, published, period) * max(0, amount)
    return round_off(exact)


def _reserve_rate(rates: Sequence[Fraction], published: date | None, period: Period) -> Fraction:
    """Go through the title's periods, the first containing its publication."""
    if published is None or published > period.ends:
        return rates[0]
    each = period
    for rate in (*rates, NOTHING):
        if each.starts <= published:
            return rate
        each = each.shift(-1)
    return NOTHING


def _due_for_release(
    period: Period, contract: Contract, past: Sequence[tuple[Period, Account]]
) -> set[int]:
    """What was withheld ``hold_periods`` ago, and what changed terms have passed over."""
    gone = {then for _, account in past for then in account.released_from}
    hold = contract.reserve.hold_periods if contract.reserve else 0
    return {
        then.ordinal
        for then, account in past
        if account.withheld and then.ordinal not in gone and then.shift(hold) <= period
    }


def _recouped(
    period: Period, contract: Contract, past: Sequence[tuple[Period, Account]], most: int
) -> int:
    """A cent of an advance is paid ahead once and earned back once."""
    counting = [each for each in contract.advances if each.paid_on <= period.ends]
    outstanding = sum(each.amount - each.recouped for each in counting)
    outstanding -= sum(account.recouped for _, account in past)
    return min(most, outstanding)


# 3. Allocation


@dataclass
class Placed:
    """What a list of steps gave (by outermost step), what caps let through, what is left."""

    given: Counter[tuple[int, str]] = field(default_factory=Counter)
    caps: Counter[Where] = field(default_factory=Counter)
    left: int = 0


Parts = Sequence[tuple[Exact, Fraction]]
"""Lines with what is left of their parts of payable, in minor units."""


def _allocate(
    house: House,
    period: Period,
    contract: Contract,
    version: PlanVersion,
    past: Sequence[tuple[Period, Account]],
    payable: int,
    stood: int,
    exact: Sequence[Exact],
) -> Placed:
    total = sum((each.earned for each in exact), NOTHING)
    parts = [(e, payable * e.earned / total if total > 0 else NOTHING) for e in exact]
    minor = 10 ** EXPONENTS[contract.currency]

    def room(cap: Cap, where: Where) -> int:
        used = 0
        for then, account in past:
            same_year = then.year == period.year
            if cap.per is CapPer.LIFETIME or (cap.per is CapPer.YEAR and same_year):
                used += account.caps[where]
        return max(0, round_off(cap.amount * minor) - used)

    rules = Plan(house, period.ends, str(version.starts), minor, room)
    return rules.run(version.steps, payable, payable + stood, parts, (), None)


@dataclass(frozen=True)
class Plan:
    """A version at work; ``room`` says how much a cap lets through in this period."""

    house: House
    day: date
    version: str
    minor: int
    room: Callable[[Cap, Where], int]

    def run(
        self,
        steps: Sequence[Step],
        payable: int,
        pool: int,
        parts: Parts,
        path: tuple[int, ...],
        outermost: int | None,
    ) -> Placed:
        """Steps in order over what is left."""
        placed = Placed(left=pool)
        at_first = parts
        for number, step in enumerate(steps, 1):
            if step.from_ is not None and self.day < step.from_:
                continue
            if step.until is not None and self.day > step.until:
                continue
            amount = min(self.takes(step, payable, at_first, parts), placed.left)
            if step.cap is not None:
                amount = min(amount, self.room(step.cap, self.where(step.cap, (*path, number))))
            if amount <= 0:
                continue
            outer = number if outermost is None else outermost
            took = self.split(step, amount, parts, (*path, number), outer, placed)
            if step.cap is not None:
                placed.caps[self.where(step.cap, (*path, number))] += took
            parts = self.without(step.when, parts, took)
            placed.left -= took
        return placed

    def takes(self, step: Step, payable: int, at_first: Parts, now: Parts) -> int:
        """What a step asks for, of its lines' part if it has conditions."""
        whole, limit = payable, None
        if step.when is not None:
            whole = self.part(step.when, at_first, payable)
            limit = self.part(step.when, now, whole)
        amount = step.amount or NOTHING
        if step.takes is Takes.FIXED:
            asked = round_off(amount * self.minor)
        elif step.takes is Takes.SHARE:
            asked = round_off(amount * whole)
        elif step.takes is Takes.PER_UNIT:
            units = sum(e.line.units for e, _ in now if e.line and self.matches(step.when, e.line))
            asked = round_off(amount * self.minor * units)
        elif limit is not None:
            return limit
        else:
            return 10**30
        return asked if limit is None else min(asked, limit)

    def part(self, when: When, parts: Parts, most: int) -> int:
        """The part of the lines that match, within 0 and ``most``, rounded."""
        exact = sum((p for e, p in parts if e.line and self.matches(when, e.line)), NOTHING)
        return round_off(min(max(exact, NOTHING), Fraction(most)))

    def matches(self, when: When | None, line: SaleLine) -> bool:
        if when is None:
            return True
        edition = _edition(self.house, line)
        pairs = [
            (when.formats, edition.format),
            (when.channels, self.house.channels[line.retailer]),
            (when.retailers, line.retailer),
            (when.countries, line.place.country),
            (when.regions, line.place.region),
            (when.cities, line.place.city),
            (when.orders, line.place.order),
        ]
        return all(words is None or word in words for words, word in pairs)

    def takes_from(self, when: When | None, each: Exact) -> bool:
        return when is None or (each.line is not None and self.matches(when, each.line))

    def without(self, when: When | None, parts: Parts, took: int) -> Parts:
        """Lessen the parts of the lines that match, all in the same proportion."""
        there = sum((p for e, p in parts if self.takes_from(when, e)), NOTHING)
        if there <= 0:
            return parts
        stays = max(NOTHING, 1 - took / there)
        return [(e, p * stays if self.takes_from(when, e) else p) for e, p in parts]

    def split(
        self,
        step: Step,
        amount: int,
        parts: Parts,
        path: tuple[int, ...],
        outer: int,
        placed: Placed,
    ) -> int:
        """Give an amount to members; returns how much of it they could take."""
        members = step.to
        holds = [0] * len(members)
        lists: dict[int, Placed] = {}
        takers = [
            place
            for place, member in enumerate(members)
            if member.weight and not self.is_full(member.cap, (*path, place + 1))
        ]
        rest = amount
        while rest and takers:
            shares = largest_remainder(rest, [members[place].weight for place in takers])
            for place, more in zip(takers, shares, strict=True):
                holds[place] += more
                lists.pop(place, None)
            rest, full = self.over_caps(members, holds, takers, path)
            if not rest or len(full) == len(takers):
                over, unplaced = self.over_nested(step, holds, lists, parts, path, outer)
                rest, full = rest + over, full | unplaced
            takers = [place for place in takers if place not in full]
        for place, member in enumerate(members):
            if member.beneficiary is not None:
                placed.given[outer, member.beneficiary] += holds[place]
            elif place in lists:
                assert holds[place] == sum(lists[place].given.values())
                placed.given.update(lists[place].given)
                placed.caps.update(lists[place].caps)
            else:
                assert not holds[place]
            if member.cap is not None:
                placed.caps[self.where(member.cap, (*path, place + 1))] += holds[place]
        assert amount == rest + sum(holds)
        return sum(holds)

    def is_full(self, cap: Cap | None, path: tuple[int, ...]) -> bool:
        return cap is not None and self.room(cap, self.where(cap, path)) == 0

    def over_caps(
        self,
        members: Sequence[Member],
        holds: list[int],
        takers: Sequence[int],
        path: tuple[int, ...],
    ) -> tuple[int, set[int]]:
        """What members that are full cannot take; takes it from them."""
        over, full = 0, set()
        for place in takers:
            cap = members[place].cap
            if cap is None:
                continue
            room = self.room(cap, self.where(cap, (*path, place + 1)))
            if holds[place] >= room:
                full.add(place)
                over += holds[place] - room
                holds[place] = room
        return over, full

    def over_nested(
        self,
        step: Step,
        holds: list[int],
        lists: dict[int, Placed],
        parts: Parts,
        path: tuple[int, ...],
        outer: int,
    ) -> tuple[int, set[int]]:
        """What nested lists cannot place; takes it from their members."""
        over, full = 0, set()
        for place, member in enumerate(step.to):
            if member.steps and holds[place] and place not in lists:
                inner = self.inside(step, member, holds[place], parts, (*path, place + 1), outer)
                lists[place] = inner
                if inner.left:
                    full.add(place)
                    over += inner.left
                    holds[place] -= inner.left
        return over, full

    def inside(
        self,
        step: Step,
        member: Member,
        got: int,
        parts: Parts,
        path: tuple[int, ...],
        outer: int,
    ) -> Placed:
        """A nested list: its payable is what the member got, its lines those of the step."""
        own = [(e, p) for e, p in parts if self.takes_from(step.when, e)]
        there = sum((p for _, p in own), NOTHING)
        scaled = [(e, p * got / there if there > 0 else NOTHING) for e, p in own]
        return self.run(member.steps, got, got, scaled, path, outer)

    def where(self, cap: Cap, path: tuple[int, ...]) -> Where:
        if cap.name:
            return ("", cap.name)
        return (self.version, ".".join(str(number) for number in path))


# 4. Due and to pay


def _balances(
    house: House, history: History, period: Period, accounts: Mapping[str, Account]
) -> dict[tuple[str, str], Balance]:
    """Everybody in every currency; who never had anything stands there with zeros."""
    found = {}
    currencies = {contract.currency for contract in house.contracts} | {house.currency}
    for payee in house.beneficiaries:
        for currency in sorted(currencies):
            brought = payee.opening_balance if currency == house.currency else 0
            for closed in history:
                brought = closed.balances[payee.key, currency].carried_forward
            allocated = sum(
                amount
                for contract in house.contracts
                if contract.currency == currency and contract.key in accounts
                for (_, name), amount in accounts[contract.key].allocated.items()
                if name == payee.key
            )
            rates = [tax for tax in payee.tax_rates if tax.starts <= period.ends]
            rate = max(rates, key=lambda tax: tax.starts).rate if rates else NOTHING
            due = brought + allocated
            to_pay = 0
            if not payee.on_hold:
                if due >= payee.minimum_payment * 10 ** EXPONENTS[currency]:
                    to_pay = max(due, 0)
                if payee.pay_out_at_year_end and period.ends.month == 12 and due > 0:
                    to_pay = due
            tax = round_off(rate * to_pay)
            found[payee.key, currency] = Balance(
                brought, allocated, due, to_pay, tax, to_pay - tax, due - to_pay
            )
    return found

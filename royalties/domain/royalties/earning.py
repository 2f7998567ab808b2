"""What sales earn under one contract: rules tried in order, escalators, earned lines.

Source: calculation.md, "1. Earned". Nothing here is rounded but the earned lines themselves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from royalties.domain.money import MICRO, rounded, scale, units_of
from royalties.domain.periods import Period
from royalties.domain.sales.slices import Place, SaleKind, Slice
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import (
    Basis,
    Contract,
    Counts,
    Income,
    Resets,
    Rule,
    Tier,
    Words,
)
from royalties.domain.terms.discounts import DiscountLimit, discount_limits, representatives

ONE = Fraction(1)
ZERO = Fraction(0)
_WORDS = {kind: kind.word for kind in SaleKind}
_BY_MONEY = frozenset((Basis.NET, Basis.PROFIT))
"""Bases that take usage: it has neither copies nor a list price."""


@dataclass(frozen=True, slots=True)
class SoldEdition:
    """What the calculation needs to know of an edition; ``unit_cost`` per copy."""

    isbn: str
    title: str
    format: Format
    published: date | None
    royalties: bool
    unit_cost: Fraction


class Uncovered(StrEnum):
    """Why sales earn nothing."""

    NO_CONTRACT = "no contract covers the title"
    CONTRACT_ENDED = "contract ended"
    NO_LIST_PRICE = "no list price in the report or of the edition"
    NO_RULE = "no rule matches"
    NO_RULE_FOR_USAGE = "no rule on net receipts or profit takes subscriptions and loans"


class SalesException(NamedTuple):
    """Sales that no rule, contract or price covers: they earn nothing and forbid a close."""

    contract: str | None
    isbn: str
    retailer: str
    channel: Channel
    units: int
    reasons: tuple[Uncovered, ...]

    @property
    def reason(self) -> str:
        """All reasons in words."""
        return "; ".join(self.reasons)


class EarnedLine(NamedTuple):
    """One earned line, with all that made it.

    ``base`` is the whole group's base in millionths of ``currency`` (for basis ``unit``,
    millionths of a copy); ``portion`` is f_k; ``earned`` is minor units of the contract's
    currency. Income has no edition, retailer or tier. ``exchange_rate`` is the period's, or,
    where the line takes back what a closed run counted, the one which that run used.
    """

    rule_place: int
    rule: str
    isbn: str | None
    retailer: str | None
    kind: str
    currency: str
    tier: int | None
    units: int
    portion: Fraction
    base: int | Fraction
    exchange_rate: Fraction
    rate: Fraction
    earned: int

    @property
    def group(self) -> tuple[int, str | None, str | None, str, str, Fraction]:
        """What the lines of one base, which differ by tier alone, have in common."""
        return (
            self.rule_place,
            self.isbn,
            self.retailer,
            self.kind,
            self.currency,
            self.exchange_rate,
        )

    def residual(self, contract_currency: str) -> Fraction:
        """What rounding left out: exact minus ``earned``, in minor units, at most half a unit."""
        exact = Fraction(self.base) / MICRO * self.exchange_rate * self.rate * self.portion
        return exact * scale(contract_currency) - self.earned


class Atom(NamedTuple):
    """Exact earnings and net copies of lines that every ``when`` of a plan treats alike."""

    format: Format | None
    channel: Channel | None
    retailer: str | None
    place: Place
    earned: Fraction = Fraction(0)
    units: int = 0


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter's stand before this period and what the period adds."""

    before: Fraction
    added: Fraction


@dataclass(slots=True)
class Earnings:
    """All that a contract earned: lines, exceptions, and the counters' movements."""

    lines: list[EarnedLine] = field(default_factory=list)
    exceptions: list[SalesException] = field(default_factory=list)
    counters: dict[str, CounterState] = field(default_factory=dict)
    atoms: list[Atom] = field(default_factory=list)


class MissingExchangeRateError(ValueError):
    """A sale's currency has no rate into the contract's for the period."""

    def __init__(self, period: Period, pairs: Iterable[tuple[str, str]]) -> None:
        wanted = ", ".join(f"{source} → {target}" for source, target in sorted(set(pairs)))
        super().__init__(
            f"no exchange rate for {period}: {wanted}. Add it under exchange_rates of a setup "
            f"file (in this direction; a rate is never inverted) and load the file"
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The period's exchange rates, each only in the direction in which it was given.

    ``used`` holds those that closed runs used, by period: what takes back what a run counted
    is turned at its rates. A pair that such a run did not need is the open period's.
    """

    period: Period
    given: Mapping[tuple[str, str], Fraction]
    used: Mapping[int, Mapping[tuple[str, str], Fraction]] = field(default_factory=dict)

    def of(self, reverses: int | None) -> "Rates":
        """The rates at which lines are turned that take back what a closed period counted."""
        if reverses is None or reverses not in self.used:
            return self
        return Rates(self.period, {**self.given, **self.used[reverses]})

    def rate(self, source: str, target: str) -> Fraction:
        """What one unit of ``source`` is in ``target``.

        Raises:
            MissingExchangeRateError: no rate was given in this direction.
        """
        if source == target:
            return ONE
        try:
            return self.given[source, target]
        except KeyError:
            raise MissingExchangeRateError(self.period, [(source, target)]) from None


_Where = tuple[int, str, int]
"""Rule, currency, and the closed period that is taken back (or 0)."""

_SaleKey = tuple[str, str, SaleKind]
"""Edition, retailer, kind."""

_Groups = dict[_Where, dict[_SaleKey, list[int]]]
"""Sums over slices: copies, net receipts and list values, at the places below."""

_UNITS, _NET, _LIST_VALUE = range(3)
_COUNTED = {Counts.UNITS: _UNITS, Counts.NET: _NET, Counts.LIST: _LIST_VALUE}


def rule_place(
    contract: Contract,
    slice_: Slice,
    format_: Format,
    channels: Mapping[str, Channel],
    limits: Sequence[DiscountLimit],
) -> int | None:
    """The place of the first rule that takes a slice, or None."""
    matcher = _Matcher(contract, limits, channels)
    place = matcher.rule_for(
        format_,
        slice_.retailer,
        slice_.place.country,
        slice_.discount,
        priced=slice_.priced,
        is_usage=slice_.kind is SaleKind.USAGE,
    )
    return None if isinstance(place, Uncovered) else place


def rules_reached(
    contract: Contract, formats: Sequence[Format], channels: Mapping[str, Channel]
) -> set[int]:
    """Places of the rules that take some sale, of all that editions and retailers could make.

    Every format is tried at every retailer, in every country that a rule names and in another one,
    in every class of discounts, with and without a list price, as copies and as usage.

    Args:
        formats: of the editions.
        channels: of the retailers, by key.
    """
    limits = discount_limits([contract])
    match = _Matcher(contract, limits, channels)
    countries = {"", *(word for rule in contract.rules for word in rule.countries or ())}
    either = (True, False)
    kinds = product(formats, channels, countries, range(len(limits) + 1), either, either)
    reached = {
        match.rule_for(format_, retailer, country, discount, priced=priced, is_usage=is_usage)
        for format_, retailer, country, discount, priced, is_usage in kinds
    }
    return {place for place in reached if not isinstance(place, Uncovered)}


def earn(  # noqa: PLR0917 - contract, sales, and what they are judged by
    contract: Contract,
    slices: Sequence[Slice],
    sold: Mapping[str, SoldEdition],
    channels: Mapping[str, Channel],
    limits: Sequence[DiscountLimit],
    rates: Rates,
    publisher_currency: str,
    counted_before: Mapping[str, Fraction],
    income: Sequence[Income],
    *,
    with_atoms: bool,
) -> Earnings:
    """What a contract's slices and other income earn in a period.

    Args:
        slices: of the contract's titles only; ``free`` ones may be among them.
        counted_before: each counter's stand before the period, opening included.
        with_atoms: whether a plan asks where the earnings come from.

    Raises:
        MissingExchangeRateError: names every pair that is missing.
    """
    earnings = Earnings()
    match = _Matcher(contract, limits, channels)
    groups: _Groups = {}
    # Few kinds of slices recur: rule and group of each are looked up once.
    into: dict[tuple[object, ...], tuple[int | Uncovered, dict[_SaleKey, list[int]]]] = {}
    matched: list[tuple[int, Slice]] = []
    free, usage, asks_who = SaleKind.FREE, SaleKind.USAGE, match.asks_who
    for slice_ in slices:
        isbn, retailer, kind, currency, priced, discount, where, units, net, list_value, of, _ = (
            slice_
        )
        if kind is free:
            continue
        format_, country, is_usage = sold[isbn].format, where.country, kind is usage
        seller = retailer if asks_who else ""
        like = (format_, seller, country, discount, priced, currency, of, is_usage)
        known = into.get(like)
        if known is None:
            place = match.rule_for(
                format_, retailer, country, discount, priced=priced, is_usage=is_usage
            )
            group = (
                {}
                if isinstance(place, Uncovered)
                else groups.setdefault((place, currency, of or 0), {})
            )
            known = into[like] = (place, group)
        place, group = known
        if isinstance(place, Uncovered):
            earnings.exceptions.append(
                SalesException(contract.key, isbn, retailer, channels[retailer], units, (place,))
            )
            continue
        sale_key = (isbn, retailer, kind)
        sums = group.get(sale_key)
        if sums is None:
            group[sale_key] = [units, net, list_value]
        else:
            sums[_UNITS] += units
            sums[_NET] += net
            sums[_LIST_VALUE] += list_value
        if with_atoms:
            matched.append((place, slice_))
    exchange = _Exchange(contract, rates, publisher_currency, groups, sold)
    earnings.counters = _count(contract, groups, exchange, counted_before)
    tiers = [_portions(rule, earnings.counters[rule.counter.name]) for rule in contract.rules]
    earnings.lines = _lines(contract, groups, tiers, sold, exchange)
    earnings.lines += income_lines(contract, income)
    if with_atoms:
        earnings.atoms = _atoms(contract, matched, tiers, sold, channels, exchange)
        earnings.atoms += _income_atoms(contract, income)
    return earnings


class _Matcher:
    """Finds the first rule that takes a slice; remembers, since few kinds of slices recur."""

    def __init__(
        self, contract: Contract, limits: Sequence[DiscountLimit], channels: Mapping[str, Channel]
    ) -> None:
        self._rules = contract.rules
        self._channels = channels
        self._discounts = representatives(limits)
        self.asks_who = any(rule.retailers or rule.channels for rule in contract.rules)
        self._known: dict[tuple[Format, str, str, int, bool, bool], int | Uncovered] = {}

    def rule_for(
        self,
        format_: Format,
        retailer: str,
        country: str,
        discount: int,
        *,
        priced: bool,
        is_usage: bool,
    ) -> int | Uncovered:
        """The rule's place, or why none takes such sales."""
        key = (format_, retailer if self.asks_who else "", country, discount, priced, is_usage)
        place = self._known.get(key)
        if place is None:
            place = self._search(
                format_, retailer, country, discount, priced=priced, is_usage=is_usage
            )
            self._known[key] = place
        return place

    def _search(
        self,
        format_: Format,
        retailer: str,
        country: str,
        discount: int,
        *,
        priced: bool,
        is_usage: bool,
    ) -> int | Uncovered:
        channel = self._channels[retailer]
        for place, rule in enumerate(self._rules):
            if not (
                _allows(rule.formats, format_)
                and _allows(rule.channels, channel)
                and _allows(rule.retailers, retailer)
                and _allows(rule.countries, country)
            ):
                continue
            if is_usage:
                if rule.basis in _BY_MONEY and rule.discount is None:
                    return place
                continue
            if rule.discount is not None and not (
                priced and rule.discount.contains(self._discounts[discount])
            ):
                continue
            if not priced and (rule.basis is Basis.LIST or rule.counts is Counts.LIST):
                return Uncovered.NO_LIST_PRICE
            return place
        return Uncovered.NO_RULE_FOR_USAGE if is_usage else Uncovered.NO_RULE


def _allows(words: Words, word: str) -> bool:
    return words is None or word in words


class _Exchange:
    """Rates into the contract's currency, each looked up once; all missing ones at once."""

    def __init__(
        self,
        contract: Contract,
        rates: Rates,
        publisher_currency: str,
        groups: _Groups,
        sold: Mapping[str, SoldEdition],
    ) -> None:
        self._rates = {of: rates.of(of or None) for of in {where[-1] for where in groups}}
        self._to = contract.currency
        self._cost_currency = publisher_currency
        missing: list[tuple[str, str]] = []
        for (place, currency, of), group in groups.items():
            rates_given = self._rates[of].given
            rule = contract.rules[place]
            wanted = []
            if rule.basis is not Basis.UNIT or rule.counts is not Counts.UNITS:
                wanted.append((currency, self._to))
            if rule.basis is Basis.PROFIT and any(sold[isbn].unit_cost for isbn, _, _ in group):
                wanted.append((publisher_currency, currency))
            missing += [pair for pair in wanted if pair[0] != pair[1] and pair not in rates_given]
        if missing:
            raise MissingExchangeRateError(rates.period, missing)

    def into_contract(self, currency: str, of: int) -> Fraction:
        """From a line's currency, at the rate that counts for what it takes back (0: nothing)."""
        return self._rates[of].rate(currency, self._to)

    def cost_of(self, edition: SoldEdition, currency: str, of: int) -> Fraction:
        """A unit cost, which stands in the publisher's currency, in a line's."""
        if not edition.unit_cost:
            return Fraction(0)
        return edition.unit_cost * self._rates[of].rate(self._cost_currency, currency)


def _count(
    contract: Contract,
    groups: _Groups,
    exchange: _Exchange,
    before: Mapping[str, Fraction],
) -> dict[str, CounterState]:
    added: dict[str, Fraction] = {}
    for (place, currency, of), group in groups.items():
        rule = contract.rules[place]
        counted = _COUNTED[rule.counts]
        value = Fraction(sum(map(itemgetter(counted), group.values())))
        if rule.counts is not Counts.UNITS:
            value = value / MICRO * exchange.into_contract(currency, of)
        name = rule.counter.name
        added[name] = added.get(name, Fraction(0)) + value
    names = {rule.counter.name for rule in contract.rules}
    return {
        name: CounterState(before.get(name, Fraction(0)), added.get(name, Fraction(0)))
        for name in sorted(names)
    }


def _portions(rule: Rule, counted: CounterState) -> list[tuple[int, Tier, Fraction]]:
    """The tiers that take part, each with the fraction f_k of every line's base."""
    return [
        (number, rule.tiers[number - 1], portion)
        for number, portion in cut(rule.tiers, counted.before, counted.added)
    ]


def cut(tiers: Sequence[Tier], before: Fraction, added: Fraction) -> list[tuple[int, Fraction]]:
    """Cut the interval from ``before`` to ``before + added`` at the tiers' limits.

    With 10 % up to 1,000 copies and 12.5 % above, a quarter of 400 copies after 900 earns 10 %:

    >>> tiers = [Tier(Fraction("0.10"), Fraction(1000)), Tier(Fraction("0.125"), None)]
    >>> cut(tiers, Fraction(900), Fraction(400))
    [(1, Fraction(1, 4)), (2, Fraction(3, 4))]

    Returns:
        (tier number from 1, f_k = n_k / N) for every tier with f_k > 0; they sum to 1. Below
        zero the first tier goes on. With ``added`` 0 all of it is in the tier of the next unit.
    """
    if len(tiers) == 1:
        return [(1, ONE)]
    if not added:
        for number, tier in enumerate(tiers, 1):
            if tier.up_to is None or before < tier.up_to:
                return [(number, ONE)]
    low, high = sorted((before, before + added))
    portions: list[tuple[int, Fraction]] = []
    lower: Fraction | None = None
    for number, tier in enumerate(tiers, 1):
        start = low if lower is None else max(low, lower)
        end = high if tier.up_to is None else min(high, tier.up_to)
        if end > start:
            portions.append((number, (end - start) / abs(added)))
        lower = tier.up_to
    return portions


def counter_stand(
    rule: Rule, *, life: Fraction, year: Fraction, first: bool, first_year: bool
) -> Fraction:
    """Where a rule's counter stands before a period, its opening included.

    900 copies sold before, 50 of them this year, and an opening of 200 stand at 1,100 where the
    counter never resets, and at 50 where it begins anew each year after the books' first one.

    Args:
        life: counted in all closed periods; ``year``: in those of the same calendar year.
        first: whether the period is the books' first; ``first_year``: lies in its year.
    """
    match rule.counter.resets:
        case Resets.NEVER:
            return rule.counter.opening + life
        case Resets.YEAR:
            return year + (rule.counter.opening if first_year else 0)
        case Resets.PERIOD:
            return rule.counter.opening if first else Fraction(0)


def _base(rule: Rule, sums: Sequence[int], cost: Fraction) -> int | Fraction:
    """A group's base in millionths (calculation.md, the table of bases).

    40 copies for 500.00 at a list price of 19.99 have a base of 799.60 by list price, 500.00 by net
    receipts, 40 by unit, and 380.00 by profit where a copy cost 3.00.
    """
    if rule.basis is Basis.PROFIT:
        return _whole(sums[_NET] - cost * MICRO * sums[_UNITS])
    at, times = _SUMMED[rule.basis]
    return sums[at] * times


_SUMMED = {Basis.LIST: (_LIST_VALUE, 1), Basis.NET: (_NET, 1), Basis.UNIT: (_UNITS, MICRO)}
"""Bases that are one of a group's sums, and what that is multiplied with."""

_Factor = tuple[int, Fraction, Fraction, Fraction, int, int]
"""Tier, portion, rates of exchange and of the tier; numerator and twice denominator of all."""


def _lines(
    contract: Contract,
    groups: _Groups,
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    exchange: _Exchange,
) -> list[EarnedLine]:
    """Each line's amount, rounded once.

    500.00 of net receipts at 10 % earn 50.00; a line of 0.05 at 10 % earns 0.01.
    """
    lines: list[EarnedLine] = []
    names = [rule.name for rule in contract.rules]
    for place, isbn, retailer, kind, currency, _, factors, units, base in sorted(
        _turned(contract, groups, tiers, sold, exchange)
    ):
        name, word = names[place], _WORDS[kind]
        for number, portion, fx, rate, numerator, twice in factors:
            if isinstance(base, int):
                double = 2 * base * numerator
                half = twice // 2
                earned = (double + half) // twice if double >= 0 else -((half - double) // twice)
            else:
                earned = rounded(base * numerator * 2 / twice)
            lines.append(
                EarnedLine(
                    place,
                    name,
                    isbn,
                    retailer,
                    word,
                    currency,
                    number,
                    units,
                    portion,
                    base,
                    fx,
                    rate,
                    earned,
                )
            )
    return lines


_Turned = tuple[int, str, str, SaleKind, str, int, list[_Factor], int, int | Fraction]
"""Rule, edition, retailer, kind, currency and rank of the rate of exchange, by which lines stand
in order; then the tiers' factors, copies and base."""


def _turned(
    contract: Contract,
    groups: _Groups,
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    exchange: _Exchange,
) -> Iterator[_Turned]:
    """Copies and base by the rate of exchange that counts: what is turned alike is one sum."""
    rates: dict[_Where, Fraction] = {}
    for place, currency, of in groups:
        is_unit = contract.rules[place].basis is Basis.UNIT
        rates[place, currency, of] = ONE if is_unit else exchange.into_contract(currency, of)
    # A place among the rates is found and compared many times faster than a fraction.
    ranks = {fx: rank for rank, fx in enumerate(sorted(set(rates.values())))}
    alike: dict[_Where, list[_Where]] = {}
    for place, currency, of in groups:
        rank = ranks[rates[place, currency, of]]
        alike.setdefault((place, currency, rank), []).append((place, currency, of))
    for (place, currency, rank), wheres in alike.items():
        rule, fx = contract.rules[place], rates[wheres[0]]
        factors = _factors(contract, tiers[place], fx)
        if len(wheres) == 1 and rule.basis in _SUMMED:  # nearly always: nothing is to be added up
            at, times = _SUMMED[rule.basis]
            for (isbn, retailer, kind), sums in groups[wheres[0]].items():
                base = sums[at] * times
                yield place, isbn, retailer, kind, currency, rank, factors, sums[_UNITS], base
            continue
        for (isbn, retailer, kind), (units, exact) in _together(
            rule, {where: groups[where] for where in wheres}, sold, exchange
        ).items():
            yield place, isbn, retailer, kind, currency, rank, factors, units, exact


def _together(
    rule: Rule, groups: _Groups, sold: Mapping[str, SoldEdition], exchange: _Exchange
) -> dict[_SaleKey, tuple[int, int | Fraction]]:
    """Copies and base of groups that are turned alike."""
    totals: dict[_SaleKey, tuple[int, int | Fraction]] = {}
    for (_, currency, of), group in groups.items():
        for line, sums in group.items():
            cost = ZERO
            if rule.basis is Basis.PROFIT:
                cost = exchange.cost_of(sold[line[0]], currency, of)
            units, base = totals.get(line, _NOTHING)
            totals[line] = (units + sums[_UNITS], _whole(base + _base(rule, sums, cost)))
    return totals


_NOTHING = (0, 0)


def _factors(
    contract: Contract, tiers: Sequence[tuple[int, Tier, Fraction]], fx: Fraction
) -> list[_Factor]:
    """What a base is multiplied with in each tier that takes part."""
    factors = []
    for number, tier, portion in tiers:
        factor = Fraction(
            fx.numerator * tier.rate.numerator * portion.numerator * scale(contract.currency),
            fx.denominator * tier.rate.denominator * portion.denominator * MICRO,
        )
        factors.append((number, portion, fx, tier.rate, factor.numerator, 2 * factor.denominator))
    return factors


def _whole(exact: int | Fraction) -> int | Fraction:
    return exact.numerator if exact.denominator == 1 else exact


def income_lines(contract: Contract, income: Sequence[Income]) -> list[EarnedLine]:
    """Other income: income × the author's share for that right, rounded, one line each.

    1,000.00 for translation with an author's share of 50 % earn 500.00.
    """
    micro_per_minor = Fraction(MICRO, scale(contract.currency))
    lines = []
    for entry in sorted(income, key=lambda entry: (entry.right, entry.note, entry.amount)):
        share = contract.share_of(entry.right)
        if share is None:
            raise UnknownRightError(contract.key, entry.right)
        base = entry.amount * micro_per_minor
        lines.append(
            EarnedLine(
                len(contract.rules),
                entry.right,
                None,
                None,
                "income",
                contract.currency,
                None,
                0,
                ONE,
                _whole(base),
                ONE,
                share,
                rounded(entry.amount * share),
            )
        )
    return lines


class UnknownRightError(ValueError):
    """Income for a right whose share the contract does not name."""

    def __init__(self, contract: str, right: str) -> None:
        super().__init__(
            f"contract {contract!r} has income for {right!r} but no share for it: add it to "
            f"the contract's subsidiary_rights"
        )


def _atoms(
    contract: Contract,
    matched: Sequence[tuple[int, Slice]],
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    channels: Mapping[str, Channel],
    exchange: _Exchange,
) -> list[Atom]:
    """Exact earnings by what a plan may ask for; the order of slices does not matter."""
    factors: dict[tuple[int, str, int], Fraction] = {}
    sums: dict[tuple[Format, str, Place], tuple[Fraction, int]] = {}
    for place, slice_ in matched:
        rule, of = contract.rules[place], slice_.reverses or 0
        factor = factors.get((place, slice_.currency, of))
        if factor is None:
            fx = ONE if rule.basis is Basis.UNIT else exchange.into_contract(slice_.currency, of)
            per_base = sum((portion * tier.rate for _, tier, portion in tiers[place]), Fraction(0))
            factor = factors[place, slice_.currency, of] = per_base * fx / MICRO
        of_slice = (slice_.units, slice_.net, slice_.list_value)
        edition = sold[slice_.isbn]
        cost = Fraction(0)
        if rule.basis is Basis.PROFIT:
            cost = exchange.cost_of(edition, slice_.currency, of)
        key = (edition.format, slice_.retailer, slice_.place)
        earned, units = sums.get(key, (Fraction(0), 0))
        sums[key] = (earned + _base(rule, of_slice, cost) * factor, units + slice_.units)
    return [
        Atom(format_, channels[retailer], retailer, place, *sums[format_, retailer, place])
        for format_, retailer, place in sorted(sums)
    ]


def _income_atoms(contract: Contract, income: Sequence[Income]) -> list[Atom]:
    """Income is one of all lines and matches no condition."""
    exact = sum(
        (
            units_of(entry.amount, contract.currency) * (contract.share_of(entry.right) or 0)
            for entry in income
        ),
        Fraction(0),
    )
    return [Atom(None, None, None, Place(), exact)] if income else []

"""What sales earn under one contract: rules tried in order, escalators, earned lines.

Source: calculation.md, "1. Earned". Nothing here is rounded but the earned lines themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import compress, product
from math import gcd
from operator import itemgetter
from typing import Any, NamedTuple, overload

from royalties.domain.money import MICRO, rounded, scale, units_of
from royalties.domain.periods import Period
from royalties.domain.sales.slices import (
    LIST_VALUE,
    NET,
    UNITS,
    Block,
    Judged,
    Place,
    SaleKind,
    Seller,
    Slice,
)
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import (
    Basis,
    Contract,
    Counts,
    Income,
    Resets,
    Rule,
    Tier,
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


class EarnedLines(Sequence[EarnedLine]):
    """A contract's earned lines, in order; each is made when somebody first looks at one.

    What a draft needs of all of them (``earned``, ``earned_by_seller``) is there without.
    """

    __slots__ = ("_earned", "_income", "_made", "_names")

    def __init__(
        self, names: Sequence[str], earned: Sequence["_Earned"], income: Sequence[EarnedLine]
    ) -> None:
        """``names`` are those of the contract's rules, by place."""
        self._names, self._earned, self._income = names, earned, income
        self._made: tuple[EarnedLine, ...] | None = None

    @property
    def earned(self) -> int:
        """The sum of what the lines earned, in minor units."""
        of_sales = sum([total for each in self._earned for _, _, total in each.parts])
        return of_sales + sum([line.earned for line in self._income])

    def earned_by_edition(
        self, sellers: Callable[[Sequence[Seller]], Sequence[bool]] | None = None
    ) -> dict[str, int]:
        """What editions earned, in minor units, of all sellers or of those that are chosen.

        Other income is left out.

        Args:
            sellers: says of each whether it is one of those.
        """
        by_isbn: dict[str, int] = {}
        for earned in self._earned:
            for isbn, source, total in earned.parts:
                amount = total
                if sellers is not None:
                    chosen = sellers(source.sellers)
                    *_, amounts = earned.columns(source)
                    amount = sum([sum(compress(of_tier, chosen)) for of_tier in amounts])
                by_isbn[isbn] = by_isbn.get(isbn, 0) + amount
        return by_isbn

    def __len__(self) -> int:
        of_sales = sum(len(each.factors) * _sellers_in(each.parts) for each in self._earned)
        return of_sales + len(self._income)

    def __iter__(self) -> Iterator[EarnedLine]:
        return iter(self._lines())

    @overload
    def __getitem__(self, place: int) -> EarnedLine: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[EarnedLine, ...]: ...
    def __getitem__(self, place: int | slice) -> EarnedLine | tuple[EarnedLine, ...]:
        return self._lines()[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self._lines() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._lines())

    def __repr__(self) -> str:
        return repr(self._lines())

    def _lines(self) -> tuple[EarnedLine, ...]:
        if self._made is None:
            self._made = (*_lines(self._names, self._earned), *self._income)
        return self._made


@dataclass(slots=True)
class Earnings:
    """All that a contract earned: lines, exceptions, and the counters' movements."""

    lines: EarnedLines
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

_Groups = dict[_Where, list[Block]]
"""What is earned by one rule in one currency."""

_COUNTED = {Counts.UNITS: UNITS, Counts.NET: NET, Counts.LIST: LIST_VALUE}


def rule_place(
    contract: Contract,
    slice_: Slice,
    format_: Format,
    channels: Mapping[str, Channel],
    limits: Sequence[DiscountLimit],
) -> int | None:
    """The place of the first rule that takes a slice, or None."""
    matcher = _Matcher(contract, representatives(limits), channels)
    is_usage = slice_.kind is SaleKind.USAGE
    judged = Judged(slice_.place.country, slice_.discount, slice_.priced, is_usage)
    place = matcher.rule_for(format_, slice_.retailer, judged)
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
    match = _Matcher(contract, representatives(limits), channels)
    countries = {"", *(word for rule in contract.rules for word in rule.countries or ())}
    either = (True, False)
    kinds = product(formats, channels, product(countries, range(len(limits) + 1), either, either))
    reached = {
        match.rule_for(format_, retailer, Judged(*judged)) for format_, retailer, judged in kinds
    }
    return {place for place in reached if not isinstance(place, Uncovered)}


def earn(  # noqa: PLR0917 - contract, sales, and what they are judged by
    contract: Contract,
    blocks: Iterable[Block],
    sold: Mapping[str, SoldEdition],
    channels: Mapping[str, Channel],
    discounts: Sequence[Fraction],
    rates: Rates,
    publisher_currency: str,
    counted_before: Mapping[str, Fraction],
    income: Sequence[Income],
    *,
    with_atoms: bool,
) -> Earnings:
    """What a contract's sales and other income earn in a period.

    Args:
        blocks: the sales of the contract's titles only.
        discounts: one out of each class (``discounts.representatives``).
        counted_before: each counter's stand before the period, opening included.
        with_atoms: whether a plan asks where the earnings come from.

    Raises:
        MissingExchangeRateError: names every pair that is missing.
    """
    match = _Matcher(contract, discounts, channels)
    groups: _Groups = {}
    exceptions: list[SalesException] = []
    known = match.known
    for block in blocks:
        currency, _, reverses, judged, _ = block.like
        format_, of = sold[block.isbn].format, reverses or 0
        place = known.get((format_, judged))
        if place.__class__ is int:  # nearly always
            found = groups.get((place, currency, of))
            if found is not None:
                found.append(block)
                continue
        for place, part in match.rules_for(block, format_):
            if isinstance(place, Uncovered):
                exceptions += [
                    SalesException(
                        contract.key,
                        part.isbn,
                        who.retailer,
                        channels[who.retailer],
                        units,
                        (place,),
                    )
                    for who, units in zip(part.sellers, part.column(UNITS), strict=True)
                ]
                continue
            group = groups.get((place, currency, of))
            if group is None:
                groups[place, currency, of] = [part]
            else:
                group.append(part)
    exchange = _Exchange(contract, rates, publisher_currency, groups, sold)
    counters = _count(contract, groups, exchange, counted_before)
    tiers = [_portions(rule, counters[rule.counter.name]) for rule in contract.rules]
    lines = EarnedLines(
        [rule.name for rule in contract.rules],
        _turned(contract, groups, tiers, sold, exchange),
        income_lines(contract, income),
    )
    earnings = Earnings(lines, exceptions, counters)
    if with_atoms:
        earnings.atoms = _atoms(contract, groups, tiers, sold, channels, exchange)
        earnings.atoms += _income_atoms(contract, income)
    return earnings


class _Matcher:
    """Finds the first rule that takes a sale; remembers, since few kinds of sales recur."""

    def __init__(
        self, contract: Contract, discounts: Sequence[Fraction], channels: Mapping[str, Channel]
    ) -> None:
        """``discounts`` are one out of each class (``discounts.representatives``)."""
        self._rules = contract.rules
        self._channels = channels
        self._discounts = discounts
        self.asks_who = any(rule.retailers or rule.channels for rule in contract.rules)
        self.known: dict[tuple[Format, Judged], int | Uncovered] = {}
        """Of contracts whose rules ask for no retailer, what ``rule_for`` found."""
        self._known_of: dict[tuple[Format, str, Judged], int | Uncovered] = {}

    def rules_for(self, block: Block, format_: Format) -> Sequence[tuple[int | Uncovered, Block]]:
        """Parts of a block, and for each the rule's place, or why none takes it."""
        judged = block.like.judged
        if not self.asks_who:
            return ((self.rule_for(format_, block.any_retailer, judged), block),)
        places = [self.rule_for(format_, who.retailer, judged) for who in block.sellers]
        different = dict.fromkeys(places)
        if len(different) == 1:
            return ((places[0], block),)
        return [(place, block.chosen([found == place for found in places])) for place in different]

    def rule_for(self, format_: Format, retailer: str, judged: Judged) -> int | Uncovered:
        """The rule's place, or why none takes such sales."""
        if self.asks_who:
            of_retailer = (format_, retailer, judged)
            place = self._known_of.get(of_retailer)
            if place is None:
                place = self._known_of[of_retailer] = self._search(format_, retailer, judged)
            return place
        key = (format_, judged)
        place = self.known.get(key)
        if place is None:
            place = self.known[key] = self._search(format_, retailer, judged)
        return place

    def _search(self, format_: Format, retailer: str, judged: Judged) -> int | Uncovered:
        channel = self._channels[retailer]
        country, discount, priced, is_usage = judged
        for place, rule in enumerate(self._rules):
            if not (
                (rule.formats is None or format_ in rule.formats)
                and (rule.channels is None or channel in rule.channels)
                and (rule.retailers is None or retailer in rule.retailers)
                and (rule.countries is None or country in rule.countries)
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
            rule = contract.rules[place]
            wanted: tuple[tuple[str, str], ...] = ()
            if rule.basis is not Basis.UNIT or rule.counts is not Counts.UNITS:
                wanted = ((currency, self._to),)
            if rule.basis is Basis.PROFIT and any(sold[each.isbn].unit_cost for each in group):
                wanted += ((publisher_currency, currency),)
            for source, target in wanted:
                if source != target and (source, target) not in self._rates[of].given:
                    missing.append((source, target))
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
    added: dict[str, Fraction | int] = {}
    for (place, currency, of), group in groups.items():
        rule = contract.rules[place]
        counted = _COUNTED[rule.counts]
        value: Fraction | int = sum([sum(block.column(counted)) for block in group])
        if rule.counts is not Counts.UNITS:
            value = Fraction(value, MICRO) * exchange.into_contract(currency, of)
        name = rule.counter.name
        added[name] = added.get(name, 0) + value
    names = {rule.counter.name for rule in contract.rules}
    return {
        name: CounterState(before.get(name, ZERO), Fraction(added.get(name, 0)))
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
    low, high = (before, before + added) if added > 0 else (before + added, before)
    portions: list[tuple[int, Fraction]] = []
    lower: Fraction | None = None
    for number, tier in enumerate(tiers, 1):
        start = low if lower is None else max(low, lower)
        end = high if tier.up_to is None else min(high, tier.up_to)
        if start is low and end is high:  # nearly always: one tier takes all of it
            return [(number, ONE)]
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
            return rule.counter.opening + life if life else rule.counter.opening
        case Resets.YEAR:
            return year + (rule.counter.opening if first_year else 0)
        case Resets.PERIOD:
            return rule.counter.opening if first else Fraction(0)


def _base(rule: Rule, sums: Sequence[int], cost: Fraction) -> int | Fraction:
    """A base in millionths (calculation.md, the table of bases).

    40 copies for 500.00 at a list price of 19.99 have a base of 799.60 by list price, 500.00 by net
    receipts, 40 by unit, and 380.00 by profit where a copy cost 3.00.

    Args:
        sums: copies, net receipts, list value.
    """
    units, net, list_value = sums
    match rule.basis:
        case Basis.LIST:
            return list_value
        case Basis.NET:
            return net
        case Basis.UNIT:
            return units * MICRO
        case Basis.PROFIT:
            return _whole(net - cost * MICRO * units)


_SUMMED = {Basis.LIST: LIST_VALUE, Basis.NET: NET}
"""Bases that are columns of a block."""

_Factor = tuple[int, Fraction, Fraction, Fraction, int, int]
"""Tier, portion, rates of exchange and of the tier; numerator and twice denominator of all."""

_Base = int | Fraction


class _Earned(NamedTuple):
    """What editions earned by one rule in one currency at one rate of exchange.

    ``rank`` is that rate's place among those of the rule and currency; of each edition there is the
    sum of all amounts, in minor units.
    """

    place: int
    basis: Basis
    currency: str
    rank: int
    factors: Sequence[_Factor]
    parts: Sequence[tuple[str, "Block | _Together", int]]

    def columns(
        self, source: "Block | _Together"
    ) -> tuple[Sequence[int], Sequence[_Base], list[list[int]]]:
        """Copies and bases by seller, and for each factor, that is tier, the amounts."""
        if isinstance(source, Block):
            bases: Sequence[_Base] = source.column(_SUMMED[self.basis])
            return source.column(UNITS), bases, [_amounts(bases, each) for each in self.factors]
        of = _amounts_of_profit if self.basis is Basis.PROFIT else _amounts
        return source.units, source.bases, [of(source.bases, each) for each in self.factors]


class _Together(NamedTuple):
    """An edition's sellers, each with copies and base, added up over blocks."""

    sellers: Sequence[Seller]
    units: Sequence[int]
    bases: Sequence[_Base]


def _sellers_in(parts: Sequence[tuple[str, "Block | _Together", int]]) -> int:
    return sum(
        source.size if isinstance(source, Block) else len(source.sellers) for _, source, _ in parts
    )


def _lines(names: Sequence[str], earned: Sequence[_Earned]) -> Iterator[EarnedLine]:
    """Earned lines in their order; ``names`` are those of the rules."""
    parts = [
        (each, isbn, source.sellers, *each.columns(source))
        for each in earned
        for isbn, source, _ in each.parts
    ]
    keys = sorted(
        (each.place, isbn, retailer, kind, each.currency, each.rank, of, row)
        for of, (each, isbn, sellers, *_) in enumerate(parts)
        for row, (retailer, kind) in enumerate(sellers)
    )
    for place, isbn, retailer, kind, currency, _, of, row in keys:
        each, _, _, units, bases, amounts = parts[of]
        for (number, portion, fx, rate, *_), of_tier in zip(each.factors, amounts, strict=True):
            yield EarnedLine(
                place,
                names[place],
                isbn,
                retailer,
                _WORDS[kind],
                currency,
                number,
                units[row],
                portion,
                bases[row],
                fx,
                rate,
                of_tier[row],
            )


def _turned(
    contract: Contract,
    groups: _Groups,
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    exchange: _Exchange,
) -> list[_Earned]:
    """What is earned, by the rate of exchange that counts: what is turned alike is one sum."""
    earned: list[_Earned] = []
    for place, currency, rank, fx, blocks in _rated(contract, groups, exchange):
        rule = contract.rules[place]
        factors = _factors(contract, tiers[place], fx)
        column, plain = _SUMMED.get(rule.basis), factors[0] if len(factors) == 1 else None
        parts: list[tuple[str, Block | _Together, int]] = []
        made = _Earned(place, rule.basis, currency, rank, factors, parts)
        for isbn, sold_blocks in _by_edition(blocks):
            if column is not None and isinstance(sold_blocks, Block):  # nearly always
                if plain is not None:
                    parts.append(
                        (isbn, sold_blocks, sum(_amounts(sold_blocks.column(column), plain)))
                    )
                    continue
                source: Block | _Together = sold_blocks
            else:
                some = [sold_blocks] if isinstance(sold_blocks, Block) else sold_blocks
                source = _together(rule, some, sold[isbn], exchange)
            *_, amounts = made.columns(source)
            parts.append((isbn, source, sum(map(sum, amounts))))
        earned.append(made)
    return earned


def _rated(
    contract: Contract, groups: _Groups, exchange: _Exchange
) -> Iterator[tuple[int, str, int, Fraction, list[Block]]]:
    """Rule, currency, rank and rate of exchange, and the blocks that are turned at it.

    What a closed period's rate turns stands with the others if that rate is the same.
    """
    by_rate: dict[tuple[int, str], dict[Fraction, list[Block]]] = {}
    is_plain = not any(of for _, _, of in groups)
    for (place, currency, of), group in groups.items():
        is_unit = contract.rules[place].basis is Basis.UNIT
        fx = ONE if is_unit else exchange.into_contract(currency, of)
        if is_plain:
            yield place, currency, 0, fx, group
        else:
            by_rate.setdefault((place, currency), {}).setdefault(fx, []).extend(group)
    for (place, currency), rated in by_rate.items():
        for rank, (fx, blocks) in enumerate(sorted(rated.items(), key=itemgetter(0))):
            yield place, currency, rank, fx, blocks


def _by_edition(blocks: Sequence[Block]) -> Iterable[tuple[str, Block | list[Block]]]:
    """An edition's only block, or all its blocks where it has several."""
    by_isbn: dict[str, Block | list[Block]] = {}
    for block in blocks:
        known = by_isbn.setdefault(block.isbn, block)
        if known is not block:
            by_isbn[block.isbn] = [known, block] if isinstance(known, Block) else [*known, block]
    return by_isbn.items()


def _together(
    rule: Rule, blocks: Sequence[Block], edition: SoldEdition, exchange: _Exchange
) -> _Together:
    totals: dict[Seller, tuple[int, _Base]] = {}
    for block in blocks:
        cost = ZERO
        if rule.basis is Basis.PROFIT:
            cost = exchange.cost_of(edition, block.like.currency, block.like.reverses or 0)
        columns = map(block.column, (UNITS, NET, LIST_VALUE))
        for who, *sums in zip(block.sellers, *columns, strict=True):
            units, base = totals.get(who, _NOTHING)
            totals[who] = (units + sums[0], _whole(base + _base(rule, sums, cost)))
    units_of_all, bases = zip(*totals.values(), strict=True)
    return _Together(tuple(totals), units_of_all, bases)


_NOTHING = (0, 0)


def _amounts(bases: Sequence[Any], factor: _Factor) -> list[int]:
    """Each line's amount in minor units, rounded once, of bases that are whole.

    500.00 of net receipts at 10 % earn 50.00; a line of 0.05 at 10 % earns 0.01.
    """
    *_, numerator, twice = factor
    double, half = 2 * numerator, twice // 2
    return [
        (exact + half) // twice if (exact := base * double) >= 0 else -((half - exact) // twice)
        for base in bases
    ]


def _amounts_of_profit(bases: Sequence[Any], factor: _Factor) -> list[int]:
    """The same of bases that may be fractions of a millionth."""
    *_, numerator, twice = factor
    return [rounded(base * Fraction(2 * numerator, twice)) for base in bases]


def _factors(
    contract: Contract, tiers: Sequence[tuple[int, Tier, Fraction]], fx: Fraction
) -> list[_Factor]:
    """What a base is multiplied with in each tier that takes part."""
    factors = []
    above, below = fx.numerator * scale(contract.currency), fx.denominator * MICRO
    for number, tier, portion in tiers:
        numerator = above * tier.rate.numerator * portion.numerator
        denominator = below * tier.rate.denominator * portion.denominator
        common = gcd(numerator, denominator)
        factors.append(
            (number, portion, fx, tier.rate, numerator // common, 2 * denominator // common)
        )
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
    groups: _Groups,
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    channels: Mapping[str, Channel],
    exchange: _Exchange,
) -> list[Atom]:
    """Exact earnings by what a plan may ask for; the order of sales does not matter."""
    totals: dict[tuple[Format, str, Place], tuple[Fraction, int]] = {}
    for (place, currency, of), group in groups.items():
        rule = contract.rules[place]
        fx = ONE if rule.basis is Basis.UNIT else exchange.into_contract(currency, of)
        factor = sum((portion * tier.rate for _, tier, portion in tiers[place]), ZERO) * fx / MICRO
        bases: dict[tuple[Format, str, Place], tuple[_Base, int]] = {}
        for block in group:
            edition, where = sold[block.isbn], block.like.place
            cost = ZERO
            if rule.basis is Basis.PROFIT:
                cost = exchange.cost_of(edition, currency, of)
            columns = map(block.column, (UNITS, NET, LIST_VALUE))
            for who, *sums in zip(block.sellers, *columns, strict=True):
                key = (edition.format, who.retailer, where)
                base, units = bases.get(key, _NOTHING)
                bases[key] = (base + _base(rule, sums, cost), units + sums[0])
        for key, (base, units) in bases.items():
            earned, copies = totals.get(key, (ZERO, 0))
            totals[key] = (earned + base * factor, copies + units)
    return [
        Atom(format_, channels[retailer], retailer, place, *totals[format_, retailer, place])
        for format_, retailer, place in sorted(totals)
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

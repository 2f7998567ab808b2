"""What sales earn under one contract: rules tried in order, escalators, earned lines.

Source: calculation.md, "1. Earned". Only the earned lines themselves are rounded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import gcd
from operator import itemgetter
from typing import NamedTuple

from royalties.domain.money import MICRO, rounded, scale, units_of
from royalties.domain.royalties.earned_lines import (
    SUMMED,
    Base,
    EarnedLine,
    EarnedLines,
    Factor,
    RuleEarnings,
    SellerSums,
    amounts_of,
)
from royalties.domain.royalties.escalators import ZERO, CounterState, split_by_tier
from royalties.domain.royalties.exchange import ONE, MissingExchangeRateError, Rates
from royalties.domain.royalties.matching import Matcher, Uncovered
from royalties.domain.sales.slices import (
    LIST_VALUE,
    NET,
    UNITS,
    Block,
    Place,
    Seller,
)
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import (
    Basis,
    Contract,
    Counts,
    Income,
    Rule,
    Tier,
)


@dataclass(frozen=True, slots=True)
class SoldEdition:
    """What the calculation needs to know about an edition; ``unit_cost`` is per copy."""

    isbn: str
    title: str
    format: Format
    published: date | None
    royalties: bool
    unit_cost: Fraction


class SalesException(NamedTuple):
    """Sales that no rule, contract or price covers: they earn nothing and prevent a close."""

    contract: str | None
    isbn: str
    retailer: str
    channel: Channel
    units: int
    reasons: tuple[Uncovered, ...]

    @property
    def reason(self) -> str:
        """All reasons, as text."""
        return "; ".join(self.reasons)


class Atom(NamedTuple):
    """Exact earnings and net copies of lines that every ``when`` of a plan treats alike."""

    format: Format | None
    channel: Channel | None
    retailer: str | None
    place: Place
    earned: Fraction = Fraction(0)
    units: int = 0


@dataclass(slots=True)
class Earnings:
    """Everything a contract earned: lines, exceptions, and how its counters moved."""

    lines: EarnedLines
    exceptions: list[SalesException] = field(default_factory=list)
    counters: dict[str, CounterState] = field(default_factory=dict)
    atoms: list[Atom] = field(default_factory=list)


_Where = tuple[int, str, int]
"""Rule, currency, and the closed period whose sales are taken back (0: none)."""

_Groups = dict[_Where, list[Block]]
"""Blocks of sales by rule, currency and closed period taken back."""

_COUNTED = {Counts.UNITS: UNITS, Counts.NET: NET, Counts.LIST: LIST_VALUE}


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

    40 copies with net receipts of 500.00, under a rule of 10 % of net receipts, make one earned
    line of 50.00; copies that no rule covers make an exception instead.

    Args:
        contract: the contract whose rules apply.
        blocks: the sales of the contract's titles only.
        sold: every edition sold, by ISBN.
        channels: each retailer's channel, by the retailer's key.
        discounts: one of each class (``discounts.representatives``).
        rates: the period's exchange rates.
        publisher_currency: the currency of unit costs.
        counted_before: each counter's value before the period, including its opening value.
        income: the contract's other income in the period.
        with_atoms: whether the plan needs to know which lines earned the money.

    Raises:
        MissingExchangeRateError: names every missing pair.
        UnknownRightError: income for a right the contract has no share for.
    """
    match = Matcher(contract, discounts, channels)
    groups: _Groups = {}
    exceptions: list[SalesException] = []
    known = match.cached
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
        _earnings_by_rate(contract, groups, tiers, sold, exchange),
        income_lines(contract, income),
    )
    earnings = Earnings(lines, exceptions, counters)
    if with_atoms:
        earnings.atoms = _atoms(contract, groups, tiers, sold, channels, exchange)
        earnings.atoms += _income_atoms(contract, income)
    return earnings


class _Exchange:
    """Rates into the contract's currency; all missing rates are reported together."""

    def __init__(
        self,
        contract: Contract,
        rates: Rates,
        publisher_currency: str,
        groups: _Groups,
        sold: Mapping[str, SoldEdition],
    ) -> None:
        self._rates = {
            of: rates.for_reversal_of(of or None) for of in {where[-1] for where in groups}
        }
        self._to = contract.currency
        self._cost_currency = publisher_currency
        missing: list[tuple[str, str]] = []
        for (place, currency, of), group in groups.items():
            rule = contract.rules[place]
            conversions: tuple[tuple[str, str], ...] = ()
            if rule.basis is not Basis.UNIT or rule.counts is not Counts.UNITS:
                conversions = ((currency, self._to),)
            if rule.basis is Basis.PROFIT and any(sold[each.isbn].unit_cost for each in group):
                conversions += ((publisher_currency, currency),)
            for source, target in conversions:
                if source != target and (source, target) not in self._rates[of].given:
                    missing.append((source, target))
        if missing:
            raise MissingExchangeRateError(rates.period, missing)

    def into_contract(self, currency: str, of: int) -> Fraction:
        """The rate from a line's currency; ``of`` is the closed period it takes back (0: none)."""
        return self._rates[of].rate(currency, self._to)

    def cost_of(self, edition: SoldEdition, currency: str, of: int) -> Fraction:
        """An edition's unit cost, converted from the publisher's currency into a line's."""
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
    """The tiers that apply, each with the fraction f_k of every line's base."""
    return [
        (number, rule.tiers[number - 1], portion)
        for number, portion in split_by_tier(rule.tiers, counted.before, counted.added)
    ]


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


def _earnings_by_rate(
    contract: Contract,
    groups: _Groups,
    tiers: Sequence[Sequence[tuple[int, Tier, Fraction]]],
    sold: Mapping[str, SoldEdition],
    exchange: _Exchange,
) -> list[RuleEarnings]:
    """Earnings by rule, currency and exchange rate.

    Sales converted at the same rate are summed before rounding, whichever period they are from.
    """
    earned: list[RuleEarnings] = []
    for place, currency, rank, fx, blocks in _rated(contract, groups, exchange):
        rule = contract.rules[place]
        factors = _factors(contract, tiers[place], fx)
        column, plain = SUMMED.get(rule.basis), factors[0] if len(factors) == 1 else None
        parts: list[tuple[str, Block | SellerSums, int]] = []
        earnings = RuleEarnings(place, rule.basis, currency, rank, factors, parts)
        for isbn, sold_blocks in _by_edition(blocks):
            if column is not None and isinstance(sold_blocks, Block):  # nearly always
                if plain is not None:
                    parts.append(
                        (isbn, sold_blocks, sum(amounts_of(sold_blocks.column(column), plain)))
                    )
                    continue
                source: Block | SellerSums = sold_blocks
            else:
                some = [sold_blocks] if isinstance(sold_blocks, Block) else sold_blocks
                source = _sums_by_seller(rule, some, sold[isbn], exchange)
            *_, amounts = earnings.columns(source)
            parts.append((isbn, source, sum(map(sum, amounts))))
        earned.append(earnings)
    return earned


def _rated(
    contract: Contract, groups: _Groups, exchange: _Exchange
) -> Iterator[tuple[int, str, int, Fraction, list[Block]]]:
    """Rule, currency, rank and exchange rate, and the blocks converted at it.

    Blocks of a closed period join the open period's where both have the same rate.
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


def _sums_by_seller(
    rule: Rule, blocks: Sequence[Block], edition: SoldEdition, exchange: _Exchange
) -> SellerSums:
    totals: dict[Seller, tuple[int, Base]] = {}
    for block in blocks:
        cost = ZERO
        if rule.basis is Basis.PROFIT:
            cost = exchange.cost_of(edition, block.like.currency, block.like.reverses or 0)
        columns = map(block.column, (UNITS, NET, LIST_VALUE))
        for who, *sums in zip(block.sellers, *columns, strict=True):
            units, base = totals.get(who, _NOTHING)
            totals[who] = (units + sums[0], _whole(base + _base(rule, sums, cost)))
    units_of_all, bases = zip(*totals.values(), strict=True)
    return SellerSums(tuple(totals), units_of_all, bases)


_NOTHING = (0, 0)


def _factors(
    contract: Contract, tiers: Sequence[tuple[int, Tier, Fraction]], fx: Fraction
) -> list[Factor]:
    """What a base is multiplied by in each tier that applies."""
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
    """Earned lines of other income: amount × the author's share for that right, rounded.

    1,000.00 for translation with an author's share of 50 % earns 500.00.

    Raises:
        UnknownRightError: the contract names no share for the right.
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
    """There is income for a right for which the contract has no share."""

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
    """Exact earnings by what a plan's conditions may name; the order of sales does not matter."""
    totals: dict[tuple[Format, str, Place], tuple[Fraction, int]] = {}
    for (place, currency, of), group in groups.items():
        rule = contract.rules[place]
        fx = ONE if rule.basis is Basis.UNIT else exchange.into_contract(currency, of)
        factor = sum((portion * tier.rate for _, tier, portion in tiers[place]), ZERO) * fx / MICRO
        bases: dict[tuple[Format, str, Place], tuple[Base, int]] = {}
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
    """All income as one atom, which matches no condition of a plan."""
    exact = sum(
        (
            units_of(entry.amount, contract.currency) * (contract.share_of(entry.right) or 0)
            for entry in income
        ),
        Fraction(0),
    )
    return [Atom(None, None, None, Place(), exact)] if income else []

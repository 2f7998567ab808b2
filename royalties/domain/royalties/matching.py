"""The first rule of a contract that applies to a sale, or why none does.

Source: calculation.md, "1. Earned".
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import product

from royalties.domain.sales.slices import (
    Block,
    Judged,
    SaleKind,
    Slice,
)
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import (
    Basis,
    Contract,
    Counts,
)
from royalties.domain.terms.discounts import DiscountLimit, discount_limits, representatives

_BY_MONEY = frozenset((Basis.NET, Basis.PROFIT))
"""Bases that apply to usage, which has neither copies nor a list price."""


class Uncovered(StrEnum):
    """Why sales earn nothing."""

    NO_CONTRACT = "no contract covers the title"
    CONTRACT_ENDED = "contract ended"
    NO_LIST_PRICE = "no list price in the report or of the edition"
    NO_RULE = "no rule matches"
    NO_RULE_FOR_USAGE = "no rule on net receipts or profit takes subscriptions and loans"


def rule_place(
    contract: Contract,
    slice_: Slice,
    format_: Format,
    channels: Mapping[str, Channel],
    limits: Sequence[DiscountLimit],
) -> int | None:
    """The place of the first rule that applies to a slice, from 0; None if no rule does.

    Of a rule for e-books and a rule for everything, an e-book gets 0 and a paperback 1.
    """
    matcher = Matcher(contract, representatives(limits), channels)
    is_usage = slice_.kind is SaleKind.USAGE
    judged = Judged(slice_.place.country, slice_.discount, slice_.priced, is_usage)
    place = matcher.rule_for(format_, slice_.retailer, judged)
    return None if isinstance(place, Uncovered) else place


def rules_reached(
    contract: Contract, formats: Sequence[Format], channels: Mapping[str, Channel]
) -> set[int]:
    """Places of the rules that apply to at least one conceivable sale.

    Of a rule on net receipts for everything, followed by one for e-books, only 0 is reached: the
    second can never apply. Every format is tried at every retailer, in every country that a rule
    names and in one that none names, in every discount class, with and without a list price, as
    copies and as usage.

    Args:
        contract: the contract whose rules are tried.
        formats: formats of the editions.
        channels: each retailer's channel, by the retailer's key.
    """
    limits = discount_limits([contract])
    match = Matcher(contract, representatives(limits), channels)
    countries = {"", *(word for rule in contract.rules for word in rule.countries or ())}
    either = (True, False)
    kinds = product(formats, channels, product(countries, range(len(limits) + 1), either, either))
    reached = {
        match.rule_for(format_, retailer, Judged(*judged)) for format_, retailer, judged in kinds
    }
    return {place for place in reached if not isinstance(place, Uncovered)}


class Matcher:
    """Finds the first rule that applies to a sale; cached, since a few kinds of sales recur."""

    def __init__(
        self, contract: Contract, discounts: Sequence[Fraction], channels: Mapping[str, Channel]
    ) -> None:
        """``discounts`` holds one of each class (``discounts.representatives``)."""
        self._rules = contract.rules
        self._channels = channels
        self._discounts = discounts
        self.depends_on_retailer = any(rule.retailers or rule.channels for rule in contract.rules)
        self.cached: dict[tuple[Format, Judged], int | Uncovered] = {}
        """Results of ``rule_for`` for contracts whose rules do not depend on the retailer."""
        self._cached_by_retailer: dict[tuple[Format, str, Judged], int | Uncovered] = {}

    def rules_for(self, block: Block, format_: Format) -> Sequence[tuple[int | Uncovered, Block]]:
        """Parts of a block, each with its rule's place, or why no rule applies to it."""
        judged = block.like.judged
        if not self.depends_on_retailer:
            return ((self.rule_for(format_, block.any_retailer, judged), block),)
        places = [self.rule_for(format_, who.retailer, judged) for who in block.sellers]
        different = dict.fromkeys(places)
        if len(different) == 1:
            return ((places[0], block),)
        return [(place, block.chosen([found == place for found in places])) for place in different]

    def rule_for(self, format_: Format, retailer: str, judged: Judged) -> int | Uncovered:
        """The rule's place, or why no rule applies to such sales."""
        if self.depends_on_retailer:
            of_retailer = (format_, retailer, judged)
            place = self._cached_by_retailer.get(of_retailer)
            if place is None:
                place = self._cached_by_retailer[of_retailer] = self._search(
                    format_, retailer, judged
                )
            return place
        key = (format_, judged)
        place = self.cached.get(key)
        if place is None:
            place = self.cached[key] = self._search(format_, retailer, judged)
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

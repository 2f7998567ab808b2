"""The first rule of a contract that takes a sale, or why none does.

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
"""Bases that take usage: it has neither copies nor a list price."""


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
    """The place of the first rule that takes a slice, or None."""
    matcher = Matcher(contract, representatives(limits), channels)
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
    match = Matcher(contract, representatives(limits), channels)
    countries = {"", *(word for rule in contract.rules for word in rule.countries or ())}
    either = (True, False)
    kinds = product(formats, channels, product(countries, range(len(limits) + 1), either, either))
    reached = {
        match.rule_for(format_, retailer, Judged(*judged)) for format_, retailer, judged in kinds
    }
    return {place for place in reached if not isinstance(place, Uncovered)}


class Matcher:
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

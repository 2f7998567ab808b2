"""Price lists: dated terms of orders by quantity, option, address and place.

Amounts are minor units of the list's currency, rates and discounts exact fractions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.money import rounded
from royalties.domain.orders.life import LeadTime, OrderKind, State


class Option(StrEnum):
    """What can be had on a co-branded edition."""

    LOGO_ON_COVER = "logo-on-cover"
    LOGO_INSIDE = "logo-inside"
    LETTER_PAGE = "letter-page"
    CUSTOM_COVER = "custom-cover"
    STICKER = "sticker"
    OWN_ISBN = "own-isbn"


def option_words(option: Option) -> str:
    """An option in words, as they stand within a sentence."""
    return option.value.replace("-", " ").replace("isbn", "ISBN")


@dataclass(frozen=True, slots=True)
class QuantityDiscount:
    """The part of the list price that is taken off from so many copies on."""

    at_least: int
    discount: Fraction


@dataclass(frozen=True, slots=True)
class OptionTerms:
    """What an option costs: once per order, per copy, and from how many copies it can be had."""

    minimum: int
    set_up: int
    per_copy: Fraction
    """In minor units; may have a fraction, such as half a cent."""


@dataclass(frozen=True, slots=True)
class Freight:
    """What a shipment of up to so many copies costs; the last step has no limit."""

    up_to: int | None
    amount: int
    per_copy: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class SalesTaxRate:
    """Sales tax of copies that go to a state (``US-WA``) from a day on."""

    place: str
    starts: date
    rate: Fraction
    freight: bool = False
    """Whether freight is taxed there too."""


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """The terms of a price list from a day on."""

    starts: date
    discounts: tuple[QuantityDiscount, ...]
    options: Mapping[Option, OptionTerms]
    freight: tuple[Freight, ...]
    minimum: int = 1
    small_order_below: int = 0
    small_order_charge: int = 0
    rush_charge: int = 0
    rush_share: Fraction = Fraction(0)
    more_address_charge: int = 0
    free_proofs: int = 3
    proof_charge: int = 0
    deposit: Fraction = Fraction(0)
    tolerance: Fraction = Fraction(0)
    valid_days: int = 30
    net_days: int = 30
    lead_time: LeadTime = field(default=LeadTime(3, 10, 5))
    rush_lead_time: LeadTime = field(default=LeadTime(1, 5, 2))
    cancellation: Mapping[State, Fraction] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    """More terms, in the house's words."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list: for which titles (none named: all), in which currency, from when on which."""

    key: str
    currency: str
    titles: tuple[str, ...]
    versions: tuple[PriceVersion, ...]
    taxes: tuple[SalesTaxRate, ...] = ()
    retailers: Mapping[OrderKind, str] = field(default_factory=dict)
    """Under which retailers the sales of shipped copies are recorded."""
    retired: date | None = None
    name: str = ""
    """What people call it; empty where it has no name of its own."""

    def on(self, day: date) -> PriceVersion | None:
        """The version in force on a day."""
        known = [version for version in self.versions if version.starts <= day]
        return max(known, key=lambda version: version.starts) if known else None

    def tax_on(self, place: str, day: date) -> SalesTaxRate | None:
        """The tax of a place on a day, if there is one; its country's where it has none itself."""
        for taxed_place in (place, place.partition("-")[0]):
            known = [tax for tax in self.taxes if tax.place == taxed_place and tax.starts <= day]
            if known:
                return max(known, key=lambda tax: tax.starts)
        return None


def discount_for(copies: int, version: PriceVersion) -> Fraction:
    """The discount of so many copies.

    With 20 % from 50 copies on and 35 % from 200, 199 copies have 20 %, and 49 none.
    """
    reached = [each for each in version.discounts if each.at_least <= copies]
    return max(reached, key=lambda each: each.at_least).discount if reached else Fraction(0)


def freight_of(copies: int, version: PriceVersion) -> int:
    """What one shipment of so many copies costs.

    A band up to 100 copies of 15.00 and 0.20 a copy: 60 copies cost 27.00.
    """
    for band in version.freight:
        if band.up_to is None or copies <= band.up_to:
            return band.amount + rounded(band.per_copy * copies)
    return 0

"""What an order costs: the quote that follows from a price list, line by line.

Amounts are minor units of the price list's currency, rates and discounts exact fractions. Every
line is rounded once (``money.rounded``), and the total is the sum of the lines, so a quote adds up
by hand. Discounts go by the copies of one order; orders are never added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.counting import counted
from royalties.domain.money import rounded, split
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.price_lists import (
    Freight,
    Option,
    OptionTerms,
    PriceList,
    PriceVersion,
    QuantityDiscount,
    SalesTaxRate,
    discount_for,
    freight_of,
    option_words,
)
from royalties.domain.terms.wording import percent

__all__ = [
    "AgreedCharge",
    "Cheaper",
    "Freight",
    "LineKind",
    "NotOfferedError",
    "Option",
    "OptionTerms",
    "PriceList",
    "PriceRequest",
    "PriceVersion",
    "QuantityDiscount",
    "Quote",
    "QuoteLine",
    "SalesTaxRate",
    "ShipTo",
    "discount_for",
    "freight_of",
    "option_words",
    "quote",
    "require_possible",
]

MOST_COPIES = 1_000_000
"""Copies of one order; a mistyped number is reported, and amounts fit their columns."""


class LineKind(StrEnum):
    """What a line of a quote or invoice is for; contracts say which of them earn royalties."""

    COPIES = "copies"
    OPTION_COPIES = "option-copies"
    SET_UP = "set-up"
    SMALL_ORDER = "small-order"
    RUSH = "rush"
    ADDRESS = "address"
    FREIGHT = "freight"
    PROOF = "proof"
    AGREED = "agreed"
    TAX = "tax"


COUNTED = frozenset({LineKind.COPIES, LineKind.OPTION_COPIES, LineKind.ADDRESS, LineKind.PROOF})
"""Lines whose quantity and price of one say more than their amount."""


@dataclass(frozen=True, slots=True)
class ShipTo:
    """How many copies go to one address; ``place`` is its country and state, ``US-WA``."""

    copies: int
    place: str
    exempt: bool = False
    """Whether a certificate for this place is on file and in force."""


@dataclass(frozen=True, slots=True)
class TaxedPart:
    """What goes to a place: its copies, and its freight in minor units."""

    place: str
    exempt: bool
    copies: int
    freight: int


@dataclass(frozen=True, slots=True)
class AgreedCharge:
    """A charge that no price list knows, once per order, as it was agreed; never negative."""

    words: str
    amount: int


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """What an order asks for, as far as it has a price.

    ``discount`` was agreed for this order and holds for any number of copies; None: the price
    list's own.
    """

    kind: OrderKind
    ship_to: tuple[ShipTo, ...]
    options: tuple[Option, ...] = ()
    rush: bool = False
    extra_proofs: int = 0
    discount: Fraction | None = None
    agreed: tuple[AgreedCharge, ...] = ()

    @property
    def copies(self) -> int:
        """Copies of all addresses."""
        return sum(each.copies for each in self.ship_to)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of a quote: how many at what price, and why.

    ``unit`` is the exact price of one in minor units; ``amount`` its product, rounded once.
    ``place`` is set on lines of freight and tax; ``of_goods`` and ``of_freight`` on tax lines: what
    of the other lines, without freight and of it, they tax.
    """

    kind: LineKind
    words: str
    quantity: int
    unit: Fraction
    amount: int
    why: str
    place: str = ""
    of_goods: int = 0
    of_freight: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether quantity and price of one are shown."""
        return self.kind in COUNTED


@dataclass(frozen=True, slots=True)
class Cheaper:
    """More copies for less money: so many would cost so much in all."""

    copies: int
    total: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs, line by line."""

    currency: str
    lines: tuple[QuoteLine, ...]
    deposit: int
    cheaper: Cheaper | None = None

    @property
    def total(self) -> int:
        """The sum of all lines."""
        return sum(line.amount for line in self.lines)

    def sum_of(self, *kinds: LineKind) -> int:
        """The sum of the lines of some kinds."""
        return sum(line.amount for line in self.lines if line.kind in kinds)


class NotOfferedError(ValueError):
    """Something that a price list does not offer; the message says from where on it does."""


def quote(request: PriceRequest, prices: PriceList, list_price: Fraction, day: date) -> Quote:
    """What an order costs on a day, explained line by line.

    Args:
        request: copies by address, options, rush.
        prices: the price list; its version of the day counts.
        list_price: of one copy, in minor units; may have a fraction of one.
        day: of the quote.

    Raises:
        NotOfferedError: too few copies, an option below its minimum, or no version on that day.
    """
    version = prices.on(day)
    if version is None:
        raise NotOfferedError(f"the price list {prices.key!r} begins only after {day}")
    require_possible(request)
    _require_offered(request, version)
    lines = _lines(request, prices, version, list_price, day)
    total = sum(line.amount for line in lines)
    return Quote(
        prices.currency,
        tuple(lines),
        rounded(total * version.deposit),
        _cheaper(request, prices, version, list_price, day, total),
    )


def require_possible(request: PriceRequest) -> None:
    """Refuse, by a NotOfferedError, what no price list offers."""
    if any(address.copies <= 0 for address in request.ship_to) or not request.ship_to:
        raise NotOfferedError("every address takes at least one copy")
    if request.copies > MOST_COPIES:
        raise NotOfferedError(f"orders go up to {MOST_COPIES:,} copies")
    if any(charge.amount < 0 for charge in request.agreed):
        raise NotOfferedError("a charge is never negative: agree on a discount instead")
    if len(set(request.options)) < len(request.options):
        raise NotOfferedError("each option is had once")
    if request.options and request.kind is OrderKind.BULK:
        raise NotOfferedError("options belong to a custom edition: a bulk order has none")


def _require_offered(request: PriceRequest, version: PriceVersion) -> None:
    if request.copies < version.minimum:
        raise NotOfferedError(f"orders begin at {counted(version.minimum, 'copy')}")
    for option in request.options:
        terms = version.options.get(option)
        name = option_words(option)
        if terms is None:
            raise NotOfferedError(f"{name} is not offered")
        if request.copies < terms.minimum:
            raise NotOfferedError(f"{name} can be had from {counted(terms.minimum, 'copy')} on")


def _lines(
    request: PriceRequest, prices: PriceList, version: PriceVersion, list_price: Fraction, day: date
) -> list[QuoteLine]:
    lines = [*_goods(request, version, list_price), *_charges(request, version)]
    lines += _rush(request, version, lines)
    freight = _freight(request, version)
    taxes = _taxes(request, prices, lines, freight, day)
    return [*lines, *(line for line in freight if line.amount), *taxes]


def _goods(request: PriceRequest, version: PriceVersion, list_price: Fraction) -> list[QuoteLine]:
    copies = request.copies
    discount = discount_for(copies, version) if request.discount is None else request.discount
    unit = list_price * (1 - discount)
    why = "list price"
    if discount:
        since = (
            f"from {counted(_reached(copies, version), 'copy')} on"
            if request.discount is None
            else ""
        )
        why += f" less {percent(discount)} {since or 'as agreed'}"
    lines = [QuoteLine(LineKind.COPIES, "Copies", copies, unit, rounded(unit * copies), why)]
    for option in request.options:
        terms = version.options[option]
        if terms.per_copy:
            lines.append(
                QuoteLine(
                    LineKind.OPTION_COPIES,
                    _begun(option_words(option)),
                    copies,
                    terms.per_copy,
                    rounded(terms.per_copy * copies),
                    "for each copy",
                )
            )
    return lines


def _charges(request: PriceRequest, version: PriceVersion) -> list[QuoteLine]:
    lines = [
        _once(LineKind.SET_UP, f"Set-up: {option_words(option)}", terms.set_up, "once per order")
        for option in request.options
        if (terms := version.options[option]).set_up
    ]
    if request.copies < version.small_order_below and version.small_order_charge:
        why = f"orders below {counted(version.small_order_below, 'copy')}"
        lines.append(_once(LineKind.SMALL_ORDER, "Small order", version.small_order_charge, why))
    more = len(request.ship_to) - 1
    if more and version.more_address_charge:
        lines.append(
            QuoteLine(
                LineKind.ADDRESS,
                "Further addresses",
                more,
                Fraction(version.more_address_charge),
                more * version.more_address_charge,
                "for each address after the first",
            )
        )
    paid_proofs = max(0, request.extra_proofs)
    if paid_proofs and version.proof_charge:
        lines.append(
            QuoteLine(
                LineKind.PROOF,
                "Further proofs",
                paid_proofs,
                Fraction(version.proof_charge),
                paid_proofs * version.proof_charge,
                f"for each proof after the first {version.free_proofs}",
            )
        )
    return lines + [
        _once(LineKind.AGREED, each.words, each.amount, "as agreed") for each in request.agreed
    ]


def _rush(
    request: PriceRequest, version: PriceVersion, lines: Sequence[QuoteLine]
) -> list[QuoteLine]:
    if not request.rush:
        return []
    goods = sum(
        line.amount for line in lines if line.kind in {LineKind.COPIES, LineKind.OPTION_COPIES}
    )
    amount = version.rush_charge + rounded(goods * version.rush_share)
    if not amount:
        return []
    share = f" and {percent(version.rush_share)} of the copies" if version.rush_share else ""
    return [_once(LineKind.RUSH, "Rush", amount, f"a fixed charge{share}")]


def _freight(request: PriceRequest, version: PriceVersion) -> list[QuoteLine]:
    """One line for each address, in their order."""
    lines = []
    for place, shipment in enumerate(request.ship_to, 1):
        address = f"address {place}, " if len(request.ship_to) > 1 else ""
        amount = freight_of(shipment.copies, version)
        why = f"a shipment of {counted(shipment.copies, 'copy')}"
        words = f"Freight to {address}{shipment.place}"
        lines.append(_once(LineKind.FREIGHT, words, amount, why, shipment.place))
    return lines


def _taxes(
    request: PriceRequest,
    prices: PriceList,
    lines: Sequence[QuoteLine],
    freight: Sequence[QuoteLine],
    day: date,
) -> list[QuoteLine]:
    parts: dict[tuple[str, bool], TaxedPart] = {}
    for destination, line in zip(request.ship_to, freight, strict=True):
        where = (destination.place, destination.exempt)
        before = parts.get(where, TaxedPart(*where, 0, 0))
        parts[where] = TaxedPart(
            *where, before.copies + destination.copies, before.freight + line.amount
        )
    return lines_of_tax(list(parts.values()), prices, sum(line.amount for line in lines), day)


def lines_of_tax(
    parts: Sequence[TaxedPart], prices: PriceList, goods: int, day: date
) -> list[QuoteLine]:
    """Tax by place: of the place's part of goods and charges by copies, and of its freight."""
    tax_lines = []
    amounts = split(goods, [part.copies for part in parts])
    for part, amount in zip(parts, amounts, strict=True):
        tax = prices.tax_on(part.place, day)
        if part.exempt or tax is None or not tax.rate:
            continue
        freight = part.freight if tax.freight else 0
        exact = (amount + freight) * tax.rate
        what = "copies, charges and freight" if tax.freight else "copies and charges"
        why = f"{percent(tax.rate)} of {what}"
        words = f"Sales tax {part.place}"
        tax_lines.append(
            QuoteLine(
                LineKind.TAX, words, 1, exact, rounded(exact), why, part.place, amount, freight
            )
        )
    return tax_lines


def _cheaper(
    request: PriceRequest,
    prices: PriceList,
    version: PriceVersion,
    list_price: Fraction,
    day: date,
    total: int,
) -> Cheaper | None:
    """A quantity further up whose total is lower; the cheapest of them, the fewest copies first."""
    copies = request.copies
    steps = {discount.at_least for discount in version.discounts} | {version.small_order_below}
    if len(request.ship_to) == 1:
        steps |= {band.up_to + 1 for band in version.freight if band.up_to is not None}
    cheaper = []
    for more in sorted(step for step in steps if step > copies):
        parts = split(more, [address.copies for address in request.ship_to])
        ship_to = tuple(
            ShipTo(part, address.place, address.exempt)
            for part, address in zip(parts, request.ship_to, strict=True)
        )
        other = replace(request, ship_to=ship_to)
        cost = sum(line.amount for line in _lines(other, prices, version, list_price, day))
        if cost < total:
            cheaper.append(Cheaper(more, cost))
    return min(cheaper, key=lambda offer: (offer.total, offer.copies), default=None)


def _once(kind: LineKind, words: str, amount: int, why: str, place: str = "") -> QuoteLine:
    return QuoteLine(kind, words, 1, Fraction(amount), amount, why, place)


def _reached(copies: int, version: PriceVersion) -> int:
    return max(each.at_least for each in version.discounts if each.at_least <= copies)


def _begun(words: str) -> str:
    return words[0].upper() + words[1:]

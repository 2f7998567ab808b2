"""What of a title can be ordered by whoever asks, what it costs, and when it would be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from royalties.domain.orders.life import OrderKind, promised_date
from royalties.domain.orders.price_lists import Option, PriceList, PriceVersion
from royalties.domain.orders.pricing import Quote
from royalties.domain.terms.catalogue import Edition, Title
from royalties.services.books import Setup, setup_in_force
from royalties.services.orders.intake.creation import Requested, estimate
from royalties.services.orders.preconditions import price_list_for
from royalties.services.orders.quoting import terms
from royalties.services.work import RefusedError, Work


@dataclass(frozen=True, slots=True)
class Priced:
    """A price list with its terms of today; list prices by ISBN, in minor units of its currency."""

    prices: PriceList
    terms: PriceVersion
    listed: Mapping[str, Fraction]

    @property
    def currency(self) -> str:
        """In which the price list is."""
        return self.prices.currency

    def price_of(self, isbn: str) -> Fraction:
        """The list price of an edition; the first one's, where it is none of these."""
        return self.listed.get(isbn, next(iter(self.listed.values())))


@dataclass(frozen=True, slots=True)
class OrderableTitle:
    """A title that can be ordered: how, in which editions, and on what terms.

    Attributes:
        priced: by what its copies are priced; None: no price list covers it, so the publisher
            says the price.
    """

    title: Title
    kinds: tuple[OrderKind, ...]
    editions: tuple[Edition, ...]
    priced: Priced | None

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be had on a custom edition; all of it, where no price list says."""
        return tuple(self.priced.terms.options if self.priced else Option)


class Break(NamedTuple):
    """From so many copies on, one costs so much, in minor units."""

    at_least: int
    discount: Fraction
    unit: Fraction


class Delivery(NamedTuple):
    """The earliest day of delivery, and the working days of its parts; no proof: 0."""

    day: date
    proof: int
    production: int
    shipping: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What copies would cost today, and when they would be there; nothing is promised.

    Attributes:
        late: whether they come after the day on which they are needed.
        rushed: the day of delivery with rush, where that is sooner.
    """

    quote: Quote
    breaks: tuple[Break, ...]
    delivery: Delivery
    late: bool
    rushed: date | None


def product_of(work: Work, key: str) -> OrderableTitle | None:
    """What is offered of a title, or None: it cannot be ordered by who asks."""
    return _product(work, setup_in_force(work), key)


def products(work: Work) -> list[OrderableTitle]:
    """Every title that can be ordered by who asks, in alphabetical order."""
    try:
        setup = setup_in_force(work)
    except RefusedError:
        return []
    titles = sorted(setup.titles.values(), key=lambda each: (each.title.casefold(), each.key))
    found = [_product(work, setup, each.key) for each in titles]
    return [each for each in found if each is not None]


def estimated(work: Work, offer: OrderableTitle, body: Requested) -> Estimate | None:
    """What a request would cost today, and when it would be delivered.

    Returns:
        None where the publisher says the price.

    Raises:
        RefusedError: it is not offered; says what is.
    """
    quote = estimate(work, body)
    if offer.priced is None or quote is None:
        return None
    version = offer.priced.terms
    price = offer.priced.price_of(body.isbn)
    delivery = _delivery(version, body.kind, work.today, rush=body.rush)
    rushed = _delivery(version, body.kind, work.today, rush=True).day
    return Estimate(
        quote,
        tuple(
            Break(each.at_least, each.discount, price * (1 - each.discount))
            for each in sorted(version.discounts, key=lambda each: each.at_least)
        ),
        delivery,
        body.need_by is not None and delivery.day > body.need_by,
        rushed if rushed < delivery.day else None,
    )


def _product(work: Work, setup: Setup, key: str) -> OrderableTitle | None:
    kinds = tuple(kind for kind in OrderKind if _is_offered(work, setup, key, kind))
    title = setup.titles.get(key)
    if title is None or not kinds:
        return None
    priced = _priced(setup, title, work.today)
    editions = tuple(
        each for each in terms.printed(title) if priced is None or each.isbn in priced.listed
    )
    return OrderableTitle(title, kinds, editions, priced) if editions else None


def _priced(setup: Setup, title: Title, day: date) -> Priced | None:
    prices = price_list_for(setup, title.key)
    version = prices.on(day) if prices else None
    if prices is None or version is None or not terms.is_priced(setup, title, day):
        return None
    offered = terms.editions_offered(setup, title, day)
    return Priced(prices, version, {edition.isbn: price for edition, price in offered})


def _is_offered(work: Work, setup: Setup, key: str, kind: OrderKind) -> bool:
    try:
        terms.title_offered(work, setup, key, kind)
    except RefusedError:
        return False
    shown = setup.titles[key].shown
    return shown.bulk if kind is OrderKind.BULK else shown.custom


def _delivery(version: PriceVersion, kind: OrderKind, today: date, *, rush: bool) -> Delivery:
    lead_time = version.rush_lead_time if rush else version.lead_time
    day = promised_date(kind, lead_time, today=today, approved=None, started=None)
    proof = lead_time.proof if kind is OrderKind.CUSTOM else 0
    return Delivery(day, proof, lead_time.production, lead_time.shipping)

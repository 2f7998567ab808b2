"""What was agreed for an order: the quote that was accepted, and the price list it goes by."""

from dataclasses import dataclass, replace
from fractions import Fraction

from pydantic import TypeAdapter

from royalties.domain.money import MICRO, rounded, scale
from royalties.domain.orders.papers import Goods, Party, QuoteShown
from royalties.domain.orders.price_lists import PriceList, PriceVersion
from royalties.domain.orders.pricing import LineKind
from royalties.domain.terms.catalogue import Edition
from royalties.services.books import Setup
from royalties.services.orders.life import Order
from royalties.services.orders.quoting import terms
from royalties.services.work import RefusedError, Work
from royalties.store.orders import papers as store

_QUOTE = TypeAdapter(QuoteShown)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The accepted quote, and the price list as it stood on the quote's day."""

    quote: QuoteShown
    prices: PriceList
    version: PriceVersion
    list_price: int | None
    """Of the ordered edition on that day, in millionths; None where it has none."""

    @property
    def discount(self) -> int | None:
        """What was taken off the list price, in millionths of one."""
        copies = next(
            (line for line in self.quote.lines if line.kind == LineKind.COPIES.value), None
        )
        if copies is None or not self.list_price:
            return None
        return MICRO - rounded(Fraction(copies.unit) * MICRO * MICRO / self.list_price)

    @property
    def set_up(self) -> int:
        """The set-up charges, in minor units."""
        return sum(line.amount for line in self.quote.lines if line.kind == LineKind.SET_UP.value)


def agreed_of(work: Work, setup: Setup, order: Order) -> Agreed:
    """What was agreed for an order.

    Raises:
        RefusedError: no quote was accepted yet, or its price list is not in the setup any more.
    """
    versions = store.quotes_of(work.connection, order.id)
    row = next((each for each in versions if each.version == order.quote_version), None)
    if row is None:
        raise RefusedError(f"no quote of order {order.number} was accepted yet")
    quote = _QUOTE.validate_json(row.content)
    prices = setup.price_lists.get(quote.price_list)
    version = prices.on(quote.dated) if prices else None
    if prices is None or version is None:
        raise RefusedError(
            f"the setup has no price list {quote.price_list!r} for {quote.dated}, which order "
            f"{order.number} goes by: load it again"
        )
    edition = edition_of(setup, order.title, order.isbn)
    price = edition.price_on(quote.dated, quote.currency) if edition else None
    return Agreed(quote, prices, version, price)


def edition_of(setup: Setup, title: str, isbn: str) -> Edition | None:
    """An edition of a title."""
    found = setup.titles.get(title)
    editions = found.editions if found else ()
    return next((each for each in editions if each.isbn == isbn), None)


def micro_of(minor: int, currency: str) -> int:
    """Minor units in millionths of the currency's unit, as sales are kept."""
    return minor * (MICRO // scale(currency))


def party_of_order(setup: Setup, order: Order, agreed: Agreed) -> Party:
    """The organization as papers are addressed to it; as it was quoted, if it is there no more."""
    organization = setup.organizations.get(order.organization)
    if organization is None:
        return agreed.quote.organization
    return terms.party_of(organization, order.contact_name, order.contact_email)


def goods_of(setup: Setup, order: Order, quoted: Goods) -> Goods:
    """The edition that was made, once it has its own number."""
    own = edition_of(setup, order.title, order.own_isbn) if order.own_isbn else None
    return replace(quoted, isbn=own.isbn, format=own.format.value) if own else quoted

"""By which terms an order goes: before a quote is accepted, and as they were agreed then.

A title's price list, an edition's price, who an order is for, and where its copies may go.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from pydantic import TypeAdapter

from royalties.domain.money import MICRO, rounded, scale
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Address
from royalties.domain.orders.papers import Goods, Party, QuoteShown
from royalties.domain.orders.price_lists import PriceList, PriceVersion
from royalties.domain.orders.pricing import LineKind
from royalties.domain.terms.catalogue import Edition, Format, Title, is_offered
from royalties.domain.terms.organizations import Organization
from royalties.ingest import places
from royalties.ingest.places import country_name
from royalties.services.books import Setup
from royalties.services.orders.life import Order
from royalties.services.orders.preconditions import price_list_for
from royalties.services.work import RefusedError, Work
from royalties.store.orders import papers as store

PRINTED = (Format.HARDCOVER, Format.PAPERBACK)
"""Formats that are ordered in bulk, or that custom editions are made over."""


def price_list_of(setup: Setup, title: str) -> PriceList:
    """The price list of a title: the one that names it, else the one for all.

    Raises:
        RefusedError: there is none.
    """
    price_list = price_list_for(setup, title)
    if price_list is None:
        raise RefusedError(f"no price list is for the title {title!r}: enter one first")
    return price_list


def version_on(prices: PriceList, day: date) -> PriceVersion:
    """A price list's terms on a day.

    Raises:
        RefusedError: it begins only later.
    """
    version = prices.on(day)
    if version is None:
        raise RefusedError(f"the price list {prices.key!r} begins only after {day}")
    return version


def printed(title: Title) -> list[Edition]:
    """The editions of a title that can be ordered once they have a price."""
    return [edition for edition in title.editions if edition.format in PRINTED]


def is_priced(setup: Setup, title: Title, day: date) -> bool:
    """Whether a price list covers a title on a day; else the publisher says the price."""
    prices = price_list_for(setup, title.key)
    if prices is None or prices.on(day) is None or not is_offered(prices.retired, day):
        return False
    return bool(editions_offered(setup, title, day))


def lacking(setup: Setup, title: str, isbn: str, day: date) -> str:
    """Why no quote can be made for an edition on a day, in words; empty if one can."""
    known = setup.titles.get(title)
    if known is None:
        return f"there is no title {title!r} any more"
    try:
        _, prices, _ = edition_offered(setup, known, isbn, day)
        version_on(prices, day)
    except RefusedError as error:
        return str(error)
    return ""


def editions_offered(setup: Setup, title: Title, day: date) -> list[tuple[Edition, Fraction]]:
    """The editions of a title that can be ordered, each with its price in minor units."""
    currency = price_list_of(setup, title.key).currency
    offered = []
    for edition in printed(title):
        micro = edition.price_on(day, currency)
        if micro is not None and is_offered(edition.retired, day):
            offered.append((edition, Fraction(micro * scale(currency), MICRO)))
    return offered


def edition_offered(
    setup: Setup, title: Title, isbn: str, day: date
) -> tuple[Edition, PriceList, Fraction]:
    """An edition that can be ordered, the price list it goes by, and its list price.

    Raises:
        RefusedError: it cannot be ordered; says why.
    """
    prices = price_list_of(setup, title.key)
    if not is_offered(prices.retired, day):
        raise RefusedError("the price list is retired: bring it back, or enter another one")
    for edition, price in editions_offered(setup, title, day):
        if edition.isbn == isbn:
            return edition, prices, price
    require_printed(title, isbn)
    if any(each.isbn == isbn and not is_offered(each.retired, day) for each in title.editions):
        raise RefusedError(f"{isbn} is retired: bring it back, or choose another edition")
    raise RefusedError(f"{isbn} has no {prices.currency} price on {day}: add one to the title")


def require_printed(title: Title, isbn: str) -> None:
    """Refuse what is not among a title's printed editions.

    Raises:
        RefusedError: it is not.
    """
    if isbn not in {edition.isbn for edition in printed(title)}:
        raise RefusedError(f"{isbn} is no printed edition of this title: choose one from the list")


def title_offered(work: Work, setup: Setup, key: str, kind: OrderKind) -> Title:
    """A title that may be ordered this way; whoever is not of the staff sees only what is offered.

    Raises:
        RefusedError: it is not there, or not offered.
    """
    title = setup.titles.get(key)
    offered = False
    if title is not None and not is_offered(title.retired, work.today):
        title = None
    if title is not None:
        shown = title.shown
        offered = shown.bulk if kind is OrderKind.BULK else shown.custom
        offered = offered and (shown.public or bool(work.actor.organizations))
    if title is None or not (offered or work.actor.sees_all):
        raise RefusedError("this title cannot be ordered this way: choose another one")
    return title


def organization_of(setup: Setup, key: str) -> Organization:
    """An organization.

    Raises:
        RefusedError: there is none of this key.
    """
    if key not in setup.organizations:
        raise RefusedError(f"there is no organization {key!r}: add it to the setup")
    return setup.organizations[key]


def party_of(organization: Organization, contact: str = "", email: str = "") -> Party:
    """An organization as papers are addressed to it."""
    return Party(
        organization.name,
        address_lines(
            organization.address,
            organization.city,
            organization.region,
            organization.postcode,
            organization.country,
        ),
        contact,
        email or organization.email,
    )


def address_lines(
    lines: tuple[str, ...], city: str, region: str, postcode: str, country: str
) -> tuple[str, ...]:
    """An address as it is printed, line by line."""
    place = " ".join(part for part in (region, postcode) if part)
    town = ", ".join(part for part in (city, place) if part)
    return tuple(line for line in (*lines, town, country_name(country)) if line)


def placed(address: Address) -> Address:
    """An address with the codes of its country and its state or region.

    Raises:
        NotAPlaceError: one of them is not known or lacks where tax depends on it, or the postcode
            lies elsewhere; the message says what to write.
    """
    country = places.needed_country(address.country)
    region = places.needed_region(address.region, country) if address.region.strip() else ""
    if not region and country in places.NEEDS_REGION:
        raise places.NotAPlaceError("write the state, such as WA: sales tax depends on it")
    if wrong := places.contradiction(country, region, address.postcode):
        raise places.NotAPlaceError(wrong)
    return replace(address, country=country, region=region)


def require_places(addresses: Iterable[Address]) -> None:
    """Refuse addresses that are in the books with an unknown place.

    What they name matches no tax and no certificate.

    Raises:
        RefusedError: names the address, and what to do.
    """
    for number, address in enumerate(addresses, 1):
        country_known = places.is_country(address.country)
        if not country_known or (
            address.region and not places.is_region(address.region, address.country)
        ):
            raise RefusedError(
                f"address {number}: {address.place} is no place that is known, so tax and "
                f"certificates would not count. An administrator mends it with 'royalties "
                f"places --mend', or the order is cancelled and asked for anew"
            )


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
    """Minor units in millionths of the currency's unit, as sales are stored."""
    return minor * (MICRO // scale(currency))


def party_of_order(setup: Setup, order: Order, agreed: Agreed) -> Party:
    """The organization as papers are addressed to it; as it was quoted, if it is there no more."""
    organization = setup.organizations.get(order.organization)
    if organization is None:
        return agreed.quote.organization
    return party_of(organization, order.contact_name, order.contact_email)


def goods_of(setup: Setup, order: Order, quoted: Goods) -> Goods:
    """The edition that was made, once it has its own number."""
    own = edition_of(setup, order.title, order.own_isbn) if order.own_isbn else None
    return replace(quoted, isbn=own.isbn, format=own.format.value) if own else quoted

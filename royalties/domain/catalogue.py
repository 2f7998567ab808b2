"""Titles, their editions and the retailers that sell them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Format(StrEnum):
    """What an edition is made of."""

    HARDCOVER = "hardcover"
    PAPERBACK = "paperback"
    EBOOK = "ebook"
    AUDIOBOOK = "audiobook"
    CUSTOM = "custom"


class Channel(StrEnum):
    """The class of a retailer."""

    ONLINE = "online"
    BOOKSTORE = "bookstore"
    WHOLESALE = "wholesale"
    LIBRARY = "library"
    DIRECT = "direct"
    BULK = "bulk"
    CUSTOM = "custom"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Price:
    """A list price from a day on; ``micro`` is in millionths of the currency's unit."""

    currency: str
    micro: int
    starts: date


@dataclass(frozen=True, slots=True)
class Edition:
    """One ISBN of a title. ``unit_cost`` is per copy, in the publisher's currency."""

    isbn: str
    format: Format
    prices: tuple[Price, ...] = ()
    unit_cost: Fraction = Fraction(0)
    identifiers: tuple[tuple[str, str], ...] = ()

    def price_on(self, day: date, currency: str) -> int | None:
        """The list price in millionths with the latest start not after the day, if any."""
        known = [p for p in self.prices if p.currency == currency and p.starts <= day]
        return max(known, key=lambda p: p.starts).micro if known else None


@dataclass(frozen=True, slots=True)
class Title:
    """A work. ``royalties`` is false where it earns nothing by agreement."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    published: date | None = None
    royalties: bool = True
    editions: tuple[Edition, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Retailer:
    """Who sold; place is where its sales count when a report has no address."""

    key: str
    name: str
    channel: Channel
    country: str | None = None
    region: str | None = None
    city: str | None = None

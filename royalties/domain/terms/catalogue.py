"""Titles, their editions and the retailers that sell them."""

from collections.abc import Iterable
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


INTERNAL = "2"
"""First digit of a house's own 13-digit number, which a custom edition may have for an ISBN."""


def is_offered(retired: date | None, day: date) -> bool:
    """Whether an entry that was retired on a day, or never, is still offered on another."""
    return retired is None or day < retired


def marked(number: str) -> str:
    """An edition's number as pages show it: a house's own is no ISBN, and says so."""
    return f"No. {number}" if number.startswith(INTERNAL) else number


def numbers_heading(numbers: Iterable[str]) -> str:
    """What a list of editions' numbers is called: a house's own is no ISBN."""
    return "ISBN or number" if any(each.startswith(INTERNAL) for each in numbers) else "ISBN"


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
    retired: date | None = None

    def price_on(self, day: date, currency: str) -> int | None:
        """The list price in millionths with the latest start not after the day, if any."""
        known = [p for p in self.prices if p.currency == currency and p.starts <= day]
        return max(known, key=lambda p: p.starts).micro if known else None

    def price_of_sale(self, day: str, currency: str) -> int | None:
        """The same on the day of a sale, which is stored as text such as 2026-04-03."""
        return self.price_on(date.fromisoformat(day), currency)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; ``sample`` is a link, or the name of an uploaded PDF, or empty."""

    title: str
    authors: tuple[str, ...] = ()
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """A prize, when it was given and by whom, as far as that is known."""

    name: str
    year: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class WhereToBuy:
    """A retailer that readers are sent to, by a link or by name."""

    retailer: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page elsewhere."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class PublicTitle:
    """What everybody may see of a title, if it is public; no figure depends on it.

    ``bulk`` and ``custom`` say what organizations may ask for, ``giving`` whether it is told
    what its royalties gave.
    """

    public: bool = False
    subtitle: str = ""
    description: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    awards: tuple[Award, ...] = ()
    sold_by: tuple[WhereToBuy, ...] = ()
    links: tuple[Link, ...] = ()
    bulk: bool = False
    custom: bool = False
    giving: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """A work. ``royalties`` is false where it earns nothing by agreement."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    published: date | None = None
    royalties: bool = True
    editions: tuple[Edition, ...] = field(default=())
    shown: PublicTitle = field(default=PublicTitle())
    retired: date | None = None

    @property
    def heading(self) -> str:
        """The title without the subtitle that it may end with."""
        ending = f": {self.shown.subtitle}"
        return self.title.removesuffix(ending) if self.shown.subtitle else self.title


@dataclass(frozen=True, slots=True)
class Retailer:
    """Who sold; place is where its sales count when a report has no address.

    ``reports`` names the reports that are its own, whoever they are of elsewhere.
    """

    key: str
    name: str
    channel: Channel
    country: str | None = None
    region: str | None = None
    city: str | None = None
    reports: tuple[str, ...] = ()
    retired: date | None = None

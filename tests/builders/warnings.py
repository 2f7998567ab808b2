"""Terms to warn of, and what the warnings say."""

from collections.abc import Sequence
from fractions import Fraction

from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.royalties.warnings import SoldKind, Terms, terms_warnings
from royalties.domain.sales.slices import Place
from royalties.domain.terms.catalogue import Edition, Format, Retailer, Title
from royalties.domain.terms.contracts import Contract, ExchangeRate
from royalties.domain.terms.plans import Plan
from tests.builders.domain import CHANNELS, ISBN, a_beneficiary, a_contract, a_plan, remainder, to

EBOOK = "9781442200029"
SEATTLE = Place("US", "WA", "Seattle")
FIRST = parse_period("2025-H1", Calendar.HALF_YEARLY)
REST = remainder(to("author"))


def a_title(*editions: Edition, key: str = "book") -> Title:
    return Title(key, key.title(), editions=editions or (Edition(ISBN, Format.HARDCOVER),))


def a_kind(
    isbn: str = ISBN,
    retailer: str = "amazon",
    currency: str = "USD",
    place: Place = SEATTLE,
    *,
    priced: bool = True,
) -> SoldKind:
    return SoldKind(isbn, retailer, currency, place, priced, 3)


def some_terms(
    *contracts: Contract,
    plans: Sequence[Plan] = (),
    titles: Sequence[Title] = (),
    names: Sequence[str] = ("author",),
    rates: Sequence[ExchangeRate] = (),
    sold: Sequence[SoldKind] = (),
    currency: str = "USD",
    open_period: Period = FIRST,
) -> Terms:
    return Terms(
        currency,
        FIRST,
        open_period,
        {each.key: each for each in titles or [a_title()]},
        {key: Retailer(key, key, channel) for key, channel in CHANNELS.items()},
        {each.key: each for each in contracts or [a_contract()]},
        {name: a_beneficiary(name) for name in names},
        {each.key: each for each in plans or [a_plan()]},
        rates,
        sold,
    )


def warned(terms: Terms) -> list[tuple[str, str]]:
    return [(each.code, str(each)) for each in terms_warnings(terms)]


def only(terms: Terms) -> tuple[str, str, str]:
    """The one warning about terms: its code, path and words."""
    (found,) = terms_warnings(terms)
    return found.code, found.path, str(found)


def a_rate(source: str, target: str, period: str = "2025-H1") -> ExchangeRate:
    return ExchangeRate(period, source, target, Fraction(5, 4))

"""What warnings about terms are derived from, and what one says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from royalties.domain.periods import Period
from royalties.domain.royalties.earning import Atom
from royalties.domain.sales.slices import Place
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.catalogue import Channel, Edition, Retailer, Title
from royalties.domain.terms.contracts import Contract, ExchangeRate, Words
from royalties.domain.terms.plans import Plan
from royalties.domain.terms.wording import any_of


class SoldKind(NamedTuple):
    """Recorded sales and returns of all periods that plans and rules treat alike; how many lines.

    ``place`` has only the words that some step or rule names; ``priced`` says whether the reports
    of these lines had a list price, ``is_usage`` whether they are subscriptions and loans.
    """

    isbn: str
    retailer: str
    currency: str
    place: Place
    priced: bool
    lines: int
    is_usage: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """The setup, and what is known of sales.

    Attributes:
        currency: the publisher's.
        first_period: of the books; ``open_period`` is the earliest that is not closed.
        sold: kinds of all recorded sales; empty while there are none, or where nobody asked.
    """

    currency: str
    first_period: Period
    open_period: Period
    titles: Mapping[str, Title]
    retailers: Mapping[str, Retailer]
    contracts: Mapping[str, Contract]
    beneficiaries: Mapping[str, Beneficiary]
    plans: Mapping[str, Plan]
    exchange_rates: Sequence[ExchangeRate] = ()
    sold: Sequence[SoldKind] = field(default=())


@dataclass(frozen=True, slots=True)
class TermsWarning:
    """Something that terms say and that never counts, or is perhaps not meant.

    Attributes:
        code: of its kind, such as ``rule-behind-others``.
        part: of the setup, such as ``contracts``; ``key`` of the entry.
        path: within the entry, such as ``rules[2].name``; a plan's versions go by their first
            day, ``versions[2025-07-01].steps[0].when``.
        where: the place in words, such as ``contract "foot-2015", rule "Hardcover"``.
        message: what is the matter and what to do, to be read after ``where`` or beside the field.
    """

    code: str
    part: str
    key: str
    path: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class TermsInForce:
    """Terms, with what several checks ask of them; each is made when it is first asked."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """Of retailers, by key."""
        return {key: each.channel for key, each in self.terms.retailers.items()}

    @cached_property
    def of_isbn(self) -> dict[str, tuple[str, Edition]]:
        """Title and edition by ISBN."""
        return {
            edition.isbn: (title.key, edition)
            for title in self.terms.titles.values()
            for edition in title.editions
        }

    @cached_property
    def by_title(self) -> dict[str, list[SoldKind]]:
        """Recorded sales by title."""
        sold_by_title: dict[str, list[SoldKind]] = {}
        for kind in self.terms.sold:
            if kind.isbn in self.of_isbn:
                sold_by_title.setdefault(self.of_isbn[kind.isbn][0], []).append(kind)
        return sold_by_title

    @cached_property
    def followers(self) -> dict[str, list[Contract]]:
        """Contracts by their plan."""
        contracts_by_plan: dict[str, list[Contract]] = {}
        for _, contract in sorted(self.terms.contracts.items()):
            contracts_by_plan.setdefault(contract.plan, []).append(contract)
        return contracts_by_plan

    def editions(self, contract: Contract) -> list[Edition]:
        """Of all titles of a contract."""
        titles = self.terms.titles
        return [each for key in contract.titles if key in titles for each in titles[key].editions]

    def sold(self, contract: Contract) -> list[SoldKind]:
        """Recorded sales of a contract's titles."""
        return [kind for key in contract.titles for kind in self.by_title.get(key, ())]

    def atom(self, kind: SoldKind) -> Atom:
        """A kind of sales as a plan's conditions see it."""
        edition = self.of_isbn[kind.isbn][1]
        channel = self.channels.get(kind.retailer)
        return Atom(edition.format, channel, kind.retailer, kind.place)


def a_format(formats: Words) -> str:
    """``an audiobook``, ``a hardcover or paperback``."""
    words = any_of(formats)
    return f"an {words}" if words[:1] in "aeiou" else f"a {words}"


def without_retailer(required: Words, retailers: Words, channels: Mapping[str, Channel]) -> str:
    """Why no retailer meets a condition on channels, beside one on retailers; empty: some do."""
    if required is None or not channels:
        return ""
    if required.isdisjoint(channels.values()):
        return f"no retailer has the channel {any_of(required)}"
    theirs = frozenset(channels[key] for key in retailers or () if key in channels)
    if theirs and not theirs & required:
        return f"{any_of(retailers)} has the channel {any_of(theirs)}, not {any_of(required)}"
    return ""

"""The setup in force, as domain values, and what a run or a report is read against."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any, cast

from royalties.domain.orders.pricing import PriceList
from royalties.domain.payments.banks import Bank
from royalties.domain.people import Verb
from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.royalties.carrying import LeftBefore
from royalties.domain.royalties.days import contract_change_days
from royalties.domain.royalties.earning import SoldEdition
from royalties.domain.royalties.exchange import Rates
from royalties.domain.royalties.inputs import Books
from royalties.domain.royalties.run import in_force
from royalties.domain.terms.beneficiaries import Beneficiary, Letterhead, Publisher
from royalties.domain.terms.catalogue import Retailer, Title
from royalties.domain.terms.contracts import Contract, ExchangeRate, Income
from royalties.domain.terms.discounts import discount_limits
from royalties.domain.terms.organizations import Organization
from royalties.domain.terms.payment_details import PaymentDetails
from royalties.domain.terms.plans import Plan, steps_of
from royalties.ingest import setup as setup_file
from royalties.ingest.report.catalogue import Catalogue, KnownEdition
from royalties.ingest.report.reading import KnownRetailer, ReferenceData
from royalties.services.cache import Made, cached, extent_of
from royalties.services.work import RefusedError, Work
from royalties.store.history import Revision, newest_revision, revisions_in_force
from royalties.store.payments.taxed import CameBack, came_back_in
from royalties.store.periods import carrying, periods, runs
from royalties.store.periods.closing import last_change
from royalties.store.sales.cached_slices import period_blocks
from royalties.store.sales.recorded_orders import recorded_orders
from royalties.store.sales.remembered import answers_in_force
from royalties.store.sales.slices import Distinctions, LineKeys, by_day
from royalties.store.terms import aliases, catalogue

LAST_CLOSED = "last closed"
"""What read-only work asks once under this name: the ordinal of the latest closed period."""

NEWEST_REVISION = "newest revision"
"""The same of the number of the setup's newest revision."""

LAST_CHANGE = "last change"
"""The same of the log's newest line that may change a figure."""

CHANGES_NO_FIGURE = frozenset(
    verb.value
    for verb in (
        Verb.SIGN_IN,
        Verb.KEEP_ACCOUNT,
        Verb.PREPARE,
        Verb.EXPLAIN_VARIANCE,
        Verb.ISSUE,
        Verb.SEND,
        Verb.AUDIT,
        Verb.MANAGE_PEOPLE,
        Verb.INVITE_COLLEAGUE,
    )
)
"""Verbs after which a draft is the same as before; every other one makes it stale."""

_KEPT_LEFT = 3
"""Of so many periods it is remembered what the ones before them left."""


class EmptyBooksError(RefusedError):
    """There is no house yet, so there is nothing to read or to work with."""

    def __init__(self) -> None:
        super().__init__("the books are empty: the house has to be set up first")


@dataclass(frozen=True, slots=True)
class Setup:
    """All setup entries as domain values; ``revisions`` says which were used."""

    publisher: Publisher
    titles: Mapping[str, Title]
    retailers: Mapping[str, Retailer]
    contracts: Mapping[str, Contract]
    beneficiaries: Mapping[str, Beneficiary]
    plans: Mapping[str, Plan]
    exchange_rates: tuple[ExchangeRate, ...]
    income: tuple[Income, ...]
    mappings: tuple[dict[str, Any], ...]
    revisions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    price_lists: Mapping[str, PriceList] = field(default_factory=dict)
    payment_details: Mapping[str, PaymentDetails] = field(default_factory=dict)
    letterheads: tuple[Letterhead, ...] = ()
    banks: Mapping[str, Bank] = field(default_factory=dict)

    def publisher_on(self, day: date) -> Publisher:
        """The publisher with the name and address that papers of a day print."""
        in_force = [each for each in self.letterheads if each.starts <= day]
        if not in_force:
            return self.publisher
        return replace(self.publisher, name=in_force[-1].name, address=in_force[-1].address)

    @property
    def calendar(self) -> Calendar:
        """The publisher's calendar."""
        return Calendar(self.publisher.calendar)

    @property
    def first_period(self) -> Period:
        """The books' first period."""
        return parse_period(self.publisher.first_period, self.calendar)

    def period(self, text: str) -> Period:
        """Read a period of the publisher's calendar.

        Raises:
            RefusedError: it lies before the books' first period.
        """
        period = parse_period(text, self.calendar)
        if period < self.first_period:
            raise RefusedError(
                f"{period} lies before the books' first period {self.first_period}: sales of "
                f"that time count in the first open period"
            )
        return period


def setup_in_force(work: Work) -> Setup:
    """The newest revision of every setup entry.

    Revisions are never changed, so read-only work remembers the values that the newest one
    stands for. Work that writes uses them as well; what it adds itself may be taken back, so it
    makes values of its own of that, and remembers nothing.

    Raises:
        EmptyBooksError: there is no house yet.
    """
    if work.memory is None and work.seen:
        known = work.seen.get("setup", {}).get(newest_revision(work.connection))
        if isinstance(known, Setup):
            return known
    return of_setup(work, "setup", lambda: setup_of(revisions_in_force(work.connection)))


def of_setup(work: Work, name: str, make: Callable[[], Made]) -> Made:
    """What follows from the setup in force; read-only work remembers it while that stands."""
    if work.memory is None:
        return make()
    newest = work.once(NEWEST_REVISION, lambda: newest_revision(work.connection))
    return cached(work, name, newest, make)


def last_change_of_figures(work: Work) -> int:
    """The log's newest line that may change a figure; work asks for it once."""
    return work.once(LAST_CHANGE, lambda: last_change(work.connection, CHANGES_NO_FIGURE))


def setup_of(revisions: Iterable[Revision]) -> Setup:
    """Make domain values of setup entries."""
    bodies: dict[str, dict[str, Any]] = {kind: {} for kind in setup_file.KINDS}
    used = {}
    for revision in revisions:
        bodies[revision.kind][revision.key] = revision.body
        used[revision.kind, revision.key] = revision.id
    if "publisher" not in bodies["publisher"]:
        raise EmptyBooksError
    publisher = setup_file.publisher_of(bodies["publisher"]["publisher"])
    contracts = {key: setup_file.contract_of(body) for key, body in bodies["contracts"].items()}
    return Setup(
        publisher,
        {key: setup_file.title_of(body) for key, body in bodies["titles"].items()},
        {key: setup_file.retailer_of(body) for key, body in bodies["retailers"].items()},
        contracts,
        {
            key: setup_file.beneficiary_of(body, publisher.currency)
            for key, body in bodies["beneficiaries"].items()
        },
        {key: setup_file.plan_of(body) for key, body in bodies["plans"].items()},
        tuple(setup_file.exchange_rate_of(body) for body in bodies["exchange_rates"].values()),
        tuple(
            setup_file.income_of(body, contracts[body["contract"]].currency)
            for body in bodies["income"].values()
        ),
        tuple(setup_file.mapping_of(body) for body in bodies["reports"].values()),
        used,
        {key: setup_file.organization_of(body) for key, body in bodies["organizations"].items()},
        {key: setup_file.price_list_of(body) for key, body in bodies["price_lists"].items()},
        {
            key: setup_file.payment_details_of(body)
            for key, body in bodies["payment_details"].items()
        },
        letterheads=setup_file.letterheads_of(bodies["publisher"]["publisher"]),
        banks={key: setup_file.bank_of(body) for key, body in bodies["banks"].items()},
    )


def last_closed_in(work: Work) -> int | None:
    """The ordinal of the latest closed period; None: none is closed."""
    return work.once(LAST_CLOSED, lambda: periods.last_closed(work.connection))


def open_period_of(work: Work, setup: Setup) -> Period:
    """The earliest period that is not closed."""
    last, first = last_closed_in(work), setup.first_period
    return first if last is None else first.shift(last + 1 - first.ordinal)


def require_next(work: Work, setup: Setup, period: Period) -> None:
    """Periods run and close in order.

    Raises:
        RefusedError: the period is closed already, or an earlier one is still open.
    """
    open_period = open_period_of(work, setup)
    if period < open_period:
        raise RefusedError(
            f"{period} is closed and is not changed any more: corrections go into {open_period}"
        )
    if period > open_period:
        raise RefusedError(
            f"{open_period} is still open, and periods run and close in order: "
            f"close {open_period} first"
        )


def books_of(work: Work, setup: Setup, period: Period) -> Books:
    """Everything a run of a period reads."""
    contracts = in_force(list(setup.contracts.values()), period)
    sold = sold_of(setup)
    plans = [setup.plans[contract.plan] for contract in contracts]
    asked = distinctions_of(contracts, plans, sold, period)
    names = of_setup(work, "numbers", lambda: names_of(work))
    imports = extent_of(work, (period.ordinal,)).imports
    blocks = by_day(
        work.connection,
        period.ordinal,
        asked,
        names,
        period_blocks(work.connection, period.ordinal, asked, names, imports),
    )
    left = left_before(work, period)
    back = what_came_back(work, period)
    return Books(
        period=period,
        first_period=setup.first_period,
        currency=setup.publisher.currency,
        sold=sold,
        channels={key: retailer.channel for key, retailer in setup.retailers.items()},
        contracts=contracts,
        plans=setup.plans,
        beneficiaries=setup.beneficiaries,
        rates=rates_of(work, setup, period, {each.like.reverses for each in blocks} - {None}),
        income=[entry for entry in setup.income if entry.period == str(period)],
        blocks=blocks,
        states=left.states,
        balances={
            **left.balances,
            **{key: left.balances.get(key, 0) + back.amounts[key] for key in back.amounts},
        },
        withheld_before=left.withheld,
        taxed_before=back.taxed,
    )


def came_back(period: Period) -> str:
    """Under which name read-only work knows what came back of payments in a period."""
    return f"came back in {period}"


def what_came_back(work: Work, period: Period) -> CameBack:
    """What came back of payments while a period was open, and what is taxed of its balances."""
    return work.once(came_back(period), lambda: came_back_in(work.connection, period.ordinal))


def rates_of(
    work: Work, setup: Setup, period: Period, reversed_periods: Iterable[int | None]
) -> Rates:
    """A period's rates of exchange, and those used by closed runs whose sales it takes back."""
    closed = (period.shift(each - period.ordinal) for each in reversed_periods if each)
    used = {each.ordinal: _rates_used(work, each) for each in closed}
    return Rates(period, _rates_in(setup.exchange_rates, period), used)


def _rates_used(work: Work, period: Period) -> dict[tuple[str, str], Fraction]:
    """The rates of exchange of a closed period, as they stood when it was closed."""

    def read() -> dict[tuple[str, str], Fraction]:
        closed = runs.find_closing(work.connection, period.ordinal)
        if closed is None:
            return {}
        return _rates_in(setup_used_by(work, closed.revision).exchange_rates, period)

    return cached(work, "rates used", period, read, most=8)


def _rates_in(rates: Iterable[ExchangeRate], period: Period) -> dict[tuple[str, str], Fraction]:
    return {(rate.source, rate.target): rate.rate for rate in rates if rate.period == str(period)}


def names_of(work: Work) -> LineKeys:
    """ISBNs by edition number, and keys by retailer number."""
    retailers = catalogue.retailer_ids(work.connection)
    return LineKeys(catalogue.isbns(work.connection), {id_: key for key, id_ in retailers.items()})


def left_before(work: Work, period: Period) -> LeftBefore:
    """What the closed periods before one left of contracts and beneficiaries, for ever."""
    return cached(
        work,
        "closed before",
        period,
        lambda: carrying.left_before(work.connection, period),
        most=_KEPT_LEFT,
    )


def distinctions_in(setup: Setup, period: Period) -> Distinctions:
    """What the rules and plans in force distinguish in a period."""
    contracts = in_force(list(setup.contracts.values()), period)
    plans = [setup.plans[contract.plan] for contract in contracts]
    return distinctions_of(contracts, plans, sold_of(setup), period)


def sold_of(setup: Setup) -> dict[str, SoldEdition]:
    """What the calculation needs to know of every edition, by ISBN."""
    return {
        edition.isbn: SoldEdition(
            edition.isbn,
            title.key,
            edition.format,
            title.published,
            title.royalties,
            edition.unit_cost,
        )
        for title in setup.titles.values()
        for edition in title.editions
    }


def distinctions_of(
    contracts: Sequence[Contract],
    plans: Iterable[Plan],
    sold: Mapping[str, SoldEdition],
    period: Period,
) -> Distinctions:
    """What rules, plans and ends distinguish beyond edition, retailer, kind and currency."""
    steps = [
        step for plan in plans for version in plan.versions for step in steps_of(version.steps)
    ]
    whens = [step.when for step in steps if step.when is not None]
    countries = {c for contract in contracts for r in contract.rules for c in r.countries or ()}
    return Distinctions(
        discount_limits(contracts),
        _editions_by_discount(contracts, sold),
        countries | {word for when in whens for word in when.countries or ()},
        {word for when in whens for word in when.regions or ()},
        {word for when in whens for word in when.cities or ()},
        {word for when in whens for word in when.orders or ()},
        _dated(contracts, sold, period),
    )


def _dated(
    contracts: Iterable[Contract], sold: Mapping[str, SoldEdition], period: Period
) -> tuple[tuple[tuple[str, ...], tuple[date, ...]], ...]:
    """Editions whose contracts end, by the days on which these begin and end."""
    ending = {title for each in contracts if each.last_day for title in each.titles}
    if not ending:
        return ()
    listed: dict[str, list[Contract]] = {}
    for contract in contracts:
        for title in ending.intersection(contract.titles):
            listed.setdefault(title, []).append(contract)
    days_of = {title: contract_change_days(of_title, period) for title, of_title in listed.items()}
    isbns_by_days: dict[tuple[date, ...], list[str]] = {}
    for isbn, edition in sorted(sold.items()):
        if days := days_of.get(edition.title):
            isbns_by_days.setdefault(days, []).append(isbn)
    return tuple((tuple(isbns), days) for days, isbns in sorted(isbns_by_days.items()))


def _editions_by_discount(
    contracts: Iterable[Contract], sold: Mapping[str, SoldEdition]
) -> frozenset[str]:
    """Editions on which some rule looks at the discount."""
    formats_of: dict[str, set[str] | None] = {}
    for contract in contracts:
        for rule in contract.rules:
            if rule.discount is None:
                continue
            for title in contract.titles:
                known = formats_of.setdefault(title, set())
                if rule.formats is None:
                    formats_of[title] = None
                elif known is not None:
                    known.update(rule.formats)
    return frozenset(
        isbn
        for isbn, edition in sold.items()
        if edition.title in formats_of
        and ((formats := formats_of[edition.title]) is None or edition.format in formats)
    )


def known_of(work: Work, setup: Setup) -> ReferenceData:
    """What the rows of a report are matched against."""
    editions, by_hand = _editions_of(work, setup)
    numbers = catalogue.retailer_ids(work.connection)
    retailers = {
        key: KnownRetailer(
            numbers[key],
            key,
            retailer.name,
            retailer.country or "",
            retailer.region or "",
            retailer.city or "",
            retailer.reports,
        )
        for key, retailer in setup.retailers.items()
    }
    return ReferenceData(
        editions,
        retailers,
        work.today,
        setup.first_period.starts.isoformat(),
        partial(recorded_orders, work.connection),
        answers_in_force(work.connection),
        _named_cities(setup),
        by_hand,
    )


def _editions_of(work: Work, setup: Setup) -> tuple[Catalogue, frozenset[str]]:
    """The catalogue's editions by all their names, and the names that were given by hand.

    It is the same as long as neither the setup nor an alias changes, and large: read-only work
    remembers it, so that the preview of a few rows looks up those rows alone.
    """
    state = (newest_revision(work.connection), aliases.newest_change(work.connection))
    if work.memory is None and (known := work.seen.get("catalogue", {}).get(state)):
        return cast("tuple[Catalogue, frozenset[str]]", known)
    return cached(work, "catalogue", state, lambda: _load_editions(work, setup))


def _load_editions(work: Work, setup: Setup) -> tuple[Catalogue, frozenset[str]]:
    by_isbn = {
        edition.isbn: (title, edition)
        for title in setup.titles.values()
        for edition in title.editions
    }
    editions, by_number = Catalogue(), {}
    for row in catalogue.edition_rows(work.connection):
        title, edition = by_isbn[row.isbn]
        known = KnownEdition(row.id, row.isbn, title.title, title.published, edition.prices)
        by_number[row.id] = editions[row.isbn] = known
    for value, number in catalogue.identifiers(work.connection).items():
        editions[value] = by_number[number]
    return editions, frozenset(catalogue.aliases(work.connection))


def _named_cities(setup: Setup) -> tuple[str, ...]:
    """Cities that plans and retailers name: as they are written there they are recorded."""
    steps = [
        step
        for plan in setup.plans.values()
        for version in plan.versions
        for step in steps_of(version.steps)
    ]
    asked = {city for step in steps if step.when is not None for city in step.when.cities or ()}
    own = {retailer.city for retailer in setup.retailers.values() if retailer.city}
    return (*sorted(asked), *sorted(own - asked))


def setup_used_by(work: Work, revision: int) -> Setup:
    """The setup as it stood when a run was closed, for explaining and checking it."""
    everything = revisions_in_force(work.connection, up_to=revision)
    return setup_of(everything)

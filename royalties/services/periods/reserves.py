"""What is held against returns, by the period that releases it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.inputs import HeldReserve
from royalties.domain.terms.contracts import Contract
from royalties.domain.terms.plans import beneficiaries_of
from royalties.services.books import Setup, left_before, open_period_of, setup_in_force
from royalties.services.names import Names, names_of
from royalties.services.work import Work


@dataclass(frozen=True, slots=True)
class OpenReserve:
    """What a period withheld of a contract and none has released; minor units.

    Attributes:
        release: the period that releases it by the terms in force, the open one at the earliest.
        release_day: that period's last day.
        withheld_in: the period that withheld it, which may lie before the books.
        beneficiaries: whom the contract's plan names on that day.
    """

    release: str
    release_day: date
    withheld_in: str
    withheld_day: date
    contract: str
    name: str
    beneficiaries: tuple[str, ...]
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class ReleaseTotal:
    """All that one period releases in one currency; minor units.

    ``contracts`` counts those it is of.
    """

    release: str
    release_day: date
    currency: str
    amount: int
    contracts: int


@dataclass(frozen=True, slots=True)
class ReservesQuery:
    """Which reserves are shown; what is empty asks for all.

    Attributes:
        currency: in this one.
        release: that this period releases.
        name: of contracts or beneficiaries whose names contain this.
    """

    currency: str = ""
    release: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class OpenReserves:
    """Reserves in order of their release, the largest first, and what they come to.

    Attributes:
        totals: by release and currency.
        sums: by currency, the house's first.
        currencies: of all that is held, and ``releases`` all periods that release something.
    """

    rows: tuple[OpenReserve, ...]
    totals: tuple[ReleaseTotal, ...]
    sums: tuple[tuple[str, int], ...]
    currencies: tuple[str, ...]
    releases: tuple[str, ...]


def open_reserves(work: Work, query: ReservesQuery) -> OpenReserves:
    """What is held against returns after the last close, each part with its release."""
    work.actor.require(Verb.READ)
    setup, names = setup_in_force(work), names_of(work)
    period = open_period_of(work, setup)
    held = [
        _open_reserve(setup, names, period, setup.contracts[key], part)
        for key, state in left_before(work, period).states.items()
        if key in setup.contracts
        for part in state.held
    ]
    held.sort(
        key=lambda reserve: (
            reserve.release_day,
            -reserve.amount,
            reserve.name,
            reserve.withheld_day,
        )
    )
    house = setup.publisher.currency
    rows = tuple(reserve for reserve in held if _fits(reserve, query))
    return OpenReserves(
        rows,
        _totals(rows, house),
        tuple(_sums(rows, house)),
        tuple(currency for currency, _ in _sums(held, house)),
        tuple(dict.fromkeys(reserve.release for reserve in held)),
    )


def _open_reserve(
    setup: Setup, names: Names, period: Period, contract: Contract, held: HeldReserve
) -> OpenReserve:
    hold = contract.reserve.hold_periods if contract.reserve else 0
    due = held.period + hold if held.release is None else held.release
    release = period.shift(max(due - period.ordinal, 0))
    withheld_in = period.shift(held.period - period.ordinal)
    version = setup.plans[contract.plan].on(release.ends)
    return OpenReserve(
        str(release),
        release.ends,
        str(withheld_in),
        withheld_in.ends,
        contract.key,
        names.of("contracts", contract.key),
        tuple(names.of("beneficiaries", key) for key in _named(beneficiaries_of(version.steps)))
        if version
        else (),
        contract.currency,
        held.amount,
    )


def _named(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _fits(reserve: OpenReserve, query: ReservesQuery) -> bool:
    called = " ".join((reserve.name, *reserve.beneficiaries)).casefold()
    return (
        query.currency in ("", reserve.currency)
        and query.release in ("", reserve.release)
        and query.name.casefold() in called
    )


def _totals(rows: Sequence[OpenReserve], house: str) -> tuple[ReleaseTotal, ...]:
    by_release: dict[tuple[date, str, str], list[OpenReserve]] = {}
    for reserve in rows:
        by_release.setdefault((reserve.release_day, reserve.release, reserve.currency), []).append(
            reserve
        )
    totals = [
        ReleaseTotal(
            release,
            day,
            currency,
            sum(reserve.amount for reserve in of),
            len({reserve.contract for reserve in of}),
        )
        for (day, release, currency), of in by_release.items()
    ]
    totals.sort(key=lambda total: (total.release_day, total.currency != house, total.currency))
    return tuple(totals)


def _sums(rows: Iterable[OpenReserve], house: str) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for each in rows:
        sums[each.currency] = sums.get(each.currency, 0) + each.amount
    return sorted(sums.items(), key=lambda each: (each[0] != house, each[0]))

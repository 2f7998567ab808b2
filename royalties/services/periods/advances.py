"""Advances: what was paid ahead, what is earned back, and what is still to earn over time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.postings import advances_account
from royalties.domain.royalties.run import recoup
from royalties.domain.terms.contracts import Contract
from royalties.services.books import (
    last_closed_in,
    left_before,
    open_period_of,
    setup_in_force,
)
from royalties.services.cache import cached
from royalties.services.names import names_of
from royalties.services.work import Work
from royalties.store.periods import accounts as store

_PERIODS = 6
"""So many closed periods are shown."""


class WhichAdvances(StrEnum):
    """Which contracts are listed."""

    ALL = "all"
    UNEARNED = "unearned"
    EARNED = "earned"


@dataclass(frozen=True, slots=True)
class AdvancesQuery:
    """Which contracts with advances are shown; what is empty asks for all.

    Attributes:
        currency: in this one.
        name: whose names contain this.
    """

    which: WhichAdvances = WhichAdvances.ALL
    currency: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContractAdvances:
    """The advances of a contract after the last close, or of all in a currency; minor units.

    Attributes:
        paid_on: the days on which they were paid, as far as they count by the open period's end.
        paid: what those come to.
        recouped: what of them is earned back, before the books and in closed periods.
        later: what was paid that counts only from a later period.
        unearned: what was still to earn at the end of each period shown.
    """

    contract: str
    name: str
    currency: str
    paid_on: tuple[date, ...]
    paid: int
    recouped: int
    later: int
    unearned: tuple[int, ...]

    @property
    def outstanding(self) -> int:
        """Still to earn."""
        return self.paid - self.recouped

    @property
    def share(self) -> Fraction | None:
        """How much of what was paid is earned back; None: nothing was paid."""
        return Fraction(self.recouped, self.paid) if self.paid else None


@dataclass(frozen=True, slots=True)
class AdvancesList:
    """Contracts with advances, the most to earn first, and what they come to by currency.

    ``columns`` are the last closed periods, the earliest first.
    """

    columns: tuple[str, ...]
    rows: tuple[ContractAdvances, ...]
    totals: tuple[ContractAdvances, ...]
    currencies: tuple[str, ...]


def advances(work: Work, query: AdvancesQuery) -> AdvancesList:
    """Every contract with advances: paid, earned back, and still to earn."""
    work.actor.require(Verb.READ)
    setup, names = setup_in_force(work), names_of(work)
    period = open_period_of(work, setup)
    there = period.ordinal - setup.first_period.ordinal
    columns = [period.shift(-back) for back in range(min(_PERIODS, there), 0, -1)]
    stood = _balances(work, columns)
    states = left_before(work, period).states
    by_contract = [
        _advances_of(
            contract,
            names.of("contracts", contract.key),
            states[contract.key].recouped if contract.key in states else 0,
            period,
            [stood[contract.key, contract.currency].get(column.ordinal, 0) for column in columns],
        )
        for contract in setup.contracts.values()
        if contract.advances
    ]
    house = setup.publisher.currency
    by_contract.sort(
        key=lambda row: (
            row.currency != house, row.currency, -row.outstanding, row.name, row.contract
        )
    )  # fmt: skip
    rows = tuple(row for row in by_contract if _fits(row, query))
    currencies = tuple(dict.fromkeys(row.currency for row in by_contract))
    return AdvancesList(
        tuple(map(str, columns)),
        rows,
        tuple(
            _total(currency, [row for row in rows if row.currency == currency], len(columns))
            for currency in currencies
            if query.currency in ("", currency)
        ),
        currencies,
    )


def _balances(work: Work, columns: list[Period]) -> Mapping[tuple[str, str], dict[int, int]]:
    """Balances of the accounts of advances, by contract and currency, then by period."""

    def read() -> Mapping[tuple[str, str], dict[int, int]]:
        stood: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        named = [each.ordinal for each in columns]
        for each in store.account_balances(work.connection, advances_account(""), named):
            stood[each.contract, each.currency][each.period_id] = each.amount
        return stood

    return cached(work, "advances over time", last_closed_in(work), read)


def _advances_of(
    contract: Contract, name: str, recouped: int, period: Period, unearned: Iterable[int]
) -> ContractAdvances:
    in_force = recoup(contract, 0, recouped, period.ends)
    return ContractAdvances(
        contract.key,
        name,
        contract.currency,
        tuple(recoupment.advance.paid_on for recoupment in in_force),
        sum(recoupment.advance.amount for recoupment in in_force),
        sum(recoupment.before for recoupment in in_force),
        sum(advance.amount for advance in contract.advances if advance.paid_on > period.ends),
        tuple(unearned),
    )


def _fits(each: ContractAdvances, query: AdvancesQuery) -> bool:
    if query.which is not WhichAdvances.ALL:
        is_open = each.outstanding > 0 or each.later > 0
        if is_open != (query.which is WhichAdvances.UNEARNED):
            return False
    return query.currency in ("", each.currency) and query.name.casefold() in each.name.casefold()


def _total(currency: str, rows: list[ContractAdvances], count: int) -> ContractAdvances:
    return ContractAdvances(
        "",
        "All",
        currency,
        (),
        sum(row.paid for row in rows),
        sum(row.recouped for row in rows),
        sum(row.later for row in rows),
        tuple(sum(row.unearned[place] for row in rows) for place in range(count)),
    )

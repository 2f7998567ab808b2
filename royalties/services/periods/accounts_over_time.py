"""What contracts earned and beneficiaries were given over closed periods, one figure at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from royalties.domain.counting import change
from royalties.domain.people import Verb
from royalties.domain.periods import NotAPeriodError, Period
from royalties.domain.royalties.postings import advances_account, reserve_account
from royalties.domain.royalties.results import ContractRun, Run, Settlement
from royalties.services.books import Setup, last_closed_in, setup_in_force
from royalties.services.cache import cached
from royalties.services.names import Names, names_of
from royalties.services.periods.draft import draft_at_hand
from royalties.services.sales.over_time import MOST_COLUMNS, Against
from royalties.services.work import RefusedError, Work
from royalties.store.periods import accounts as store
from royalties.store.periods.accounts import AccountSum

_USUAL = 6
"""Columns that are shown unless somebody asks for more or fewer."""

_KEPT = 6
"""So many sums are cached until the next close."""


class AccountsBy(StrEnum):
    """What the rows are."""

    CONTRACT = "contract"
    BENEFICIARY = "beneficiary"
    BOTH = "both"


class AccountFigure(StrEnum):
    """A figure of an account; those that ``is_balance`` say what it is when a period ends."""

    EARNED = "earned"
    WITHHELD = "withheld"
    RELEASED = "released"
    RECOUPED = "recouped"
    PAYABLE = "payable"
    HELD = "held"
    UNEARNED = "unearned"
    CARRIED = "carried"
    UNDISTRIBUTED = "undistributed"
    ALLOCATED = "allocated"
    TO_PAY = "to_pay"
    TAX = "tax"

    @property
    def is_balance(self) -> bool:
        """Whether periods are not added up."""
        return self in _BALANCES


_BALANCES = {
    AccountFigure.HELD,
    AccountFigure.UNEARNED,
    AccountFigure.CARRIED,
    AccountFigure.UNDISTRIBUTED,
}

FIGURES: Mapping[AccountsBy, tuple[AccountFigure, ...]] = {
    AccountsBy.CONTRACT: (
        AccountFigure.EARNED,
        AccountFigure.WITHHELD,
        AccountFigure.RELEASED,
        AccountFigure.RECOUPED,
        AccountFigure.PAYABLE,
        AccountFigure.HELD,
        AccountFigure.UNEARNED,
        AccountFigure.CARRIED,
        AccountFigure.UNDISTRIBUTED,
    ),
    AccountsBy.BENEFICIARY: (
        AccountFigure.ALLOCATED,
        AccountFigure.TO_PAY,
        AccountFigure.TAX,
        AccountFigure.CARRIED,
    ),
    AccountsBy.BOTH: (AccountFigure.ALLOCATED,),
}
"""Which figures rows of a kind have, the usual one first."""

_COLUMNS = {AccountFigure.CARRIED: "carried_forward"}
"""A figure's name where closes store it, if not the same."""

_ACCOUNTS = {
    AccountFigure.HELD: (reserve_account(""), -1),
    AccountFigure.UNEARNED: (advances_account(""), 1),
}
"""Figures that accounts of the ledger say, and the sign of those."""


@dataclass(frozen=True, slots=True)
class AccountsQuery:
    """What is to be shown; what is empty, 0 or unknown is decided by what there is.

    Attributes:
        currency: only accounts in this one; all if empty.
        columns: how many periods, at most ``MOST_COLUMNS``.
        until: the last closed period that is shown; the newest if empty.
        name: only rows whose names contain this.
        contract: only of this contract, by its key; ``beneficiary`` likewise.
    """

    by: AccountsBy = AccountsBy.CONTRACT
    figure: AccountFigure = AccountFigure.EARNED
    against: Against = Against.BEFORE
    currency: str = ""
    columns: int = 0
    until: str = ""
    name: str = ""
    contract: str = ""
    beneficiary: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account, or the sum of those in one currency; minor units.

    Attributes:
        contract: its key, and ``beneficiary`` that of whom; empty where the row is not about one.
        name: what both are called, and ``to`` the beneficiary where the row is about both.
        figures: one for each column.
        before: what it is compared with, and ``to_date`` all closed periods up to the last column.
        estimated: of the open period's draft; None: it is not at hand.
    """

    contract: str
    beneficiary: str
    name: str
    to: str
    currency: str
    figures: tuple[int, ...]
    before: int
    to_date: int
    estimated: int | None
    is_balance: bool = False

    @property
    def total(self) -> int:
        """Of all columns; of a balance, the last one."""
        return self.figures[-1] if self.is_balance else sum(self.figures)

    @property
    def change(self) -> Fraction | None:
        """What is more or less than before, as a fraction of that; None says nothing."""
        return change(self.before, self.total)


@dataclass(frozen=True, slots=True)
class AccountsOverTime:
    """Rows by currency, the largest total first, and what they come to.

    Attributes:
        query: what is shown, with all that was decided by what there is.
        columns: closed periods, the earliest first.
        before: the first and the last period that they are compared with.
        totals: a row for each currency of theirs, the house's first.
        before_figures: of each currency, period by period, what totals are compared with.
        currencies: of all accounts, whatever is filtered.
        periods: all closed ones, the newest first.
        open_period: the one whose draft is ``estimated``.
        has_estimate: whether that is at hand, and follows on what is shown.
    """

    query: AccountsQuery
    columns: tuple[str, ...]
    before: tuple[str, str]
    rows: tuple[AccountRow, ...]
    totals: tuple[AccountRow, ...]
    before_figures: Mapping[str, tuple[int, ...]]
    currencies: tuple[str, ...]
    periods: tuple[str, ...]
    open_period: str
    has_estimate: bool

    @property
    def has_before(self) -> bool:
        """Whether there was anything in what it is compared with."""
        return any(any(figures) for figures in self.before_figures.values())


def accounts_over_time(work: Work, query: AccountsQuery) -> AccountsOverTime | None:
    """A figure of accounts by closed period, with what came before; None: nothing is closed."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    last_closed = last_closed_in(work)
    if last_closed is None:
        return None
    first = setup.first_period
    newest = first.shift(last_closed - first.ordinal)
    span = _PeriodSpan.of(setup, query, newest)
    query = _decided(query, span)
    sums = cached(
        work,
        "accounts over time",
        (query.by, query.figure, span),
        lambda: tuple(_sums(work, query, span)),
        most=_KEPT,
    )
    estimates: Mapping[_Key, int] | None = None
    if span.until == newest:
        estimates = _estimates(work, query, newest, sums)
    return _table(setup, query, span, names_of(work), sums, estimates)


_Key = tuple[str, str, str]
"""A contract, a beneficiary (either may be empty) and a currency."""


@dataclass(frozen=True, slots=True)
class _PeriodSpan:
    """The closed periods that are shown, and those before that they are compared with."""

    first: Period
    newest: Period
    until: Period
    count: int
    back: int

    @property
    def shown(self) -> list[Period]:
        return [self.until.shift(place) for place in range(1 - self.count, 1)]

    @property
    def compared(self) -> list[Period]:
        return [period.shift(-self.back) for period in self.shown]

    @property
    def all_closed(self) -> list[Period]:
        return [
            self.first.shift(place) for place in range(self.newest.ordinal - self.first.ordinal + 1)
        ]

    @classmethod
    def of(cls, setup: Setup, query: AccountsQuery, newest: Period) -> "_PeriodSpan":
        first, until = setup.first_period, newest
        try:
            period = setup.period(query.until) if query.until else newest
        except (NotAPeriodError, RefusedError):
            period = newest
        if first <= period <= newest:
            until = period
        there = until.ordinal - first.ordinal + 1
        count = min(query.columns or _USUAL, MOST_COLUMNS, there)
        year = setup.calendar.per_year
        return cls(first, newest, until, count, count if query.against is Against.BEFORE else year)


def _decided(query: AccountsQuery, span: _PeriodSpan) -> AccountsQuery:
    known = FIGURES[query.by]
    return replace(
        query,
        figure=query.figure if query.figure in known else known[0],
        columns=span.count,
        until=str(span.until),
    )


def _sums(work: Work, query: AccountsQuery, span: _PeriodSpan) -> Iterable[AccountSum]:
    connection, figure = work.connection, query.figure
    named = sorted({each.ordinal for each in (*span.compared, *span.shown)})
    if figure in _ACCOUNTS:
        prefix, sign = _ACCOUNTS[figure]
        stands = store.account_balances(connection, prefix, named)
        return [each._replace(amount=sign * each.amount) for each in stands]
    last = None if figure.is_balance else span.until.ordinal
    if query.by is AccountsBy.BOTH:
        return store.sums_by_contract_and_beneficiary(connection, named, last)
    column = _COLUMNS.get(figure, figure.value)
    if query.by is AccountsBy.CONTRACT:
        return store.sums_by_contract(connection, column, named, last)
    return store.sums_by_beneficiary(connection, column, named, last)


def _estimates(
    work: Work, query: AccountsQuery, newest: Period, sums: Iterable[AccountSum]
) -> dict[_Key, int] | None:
    """What the draft of the open period says; None: nobody looked at it since a change."""
    found = draft_at_hand(work, newest.shift(1))
    if found is None:
        return None
    stood = {
        (each.contract, each.beneficiary, each.currency): each.amount
        for each in sums
        if each.period_id == newest.ordinal
    }
    return _of_run(found.run, query, stood)


def _of_run(run: Run, query: AccountsQuery, stood: Mapping[_Key, int]) -> dict[_Key, int]:
    amounts: dict[_Key, int] = defaultdict(int)
    if query.by is AccountsBy.BENEFICIARY:
        for settled in run.settlements:
            key = ("", settled.beneficiary, settled.currency)
            amounts[key] += _of_settlement(settled, query.figure)
        return amounts
    for contract_run in run.contracts:
        contract, currency = contract_run.contract.key, contract_run.contract.currency
        if query.by is AccountsBy.CONTRACT:
            before = stood.get((contract, "", currency), 0)
            amounts[contract, "", currency] += _of_contract(contract_run, query.figure, before)
            continue
        for allocation in contract_run.allocations:
            amounts[contract, allocation.beneficiary, currency] += allocation.amount
    return amounts


def _of_contract(contract_run: ContractRun, figure: AccountFigure, stood: int) -> int:
    reserve = contract_run.reserve
    brought_in = contract_run.brought_in.reserves if contract_run.brought_in else 0
    return {
        AccountFigure.EARNED: contract_run.earned,
        AccountFigure.WITHHELD: reserve.withheld,
        AccountFigure.RELEASED: reserve.released,
        AccountFigure.RECOUPED: contract_run.recouped,
        AccountFigure.PAYABLE: contract_run.payable,
        AccountFigure.HELD: stood + brought_in + reserve.withheld - reserve.released,
        AccountFigure.UNEARNED: sum(advance.outstanding for advance in contract_run.advances),
        AccountFigure.CARRIED: contract_run.carried_forward,
        AccountFigure.UNDISTRIBUTED: contract_run.undistributed,
    }[figure]


def _of_settlement(settled: Settlement, figure: AccountFigure) -> int:
    return {
        AccountFigure.ALLOCATED: settled.allocated,
        AccountFigure.TO_PAY: settled.to_pay,
        AccountFigure.TAX: settled.tax,
        AccountFigure.CARRIED: settled.carried_forward,
    }[figure]


def _table(
    setup: Setup,
    query: AccountsQuery,
    span: _PeriodSpan,
    names: Names,
    sums: Iterable[AccountSum],
    estimates: Mapping[_Key, int] | None,
) -> AccountsOverTime:
    amounts: dict[_Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for account_sum in sums:
        key = (account_sum.contract, account_sum.beneficiary, account_sum.currency)
        amounts[key][account_sum.period_id] += account_sum.amount
    for key in estimates or ():
        amounts.setdefault(key, defaultdict(int))
    house = setup.publisher.currency
    currencies = sorted(
        {key[2] for key in amounts}, key=lambda currency: (currency != house, currency)
    )
    if query.currency not in currencies:
        query = replace(query, currency="")
    asked = _Wanted(query, span, names, estimates)
    rows = [row for key, of in amounts.items() if (row := asked.row(key, of)) is not None]
    rows.sort(
        key=lambda row: (currencies.index(row.currency), -row.total, row.name, row.to, row.contract)
    )
    shown = [currency for currency in currencies if any(row.currency == currency for row in rows)]
    compared = {currency: [0] * span.count for currency in shown}
    for row in rows:
        of = amounts[row.contract, row.beneficiary, row.currency]
        for place, period in enumerate(span.compared):
            compared[row.currency][place] += of.get(period.ordinal, 0)
    return AccountsOverTime(
        query,
        tuple(map(str, span.shown)),
        (str(span.compared[0]), str(span.compared[-1])),
        tuple(rows),
        tuple(
            _total(currency, rows, query, span.count, estimates is not None) for currency in shown
        ),
        {currency: tuple(figures) for currency, figures in compared.items()},
        tuple(currencies),
        tuple(str(period) for period in reversed(span.all_closed)),
        str(span.newest.shift(1)),
        estimates is not None,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Makes the rows that are asked for."""

    query: AccountsQuery
    span: _PeriodSpan
    names: Names
    estimates: Mapping[_Key, int] | None

    def row(self, key: _Key, amounts: Mapping[int, int]) -> AccountRow | None:
        """One row; None where it is not asked for, or there is nothing in it."""
        contract, beneficiary, currency = key
        query = self.query
        if query.currency not in ("", currency):
            return None
        if query.contract not in ("", contract) or query.beneficiary not in ("", beneficiary):
            return None
        is_balance = query.figure.is_balance
        figures = tuple(amounts.get(each.ordinal, 0) for each in self.span.shown)
        compared = [amounts.get(each.ordinal, 0) for each in self.span.compared]
        estimated = None if self.estimates is None else self.estimates.get(key, 0)
        row = AccountRow(
            contract,
            beneficiary,
            self.names.of("contracts", contract)
            if contract
            else self.names.of("beneficiaries", beneficiary),
            self.names.of("beneficiaries", beneficiary) if contract and beneficiary else "",
            currency,
            figures,
            compared[-1] if is_balance else sum(compared),
            figures[-1] if is_balance else sum(amounts.values()),
            estimated,
            is_balance,
        )
        if not (any(figures) or row.before or row.to_date or estimated):
            return None
        called = f"{row.name} {row.to}".casefold()
        return row if query.name.casefold() in called else None


def _total(
    currency: str,
    rows: Iterable[AccountRow],
    query: AccountsQuery,
    count: int,
    has_estimate: bool,  # noqa: FBT001
) -> AccountRow:
    """What the rows in one currency come to."""
    mine = [row for row in rows if row.currency == currency]
    return AccountRow(
        "",
        "",
        "All",
        "",
        currency,
        tuple(sum(row.figures[place] for row in mine) for place in range(count)),
        sum(row.before for row in mine),
        sum(row.to_date for row in mine),
        sum(row.estimated or 0 for row in mine) if has_estimate else None,
        query.figure.is_balance,
    )

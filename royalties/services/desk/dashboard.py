"""The open period at a glance: what came in, which reports are missing, what needs somebody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from royalties.domain.approvals import Proposal, ProposalStatus
from royalties.domain.counting import change
from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.orders.life import State
from royalties.domain.people import Verb
from royalties.domain.periods import Calendar, Period, first_of_month, period_of
from royalties.domain.royalties.postings import reserve_account
from royalties.domain.royalties.results import Run
from royalties.domain.sales.reporting import Expected, ReportStatus
from royalties.services.approvals import may_approve, proposals
from royalties.services.books import (
    CHANGES_NO_FIGURE,
    LAST_CHANGE,
    LAST_CLOSED,
    NEWEST_REVISION,
    Setup,
    open_period_of,
    setup_in_force,
)
from royalties.services.cache import cached
from royalties.services.desk.first_steps import (
    BooksSoFar,
    FirstStep,
    first_steps,
    is_any_recorded,
    is_first,
)
from royalties.services.desk.note_lists import Note, newest_open
from royalties.services.orders.billing import receivables
from royalties.services.orders.values import OpenOrders, open_orders
from royalties.services.payments.listing import PaymentsAtHome
from royalties.services.payments.listing import at_home as payments_at_home
from royalties.services.periods.draft import draft_at_hand
from royalties.services.periods.variances import missing_report
from royalties.services.sales.expected_reports import Accounts, expected_reports
from royalties.services.work import Work
from royalties.store.desk import dashboard as store
from royalties.store.periods.closing import explanations

_SHOWN_PERIODS = 8
_SHOWN_QUESTIONS = 3
_ORDER = (
    ReportStatus.LATE,
    ReportStatus.DUE,
    ReportStatus.IN,
    ReportStatus.AHEAD,
    ReportStatus.OWN,
    ReportStatus.NEVER,
    ReportStatus.RETIRED,
)


@dataclass(frozen=True, slots=True)
class NetSales:
    """Net copies, and net receipts as exact text by currency."""

    units: int = 0
    net: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RetailerSummary:
    """One retailer in the open period; ``accounts`` are its kinds of reports that differ."""

    key: str
    name: str
    sold: NetSales
    before: NetSales
    accounts: Accounts

    @property
    def worst(self) -> Expected:
        """The account that is most behind."""
        return min(
            (each for _, each in self.accounts), key=lambda each: _ORDER.index(each.standing)
        )


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """A period in the row of the last ones; ``closed`` ones are final."""

    name: str
    closed: bool
    sold: NetSales


class OrdersToDo(NamedTuple):
    """How many orders want something of the staff.

    Attributes:
        requested: new ones, without a quote.
        changes: whose proof is to be changed.
        late: whose copies come too late.
        overdue: invoices whose day has passed, of whatever order.
    """

    requested: int = 0
    changes: int = 0
    late: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class ToDo:
    """What needs somebody; counts of 0 are nothing to do.

    Attributes:
        approvals: proposals of others that this person may decide.
        prepared: how many proposals wait for anybody.
        bank_details: of payees, that wait for a second person.
        identifiers: unknown ISBNs, under which so many ``rows`` wait.
        uploads: reports that are checked and may be recorded.
        refused: reports of which nothing can be recorded.
        mail: messages that could not be sent, for those who may see them.
        orders: what organizations' orders wait for.
        ended: periods whose last day has passed and that are open.
        late: retailers with a late report and no explanation yet.
        questions: how many nobody has settled, and ``asked`` the newest of them.
        exceptions: of the open period's draft; None: it has not been computed since a change.
        payments: what is to pay to beneficiaries and was not sent.
        to_approve: payments to them; ``to_send`` those approved, ``came_back`` those not released.
    """

    approvals: tuple[Proposal, ...]
    prepared: int
    bank_details: int
    identifiers: int
    rows: int
    uploads: int
    refused: int
    mail: int
    orders: OrdersToDo
    ended: tuple[Period, ...]
    late: int
    questions: int
    asked: tuple[Note, ...]
    exceptions: int | None
    payments: PaymentsAtHome
    to_approve: int
    to_send: int
    came_back: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody needs to do anything."""
        return not (
            self.approvals
            or self.bank_details
            or self.identifiers
            or self.uploads
            or self.refused
            or self.mail
            or any(self.orders)
            or self.ended
            or self.late
            or self.questions
            or self.exceptions != 0
            or self.payments.to_pay
            or self.to_approve
            or self.to_send
            or self.came_back
        )


@dataclass(frozen=True, slots=True)
class RoyaltiesOwed:
    """What is owed to beneficiaries, by currency, the house's first.

    Attributes:
        period: the last closed one; None: none is, and ``closed`` is empty.
        closed: after its close.
        estimated: after the open period, by its draft; None: it is not at hand.
    """

    period: Period | None
    closed: tuple[store.OutstandingRow, ...]
    estimated: tuple[store.OutstandingRow, ...] | None


class OrdersOwed(NamedTuple):
    """What orders are worth in one currency; minor units.

    Attributes:
        orders: how many are not ended, and ``accepted`` what their accepted quotes come to.
        to_invoice: what of that is still to be invoiced.
        owed: what all invoices still ask for, and ``overdue`` how much of that is late.
    """

    currency: str
    orders: int = 0
    accepted: int = 0
    to_invoice: int = 0
    owed: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The finance desk's home.

    ``first_steps`` lead to the first close, and are none after it. ``royalties`` and ``orders``
    say what is owed by the house, and to it.

    ``months`` are the first and last one with sales in the open period; ``against`` is the
    period that it is compared with, in the same months (None: there is none yet).
    """

    period: Period
    today: date
    sold: NetSales
    before: NetSales
    months: tuple[date, date] | None
    against: Period | None
    retailers: tuple[RetailerSummary, ...]
    last: tuple[PeriodSummary, ...]
    to_do: ToDo
    royalties: RoyaltiesOwed
    orders: tuple[OrdersOwed, ...]
    first_steps: tuple[FirstStep, ...] = ()

    @property
    def change(self) -> Fraction | None:
        """How many copies more (or, negative, fewer) than before, as a fraction."""
        return change(self.before.units, self.sold.units)

    @property
    def expected(self) -> int:
        """Retailers that send reports."""
        none = (ReportStatus.OWN, ReportStatus.NEVER, ReportStatus.RETIRED)
        return sum(each.worst.standing not in none for each in self.retailers)

    @property
    def all_in(self) -> int:
        """Retailers of whom all is in that could be by now."""
        return sum(each.worst.standing is ReportStatus.IN for each in self.retailers)


class _Sales(NamedTuple):
    """Sales of the open period, of what it is compared with, and of all periods shown."""

    period: Period
    now: list[store.RetailerSalesRow]
    before: list[store.RetailerSalesRow]
    months: tuple[date, date] | None
    against: Period | None
    rows: list[store.RetailerSalesRow]


def dashboard(work: Work) -> Dashboard:
    """The open period at a glance.

    Raises:
        RefusedError: no setup file has been loaded yet.
    """
    work.actor.require(Verb.READ)
    counts = _counted(work)
    setup = setup_in_force(work)
    sales = _sales(work, setup)
    period, house = sales.period, setup.publisher.currency
    retailers = _retailers(work, setup, sales)
    exceptions = _exceptions(work, period, sales.now)
    prepared = proposals(work, status=ProposalStatus.WAITING) if counts["proposals"] else []
    orders = open_orders(work) if work.actor.may(Verb.KEEP_ORDERS) else None
    invoices = receivables.still_open(work) if work.actor.may(Verb.BILL) else []
    to_do = _to_do(
        work,
        setup,
        period,
        retailers,
        exceptions,
        counts=counts,
        prepared=prepared,
        orders=_orders_to_do(work, orders, invoices),
    )
    steps: tuple[FirstStep, ...] = ()
    if is_first(work):
        begun = BooksSoFar(
            is_any_recorded(work),
            to_do.identifiers,
            exceptions,
            has_sales=bool(sales.now),
            has_income=bool(setup.income),
        )
        steps = first_steps(work, setup, period, begun, prepared)
    earliest = min((row.period_id for row in sales.rows), default=period.ordinal)
    return Dashboard(
        period,
        work.today,
        _sum(sales.now, house),
        _sum(sales.before, house),
        sales.months,
        sales.against if sales.months else None,
        retailers,
        tuple(
            PeriodSummary(
                str(listed),
                listed < period,
                _sum((row for row in sales.rows if row.period_id == listed.ordinal), house),
            )
            for listed in _periods_shown(period)
            if listed.ordinal >= earliest
        ),
        to_do,
        _royalties_owed(work, period, house),
        _orders_owed(work, orders, invoices, house),
        steps,
    )


def _counted(work: Work) -> Mapping[str, int]:
    """What needs attention; what the rest of the page asks of the books is read on the way."""
    books = store.standing(work.connection, CHANGES_NO_FIGURE)
    work.know(NEWEST_REVISION, books.revision)
    work.know(LAST_CLOSED, books.closed)
    work.know(LAST_CHANGE, books.change)
    return books.counts


def retailers_summary(work: Work) -> tuple[Period, tuple[RetailerSummary, ...]]:
    """The open period, and its retailers alone.

    Raises:
        RefusedError: no setup file has been loaded yet.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    sales = _sales(work, setup)
    return sales.period, _retailers(work, setup, sales)


def _periods_shown(period: Period) -> list[Period]:
    return [period.shift(place) for place in range(1 - _SHOWN_PERIODS, 1)]


def _sales(work: Work, setup: Setup) -> _Sales:
    period = open_period_of(work, setup)
    year_before = period.shift(-period.calendar.per_year)
    numbers = {each.ordinal for each in (*_periods_shown(period), year_before)}
    by_month = store.sales_by_retailer(work.connection, sorted(numbers))
    rows = _added_up(by_month)
    now = [row for row in rows if row.period_id == period.ordinal]
    against = _against(period, rows)
    months = _months(period, now)
    before: list[store.RetailerSalesRow] = []
    if against is not None and months is not None:
        last = _same_place(months[1], period, against)
        before = _added_up(
            row for row in by_month if row.period_id == against.ordinal and row.last_month <= last
        )
    return _Sales(period, now, before, months, against, rows)


def _added_up(by_month: Iterable[store.RetailerSalesRow]) -> list[store.RetailerSalesRow]:
    """Rows of months as one for each period, retailer and currency."""
    sums: dict[tuple[int, str, str], store.RetailerSalesRow] = {}
    for row in by_month:
        known = sums.get(row[:3])
        if known is not None:
            row = known._replace(  # noqa: PLW2901 - the row so far
                units=known.units + row.units,
                net=known.net + row.net,
                last_month=max(known.last_month, row.last_month),
            )
        sums[row[:3]] = row
    return list(sums.values())


def _against(period: Period, rows: Iterable[store.RetailerSalesRow]) -> Period | None:
    """The same period of the year before if the books have it, else the one just before."""
    there = {row.period_id for row in rows}
    for each in (period.shift(-period.calendar.per_year), period.shift(-1)):
        if each.ordinal in there:
            return each
    return None


def _months(period: Period, now: Iterable[store.RetailerSalesRow]) -> tuple[date, date] | None:
    """From the period's first month to the last one with sales, within the period."""
    last = max((row.last_month for row in now), default="")
    if not last:
        return None
    day = min(max(first_of_month(last), period.starts), period.ends)
    return period.starts, day.replace(day=1)


def _same_place(month: date, period: Period, against: Period) -> str:
    """The month of another period that lies as far from its beginning."""
    far = (month.year - period.starts.year) * 12 + month.month - period.starts.month
    at = against.starts.year * 12 + against.starts.month - 1 + far
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def _retailers(work: Work, setup: Setup, sales: _Sales) -> tuple[RetailerSummary, ...]:
    reports = expected_reports(work, setup, sales.period)
    sold, earlier = _by_retailer(sales.now), _by_retailer(sales.before)
    summaries = [
        RetailerSummary(
            key,
            retailer.name,
            _sum(sold.get(key, ()), setup.publisher.currency),
            _sum(earlier.get(key, ()), setup.publisher.currency),
            reports[key],
        )
        for key, retailer in setup.retailers.items()
    ]
    summaries.sort(key=lambda each: (_ORDER.index(each.worst.standing), each.name.casefold()))
    return tuple(summaries)


def _by_retailer(rows: Iterable[store.RetailerSalesRow]) -> dict[str, list[store.RetailerSalesRow]]:
    rows_by_retailer: dict[str, list[store.RetailerSalesRow]] = {}
    for row in rows:
        rows_by_retailer.setdefault(row.retailer, []).append(row)
    return rows_by_retailer


def _sum(rows: Iterable[store.RetailerSalesRow], house: str) -> NetSales:
    """Copies and receipts of rows, those in the house's own currency first."""
    units, net = 0, dict[str, int]()
    for row in rows:
        units += row.units
        net[row.currency] = net.get(row.currency, 0) + row.net
    return NetSales(
        units,
        tuple(
            (currency, micro_text(net[currency], exponent(currency)))
            for currency in sorted(net, key=lambda each: (each != house, each))
        ),
    )


def _exceptions(work: Work, period: Period, now: Sequence[store.RetailerSalesRow]) -> int | None:
    if not now:
        return 0
    found = draft_at_hand(work, period)
    return None if found is None else len(found.run.exceptions)


def _to_do(
    work: Work,
    setup: Setup,
    period: Period,
    retailers: Iterable[RetailerSummary],
    exceptions: int | None,
    *,
    counts: Mapping[str, int],
    prepared: list[Proposal],
    orders: OrdersToDo,
) -> ToDo:
    waiting = prepared if work.actor.may(Verb.APPROVE) else []
    waiting = [each for each in waiting if may_approve(work, each)]
    current = period_of(work.today, Calendar(setup.publisher.calendar))
    past = max(0, current.ordinal - period.ordinal) if _may_be_closed(work, setup) else 0
    ended = [period.shift(place) for place in range(past)]
    return ToDo(
        tuple(waiting),
        len(prepared),
        counts["bank_details"],
        counts["identifiers"],
        counts["rows"],
        counts["uploads"],
        counts["refused"],
        counts["mail"] if work.actor.may(Verb.AUDIT) else 0,
        orders,
        tuple(ended),
        _unexplained(work, period, retailers),
        counts["questions"],
        newest_open(work, _SHOWN_QUESTIONS) if counts["questions"] else (),
        exceptions,
        payments_at_home(work, setup.publisher.pays_within, counts["to pay"]),
        counts["to approve"],
        counts["to send"],
        counts["came back"],
    )


def _may_be_closed(work: Work, setup: Setup) -> bool:
    """Whether there is anything to close: nobody is asked to close books that hold nothing."""
    return not is_first(work) or is_any_recorded(work) or bool(setup.income)


def _unexplained(work: Work, period: Period, retailers: Iterable[RetailerSummary]) -> int:
    """Retailers with a late report that no sentence for the close explains."""
    late = [retailer for retailer in retailers if retailer.worst.standing is ReportStatus.LATE]
    if not late:
        return 0
    explained = {
        (row.subject, row.figure) for row in explanations(work.connection, str(period)).values()
    }
    exceptions = {
        retailer.key: [
            missing_report(retailer.key, retailer.name, account, stands)
            for account, stands in retailer.accounts
            if stands.standing is ReportStatus.LATE
        ]
        for retailer in late
    }
    return sum(
        any((point.subject, point.figure) not in explained for point in of_one)
        for of_one in exceptions.values()
    )


def _is_overdue(work: Work, invoice: receivables.OpenInvoice) -> bool:
    return invoice.balance > 0 and receivables.days_overdue(invoice, work.today) > 0


def _orders_to_do(
    work: Work, orders: OpenOrders | None, invoices: Iterable[receivables.OpenInvoice]
) -> OrdersToDo:
    if orders is None:
        return OrdersToDo()
    states, overdue = orders.states, sum(_is_overdue(work, each) for each in invoices)
    return OrdersToDo(
        states.get(State.REQUESTED, 0), states.get(State.CHANGES_ASKED, 0), orders.late, overdue
    )


def _orders_owed(
    work: Work, orders: OpenOrders | None, invoices: Iterable[receivables.OpenInvoice], house: str
) -> tuple[OrdersOwed, ...]:
    """What open orders are worth, and what invoices still ask for."""
    by_currency = {
        each.currency: OrdersOwed(each.currency, each.orders, each.accepted, each.to_invoice)
        for each in (orders.totals if orders else ())
    }
    for invoice in invoices:
        before = by_currency.get(invoice.currency, OrdersOwed(invoice.currency))
        by_currency[invoice.currency] = before._replace(
            owed=before.owed + invoice.balance,
            overdue=before.overdue + (invoice.balance if _is_overdue(work, invoice) else 0),
        )
    return tuple(
        sorted(by_currency.values(), key=lambda each: (each.currency != house, each.currency))
    )


def _royalties_owed(work: Work, period: Period, house: str) -> RoyaltiesOwed:
    """What the last close left, and what the draft of the open period would leave."""
    if is_first(work):
        return RoyaltiesOwed(None, (), None)
    last = period.shift(-1)
    closed = cached(
        work,
        "royalties owed",
        last,
        lambda: tuple(
            store.amounts_outstanding(work.connection, last.ordinal, reserve_account(""))
        ),
    )
    found = draft_at_hand(work, period)
    estimated = None if found is None else _estimated(found.run, closed, house)
    return RoyaltiesOwed(last, _house_first(closed, house), estimated)


def _estimated(
    run: Run, closed: Iterable[store.OutstandingRow], house: str
) -> tuple[store.OutstandingRow, ...]:
    owed = {each.currency: store.OutstandingRow(each.currency, 0, 0, each.held) for each in closed}

    def add(currency: str, to_pay: int, carried: int, held: int) -> None:
        before = owed.get(currency, store.OutstandingRow(currency, 0, 0, 0))
        owed[currency] = store.OutstandingRow(
            currency, before.to_pay + to_pay, before.carried + carried, before.held + held
        )

    for settled in run.settlements:
        add(settled.currency, settled.to_pay, max(settled.carried_forward, 0), 0)
    for contract_run in run.contracts:
        brought_in = contract_run.brought_in.reserves if contract_run.brought_in else 0
        add(
            contract_run.contract.currency,
            0,
            0,
            brought_in + contract_run.reserve.withheld - contract_run.reserve.released,
        )
    return _house_first(owed.values(), house)


def _house_first(
    rows: Iterable[store.OutstandingRow], house: str
) -> tuple[store.OutstandingRow, ...]:
    some = (each for each in rows if any(each[1:]))
    return tuple(sorted(some, key=lambda each: (each.currency != house, each.currency)))

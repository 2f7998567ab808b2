"""Royalties over time, reserves and advances: every list is what the closed runs and the ledger say."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import product

import pytest

from royalties.domain.money import as_decimal
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.ledger import balances as ledger
from royalties.services.periods.accounts_over_time import (
    FIGURES,
    AccountFigure,
    AccountsBy,
    AccountsOverTime,
    AccountsQuery,
    accounts_over_time,
)
from royalties.services.periods.advances import AdvancesQuery, WhichAdvances, advances
from royalties.services.periods.draft import run_view
from royalties.services.periods.reserves import OpenReserves, ReservesQuery, open_reserves
from royalties.services.sales.over_time import Against
from tests.builders.books import EBOOK, HANDBOOK, Office, a_row, a_setup, after, closed, opened

PERIODS = ("2025-H1", "2025-H2", "2026-H1")
OPEN = "2026-H2"


def three_closed(office: Office) -> None:
    """Three periods are closed, in two currencies; terms of reserves change on the way."""
    closed(office)
    office.close("2025-H2")
    setup = a_setup()
    foot, hand = setup["contracts"]
    foot = {**foot, "reserve": {"rate": "0.30", "hold_periods": 3}}
    hand = {
        **hand,
        "advances": [
            {"amount": "4.00", "paid_on": "2026-02-01"},
            {"amount": "9.00", "paid_on": "2027-02-01"},
        ],
    }
    office.load({"contracts": [foot, hand]})
    office.bring_batch(
        [
            a_row(40, date="2026-02-02"),
            a_row(-2, date="2026-03-02", retailer="bay"),
            a_row(9, date="2026-03-03", isbn=EBOOK, list_price=None, discount=None, net="45"),
            a_row(30, date="2026-04-04", isbn=HANDBOOK, currency="GBP", list_price="15.00"),
        ]
    )
    office.close("2026-H1")
    office.bring_batch([a_row(11, date="2026-07-07")])


def table_of(office: Office, asked: AccountsQuery) -> AccountsOverTime:
    with office.work(read_only=True) as work:
        table = accounts_over_time(work, asked)
    assert table is not None
    return table


WRITTEN = {
    AccountFigure.CARRIED: "carried_forward",
    AccountFigure.TO_PAY: "to_pay",
}


def said(
    office: Office, by: AccountsBy, figure: AccountFigure, period: str
) -> Counter[tuple[str, str, str]]:
    """What the document of a closed run says: contract, beneficiary and currency to amount."""
    found: Counter[tuple[str, str, str]] = Counter()
    name = WRITTEN.get(figure, figure.value)
    for key, currency, amount in _amounts(office.run(period), by, name):
        contract, _, beneficiary = key.partition("/")
        found[contract, beneficiary, currency] += round(Decimal(amount).scaleb(2))
    return found


def _amounts(
    run: dict[str, list[dict[str, object]]], by: AccountsBy, name: str
) -> Iterator[tuple[str, str, str]]:
    if by is AccountsBy.BENEFICIARY:
        for each in run["beneficiaries"]:
            yield f"/{each['key']}", str(each["currency"]), str(each[name])
    for each in run["contracts"] if by is not AccountsBy.BENEFICIARY else ():
        if by is AccountsBy.CONTRACT:
            yield f"{each['key']}/", str(each["currency"]), str(each[name])
            continue
        for given in each["allocations"]:  # type: ignore[attr-defined]
            yield f"{each['key']}/{given['beneficiary']}", str(each["currency"]), given["amount"]


IN_RUNS = [
    (by, figure)
    for by, figures in FIGURES.items()
    for figure in figures
    if figure not in (AccountFigure.HELD, AccountFigure.UNEARNED)
]


@after(three_closed)
@pytest.mark.parametrize(("by", "figure"), IN_RUNS)
def test_figures_are_those_of_closed_runs(
    office: Office, by: AccountsBy, figure: AccountFigure
) -> None:
    runs = {period: said(office, by, figure, period) for period in PERIODS}
    for until, columns, against in product(PERIODS, (1, 2, 9), Against):
        table = table_of(office, AccountsQuery(by, figure, against, columns=columns, until=until))
        ended = PERIODS[: PERIODS.index(until) + 1]
        assert table.columns == ended[-columns:]
        keys = {key for period in ended for key, amount in runs[period].items() if amount}
        shown = {(row.contract, row.beneficiary, row.currency): row for row in table.rows}
        if not figure.is_balance:
            assert set(shown) == keys
        for key, row in shown.items():
            assert row.figures == tuple(runs[period][key] for period in table.columns)
            to_date = [runs[period][key] for period in ended]
            assert row.to_date == (to_date[-1] if figure.is_balance else sum(to_date))
            first, last = table.before
            before = [runs[each][key] for each in PERIODS if first <= each <= last]
            if figure.is_balance:
                assert row.before == (runs[last][key] if last in runs else 0)
            else:
                assert row.before == sum(before)
        for total in table.totals:
            mine = [row for row in table.rows if row.currency == total.currency]
            sums = tuple(map(sum, zip(*(row.figures for row in mine), strict=True)))
            assert total.figures == (sums or (0,) * len(table.columns))
            assert total.to_date == sum(row.to_date for row in mine)
            assert total.before == sum(row.before for row in mine)


@after(three_closed)
def test_estimate_is_that_of_the_draft_at_hand_and_counts_nowhere(office: Office) -> None:
    for by, figures in FIGURES.items():
        for figure in figures:
            assert not table_of(office, AccountsQuery(by, figure)).has_estimate
    before = {
        each: table_of(office, AccountsQuery(figure=each)) for each in FIGURES[AccountsBy.CONTRACT]
    }
    with office.work(read_only=True) as work:
        done = run_view(work, OPEN).run.contracts
    by_key = {each.contract.key: each for each in done}
    for figure, table in before.items():
        with_draft = table_of(office, AccountsQuery(figure=figure))
        assert with_draft.has_estimate
        assert [row.figures for row in with_draft.totals] == [row.figures for row in table.totals]
        assert [row.to_date for row in with_draft.totals] == [row.to_date for row in table.totals]
        earlier = table_of(office, AccountsQuery(figure=figure, until="2025-H2"))
        assert not earlier.has_estimate
    earned = table_of(office, AccountsQuery(figure=AccountFigure.EARNED))
    assert {row.contract: row.estimated for row in earned.rows} == {
        key: each.earned for key, each in by_key.items()
    }
    unearned = table_of(office, AccountsQuery(figure=AccountFigure.UNEARNED))
    for row in unearned.rows:
        open_ = sum(each.outstanding for each in by_key[row.contract].advances)
        assert row.estimated == open_
    office.close(OPEN, early="a test")
    closed_ = table_of(office, AccountsQuery(figure=AccountFigure.HELD, columns=1))
    held = {row.contract: row.figures[-1] for row in before[AccountFigure.HELD].rows}
    for row in closed_.rows:
        of = by_key[row.contract].reserve
        assert row.figures[-1] == held.get(row.contract, 0) + of.withheld - of.released


def stands(office: Office, kind: str, period: str = "2026-H1") -> dict[tuple[str, str], int]:
    """What the ledger's accounts of a kind stood at after a period, debit positive."""
    with office.work(read_only=True) as work:
        found = ledger.balances(work, period=period, kind=kind)
    return {
        (each.account.key, trial.currency): each.debit - each.credit
        for trial in found.trials
        for group in trial.groups
        for each in group.standings
    }


@after(three_closed)
def test_accounts_over_time_equal_the_ledger(office: Office) -> None:
    for figure, kind, sign in (
        (AccountFigure.HELD, "liability:reserve:", -1),
        (AccountFigure.UNEARNED, "asset:advances:", 1),
        (AccountFigure.UNDISTRIBUTED, "liability:pool:", -1),
    ):
        table = table_of(office, AccountsQuery(figure=figure))
        for place, period in enumerate(table.columns):
            there = {
                (row.contract, row.currency): sign * row.figures[place]
                for row in table.rows
                if row.figures[place]
            }
            assert there == stands(office, kind, period), (figure, period)


def reserves_of(office: Office, asked: ReservesQuery | None = None) -> OpenReserves:
    with office.work(read_only=True) as work:
        return open_reserves(work, asked or ReservesQuery())


@after(three_closed)
def test_reserves_come_to_what_the_ledger_holds(office: Office) -> None:
    found = reserves_of(office)
    held: Counter[tuple[str, str]] = Counter()
    for row in found.rows:
        held[row.contract, row.currency] += row.amount
    assert held == {key: -amount for key, amount in stands(office, "liability:reserve:").items()}
    assert dict(found.sums) == {
        currency: sum(amount for (_, of), amount in held.items() if of == currency)
        for currency in {row.currency for row in found.rows}
    }
    by_release: Counter[tuple[str, str]] = Counter()
    for total in found.totals:
        by_release[total.release, total.currency] += total.amount
    assert sum(by_release.values()) == sum(held.values())


@after(three_closed)
def test_reserves_are_released_when_they_are_said_to_be(office: Office) -> None:
    """What is said of each release comes true, close by close, while terms stay."""
    promised = {(each.release, each.currency): each.amount for each in reserves_of(office).totals}
    assert len({release for release, _ in promised}) > 1
    for period in ("2026-H2", "2027-H1", "2027-H2"):
        office.load(
            {
                "exchange_rates": [
                    {"period": period, "from": one, "to": other, "rate": "1.1"}
                    for one, other in (("GBP", "USD"), ("USD", "GBP"))
                ]
            }
        )
        office.close(period, early="a test")
        with office.work(read_only=True) as work:
            done = run_view(work, period).run.contracts
        for currency in {each.contract.currency for each in done}:
            mine = [each for each in done if each.contract.currency == currency]
            released = sum(each.reserve.released for each in mine)
            assert released == promised.get((period, currency), 0), period


@after(three_closed)
def test_filters_part_the_reserves(office: Office) -> None:
    whole = reserves_of(office)
    parts = [reserves_of(office, ReservesQuery(release=each)) for each in whole.releases]
    assert [row for part in parts for row in part.rows] == list(whole.rows)
    parts = [reserves_of(office, ReservesQuery(currency=each)) for each in whole.currencies]
    assert sum(len(part.rows) for part in parts) == len(whole.rows)
    assert not reserves_of(office, ReservesQuery(name="nobody is called this")).rows


@after(three_closed)
def test_advances_come_to_what_the_ledger_holds(office: Office) -> None:
    with office.work(read_only=True) as work:
        found = advances(work, AdvancesQuery())
        open_ = advances(work, AdvancesQuery(WhichAdvances.UNEARNED))
        done = advances(work, AdvancesQuery(WhichAdvances.EARNED))
    assert found.columns == PERIODS
    by_account = stands(office, "asset:advances:")
    for row in found.rows:
        assert (
            row.outstanding == row.unearned[-1] == by_account.get((row.contract, row.currency), 0)
        )
        assert row.paid == row.recouped + row.outstanding
    assert {row.contract: row.later for row in found.rows} == {"foot-2015": 0, "hand-2020": 900}
    assert {*open_.rows} | {*done.rows} == {*found.rows}
    assert not {*open_.rows} & {*done.rows}
    for total in found.totals:
        mine = [row for row in found.rows if row.currency == total.currency]
        assert total.outstanding == sum(row.outstanding for row in mine)
        assert as_decimal(total.paid, "USD") == sum(as_decimal(row.paid, "USD") for row in mine)


@after(opened)
def test_nothing_is_listed_before_the_first_close(office: Office) -> None:
    with office.work(read_only=True) as work:
        assert accounts_over_time(work, AccountsQuery()) is None
        assert open_reserves(work, ReservesQuery()).rows == ()
        (row,) = advances(work, AdvancesQuery()).rows
    assert (row.contract, row.paid, row.recouped, row.unearned) == ("foot-2015", 5000, 1234, ())


@after(three_closed)
def test_unavailable_choices_fall_back_to_available_ones(office: Office) -> None:
    asked = AccountsQuery(
        AccountsBy.BOTH, AccountFigure.HELD, currency="ZZZ", columns=999, until="2027-H1"
    )
    table = table_of(office, asked)
    assert table.query.figure is AccountFigure.ALLOCATED
    assert (table.query.currency, table.columns) == ("", PERIODS)
    only = table_of(office, AccountsQuery(contract="foot-2015", currency="USD"))
    assert {row.contract for row in only.rows} == {"foot-2015"}
    named = table_of(office, AccountsQuery(AccountsBy.BENEFICIARY, name="hous"))
    assert {row.beneficiary for row in named.rows} == {"houston"}
    assert {row.currency for row in named.rows} == {"GBP", "USD"}


@after(three_closed)
def test_nonprofit_and_organization_see_none_of_it(office: Office) -> None:
    for role in (Role.NONPROFIT, Role.ORGANIZATION):
        somebody = Actor("Sam", role, 1, frozenset({"seattle"}))
        with office.system.work(somebody, read_only=True) as work:
            for look in (
                lambda: accounts_over_time(work, AccountsQuery()),
                lambda: open_reserves(work, ReservesQuery()),
                lambda: advances(work, AdvancesQuery()),
            ):
                with pytest.raises(NotAllowedError):
                    look()

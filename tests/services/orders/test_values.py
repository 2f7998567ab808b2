"""The value of orders: what is offered, accepted, still to invoice and owed, however added up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from royalties.domain.orders.life import ENDED, Action, State
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.ledger import balances as ledger
from royalties.services.orders.values import (
    TO_INVOICE,
    OrdersBy,
    OrdersQuery,
    OrderSum,
    OrderValues,
    WhichOrders,
    open_orders,
    order_values,
)
from tests.builders.books import Office, after
from tests.builders.orders import (
    ACCEPTED,
    IN_PROOF,
    QUOTED,
    REQUESTED,
    UNPAID,
    accepted,
    go,
    orders_underway,
    person_called,
    requested,
    takes_orders,
)
from tests.builders.shipped import invoice, receive, shipped

NOW = "2026-08"


def values_of(office: Office, asked: OrdersQuery) -> OrderValues:
    with office.work(read_only=True) as work:
        return order_values(work, asked)


def by_order(office: Office, **more: object) -> dict[str, OrderSum]:
    asked = replace(OrdersQuery(OrdersBy.ORDER), **more)  # type: ignore[arg-type]
    return {row.key: row for row in values_of(office, asked).rows}


@after(orders_underway)
def test_quotes_count_as_offered_until_they_are_accepted(office: Office) -> None:
    quotes = dict(
        office.rows(
            "SELECT orders.number, quote.total FROM quote JOIN orders ON orders.id = order_id"
        )
    )
    rows = by_order(office)
    assert {number: row.offered for number, row in rows.items() if row.offered} == {
        QUOTED: quotes[QUOTED]
    }
    for number in (IN_PROOF, ACCEPTED, UNPAID):
        assert rows[number].accepted == rows[number].to_invoice == quotes[number]
        assert rows[number].invoiced == rows[number].received == 0
    go(office, ACCEPTED, Action.CANCEL)
    row = by_order(office)[ACCEPTED]
    assert (row.accepted, row.to_invoice) == (0, 0)


@after(orders_underway)
def test_order_without_a_quote_is_counted_and_worth_nothing(office: Office) -> None:
    before = values_of(office, OrdersQuery()).totals
    requested(office, person_called(office, "Olga"), REQUESTED)
    (total,) = values_of(office, OrdersQuery()).totals
    assert total.orders == before[0].orders + 1
    assert total.copies == before[0].copies + REQUESTED.quantity
    assert (total.offered, total.accepted) == (before[0].offered, before[0].accepted)


@after(orders_underway)
def test_filtered_orders_add_up_to_all_orders(office: Office) -> None:
    whole = values_of(office, OrdersQuery(OrdersBy.ORDER))
    for by, name in ((OrdersBy.ORGANIZATION, "organization"), (OrdersBy.TITLE, "title")):
        groups = values_of(office, OrdersQuery(by)).rows
        parts = [by_order(office, **{name: group.key}) for group in groups]
        assert sum(len(part) for part in parts) == len(whole.rows)
        for group, part in zip(groups, parts, strict=True):
            assert sum(row.accepted for row in part.values()) == group.accepted
    go(office, UNPAID, Action.CANCEL)
    open_ = by_order(office, which=WhichOrders.OPEN)
    ended = by_order(office, which=WhichOrders.ENDED)
    assert set(ended) == {UNPAID}
    assert set(open_) | set(ended) == {row.key for row in whole.rows}
    with office.work(read_only=True) as work:
        (total,) = open_orders(work).totals
    assert total.to_invoice == sum(row.to_invoice for row in open_.values())


@after(orders_underway)
def test_orders_are_counted_in_the_month_of_their_request(office: Office) -> None:
    now = office.system.clock
    office.system = replace(office.system, clock=lambda: now() - timedelta(days=92))
    accepted(office, person_called(office, "Lena"), REQUESTED)
    office.system = replace(office.system, clock=now)
    table = values_of(office, OrdersQuery())
    assert [row.key for row in table.rows] == [NOW, "2026-05"]
    assert (table.months[0], table.months[-1], len(table.months)) == ("2025-09", NOW, 12)
    only = values_of(office, OrdersQuery(OrdersBy.ORDER, since="2026-05", until="2026-05"))
    assert [row.orders for row in only.totals] == [1]
    none = values_of(office, OrdersQuery(since="2024-01", until="2024-03"))
    assert (none.rows, none.totals) == ((), ())
    turned = values_of(office, OrdersQuery(since="2026-07", until="2026-05")).months
    assert turned == ("2026-05",)


@after(shipped)
def test_amount_owed_equals_the_ledger(office: Office) -> None:
    [(number, before)] = by_order(office).items()
    assert before.to_invoice == before.accepted > 0
    bill = invoice(office, number).row
    row = by_order(office)[number]
    assert (row.invoiced, row.to_invoice, row.owed) == (bill.total, 0, bill.total)
    receive(office, bill.number, bill.total // 3)
    row = by_order(office)[number]
    with office.work(read_only=True) as work:
        found = ledger.balances(work, kind="asset:receivable:", day=date(2030, 1, 1))
    (trial,) = found.trials
    assert row.owed == trial.debit - trial.credit


@after(takes_orders)
def test_order_values_without_orders_are_empty(office: Office) -> None:
    assert values_of(office, OrdersQuery()).rows == ()
    with office.work(read_only=True) as work:
        assert open_orders(work).totals == ()


@after(takes_orders)
@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_order_values_are_refused_to_other_roles(office: Office, role: Role) -> None:
    somebody = Actor("Olga", role, 1, organizations=frozenset({"guild"}))
    with office.system.work(somebody, read_only=True) as work, pytest.raises(NotAllowedError):
        order_values(work, OrdersQuery())


def test_state_where_something_is_to_invoice_is_not_ended() -> None:
    assert not TO_INVOICE & ENDED
    assert State.INVOICED not in TO_INVOICE

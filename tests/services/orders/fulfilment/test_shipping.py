"""Shipments are sales, to the cent; nothing is shipped twice, or beyond what was ordered."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.terms.catalogue import INTERNAL
from royalties.services.books import setup_in_force
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.life import ChangedMeanwhileError
from royalties.services.orders.production import editions
from royalties.services.periods.checklist import outlook
from royalties.services.sales.batches import sales_list
from royalties.services.work import RefusedError
from tests.builders.books import HARDCOVER, Document, Office, a_row, after, nothing, remainder
from tests.builders.orders import (
    CUSTOM,
    SCHOOL,
    letters,
    order_setup,
    takes_orders,
)
from tests.builders.shipped import (
    SHIPPED,
    a_custom_one,
    acted,
    come_back,
    credit,
    in_production,
    invoiced,
    made,
    order_of,
    ship,
    shipped,
    token,
)
from tests.services.racing import Racers, tasks
from tests.services.test_crashes import crash_everywhere

NUMBER = "O-2026-0001"


def sales(office: Office) -> list[tuple[Any, ...]]:
    """What stands in the sales: ISBN, retailer, kind, copies, net, order, reference."""
    with office.work(read_only=True) as work:
        return [
            (
                row["isbn"],
                row["retailer"],
                row["kind"],
                row["units"],
                row["net"],
                row["order"],
                row["reference"],
            )
            for row in sales_list(work, None)
        ]


@after(made)
def test_each_shipment_records_its_sales(office: Office) -> None:
    first = ship(office, NUMBER, 1, 120)
    assert (first.number, first.copies, first.shipped_on) == (1, 120, date(2025, 5, 2))
    assert order_of(office, NUMBER).state == "in-production"
    ship(office, NUMBER, 1, 80)
    ship(office, NUMBER, 2, 50)
    assert order_of(office, NUMBER).state == "shipped"
    # 85.00 less 40 %: 51.00 a copy.
    assert sales(office) == [
        (HARDCOVER, "orders", "sale", 120, "6120.00", NUMBER, "1"),
        (HARDCOVER, "orders", "sale", 80, "4080.00", NUMBER, "2"),
        (HARDCOVER, "orders", "sale", 50, "2550.00", NUMBER, "3"),
    ]
    with office.work(read_only=True) as work:
        row, *_ = sales_list(work, None)
    assert row["file"] == f"Shipment 1 of order {NUMBER}"
    assert (row["sheet"], row["row"], row["of_order"]) == ("", None, NUMBER)
    assert (row["country"], row["region"], row["city"]) == ("US", "WA", "Seattle")
    assert (row["list_price"], row["discount"], row["period"]) == ("85.00", "0.4", "2025-H1")
    assert office.faults() == {}
    told = [text for _, subject, text in letters(office) if "on their way" in subject]
    assert len(told) == 6, "the contact and the colleague, for each shipment"
    assert "120 of your copies" in told[0]
    assert "UPS: 1Z 999" in told[0]


@after(made)
def test_form_sent_twice_ships_once(office: Office) -> None:
    form: dict[str, Any] = {"token": token(), "version": order_of(office, NUMBER).version}
    first = ship(office, NUMBER, 1, 120, **form)
    again = ship(office, NUMBER, 1, 120, **form)
    assert again == first
    assert len(sales(office)) == 1
    with pytest.raises(ChangedMeanwhileError):
        ship(office, NUMBER, 1, 120, version=form["version"])


@pytest.mark.thorough("hostile values", but_one_in=4)
@after(made)
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"address": 1, "copies": 221}, "221 copies would be too many: 200 were ordered"),
        ({"address": 2, "copies": 56}, "up to 5 more"),
        ({"address": 3, "copies": 1}, "has no address 3"),
        ({"address": 0, "copies": 1}, "has no address 0"),
        ({"address": 1, "copies": 0}, "at least one"),
        ({"address": 1, "copies": -5}, "at least one"),
        ({"address": 1, "copies": 5, "day": date(2026, 8, 21)}, "has not come yet"),
        ({"address": 1, "copies": 100, "last": True}, "all copies shipped, within tolerance"),
        ({"address": 1, "copies": 5, "token": ""}, "no token"),
    ],
)
def test_invalid_shipment_is_refused(office: Office, form: dict[str, Any], said: str) -> None:
    before = office.hashes()
    with pytest.raises(RefusedError, match=said):
        ship(office, NUMBER, **form)
    assert office.hashes() == before


@after(made)
def test_only_staff_ships_and_only_orders_in_production(office: Office) -> None:
    theirs = Actor("Olga", Role.ORGANIZATION, organizations=frozenset({"guild"}))
    form: dict[str, Any] = {"version": 1, "address": 1, "copies": 1, "token": "t"}
    with office.system.work(theirs) as work:
        with pytest.raises(NotAllowedError):
            shipping.ship(work, NUMBER, shipped_on=SHIPPED, carrier="", tracking="", **form)
        with pytest.raises(NotAllowedError):
            shipping.came_back(work, NUMBER, came_on=SHIPPED, reason="", **form)
    office.execute("UPDATE orders SET state = 'accepted'")
    with pytest.raises(RefusedError, match="ship part is not possible while"):
        ship(office, NUMBER, 1, 10)


@after(made)
@pytest.mark.parametrize(
    ("last", "copies", "net"),
    [(215, 265, "13515.00"), (190, 240, "12240.00")],
)
def test_over_and_under_delivery_within_tolerance(
    office: Office, last: int, copies: int, net: str
) -> None:
    ship(office, NUMBER, 2, 50)
    ship(office, NUMBER, 1, last, last=True)
    assert order_of(office, NUMBER).state == "shipped"
    assert sum(row[3] for row in sales(office)) == copies
    assert sum(float(row[4]) for row in sales(office)) == float(net)
    assert office.faults() == {}


@after(shipped)
def test_returned_copies_reverse_their_sales(office: Office) -> None:
    come_back(office, NUMBER, 1, 30)
    assert sales(office)[-1] == (HARDCOVER, "orders", "return", -30, "-1530.00", NUMBER, "3")
    assert order_of(office, NUMBER).state == "shipped"
    with pytest.raises(RefusedError, match="only 170 copies are at address 1"):
        come_back(office, NUMBER, 1, 171)
    come_back(office, NUMBER, 1, 170)
    come_back(office, NUMBER, 2, 50)
    assert sum(row[3] for row in sales(office)) == 0
    assert sum(float(row[4]) for row in sales(office)) == 0
    assert office.faults() == {}


@after(shipped)
def test_sales_of_an_order_are_not_undone_as_an_import(office: Office) -> None:
    with pytest.raises(RefusedError, match="enter on the order what came back"):
        office.undo(1)
    office.close("2025-H1")
    with pytest.raises(RefusedError, match="enter on the order what came back"):
        office.correct(1)


@after(shipped)
def test_sales_dated_in_a_closed_period_count_in_the_open_one(office: Office) -> None:
    office.close("2025-H1")
    come_back(office, NUMBER, 1, 30)
    assert office.rows(
        "SELECT p.name FROM sale s JOIN period p ON p.id = s.period_id WHERE s.units < 0"
    ) == [("2025-H2",)]
    assert office.faults() == {}


@after(shipped)
def test_no_report_is_expected_without_orders(office: Office) -> None:
    office.bring_batch([a_row(10)])
    office.close("2025-H1")
    with office.work(read_only=True) as work:
        exceptions = outlook(work, "2025-H2").exceptions
    assert exceptions is not None
    assert [each.subject for each in exceptions.reports] == ["report:amazon"]


# Custom editions


@after(a_custom_one)
def test_a_custom_edition_is_sold_under_its_own_number(office: Office) -> None:
    with pytest.raises(RefusedError, match="give it its own edition first"):
        ship(office, NUMBER, 1, 100)
    order = acted(
        office,
        NUMBER,
        lambda work, version: editions.give_own_edition(work, NUMBER, None, version=version),
    )
    assert order.own_isbn == "2000000000015"
    assert order.own_isbn.startswith(INTERNAL)
    with office.work(read_only=True) as work:
        edition = setup_in_force(work).titles["collab"].editions[-1]
    assert (edition.isbn, edition.format) == (order.own_isbn, "custom")
    assert edition.price_on(date(2025, 5, 1), "USD") == 85_000_000
    with pytest.raises(RefusedError, match="has its own edition already"):
        acted(
            office,
            NUMBER,
            lambda work, version: editions.give_own_edition(work, NUMBER, None, version=version),
        )
    ship(office, NUMBER, 1, 100)
    ship(office, NUMBER, 1, 100)
    ship(office, NUMBER, 2, 50)
    # Option copies count by the contract's default; set-up and freight never do.
    assert [row[:5] for row in sales(office)] == [
        (order.own_isbn, "editions", "sale", 100, "5150.00"),
        (order.own_isbn, "editions", "sale", 100, "5150.00"),
        (order.own_isbn, "editions", "sale", 50, "2575.00"),
    ]
    assert office.faults() == {}


@after(a_custom_one)
@pytest.mark.parametrize(
    ("isbn", "said"),
    [(HARDCOVER, "already"), ("9781442200013", "not an ISBN"), ("2000000000016", "not an ISBN")],
)
def test_house_number_must_be_valid_and_unused(office: Office, isbn: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        acted(
            office,
            NUMBER,
            lambda work, version: editions.give_own_edition(work, NUMBER, isbn, version=version),
        )


def counting(office: Office) -> None:
    """Set-up counts into net receipts by the contract, and copies go out in three parts."""
    setup = order_setup()
    setup["contracts"][0]["order_charges"] = ["option-copies", "set-up"]
    takes_orders(office)
    office.load(setup)
    in_production(office, replace(CUSTOM, ship_to=(replace(SCHOOL, copies=100),)))


@after(counting)
def test_contract_decides_which_charges_earn_royalties(office: Office) -> None:
    acted(
        office,
        NUMBER,
        lambda work, version: editions.give_own_edition(
            work, NUMBER, "978-1-4422-0007-4", version=version
        ),
    )
    assert order_of(office, NUMBER).own_isbn == "9781442200074"
    for copies in (33, 33, 34):
        ship(office, NUMBER, 1, copies)
    # 51.50 a copy, and 150.00 of set-up spread over a hundred copies.
    assert [row[4] for row in sales(office)] == ["1749.00", "1749.00", "1802.00"]
    # What is agreed later changes nothing of an order that has begun.
    setup = order_setup()
    setup["contracts"][0]["order_charges"] = []
    office.load(setup | {"titles": []})
    come_back(office, NUMBER, 1, 100)
    assert sales(office)[-1][4] == "-5300.00"
    assert office.faults() == {}


def two_contracts(office: Office) -> None:
    """Two contracts share the title and count different charges."""
    setup = order_setup()
    other = {**setup["contracts"][0], "key": "second", "order_charges": ["set-up"]}
    setup["contracts"].append(other)
    takes_orders(office)
    office.load(setup)
    in_production(office, CUSTOM)
    office.execute(f"UPDATE orders SET own_isbn = '{HARDCOVER}'")


@after(two_contracts)
def test_contracts_with_different_charges_are_refused(office: Office) -> None:
    with pytest.raises(RefusedError, match="foot-2015 and second count different charges"):
        ship(office, NUMBER, 1, 10)


# The two rivers meet


@after(invoiced)
def test_credit_note_reverses_revenue_of_copies_not_returned(office: Office) -> None:
    come_back(office, NUMBER, 1, 10)
    credit(office, "I-000001", {1: 51_000})
    assert len(sales(office)) == 3, "the return took it back already"
    credit(office, "I-000001", {1: 25_001, 2: 500})
    assert sales(office)[3:] == [
        (HARDCOVER, "orders", "return", 0, "-197.92", NUMBER, "I-000003"),
        (HARDCOVER, "orders", "return", 0, "-52.09", NUMBER, "I-000003"),
    ]
    for period in ("2025-H1", "2025-H2", "2026-H1"):
        office.close(period)
    run = office.run("2026-H2")
    lines = [(line["kind"], line["units"], line["earned"]) for line in run["contracts"][0]["lines"]]
    assert lines == [("return", 0, "-25.00")], "a tenth of it, in the period of the credit note"
    assert office.faults() == {}


def directed(office: Office) -> None:
    """The plan gives what an order brings to Houston, and all was shipped in the spring."""
    setup = order_setup()
    setup["plans"][0]["versions"][0]["steps"] = [
        {"share": "1", "when": {"orders": [NUMBER]}, "to": [{"beneficiary": "houston"}]},
        remainder("tacoma"),
    ]
    for body in setup["contracts"]:
        body.pop("reserve", None)
        body.pop("advances", None)
    setup["income"] = []
    nothing(office)
    office.load(setup)
    in_production(office)
    ship(office, NUMBER, 1, 200)
    ship(office, NUMBER, 2, 50)
    office.bring_batch([a_row(10, retailer="hub", discount="0.55", date="2025-05-05")])


@after(directed)
def test_a_plan_directs_what_an_order_earns_and_explain_reaches_it(office: Office) -> None:
    office.close("2025-H1")
    office.statements("2025-H1")
    figures = dict(
        office.rows("SELECT beneficiary, allocated FROM settlement WHERE currency = 'USD'")
    )
    assert figures["houston"] == 127_500, "a tenth of 12,750.00, by the contract"
    assert figures["tacoma"] == 3_600, "a tenth of what the hub's ten copies brought"
    number = office.rows(
        "SELECT number FROM statement WHERE beneficiary = 'houston' AND currency = 'USD'"
    )[0][0]
    lines = [
        explained
        for place in (1, 2)
        for explained in [office.explain(str(number), f"foot-2015/{place}")]
    ]
    of_order = [row for each in lines for row in each.sales if row["of_order"]]
    assert [(row["of_order"], row["reference"], row["units"]) for row in of_order] == [
        (NUMBER, "1", 200),
        (NUMBER, "2", 50),
    ]
    assert office.faults() == {}


# Papers, races and crashes


@after(shipped)
def test_a_packing_list_is_kept_with_its_shipment(office: Office) -> None:
    theirs = Actor("Olga", Role.ORGANIZATION, organizations=frozenset({"guild"}))
    with office.system.work(theirs, read_only=True) as work:
        found = shipping.packing_list(work, NUMBER, 2, "pdf")
    assert found.name == "Packing list O-2026-0001-S2.pdf"
    assert found.data.startswith(b"%PDF")
    others = replace(theirs, organizations=frozenset({"league"}))
    with office.system.work(others, read_only=True) as work:
        for shipment in (2, 9):
            with pytest.raises(RefusedError, match="there is no shipment"):
                shipping.packing_list(work, NUMBER, shipment, "xlsx")
        assert shipping.shipments(work, NUMBER) == []


def send(office: Office, version: int, form: str) -> int:
    return ship(office, NUMBER, 1, 200, version=version, token=form).copies


@after(made)
def test_concurrent_shipments_of_the_last_copies_ship_once(office: Office, racers: Racers) -> None:
    version = order_of(office, NUMBER).version
    found = racers.race(*tasks(office, (send, version, "one"), (send, version, "other")))
    assert sorted(each.done for each in found) == [False, True]
    assert [each.told for each in found if not each.done] == [True], found
    assert office.rows("SELECT count(*), sum(copies) FROM shipment") == [(1, 200)]
    assert office.faults() == {}


@after(made)
def test_a_crash_while_shipping_leaves_nothing(office: Office, step: int) -> None:
    form: dict[str, Any] = {"token": token(), "version": order_of(office, NUMBER).version}
    crash_everywhere(office, lambda at: ship(at, NUMBER, 1, 200, **form), 15, step=step)
    assert ship(office, NUMBER, 1, 200, **form).number == 1
    assert office.rows("SELECT count(*) FROM shipment") == [(1,)]


@after(shipped)
def test_sales_batch_names_its_order(office: Office) -> None:
    document: Document = json.loads(office.rows("SELECT document FROM batch WHERE id = 1")[0][0])
    assert document["order"] == {"number": NUMBER, "reference": "1", "charges": []}
    assert (document["report"], document["retailer"], document["sale_lines"]) == (
        "shipment",
        "orders",
        1,
    )

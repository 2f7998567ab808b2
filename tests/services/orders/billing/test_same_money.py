"""Money is recorded once, though one person prepares it and another types it at once."""

from datetime import timedelta

import pytest

from royalties.domain.people import Actor, Role
from royalties.services.orders import second_person
from royalties.services.orders.billing import receivables
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.orders import somebody
from tests.builders.shipped import SHIPPED, invoiced, order_of, receive, token
from tests.services.racing import Racers, tasks

INVOICE, NUMBER, TOTAL = "I-000001", "O-2026-0001", 1_412_750
WAITS = r"USD .* for I-000001 waits for a second person already \(proposal 1 of Cleo\): have it"
RECORDED = r"USD .* for I-000001 is recorded already, as receipt 1"


def cleo(office: Office) -> Actor:
    return somebody(office, "Cleo", Role.CLERK)


def prepare(
    office: Office, who: Actor, amount: int = TOTAL, *, reference: str = "wire 17", late: int = 0
) -> int:
    with office.system.work(who) as work:
        day = SHIPPED + timedelta(days=late)
        return receivables.prepare_receipt(work, INVOICE, amount, day, reference, token())


def approve(office: Office, number: int) -> None:
    with office.system.work(somebody(office, "Mona", Role.MANAGER)) as work:
        second_person.approve(work, number)


def received(office: Office) -> list[int]:
    return [amount for (amount,) in office.rows("SELECT amount FROM receipt ORDER BY id")]


@after(invoiced)
def test_receipt_waiting_for_approval_is_not_recorded_by_command(office: Office) -> None:
    assert prepare(office, cleo(office)) == 1
    # Whatever day and reference are typed: either may be wrong.
    for days, reference in ((0, "wire 17"), (3, ""), (3, "wire 18")):
        with pytest.raises(RefusedError, match=WAITS):
            receive(office, INVOICE, TOTAL, SHIPPED + timedelta(days=days), reference)
    assert (received(office), office.faults()) == ([], {})
    approve(office, 1)
    assert (received(office), order_of(office, NUMBER).state) == ([TOTAL], "paid")


@after(invoiced)
def test_recorded_receipt_is_not_prepared_again(office: Office) -> None:
    clerk = cleo(office)
    receive(office, INVOICE, 1000)
    for late, reference in ((0, "Wire  17"), (5, "wire 17"), (0, "")):
        with pytest.raises(RefusedError, match=f"{RECORDED}.*the bank's statement gives"):
            prepare(office, clerk, 1000, reference=reference, late=late)
    # Another instalment, as the bank's statement says.
    assert prepare(office, clerk, 1000, reference="wire 18") == 1
    with pytest.raises(RefusedError, match=r"waits for a second person already"):
        prepare(office, clerk, 1000, reference="WIRE 18", late=1)
    approve(office, 1)
    assert (received(office), office.faults()) == ([1000, 1000], {})


@after(invoiced)
def test_receipt_without_a_reference_is_distinguished_once_both_have_one(
    office: Office,
) -> None:
    receive(office, INVOICE, 1000, reference="")
    with pytest.raises(RefusedError, match="reverse receipt 1, and record both"):
        receive(office, INVOICE, 1000, reference="wire 18")
    receive(office, INVOICE, 1000, SHIPPED + timedelta(days=1), "wire 18")
    with office.work() as work:
        receivables.reverse_receipt(work, 1, "without its reference")
    receive(office, INVOICE, 1000, reference="wire 17")
    assert (received(office), office.faults()) == ([1000, 1000, -1000, 1000], {})


@after(invoiced)
def test_approval_does_not_post_a_receipt_recorded_meanwhile(office: Office) -> None:
    """Proposals of an earlier version may wait beside a receipt of the same money."""
    prepare(office, cleo(office))
    with office.system.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE proposal SET status = 'withdrawn'")
    receive(office, INVOICE, TOTAL)
    with office.system.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE proposal SET status = 'waiting'")
    with pytest.raises(RefusedError, match=RECORDED):
        approve(office, 1)
    assert (received(office), office.faults()) == ([TOTAL], {})


@after(invoiced)
def test_refund_is_recorded_once(office: Office) -> None:
    receive(office, INVOICE, TOTAL + 500)
    with office.system.work(somebody(office, "Max", Role.MANAGER)) as work:
        receivables.prepare_pay_back(work, INVOICE, 200, SHIPPED, "", token())
    with office.work() as work, pytest.raises(RefusedError, match="waits for a second person"):
        receivables.pay_back(work, INVOICE, 200, SHIPPED, "back", token())
    approve(office, 1)
    with office.work() as work, pytest.raises(RefusedError, match="as receipt 2"):
        receivables.pay_back(work, INVOICE, 200, SHIPPED, "back", token())
    assert (received(office), office.faults()) == ([TOTAL + 500, -200], {})


def typed(office: Office, reference: str) -> int:
    return receive(office, INVOICE, TOTAL, reference=reference).amount


@after(invoiced)
def test_receipt_typed_and_prepared_concurrently_is_recorded_once(
    office: Office, racers: Racers
) -> None:
    clerk = cleo(office)
    found = racers.race(*tasks(office, (typed, "wire 17"), (prepare, clerk)))
    assert sorted(each.done for each in found) == [False, True], found
    assert all(each.done or each.told for each in found), found
    waits = office.rows("SELECT id FROM proposal")
    assert len(received(office)) + len(waits) == 1
    assert office.faults() == {}

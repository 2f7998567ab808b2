"""Money of organizations: what came in, what is owed since when, and who is reminded."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.approvals import SecondPersonError
from royalties.services.orders import life
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.work import RefusedError
from tests.builders.books import NOW, Office, after
from tests.builders.orders import REQUESTED, accepted, history, letters, somebody, takes_orders
from tests.builders.shipped import (
    SHIPPED,
    acted,
    credit,
    in_production,
    invoice,
    invoiced,
    order_of,
    paid,
    receive,
    ship,
    token,
)
from tests.services.racing import Racers, tasks
from tests.services.test_crashes import crash_everywhere

NUMBER = "O-2026-0001"
TOTAL = 1_412_750
GUILD = Actor("Olga", Role.ORGANIZATION, organizations=frozenset({"guild"}))
LEAGUE = replace(GUILD, organizations=frozenset({"league"}))
CLERK = Actor("Cleo", Role.CLERK)


def later(office: Office, days: int) -> None:
    """The calendar of an office goes on."""
    office.system = replace(office.system, clock=lambda: NOW + timedelta(days=days))


def owed(office: Office) -> int:
    with office.work(read_only=True) as work:
        return sum(each.balance for each in receivables.balances(work, NUMBER))


def back(office: Office, amount: int) -> receivables.ReceiptRow:
    with office.work() as work:
        return receivables.pay_back(work, "I-000001", amount, SHIPPED, "wire back", token())


@after(invoiced)
def test_invoice_can_be_paid_in_parts(office: Office) -> None:
    receive(office, "I-000001", 400_000)
    assert (owed(office), order_of(office, NUMBER).state) == (TOTAL - 400_000, "invoiced")
    receive(office, "I-000001", TOTAL - 400_001)
    assert (owed(office), order_of(office, NUMBER).state) == (1, "invoiced")
    receive(office, "I-000001", 1)
    assert (owed(office), order_of(office, NUMBER).state) == (0, "paid")
    assert [line[1:] for line in history(office, NUMBER)][-2:] == [
        ("receive", "invoiced"),
        ("settle", "paid"),
    ]
    told = [
        text
        for to, subject, text in letters(office)
        if to == "olga@example.org" and "we received your payment" in subject
    ]
    parts = [
        "USD 10127.50 of it is still open",
        "USD 0.01 of it is still open",
        "Nothing of it is open",
    ]
    assert [part in text for part, text in zip(parts, told, strict=True)] == [True] * 3
    assert not any("it is paid" in text for _, _, text in letters(office)), "one e-mail is enough"
    assert office.faults() == {}


@after(invoiced)
def test_overpayment_can_be_paid_back(office: Office) -> None:
    with pytest.raises(RefusedError, match=r"0\.00 USD were paid too much"):
        back(office, 1)
    receive(office, "I-000001", TOTAL + 5_000)
    assert (owed(office), order_of(office, NUMBER).state) == (-5_000, "paid")
    with pytest.raises(RefusedError, match=r"50\.00 USD were paid too much for I-000001"):
        back(office, 5_001)
    assert back(office, 2_000).amount == -2_000
    back(office, 3_000)
    assert owed(office) == 0
    assert office.rows("SELECT event, description FROM entry ORDER BY id DESC LIMIT 1") == [
        ("paid-back", "Paid back to guild: I-000001, wire back")
    ]
    assert office.faults() == {}


def reverse(office: Office, receipt: int, reason: str = "typed twice") -> receivables.ReceiptRow:
    with office.work() as work:
        return receivables.reverse_receipt(work, receipt, reason)


@after(invoiced)
def test_wrong_receipt_is_reversed_once_and_both_remain(office: Office) -> None:
    receive(office, "I-000001", TOTAL)
    receive(office, "I-000001", TOTAL, reference="wire 1 7")
    made = reverse(office, 2)
    assert (made.amount, made.reverses_id, made.reference) == (-TOTAL, 2, "typed twice")
    assert (owed(office), order_of(office, NUMBER).state) == (0, "paid")
    with pytest.raises(RefusedError, match="receipt 2 was reversed already, by receipt 3"):
        reverse(office, 2)
    with pytest.raises(RefusedError, match="receipt 3 reverses another one"):
        reverse(office, 3)
    with pytest.raises(RefusedError, match="there is no receipt 9"):
        reverse(office, 9)
    for reason, said in (("", "say why"), ("x" * 501, "up to 500 letters")):
        with pytest.raises(RefusedError, match=said):
            reverse(office, 1, reason)
    before = len(letters(office))
    reverse(office, 1, "another organization's money")
    assert (owed(office), order_of(office, NUMBER).state) == (TOTAL, "invoiced")
    assert [line[1:] for line in history(office, NUMBER)][-3:] == [
        ("reverse-receipt", "paid"),
        ("reverse-receipt", "paid"),
        ("reopen", "invoiced"),
    ]
    [(_, subject, text), *_] = letters(office)[before:]
    assert subject == f"Order {NUMBER}: not paid yet"
    assert "by mistake: another organization's money" in text
    assert "USD 14127.50 of your order is still open" in text
    assert office.rows("SELECT event, description FROM entry ORDER BY id DESC LIMIT 1") == [
        ("receipt-reversed", "Receipt 1 reversed, guild: I-000001, another organization's money")
    ]
    with office.system.work(GUILD, read_only=True) as work:
        [shown] = receivables.statement_of_account(work, "guild")
        [aged] = receivables.aging(work, NOW.date())
    assert sorted(line.words for line in shown.lines) == [
        "Invoice", "Payment", "Payment", "Payment, reversed", "Payment, reversed"
    ]  # fmt: skip
    assert shown.balance == aged.total == TOTAL
    receive(office, "I-000001", TOTAL)
    assert order_of(office, NUMBER).state == "paid"
    assert office.faults() == {}


def reversed_once(office: Office, _: str) -> int:
    return reverse(office, 1).id


@after(invoiced)
def test_a_long_reason_is_kept_in_the_history(office: Office) -> None:
    receive(office, "I-000001", TOTAL)
    why = "the bank took it back: " + "x" * 200
    assert reverse(office, 1, why).reference == why[:100]
    [[detail]] = office.rows("SELECT detail FROM order_event WHERE action = 'reverse-receipt'")
    assert why in detail
    assert office.faults() == {}


@after(invoiced)
def test_concurrent_reversals_of_a_receipt_reverse_once(office: Office, racers: Racers) -> None:
    receive(office, "I-000001", TOTAL)
    found = racers.race(*tasks(office, (reversed_once, "one"), (reversed_once, "other")))
    assert sorted(each.done for each in found) == [False, True], found
    assert owed(office) == TOTAL
    assert office.faults() == {}


@after(invoiced)
def test_form_sent_twice_records_one_receipt(office: Office) -> None:
    form = token()
    for _ in range(2):
        with office.work() as work:
            receivables.receive(work, "I-000001", 7, SHIPPED, "", form)
    assert office.rows("SELECT amount FROM receipt") == [(7,)]
    credit(office, "I-000001", {1: 5})
    for number, said in (("I-000009", "no invoice"), ("I-000002", "is a credit note")):
        with office.work() as work, pytest.raises(RefusedError, match=said):
            receivables.receive(work, number, 7, SHIPPED, "", token())


@after(invoiced)
@pytest.mark.parametrize(
    ("amount", "day", "reference", "said"),
    [
        (0, SHIPPED, "", "above 0"),
        (-5, SHIPPED, "", "above 0"),
        (10**16, SHIPPED, "", "above 0"),
        (5, date(2026, 8, 21), "", "has not come yet"),
        (5, SHIPPED, "x" * 101, "up to 100 letters"),
    ],
)
def test_invalid_receipt_is_refused(
    office: Office, amount: int, day: date, reference: str, said: str
) -> None:
    with office.work() as work, pytest.raises(RefusedError, match=said):
        receivables.receive(work, "I-000001", amount, day, reference, token())


@after(invoiced)
def test_only_permitted_roles_handle_money(office: Office) -> None:
    form: dict[str, Any] = {"token": token()}
    with office.system.work(GUILD) as work:
        for do in (receivables.receive, receivables.pay_back):
            with pytest.raises(NotAllowedError):
                do(work, "I-000001", 5, SHIPPED, "", **form)
        for read in (receivables.reminders, lambda at: receivables.remind(at, "I-000001")):
            with pytest.raises(NotAllowedError):
                read(work)
    with office.system.work(CLERK) as work:
        with pytest.raises(SecondPersonError, match="another manager confirms"):
            receivables.receive(work, "I-000001", 5, SHIPPED, "", **form)
        with pytest.raises(NotAllowedError, match="ask a manager"):
            receivables.prepare_pay_back(work, "I-000001", 5, SHIPPED, "", **form)
        with pytest.raises(NotAllowedError, match="ask a manager"):
            receivables.pay_back(work, "I-000001", 5, SHIPPED, "", **form)
        with pytest.raises(NotAllowedError, match="ask a manager"):
            receivables.reverse_receipt(work, 1, "typed twice")


def three_orders(office: Office) -> None:
    """Invoices of two organizations; one is paid too much."""
    invoiced(office)
    for number, organization in (("O-2026-0002", "guild"), ("O-2026-0003", "league")):
        if organization == "league":
            office.execute("UPDATE orders SET organization = 'guild'")
        in_production(office, replace(REQUESTED, contact_email="pay@example.org"))
        ship(office, number, 1, 200)
        ship(office, number, 2, 50)
        invoice(office, number)
    receive(office, "I-000003", TOTAL + 100)


@after(three_orders)
def test_aging_list_groups_by_days_overdue(office: Office) -> None:
    receive(office, "I-000001", 412_750)
    for days, column in ((0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (121, 4)):
        with office.work(read_only=True) as work:
            [aged] = receivables.aging(work, NOW.date() + timedelta(days=days))
        assert (aged.organization, aged.currency, aged.credit) == ("guild", "USD", -100)
        sums = [0] * 5
        sums[column] = 1_000_000 + TOTAL
        assert (days, aged.sums) == (days, sums)
        assert aged.total == 1_000_000 + TOTAL - 100
    with office.system.work(LEAGUE, read_only=True) as work:
        assert receivables.aging(work, NOW.date()) == []
    assert [receivables.bucket_of(each) for each in (-9, 0, 1, 30, 31, 60, 61, 90, 91)] == [
        0, 0, 1, 1, 2, 2, 3, 3, 4
    ]  # fmt: skip


@after(three_orders)
def test_overdue_invoice_is_reminded_of_once_a_day(office: Office) -> None:
    with office.work() as work, pytest.raises(RefusedError, match="is not overdue"):
        receivables.remind(work, "I-000002")
    later(office, 31)
    with office.work(read_only=True) as work:
        found = receivables.reminders(work)
    assert [(each.invoice.number, each.days, each.reminded) for each in found] == [
        ("I-000001", 1, ()),
        ("I-000002", 1, ()),
    ]
    with office.work() as work:
        receivables.remind(work, "I-000002")
    with office.work() as work, pytest.raises(RefusedError, match="today already"):
        receivables.remind(work, "I-000002")
    later(office, 32)
    with office.work() as work:
        assert len(receivables.remind(work, "I-000002").reminded) == 1
    sent = letters(office, "reminder")
    assert [who for who, _, _ in sent] == ["pay@example.org"] * 2
    assert sent[0][1] == "Order O-2026-0002: invoice I-000002 is overdue"
    assert sent[0][2] == "", "it was not sent yet, and the newer one took its place"
    assert "USD 14127.50 is still open" in sent[1][2]
    with office.work() as work, pytest.raises(RefusedError, match="is not overdue"):
        receivables.remind(work, "I-000003")


@after(paid)
def test_a_statement_of_account_adds_up(office: Office) -> None:
    with office.system.work(GUILD, read_only=True) as work:
        [shown] = receivables.statement_of_account(work, "guild")
        data = receivables.account_workbook(work, "guild")
    assert [(line.words, line.number, line.order, line.amount) for line in shown.lines] == [
        ("Payment", "I-000001", NUMBER, -500_000),
        ("Payment", "I-000001", NUMBER, -856_650),
        ("Invoice", "I-000001", NUMBER, TOTAL),
        ("Credit note", "I-000002", NUMBER, -56_100),
    ]
    assert shown.balances[-1] == shown.balance == 0
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    figures = [cell.value for row in sheet for cell in row if isinstance(cell.value, int | float)]
    assert 14127.5 in figures
    with office.system.work(LEAGUE, read_only=True) as work:
        for key in ("guild", "nobody"):
            with pytest.raises(RefusedError, match="no such organization"):
                receivables.statement_of_account(work, key)
        with pytest.raises(RefusedError, match="nothing was invoiced"):
            receivables.account_workbook(work, "league")


def pay(office: Office, amount: int, form: str) -> int:
    with office.work() as work:
        return receivables.receive(work, "I-000001", amount, SHIPPED, "", form).amount


@after(invoiced)
def test_concurrent_receipts_both_count(office: Office, racers: Racers) -> None:
    found = racers.race(*tasks(office, (pay, 1_000_000, "one"), (pay, 412_750, "other")))
    assert all(each.done for each in found), found
    assert (owed(office), order_of(office, NUMBER).state) == (0, "paid")
    assert office.faults() == {}


@after(invoiced)
def test_a_crash_while_receiving_leaves_nothing(office: Office, step: int) -> None:
    form = token()
    crash_everywhere(office, lambda at: pay(at, TOTAL, form), 10, step=step)


@after(takes_orders)
def test_unpaid_deposit_is_not_refunded(office: Office) -> None:
    """The invoice bears the deposit, so its credit note leaves it below nothing."""
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    number = accepted(office, olga, REQUESTED)
    acted(
        office,
        number,
        lambda work, version: invoicing.invoice_deposit(
            work, number, version=version, token=token()
        ),
    )
    acted(office, number, lambda work, version: life.produce(work, number, version))
    ship(office, number, 1, 200)
    ship(office, number, 2, 50)
    final = invoice(office, number).row.number
    credit(office, final)
    refused = pytest.raises(RefusedError, match=r"0\.00 USD were paid too much")
    with refused, office.work() as work:
        receivables.pay_back(work, final, 1, work.today, "back", token())
    assert office.faults() == {}

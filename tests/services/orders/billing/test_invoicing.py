"""Invoices: numbered without gaps, never changed, in the ledger to the cent, and credited."""

import io
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from beancount import loader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.ledger.journal import journal
from royalties.services.orders.billing import invoicing
from royalties.services.orders.billing.settling import cancel
from royalties.services.orders.life import ChangedMeanwhileError
from royalties.services.work import RefusedError
from royalties.store.ledger import entries as ledger
from tests.builders.books import Office, after
from tests.builders.orders import (
    CHAPTER,
    REQUESTED,
    SCHOOL,
    accepted,
    letters,
    somebody,
    takes_orders,
)
from tests.builders.shipped import (
    acted,
    come_back,
    credit,
    in_production,
    invoice,
    invoiced,
    made,
    order_of,
    paid,
    receive,
    ship,
    shipped,
    three_proofs,
    token,
)
from tests.selection import costly
from tests.services.racing import Racers, tasks
from tests.services.test_crashes import crash_everywhere

NUMBER = "O-2026-0001"
OREGON = replace(CHAPTER, city="Portland", region="OR", postcode="97201")
GUILD = Actor("Olga", Role.ORGANIZATION, organizations=frozenset({"guild"}))
LEAGUE = replace(GUILD, organizations=frozenset({"league"}))
CLERK = Actor("Cleo", Role.CLERK)


def balances(office: Office) -> dict[str, int]:
    """What the accounts of orders stand at, but those at zero."""
    with office.work(read_only=True) as work:
        found = ledger.balances(work.connection)
    return {account: amount for (account, _), amount in found.items() if amount}


def certified(office: Office, place: str = "US-WA", **columns: str) -> None:
    """The guild has a certificate, checked and in force."""
    values = {
        "signed_on": "2026-01-01",
        "expires_on": "2027-01-01",
        "checked_at": "2026-01-02T00:00:00+00:00",
        "refused": "",
        **columns,
    }
    names = ", ".join(values)
    texts = ", ".join(f"'{value}'" if value != "null" else "null" for value in values.values())
    office.execute(
        f'INSERT INTO certificate (organization, place, name, type, sha256, at, "by", {names}) '
        f"VALUES ('guild', '{place}', 'c.pdf', 'application/pdf', 'x', 'x', 'x', {texts})"
    )


# The final invoice


@after(three_proofs)
def test_further_proofs_are_charged_once_on_the_final_invoice(office: Office) -> None:
    with office.work(read_only=True) as work:
        shown = invoicing.preview(work, order_of(office, NUMBER)).shown
        waived = invoicing.preview(work, order_of(office, NUMBER), 0).shown
        for count in (3, -1):
            with pytest.raises(RefusedError, match="2 further proofs were sent: charge at most"):
                invoicing.preview(work, order_of(office, NUMBER), count)
    [line] = [line for line in shown.lines if line.kind == "proof"]
    assert (line.quantity, line.unit, line.amount) == (2, "65", 13_000)
    assert line.why == "3 proofs were sent, 1 of them free"
    assert [line.kind for line in waived.lines].count("proof") == 0
    tax = [
        sum(line.amount for line in each.lines if line.kind == "tax") for each in (shown, waived)
    ]
    assert tax[0] - tax[1] == 1_300
    with pytest.raises(RefusedError, match="look at it again"):
        invoice(office, NUMBER, seen=shown.total, proofs=1)
    issued = invoice(office, NUMBER, seen=waived.total, proofs=0)
    assert issued.row.total == waived.total
    [[detail]] = office.rows("SELECT detail FROM order_event WHERE action = 'invoice'")
    assert "0 of 2 charged" in detail
    assert office.faults() == {}


@after(shipped)
def test_invoice_repeats_the_quote_and_is_posted(office: Office) -> None:
    issued = invoice(office, NUMBER, seen=1_412_750)
    shown = issued.shown
    assert (shown.number, shown.kind, shown.total, shown.balance) == (
        "I-000001",
        "final",
        1_412_750,
        1_412_750,
    )
    assert [(line.kind, line.quantity, line.amount, line.place) for line in shown.lines] == [
        ("copies", 250, 1_275_000, ""),
        ("freight", 1, 7_000, "US-WA"),
        ("freight", 1, 3_250, "US-WA"),
        ("tax", 1, 127_500, "US-WA"),
    ]
    assert (str(shown.dated), str(shown.due), shown.po_number) == (
        "2026-08-20",
        "2026-09-19",
        "PO-7",
    )
    assert order_of(office, NUMBER).state == "invoiced"
    assert balances(office) == {
        "asset:receivable:guild": 1_412_750,
        "income:orders:copies": -1_275_000,
        "income:orders:freight": -10_250,
        "liability:sales-tax:US-WA": -127_500,
    }
    assert office.rows("SELECT dated, event, subject FROM entry") == [
        ("2026-08-20", "invoiced", NUMBER)
    ]
    told = [text for _, subject, text in letters(office) if "invoice" in subject]
    assert "invoice I-000001 for 250 copies of The Collab: USD 14127.50" in told[0]
    assert "by 19 September 2026" in told[0]
    assert office.faults() == {}


@after(made)
def test_invoice_bills_the_shipped_copies(office: Office) -> None:
    with pytest.raises(RefusedError, match="no copies"):
        invoice(office, NUMBER)
    ship(office, NUMBER, 2, 45)
    ship(office, NUMBER, 1, 195)
    with pytest.raises(RefusedError, match="invoice is not possible while the order is in prod"):
        invoice(office, NUMBER)
    ship(office, NUMBER, 1, 1, last=True)
    with office.work(read_only=True) as work:
        before = invoicing.preview(work, order_of(office, NUMBER)).shown
    shown = invoice(office, NUMBER).shown
    assert [line.amount for line in shown.lines] == [1_229_100, 7_000, 3_250, 122_910]
    assert before.lines == shown.lines
    assert office.faults() == {}


@after(shipped)
def test_form_sent_twice_issues_one_invoice(office: Office) -> None:
    version = order_of(office, NUMBER).version
    form = {"token": token()}
    first = invoice(office, NUMBER, **form)
    assert invoice(office, NUMBER, **form) == first
    with office.work() as work, pytest.raises(ChangedMeanwhileError):
        invoicing.invoice(work, NUMBER, version=version, token=token())
    with pytest.raises(RefusedError, match="not possible while the order is invoiced"):
        invoice(office, NUMBER)
    assert office.rows("SELECT count(*) FROM invoice") == [(1,)]


@after(shipped)
def test_invoice_is_refused_if_its_total_changed_since_shown(office: Office) -> None:
    certified(office)
    with pytest.raises(RefusedError, match=r"comes to 12852\.50 by now"):
        invoice(office, NUMBER, seen=1_412_750)


# Tax


@after(shipped)
def test_valid_certificate_removes_the_tax(office: Office) -> None:
    certified(office)
    shown = invoice(office, NUMBER).shown
    assert [line.kind for line in shown.lines] == ["copies", "freight", "freight"]
    assert shown.tax_note == "Exempt by certificate: Washington."
    assert "liability:sales-tax:US-WA" not in balances(office)


@after(shipped)
@pytest.mark.parametrize(
    "columns",
    [
        {"checked_at": "null"},
        {"refused": "not signed"},
        {"signed_on": "2026-08-21"},
        {"expires_on": "2026-08-19"},
    ],
)
def test_invalid_certificate_does_not_remove_the_tax(
    office: Office, columns: dict[str, str]
) -> None:
    certified(office, **columns)
    assert invoice(office, NUMBER).shown.lines[-1].amount == 127_500


def two_states(office: Office) -> None:
    takes_orders(office)
    in_production(office, replace(REQUESTED, ship_to=(SCHOOL, OREGON)))
    ship(office, NUMBER, 1, 200)
    ship(office, NUMBER, 2, 50)


@after(two_states)
def test_invoice_tax_is_by_place(office: Office) -> None:
    shown = invoice(office, NUMBER).shown
    assert [(line.place, line.amount) for line in shown.lines if line.kind == "tax"] == [
        ("US-WA", 102_000)
    ]
    assert shown.tax_note == "No sales tax is charged for Oregon."


# Deposit and cancellation


def taken(office: Office) -> None:
    """An order of an organization that pays ahead is accepted."""
    takes_orders(office)
    actor = somebody(office, "Lea", Role.ORGANIZATION, "league")
    accepted(office, actor, REQUESTED, "")


def deposit(office: Office, **more: Any) -> invoicing.IssuedInvoice:
    values = {"token": token(), **more}
    found: invoicing.IssuedInvoice = acted(
        office,
        NUMBER,
        lambda work, version: invoicing.invoice_deposit(work, NUMBER, version=version, **values),
    )
    return found


@after(taken)
def test_a_deposit_is_asked_for_once_and_used_up_by_the_final_invoice(office: Office) -> None:
    shown = deposit(office).shown
    assert (shown.kind, shown.total, shown.due) == ("deposit", 706_375, shown.dated)
    with pytest.raises(RefusedError, match="was invoiced already: I-000001"):
        deposit(office)
    assert balances(office) == {
        "asset:receivable:league": 706_375,
        "liability:deposits:league": -706_375,
    }
    receive(office, "I-000001", 706_375)
    assert balances(office) == {"asset:bank": 706_375, "liability:deposits:league": -706_375}
    office.execute("UPDATE orders SET state = 'in-production'")
    ship(office, NUMBER, 1, 200)
    ship(office, NUMBER, 2, 50)
    final = invoice(office, NUMBER)
    assert (final.shown.total, final.shown.deposit_applied, final.shown.balance) == (
        1_412_750,
        706_375,
        706_375,
    )
    assert balances(office)["asset:receivable:league"] == 706_375
    assert "liability:deposits:league" not in balances(office)
    with pytest.raises(RefusedError, match="used up by invoice I-000002"):
        credit(office, "I-000001")
    receive(office, "I-000002", 706_375)
    assert order_of(office, NUMBER).state == "paid"
    assert "asset:receivable:league" not in balances(office)
    assert office.faults() == {}


@after(taken)
def test_cancellation_fee_is_taken_from_the_deposit(office: Office) -> None:
    deposit(office)
    receive(office, "I-000001", 706_375)
    office.execute("UPDATE orders SET state = 'in-production'")
    with office.work() as work:
        cancel(work, NUMBER, "they changed their mind")
    issued = acted(
        office,
        NUMBER,
        lambda work, version: invoicing.invoice_cancellation(
            work, NUMBER, version=version, token=token()
        ),
    )
    assert (issued.shown.kind, issued.shown.total, issued.shown.balance) == (
        "cancellation",
        1_412_750,
        706_375,
    )
    subject, words = letters(office)[-1][1:]
    assert subject == f"Order {NUMBER}: the invoice for your cancelled order"
    assert "I-000002" in words
    assert "Please pay USD 7063.75" in words
    with pytest.raises(RefusedError, match="was invoiced already"):
        acted(
            office,
            NUMBER,
            lambda work, version: invoicing.invoice_cancellation(
                work, NUMBER, version=version, token=token()
            ),
        )
    assert balances(office) == {
        "asset:bank": 706_375,
        "asset:receivable:league": 706_375,
        "income:orders:cancellation": -1_412_750,
    }
    assert office.faults() == {}


@after(taken)
def test_a_deposit_of_an_order_that_owes_nothing_is_credited(office: Office) -> None:
    deposit(office)
    receive(office, "I-000001", 706_375)
    with office.work() as work:
        cancel(work, NUMBER, "they changed their mind")
    with pytest.raises(RefusedError, match="owes nothing: credit the invoice of its deposit"):
        acted(
            office,
            NUMBER,
            lambda work, version: invoicing.invoice_cancellation(
                work, NUMBER, version=version, token=token()
            ),
        )
    credit(office, "I-000001")
    assert balances(office) == {"asset:bank": 706_375, "asset:receivable:league": -706_375}
    assert office.faults() == {}


# Credit notes


@after(invoiced)
def test_credit_notes_never_exceed_the_invoice(office: Office) -> None:
    first = credit(office, "I-000001", {1: 51_000, 4: 5_100})
    assert (first.shown.number, first.shown.total, first.shown.of_number) == (
        "I-000002",
        -56_100,
        "I-000001",
    )
    assert [(line.kind, line.amount, line.why) for line in first.shown.lines] == [
        ("copies", -51_000, "ten were damaged"),
        ("tax", -5_100, "ten were damaged"),
    ]
    for amounts, said in (
        ({1: 1_224_001}, r"12240\.00 USD are left of 'Copies'"),
        ({5: 1}, "has no line 5"),
        ({0: 1}, "has no line 0"),
        ({1: -1}, "credit at most that"),
        ({1: 0}, "nothing of invoice I-000001"),
    ):
        with pytest.raises(RefusedError, match=said):
            credit(office, "I-000001", amounts)
    assert credit(office, "I-000001").shown.total == -1_356_650
    with pytest.raises(RefusedError, match="nothing of invoice I-000001 is left"):
        credit(office, "I-000001")
    with pytest.raises(RefusedError, match="is a credit note"):
        credit(office, "I-000002")
    assert balances(office) == {}
    assert order_of(office, NUMBER).state == "paid", "nothing is owed any more"
    assert office.faults() == {}


@after(invoiced)
def test_finance_invoices_and_only_managers_credit(office: Office) -> None:
    with office.system.work(CLERK) as work, pytest.raises(NotAllowedError, match="ask a manager"):
        invoicing.credit_note(work, "I-000001", reason="x", token=token())
    with office.system.work(GUILD) as work:
        for do in (invoicing.invoice, invoicing.invoice_deposit, invoicing.invoice_cancellation):
            with pytest.raises(NotAllowedError):
                do(work, NUMBER, version=1, token=token())
        with pytest.raises(NotAllowedError):
            invoicing.preview(work, order_of(office, NUMBER))
        assert [each.row.number for each in invoicing.invoices(work, NUMBER)] == ["I-000001"]
        assert invoicing.invoice_paper(work, "I-000001", "pdf").data.startswith(b"%PDF")
    with office.system.work(LEAGUE) as work:
        assert invoicing.invoices(work, NUMBER) == []
        assert invoicing.invoice_of(work, "I-000001") is None
        with pytest.raises(RefusedError, match="there is no invoice"):
            invoicing.invoice_paper(work, "I-000001", "pdf")


@after(invoiced)
def test_invoice_file_is_written_once(office: Office) -> None:
    with office.work(read_only=True) as work:
        found = invoicing.invoice_paper(work, "I-000001", "xlsx")
        assert invoicing.invoice_paper(work, "I-000001", "xlsx") == found
    sheet = load_workbook(io.BytesIO(found.data)).worksheets[0]
    said = {str(cell.value) for row in sheet for cell in row if cell.value is not None}
    assert {"I-000001", "PO-7", "Guild Society"} <= said
    assert office.rows("SELECT kind, file FROM paper WHERE number = 'I-000001' ORDER BY file") == [
        ("invoice", "pdf"),
        ("invoice", "xlsx"),
    ]


# The ledger beside closes


@after(paid)
def test_closing_a_period_leaves_order_entries_unchanged(office: Office) -> None:
    office.close("2025-H1")
    office.statements("2025-H1")
    assert office.faults() == {}
    with office.work(read_only=True) as work:
        text = "\n".join(journal(work, "beancount"))
    read: Any = loader.load_string(text)
    _, errors, _ = read
    assert errors == []
    assert "Income:Orders:Copies" in text
    invoiced_later = office.rows(
        "SELECT count(*) FROM entry e JOIN period p ON p.id = e.period_id "
        "WHERE p.name = '2025-H1' AND e.event = 'received'"
    )
    assert invoiced_later == [(2,)]


# Races and crashes


def bill(office: Office, version: int, form: str) -> str:
    with office.work() as work:
        return invoicing.invoice(work, NUMBER, version=version, token=form).row.number


@after(shipped)
def test_concurrent_invoicing_issues_one_invoice(office: Office, racers: Racers) -> None:
    version = order_of(office, NUMBER).version
    found = racers.race(*tasks(office, (bill, version, "one"), (bill, version, "other")))
    assert sorted(each.done for each in found) == [False, True]
    assert [each.told for each in found if not each.done] == [True], found
    assert office.rows("SELECT number FROM invoice") == [("I-000001",)]
    assert office.faults() == {}


def two_orders(office: Office) -> None:
    shipped(office)
    in_production(office)
    ship(office, "O-2026-0002", 1, 200)
    ship(office, "O-2026-0002", 2, 50)


def bill_of(office: Office, number: str) -> str:
    version = order_of(office, number).version
    with office.work() as work:
        return invoicing.invoice(work, number, version=version, token=f"for {number}").row.number


def close(office: Office, period: str) -> str:
    office.close(period)
    return period


@after(two_orders)
@pytest.mark.parametrize("pause", ["INSERT INTO invoice", "INSERT INTO posting"])
def test_concurrent_invoices_and_close_leave_no_number_gap(
    office: Office, racers: Racers, pause: str
) -> None:
    found = racers.race(
        *tasks(
            office,
            (bill_of, "O-2026-0001"),
            (bill_of, "O-2026-0002"),
            (close, "2025-H1"),
            pause=pause,
        )
    )
    assert all(each.done for each in found), found
    assert office.rows("SELECT number FROM invoice ORDER BY id") == [("I-000001",), ("I-000002",)]
    assert office.faults() == {}


@after(shipped)
def test_a_crash_while_invoicing_leaves_nothing(office: Office, step: int) -> None:
    form = token()
    version = order_of(office, NUMBER).version

    def do(at: Office) -> None:
        with at.work() as work:
            invoicing.invoice(work, NUMBER, version=version, token=form)

    crash_everywhere(office, do, 15, step=step)


@after(invoiced)
def test_a_crash_while_crediting_leaves_nothing(office: Office, step: int) -> None:
    crash_everywhere(office, lambda at: credit(at, "I-000001", {1: 10_000}), 15, step=step)
    come_back(office, NUMBER, 1, 1)
    assert office.faults() == {}


# What always holds


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(invoiced)
@settings(
    max_examples=costly(12).max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.fractions(0, 1), st.integers(1, 500_000)), max_size=3
    )
)
def test_revenue_equals_invoices_less_credit_notes(
    office: Office, steps: list[tuple[bool, Fraction, int]]
) -> None:
    """The amount owed is invoices less credit notes and receipts, however paid."""
    for credited, share, received in steps:
        with office.work(read_only=True) as work:
            shown = [each.shown for each in invoicing.invoices(work, NUMBER)]
        left = invoicing.left_of(shown[0], shown[1:])
        amounts = {place: int(amount * share / 3) for place, amount in enumerate(left, 1)}
        if credited and any(amounts.values()):
            credit(office, "I-000001", amounts)
        receive(office, "I-000001", received)
    [(totals,)] = office.rows("SELECT sum(total - deposit_applied) FROM invoice")
    [(paid_in,)] = office.rows("SELECT coalesce(sum(amount), 0) FROM receipt")
    assert balances(office).get("asset:receivable:guild", 0) == totals - paid_in
    assert balances(office).get("asset:bank", 0) == paid_in
    assert totals > paid_in or order_of(office, NUMBER).state == "paid"
    assert office.faults() == {}

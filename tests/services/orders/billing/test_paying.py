"""Invoices say how to pay: as it held on their day, in their currency, and for ever after."""

from typing import Any

import pytest

from reports import invoice as paper
from royalties.domain.people import Actor, Role
from royalties.domain.problems import SetupFault
from royalties.ingest.setup import SetupError
from royalties.services.orders.billing import invoicing
from royalties.services.terms import amending
from tests.builders.books import Office, after
from tests.builders.orders import letters, somebody, takes_orders
from tests.builders.shipped import invoice, made, order_of, receive, ship, token

US: dict[str, Any] = {
    "key": "usd",
    "currency": "USD",
    "from": "2025-01-01",
    "payee": "Example House",
    "bank": "Example Bank",
    "routing": "125000024",
    "account": "000 123 4567",
    "note": "No cash, please.",
}
LATER: dict[str, Any] = {
    "key": "anywhere",
    "from": "2025-01-01",
    "payee": "Example House",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "DEUTDEFF",
}


def faults(office: Office, *entries: dict[str, Any]) -> list[SetupFault]:
    with pytest.raises(SetupError) as error:
        office.load({"payment_details": list(entries)})
    return list(error.value.faults)


@after(takes_orders)
@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"routing": "125000025"}, "routing", "is not a routing number"),
        ({"iban": "DE88370400440532013000"}, "iban", "is not an IBAN"),
        ({"bic": "DEUT"}, "bic", "is not a BIC"),
        ({"account": ""}, "account", "it is blank"),
        ({"from": "soon"}, "from", "is not a day"),
    ],
)
def test_invalid_account_numbers_are_refused(
    office: Office, change: dict[str, str], path: str, said: str
) -> None:
    found = faults(office, {**US, **change})
    assert [each.path for each in found] == [f"payment_details[0].{path}"]
    assert said in found[0].message


@after(takes_orders)
def test_payment_details_without_method_or_with_duplicate_start_are_refused(office: Office) -> None:
    without = {key: US[key] for key in ("key", "from", "payee")}
    [found] = faults(office, without)
    assert "says no way to pay" in found.message
    [found] = faults(office, {**without, "routing": US["routing"], "address": ["1 Lane"]})
    assert found.path == "payment_details[0].routing"
    [found] = faults(office, US, {**US, "key": "again"})
    assert (found.path, "begins on this day already" in found.message) == (
        "payment_details[1].from",
        True,
    )
    office.load({"payment_details": [US, LATER]})
    assert not office.load({"payment_details": [LATER]}).changed


@after(made)
def test_invoice_states_how_to_pay_and_never_changes(office: Office) -> None:
    office.load({"payment_details": [US, LATER]})
    number = "O-2026-0001"
    ship(office, number, 1, 200)
    ship(office, number, 2, 50)
    issued = invoice(office, number)
    said = issued.shown.pay_to
    assert said is not None
    assert said.pairs("I-000001") == [
        ("Payee", "Example House"),
        ("Bank", "Example Bank"),
        ("Routing number", "125000024"),
        ("Account", "000 123 4567"),
        ("Reference", "I-000001"),
    ]
    [text] = [text for _, subject, text in letters(office) if "your invoice" in subject][:1]
    assert "Account: 000 123 4567\nReference: I-000001\nNo cash, please." in text
    before = {}
    for file in ("pdf", "xlsx"):
        with office.work() as work:
            before[file] = invoicing.invoice_paper(work, "I-000001", file).data
    office.load({"payment_details": [{**US, "account": "999"}]})
    with office.work() as work:
        found = invoicing.invoice_of(work, "I-000001")
        assert found is not None
        assert found.shown.pay_to == said
        for file, data in before.items():
            assert invoicing.invoice_paper(work, "I-000001", file).data == data
    assert paper.pdf(found.shown) == before["pdf"]
    receive(office, "I-000001", issued.shown.balance)
    with office.work() as work:
        note = invoicing.credit_note(work, "I-000001", reason="Wet", token=token(), amounts=None)
    assert note.shown.pay_to is None, "nothing is to be paid of it"
    assert office.faults() == {}


@after(made)
def test_invoice_without_payment_details_of_its_currency_uses_others_or_none(
    office: Office,
) -> None:
    ship(office, "O-2026-0001", 1, 200)
    with office.work() as work:
        order = order_of(office, "O-2026-0001")
        assert invoicing.preview(work, order).shown.pay_to is None
    office.load({"payment_details": [LATER, {**US, "from": "2030-01-01"}]})
    with office.work() as work:
        said = invoicing.preview(work, order).shown.pay_to
    assert said is not None
    assert ("IBAN", "DE89 3704 0044 0532 0130 00") in said.pairs("I-1")


@after(takes_orders)
def test_new_bank_account_needs_a_second_person(office: Office) -> None:
    office.load({"payment_details": [US]})
    mona = somebody(office, "Mona", Role.MANAGER)
    with office.system.work(mona) as work:
        now = amending.find_entry(work, "payment_details", "usd")
        assert now is not None
        saved = amending.save(
            work, "payment_details", {**now.body, "account": "666"}, revision=now.id
        )
    assert saved.proposal is not None

    def account() -> str:
        with office.work(read_only=True) as work:
            found = amending.find_entry(work, "payment_details", "usd")
        assert found is not None
        return str(found.body["account"])

    assert account() == "000 123 4567"
    with (
        office.system.work(mona) as work,
        pytest.raises(ValueError, match="prepared this yourself"),
    ):
        amending.approve(work, saved.proposal)
    other = somebody(office, "Max", Role.MANAGER)
    with office.system.work(Actor("Max", Role.MANAGER, other.person)) as work:
        amending.approve(work, saved.proposal)
    assert account() == "666"

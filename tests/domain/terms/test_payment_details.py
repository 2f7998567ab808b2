"""Payment details on invoices: which are in force on a day, and how they are printed."""

from datetime import date

import pytest

from royalties.domain.terms.payment_details import PaymentDetails, payment_on

JANUARY, JUNE, JULY = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


def details(key: str, starts: date = JANUARY, currency: str = "") -> PaymentDetails:
    return PaymentDetails(key, starts, "Example House", currency)


def test_invoice_states_all_that_a_payment_needs() -> None:
    full = PaymentDetails(
        "main",
        JANUARY,
        "Example House",
        bank="Harbour Bank",
        account="000123456789",
        routing="125000024",
        iban="NO9386011117947",
        bic="HRBRNOKK",
        address=("Example House", "PO Box 7", "Seattle, WA 98101"),
    )
    assert full.pairs("INV-2026-0007") == [
        ("Payee", "Example House"),
        ("Bank", "Harbour Bank"),
        ("Routing number", "125000024"),
        ("Account", "000123456789"),
        ("IBAN", "NO93 8601 1117 947"),
        ("BIC", "HRBRNOKK"),
        ("Checks to", "Example House, PO Box 7, Seattle, WA 98101"),
        ("Reference", "INV-2026-0007"),
    ]


def test_unknown_payment_details_are_left_out() -> None:
    assert details("main").pairs("INV-2026-0007") == [
        ("Payee", "Example House"),
        ("Reference", "INV-2026-0007"),
    ]


@pytest.mark.parametrize(("day", "key"), [(JUNE, "old"), (JULY, "new")])
def test_payment_details_hold_from_their_first_day_on(day: date, key: str) -> None:
    known = [details("new", JULY), details("old")]
    for order in (known, known[::-1]):
        found = payment_on(order, day, "USD")
        assert found is not None
        assert found.key == key


@pytest.mark.parametrize(("currency", "key"), [("GBP", "pounds"), ("USD", "any")])
def test_details_of_the_currency_go_before_newer_ones_of_any(currency: str, key: str) -> None:
    known = [details("any", JULY), details("pounds", currency="GBP")]
    for order in (known, known[::-1]):
        found = payment_on(order, JULY, currency)
        assert found is not None
        assert found.key == key


def test_no_payment_details_before_the_first_day() -> None:
    assert payment_on([details("main", JULY)], JUNE, "USD") is None
    assert payment_on([details("pounds", currency="GBP")], JULY, "USD") is None

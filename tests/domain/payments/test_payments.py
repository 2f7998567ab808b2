"""What networks carry, accounts and their masks, checks and return codes."""

from dataclasses import replace
from datetime import date
from typing import Any

import achkit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import registry
from stdnum.us import rtn

from royalties.domain.payments.accounts import (
    Account,
    AccountType,
    CanadianAccount,
    IbanAccount,
    NotAnAccountError,
    UsAccount,
    as_text,
    fingerprint,
    from_text,
    masked,
)
from royalties.domain.payments.checks import Check, CheckState, is_stale, next_numbers, stale_from
from royalties.domain.payments.letters import ACH, SEPA, carried, uncarried, written
from royalties.domain.payments.networks import (
    SEPA_COUNTRIES,
    ach_refusals,
    check_refusals,
    iso_refusals,
    routing_fits,
)
from royalties.domain.payments.orders import Address, IsoProfile
from royalties.domain.payments.return_codes import is_known, reason, remedy
from tests.reports.payments.orders import (
    CANADIAN,
    CHECKING,
    EURO_BANK,
    GERMAN,
    SEATTLE,
    order,
)

ABROAD = IsoProfile(name="Quarto", account=CHECKING, currency="USD")
ACCOUNTS = st.one_of(
    st.builds(UsAccount, st.text(), st.text(), st.sampled_from(AccountType)),
    st.builds(IbanAccount, st.text(), st.text()),
    st.builds(CanadianAccount, st.text(), st.text(), st.text()),
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"account": GERMAN}, "an account in DE cannot be paid by a domestic ACH entry"),
        ({"account": CANADIAN}, "an account in Canada cannot be paid"),
        ({"account": None}, "no bank account is known"),
        ({"account": UsAccount("021000022", "1")}, "the routing number is none"),
        ({"account": UsAccount("021000021", "1" * 18)}, "one to 17 characters"),
        ({"currency": "CAD"}, "U.S. dollars only, not CAD"),
        ({"amount": 0}, "there is nothing to pay"),
        ({"amount": -1}, "there is nothing to pay"),
        ({"amount": 10**10}, "at most 99,999,999.99"),
        ({"is_prenote": True}, "a prenote carries no amount"),
        (
            {"payee": "Seattle Public Library Foundation"},
            "the name has 33 characters; a NACHA file carries 22",
        ),
        ({"payee": "Книги детям"}, "the name holds Книг детям, which a NACHA file cannot carry"),
        ({"payee": "  "}, "there is no name"),
        ({"reference": "PAY-2026-0000001"}, "the reference must have one to 15"),
        ({"reference": "PÄY"}, "the reference must have one to 15"),
    ],
)
def test_unusable_ach_order_is_refused_with_reason_and_remedy(
    changes: dict[str, Any], message: str
) -> None:
    (refusal,) = ach_refusals([order(**changes)])
    assert message in refusal.message or refusal.message.replace(" ", "") == (
        "thenameholdsКнигдетям,whichaNACHAfilecannotcarry"
    )
    assert refusal.remedy
    assert str(refusal).startswith(f"{refusal.payee} ({refusal.reference}): ")


def test_shorter_name_is_what_the_bank_gets() -> None:
    long = order(payee="Seattle Public Library Foundation", name_at_bank="Seattle Library Fdn")
    assert ach_refusals([long]) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "USD"}, "SEPA carries euros only, not USD"),
        ({"account": CHECKING}, "SEPA pays to an IBAN only"),
        (
            {"account": IbanAccount("BR1800360305000010009795493C1")},
            "an account in BR is outside of SEPA",
        ),
        ({"account": None}, "no bank account is known"),
        ({"amount": 0}, "there is nothing to pay"),
        ({"amount": 10**11}, "larger than the network carries"),
        ({"address": replace(SEATTLE, town="")}, "the address has no town"),
        ({"address": replace(SEATTLE, country="")}, "the address has no country"),
        ({"address": replace(SEATTLE, country="USA")}, "the address has no country"),
        ({"address": replace(SEATTLE, street="x" * 71)}, "the street has more than 70"),
        ({"address": replace(SEATTLE, region="Вашингтон")}, "the state or province holds"),
        ({"payee": "x" * 71}, "the name has 71 characters"),
        ({"reference": "/PAY"}, "neither begins nor ends with /"),
        ({"reference": "P" * 36}, "one to 35"),
        ({"payee": "日本"}, "the name holds 日本"),
    ],
)
def test_unusable_sepa_order_is_refused_with_one_reason(
    changes: dict[str, Any], message: str
) -> None:
    euros = {"currency": "EUR", "account": GERMAN, **changes}
    found = iso_refusals([order(**euros)], EURO_BANK)
    assert [each.message for each in found if message in each.message]
    assert len(found) == 1


def test_other_currencies_and_accounts_go_by_iso_20022_elsewhere() -> None:
    assert (
        iso_refusals([order(account=CANADIAN, currency="CAD"), order(account=GERMAN)], ABROAD) == []
    )
    (found,) = iso_refusals([order(currency="ECU")], ABROAD)
    assert found.message == "'ECU' is no currency of ISO 4217"
    assert [each.message for each in iso_refusals([order(is_prenote=True, amount=0)], ABROAD)] == [
        "a prenote is an entry of the ACH network",
        "there is nothing to pay",
    ]


def test_checks_need_an_address_and_a_name_that_fits() -> None:
    assert check_refusals([order(account=None)]) == []
    found = check_refusals([order(payee="x" * 61, address=Address(), amount=0, is_prenote=True)])
    assert [each.message for each in found] == [
        "there is nothing to pay",
        "a prenote is an entry of the ACH network",
        "a check's payee has one to 60 characters",
        "the address has no street, so that no check can be mailed",
        "the address has no town",
        "the address has no country",
    ]


def test_countries_of_sepa_are_those_of_the_registry_of_ibans() -> None:
    listed = {
        code for code in registry.get_countries() if registry.get_iban_spec(code).in_sepa_zone
    }
    assert listed <= SEPA_COUNTRIES


@given(st.text("0123456789", min_size=8, max_size=10))
def test_routing_numbers_are_judged_as_elsewhere(text: str) -> None:
    assert routing_fits(text) == rtn.is_valid(text)


@given(ACCOUNTS)
def test_account_is_read_as_it_was_written(account: Account) -> None:
    assert from_text(as_text(account)) == account


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "1",
        '{"kind":"us"}',
        '{"kind":"xx"}',
        '{"kind":"us","routing":1,"number":"1","type":"checking"}',
        '{"kind":"us","routing":"1","number":"1","type":"gold"}',
    ],
)
def test_malformed_account_text_is_refused(text: str) -> None:
    with pytest.raises(NotAnAccountError):
        from_text(text)


@given(st.text("0123456789", min_size=1, max_size=17))
def test_mask_never_shows_more_than_a_third_nor_four_digits(number: str) -> None:
    shown = masked(UsAccount("021000021", number)).rpartition("•")[2].strip()
    assert number.endswith(shown)
    assert len(shown) <= min(4, len(number) // 3)


def test_fingerprint_is_of_the_place_of_the_money() -> None:
    assert fingerprint(GERMAN, b"k") == fingerprint(IbanAccount(GERMAN.iban), b"k")
    assert fingerprint(CANADIAN, b"k") != fingerprint(replace(CANADIAN, transit="54321"), b"k")
    assert fingerprint(GERMAN, b"k") != fingerprint(GERMAN, b"l")
    assert masked(CANADIAN) == "Canadian account •••• 67"


@given(st.text(max_size=40))
def test_text_for_a_network_holds_only_its_characters(text: str) -> None:
    for letters in (ACH, SEPA):
        assert set(carried(text, letters)) <= letters
        assert uncarried(carried(text, letters), letters) == ""
        if not uncarried(text, letters):
            assert set(written(text, letters)) <= letters


def test_numbers_of_checks_go_on_after_the_last_one() -> None:
    numbers = next_numbers(1001, [])
    assert [next(numbers), next(numbers)] == [1001, 1002]
    assert next(next_numbers(1001, {1001, 1007, 12})) == 1008


def test_check_is_stale_after_six_months_unless_it_is_settled() -> None:
    check = Check(1001, date(2026, 8, 31), "Seattle Food Bank", 1, "USD", "PAY-1", SEATTLE)
    assert stale_from(check.issued) == date(2027, 3, 1)
    assert stale_from(date(2026, 1, 15)) == date(2026, 7, 15)
    assert not is_stale(check, date(2027, 2, 28))
    assert is_stale(check, date(2027, 3, 1))
    for state in (CheckState.VOID, CheckState.CLEARED):
        assert not is_stale(replace(check, state=state), date(2030, 1, 1))


def test_every_code_that_others_know_is_said_in_words() -> None:
    for code in (*achkit.RETURN_CODES, *achkit.CHANGE_CODES):
        if code != "R05":  # of debits, which the house never sends
            assert is_known(code), code
            assert code not in reason(code)
            assert remedy(code)
    assert reason("R99") == "the bank names the reason R99"
    assert remedy("R99") == "ask the payee's bank or your own"
    assert "two people" in remedy("C02")

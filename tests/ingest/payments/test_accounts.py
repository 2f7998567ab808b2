"""Bank details as people type them."""

import pytest
from stdnum import iban as ibans

from royalties.domain.payments.accounts import (
    AccountType,
    CanadianAccount,
    IbanAccount,
    UsAccount,
)
from royalties.ingest.payments.accounts import (
    AccountFaultError,
    canadian_account,
    iban_account,
    us_account,
)

CHECKING = AccountType.CHECKING


def test_account_may_be_typed_with_blanks_and_small_letters() -> None:
    assert us_account("021000021 ", " 1234 5678", CHECKING) == UsAccount("021000021", "12345678")
    assert iban_account("de89 3704 0044 0532 0130 00", "cobadeff") == IbanAccount(
        "DE89370400440532013000", "COBADEFF"
    )
    assert canadian_account("004", "12345", "123-4567") == CanadianAccount(
        "004", "12345", "1234567"
    )


@pytest.mark.parametrize(
    ("routing", "number", "field", "message"),
    [
        ("021000022", "1", "routing", "nine digits, of which the last one checks"),
        ("02100002", "1", "routing", "nine digits"),
        ("", "1", "routing", "nine digits"),
        ("510000000", "1", "routing", "nine digits"),
        ("021000021", "", "number", "digits and letters only"),
        ("021000021", "12=3", "number", "digits and letters only"),
        ("021000021", "1" * 18, "number", "at most 17"),
        ("021000021", "0000", "number", "zeros only"),
        ("021000021", "021000021", "number", "the routing number again"),
        ("021000021", "١٢٣", "number", "digits and letters only"),
    ],
)
def test_faults_of_us_accounts(routing: str, number: str, field: str, message: str) -> None:
    with pytest.raises(AccountFaultError, match=message) as fault:
        us_account(routing, number, CHECKING)
    assert fault.value.field == field


@pytest.mark.parametrize(
    ("iban", "bic", "field", "message"),
    [
        ("DE88370400440532013000", "", "iban", "its check digits do not fit"),
        ("DE8937040044053201300", "", "iban", "an IBAN of DE has 22 characters, this one 21"),
        ("US89370400440532013000", "", "iban", "no country has IBANs that begin with US"),
        ("", "", "iban", "letters and digits only"),
        ("DE89 3704-0044", "", "iban", "letters and digits only"),
        ("DE89370400440532013000", "COBADE", "bic", "eight or eleven"),
        ("DE89370400440532013000", "BNPAFRPP", "bic", "a bank in FR, the IBAN of one in DE"),
    ],
)
def test_faults_of_ibans(iban: str, bic: str, field: str, message: str) -> None:
    with pytest.raises(AccountFaultError, match=message) as fault:
        iban_account(iban, bic)
    assert fault.value.field == field


def test_national_check_digits_count_as_well() -> None:
    body = "20041010050500013M02607"  # the French key is 06
    iban = "FR" + ibans.calc_check_digits("FR00" + body) + body
    with pytest.raises(AccountFaultError, match="check digits do not fit"):
        iban_account(iban)


@pytest.mark.parametrize(
    ("institution", "transit", "number", "field"),
    [
        ("4", "12345", "1234567", "institution"),
        ("004", "1234", "1234567", "transit"),
        ("004", "12345", "1234", "number"),
        ("004", "12345", "1" * 13, "number"),
        ("٠٠٤", "12345", "1234567", "institution"),
    ],
)
def test_faults_of_canadian_accounts(
    institution: str, transit: str, number: str, field: str
) -> None:
    with pytest.raises(AccountFaultError) as fault:
        canadian_account(institution, transit, number)
    assert fault.value.field == field

"""Credit transfers of ISO 20022: by their schema, by sepaxml, and by properties."""

import string
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sepaxml import SepaTransfer

import reports.payments
from reports.payments.iso20022 import iso_file, remittance, schema
from reports.payments.nacha import ProfileError
from royalties.domain.payments.accounts import IbanAccount
from royalties.domain.payments.orders import (
    Address,
    IsoProfile,
    NotCarriedError,
    PaymentOrder,
    Schema,
)
from tests.reports.payments.orders import (
    CANADIAN,
    CHECKING,
    EURO_BANK,
    GERMAN,
    SAVINGS,
    SEATTLE,
    order,
)

MADE = datetime(2026, 12, 2, 9, 5, 7)
DAY = date(2026, 12, 4)
US_BANK = IsoProfile(name="Quarto Press", account=CHECKING, currency="USD", address=SEATTLE)
FRENCH = IbanAccount("FR1420041010050500013M02606")


def euros(number: int = 1, **changes: Any) -> PaymentOrder:
    return order(number, **{"currency": "EUR", "account": FRENCH, **changes})


def written(
    orders: list[PaymentOrder], profile: IsoProfile = EURO_BANK, message: str = "F-1"
) -> bytes:
    return iso_file(orders, profile, message=message, made=MADE, execution=DAY)


def read(file: bytes) -> etree._Element:
    return etree.fromstring(file, etree.XMLParser(resolve_entities=False))


def all_of(file: bytes, path: str) -> list[str]:
    """Texts of elements, wherever they stand; the path has no prefixes."""
    where = "//" + "/".join(f"*[local-name()='{each}']" for each in path.split("/"))
    return [each.text for each in read(file).xpath(where)]


@pytest.mark.parametrize("version", Schema)
def test_file_is_what_its_schema_wants(version: Schema) -> None:
    file = written([euros(1), euros(2, account=GERMAN)], replace(EURO_BANK, schema=version))
    assert schema(version).validate(read(file))
    assert read(file).tag == f"{{urn:iso:std:iso:20022:tech:xsd:{version.value}}}Document"


@pytest.mark.parametrize("version", Schema)
def test_schemas_are_those_that_sepaxml_ships(version: Schema) -> None:
    ours = Path(reports.payments.__file__).parent / "schemas" / f"{version.value}.xsd"
    theirs = files("sepaxml") / "schemas" / f"{version.value}.xsd"
    assert ours.read_text().splitlines() == theirs.read_text().splitlines()


@pytest.mark.parametrize("version", Schema)
def test_sepaxml_writes_the_same_payments_in_the_same_elements(version: Schema) -> None:
    address = {
        "street_name": "4th Avenue",
        "building_number": "1000",
        "postcode": "98104",
        "town": "Seattle",
        "country_subdivision": "WA",
        "country": "US",
    }
    theirs = SepaTransfer(
        {
            "name": EURO_BANK.name,
            "IBAN": GERMAN.iban,
            "BIC": GERMAN.bic,
            "batch": True,
            "currency": "EUR",
            "address": address,
        },
        schema=version.value,
    )
    theirs.add_payment(
        {
            "name": "Seattle Food Bank",
            "IBAN": FRENCH.iban,
            "amount": 120433,
            "execution_date": DAY,
            "description": "Statement 2026-1-0001 - PAY-2026-0001",
            "endtoend_id": "PAY-2026-0001",
            "address": address,
        }
    )
    own_ids = {"MsgId", "CreDtTm", "PmtInfId"}
    ours = written([euros()], replace(EURO_BANK, schema=version))
    beside = {("BtchBookg", "true"), ("Ccy", "EUR")}
    said, wanted = (
        [
            (etree.QName(each).localname, each.text)
            for each in read(file).iter()
            if not len(each) and etree.QName(each).localname not in own_ids
        ]
        for file in (ours, theirs.export())
    )
    assert [each for each in said if each not in beside] == [
        each for each in wanted if each not in beside
    ]


def test_pain001_control_sum_and_references_are_those_of_its_payments() -> None:
    file = written([euros(1), euros(2, amount=7), euros(3, amount=99_999_999_999)])
    assert all_of(file, "GrpHdr/NbOfTxs") == ["3"]
    # By hand: 1,204.33 + 0.07 + 999,999,999.99
    assert all_of(file, "GrpHdr/CtrlSum") == all_of(file, "PmtInf/CtrlSum") == ["1000001204.39"]
    assert all_of(file, "EndToEndId") == ["PAY-2026-0001", "PAY-2026-0002", "PAY-2026-0003"]
    assert all_of(file, "InstdAmt") == ["1204.33", "0.07", "999999999.99"]
    assert all_of(file, "GrpHdr/CreDtTm") == ["2026-12-02T09:05:07"]


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("JPY", 1500, "1500"), ("KWD", 1500, "1.500"), ("USD", 1500, "15.00")],
)
def test_amounts_have_the_digits_of_their_currency(
    currency: str, amount: int, expected: str
) -> None:
    assert all_of(written([euros(currency=currency, amount=amount)], US_BANK), "InstdAmt") == [
        expected
    ]


@pytest.mark.parametrize("version", Schema)
def test_accounts_without_iban_are_named_by_their_countrys_clearing(version: Schema) -> None:
    orders = [order(1, account=SAVINGS), order(2, account=CANADIAN, currency="CAD")]
    file = written(orders, replace(US_BANK, schema=version))
    assert all_of(file, "CdtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd") == ["USABA", "CACPA"]
    assert all_of(file, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") == ["011401533", "000412345"]
    assert all_of(file, "CdtrAcct/Id/Othr/Id") == ["98-7654", "1234567"]
    assert all_of(file, "CdtrAcct/Tp/Cd") == ["SVGS"]
    assert all_of(file, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId") == ["021000021"]


def test_house_without_bic_or_address_is_written() -> None:
    bare = IsoProfile(name="Quarto", account=IbanAccount(GERMAN.iban), currency="EUR", sepa=True)
    file = written([euros()], bare)
    assert all_of(file, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    assert all_of(file, "CdtrAgt") == []
    assert len(all_of(file, "PstlAdr")) == 1


def test_addresses_are_structured() -> None:
    file = written([euros(address=Address(town="Kraków", country="PL"))])
    assert all_of(file, "Cdtr/PstlAdr/TwnNm") == ["Krakow"]
    assert all_of(file, "Cdtr/PstlAdr/Ctry") == ["PL"]
    assert all_of(file, "AdrLine") == all_of(file, "AdrTp") == []


def test_the_same_orders_give_the_same_bytes() -> None:
    assert written([euros()]) == written([euros()])
    assert written([euros()]) != written([euros()], message="F-2")


def test_many_statements_are_counted() -> None:
    many = euros(statements=tuple(f"2026-1-{each:04}" for each in range(20)))
    assert remittance(many) == "20 statements - PAY-2026-0001"
    assert remittance(euros(statements=("A", "B"))) == "Statements A, B - PAY-2026-0001"
    assert remittance(euros(statements=())) == "Payment - PAY-2026-0001"


@pytest.mark.parametrize(
    ("profile", "message", "expected"),
    [
        (replace(EURO_BANK, name=""), "F-1", "the house's name must have"),
        (replace(EURO_BANK, account=CHECKING), "F-1", "an IBAN of a SEPA country"),
        (replace(EURO_BANK, currency="EURO"), "F-1", "none of ISO 4217"),
        (replace(EURO_BANK, address=Address(town="Berlin")), "F-1", "both town and country"),
        (replace(EURO_BANK, address=Address(street="x" * 71)), "F-1", "more than 70"),
        (EURO_BANK, "", "the file's id must have"),
        (EURO_BANK, "F" * 36, "the file's id must have"),
    ],
)
def test_impossible_profile_is_refused(profile: IsoProfile, message: str, expected: str) -> None:
    with pytest.raises(ProfileError, match=expected):
        written([euros()], profile, message)


def test_nothing_and_one_reference_twice_are_refused() -> None:
    with pytest.raises(ProfileError, match="nothing to pay"):
        written([])
    with pytest.raises(ProfileError, match="same reference"):
        written([euros(), euros()])
    with pytest.raises(NotCarriedError, match="the address has no town"):
        written([euros(address=Address(country="US"))])


_NAMES = st.text(string.ascii_letters + "0123456789 &@éüñßŁ–’.-", min_size=1, max_size=30)


@given(
    st.lists(st.tuples(_NAMES, st.integers(1, 99_999_999_999)), min_size=1, max_size=20),
    st.sampled_from(list(Schema)),
)
def test_every_file_is_valid_or_refused_by_name(
    made: list[tuple[str, int]], version: Schema
) -> None:
    orders = [
        euros(number, payee=name, amount=amount) for number, (name, amount) in enumerate(made, 1)
    ]
    try:
        file = written(orders, replace(EURO_BANK, schema=version))
    except NotCarriedError as refused:
        at_fault = {each.reference for each in refused.refusals}
        expected = {
            each.reference for each in orders if "@" in each.payee or not each.payee.strip()
        }
        assert at_fault == expected
        return
    assert schema(version).validate(read(file))
    total = sum(Decimal(each) for each in all_of(file, "InstdAmt"))
    assert total == Decimal(all_of(file, "GrpHdr/CtrlSum")[0])
    assert total * 100 == sum(each.amount for each in orders)

"""Files as the house's banks take them: what each says, what it cannot carry, made once."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import achkit
import pytest
from achlens.core.validator import validate as achlens_validate
from lxml import etree

from royalties.domain.payments.bookings import BookingOutcome
from royalties.domain.payments.life import FileFormat, Method
from royalties.ingest.setup import SetupError
from royalties.services.payments import accounts, bank_files, bank_lines, batch_files, moving
from royalties.services.work import RefusedError
from royalties.store.payments.files import FileRow
from tests.builders import bank
from tests.builders.bank import Booked
from tests.builders.books import Office, a_setup, after
from tests.services.payments.test_paid_accounts import (
    ASKED,
    BRITISH,
    CLEO,
    MONA,
    approve,
    at,
    count,
    desk,
    enter,
    propose,
)

ACH = {
    "key": "ach", "name": "US Bank", "format": "nacha", "holder": "Quarto Press",
    "routing": "122105155", "company_id": "1911234567",
}  # fmt: skip
ISO = {
    "key": "iso", "name": "Example Bank", "format": "pain.001.001.09", "holder": "Quarto Press",
    "currency": "USD", "iban": "DE89370400440532013000", "bic": "COBADEFF",
}  # fmt: skip
SEPA = {**ISO, "key": "sepa", "name": "Sparkasse", "currency": "EUR", "sepa": True}

pytestmark = [after(desk), pytest.mark.engines("either")]


def batch_of_two(office: Office, *, british: bool = False) -> int:
    """Two payees of the United States, or one of them with an account in Britain, approved."""
    placed = [{**each, "city": "Tacoma", "country": "US"} for each in a_setup()["beneficiaries"]]
    office.load({"banks": [ACH, ISO, SEPA], "beneficiaries": placed})
    count(office, "seattle", *(() if british else ("tacoma",)))
    if british:
        number = enter(office, "houston", BRITISH)
        with at(office, MONA) as work:
            accounts.confirm(work, number, ASKED)
    batch = propose(office, 4)
    approve(office, batch, 4)
    return batch


def banking_day(office: Office) -> date:
    with at(office, CLEO, 4) as work:
        days = (work.today + timedelta(days=ahead) for ahead in range(9))
        return next(day for day in days if day.weekday() < 5 and (day.month, day.day) != (12, 25))


def make(office: Office, batch: int, key: str, day: date | None = None) -> FileRow:
    day = day or banking_day(office)
    with at(office, CLEO, 4) as work:
        return batch_files.make_file(work, batch, day, key)


def test_nacha_file_has_no_fault_for_two_outside_judges(office: Office) -> None:
    made = make(office, batch_of_two(office), "ach")
    assert (made.format, made.name) == (FileFormat.NACHA, "payments-B-0001.ach")
    text = made.content.replace("\r\n", "\n")
    assert achkit.validate(text) == {"ok": True, "errors": []}
    assert [each.message for each in achlens_validate(text).findings] == []
    entries = [record for record in text.split("\n") if record.startswith("6")]
    assert {record[39:54].strip(): int(record[29:39]) for record in entries} == {
        f"P-{int(number):06}": amount for number, amount in made.amounts.items()
    }
    assert make(office, 1, "ach").content == made.content
    assert make(office, 1, "").content == made.content
    [(kept,)] = office.rows("SELECT content FROM payment_file")
    assert "5550009" not in kept
    assert office.faults() == {}


def test_iso_file_pays_what_is_approved(office: Office) -> None:
    made = make(office, batch_of_two(office), "iso")
    assert made.name == "payments-B-0001.xml"
    root = etree.fromstring(made.content.encode())
    where = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}

    def texts(path: str) -> list[str]:
        return [str(each.text) for each in root.findall(path, where)]

    ends, sums = texts(".//p:EndToEndId"), texts(".//p:InstdAmt")
    paid = {int(end[2:]): round(float(each) * 100) for end, each in zip(ends, sums, strict=True)}
    assert paid == {int(number): amount for number, amount in made.amounts.items()}
    assert texts(".//p:GrpHdr/p:MsgId") == ["B-0001"]
    assert texts(".//p:GrpHdr/p:CtrlSum") == [f"{sum(made.amounts.values()) / 100:.2f}"]


def test_balancing_debit_names_our_account_without_blanks(office: Office) -> None:
    batch = batch_of_two(office)
    office.load({"banks": [{**ACH, "offset": True, "account": "000 123-4567"}]})
    made = make(office, batch, "ach")
    debits = [record for record in made.content.split("\r\n") if record[:3] == "627"]
    assert [record[12:29].strip() for record in debits] == ["0001234567"]
    assert int(debits[0][29:39]) == sum(made.amounts.values())


@pytest.mark.parametrize(
    ("key", "british", "words"),
    [
        ("ach", True, "an account in GB cannot be paid by a domestic ACH entry"),
        ("sepa", True, "SEPA carries euros only, not USD"),
        ("sepa", False, "SEPA pays to an IBAN only"),
    ],
)
def test_what_a_network_cannot_carry_is_told_before_and_refused(
    office: Office, key: str, british: bool, words: str
) -> None:
    batch = batch_of_two(office, british=british)
    with at(office, CLEO, 4) as work:
        [house_bank] = [each for each in batch_files.banks_offered(work) if each.key == key]
        [told] = batch_files.not_carried(work, batch, [house_bank])
    assert any(words in each for each in told)
    assert all("Fund (P-0" in each and "; " in each for each in told)
    before = office.hashes()
    with pytest.raises(batch_files.NotCarriedError, match=words) as refused:
        make(office, batch, key)
    assert list(refused.value.refusals) == told
    assert office.hashes() == before


def test_file_is_for_a_banking_day_and_an_offered_bank(office: Office) -> None:
    batch = batch_of_two(office)
    with at(office, CLEO, 4) as work:
        days = (work.today + timedelta(days=ahead) for ahead in range(9))
        saturday = next(day for day in days if day.weekday() == 5)
    with pytest.raises(RefusedError, match="the next day on which they do is"):
        make(office, batch, "ach", saturday)
    with pytest.raises(RefusedError, match="no bank 'none'"):
        make(office, batch, "none")
    office.load({"banks": [{**ACH, "retired": "2020-01-01"}]})
    with pytest.raises(RefusedError, match="no bank 'ach'"):
        make(office, batch, "ach")
    assert office.rows("SELECT * FROM payment_file") == []


def test_batch_has_one_file_whatever_bank_is_asked_next(office: Office) -> None:
    batch = batch_of_two(office)
    make(office, batch, "ach")
    with pytest.raises(RefusedError, match=r"B-0001 has its file already, payments-B-0001\.ach"):
        make(office, batch, "iso")
    assert len(office.rows("SELECT * FROM payment_file")) == 1


def test_what_the_bank_says_of_a_file_is_matched(office: Office) -> None:
    """Sent by file, then the bank's statement: one arrived, one came back, by our references."""
    made = make(office, batch_of_two(office), "ach")
    later = (made.day - banking_day(office)).days + 4
    numbers = sorted(map(int, made.amounts))
    with at(office, CLEO, later + 7) as work:
        moving.send(work, numbers, made.day, Method.FILE)
    net = {int(number): amount for number, amount in made.amounts.items()}
    first, second = numbers
    booked = [
        Booked(made.day, -sum(net.values()), "B-0001"),
        Booked(made.day, net[second], f"P-{second:06}", code="R03"),
    ]
    with at(office, MONA, later + 7) as work:
        outcome = bank_lines.import_bank_file(work, _read(office, booked))
    assert outcome.counts == {BookingOutcome.SETTLED: 1, BookingOutcome.RETURNED: 1}
    states = dict(map(tuple, office.rows("SELECT id, state FROM payment")))
    assert (states[first], states[second]) == ("settled", "returned")
    assert office.faults() == {}


def _read(office: Office, booked: Iterable[Booked]) -> Any:
    path = office.outside / "statement"
    path.write_bytes(bank.camt(booked))
    return bank_files.read(path, "statement.xml")


@pytest.mark.parametrize(
    ("entry", "path", "words"),
    [
        ({**ACH, "routing": "122105156"}, "routing", "122105156"),
        ({**ACH, "holder": "A house with a long name"}, "", "the company's name"),
        ({**ACH, "company_id": None}, "company_id", "is missing"),
        ({**ACH, "iban": ISO["iban"]}, "iban", "says nothing in a file of nacha"),
        ({**ACH, "offset": True}, "", "a balancing debit needs the account's number"),
        ({**ACH, "format": "mt103"}, "format", "is not one of"),
        ({**ISO, "currency": None}, "currency", "is missing"),
        ({**ISO, "iban": None}, "", "names the account that pays"),
        ({**ISO, "company_id": "1"}, "company_id", "says nothing"),
        ({**ISO, "account": "123"}, "account", "another account beside the IBAN"),
        ({**SEPA, "iban": None, "routing": "122105155", "account": "1"}, "account", "account"),
        ({**ISO, "town": "Köln"}, "", "both town and country"),
    ],
)
def test_bank_whose_files_would_not_do_is_refused(
    office: Office, entry: dict[str, Any], path: str, words: str
) -> None:
    given = {key: value for key, value in entry.items() if value is not None}
    with pytest.raises(SetupError) as refused:
        office.load({"banks": [given]})
    assert any(
        each.path.startswith(f"banks[0]{'.' * bool(path)}{path}") and words in each.message
        for each in refused.value.faults
    )

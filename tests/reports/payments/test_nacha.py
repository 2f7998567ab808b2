"""NACHA files: by hand, by two judges from outside, and by properties."""

import string
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import achkit
import pytest
from achlens.core.validator import validate as achlens_validate
from hypothesis import given
from hypothesis import strategies as st

from reports.payments.nacha import BLOCK, RECORD, ProfileError, nacha_file, remittance
from royalties.domain.payments.accounts import UsAccount
from royalties.domain.payments.orders import NotCarriedError, PayeeKind, PaymentOrder
from tests.reports.payments.orders import BANK, CHECKING, SAVINGS, order

MADE = datetime(2026, 12, 2, 9, 5)
DAY = date(2026, 12, 4)
OFFSET = replace(BANK, offset=UsAccount("122105155", "555000111"))


def written(orders: list[PaymentOrder], profile: Any = BANK, modifier: str = "A") -> bytes:
    return nacha_file(orders, profile, made=MADE, effective=DAY, modifier=modifier)


def records(file: bytes) -> list[str]:
    return file.decode("ascii").split("\r\n")[:-1]


def require_no_fault(file: bytes) -> dict[str, Any]:
    """Both judges find nothing to say, warnings included; what one of them has read."""
    text = file.decode("ascii").replace("\r\n", "\n")
    assert achkit.validate(text) == {"ok": True, "errors": []}
    report = achlens_validate(text)
    assert [f"{each.rule_id}: {each.message}" for each in report.findings] == []
    read: dict[str, Any] = achkit.parse(text)
    return read


def test_one_credit_is_the_file_that_the_rules_describe() -> None:
    assert records(written([order()])) == [
        "101 122105155191123456726120209 05A094101US Bank                Quarto Press".replace(
            "09 05", "0905"
        ).ljust(RECORD),
        "5220Quarto Press                        1911234567CCDROYALTIES       261204   1122105150000001",
        "622021000021123456789        0000120433PAY-2026-0001  Seattle Food Bank       1122105150000001",
        "705RMR*IV*2026-1-0001**1204.33\\".ljust(83) + "00010000001",
        "822000000200021000020000000000000000001204331911234567" + " " * 25 + "122105150000001",
        "9000001000001000000020002100002000000000000000000120433".ljust(RECORD),
        *["9" * RECORD] * 4,
    ]


def test_entry_hash_is_the_sum_of_routing_numbers_without_their_check_digits() -> None:
    people = {"kind": PayeeKind.PERSON, "payee": "Ana Diaz"}
    file = written([order(1), order(2, account=SAVINGS), order(3, **people)])
    control = next(each for each in records(file) if each.startswith("9") and each[1] == "0")
    # By hand: 02100002 + 01140153 + 02100002
    assert control[21:31] == "0005340157"
    batches = [each for each in records(file) if each.startswith("8")]
    # By hand: 02100002 + 01140153; 02100002
    assert [each[10:20] for each in batches] == ["0003240155", "0002100002"]


def test_entry_hash_keeps_the_last_ten_digits_only() -> None:
    # By hand: 150 entries at 91000001|9 are 13,650,000,150, of which 3650000150 are kept.
    far = UsAccount("910000019", "1")
    file = written([order(number, account=far) for number in range(1, 151)])
    batch = next(each for each in records(file) if each.startswith("8220"))
    assert batch[10:20] == "3650000150"


def test_persons_go_into_a_batch_of_their_own() -> None:
    read = require_no_fault(
        written([order(1, kind=PayeeKind.PERSON, payee="Ana Diaz"), order(2, account=SAVINGS)])
    )
    assert [(each["sec"], each["service_class"]) for each in read["batches"]] == [
        ("CCD", 220),
        ("PPD", 220),
    ]
    assert [entry["txn_code"] for batch in read["batches"] for entry in batch["entries"]] == [
        32,
        22,
    ]
    traces = [entry["trace_number"] for batch in read["batches"] for entry in batch["entries"]]
    assert traces == ["122105150000001", "122105150000002"]


def test_prenote_has_no_amount() -> None:
    prenotes = [
        order(1, amount=0, is_prenote=True),
        order(2, amount=0, is_prenote=True, account=SAVINGS),
    ]
    (batch,) = require_no_fault(written(prenotes, OFFSET))["batches"]
    assert [(each["txn_code"], each["amount_cents"]) for each in batch["entries"]] == [
        (23, 0),
        (33, 0),
    ]
    assert [each["addenda"] for each in batch["entries"]] == [[], []]


def test_offset_balances_each_batch() -> None:
    file = written([order(1), order(2, kind=PayeeKind.PERSON, amount=67)], OFFSET)
    batches = require_no_fault(file)["batches"]
    for batch, amount in zip(batches, (120433, 67), strict=True):
        assert batch["service_class"] == 200
        assert (batch["control"]["total_debit"], batch["control"]["total_credit"]) == (
            amount,
            amount,
        )
        assert batch["entries"][-1]["txn_code"] == 27
        assert batch["entries"][-1]["account"] == "555000111"


def test_the_same_orders_give_the_same_bytes() -> None:
    orders = [order(1), order(2, kind=PayeeKind.PERSON)]
    assert written(orders) == written(list(orders))
    assert written(orders) != written(orders, modifier="B")


def test_names_lose_their_accents_and_nothing_else() -> None:
    (batch,) = require_no_fault(written([order(payee="Médiathèque Łódź – ß")]))["batches"]
    assert batch["entries"][0]["name"] == "Mediatheque Lodz - ss"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), ""),
        (("2026-1-0001",), "RMR*IV*2026-1-0001**1204.33\\"),
        (("A*1\\", "B~2"), "RMR*IV*A 1**1204.33\\REF*IV*B 2\\"),
        (
            tuple(f"2026-1-{each:04}" for each in range(9)),
            "RMR*IV*PAY-2026-0001**1204.33\\REF*IV**9 STATEMENTS\\",
        ),
    ],
)
def test_addenda_names_statement_and_amount(statements: tuple[str, ...], expected: str) -> None:
    assert remittance(order(statements=statements)) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"company": "A house of too long a name"}, "the company's name must have one to 16"),
        ({"company_id": ""}, "the company's ID must have one to 10"),
        ({"odfi": "122105156"}, "the bank's routing number '122105156' is none"),
        ({"offset": UsAccount("1", "2")}, "the offset account's routing number '1' is none"),
        ({"description": "DÜŁ日"}, "the description of payments must have"),
    ],
)
def test_impossible_profile_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        written([order()], replace(BANK, **changes))


def test_file_of_nothing_or_of_one_reference_twice_is_refused() -> None:
    with pytest.raises(ProfileError, match="nothing to pay"):
        written([])
    with pytest.raises(ProfileError, match="same reference"):
        written([order(), order()])
    with pytest.raises(ProfileError, match="one letter or digit"):
        written([order()], modifier="a")


def test_too_much_for_one_file_is_refused() -> None:
    most = [order(number, amount=9_999_999_999) for number in range(1, 102)]
    with pytest.raises(ProfileError, match="make two"):
        written(most)


def test_one_uncarried_payment_refuses_the_file_and_names_each() -> None:
    with pytest.raises(NotCarriedError) as refused:
        written([order(1), order(2, currency="EUR"), order(3, account=None)])
    assert [each.reference for each in refused.value.refusals] == ["PAY-2026-0002", "PAY-2026-0003"]


_ROUTINGS = ("021000021", "011401533", "122105155", "910000019", "121000358")
_NAMES = st.text(string.printable[:95] + "éüñßŁ–’", min_size=1, max_size=14)


@given(
    st.lists(
        st.tuples(
            _NAMES.filter(str.strip),
            st.integers(1, 9_999_999_999),
            st.sampled_from(_ROUTINGS),
            st.sampled_from([CHECKING.type, SAVINGS.type]),
            st.sampled_from(list(PayeeKind)),
            st.booleans(),
        ),
        min_size=1,
        max_size=25,
    ),
    st.booleans(),
)
def test_every_file_adds_up(given_orders: list[tuple[Any, ...]], offset: bool) -> None:
    orders = [
        order(
            number,
            payee=name,
            amount=0 if prenote else amount,
            account=UsAccount(routing, f"{number:05}", type_),
            kind=kind,
            is_prenote=prenote,
        )
        for number, (name, amount, routing, type_, kind, prenote) in enumerate(given_orders, 1)
    ]
    file = written(orders, OFFSET if offset else BANK)
    lines = records(file)
    assert len(lines) % BLOCK == 0
    assert {len(each) for each in lines} == {RECORD}
    text = file.decode("ascii").replace("\r\n", "\n")
    assert achkit.validate(text) == {"ok": True, "errors": []}
    assert achlens_validate(text).counts["error"] == 0
    read = achkit.parse(text)
    sent = {
        entry["id_number"]: entry["amount_cents"]
        for batch in read["batches"]
        for entry in batch["entries"]
        if entry["id_number"] != "OFFSET"
    }
    assert sent == {each.reference: each.amount for each in orders}

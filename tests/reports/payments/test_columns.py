"""Payments and checks as CSV by a bank's columns."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.payments.columns import (
    CHECK_FIELDS,
    PAYMENT_FIELDS,
    ColumnMap,
    payments_csv,
    positive_pay_csv,
)
from reports.payments.nacha import ProfileError
from royalties.domain.payments.checks import Check, CheckState
from tests.reports.payments.orders import CANADIAN, GERMAN, SEATTLE, order

DAY = date(2026, 12, 4)
ALL = ColumnMap([(field.upper(), field) for field in PAYMENT_FIELDS])
CHECK = Check(1002, DAY, "Seattle Food Bank", 120433, "USD", "PAY-1", SEATTLE)
BANKS = ColumnMap(
    [
        ("Acct", "account"),
        ("Chk", "number"),
        ("Date", "day"),
        ("Amt", "amount"),
        ("Payee", "payee"),
        ("V", "void"),
    ],
    dates="MM/DD/YYYY",
)


def rows(file: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode()), delimiter=delimiter, strict=True))


def test_payments_stand_below_the_banks_headings() -> None:
    headings, us, german, canadian, none = rows(
        payments_csv(
            [
                order(1),
                order(2, account=GERMAN),
                order(3, account=CANADIAN),
                order(4, account=None),
            ],
            ALL,
            DAY,
        )
    )
    assert headings == [field.upper() for field in PAYMENT_FIELDS]
    assert us == [
        "PAY-2026-0001",
        "Seattle Food Bank",
        "1204.33",
        "USD",
        "2026-12-04",
        "2026-1-0001",
        "021000021",
        "123456789",
        "checking",
        "",
        "",
        "",
        "",
        "4th Avenue",
        "1000",
        "98104",
        "Seattle",
        "WA",
        "US",
    ]
    assert german[9:11] == [GERMAN.iban, GERMAN.bic]
    assert (canadian[7], *canadian[11:13]) == (CANADIAN.number, "004", "12345")
    assert none[6:13] == [""] * 7


def test_decimals_dates_and_delimiter_are_the_banks() -> None:
    columns = ColumnMap([("Betrag", "amount"), ("Tag", "day")], ";", "DD.MM.YYYY", ",")
    assert rows(payments_csv([order()], columns, DAY), ";") == [
        ["Betrag", "Tag"],
        ["1204,33", "04.12.2026"],
    ]
    minor = replace(columns, decimal_mark="", has_headings=False)
    assert rows(payments_csv([order()], minor, DAY), ";") == [["120433", "04.12.2026"]]


def test_positive_pay_names_each_check_and_those_voided() -> None:
    checks = [CHECK, replace(CHECK, number=1001, state=CheckState.VOID)]
    assert rows(positive_pay_csv(checks, "555000111", BANKS)) == [
        ["Acct", "Chk", "Date", "Amt", "Payee", "V"],
        ["555000111", "1001", "12/04/2026", "1204.33", "Seattle Food Bank", "V"],
        ["555000111", "1002", "12/04/2026", "1204.33", "Seattle Food Bank", ""],
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (ColumnMap([("A", "amont")]), "no field amont: use reference"),
        (ColumnMap([]), "no field named"),
        (replace(ALL, delimiter=":"), "separated by one of"),
        (replace(ALL, dates="D/M/Y"), "written as one of"),
        (replace(ALL, decimal_mark="'"), "decimal mark"),
    ],
)
def test_impossible_map_is_refused(columns: ColumnMap, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        payments_csv([order()], columns, DAY)


def test_positive_pay_takes_every_field_of_checks() -> None:
    columns = ColumnMap([(field, field) for field in CHECK_FIELDS])
    assert len(rows(positive_pay_csv([CHECK], "1", columns))) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " ="])
def test_payee_name_is_never_a_formula(start: str) -> None:
    columns = ColumnMap([("Payee", "payee")])
    (_, (payee,)) = rows(payments_csv([order(payee=f"{start}cmd|' /C calc'!A0")], columns, DAY))
    assert payee.startswith("'")


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(1, 10**12)), max_size=10))
def test_every_payment_is_one_row(made: list[tuple[str, Any]]) -> None:
    orders = [order(at, payee=name, amount=amount) for at, (name, amount) in enumerate(made, 1)]
    try:
        file = payments_csv(orders, ALL, DAY)
    except UnicodeEncodeError:
        pytest.fail("a name could not be written")
    read = rows(file)[1:]
    assert [row[0] for row in read] == [each.reference for each in orders]
    assert [row[2] for row in read] == [
        f"{each.amount // 100}.{each.amount % 100:02}" for each in orders
    ]

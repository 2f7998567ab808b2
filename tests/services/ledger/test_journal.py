"""The exported journal: other programs accept it and compute the same balances."""

import csv
import re
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from sysconfig import get_path
from typing import Any

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.currencies import exponent
from royalties.services.ledger.journal import _csv, beancount_account, journal
from royalties.store.ledger import entries as ledger
from royalties.store.ledger.entries import PostedLine
from tests.builders.books import (
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    a_row,
    a_setup,
    a_title,
    after,
    an_edition,
    closed,
    nothing,
    opened,
    remainder,
)
from tests.builders.shipped import paid

Balances = dict[tuple[str, str], Decimal]

BEAN_CHECK = Path(get_path("scripts")) / "bean-check"

ODD = ("a.b", "a_b", "a-b", "a-x2e-b", "1st", "k1st", "kk1st", "Zed", "kZed", "kay", "k", "x" * 64)
"""Keys that beancount does not allow in an account's name, or that might look alike there."""


ADVANCE = {"amount": "15", "paid_on": "2025-01-01"}


def a_year(office: Office) -> None:
    """Two closed periods in two currencies, with a correction."""
    closed(office)
    office.correct(1)
    office.bring_batch([a_row(30, date="2025-07-07")])
    office.close("2025-H2")


def odd_names(office: Office) -> None:
    """Names that would break a careless export, in a currency without cents."""
    nothing(office)
    publisher = {**a_setup()["publisher"], "name": 'A "quoted" \\ house; = 1', "currency": "JPY"}
    office.load(
        a_setup(
            publisher=publisher,
            titles=[a_title("collab", an_edition(prices=[], unit_cost="1"))],
            contracts=[
                a_contract("1.a_b", ["collab"], plan="odd", currency="JPY", advances=[ADVANCE])
            ],
            beneficiaries=[a_beneficiary(key, tax_rate="0.1") for key in ODD],
            plans=[a_plan("odd", remainder(*ODD))],
            exchange_rates=[],
            income=[],
        )
    )
    office.bring_batch([a_row(70, currency="JPY", list_price="997", discount="0.4")])
    office.close("2025-H1")


def exported(office: Office, format_: str) -> list[str]:
    with office.work(read_only=True) as work:
        return list(journal(work, format_))


def balances(office: Office) -> Balances:
    """The ledger's own, exact in units of each currency."""
    with office.work(read_only=True) as work:
        found = ledger.balances(work.connection)
    return {
        (account, currency): Decimal(minor).scaleb(-exponent(currency))
        for (account, currency), minor in found.items()
    }


def with_orders(office: Office) -> None:
    """An order that was shipped, invoiced, credited in part and paid, and then a close."""
    paid(office)
    office.close("2025-H1")


STORIES = [pytest.param(each, marks=after(each)) for each in (a_year, odd_names, with_orders)]


@pytest.mark.thorough("further books", but_one_in=3)
@pytest.mark.parametrize("story", STORIES)
def test_beancount_gives_the_same_balances(office: Office, story: object) -> None:
    lines = exported(office, "beancount")
    read: Any = loader.load_string("\n".join(lines))
    entries, errors, options = read
    assert errors == []
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    transactions = [each for each in entries if hasattr(each, "postings")]
    for each in transactions:
        for posting in each.postings:
            sums[posting.account, posting.units.currency] += posting.units.number
    own = balances(office)
    assert sums == {
        (beancount_account(account), currency): amount
        for (account, currency), amount in own.items()
    }, "no two accounts became one"
    assert len(transactions) == office.rows("SELECT count(*) FROM entry")[0][0]
    assert options["title"] == 'A "quoted" \\ house; = 1' or story is not odd_names


@pytest.mark.thorough("further books", but_one_in=3)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # the text is the same for both
@pytest.mark.parametrize("story", STORIES)
def test_bean_check_accepts_the_journal(office: Office, story: object) -> None:
    path = office.outside / "books.beancount"
    path.write_text("\n".join(exported(office, "beancount")) + "\n", encoding="utf-8")
    checked = subprocess.run([BEAN_CHECK, path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    path.write_text(path.read_text(encoding="utf-8").replace(" -", " 1", 1), encoding="utf-8")
    checked = subprocess.run([BEAN_CHECK, path], capture_output=True, text=True, check=False)
    assert checked.returncode != 0, "bean-check looks at what it is given"


@after(opened)
def test_empty_ledger_gives_a_valid_journal(office: Office) -> None:
    read: Any = loader.load_string("\n".join(exported(office, "beancount")))
    _, errors, options = read
    assert (errors, options["operating_currency"]) == ([], ["USD"])
    assert exported(office, "hledger") == []
    assert len(exported(office, "csv")) == 1


HEAD = re.compile(r"(\d{4}-\d\d-\d\d) \* \((\d+)\) ([^;\n|]+) \| [^;\n]+")
SIDE = re.compile(
    r"    ((?:asset|liability|income|expense|equity)(?::\S+)+)    ([A-Z]{3}) (-?\d+(?:\.\d+)?)"
)


@pytest.mark.parametrize("story", STORIES)
def test_hledger_gives_the_same_balances(office: Office, story: object) -> None:
    """A light reader of its own of what hledger's manual calls a transaction."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    text = "\n".join(exported(office, "hledger"))
    numbers = []
    for block in text.strip("\n").split("\n\n"):
        head, *sides = block.splitlines()
        told = HEAD.fullmatch(head)
        assert told, head
        numbers.append(int(told[2]))
        own: dict[str, Decimal] = defaultdict(Decimal)
        for side in sides:
            found = SIDE.fullmatch(side)
            assert found, side
            account, currency, amount = found.groups()
            sums[account, currency] += Decimal(amount)
            own[currency] += Decimal(amount)
        assert len(sides) >= 2
        assert not any(own.values()), block
    assert numbers == list(range(1, len(numbers) + 1))
    assert sums == balances(office)


@pytest.mark.parametrize("story", STORIES)
def test_csv_holds_every_posting_and_no_formula(office: Office, story: object) -> None:
    head, *rows = csv.reader(exported(office, "csv"))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        told = dict(zip(head, row, strict=True))
        sums[told["account"], told["currency"]] += Decimal(told.pop("amount"))
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in told.values())
    assert sums == balances(office)
    assert len(rows) == office.rows("SELECT count(*) FROM posting")[0][0]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " ="])
def test_csv_neutralizes_text_that_begins_like_a_formula(sign: str) -> None:
    line = PostedLine(
        1, date(2025, 6, 30), "2025-H1", "paid", f"{sign}1", f"{sign}2", "a", "USD", -3
    )
    _, row = csv.reader(_csv([line]))
    assert row[4:6] == [f"'{sign}1", f"'{sign}2"]
    assert row[-1] == "-0.03", "an amount stays a number"


KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True) | st.lists(
    st.sampled_from(["k", "K", "-", "x", "2e", ".", "x2e", "2d", "_", "1"]), min_size=1, max_size=6
).map(lambda parts: f"k{''.join(parts)}")
ACCOUNT = re.compile(r"Liabilities:Beneficiary:[A-Z0-9][A-Za-z0-9-]*")


@given(KEYS, KEYS)
def test_journal_account_names_are_unique(one: str, other: str) -> None:
    names = [beancount_account(f"liability:beneficiary:{key}") for key in (one, other)]
    assert all(ACCOUNT.fullmatch(name) for name in names)
    assert (names[0] == names[1]) == (one == other)

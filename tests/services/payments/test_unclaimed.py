"""What is owed and was not paid is listed once, as old as it is, with the reason; nothing else is."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.payments import moving, unclaimed
from royalties.services.payments.unclaimed import UnclaimedAmount
from tests.builders.books import Office, a_row, after
from tests.builders.commands import command_line, shown
from tests.services.payments.test_races import MAX, MIA, TODAY, proposed, sent, two_managers

PAYABLE = "nothing stands in the way: propose it"
CARRIED = ("on hold", "below the minimum payment")
"""Why the first half leaves two payees out."""


def listed(office: Office, at_least: int = 0) -> list[UnclaimedAmount]:
    with office.system.work(MAX, read_only=True) as work:
        return unclaimed.unclaimed(work, at_least)


def sums(amounts: list[UnclaimedAmount]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in amounts:
        found[each.currency] = found.get(each.currency, 0) + each.amount
    return found


@after(two_managers)
def test_what_waits_is_listed_since_the_end_of_its_period(office: Office) -> None:
    amounts = listed(office)
    owed = office.rows(
        "SELECT currency, SUM(to_pay) + SUM(carried_forward) FROM settlement "
        "WHERE to_pay > 0 OR carried_forward > 0 GROUP BY currency"
    )
    assert sums(amounts) == {row[0]: int(row[1]) for row in owed}
    brought_in = office.rows("SELECT beneficiary FROM settlement WHERE brought_forward > 0")
    assert {each.beneficiary for each in amounts if each.since.isoformat() == "2024-12-31"} == {
        row[0] for row in brought_in
    }
    assert {each.since.isoformat() for each in amounts} == {"2024-12-31", "2025-06-30"}
    assert {each.reason for each in amounts} == {PAYABLE, *CARRIED}
    oldest = max(each.months for each in amounts)
    assert oldest == (TODAY.year - 2024) * 12 + TODAY.month - 12 - (TODAY.day < 31)
    assert listed(office, oldest) == [each for each in amounts if each.months == oldest]
    assert listed(office, oldest + 1) == []


@after(proposed)
def test_what_is_under_way_is_listed_until_it_is_sent(office: Office) -> None:
    assert {each.reason for each in listed(office)} == {"a payment is under way", *CARRIED}


@after(sent)
def test_what_came_back_keeps_its_age(office: Office) -> None:
    carried = {(each.beneficiary, each.currency): each for each in listed(office)}
    assert {each.reason for each in carried.values()} == set(CARRIED)
    with office.system.work(MIA) as work:
        back = moving.take_back(work, 3, TODAY, "R03")
    (owed,) = (each for each in listed(office) if each.reason not in CARRIED)
    assert (owed.amount, owed.since.isoformat()) == (back.owed_again, "2025-06-30")
    assert owed.reason == "it came back: the next close brings it forward"
    office.bring([a_row(2, date="2025-09-09")])
    office.close("2025-H2")
    (owed,) = (
        each
        for each in listed(office)
        if (each.beneficiary, each.currency) == (back.beneficiary, back.currency)
    )
    assert owed.since.isoformat() == "2025-06-30"
    assert owed.amount > back.owed_again
    assert owed.reason == "the last payment came back and was not released"
    others = [each for each in listed(office) if each.reason == PAYABLE]
    assert {each.since.isoformat() for each in others} == {"2025-12-31"}
    for each in listed(office):
        if (before := carried.get((each.beneficiary, each.currency))) is not None:
            assert (each.since, each.amount >= before.amount) == (before.since, True)


@after(two_managers)
def test_workbook_and_command_say_the_same(office: Office) -> None:
    amounts = listed(office)
    with office.system.work(MAX, read_only=True) as work:
        book = load_workbook(BytesIO(unclaimed.workbook(work)))
    rows = list(book["Unclaimed"].iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows] == [each.name for each in amounts]
    assert (
        sum(round(Decimal(str(row[3])) * 100) for row in rows if row[2] == "USD")
        == (sums(amounts)["USD"])
    )
    run = command_line(office)
    said = shown(run("unclaimed", "--json"))["amounts"]
    assert [each["beneficiary"] for each in said] == [each.beneficiary for each in amounts]
    assert amounts[0].place in run("unclaimed").stdout
    assert "Nothing is that old" in run("unclaimed", "--older-than", "600").stdout
    out = office.outside / "unclaimed.xlsx"
    assert "amounts" in run("unclaimed", "--out", out).stdout
    assert "there already" in run("unclaimed", "--out", out, code=1).stderr
    assert "name it .xlsx" in run("unclaimed", "--out", office.outside / "a.pdf", code=1).stderr


@after(two_managers)
def test_nobody_but_the_staff_sees_it(office: Office) -> None:
    nonprofit = Actor("Sam", Role.NONPROFIT, 3, beneficiaries=frozenset({"seattle"}))
    with office.system.work(nonprofit, read_only=True) as work, pytest.raises(NotAllowedError):
        unclaimed.unclaimed(work)

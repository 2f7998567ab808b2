"""Tax that was withheld and deposited: what is open and since when, to the cent, in the ledger too."""

from datetime import date

import pytest

from royalties.domain.payments.tax_deposits import DepositForm, accounts
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.ledger.verifying import verify
from royalties.services.payments import moving, tax_deposits
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.commands import command_line, shown
from tests.services.payments.test_races import MAX, MIA, TODAY, sent
from tests.services.payments.test_tax_kept import taxed

BACKUP = DepositForm.BACKUP
JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (6, 7, 8))


def test_deposits_settle_the_earliest_months_first() -> None:
    withheld = {(BACKUP, "USD", JUNE): 100, (BACKUP, "USD", JULY): 50, (BACKUP, "USD", AUGUST): -20}
    (found,) = accounts(withheld, {(BACKUP, "USD"): 100})
    assert [each.open for each in found.months] == [0, 30, 0]
    assert (found.withheld, found.deposited, found.open) == (130, 100, 30)
    assert (found.open_since, found.due) == (JULY, date(2026, 8, 15))
    (paid,) = accounts(withheld, {(BACKUP, "USD"): 150})
    assert (paid.open, paid.open_since, paid.due) == (-20, None, None)
    assert accounts({}, {(BACKUP, "USD"): 1})[0].open == -1


def test_december_is_due_in_january() -> None:
    (found,) = accounts({(BACKUP, "USD", date(2026, 12, 1)): 1}, {})
    assert found.due == date(2027, 1, 15)


def deposited(office: Office, actor: Actor, amount: int, token: str) -> int:
    with office.system.work(actor) as work:
        row = tax_deposits.record(
            work, token, BACKUP, "USD", amount, TODAY, reference="EFTPS 1", note="August"
        )
    return row.id


def is_open(office: Office) -> int:
    with office.work(read_only=True) as work:
        (found,) = tax_deposits.register(work).accounts
    return found.open


def payable(office: Office) -> int:
    rows = office.rows(
        "SELECT coalesce(-sum(amount), 0) FROM posting WHERE account = 'liability:tax'"
    )
    return int(rows[0][0])


@after(sent)
def test_register_is_the_ledgers_tax_payable(office: Office) -> None:
    number, _, tax = taxed(office)
    assert is_open(office) == payable(office) == tax
    first = deposited(office, MAX, tax - 5, "one")
    assert is_open(office) == payable(office) == 5
    with pytest.raises(RefusedError, match="the form was sent twice"):
        deposited(office, MAX, 5, "one")
    assert office.faults() == {}
    with office.system.work(MAX) as work:
        tax_deposits.take_back(work, first, "another bank")
    with office.system.work(MAX) as work, pytest.raises(RefusedError, match="already"):
        tax_deposits.take_back(work, first, "again")
    assert is_open(office) == payable(office) == tax
    deposited(office, MIA, tax, "two")
    with office.system.work(MIA) as work:
        moving.take_back(work, number, TODAY, "R03")
    assert is_open(office) == payable(office) == -tax
    assert office.faults() == {}


@pytest.mark.parametrize(
    ("amount", "day", "words"),
    [(0, TODAY, "more than 0"), (-1, TODAY, "more than 0"), (1, date(2026, 8, 21), "will not do")],
)
@after(sent)
def test_what_is_no_deposit_is_refused(office: Office, amount: int, day: date, words: str) -> None:
    before = office.hashes()
    with office.system.work(MAX) as work, pytest.raises(RefusedError, match=words):
        tax_deposits.record(work, "t", BACKUP, "USD", amount, day)
    assert office.hashes() == before


@after(sent)
def test_only_a_manager_records_a_deposit(office: Office) -> None:
    clerk = Actor("Cleo", Role.CLERK, 3)
    with office.system.work(clerk) as work, pytest.raises(NotAllowedError):
        tax_deposits.record(work, "t", BACKUP, "USD", 1, TODAY)
    with office.system.work(clerk) as work, pytest.raises(NotAllowedError):
        tax_deposits.take_back(work, 1, "why")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tax_deposit SET amount = amount + 1",
        "UPDATE tax_deposit SET undone_on = '2026-08-20'",
        "DELETE FROM tax_deposit",
        "UPDATE payment SET tax = tax + 1 WHERE tax > 0",
    ],
)
@after(sent)
def test_verify_tells_of_a_register_that_the_ledger_denies(office: Office, damage: str) -> None:
    deposited(office, MAX, 5, "one")
    office.execute(damage)
    with office.work(read_only=True) as work:
        found = [each for check in verify(work) for each in check.failures]
    assert any("tax to be passed on stands at" in each for each in found)


@after(sent)
def test_deposits_are_recorded_by_command(office: Office) -> None:
    run = command_line(office)
    _, _, tax = taxed(office)
    (row,) = shown(run("tax-deposits", "--json"))["open"]
    assert (row["form"], row["open"], row["due_by"]) == ("945", f"{tax / 100:.2f}", "2026-09-15")
    made = shown(run("tax-deposits", "--record", "945", "USD", "5.00", "--json"))
    assert (made["outcome"], made["amount"]) == ("recorded", "5.00")
    assert "Deposit 1, taken back" in (
        run("tax-deposits", "--take-back", "1", "--reason", "a slip").stdout
    )
    assert "a slip" in run("tax-deposits").stdout
    assert "write 945 or 1042" in run("tax-deposits", "--record", "W2", "USD", "1", code=1).stderr
    assert "there is no deposit 9" in run("tax-deposits", "--take-back", "9", code=1).stderr
    assert office.faults() == {}

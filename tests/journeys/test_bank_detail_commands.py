"""Bank details at the command line: entered and ended there, confirmed in the browser alone."""

import pytest

from royalties.domain.people import Actor, Role
from royalties.services.payments import accounts
from tests.builders.books import Office, after, opened
from tests.builders.commands import Run, command_line, shown
from tests.builders.orders import somebody

pytestmark = after(opened)

FROM_PAPER = ("--holder", "Seattle Fund", "--source", "letter of 3 May")


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on books with a setup."""
    return command_line(office)


def test_bank_details_are_entered_listed_shown_and_ended(run: Run, office: Office) -> None:
    assert "no account is confirmed" in run("bank-details", "seattle").stdout
    typed = "021000021\n5550009012\n5550009012\nsavings\n"
    made = run("bank-details", "seattle", "--enter", "us", *FROM_PAPER, typed=typed)
    assert "waits for a second person" in made.stdout
    assert "5550009012" not in made.stdout
    assert [each["account"] for each in shown(run("bank-details", "--json"))] == [
        "Savings account •••• 012"
    ]
    again = run("bank-details", "seattle", "--enter", "us", *FROM_PAPER, typed=typed, code=1)
    assert "wait for a second person" in again.stderr
    mona = somebody(office, "Mona", Role.MANAGER)
    with office.system.work(Actor("Mona", Role.MANAGER, mona.person)) as work:
        accounts.confirm(work, 1, "called Jo at the number of the contract")
    assert "seattle can be paid" in run("bank-details", "seattle").stdout, "months later"
    assert "say what you need it for" in run("bank-details", "--clear", "1", code=1).stderr
    clear = run("bank-details", "--clear", "1", "--reason", "a wire of June")
    assert "Account number: 5550009012" in clear.stdout
    run("bank-details", "--end", "1", "--reason", "the branch closed")
    document = shown(run("bank-details", "seattle", "--json"))
    assert document["hold"] == "no account"
    assert [each["state"] for each in document["bank_details"]] == ["ended"]


def test_wrong_number_is_told_with_its_field(run: Run) -> None:
    told = run("bank-details", "seattle", "--enter", "iban", *FROM_PAPER, typed="DE89\n\n", code=1)
    assert "iban: an IBAN of DE has 22 characters, this one 4" in told.stderr
    told = run("bank-details", "--take-back", "7", code=1)
    assert "there are no such bank details" in told.stderr
    assert "one step" in run("bank-details", "--take-back", "1", "--end", "1", code=2).stderr
    assert "0 accounts, 0 files" in run("bank-details", "--encrypt-again").stdout

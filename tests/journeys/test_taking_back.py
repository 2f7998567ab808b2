"""Commands that take back what waits: an invitation, an account, a proposal, a message."""

import pytest

from royalties.domain.approvals import ProposalKind
from royalties.domain.people import Actor, Role
from royalties.services import approvals
from royalties.services.people import staff
from tests.builders.books import Office, after, spring
from tests.builders.commands import Run, command_line, shown
from tests.builders.orders import somebody

PAT = "pat@example.org"


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office)


def invite(office: Office, role: Role = Role.CLERK) -> int:
    with office.work() as work:
        return staff.invite(work, PAT, "Pat Doe", role).number


pytestmark = after(spring)


def test_invitation_is_withdrawn_by_command(run: Run, office: Office) -> None:
    number = invite(office)
    assert shown(run("people", "--withdraw", PAT, "--reason", "Another Pat", "--json")) == {
        "outcome": "withdrawn",
        "person": number,
    }
    assert "nobody is known by" in run("people", "--withdraw", PAT, code=1).stderr
    assert run("people").stdout.count(PAT) == 0
    (payload,) = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")[0]
    assert b"Another Pat" in bytes(payload)
    invite(office)


def test_account_is_closed_and_opened_by_command(run: Run, office: Office) -> None:
    somebody(office, "Pat", Role.NONPROFIT)
    (mailbox,) = office.rows("SELECT email FROM person WHERE name = 'Pat'")[0]
    run("people", "--disable", mailbox)
    assert "disabled" in run("people").stdout
    run("people", "--enable", mailbox, "--json")
    assert "active" in run("people").stdout


def test_proposal_is_withdrawn_by_command(run: Run, office: Office) -> None:
    clerk = Actor("Cleo", Role.CLERK, person=somebody(office, "Cleo", Role.CLERK).person)
    with office.system.work(clerk) as work:
        number = approvals.prepare(work, ProposalKind.CLOSE, "2025-H1", {}, note="All is in")
    assert [each["proposal"] for each in shown(run("proposals", "--json"))] == [number]
    assert "All is in" in run("proposals").stdout
    assert shown(run("proposals", "--withdraw", number, "--reason", "A report came", "--json")) == {
        "outcome": "withdrawn",
        "proposal": number,
    }
    assert shown(run("proposals", "--json")) == []
    refused = run("proposals", "--withdraw", number, code=1)
    assert "withdrawn" in refused.stderr
    with office.system.work(clerk, read_only=True) as work:
        decided = approvals.find(work, number)
    assert decided is not None
    assert decided.reason == "A report came"


def test_message_that_has_not_left_is_taken_back(run: Run, office: Office) -> None:
    invite(office)
    (message,) = [each for each in shown(run("mail", "--json")) if each["to"] == PAT]
    assert message["state"] in {"waiting", "held"}
    run("mail", "--take-back", message["mail"], "--reason", "Nobody has this address")
    (again,) = [each for each in shown(run("mail", "--json")) if each["to"] == PAT]
    assert again["state"] == "taken back"
    assert again["error"].endswith(": Nobody has this address")
    assert (
        "nothing is to be taken back" in run("mail", "--take-back", message["mail"], code=1).stderr
    )
    assert "nothing to try again" in run("mail", "--again", message["mail"], code=1).stderr


def test_entry_is_shown_retired_renamed_and_removed_by_command(run: Run) -> None:
    shows = shown(run("entry", "retailer", "bay", "--json"))
    assert (shows["retired"], shows["renamable"], shows["removable"]) == (None, True, False)
    why = ("--reason", "A mistake", "--json")
    assert shown(run("entry", "retailer", "bay", "--retire", *why))["outcome"] == "retired"
    assert "retired since" in run("entry", "retailer", "bay").stdout
    run("entry", "retailer", "bay", "--bring-back", *why)
    run("entry", "retailer", "bay", "--rename", "shore", *why)
    assert "there is no retailer" in run("entry", "retailer", "bay", code=1).stderr
    assert "sales or reports" in run("entry", "retailer", "shore", "--remove", *why, code=1).stdout
    assert "say why" in run("entry", "title", "collab", "--retire", code=1).stderr
    assert "one step" in run("entry", "title", "collab", "--retire", "--remove", code=2).stderr

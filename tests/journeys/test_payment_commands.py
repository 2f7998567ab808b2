"""Payments at the command line: two people, from the proposal to what came back."""

from pathlib import Path

import pytest

from tests.builders.books import Office, after, closed
from tests.builders.commands import Run, command_line, shown

pytestmark = after(closed)


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the closed books."""
    return command_line(office)


@pytest.fixture
def by(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Who sits at the command line: the system's user."""
    monkeypatch.setenv("LOGNAME", "max")
    return monkeypatch


def test_a_batch_is_proposed_approved_and_sent(
    run: Run, by: pytest.MonkeyPatch, office: Office, tmp_path: Path
) -> None:
    document = shown(run("pay", "--json"))
    assert [each["beneficiary"] for each in document["to_propose"]] == [
        *("author", "houston", "seattle", "tacoma")
    ]
    assert {each["reason"] for each in document["left_out"]} == {
        "on hold",
        "below the minimum payment",
    }
    assert "2025-H1-004" in run("pay").stdout
    lower = ("--amount", "seattle", "USD", "10.00", "--amount", "houston", "USD", "0")
    made = shown(run("pay", "--propose", *lower, "--json"))
    assert made["batch"] == "B-0001"
    assert {
        "beneficiary": "houston",
        "currency": "USD",
        "amount": "26.66",
        "reason": "held back",
    } in (made["left_out"])
    looked = [part for each in made["payments"] for part in ("--looked-at", each["payment"])]
    assert "another manager" in run("pay", "--approve", "B-0001", *looked, code=1).stderr
    by.setenv("LOGNAME", "mia")
    assert "one by one" in run("pay", "--approve", "B-0001", code=1).stderr
    run("pay", "--approve", "B-0001", *looked)
    assert "never raised" in run("pay", "--hold", "P-000002", "11.00", code=1).stderr
    file = tmp_path / "payments.csv"
    run("pay", "--file", "B-0001", "--out", file)
    assert "Seattle Readers" in file.read_text()
    again = tmp_path / "again.csv"
    run("pay", "--file", "B-0001", "--out", again)
    assert again.read_bytes() == file.read_bytes()
    assert "is there already" in run("pay", "--file", "B-0001", "--out", again, code=1).stderr
    assert "made once" in run("pay", "--hold", "P-000002", "9.00", code=1).stderr
    sent = shown(
        run("pay", "--sent", "B-0001", "--method", "file", "--reference", "ACH 7", "--json")
    )
    assert {each["state"] for each in sent["payments"]} == {"sent"}
    run("pay", "--settled", "P-000001", "--settled", "P-000003")
    before = office.hashes()
    for step in ("--returned", "--void"):
        asked = run("pay", step, "P-000002", "--reason", "R03 No account", code=1).stderr
        assert "Seattle Readers" in asked
        assert "would be owed again" in asked
        assert "repeat with --yes" in asked
    assert office.hashes() == before
    back = run("pay", "--returned", "P-000002", "--reason", "R03 No account", "--yes").stdout
    assert "returned" in back
    assert "R03" in run("payments", "P-000002").stdout
    assert [each["payment"] for each in shown(run("payments", "--state", "settled", "--json"))] == [
        "P-000003",
        "P-000001",
    ]
    run("pay", "--release", "P-000002", "--reason", "New account")
    assert shown(run("payments", "P-000002", "--json"))["history"][-1][1] == "release"
    assert office.faults() == {}


def test_what_cannot_be_done_says_what_to_do(run: Run, by: pytest.MonkeyPatch) -> None:
    assert "write P-000001" in run("pay", "--void", "B-0001", "--reason", "x", code=1).stderr
    assert "no payment P-000009" in run("payments", "9", code=1).stderr
    assert "no batch B-0009" in run("pay", "--approve", "9", code=1).stderr
    assert "one step" in run("pay", "--propose", "--void", "1", code=2).stderr
    assert "--method" in run("pay", "--sent", "1", code=2).stderr
    assert "--out" in run("pay", "--file", "1", code=2).stderr
    assert "never raised" in (
        run("pay", "--propose", "--amount", "seattle", "USD", "9999.00", code=1).stderr
    )
    assert "nothing waits" in run("pay", "--propose", "--amount", "x", "USD", "1.00", code=1).stderr
    assert run("payments").stdout == "There is no such payment.\n"
    run("pay", "--propose")
    run("pay", "--void", "P-000003", "--reason", "Not this time")
    assert "seattle" in run("pay").stdout

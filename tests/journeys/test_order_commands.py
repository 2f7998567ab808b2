"""Orders at the command line: from the list to the payment, thin edges on the same verbs."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from royalties.services.orders import life
from tests.builders.books import Office, after
from tests.builders.commands import Run, command_line, shown
from tests.builders.editions import a_logo
from tests.builders.orders import (
    ACCEPTED,
    IN_PROOF,
    QUOTED,
    UNPAID,
    accepted,
    letters,
    orders_underway,
    person_called,
    requested,
)
from tests.builders.pdfs import a_pdf
from tests.builders.shipped import invoice, ship

pytestmark = after(orders_underway)


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the story's books."""
    return command_line(office)


def test_orders_are_listed_and_narrowed(run: Run) -> None:
    listed = shown(run("orders", "--json"))
    assert {each["order"] for each in listed} == {QUOTED, IN_PROOF, ACCEPTED, UNPAID}
    assert [each["order"] for each in shown(run("orders", "--state", "proof-sent", "--json"))] == [
        IN_PROOF
    ]
    assert [
        each["order"] for each in shown(run("orders", "--organization", "league", "--json"))
    ] == [UNPAID]
    assert "We: begin production." in run("orders").stdout
    assert run("orders", "--state", "paid").stdout == "No such orders.\n"


def test_order_command_shows_an_order_with_its_history(run: Run) -> None:
    document = shown(run("order", ACCEPTED, "--json"))
    assert [each["step"] for each in document["history"]] == [
        "request",
        "quote",
        "accept",
        "promise",
    ]
    assert document["quotes"][0]["quote"] == f"{ACCEPTED}/1"
    assert document["next"] == "We: begin production."
    text = run("order", ACCEPTED).stdout
    assert "Olga" in text
    assert run("order", "O-2026-9999", code=1).stderr == "there is no order O-2026-9999\n"


def test_a_quote_is_issued_with_its_files(run: Run, office: Office, tmp_path: Path) -> None:
    number = requested(office, person_called(office, "Olga")).number
    result = shown(run("quote", number, "--out", tmp_path, "--json"))
    assert result["quote"] == f"{number}/1"
    assert [Path(each).suffix for each in result["files"]] == [".pdf", ".xlsx"]
    assert all(Path(each).stat().st_size for each in result["files"])


def test_quote_is_withdrawn_by_command(run: Run) -> None:
    assert shown(run("quote", QUOTED, "--withdraw", "A wrong price", "--json")) == {
        "outcome": "withdrawn",
        "order": QUOTED,
        "state": "requested",
    }
    assert (
        "not possible while the order is requested"
        in run("quote", QUOTED, "--withdraw", "Again", code=1).stderr
    )


def test_order_is_shipped_invoiced_and_paid(run: Run, office: Office) -> None:
    assert shown(run("order", ACCEPTED, "--produce", "--json"))["state"] == "in-production"
    first = shown(run("ship", ACCEPTED, "--copies", 200, "--carrier", "UPS", "--json"))
    assert first["state"] == "in-production"
    text = run("ship", ACCEPTED, "--copies", 50, "--address", 2, "--on", "2026-08-20").stdout
    assert text.endswith("The order is shipped.\n")
    invoice = shown(run("invoice", ACCEPTED, "--yes", "--json"))
    assert run("receive", invoice["invoice"], "0", code=1).stderr == "write an amount above 0\n"
    assert run("receive", "I-999999", "1", code=1).stderr == "there is no invoice I-999999\n"
    paid = shown(run("receive", invoice["invoice"], invoice["total"], "--json"))
    assert paid == {"outcome": "received", "receipt": 1, "order": ACCEPTED, "state": "paid"}
    assert shown(run("order", ACCEPTED, "--json"))["receipts"][0]["amount"] == invoice["total"]
    assert office.faults() == {}


def billed(office: Office) -> None:
    """The order that was accepted is shipped and invoiced: I-000001."""
    orders_underway(office)
    with office.work() as work:
        life.produce(work, ACCEPTED)
    for address, copies in ((1, 200), (2, 50)):
        ship(office, ACCEPTED, address, copies)
    invoice(office, ACCEPTED)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(billed)
def test_a_wrong_receipt_is_reversed_and_a_part_credited(run: Run, office: Office) -> None:
    run("receive", "I-000001", "14127.50")
    assert run("aging").stdout == "Nobody owes anything.\n"
    assert run("receive", "--reverse", 1, code=1).stderr.startswith("say why")
    back = shown(run("receive", "--reverse", 1, "--reason", "Another's money", "--json"))
    assert back == {
        "outcome": "reversed", "receipt": 2, "reverses": 1, "order": ACCEPTED, "state": "invoiced"
    }  # fmt: skip
    again = run("receive", "--reverse", 1, "--reason", "once more", code=1)
    assert again.stderr == "receipt 1 was reversed already, by receipt 2\n"
    for wrong in (["I-000001"], ["I-000001", "5", "--reverse", "1"], ["--reason", "x"], []):
        run("receive", *wrong, code=2)
    part = ("credit", "I-000001", "--line", 1, "85.00", "--reason", "Wet", "--json")
    assert "A credit note of USD 93.50 for" in run(*part, code=1).stderr
    made = shown(run(*part, "--yes"))
    assert [each["amount"] for each in made["lines"]] == ["-85.00", "-8.50"]
    for line, said in (("9", "no line 9"), ("x", "is no line"), ("1 1 --line 1 2", "once")):
        words = line.split() if " " in line else [line, "1.00"]
        refused = run("credit", "I-000001", "--reason", "Wet", "--line", *words, code=1)
        assert said in refused.stderr
    [aged] = shown(run("aging", "--json"))
    assert (aged["organization"], aged["total"]) == ("guild", "14034.00")
    assert "14034.00" in run("aging").stdout
    rest = run("credit", "I-000001", "--reason", "All of it", "--yes").stdout
    assert "Credit note I-000003 of I-000001: USD -14034.00. A link is sent." in rest
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_order_command_takes_one_step_at_a_time(run: Run, office: Office) -> None:
    assert shown(run("order", IN_PROOF, "--hold", "No paper", "--json"))["state"] == "on-hold"
    assert shown(run("order", IN_PROOF, "--resume", "--json"))["state"] == "proof-sent"
    before = office.hashes()
    run("order", IN_PROOF, "--resume", "--produce", code=2)
    run("order", IN_PROOF, "--yes", code=2)
    refused = run("order", IN_PROOF, "--cancel", "The event is off", code=1)
    assert re.search(r"would owe USD \d+\.\d\d for it", refused.stderr)
    assert "not possible" in run("order", IN_PROOF, "--produce", code=1).stderr
    assert "copies as they are" in run("order", ACCEPTED, "--edition", "internal", code=1).stderr
    assert office.hashes() == before
    done = run("order", IN_PROOF, "--cancel", "The event is off", "--yes", "--json")
    assert shown(done)["state"] == "cancelled"
    assert "it does not follow" in run("order", IN_PROOF, "--cancel", "Off", code=1).stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_artwork_proof_and_promised_day_are_given_by_command(
    run: Run, office: Office, tmp_path: Path
) -> None:
    number = accepted(office, person_called(office, "Olga"))
    logo, proof = tmp_path / "logo.png", tmp_path / "proof.pdf"
    logo.write_bytes(a_logo())
    proof.write_bytes(a_pdf())
    before = office.hashes()
    for wrong, said in (
        (["--artwork", "hat", logo, "--rights"], "'hat' is no use of a file"),
        (["--artwork", "logo", logo], "tick the box"),
        (["--artwork", "logo", proof.with_name("none.png"), "--rights"], "No such file"),
        (["--artwork", "logo", __file__, "--rights"], "test_order_commands.py"),
        (["--proof", proof], "artwork that passed its checks"),
        (["--promise", "soon", "Paper"], "'soon' is no day"),
    ):
        assert said in run("order", number, *wrong, code=1).stderr
    run("order", number, "--rights", code=2)
    assert office.hashes() == before
    sent = shown(run("order", number, "--artwork", "logo", logo, "--rights", "--json"))
    assert sent["state"] == "artwork"
    assert shown(run("order", number, "--proof", proof, "--json"))["state"] == "proof-sent"
    day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    promised = shown(run("order", number, "--promise", day, "Paper is late", "--json"))
    assert promised["promised"] == day
    assert shown(run("order", QUOTED, "--decline", "Out of print", "--json"))["state"] == "declined"
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(billed)
def test_returns_refunds_and_reminders_by_command(run: Run, office: Office) -> None:
    back = shown(run("ship", ACCEPTED, "--copies", 10, "--back", "Wet", "--json"))
    assert (back["outcome"], back["copies"]) == ("came back", -10)
    run("ship", ACCEPTED, "--copies", 10, "--back", "Wet", "--last", code=2)
    assert "14127.50" in run("aging", "--remind", "I-000001").stdout
    assert len(letters(office, "reminder")) == 1
    assert "today already" in run("aging", "--remind", "I-000001", code=1).stderr
    run("receive", "I-000001", "14130.00")
    assert (
        "2.50 USD were paid too much" in run("receive", "I-000001", "3.00", "--back", code=1).stderr
    )
    paid = shown(run("receive", "I-000001", "2.50", "--back", "--json"))
    assert paid["outcome"] == "paid back"
    assert office.faults() == {}


def test_paid_deposit_lets_production_begin(run: Run) -> None:
    assert "paid ahead" not in run("invoice", UNPAID, code=1).stderr
    deposit = shown(run("invoice", UNPAID, "--deposit", "--yes", "--json"))
    assert deposit["kind"] == "deposit"
    run("receive", deposit["invoice"], deposit["total"], "--reference", "wire 7")
    assert shown(run("order", UNPAID, "--json"))["next"] == "We: begin production."

"""Commands that cannot be taken back: every one asks, and without consent nothing happens."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select
from typing import Any

import click
import pytest

from royalties.cli.main import ENTRIES, load
from royalties.services.orders import life
from tests.builders import bank
from tests.builders.bank import Booked
from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    NOW,
    UNKNOWN,
    Office,
    a_row,
    a_setup,
    after,
    nothing,
    spring,
)
from tests.builders.commands import Run, command_line
from tests.builders.orders import (
    ACCEPTED,
    IN_PROOF,
    UNPAID,
    accepted,
    orders_underway,
    person_called,
)
from tests.builders.shipped import invoice, ship
from tests.patience import PATIENCE, running
from tests.selection import InFull
from tests.services.payments.test_bank_lines import nets, states
from tests.services.payments.test_races import sent

ROOT = Path(__file__).parents[2]

Arguments = tuple[str, ...]

CUSTOM = "O-2026-0005"

FINAL: Mapping[str, Sequence[Arguments]] = {
    "alias": [
        ("alias", UNKNOWN, HARDCOVER),
        ("alias", "B0OTHER", EBOOK, "--move"),
        ("alias", "B0OTHER", "--end"),
    ],
    "close": [("close", "2025-H1")],
    "credit": [("credit", "I-000001", "--reason", "Wet")],
    "invoice": [("invoice", UNPAID, "--deposit")],
    "order": [
        ("order", IN_PROOF, "--cancel", "The event is off"),
        ("order", CUSTOM, "--edition", "internal"),
    ],
    "places": [("places", "--mend")],
}
"""Every command that is declared final, with arguments that it can be done with."""

CALLS = [each for calls in FINAL.values() for each in calls]


def everything_waits(office: Office) -> None:
    """Books in which each final command could be done: I-000001 is issued, a row waits."""
    orders_underway(office)
    assert accepted(office, person_called(office, "Olga")) == CUSTOM
    with office.work() as work:
        life.produce(work, ACCEPTED)
    for address, copies in ((1, 200), (2, 50)):
        ship(office, ACCEPTED, address, copies)
    invoice(office, ACCEPTED)
    office.bring_batch([a_row(2), a_row(3, isbn=UNKNOWN), a_row(1, region="Was")])
    office.alias("B0OTHER", HARDCOVER)


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books; whatever is typed comes through a pipe."""
    return command_line(office)


def test_every_irreversible_command_is_tested_and_explained() -> None:
    declared = {
        name
        for name in ENTRIES
        if any(
            isinstance(option, click.Option) and option.name == "yes"
            for option in load(name).params
        )
    }
    assert declared == {*FINAL, "bank-lines", "pay"}
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.partition("## What asks first")[2].partition("\n## ")[0]
    for name in ENTRIES:
        assert f"`{name}" in section, f"docs/operations.md does not say whether {name} asks"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(everything_waits)
def test_irreversible_command_needs_a_terminal_or_yes(
    run: Run, office: Office, in_full: InFull
) -> None:
    before = office.hashes()
    for call in CALLS:
        for typed in ("", "n\n", "y\n", "yes\n") if in_full("other answers") else ("yes\n",):
            refused = run(*call, typed=typed, code=1)
            assert refused.stdout == ""
            assert "Nothing was done: repeat with --yes" in refused.stderr, call
        answer = json.loads(run(*call, "--json", code=1).stdout)
        assert answer["outcome"] == "refused"
        assert "--yes" in answer["message"]
        assert office.hashes() == before, call
    for call in CALLS:
        run(*call, "--yes", "--json")
    assert office.hashes() != before
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(everything_waits)
def test_irreversible_command_says_what_would_happen(run: Run) -> None:
    said = {call[0:3]: run(*call, code=1).stderr for call in CALLS}
    for call, words in (
        (("alias", UNKNOWN, HARDCOVER), "1 waiting row would be recorded"),
        (("alias", UNKNOWN, HARDCOVER), "(The Collab, hardcover)"),
        (("alias", UNKNOWN, HARDCOVER), "rows that a close has counted by then stay"),
        (("alias", "B0OTHER", EBOOK), f"stands for {HARDCOVER}; it would stand for {EBOOK}"),
        (("alias", "B0OTHER", "--end"), "it would stand for no edition from now on"),
        (("close", "2025-H1"), "statements and leaves"),
        (("close", "2025-H1"), "1 unknown ISBN: 1 row, 3 copies, which count nowhere"),
        (("credit", "I-000001", "--reason"), "USD 14127.50"),
        (("invoice", UNPAID, "--deposit"), "USD 7063.75"),
        (("order", IN_PROOF, "--cancel"), "would owe USD"),
        (("order", CUSTOM, "--edition"), "in the catalogue for ever"),
    ):
        assert words in said[call]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(sent)
def test_payment_that_came_back_needs_a_terminal_or_yes(run: Run, office: Office) -> None:
    net = nets(office)
    file = office.outside / "statement.xml"
    file.write_bytes(bank.camt([Booked(NOW.date(), net[2], "P-000002", "", "AC04")]))
    before = office.hashes()
    for typed in ("", "n\n", "y\n", "yes\n"):
        refused = run("bank-lines", file, typed=typed, code=1)
        assert refused.stdout == ""
        assert "P-000002: " in refused.stderr
        assert "AC04, the account is closed" in refused.stderr
        assert "Nothing was done: repeat with --yes" in refused.stderr
    answer = json.loads(run("bank-lines", file, "--json", code=1).stdout)
    assert (answer["outcome"], "--yes" in answer["message"]) == ("refused", True)
    assert office.hashes() == before
    run("bank-lines", file, "--yes", "--json")
    assert states(office)[2] == "returned"
    assert office.faults() == {}


def environment(office: Office) -> dict[str, str]:
    config = office.system.config
    return {
        **os.environ,
        "ROYALTIES_HOME": str(config.home),
        "ROYALTIES_DATABASE_URL": config.database_url,
    }


def on_a_terminal(office: Office, typed: bytes, *arguments: str) -> tuple[int, str]:
    """Run a command in a terminal of its own and type something; exit code and what it showed."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)  # whoever begins a session and opens it is interrupted by its Ctrl-C
    command = f'exec "$0" "$@" <{name} >{name} 2>&1'
    with running(
        ["/bin/sh", "-c", command, sys.executable, "-m", "royalties", *arguments],
        env=environment(office),
        start_new_session=True,
    ) as process:
        shown = b""
        while not shown.endswith(b"Go on? [y/N]: ") and process.poll() is None:
            if select([ours], [], [], 0.2)[0]:
                shown += os.read(ours, 4096)
        os.close(theirs)
        if process.poll() is None:
            os.write(ours, typed)
        while piece := _shown(ours, typed):
            shown += piece
        process.wait(PATIENCE)
    os.close(ours)
    return process.returncode, shown.decode()


def _shown(terminal: int, typed: bytes) -> bytes:
    """What is shown next; typed again after a long silence.

    A Ctrl-C between the question and the moment that its answer is read is noted by Python, and
    raised only once something else comes.
    """
    try:
        while not select([terminal], [], [], 20)[0]:
            os.write(terminal, typed)
        return os.read(terminal, 4096)
    except OSError:  # Linux tells so that the other side has hung up
        return b""


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(spring)
def test_close_at_a_terminal_needs_a_yes(office: Office) -> None:
    before = office.hashes()
    for answer in (b"n\n", b"\n", b"\x04", b"\x03"):  # the last two: end of file, Ctrl-C
        code, shown = on_a_terminal(office, answer, "close", "2025-H1")
        assert (code, office.hashes() == before) == (1, True), shown
        assert "Nothing was done." in shown
    assert "--yes" in on_a_terminal(office, b"y\n", "close", "2025-H1", "--json")[1]
    assert office.hashes() == before
    code, shown = on_a_terminal(office, b"yes\n", "close", "2025-H1")
    assert code == 0, shown
    assert "2025-H1 is closed; 6 statements numbered." in shown.replace("\r", "")


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(spring)
def test_close_without_standard_input_does_nothing(office: Office) -> None:
    before = office.hashes()
    command = f"exec {sys.executable} -m royalties close 2025-H1 <&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        check=False,
        capture_output=True,
        env=environment(office),
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "repeat with --yes" in done.stderr
    assert office.hashes() == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_a_period_that_has_not_ended_is_closed_only_early(run: Run, office: Office) -> None:
    later: Any = {"name": "Example House", "currency": "USD", "calendar": "half-yearly"}
    later |= {"first_period": "2097-H1"}
    office.load(a_setup(publisher=later, income=[], exchange_rates=[]))
    before = office.hashes()
    refused = run("close", "2097-H1", "--yes", code=1).stderr
    assert "2097-H1 ends on 2097-06-30, in " in refused
    assert "--early" in refused
    run("close", "2097-H1", "--yes", "--reason", "We stop", code=2)
    assert "It has not ended: its last day is 2097-06-30." in (
        run("close", "2097-H1", "--early", code=1).stderr
    )
    assert office.hashes() == before
    run("close", "2097-H1", "--early", "--reason", "The house is sold", "--yes")
    told = json.loads(office.rows("SELECT payload FROM log WHERE action = 'close'")[0][0])
    assert told["early"] == "The house is sold"
    assert office.faults() == {}

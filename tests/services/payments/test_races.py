"""Two at the same moment, at each step of a payment: one wins, the other is told, the books hold."""

from datetime import date
from pathlib import Path

import pytest

from royalties.domain.payments.life import Method
from royalties.domain.people import Actor, Role
from royalties.services.payments import approving, batch_files, moving, proposing
from tests.builders.books import NOW, Office, Shelf, a_row, after, closed, told_once
from tests.builders.orders import somebody
from tests.services import racing
from tests.services.racing import Racers, tasks
from tests.services.test_crashes import crash_everywhere

TODAY = NOW.date()
MAX = Actor("Max", Role.MANAGER, 1)
MIA = Actor("Mia", Role.MANAGER, 2)
OF_ALL = (1, 2, 3, 4)


@told_once
def two_managers(office: Office) -> None:
    """The first half is closed, and two managers are there."""
    closed(office)
    somebody(office, "Max", Role.MANAGER)
    somebody(office, "Mia", Role.MANAGER)


@told_once
def proposed(office: Office) -> None:
    """One has proposed all that waits."""
    two_managers(office)
    propose(office, "first")


@told_once
def approved(office: Office) -> None:
    """The other has approved it."""
    proposed(office)
    approve(office, MIA)


@told_once
def sent(office: Office) -> None:
    """All of it is on its way."""
    approved(office)
    send(office, "FED 1")


def propose(office: Office, token: str) -> int:
    with office.system.work(MAX) as work:
        return proposing.propose_payments(work, token).number


def approve(office: Office, actor: Actor) -> int:
    with office.system.work(actor) as work:
        return len(approving.approve(work, 1, signed=OF_ALL))


def lower(office: Office, amount: int) -> int:
    with office.system.work(MAX) as work:
        proposing.hold_back(work, 4, amount)
    return amount


def make_file(office: Office, day: date) -> str:
    with office.system.work(MAX) as work:
        return batch_files.make_file(work, 1, day).fingerprint


def send(office: Office, reference: str) -> int:
    with office.system.work(MAX) as work:
        return len(moving.send(work, OF_ALL, TODAY, Method.WIRE, reference))


def settle(office: Office, number: int) -> int:
    with office.system.work(MAX) as work:
        return len(moving.settle(work, [number], TODAY))


def take_back(office: Office, number: int) -> int:
    with office.system.work(MIA) as work:
        return moving.take_back(work, number, TODAY, "R03").id


def void(office: Office, number: int) -> int:
    with office.system.work(MIA) as work:
        return moving.void(work, number, "a mistake", seen_sent=False).id


def stop(office: Office, number: int) -> int:
    with office.system.work(MIA) as work:
        return moving.void(work, number, "stopped", seen_sent=True).id


ONE_WINS = {
    "propose twice": (two_managers, (propose, "one"), (propose, "two")),
    "approve twice": (proposed, (approve, MIA), (approve, MIA)),
    "send twice": (approved, (send, "FED 1"), (send, "FED 2")),
    "send and void": (approved, (send, "FED 1"), (void, 2)),
    "send and lower": (approved, (send, "FED 1"), (lower, 100)),
    "settle twice": (sent, (settle, 3), (settle, 3)),
    "return twice": (sent, (take_back, 3), (take_back, 3)),
    "return and void": (sent, (take_back, 3), (stop, 3)),
    "void twice": (sent, (stop, 3), (stop, 3)),
}
"""Steps of which only one can be taken, and the books that both begin with."""


@pytest.mark.thorough("races at length", but_one_in=2)
@pytest.mark.parametrize("name", ONE_WINS)
@pytest.mark.parametrize("pause", ["FROM payment", "INSERT INTO"])
def test_one_of_two_concurrent_steps_wins(
    name: str, pause: str, racers: Racers, shelf: Shelf, tmp_path: Path
) -> None:
    story, *steps = ONE_WINS[name]
    with shelf.office("postgresql", story, tmp_path / "office") as office:
        outcomes = racers.race(*tasks(office, *steps, pause=pause))
        assert sorted(each.done for each in outcomes) == [False, True], outcomes
        assert [each.told for each in outcomes if not each.done] == [True], outcomes
        assert office.faults() == {}


@pytest.mark.parametrize("pause", ["FROM period", "INSERT INTO"])
def test_what_comes_back_during_a_close_is_counted_by_it_or_the_next(
    pause: str, racers: Racers, shelf: Shelf, tmp_path: Path
) -> None:
    with shelf.office("postgresql", sent, tmp_path / "office") as office:
        outcomes = racers.race(
            *tasks(office, (racing.close, "2025-H2"), (take_back, 3), pause=pause)
        )
        assert all(each.done for each in outcomes), outcomes
        assert office.faults() == {}
        office.bring([a_row(2, date="2026-02-02")])
        office.close("2026-H1")
        assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(approved)
def test_steps_survive_a_crash_at_any_statement(office: Office, step: int) -> None:
    crash_everywhere(office, lambda at: make_file(at, TODAY), 3, step=step)
    crash_everywhere(office, lambda at: send(at, "FED 1"), 3, step=step)
    crash_everywhere(office, lambda at: settle(at, 3), 3, step=step)
    crash_everywhere(office, lambda at: take_back(at, 3), 3, step=step)
    crash_everywhere(office, lambda at: stop(at, 2), 3, step=step)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(two_managers)
def test_proposal_and_approval_survive_a_crash_at_any_statement(office: Office, step: int) -> None:
    crash_everywhere(office, lambda at: propose(at, "a token"), 3, step=step)
    crash_everywhere(office, lambda at: lower(at, 100), 3, step=step)
    crash_everywhere(office, lambda at: approve(at, MIA), 3, step=step)

"""Two people decide proposals at the same moment: whatever overlaps is decided once, and whole."""

from dataclasses import dataclass

import pytest

from royalties.domain.people import Actor
from royalties.services.desk import deciding
from tests.builders.books import Office, after, opened
from tests.services.desk.test_deciding import People
from tests.services.racing import Racers, tasks

pytestmark = [after(opened), pytest.mark.engines("both")]

PAUSES = ("FROM proposal", "UPDATE proposal", "INTO revision", "INTO log", "FROM log")


def approve(office: Office, actor: Actor, numbers: list[int]) -> list[int]:
    with office.system.work(actor) as work:
        return [each.id for each in deciding.approve(work, numbers)]


def refuse(office: Office, actor: Actor, numbers: list[int]) -> list[int]:
    with office.system.work(actor) as work:
        deciding.refuse(work, numbers, "Not so")
        return numbers


@dataclass(frozen=True)
class Meeting:
    """What two managers do at once with a beneficiary (1), a plan (2) and a contract (3)."""

    mona: tuple[int, ...]
    otto: tuple[int, ...]
    otto_refuses: bool = False


MEETINGS = {
    "the same set": Meeting((1, 2, 3), (1, 2, 3)),
    "sets in another order": Meeting((1, 2, 3), (3, 2, 1)),
    "a set and its first": Meeting((1, 2, 3), (1,)),
    "a set and its last": Meeting((1, 2, 3), (3,)),
    "overlapping sets": Meeting((1, 2), (2, 3)),
    "a set, and its refusal": Meeting((1, 2, 3), (1, 2, 3), otto_refuses=True),
    "a set, and the refusal of its middle": Meeting((1, 2, 3), (2,), otto_refuses=True),
}


@pytest.mark.thorough("races at length", but_one_in=8)
@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("name", MEETINGS)
def test_concurrent_decisions_are_whole_and_made_once(
    office: Office, racers: Racers, name: str, pause: str
) -> None:
    meeting, people = MEETINGS[name], People(office)
    assert people.chain() == [1, 2, 3]
    decide = refuse if meeting.otto_refuses else approve
    outcomes = racers.race(
        *tasks(
            office,
            (approve, people.mona, [*meeting.mona]),
            (decide, people.otto, [*meeting.otto]),
            pause=pause,
        )
    )
    assert all(each.done or each.told for each in outcomes), outcomes
    mona, otto = outcomes
    decided = {
        number: ("refused" if meeting.otto_refuses and who is otto else "approved")
        for who, numbers in ((mona, meeting.mona), (otto, meeting.otto))
        if who.done
        for number in numbers
    }
    assert {number: people.status(number) for number in (1, 2, 3)} == {
        number: decided.get(number, "waiting") for number in (1, 2, 3)
    }
    assert mona.done + otto.done == 1, "they overlap, so one of them wins"
    for number, (part, key) in enumerate(
        (("beneficiaries", "rivers"), ("plans", "delta"), ("contracts", "mouth-2026")), 1
    ):
        is_in_force = people.in_force(part, key) is not None
        assert is_in_force == (decided.get(number) == "approved")
    assert office.faults() == {}

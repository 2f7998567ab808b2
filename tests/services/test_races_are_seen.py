"""The race tests detect races: without locks the same work corrupts the books every time.

Everybody waits a moment after each row written, so that others come between. With the locks
nothing comes of it; without them something must, or the tests of races would prove nothing.
"""

from collections.abc import Callable
from typing import Any

import pytest

from royalties.store.engine import DatabaseBusyError
from tests.builders.books import Office, a_row, after, spring
from tests.services import racing
from tests.services.racing import Outcome, Racers, tasks

Race = tuple[tuple[Any, ...], ...]


def once_closed(office: Office) -> None:
    spring(office)
    office.close("2025-H1")


def two_closes(office: Office) -> Race:
    return ((racing.close, "2025-H1"),) * 2


def an_import_and_a_close(office: Office) -> Race:
    path = office.report([a_row(number + 1, reference=f"late {number}") for number in range(20)])
    return ((racing.bring, path), (racing.close, "2025-H1"))


def one_file_twice(office: Office) -> Race:
    return ((racing.bring, office.report([a_row(5)])),) * 2


def two_corrections(office: Office) -> Race:
    return ((racing.correct, 1),) * 2


def spoiled(office: Office, outcomes: list[Outcome]) -> list[str]:
    """What a race left: crashes that nobody was told the reason of, and faults of the books."""
    crashes = [each.error for each in outcomes if each.error and not each.told]
    return [*crashes, *(f"{name}: {each}" for name, each in office.faults().items())]


RACES = [
    pytest.param(race, marks=after(story))
    for race, story in (
        (two_closes, spring),
        (an_import_and_a_close, spring),
        (one_file_twice, spring),
        (two_corrections, once_closed),
    )
]


@pytest.mark.thorough("races at length", but_one_in=2)
@pytest.mark.parametrize("race", RACES)
def test_races_with_locks_keep_the_books_consistent(
    office: Office, racers: Racers, race: Callable[[Office], Race]
) -> None:
    outcomes = racers.race(*tasks(office, *race(office), pause="INSERT INTO"))
    assert spoiled(office, outcomes) == [], outcomes
    assert any(each.done for each in outcomes)
    if race is two_closes:
        [told] = [each.error for each in outcomes if not each.done]
        assert "is closed" in told, "the lock has it wait, and then it sees"


@pytest.mark.thorough("races at length", but_one_in=2)
@pytest.mark.parametrize("race", RACES)
def test_races_without_locks_are_detected(
    office: Office, racers: Racers, race: Callable[[Office], Race]
) -> None:
    """A fault of the books, a crash, or only a unique key that stood behind the lock."""
    outcomes = racers.race(*tasks(office, *race(office), pause="INSERT INTO", naive=True))
    by_keys = [each.error for each in outcomes if each.error == str(DatabaseBusyError())]
    assert spoiled(office, outcomes) + by_keys != [], outcomes

"""Two people at the same moment: one wins, the other is told, and the books hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from royalties.domain.people import ANONYMOUS, Actor, Role
from royalties.services.people.colleagues import accept, invite_colleague, remove_colleague
from royalties.services.people.sessions import Browser
from tests.builders.books import Office, a_row, after, opened, spring
from tests.builders.orders import somebody, takes_orders
from tests.builders.post import posted
from tests.services import racing
from tests.services.racing import Racers, Task, tasks


def close_period(office: Office, period: str) -> str:
    office.close(period)
    return period


def bring_file(office: Office, path: str) -> str:
    return str(office.bring_file(Path(path)).outcome)


def task(office: Office, do: object, argument: str) -> Task:
    config = office.system.config
    return Task(config.database_url, config.home.parent, do, (argument,))  # type: ignore[arg-type]


@after(spring)
def test_concurrent_closes_post_once(office: Office, racers: Racers) -> None:
    outcomes = racers.race(*[task(office, close_period, "2025-H1")] * 2)
    assert sorted(outcome.done for outcome in outcomes) == [False, True]
    assert [outcome.told for outcome in outcomes if not outcome.done] == [True]
    assert office.rows("SELECT count(*) FROM closed_run") == [(1,)]
    assert office.faults() == {}


@pytest.mark.thorough("races at length", but_one_in=3)
@after(spring)
@pytest.mark.parametrize("trial", range(3))
def test_import_is_wholly_before_or_after_a_concurrent_close(
    office: Office, racers: Racers, trial: int
) -> None:
    path = office.report([a_row(number + 1, reference=f"late {number}") for number in range(20)])
    brought, closed = racers.race(
        task(office, bring_file, str(path)), task(office, close_period, "2025-H1")
    )
    assert closed.done, closed.error
    assert brought.value == "recorded", brought
    assert (
        len(office.rows("SELECT DISTINCT period_id FROM sale WHERE reference LIKE 'late %'")) == 1
    )
    assert office.faults() == {}


@after(spring)
@pytest.mark.parametrize("pause", ["FROM revision", "INSERT INTO"])
def test_income_entered_during_a_close_is_distributed_or_refused(
    office: Office, racers: Racers, pause: str
) -> None:
    income = {"contract": "foot-2015", "period": "2025-H1", "right": "translation"}
    setup = {"income": [{**income, "amount": "1234.00"}]}
    outcomes = racers.race(
        *tasks(office, (racing.close, "2025-H1"), (racing.load, setup, "income.json"), pause=pause)
    )
    assert all(each.done or each.told for each in outcomes), outcomes
    closed, entered = outcomes
    assert closed.done, closed
    counted = "1234.00" in str(office.run("2025-H1"))
    assert counted == entered.done, "what was entered counts, what does not count was refused"
    assert office.faults() == {}


@pytest.mark.thorough("races at length", but_one_in=2)
@after(opened)
@pytest.mark.parametrize("trial", range(2))
def test_concurrent_imports_of_a_file_record_it_once(
    office: Office, racers: Racers, trial: int
) -> None:
    path = office.report([a_row(5)])
    outcomes = racers.race(*[task(office, bring_file, str(path))] * 2)
    assert office.rows("SELECT count(*) FROM batch WHERE status = 'recorded'") == [(1,)]
    assert sum(outcome.value == "recorded" for outcome in outcomes) == 1
    assert office.faults() == {}


def remove_other(office: Office, actor: Actor, other: int) -> None:
    with office.system.work(actor) as work:
        remove_colleague(work, "guild", other)


@after(takes_orders)
def test_administrators_removing_each_other_leave_one(office: Office, racers: Racers) -> None:
    two = [somebody(office, name, Role.ORGANIZATION, "guild") for name in ("Olga", "Otto")]
    outcomes = racers.race(
        *(
            replace(
                task(office, remove_other, ""),
                arguments=(one, other.person),
                pause="organization_member",
            )
            for one, other in (two, two[::-1])
        )
    )
    assert sorted(each.done for each in outcomes) == [False, True], outcomes
    assert [each.told for each in outcomes if not each.done] == [True], outcomes
    assert office.rows("SELECT count(*) FROM organization_member") == [(1,)]


def follow(office: Office, token: str) -> str:
    with office.system.work(ANONYMOUS) as work:
        accept(work, token, "Otto", "many small boats at sea", locale="en_US", browser=Browser())
    return token


@after(takes_orders)
def test_colleague_invitation_is_accepted_once(office: Office, racers: Racers) -> None:
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    with office.system.work(olga) as work:
        invite_colleague(work, "guild", "otto@example.org", "Otto")
    [invitation] = posted(office, "kind = 'invitation'")
    token = invitation.text.partition("/account/invitation/")[2].split()[0]
    outcomes = racers.race(*[task(office, follow, token)] * 2)
    assert sorted(outcome.done for outcome in outcomes) == [False, True]
    assert [outcome.told for outcome in outcomes if not outcome.done] == [True]
    assert office.rows("SELECT count(*) FROM person WHERE email = 'otto@example.org'") == [(1,)]

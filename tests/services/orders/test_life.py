"""An order's life: what each side may do, what is missing, what is promised, what cancelling owes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from royalties.domain.orders.life import (
    Action,
    OrderKind,
    Precondition,
    Side,
    State,
    working_day_after,
)
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services.orders import life
from royalties.services.orders.billing import settling
from royalties.services.orders.intake import requests
from royalties.services.orders.life import ChangedMeanwhileError, NoOrderError
from royalties.services.work import RefusedError, Work
from tests.builders.books import Office, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    ACCEPTED,
    CUSTOM,
    IN_PROOF,
    QUOTED,
    UNPAID,
    go,
    history,
    letters,
    order_of,
    orders_underway,
    person_called,
    requested,
    somebody,
)
from tests.services.racing import Racers, Task

pytestmark = after(orders_underway)

TODAY = date(2026, 8, 20)
"""A Thursday."""


@pytest.fixture
def clock(office: Office) -> Clock:
    clock = Clock()
    office.system = replace(office.system, clock=clock)
    return clock


@pytest.fixture
def olga(office: Office) -> Actor:
    """A user of an organization that may pay after the invoice."""
    return person_called(office, "Olga")


@pytest.fixture
def lena(office: Office) -> Actor:
    """A user of another organization, which pays ahead."""
    return person_called(office, "Lena")


# Whose it is


VERBS: dict[str, Callable[[Work, str], object]] = {
    "decline": lambda work, number: life.decline(work, number, "no"),
    "cancel": lambda work, number: settling.cancel(work, number, "no"),
    "reorder": requests.reorder,
    "hold still": life.lock,
}
OURS: dict[str, Callable[[Work, str], object]] = {
    "hold": lambda work, number: life.hold(work, number, "no"),
    "resume": life.resume,
    "produce": life.produce,
    "assign": lambda work, number: life.assign(work, number, None),
    "promise": lambda work, number: life.set_promise(work, number, TODAY, "no"),
}


@pytest.mark.parametrize("name", VERBS)
def test_order_of_another_organization_is_not_found(
    office: Office, olga: Actor, lena: Actor, name: str
) -> None:
    number = requested(office, olga).number
    before = office.hashes()
    with office.system.work(lena) as work:
        assert life.find(work, number) is None
        with pytest.raises(NoOrderError, match=f"there is no order {number}"):
            VERBS[name](work, number)
        with pytest.raises(NoOrderError):
            VERBS[name](work, "O-2026-9999")
    assert office.hashes() == before


@pytest.mark.parametrize("name", OURS)
def test_staff_actions_are_refused_to_others(office: Office, olga: Actor, name: str) -> None:
    number = requested(office, olga).number
    for actor in (olga, ANONYMOUS, Actor("Nora", Role.NONPROFIT, 9)):
        with office.system.work(actor) as work, pytest.raises(NotAllowedError):
            OURS[name](work, number)


# Holding, declining, assigning


def test_resumed_order_returns_to_its_state(office: Office, olga: Actor) -> None:
    number = QUOTED
    with office.work() as work:
        held = life.hold(work, number, "Your logo is being changed")
        assert (held.state, held.held_in) == (State.ON_HOLD, State.QUOTED)
        with pytest.raises(RefusedError, match="on hold"):
            life.hold(work, number, "again")
        resumed = life.resume(work, number)
    assert (resumed.state, resumed.held_in) == (State.QUOTED, None)
    subjects = [subject for who, subject, _ in letters(office) if who == "olga@example.org"]
    assert subjects[-2:] == [f"Order {number}: on hold", f"Order {number}: work resumes"]


def test_either_side_can_decline_with_a_reason(office: Office, olga: Actor) -> None:
    number = QUOTED
    with office.system.work(olga) as work:
        with pytest.raises(RefusedError, match="say why"):
            life.decline(work, number, "  ")
        assert life.decline(work, number, "Too dear").state is State.DECLINED
    assert letters(office)[-1][0] == "desk@example.com"
    assert "Olga declined: Too dear" in letters(office)[-1][2]
    other = requested(office, olga).number
    with office.work() as work:
        life.decline(work, other, "We are sold out")
    assert letters(office)[-1][0] == "olga@example.org"
    assert "We are sold out" in letters(office)[-1][2]


def test_order_can_be_assigned_to_desk_staff(office: Office, olga: Actor) -> None:
    carl = somebody(office, "Carl", Role.CLERK)
    number = requested(office, olga).number
    with office.work() as work:
        for nobody in (olga.person, 999):
            with pytest.raises(RefusedError, match="no such person at the desk"):
                life.assign(work, number, nobody)
        assert life.assign(work, number, carl.person).assigned_id == carl.person
    assert letters(office)[-1][:2] == ("carl@example.org", f"Order {number}: it is yours")
    with office.system.work(olga) as work:
        life.decline(work, number, "No")
    assert letters(office)[-1][0] == "carl@example.org"
    assert history(office, number)[1] == ("tess", "assign", "requested")


# Two at once


def test_step_on_an_older_version_is_refused(office: Office, olga: Actor) -> None:
    number = QUOTED
    seen = order_of(office, number).version
    with office.work() as work:
        life.assign(work, number, None)
    with office.system.work(olga) as work, pytest.raises(ChangedMeanwhileError, match="meanwhile"):
        life.decline(work, number, "No", seen)
    with office.work() as work:
        order = life.lock(work, number)
        life.move(work, order, Action.HOLD)
        with pytest.raises(ChangedMeanwhileError):
            life.move(work, order, Action.DECLINE)


def decline(office: Office, number: str, key: str, version: int) -> str:
    actor = Actor(key, Role.ORGANIZATION, organizations=frozenset({"guild"}))
    with office.system.work(actor) as work:
        return life.decline(work, number, f"says {key}", version).state.value


def test_concurrent_steps_apply_once(office: Office, olga: Actor, racers: Racers) -> None:
    number = QUOTED
    seen = order_of(office, number).version
    config = office.system.config
    outcomes = racers.race(
        *[
            Task(config.database_url, Path(config.home).parent, decline, (number, key, seen))
            for key in ("Ann", "Bea", "Cat")
        ]
    )
    assert sorted(each.done for each in outcomes) == [False, False, True]
    assert all(each.told for each in outcomes if not each.done)
    assert [each[1] for each in history(office, number)] == ["request", "quote", "decline"]


# What is missing


def test_production_waits_for_purchase_order_or_deposit(office: Office) -> None:
    ours, theirs = ACCEPTED, UNPAID
    with office.work() as work:
        assert Precondition.PURCHASE_ORDER_OR_DEPOSIT in life.preconditions_met(
            work, order_of(office, ours)
        )
        missing = life.preconditions_met(work, order_of(office, theirs))
        assert Precondition.PURCHASE_ORDER_OR_DEPOSIT not in missing
        with pytest.raises(RefusedError, match="this needs the deposit paid"):
            life.produce(work, theirs)  # its purchase order does not stand in for the deposit
        produced = life.produce(work, ours)
    assert produced.state is State.IN_PRODUCTION
    assert produced.started_on == TODAY
    step = life.next_step(order_of(office, theirs), Side.ORGANIZATION, missing)
    assert step == "You: send a purchase order, or pay the deposit."


def test_next_step_names_who_must_act(office: Office, olga: Actor, clock: Clock) -> None:
    order = requested(office, olga)
    assert life.next_step(order, Side.STAFF) == "We: make a quote."
    assert life.next_step(order, Side.ORGANIZATION) == "The publisher: make a quote."
    number = QUOTED
    found = order_of(office, number)
    assert life.waits_for(found) is Side.ORGANIZATION
    clock.later(days=40)
    with office.work() as work:
        met = life.preconditions_met(work, found)
    assert {Precondition.QUOTE_PAST} == {Precondition.QUOTE_PAST, Precondition.QUOTE_VALID} & met
    assert life.waits_for(found, met) is Side.STAFF
    assert "new quote" in life.next_step(found, Side.STAFF, met)


@pytest.mark.thorough("combinations", but_one_in=3)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("order_kind", OrderKind)
def test_every_state_has_a_next_step(
    office: Office, olga: Actor, state: State, order_kind: OrderKind
) -> None:
    order = replace(requested(office, olga), state=state, kind=order_kind)
    for side in (Side.STAFF, Side.ORGANIZATION):
        assert life.next_step(order, side).endswith(".")


# What is promised


def test_promised_date_follows_the_approved_proof(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = IN_PROOF
    waiting = order_of(office, number).promised_on
    assert waiting == working_day_after(TODAY, 3 + 10 + 5)
    clock.later(days=7)
    go(office, number, Action.ASK_CHANGES)
    later = order_of(office, number).promised_on
    assert later == working_day_after(TODAY + timedelta(days=7), 3 + 10 + 5)
    go(office, number, Action.SEND_PROOF)
    today = TODAY + timedelta(days=7)
    go(office, number, Action.APPROVE_PROOF, approved_on=today)
    promised = order_of(office, number).promised_on
    assert promised == working_day_after(today, 10 + 5)
    clock.later(days=4)
    with office.work() as work:
        assert life.produce(work, number).promised_on == promised  # the clock began before
    changes = [each for each in history(office, number) if each[1] == "promise"]
    assert len(changes) == 3
    assert f"promised for {promised.day} {promised:%B %Y}" in letters(office)[-1][2]


def test_hold_moves_the_promised_date_by_its_working_days(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = ACCEPTED
    with office.work() as work:
        before = life.produce(work, number).promised_on
        life.hold(work, number, "No paper")
    clock.later(days=14)
    with office.work() as work:
        after = life.resume(work, number).promised_on
    assert before is not None
    assert after == working_day_after(before, 10)
    clock.later(days=1)
    with office.work() as work:
        life.hold(work, number, "No ink")
    clock.later(days=3)  # from Friday to Monday
    with office.work() as work:
        assert life.resume(work, number).promised_on == working_day_after(before, 11)


def test_promised_date_set_by_hand_holds_until_production_time_starts(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = IN_PROOF
    far = date(2026, 12, 1)
    with office.work() as work:
        with pytest.raises(RefusedError, match="from today on"):
            life.set_promise(work, number, TODAY - timedelta(days=1), "?")
        assert life.set_promise(work, number, far, "The printer is full").promised_on == far
    assert "1 December 2026" in letters(office)[-1][2]
    assert "Why: The printer is full" in letters(office)[-1][2]
    go(office, number, Action.ASK_CHANGES, Action.SEND_PROOF)
    assert order_of(office, number).promised_on == far
    go(office, number, Action.APPROVE_PROOF, approved_on=TODAY)
    assert order_of(office, number).promised_on == far
    with office.work() as work:
        near = life.set_promise(work, number, TODAY + timedelta(days=5), "The printer is empty")
        assert life.produce(work, number).promised_on == near.promised_on


def test_nothing_is_promised_before_acceptance(office: Office, olga: Actor) -> None:
    number = QUOTED
    assert order_of(office, number).promised_on is None
    with office.work() as work, pytest.raises(RefusedError, match="no day is promised"):
        life.set_promise(work, number, TODAY, "?")


# Cancelling


def test_cancelling_before_acceptance_owes_nothing(office: Office, olga: Actor) -> None:
    number = QUOTED
    with office.system.work(olga) as work:
        assert settling.owed_if_cancelled(work, order_of(office, number)) == (0, "")
        assert settling.cancel(work, number, "No budget").state is State.CANCELLED
    ours, theirs = letters(office)[-1], letters(office)[-2]
    if ours[0] != "desk@example.com":
        ours, theirs = theirs, ours
    assert "Olga cancelled the order: No budget" in ours[2]
    assert "owed" not in ours[2].lower()
    assert "is cancelled" in theirs[2]


def test_cancellation_states_and_records_the_fee(office: Office, olga: Actor) -> None:
    number = IN_PROOF
    [(total,)] = office.rows(
        "SELECT q.total FROM quote q JOIN orders o ON o.id = q.order_id WHERE o.number = :n",
        n=number,
    )
    order = order_of(office, number)
    with office.system.work(olga) as work:
        owed = settling.owed_if_cancelled(work, order)
        # 150.00 of set-up, and a quarter of the rest from the first proof on
        assert owed == settling.Owed(15000 + round((total - 15000) / 4), "USD")
        settling.cancel(work, number, "No budget")
    [(detail,)] = office.rows("SELECT detail FROM order_event WHERE action = 'cancel'")
    assert f'"owed": {owed.amount}' in detail
    assert f"Owed at this stage: USD {owed.amount / 100:,.2f}".replace(",", "") in letters(office)[
        -1
    ][2].replace(",", "")


def test_cancellation_fee_is_unchanged_while_on_hold(office: Office, olga: Actor) -> None:
    number = IN_PROOF
    with office.work() as work:
        before = settling.owed_if_cancelled(work, order_of(office, number))
        life.hold(work, number, "Wait")
        assert settling.owed_if_cancelled(work, order_of(office, number)) == before
    with office.system.work(olga) as work, pytest.raises(RefusedError, match="staff"):
        settling.cancel(work, number, "Enough")
    with office.work() as work:
        assert settling.cancel(work, number, "Enough").state is State.CANCELLED


def test_organization_cannot_cancel_after_approving_the_proof(office: Office, olga: Actor) -> None:
    number = IN_PROOF
    go(office, number, Action.APPROVE_PROOF, approved_on=TODAY)
    with office.system.work(olga) as work, pytest.raises(RefusedError, match="for staff"):
        settling.cancel(work, number, "Enough")
    assert CUSTOM.kind is OrderKind.CUSTOM

"""E-mail about orders: each step notifies the other side, and reminders are sent once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from royalties.domain.orders.life import Action, Side
from royalties.domain.people import Role
from royalties.services.desk import jobs
from royalties.services.orders import life, notices
from royalties.services.orders.notice_words import NOTICE_WORDS
from royalties.services.work import Work
from tests.builders.books import Office, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    IN_PROOF,
    QUOTED,
    go,
    letters,
    order_of,
    orders_underway,
    person_called,
    somebody,
)

pytestmark = after(orders_underway)


@pytest.fixture
def clock(office: Office) -> Clock:
    clock = Clock()
    office.system = replace(office.system, clock=clock)
    return clock


def remind(office: Office) -> int:
    with office.system.work(jobs.WORKER) as work:
        return notices.remind(work)


def test_every_step_notifies_the_side_that_must_act() -> None:
    assert {each.value for each in Action} - set(NOTICE_WORDS) == set()
    for action in (Action.QUOTE, Action.SEND_PROOF, Action.INVOICE, Action.SHIP_LAST):
        assert Side.ORGANIZATION in NOTICE_WORDS[action]
    for action in (Action.ACCEPT, Action.ASK_CHANGES, Action.APPROVE_PROOF, Action.CANCEL):
        assert Side.STAFF in NOTICE_WORDS[action]


def test_notice_leaves_out_sentences_with_missing_values(office: Office) -> None:
    for event in NOTICE_WORDS:
        with office.work() as work:
            notices.notify(work, order_of_work(work, QUOTED), event, side=Side.CALENDAR)
    for _, subject, text in letters(office):
        assert "{" not in subject + text
        assert "None" not in subject + text
        assert not subject.endswith(": ")


def order_of_work(work: Work, number: str) -> life.Order:
    found = life.find(work, number)
    assert found is not None
    return found


def test_contact_and_all_users_get_one_notice_each(office: Office) -> None:
    somebody(office, "Otto", Role.ORGANIZATION, "guild")
    away = somebody(office, "Away", Role.ORGANIZATION, "guild")
    office.execute(f"UPDATE person SET status = 'disabled' WHERE id = {away.person}")
    office.execute("UPDATE orders SET contact_email = 'events@example.com'")
    before = len(letters(office))
    go(office, QUOTED, Action.HOLD)
    assert [each[0] for each in letters(office)[before:]] == [
        "events@example.com",
        "olga@example.org",
        "otto@example.org",
    ]


def test_quote_states_total_and_last_valid_day(office: Office) -> None:
    [text] = [
        text for _, subject, text in letters(office) if QUOTED in subject and "quote" in subject
    ]
    [(total, until)] = office.rows(
        "SELECT q.total, q.valid_until FROM quote q JOIN orders o ON o.id = q.order_id "
        "WHERE o.number = :number",
        number=QUOTED,
    )
    assert f"USD {total // 100}.{total % 100:02d}" in text
    assert "quote 1 for 250 copies of The Collab" in text
    assert until == "2026-09-19"
    assert "valid until 19 September 2026" in text


def test_notice_for_a_missing_person_goes_to_the_desk(office: Office) -> None:
    with office.work() as work:
        order = replace(order_of_work(work, QUOTED), assigned_id=999)
        notices.notify(work, order, "assign")
    assert letters(office)[-1][0] == "desk@example.com"


def test_a_quote_that_ends_soon_is_reminded_of_once(office: Office, clock: Clock) -> None:
    assert remind(office) == 0
    clock.later(days=27)
    assert remind(office) == 1
    texts = [each for each in letters(office, "reminder") if "ends soon" in each[1]]
    assert [each[0] for each in texts] == ["olga@example.org"]
    assert "valid until 19 September 2026" in texts[0][2]
    assert remind(office) == 0
    clock.later(days=1)
    assert remind(office) == 0
    assert (f"{QUOTED} quote 1 reminder",) in office.rows(
        "SELECT about FROM mail WHERE kind = 'reminder'"
    )


def a_proof(office: Office, at: str) -> None:
    order = order_of(office, IN_PROOF)
    office.execute(
        "INSERT INTO order_file (order_id, kind, version, name, type, sha256, size, facts, at, by,"
        f" side) VALUES ({order.id}, 'proof', 1, 'proof.pdf', 'application/pdf', 'a', 1, "
        f"'{{}}', '{at}', 'tess', 'staff')"
    )


def test_an_unanswered_proof_is_reminded_of_after_three_and_seven_days(
    office: Office, clock: Clock
) -> None:
    a_proof(office, "2026-08-20T09:30:00+00:00")
    told = []
    for _ in range(10):
        told.append(remind(office))
        clock.later(days=1)
    assert told == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0]
    texts = [text for *_, text in letters(office, "reminder")]
    assert [
        "has been waiting for 3 days" in texts[0],
        "has been waiting for 7 days" in texts[1],
    ] == [True] * 2


def test_missed_reminders_are_sent_once(office: Office, clock: Clock) -> None:
    a_proof(office, "2026-08-20T09:30:00+00:00")
    clock.later(days=8)
    assert remind(office) == 1
    assert remind(office) == 0
    go(office, IN_PROOF, Action.ASK_CHANGES)
    clock.now += timedelta(days=30)
    assert all("proof" not in each[1] for each in letters(office, "reminder")[1:])


def test_users_of_another_organization_get_no_notice(office: Office) -> None:
    lena = person_called(office, "Lena")
    assert lena.organizations == {"league"}
    assert not [
        subject
        for who, subject, _ in letters(office)
        if who == "lena@example.org" and QUOTED in subject
    ]

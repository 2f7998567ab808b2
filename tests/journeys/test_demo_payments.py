"""The demo's payments on books in which somebody did something already."""

import json
from pathlib import Path

import pytest

from royalties.cli.demo_payments import play_payments
from royalties.cli.desk import Desk
from royalties.domain.people import Actor, Role
from royalties.services.payments import moving, proposing
from tests.builders.books import Office, after, closed

MIA = Actor("Mia", Role.MANAGER)

pytestmark = [after(closed), pytest.mark.engines("either")]


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    batches = [
        {
            "note": "By wire",
            "pay": ["seattle"],
            "sent": {"method": "wire", "reference": "W 1"},
            "settled": ["seattle"],
        },
        {"note": "Nobody waits for it", "pay": ["nobody"]},
        {"note": "The rest", "pay": ["tacoma"]},
    ]
    (tmp_path / "payments.json").write_text(json.dumps({"batches": batches}), encoding="utf-8")
    return tmp_path


def test_batches_are_played_once(office: Office, plans: Path) -> None:
    desk = Desk(office.system, json=True)
    played = play_payments(desk, plans)
    assert played == [
        {"batch": "B-0001", "payments": {"seattle": "settled"}},
        {"batch": "B-0002", "payments": {"tacoma": "proposed"}},
    ]
    before = office.hashes()
    assert play_payments(desk, plans) == played
    assert office.hashes() == before
    assert office.faults() == {}


def test_what_somebody_did_with_a_payment_stays(office: Office, plans: Path) -> None:
    desk = Desk(office.system, json=True)
    play_payments(desk, plans)
    with office.system.work(MIA) as work:
        moving.void(work, 2, "not now")
    before = office.hashes()
    assert play_payments(desk, plans)[1] == {"batch": "B-0002", "payments": {"tacoma": "voided"}}
    assert office.hashes() == before


def test_books_in_which_somebody_paid_are_left_alone(office: Office, plans: Path) -> None:
    with office.system.work(MIA) as work:
        proposing.propose_payments(work, "their own")
    before = office.hashes()
    assert play_payments(Desk(office.system, json=True), plans) == []
    assert office.hashes() == before

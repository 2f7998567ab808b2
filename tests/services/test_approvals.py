"""What is prepared waits for a second person: who may decide it, once, and what the log keeps."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services import approvals
from royalties.services.approvals import ProposedAlreadyError
from royalties.services.work import RefusedError, stored
from tests.builders.books import NOW, Office
from tests.builders.site import lend_site

pytestmark = pytest.mark.engines("either")
BODY = {"rates": ["0.1", {"up_to": 3}], "key": "café"}


class Staff:
    """A clerk, two managers and an administrator, and what they do with proposals."""

    def __init__(self, office: Office) -> None:
        self.office = office
        site = lend_site(office)
        self.clerk = site.somebody(Role.CLERK, "Cleo")
        self.mona = site.somebody(Role.MANAGER, "Mona")
        self.otto = site.somebody(Role.MANAGER, "Otto")
        self.administrator = site.somebody(Role.ADMINISTRATOR, "Ada")

    def prepare(
        self, actor: Actor, subject: str = "2025-H1", kind: ProposalKind = ProposalKind.CLOSE
    ) -> int:
        with self.office.system.work(actor) as work:
            return approvals.prepare(work, kind, subject, BODY, fingerprint="abc", note="so")

    def approve(self, actor: Actor, number: int) -> Proposal:
        with self.office.system.work(actor) as work:
            return approvals.approve(work, number)

    def refuse(self, actor: Actor, number: int, reason: str) -> Proposal:
        with self.office.system.work(actor) as work:
            return approvals.refuse(work, number, reason)

    def withdraw(self, actor: Actor, number: int) -> Proposal:
        with self.office.system.work(actor) as work:
            return approvals.withdraw(work, number)

    def find(self, number: int) -> Proposal | None:
        with self.office.work(read_only=True) as work:
            return approvals.find(work, number)

    def switch(self, *, on: bool) -> None:
        with self.office.system.work(self.administrator) as work:
            approvals.set_two_people(work, on=on)

    def logged(self) -> tuple[str, str, Any]:
        """Who did what, as the last line of the log keeps it."""
        [(actor, action, payload)] = self.office.rows(
            "SELECT actor, action, payload FROM log ORDER BY seq DESC LIMIT 1"
        )
        return actor, action, json.loads(payload)


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


def test_proposal_is_stored_completely(staff: Staff) -> None:
    number = staff.prepare(staff.clerk)
    assert staff.find(number) == Proposal(
        id=number,
        kind=ProposalKind.CLOSE,
        subject="2025-H1",
        body=BODY,
        fingerprint="abc",
        note="so",
        status=ProposalStatus.WAITING,
        prepared_at=NOW,
        prepared_by="Cleo",
        prepared_by_id=staff.clerk.person or 0,
        decided_at=None,
        decided_by=None,
        reason="",
    )
    assert staff.logged() == (
        "Cleo",
        "prepare",
        {"proposal": number, "kind": "close", "subject": "2025-H1"},
    )
    assert staff.office.rows("SELECT body FROM proposal") == [
        ('{"key": "café", "rates": ["0.1", {"up_to": 3}]}',)
    ]


def test_note_and_fingerprint_are_optional(staff: Staff) -> None:
    with staff.office.system.work(staff.clerk) as work:
        found = approvals.find(
            work, approvals.prepare(work, ProposalKind.SETUP, "plans halves", {})
        )
    assert found is not None
    assert (found.fingerprint, found.note, found.body) == ("", "", {})


def test_subject_has_at_most_one_waiting_proposal(staff: Staff) -> None:
    first = staff.prepare(staff.clerk)
    with pytest.raises(ProposedAlreadyError, match="2025-H1 was prepared by Cleo and waits"):
        staff.prepare(staff.mona)
    others = [
        staff.prepare(staff.mona, "2025-H2"),
        staff.prepare(staff.mona, kind=ProposalKind.SETUP),
    ]
    staff.withdraw(staff.clerk, first)
    again = staff.prepare(staff.otto)
    with staff.office.work(read_only=True) as work:
        assert approvals.waiting_count(work) == 3
        waiting = approvals.proposals(work, status=ProposalStatus.WAITING)
        assert [each.id for each in waiting] == [again, *reversed(others)]
        assert [each.id for each in approvals.proposals(work, subject="2025-H2")] == [others[0]]
        assert [each.id for each in approvals.proposals(work, kind=ProposalKind.SETUP)] == [
            others[1]
        ]
        assert len(approvals.proposals(work)) == 4


def test_command_line_cannot_prepare_proposals(office: Office) -> None:
    with pytest.raises(RefusedError, match="done at once"), office.work() as work:
        approvals.prepare(work, ProposalKind.CLOSE, "2025-H1", {})
    with office.work(read_only=True) as work:
        assert approvals.proposals(work) == []
        assert approvals.find(work, 1) is None


def decisions(staff: Staff) -> dict[str, Callable[[Actor, int], Proposal]]:
    return {
        "approved": staff.approve,
        "refused": lambda actor, number: staff.refuse(actor, number, "  not yet "),
        "withdrawn": staff.withdraw,
    }


@pytest.mark.parametrize(
    ("status", "action", "reason"),
    [("approved", "approve", ""), ("refused", "approve", "not yet"), ("withdrawn", "prepare", "")],
)
def test_second_decision_is_refused_and_the_first_logged(
    staff: Staff, status: str, action: str, reason: str
) -> None:
    number = staff.prepare(staff.clerk)
    was = decisions(staff)[status](staff.mona, number)
    assert (was.id, was.status) == (number, "waiting")
    assert staff.logged() == (
        "Mona",
        action,
        {
            "proposal": number,
            "prepared_by": "Cleo",
            "kind": "close",
            "subject": "2025-H1",
            "status": status,
            "reason": reason,
        },
    )
    now = staff.find(number)
    assert now is not None
    assert (now.status, now.decided_at, now.decided_by, now.reason) == (
        status,
        NOW,
        "Mona",
        reason,
    )
    for again in decisions(staff).values():
        with pytest.raises(RefusedError, match=f"this was {status} by Mona already"):
            again(staff.otto, number)
    assert staff.find(number) == now


def test_deciding_an_unknown_proposal_is_refused(staff: Staff) -> None:
    for decide in decisions(staff).values():
        with pytest.raises(RefusedError, match="there is no proposal 7"):
            decide(staff.mona, 7)


def test_refusal_needs_a_reason(staff: Staff) -> None:
    number = staff.prepare(staff.clerk)
    for nothing in ("", " \n"):
        with pytest.raises(RefusedError, match="give a reason"):
            staff.refuse(staff.mona, number, nothing)
    with pytest.raises(NotAllowedError):
        staff.refuse(staff.clerk, number, "because")


def may(staff: Staff, number: int) -> dict[str, bool]:
    """Whom a page would offer to approve it."""
    found = staff.find(number)
    assert found is not None
    who = {}
    for actor in (staff.clerk, staff.mona, staff.otto, staff.administrator):
        with staff.office.system.work(actor, read_only=True) as work:
            who[actor.name] = approvals.may_approve(work, found)
    return who


def test_approval_needs_another_manager_unless_single_approval(staff: Staff) -> None:
    number = staff.prepare(staff.mona)
    assert may(staff, number) == {"Cleo": False, "Mona": False, "Otto": True, "Ada": True}
    with pytest.raises(RefusedError, match="you prepared this yourself"):
        staff.approve(staff.mona, number)
    with pytest.raises(NotAllowedError):
        staff.approve(staff.clerk, number)

    staff.switch(on=False)
    assert staff.logged() == ("Ada", "set", {"two_people": False})
    assert may(staff, number) == {"Cleo": False, "Mona": True, "Otto": True, "Ada": True}
    staff.switch(on=True)
    assert staff.logged() == ("Ada", "set", {"two_people": True})
    assert not may(staff, number)["Mona"]
    staff.switch(on=False)
    staff.approve(staff.mona, number)
    assert staff.office.rows("SELECT name, value, changed_at, changed_by FROM setting") == [
        ("two_people", "false", stored(NOW), "Ada")
    ]


def test_only_administrators_allow_single_approval(staff: Staff) -> None:
    with pytest.raises(NotAllowedError), staff.office.system.work(staff.mona) as work:
        approvals.set_two_people(work, on=False)
    with staff.office.work(read_only=True) as work:
        assert approvals.two_people(work)


def test_proposer_or_manager_can_withdraw(staff: Staff) -> None:
    number = staff.prepare(staff.mona)
    with pytest.raises(RefusedError, match="somebody else prepared this"):
        staff.withdraw(staff.clerk, number)
    staff.withdraw(staff.otto, number)
    own = staff.prepare(staff.clerk)
    staff.withdraw(staff.clerk, own)


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION, Role.STRANGER])
def test_proposals_are_hidden_outside_the_desk(office: Office, role: Role) -> None:
    outside = Actor("outside", role, 99)
    for ask in (
        lambda work: approvals.find(work, 1),
        approvals.proposals,
        lambda work: approvals.prepare(work, ProposalKind.CLOSE, "2025-H1", {}),
        lambda work: approvals.approve(work, 1),
        lambda work: approvals.refuse(work, 1, "because"),
        lambda work: approvals.withdraw(work, 1),
        lambda work: approvals.set_two_people(work, on=False),
    ):
        with pytest.raises(NotAllowedError), office.system.work(outside) as work:
            ask(work)

"""A close applies to exactly what two people looked at; any other approval is refused.

Every other step of the checklist is done again in these tests, so that only the comparison of the
fingerprints stands between the change and the close.
"""

from collections.abc import Callable

import pytest

from royalties.domain.people import Actor, Role
from royalties.services import approvals
from royalties.services.periods import approval as closing
from royalties.services.periods import checklist
from royalties.services.periods.close import close
from royalties.services.work import RefusedError
from tests.builders.books import Office, a_contract, a_row, after, closed
from tests.builders.site import lend_site

pytestmark = [after(closed), pytest.mark.engines("either")]
PERIOD = "2025-H2"


def staff(office: Office) -> tuple[Actor, Actor]:
    """A clerk and a manager."""
    site = lend_site(office)
    return site.somebody(Role.CLERK, "Cleo"), site.somebody(Role.MANAGER, "Mona")


def settle(office: Office, actor: Actor) -> None:
    """Explain all that wants it as it now stands, the draft included."""
    with office.work(read_only=True) as work:
        exceptions = checklist.outlook(work, PERIOD).exceptions
    assert exceptions is not None
    with office.system.work(actor) as work:
        for point in exceptions.all:
            closing.explain_point(work, PERIOD, point.subject, point.figure, "as expected")


def prepare(office: Office, actor: Actor) -> int:
    settle(office, actor)
    with office.system.work(actor) as work:
        return closing.prepare(work, PERIOD, "")


def sell_one(office: Office) -> None:
    office.bring_batch([a_row(1, date="2025-12-01")])


def pay_another_rate(office: Office) -> None:
    rules = [{"name": "Handbook", "basis": "profit", "rate": "0.36"}]
    hand = a_contract("hand-2020", ["handbook"], currency="GBP", rules=rules, plan="halves")
    office.load({"contracts": [{**hand, "opening_balance": "-3.21"}]})


@pytest.mark.parametrize("change", [sell_one, pay_another_rate])
def test_changed_draft_cannot_be_approved_after_another_look(
    office: Office, change: Callable[[Office], None]
) -> None:
    clerk, manager = staff(office)
    number = prepare(office, clerk)
    change(office)
    settle(office, clerk)
    with office.work(read_only=True) as work:
        outlook = checklist.outlook(work, PERIOD)
    assert (outlook.is_stale, outlook.open_steps) == (True, [])
    before = office.hashes()
    with (
        pytest.raises(RefusedError, match="changed since Cleo prepared it"),
        office.system.work(manager) as work,
    ):
        closing.approve(work, number)
    assert office.hashes() == before


def test_draft_restored_to_its_prepared_state_can_be_approved(office: Office) -> None:
    """Only the figures are compared, not whether something happened in between."""
    clerk, manager = staff(office)
    number = prepare(office, clerk)
    office.undo(office.bring_batch([a_row(1, date="2025-12-01")]))
    with office.system.work(manager) as work:
        assert closing.approve(work, number).document["period"] == PERIOD


def test_close_approved_before_a_change_is_refused(office: Office) -> None:
    """The close compares by itself: whichever way an approval came about, it is of a draft."""
    clerk, manager = staff(office)
    number = prepare(office, clerk)
    with office.system.work(manager) as work:
        approvals.approve(work, number)
    sell_one(office)
    before = office.hashes()
    with (
        pytest.raises(RefusedError, match="changed since Cleo prepared it"),
        office.system.work(manager) as work,
    ):
        close(work, PERIOD)
    assert office.hashes() == before


def test_preparer_cannot_close_what_another_approved(office: Office) -> None:
    _, manager = staff(office)
    other = lend_site(office).somebody(Role.MANAGER, "Otto")
    number = prepare(office, manager)
    with office.system.work(other) as work:
        approvals.approve(work, number)
    with (
        pytest.raises(RefusedError, match="you prepared 2025-H2 yourself"),
        office.system.work(manager) as work,
    ):
        close(work, PERIOD)
    with office.system.work(other) as work:
        assert close(work, PERIOD).statements

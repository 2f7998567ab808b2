"""What waits is taken back in the browser, with a reason: invitations, proposals, messages."""

import re

import pytest

from royalties.domain.approvals import ProposalKind
from royalties.domain.people import Role
from royalties.services import approvals
from tests.builders.books import Office, after, spring
from tests.builders.site import Site

pytestmark = after(spring)

WHY = "Another Pat was meant"


def last_log(office: Office) -> str:
    (payload,) = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")[0]
    return bytes(payload).decode()


def invited(site: Site) -> int:
    ada = site.visitor(Role.ADMINISTRATOR)
    sent = {"email": "pat@example.org", "name": "Pat Doe", "role": "clerk"}
    assert ada.post("/finance/people/invite", sent).status_code in {200, 303}
    ((number,),) = site.office.rows("SELECT id FROM person WHERE email = 'pat@example.org'")
    return int(str(number))


def test_invitation_is_withdrawn_with_a_reason(site: Site) -> None:
    number = invited(site)
    ada = site.visitor(Role.ADMINISTRATOR)
    page = ada.page(f"/finance/people/{number}")
    form = re.search(rf'action="/finance/people/{number}/withdraw".*?</form>', page, re.DOTALL)
    assert form is not None
    assert 'name="reason"' in form[0]
    assert ada.post(f"/finance/people/{number}/withdraw", {"reason": WHY}).status_code == 303
    assert WHY in last_log(site.office)
    assert WHY in ada.page("/finance/audit")


def test_message_is_taken_back_with_a_reason(site: Site) -> None:
    invited(site)
    ada = site.visitor(Role.ADMINISTRATOR)
    ((mail,),) = site.office.rows("SELECT id FROM mail WHERE recipient = 'pat@example.org'")
    assert f'id="why-{mail}" name="reason"' in ada.page("/finance/mail")
    assert ada.post(f"/finance/mail/{mail}/give-up", {"reason": WHY}).status_code == 303
    page = ada.page("/finance/mail")
    assert f"taken back by {ada.actor.name}: {WHY}" in page


def test_proposal_is_withdrawn_with_a_reason(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    with site.office.system.work(clerk.actor) as work:
        number = approvals.prepare(work, ProposalKind.CLOSE, "2025-H1", {}, note="All is in")
    page = clerk.page("/finance/periods/2025-H1/close")
    assert 'id="why-withdrawn" name="reason"' in page
    path = f"/finance/periods/2025-H1/withdraw/{number}"
    assert path in page
    clerk.post(path, {"reason": WHY})
    with site.office.work(read_only=True) as work:
        decided = approvals.find(work, number)
    assert decided is not None
    assert (decided.status, decided.reason) == ("withdrawn", WHY)
    assert f"“{WHY}”" in clerk.page("/finance/periods/2025-H1/close")


@pytest.mark.parametrize("reason", ["", "x" * 5000])
def test_reason_may_be_left_out_and_is_bounded(site: Site, reason: str) -> None:
    number = invited(site)
    ada = site.visitor(Role.ADMINISTRATOR)
    assert ada.post(f"/finance/people/{number}/withdraw", {"reason": reason}).status_code == 303
    assert len(last_log(site.office)) < 1000

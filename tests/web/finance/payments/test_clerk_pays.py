"""A malicious clerk: what of payments needs a second person, tried at each step."""

import pytest

from royalties.domain.people import Role
from tests.builders.books import after, closed
from tests.builders.site import Site, Visitor
from tests.web.finance.payments.test_payments import approve, hidden, propose

pytestmark = after(closed)

TODAY = "2026-08-20"
SENT = {"method": "wire", "sent_on": TODAY, "reference": "FED 1"}


@pytest.fixture
def clerk(site: Site) -> Visitor:
    """The clerk alone."""
    return site.visitor(Role.CLERK, "Carla Clerk")


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER])
def test_payment_nobody_else_approved_cannot_be_sent(site: Site, role: Role) -> None:
    one = site.visitor(role, "Carla")
    batch = propose(one)
    page = one.page(batch)
    ticks = {f"signed-{number}": "1" for number in range(1, 5)}
    seen = {"seen": hidden(page, "seen")} if 'name="seen"' in page else {}
    assert one.post(f"{batch}/approve", {**seen, **ticks}).status_code in (403, 422)
    assert one.post(f"{batch}/sent", SENT).status_code == 422
    assert one.post("/finance/payments/1/sent", SENT).status_code == 422
    assert one.post(f"{batch}/make-file", {"pay_on": TODAY}).status_code == 422
    assert one.post("/finance/payments/1/arrived", {"arrived_on": TODAY}).status_code == 422
    assert {row[0] for row in site.office.rows("SELECT state FROM payment")} == {"proposed"}


def test_manager_who_changed_an_amount_does_not_approve_it(site: Site, clerk: Visitor) -> None:
    mona, mia = site.visitor(Role.MANAGER, "Mona"), site.visitor(Role.MANAGER, "Mia")
    batch = propose(clerk)
    assert mona.post("/finance/payments/1/pay-less", {"amount": "1.00"}).status_code == 303
    assert "neither proposed them nor changed an amount" in mona.page(batch)
    ticks = {f"signed-{number}": "1" for number in range(1, 5)}
    assert mona.post(f"{batch}/approve", ticks).status_code == 422
    assert approve(mia, batch) == 303


def test_clerk_cannot_record_a_return_or_stop(site: Site, clerk: Visitor) -> None:
    """Saying that money came back that arrived would have it paid again."""
    mia = site.visitor(Role.MANAGER, "Mia")
    batch = propose(clerk)
    assert approve(mia, batch) == 303
    assert clerk.post(f"{batch}/sent", SENT).status_code == 303
    back = {"day": TODAY, "reason": "R03 No account"}
    assert clerk.post("/finance/payments/3/came-back", back).status_code == 403
    stop = {"reason": "Stopped", "seen-sent": "1"}
    assert clerk.post("/finance/payments/3/void", stop).status_code == 403
    assert clerk.post("/finance/payments/3/pay-less", {"amount": "1.00"}).status_code == 422
    again = {"token": "another", "seen": "", "note": ""}
    assert clerk.post("/finance/payments/propose", again).status_code == 422
    assert mia.post("/finance/payments/3/came-back", back).status_code == 303
    assert clerk.post("/finance/payments/3/release", {"reason": "All well"}).status_code == 403
    assert site.office.faults() == {}


def test_stale_void_page_does_not_stop_a_payment_sent_since(site: Site, clerk: Visitor) -> None:
    mia = site.visitor(Role.MANAGER, "Mia")
    batch = propose(clerk)
    assert approve(mia, batch) == 303
    said = hidden(mia.page("/finance/payments/3/void"), "seen-sent")
    assert clerk.post(f"{batch}/sent", SENT).status_code == 303
    answer = mia.post("/finance/payments/3/void", {"reason": "Wrong", "seen-sent": said})
    assert (answer.status_code, "in the meantime" in answer.text) == (422, True)

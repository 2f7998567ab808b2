"""A malicious clerk: steps of an order that need a second person.

They order for a customer with a mailbox of their own as the contact, quote it for nothing, accept
it themselves, ship, invoice and record a payment that never came.
"""

import io
import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from royalties.domain.orders.life import State
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.orders.billing import receivables
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import Edits
from tests.builders.books import after
from tests.builders.orders import letters, somebody, takes_orders
from tests.builders.pdfs import a_pdf
from tests.builders.shipped import order_of, token
from tests.builders.site import Site, Visitor
from tests.web.ordering.test_ordering import ORDER, WHO

pytestmark = after(takes_orders)

MINE = "carla.private@example.net"
ONE = "O-2026-0001"
DESK = f"/finance/orders/{ONE}"


@pytest.fixture
def clerk(site: Site) -> Visitor:
    """The clerk alone."""
    return site.visitor(Role.CLERK, "Carla Clerk")


def entered(clerk: Visitor, **more: object) -> None:
    form = {
        **WHO,
        "contact_name": "Cara Mine",
        "contact_email": MINE,
        "tell": "1",
        "token": "t-1",
        "kind": "bulk",
    }
    answer = clerk.post(ORDER, {**form, **more})
    assert answer.location == DESK, answer.text


def version(site: Site) -> str:
    return str(order_of(site.office, ONE).version)


def told(site: Site, kind: str = "order") -> set[str]:
    return {to for to, _, _ in letters(site.office, kind)}


def waiting(site: Site) -> list[tuple[Any, ...]]:
    return site.office.rows("SELECT kind, status FROM proposal ORDER BY id")


def quoted(clerk: Visitor, site: Site, discount: str = "") -> None:
    form = {"version": version(site), "act": "issue", "discount": discount}
    assert clerk.post(f"{DESK}/quotes", form).status_code == 303


def state(site: Site) -> State:
    return order_of(site.office, ONE).state


def link_to(site: Site, email: str) -> str:
    [text] = [
        text for to, _, text in letters(site.office, "order") if to == email and "/quotes/" in text
    ]
    found = re.search(r"http://localhost:8000(/quotes/\S+)", text)
    assert found
    return found[1]


def test_clerk_who_entered_an_order_is_not_notified_of_it(site: Site, clerk: Visitor) -> None:
    somebody(site.office, "Lea League", Role.ORGANIZATION, "league")
    entered(clerk, **{"for": "league"})
    assert order_of(site.office, ONE).contact_email == "league@example.com"
    assert site.office.rows("SELECT count(*) FROM organization_member") == [(1,)]
    assert waiting(site) == [("contact", "waiting")]
    assert "waits for another manager" in clerk.page(DESK)
    quoted(clerk, site)
    assert MINE not in told(site) | told(site, "invitation")
    assert told(site) == {"league@example.com", "lea.league@example.org"}
    [(number,)] = site.office.rows("SELECT id FROM proposal")
    assert clerk.post(f"/finance/approvals/{number}/approve").status_code in {403, 409}
    manager = site.visitor(Role.MANAGER)
    page = manager.page(f"/finance/approvals/{number}")
    assert MINE in page
    assert "league@example.com" in page
    assert manager.post(f"/finance/approvals/{number}/approve").status_code == 303
    assert order_of(site.office, ONE).contact_email == MINE
    warned = letters(site.office, "notice")
    assert {to for to, _, _ in warned} == {"league@example.com", "lea.league@example.org"}
    assert all(MINE in text for _, _, text in warned), "the organization is told at once"


def test_free_copies_need_a_second_person(site: Site, clerk: Visitor) -> None:
    entered(clerk, **{"for": "+"})
    quoted(clerk, site, "100 %")
    assert state(site) is State.REQUESTED
    assert waiting(site) == [("quote", "waiting")]
    assert site.office.rows("SELECT count(*) FROM quote") == [(0,)]
    assert "/quotes/" not in str(letters(site.office))
    with site.office.system.work(clerk.actor) as work:
        with pytest.raises(approvals.SecondPersonError, match="another manager"):
            quotes.issue_quote(work, ONE, edits=Edits(discount=Fraction(1)))
        with pytest.raises(PermissionError):
            approvals.approve(work, 1)
    quoted(clerk, site)  # at the price list's price, which is nobody's loss
    assert state(site) is State.QUOTED
    late = site.visitor(Role.MANAGER).post("/finance/approvals/1/approve")
    assert late.status_code == 409, "the order has changed since"


def test_manager_who_prepared_free_copies_cannot_approve_them(site: Site, clerk: Visitor) -> None:
    entered(clerk, **{"for": "+"})
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER, "Mona Other")
    quoted(manager, site, "100 %")
    assert manager.post("/finance/approvals/1/approve").status_code == 409
    assert "You prepared this yourself" in manager.page("/finance/approvals/1")
    answer = other.post("/finance/approvals/1/approve")
    assert answer.location == f"{DESK}/quotes"
    [(by, total)] = site.office.rows("SELECT issued_by, total FROM quote")
    assert by == manager.actor.name
    assert "prepared by" in other.page(DESK)
    assert total > 0, "freight and tax stand"


def test_order_accepted_by_staff_still_needs_payment(site: Site, clerk: Visitor) -> None:
    entered(clerk, **{"for": "+"})
    quoted(clerk, site)
    mine = site.stranger()
    at = link_to(site, MINE)
    form = {"version": version(site), "name": "Cara Mine", "agreed": "1", "po_number": "PO 1"}
    assert mine.post(f"{at}/accept", form).status_code == 303
    assert state(site) is State.ACCEPTED
    produce = clerk.post(f"{DESK}/produce", {"version": version(site)})
    assert produce.status_code == 422
    assert "needs the deposit paid" in produce.text, "their purchase order is no money"
    assert (
        clerk.post(
            f"{DESK}/invoice-deposit", {"version": version(site), "token": token()}
        ).status_code
        == 303
    )
    [(owed,)] = site.office.rows("SELECT total FROM invoice")
    money = {
        "invoice": "I-000001",
        "amount": f"{owed // 100}.{owed % 100:02}",
        "received_on": site.office.system.clock().date().isoformat(),
        "reference": "wire 1",
        "version": version(site),
        "token": token(),
    }
    answer = clerk.post(f"{DESK}/receive", money)
    assert answer.status_code == 303
    assert "Recorded, not confirmed" in clerk.page(answer.location)
    assert clerk.post(f"{DESK}/receive", money).status_code == 303, "sent twice, it is one"
    assert waiting(site) == [("receipt", "waiting")]
    assert site.office.rows("SELECT count(*) FROM receipt") == [(0,)]
    for page in ("/finance/invoices/overdue/aging", "/finance/invoices/I-000001"):
        assert "Recorded, not confirmed" in clerk.page(page)
    assert clerk.post(f"{DESK}/produce", {"version": version(site)}).status_code == 422
    assert clerk.post("/finance/approvals/1/approve").status_code in {403, 409}
    with site.office.system.work(clerk.actor) as work, pytest.raises(approvals.SecondPersonError):
        receivables.receive(work, "I-000001", owed, work.today, "", token())
    manager = site.visitor(Role.MANAGER)
    assert "bank’s statement" in manager.page("/finance/approvals/1")
    assert manager.post("/finance/approvals/1/approve").location == f"{DESK}/money"
    assert site.office.rows("SELECT amount, by FROM receipt") == [(owed, "Carla Clerk")]
    [receipt] = [
        text for to, subject, text in letters(site.office, "order") if "payment" in subject
    ]
    assert "Nothing of it is open any more" in receipt
    assert clerk.post(f"{DESK}/produce", {"version": version(site)}).status_code == 303
    assert site.office.faults() == {}


def test_customer_is_told_what_staff_records_in_their_name(site: Site, clerk: Visitor) -> None:
    entered(clerk, **{"for": "guild", "contact_name": "", "contact_email": "", "tell": ""})
    quoted(clerk, site)
    form = {
        "version": version(site),
        "quote": "1",
        "name": "Olga Orr",
        "how": customer_orders.How.MAIL.value,
        "on": site.office.system.clock().date().isoformat(),
        "po_number": "PO-9",
    }
    missing = clerk.post(f"{DESK}/quotes/accept", form)
    assert missing.status_code == 422
    assert "choose the file" in missing.text
    tomorrow = (site.office.system.clock().date() + timedelta(days=1)).isoformat()
    for change in ({"on": tomorrow}, {"name": ""}, {"how": "by pigeon"}):
        wrong = clerk.post(f"{DESK}/quotes/accept", {**form, "how": "by telephone", **change})
        assert wrong.status_code == 422, change
    sent = {**form, "po_file": (io.BytesIO(a_pdf()), "po-9.pdf")}
    assert clerk.post(f"{DESK}/quotes/accept", sent).location == DESK
    found = order_of(site.office, ONE)
    assert (found.state, found.accepted_by, found.po_number) == (State.ACCEPTED, "Olga Orr", "PO-9")
    page = clerk.page(DESK)
    assert "po-9.pdf" in page
    assert "Start production" in page
    assert "the deposit paid" not in page, "its purchase order is there"
    to, subject, text = letters(site.office, "order")[-1]
    assert to == "guild@example.com"
    assert "we recorded that you accepted" in subject
    assert "Carla Clerk recorded that Olga Orr accepted our quote 1 by mail on" in text
    assert "write to us at once" in text


def test_single_approval_lets_managers_act_at_once_but_not_clerks(
    site: Site, clerk: Visitor
) -> None:
    with site.office.work() as work:
        approvals.set_two_people(work, on=False)
    entered(clerk, **{"for": "+"})
    quoted(clerk, site, "90 %")
    assert waiting(site) == [("quote", "waiting")]
    manager = site.visitor(Role.MANAGER)
    quoted(manager, site, "90 %")
    assert state(site) is State.QUOTED

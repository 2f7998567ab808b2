"""What is about orders is decided together with terms: money, a quote, a beneficiary; all or none."""

from fractions import Fraction
from typing import Any

from lxml import html

from royalties.domain.people import Role
from royalties.services.orders.billing import receiving
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import Edits
from royalties.services.terms import amending as terms
from tests.builders.books import a_beneficiary, after
from tests.builders.orders import requested, somebody
from tests.builders.shipped import SHIPPED, invoiced, order_of, token
from tests.builders.site import Site, Visitor

pytestmark = after(invoiced)

INVOICE, TOTAL = "I-000001", 1_412_750
APPROVE = "/finance/approvals/together/approve"


def prepared(site: Site, clerk: Visitor, amount: int = TOTAL) -> tuple[list[int], str]:
    """A receipt, a quote at half the price and a new beneficiary that wait; the quote's order."""
    order = requested(site.office, somebody(site.office, "Lea", Role.ORGANIZATION, "league")).number
    with site.office.system.work(clerk.actor) as work:
        receipt = receiving.prepare_receipt(work, INVOICE, amount, SHIPPED, "wire 17", token())
        quote = quotes.prepare_quote(work, order, edits=Edits(discount=Fraction(1, 2)), why="Old")
        payee = terms.save(work, "beneficiaries", a_beneficiary("rivers"), revision=0)
    assert payee.proposal is not None
    return [receipt, quote, payee.proposal], order


def sent(numbers: list[int]) -> dict[str, Any]:
    return {"number": [str(each) for each in numbers]}


def statuses(site: Site, numbers: list[int]) -> list[str]:
    rows = dict(site.office.rows("SELECT id, status FROM proposal"))
    return [rows[each] for each in numbers]


def beneficiaries(site: Site) -> set[str]:
    with site.office.work(read_only=True) as work:
        found = terms.find_entry(work, "beneficiaries", "rivers")
    return {"rivers"} if found else set()


def test_receipt_quote_and_beneficiary_are_approved_together(site: Site) -> None:
    clerk, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    numbers, order = prepared(site, clerk)
    waiting = html.document_fromstring(mona.page("/finance/approvals"))
    ticks = waiting.xpath("//input[@type='checkbox'][@name='number']/@value")
    assert ticks == [str(each) for each in reversed(numbers)]
    address = "/finance/approvals/together?" + "&".join(f"number={each}" for each in numbers)
    page = " ".join(html.document_fromstring(mona.page(address)).text_content().split())
    assert "Received $14,127.50" in page or "Received 14,127.50 USD" in page
    assert "Look for it on the bank’s statement" in page
    assert "by the price list" in page
    assert clerk.post(APPROVE, sent(numbers)).status_code == 403
    answer = mona.post(APPROVE, sent(numbers))
    assert answer.status_code == 303, answer.text
    assert statuses(site, numbers) == ["approved"] * 3
    assert order_of(site.office, "O-2026-0001").state == "paid"
    assert order_of(site.office, order).state == "quoted"
    assert beneficiaries(site) == {"rivers"}
    assert site.office.faults() == {}


def test_no_money_is_posted_if_the_terms_of_the_set_changed_meanwhile(site: Site) -> None:
    clerk, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    numbers, order = prepared(site, clerk)
    site.office.load({"beneficiaries": [a_beneficiary("rivers", name="Others")]})
    before = site.office.hashes("session")
    answer = mona.post(APPROVE, sent(numbers))
    assert answer.status_code == 409, answer.text
    assert "None of them was decided" in answer.text
    assert site.office.hashes("session") == before
    assert statuses(site, numbers) == ["waiting"] * 3
    assert order_of(site.office, "O-2026-0001").state == "invoiced"
    assert order_of(site.office, order).state == "requested"
    # The rest goes on without it.
    answer = mona.post(APPROVE, sent(numbers[:2]))
    assert answer.status_code == 303, answer.text
    assert statuses(site, numbers) == ["approved", "approved", "waiting"]
    assert order_of(site.office, "O-2026-0001").state == "paid"


def test_set_of_orders_and_terms_is_refused_with_one_reason(site: Site) -> None:
    clerk, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    numbers, order = prepared(site, clerk)
    answer = mona.post(
        "/finance/approvals/together/refuse", {**sent(numbers), "reason": "Not on the statement"}
    )
    assert answer.status_code == 303, answer.text
    assert statuses(site, numbers) == ["refused"] * 3
    assert order_of(site.office, order).state == "requested"
    assert site.office.faults() == {}

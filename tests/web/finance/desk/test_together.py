"""What waits is shown where it will be, can be named already, and is decided together."""

from typing import Any

import pytest
from lxml import html

from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.terms import amending as terms
from tests.builders.books import (
    Document,
    a_beneficiary,
    a_plan,
    after,
    closed,
    remainder,
)
from tests.builders.site import Site, Visitor

pytestmark = after(closed)

CONTRACT = {
    "revision": "0",
    "act": "save",
    "note": "New agreement",
    "author": "Lou Delta",
    "titles": "atlas",
    "currency": "USD",
    "starts": "2026-01-01",
    "rules": ["0"],
    "rules-0-name": "All",
    "rules-0-basis": "net",
    "rules-0-tiers": ["0"],
    "rules-0-tiers-0-rate": "10 %",
}


def prepare(site: Site, by: Visitor, part: str, body: Document) -> int:
    with site.office.system.work(by.actor) as work:
        saved = terms.save(work, part, body, revision=0, note="As <agreed>")
    assert saved.proposal is not None
    return saved.proposal


def chain(site: Site, by: Visitor) -> tuple[int, int]:
    """A new plan that gives to a new beneficiary."""
    payee = prepare(site, by, "beneficiaries", a_beneficiary("rivers", name="Rivers & Friends"))
    plan = {**a_plan("delta", remainder("rivers")), "name": "All to the rivers"}
    return payee, prepare(site, by, "plans", plan)


def texts(page: str, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in html.fromstring(page).xpath(path)]


def status(site: Site, number: int) -> str:
    with site.office.work(read_only=True) as work:
        found = approvals.find(work, number)
    assert found is not None
    return found.status.value


def test_lists_show_pending_entries_with_links(site: Site) -> None:
    clerk = site.visitor(Role.CLERK, "Carla Clerk")
    payee, plan = chain(site, clerk)
    page = clerk.page("/finance/beneficiaries")
    [shown] = texts(page, "//section[@aria-labelledby='pending-beneficiaries']//li")
    assert "Rivers & Friends" in shown
    assert "pending" in shown
    assert "prepared by Carla Clerk" in shown
    assert f"/finance/approvals/{payee}" in page
    assert "pending-beneficiaries" not in clerk.page("/finance/beneficiaries?q=houston")
    assert f"/finance/approvals/{plan}" in clerk.page("/finance/plans?q=rivers")
    # Its own page there is not yet: its address leads to the proposal.
    assert clerk.get("/finance/plans/delta").location == f"/finance/approvals/{plan}"
    assert clerk.get("/finance/plans/nowhere").status_code == 404


def test_list_marks_an_entry_whose_change_waits(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    with site.office.system.work(clerk.actor) as work:
        now = terms.find_entry(work, "beneficiaries", "houston")
        assert now is not None
        body = {**now.body, "name": "Houston Readers and Writers"}
        saved = terms.save(work, "beneficiaries", body, revision=now.id, confirmed="everything")
    page = clerk.page("/finance/beneficiaries")
    rows = texts(page, f"//th[a[@href='/finance/approvals/{saved.proposal}']]")
    assert rows == ["Houston Readers change pending"]


def test_contract_can_use_a_plan_waiting_for_approval(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER, "Mona")
    payee, plan = chain(site, clerk)
    form = clerk.page("/finance/new-contract")
    assert 'value="All to the rivers (waits for approval)"' in form
    typed: dict[str, Any] = {**CONTRACT, "plan": "All to the rivers (waits for approval)"}
    answer = clerk.post("/finance/new-contract/preview", typed)
    assert answer.status_code == 200, answer.text
    assert "what this would have given" in answer.text
    answer = clerk.post("/finance/new-contract", typed)
    assert answer.status_code == 303, answer.text
    contract = plan + 1
    waiting = manager.page("/finance/approvals")
    assert "Contract “Lou Delta: The Atlas”" in waiting
    ticks = html.fromstring(waiting).xpath("//input[@type='checkbox'][@name='number']/@value")
    assert ticks == [str(contract), str(plan), str(payee)]
    alone = manager.page(f"/finance/approvals/{contract}")
    assert "Plan “All to the rivers”" in alone
    assert "It is approved after that, or together with it." in alone
    assert f"/finance/approvals/{contract}/approve" not in alone
    together = manager.page(f"/finance/approvals/together?number={contract}")
    assert texts(together, "//section//h2") == [
        "1. Beneficiary “Rivers & Friends”, new",
        "2. Plan “All to the rivers”, new",
        "3. Contract “Lou Delta: The Atlas”, new",
    ]
    assert "2 of them were added" in together
    assert "As &lt;agreed&gt;" in together
    numbers = html.fromstring(together).xpath(
        "//form[contains(@action, '/approve')]//input[@name='number']/@value"
    )
    answer = manager.post("/finance/approvals/together/approve", {"number": numbers})
    assert answer.status_code == 303, answer.text
    assert "3 proposals approved" in manager.page(answer.location)
    history = manager.page("/finance/plans/delta")
    assert "entered by Mona, prepared by" in history


def test_saving_without_approval_reports_the_waiting_entry_it_names(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    chain(site, clerk)
    with site.office.system.work(site.visitor(Role.ADMINISTRATOR).actor) as work:
        approvals.set_two_people(work, on=False)
    form = manager.page("/finance/new-contract")
    assert "All to the rivers" not in form
    answer = manager.post("/finance/new-contract", {**CONTRACT, "plan": "All to the rivers"})
    assert answer.status_code == 422
    assert "“All to the rivers” waits for approval: have it approved first" in answer.text


def test_page_offers_to_decide_a_set_without_ones_own_proposal(site: Site) -> None:
    mona, otto = site.visitor(Role.MANAGER, "Mona"), site.visitor(Role.MANAGER, "Otto")
    clerk = site.visitor(Role.CLERK)
    own = prepare(site, mona, "beneficiaries", a_beneficiary("rivers"))
    other = prepare(site, clerk, "beneficiaries", a_beneficiary("streams"))
    plan = prepare(site, clerk, "plans", a_plan("delta", remainder("rivers")))
    page = mona.page(f"/finance/approvals/together?number={own}&number={other}&number={plan}")
    assert "You prepared this yourself" in page
    assert "/finance/approvals/together/approve" not in page
    [onward] = html.fromstring(page).xpath("//a[contains(., 'Go on with the other')]/@href")
    assert onward == f"/finance/approvals/together?number={other}"
    answer = mona.post(
        "/finance/approvals/together/approve", {"number": [str(own), str(other), str(plan)]}
    )
    assert answer.status_code == 409
    assert "None of them was decided" in answer.text
    assert {status(site, each) for each in (own, other, plan)} == {"waiting"}
    answer = otto.post(
        "/finance/approvals/together/approve", {"number": [str(own), str(other), str(plan)]}
    )
    assert answer.status_code == 303
    assert {status(site, each) for each in (own, other, plan)} == {"approved"}


def test_refusal_names_proposals_that_depend_on_it(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    payee, plan = chain(site, clerk)
    assert "depends on this" in manager.page(f"/finance/approvals/{payee}")
    page = manager.page(f"/finance/approvals/together?number={payee}")
    assert "could not be approved if it was refused" in page
    data = {"number": str(payee), "reason": ""}
    answer = manager.post("/finance/approvals/together/refuse", data)
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    answer = manager.post("/finance/approvals/together/refuse", {**data, "reason": "Not <them>"})
    assert answer.status_code == 303
    after_it = manager.page(answer.location)
    assert "cannot be approved before it is prepared again: Plan “All to the rivers”" in after_it
    shown = manager.page(f"/finance/approvals/{plan}")
    assert "it can no longer be approved" in shown
    assert f"/finance/approvals/{plan}/approve" not in shown
    assert "Beneficiary “Rivers &amp; Friends”" in shown
    assert manager.post(f"/finance/approvals/{plan}/approve").status_code == 409
    page = manager.page(f"/finance/approvals/together?number={plan}&number={payee}")
    assert "which was refused by" in page
    assert "is not here: it was decided meanwhile" in page


def test_withdrawal_names_proposals_that_depend_on_it(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    payee, _ = chain(site, clerk)
    answer = clerk.post(f"/finance/approvals/{payee}/withdraw", {"reason": "Twice"})
    assert "before it is prepared again: Plan “All to the rivers”" in clerk.page(answer.location)


def test_clerk_can_view_but_not_decide(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    _, plan = chain(site, clerk)
    assert 'name="number"' not in clerk.page("/finance/approvals")
    page = clerk.page(f"/finance/approvals/together?number={plan}")
    assert "A manager approves or refuses them." in page
    for verb in ("approve", "refuse"):
        data = {"number": str(plan), "reason": "no"}
        assert clerk.post(f"/finance/approvals/together/{verb}", data).status_code == 403
    assert status(site, plan) == "waiting"


@pytest.mark.parametrize("number", ["", "x", "99999999999999999999", "77", "-1"])
def test_unknown_proposal_numbers_are_reported(site: Site, number: str) -> None:
    manager = site.visitor(Role.MANAGER)
    answer = manager.get(f"/finance/approvals/together?number={number}")
    assert answer.status_code in {200, 302}
    for verb in ("approve", "refuse"):
        data = {"number": number, "reason": "no"}
        assert manager.post(f"/finance/approvals/together/{verb}", data).status_code == 409


def test_set_with_payment_details_asks_for_the_password(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    payee, _ = chain(site, clerk)
    bank = prepare(
        site,
        clerk,
        "payment_details",
        {"key": "usd", "from": "2026-01-01", "payee": "Example House", "account": "123456789"},
    )
    site.office.execute("UPDATE session SET proved_at = '2020-01-01T00:00:00+00:00'")
    data = {"number": [str(payee), str(bank)]}
    answer = manager.post("/finance/approvals/together/approve", data)
    assert "password" in answer.text
    assert answer.status_code != 303
    assert status(site, bank) == "waiting"


def test_long_queues_are_shown_page_by_page(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    with site.office.system.work(clerk.actor) as work:
        for number in range(55):
            terms.save(work, "beneficiaries", a_beneficiary(f"new-{number}"), revision=0)
    first = manager.page("/finance/approvals")
    assert first.count('name="number"') == 50
    last = manager.page("/finance/approvals?page=2")
    assert last.count('name="number"') == 5
    assert "New-0 Readers" in last
    assert "and 5 more" in manager.page("/finance/beneficiaries")


def test_log_calls_a_new_entry_new(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK, "Carla"), site.visitor(Role.MANAGER, "Mona")
    administrator = site.visitor(Role.ADMINISTRATOR)
    payee, plan = chain(site, clerk)
    manager.post(f"/finance/approvals/{payee}/approve")
    manager.post(f"/finance/approvals/{plan}/refuse", {"reason": "No"})
    lines = texts(administrator.page("/finance/audit"), "//main//tbody/tr")
    for words in (
        "Prepared the new beneficiary Rivers & Friends",
        "Approved the new beneficiary Rivers & Friends; prepared by Carla",
        "Sent back the new plan",
    ):
        assert [each for each in lines if words in each], (words, lines)
    assert not [each for each in lines if "a change of" in each]

"""What waits for a second person: looked at, tried, approved, refused, withdrawn."""

from typing import Any

import pytest
from lxml import html

from royalties.domain.approvals import ProposalKind
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.terms import amending as terms
from royalties.services.terms.replacing import CONFIRMED
from royalties.store.history import find_revision
from tests.builders.books import a_setup, after, closed
from tests.builders.site import Site, Visitor

pytestmark = after(closed)


def body(rate: str = "0.2") -> Any:
    contract = next(each for each in a_setup()["contracts"] if each["key"] == "foot-2015")
    contract["rules"][-1] = {**contract["rules"][-1], "rate": rate}
    return contract


def prepared(site: Site, by: Visitor) -> int:
    """A proposal to raise a rate."""
    with site.office.system.work(by.actor) as work:
        now = terms.find_entry(work, "contracts", "foot-2015")
        assert now is not None
        saved = terms.save(
            work, "contracts", body(), revision=now.id, note="As <agreed>", confirmed=CONFIRMED
        )
        assert saved.proposal is not None
        return saved.proposal


def rate(site: Site) -> str:
    with site.office.work(read_only=True) as work:
        found = find_revision(work.connection, "contracts", "foot-2015")
        assert found is not None
        return str(found.body["rules"][-1]["rate"])


def test_a_clerk_prepares_in_the_form_and_a_manager_approves(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK, "Carla Clerk"), site.visitor(Role.MANAGER)
    form = clerk.page("/finance/contracts/hand-2020/amend")
    assert "Prepare for approval" in form
    with site.office.work(read_only=True) as work:
        now = terms.find_entry(work, "contracts", "hand-2020")
    assert now is not None
    data = {
        "revision": str(now.id),
        "act": "save",
        "note": "New agreement",
        "author": "Kim Foote",
        "titles": "handbook",
        "currency": "GBP",
        "starts": "2015-01-01",
        "plan": "halves",
        "opening_balance": "-3.21",
        "rules": ["0"],
        "rules-0-name": "Handbook",
        "rules-0-basis": "profit",
        "rules-0-tiers": ["0"],
        "rules-0-tiers-0-rate": "40 %",
    }
    answer = clerk.post("/finance/contracts/hand-2020/amend", data)
    assert answer.status_code == 409, "it replaces a rate that closed periods used"
    (tick,) = html.fromstring(answer.text).xpath("//input[@name='confirmed']")
    data["confirmed"] = tick.get("value")
    answer = clerk.post("/finance/contracts/hand-2020/amend", data)
    assert answer.status_code == 303, answer.text
    page = clerk.page(answer.location)
    assert "Prepared as proposal" in page
    assert "Carla Clerk prepared a change of this" in page
    waiting = manager.page("/finance/approvals")
    assert "Contract “Kim Foote: The Handbook”" in waiting
    assert "New agreement" in waiting
    assert '<span class="unseen"> waiting</span>' in waiting, "the menu counts it"
    answer = clerk.post("/finance/contracts/hand-2020/amend", data)
    assert answer.status_code == 409
    assert "waits for a decision" in answer.text
    number = _number(site)
    proposal = manager.page(f"/finance/approvals/{number}")
    assert "<del>35 %</del>" in proposal
    assert "<ins>40 %</ins>" in proposal
    assert "rule “Handbook” · rate: 35 % becomes 40 %. Closed periods keep what they" in proposal
    answer = manager.post(f"/finance/approvals/{number}/approve")
    assert answer.status_code == 303
    assert "40 % of net receipts less unit cost" in manager.page(answer.location)
    assert "approved" in manager.page("/finance/approvals")


def _number(site: Site) -> int:
    return int(site.office.rows("SELECT max(id) FROM proposal")[0][0])


def test_proposal_previews_its_effect(site: Site) -> None:
    number = prepared(site, site.visitor(Role.CLERK))
    manager = site.visitor(Role.MANAGER)
    page = manager.page(f"/finance/approvals/{number}")
    assert "As &lt;agreed&gt;" in page
    before = site.office.hashes("session")
    answer = manager.post(f"/finance/approvals/{number}/preview")
    assert answer.status_code == 200
    assert "what this would have given" in answer.text
    assert "First half of 2025" in answer.text
    assert site.office.hashes("session") == before


def test_clerk_cannot_approve_or_refuse(site: Site) -> None:
    number = prepared(site, site.visitor(Role.CLERK))
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"/finance/approvals/{number}")
    assert "A manager approves or refuses it." in page
    assert "/approve" not in page
    for verb in ("approve", "refuse"):
        assert (
            clerk.post(f"/finance/approvals/{number}/{verb}", {"reason": "no"}).status_code == 403
        )
    assert clerk.post(f"/finance/approvals/{number}/withdraw").status_code == 409
    assert rate(site) == "0.1"


def test_proposer_cannot_approve(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    number = prepared(site, manager)
    assert "You prepared this yourself" in manager.page(f"/finance/approvals/{number}")
    answer = manager.post(f"/finance/approvals/{number}/approve")
    assert answer.status_code == 409
    assert "prepared this yourself" in answer.text
    assert rate(site) == "0.1"
    with site.office.work(read_only=True) as work:
        found = approvals.find(work, number)
        assert found is not None
        assert found.status == "waiting", "nothing of a refused approval is kept"


def test_approval_is_refused_if_the_entry_changed_meanwhile(site: Site) -> None:
    number = prepared(site, site.visitor(Role.CLERK))
    site.office.load({"contracts": [body("0.15")]})
    manager = site.visitor(Role.MANAGER)
    assert "can no longer be approved" in manager.page(f"/finance/approvals/{number}")
    answer = manager.post(f"/finance/approvals/{number}/approve")
    assert answer.status_code == 409
    assert rate(site) == "0.15"


def test_a_refusal_needs_a_reason(site: Site) -> None:
    number = prepared(site, site.visitor(Role.CLERK))
    manager = site.visitor(Role.MANAGER)
    answer = manager.post(f"/finance/approvals/{number}/refuse", {"reason": "  "})
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    answer = manager.post(f"/finance/approvals/{number}/refuse", {"reason": "Too dear <really>"})
    assert answer.status_code == 303
    assert "Too dear &lt;really&gt;" in manager.page("/finance/approvals")
    assert rate(site) == "0.1"
    assert manager.post(f"/finance/approvals/{number}/approve").status_code == 409


def test_proposer_can_withdraw(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    number = prepared(site, clerk)
    assert clerk.post(f"/finance/approvals/{number}/withdraw").status_code == 303
    assert "withdrawn" in clerk.page("/finance/approvals")
    assert "What it would change today" in clerk.page(f"/finance/approvals/{number}")


@pytest.mark.thorough("addresses that the walk tries too", but_one_in=4)
@pytest.mark.parametrize("verb", ["approve", "refuse", "withdraw", "preview"])
@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_proposals_are_not_found_outside_the_desk(site: Site, verb: str, role: Role) -> None:
    number = prepared(site, site.visitor(Role.CLERK))
    outside = site.visitor(role, beneficiaries=("seattle",))
    assert outside.post(f"/finance/approvals/{number}/{verb}").status_code == 404


def test_proposal_of_a_close_leads_to_its_period(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    with site.office.system.work(manager.actor) as work:
        number = approvals.prepare(work, ProposalKind.CLOSE, "2025-H2", {}, fingerprint="x")
    assert "/finance/periods/2025-H2" in manager.page("/finance/approvals")
    assert manager.get(f"/finance/approvals/{number}").location == "/finance/periods/2025-H2/close"
    other = site.visitor(Role.MANAGER)
    assert other.post(f"/finance/approvals/{number}/approve").status_code == 409


def test_approval_page_of_a_plan_shows_both_versions_as_sentences(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    plan: Any = next(each for each in a_setup()["plans"] if each["key"] == "halves")
    newer = {
        "from": "2025-07-01",
        "steps": [
            {"share": "0.25", "to": [{"beneficiary": "tacoma"}]},
            *plan["versions"][-1]["steps"],
        ],
    }
    with site.office.system.work(clerk.actor) as work:
        now = terms.find_entry(work, "plans", "halves")
        assert now is not None
        body = {**plan, "versions": [*plan["versions"], newer]}
        saved = terms.save(work, "plans", body, revision=now.id, confirmed=CONFIRMED)
    page = manager.page(f"/finance/approvals/{saved.proposal}")
    assert "In force since" in page
    assert page.index("In force since") < page.index("As proposed, from Jul 1, 2025")
    assert "25 %" in page
    assert "Decide" in page

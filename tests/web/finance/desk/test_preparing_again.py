"""What was sent back, withdrawn or left behind is prepared again: the form has what was proposed."""

from typing import Any

from lxml import html

from royalties.domain.approvals import Proposal
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.desk import deciding
from royalties.services.terms import amending, inverses
from tests.builders.books import (
    Document,
    a_beneficiary,
    a_contract,
    a_plan,
    after,
    closed,
    remainder,
)
from tests.builders.site import Site, Visitor

pytestmark = after(closed)


def prepare(site: Site, by: Visitor, part: str, body: Document) -> int:
    with site.office.system.work(by.actor) as work:
        now = amending.find_entry(work, part, body["key"])
        saved = amending.save(
            work,
            part,
            body,
            revision=now.id if now else 0,
            note="As <agreed>",
            confirmed="everything",
        )
    assert saved.proposal is not None
    return saved.proposal


def refuse(site: Site, by: Visitor, number: int, reason: str = "No & no") -> None:
    with site.office.system.work(by.actor) as work:
        deciding.refuse(work, [number], reason)


def typed(page: str) -> dict[str, Any]:
    """What the form of a page would send as it is."""
    [form] = html.document_fromstring(page).xpath("//main//form[.//*[@name='revision']]")
    fields = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return {**fields, **{name: form.fields[name] for name in fields}, "act": "save"}


def again(visitor: Visitor, number: int) -> str:
    [address] = html.document_fromstring(visitor.page(f"/finance/approvals/{number}")).xpath(
        "//main//a[.='Prepare it again']/@href"
    )
    return str(address)


def test_a_refused_new_entry_is_prepared_again_from_its_form(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK, "Carla Clerk"), site.visitor(Role.MANAGER, "Mona")
    body = a_beneficiary("rivers", name="Rivers & Friends", minimum_payment="7.50")
    number = prepare(site, clerk, "beneficiaries", body)
    assert "Prepare it again" not in clerk.page(f"/finance/approvals/{number}")
    refuse(site, manager, number)
    address = again(clerk, number)
    page = clerk.page(address)
    assert "This is what Carla Clerk prepared" in page
    assert "sent back by Mona: “No &amp; no”" in page
    form = typed(page)
    assert form["name"] == "Rivers & Friends"
    assert form["note"] == "As <agreed>"
    answer = clerk.post("/finance/new-beneficiary", form)
    assert answer.status_code == 303, answer.text
    with site.office.work(read_only=True) as work:
        made = approvals.find(work, number + 1)
        before = approvals.find(work, number)
    assert made is not None
    assert before is not None
    assert made.body == before.body


def test_a_refused_change_is_prepared_again_on_what_counts_now(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    with site.office.work(read_only=True) as work:
        now = amending.find_entry(work, "beneficiaries", "houston")
    assert now is not None
    number = prepare(site, clerk, "beneficiaries", {**now.body, "name": "Houston Writers"})
    refuse(site, manager, number)
    site.office.load({"beneficiaries": [{**now.body, "minimum_payment": "99.00"}]})
    address = again(clerk, number)
    form = typed(clerk.page(address))
    assert form["name"] == "Houston Writers"
    assert clerk.post("/finance/beneficiaries/houston/amend", form).status_code == 303


def test_a_plan_and_what_it_named_are_called_by_name_in_the_form(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    payee = prepare(site, clerk, "beneficiaries", a_beneficiary("zq-rivers", name="The Rivers"))
    plan = prepare(site, clerk, "plans", a_plan("delta", remainder("zq-rivers")))
    contract = prepare(site, clerk, "contracts", a_contract("mouth", ["atlas"], plan="delta"))
    refuse(site, manager, payee)
    page = clerk.page(f"/finance/approvals/{plan}")
    assert "Withdraw it and prepare it again" in page
    answer = clerk.post(f"/finance/approvals/{plan}/withdraw", {"again": "1"})
    assert answer.location == f"/finance/new-plan?again={plan}"
    page = clerk.page(answer.location)
    form = typed(page)
    assert form["steps-0-to-0-beneficiary"] == "The Rivers"
    assert "zq-rivers" not in page
    # The beneficiary is neither there nor waits, so the form says what to choose.
    answer = clerk.post("/finance/new-plan", form)
    assert answer.status_code == 422
    assert "no beneficiary is called “The Rivers”" in answer.text
    form = typed(clerk.page(again(clerk, payee)))
    assert clerk.post("/finance/new-beneficiary", form).status_code == 303
    form = typed(clerk.page(again(clerk, plan)))
    answer = clerk.post("/finance/new-plan", form)
    assert answer.status_code == 303, answer.text
    # What was left behind by the first ones goes with those that say the same again.
    waiting = {each.subject: each.id for each in _waiting(site)}
    numbers = [waiting["beneficiaries zq-rivers"], waiting["plans delta"]]
    with site.office.system.work(manager.actor) as work:
        deciding.approve(work, numbers)
    with site.office.system.work(manager.actor) as work:
        deciding.approve(work, [contract])


def _waiting(site: Site) -> list[Proposal]:
    with site.office.work(read_only=True) as work:
        return approvals.numbered(work, approvals.waiting_numbers(work))


def test_a_version_of_a_plan_is_prepared_again(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    with site.office.work(read_only=True) as work:
        now = amending.find_entry(work, "plans", "halves")
    assert now is not None
    added = {"from": "2031-01-01", "steps": [remainder("houston")]}
    body = {**now.body, "versions": [*now.body["versions"], added]}
    number = prepare(site, clerk, "plans", body)
    refuse(site, manager, number)
    address = again(clerk, number)
    assert address == f"/finance/plans/halves/versions/new?again={number}"
    form = typed(clerk.page(address))
    assert form["from"] == "2031-01-01"
    assert form["steps-0-to-0-beneficiary"] == "Houston Readers"


def test_what_no_form_says_is_not_offered_in_one(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    site.office.load({"beneficiaries": [a_beneficiary("rivers")]})
    with site.office.system.work(manager.actor) as work:
        saved = inverses.retire(work, "beneficiaries", "rivers", "gone")
    assert saved.proposal is not None
    refuse(site, other, saved.proposal)
    assert "Prepare it again" not in manager.page(f"/finance/approvals/{saved.proposal}")


def test_a_form_takes_nothing_of_another_part_or_entry(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    number = prepare(site, clerk, "beneficiaries", a_beneficiary("rivers", name="Rivers"))
    refuse(site, manager, number)
    for address in (
        f"/finance/new-plan?again={number}",
        f"/finance/beneficiaries/houston/amend?again={number}",
        "/finance/new-contract?again=999",
        "/finance/new-contract?again=x",
    ):
        assert "This is what" not in clerk.page(address)

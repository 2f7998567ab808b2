"""What was sent back, withdrawn or left behind is prepared again: the form has what was proposed."""

import json
from datetime import date
from io import BytesIO
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
from tests.builders.orders import a_price_list, an_organization, order_setup
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
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        if name != "csrf_token":
            fields.setdefault(name, []).append(value)
    sent = {name: said if len(said) > 1 else said[0] for name, said in fields.items()}
    return {**sent, "act": "save"}


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
    # What somebody else changed meanwhile stays.
    assert form["minimum_payment"] == "99.00"
    assert clerk.post("/finance/beneficiaries/houston/amend", form).status_code == 303
    assert _proposed(site, number + 1) == {
        **now.body,
        "name": "Houston Writers",
        "minimum_payment": "99.00",
    }


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


def _proposed(site: Site, number: int) -> Document:
    with site.office.work(read_only=True) as work:
        made = approvals.find(work, number)
    assert made is not None
    assert isinstance(made.body, dict)
    body: Document = made.body["body"]
    return body


def test_a_retirement_is_prepared_again_where_entries_are_retired(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER, "Otto")
    site.office.load({"beneficiaries": [a_beneficiary("rivers", name="Rivers")]})
    with site.office.system.work(manager.actor) as work:
        number = inverses.retire(work, "beneficiaries", "rivers", "Gone & over").proposal
    assert number is not None
    refuse(site, other, number)
    renamed = a_beneficiary("rivers", name="Rivers Trust")
    site.office.load({"beneficiaries": [renamed]})
    address = again(manager, number)
    assert address == f"/finance/entries/beneficiaries/rivers?again={number}"
    page = manager.page(address)
    assert "sent back by Otto: “No &amp; no”" in page
    [form] = [
        form
        for form in html.document_fromstring(page).xpath("//main//form")
        if form.xpath(".//button[@value='retire']")
    ]
    assert form.fields["reason"] == "Gone & over"
    answer = manager.post(address, {"do": "retire", "isbn": "", "reason": form.fields["reason"]})
    assert answer.status_code == 303, answer.text
    proposed = _proposed(site, number + 1)
    assert proposed["name"] == "Rivers Trust"
    assert "retired" in proposed


def test_the_end_of_a_right_is_prepared_again_with_its_day(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    site.office.load(
        {
            "contracts": [
                a_contract("mouth", ["atlas"], subsidiary_rights={"film": "0.5", "audio": "0.5"})
            ]
        }
    )
    with site.office.system.work(clerk.actor) as work:
        number = inverses.end(
            work, "mouth", date(2031, 6, 30), "The licence ended", right="film"
        ).proposal
    assert number is not None
    refuse(site, manager, number)
    address = again(clerk, number)
    assert address == f"/finance/entries/contracts/mouth?again={number}"
    [form] = [
        form
        for form in html.document_fromstring(clerk.page(address)).xpath("//main//form")
        if form.xpath(".//button[@value='end']")
    ]
    fields = {name: form.fields[name] for name in ("right", "ends", "sell_off_until", "reason")}
    assert fields == {
        "right": "film",
        "ends": "2031-06-30",
        "sell_off_until": "",
        "reason": "The licence ended",
    }
    assert clerk.post(address, {**fields, "do": "end"}).status_code == 303
    assert _proposed(site, number + 1)["rights_ended"] == {"film": "2031-06-30"}


def test_a_refused_organization_is_prepared_again(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    number = prepare(site, manager, "organizations", an_organization("zq-org", name="Zeta <Org>"))
    refuse(site, other, number)
    address = again(manager, number)
    assert address == f"/finance/organizations/new/organization?again={number}"
    form = typed(manager.page(address))
    assert form["name"] == "Zeta <Org>"
    answer = manager.post("/finance/organizations/new/organization", form)
    assert answer.status_code == 303, answer.text
    assert _proposed(site, number + 1) == _proposed(site, number)
    assert "Prepare it again" not in site.visitor(Role.CLERK).page(f"/finance/approvals/{number}")


def test_a_refused_price_list_is_prepared_again(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    site.office.load({"retailers": order_setup()["retailers"][-2:]})
    body = {**a_price_list(), "key": "zq-bulk", "titles": ["atlas"]}
    number = prepare(site, manager, "price_lists", body)
    refuse(site, other, number)
    address = again(manager, number)
    assert address == f"/finance/price-lists/new/price-list?again={number}"
    answer = manager.post("/finance/price-lists/new/price-list", typed(manager.page(address)))
    assert answer.status_code == 303, answer.text
    assert _proposed(site, number + 1) == _proposed(site, number)
    with site.office.system.work(other.actor) as work:
        deciding.approve(work, [number + 1])
    # A further version, refused, with another one amended meanwhile.
    body = _proposed(site, number)
    later = {**body["versions"][0], "from": "2031-01-01"}
    third = prepare(site, manager, "price_lists", {**body, "versions": [*body["versions"], later]})
    refuse(site, other, third)
    address = again(manager, third)
    assert address == f"/finance/price-lists/zq-bulk/versions/new?again={third}"
    form = typed(manager.page(address))
    assert form["from"] == "2031-01-01"
    answer = manager.post("/finance/price-lists/zq-bulk/versions/new", form)
    assert answer.status_code == 303, answer.text
    assert _proposed(site, third + 1) == _proposed(site, third)


def test_a_setup_file_is_prepared_again_on_what_counts_now(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER, "Mona"), site.visitor(Role.MANAGER, "Otto")
    listed = {"beneficiaries": [a_beneficiary("rivers", name="Rivers"), a_beneficiary("lakes")]}
    sent = (BytesIO(json.dumps(listed).encode()), "autumn & more.json")
    form = of_form(manager.post("/finance/setup-file", {"file": sent}).text)
    assert manager.post("/finance/setup-file/save", form).status_code == 303
    [proposal] = _waiting(site)
    page = manager.page(f"/finance/approvals/{proposal.id}")
    assert "prepare it again" not in page.lower()
    refuse(site, other, proposal.id)
    site.office.load({"beneficiaries": [a_beneficiary("lakes")]})
    address = again(manager, proposal.id)
    page = manager.page(address)
    assert "sent back by Otto: “No &amp; no”" in page
    assert "autumn &amp; more.json" in page
    assert "Beneficiary “Rivers”: gets nothing" in page
    form = of_form(page)
    assert form.keys() == {"seen"}
    stale = manager.post(address, {"seen": "0" * 64})
    assert stale.status_code == 409
    assert "look again at what the file changes" in stale.text
    assert manager.post(address, form).status_code == 303
    [made] = _waiting(site)
    assert made.subject == "setup-file autumn & more.json"
    assert isinstance(made.body, dict)
    assert [entry[:2] for entry in made.body["entries"]] == [["beneficiaries", "rivers"]]
    # It waits, so there is nothing to prepare; who may not load files is offered nothing.
    assert manager.get(f"/finance/setup-file/again/{made.id}").status_code == 404
    assert "Prepare it again" not in site.visitor(Role.CLERK).page(
        f"/finance/approvals/{proposal.id}"
    )


def test_an_outdated_setup_file_is_withdrawn_and_prepared_again(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    with site.office.work(read_only=True) as work:
        now = amending.find_entry(work, "beneficiaries", "houston")
    assert now is not None
    listed = {"beneficiaries": [{**now.body, "name": "Houston Writers"}]}
    sent = (BytesIO(json.dumps(listed).encode()), "autumn.json")
    page = manager.post("/finance/setup-file", {"file": sent}).text
    answer = manager.post("/finance/setup-file/save", {**of_form(page)})
    assert answer.status_code == 303, answer.text
    [proposal] = _waiting(site)
    site.office.load({"beneficiaries": [{**now.body, "minimum_payment": "99.00"}]})
    assert "Withdraw it and prepare it again" in manager.page(f"/finance/approvals/{proposal.id}")
    answer = manager.post(f"/finance/approvals/{proposal.id}/withdraw", {"again": "1"})
    assert answer.location == f"/finance/setup-file/again/{proposal.id}"
    # The file says what it says: its minimum is shown beside the one that counts now.
    page = manager.page(answer.location)
    assert "99.00" in page
    assert manager.post(answer.location, of_form(page)).status_code == 303


def of_form(page: str) -> dict[str, str]:
    [form] = html.document_fromstring(page).xpath("//main//form[.//*[@name='seen']]")
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def test_form_ignores_a_proposal_of_another_kind_or_entry(site: Site) -> None:
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

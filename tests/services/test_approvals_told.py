"""Notices of proposals: approvers and proposer are notified, and both people named."""

import json
from typing import Any

import pytest

from royalties.domain.people import Actor, Role
from royalties.services import approvals
from royalties.services.terms import amending
from royalties.services.terms.replacing import CONFIRMED
from tests.builders.books import Office, a_setup, after, closed
from tests.builders.post import posted
from tests.builders.site import Site, lend_site

pytestmark = after(closed)


@pytest.fixture
def people(office: Office) -> Site:
    """The desk's people, some of whom must not be written to."""
    site = lend_site(office)
    site.somebody(Role.NONPROFIT, "Nina Nonprofit", beneficiaries=("seattle",))
    site.somebody(Role.MANAGER, "Gone Manager", status="disabled")
    return site


def body(rate: str) -> Any:
    contract = next(each for each in a_setup()["contracts"] if each["key"] == "foot-2015")
    contract["rules"][-1] = {**contract["rules"][-1], "rate": rate}
    return contract


def prepare(office: Office, actor: Actor, rate: str = "0.2", note: str = "As agreed") -> int:
    with office.system.work(actor) as work:
        now = amending.find_entry(work, "contracts", "foot-2015")
        assert now is not None
        saved = amending.save(
            work, "contracts", body(rate), revision=now.id, note=note, confirmed=CONFIRMED
        )
    assert saved.proposal is not None
    return saved.proposal


def mails(office: Office) -> list[tuple[str, str, str]]:
    return [(each.recipient, each.subject, each.text) for each in posted(office)]


def test_approvers_are_notified_once_except_the_preparer(office: Office, people: Site) -> None:
    preparer = people.somebody(Role.MANAGER, "Pat Preparer")
    people.somebody(Role.MANAGER, "Mara Manager")
    people.somebody(Role.ADMINISTRATOR, "Ada Admin")
    people.somebody(Role.CLERK, "Carla Clerk")
    number = prepare(office, preparer)
    told = mails(office)
    assert [to for to, _, _ in told] == ["mara.manager@example.org", "ada.admin@example.org"]
    _, subject, text = told[0]
    assert subject == "To approve: a change of contract “Kim Foote: The Collab”"
    assert "Pat Preparer prepared a change of contract “Kim Foote: The Collab”" in text
    assert "“As agreed”" in text
    assert f"/finance/approvals/{number}\n" in text


@pytest.mark.parametrize(
    ("status", "subject"),
    [
        ("approved", "Approved: a change of contract “Kim Foote: The Collab”"),
        ("refused", "Sent back: a change of contract “Kim Foote: The Collab”"),
        ("withdrawn", "Withdrawn: a change of contract “Kim Foote: The Collab”"),
    ],
)
def test_proposer_is_told_the_decision(
    office: Office, people: Site, status: str, subject: str
) -> None:
    clerk = people.somebody(Role.CLERK, "Carla Clerk")
    manager = people.somebody(Role.MANAGER, "Mara Manager")
    number = prepare(office, clerk)
    with office.system.work(manager) as work:
        if status == "approved":
            amending.approve(work, number)
        elif status == "refused":
            approvals.refuse(work, number, "too dear")
        else:
            approvals.withdraw(work, number)
    to, said, text = mails(office)[-1]
    assert (to, said) == ("carla.clerk@example.org", subject)
    assert "Mara Manager has" in text
    assert ("“too dear”" in text) is (status == "refused")
    told = json.loads(
        office.rows("SELECT payload FROM log WHERE action IN ('approve', 'prepare')")[-1][0]
    )
    assert (told["status"], told["prepared_by"]) == (status, "Carla Clerk")


def test_actor_is_not_notified_of_their_own_decision(office: Office, people: Site) -> None:
    clerk = people.somebody(Role.CLERK, "Carla Clerk")
    number = prepare(office, clerk)
    with office.system.work(clerk) as work:
        approvals.withdraw(work, number)
    assert mails(office) == []


def test_history_and_log_name_both_people(office: Office, people: Site) -> None:
    clerk = people.somebody(Role.CLERK, "Carla Clerk")
    other = people.somebody(Role.CLERK, "Otto Other")
    manager = people.somebody(Role.MANAGER, "Mara Manager")
    for preparer, rate in ((clerk, "0.2"), (other, "0.3")):
        number = prepare(office, preparer, rate)
        with office.system.work(manager) as work:
            amending.approve(work, number)
    office.load({"contracts": [body("0.4")]})
    with office.work(read_only=True) as work:
        said = amending.history(work, "contracts", "foot-2015")
    assert [(each.by, each.prepared_by) for each in said] == [
        ("tess", ""),
        ("Mara Manager", "Otto Other"),
        ("Mara Manager", "Carla Clerk"),
        ("tess", ""),
    ]
    loads = [
        json.loads(row[0]).get("prepared_by")
        for row in office.rows("SELECT payload FROM log WHERE action = 'load' ORDER BY seq")
    ]
    assert loads[-3:] == ["Carla Clerk", "Otto Other", None]
    assert office.faults() == {}

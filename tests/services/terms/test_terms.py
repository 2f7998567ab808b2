"""Terms change through two people, on what was looked at, and never against closed runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.setup import SetupError
from royalties.services import approvals
from royalties.services.terms import amending as terms
from royalties.services.terms.replacing import CONFIRMED
from royalties.services.work import RefusedError, Work
from tests.builders.books import Document, Office, a_setup, after, closed, spring
from tests.builders.site import lend_site

pytestmark = after(closed)


def entry(part: str, key: str, **more: object) -> Document:
    found = next(each for each in a_setup()[part] if each["key"] == key)
    return {**found, **more}


def dearer(rate: str = "0.2") -> Document:
    """The contract with its last rule at another rate."""
    contract = entry("contracts", "foot-2015")
    contract["rules"][-1] = {**contract["rules"][-1], "rate": rate}
    return contract


class People:
    """A clerk and two managers at an office."""

    def __init__(self, office: Office) -> None:
        site = lend_site(office)
        self.office = office
        self.clerk = site.somebody(Role.CLERK)
        self.manager = site.somebody(Role.MANAGER)
        self.other = site.somebody(Role.MANAGER)
        self.administrator = site.somebody(Role.ADMINISTRATOR)

    @contextmanager
    def at_work(self, actor: Actor) -> Iterator[Work]:
        with self.office.system.work(actor) as work:
            yield work

    def revision(self, part: str = "contracts", key: str = "foot-2015") -> int:
        with self.at_work(self.clerk) as work:
            found = terms.find_entry(work, part, key)
            return found.id if found else 0

    def save(
        self, actor: Actor, part: str, body: Document, revision: int | None = None, **more: Any
    ) -> terms.Saved:
        number = self.revision(part, body["key"]) if revision is None else revision
        with self.at_work(actor) as work:
            more = {"confirmed": CONFIRMED, **more}
            return terms.save(work, part, body, revision=number, **more)

    def in_force(self, part: str = "contracts", key: str = "foot-2015") -> Document:
        with self.at_work(self.clerk) as work:
            found = terms.find_entry(work, part, key)
            assert found is not None
            return found.body


@pytest.fixture
def people(office: Office) -> People:
    return People(office)


def faults(error: pytest.ExceptionInfo[SetupError]) -> dict[str, str]:
    return {fault.path: fault.message for fault in error.value.faults}


def test_a_clerks_change_takes_effect_only_once_a_manager_approves(people: People) -> None:
    before = people.in_force()
    drafted = people.office.run("2025-H2")
    saved = people.save(people.clerk, "contracts", dearer(), note="As agreed in May")
    assert saved.changed
    assert saved.proposal is not None
    assert people.in_force() == before
    assert people.office.run("2025-H2") == drafted
    with pytest.raises(NotAllowedError), people.at_work(people.clerk) as work:
        terms.approve(work, saved.proposal)
    assert people.in_force() == before
    with people.at_work(people.manager) as work:
        terms.approve(work, saved.proposal)
    assert people.in_force()["rules"][-1]["rate"] == "0.2"
    assert people.office.faults() == {}
    with (
        pytest.raises(RefusedError, match="approved by Manager"),
        people.at_work(people.other) as work,
    ):
        terms.approve(work, saved.proposal)


def test_proposer_cannot_approve(people: People) -> None:
    saved = people.save(people.manager, "contracts", dearer())
    assert saved.proposal is not None
    before = people.office.hashes()
    with (
        pytest.raises(RefusedError, match="prepared this yourself"),
        people.at_work(people.manager) as work,
    ):
        terms.approve(work, saved.proposal)
    assert people.office.hashes() == before
    with people.at_work(people.other) as work:
        terms.approve(work, saved.proposal)
    with people.at_work(people.other) as work:
        first = terms.history(work, "contracts", "foot-2015")[0]
    assert first.by == people.other.name
    assert [(each.field, each.before, each.after) for each in first.changes] == [
        ("rule “Everything else” · rate", "10 %", "20 %")
    ]


def test_managers_save_takes_effect_at_once_with_single_approval(people: People) -> None:
    with people.at_work(people.administrator) as work:
        approvals.set_two_people(work, on=False)
    assert people.save(people.manager, "contracts", dearer()) == terms.Saved(changed=True)
    assert people.in_force()["rules"][-1]["rate"] == "0.2"
    saved = people.save(people.clerk, "contracts", dearer("0.3"))
    assert saved.proposal is not None, "a clerk's change waits for a manager all the same"
    assert people.in_force()["rules"][-1]["rate"] == "0.2"


def test_unchanged_entry_makes_no_proposal(people: People) -> None:
    assert people.save(people.clerk, "contracts", people.in_force()) == terms.Saved(changed=False)


def test_entry_has_at_most_one_waiting_proposal(people: People) -> None:
    people.save(people.clerk, "contracts", dearer())
    with pytest.raises(approvals.ProposedAlreadyError):
        people.save(people.manager, "contracts", dearer("0.3"))


def test_save_on_an_older_revision_is_refused(people: People) -> None:
    looked_at = people.revision()
    people.office.load({"contracts": [dearer("0.15")]})
    with pytest.raises(
        terms.EntryChangedError, match="tess changed contract “Kim Foote: The Collab”"
    ) as error:
        people.save(people.clerk, "contracts", dearer(), revision=looked_at)
    assert error.value.now is not None
    assert error.value.now.body["rules"][-1]["rate"] == "0.15"


def test_approval_on_an_older_revision_is_refused(people: People) -> None:
    saved = people.save(people.clerk, "contracts", dearer())
    assert saved.proposal is not None
    people.office.load({"contracts": [dearer("0.15")]})
    before = people.office.hashes()
    with (
        pytest.raises(RefusedError, match="changed by tess after this"),
        people.at_work(people.manager) as work,
    ):
        terms.approve(work, saved.proposal)
    assert people.office.hashes() == before
    with people.at_work(people.manager) as work:
        found = approvals.find(work, saved.proposal)
        assert found is not None
        assert terms.proposed(work, found).is_stale


def test_outdated_proposal_is_refused_naming_its_faults(people: People) -> None:
    saved = people.save(
        people.clerk, "plans", {**entry("plans", "halves"), "key": "thirds"}, revision=0
    )
    assert saved.proposal is not None
    people.office.load({"plans": [{**entry("plans", "halves"), "key": "Thirds"}]})
    with (
        pytest.raises(SetupError, match="only by capital letters"),
        people.at_work(people.manager) as work,
    ):
        terms.approve(work, saved.proposal)


def test_new_entry_with_a_taken_key_is_refused(people: People) -> None:
    with pytest.raises(SetupError) as error:
        people.save(people.clerk, "contracts", dearer(), revision=0, is_new=True)
    assert "contracts[0].key" in faults(error)


def test_plan_version_used_by_closed_runs_cannot_change(people: People) -> None:
    plan = entry("plans", "halves")
    plan["versions"][0] = {**plan["versions"][0], "steps": plan["versions"][0]["steps"][1:]}
    with pytest.raises(SetupError) as error:
        people.save(people.clerk, "plans", plan)
    assert "add a version from a later day" in faults(error)["plans[0].versions[0].from"]


@pytest.mark.parametrize(("day", "taken"), [("2025-06-30", False), ("2025-07-01", True)])
def test_new_plan_version_must_begin_after_closed_periods(
    people: People, day: str, taken: bool
) -> None:
    plan = entry("plans", "halves")
    plan["versions"].append({"from": day, "steps": plan["versions"][0]["steps"][1:]})
    if taken:
        assert people.save(people.clerk, "plans", plan).proposal
        return
    with pytest.raises(SetupError) as error:
        people.save(people.clerk, "plans", plan)
    assert "begin after 2025-06-30" in faults(error)["plans[0].versions[1].from"]


def test_new_plan_version_may_begin_with_the_open_period(people: People) -> None:
    with people.at_work(people.clerk) as work:
        assert terms.next_version_day(work) == date(2025, 7, 1)


@pytest.mark.parametrize(("part", "key"), [("beneficiaries", "tacoma"), ("contracts", "hand-2020")])
def test_used_opening_balance_cannot_change(people: People, part: str, key: str) -> None:
    with pytest.raises(SetupError) as error:
        people.save(people.clerk, part, entry(part, key, opening_balance="-1.00"))
    assert "carry it forward" in faults(error)[f"{part}[0].opening_balance"]


def test_recouped_advance_cannot_change(people: People) -> None:
    with pytest.raises(SetupError) as error:
        people.save(people.clerk, "contracts", entry("contracts", "foot-2015", advances=[]))
    assert "earned back already" in faults(error)["contracts[0].advances"]


@after(spring)
def test_everything_may_change_before_the_first_close(people: People) -> None:
    body = entry("beneficiaries", "tacoma", opening_balance="1.00")
    assert people.save(people.clerk, "beneficiaries", body).proposal


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION, Role.STRANGER])
def test_terms_are_hidden_outside_the_desk(people: People, role: Role) -> None:
    outside = Actor("outside", role)
    for look in (
        lambda work: terms.find_entry(work, "contracts", "foot-2015"),
        lambda work: terms.history(work, "contracts", "foot-2015"),
        lambda work: terms.check(work, "contracts", dearer()),
        lambda work: terms.save(work, "contracts", dearer(), revision=1),
        lambda work: terms.approve(work, 1),
    ):
        with pytest.raises(NotAllowedError), people.at_work(outside) as work:
            look(work)

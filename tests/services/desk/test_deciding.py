"""Proposals that depend on others, and several that are decided at once: in order, all or none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from royalties.domain.approvals import ProposalKind
from royalties.domain.events import StaffEvent
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.setup import SetupError
from royalties.services import approvals, dependencies
from royalties.services.desk import deciding
from royalties.services.mail import telling
from royalties.services.names import names_of
from royalties.services.terms import amending as terms
from royalties.services.terms import inverses, loading
from royalties.services.work import RefusedError, Work
from tests.builders.books import (
    Document,
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    a_title,
    after,
    an_edition,
    opened,
    remainder,
)
from tests.builders.post import posted
from tests.builders.site import lend_site

pytestmark = [after(opened), pytest.mark.engines("either")]

RIVERS = a_beneficiary("rivers")
DELTA = a_plan("delta", remainder("rivers"))
MOUTH = a_contract("mouth-2026", ["atlas"], plan="delta")


class People:
    """A clerk, two managers and an administrator, who prepare and decide."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.site = lend_site(office)
        self.clerk = self.site.somebody(Role.CLERK, "Cleo")
        self.mona = self.site.somebody(Role.MANAGER, "Mona")
        self.otto = self.site.somebody(Role.MANAGER, "Otto")
        self.administrator = self.site.somebody(Role.ADMINISTRATOR, "Ada")

    @contextmanager
    def at_work(self, actor: Actor | None = None) -> Iterator[Work]:
        with self.office.system.work(actor or self.clerk) as work:
            yield work

    def prepare(self, part: str, body: Document, actor: Actor | None = None) -> int:
        with self.at_work(actor) as work:
            now = terms.find_entry(work, part, body["key"])
            saved = terms.save(
                work, part, body, revision=now.id if now else 0, note="so", confirmed="everything"
            )
        assert saved.proposal is not None
        return saved.proposal

    def chain(self) -> list[int]:
        """A contract that depends on a plan that depends on a beneficiary."""
        return [
            self.prepare(part, body)
            for part, body in (("beneficiaries", RIVERS), ("plans", DELTA), ("contracts", MOUTH))
        ]

    def approve(self, numbers: list[int], actor: Actor | None = None) -> list[int]:
        with self.at_work(actor or self.mona) as work:
            return [each.id for each in deciding.approve(work, numbers)]

    def email(self, actor: Actor) -> str:
        return f"{actor.name.lower()}@example.org"

    def refuse(self, numbers: list[int], reason: str = "Not so") -> list[int]:
        with self.at_work(self.mona) as work:
            return [each.id for each in deciding.refuse(work, numbers, reason)]

    def refused(self, numbers: list[int], actor: Actor | None = None) -> str:
        """Why proposals cannot be approved; nothing of it is kept."""
        before = self.office.hashes()
        with pytest.raises((RefusedError, SetupError)) as told:
            self.approve(numbers, actor)
        assert self.office.hashes() == before
        return str(told.value)

    def in_force(self, part: str, key: str) -> Document | None:
        with self.at_work() as work:
            found = terms.find_entry(work, part, key)
            return found.body if found else None

    def status(self, number: int) -> str:
        with self.at_work() as work:
            found = approvals.find(work, number)
            assert found is not None
            return found.status.value


@pytest.fixture
def people(office: Office) -> People:
    return People(office)


def test_dependent_proposals_can_be_prepared_before_any_is_approved(people: People) -> None:
    payee, plan, contract = people.chain()
    with people.at_work() as work:
        found = {each.id: each.depends_on for each in approvals.numbered(work, [1, 2, 3])}
    assert found == {payee: (), plan: (payee,), contract: (plan,)}
    assert people.in_force("contracts", "mouth-2026") is None


def test_dependent_proposals_are_approved_together_in_any_order(people: People) -> None:
    chain = people.chain()
    assert people.approve(chain[::-1]) == chain
    assert people.in_force("contracts", "mouth-2026") is not None
    for part, key in (("beneficiaries", "rivers"), ("plans", "delta"), ("contracts", "mouth-2026")):
        with people.at_work() as work:
            [only] = terms.history(work, part, key)
        assert (only.by, only.prepared_by) == ("Mona", "Cleo")
    assert people.office.faults() == {}


def test_dependent_proposals_can_be_approved_one_by_one_in_order(people: People) -> None:
    payee, plan, contract = people.chain()
    for number, actor in ((payee, people.mona), (plan, people.otto), (contract, people.mona)):
        people.approve([number], actor)
    assert people.in_force("contracts", "mouth-2026") is not None


def test_proposal_is_not_approved_before_those_it_depends_on(people: People) -> None:
    payee, plan, contract = people.chain()
    told = people.refused([contract])
    assert "depends on the new plan “Rivers Readers”, which waits as well" in told
    assert "Nothing was decided" in people.refused([payee, contract])
    assert "depends on the new beneficiary “Rivers Readers”" in people.refused([plan, contract])


def test_page_adds_prerequisites_that_were_not_ticked(people: People) -> None:
    chain = people.chain()
    with people.at_work(people.mona) as work:
        together = deciding.with_those_below(work, chain[-1:])
        looked = deciding.look(work, together)
    assert [each.id for each in together] == chain
    assert [each.is_new for each in looked] == [True] * 3
    assert [each.is_stale for each in looked] == [False] * 3
    plan = {each.field: each.after for each in looked[2].changes}["plan"]
    assert plan == "Rivers Readers", "what waits is called by its name"


def test_set_with_own_proposal_cannot_be_approved(people: People) -> None:
    payee = people.prepare("beneficiaries", RIVERS)
    plan = people.prepare("plans", DELTA, people.mona)
    assert "you prepared this yourself" in people.refused([payee, plan])
    assert people.status(payee) == "waiting"
    with pytest.raises(NotAllowedError), people.at_work(people.clerk) as work:
        deciding.approve(work, [payee])
    with pytest.raises(NotAllowedError), people.at_work(people.clerk) as work:
        deciding.refuse(work, [payee], "No")
    people.approve([payee], people.mona)
    people.approve([plan], people.otto)
    assert people.in_force("plans", "delta") is not None


def test_dependents_of_a_refused_proposal_are_reported_and_keep_waiting(people: People) -> None:
    payee, plan, contract = people.chain()
    assert people.refuse([payee]) == [plan, contract], "what depends on it, at whatever distance"
    told = people.refused([plan])
    assert "depends on the new beneficiary “Rivers Readers”, which was refused by Mona" in told
    with people.at_work() as work:
        found = approvals.find(work, plan)
        assert found is not None
        assert [each.id for each in dependencies.missing_dependencies(work, found)] == [payee]
    # Nothing can be built on what can never be.
    with pytest.raises(SetupError, match='plan "delta" waits for approval'):
        people.prepare("contracts", {**MOUTH, "key": "other"})


def test_dependents_can_be_approved_once_the_refused_proposal_is_prepared_again(
    people: People,
) -> None:
    payee, plan, _ = people.chain()
    people.refuse([payee])
    again = people.prepare("beneficiaries", RIVERS)
    people.approve([again])
    people.approve([plan])
    assert people.in_force("plans", "delta") is not None


def test_different_entry_under_the_same_key_does_not_satisfy_dependents(people: People) -> None:
    payee, plan, _ = people.chain()
    people.refuse([payee])
    people.approve([people.prepare("beneficiaries", {**RIVERS, "name": "Somebody else"})])
    assert "which was refused by Mona: refuse it, and let it be prepared again" in people.refused(
        [plan]
    )


def test_withdrawn_proposal_lists_its_dependents(people: People) -> None:
    payee, plan, contract = people.chain()
    with people.at_work() as work:
        approvals.withdraw(work, payee)
        assert [each.id for each in dependencies.dependents_of(work, [payee])] == [plan, contract]
    assert "which was withdrawn by Cleo" in people.refused([plan])


def test_entry_saved_without_approval_cannot_name_a_waiting_one(people: People) -> None:
    people.prepare("beneficiaries", RIVERS)
    with people.at_work(people.administrator) as work:
        approvals.set_two_people(work, on=False)
    told = 'beneficiary "rivers" waits for approval: have it approved first'
    with pytest.raises(SetupError, match=told), people.at_work(people.mona) as work:
        terms.save(work, "plans", DELTA, revision=0)
    with pytest.raises(SetupError, match=told):
        people.office.load({"plans": [DELTA]})


def test_entry_may_depend_on_a_waiting_file_and_vice_versa(people: People) -> None:
    payee = people.prepare("beneficiaries", RIVERS)
    river = a_title("river", an_edition("9781402894626"))
    file = people.office.write("river.json", {"titles": [river], "plans": [DELTA]})
    with people.at_work(people.otto) as work:
        seen = loading.preview(work, file, "river.json")
        assert seen.waits
        number = loading.save(work, file, "river.json", seen=seen.seen).proposal
    assert number is not None
    contract = people.prepare("contracts", {**MOUTH, "titles": ["river"]})
    with people.at_work() as work:
        found = {each.id: each.depends_on for each in approvals.numbered(work, [number, contract])}
    assert found == {number: (payee,), contract: (number,)}
    people.approve([contract, number, payee])
    with people.at_work() as work:
        [title] = terms.history(work, "titles", "river")
    assert (title.by, title.prepared_by) == ("Mona", "Otto"), "of a file it is told as well"
    assert people.office.faults() == {}


def test_file_in_force_at_once_cannot_name_waiting_entries(people: People) -> None:
    file = people.office.write(
        "new.json",
        {
            "retailers": [{"key": "kiosk", "name": "Kiosk", "channel": "bookstore"}],
            "plans": [DELTA],
        },
    )
    people.prepare("beneficiaries", RIVERS)
    with people.at_work(people.mona) as work:
        seen = loading.preview(work, file, "new.json")
        loading.save(work, file, "new.json", seen=seen.seen)
    price = {"retailer": "kiosk", "currency": "USD", "amount": "70.00", "from": "2026-01-01"}
    at_once = people.office.write(
        "titles.json", {"titles": [a_title("atlas", an_edition("9781402894626", prices=[price]))]}
    )
    with people.at_work(people.mona) as work, pytest.raises(SetupError):
        loading.preview(work, at_once, "titles.json")


def test_stale_proposal_holds_back_the_whole_set(people: People) -> None:
    halves = people.in_force("plans", "halves")
    assert halves is not None
    payee = people.prepare("beneficiaries", RIVERS)
    changed = people.prepare("plans", {**halves, "name": "Both halves"})
    people.office.load({"plans": [{**halves, "name": "Two halves"}]})
    told = people.refused([payee, changed])
    assert "was changed" in told
    assert "Nothing was decided" in told
    assert people.status(payee) == "waiting"


def test_set_with_a_proposal_decided_meanwhile_is_refused(people: People) -> None:
    chain = people.chain()
    people.approve(chain[:1], people.otto)
    assert "approved by Otto already" in people.refused(chain)
    people.approve(chain[1:])


def test_refusing_several_takes_one_reason_and_all_or_none(people: People) -> None:
    chain = people.chain()
    with pytest.raises(RefusedError, match="give a reason"):
        people.refuse(chain, " ")
    people.approve(chain[:1], people.otto)
    before = people.office.hashes()
    with pytest.raises(RefusedError, match="approved by Otto already"):
        people.refuse(chain)
    assert people.office.hashes() == before
    assert people.refuse(chain[1:]) == []
    assert [people.status(each) for each in chain] == ["approved", "refused", "refused"]


def test_close_is_approved_only_on_its_checklist(people: People) -> None:
    payee = people.prepare("beneficiaries", RIVERS)
    with people.at_work() as work:
        close = approvals.prepare(work, ProposalKind.CLOSE, "2025-H1", {})
    assert "is decided on the closing checklist" in people.refused([payee, close])
    assert "tick what is to be decided" in people.refused([])
    assert "there is no proposal 99" in people.refused([payee, 99])
    assert "up to 100 proposals" in people.refused(list(range(1, 102)))


def test_entry_named_by_a_proposal_cannot_be_removed_or_renamed(people: People) -> None:
    people.office.load({"beneficiaries": [RIVERS]})
    plan = people.prepare("plans", DELTA)
    told = "a proposal that waits is about it or names it"
    with pytest.raises(RefusedError, match=told), people.office.work() as work:
        inverses.remove(work, "beneficiaries", "rivers", "never used")
    with pytest.raises(RefusedError, match=told), people.office.work() as work:
        inverses.rename(work, "beneficiaries", "rivers", "streams", "shorter")
    people.refuse([plan])
    with people.office.work() as work:
        inverses.remove(work, "beneficiaries", "rivers", "never used")


def test_names_of_waiting_entries_are_shown_to_the_desk_only(people: People) -> None:
    people.prepare("beneficiaries", {**RIVERS, "name": "The Secret Fund"})
    with people.at_work() as work:
        assert names_of(work).of("beneficiaries", "rivers") == "The Secret Fund"
    outside = people.site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with people.at_work(outside) as work:
        assert "Secret" not in names_of(work).of("beneficiaries", "rivers")
        looks: list[Callable[[Work], object]] = [
            lambda work: deciding.with_those_below(work, [1]),
            lambda work: deciding.approve(work, [1]),
            lambda work: deciding.refuse(work, [1], "No"),
            lambda work: dependencies.dependents_of(work, [1]),
        ]
        for look in looks:
            with pytest.raises(NotAllowedError):
                look(work)


@pytest.mark.parametrize("seed", range(6))
def test_any_set_of_dependent_proposals_is_approved_all_or_nothing(
    people: People, seed: int
) -> None:
    """Entries that name each other as chance has it, ticked in any order, with one left out."""
    chance = Random(seed)
    prepared: dict[int, set[int]] = {}
    made: dict[str, list[tuple[str, int]]] = {"beneficiaries": [], "plans": []}
    for number in range(chance.randint(4, 9)):
        part = chance.choice(["beneficiaries", "plans", "contracts"])
        body: Any = a_beneficiary(f"new-{number}")
        below: set[int] = set()
        if part == "plans":
            chosen = chance.sample(made["beneficiaries"], min(2, len(made["beneficiaries"])))
            below = {each for _, each in chosen}
            body = a_plan(f"new-{number}", remainder(*([key for key, _ in chosen] or ["houston"])))
        elif part == "contracts":
            plan, of_plan = chance.choice(made["plans"] or [("cities", 0)])
            below = {of_plan} - {0}
            body = a_contract(f"new-{number}", ["atlas"], plan=plan, starts="2031-01-01")
        proposal = people.prepare(part, body)
        prepared[proposal] = below
        made.setdefault(part, []).append((body["key"], proposal))
    for left_out in prepared:
        rest = [each for each in prepared if each != left_out]
        chance.shuffle(rest)
        above = [each for each in rest if left_out in prepared[each]]
        if above:
            assert "depends on" in people.refused(rest)
    numbers = list(prepared)
    chance.shuffle(numbers)
    assert people.approve(numbers) == sorted(numbers)
    assert {people.status(each) for each in numbers} == {"approved"}
    assert people.office.faults() == {}


def left_behind(people: People) -> list[tuple[str, str, str]]:
    found = posted(people.office, "kind = 'left-behind'")
    return [(each.recipient, each.subject, each.text) for each in found]


def test_preparers_of_what_is_left_behind_are_told_once_each(people: People) -> None:
    payee = people.prepare("beneficiaries", RIVERS, people.otto)
    plan = people.prepare("plans", DELTA)
    people.prepare("contracts", MOUTH)
    people.refuse([payee], "Wrong name")
    [(to, subject, text)] = left_behind(people)
    assert to == people.email(people.clerk)
    assert subject == "Left behind: 2 proposals of yours"
    assert "Mona has sent back: the new beneficiary “Rivers Readers”." in text
    assert "“Wrong name”" in text
    assert "the new plan “Rivers Readers”; the new contract" in text
    assert text.endswith("/finance/approvals\n")
    # What is sent back together with what it depends on is left behind by nothing.
    people.refuse([plan, plan + 1])
    assert len(left_behind(people)) == 1


def test_withdrawal_tells_who_is_left_behind_but_not_who_withdrew(people: People) -> None:
    payee = people.prepare("beneficiaries", RIVERS)
    plan = people.prepare("plans", DELTA, people.otto)
    people.prepare("contracts", MOUTH)
    with people.at_work() as work:
        assert [each.id for each in deciding.withdraw(work, payee, "twice")] == [plan, plan + 1]
    [(to, subject, text)] = left_behind(people)
    assert to == people.email(people.otto)
    assert subject == "Left behind: the new plan “Rivers Readers”"
    assert "Cleo has withdrawn: the new beneficiary" in text
    assert text.endswith(f"/finance/approvals/{plan}\n")


def test_person_who_opted_out_is_not_told_of_proposals_left_behind(people: People) -> None:
    payee, _, _ = people.chain()
    with people.at_work() as work:
        telling.choose(work, {StaffEvent.LEFT_BEHIND: False})
    people.refuse([payee])
    assert left_behind(people) == []

"""Verbs about people: colleagues of a nonprofit, people of the demo, and what a role may not do."""

from dataclasses import replace

import pytest

from royalties.domain.people import FINANCE, Actor, NotAllowedError, Role, Verb
from royalties.services import auditing, colleagues, mail_log, people, second_factor
from royalties.services.demo_people import add_demo_person
from royalties.services.sessions import find_visit
from royalties.services.throttle import Subject, Tried, attempt, forgive
from royalties.services.work import RefusedError
from tests.builders.books import Office, a_setup, after, opened
from tests.builders.doors import Clock, code_at, email_of, letters, link_in, log, with_clock
from tests.builders.site import PASSWORD, TOTP_KEY, Site, lend_site

pytestmark = after(opened)


@pytest.fixture
def site(office: Office) -> Site:
    return lend_site(office)


@pytest.fixture
def clock(site: Site) -> Clock:
    return with_clock(site)


def members_of(site: Site, beneficiary: str) -> list[str]:
    with site.office.work(read_only=True) as work:
        return [each.name for each in colleagues.colleagues(work, beneficiary)]


# Colleagues


def test_a_nonprofits_user_invites_to_their_own(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle", "tacoma"))
    with site.office.system.work(nora) as work:
        invited = colleagues.invite_colleague(work, "seattle", "Ole@example.org", "Ole")
        assert [each.name for each in colleagues.colleagues(work, "seattle")] == ["Nora", "Ole"]
        assert [each.name for each in colleagues.colleagues(work, "tacoma")] == ["Nora"]
        assert colleagues.colleagues(work, "houston") == []
    assert link_in(letters(site, "invitation")[0][1]) in invited.address
    assert site.office.rows("SELECT role FROM person WHERE name = 'Ole'") == [("nonprofit",)]
    assert log(site)[-1][:2] == ("Nora", "invite-colleague")


def test_nobody_invites_to_what_is_not_theirs(site: Site) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    ole = site.somebody(Role.NONPROFIT, "Ole", beneficiaries=("houston",))
    before = site.office.hashes()
    with site.office.system.work(nora) as work:
        with pytest.raises(RefusedError, match="no such nonprofit"):
            colleagues.invite_colleague(work, "houston", "x@example.org", "X")
        with pytest.raises(RefusedError, match="no such nonprofit"):
            colleagues.remove_colleague(work, "houston", ole.person or 0)
        with pytest.raises(RefusedError, match="no such colleague"):
            colleagues.remove_colleague(work, "seattle", ole.person or 0)
        with pytest.raises(RefusedError, match="themselves"):
            colleagues.remove_colleague(work, "seattle", nora.person or 0)
    assert site.office.hashes() == before


@pytest.mark.parametrize("role", sorted(FINANCE | {Role.STRANGER}))
def test_only_nonprofits_and_organizations_invite_colleagues(site: Site, role: Role) -> None:
    actor = Actor("Somebody", role, 1, frozenset({"seattle"}))
    with site.office.system.work(actor) as work, pytest.raises(NotAllowedError):
        colleagues.invite_colleague(work, "seattle", "x@example.org", "X")


def test_an_organizations_person_invites_and_removes_their_own(site: Site, clock: Clock) -> None:
    olga = site.somebody(Role.ORGANIZATION, "Olga", organizations=("guild", "seattle"))
    lena = site.somebody(Role.ORGANIZATION, "Lena", organizations=("league",))
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.system.work(olga) as work:
        invited = colleagues.invite_colleague(work, "guild", "Otto@example.org", "Otto")
        assert [each.name for each in colleagues.colleagues(work, "guild")] == ["Olga", "Otto"]
        assert colleagues.colleagues(work, "league") == []
        assert colleagues.colleagues(work, "seattle")[0].name == "Olga", "not the nonprofit's"
        for verb in (
            lambda: colleagues.invite_colleague(work, "league", "x@example.org", "X"),
            lambda: colleagues.remove_colleague(work, "league", lena.person or 0),
            lambda: colleagues.invite_colleague(work, "guild", email_of(nora), "Nora"),
        ):
            with pytest.raises(RefusedError):
                verb()
    assert link_in(letters(site, "invitation")[0][1]) in invited.address
    assert site.office.rows("SELECT role FROM person WHERE name = 'Otto'") == [("organization",)]
    with site.office.system.work(olga) as work:
        assert colleagues.invite_colleague(work, "guild", email_of(lena), "Lena").address == ""
        colleagues.remove_colleague(work, "guild", invited.number)
    assert "another organization" in letters(site, "notice")[-1][1]
    assert site.office.rows("SELECT name FROM person WHERE name = 'Otto'") == []
    with site.office.system.work(replace(lena, organizations=frozenset({"guild"}))) as work:
        colleagues.remove_colleague(work, "guild", olga.person or 0)
    kept = site.office.rows(
        "SELECT organization FROM organization_member WHERE person_id = :number", number=olga.person
    )
    assert kept == [("seattle",)]


def test_a_user_of_another_nonprofit_is_added_and_told(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    ole = site.somebody(Role.NONPROFIT, "Ole", beneficiaries=("houston",))
    with site.office.system.work(nora) as work:
        assert colleagues.invite_colleague(work, "seattle", email_of(ole), "Not Ole").address == ""
    assert members_of(site, "seattle") == ["Nora", "Ole"]
    assert members_of(site, "houston") == ["Ole"]
    assert letters(site, "notice")[0][0] == email_of(ole)
    with site.office.system.work(nora) as work, pytest.raises(RefusedError, match="already"):
        colleagues.invite_colleague(work, "seattle", email_of(ole), "Ole")


@pytest.mark.parametrize(("role", "status"), [(Role.CLERK, "active"), (Role.NONPROFIT, "disabled")])
def test_who_cannot_be_a_colleague_is_named_no_further(site: Site, role: Role, status: str) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    other = site.somebody(role, status=status)
    words = "cannot be invited here: ask the publisher"
    with site.office.system.work(nora) as work, pytest.raises(RefusedError, match=words):
        colleagues.invite_colleague(work, "seattle", email_of(other), "X")


def test_a_removed_colleague_sees_nothing_more(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle", "tacoma"))
    ole = site.visitor(Role.NONPROFIT, "Ole", beneficiaries=("seattle", "tacoma"))
    assert ole.get("/account/me").status_code == 200
    with site.office.system.work(nora) as work:
        colleagues.remove_colleague(work, "seattle", ole.actor.person or 0)
    assert members_of(site, "tacoma") == ["Nora", "Ole"]
    assert ole.get("/account/me").status_code == 200
    with site.office.system.work(nora) as work:
        colleagues.remove_colleague(work, "tacoma", ole.actor.person or 0)
    assert ole.get("/account/me").status_code == 302
    assert site.office.rows("SELECT status FROM person WHERE name = 'Ole'") == [("disabled",)]


def test_a_removed_invitation_opens_nothing(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.system.work(nora) as work:
        invited = colleagues.invite_colleague(work, "seattle", "ole@example.org", "Ole")
        colleagues.remove_colleague(work, "seattle", invited.number)
    assert site.stranger().get(link_in(invited.address)).status_code == 404
    assert members_of(site, "seattle") == ["Nora"]


# The demo


def test_people_of_the_demo_come_in_with_what_is_known(site: Site, clock: Clock) -> None:
    with site.office.work() as work:
        number = add_demo_person(
            work, "demo@example.org", "Demo", Role.NONPROFIT, PASSWORD, TOTP_KEY,
            beneficiaries=["seattle"],
        )  # fmt: skip
        assert number == add_demo_person(
            work, "demo@example.org", "Demo", Role.NONPROFIT, "another password", TOTP_KEY
        )
    visitor = site.stranger()
    visitor.post("/account/sign-in", {"email": "demo@example.org", "password": PASSWORD})
    visitor.post("/account/second-factor", {"code": code_at(clock)})
    assert visitor.get("/account/").location == "/nonprofit/"
    assert members_of(site, "seattle") == ["Demo"]


def test_real_books_get_no_known_passwords(site: Site) -> None:
    publisher = {**a_setup()["publisher"], "name": "A Real House"}
    site.office.load(a_setup(publisher=publisher))
    with site.office.work() as work, pytest.raises(RefusedError, match="A Real House"):
        add_demo_person(work, "demo@example.org", "Demo", Role.CLERK, PASSWORD)


# Permission


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMINISTRATOR])
def test_only_administrators_manage_people(site: Site, role: Role) -> None:
    other = site.somebody(Role.CLERK).person or 0
    with site.office.system.work(Actor("Somebody", role, 99)) as work:
        for verb in (
            lambda: people.invite(work, "x@example.org", "X", Role.CLERK),
            lambda: people.invite_again(work, other),
            lambda: people.withdraw(work, other),
            lambda: people.change_role(work, other, Role.MANAGER),
            lambda: people.disable(work, other),
            lambda: people.enable(work, other),
            lambda: people.reset_second_factor(work, other),
            lambda: people.sign_out_everywhere(work, other),
            lambda: second_factor.set_for_all(work, on=False),
            lambda: add_demo_person(work, "x@example.org", "X", Role.CLERK, PASSWORD),
        ):
            with pytest.raises(NotAllowedError):
                verb()


@pytest.mark.parametrize("role", [Role.STRANGER, Role.NONPROFIT, Role.ORGANIZATION, Role.CLERK])
def test_logs_are_for_managers(site: Site, role: Role) -> None:
    with site.office.system.work(Actor("Somebody", role, 99)) as work:
        for verb in (
            lambda: people.people(work),
            lambda: people.find(work, 1),
            lambda: auditing.log_page(work, auditing.Asked()),
            lambda: mail_log.messages(work),
            lambda: mail_log.try_again(work, 1),
        ):
            with pytest.raises(NotAllowedError):
                verb()


def test_the_whole_log_comes_line_by_line(site: Site) -> None:
    with site.office.work() as work:
        for number in range(2100):
            work.record(Verb.ENTER, {"n": number})
        lines = list(auditing.whole_log(work, auditing.Asked(action="enter")))
    assert [line.payload["n"] for line in lines] == list(range(2099, -1, -1))


# Throttling and sessions


def test_one_subject_does_not_hold_another(site: Site, clock: Clock) -> None:
    one, other = Subject(Tried.CODE, "1"), Subject(Tried.CODE, "11")
    with site.office.work() as work:
        assert all(attempt(work, [one]) is None for _ in range(5))
        held = attempt(work, [one])
        assert held is not None
        assert (held.subject, held.is_new) == (one, True)
        again = attempt(work, [one])
        assert again is not None
        assert not again.is_new
        assert attempt(work, [other]) is None
        forgive(work, [one])
        assert attempt(work, [one]) is None


def test_a_session_that_is_none_is_none(site: Site) -> None:
    with site.office.work(read_only=True) as work:
        assert find_visit(work, "nothing") is None
        assert find_visit(work, "") is None

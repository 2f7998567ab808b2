"""Verbs about people: colleagues of a nonprofit, people of the demo, and what a role may not do."""

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from royalties.domain.people import FINANCE, Actor, NotAllowedError, Role, Verb
from royalties.services.mail import log as mail_log
from royalties.services.people import auditing, colleagues, second_factor
from royalties.services.people import staff as people
from royalties.services.people.demo_people import add_demo_person
from royalties.services.people.sessions import find_visit
from royalties.services.people.throttle import Subject, Tried, attempt, forgive
from royalties.services.work import RefusedError
from tests.builders.books import Office, a_setup, after, opened
from tests.builders.doors import Clock, code_at, email_of, letters, link_in, log, with_clock
from tests.builders.site import PASSWORD, TOTP_KEY, Site, Visitor, lend_site

pytestmark = [after(opened), pytest.mark.engines("either")]


@pytest.fixture
def site(office: Office) -> Site:
    return lend_site(office)


@pytest.fixture
def clock(site: Site) -> Clock:
    return with_clock(site)


def members_of(site: Site, beneficiary: str) -> list[str]:
    with site.office.work(read_only=True) as work:
        return [each.name for each in colleagues.colleagues(work, beneficiary)]


def accept(visitor: Visitor, path: str, password: str = PASSWORD) -> TestResponse:
    """Choose a name and a password by a link."""
    form = {"name": "Ole Oslo", "new": password, "again": password}
    return visitor.post(path, form)


def invitations(site: Site, email: str) -> list[str]:
    """Paths of the links that somebody got by an invitation; of one taken back an empty text."""
    found = [text for whom, text in letters(site, "invitation") if whom == email]
    return [link_in(text) if text else "" for text in found]


# Colleagues


def test_nonprofit_user_invites_colleagues_to_their_own(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle", "tacoma"))
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "Ole@example.org", "Ole")
        assert [each.email for each in colleagues.invited(work, "seattle")] == ["ole@example.org"]
        assert colleagues.invited(work, "tacoma") == []
        assert colleagues.invited(work, "houston") == []
    assert members_of(site, "seattle") == ["Nora"]
    assert site.office.rows("SELECT name FROM person WHERE name = 'Ole'") == []
    assert log(site)[-1][:2] == ("Nora", "invite-colleague")
    visitor = site.stranger()
    assert accept(visitor, link_in(letters(site, "invitation")[0][1])).status_code == 303
    rows = site.office.rows("SELECT role, status FROM person WHERE name = 'Ole Oslo'")
    assert rows == [("nonprofit", "active")]
    assert members_of(site, "seattle") == ["Nora", "Ole Oslo"]
    assert members_of(site, "tacoma") == ["Nora"]
    with site.office.system.work(nora) as work:
        assert colleagues.colleagues(work, "houston") == []
        assert colleagues.invited(work, "seattle") == []
    assert log(site)[-1][:2] == ("Ole Oslo", "invite-colleague")


def test_inviting_to_anothers_organization_is_refused(site: Site) -> None:
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
        with pytest.raises(RefusedError, match="cannot remove yourself"):
            colleagues.remove_colleague(work, "seattle", nora.person or 0)
    assert site.office.hashes() == before


@pytest.mark.parametrize("role", sorted(FINANCE | {Role.STRANGER}))
def test_only_nonprofits_and_organizations_invite_colleagues(site: Site, role: Role) -> None:
    actor = Actor("Somebody", role, 1, frozenset({"seattle"}))
    with site.office.system.work(actor) as work, pytest.raises(NotAllowedError):
        colleagues.invite_colleague(work, "seattle", "x@example.org", "X")


def test_organization_user_invites_and_removes_colleagues(site: Site, clock: Clock) -> None:
    olga = site.somebody(Role.ORGANIZATION, "Olga", organizations=("guild", "seattle"))
    lena = site.somebody(Role.ORGANIZATION, "Lena", organizations=("league",))
    site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.system.work(olga) as work:
        colleagues.invite_colleague(work, "guild", "Otto@example.org", "Otto")
        colleagues.invite_colleague(work, "guild", email_of(lena), "Lena")
        assert colleagues.colleagues(work, "league") == []
        assert colleagues.colleagues(work, "seattle")[0].name == "Olga", "not the nonprofit's"
        with pytest.raises(RefusedError, match="no such organization"):
            colleagues.invite_colleague(work, "league", "x@example.org", "X")
        with pytest.raises(RefusedError, match="no such organization"):
            colleagues.remove_colleague(work, "league", lena.person or 0)
    assert accept(site.stranger(), invitations(site, "otto@example.org")[0]).status_code == 303
    rows = site.office.rows("SELECT role, id FROM person WHERE name = 'Ole Oslo'")
    assert [role for role, _ in rows] == ["organization"]
    assert site.stranger().post(invitations(site, email_of(lena))[0]).status_code == 303
    with site.office.system.work(olga) as work:
        here = [each.name for each in colleagues.colleagues(work, "guild")]
        assert here == ["Lena", "Ole Oslo", "Olga"]
        colleagues.remove_colleague(work, "guild", int(str(rows[0][1])))
    assert site.office.rows("SELECT status FROM person WHERE name = 'Ole Oslo'") == [("disabled",)]
    with site.office.system.work(replace(lena, organizations=frozenset({"guild"}))) as work:
        colleagues.remove_colleague(work, "guild", olga.person or 0)
    kept = site.office.rows(
        "SELECT organization FROM organization_member WHERE person_id = :number", number=olga.person
    )
    assert kept == [("seattle",)]


def test_user_of_another_nonprofit_joins_by_accepting(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    ole = site.visitor(Role.NONPROFIT, "Ole", beneficiaries=("houston",))
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", email_of(ole.actor), "Not Ole")
        waiting = colleagues.invited(work, "seattle")
    assert [each.email for each in waiting] == [email_of(ole.actor)]
    assert members_of(site, "seattle") == ["Nora"]
    assert ole.get("/nonprofit/seattle/").status_code == 404
    [path] = invitations(site, email_of(ole.actor))
    before = site.office.hashes()
    page = ole.page(path)
    assert "Join Seattle" in page
    assert 'type="password"' not in page
    assert site.office.hashes() == before, "looking changes nothing"
    assert ole.post(path).status_code == 303
    assert ole.get("/nonprofit/seattle/").status_code == 200
    assert members_of(site, "seattle") == ["Nora", "Ole"]
    assert members_of(site, "houston") == ["Ole"]
    assert ole.get(path).status_code == 404, "it works once"
    assert log(site)[-1][:2] == ("Ole", "invite-colleague")
    with site.office.system.work(nora) as work:
        assert colleagues.invited(work, "seattle") == []
        colleagues.invite_colleague(work, "seattle", email_of(ole.actor), "Ole")
        assert colleagues.invited(work, "seattle") == [], "they are here already"
    assert len(invitations(site, email_of(ole.actor))) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.CLERK, "active"), (Role.ORGANIZATION, "active"), (Role.NONPROFIT, "disabled")],
)
def test_ineligible_person_receives_no_invitation(
    site: Site, clock: Clock, role: Role, status: str
) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    other = site.somebody(role, "Someone Else", status=status)
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", email_of(other), "X")
        assert [each.email for each in colleagues.invited(work, "seattle")] == [email_of(other)]
    assert members_of(site, "seattle") == ["Nora"]
    assert invitations(site, email_of(other)) == []
    [(whom, text)] = letters(site, "notice")
    assert whom == email_of(other)
    assert "invitation/" not in text


def test_later_account_of_another_kind_cannot_accept(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "cleo@example.org", "Cleo")
    site.somebody(Role.CLERK, "Cleo")
    [path] = invitations(site, "cleo@example.org")
    assert site.stranger().get(path).status_code == 404
    assert accept(site.stranger(), path).status_code == 404
    assert members_of(site, "seattle") == ["Nora"]


def test_person_invited_twice_may_use_either_link(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.work() as work:
        people.invite(work, "ole@example.org", "Ole", Role.NONPROFIT, ["houston"])
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "ole@example.org", "Oleg")
        assert [each.name for each in colleagues.colleagues(work, "seattle")] == ["Nora"]
    of_desk, of_nora = invitations(site, "ole@example.org")
    assert accept(site.stranger(), of_nora).status_code == 303
    assert site.stranger().get(of_desk).status_code == 404
    assert members_of(site, "seattle") == ["Nora", "Ole Oslo"]
    assert members_of(site, "houston") == ["Ole Oslo"]


def test_colleague_invitation_expires_and_can_be_renewed(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    with site.office.system.work(nora) as work:
        for _ in range(2):
            colleagues.invite_colleague(work, "seattle", "ole@example.org", "Ole")
        assert len(colleagues.invited(work, "seattle")) == 1
    older, newer = invitations(site, "ole@example.org")
    assert older == "", "it was not sent yet, and is not sent any more"
    assert site.stranger().get(newer).status_code == 200
    assert accept(site.stranger(), newer, "short").status_code == 422
    clock.later(days=7, seconds=1)
    assert accept(site.stranger(), newer).status_code == 404
    with site.office.system.work(nora) as work:
        assert colleagues.invited(work, "seattle") == []


def test_invitation_does_not_reveal_an_existing_account(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    site.somebody(Role.CLERK, "Mara Lind")
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "x@example.org", "Mara Lind")
        with pytest.raises(RefusedError, match="write a name"):
            colleagues.invite_colleague(work, "seattle", "y@example.org", " ")


def test_invitations_are_throttled_by_person_and_by_address(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    ole = site.somebody(Role.NONPROFIT, "Ole", beneficiaries=("houston",))
    for number in range(20):
        with site.office.system.work(nora) as work:
            email = f"friend{number}@example.org" if number > 4 else "one@example.org"
            colleagues.invite_colleague(work, "seattle", email, "Friend")
    assert len(invitations(site, "one@example.org")) == 3
    assert site.stranger().get(invitations(site, "one@example.org")[-1]).status_code == 200
    for email in ("more@example.org", email_of(ole), email_of(nora)):
        with (
            site.office.system.work(nora) as work,
            pytest.raises(RefusedError, match="go on tomorrow"),
        ):
            colleagues.invite_colleague(work, "seattle", email, "More")
    with site.office.system.work(ole) as work:
        colleagues.invite_colleague(work, "houston", "more@example.org", "More")
    clock.later(days=1, seconds=1)
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "more@example.org", "More")


@pytest.mark.thorough("attacks")
def test_invitations_are_throttled_for_the_organization(site: Site, clock: Clock) -> None:
    several = [site.somebody(Role.NONPROFIT, beneficiaries=("seattle",)) for _ in range(11)]
    for number in range(200):
        with site.office.system.work(several[number // 20]) as work:
            colleagues.invite_colleague(work, "seattle", f"friend{number}@example.org", "Friend")
    with (
        site.office.system.work(several[10]) as work,
        pytest.raises(RefusedError, match="go on tomorrow"),
    ):
        colleagues.invite_colleague(work, "seattle", "more@example.org", "More")


def test_removed_colleague_loses_access(site: Site, clock: Clock) -> None:
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


def test_withdrawn_invitation_is_refused(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    hugo = site.somebody(Role.NONPROFIT, "Hugo", beneficiaries=("houston",))
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", "ole@example.org", "Ole")
        [waiting] = colleagues.invited(work, "seattle")
    [path] = invitations(site, "ole@example.org")
    assert site.stranger().get(path).status_code == 200
    for key in ("seattle", "houston"):
        with site.office.system.work(hugo) as work, pytest.raises(RefusedError, match="no such"):
            colleagues.withdraw_colleague(work, key, waiting.number)
    with site.office.system.work(nora) as work:
        colleagues.withdraw_colleague(work, "seattle", waiting.number)
        assert colleagues.invited(work, "seattle") == []
    assert site.stranger().get(path).status_code == 404
    assert accept(site.stranger(), path).status_code == 404
    assert invitations(site, "ole@example.org") == [""]
    assert members_of(site, "seattle") == ["Nora"]


def test_removed_colleague_cannot_return_by_an_older_link(site: Site, clock: Clock) -> None:
    nora = site.somebody(Role.NONPROFIT, "Nora", beneficiaries=("seattle",))
    ole = site.somebody(Role.NONPROFIT, "Ole", beneficiaries=("houston",))
    with site.office.system.work(nora) as work:
        colleagues.invite_colleague(work, "seattle", email_of(ole), "Ole")
    [path] = invitations(site, email_of(ole))
    site.office.execute(
        f"INSERT INTO membership (person_id, beneficiary) VALUES ({ole.person}, 'seattle')"
    )
    with site.office.system.work(nora) as work:
        colleagues.remove_colleague(work, "seattle", ole.person or 0)
    assert site.stranger().get(path).status_code == 404


# The demo


def test_demo_people_sign_in_with_known_passwords(site: Site, clock: Clock) -> None:
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
def test_only_managers_read_the_log(site: Site, role: Role) -> None:
    with site.office.system.work(Actor("Somebody", role, 99)) as work:
        for verb in (
            lambda: people.people(work),
            lambda: people.find(work, 1),
            lambda: auditing.log_page(work, auditing.LogFilter()),
            lambda: mail_log.messages(work),
            lambda: mail_log.try_again(work, 1),
        ):
            with pytest.raises(NotAllowedError):
                verb()


def test_log_export_streams_every_line(site: Site) -> None:
    with site.office.work() as work:
        for number in range(2100):
            work.record(Verb.ENTER, {"n": number})
        lines = list(auditing.whole_log(work, auditing.LogFilter(action="enter")))
    assert [line.payload["n"] for line in lines] == list(range(2099, -1, -1))


# Throttling and sessions


def test_throttle_of_one_subject_does_not_block_another(site: Site, clock: Clock) -> None:
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


def test_unknown_session_token_gives_no_session(site: Site) -> None:
    with site.office.work(read_only=True) as work:
        assert find_visit(work, "nothing") is None
        assert find_visit(work, "") is None

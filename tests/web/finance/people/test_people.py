"""People, settings, the audit log and the mail log."""

import csv
import io
import json
import re
from html import unescape

import pytest
from click.testing import CliRunner

from royalties.cli import main
from royalties.domain.people import Actor, Role, Verb
from royalties.runtime import now
from royalties.services.mail.outbox import deliver
from royalties.services.people import second_factor
from royalties.services.people import staff as people
from royalties.services.terms import amending
from royalties.services.work import RefusedError
from tests.builders.books import a_setup, after, closed
from tests.builders.doors import (
    Clock,
    code_at,
    codes_on,
    email_of,
    give_password,
    key_on,
    letters,
    link_in,
    log,
    sign_in,
    with_clock,
)
from tests.builders.orders import an_organization
from tests.builders.site import PASSWORD, Site, Visitor

pytestmark = after(closed)
NEW = "seven grey herons wading"
INES = {"email": "Ines@Example.org", "name": "Ines Fox", "role": "clerk"}


@pytest.fixture
def clock(site: Site) -> Clock:
    return with_clock(site)


@pytest.fixture
def boss(site: Site, clock: Clock) -> Visitor:
    return site.visitor(Role.ADMINISTRATOR, "Ada Boss")


def change(visitor: Visitor, actor: Actor, what: str = "", **data: object) -> int:
    path = f"/finance/people/{actor.person}" + (f"/{what}" if what else "")
    return visitor.post(path, data).status_code


def out(visitor: Visitor) -> bool:
    return (visitor.get("/account/me").location or "").startswith("/account/sign-in")


def role_of(site: Site, actor: Actor) -> str:
    return str(site.office.rows("SELECT role FROM person WHERE id = :n", n=actor.person)[0][0])


# The password again


ASKED_AGAIN: tuple[tuple[str, dict[str, str]], ...] = (
    ("/finance/people/{number}", {"role": "manager"}),
    ("/finance/people/{number}/disable", {}),
    ("/finance/people/{number}/enable", {}),
    ("/finance/people/{number}/reset-second-factor", {}),
    ("/finance/people/invite", {**INES, "role": "manager"}),
    ("/finance/settings/two-people", {"on": "0"}),
    ("/finance/settings/second-factor", {"on": "0"}),
    ("/finance/new-payment-details", {"key": "usd", "payment-payee": "Me"}),
    ("/finance/setup-file/save", {"file": "a" * 64, "name": "setup.json"}),
)


def kept(site: Site) -> dict[str, str]:
    return site.office.hashes("session", "attempt")


@pytest.mark.thorough("further pages", but_one_in=4)
@pytest.mark.parametrize(("path", "form"), ASKED_AGAIN, ids=[each[0] for each in ASKED_AGAIN])
def test_administrator_forms_ask_for_the_password_again(
    site: Site, clock: Clock, boss: Visitor, path: str, form: dict[str, str]
) -> None:
    path = path.format(number=site.somebody(Role.CLERK, "Cleo Clerk").person)
    clock.later(minutes=11)
    before = kept(site)
    for wrong in ({}, {"own_password": "wrong"}):
        asked = boss.post(path, {**form, **wrong})
        assert (asked.status_code, kept(site)) == (403, before)
        assert "Your password, please" in asked.text
        for name, value in form.items():
            assert f'name="{name}" value="{value}"' in asked.text
    taken = boss.post(path, {**form, "own_password": PASSWORD})
    assert "Your password, please" not in taken.text
    again = boss.post(path, form)
    assert "Your password, please" not in again.text


@pytest.mark.parametrize(
    ("part", "body", "status"),
    [
        (
            "payment_details",
            {
                "key": "usd", "from": "2025-01-01", "payee": "Me", "bank": "Mine",
                "routing": "125000024", "account": "000 123 4567",
            },
            403,
        ),
        ("beneficiaries", {"key": "pier", "name": "Pier Readers"}, 303),
    ],
    ids=["payment details", "a beneficiary"],
)  # fmt: skip
def test_approving_payment_details_asks_for_the_password_again(
    site: Site, clock: Clock, boss: Visitor, part: str, body: dict[str, str], status: int
) -> None:
    with site.office.system.work(boss.actor) as work:
        saved = amending.save(work, part, body, revision=0)
    other = site.visitor(Role.MANAGER, "Max Manager")
    clock.later(minutes=11)
    path = f"/finance/approvals/{saved.proposal}/approve"
    assert other.post(path).status_code == status
    assert other.post(path, {"own_password": PASSWORD}).status_code in {303, 409}
    assert site.office.rows("SELECT status FROM proposal") == [("approved",)]


def test_password_given_again_lets_the_form_through_once_and_for_ten_minutes(
    site: Site, clock: Clock, boss: Visitor
) -> None:
    actor = site.somebody(Role.CLERK, "Cleo Clerk")
    clock.later(minutes=11)
    assert change(boss, actor, role="manager") == 403
    assert role_of(site, actor) == "clerk"
    assert change(boss, actor, role="manager", own_password=PASSWORD) == 303
    assert role_of(site, actor) == "manager"
    clock.later(minutes=9)
    assert change(boss, actor, "disable") == 303
    clock.later(minutes=2)
    assert change(boss, actor, "enable") == 403


def test_guessing_the_password_asked_for_again_is_slowed(
    site: Site, clock: Clock, boss: Visitor
) -> None:
    actor = site.somebody(Role.CLERK, "Cleo Clerk")
    clock.later(minutes=11)
    tried = [change(boss, actor, role="manager", own_password="wrong") for _ in range(11)]  # noqa: S106
    assert tried == [403] * 10 + [429]
    assert change(boss, actor, role="manager", own_password=PASSWORD) == 429


def test_inviting_outsiders_does_not_ask_for_the_password(
    site: Site, clock: Clock, boss: Visitor
) -> None:
    clock.later(minutes=11)
    guest = {**INES, "role": "nonprofit", "beneficiaries": ["seattle"]}
    assert boss.post("/finance/people/invite", guest).status_code == 303
    number = site.office.rows("SELECT id FROM person WHERE name = 'Ines Fox'")[0][0]
    assert boss.post(f"/finance/people/{number}/invite-again").status_code == 303
    boss.post("/finance/people/invite", {**INES, "own_password": PASSWORD})
    clock.later(minutes=11)
    assert boss.post(f"/finance/people/{number}/invite-again").status_code == 403


# People


def test_an_administrator_invites_and_the_invited_comes_in(
    site: Site, clock: Clock, boss: Visitor
) -> None:
    assert boss.post("/finance/people/invite", INES).location == "/finance/people"
    to, text = letters(site, "invitation")[0]
    assert to == "ines@example.org"
    visitor = site.stranger()
    visitor.post(link_in(text), {"name": "Ines Fox", "new": NEW, "again": NEW})
    key, signed = key_on(visitor.page("/account/second-factor/new"))
    done = visitor.post("/account/second-factor/new", {"key": signed, "code": code_at(clock, key)})
    assert codes_on(done.text)
    assert visitor.get("/finance/").status_code == 200
    page = boss.page("/finance/people")
    assert page.count(">active<") == 2
    assert '"invited"' in log(site)[-4][2]
    assert "ines@" not in "".join(payload for _, _, payload in log(site))


def test_invitation_link_is_shown_without_a_mail_server(site: Site) -> None:
    boss = site.visitor(Role.ADMINISTRATOR)
    page = boss.post("/finance/people/invite", INES)
    assert page.status_code == 200
    shown = re.search(r'class="key">http://localhost:8000(/[^<]+)<', page.text)
    assert shown
    assert site.stranger().get(shown[1]).status_code == 200


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"role": "nonprofit"}, "Choose the beneficiaries"),
        ({"role": "nonprofit", "beneficiaries": ["nowhere"]}, "not a valid choice|nowhere"),
        ({"role": "clerk", "beneficiaries": ["seattle"]}, "Only a nonprofit"),
        ({"role": "organization"}, "Choose the organizations"),
        ({"role": "organization", "organizations": ["nowhere"]}, "not a valid choice|nowhere"),
        ({"role": "stranger"}, "Not a valid choice"),
        ({"role": ""}, "Choose a role|Not a valid choice"),
        ({"email": "no address"}, "is no e-mail address"),
        ({"email": "a@b.org\nBcc: x@y.org"}, "is no e-mail address"),
        ({"email": "ada.boss@example.org"}, "has an account"),
        ({"name": "ADA BOSS"}, "omebody goes by this name"),
        ({"name": " "}, "Write a name|Give a name"),
        ({"name": "Root (command line)"}, "goes by this name"),
    ],
)  # fmt: skip
def test_a_bad_invitation_is_refused(
    site: Site, boss: Visitor, more: dict[str, object], words: str
) -> None:
    before = site.office.hashes()
    answer = boss.post("/finance/people/invite", {**INES, **more})
    assert answer.status_code == 422
    assert re.search(words, unescape(answer.text))
    assert 'value="Ines Fox"' in answer.text or "name" in more
    assert site.office.hashes() == before


def test_organization_user_is_invited_to_chosen_organizations(site: Site, boss: Visitor) -> None:
    site.office.load({"organizations": [an_organization("guild"), an_organization("league")]})
    more = {**INES, "role": "organization", "organizations": ["guild"]}
    assert boss.post("/finance/people/invite", more).status_code == 303
    assert "Guild Society" in boss.page("/finance/people")
    number = site.office.rows("SELECT id FROM person WHERE status = 'invited'")[0][0]
    change = {"role": "organization", "organizations": ["guild", "league"]}
    assert boss.post(f"/finance/people/{number}", change).status_code == 303
    page = boss.page(f"/finance/people/{number}")
    assert "Guild Society, League Society" in page
    wrong = {"role": "clerk", "organizations": ["guild"]}
    assert boss.post(f"/finance/people/{number}", wrong).status_code == 422
    assert boss.post(f"/finance/people/{number}", {"role": "clerk"}).status_code == 303
    assert site.office.rows("SELECT count(*) FROM organization_member") == [(0,)]
    boss.post(f"/finance/people/{number}", change)
    assert boss.post(f"/finance/people/{number}/withdraw").status_code == 303
    assert site.office.rows("SELECT count(*) FROM organization_member") == [(0,)]


def test_invitation_can_be_sent_again_or_withdrawn(site: Site, boss: Visitor) -> None:
    boss.post("/finance/people/invite", INES)
    number = site.office.rows("SELECT id FROM person WHERE status = 'invited'")[0][0]
    first = link_in(letters(site, "invitation")[0][1])
    assert boss.post(f"/finance/people/{number}/invite-again").status_code == 303
    second = link_in(letters(site, "invitation")[1][1])
    assert site.stranger().get(first).status_code == 404
    assert boss.post(f"/finance/people/{number}/withdraw").status_code == 303
    assert site.stranger().get(second).status_code == 404
    assert [text for _, text in letters(site, "invitation")] == ["", ""]
    assert boss.get(f"/finance/people/{number}").status_code == 404
    assert boss.post("/finance/people/invite", {**INES, "role": "manager"}).status_code == 303


def test_a_changed_role_acts_at_once(site: Site, clock: Clock, boss: Visitor) -> None:
    actor = site.somebody(Role.MANAGER)
    visitor = sign_in(site, clock, actor)
    assert visitor.get("/finance/people").status_code == 200
    assert change(boss, actor, role="clerk") == 303
    assert out(visitor)
    clock.later(seconds=30)
    again = sign_in(site, clock, actor)
    assert again.get("/finance/people").status_code == 403
    assert '"before":"manager"' in log(site)[-2][2]


def test_nonprofit_user_belongs_to_the_chosen_nonprofits(
    site: Site, clock: Clock, boss: Visitor
) -> None:
    actor = site.somebody(Role.NONPROFIT, beneficiaries=("seattle",))
    assert change(boss, actor, role="nonprofit", beneficiaries=["houston", "tacoma"]) == 303
    kept = "SELECT beneficiary FROM membership ORDER BY beneficiary"
    assert site.office.rows(kept) == [("houston",), ("tacoma",)]
    assert change(boss, actor, role="clerk", beneficiaries=["houston"]) == 422
    assert change(boss, actor, role="clerk") == 303
    assert site.office.rows(kept) == []


def test_disabled_person_is_signed_out_at_once(site: Site, clock: Clock, boss: Visitor) -> None:
    actor = site.somebody(Role.MANAGER)
    visitor = sign_in(site, clock, actor)
    visitor.client.get("/account/forgotten", base_url="http://localhost:8000")
    site.stranger().post("/account/forgotten", {"email": email_of(actor)})
    path = link_in(letters(site, "reset")[0][1])
    assert change(boss, actor, "disable") == 303
    assert out(visitor)
    assert not give_password(site.stranger(), email_of(actor))
    assert site.stranger().get(path).status_code == 404
    assert change(boss, actor, "enable") == 303
    assert out(visitor), "an old session does not come back"
    clock.later(seconds=30)
    assert sign_in(site, clock, actor).get("/finance/").status_code == 200


def test_a_lost_second_factor_is_reset(site: Site, clock: Clock, boss: Visitor) -> None:
    actor = site.somebody(Role.MANAGER)
    visitor = sign_in(site, clock, actor)
    assert change(boss, actor, "reset-second-factor") == 303
    assert out(visitor)
    assert letters(site, "notice")[-1][0] == email_of(actor)
    give_password(visitor, email_of(actor))
    assert visitor.get("/account/second-factor").location == "/account/second-factor/new"
    assert visitor.get("/finance/").location is not None


def test_administrator_cannot_change_their_own_role(site: Site, boss: Visitor) -> None:
    other = site.somebody(Role.ADMINISTRATOR)
    before = site.office.hashes()
    assert change(boss, boss.actor, role="manager") == 422
    assert change(boss, boss.actor, "disable") == 409
    assert change(boss, boss.actor, "reset-second-factor") == 409
    assert site.office.hashes() == before
    assert change(boss, other, "disable") == 303


def test_last_administrator_cannot_be_removed(site: Site, boss: Visitor) -> None:
    with site.office.work() as work, pytest.raises(RefusedError, match="last active"):
        people.disable(work, boss.actor.person or 0)
    with site.office.work() as work, pytest.raises(RefusedError, match="last active"):
        people.change_role(work, boss.actor.person or 0, Role.MANAGER)
    site.somebody(Role.ADMINISTRATOR, status="disabled")
    with site.office.work() as work, pytest.raises(RefusedError, match="last active"):
        people.disable(work, boss.actor.person or 0)
    site.somebody(Role.ADMINISTRATOR)
    with site.office.work() as work:
        people.disable(work, boss.actor.person or 0)


def test_manager_sees_people_and_clerk_does_not(site: Site, clock: Clock) -> None:
    other = site.somebody(Role.ADMINISTRATOR)
    manager, clerk = site.visitor(Role.MANAGER), site.visitor(Role.CLERK)
    looks = ("people", f"people/{other.person}", "audit", "audit.csv", "mail", "settings")
    for path in looks:
        assert manager.get(f"/finance/{path}").status_code == 200
        assert clerk.get(f"/finance/{path}").status_code == 403
    before = site.office.hashes()
    assert manager.get("/finance/people/invite").status_code == 403
    assert manager.post("/finance/people/invite", INES).status_code == 403
    assert change(manager, other, role="clerk") == 403
    for what in (
        "disable",
        "enable",
        "reset-second-factor",
        "sign-out",
        "withdraw",
        "invite-again",
    ):
        assert change(manager, other, what) == 403
        assert change(clerk, other, what) == 403
    for control in ("two-people", "second-factor"):
        assert manager.post(f"/finance/settings/{control}", {"on": "0"}).status_code == 403
    assert site.office.hashes() == before
    assert "<button>Change the role" not in manager.page(f"/finance/people/{other.person}")


def test_people_are_found_and_paged(site: Site, boss: Visitor) -> None:
    with site.office.work() as work:
        for number in range(60):
            people.add_invited(work, f"p{number}@example.org", f"Person {number:03}", Role.CLERK)
    first = boss.page("/finance/people")
    assert first.count("<tr>") == 51
    assert "Person 055" in boss.page("/finance/people?page=2")
    assert boss.page("/finance/people?q=PERSON+01").count("<tr>") == 11
    assert boss.page("/finance/people?q=%25").count("<tr>") == 0
    assert boss.page("/finance/people?role=administrator").count("<tr>") == 2
    assert "Nobody fits" in boss.page("/finance/people?q=zz")
    asked = site.office.statements_of(lambda _office: boss.page("/finance/people"))
    assert len(asked) <= 15


def test_unknown_people_are_not_found(site: Site, boss: Visitor) -> None:
    for number in (0, 999_999, 2**63, 2**80):
        assert boss.get(f"/finance/people/{number}").status_code == 404
        assert boss.post(f"/finance/people/{number}/disable").status_code == 404


# Settings


def test_pages_say_when_one_person_may_approve_alone(site: Site, boss: Visitor) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "One pair of eyes" not in clerk.page("/finance/")
    assert boss.post("/finance/settings/two-people", {"on": "0"}).status_code == 303
    assert "One pair of eyes" in boss.page("/finance/audit")
    assert "One pair of eyes" in clerk.page("/account/me")
    assert "two_people" in log(site)[-1][2]
    boss.post("/finance/settings/two-people", {"on": "1"})
    assert "One pair of eyes" not in boss.page("/finance/settings")


def test_relaxed_second_factor_is_shown(site: Site, boss: Visitor) -> None:
    assert boss.post("/finance/settings/second-factor", {"on": "0"}).status_code == 303
    assert "without a second factor" in boss.page("/finance/people")
    with site.office.work() as work:
        assert not second_factor.is_needed(work, Role.NONPROFIT)
        assert second_factor.is_needed(work, Role.CLERK)


# The audit log


def test_the_log_is_filtered_by_its_address(site: Site, boss: Visitor) -> None:
    page = boss.page("/finance/audit")
    assert "Closed 2025-H1" in page
    assert "Imported spring.csv as import 1" in page
    assert boss.page("/finance/audit?what=close").count("<tr>") == 2
    assert boss.page("/finance/audit?what=import&q=SPRING").count("<tr>") == 2
    assert boss.page("/finance/audit?who=TES").count("<tr>") == len(log(site)) + 1
    assert "No line fits" in boss.page("/finance/audit?who=nobody")
    assert "No line fits" in boss.page("/finance/audit?from=2026-08-21")
    assert "Closed" in boss.page("/finance/audit?from=2026-08-20&until=2026-08-20")
    assert "No line fits" in boss.page("/finance/audit?until=2026-08-19")
    assert boss.get("/finance/audit?from=yesterday").status_code == 422
    assert boss.get("/finance/audit?from=0001-01-01").status_code == 422
    assert (
        boss.get(
            "/finance/audit?before=99999999999999999999&_anchor=y&_scheme=javascript"
        ).status_code
        == 200
    )


def test_the_log_names_what_was_amended(site: Site, boss: Visitor) -> None:
    changed = {**a_setup()["beneficiaries"][0], "minimum_payment": "17.50"}
    site.office.load({"beneficiaries": [changed]}, "beneficiaries")
    line = f"Amended beneficiary {changed['name']}"
    page = boss.page(f"/finance/audit?what=load&q={changed['key']}")
    assert f"{line}: minimum payment" in page
    assert "17.50" not in page, "the log keeps no values: the history does"
    site.office.load({"beneficiaries": [{"key": "brand-new", "name": "Brand New"}]})
    assert "Added beneficiary Brand New" in boss.page("/finance/audit?q=brand-new")
    assert "Added beneficiary Brand New" in boss.page("/finance/audit?q=Brand+new")


def test_log_search_finds_letters_of_every_language(site: Site, boss: Visitor) -> None:
    site.somebody(Role.CLERK, "Östlund Åsa")
    for words in ("Östlund", "östlund", "ÅSA"):
        assert "Östlund Åsa" in boss.page(f"/finance/people?q={words}")


def test_the_log_is_paged(site: Site, boss: Visitor) -> None:
    with site.office.work() as work:
        for number in range(120):
            people.add_invited(work, f"p{number}@example.org", f"Person {number:03}", Role.CLERK)
            work.record(Verb.MANAGE_PEOPLE, {"what": "invited", "name": f"Person {number:03}"})
    first = boss.page("/finance/audit?what=manage-people")
    assert first.count("<tr>") == 51
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = boss.page(unescape(older[1]))
    assert "Invited Person 069" in second
    assert "Invited Person 070" not in second
    assert "what=manage-people" in older[1]
    asked = site.office.statements_of(lambda _office: boss.page("/finance/audit"))
    assert len(asked) <= 15


def test_log_csv_contains_no_formula(site: Site, boss: Visitor) -> None:
    actor = Actor("=HYPERLINK(1)", Role.CLERK)
    with site.office.system.work(actor) as work:
        work.record(Verb.ENTER, {"what": "invited", "name": "x"})
    answer = boss.get("/finance/audit.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == len(log(site)) + 1
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert json.loads(rows[1][5]) == {"name": "x", "what": "invited"}
    assert len(list(csv.reader(io.StringIO(boss.get("/finance/audit.csv?what=close").text)))) == 2


def test_typed_text_is_escaped_in_the_log(site: Site, boss: Visitor) -> None:
    with site.office.work() as work:
        work.record(Verb.ENTER, {"note": "<script>alert(1)</script>", "more": {"a": [1, 2]}})
        work.record(Verb.ENTER, ["a", "list"])
    page = boss.page("/finance/audit")
    assert "<script>alert" not in page
    assert "a 1, 2" in page
    assert "a, list" in page


# The mail log


def test_failed_mail_can_be_retried(site: Site, clock: Clock, boss: Visitor) -> None:
    boss.post("/finance/people/invite", INES)
    assert ">waiting<" in boss.page("/finance/mail")
    actor, system = boss.actor, site.office.system
    for _ in range(8):
        assert deliver(lambda: system.work(actor))
        clock.later(hours=18)
    boss = site.signed_in(actor)
    page = boss.page("/finance/mail")
    assert ">failed<" in page
    assert "refused" in page.lower()
    assert not deliver(lambda: system.work(actor))
    number = site.office.rows("SELECT id FROM mail")[0][0]
    assert site.visitor(Role.CLERK).post(f"/finance/mail/{number}/again").status_code == 403
    assert boss.post(f"/finance/mail/{number}/again").status_code == 303
    assert deliver(lambda: system.work(actor))
    assert boss.post("/finance/mail/99999/again").status_code == 409
    assert NEW not in page


def test_failed_mail_can_be_dropped_or_replaced(site: Site, clock: Clock, boss: Visitor) -> None:
    """Home counts it until somebody gives it up, or a new invitation says it again."""
    boss.post("/finance/people/invite", INES)
    actor, system = boss.actor, site.office.system
    number, person = site.office.rows("SELECT id, about FROM mail")[0]
    assert deliver(lambda: system.work(actor))
    assert "1 message</a> could not be sent" in boss.page("/finance/")
    boss.post(f"/finance/people/{person}/invite-again")
    assert "could not be sent" not in boss.page("/finance/")
    clock.later(minutes=5)
    assert deliver(lambda: system.work(actor))
    assert "1 message</a> could not be sent" in boss.page("/finance/")
    assert site.visitor(Role.CLERK).post(f"/finance/mail/{number + 1}/give-up").status_code == 403
    assert boss.post(f"/finance/mail/{number + 1}/give-up").status_code == 303
    assert "could not be sent" not in boss.page("/finance/")
    assert f"taken back by {actor.name}" in boss.page("/finance/mail")
    boss.post(f"/finance/people/{person}/invite-again")
    assert boss.post(f"/finance/mail/{number + 2}/give-up").status_code == 303  # it only waited
    clock.later(hours=5)
    assert not deliver(lambda: system.work(actor))


def test_mail_log_says_when_no_server_is_set_up(site: Site) -> None:
    boss = site.visitor(Role.ADMINISTRATOR)
    assert "Invitations, new passwords" in boss.page("/finance/mail")
    boss.post("/finance/people/invite", INES)
    page = boss.page("/finance/mail")
    assert "No mail server is set up" in page
    assert "waiting for a mail server" in page
    assert "/account/invitation/" not in page, "links that sign in are shown to nobody"
    assert "no e-mail of this kind" in boss.page("/finance/mail?kind=statement")


# At the command line


def test_first_administrator_is_invited_by_command(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_clock(site).now = now()  # the command's own
    config = site.office.system.config
    monkeypatch.setenv("ROYALTIES_HOME", str(config.home))
    monkeypatch.setenv("ROYALTIES_DATABASE_URL", config.database_url)
    run = CliRunner()
    assert "Nobody yet" in run.invoke(main, ["people"]).output
    args = ["invite", "Ann@example.org", "--name", "Ann Ito", "--role"]
    done = run.invoke(main, [*args, "administrator"])
    assert done.exit_code == 0, done.output
    assert site.stranger().get(link_in(done.output)).status_code == 200
    wrong = run.invoke(main, [*args, "nonprofit", "--beneficiary", "nowhere"])
    assert wrong.exit_code == 1
    again = run.invoke(main, [*args, "nonprofit", "--beneficiary", "seattle", "--json"])
    document = json.loads(again.output)
    assert document["outcome"] == "invited"
    assert site.stranger().get(link_in(done.output)).status_code == 404
    assert "Ann Ito  ann@example.org  nonprofit  invited" in run.invoke(main, ["people"]).output
    listed = json.loads(run.invoke(main, ["people", "--json"]).output)
    assert listed[0]["beneficiaries"] == ["seattle"]

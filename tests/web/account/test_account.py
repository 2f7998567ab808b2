"""Signing in, second factor, links, one's own account."""

import re
from html import unescape
from urllib.parse import unquote

import pyotp
import pytest
from werkzeug.test import TestResponse

from royalties.domain.people import FINANCE, LinkPurpose, Role
from royalties.services.people import links, second_factor
from royalties.services.people import staff as people
from royalties.web.account.browsers import browser_words
from royalties.web.core import errors
from tests.builders.books import TESS, after, opened
from tests.builders.doors import (
    Clock,
    code_at,
    codes_on,
    cookie,
    email_of,
    give_password,
    key_on,
    letters,
    link_in,
    log,
    sign_in,
    with_clock,
)
from tests.builders.site import PASSWORD, TOTP_KEY, Site, Visitor

pytestmark = after(opened)
NEW = "seven grey herons wading"


@pytest.fixture
def clock(site: Site) -> Clock:
    return with_clock(site)


def invited(site: Site, role: Role, *beneficiaries: str, name: str = "Ines Fox") -> str:
    """Invite somebody; returns the path of their link."""
    with site.office.work() as work:
        people.invite(
            work, f"{name.split(maxsplit=1)[0].lower()}@example.org", name, role, beneficiaries
        )
    return link_in(letters(site, "invitation")[-1][1])


def accept(
    visitor: Visitor, path: str, password: str = NEW, name: str = "Ines Fox"
) -> TestResponse:
    return visitor.post(path, {"name": name, "new": password, "again": password})


def set_up(visitor: Visitor, clock: Clock, **more: str) -> TestResponse:
    """Set up a second factor with the key that the page shows."""
    key, signed = key_on(visitor.page("/account/second-factor/new"))
    data = {"key": signed, "code": code_at(clock, key), **more}
    return visitor.post("/account/second-factor/new", data)


def keys_of(site: Site) -> list[str]:
    """The keys of everybody's second factor."""
    rows = site.office.rows("SELECT totp_key FROM person ORDER BY id")
    return [site.office.system.sealer.open(str(kept)) for (kept,) in rows]


# Coming in


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.CLERK, "/finance/"),
        (Role.ADMINISTRATOR, "/finance/"),
        (Role.NONPROFIT, "/nonprofit/"),
        (Role.ORGANIZATION, "/organization/"),
    ],
)
def test_sign_in_needs_password_and_code(site: Site, clock: Clock, role: Role, home: str) -> None:
    visitor = sign_in(site, clock, site.somebody(role))
    assert visitor.get("/account/").location == home
    assert visitor.get("/").location == "/account/"


def test_stranger_is_led_to_the_titles(site: Site) -> None:
    assert site.stranger().get("/account/").location == "/titles/"


def test_sign_in_returns_to_the_requested_page(site: Site, clock: Clock) -> None:
    actor, visitor = site.somebody(Role.CLERK), site.stranger()
    asked = visitor.get("/finance/people").location or ""
    half = visitor.post(asked, {"email": email_of(actor).upper(), "password": PASSWORD})
    done = visitor.post(half.location or "", {"code": code_at(clock)})
    assert done.location == "/finance/people"


@pytest.mark.parametrize("typed", ["Ada@Bücher.example", "ada@xn--bcher-kva.example"])
def test_international_address_signs_in_in_either_form(
    site: Site, clock: Clock, typed: str
) -> None:
    site.somebody(Role.CLERK, "Ada Lovelace")
    site.office.execute("UPDATE person SET email = 'ada@xn--bcher-kva.example'")
    assert give_password(site.stranger(), typed)


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_sign_in_never_redirects_to_another_site(site: Site, clock: Clock, next_: str) -> None:
    actor, visitor = site.somebody(Role.CLERK), site.stranger()
    half = visitor.post(
        "/account/sign-in",
        {"email": email_of(actor), "password": PASSWORD},
        query_string={"next": next_},
    )
    assert half.location == "/account/second-factor"
    done = visitor.post(
        "/account/second-factor", {"code": code_at(clock)}, query_string={"next": next_}
    )
    assert done.location == "/account/"


def test_page_is_refused_before_the_second_factor(site: Site, clock: Clock) -> None:
    visitor = site.stranger()
    give_password(visitor, email_of(site.somebody(Role.ADMINISTRATOR)))
    paths = [
        str(rule)
        for rule in site.app.url_map.iter_rules()
        if str(rule).startswith("/finance")
        and "<" not in str(rule)
        and "GET" in (rule.methods or ())
    ]
    assert len(paths) > 10
    for path in [*paths, "/account/me", "/account/second-factor/codes"]:
        answer = visitor.get(path)
        assert (answer.status_code, (answer.location or "")[:22]) == (
            302,
            "/account/second-factor",
        ), path
    for path in (
        "/account/me/password",
        "/account/me/sign-out-everywhere",
        "/finance/people/1/disable",
    ):
        assert (visitor.post(path).location or "").startswith("/account/second-factor"), path


def test_second_factor_cannot_be_replaced_before_it_was_given(site: Site, clock: Clock) -> None:
    actor, visitor = site.somebody(Role.MANAGER), site.stranger()
    give_password(visitor, email_of(actor))
    assert visitor.get("/account/second-factor/new").location == "/account/second-factor"
    answer = visitor.post("/account/second-factor/new", {"key": "x", "code": "123456"})
    assert answer.location == "/account/second-factor"
    assert visitor.post("/account/second-factor/skip").status_code == 409
    assert keys_of(site) == [TOTP_KEY]


def test_sign_in_without_second_factor_expires(site: Site, clock: Clock) -> None:
    visitor = site.stranger()
    give_password(visitor, email_of(site.somebody(Role.MANAGER)))
    clock.later(minutes=31)
    assert visitor.get("/account/second-factor").location == "/account/sign-in"


def test_totp_code_is_accepted_only_once(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.MANAGER)
    sign_in(site, clock, actor)
    visitor = site.stranger()
    give_password(visitor, email_of(actor))
    again = visitor.post("/account/second-factor", {"code": code_at(clock)})
    assert again.status_code == 422
    assert "used already" in again.text
    clock.later(seconds=30)
    assert visitor.post("/account/second-factor", {"code": code_at(clock)}).status_code == 303


@pytest.mark.parametrize("seconds", [-1500, -600, -90, 90, 240, 1500])
def test_code_of_another_minute_is_refused_naming_the_clock(
    site: Site, clock: Clock, seconds: int
) -> None:
    actor, visitor = site.somebody(Role.MANAGER), site.stranger()
    give_password(visitor, email_of(actor))
    phone = Clock(clock.now)
    phone.later(seconds=seconds)
    answer = visitor.post("/account/second-factor", {"code": code_at(phone)})
    assert answer.status_code == 422
    minutes = round(abs(seconds) / 60)
    assert "the clock of the device that shows it is off by about" in answer.text
    assert any(f"about {each} minutes" in answer.text for each in (minutes, minutes + 1))
    assert site.office.rows("SELECT count(*) FROM log WHERE payload LIKE '%signed-in%'") == [(0,)]


@pytest.mark.parametrize("typed", ["000000", "12345", "abcdef", "१२३४५६"])
def test_wrong_code_is_not_blamed_on_the_clock(site: Site, clock: Clock, typed: str) -> None:
    actor, visitor = site.somebody(Role.MANAGER), site.stranger()
    give_password(visitor, email_of(actor))
    answer = visitor.post("/account/second-factor", {"code": typed})
    assert answer.status_code == 422
    assert "current code" in answer.text
    assert "clock" not in answer.text


def test_setting_up_names_a_clock_that_is_off(site: Site, clock: Clock) -> None:
    visitor = site.stranger()
    accept(visitor, invited(site, Role.CLERK))
    key, signed = key_on(visitor.page("/account/second-factor/new"))
    phone = Clock(clock.now)
    phone.later(minutes=7)
    refused = visitor.post(
        "/account/second-factor/new", {"key": signed, "code": code_at(phone, key)}
    )
    assert refused.status_code == 422
    assert "off by about 7 minutes" in refused.text
    assert key_on(refused.text)[0] == key, "the key that was scanned stays good"


def test_set_up_key_links_to_an_app_on_the_same_device(site: Site, clock: Clock) -> None:
    visitor = site.stranger()
    accept(visitor, invited(site, Role.CLERK))
    page = visitor.page("/account/second-factor/new")
    key, _ = key_on(page)
    found = re.search(r'href="(otpauth://totp/[^"]+)"', page)
    assert found, page
    parsed = pyotp.parse_uri(unescape(found[1]))
    assert parsed.secret == key
    assert parsed.name == "ines@example.org"
    assert parsed.issuer == "Example House"
    assert f'data-copy="{key}"' in page


def test_recovery_codes_can_be_saved_as_a_file(site: Site, clock: Clock) -> None:
    visitor = site.stranger()
    accept(visitor, invited(site, Role.CLERK))
    page = set_up(visitor, clock).text
    found = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download="([^"]+)"', page)
    assert found, page
    assert found[2] == "recovery-codes.txt"
    lines = unquote(found[1]).split("\r\n")
    assert lines[0] == "Recovery codes of ines@example.org at Example House, 2026-08-20"
    assert lines[3:-1] == codes_on(page)


def test_older_totp_code_is_refused_after_a_newer_one(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.MANAGER)
    older = code_at(clock)
    clock.later(seconds=30)
    sign_in(site, clock, actor)
    visitor = site.stranger()
    give_password(visitor, email_of(actor))
    assert visitor.post("/account/second-factor", {"code": older}).status_code == 422


def test_session_token_changes_at_each_step(site: Site, clock: Clock) -> None:
    actor, visitor = site.somebody(Role.MANAGER), site.stranger()
    with visitor.client.session_transaction(base_url="http://localhost:8000") as kept:
        kept["token"] = "planted"  # noqa: S105 - a test's
    give_password(visitor, email_of(actor))
    half = cookie(visitor)
    visitor.post("/account/second-factor", {"code": code_at(clock)})
    full = cookie(visitor)
    assert len({"planted", half, full}) == 3
    with visitor.client.session_transaction(base_url="http://localhost:8000") as kept:
        kept["token"] = half
    assert (visitor.get("/account/me").location or "").startswith("/account/sign-in")


def plain(answer: TestResponse) -> tuple[int, str]:
    """An answer without what is new each time, and without the address that was typed."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text)
    return answer.status_code, re.sub(r"[\w.]+@example\.org", "", text)


def test_sign_in_does_not_reveal_who_has_an_account(site: Site, clock: Clock) -> None:
    known = site.somebody(Role.CLERK, "Known One")
    site.somebody(Role.CLERK, "Closed One", status="disabled")
    invited(site, Role.CLERK)
    tries = [
        (email_of(known), "a wrong password"),
        ("closed.one@example.org", PASSWORD),
        ("ines@example.org", PASSWORD),
        ("nobody@example.org", PASSWORD),
    ]
    answers = [
        plain(site.stranger().post("/account/sign-in", {"email": email, "password": password}))
        for email, password in tries
    ]
    assert len(set(answers)) == 1
    assert answers[0][0] == 422
    asked = [
        plain(site.stranger().post("/account/forgotten", {"email": email})) for email, _ in tries
    ]
    assert len(set(asked)) == 1
    assert asked[0][0] == 200
    assert [to for to, _ in letters(site, "reset")] == [email_of(known)]


def test_every_sign_in_answer_hashes_a_password(
    site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = site.somebody(Role.CLERK)
    hashed: list[str | None] = []
    credentials = type(site.office.system.credentials)
    real = credentials.matches

    def watched(self: object, hash_: str | None, password: str) -> bool:
        hashed.append(hash_)
        return real(self, hash_, password)  # type: ignore[arg-type]

    monkeypatch.setattr(credentials, "matches", watched)
    for email in (email_of(known), "nobody@example.org"):
        give_password(site.stranger(), email, "wrong")
    assert [bool(each) for each in hashed] == [True, False]


# Throttling


def from_(address: str) -> dict[str, dict[str, str]]:
    """A request of another network."""
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def tried(visitor: Visitor, email: str, password: str = "wrong", address: str = "") -> int:  # noqa: S107
    """Give a password; returns the answer's status."""
    more = from_(address) if address else {}
    given = {"email": email, "password": password}
    return visitor.post("/account/sign-in", given, **more).status_code


def test_guessing_a_password_is_slowed(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.CLERK)
    for email in (email_of(actor), "nobody@example.org"):
        for _ in range(10):
            assert not give_password(site.stranger(), email, "wrong")
        held = site.stranger().post("/account/sign-in", {"email": email, "password": PASSWORD})
        assert held.status_code == 429
        assert 880 <= int(held.headers["Retry-After"]) <= 901
    assert sum('"what":"held"' in payload for _, _, payload in log(site)) == 2
    clock.later(minutes=15, seconds=1)
    assert give_password(site.stranger(), email_of(actor))


def test_wrong_passwords_of_strangers_do_not_block_the_owner(site: Site, clock: Clock) -> None:
    email = email_of(site.somebody(Role.CLERK))
    assert [tried(site.stranger(), email, address="203.0.113.9") for _ in range(11)][9:] == [
        422,
        429,
    ]
    assert tried(site.stranger(), email, PASSWORD) == 303
    assert tried(site.stranger(), email, PASSWORD, address="203.0.113.9") == 429


@pytest.mark.thorough("attacks")
def test_guesses_from_many_networks_do_not_block_the_owners_browser(
    site: Site, clock: Clock
) -> None:
    actor, other = site.somebody(Role.CLERK), site.somebody(Role.CLERK, "Other One")
    own = sign_in(site, clock, actor)
    own.get("/finance/")
    own.post("/account/sign-out")
    for number in range(100):
        tried(site.stranger(), email_of(actor), address=f"2001:db8:{number}::1")
    assert tried(site.stranger(), email_of(actor), PASSWORD, address="192.0.2.1") == 429
    assert tried(own, email_of(actor), PASSWORD, address="192.0.2.1") == 303
    for _ in range(10):  # it is no way around the limit: it has its own
        assert tried(own, email_of(actor)) == 422
    assert tried(own, email_of(actor), PASSWORD) == 429
    assert tried(own, email_of(other)) == 422  # of others it says nothing
    own.client.set_cookie("royalties-known", "made.up.text", domain="localhost")
    assert tried(own, email_of(actor), PASSWORD, address="192.0.2.1") == 429


@pytest.mark.thorough("attacks")
def test_password_reset_lifts_the_block_caused_by_strangers(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.CLERK)
    email = email_of(actor)
    for number in range(100):
        tried(site.stranger(), email, address=f"2001:db8:{number}::1")
    assert tried(site.stranger(), email, PASSWORD) == 429
    site.stranger().post("/account/forgotten", {"email": email})
    path = link_in(letters(site, "reset")[-1][1])
    assert site.stranger().post(path, {"new": NEW, "again": NEW}).status_code == 303
    visitor = site.stranger()
    assert tried(visitor, email, NEW) == 303
    assert visitor.post("/account/second-factor", {"code": code_at(clock)}).status_code == 303


def test_password_reset_lifts_the_block_of_wrong_codes(site: Site, clock: Clock) -> None:
    actor, guesser = site.somebody(Role.MANAGER), site.stranger()
    give_password(guesser, email_of(actor))
    for _ in range(6):
        guesser.post("/account/second-factor", {"code": "000000"})
    site.stranger().post("/account/forgotten", {"email": email_of(actor)})
    path = link_in(letters(site, "reset")[-1][1])
    site.stranger().post(path, {"new": NEW, "again": NEW})
    own = site.stranger()
    assert tried(own, email_of(actor), NEW) == 303
    assert own.post("/account/second-factor", {"code": code_at(clock)}).status_code == 303


def test_link_requests_by_others_do_not_block_the_owner(site: Site, clock: Clock) -> None:
    email = email_of(site.somebody(Role.CLERK))
    asked = [
        site.stranger().post("/account/forgotten", {"email": email}, **from_("203.0.113.9"))
        for _ in range(4)
    ]
    assert [each.status_code for each in asked] == [200, 200, 200, 429]
    assert site.stranger().post("/account/forgotten", {"email": email}).status_code == 200


def test_successful_sign_in_clears_failed_attempts(site: Site, clock: Clock) -> None:
    email = email_of(site.somebody(Role.CLERK))
    for _ in range(2):  # twelve wrong ones are too many for those who are never right
        for _ in range(6):
            give_password(site.stranger(), email, "wrong")
        assert give_password(site.stranger(), email)
        clock.later(seconds=30)


def test_guessing_from_one_place_is_slowed(site: Site, clock: Clock) -> None:
    for number in range(50):
        assert not give_password(site.stranger(), f"nobody{number}@example.org", "wrong")
    held = site.stranger().post("/account/sign-in", {"email": "x@example.org", "password": "wrong"})
    assert held.status_code == 429
    elsewhere = site.stranger().post(
        "/account/sign-in",
        {"email": "x@example.org", "password": "wrong"},
        **from_("192.0.2.7"),
    )
    assert elsewhere.status_code == 422


def test_clock_set_back_blocks_nobody_for_long(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.CLERK)
    clock.later(days=400)
    for _ in range(10):
        tried(site.stranger(), email_of(actor))
    clock.later(days=-400)
    assert tried(site.stranger(), email_of(actor), PASSWORD) == 429
    clock.later(minutes=15, seconds=1)
    assert tried(site.stranger(), email_of(actor), PASSWORD) == 303


def test_code_used_in_the_future_does_not_block_later_ones(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.CLERK)
    clock.later(days=400)
    ahead = sign_in(site, clock, actor)
    assert ahead.get("/finance/").status_code == 200
    clock.later(days=-400)
    assert ahead.get("/finance/").status_code == 302  # its session is of no time that has been
    now = sign_in(site, clock, actor)
    assert now.get("/finance/").status_code == 200


def test_link_issued_in_the_future_is_refused(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.CLERK)
    clock.later(days=400)
    site.stranger().post("/account/forgotten", {"email": email_of(actor)})
    [(_, text)] = letters(site, "reset")
    assert site.stranger().get(link_in(text)).status_code == 200
    clock.later(days=-400)
    assert site.stranger().get(link_in(text)).status_code != 200


def test_attempts_expire_and_name_nobody(site: Site, clock: Clock) -> None:
    give_password(site.stranger(), "nobody@example.org", "wrong")
    assert not [row for row in site.office.rows("SELECT subject FROM attempt") if "@" in row[0]]
    clock.later(days=1, seconds=1)
    give_password(site.stranger(), "other@example.org", "wrong")
    assert len(site.office.rows("SELECT subject FROM attempt")) == 4


def test_guessing_codes_is_slowed_and_reported(site: Site, clock: Clock) -> None:
    actor, visitor = site.somebody(Role.MANAGER), site.stranger()
    for _ in range(4):
        give_password(visitor, email_of(actor))
        for _ in range(5):
            assert visitor.post("/account/second-factor", {"code": "000000"}).status_code == 422
        assert visitor.post("/account/second-factor", {"code": code_at(clock)}).status_code == 429
        clock.later(minutes=16)
    give_password(visitor, email_of(actor))
    day = visitor.post("/account/second-factor", {"code": code_at(clock)})
    assert day.status_code == 429
    assert int(day.headers["Retry-After"]) > 3600
    assert "wrong codes" in letters(site, "notice")[0][1]


# Invitations


def test_accepted_invitation_leads_to_the_desk(site: Site, clock: Clock) -> None:
    path = invited(site, Role.CLERK)
    visitor = site.stranger()
    before = site.office.hashes()
    assert "ines@example.org" in visitor.page(path)
    assert site.office.hashes() == before, "looking at a link changes nothing"
    assert accept(visitor, path).location == "/account/second-factor"
    assert visitor.get("/account/second-factor").location == "/account/second-factor/new"
    assert "Not now" not in visitor.page("/account/second-factor/new")
    page = set_up(visitor, clock)
    codes = codes_on(page.text)
    assert len(codes) == 10
    assert 'href="/account/"' in page.text
    assert visitor.get("/finance/").status_code == 200
    said = [payload for who, _, payload in log(site) if who == "Ines Fox"]
    assert ["accepted" in said[0], "second-factor-set" in said[1], "signed-in" in said[2]] == [
        True
    ] * 3
    everything = repr(site.office.rows("SELECT payload FROM log"))
    assert not [secret for secret in (*codes, NEW, path.split("/")[-1]) if secret in everything]


def test_invitation_names_inviter_invited_beneficiary_and_book(site: Site, clock: Clock) -> None:
    admin = site.visitor(Role.ADMINISTRATOR)
    admin.post(
        "/finance/people/invite",
        {
            "email": "ines@example.org",
            "name": "Ines Fox",
            "role": "nonprofit",
            "beneficiaries": ["seattle"],
        },
    )
    letter = letters(site, "invitation")[-1][1]
    who = site.office.rows("SELECT created_by FROM person WHERE name = 'Ines Fox'")[0][0]
    assert letter.startswith("Dear Ines Fox,")
    sentence = f"{who} of Example House invites you to see the royalties of"
    assert f"{sentence} Seattle Readers from “The Collab”." in " ".join(letter.split()), letter
    assert "You will sign in as ines@example.org." in letter
    page = site.stranger().page(link_in(letter))
    assert "invites you to see the royalties of Seattle Readers from “The Collab”" in page


def test_operator_invites_in_the_name_of_the_publisher(site: Site, clock: Clock) -> None:
    invited(site, Role.MANAGER)
    letter = " ".join(letters(site, "invitation")[-1][1].split())
    assert "Dear Ines Fox, Example House invites you to look after contracts" in letter


def test_link_opens_once_and_only_its_own_page(site: Site, clock: Clock) -> None:
    path = invited(site, Role.CLERK)
    other = path.replace("invitation", "reset")
    assert site.stranger().get(other).status_code == 404
    assert site.stranger().post(other, {"new": NEW, "again": NEW}).status_code == 404
    assert accept(site.stranger(), path).status_code == 303
    assert site.stranger().get(path).status_code == 404
    assert accept(site.stranger(), path, name="Another One").status_code == 404
    assert site.office.rows("SELECT count(*) FROM person WHERE name = 'Another One'") == [(0,)]


def test_invitation_expires_after_a_week(site: Site, clock: Clock) -> None:
    path = invited(site, Role.CLERK)
    clock.later(days=6, hours=23)
    assert site.stranger().get(path).status_code == 200
    clock.later(hours=1)
    assert accept(site.stranger(), path).status_code == 404


def test_a_newer_invitation_ends_the_older(site: Site, clock: Clock) -> None:
    older, newer = invited(site, Role.CLERK), invited(site, Role.CLERK)
    assert site.stranger().get(older).status_code == 404
    assert site.stranger().get(newer).status_code == 200
    assert letters(site, "invitation")[0][1] == "", "the older message is not sent any more"


def test_links_and_codes_are_stored_as_hashes(site: Site, clock: Clock) -> None:
    path = invited(site, Role.CLERK)
    visitor = site.stranger()
    accept(visitor, path)
    codes = codes_on(set_up(visitor, clock).text)
    kept = repr(site.office.rows("SELECT hash FROM link"))
    kept += repr(site.office.rows("SELECT hash FROM recovery_code"))
    kept += repr(site.office.rows("SELECT hash FROM session"))
    secrets = [path.split("/")[-1], cookie(visitor), *codes, *(c.replace("-", "") for c in codes)]
    assert not [secret for secret in secrets if secret in kept]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short words", "at least 12"),
        ("password1234", "Leave out|tried first"),
        ("ines@example.org!", "Leave out"),
        ("Example House 2026", "Leave out"),
        ("aaaaaaaaaaaaaaaa", "repeats"),
        ("x" * 1025, "too long"),
    ],
)
def test_a_bad_password_is_refused(site: Site, clock: Clock, password: str, words: str) -> None:
    path = invited(site, Role.CLERK)
    answer = accept(site.stranger(), path, password)
    assert answer.status_code == 422
    assert re.search(words, answer.text)
    assert site.stranger().get(path).status_code == 200


@pytest.mark.parametrize(
    "password", ["lowercaseonlyx", "  a pass with spaces  ", "пароль из слов", "x" * 512 + "yzwab"]
)
def test_password_needs_no_particular_characters(site: Site, clock: Clock, password: str) -> None:
    visitor = site.stranger()
    assert accept(visitor, invited(site, Role.CLERK), password).status_code == 303
    assert give_password(site.stranger(), "ines@example.org", password)


def test_email_address_in_use_is_refused(site: Site, clock: Clock) -> None:
    site.somebody(Role.MANAGER, "Mara Lind")
    answer = accept(site.stranger(), invited(site, Role.CLERK), name="mara  LIND")
    assert answer.status_code == 422
    assert "goes by this name" in answer.text


def test_second_factor_may_be_optional_for_portal_users(site: Site, clock: Clock) -> None:
    with site.office.work() as work:
        second_factor.set_for_all(work, on=False)
    visitor = site.stranger()
    accept(visitor, invited(site, Role.NONPROFIT, "seattle"))
    assert "Not now" in visitor.page("/account/second-factor/new")
    assert visitor.post("/account/second-factor/skip").location == "/account/"
    assert visitor.get("/nonprofit/").status_code == 200
    again = site.stranger()
    assert give_password(again, "ines@example.org", NEW) == "/account/"
    clerk = site.stranger()
    give_password(clerk, email_of(site.somebody(Role.CLERK, totp=False)))
    assert clerk.post("/account/second-factor/skip").status_code == 409
    with site.office.work() as work:
        second_factor.set_for_all(work, on=True)
    assert (visitor.get("/nonprofit/").location or "").startswith("/account/sign-in")
    assert give_password(again, "ines@example.org", NEW) == "/account/second-factor"


def test_set_up_key_of_another_session_is_refused(site: Site, clock: Clock) -> None:
    one, other = site.stranger(), site.stranger()
    give_password(one, email_of(site.somebody(Role.CLERK, totp=False)))
    give_password(other, email_of(site.somebody(Role.CLERK, totp=False)))
    key, signed = key_on(one.page("/account/second-factor/new"))
    data = {"key": signed, "code": code_at(clock, key)}
    assert other.post("/account/second-factor/new", data).status_code == 422
    assert one.post("/account/second-factor/new", {**data, "code": "000000"}).status_code == 422
    assert one.post("/account/second-factor/new", data).status_code == 200


def test_recovery_code_signs_in_once(site: Site, clock: Clock) -> None:
    path, visitor = invited(site, Role.CLERK), site.stranger()
    accept(visitor, path)
    code = codes_on(set_up(visitor, clock).text)[3]
    for place, status in ((site.stranger(), 303), (site.stranger(), 422)):
        give_password(place, "ines@example.org", NEW)
        typed = code.upper().replace("-", " ")
        answer = place.post("/account/second-factor?by=recovery", {"code": typed})
        assert answer.status_code == status
    assert "9 recovery codes" in visitor.page("/account/me")
    assert "recovery code" in letters(site, "notice")[-1][1]


# Password by a link


def reset_link(site: Site, email: str) -> str:
    site.stranger().post("/account/forgotten", {"email": email})
    return link_in(letters(site, "reset")[-1][1])


def test_a_new_password_by_a_link_ends_sessions_and_not_the_second_factor(
    site: Site, clock: Clock
) -> None:
    actor = site.somebody(Role.MANAGER)
    inside = sign_in(site, clock, actor)
    path = reset_link(site, email_of(actor))
    visitor = site.stranger()
    assert visitor.get(path).status_code == 200
    assert inside.get("/finance/").status_code == 200
    done = visitor.post(path, {"new": NEW, "again": NEW})
    assert done.location == "/account/sign-in"
    assert (inside.get("/finance/").location or "").startswith("/account/sign-in")
    assert (visitor.get("/finance/").location or "").startswith("/account/sign-in")
    assert not give_password(site.stranger(), email_of(actor))
    assert give_password(visitor, email_of(actor), NEW) == "/account/second-factor"
    assert visitor.post(path, {"new": PASSWORD, "again": PASSWORD}).status_code == 404


def test_a_reset_link_ends_after_an_hour_and_is_no_invitation(site: Site, clock: Clock) -> None:
    path = reset_link(site, email_of(site.somebody(Role.MANAGER)))
    assert site.stranger().get(path.replace("reset", "invitation")).status_code == 404
    clock.later(minutes=59)
    assert site.stranger().get(path).status_code == 200
    clock.later(minutes=1)
    assert site.stranger().post(path, {"new": NEW, "again": NEW}).status_code == 404


def test_asking_for_links_is_slowed(site: Site, clock: Clock) -> None:
    for email in (email_of(site.somebody(Role.CLERK)), "nobody@example.org"):
        answers = [site.stranger().post("/account/forgotten", {"email": email}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


# One's own account


def test_a_changed_password_signs_other_browsers_out(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.MANAGER)
    here = sign_in(site, clock, actor)
    clock.later(seconds=30)
    there = sign_in(site, clock, actor)
    before = cookie(here)
    wrong = {"current": "not this one", "new": NEW, "again": NEW}
    assert here.post("/account/me/password", wrong).status_code == 422
    right = {**wrong, "current": PASSWORD}
    assert here.post("/account/me/password", right).location == "/account/me"
    assert cookie(here) != before
    assert here.get("/finance/").status_code == 200
    assert (there.get("/finance/").location or "").startswith("/account/sign-in")
    assert give_password(site.stranger(), email_of(actor), NEW)
    assert "password" in letters(site, "notice")[-1][1]


def test_another_browser_is_signed_out(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.MANAGER)
    here = sign_in(site, clock, actor)
    clock.later(minutes=5)
    there = sign_in(site, clock, actor)
    stranger = sign_in(site, clock, site.somebody(Role.CLERK))
    page = here.page("/account/me")
    others = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(others) == 1
    assert page.count("this browser") == 1
    assert stranger.post("/account/me/sessions/end", {"session": others[0]}).status_code == 404
    assert here.post("/account/me/sessions/end", {"session": others[0]}).status_code == 303
    assert (there.get("/finance/").location or "").startswith("/account/sign-in")
    assert here.get("/finance/").status_code == 200


@pytest.mark.parametrize("path", ["/account/sign-out", "/account/me/sign-out-everywhere"])
def test_signing_out_ends_the_session(site: Site, clock: Clock, path: str) -> None:
    actor = site.somebody(Role.MANAGER)
    here = sign_in(site, clock, actor)
    text = cookie(here)
    clock.later(seconds=30)
    there = sign_in(site, clock, actor)
    answer = here.post(path)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(here) == ""
    with here.client.session_transaction(base_url="http://localhost:8000") as kept:
        kept["token"] = text
    assert (here.get("/finance/").location or "").startswith("/account/sign-in")
    assert (there.get("/finance/").status_code == 302) == ("everywhere" in path)


def test_person_changes_own_name_and_formats(site: Site, clock: Clock) -> None:
    visitor = sign_in(site, clock, site.somebody(Role.MANAGER, "Mara Lind"))
    site.somebody(Role.CLERK, "Ole Berg")
    taken = visitor.post("/account/me", {"name": "Ole Berg", "locale": "de_DE"})
    assert taken.status_code == 422
    assert 'value="Ole Berg"' in taken.text
    assert visitor.post("/account/me", {"name": "Mara Lund", "locale": "xx"}).status_code == 422
    assert visitor.post("/account/me", {"name": "Mara Lund", "locale": "de_DE"}).status_code == 303
    page = visitor.page("/account/me")
    assert "Mara Lund" in page
    assert "20.08.2026" in page
    assert '"before":"Mara Lind"' in log(site)[-1][2]


def test_setting_up_another_device_needs_the_password(site: Site, clock: Clock) -> None:
    actor = site.somebody(Role.MANAGER)
    here = sign_in(site, clock, actor)
    clock.later(seconds=30)
    there = sign_in(site, clock, actor)
    clock.later(seconds=30)
    assert set_up(here, clock, password="wrong").status_code == 422  # noqa: S106 - a test's
    assert keys_of(site) == [TOTP_KEY]
    key, signed = key_on(here.page("/account/second-factor/new"))
    data = {"key": signed, "code": code_at(clock, key), "password": PASSWORD}
    done = here.post("/account/second-factor/new", data)
    assert len(codes_on(done.text)) == 10
    assert here.get("/finance/").status_code == 200
    assert (there.get("/finance/").location or "").startswith("/account/sign-in")
    clock.later(seconds=30)
    give_password(there, email_of(actor))
    assert there.post("/account/second-factor", {"code": code_at(clock)}).status_code == 422
    assert there.post("/account/second-factor", {"code": code_at(clock, key)}).status_code == 303


def test_new_recovery_codes_need_the_password_and_end_the_old(site: Site, clock: Clock) -> None:
    visitor = sign_in(site, clock, site.somebody(Role.MANAGER))
    assert visitor.post("/account/second-factor/codes", {"password": "wrong"}).status_code == 422
    first, second = (
        codes_on(visitor.post("/account/second-factor/codes", {"password": PASSWORD}).text)
        for _ in range(2)
    )
    assert len({*first, *second}) == 20
    assert site.office.rows("SELECT count(*) FROM recovery_code") == [(10,)]


def test_guessing_the_password_while_signed_in_is_slowed(site: Site, clock: Clock) -> None:
    visitor = sign_in(site, clock, site.somebody(Role.MANAGER))
    statuses = [
        visitor.post("/account/second-factor/codes", {"password": "wrong"}).status_code
        for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize("role", [Role.CLERK, Role.NONPROFIT])
def test_sessions_expire(site: Site, clock: Clock, role: Role) -> None:
    visitor = sign_in(site, clock, site.somebody(role, beneficiaries=("seattle",)))
    clock.later(minutes=29)
    assert visitor.get("/account/me").status_code == 200
    clock.later(minutes=31)
    assert (visitor.get("/account/me").status_code == 200) == (role not in FINANCE)


def test_account_pages_run_few_queries(site: Site, clock: Clock) -> None:
    visitor = sign_in(site, clock, site.somebody(Role.MANAGER))
    for path in ("/account/me", "/account/second-factor/new", "/finance/"):
        asked = site.office.statements_of(lambda _office, path=path: visitor.page(path))  # type: ignore[misc]
        assert len(asked) <= 15, (path, asked)


def test_server_log_contains_nothing_personal(
    site: Site, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="royalties")
    path = invited(site, Role.CLERK)
    visitor = site.stranger()
    accept(visitor, path)
    set_up(visitor, clock)
    give_password(site.stranger(), "ines@example.org", "wrong")
    written = "\n".join(record.getMessage() for record in caplog.records)
    assert not [w for w in ("ines", NEW, path.split("/")[-1]) if w in written]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36 Edg/139.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/139 Mobile Safari/604", "Chrome on iPhone"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_browsers_are_named_in_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words


def test_first_administrator_is_shown_how_to_sign_in(site: Site) -> None:
    assert "Nobody can sign in yet" in site.stranger().page("/account/sign-in")
    with site.office.system.work(TESS) as work:
        address = people.invite(work, "a@example.org", "Ann", Role.ADMINISTRATOR).address
    assert "Nobody can sign in yet" not in site.stranger().page("/account/sign-in")
    assert address.startswith("http://localhost:8000/account/invitation/")
    assert links.LASTS[LinkPurpose.INVITATION].days == 7


def test_error_page_runs_no_query(site: Site) -> None:
    def fault(_office: object) -> None:
        with site.app.test_request_context(
            "/finance/", base_url=site.office.system.config.base_url
        ):
            assert "fault" in errors.page(500, "a fault")[0]

    assert site.office.statements_of(fault) == []

"""What a request may bring, where it may come from, and what an answer says of faults."""

import logging
import os
import re
import time
from collections.abc import Callable
from inspect import getsource, unwrap
from io import BytesIO
from pathlib import Path

import pytest

from royalties.adapters.files import Files
from royalties.domain.people import Role
from royalties.runtime import DatabaseBusyError, DatabaseUnavailableError, NotMigratedError
from royalties.web.core import bodies
from royalties.web.core.health import readiness
from tests.builders.books import after, closed
from tests.builders.site import BASE, PASSWORD, Site, Visitor

pytestmark = after(closed)

WEB = Path(bodies.__file__).parents[1]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.thorough("attacks", but_one_in=3)
@pytest.mark.parametrize("who", [Role.STRANGER, Role.MANAGER])
@pytest.mark.parametrize(
    "text", [b"a=&" * 200_000, b"&" * 200_000, b"a=%00&" * 200_000], ids=["named", "bare", "nul"]
)
def test_form_with_too_many_fields_is_refused_at_once(site: Site, who: Role, text: bytes) -> None:
    visitor = site.stranger() if who is Role.STRANGER else site.visitor(who)
    visitor.get("/account/sign-in")
    begun = time.process_time()
    answer = visitor.client.post("/account/sign-in", data=text, content_type=FORM, base_url=BASE)
    assert answer.status_code == 413
    assert time.process_time() - begun < 0.5, "taken apart it takes seconds"


def test_form_with_too_many_parts_is_refused(site: Site) -> None:
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n' % number
        for number in range(3000)
    )
    kind = "multipart/form-data; boundary=x"
    answer = site.stranger().client.post(
        "/account/sign-in", data=parts + b"--x--\r\n", content_type=kind, base_url=BASE
    )
    assert answer.status_code == 413


def test_address_with_too_many_parameters_is_refused(site: Site) -> None:
    assert site.stranger().get("/account/sign-in?" + "a&" * 2000).status_code == 400


@pytest.mark.parametrize("path", ["/account/sign-in", "/finance/imports", "/nowhere"])
def test_stranger_cannot_send_a_file(site: Site, path: str) -> None:
    data = {"files": (BytesIO(b"x" * 300_000), "report.csv")}
    answer = site.stranger().client.post(path, data=data, base_url=BASE)
    assert answer.status_code in {404, 413}


def limit(site: Site, path: str, visitor: Visitor) -> int:
    cookie = visitor.client.get_cookie("royalties", "localhost")
    sent = f"a=b; royalties={cookie.value}" if cookie else ""
    return bodies.largest_body(site.app, "POST", path, sent)


def test_body_limit_depends_on_page_and_sender(site: Site) -> None:
    staff, stranger = site.visitor(Role.MANAGER), site.stranger()
    assert limit(site, "/finance/imports", staff) == 200_000_000
    assert limit(site, "/finance/entry/", staff) == 5_000_000
    assert limit(site, "/finance/imports", stranger) < 300_000
    stranger.get("/account/sign-in")  # whose cookie is signed too
    assert limit(site, "/finance/imports", stranger) < 300_000
    assert limit(site, "/quotes/some-link/accept", stranger) > 20_000_000
    forged = bodies.largest_body(site.app, "POST", "/finance/imports", "royalties=forged.x.y")
    assert forged < 300_000


def test_every_upload_page_states_its_size_limit(site: Site) -> None:
    """A page whose module reads files and whose template sends some is in the one table."""
    taking = {
        endpoint
        for endpoint, view in site.app.view_functions.items()
        if re.search(r"request\.files|_is_sent\(|_file\(\"|_sent_file", getsource(unwrap(view)))
    }
    assert taking <= set(bodies._FILES)
    assert set(bodies._FILES) <= set(site.app.view_functions)
    sending = {
        action
        for each in (WEB / "templates").rglob("*.html")
        for form in re.findall(r"<form[^>]*multipart/form-data[^>]*>", each.read_text())
        for action in re.findall(r"url_for\('\w*\.(\w+)'", form)
    }
    assert sending <= {each.partition(".")[2] for each in bodies._FILES}


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize("text", [DEEP, "[" * 100_000, '{"a":' * 100_000, "[Infinity, {}]"])
@pytest.mark.parametrize("path", ["/finance/entry/draft", "/finance/entry/"])
def test_deeply_nested_json_is_refused(site: Site, path: str, text: str) -> None:
    answer = site.visitor(Role.CLERK).post(path, {"sheet": text, "rows": text, "retailer": "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize("text", [DEEP, "[1e999, {}]", "[NaN, {}]", '["' + "9" * 5000 + '", {}]'])
def test_unreadable_consent_counts_as_none(site: Site, text: str) -> None:
    from royalties.web.core import consent  # noqa: PLC0415 - read inside a request

    with site.app.test_request_context("/", method="POST", data={"seen": text}):
        assert consent._facts_sent() == (-1, {})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": BASE}, 303),
        ({"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example", "Sec-Fetch-Site": "same-origin"}, 403),
    ],
)
def test_form_from_another_site_is_refused(
    site: Site, headers: dict[str, str], status: int
) -> None:
    visitor = site.visitor(Role.MANAGER)
    assert visitor.post("/account/sign-out", headers=headers).status_code == status


def test_repeated_successful_sign_ins_are_slowed(site: Site) -> None:
    person = site.somebody(Role.NONPROFIT, "Nell Own", beneficiaries=("shelter",))
    form = {"email": "nell.own@example.org", "password": PASSWORD}
    found = [site.stranger().post("/account/sign-in", form) for _ in range(31)]
    assert {each.status_code for each in found[:30]} == {303}, person
    assert found[30].status_code == 429
    assert int(found[30].headers["Retry-After"]) > 0


# Answers to those who run it


def test_access_log_has_every_request_and_no_person(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "royalties.access")
    answer = site.stranger().get("/quotes/a-secret-token?email=pat@example.org")
    [line] = [each.getMessage() for each in caplog.records if each.name == "royalties.access"]
    assert answer.headers["X-Request-Id"] in line
    assert f"page=/quotes/<token> status={answer.status_code}" in line
    assert "secret" not in line
    assert "example" not in line
    site.stranger().get("/finance/nowhere/pat@example.org")
    assert "example" not in caplog.text


def broken(error: Exception) -> Callable[..., str]:
    def view(**_more: object) -> str:
        raise error

    return view


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError("of pat@example.org"), 500),
        (DatabaseBusyError(), 503),
        (DatabaseUnavailableError("FATAL: no role for desk at 10.0.0.7"), 503),
        (NotMigratedError("0001"), 503),
    ],
)
def test_error_page_shows_the_number_of_its_log_entry(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    monkeypatch.setitem(site.app.view_functions, "account.sign_in", broken(error))
    answer = site.stranger().get("/account/sign-in")
    assert answer.status_code == status
    assert (answer.headers.get("Retry-After") == "5") is (status == 503)
    number = answer.headers["X-Request-Id"]
    assert number in answer.text
    [line] = [each for each in caplog.records if each.name == "royalties.web"]
    assert f"id={number} page=/account/sign-in status={status}" in line.getMessage()
    assert "10.0.0.7" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_check_accepts_any_host_and_sets_no_cookie(site: Site, path: str) -> None:
    answer = site.app.test_client().get(path, base_url="http://10.0.0.7:8000")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")
    assert "Set-Cookie" not in answer.headers


def test_readiness_names_what_is_missing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    system = site.office.system
    assert readiness(system)["worker"] == "never seen"
    now = system.clock().timestamp()
    for ago, words in (
        (0, "ok"),
        (900.5, "silent for 900 s"),
        (-900, "silent since the clock was set back"),
    ):
        beat_at(system.files, now - ago)
        assert readiness(system)["worker"] == words
    monkeypatch.setattr("royalties.store.schema.newest", lambda: "9999")
    answer = site.app.test_client().get("/readyz", base_url=BASE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.get_json()["schema"].startswith("missing or old")
    assert answer.get_json()["database"] == "ok"


def beat_at(files: Files, moment: float) -> None:
    files.beat()
    os.utime(files._beat(), (moment, moment))

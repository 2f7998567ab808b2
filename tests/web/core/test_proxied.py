"""Behind a proxy, the client address is the one the proxy gives, and cannot be forged."""

from dataclasses import replace

import pytest
from flask import Flask, request

from royalties.app import create_app
from royalties.web.account.doors import asker
from tests.builders.books import Office, after, opened

pytestmark = after(opened)


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(office: Office) -> Flask:
    config = replace(office.system.config, base_url="https://desk.example.org")
    made = create_app(replace(office.system, config=config))
    made.add_url_rule("/who", "who", lambda: f"{asker().network} {request.scheme}")
    return made


def told(app: Flask, peer: str, **headers: str) -> str:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    client = app.test_client()
    return client.get(
        "/who",
        base_url="http://desk.example.org",
        headers=sent,
        environ_overrides={"REMOTE_ADDR": peer},
    ).text


@pytest.mark.thorough("hostile values", but_one_in=5)
@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.1, unknown, 203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("203.0.113.7, unknown", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("_obfuscated", "127.0.0.1"),
        ("203.0.113.7,", "127.0.0.1"),
        ("garbage 203.0.113.7", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_client_address_comes_from_the_proxy(app: Flask, said: str, network: str) -> None:
    answer = told(app, "127.0.0.1", X_Forwarded_For=said, X_Forwarded_Proto="https")
    assert answer == f"{network} https"


@pytest.mark.parametrize("peer", ["::ffff:127.0.0.1", "::1"])
def test_proxy_may_reach_the_desk_by_either_protocol(app: Flask, peer: str) -> None:
    answer = told(app, peer, X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    assert answer == "203.0.113.7 https"


def test_forwarded_headers_of_others_are_ignored(app: Flask) -> None:
    answer = told(
        app,
        "198.51.100.3",
        X_Forwarded_For="203.0.113.7",
        X_Forwarded_Proto="https",
        Forwarded="for=203.0.113.7",
    )
    assert answer == "198.51.100.3 http"


def test_forwarded_headers_are_ignored_without_a_proxy(office: Office) -> None:
    made = create_app(office.system)
    made.add_url_rule("/who", "who", lambda: asker().network)
    answer = made.test_client().get(
        "/who", base_url="http://localhost:8000", headers={"X-Forwarded-For": "203.0.113.7"}
    )
    assert answer.text == "127.0.0.1"

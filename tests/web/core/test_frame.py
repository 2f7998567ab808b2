"""What every page has: its frame, its headers, its errors."""

from io import BytesIO

import pytest
from lxml import html

from royalties.domain.people import Role
from royalties.web.core.layout import HEADERS
from royalties.web.core.pages import Pages, own_address
from tests.builders.books import after, closed
from tests.builders.site import BASE, Site

pytestmark = after(closed)


def test_every_group_of_pages_has_an_audience(site: Site) -> None:
    assert all(isinstance(each, Pages) for each in site.app.blueprints.values())


@pytest.mark.parametrize("path", ["/account/sign-in", "/finance/", "/nowhere", "/static/icon.svg"])
def test_every_answer_has_security_headers(site: Site, path: str) -> None:
    answer = site.stranger().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "no-store" in answer.headers["Cache-Control"] or path.startswith("/static/")


@pytest.mark.parametrize("path", ["/static/icon.svg", "/regions/US"])
def test_public_response_sets_no_session_cookie(site: Site, path: str) -> None:
    visitor = site.visitor(Role.MANAGER)
    with visitor.client.session_transaction(base_url=BASE) as session:
        session.permanent = True  # as signing in makes it: each answer renews the cookie
    assert "Set-Cookie" in visitor.get("/finance/").headers
    answer = visitor.get(path)
    assert answer.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
def test_late_answer_to_a_script_or_picture_does_not_put_an_older_session_back(
    site: Site, mode: str
) -> None:
    visitor = site.visitor(Role.MANAGER)
    with visitor.client.session_transaction(base_url=BASE) as session:
        session.permanent = True
    answer = visitor.client.get("/finance/", base_url=BASE, headers={"Sec-Fetch-Mode": "navigate"})
    assert "Set-Cookie" in answer.headers  # a page prolongs it
    answer = visitor.client.get("/finance/", base_url=BASE, headers={"Sec-Fetch-Mode": mode})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_another_host_is_refused(site: Site) -> None:
    answer = site.app.test_client().get("/account/sign-in", base_url="http://elsewhere.example")
    assert answer.status_code == 400


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    before = site.office.hashes()
    answer = visitor.client.post("/account/sign-out", base_url=BASE)
    assert answer.status_code == 400
    assert site.office.hashes() == before


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("/finance/", True),
        ("/finance/sales?period=2025-H1", True),
        ("//elsewhere.example", False),
        ("/\\elsewhere.example", False),
        ("https://elsewhere.example/", False),
        ("javascript:alert(1)", False),
        ("/a\nb", False),
        ("", False),
        (None, False),
    ],
)
def test_return_address_must_be_on_this_site(address: str | None, own: bool) -> None:
    assert (own_address(address) is not None) == own


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_desk_pages_are_not_found_for_others(site: Site, role: Role) -> None:
    assert site.visitor(role).get("/finance/").status_code == 404


def test_stranger_returns_to_the_page_after_sign_in(site: Site) -> None:
    answer = site.stranger().get("/finance/sales/?period=2025-H1")
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/finance/sales/?period%3D2025-H1"


FORM = {"name": 'Bay & "Sons"', "reason": "moved", "many": ["1", "2"]}
OWN = {"Sec-Fetch-Site": "same-origin"}


def fields_of(page: str) -> dict[str, list[str]]:
    form = html.document_fromstring(page).forms[-1]
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    assert form.action == "/finance/retailers/amazon/amend?from=list"
    return fields


def test_form_can_be_sent_again_after_its_session_ended(site: Site) -> None:
    """The typed form is shown again, and sent again in the name of the person who signs in."""
    path = "/finance/retailers/amazon/amend?from=list"
    visitor = site.stranger()
    answer = visitor.post(path, FORM)
    assert answer.status_code == 403
    assert "You were signed out" in answer.text
    assert 'href="/account/sign-in"' in answer.text
    sent = fields_of(answer.text)
    assert {name: sent[name] for name in FORM} == {
        name: value if isinstance(value, list) else [value] for name, value in FORM.items()
    }
    back = site.visitor(Role.MANAGER, "Mary Major")  # who has another token now
    answer = back.client.post(path, data=sent, base_url=BASE, headers=OWN)
    assert answer.status_code == 400
    assert "Send it again as Mary Major" in answer.text
    again = fields_of(answer.text)
    assert {**again, "csrf_token": 0} == {**sent, "csrf_token": 0}
    answer = back.client.post(path, data=again, base_url=BASE, headers=OWN)
    assert "Send it again" not in answer.text


def test_a_form_of_somebody_elses_page_is_not_offered_again(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example"},
    ):
        answer = visitor.client.post(
            "/finance/retailers/amazon/amend", data=FORM, base_url=BASE, headers=headers
        )
        assert answer.status_code == (403 if headers else 400)
        assert "Send it again" not in answer.text
        assert "moved" not in answer.text


@pytest.mark.parametrize(
    ("referrer", "onward"),
    [
        (f"{BASE}/finance/imports?page=2", "/finance/imports?page%3D2"),
        ("https://elsewhere.example/finance/imports", ""),
        (f"{BASE}/finance/uploads/nowhere/at/all", ""),
        ("", ""),
    ],
)
def test_unrepeatable_form_leads_back_to_its_page(site: Site, referrer: str, onward: str) -> None:
    """Files are not carried along: one is told, and comes back to where they are chosen."""
    visitor = site.stranger()
    file = {"file": (BytesIO(b"a,b"), "report.csv")}
    headers = {"Referer": referrer} if referrer else {}
    answer = visitor.post("/finance/imports", file, headers=headers)
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in" + (f"?next={onward}" if onward else "")
    assert "was not saved" in visitor.page(answer.location)


def test_session_without_second_factor_counts_as_signed_out(site: Site) -> None:
    visitor = site.signed_in(site.somebody(Role.MANAGER), stage="password")
    answer = visitor.get("/finance/")
    assert answer.location is not None
    assert answer.location.startswith("/account/second-factor")

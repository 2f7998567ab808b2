"""What every page has: its frame, its headers, its errors."""

import pytest

from royalties.domain.people import Role
from royalties.web.layout import HEADERS
from royalties.web.pages import Pages, own_address
from tests.builders.books import after, closed
from tests.builders.site import BASE, Site

pytestmark = after(closed)


def test_every_group_of_pages_has_an_audience(site: Site) -> None:
    assert all(isinstance(each, Pages) for each in site.app.blueprints.values())


@pytest.mark.parametrize("path", ["/account/sign-in", "/finance/", "/nowhere", "/static/icon.svg"])
def test_every_answer_is_protected(site: Site, path: str) -> None:
    answer = site.stranger().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "no-store" in answer.headers["Cache-Control"] or path.startswith("/static/")


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
def test_the_way_back_is_our_own(address: str | None, own: bool) -> None:
    assert (own_address(address) is not None) == own


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_the_desk_does_not_exist_for_others(site: Site, role: Role) -> None:
    assert site.visitor(role).get("/finance/").status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_comes_back(site: Site) -> None:
    answer = site.stranger().get("/finance/sales/?period=2025-H1")
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/finance/sales/?period%3D2025-H1"


def test_half_a_sign_in_is_none(site: Site) -> None:
    visitor = site.signed_in(site.somebody(Role.MANAGER), stage="password")
    answer = visitor.get("/finance/")
    assert answer.location is not None
    assert answer.location.startswith("/account/second-factor")

"""Somebody of the staff chooses what to be told by e-mail."""

from lxml import html

from royalties.domain.people import Role
from tests.builders.books import after, opened
from tests.builders.site import Site, Visitor

PAGE = "/account/told"


def ticked(visitor: Visitor) -> set[str]:
    page = html.document_fromstring(visitor.page(PAGE))
    return {each.get("name") for each in page.xpath("//main//input[@checked]")}


def offered(visitor: Visitor) -> set[str]:
    page = html.document_fromstring(visitor.page(PAGE))
    return {each.get("name") for each in page.xpath("//main//input[@type='checkbox']")}


@after(opened)
def test_choices_of_notices_are_stored_per_person(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    assert PAGE in clerk.page("/account/me")
    assert "approval" not in offered(clerk)
    assert {"approval", "statement_bounced"} <= ticked(manager)
    assert clerk.post(PAGE, {"period_ended": "1", "approval": "1"}).location == PAGE
    assert ticked(clerk) == {"period_ended"}
    assert "question_asked" in ticked(manager), "others keep theirs"
    assert clerk.post(PAGE, {}).status_code == 303
    assert ticked(clerk) == set()


@after(opened)
def test_nonprofit_has_no_choices_of_notices(site: Site) -> None:
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert nonprofit.get(PAGE).status_code == 404
    assert PAGE not in nonprofit.page("/account/me")

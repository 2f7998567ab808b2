"""The page on which an entry of the setup is retired, brought back, removed, called otherwise."""

import pytest

from royalties.domain.people import Role
from royalties.services.terms.setup import bodies_in_force
from tests.builders.books import EBOOK, after, closed, opened
from tests.builders.site import Site

WHY = {"reason": "A mistake"}


@after(opened)
def test_retailer_is_retired_and_brought_back_with_a_reason(site: Site) -> None:
    boss = site.visitor(Role.MANAGER)
    at = "/finance/entries/retailers/bay"
    assert "Retire, rename, remove" in boss.page("/finance/retailers/bay")
    assert "say why" in boss.post(at, {"do": "retire"}).text.lower()
    answer = boss.post(at, {"do": "retire", **WHY})
    assert answer.status_code == 303
    page = boss.page(answer.location)
    assert "Retired: it is offered nowhere any more." in page
    assert ">retired</span>" in page
    assert "A mistake" in boss.page("/finance/retailers/bay/history")
    assert "is retired since" in boss.page(at)
    boss.post(at, {"do": "bring-back", **WHY})
    assert ">retired</span>" not in boss.page("/finance/retailers/bay")


@after(opened)
def test_one_edition_of_a_title_is_retired(site: Site) -> None:
    boss = site.visitor(Role.MANAGER)
    at = "/finance/entries/titles/collab"
    assert boss.post(at, {"do": "retire", "isbn": EBOOK, **WHY}).status_code == 303
    assert "Edition 978-1-4422-0002-9 is retired since" in boss.page(at)
    assert ">retired</span>" not in boss.page("/finance/titles/collab")


@after(opened)
def test_changed_key_is_the_entrys_address_from_then_on(site: Site) -> None:
    boss = site.visitor(Role.MANAGER)
    at = "/finance/entries/plans/cities"
    answer = boss.post(at, {"do": "rename", "new": "towns", **WHY})
    assert answer.location.endswith("/finance/plans/towns")
    page = boss.page(answer.location)
    assert "changed its short name in files" in page
    assert boss.get("/finance/plans/cities").status_code == 404
    taken = boss.post("/finance/entries/retailers/bay", {"do": "rename", "new": "amazon", **WHY})
    assert taken.status_code == 422
    assert "is taken already" in taken.text


@after(opened)
def test_income_that_was_entered_by_mistake_is_removed(site: Site) -> None:
    boss = site.visitor(Role.MANAGER)
    with site.office.work(read_only=True) as work:
        key = next(iter(bodies_in_force(work)["income"]))
    at = f"/finance/entries/income/{key}"
    assert "Remove" in boss.page(at)
    assert boss.post(at, {"do": "remove", **WHY}).status_code == 303
    assert boss.get(at).status_code == 404


@after(closed)
@pytest.mark.parametrize("part", ["contracts/foot-2015", "beneficiaries/seattle"])
def test_page_says_before_what_cannot_be_done(site: Site, part: str) -> None:
    page = site.visitor(Role.MANAGER).page(f"/finance/entries/{part}")
    assert "a closed period used it" in page
    assert "closed periods name it by that" in page
    assert 'value="rename"' not in page


@after(opened)
def test_unknown_entries_and_acts_are_not_there(site: Site) -> None:
    boss = site.visitor(Role.MANAGER)
    for path in ("nothing/collab", "titles/nothing", "publisher/publisher"):
        assert boss.get(f"/finance/entries/{path}").status_code == 404
    assert boss.post("/finance/entries/titles/collab", {"do": "nothing"}).status_code == 422

"""Filters of lists under a name: saved, shared, opened, renamed, deleted; what is gone is said."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from sqlalchemy import update

from royalties.domain.people import NotAllowedError, Role
from royalties.services.desk import saved_filters as service
from royalties.services.terms import inverses
from royalties.services.work import RefusedError
from royalties.store.tables import saved_filter
from royalties.web.finance.desk.list_filters import LISTS
from tests.builders.books import after, closed, opened
from tests.builders.site import Site, Visitor

RETURNS = {"kind": "return", "retailer": "amazon"}


def saved_on(page: str) -> dict[str, str]:
    """The filters above a list, by name with their addresses; an asterisk marks the one shown."""
    listed = page.partition('aria-label="Saved filters"')[2].partition("</nav>")[0]
    found = re.findall(r'<li><a href="([^"]+)"( aria-current="true")?>([^<]+)</a>', listed)
    return {name + ("*" if shown else ""): address for address, shown, name in found}


def save(
    visitor: Visitor, name: str, query: Mapping[str, str], of: str = "sales", **more: str
) -> str:
    form = {"name": name, "asked": urlencode(query), **more}
    answer = visitor.post(f"/finance/filters/new/{of}", form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def address_to_save(page: str) -> str:
    [address] = re.findall(r'<a href="([^"]+)">Save this filter</a>', page)
    return unescape(address)


def said_there(page: str) -> str:
    """What a page says of what is shown, as its form carries it."""
    [asked] = re.findall(r'name="asked" value="([^"]+)"', page)
    return unescape(asked)


def ask(site: Site, number: int, **query: str) -> None:
    """Let a filter have been saved of a list that was another one."""
    with site.office.work() as work:
        of = saved_filter.c.id == number
        work.connection.execute(update(saved_filter).where(of).values(query=query))


@after(closed)
def test_a_filter_is_saved_from_a_list_and_opened_again(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "Save this filter" not in clerk.page("/finance/sales/")
    page = clerk.page("/finance/sales/?retailer=amazon&kind=return&after=&period=")
    form = clerk.page(address_to_save(page))
    assert "<dd>Amazon</dd>" in form
    assert "<dd>Return</dd>" in form
    asked = dict(parse_qsl(said_there(form)))
    assert save(clerk, "Returns", asked) == "/finance/sales/?retailer=amazon&kind=return"
    assert saved_on(clerk.page("/finance/sales/")) == {"Returns": "/finance/filters/1"}
    opened = clerk.get("/finance/filters/1").location
    page = clerk.page(opened)
    assert saved_on(page) == {"Returns*": "/finance/filters/1"}
    assert "Save this filter" not in page, "it is saved already"
    assert saved_on(clerk.page("/finance/statements")) == {}
    assert "Returns" in clerk.page("/finance/filters/")


@after(closed)
def test_sorting_is_part_of_what_is_saved(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    page = manager.page("/finance/royalties-over-time/?by=beneficiary&sort=-change&page=2")
    asked = dict(parse_qsl(said_there(manager.page(address_to_save(page)))))
    saved = save(manager, "Jumps", asked, "royalties-over-time")
    assert saved == "/finance/royalties-over-time/?by=beneficiary&sort=-change"


@after(closed)
def test_only_its_owner_and_administrators_change_a_shared_filter(site: Site) -> None:
    clerk, other = site.visitor(Role.CLERK), site.visitor(Role.CLERK, "Olive Other")
    administrator = site.visitor(Role.ADMINISTRATOR)
    save(clerk, "My own", RETURNS)
    save(clerk, "For all", RETURNS, shared="1")
    assert set(saved_on(other.page("/finance/sales/"))) == {"For all"}
    assert other.get("/finance/filters/1").status_code == 404
    assert other.get("/finance/filters/2").status_code == 302
    assert other.get("/finance/filters/2/change").status_code == 403
    assert other.post("/finance/filters/2/delete", {}).status_code == 403
    assert administrator.get("/finance/filters/1/change").status_code == 404, "nobody else's"
    answer = administrator.post("/finance/filters/2/change", {"name": "Returned", "shared": "1"})
    assert answer.status_code == 303
    assert set(saved_on(clerk.page("/finance/sales/"))) == {"My own", "Returned"}
    assert clerk.post("/finance/filters/2/change", {"name": "Returned"}).status_code == 303
    assert saved_on(other.page("/finance/sales/")) == {}, "taken back to oneself"
    assert clerk.post("/finance/filters/2/delete", {}).status_code == 303
    assert set(saved_on(clerk.page("/finance/sales/"))) == {"My own"}
    log = site.visitor(Role.MANAGER).page("/finance/audit?what=keep-filters")
    for words in ("Saved the filter For all", "Renamed or shared the filter Returned", "Deleted"):
        assert words in log


@after(closed)
def test_filter_name_is_required_and_unique_per_person(site: Site) -> None:
    clerk, other = site.visitor(Role.CLERK), site.visitor(Role.CLERK, "Olive Other")
    save(clerk, "Returns", RETURNS)
    form = {"asked": urlencode(RETURNS)}
    for name, words in (
        ("  ", "Give it a name."),
        ("RETURNS", "already"),
        ("x" * 81, "at most 80"),
        ("a\u202eb", "control character"),
    ):
        answer = clerk.post("/finance/filters/new/sales", {**form, "name": name})
        assert answer.status_code == 422
        assert words.lower() in answer.text.lower(), name
    save(other, "Returns", RETURNS)
    save(clerk, "Returns", {"status": "open"}, "invoices")
    assert clerk.post("/finance/filters/new/sales", {"name": "All"}).status_code == 422
    assert "Nothing to save" in clerk.page("/finance/filters/new/sales?asked=shelf%3DB")
    for wrong in ("nothing", "log"):
        assert clerk.get(f"/finance/filters/new/{wrong}").status_code == 404


@after(closed)
def test_saved_filter_reports_criteria_that_no_longer_exist(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    save(manager, "Owed", {"which": "unearned", "sort": "-paid"}, "advances")
    save(manager, "Returns", RETURNS)
    save(manager, "Seattle's", {"beneficiary": "seattle"}, "statements")
    ask(site, 1, which="unearned", sort="-colour", shelf="B")
    ask(site, 2, kind="return", retailer="nobody")
    ask(site, 3, beneficiary="nobody")
    page = unescape(manager.get("/finance/filters/1", follow_redirects=True).text)
    assert (
        "“Owed”: what it asks for by a filter of old and under “Sorting” is not there any more"
        in page
    )
    assert "the rest of it is shown" in page
    assert saved_on(page).keys() == {"Owed"}, "what is shown is another filter"
    answer = manager.get("/finance/filters/2")
    assert answer.location == "/finance/sales/?kind=return"
    shown = unescape(manager.page(answer.location))
    assert "“Returns”: what it asks for under “Retailer” is not there any more" in shown
    assert "nobody" not in shown
    page = manager.get("/finance/filters/3", follow_redirects=True).text
    assert "the list is shown without a filter" in page


@after(opened)
def test_saved_filter_finds_a_renamed_entry(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    save(manager, "Returns", RETURNS)
    with site.office.work() as work:
        inverses.rename(work, "retailers", "amazon", "amazon-us", "It has a sister now")
    with site.office.work() as work:
        inverses.rename(work, "retailers", "amazon-us", "river", "A better name")
    answer = manager.get("/finance/filters/1")
    assert answer.location == "/finance/sales/?kind=return&retailer=river"


@after(closed)
def test_saved_filters_are_refused_to_nonprofits(site: Site) -> None:
    save(site.visitor(Role.CLERK), "Returns", RETURNS, shared="1")
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert nonprofit.get("/finance/filters/1").status_code == 404
    sam = site.somebody(Role.NONPROFIT, "Sam Else", beneficiaries=("seattle",))
    with site.office.system.work(sam, read_only=True) as work, pytest.raises(NotAllowedError):
        service.find_filter(work, 1)


@after(closed)
def test_number_of_saved_filters_per_person_is_limited(site: Site) -> None:
    cleo = site.somebody(Role.CLERK, "Cleo")
    with site.office.system.work(cleo) as work:
        for number in range(service.MOST):
            service.save_filter(work, "sales", f"Filter {number}", {"kind": "return"})
        with pytest.raises(RefusedError, match="delete some first"):
            service.save_filter(work, "sales", "One more", {"kind": "return"})
        with pytest.raises(RefusedError, match="more than a saved filter"):
            service.save_filter(work, "sales", "Long", {"book": "x" * 300})


def test_every_filterable_list_has_a_page(site: Site) -> None:
    endpoints = site.app.view_functions
    assert {each.endpoint for each in LISTS.values()} <= set(endpoints)

"""Long lists are shown a page at a time, whoever looks."""

import re

import pytest

from royalties.domain.people import Role
from royalties.web.core.paging import PER_PAGE
from tests.builders.books import (
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    a_title,
    after,
    an_edition,
    an_isbn,
    remainder,
)
from tests.builders.orders import a_price_list, an_organization, takes_orders
from tests.builders.site import Site

COUNT = 2 * PER_PAGE + 7


def many(office: Office) -> None:
    """A house that has more of everything than a page shows."""
    takes_orders(office)
    keys = [f"k{number:03d}" for number in range(COUNT)]
    beneficiary = a_beneficiary("all")
    office.load(
        {
            "titles": [
                a_title(key, an_edition(an_isbn(place)), public=True, bulk=True)
                for place, key in enumerate(keys)
            ],
            "retailers": [{"key": key, "name": key, "channel": "online"} for key in keys],
            "contracts": [a_contract(key, [key]) for key in keys],
            "beneficiaries": [beneficiary, *(a_beneficiary(key) for key in keys)],
            "plans": [a_plan(key, remainder("all")) for key in keys],
            "organizations": [an_organization(key) for key in keys],
            "price_lists": [{**a_price_list(), "key": key, "titles": [key]} for key in keys],
        }
    )


LISTS = {
    "/titles/": Role.STRANGER,
    "/organization/titles": Role.ORGANIZATION,
    "/finance/titles": Role.CLERK,
    "/finance/retailers": Role.CLERK,
    "/finance/contracts": Role.CLERK,
    "/finance/beneficiaries": Role.CLERK,
    "/finance/plans": Role.CLERK,
    "/finance/organizations": Role.CLERK,
    "/finance/price-lists": Role.CLERK,
}


@pytest.mark.thorough("further pages", but_one_in=3)
@after(many)
@pytest.mark.parametrize("path", LISTS)
def test_list_shows_fifty_rows_and_links_to_further_pages(site: Site, path: str) -> None:
    role = LISTS[path]
    visitor = (
        site.stranger()
        if role is Role.STRANGER
        else site.visitor(role, organizations=("guild",) if role is Role.ORGANIZATION else ())
    )
    seen: set[str] = set()
    pages = 0
    address = path
    while address:
        pages += 1
        page = visitor.page(address)
        rows = page if path.endswith("contracts") else re.sub(r"/contracts/\w+", "", page)
        shown = set(re.findall(r"/(k\d{3})\b", rows))
        assert len(shown) <= PER_PAGE
        assert not shown & seen
        seen |= shown
        after_ = re.search(r'href="([^"]+)" rel="next"', page)
        address = after_[1].replace("&amp;", "&") if after_ else ""
    assert len(seen) == COUNT
    assert pages == 3
    assert f"page {pages} of {pages}" in visitor.page(f"{path}?page=99"), "beyond it is the last"
    assert "page 1 of" in visitor.page(f"{path}?page=x")

"""Pages of payments make few queries, also where payees have bank details and payments wait."""

import pytest

from royalties.domain.people import Role
from royalties.services.payments import proposing
from tests.builders.books import Office, after
from tests.builders.site import Site
from tests.services.payments.test_paid_accounts import ALL, CLEO, at, count, desk

_MOST = 15


def batches_wait(office: Office) -> None:
    """All but one have bank details; what is paid to those waits for approval."""
    desk(office)
    count(office, *ALL[1:], days=-10)
    with at(office, CLEO) as work:
        proposing.propose_payments(work, "one")


@pytest.mark.parametrize(
    "page", ["", "history", "batches/1", "1", "unclaimed/", "tax/2026", "tax/deposits/"]
)
@after(batches_wait)
def test_page_makes_few_queries(site: Site, page: str) -> None:
    cleo = site.visitor(Role.CLERK, "Clara")
    address = f"/finance/payments/{page}"
    cleo.page(address)  # what is read once for all pages
    sent = site.office.statements_of(lambda _: cleo.page(address))
    assert 0 < len([each for each in sent if each != "BEGIN"]) <= _MOST

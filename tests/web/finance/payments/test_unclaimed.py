"""The page of what is owed and was not paid, by state and age."""

from royalties.domain.people import Role
from tests.builders.books import after
from tests.builders.site import Site
from tests.services.payments.test_races import two_managers


@after(two_managers)
def test_page_lists_amounts_by_state_and_age(site: Site) -> None:
    cleo = site.visitor(Role.CLERK, "Cleo")
    assert "/finance/payments/unclaimed/" in cleo.page("/finance/payments/")
    page = cleo.page("/finance/payments/unclaimed/")
    assert "nothing stands in the way" in page
    assert "below the minimum payment" in page
    assert "Nothing is that old" in cleo.page("/finance/payments/unclaimed/?years=5")
    assert "nothing stands" not in cleo.page("/finance/payments/unclaimed/?years=5")
    assert cleo.get("/finance/payments/unclaimed/unclaimed.xlsx?years=1").data.startswith(b"PK")

"""The register of deposits of tax on its pages: recorded once, shown, taken back with a reason."""

from royalties.domain.people import Role
from tests.builders.books import after
from tests.builders.site import Site
from tests.services.payments.test_races import sent
from tests.services.payments.test_tax_kept import taxed
from tests.web.finance.payments.test_payments import hidden

PAGE = "/finance/payments/tax/deposits/"


@after(sent)
def test_deposit_is_recorded_and_taken_back(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    _, _, tax = taxed(site.office)
    assert "Record a deposit" not in cleo.page(PAGE)
    page = mona.page(PAGE)
    assert "open since Aug 1, 2026, is due by Sep 15, 2026" in page
    form = {
        "token": hidden(page, "token"),
        "kind": "945",
        "day": "2026-08-20",
        "currency": "usd",
        "amount": f"{tax / 100:.2f}",
        "reference": "EFTPS 4711",
    }
    assert mona.post(f"{PAGE}record", {**form, "amount": "twelve"}).status_code == 422
    assert mona.post(f"{PAGE}record", {**form, "currency": "XYZW"}).status_code == 422
    assert mona.post(f"{PAGE}record", form).status_code == 303
    assert mona.post(f"{PAGE}record", form).status_code == 422
    page = cleo.page(PAGE)
    assert "all is deposited" in page
    assert "EFTPS 4711" in page
    assert "Take it back" not in cleo.page(f"{PAGE}1")
    assert mona.post(f"{PAGE}1/take-back", {"reason": ""}).status_code == 422
    assert mona.post(f"{PAGE}1/take-back", {"reason": "another bank"}).status_code == 303
    assert "another bank" in mona.page(PAGE)
    assert cleo.get(f"{PAGE}9").status_code == 404
    assert site.office.faults() == {}

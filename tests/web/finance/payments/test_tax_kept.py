"""What pages say of a payment that comes back in a later year than it was sent."""

from royalties.domain.people import Role
from tests.builders.books import after
from tests.builders.site import Site
from tests.services.payments.test_races import sent
from tests.services.payments.test_tax_kept import LAST_YEAR, taxed
from tests.web.finance.payments.test_payments import hidden


@after(sent)
def test_pages_say_what_becomes_of_the_tax(site: Site) -> None:
    site.office.execute(LAST_YEAR)
    number, gross, tax = taxed(site.office)
    mia = site.visitor(Role.MANAGER, "Mia Two")
    asks = mia.page(f"/finance/payments/{number}/came-back")
    assert "If it came back by 31 December 2025" in asks
    owed = f"{(gross - tax) / 100:,.2f}"
    assert owed in asks
    assert "is owed again with the next close, and is neither taxed nor reported once more" in asks
    voids = mia.page(f"/finance/payments/{number}/void")
    assert "It was sent in 2025: its tax" in voids
    form = {"reason": "stopped", "seen-sent": hidden(voids, "seen-sent")}
    assert mia.post(f"/finance/payments/{number}/void", form).status_code == 303
    assert "the tax stays withheld" in mia.page(f"/finance/payments/{number}")
    ada = site.visitor(Role.ADMINISTRATOR, "Ada")
    assert "tax stays withheld, for its year was over" in ada.page("/finance/audit")
    assert site.office.faults() == {}

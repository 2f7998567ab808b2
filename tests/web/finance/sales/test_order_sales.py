"""Pages that show sales lead to the order that brought them."""

from royalties.domain.people import Role
from tests.builders.books import after
from tests.builders.shipped import paid
from tests.builders.site import Site

NUMBER = "O-2026-0001"


@after(paid)
def test_sales_of_an_order_lead_to_it_and_are_not_undone_as_an_import(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    link = f'<a href="/finance/orders/{NUMBER}">'
    page = visitor.page("/finance/imports/1")
    assert f"{link}{NUMBER}</a>" in page
    assert "Undo this import" not in page
    assert "The file as received" not in page
    answer = visitor.post("/finance/imports/1/undo")
    assert answer.status_code == 409
    assert "enter on the order what came back" in answer.text
    assert f"Shipment 1 of order {NUMBER}" in visitor.page("/finance/sales/?period=2025-H1")
    lines = visitor.page("/finance/periods/2025-H1/contracts/foot-2015/lines/1")
    assert f"{link}Shipment 1 of order {NUMBER}</a>" in lines


@after(paid)
def test_order_accounts_are_in_the_trial_balance(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page("/finance/ledger/")
    for words in ("Copies ordered by organizations", "Sales tax charged, by place", "Washington"):
        assert words in page
    entries = visitor.page(f"/finance/ledger/entries?subject={NUMBER}")
    assert "Invoice I-000001 to Guild Society" in entries
    account = visitor.page("/finance/ledger/accounts/income:orders:copies")
    assert "12,240.00" in account

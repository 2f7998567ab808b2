"""Our banks at the desk: prepared by one, approved by another; a batch's page offers them."""

from sqlalchemy import update

from royalties.domain.people import Role
from royalties.store.tables import bank_account
from tests.builders.books import NOW, after, closed
from tests.builders.site import Site
from tests.services.payments.test_paid_accounts import count
from tests.web.finance.payments.test_payments import approve, propose

FORM = {
    "bank_name": "US Bank", "format": "nacha", "holder": "Quarto Press", "revision": "0",
    "routing": "122105155", "company_id": "1911234567", "act": "save",
}  # fmt: skip


@after(closed)
def test_bank_is_approved_by_another_person_before_it_is_offered(site: Site) -> None:
    cleo, mia = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mia")
    assert "There is no bank yet" in cleo.page("/finance/banks")
    wrong = cleo.post("/finance/new-bank", {**FORM, "routing": "122105156"})
    assert wrong.status_code == 422
    assert 'value="1911234567"' in wrong.text
    assert cleo.post("/finance/new-bank", FORM).status_code == 303
    assert site.office.rows("SELECT count(*) FROM revision WHERE kind = 'banks'")[0][0] == 0
    assert mia.post("/finance/approvals/1/approve", {}).status_code == 303
    page = mia.page("/finance/banks")
    assert "US Bank" in page
    assert "NACHA (U.S. ACH)" in page


@after(closed)
def test_batch_page_names_what_a_bank_cannot_carry_and_makes_its_file(site: Site) -> None:
    office = site.office
    cleo, mia = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mia")
    site.visitor(Role.MANAGER, "Max")
    entry = {
        "key": "us", "name": "US Bank", "format": "nacha", "holder": "Quarto Press",
        "routing": "122105155", "company_id": "1911234567",
    }  # fmt: skip
    sepa = {
        "key": "sepa", "name": "Sparkasse", "format": "pain.001.001.09", "sepa": True,
        "holder": "Quarto Press", "currency": "EUR", "iban": "DE89370400440532013000",
    }  # fmt: skip
    office.load({"banks": [entry, sepa]})
    count(office, "seattle", "houston")
    with office.system.engine.begin() as connection:
        connection.execute(update(bank_account).values(usable_from=NOW))
    batch = propose(cleo)
    page = cleo.page(batch)
    assert "Sparkasse cannot pay all of it" in page
    assert "US Bank cannot pay" not in page
    assert approve(mia, batch) == 303
    refused = cleo.post(f"{batch}/make-file", {"bank": "sepa", "pay_on": "2026-08-20"})
    assert refused.status_code == 422
    assert "SEPA carries euros only" in refused.text
    assert '<option value="sepa" selected' in refused.text
    made = cleo.post(f"{batch}/make-file", {"bank": "us", "pay_on": "2026-08-20"})
    assert made.status_code == 303, made.text
    file = cleo.get(f"{batch}/file")
    assert file.data.startswith(b"101 122105155")
    assert cleo.get(f"{batch}/file").data == file.data
    assert "payments-B-0001.ach" in cleo.page(batch)
    assert office.faults() == {}

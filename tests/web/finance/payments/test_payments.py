"""The pages of payments: proposed by one, approved by another, sent, arrived, come back."""

import re

from sqlalchemy import update

from royalties.domain.payments.accounts import UsAccount
from royalties.domain.people import Role
from royalties.services.payments import accounts, listing
from royalties.store.tables import bank_account
from tests.builders.books import NOW, Office, after, closed
from tests.builders.site import Site, Visitor


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def propose(visitor: Visitor) -> str:
    page = visitor.page("/finance/payments/")
    form = {"token": hidden(page, "token"), "seen": hidden(page, "seen"), "note": "As agreed"}
    answer = visitor.post("/finance/payments/propose", form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def approve(visitor: Visitor, batch: str) -> int:
    page = visitor.page(batch)
    form = dict.fromkeys(re.findall(r'name="(signed-\d+)"', page), "1")
    return visitor.post(f"{batch}/approve", {"seen": hidden(page, "seen"), **form}).status_code


@after(closed)
def test_a_batch_goes_from_proposal_to_arrival(site: Site) -> None:
    cleo, mia = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mia")
    assert "on hold" in cleo.page("/finance/payments/")
    batch = propose(cleo)
    assert "waits for a manager" in cleo.page(batch) or "wait for a manager" in cleo.page(batch)
    assert cleo.post(f"{batch}/approve", {}).status_code == 403
    assert (
        mia.post(f"{batch}/approve", {"seen": hidden(mia.page(batch), "seen")}).status_code == 422
    )
    assert approve(mia, batch) == 303
    day = "2026-08-20"
    made = cleo.post(f"{batch}/make-file", {"pay_on": day})
    assert made.status_code == 303, made.text
    first = cleo.get(f"{batch}/file")
    assert b"Tacoma Readers" in first.data
    assert cleo.get(f"{batch}/file").data == first.data
    sent = cleo.post(f"{batch}/sent", {"method": "file", "sent_on": day, "reference": "ACH 77"})
    assert sent.status_code == 303, sent.text
    assert "ACH 77" in cleo.page("/finance/payments/")
    assert cleo.post(f"{batch}/arrived", {"arrived_on": day}).status_code == 303
    assert cleo.get("/finance/payments/1/came-back").status_code == 403
    page = mia.page("/finance/payments/1/came-back")
    assert "owed again" in page
    back = mia.post("/finance/payments/1/came-back", {"day": day, "reason": "R03 No account"})
    assert back.status_code == 303, back.text
    assert "R03 No account" in mia.page("/finance/payments/1")
    assert "came back" in mia.page("/finance/payments/history")
    assert mia.post("/finance/payments/1/release", {"reason": "New account"}).status_code == 303
    assert site.office.faults() == {}


@after(closed)
def test_payment_changed_since_its_page_is_not_approved(site: Site) -> None:
    cleo, mia = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mia")
    batch = propose(cleo)
    page = mia.page(batch)
    form = dict.fromkeys(re.findall(r'name="(signed-\d+)"', page), "1")
    less = {"amount": "1.00", "reason": "the rest later"}
    assert cleo.post("/finance/payments/1/pay-less", less).status_code == 303
    answer = mia.post(f"{batch}/approve", {"seen": hidden(page, "seen"), **form})
    assert (answer.status_code, "changed since you looked" in answer.text) == (422, True)
    assert cleo.post("/finance/payments/1/pay-less", {"amount": "9999"}).status_code == 422
    assert approve(mia, batch) == 303
    assert mia.post("/finance/payments/2/void", {"reason": "not now"}).status_code == 303
    assert site.office.faults() == {}


@after(closed)
def test_closed_amounts_wait_to_be_paid(office: Office) -> None:
    with office.work(read_only=True) as work:
        assert listing.to_pay(work)


@after(closed)
def test_download_of_a_file_with_accounts_is_logged(site: Site) -> None:
    cleo, mia = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mia")
    with site.office.system.work(cleo.actor) as work:
        account = UsAccount("021000021", "5550009012")
        accounts.enter(work, "seattle", account, "Seattle Fund", "letter of 3 May")
    with site.office.system.work(mia.actor) as work:
        accounts.confirm(work, 1, "called Jo at the number of the contract")
    page = cleo.page("/finance/payments/")
    assert "confirmed less than 3 days ago" in page
    assert "Propose 3 payments without bank details" in page
    form = {"token": "apart", "seen": apart_seen(page), "without_account": "1"}
    apart = cleo.post("/finance/payments/propose", form).location
    assert apart is not None
    assert approve(mia, apart) == 303
    with site.office.system.engine.begin() as connection:
        connection.execute(update(bank_account).values(usable_from=NOW))
    batch = propose(cleo)
    assert "Checking account •••• 012" in cleo.page(batch)
    assert approve(mia, batch) == 303
    assert cleo.post(f"{batch}/make-file", {"pay_on": "2026-08-20"}).status_code == 303
    assert b"5550009012" in cleo.get(f"{batch}/file").data
    assert cleo.post(f"{apart}/make-file", {"pay_on": "2026-08-20"}).status_code == 303
    plain = cleo.get(f"{apart}/file").data
    assert b"Tacoma Readers" in plain
    assert b"Routing" not in plain
    log = site.visitor(Role.ADMINISTRATOR, "Ada").page("/finance/audit")
    assert "Downloaded the file of B-0002, with accounts in clear" in log
    assert site.office.faults() == {}


def apart_seen(page: str) -> str:
    """What the second form of the page says was seen."""
    return str(re.findall(r'name="seen" value="([^"]*)"', page)[-1])

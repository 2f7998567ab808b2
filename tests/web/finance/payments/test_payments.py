"""The pages of payments: proposed by one, approved by another, sent, arrived, come back."""

import re

from royalties.domain.people import Role
from royalties.services.payments import listing
from tests.builders.books import Office, after, closed
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
def test_what_changed_since_it_was_looked_at_is_not_approved(site: Site) -> None:
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
def test_nothing_to_pay_before_a_close(office: Office) -> None:
    with office.work(read_only=True) as work:
        assert listing.to_pay(work)

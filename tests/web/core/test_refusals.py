"""The answer to a refused form shows the recorded state, and nothing of it as done."""

import io
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from royalties.domain.orders.life import Action, State
from royalties.domain.orders.pricing import AgreedCharge
from royalties.domain.people import Role
from royalties.services.orders import life, messages
from royalties.services.orders.quoting import quotes
from tests.builders.books import after
from tests.builders.orders import REQUESTED, accepted, go, order_of, quoted, requested, takes_orders
from tests.builders.pdfs import a_pdf
from tests.builders.site import Site, Visitor
from tests.web.organization.test_organization import (
    LETTERED,
    ROOM,
    a_logo,
    form_at,
    hidden,
    olga,
    proofed,
    send,
    send_proof,
)


def virus(name: str = "order.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"MZ virus"), name


def pdf(name: str = "order.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_pdf()), name


@after(takes_orders)
def test_quote_stays_open_if_its_purchase_order_is_refused(site: Site) -> None:
    visitor = olga(site)
    number = quoted(site.office, visitor.actor, REQUESTED)
    path = f"{ROOM}/{number}/quotes"
    form = {"agreed": "1", "name": "Olga Orr", "po_number": "PO-8", "po_file": virus()}
    answer = send(visitor, path, path, form)
    assert answer.status_code == 422
    assert "This was not done" in answer.text
    assert "accepted</span>" not in answer.text
    assert "Accept the quote</button>" in answer.text
    assert 'value="PO-8"' in answer.text
    assert 'value="Olga Orr"' in answer.text
    assert "choose it again" in answer.text
    assert order_of(site.office, number).state is State.QUOTED
    mended = {**form_at(answer.text, path), **form, "po_file": pdf()}
    assert visitor.post(path, mended).status_code == 303


@pytest.mark.parametrize("side", ["organization", "staff"])
@after(takes_orders)
def test_a_message_with_one_bad_file_is_not_shown_as_sent(site: Site, side: str) -> None:
    visitor = olga(site)
    number = requested(site.office, visitor.actor, REQUESTED).number
    room, who = ROOM, visitor
    if side == "staff":
        room, who = "/finance/orders", site.visitor(Role.CLERK)
    files = [pdf("good.pdf"), virus("bad.pdf")]
    answer = who.post(f"{room}/{number}/messages", {"text": "Both of them", "files": files})
    assert answer.status_code == 422
    assert "Both of them</textarea>" in answer.text
    assert "good.pdf" not in answer.text
    assert answer.text.count("Both of them") == 1
    with site.office.work(read_only=True) as work:
        found = life.find(work, number)
        assert found is not None
        assert messages.messages(work, found) == []


@after(takes_orders)
def test_artwork_with_one_bad_file_is_not_shown_as_sent(site: Site) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    path = f"{ROOM}/{number}/artwork"
    answer = send(visitor, path, path, {"rights": "", "logo": (io.BytesIO(a_logo()), "logo.png")})
    assert answer.status_code == 422
    assert "Your artwork is with us" not in answer.text
    assert order_of(site.office, number).state is State.ACCEPTED


# Consent


def accept(visitor: Visitor, path: str, form: dict[str, Any]) -> TestResponse:
    return visitor.post(path, {**form, "name": "Olga Orr", "agreed": "1", "po_number": "PO-9"})


@after(takes_orders)
def test_consent_to_one_quote_does_not_hold_for_the_next(site: Site) -> None:
    visitor = olga(site)
    number = quoted(site.office, visitor.actor, REQUESTED)
    path = f"{ROOM}/{number}/quotes"
    before = form_at(visitor.page(path), path)
    with site.office.work() as work:
        found = life.find(work, number)
        assert found is not None
        old = quotes.quotes(work, found)[0]
        charge = quotes.Edits(charges=(AgreedCharge("Foil", 250_00),))
        new = quotes.issue_quote(work, number, edits=charge)
    answer = accept(visitor, path, before)
    assert answer.status_code == 409
    changed = answer.text[answer.text.index('id="changed"') : answer.text.index("</dl>")]
    assert f"<del>{amount(old.total)}</del> → <ins>{amount(new.total)}</ins>" in changed
    assert f"<del>{number}/1</del> → <ins>{number}/2</ins>" in changed
    assert "not there</span> → <ins>250.00 USD</ins>" in changed
    form = answer.text[answer.text.index('id="accept"') :]
    assert " checked" not in form
    assert "Olga Orr" not in form
    assert 'value="PO-9"' in form
    assert order_of(site.office, number).state is State.QUOTED
    assert (
        accept(visitor, path, {**form_at(answer.text, path), "seen": before["seen"]}).status_code
        == 409
    )
    assert accept(visitor, path, form_at(answer.text, path)).status_code == 303


def amount(cents: int) -> str:
    return f"{cents / 100:,.2f} USD"


@after(takes_orders)
def test_approval_of_a_changed_proof_is_refused(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    path = f"{ROOM}/{number}/proof/approve"
    page = visitor.page(path)
    assert page.count("of version 1; opens it large") == 2
    before = {**hidden(page), "name": "Olga Orr", "looked": "1"}
    send_proof(site.office, number, pages=3)
    answer = visitor.post(path, before)
    assert answer.status_code == 409
    assert "<del>version 1, proof.pdf" in answer.text
    assert "<ins>version 2, proof.pdf" in answer.text
    assert " checked" not in answer.text
    assert "Olga Orr" not in answer.text[answer.text.index("<form") :]
    assert answer.text.count("of version 2; opens it large") == 3
    assert order_of(site.office, number).state is State.PROOF_SENT


@after(takes_orders)
def test_consent_is_kept_while_its_facts_are_unchanged(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    path = f"{ROOM}/{number}/proof/approve"
    answer = visitor.post(path, {**hidden(visitor.page(path)), "name": " ", "looked": "1"})
    assert answer.status_code == 422
    assert " checked" in answer.text
    assert 'id="changed"' not in answer.text


@pytest.mark.parametrize("side", ["organization", "staff"])
@after(takes_orders)
def test_cancellation_is_asked_again_if_it_costs_more_by_now(site: Site, side: str) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    path, who = f"{ROOM}/{number}/cancel", visitor
    if side == "staff":
        path, who = f"/finance/orders/{number}/cancel", site.visitor(Role.MANAGER)
    before = hidden(who.page(path))
    go(site.office, number, Action.SEND_ARTWORK, Action.SEND_PROOF)
    answer = who.post(path, {**before, "reason": "Too late for us"})
    assert answer.status_code == 409
    assert "What changed since you looked" in answer.text
    assert re.search(
        r"owes?</dt><dd><del>0.00 USD</del> → <ins>[1-9][\d,.]+ USD</ins>", answer.text
    )
    assert 'value="Too late for us"' in answer.text
    assert order_of(site.office, number).state is State.PROOF_SENT
    assert who.post(path, {**hidden(answer.text), "reason": "Still"}).status_code == 303

"""The desk's pages of orders: board, order, quotes, artwork, shipping, money, terms."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from lxml import html
from PIL import Image
from sqlalchemy import event
from werkzeug.test import TestResponse

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import TABLE, Action, Side
from royalties.domain.orders.order import Order
from royalties.domain.people import Actor, Role
from royalties.services.orders import messages
from royalties.services.orders.billing import certificates
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.production import artwork, proofs
from royalties.services.terms.amending import find_entry
from royalties.web.finance.orders.order import BUTTONS
from royalties.web.finance.orders.price_form import PriceListForm
from tests.builders.books import Office, after, nothing
from tests.builders.orders import (
    CUSTOM,
    REQUESTED,
    accepted,
    an_organization,
    quoted,
    requested,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf
from tests.builders.rich_orders import DRAWN_LOGO
from tests.builders.shipped import (
    a_custom_one,
    invoiced,
    made,
    order_of,
    shipped,
    three_proofs,
    token,
)
from tests.builders.site import Site, Visitor
from tests.web.finance.terms.test_terms import sent

MOST_QUERIES = 15
ONE = "O-2026-0001"
DESK = f"/finance/orders/{ONE}"


def asked(office: Office) -> None:
    """Somebody of the guild asked for a custom edition, O-2026-0001."""
    takes_orders(office)
    requested(office, somebody(office, "Olga Guild", Role.ORGANIZATION, "guild"))


def with_quote(office: Office) -> None:
    """The request has a quote."""
    takes_orders(office)
    quoted(office, somebody(office, "Olga Guild", Role.ORGANIZATION, "guild"))


def agreed(office: Office) -> None:
    """A bulk order whose quote was accepted."""
    takes_orders(office)
    accepted(office, somebody(office, "Olga Guild", Role.ORGANIZATION, "guild"), REQUESTED)


def agreed_custom(office: Office) -> None:
    """A custom order whose quote was accepted."""
    takes_orders(office)
    accepted(office, somebody(office, "Olga Guild", Role.ORGANIZATION, "guild"), CUSTOM)


def ahead(office: Office) -> None:
    """A bulk order of who pays a deposit, accepted."""
    takes_orders(office)
    guest = somebody(office, "Lea League", Role.ORGANIZATION, "league")
    accepted(office, guest, REQUESTED, po_number="")


def with_proof(office: Office) -> None:
    """A custom order whose first proof waits for an answer."""
    agreed_custom(office)
    olga = Actor("Olga Guild", Role.ORGANIZATION, 1, organizations=frozenset({"guild"}))
    order = order_of(office, ONE)
    logo = artwork.inspect(
        office.system.files,
        artwork.ArtworkUpload(Use.LOGO, "logo.png", io.BytesIO(a_logo())),
        order.options,
    )
    with office.system.work(olga) as work:
        artwork.send_artwork(work, ONE, version=order.version, files=[logo], rights=True)
    pdf = artwork.inspect(
        office.system.files,
        artwork.ArtworkUpload(Use.PROOF, "proof.pdf", io.BytesIO(a_pdf(pages=2))),
    )
    with office.work() as work:
        proofs.send_proof(work, ONE, version=order_of(office, ONE).version, file=pdf)


def a_logo() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (1200, 700), (10, 90, 85, 255)).save(out, "PNG")
    return out.getvalue()


def order(site: Site, number: str = ONE) -> Order:
    return order_of(site.office, number)


def seen(clerk: Visitor) -> dict[str, str]:
    """What the page of a cancellation carries of what it says is owed."""
    found = re.search(r'name="seen" value="([^"]*)"', clerk.page(f"{DESK}/cancel"))
    assert found
    return {"seen": unescape(found[1])}


def form(site: Site, **more: object) -> dict[str, object]:
    """What every form about the order carries."""
    return {"version": str(order(site).version), **more}


def done(visitor: Visitor, answer: TestResponse) -> str:
    assert answer.status_code == 303, re.sub(r"<[^>]+>|\s+", " ", answer.text)[-1500:]
    return visitor.page(answer.location)


def approved(site: Site) -> str:
    """A second manager approves what was prepared last; returns the page that follows."""
    [(number,)] = site.office.rows("SELECT max(id) FROM proposal WHERE status = 'waiting'")
    other = site.visitor(Role.MANAGER)
    return done(other, other.post(f"/finance/approvals/{number}/approve"))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def queries(site: Site, visitor: Visitor, path: str) -> int:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    visitor.page(path)
    event.listen(site.office.system.engine, "before_cursor_execute", note)
    try:
        visitor.page(path)
    finally:
        event.remove(site.office.system.engine, "before_cursor_execute", note)
    return sum(not each.startswith(("PRAGMA", "BEGIN", "SHOW", "SAVEPOINT")) for each in seen)


# Who sees it, and how it stands


LISTS = (
    "/finance/orders",
    "/finance/orders?view=columns&state=all",
    "/finance/invoices",
    "/finance/invoices/overdue/aging",
    "/finance/invoices/overdue/reminders",
    "/finance/organizations",
    "/finance/organizations/guild",
    "/finance/organizations/guild/account",
    "/finance/price-lists",
    "/finance/price-lists/standard",
)
OF_ONE = (DESK, *(f"{DESK}/{each}" for each in ("quotes", "files", "shipping", "money", "cancel")))


@after(invoiced)
def test_clerk_sees_every_order_page_with_few_queries(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    asked_ = {path: queries(site, clerk, path) for path in (*LISTS, *OF_ONE)}
    assert {path: count for path, count in asked_.items() if count > MOST_QUERIES} == {}


@after(invoiced)
@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_order_pages_are_not_found_outside_the_desk(site: Site, role: Role) -> None:
    outside = site.visitor(role)
    for path in (*LISTS, *OF_ONE, "/finance/invoices/I-000001"):
        assert outside.get(path).status_code == 404, path
    assert outside.post(f"{DESK}/hold", {"version": "1", "reason": "no"}).status_code == 404


@after(asked)
def test_unknown_orders_are_not_found(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for path in (
        "/finance/orders/O-2026-0099",
        "/finance/orders/O-2026-0099/quotes",
        f"{DESK}/quotes/7.pdf",
        f"{DESK}/files/99",
        f"{DESK}/files/99/1.png",
        f"{DESK}/shipments/9.pdf",
        "/finance/invoices/I-000099",
        "/finance/invoices/I-000099/pdf",
        "/finance/organizations/nobody",
        "/finance/organizations/guild/certificates/9",
        "/finance/price-lists/nothing",
        "/finance/price-lists/nothing/versions/new",
    ):
        assert clerk.get(path).status_code in {403, 404}, path
    assert clerk.post("/finance/orders/O-2026-0099/hold", {}).status_code == 404


@after(with_quote)
def test_order_can_be_moved_to_the_organization_of_the_same_name(site: Site) -> None:
    site.office.load(
        {"organizations": [an_organization("guild-2", name="guild SOCIETY", city="Tacoma")]}
    )
    gil = somebody(site.office, "Gil", Role.ORGANIZATION, "guild-2")
    number = quoted(site.office, gil, replace(REQUESTED, contact_email="gil@example.org"))
    path = f"/finance/orders/{number}"
    clerk = site.visitor(Role.CLERK)
    assert "of this name exists" not in clerk.page(DESK)
    page = words(clerk.page(path))
    assert "An organization of this name exists: Guild Society" in page
    page = words(clerk.page(f"{path}/organization"))
    assert "Gil will see everything that it ordered" in page
    for each in (path, f"{path}/organization"):
        assert queries(site, clerk, each) <= MOST_QUERIES, each
    sent_ = {"version": str(order(site, number).version), "organization": "guild"}
    refused = clerk.post(f"{path}/organization", sent_)
    assert refused.status_code == 422
    assert "made sure who asked" in refused.text
    page = done(clerk, clerk.post(f"{path}/organization", {**sent_, "sure": "1"}))
    assert "waits for another manager" in page
    assert "of this name exists" in page, "nobody lets people in alone"
    page = approved(site)
    assert "of this name exists" not in page
    assert "Moved to another organization" in page
    theirs = site.visitor(Role.ORGANIZATION, organizations=("guild",))
    page = theirs.page(f"/organization/orders/{number}")
    assert "guild-2" not in page
    assert "move-organization" not in page.lower().replace(" ", "-")


@after(nothing)
def test_order_pages_of_empty_books_say_what_comes_first(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "No order yet" in clerk.page("/finance/orders")
    assert "Nothing was invoiced yet" in clerk.page("/finance/invoices")
    assert "Nobody owes anything" in clerk.page("/finance/invoices/overdue/aging")
    assert "Nothing is overdue" in clerk.page("/finance/invoices/overdue/reminders")
    assert "No organization yet" in clerk.page("/finance/organizations")
    assert "No price list yet" in clerk.page("/finance/price-lists")


def test_every_action_of_the_staff_has_a_button() -> None:
    theirs = {line.action for line in TABLE if Side.STAFF in line.sides}
    follow = {Action.SETTLE, Action.SHIP_LAST, Action.REOPEN}
    assert theirs - set(BUTTONS) == follow | {Action.REVERSE_RECEIPT}, "each receipt has its own"


@after(asked)
def test_board_shows_who_is_waited_for_and_filters(site: Site) -> None:
    clerk = site.visitor(Role.CLERK, "Cleo Marsh")
    page = words(clerk.page("/finance/orders"))
    assert "O-2026-0001 Guild Society The Collab own edition 250" in page
    assert "We: make a quote." in page
    assert "O-2026-0001" in clerk.page("/finance/orders?q=0001")
    assert "No order is like that" in clerk.page("/finance/orders?q=0002")
    assert "No order is like that" in clerk.page("/finance/orders?organization=league")
    assert "No order is like that" in clerk.page("/finance/orders?state=paid")
    assert "No order is like that" in clerk.page("/finance/orders?person=mine")
    assert "No order is like that" in clerk.page("/finance/orders?late=1")
    assert "O-2026-0001" in clerk.page("/finance/orders?view=columns&person=nobody&state=odd")
    person = str(clerk.actor.person)
    said = done(clerk, clerk.post(f"{DESK}/assign", form(site, person=person)))
    assert "It is said who takes care" in said
    assert "O-2026-0001" in clerk.page("/finance/orders?person=mine")


@after(agreed)
def test_late_orders_are_marked_in_words(site: Site) -> None:
    site.office.execute("UPDATE orders SET promised_on = '2026-08-18', need_by = '2026-12-01'")
    clerk = site.visitor(Role.CLERK)
    assert "promised 2 days ago" in clerk.page("/finance/orders?late=1")
    site.office.execute("UPDATE orders SET promised_on = '2026-12-02'")
    assert "promised 1 day after it is needed" in clerk.page(DESK)
    site.office.execute("UPDATE orders SET promised_on = '2026-11-02'")
    assert "No order is like that" in clerk.page("/finance/orders?late=1")


@after(asked)
def test_board_is_paged_with_constant_queries(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    few = {path: queries(site, clerk, path) for path in LISTS[:2]}
    columns = (
        "kind, organization, title, isbn, state, quantity, audience, rush, options, ship_to, "
        "contact_name, contact_email, po_number, accepted_by, created_at, created_by, version"
    )
    for number in range(2, 61):
        site.office.execute(
            f"INSERT INTO orders (number, {columns}) SELECT 'O-2026-{number:04}', {columns} "
            f"FROM orders WHERE number = '{ONE}'"
        )
    first = clerk.page("/finance/orders")
    assert "Requested (60)" in first
    assert "O-2026-0050" in first
    assert "O-2026-0051" not in first
    assert "O-2026-0051" in clerk.page("/finance/orders?page=2")
    assert {path: queries(site, clerk, path) for path in LISTS[:2]} == few


@after(agreed)
def test_purchase_order_file_can_be_downloaded(site: Site) -> None:
    olga = Actor("Olga Guild", Role.ORGANIZATION, 1, organizations=frozenset({"guild"}))
    version = order(site).version
    with site.office.system.work(olga) as work:
        file = messages.AttachmentUpload("our order.pdf", io.BytesIO(a_pdf()))
        customer_orders.send_purchase_order(work, ONE, version=version, po_number="PO-8", file=file)
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(DESK)
    assert "PO-8" in page
    assert "our order.pdf" in page
    assert clerk.get(f"{DESK}/files/1").data.startswith(b"%PDF")


# Its life


@after(agreed)
def test_staff_can_hold_resume_promise_and_cancel(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    refused = clerk.post(f"{DESK}/hold", form(site, reason=""))
    assert refused.status_code == 422
    assert "say why" in refused.text.lower()
    page = done(clerk, clerk.post(f"{DESK}/hold", form(site, reason="They moved house")))
    assert "On hold since it was accepted" in page
    assert "They moved house" in page
    done(clerk, clerk.post(f"{DESK}/resume", form(site)))
    answer = clerk.post(
        f"{DESK}/promise", form(site, what="promise", day="soon", reason="Paper is short")
    )
    assert answer.status_code == 422
    assert "Paper is short" in answer.text, "what was typed is not lost"
    page = done(clerk, clerk.post(f"{DESK}/promise", form(site, day="2026-12-24", reason="Paper")))
    assert "Dec 24, 2026" in page
    assert "owes nothing" in clerk.page(f"{DESK}/cancel")
    page = done(
        clerk, clerk.post(f"{DESK}/cancel", form(site, reason="They asked for it", **seen(clerk)))
    )
    assert "cancelled" in page
    assert "cannot be cancelled" in clerk.page(f"{DESK}/cancel")


@after(made)
def test_cancellation_shows_the_fee_first_and_bills_it(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "owes 14,127.50 USD" in words(clerk.page(f"{DESK}/cancel"))
    done(clerk, clerk.post(f"{DESK}/cancel", form(site, reason="Too late", **seen(clerk))))
    page = done(clerk, clerk.post(f"{DESK}/invoice-cancellation", form(site, token=token())))
    assert "Cancellation invoice" in page


@after(asked)
def test_a_request_is_declined_with_a_reason(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "Decline O-2026-0001?" in clerk.page(f"{DESK}/decline")
    assert clerk.post(f"{DESK}/decline", form(site)).status_code == 422
    page = done(clerk, clerk.post(f"{DESK}/decline", form(site, reason="Out of print")))
    assert "Out of print" in page


@after(with_quote)
def test_quote_is_withdrawn_with_a_reason_and_quoted_again(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    at = f"{DESK}/quotes"
    assert f"Withdraw {ONE}/1 before it is accepted" in clerk.page(at)
    typed = form(site, quote="1", withdraw="1")
    refused = clerk.post(f"{at}/withdraw", typed)
    assert refused.status_code == 422
    assert "Say why" in refused.text
    page = done(clerk, clerk.post(f"{at}/withdraw", {**typed, "reason": "Another paper"}))
    assert "Withdrew the quote" in page
    assert "Another paper" in page
    again = clerk.page(at)
    assert "not valid any more" in again
    assert "Withdraw " not in again


@after(agreed)
def test_concurrent_edit_is_refused_and_keeps_what_was_typed(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    stale = form(site)
    done(clerk, clerk.post(f"{DESK}/hold", {**stale, "reason": "First"}))
    second = clerk.post(f"{DESK}/hold", {**stale, "what": "hold", "reason": "Second thoughts"})
    assert second.status_code == 409
    assert "changed by somebody else meanwhile" in second.text
    for path, more in (
        ("produce", {}),
        ("assign", {"person": ""}),
        ("cancel", {"reason": "Mine"}),
        ("promise", {"reason": "Mine", "day": "2026-12-24"}),
        ("resume", {}),
    ):
        answer = clerk.post(f"{DESK}/{path}", {**stale, **more})
        assert answer.status_code == 409, path
    assert clerk.post(f"{DESK}/cancel", {**stale, "reason": "Typed"}).text.count("Typed") == 1
    assert clerk.post(f"{DESK}/resume", {"version": "odd"}).status_code == 409


@after(asked)
def test_messages_and_notes_carry_files(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert clerk.post(f"{DESK}/messages", {"text": " "}).status_code == 422
    done(clerk, clerk.post(f"{DESK}/messages", {"text": "Dear Olga", "internal": ""}))
    page = done(clerk, clerk.post(f"{DESK}/messages", {"text": "She is slow", "internal": "1"}))
    assert "note, only for the staff" in page
    sent_ = {"text": "See this", "files": (io.BytesIO(a_logo()), "map <1>.png")}
    page = done(clerk, clerk.post(f"{DESK}/messages", sent_))
    assert "map &lt;1&gt;.png" in page
    file = clerk.get(f"{DESK}/files/1")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    program = {"text": "Look", "files": (io.BytesIO(b"MZ\x00\x01"), "logo.png")}
    assert clerk.post(f"{DESK}/messages", program).status_code == 422


# Quotes


@after(asked)
def test_a_quote_is_previewed_then_issued_and_never_changes(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "Issue version 1" in clerk.page(f"{DESK}/quotes")
    typed = {
        "discount": "50 %",
        "extra_proofs": "",
        "valid_until": "2026-10-01",
        "note": "As agreed on the telephone",
        "charges": "0",
        "charges-0-words": "Gift wrapping",
        "charges-0-amount": "12.50",
    }
    preview = clerk.post(f"{DESK}/quotes/preview", form(site, **typed))
    assert preview.status_code == 200
    assert "Gift wrapping" in preview.text
    assert "less 50 % as agreed" in preview.text
    assert site.office.rows("SELECT count(*) FROM quote") == [(0,)]
    page = done(clerk, clerk.post(f"{DESK}/quotes", form(site, act="issue", **typed)))
    assert "below the price list" in page
    page = approved(site)
    assert "Version" in page
    assert "O-2026-0001/1" in page
    first = clerk.get(f"{DESK}/quotes/1.xlsx").data
    done(clerk, clerk.post(f"{DESK}/quotes", form(site, act="issue")))
    assert clerk.get(f"{DESK}/quotes/1.xlsx").data == first
    pdf = clerk.get(f"{DESK}/quotes/2.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert pdf.headers["Content-Disposition"].startswith("attachment")


@after(asked)
def test_quote_errors_are_shown_at_their_fields(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    wrong = {
        "discount": "much",
        "extra_proofs": "-1",
        "valid_until": "2026-02-31",
        "charges": "0",
        "charges-0-words": "Ribbon",
        "charges-0-amount": "1.005",
    }
    for path, more in (("quotes", {"act": "issue"}), ("quotes/preview", {})):
        answer = clerk.post(f"{DESK}/{path}", form(site, **wrong, **more))
        assert answer.status_code in {200, 422}
        for field in ("discount", "extra_proofs", "valid_until", "charges-0-amount"):
            assert f'href="#{field}"' in answer.text, (path, field)
        assert "Ribbon" in answer.text
    answer = clerk.post(f"{DESK}/quotes", form(site, act="issue", discount="140 %"))
    assert answer.status_code == 422
    assert "between 0 and 100" in answer.text
    late = clerk.post(f"{DESK}/quotes", {"version": "99", "act": "issue", "note": "Kept"})
    assert late.status_code == 409
    assert "Kept" in late.text
    grown = clerk.post(f"{DESK}/quotes", form(site, act="add:charges:"))
    assert 'name="charges-0-words"' in grown.text


# Artwork and proofs


@after(agreed_custom)
def test_staff_sends_artwork_for_the_customer_then_a_proof(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "Still needed for the options: a logo" in words(clerk.page(f"{DESK}/files"))
    program = {"logo": (io.BytesIO(b"MZ\x00\x01"), "logo.png"), "rights": "1"}
    answer = clerk.post(f"{DESK}/artwork", form(site, **program))
    assert answer.status_code == 422
    logo = {"logo": (io.BytesIO(a_logo()), "logo.png"), "rights": "1"}
    page = done(clerk, clerk.post(f"{DESK}/artwork", form(site, **logo)))
    assert "logo.png" in page
    picture = clerk.get(f"{DESK}/files/1/1.png")
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert clerk.get(f"{DESK}/cover.png").data.startswith(b"\x89PNG")
    assert clerk.post(f"{DESK}/proof", form(site)).status_code == 422
    pdf = {"proof": (io.BytesIO(a_pdf(pages=2)), "proof.pdf")}
    page = done(clerk, clerk.post(f"{DESK}/proof", form(site, **pdf)))
    assert "waits for an answer" in page
    assert "Page 2" in page


@after(agreed_custom)
def test_printer_gets_a_drawing_with_only_what_draws(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert clerk.get(f"{DESK}/files/1/drawing").status_code == 404
    logo = {"logo": (io.BytesIO(DRAWN_LOGO), "logo.svg"), "rights": "1"}
    page = done(clerk, clerk.post(f"{DESK}/artwork", form(site, **logo)))
    assert f'href="{DESK}/files/1/drawing">The drawing for the printer</a>' in page
    drawing = clerk.get(f"{DESK}/files/1/drawing")
    assert drawing.headers["Content-Disposition"] == (
        'attachment; filename="logo for the printer.svg"'
    )
    assert b"<rect" in drawing.data
    assert b"SECRET" not in drawing.data


@after(with_proof)
def test_proof_is_shown_beside_the_previous_one_with_comments(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    said = {"proof_version": "1", "page": "2", "text": "The logo <sits> low"}
    page = done(clerk, clerk.post(f"{DESK}/comment", said))
    assert "The logo &lt;sits&gt; low" in page
    assert clerk.post(f"{DESK}/comment", {**said, "page": "9"}).status_code == 422
    assert clerk.post(f"{DESK}/comment", {**said, "page": "x"}).status_code == 422
    pdf = {"proof": (io.BytesIO(a_pdf(pages=2, content=b"0 g 10 10 50 50 re f")), "again.pdf")}
    page = words(done(clerk, clerk.post(f"{DESK}/proof", form(site, **pdf))))
    assert "Different from version 1: pages 1, 2" in page
    assert page.count("Version 1") >= 3


@after(agreed)
def test_a_bulk_order_has_no_artwork(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "A bulk order has no artwork" in clerk.page(f"{DESK}/files")


# Production and shipping


@after(ahead)
def test_production_button_waits_for_the_deposit(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for path in (DESK, f"{DESK}/shipping"):
        page = clerk.page(path)
        assert "<button disabled data-off>Start production</button>" in page
        assert "needs the deposit paid" in page
    answer = clerk.post(f"{DESK}/produce", form(site))
    assert answer.status_code == 422
    assert "this needs the deposit paid" in answer.text
    page = done(clerk, clerk.post(f"{DESK}/invoice-deposit", form(site, token=token())))
    assert "I-000001" in page
    half = re.search(r"\(([\d,.]+) USD left\)", re.sub(r"<[^>]*>", "", page))
    assert half
    money = {
        "invoice": "I-000001",
        "amount": half[1].replace(",", ""),
        "received_on": "2026-08-20",
        "reference": "wire",
    }
    done(clerk, clerk.post(f"{DESK}/receive", form(site, token=token(), **money)))
    assert clerk.post(f"{DESK}/produce", form(site)).status_code == 422, "not confirmed"
    approved(site)
    done(clerk, clerk.post(f"{DESK}/produce", form(site)))
    assert order(site).state.value == "in-production"


def shipment(**more: object) -> dict[str, object]:
    return {
        "address": "1",
        "copies": "200",
        "day": "2026-08-20",
        "carrier": "UPS",
        "tracking": "1Z",
        "token": token(),
        **more,
    }


@after(made)
def test_shipping_form_ships_once_and_prints_a_packing_list(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "up to 25 copies may be missing" in words(clerk.page(f"{DESK}/shipping"))
    sent_ = form(site, **shipment())
    page = done(clerk, clerk.post(f"{DESK}/ship", sent_))
    assert "Shipment 1 is recorded" in page
    done(clerk, clerk.post(f"{DESK}/ship", sent_))
    assert site.office.rows("SELECT count(*) FROM shipment") == [(1,)], "a form counts once"
    for file, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = clerk.get(f"{DESK}/shipments/1.{file}")
        assert answer.data.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for wrong, why in (
        ({"copies": "9000"}, "too many"),
        ({"copies": "a few"}, "no number of copies"),
        ({"day": "2027-01-01"}, "has not come yet"),
        ({"address": "9"}, "no address"),
        ({"token": ""}, "no token"),
    ):
        answer = clerk.post(f"{DESK}/ship", form(site, **shipment(**{"address": "2", **wrong})))
        assert answer.status_code == 422, wrong
        assert why in answer.text, wrong
    stale = clerk.post(f"{DESK}/ship", {"version": "1", **shipment(address="2", copies="50")})
    assert stale.status_code == 409
    back = {"back_address": "1", "back_copies": "3", "back_day": "2026-08-20", "reason": "wet"}
    page = done(clerk, clerk.post(f"{DESK}/came-back", form(site, token=token(), **back)))
    assert "came back" in page
    many = {**back, "back_copies": "300", "token": token()}
    assert clerk.post(f"{DESK}/came-back", form(site, **many)).status_code == 422


@after(a_custom_one)
def test_custom_edition_needs_a_number_before_shipping(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "needs its own edition first" in clerk.page(f"{DESK}/shipping")
    wrong = clerk.post(f"{DESK}/edition", form(site, by="isbn", isbn="123"))
    assert wrong.status_code == 422
    assert clerk.post(f"{DESK}/edition", form(site, by="isbn", isbn="")).status_code == 422
    page = done(clerk, clerk.post(f"{DESK}/edition", form(site, by="house")))
    assert "The custom edition is" in page
    done(clerk, clerk.post(f"{DESK}/ship", form(site, **shipment())))


# Money


@after(shipped)
def test_the_final_invoice_is_previewed_issued_once_and_paid(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{DESK}/money")
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    sent_ = form(site, token=token(), seen=seen[1])
    other = clerk.post(f"{DESK}/invoice", {**sent_, "seen": "1"})
    assert other.status_code == 422
    done(clerk, clerk.post(f"{DESK}/invoice", sent_))
    done(clerk, clerk.post(f"{DESK}/invoice", sent_))
    assert site.office.rows("SELECT count(*) FROM invoice") == [(1,)]
    for file, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = clerk.get(f"/finance/invoices/I-000001/{file}")
        assert answer.data.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    owed = int(seen[1])
    money = {"invoice": "I-000001", "received_on": "2026-08-20", "reference": "wire <1>"}
    for amount in ("0", "1.005", "much", ""):
        wrong = clerk.post(f"{DESK}/receive", {"amount": amount, "token": token(), **money})
        assert wrong.status_code == 422, amount
    paid = {**money, "amount": f"{owed // 100 + 10}.{owed % 100:02}", "token": token()}
    page = done(clerk, clerk.post(f"{DESK}/receive", paid))
    done(clerk, clerk.post(f"{DESK}/receive", paid))
    assert site.office.rows("SELECT count(*) FROM proposal") == [(1,)]
    assert "wire &lt;1&gt;" in page
    assert order(site).state.value == "invoiced", "recorded, not confirmed"
    approved(site)
    page = clerk.page(f"{DESK}/money")
    assert site.office.rows("SELECT count(*) FROM receipt") == [(1,)]
    assert "wire &lt;1&gt;" in page
    assert order(site).state.value == "paid"
    assert "Pay back what was too much" not in page, "that is for managers"
    manager = site.visitor(Role.MANAGER)
    back = {**money, "amount": "10.00", "token": token()}
    assert clerk.post(f"{DESK}/pay-back", back).status_code == 403
    assert "Pay back what was too much" in manager.page(f"{DESK}/money")
    done(manager, manager.post(f"{DESK}/pay-back", back))
    approved(site)
    assert "paid too much" not in manager.page("/finance/invoices/I-000001")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(three_proofs)
def test_charge_for_further_proofs_is_proposed_and_can_be_waived(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = words(clerk.page(f"{DESK}/money"))
    assert "2 proofs were sent beyond the free and the quoted ones" in page
    assert queries(site, clerk, f"{DESK}/money") <= MOST_QUERIES
    assert "3 proofs were sent, 1 of them free 2 65.00 130.00" in page
    assert "charge at most so many" in clerk.page(f"{DESK}/money?proofs=9")
    less = clerk.page(f"{DESK}/money?proofs=1")
    seen = re.search(r'name="seen" value="(\d+)"', less)
    assert seen
    sent_ = form(site, token=token(), seen=seen[1], proofs="1")
    assert clerk.post(f"{DESK}/invoice", {**sent_, "proofs": "2"}).status_code == 422
    assert clerk.post(f"{DESK}/invoice", {**sent_, "proofs": "x"}).status_code == 422
    assert "a manager" in clerk.post(f"{DESK}/invoice", sent_).text, "it is taken off the price"
    manager = site.visitor(Role.MANAGER)
    done(manager, manager.post(f"{DESK}/invoice", sent_))
    assert "1 of 2 charged" in clerk.page(DESK)


@after(invoiced)
def test_a_receipt_that_was_wrong_is_reversed_by_a_manager(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    money = {"invoice": "I-000001", "received_on": "2026-08-20", "token": token()}
    done(clerk, clerk.post(f"{DESK}/receive", {**money, "amount": "14127.50"}))
    approved(site)
    assert order(site).state.value == "paid"
    assert "Reverse" not in clerk.page(f"{DESK}/money")
    address = f"{DESK}/receipts/1/reverse"
    assert f'href="{address}"' in manager.page(f"{DESK}/money")
    asked = words(manager.page(address))
    assert (
        "14,127.50 USD of I-000001 will then be open, and the order will no longer be paid" in asked
    )
    assert clerk.get(address).status_code == clerk.post(address).status_code == 403
    for missing in (f"{DESK}/receipts/2/reverse", "/finance/orders/O-2026-0999/receipts/1/reverse"):
        assert manager.get(missing).status_code == manager.post(missing).status_code == 404
    assert manager.post(address, {"reason": " "}).status_code == 422
    page = words(done(manager, manager.post(address, {"reason": "Another's money"})))
    assert "reverses receipt 1" in page
    assert address not in page
    again = manager.post(address, {"reason": "Another's money"})
    assert again.status_code == 422
    assert "was reversed already, by receipt 2" in again.text
    assert order(site).state.value == "invoiced"
    assert "Receipt reversed" in manager.page(DESK)
    assert "14,127.50" in manager.page("/finance/invoices/overdue/aging")


@after(invoiced)
def test_only_managers_issue_credit_notes(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    page = "/finance/invoices/I-000001"
    assert "Write a credit note" not in clerk.page(page)
    some = {"what": "lines", "line-1": "85.00", "reason": "Two were wet", "token": token()}
    assert clerk.post(f"{page}/credit", some).status_code == 403
    assert "Write a credit note" in manager.page(page)
    assert manager.post(f"{page}/credit", {**some, "reason": ""}).status_code == 422
    wrong = manager.post(f"{page}/credit", {**some, "line-1": "a lot"})
    assert wrong.status_code == 422
    assert "a lot" in wrong.text
    assert manager.post(f"{page}/credit", {**some, "line-1": "99999999.00"}).status_code == 422
    done(manager, manager.post(f"{page}/credit", some))
    assert "I-000002" in manager.page(page)
    assert "Credit note I-000002" in manager.page("/finance/invoices/I-000002")
    # Tax that is left blank goes with the copies: 10 % of 1,000.00 in Washington.
    more = {"what": "lines", "line-1": "1000.00", "reason": "Wet", "token": token()}
    looked_at = manager.post(f"{page}/credit/preview", more)
    (tax,) = html.fromstring(looked_at.text).xpath("//input[@name='line-4']")
    told = {name: tax.get(name) for name in ("inputmode", "maxlength", "size", "value")}
    assert told == {"inputmode": "decimal", "maxlength": "30", "size": "12", "value": "100.00"}
    assert "This credit note 1,100.00" in words(looked_at.text)
    assert "I-000003" not in manager.page(page), "nothing was issued"
    done(manager, manager.post(f"{page}/credit", more))
    assert "−1,100.00" in words(manager.page("/finance/invoices/I-000003"))
    rest = {"what": "all", "reason": "All of it", "token": token()}
    done(manager, manager.post(f"{page}/credit", rest))
    assert "Credit note of I-000001" in words(manager.page("/finance/invoices"))


def overdue(office: Office) -> None:
    """An invoice was issued in June."""
    now = office.system.clock
    office.system = replace(office.system, clock=lambda: now() - timedelta(days=80))
    invoiced(office)
    office.system = replace(office.system, clock=now)


@after(overdue)
def test_overdue_invoices_age_and_are_reminded_once_a_day(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert "31 to 60 days" in (page := clerk.page("/finance/invoices/overdue/aging"))
    assert "Guild Society" in page
    assert "overdue" in clerk.page("/finance/invoices?status=overdue&organization=guild")
    assert "No invoice is like that" in clerk.page("/finance/invoices?organization=league")
    assert "50 days ago" in words(clerk.page("/finance/invoices/overdue/reminders"))
    page = done(clerk, clerk.post("/finance/invoices/I-000001/remind"))
    assert "olga" in page.lower()
    assert "today already" in page
    assert clerk.post("/finance/invoices/I-000001/remind").status_code == 422
    assert "I-000001" in clerk.page("/finance/organizations/guild/account")
    book = clerk.get("/finance/organizations/guild/account.xlsx")
    assert book.data.startswith(b"PK")


@after(invoiced)
def test_invoice_list_is_paged(site: Site) -> None:
    names = "order_id, organization, kind, currency"
    for number in range(2, 60):
        site.office.execute(
            f"INSERT INTO invoice (id, number, {names}, total, deposit_applied, issued_on, due_on,"
            f" content, fingerprint, entry_id, token) SELECT {number}, 'I-{number:06}', {names},"
            f" 100, 0, issued_on, due_on, content, fingerprint, entry_id, 'more-{number}'"
            f" FROM invoice WHERE id = 1"
        )
    clerk = site.visitor(Role.CLERK)
    first = clerk.page("/finance/invoices")
    assert "I-000059" in first
    assert "I-000009" not in first
    assert "I-000009" in clerk.page("/finance/invoices?page=2")
    assert queries(site, clerk, "/finance/invoices") <= MOST_QUERIES


# Organizations and price lists


@after(takes_orders)
def test_a_manager_adds_and_amends_an_organization(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    assert "Add an organization" not in clerk.page("/finance/organizations")
    new, amend = "/finance/organizations/new/organization", "/finance/organizations/harbor/amend"
    typed = {
        "key": "harbor",
        "name": "Harbor <Works>",
        "country": "US",
        "email": "ada@example.org",
        "net_terms": "1",
        "revision": "0",
    }
    assert clerk.get(new).status_code == 403
    assert clerk.post(new, typed).status_code == 403
    wrong = manager.post(new, {**typed, "country": "Texas", "email": "ada"})
    assert wrong.status_code == 422
    assert 'href="#country"' in wrong.text
    assert 'href="#email"' in wrong.text
    assert "another manager approves it" in done(manager, manager.post(new, typed))
    page = approved(site)
    assert "Harbor &lt;Works&gt;" in page
    assert manager.post(new, typed).status_code == 422, "the key is taken"
    shown = manager.page(amend)
    revision = re.search(r'name="revision" value="(\d+)"', shown)
    assert revision
    changed = {**typed, "name": "Harbor Works", "revision": revision[1]}
    done(manager, manager.post(amend, changed))
    second = manager.post(amend, {**changed, "name": "Harbour"})
    assert second.status_code == 409
    assert "Harbour" in second.text
    revision = re.search(r'name="revision" value="(\d+)"', manager.page(amend))
    assert revision
    other = {**changed, "email": "mine@example.net", "revision": revision[1]}
    done(manager, manager.post(amend, other))
    with site.office.work(read_only=True) as work:
        found = find_entry(work, "organizations", "harbor")
    assert found is not None
    assert found.body["email"] == "ada@example.org", "who speaks for it two people decide"
    assert "Harbor Works" in clerk.page("/finance/organizations?q=harbor")
    assert "No organization has that" in clerk.page("/finance/organizations?q=zzz")


@after(takes_orders)
def test_a_certificate_is_checked_or_refused(site: Site) -> None:
    olga = somebody(site.office, "Olga Guild", Role.ORGANIZATION, "guild")
    for _ in range(2):
        with site.office.system.work(olga) as work:
            paper = certificates.AttachmentUpload("paper.pdf", io.BytesIO(a_pdf()))
            certificates.upload(work, "guild", "US-WA", date(2026, 1, 2), date(2027, 1, 1), paper)
    clerk = site.visitor(Role.CLERK)
    page = "/finance/organizations/guild"
    assert "waiting to be checked" in clerk.page(page)
    file = clerk.get(f"{page}/certificates/1")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert clerk.get("/finance/organizations/league/certificates/1").status_code == 404
    assert clerk.post("/finance/organizations/league/certificates/1/check").status_code == 404
    assert "in force" in done(clerk, clerk.post(f"{page}/certificates/1/check"))
    assert clerk.post(f"{page}/certificates/1/check").status_code == 422
    assert clerk.post(f"{page}/certificates/2/refuse", {"reason": ""}).status_code == 422
    refused = {"reason": "It is not signed"}
    assert "It is not signed" in done(clerk, clerk.post(f"{page}/certificates/2/refuse", refused))


def price_form(site: Site, **changed: object) -> dict[str, object]:
    with site.office.work(read_only=True) as work:
        now = find_entry(work, "price_lists", "standard")
    assert now is not None
    body = {**now.body, **now.body["versions"][-1]}
    return {**sent(PriceListForm, body), "revision": str(now.id), "act": "save", **changed}


@after(takes_orders)
def test_price_list_version_can_be_added_and_tried(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    page = "/finance/price-lists/standard"
    tried = words(clerk.page(f"{page}?copies=100&title=collab&place=US-WA"))
    assert "list price less 40 % from 100 copies on" in tried
    assert "Sales tax Washington" in tried
    assert "orders begin at 10 copies" in clerk.page(f"{page}?copies=3&title=collab")
    assert "no number of copies" in clerk.page(f"{page}?copies=some&title=collab")
    assert "can be had from 100" in clerk.page(
        f"{page}?copies=50&title=collab&option=logo-on-cover"
    )
    new = f"{page}/versions/new"
    assert clerk.get(new).status_code == 403
    assert "Add a version to Prices in USD" in manager.page(new)
    unchanged = manager.post(f"{page}/versions/2015-01-01", price_form(site))
    assert "Nothing had changed" in done(manager, unchanged)
    wrong = {"from": "2026-09-01", "discounts-0-discount": "140 %", "options-0-set_up": "1.005"}
    answer = manager.post(new, price_form(site, **wrong))
    assert answer.status_code == 422
    assert 'href="#discounts-0-discount"' in answer.text
    assert 'href="#options-0-set_up"' in answer.text
    good = price_form(site, **{"from": "2026-08-01", "discounts-0-discount": "45 %"})
    assert "Prepared as proposal" in done(manager, manager.post(new, good))
    approved(site)
    late = manager.post(new, {**good, "from": "2026-08-02"})
    assert late.status_code == 409, "somebody else was faster"
    assert "Yours would change it like this" in late.text
    assert "less 45 %" in clerk.page(f"{page}?copies=100&title=collab")
    assert "40 %" in clerk.page(f"{page}?version=2015-01-01")
    grown = manager.post(new, price_form(site, act="add:taxes:"))
    assert 'name="taxes-1-place"' in grown.text
    assert manager.get(f"{page}/versions/1999-01-01").status_code == 404


@after(takes_orders)
def test_price_list_can_be_added(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    path = "/finance/price-lists/new/price-list"
    assert "Add a price list" in manager.page(path)
    form_ = price_form(site, key="atlas", titles="atlas", revision="0")
    assert "The Atlas" in done(manager, manager.post(path, form_))
    approved(site)
    assert manager.post(path, {"revision": "0", "key": "odd"}).status_code == 422
    assert "Prices in USD (The Atlas)" in manager.page("/finance/price-lists")

"""An organization's own pages: every button, what is refused, and that others' do not exist."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

from lxml import html
from PIL import Image
from werkzeug.test import TestResponse

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import State
from royalties.domain.orders.order import Order
from royalties.domain.orders.pricing import Option
from royalties.domain.people import Role
from royalties.services.orders import life, messages
from royalties.services.orders.billing import certificates, invoicing, receivables
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.production import artwork, proofs
from royalties.services.orders.quoting import quotes
from tests.builders.books import Office, after
from tests.builders.orders import (
    CUSTOM,
    REQUESTED,
    accepted,
    letters,
    quoted,
    requested,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf
from tests.builders.post import posted
from tests.builders.site import Site, Visitor

ROOM = "/organization/orders"
LETTERED = replace(CUSTOM, options=(Option.LOGO_ON_COVER,))


def a_logo(size: tuple[int, int] = (1200, 700), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 90, 85)).save(out, kind)
    return out.getvalue()


def olga(site: Site) -> Visitor:
    """Of the guild, which may pay after the invoice."""
    return site.signed_in(somebody(site.office, "Olga Orr", Role.ORGANIZATION, "guild"))


def lea(site: Site) -> Visitor:
    """Of the league, which pays ahead."""
    return site.signed_in(somebody(site.office, "Lea Low", Role.ORGANIZATION, "league"))


def standing(office: Office, number: str) -> Order:
    with office.work(read_only=True) as work:
        found = life.find(work, number)
    assert found is not None
    return found


def send_artwork(office: Office, visitor: Visitor, number: str) -> None:
    sent = artwork.ArtworkUpload(Use.LOGO, "logo.png", io.BytesIO(a_logo()))
    looked = artwork.inspect(office.system.files, sent, LETTERED.options)
    version = standing(office, number).version
    with office.system.work(visitor.actor) as work:
        artwork.send_artwork(work, number, version=version, files=[looked], rights=True)


def send_proof(office: Office, number: str, pages: int = 2) -> None:
    sent = artwork.ArtworkUpload(Use.PROOF, "proof.pdf", io.BytesIO(a_pdf(pages=pages)))
    looked = artwork.inspect(office.system.files, sent)
    version = standing(office, number).version
    with office.work() as work:
        proofs.send_proof(work, number, version=version, file=looked)


def proofed(office: Office, visitor: Visitor) -> str:
    number = accepted(office, visitor.actor, LETTERED)
    send_artwork(office, visitor, number)
    send_proof(office, number)
    return number


def billed(office: Office, visitor: Visitor) -> tuple[str, str]:
    """The numbers of an order that was shipped and of its invoice."""
    number = accepted(office, visitor.actor, replace(REQUESTED, ship_to=REQUESTED.ship_to[:1]))
    with office.work() as work:
        life.produce(work, number)
    version = standing(office, number).version
    with office.work() as work:
        shipping.ship(
            work,
            number,
            version=version,
            address=1,
            copies=200,
            shipped_on=work.today,
            carrier="UPS",
            tracking="1Z 999",
            token=f"ship {number}",
        )
    version = standing(office, number).version
    with office.work() as work:
        made = invoicing.invoice(work, number, version=version, token=f"bill {number}")
    return number, made.row.number


def hidden(page: str) -> dict[str, str]:
    """What the last form of a page carries."""
    form = page[page.rindex('<form method="post"' if '<form method="post"' in page else "<form") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def form_at(page: str, action: str) -> dict[str, str]:
    """What the form that goes to an address carries."""
    start = page.index(f'action="{action}"')
    found = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"',
        page[start : page.index("</form>", start)],
    )
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def send(visitor: Visitor, path: str, page: str, more: Mapping[str, Any]) -> TestResponse:
    """Send a form as it stands on a page, filled in."""
    return visitor.post(path, {**form_at(visitor.page(page), path), **more})


# What they see


@after(takes_orders)
def test_home_shows_what_each_order_waits_for(site: Site) -> None:
    visitor = olga(site)
    assert "No order yet" in visitor.page("/organization/")
    asked = requested(site.office, visitor.actor, REQUESTED).number
    waiting = quoted(site.office, visitor.actor, REQUESTED)
    page = visitor.page("/organization/")
    yours, _, running = page.partition("On their way")
    assert waiting in yours
    assert "A quote is here for you" in yours
    assert "Please accept or decline the quote" in yours
    assert asked in running
    assert "Next, we make a quote" in running


@after(takes_orders)
def test_order_page_runs_at_most_fifteen_queries(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    tails = ("", "/quotes", "/artwork", "/proof", "/proof/approve", "/messages", "/cancel")
    rooms = [f"{ROOM}/{number}{tail}" for tail in tails]
    for path in (*rooms, "/organization/", "/organization/invoices", "/organization/titles"):
        visitor.page(path)
        asked = site.office.statements_of(lambda _: visitor.get(path))  # noqa: B023 - called at once
        own = [
            each for each in asked if not re.match("BEGIN|COMMIT|PRAGMA|SET|SELECT alembic", each)
        ]
        assert len(own) <= 15, (path, own)


@after(takes_orders)
def test_buttons_match_the_transition_table_and_name_what_is_missing(site: Site) -> None:
    visitor = lea(site)
    number = accepted(site.office, visitor.actor, LETTERED, po_number="")
    page = visitor.page(f"{ROOM}/{number}")
    assert "Please pay the deposit" in page
    assert re.search(r"<button disabled[^>]*>Send artwork</button>", page)
    assert "needs the deposit paid" in page
    assert "Cancel the order" in page
    assert "Approve and start production" not in page
    refused = visitor.post(
        f"{ROOM}/{number}/artwork",
        {
            "version": str(standing(site.office, number).version),
            "logo": (io.BytesIO(a_logo()), "logo.png"),
            "rights": "1",
        },
    )
    assert refused.status_code == 422
    assert "this needs the deposit paid" in refused.text


# Quotes


@after(takes_orders)
def test_a_quote_is_accepted_with_name_and_purchase_order(site: Site) -> None:
    visitor = olga(site)
    number = quoted(site.office, visitor.actor, REQUESTED)
    path = f"{ROOM}/{number}/quotes"
    with site.office.work(read_only=True) as work:
        found = life.find(work, number)
        assert found is not None
        issued = quotes.quotes(work, found)[0]
    page = visitor.page(path)
    for line in issued.shown.lines:
        assert line.words in page
        assert line.why in page
    for words in issued.shown.terms:
        assert words in page
    assert send(visitor, path, path, {"name": "Olga Orr"}).status_code == 422
    unsigned = send(visitor, path, path, {"agreed": "1", "po_number": "PO-8", "name": " "})
    assert unsigned.status_code == 422
    assert 'value="PO-8"' in unsigned.text
    answer = send(
        visitor,
        path,
        path,
        {
            "agreed": "1",
            "name": "Olga Orr",
            "po_number": "PO-8",
            "po_file": (io.BytesIO(a_pdf()), "our order.pdf"),
        },
    )
    assert (answer.status_code, answer.location) == (303, f"{ROOM}/{number}")
    order = standing(site.office, number)
    assert (order.state, order.accepted_by, order.po_number) == (
        State.ACCEPTED,
        "Olga Orr",
        "PO-8",
    )
    assert "our order.pdf" in visitor.page(f"{ROOM}/{number}")


@after(takes_orders)
def test_replaced_quote_cannot_be_accepted(site: Site) -> None:
    visitor = olga(site)
    number = quoted(site.office, visitor.actor, REQUESTED)
    path = f"{ROOM}/{number}/quotes"
    form = form_at(visitor.page(path), path)
    with site.office.work() as work:
        quotes.issue_quote(work, number)
    answer = visitor.post(path, {**form, "name": "Olga Orr", "agreed": "1", "po_number": "PO-9"})
    assert answer.status_code == 409
    assert "has changed since this page showed it to you" in answer.text
    assert 'value="PO-9"' in answer.text
    assert "Olga Orr" not in answer.text[answer.text.index('id="accept"') :], "signed for another"
    again = {**form_at(answer.text, path), "quote": "1", "name": "Olga", "agreed": "1"}
    old = visitor.post(path, again)
    assert old.status_code == 422
    assert "was replaced by" in old.text
    assert standing(site.office, number).state is State.QUOTED


@after(takes_orders)
def test_request_can_be_withdrawn_in_one_way_only(site: Site) -> None:
    visitor = olga(site)
    number = requested(site.office, visitor.actor, REQUESTED).number
    page = visitor.page(f"{ROOM}/{number}")
    assert "Cancel the request" in page
    assert f"{ROOM}/{number}/decline" not in page
    path = f"{ROOM}/{number}/cancel"
    page = visitor.page(path)
    assert "You will owe nothing." in page
    assert visitor.post(path, {**hidden(page), "reason": "Not needed"}).status_code == 303
    assert standing(site.office, number).state is State.CANCELLED


@after(takes_orders)
def test_a_quote_is_declined_with_a_reason(site: Site) -> None:
    visitor = olga(site)
    number = quoted(site.office, visitor.actor, REQUESTED)
    path = f"{ROOM}/{number}/decline"
    version = hidden(visitor.page(path))
    assert visitor.post(path, {**version, "reason": ""}).status_code == 422
    assert visitor.post(path, {**version, "reason": "Too dear"}).status_code == 303
    assert standing(site.office, number).state is State.DECLINED
    assert "no longer possible" in visitor.page(path)


@after(takes_orders)
def test_a_purchase_order_may_come_later(site: Site) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED, po_number="")
    here, path = f"{ROOM}/{number}", f"{ROOM}/{number}/purchase-order"
    assert send(visitor, path, here, {}).status_code == 422
    virus = {"po_file": (io.BytesIO(b"MZ virus"), "order.pdf")}
    assert send(visitor, path, here, virus).status_code == 422
    stale = form_at(visitor.page(here), path)
    file = {"po_file": (io.BytesIO(a_pdf()), "order.pdf")}
    assert send(visitor, path, here, file).status_code == 303
    assert visitor.post(path, {**stale, "po_number": "PO-1"}).status_code == 409
    assert "Please send the artwork" in visitor.page(here)
    assert any("purchase order" in text for _, _, text in letters(site.office))


# Artwork and proofs


@after(takes_orders)
def test_artwork_is_checked_before_it_is_sent(site: Site) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    before = site.office.hashes("session", "attempt")
    path = f"{ROOM}/{number}/artwork/look"
    small = visitor.post(path, {"use": "logo", "file": (io.BytesIO(a_logo((300, 200))), "l.png")})
    assert small.json is not None
    assert small.json["taken"] is True
    assert "300 × 200 pixels: prints sharp up to 2.5 cm" in small.json["html"]
    assert "Its room on the cover is 8 cm" in small.json["html"]
    wrong = visitor.post(path, {"use": "logo", "file": (io.BytesIO(b"MZ"), "<b>l.png")})
    assert wrong.json is not None
    assert wrong.json["taken"] is False
    assert "<b>" not in wrong.json["html"]
    assert visitor.post(path, {"use": "cover", "file": (io.BytesIO(b""), "c")}).status_code == 422
    assert site.office.hashes("session", "attempt") == before
    for _ in range(17):
        assert visitor.post(path, {"use": "logo"}).status_code == 422
    assert visitor.post(path, {"use": "logo"}).status_code == 429
    shows = f"{ROOM}/{number}/artwork/show"
    assert visitor.post(shows, {}).status_code == 429


def waits(page: str) -> str:
    """What a page carries of a logo that was shown."""
    found = re.search(r'name="look-logo" value="([^"]+)"', page)
    assert found
    return found[1]


@after(takes_orders)
def test_artwork_is_previewed_before_it_is_sent(site: Site) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    path, shows = f"{ROOM}/{number}/artwork", f"{ROOM}/{number}/artwork/show"
    bare = visitor.get(f"{ROOM}/{number}/cover.png").data
    before = site.office.hashes("session", "attempt")
    logo = {"logo": (io.BytesIO(a_logo()), "our logo.png")}
    page = visitor.post(shows, {**form_at(visitor.page(path), path), **logo}).text
    assert "not sent yet" in page
    pictures = [unescape(each) for each in re.findall(r'src="(/organization/orders/[^"]+)"', page)]
    assert len(pictures) == 2
    for each in pictures:
        answer = visitor.get(each)
        assert answer.mimetype == "image/png"
        assert answer.data.startswith(b"\x89PNG")
        assert answer.data != bare
    assert site.office.hashes("session", "attempt") == before
    assert visitor.post(shows, {}).status_code == 422, "nothing was chosen"
    # What one person was shown is nobody else's, and of no other order.
    other = accepted(site.office, visitor.actor, LETTERED)
    assert visitor.get(pictures[0].replace(number, other)).status_code == 404
    otto = site.visitor(Role.ORGANIZATION, organizations=("guild",))
    assert otto.get(pictures[0]).status_code == 404
    token = waits(page)
    assert visitor.get(pictures[0].replace(token, token[:-3])).status_code == 404
    # A refusal loses nothing, and what was shown is sent without choosing it again.
    again = send(visitor, path, path, {"look-logo": token})
    assert again.status_code == 422
    assert "tick the box" in again.text
    assert "not sent yet" in again.text
    sent = {"look-logo": waits(again.text), "rights": "1"}
    assert send(visitor, path, path, sent).status_code == 303
    kept = visitor.get(f"{ROOM}/{number}/files/1")
    assert kept.data == a_logo()
    assert "our logo.png" in kept.headers["Content-Disposition"]
    for upload in (site.office.system.config.home / "uploads").iterdir():
        upload.unlink()
    late = send(visitor, path, path, sent)
    assert late.status_code == 422
    assert "ur logo.png has waited for too long: choose it again" in late.text


@after(takes_orders)
def test_artwork_is_sent_kept_in_versions_and_shown(site: Site) -> None:
    visitor = olga(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    path = f"{ROOM}/{number}/artwork"
    logo = ("logo", "our logo.png")

    def post(data: bytes, **more: str) -> TestResponse:
        return send(visitor, path, path, {logo[0]: (io.BytesIO(data), logo[1]), **more})

    assert send(visitor, path, path, {"rights": "1"}).status_code == 422
    assert "tick the box" in post(a_logo()).text
    refused = post(b"GIF89a", rights="1")
    assert refused.status_code == 422
    assert "a logo is sent as" in refused.text
    assert post(a_logo(), rights="1").status_code == 303
    assert standing(site.office, number).state is State.ARTWORK
    assert post(a_logo((2400, 1400)), rights="1").status_code == 303
    page = visitor.page(path)
    assert "Your logo, version 2" in page
    assert "replaced" in page
    pictures = re.findall(r'src="(/organization/orders/[^"]+\.png)"', page)
    assert len(pictures) == 2
    for each in pictures:
        answer = visitor.get(each)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.data.startswith(b"\x89PNG")
    kept = visitor.get(f"{ROOM}/{number}/files/1")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    assert kept.data == a_logo()


@after(takes_orders)
def test_proof_can_be_commented_and_changes_asked_for(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    here = f"{ROOM}/{number}/proof"
    page = visitor.page(here)
    assert "Approve and start production" in page
    empty = send(visitor, f"{here}/changes", here, {"changes": ""})
    assert empty.status_code == 422
    assert "a comment that says what to change" in empty.text
    comment = {"proof_version": "1", "page": "2", "text": "Okonkwo, with an o"}
    assert visitor.post(f"{here}/comment", comment).status_code == 303
    assert visitor.post(f"{here}/comment", {**comment, "page": "9"}).status_code == 422
    assert "Okonkwo" in visitor.page(here)
    assert send(visitor, f"{here}/changes", here, {}).status_code == 303
    assert standing(site.office, number).state is State.CHANGES_ASKED
    send_proof(site.office, number, pages=3)
    assert "Different from version 1: page 3" in visitor.page(here)
    old = visitor.page(f"{here}?version=1")
    assert "There is a newer version" in old
    assert "Okonkwo" in old
    assert visitor.post(f"{here}/comment", comment).status_code == 422, "of the old one"


@after(takes_orders)
def test_only_the_proof_that_was_shown_is_approved(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    path = f"{ROOM}/{number}/proof/approve"
    page = visitor.page(path)
    assert "cannot be changed or cancelled after this" in page
    shown = hidden(page)
    good = {**shown, "name": "Olga Orr", "looked": "1"}
    for change in ({"name": " "}, {"looked": ""}, {"sha256": "0" * 64}, {"proof_version": "7"}):
        assert visitor.post(path, {**good, **change}).status_code == 422, change
    send_proof(site.office, number, pages=3)
    late = visitor.post(path, good)
    assert late.status_code == 409
    assert 'value="Olga Orr"' not in late.text, "what was signed is not there any more"
    assert standing(site.office, number).state is State.PROOF_SENT
    now = {**hidden(visitor.page(path)), "name": "Olga Orr", "looked": "1"}
    assert visitor.post(path, {**now, "sha256": shown["sha256"]}).status_code == 422
    assert visitor.post(path, now).status_code == 303
    assert standing(site.office, number).state is State.PROOF_APPROVED
    assert "was approved by Olga Orr" in visitor.page(path)
    assert visitor.post(path, now).status_code == 409
    assert "no longer possible" in visitor.page(f"{ROOM}/{number}/cancel")


# Messages, certificates, money, the end


@after(takes_orders)
def test_messages_go_to_the_staff_with_files(site: Site) -> None:
    visitor = olga(site)
    number = requested(site.office, visitor.actor, REQUESTED).number
    path = f"{ROOM}/{number}/messages"
    with site.office.work() as work:
        messages.post(work, number, "Ask <b>Kim</b> first.", internal=True)
        messages.post(work, number, "Which <b>foreword</b>?")
    assert visitor.post(path, {"text": " "}).status_code == 422
    files_ = [(io.BytesIO(a_pdf()), f"{n}.pdf") for n in range(11)]
    many = visitor.post(path, {"text": "All of it", "files": files_})
    assert many.status_code == 422
    assert "All of it" in many.text
    one = {"text": "This one.\nOr none.", "files": (io.BytesIO(a_pdf()), "foreword.pdf")}
    assert visitor.post(path, one).status_code == 303
    page = visitor.page(path)
    assert "Which &lt;b&gt;foreword" in page
    assert "Kim" not in page
    link = re.search(r'href="([^"]+/files/\d+)">foreword.pdf', page)
    assert link
    assert visitor.get(link[1]).headers["Content-Disposition"].startswith("attachment")


@after(takes_orders)
def test_certificates_are_sent_and_say_whether_they_count(site: Site) -> None:
    visitor = olga(site)
    path = "/organization/certificates/"
    today = date(2026, 8, 20)

    def post(**change: Any) -> TestResponse:
        form = {
            "organization": "guild",
            "country": "US",
            "region": "wa",
            "signed_on": "2026-01-02",
            "expires_on": (today + timedelta(days=300)).isoformat(),
            "file": (io.BytesIO(a_pdf()), "exempt.pdf"),
        }
        return visitor.post(path, {**form, **change})

    for change in (
        {"file": (io.BytesIO(b"MZ"), "exempt.pdf")},
        {"file": (io.BytesIO(b""), "")},
        {"region": ""},
        {"expires_on": "2026-01-01"},
        {"signed_on": "someday"},
        {"organization": "league"},
    ):
        refused = post(**change)
        assert refused.status_code == 422, change
        assert "This was not done" in refused.text
    assert post().status_code == 303
    assert "waiting to be checked" in visitor.page(path)
    with site.office.work() as work:
        certificates.refuse(work, 1, "The signature is missing")
    assert "The signature is missing" in visitor.page(path)
    kept = visitor.get(f"{path}1")
    assert kept.headers["Content-Disposition"].startswith("attachment")


@after(takes_orders)
def test_order_page_lists_shipments_and_invoices(site: Site) -> None:
    visitor = olga(site)
    number, bill = billed(site.office, visitor)
    page = visitor.page(f"{ROOM}/{number}")
    for words in ("1Z 999", "UPS", bill, "Please pay the invoice"):
        assert words in page
    for path, kind in (
        (f"{ROOM}/{number}/shipments/1.pdf", b"%PDF"),
        (f"{ROOM}/{number}/shipments/1.xlsx", b"PK"),
        (f"{ROOM}/{number}/quotes/1.pdf", b"%PDF"),
        (f"/organization/invoices/{bill}.pdf", b"%PDF"),
        (f"/organization/invoices/{bill}.xlsx", b"PK"),
        ("/organization/guild/account.xlsx", b"PK"),
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert answer.data.startswith(kind)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    with site.office.work(read_only=True) as work:
        [owed] = receivables.balances(work, number)
    listed = visitor.page("/organization/invoices")
    assert f"{owed.balance // 100:,}.{owed.balance % 100:02}" in listed
    assert "to be paid" in listed
    with site.office.work() as work:
        receivables.receive(work, bill, owed.balance, work.today, "wire", "paid")
    assert "everything is paid" in visitor.page("/organization/invoices")
    assert "Paid: all done" in visitor.page(f"{ROOM}/{number}")


@after(takes_orders)
def test_cancelling_shows_the_fee_first(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    path = f"{ROOM}/{number}/cancel"
    page = visitor.page(path)
    with site.office.work(read_only=True) as work:
        found = life.find(work, number)
        assert found is not None
        quote = quotes.accepted_quote(work, found)
        assert quote is not None
        set_up = sum(line.amount for line in quote.lines if line.kind == "set-up")
    owed = set_up + round((quote.total - set_up) * 0.25)
    assert f"You will owe {owed // 100:,}.{owed % 100:02}" in page
    form = hidden(page)
    assert visitor.post(path, {**form, "reason": " "}).status_code == 422
    with site.office.work() as work:
        life.hold(work, number, "Paper is short")
    assert visitor.post(path, {**form, "reason": "Off"}).status_code == 409, "changed meanwhile"
    with site.office.work() as work:
        life.resume(work, number)
    form = hidden(visitor.page(path))
    assert visitor.post(path, {**form, "reason": "The event is off"}).status_code == 303
    assert standing(site.office, number).state is State.CANCELLED


@after(takes_orders)
def test_reorder_repeats_the_order_with_its_artwork(site: Site) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    page = visitor.page(f"{ROOM}/{number}")
    assert f'href="{ROOM}/{number}/again"' in page
    form = visitor.get(f"{ROOM}/{number}/again")
    assert form.location == f"/titles/collab/order/?again={number}"
    page = visitor.page(form.location)
    assert f"Filled in from order {number}" in page
    assert 'value="250"' in page
    assert 'name="to_name" value="Lincoln School"' in page
    sent = {**fields(page), "need_by": "2026-12-01", "step": "3", "do": "send", "token": "t-1"}
    answers = [visitor.post("/titles/collab/order/", sent) for _ in range(2)]
    assert {each.status_code for each in answers} == {303}
    (again,) = {str(each.location).rpartition("/")[2] for each in answers}
    assert len(site.office.rows("SELECT id FROM orders")) == 2, "two clicks are one order"
    made, before = standing(site.office, again), standing(site.office, number)
    assert (made.state, made.reorder_of) == (State.REQUESTED, before.id)
    assert (made.ship_to, made.options) == (before.ship_to, before.options)
    assert "Your logo, version 1" in visitor.page(f"{ROOM}/{again}/artwork")


def fields(page: str) -> dict[str, list[str]]:
    """What a page's form sends as it stands."""
    found: dict[str, list[str]] = {}
    document = html.document_fromstring(page)
    form = next(each for each in document.forms if "order" in (each.get("class") or ""))
    for name, value in form.form_values():
        if name == "csrf_token":
            continue
        found.setdefault(name, []).append(value)
    return found


# Others


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


@after(takes_orders)
def test_orders_of_others_answer_like_missing_ones(site: Site) -> None:
    mine, theirs = lea(site), olga(site)
    proof = proofed(site.office, theirs)
    number, bill = billed(site.office, theirs)
    send_ = {
        "organization": "guild",
        "country": "US",
        "region": "WA",
        "signed_on": "2026-01-02",
        "expires_on": "2027-01-02",
    }
    certificate = {**send_, "file": (io.BytesIO(a_pdf()), "c.pdf")}
    assert theirs.post("/organization/certificates/", certificate).status_code == 303
    assert theirs.post(f"{ROOM}/{proof}/messages", {"text": "Hello"}).status_code == 303
    pairs = [
        (f"{ROOM}/{{}}{tail}", proof, "O-2026-9999")
        for tail in (
            "",
            "/quotes",
            "/artwork",
            "/proof",
            "/proof/approve",
            "/messages",
            "/cancel",
            "/decline",
            "/cover.png",
            "/files/1",
            "/files/1/1.png",
            "/quotes/1.pdf",
            "/quotes/1.xlsx",
        )
    ]
    pairs += [
        (f"{ROOM}/{{}}/shipments/1.pdf", number, "O-2026-9999"),
        ("/organization/invoices/{}.pdf", bill, "I-999999"),
        ("/organization/invoices/{}.xlsx", bill, "I-999999"),
        ("/organization/certificates/{}", "1", "99"),
        ("/organization/{}/account.xlsx", "guild", "nobody"),
    ]
    for pattern, other, missing in pairs:
        assert theirs.get(pattern.format(other)).status_code == 200, pattern
        found, nothing = mine.get(pattern.format(other)), mine.get(pattern.format(missing))
        assert (found.status_code, nothing.status_code) == (404, 404), pattern
        assert without_tokens(found.text) == without_tokens(nothing.text), pattern
    before = site.office.hashes("session")
    for tail in (
        "/quotes",
        "/decline",
        "/cancel",
        "/quotes/ask",
        "/purchase-order",
        "/messages",
        "/artwork",
        "/artwork/look",
        "/proof/comment",
        "/proof/changes",
        "/proof/approve",
    ):
        form = {"version": str(standing(site.office, proof).version), "text": "x", "reason": "x"}
        assert mine.post(f"{ROOM}/{proof}{tail}", form).status_code == 404, tail
    assert site.office.hashes("session") == before
    for page in ("/organization/", "/organization/invoices", "/organization/certificates/"):
        text = mine.page(page)
        assert proof not in text
        assert bill not in text


@after(takes_orders)
def test_user_without_organization_sees_no_orders(site: Site) -> None:
    visitor = site.visitor(Role.ORGANIZATION)
    requested(site.office, olga(site).actor, REQUESTED)
    assert "No order yet" in visitor.page("/organization/")
    assert "No invoice yet" in visitor.page("/organization/invoices")
    assert "Send a certificate" not in visitor.page("/organization/certificates/")


# Colleagues


@after(takes_orders)
def test_a_colleague_is_invited_and_removed(site: Site) -> None:
    visitor = olga(site)
    assert visitor.get("/organization/people").location == "/organization/guild/people"
    form = {"email": "otto@example.org", "name": "Otto New"}
    assert visitor.post("/organization/guild/people", form).status_code == 303
    page = visitor.page("/organization/guild/people")
    assert "otto@example.org" in page
    assert "Otto New" not in page
    assert visitor.post("/organization/league/people", form).status_code == 404
    assert visitor.get("/organization/league/people").status_code == 404
    wrong = visitor.post("/organization/guild/people", {"email": "otto", "name": "Otto"})
    assert wrong.status_code == 422
    other = site.visitor(Role.ORGANIZATION, organizations=("guild",))
    path = f"/organization/guild/people/{other.actor.person}/remove"
    stranger = site.visitor(Role.ORGANIZATION, organizations=("league",))
    assert stranger.post(path).status_code == 404
    assert other.get("/organization/guild/people").status_code == 200
    assert visitor.post(path).status_code == 303
    assert other.get("/organization/guild/people").status_code in {302, 404}


@after(takes_orders)
def test_invitation_does_not_reveal_who_has_an_account(site: Site) -> None:
    visitor = olga(site)
    site.visitor(Role.ORGANIZATION, "Otto Own", organizations=("guild",))
    site.visitor(Role.ORGANIZATION, "Lena Loud", organizations=("league",)).page("/organization/")
    site.visitor(Role.CLERK, "Carl Clerk")
    site.visitor(Role.NONPROFIT, "Nora Nonprofit", beneficiaries=("seattle",))
    site.somebody(Role.ORGANIZATION, "Dora Done", organizations=("league",), status="disabled")
    path = "/organization/guild/people"
    names = ("Lena Loud", "Carl Clerk", "Nora Nonprofit", "Dora Done", "Someone New")
    said = set()
    for name in (*names, "Otto Own"):
        email = f"{name.lower().replace(' ', '.')}@example.org"
        answer = visitor.post(path, {"email": email, "name": "Lena Loud"})
        assert (answer.status_code, answer.location) == (303, path)
        with visitor.client.session_transaction(base_url="http://localhost:8000") as kept:
            said.add(str(kept.pop("_flashes")))
    assert len(said) == 1
    assert "If this address can be invited, an invitation is on its way" in said.pop()
    page = visitor.page(path)
    rows = {
        name: re.sub(r"\s+", " ", row).replace(f"{name.lower().replace(' ', '.')}@", "ADDRESS@")
        for name in names
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        if f"{name.lower().replace(' ', '.')}@" in row
    }
    rows = {name: re.sub(r"invited/\d+", "invited/1", row) for name, row in rows.items()}
    rows = {name: re.sub(r'name="csrf_token" value="[^"]*"', "", row) for name, row in rows.items()}
    assert len(rows) == len(names)
    assert len(set(rows.values())) == 1, "all look the same"
    assert not any(name in page for name in names)
    assert "Otto Own" in page
    for name in names:  # and nobody came in
        rows_of = site.office.rows(
            "SELECT organization FROM organization_member JOIN person ON id = person_id "
            "WHERE name = :name AND organization = 'guild'",
            name=name,
        )
        assert rows_of == [], name


@after(takes_orders)
def test_a_colleague_of_another_organization_joins_by_their_link(site: Site) -> None:
    visitor, lena = olga(site), lea(site)
    form = {"email": "lea.low@example.org", "name": "Lea"}
    assert visitor.post("/organization/guild/people", form).status_code == 303
    assert lena.get("/organization/guild/people").status_code == 404
    [invitation] = posted(site.office, "kind = 'invitation'")
    found = re.search(r"http://localhost:8000(/account/\S+)", invitation.text)
    assert found is not None
    assert "<h1>Join " in lena.page(found[1])
    assert lena.get("/organization/guild/people").status_code == 404, "a look is no consent"
    assert lena.post(found[1]).status_code == 303
    assert "Lea Low" in lena.page("/organization/guild/people")
    assert "not here yet" not in visitor.page("/organization/guild/people")


@after(takes_orders)
def test_invitations_are_throttled_and_can_be_withdrawn(site: Site) -> None:
    visitor = olga(site)
    path = "/organization/guild/people"
    for number in range(20):
        form = {"email": f"friend{number}@example.org", "name": "Friend"}
        assert visitor.post(path, form).status_code == 303
    answer = visitor.post(path, {"email": "more@example.org", "name": "Friend"})
    assert answer.status_code == 422
    assert "go on tomorrow" in answer.text
    assert site.office.rows("SELECT count(*) FROM mail WHERE kind = 'invitation'") == [(20,)]
    found = re.search(r'action="(/organization/guild/people/invited/\d+/withdraw)"', answer.text)
    assert found is not None
    assert lea(site).post(found[1]).status_code == 404
    assert visitor.post(found[1]).status_code == 303
    assert "friend0@example.org" not in visitor.page(path)
    assert visitor.post(found[1]).status_code == 409

"""Orders in many states, for the books in which every page has something to show."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta

from PIL import Image
from sqlalchemy import insert, select, update

from royalties.adapters.credentials import fingerprint
from royalties.domain.orders.artwork import Use
from royalties.domain.people import ANONYMOUS, Actor, Role
from royalties.services.orders import life, messages
from royalties.services.orders.billing import certificates, invoicing, receivables, settling
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.intake import drafts, requests
from royalties.services.orders.production import artwork, proofs
from royalties.store.tables import order_draft, order_request, quote_link
from tests.builders import orders as placed
from tests.builders.books import HARDCOVER, Office
from tests.builders.keyed import keyed
from tests.builders.orders import (
    a_price_list,
    accepted,
    an_organization,
    quoted,
    requested,
    somebody,
)
from tests.builders.pdfs import a_pdf

PROOFED, BILLED, ASKED, AHEAD, QUOTED, CANCELLED = (f"O-2026-000{place}" for place in range(1, 7))
"""Numbers of orders: all are the guild's, but those that pay ahead or were quoted."""

INVOICE, DEPOSIT = "I-000001", "I-000002"
"""Of the order that was billed, overdue and paid in part; of the one that pays ahead."""

REQUESTED, CUSTOM = (
    replace(each, title=keyed("collab")) for each in (placed.REQUESTED, placed.CUSTOM)
)

LOGO, PROOF, PROOF_AGAIN, ATTACHMENT = range(1, 5)
"""Numbers of files; the attachment is of the order that was asked for."""

SHIPMENT, CERTIFICATE, RECEIPT = 1, 1, 1

REQUEST = "a-request"
"""What the link of a request holds that was not opened yet."""

DRAFT = "a-draft"
"""What the address of a request holds that is still being written."""

_A_DRAFT = json.dumps(
    [
        {
            "kind": "bulk",
            "isbn": HARDCOVER,
            "copies": "100",
            "region": "WA",
            "country": "US",
            "tax": "taxable",
        },
        [],
        False,
        [],
    ]
)
QUOTE = "a-quote"
"""What the link of the league's quote holds."""

_JULY = timedelta(days=45)


def terms(office: Office) -> None:
    """A price list, and organizations that may order by it."""
    office.load(
        {
            "retailers": [
                {"key": "orders", "name": "Orders", "channel": "bulk"},
                {"key": "editions", "name": "Custom editions", "channel": "custom"},
            ],
            "organizations": [
                an_organization(
                    "guild",
                    address=["4 Pier"],
                    city="Seattle",
                    region="WA",
                    postcode="98101",
                    phone="+1 206 555 0100",
                ),
                an_organization("old-league", name="LEAGUE  society"),
                an_organization("league", net_terms=False),
            ],
            "banks": [
                {
                    "key": "ach",
                    "name": "Invented Bank",
                    "format": "nacha",
                    "holder": "Example House",
                    "routing": "122105155",
                    "account": "000 123 4567",
                    "company_id": "1911234567",
                },
                {
                    "key": "sepa",
                    "name": "Erfundene Bank",
                    "format": "pain.001.001.09",
                    "holder": "Example House",
                    "currency": "EUR",
                    "iban": "DE89370400440532013000",
                    "sepa": True,
                },
            ],
            "payment_details": [
                {
                    "key": "usd",
                    "from": "2025-01-01",
                    "payee": "Example House",
                    "bank": "Example Bank",
                    "routing": "125000024",
                    "account": "000 123 4567",
                }
            ],
            "price_lists": [
                a_price_list(
                    small_order_below=25,
                    small_order_charge="25.00",
                    rush_charge="75.00",
                    terms=["Copies cannot be returned."],
                )
            ],
        },
        "orders.json",
    )


def orders_in_many_states(office: Office) -> None:
    """Six orders of two organizations, with files, messages, money and a certificate."""
    terms(office)
    guild = somebody(office, "Olga Guild", Role.ORGANIZATION, keyed("guild"))
    league = somebody(office, "Lea League", Role.ORGANIZATION, keyed("league"))
    now = office.system.clock
    office.system = replace(office.system, clock=lambda: now() - _JULY)
    assert accepted(office, guild, replace(CUSTOM, need_by=date(2026, 8, 1))) == PROOFED
    assert accepted(office, guild, REQUESTED) == BILLED
    _billed(office)
    office.system = replace(office.system, clock=now)
    _proofed(office, guild)
    _money(office)
    _asked(office, guild)
    assert accepted(office, league, REQUESTED, po_number="") == AHEAD
    with office.work() as work:
        invoicing.invoice_deposit(work, AHEAD, version=_version(office, AHEAD), token="deposit")  # noqa: S106 - no secret
    assert quoted(office, league, REQUESTED) == QUOTED
    with office.work() as work:
        newest = select(quote_link).order_by(quote_link.c.order_id.desc()).limit(1)
        sent = work.connection.execute(newest).mappings().one()
        known = {**sent, "hash": fingerprint(QUOTE)}
        work.connection.execute(insert(quote_link).values(known))
    assert accepted(office, guild, REQUESTED) == CANCELLED
    with office.work() as work:
        life.produce(work, CANCELLED)
    with office.work() as work:
        settling.cancel(work, CANCELLED, "The event is off")
    with office.system.work(guild) as work:
        paper = certificates.AttachmentUpload("exempt.pdf", io.BytesIO(a_pdf()))
        certificates.upload(
            work, keyed("guild"), "US-WA", date(2026, 1, 2), date(2027, 1, 1), paper
        )


def a_request_waits(office: Office) -> None:
    """Somebody without an account asked for copies."""
    with office.system.work(ANONYMOUS) as work:
        requests.ask_for(work, REQUESTED, "192.0.2.7")
        work.connection.execute(update(order_request).values(hash=fingerprint(REQUEST)))
        drafts.begin(work, keyed("collab"), _A_DRAFT, "192.0.2.7")
        work.connection.execute(update(order_draft).values(hash=fingerprint(DRAFT)))


DRAWN_LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 70"><desc>SECRET</desc>'
    b'<rect width="120" height="70" fill="#0a5a55"/></svg>'
)


def a_logo(size: tuple[int, int] = (1200, 700)) -> bytes:
    """A picture that prints sharp."""
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 90, 85, 255)).save(out, "PNG")
    return out.getvalue()


def _version(office: Office, number: str) -> int:
    with office.work(read_only=True) as work:
        found = life.find(work, number)
    assert found is not None
    return found.version


def _billed(office: Office) -> None:
    with office.work() as work:
        life.produce(work, BILLED)
    for address, copies in ((1, 200), (2, 50)):
        version = _version(office, BILLED)
        with office.work() as work:
            shipping.ship(
                work,
                BILLED,
                version=version,
                address=address,
                copies=copies,
                shipped_on=work.today,
                carrier="UPS",
                tracking=f"1Z 999 {address}",
                token=f"shipment-{address}",
            )
    version = _version(office, BILLED)
    with office.work() as work:
        invoicing.invoice(work, BILLED, version=version, token="final")  # noqa: S106 - no secret


def _money(office: Office) -> None:
    with office.work() as work:
        receivables.receive(work, INVOICE, 100_000, work.today, "wire 17", "receipt")
        receivables.remind(work, INVOICE)


def _proofed(office: Office, guild: Actor) -> None:
    logo = artwork.inspect(
        office.system.files,
        artwork.ArtworkUpload(Use.LOGO, "guild logo.svg", io.BytesIO(DRAWN_LOGO)),
        CUSTOM.options,
    )
    version = _version(office, PROOFED)
    with office.system.work(guild) as work:
        artwork.send_artwork(work, PROOFED, version=version, files=[logo], rights=True)
    _send_proof(office, a_pdf(pages=2), "proof.pdf")
    version = _version(office, PROOFED)
    with office.system.work(guild) as work:
        proofs.comment(work, PROOFED, proof_version=1, page=1, text="Our logo sits too low.")
        proofs.ask_changes(work, PROOFED, version=version, proof_version=1)
    _send_proof(office, a_pdf(pages=2, content=b"0 g 100 300 200 200 re f"), "proof again.pdf")


def _send_proof(office: Office, pdf: bytes, name: str) -> None:
    proof = artwork.inspect(
        office.system.files, artwork.ArtworkUpload(Use.PROOF, name, io.BytesIO(pdf))
    )
    version = _version(office, PROOFED)
    with office.work() as work:
        proofs.send_proof(work, PROOFED, version=version, file=proof)


def _asked(office: Office, guild: Actor) -> None:
    body = replace(CUSTOM, message="Is a foreword possible?", need_by=date(2026, 12, 1))
    assert requested(office, guild, body).number == ASKED
    with office.system.work(guild) as work:
        file = messages.AttachmentUpload("foreword.pdf", io.BytesIO(a_pdf()))
        messages.post(work, ASKED, "Here is a draft of it.", [file])
    with office.work() as work:
        messages.post(work, ASKED, "Ask Kim first.", internal=True)

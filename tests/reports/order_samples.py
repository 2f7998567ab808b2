"""Quotes, invoices and packing lists to be printed."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from royalties.domain.orders import pricing
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import (
    CheaperShown,
    Goods,
    InvoiceShown,
    PackedLine,
    PackingListShown,
    Party,
    QuoteShown,
    ShipToShown,
    lines_shown,
)
from royalties.domain.terms.beneficiaries import Publisher

DAY = date(2026, 3, 2)
PUBLISHER = Publisher(
    "Example House",
    "USD",
    "half-yearly",
    "2025-H1",
    ("1 Invented Lane", "Example City, WA 98000"),
    "royalties@example.org",
    "+1 206 555 0100",
    "https://example.org",
)
GUILD = Party("Guild Society", ("400 Example Pier", "Tacoma, WA 98400", "US"), "Olga Orr")
GOODS = Goods(
    "Collaborating: a Book",
    ("Kirsten Foot",),
    "9781442246935",
    "paperback",
    ("logo inside", "own ISBN"),
)
_VERSION = pricing.PriceVersion(
    DAY,
    (pricing.QuantityDiscount(100, Fraction("0.4")),),
    {pricing.Option.LOGO_INSIDE: pricing.OptionTerms(1, 6000, Fraction("8.5"))},
    (pricing.Freight(None, 4500, Fraction(32)),),
    deposit=Fraction(1, 2),
)
_LIST = pricing.PriceList(
    "p", "USD", (), (_VERSION,), (pricing.SalesTaxRate("US-MN", DAY, Fraction("0.06875")),)
)
PRICED = pricing.quote(
    pricing.PriceRequest(
        OrderKind.CUSTOM,
        (pricing.ShipTo(1200, "US-WA", exempt=True), pricing.ShipTo(45, "US-MN")),
        (pricing.Option.LOGO_INSIDE,),
    ),
    _LIST,
    Fraction(3800),
    DAY,
)


def a_quote(**more: object) -> QuoteShown:
    """A quote of two addresses."""
    made = QuoteShown(
        number="O-2026-0001/2",
        order="O-2026-0001",
        version=2,
        kind="custom",
        dated=DAY,
        valid_until=date(2026, 4, 1),
        issued_by="Dana Example",
        publisher=PUBLISHER,
        organization=GUILD,
        goods=GOODS,
        audience="Drivers",
        need_by=date(2026, 5, 1),
        rush=False,
        ship_to=(
            ShipToShown(1200, replace(GUILD, name="Warehouse"), "US-WA", exempt=True),
            ShipToShown(45, replace(GUILD, name="Terminal north"), "US-MN"),
        ),
        currency="USD",
        price_list="p",
        lines=lines_shown(PRICED.lines, "USD"),
        total=PRICED.total,
        deposit=PRICED.deposit,
        net_terms=True,
        tax_note="Sales tax is charged for US-MN.",
        delivery="About 27 March 2026.",
        terms=("Copies cannot be returned.", "Payment within 30 days."),
        cheaper=CheaperShown(2000, 100),
        note="Two house colours.\nWe met on Monday.",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def an_invoice(**more: object) -> InvoiceShown:
    """The final invoice of that order."""
    made = InvoiceShown(
        number="I-000007",
        kind=InvoiceKind.FINAL,
        dated=date(2026, 4, 20),
        due=date(2026, 5, 20),
        publisher=PUBLISHER,
        organization=GUILD,
        order="O-2026-0001",
        po_number="PO-7781",
        goods=GOODS,
        currency="USD",
        lines=lines_shown(PRICED.lines, "USD"),
        total=PRICED.total,
        deposit_applied=PRICED.deposit,
        balance=PRICED.total - PRICED.deposit,
        tax_note="Sales tax is charged for US-MN.",
        terms=("Copies cannot be returned.",),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def a_packing_list(**more: object) -> PackingListShown:
    """The first of two shipments to an address."""
    made = PackingListShown(
        number="O-2026-0001-S1",
        order="O-2026-0001",
        dated=date(2026, 4, 17),
        publisher=PUBLISHER,
        organization=GUILD,
        ship_to=replace(GUILD, name="Warehouse"),
        po_number="PO-7781",
        carrier="Example Freight",
        tracking="1Z 999",
        lines=(PackedLine(GOODS, 1200, 0, 1000),),
    )
    return replace(made, **more)  # type: ignore[arg-type]

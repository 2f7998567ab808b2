"""What quotes say in sentences: payment, cancellation, tax and delivery."""

from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.orders.life import LeadTime, OrderKind, State
from royalties.domain.orders.pricing import (
    Freight,
    LineKind,
    PriceVersion,
    Quote,
    QuoteLine,
    ShipTo,
)
from royalties.services.orders.quoting import drafting as quote_words

DAY = date(2026, 8, 3)
BULK, CUSTOM = OrderKind.BULK, OrderKind.CUSTOM


def version(**more: object) -> PriceVersion:
    return PriceVersion(DAY, (), {}, (Freight(None, 0),), **more)  # type: ignore[arg-type]


def cost(*kinds: LineKind, deposit: int = 0, places: tuple[str, ...] = ()) -> Quote:
    lines = [QuoteLine(kind, "x", 1, Fraction(100), 100, "y") for kind in kinds]
    lines += [QuoteLine(LineKind.TAX, "x", 1, Fraction(9), 9, "y", place) for place in places]
    return Quote("USD", tuple(lines), deposit)


@pytest.mark.parametrize(
    ("deposit", "net_terms", "days", "said"),
    [
        (0, True, 30, "Payment within 30 days of the invoice."),
        (0, False, 0, "Payment on invoice."),
        (
            123_456,
            True,
            30,
            (
                "Payment within 30 days of the invoice if you send a purchase order; without one, a "
                "deposit of USD 1,234.56 (50 %) is paid before work begins."
            ),
        ),
        (
            123_456,
            False,
            14,
            (
                "A deposit of USD 1,234.56 (50 %) is paid before work begins, the rest within 14 days "
                "of the invoice."
            ),
        ),
    ],
)
def test_terms_say_how_to_pay(deposit: int, *, net_terms: bool, days: int, said: str) -> None:
    terms = quote_words.terms_in_words(
        version(deposit=Fraction(1, 2), net_days=days),
        BULK,
        cost(deposit=deposit),
        net_terms=net_terms,
    )
    assert terms == (said,)


SHARES = {State.ARTWORK: Fraction(1, 10), State.IN_PRODUCTION: Fraction(1)}


@pytest.mark.parametrize(
    ("kind", "set_up", "shares", "said"),
    [
        (
            CUSTOM,
            True,
            SHARES,
            "from artwork on, set-up and 10 % of the rest; from production on, the total",
        ),
        (
            CUSTOM,
            False,
            SHARES,
            "from artwork on, 10 % of the total; from production on, the total",
        ),
        (CUSTOM, True, {}, "from artwork on, set-up"),
        (CUSTOM, False, {}, ""),
        (CUSTOM, True, {State.ACCEPTED: Fraction(0)}, "from artwork on, set-up"),
        (BULK, False, SHARES, "from production on, the total"),
        (
            BULK,
            False,
            {State.ACCEPTED: Fraction(1, 20), State.PROOF_SENT: Fraction(1, 4)},
            "once accepted, 5 % of the total; from production on, 25 % of the total",
        ),
    ],
)
def test_terms_say_what_cancelling_costs(
    kind: OrderKind, *, set_up: bool, shares: dict[State, Fraction], said: str
) -> None:
    priced = cost(*([LineKind.SET_UP] if set_up else []))
    terms = quote_words.terms_in_words(version(cancellation=shares), kind, priced, net_terms=True)
    told = [each for each in terms if "cancel" in each]
    assert told == ([f"If you cancel, you owe: {said}."] if said else [])


def test_publishers_own_terms_come_last() -> None:
    own = ("Copies cannot be returned.",)
    terms = quote_words.terms_in_words(
        version(terms=own, tolerance=Fraction(1, 10), proof_charge=6500),
        CUSTOM,
        cost(),
        net_terms=True,
    )
    assert terms[-1] == own[0]
    assert "by up to 10 %" in " ".join(terms)
    assert "3 proofs are included; each further one costs USD 65.00" in " ".join(terms)


@pytest.mark.parametrize(
    ("ship_to", "taxed", "said"),
    [
        ([ShipTo(1, "US-OR")], (), "No sales tax is charged on this order."),
        (
            [ShipTo(1, "US-WA", exempt=True)],
            (),
            "No tax for Washington: an exemption certificate is on file.",
        ),
        (
            [ShipTo(1, "US-WA", exempt=True), ShipTo(1, "US-MA"), ShipTo(1, "US-MN")],
            ("US-MN", "US-MA"),
            (
                "No tax for Washington: an exemption certificate is on file. Sales tax is charged for "
                "Massachusetts and Minnesota unless a certificate for the ship-to state, signed and dated, is on file "
                "before we invoice."
            ),
        ),
    ],
)
def test_tax_note_says_where_tax_is_charged(
    ship_to: list[ShipTo], taxed: tuple[str, ...], said: str
) -> None:
    assert quote_words.tax_note(ship_to, cost(places=taxed)) == said


def test_delivery_note_says_when_copies_arrive() -> None:
    lead_time = LeadTime(3, 10, 1)
    assert quote_words.delivery(BULK, lead_time, DAY) == (
        "About 18 August 2026, if you accept today: 10 working days to make ready and 1 working day "
        "on the way."
    )
    custom = quote_words.delivery(CUSTOM, lead_time, DAY)
    assert custom.startswith("About 21 August 2026, if you accept and send artwork today")
    assert "3 working days for the proof, 10 working days for production" in custom

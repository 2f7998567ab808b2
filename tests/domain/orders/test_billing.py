"""Revenue of shipments adds up to the cent; entries of orders balance and can be reversed."""

from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import number_text, rounded
from royalties.domain.orders import billing
from royalties.domain.orders.billing import Moved
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import Goods, InvoiceShown, PaperLine, Party, lines_shown
from royalties.domain.orders.pricing import (
    Freight,
    LineKind,
    Option,
    OptionTerms,
    PriceList,
    PriceRequest,
    PriceVersion,
    QuantityDiscount,
    SalesTaxRate,
    ShipTo,
    quote,
)
from royalties.domain.royalties.postings import (
    BANK,
    CANCELLATION,
    FREIGHT,
    MEANINGS,
    ORDER_CHARGES,
    ORDERED_COPIES,
    Entry,
    Posting,
    deposits_account,
    entry_of_invoice,
    entry_of_receipt,
    meaning_of,
    receivable_account,
    sales_tax_account,
)
from royalties.domain.terms.beneficiaries import Publisher

DAY = date(2026, 8, 20)
ORG = "reading-room"


def a_line(
    kind: str, amount: int, quantity: int = 1, unit: str = "0", place: str = ""
) -> PaperLine:
    return PaperLine(kind, kind, "", quantity, unit, amount, place)


def an_invoice(
    lines: Iterable[PaperLine], deposit: int = 0, kind: InvoiceKind = InvoiceKind.FINAL
) -> InvoiceShown:
    shown = tuple(lines)
    total = sum(line.amount for line in shown)
    return InvoiceShown(
        number="I-000001",
        kind=kind,
        dated=DAY,
        due=DAY,
        publisher=Publisher("Example House", "USD", "yearly", "2026"),
        organization=Party("The Reading Room"),
        order="O-2026-0001",
        po_number="",
        goods=Goods("The Collab", (), "9781442200012", "hardcover"),
        currency="USD",
        lines=shown,
        total=total,
        deposit_applied=deposit,
        balance=total - deposit,
    )


KINDS = [*(kind.value for kind in LineKind), "deposit", "cancellation"]
LINES = st.lists(
    st.builds(
        a_line,
        st.sampled_from(KINDS),
        st.integers(0, 10**9),
        place=st.sampled_from(["US-WA", "US-TX", ""]),
    ),
    max_size=8,
)


def balances(*entries: Entry | None) -> dict[str, int]:
    found: Tally[str] = Tally()
    for entry in entries:
        for posting in entry.postings if entry else ():
            found[posting.account] += posting.amount
    return {account: amount for account, amount in found.items() if amount}


@given(LINES, st.integers(0, 10**9), st.sampled_from(InvoiceKind))
def test_invoice_entry_balances_and_its_reversal_cancels_it(
    lines: list[PaperLine], deposit: int, kind: InvoiceKind
) -> None:
    shown = an_invoice(lines, deposit, kind)
    entry = entry_of_invoice(shown, ORG)
    back = replace(
        shown,
        total=-shown.total,
        deposit_applied=-deposit,
        lines=tuple(replace(line, amount=-line.amount) for line in lines),
    )
    assert balances(entry, entry_of_invoice(back, ORG)) == {}
    assert sum(balances(entry).values()) == 0
    assert entry is None or len(entry.postings) >= 2
    assert all(meaning_of(account)[0] in MEANINGS for account in balances(entry))


@given(st.integers(-(10**12), 10**12))
def test_receipt_posts_from_receivables_to_the_bank(amount: int) -> None:
    entry = entry_of_receipt(ORG, "O-2026-0001", "USD", amount, "wire 17")
    assert balances(entry) == ({BANK: amount, receivable_account(ORG): -amount} if amount else {})
    assert entry is None or entry.event == ("received" if amount > 0 else "paid-back")
    back = entry_of_receipt(ORG, "O-2026-0001", "USD", -amount, "typed twice", reverses=7)
    assert back is None or back.event == "receipt-reversed"
    assert balances(entry, back) == {}


def test_invoice_posts_revenue_by_line_tax_by_place_and_uses_up_the_deposit() -> None:
    lines = [
        a_line("copies", 100_000),
        a_line("option-copies", 5_000),
        a_line("set-up", 12_500),
        a_line("rush", 1_000),
        a_line("freight", 4_200, place="US-WA"),
        a_line("tax", 9_000, place="US-WA"),
        a_line("tax", 700, place="US-TX"),
    ]
    asked = entry_of_invoice(an_invoice([a_line("deposit", 40_000)], kind=InvoiceKind.DEPOSIT), ORG)
    assert balances(asked) == {receivable_account(ORG): 40_000, deposits_account(ORG): -40_000}
    assert balances(asked, entry_of_invoice(an_invoice(lines, 40_000), ORG)) == {
        receivable_account(ORG): 132_400,
        ORDERED_COPIES: -105_000,
        ORDER_CHARGES: -13_500,
        FREIGHT: -4_200,
        sales_tax_account("US-WA"): -9_000,
        sales_tax_account("US-TX"): -700,
    }
    cancelled = an_invoice([a_line("cancellation", 30_000)], 40_000, InvoiceKind.CANCELLATION)
    assert balances(asked, entry_of_invoice(cancelled, ORG)) == {
        receivable_account(ORG): 30_000,
        CANCELLATION: -30_000,
    }


@pytest.mark.parametrize(
    ("kind", "event", "words"),
    [
        (InvoiceKind.DEPOSIT, "deposit-invoiced", "Invoice I-000001 to reading-room"),
        (InvoiceKind.FINAL, "invoiced", "Invoice I-000001 to reading-room"),
        (InvoiceKind.CANCELLATION, "cancellation-invoiced", "Invoice I-000001 to reading-room"),
        (InvoiceKind.CREDIT, "credited", "Credit note I-000001 to reading-room"),
    ],
)
def test_invoice_entry_describes_itself_in_the_journal(
    kind: InvoiceKind, event: str, words: str
) -> None:
    entry = entry_of_invoice(an_invoice([a_line("copies", 2_000)], 500, kind), ORG)
    assert entry == Entry(
        event,
        "O-2026-0001",
        words,
        (
            Posting(receivable_account(ORG), "USD", 1_500),
            Posting(deposits_account(ORG), "USD", 500),
            Posting(ORDERED_COPIES, "USD", -2_000),
        ),
    )


# What of an order is receipts, and what is billed


UNITS = st.fractions(0, 5000, max_denominator=997)


@st.composite
def quoted(draw: st.DrawFn) -> tuple[list[PaperLine], int]:
    """Lines of an order, as a quote has them, and its copies."""
    copies = draw(st.integers(1, 5000))
    lines = [
        a_line(kind.value, rounded(unit * copies), copies, number_text(unit / 100))
        for kind in (LineKind.COPIES, LineKind.OPTION_COPIES)
        for unit in [draw(UNITS)]
    ]
    lines += [
        a_line(kind.value, draw(st.integers(0, 10**7)))
        for kind in (LineKind.SET_UP, LineKind.RUSH, LineKind.FREIGHT)
    ]
    return lines, copies


CHARGES = st.sets(st.sampled_from(["option-copies", "set-up", "rush", "small-order"]))


@given(quoted(), CHARGES, st.lists(st.integers(1, 900), max_size=12))
def test_shipments_recognise_the_whole_revenue_and_a_return_reverses_its_part(
    order: tuple[list[PaperLine], int], charges: set[str], parts: list[int]
) -> None:
    lines, copies = order
    shipped = 0
    stands = [0]
    for part in parts:
        shipped = min(copies, shipped + part)
        stands.append(billing.receipts_of(lines, charges, "USD", shipped, copies))
    stands.append(billing.receipts_of(lines, charges, "USD", copies, copies))
    whole = sum(line.amount for line in lines if line.kind in {"copies", *charges})
    brought = [after - before for before, after in pairwise(stands)]
    assert sum(brought) == whole
    assert all(each >= 0 for each in brought)
    assert billing.receipts_of(lines, charges, "USD", 0, copies) == 0
    assert billing.billed(lines, "USD", copies) == [
        line for line in lines if line.kind != LineKind.TAX.value
    ]


@given(quoted(), CHARGES, st.integers(1, 5500))
def test_over_or_under_delivery_recognises_what_the_invoice_bills(
    order: tuple[list[PaperLine], int], charges: set[str], shipped: int
) -> None:
    lines, _ = order
    brought = billing.receipts_of(lines, charges, "USD", shipped, shipped)
    assert brought == sum(
        line.amount for line in billing.earning(billing.billed(lines, "USD", shipped), charges)
    )


def test_one_off_charges_are_spread_over_all_shipped_copies() -> None:
    moved = [Moved(1, 60), Moved(2, 35), Moved(1, -5)]
    assert billing.whole_of(moved, 100, complete=False) == 100
    assert billing.whole_of(moved, 100, complete=True) == 95
    assert billing.copies_at(moved) == {1: 55, 2: 35}
    assert billing.spread(-1001, {1: 55, 2: 35, 3: 0}) == {1: -612, 2: -389}
    assert billing.spread(5, {1: 1, 2: 1}) == {1: 3, 2: 2}
    assert billing.spread(5, {1: 0}) == {}


@pytest.mark.parametrize(
    ("copies", "whole"),
    [
        ((1,), 1),
        ((10, -2), 10),  # what comes back afterwards changes no charge
        ((10, -2, 1), 9),  # the last shipment, of one copy, ends what is spread
        ((5, -8, 2), 1),  # never over nothing
    ],
)
def test_one_off_charges_are_spread_over_copies_kept_after_the_last_shipment(
    copies: tuple[int, ...], whole: int
) -> None:
    moved = [Moved(1, each) for each in copies]
    assert billing.whole_of(moved, 12, complete=True) == whole


PRICES = PriceList(
    "all",
    "USD",
    (),
    (
        PriceVersion(
            date(2026, 1, 1),
            (QuantityDiscount(50, Fraction("0.4")),),
            {Option.LOGO_INSIDE: OptionTerms(10, 5_000, Fraction(1255, 100))},
            (Freight(None, 1_500, Fraction(55)),),
        ),
    ),
    taxes=(
        SalesTaxRate("US-WA", date(2026, 1, 1), Fraction("0.1035"), freight=True),
        SalesTaxRate("US-TX", date(2026, 1, 1), Fraction("0.0825")),
    ),
)


@given(
    st.lists(
        st.builds(ShipTo, st.integers(5, 300), st.sampled_from(["US-WA", "US-TX", "US-OR"])),
        min_size=1,
        max_size=5,
    )
)
def test_invoice_of_the_quoted_quantity_repeats_the_quote(ship_to: list[ShipTo]) -> None:
    exempt = {"US-TX"}
    ship_to = [replace(each, exempt=each.place in exempt) for each in ship_to]
    options = (Option.LOGO_INSIDE,) if sum(each.copies for each in ship_to) >= 10 else ()
    asked = PriceRequest(OrderKind.CUSTOM, tuple(ship_to), options)
    said = list(lines_shown(quote(asked, PRICES, Fraction(8000), DAY).lines, "USD"))
    lines = billing.billed(said, "USD", asked.copies)
    places: dict[str, int] = {}
    for each in ship_to:
        places[each.place] = places.get(each.place, 0) + each.copies
    assert [*lines, *billing.taxed(lines, places, exempt, PRICES, DAY)] == said


def test_invoice_reprices_only_lines_per_copy_for_the_shipped_quantity() -> None:
    lines = [
        a_line("copies", 228_000, 100, "22.80"),
        a_line("option-copies", 12_550, 100, "1.255"),
        a_line("set-up", 5_000),
        a_line("tax", 9_000, place="US-WA"),
    ]
    assert billing.billed(lines, "USD", 97) == [
        a_line("copies", 221_160, 97, "22.80"),
        a_line("option-copies", 12_174, 97, "1.255"),  # 12,173.5 rounded
        a_line("set-up", 5_000),
    ]


def test_invoice_taxes_only_places_shipped_to_and_their_own_freight() -> None:
    lines = [a_line("copies", 100_000), a_line("freight", 1_450, place="US-TX")]
    (tax,) = billing.taxed(lines, {"US-WA": 10, "US-TX": 0}, (), PRICES, DAY)
    assert (tax.place, tax.of_goods, tax.of_freight, tax.amount) == ("US-WA", 100_000, 0, 10_350)
    lines[1] = a_line("freight", 1_450, place="US-WA")
    (tax,) = billing.taxed(lines, {"US-WA": 10}, (), PRICES, DAY)
    assert (tax.of_goods, tax.of_freight, tax.amount) == (100_000, 1_450, 10_500)  # 10,500.075


def test_credit_takes_back_tax_of_the_credited_lines_only() -> None:
    """Tax of 10 % on two lines of 1.00: of 0.04 that is nothing, of 0.05 a cent, of 0.10 as much."""
    tax = replace(a_line("tax", 20, place="US-WA"), of_goods=200)
    lines = [a_line("copies", 100), a_line("set-up", 100), tax]
    assert billing.tax_of_credit(lines, [100, 100, 20], {1: 4}) == {3: 0}
    assert billing.tax_of_credit(lines, [100, 100, 20], {1: 5}) == {3: 1}
    assert billing.tax_of_credit(lines, [95, 100, 19], {2: 5}) == {3: 0}
    nothing = [a_line("copies", 0), a_line("tax", 0, place="US-WA")]
    assert billing.tax_of_credit(nothing, [0, 0], {}) == {2: 0}
    untaxed = [a_line("copies", 100), a_line("tax", 20, place="US-WA")]
    assert billing.tax_of_credit(untaxed, [100, 20], {1: 100}) == {2: 0}


@pytest.mark.parametrize(
    ("sent", "quoted", "charge", "further"),
    [(0, 0, 65, 0), (3, 0, 65, 0), (4, 0, 65, 1), (6, 2, 65, 1), (4, 2, 65, 0), (9, 0, 0, 0)],
)
def test_further_proofs_are_those_beyond_the_free_ones(
    sent: int, quoted: int, charge: int, further: int
) -> None:
    lines = [a_line("proof", quoted * charge, quoted)] * bool(quoted) + [a_line("copies", 100)]
    version = PriceVersion(DAY, (), {}, (), proof_charge=charge)
    proofs = billing.proofs_of(lines, sent, version)
    assert proofs.further == further
    line = proofs.line(further, "USD")
    assert line.amount == further * charge
    assert ("quoted" in line.why) == (quoted > 0)


@pytest.mark.parametrize(
    ("proofs", "why"),
    [
        (billing.Proofs(1, 0, 0, 6500), "1 proof was sent, 0 of them free"),
        (billing.Proofs(4, 3, 0, 6500), "4 proofs were sent, 3 of them free"),
        (billing.Proofs(6, 3, 2, 6500), "6 proofs were sent, 3 of them free, 2 quoted"),
    ],
)
def test_proof_charge_states_how_many_were_sent_and_are_free(
    proofs: billing.Proofs, why: str
) -> None:
    assert proofs.further == 1
    assert proofs.line(2, "USD") == PaperLine("proof", "Further proofs", why, 2, "65", 13_000)


@given(st.data())
def test_credits_of_parts_take_back_their_tax_to_the_cent(data: st.DataObject) -> None:
    """Each credit is within half a cent of its part, and all of them leave nothing."""
    prices = PriceList(
        "standard",
        "USD",
        (),
        (),
        tuple(
            SalesTaxRate(
                place, date(2000, 1, 1), Fraction(data.draw(st.integers(1, 2000)), 10_000), taxed
            )
            for place, taxed in (("US-WA", True), ("US-TX", False), ("US-NY", True))
        ),
    )
    amounts = st.integers(0, 10**6)
    copies = {place: data.draw(st.integers(0, 300)) for place in ("US-WA", "US-TX", "US-NY")}
    lines = [
        a_line("copies", data.draw(st.integers(1, 10**7))),
        a_line("set-up", data.draw(amounts)),
        *(a_line("freight", data.draw(amounts), place=place) for place in copies),
    ]
    lines += billing.taxed(lines, {**copies, "US-WA": copies["US-WA"] + 1}, (), prices, DAY)
    taxes = [at for at, line in enumerate(lines) if line.kind == "tax"]
    left = [line.amount for line in lines]
    for last in (False, False, True):
        chosen = {
            at + 1: left[at] if last else data.draw(st.integers(0, left[at]))
            for at in range(len(lines))
            if at not in taxes
        }
        tax = billing.tax_of_credit(lines, left, chosen)
        assert {place - 1 for place in tax} == {*taxes}
        for place, amount in (chosen | tax).items():
            assert 0 <= amount <= left[place - 1]
            left[place - 1] -= amount
        for at in taxes:
            line = lines[at]
            goods = sum(each.amount for each in lines[:2])
            part = Fraction(line.of_goods * (goods - sum(left[:2])), goods)
            freight = next(other for other in (2, 3, 4) if lines[other].place == line.place)
            if line.of_freight:
                part += lines[freight].amount - left[freight]
            base = line.of_goods + line.of_freight
            exact = line.amount * part / base if base else Fraction(0)
            assert abs(line.amount - left[at] - exact) <= Fraction(1, 2)
    assert not any(left)

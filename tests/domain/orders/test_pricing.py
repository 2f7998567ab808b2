"""What an order costs: published discount tables, hand-made quotes, and laws of every quote."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from royalties.domain.money import rounded
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.pricing import (
    MOST_COPIES,
    AgreedCharge,
    Cheaper,
    Freight,
    LineKind,
    NotOfferedError,
    Option,
    OptionTerms,
    PriceList,
    PriceRequest,
    PriceVersion,
    QuantityDiscount,
    Quote,
    SalesTaxRate,
    ShipTo,
    discount_for,
    freight_of,
    quote,
)

DAY = date(2026, 3, 2)
FREE = (Freight(None, 0),)


def steps(**discounts: str) -> tuple[QuantityDiscount, ...]:
    """``_26="0.35"``: 35 % from 26 copies on."""
    return tuple(QuantityDiscount(int(n[1:]), Fraction(rate)) for n, rate in discounts.items())


def a_list(version: PriceVersion, *taxes: SalesTaxRate) -> PriceList:
    return PriceList("p", "USD", (), (version,), taxes)


def bulk(*copies: int, place: str = "US-WA", exempt: bool = False) -> PriceRequest:
    return PriceRequest(OrderKind.BULK, tuple(ShipTo(each, place, exempt) for each in copies))


def costs(asked: PriceRequest, prices: PriceList, list_price: int = 3800) -> list[tuple[str, int]]:
    found = quote(asked, prices, Fraction(list_price), DAY)
    assert found.total == sum(line.amount for line in found.lines)
    return [(line.words, line.amount) for line in found.lines]


# Published tables

FLICC = PriceVersion(
    DAY, steps(_1="0.25", _2="0.27", _11="0.30", _26="0.35", _101="0.40"), {}, FREE
)
INGRAM = PriceVersion(DAY, steps(_100="0.02", _500="0.04", _1000="0.07"), {}, FREE)


@pytest.mark.parametrize(
    ("copies", "percent"),
    [(1, 25), (2, 27), (10, 27), (11, 30), (25, 30), (26, 35), (100, 35), (101, 40), (5000, 40)],
)
def test_quote_matches_published_trade_discounts_of_federal_libraries(
    copies: int, percent: int
) -> None:
    """LOC FLICC, trade books: 1: 25 %, 2-10: 27 %, 11-25: 30 %, 26-100: 35 %, above: 40 %."""
    (line,) = quote(bulk(copies), a_list(FLICC), Fraction(2000), DAY).lines
    assert line.unit == 20 * (100 - percent)
    assert line.amount == 20 * (100 - percent) * copies
    assert f"less {percent} %" in line.why or f"less {percent}%" in line.why


@pytest.mark.parametrize(
    ("copies", "percent"), [(99, 0), (100, 2), (499, 2), (500, 4), (999, 4), (1000, 7), (20000, 7)]
)
def test_quote_matches_published_print_discounts_of_ingramspark(copies: int, percent: int) -> None:
    assert discount_for(copies, INGRAM) == Fraction(percent, 100)


def test_discounts_do_not_add_up_separate_orders() -> None:
    """IngramSpark: five orders of 20 have no discount, one of 100 has."""
    apart = sum(quote(bulk(20), a_list(INGRAM), Fraction(1000), DAY).total for _ in range(5))
    assert apart == 100_000
    assert quote(bulk(100), a_list(INGRAM), Fraction(1000), DAY).total == 98_000


def test_discounts_add_up_all_addresses_of_one_order() -> None:
    assert quote(bulk(60, 40), a_list(INGRAM), Fraction(1000), DAY).total == 98_000


# A quote by hand

HOUSE = PriceVersion(
    DAY,
    steps(_10="0.20", _100="0.40"),
    {
        Option.STICKER: OptionTerms(25, 4500, Fraction(35)),
        Option.LOGO_INSIDE: OptionTerms(100, 6000, Fraction("8.5")),
        Option.OWN_ISBN: OptionTerms(1, 12500, Fraction(0)),
    },
    (Freight(24, 1450), Freight(99, 3200), Freight(None, 4500, Fraction(32))),
    minimum=10,
    small_order_below=25,
    small_order_charge=2500,
    rush_charge=7500,
    rush_share=Fraction("0.10"),
    more_address_charge=1200,
    proof_charge=6500,
    deposit=Fraction("0.5"),
)
WA = SalesTaxRate("US-WA", DAY, Fraction("0.065"), freight=True)
MA = SalesTaxRate("US-MA", DAY, Fraction("0.0625"))


def test_quote_of_a_custom_order_line_by_line() -> None:
    asked = PriceRequest(
        OrderKind.CUSTOM,
        (ShipTo(150, "US-WA"), ShipTo(50, "US-MA"), ShipTo(1, "US-OR")),
        (Option.LOGO_INSIDE, Option.OWN_ISBN),
        rush=True,
        extra_proofs=2,
        agreed=(AgreedCharge("Matched colour", 4000),),
    )
    lines = costs(asked, a_list(HOUSE, WA, MA))
    assert lines == [
        ("Copies", 458_280),  # 201 × 38.00 × 0.60
        ("Logo inside", 1_709),  # 201 × 0.085 = 17.085
        ("Set-up: logo inside", 6_000),
        ("Set-up: own ISBN", 12_500),
        ("Further addresses", 2_400),
        ("Further proofs", 13_000),
        ("Matched colour", 4_000),
        ("Rush", 53_499),  # 75.00 + 10 % of 4,599.89
        ("Freight to address 1, US-WA", 9_300),
        ("Freight to address 2, US-MA", 3_200),
        ("Freight to address 3, US-OR", 1_450),
        ("Sales tax US-WA", 27_351),  # 6.5 % of 150/201 of 5,513.88 and of the freight
        ("Sales tax US-MA", 8_573),  # 6.25 % of 50/201 of 5,513.88
    ]


def explained(
    asked: PriceRequest, prices: PriceList
) -> list[tuple[LineKind, int, Fraction, str, str]]:
    """Of each line its kind, how many at what price, and why; its place last."""
    lines = quote(asked, prices, Fraction(3800), DAY).lines
    return [(line.kind, line.quantity, line.unit, line.why, line.place) for line in lines]


def test_every_line_of_a_custom_order_says_how_many_at_what_price_and_why() -> None:
    asked = PriceRequest(
        OrderKind.CUSTOM,
        (ShipTo(1, "US-OR"), ShipTo(150, "US-WA"), ShipTo(50, "US-MA")),
        (Option.LOGO_INSIDE,),
        rush=True,
        extra_proofs=2,
        agreed=(AgreedCharge("Matched colour", 4000),),
    )
    prices = a_list(HOUSE, WA, MA)
    *others, washington, massachusetts = explained(asked, prices)
    assert others == [
        (LineKind.COPIES, 201, Fraction(2280), "list price less 40 % from 100 copies on", ""),
        (LineKind.OPTION_COPIES, 201, Fraction("8.5"), "for each copy", ""),
        (LineKind.SET_UP, 1, Fraction(6000), "once per order", ""),
        (LineKind.ADDRESS, 2, Fraction(1200), "for each address after the first", ""),
        (LineKind.PROOF, 2, Fraction(6500), "for each proof after the first 3", ""),
        (LineKind.AGREED, 1, Fraction(4000), "as agreed", ""),
        (LineKind.RUSH, 1, Fraction(53_499), "a fixed charge and 10 % of the copies", ""),
        (LineKind.FREIGHT, 1, Fraction(1450), "a shipment of 1 copy", "US-OR"),
        (LineKind.FREIGHT, 1, Fraction(9300), "a shipment of 150 copies", "US-WA"),
        (LineKind.FREIGHT, 1, Fraction(3200), "a shipment of 50 copies", "US-MA"),
    ]
    tax = (LineKind.TAX, 1, Fraction("0.065") * (402_155 + 9_300))
    assert washington == (*tax, "6.5 % of copies, charges and freight", "US-WA")
    tax = (LineKind.TAX, 1, Fraction("0.0625") * 134_052)
    assert massachusetts == (*tax, "6.25 % of copies and charges", "US-MA")


def test_unit_price_is_shown_only_if_it_adds_information() -> None:
    asked = PriceRequest(
        OrderKind.CUSTOM,
        (ShipTo(150, "US-WA"), ShipTo(50, "US-MA")),
        (Option.LOGO_INSIDE,),
        rush=True,
        extra_proofs=2,
        agreed=(AgreedCharge("Matched colour", 4000),),
    )
    lines = quote(asked, a_list(HOUSE, WA), Fraction(3800), DAY).lines
    assert [line.kind for line in lines if line.is_counted] == [
        LineKind.COPIES,
        LineKind.OPTION_COPIES,
        LineKind.ADDRESS,
        LineKind.PROOF,
    ]


def test_every_line_of_a_small_order_says_how_many_at_what_price_and_why() -> None:
    flat = replace(HOUSE, rush_share=Fraction(0))
    asked = replace(bulk(6, 6, place="US-OR"), rush=True, discount=Fraction(0))
    assert explained(asked, a_list(flat)) == [
        (LineKind.COPIES, 12, Fraction(3800), "list price", ""),
        (LineKind.SMALL_ORDER, 1, Fraction(2500), "orders below 25 copies", ""),
        (LineKind.ADDRESS, 1, Fraction(1200), "for each address after the first", ""),
        (LineKind.RUSH, 1, Fraction(7500), "a fixed charge", ""),
        (LineKind.FREIGHT, 1, Fraction(1450), "a shipment of 6 copies", "US-OR"),
        (LineKind.FREIGHT, 1, Fraction(1450), "a shipment of 6 copies", "US-OR"),
    ]
    assert costs(asked, a_list(flat))[-2:] == [
        ("Freight to address 1, US-OR", 1450),
        ("Freight to address 2, US-OR", 1450),
    ]


def test_price_list_without_freight_charges_none() -> None:
    assert freight_of(30, replace(HOUSE, freight=())) == 0


def test_tax_line_states_its_share_of_copies_and_freight() -> None:
    asked = PriceRequest(OrderKind.BULK, (ShipTo(10, "US-WA"), ShipTo(20, "US-MA")))
    found = quote(asked, a_list(HOUSE, WA, MA), Fraction(3800), DAY)
    taxed = [(line.of_goods, line.of_freight) for line in found.lines if line.kind is LineKind.TAX]
    # (30 × 30.40 + 12.00) by 10 and 20 copies; freight of ten is 14.50, and free of tax in MA
    assert taxed == [(30_800, 1_450), (61_600, 0)]


def test_quote_uses_the_currency_and_deposit_of_the_price_list() -> None:
    prices = replace(a_list(HOUSE), currency="EUR")
    found = quote(bulk(12), prices, Fraction(3800), DAY)
    # half of 364.80 + 25.00 + 14.50
    assert (found.currency, found.total, found.deposit) == ("EUR", 40_430, 20_215)


def test_quote_of_a_small_bulk_order_line_by_line() -> None:
    assert costs(bulk(12), a_list(HOUSE, WA)) == [
        ("Copies", 36_480),
        ("Small order", 2_500),
        ("Freight to US-WA", 1_450),
        ("Sales tax US-WA", 2_628),
    ]


def test_agreed_discount_replaces_that_of_the_price_list() -> None:
    asked = replace(bulk(100), discount=Fraction("0.425"))
    line = quote(asked, a_list(HOUSE), Fraction(3800), DAY).lines[0]
    assert line.amount == 218_500
    assert line.why.endswith("as agreed")
    assert costs(replace(bulk(100), discount=Fraction(0)), a_list(HOUSE))[0] == ("Copies", 380_000)


def test_quote_uses_the_price_list_version_and_tax_of_its_day() -> None:
    dearer = replace(HOUSE, starts=date(2026, 6, 1), discounts=steps(_10="0.10"))
    rise = replace(WA, starts=date(2026, 6, 1), rate=Fraction("0.10"))
    prices = PriceList("p", "USD", (), (dearer, HOUSE), (rise, WA))
    before, after = (
        quote(bulk(30), prices, Fraction(1000), day)
        for day in (date(2026, 5, 31), date(2026, 6, 1))
    )
    assert [line.amount for line in before.lines] == [24_000, 3_200, 1_768]
    assert [line.amount for line in after.lines] == [27_000, 3_200, 3_020]


@pytest.mark.parametrize(
    ("asked", "day", "said"),
    [
        (bulk(9), DAY, "orders begin at 10 copies"),
        (bulk(20, 0), DAY, "every address takes at least one copy"),
        (bulk(20, -5), DAY, "every address takes at least one copy"),
        (bulk(), DAY, "every address takes at least one copy"),
        (bulk(MOST_COPIES, 1), DAY, "orders go up to 1,000,000 copies"),
        (bulk(20), date(2026, 3, 1), "the price list 'p' begins only after 2026-03-01"),
        (
            replace(bulk(50), options=(Option.STICKER,)),
            DAY,
            "options belong to a custom edition: a bulk order has none",
        ),
        (
            PriceRequest(OrderKind.CUSTOM, (ShipTo(99, "US"),), (Option.LOGO_INSIDE,)),
            DAY,
            "logo inside can be had from 100 copies on",
        ),
        (
            PriceRequest(OrderKind.CUSTOM, (ShipTo(99, "US"),), (Option.LETTER_PAGE,)),
            DAY,
            "letter page is not offered",
        ),
        (
            PriceRequest(OrderKind.CUSTOM, (ShipTo(99, "US"),), (Option.STICKER, Option.STICKER)),
            DAY,
            "each option is had once",
        ),
        (
            replace(bulk(20), agreed=(AgreedCharge("Rebate", -1),)),
            DAY,
            "a charge is never negative: agree on a discount instead",
        ),
    ],
)
def test_refused_quote_says_what_is_offered(asked: PriceRequest, day: date, said: str) -> None:
    with pytest.raises(NotOfferedError) as refused:
        quote(asked, a_list(HOUSE), Fraction(3800), day)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    "asked",
    [
        bulk(10),
        bulk(MOST_COPIES),
        replace(bulk(20), agreed=(AgreedCharge("Matched colour, as a courtesy", 0),)),
        PriceRequest(OrderKind.CUSTOM, (ShipTo(100, "US"),), (Option.LOGO_INSIDE,)),
    ],
)
def test_quote_at_the_limits_of_an_offer_has_a_price(asked: PriceRequest) -> None:
    assert quote(asked, a_list(HOUSE), Fraction(3800), DAY).total > 0


def test_hint_of_more_copies_for_less_money_matches_examples_by_hand() -> None:
    prices = a_list(HOUSE)
    assert quote(bulk(12), prices, Fraction(3800), DAY).cheaper is None
    # 24: 729.60 + 39.50; 25: 760.00 + 32.00
    assert quote(bulk(24), prices, Fraction(3800), DAY).cheaper is None
    # of a cheap book 24: 19.20 + 39.50; 25: 20.00 + 32.00
    assert quote(bulk(24), prices, Fraction(100), DAY).cheaper == Cheaper(25, 5_200)
    # 90: 2,736.00 + 32.00; 100: 2,280.00 + 77.00
    assert quote(bulk(90), prices, Fraction(3800), DAY).cheaper == Cheaper(100, 235_700)
    assert quote(bulk(100), prices, Fraction(3800), DAY).cheaper is None


def test_no_hint_of_more_copies_for_the_same_money() -> None:
    prices = a_list(replace(INGRAM, discounts=steps(_100="0.5")))
    assert quote(bulk(50), prices, Fraction(1000), DAY).cheaper is None
    assert quote(bulk(51), prices, Fraction(1000), DAY).cheaper == Cheaper(100, 50_000)


def test_hint_names_the_cheapest_quantity_with_the_fewest_copies() -> None:
    prices = a_list(replace(INGRAM, discounts=steps(_10="0.5", _12="0.6", _16="0.7")))
    # 8: 80.00; 10: 50.00; 12 and 16: 48.00
    assert quote(bulk(8), prices, Fraction(1000), DAY).cheaper == Cheaper(12, 4_800)


def test_hint_adds_copies_and_their_tax_at_the_same_addresses() -> None:
    asked = PriceRequest(OrderKind.BULK, (ShipTo(50, "US-WA"), ShipTo(40, "US-MA", exempt=True)))
    # 56 and 44 of 100 copies: 2,280.00 + 12.00 for the address + 2 × 32.00 of freight, and
    # 6.5 % of 56 % of 2,292.00 and of one freight
    found = quote(asked, a_list(HOUSE, WA, MA), Fraction(3800), DAY)
    assert found.cheaper == Cheaper(100, 228_000 + 1_200 + 6_400 + 8_551)


def test_hint_finds_quantities_made_cheaper_by_a_freight_step() -> None:
    steep = PriceVersion(DAY, (), {}, (Freight(20, 9000), Freight(None, 2000)))
    assert quote(bulk(20), a_list(steep), Fraction(100), DAY).cheaper == Cheaper(21, 4100)


# Laws of every quote

RATES = st.integers(0, 100).map(lambda percent: Fraction(percent, 100))
CENTS = st.integers(0, 50_000)
PLACES = st.sampled_from(["US-WA", "US-MA", "US-OR", "DE"])
SHIP_TO = st.builds(ShipTo, st.integers(1, 1500), PLACES, st.booleans())


@st.composite
def versions(draw: st.DrawFn) -> PriceVersion:
    places = draw(st.lists(st.integers(1, 2000), max_size=5, unique=True).map(sorted))
    rates = draw(st.lists(RATES, min_size=len(places), max_size=len(places)).map(sorted))
    limits = draw(st.lists(st.integers(1, 2000), max_size=3, unique=True).map(sorted))
    terms = st.builds(OptionTerms, st.just(1), CENTS, st.fractions(0, 500, max_denominator=8))
    freight = st.builds(Freight, st.none(), CENTS, st.fractions(0, 99, max_denominator=4))
    return PriceVersion(
        DAY,
        tuple(QuantityDiscount(*each) for each in zip(places, rates, strict=True)),
        draw(st.fixed_dictionaries(dict.fromkeys(Option, terms))),
        tuple(replace(draw(freight), up_to=each) for each in [*limits, None]),
        small_order_below=draw(st.integers(0, 300)),
        small_order_charge=draw(CENTS),
        rush_charge=draw(CENTS),
        rush_share=draw(RATES),
        more_address_charge=draw(CENTS),
        proof_charge=draw(CENTS),
        deposit=draw(RATES),
    )


TAXES = st.lists(
    st.builds(SalesTaxRate, PLACES, st.just(DAY), RATES, st.booleans()),
    unique_by=lambda tax: tax.place,
).map(tuple)
PRICES = st.builds(
    PriceList, st.just("p"), st.just("USD"), st.just(()), st.tuples(versions()), TAXES
)
ASKED = st.builds(
    PriceRequest,
    st.just(OrderKind.CUSTOM),
    st.lists(SHIP_TO, min_size=1, max_size=4).map(tuple),
    st.lists(st.sampled_from(Option), unique=True).map(tuple),
    st.booleans(),
    st.integers(0, 3),
    st.none() | RATES,
    st.lists(st.builds(AgreedCharge, st.just("More"), CENTS), max_size=2).map(tuple),
)
LIST_PRICE = st.fractions(0, 20_000, max_denominator=100)


def of_kind(found: Quote, *kinds: LineKind) -> list[tuple[str, int]]:
    return [(line.words, line.amount) for line in found.lines if line.kind in kinds]


@given(ASKED, PRICES, LIST_PRICE)
def test_a_quote_is_the_sum_of_lines_that_are_never_negative(
    asked: PriceRequest, prices: PriceList, list_price: Fraction
) -> None:
    found = quote(asked, prices, list_price, DAY)
    assert found.total == sum(line.amount for line in found.lines) == found.sum_of(*LineKind)
    assert all(line.amount >= 0 and line.quantity > 0 for line in found.lines)
    assert all(line.words and line.why for line in found.lines)
    assert 0 <= found.deposit <= found.total
    for line in found.lines:
        assert line.amount == rounded(line.unit * line.quantity)


@given(PRICES, LIST_PRICE, st.data())
def test_price_break_starts_exactly_at_its_first_copy(
    prices: PriceList, list_price: Fraction, data: st.DataObject
) -> None:
    version = prices.versions[0]
    assume(version.discounts)
    step = data.draw(st.sampled_from(version.discounts))
    here = quote(bulk(step.at_least), prices, list_price, DAY).lines[0]
    assert here.unit == list_price * (1 - step.discount)
    if step.at_least > 1:
        below = quote(bulk(step.at_least - 1), prices, list_price, DAY).lines[0]
        known = [each.discount for each in version.discounts if each.at_least < step.at_least]
        assert below.unit == list_price * (1 - max(known, default=Fraction(0)))
        assert below.unit >= here.unit


@given(PRICES, st.data())
def test_freight_step_ends_exactly_at_its_last_copy(prices: PriceList, data: st.DataObject) -> None:
    version = prices.versions[0]
    place = data.draw(st.integers(0, len(version.freight) - 1))
    band = version.freight[place]
    copies = band.up_to or data.draw(st.integers(2001, 5000))
    assert freight_of(copies, version) == band.amount + rounded(band.per_copy * copies)
    if band.up_to:
        after = version.freight[place + 1]
        charged = after.amount + rounded(after.per_copy * (copies + 1))
        assert freight_of(copies + 1, version) == charged


@given(st.integers(1, 3000), PRICES, LIST_PRICE)
def test_the_hint_is_cheaper_and_the_cheapest_there_is(
    copies: int, prices: PriceList, list_price: Fraction
) -> None:
    """Tried against every quantity near each step, where one address goes."""
    version = prices.versions[0]
    found = quote(bulk(copies), prices, list_price, DAY)
    limits = {each.at_least for each in version.discounts} | {version.small_order_below}
    limits |= {band.up_to for band in version.freight if band.up_to}
    near = {limit + off for limit in limits for off in (-1, 0, 1, 2)}
    totals = {
        more: quote(bulk(more), prices, list_price, DAY).total for more in near if more > copies
    }
    if found.cheaper is not None:
        assert found.cheaper.copies > copies
        assert found.cheaper.total < found.total
        assert totals[found.cheaper.copies] == found.cheaper.total
        assert found.cheaper.total == min(totals.values())
    else:
        assert all(total >= found.total for total in totals.values())


@given(ASKED, PRICES, LIST_PRICE)
def test_the_hint_of_several_addresses_is_a_quote_too(
    asked: PriceRequest, prices: PriceList, list_price: Fraction
) -> None:
    found = quote(asked, prices, list_price, DAY)
    if found.cheaper:
        assert found.cheaper.copies > asked.copies
        assert found.cheaper.total < found.total


@given(ASKED, PRICES, LIST_PRICE)
def test_tax_exempt_address_changes_no_tax_of_the_others(
    asked: PriceRequest, prices: PriceList, list_price: Fraction
) -> None:
    exempt = replace(asked, ship_to=tuple(replace(each, exempt=True) for each in asked.ship_to))
    found = quote(exempt, prices, list_price, DAY)
    assert not of_kind(found, LineKind.TAX)
    taxed = {line.place for line in quote(asked, prices, list_price, DAY).lines if line.place}
    for line in quote(asked, prices, list_price, DAY).lines:
        if line.kind is LineKind.TAX:
            assert any(each.place == line.place and not each.exempt for each in asked.ship_to)
    assert taxed <= {each.place for each in asked.ship_to}
    assert found.total == quote(asked, prices, list_price, DAY).total - sum(
        line.amount
        for line in quote(asked, prices, list_price, DAY).lines
        if line.kind is LineKind.TAX
    )


@given(ASKED, PRICES, LIST_PRICE, st.data())
def test_splitting_an_address_changes_only_addresses_and_freight(
    asked: PriceRequest, prices: PriceList, list_price: Fraction, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(asked.ship_to) - 1))
    one = asked.ship_to[place]
    assume(one.copies > 1)
    part = data.draw(st.integers(1, one.copies - 1))
    halves = (replace(one, copies=part), replace(one, copies=one.copies - part))
    apart = replace(asked, ship_to=(*asked.ship_to[:place], *halves, *asked.ship_to[place + 1 :]))
    free = replace(prices.versions[0], more_address_charge=0, freight=FREE)
    same = replace(prices, versions=(free,))
    assert quote(asked, same, list_price, DAY).lines == quote(apart, same, list_price, DAY).lines
    moved = (LineKind.FREIGHT, LineKind.ADDRESS, LineKind.TAX)
    others = [each for each in LineKind if each not in moved]
    assert of_kind(quote(asked, prices, list_price, DAY), *others) == of_kind(
        quote(apart, prices, list_price, DAY), *others
    )


@given(ASKED, PRICES, LIST_PRICE, st.integers(2, 9))
def test_total_scales_with_prices_up_to_rounding(
    asked: PriceRequest, prices: PriceList, list_price: Fraction, times: int
) -> None:
    version = prices.versions[0]
    big = replace(
        version,
        options={
            option: OptionTerms(1, terms.set_up * times, terms.per_copy * times)
            for option, terms in version.options.items()
        },
        freight=tuple(
            replace(band, amount=band.amount * times, per_copy=band.per_copy * times)
            for band in version.freight
        ),
        small_order_charge=version.small_order_charge * times,
        rush_charge=version.rush_charge * times,
        more_address_charge=version.more_address_charge * times,
        proof_charge=version.proof_charge * times,
    )
    dear = replace(
        asked, agreed=tuple(replace(each, amount=each.amount * times) for each in asked.agreed)
    )
    small = quote(asked, prices, list_price, DAY)
    large = quote(dear, replace(prices, versions=(big,)), list_price * times, DAY)
    assert abs(large.total - small.total * times) <= times * (2 * len(large.lines) + 2)


@given(ASKED, PRICES, LIST_PRICE, st.integers(1, 50_000))
def test_higher_list_price_never_lowers_the_total(
    asked: PriceRequest, prices: PriceList, list_price: Fraction, more: int
) -> None:
    before = quote(asked, prices, list_price, DAY).total
    assert quote(asked, prices, list_price + more, DAY).total >= before - len(asked.ship_to)


def test_a_region_without_a_tax_of_its_own_is_taxed_as_its_country() -> None:
    canada = SalesTaxRate("CA", DAY, Fraction("0.05"))
    quebec = SalesTaxRate("CA-QC", DAY, Fraction("0.14975"))
    prices = a_list(PriceVersion(DAY, discounts=(), options={}, freight=FREE), canada, quebec, WA)
    for place, rate in (
        ("CA", "0.05"),
        ("CA-ON", "0.05"),
        ("CA-QC", "0.14975"),
        ("US-WA", "0.065"),
    ):
        found = prices.tax_on(place, DAY)
        assert found is not None
        assert found.rate == Fraction(rate)
    assert prices.tax_on("US-TX", DAY) is None

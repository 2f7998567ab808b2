"""Examples published by others: publishers, agents, vendors, lawyers, money libraries.

Where a source gives a rule without figures, the figures are ours and the test says so.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from royalties.domain.money import rounded, split
from royalties.domain.periods import Calendar
from royalties.domain.royalties.results import Run
from royalties.domain.terms.contracts import Basis, Counts
from royalties.domain.terms.plans import CapPer, Member, Step
from tests.builders.domain import (
    SaleLine,
    a_beneficiary,
    a_cap,
    a_contract,
    a_discount,
    a_house,
    a_plan,
    a_reserve,
    a_rule,
    a_sale,
    a_tier,
    account_of,
    an_advance,
    an_edition,
    an_income,
    fixed,
    given_by,
    nested,
    per_unit,
    played,
    remainder,
    runs_of,
    share,
    to,
)


def tiers_of(run: Run) -> list[tuple[int | None, str, int]]:
    """Tier, fraction and cents of a contract's lines."""
    return [(line.tier, str(line.portion), line.earned) for line in account_of(run).lines]


# Tiers


def test_one_line_of_a_report_crosses_a_tier() -> None:
    """Seven thousand copies are five and two thousand (royaltieshq.com; the price is ours)."""
    rule = a_rule(tiers=[a_tier("0.10", 5000), a_tier("0.125")])
    (run,) = runs_of(a_house(a_contract(rule)), [a_sale(7000)])
    assert tiers_of(run) == [(1, "5/7", 500_000), (2, "2/7", 250_000)]


def test_period_can_start_inside_a_tier_and_pass_its_limit() -> None:
    """After 2,500 copies a thousand more: 500 at 8 %, 500 at 10 % (royaltieshq.com)."""
    rule = a_rule(tiers=[a_tier("0.08", 3000), a_tier("0.10", 8000), a_tier("0.12")], opening=2500)
    (run,) = runs_of(a_house(a_contract(rule)), [a_sale(1000)])
    assert tiers_of(run) == [(1, "1/2", 40_000), (2, "1/2", 50_000)]


def test_tiers_by_net_receipts_in_two_periods() -> None:
    """25,000 earn 2,500 + 3,500 + 2,500 (bands of consonance.app)."""
    rule = a_rule(
        basis=Basis.NET,
        tiers=[a_tier("0.25", 10_000), a_tier("0.35", 20_000), a_tier("0.50")],
        counts=Counts.NET,
    )
    runs = runs_of(a_house(a_contract(rule)), [a_sale(1000, net=8000)], [a_sale(2125, net=17_000)])
    assert tiers_of(runs[0]) == [(1, "1", 200_000)]
    assert tiers_of(runs[1]) == [(1, "2/17", 50_000), (2, "10/17", 350_000), (3, "5/17", 250_000)]


def test_returns_give_back_the_tiers_they_had_reached() -> None:
    """Charging back more than was paid is a common error (andrewlownie.co.uk; figures ours)."""
    rule = a_rule(tiers=[a_tier("0.08", 3000), a_tier("0.10")])
    runs = runs_of(a_house(a_contract(rule)), [a_sale(3500)], [a_sale(-1000)], [a_sale(-2500)])
    assert [account_of(run).earned for run in runs] == [290_000, -90_000, -200_000]
    assert tiers_of(runs[1]) == [(1, "1/2", -40_000), (2, "1/2", -50_000)]


# Bases


def test_five_thousand_copies_at_ten_per_cent_of_23_95_and_an_advance() -> None:
    rule = a_rule(tiers=[a_tier("0.10", 5000), a_tier("0.125", 10_000), a_tier("0.15")])
    house = a_house(a_contract(rule, advances=[an_advance(1_000_000)]))
    (run,) = runs_of(house, [a_sale(5000, "23.95")])
    assert (account_of(run).earned, account_of(run).payable) == (1_197_500, 197_500)


def test_list_price_and_net_receipts_side_by_side() -> None:
    """Twelve per cent of 12.95, and of 60 % of it: 1.55 and 0.93 (dsattorney.com)."""
    contract = a_contract(
        a_rule("0.12", retailers=["amazon"]), a_rule("0.12", Basis.NET, retailers=["bn"])
    )
    lines = [a_sale(1, "12.95", "7.77"), a_sale(1, "12.95", "7.77", retailer="bn")]
    (run,) = runs_of(a_house(contract), lines)
    assert [line.earned for line in account_of(run).lines] == [155, 93]


def test_rounding_applies_to_lines_not_copies() -> None:
    """The source (ehow.com) rounds 0.477 a copy first; the line alone is rounded here."""
    (run,) = runs_of(a_house(a_contract(a_rule("0.06"))), [a_sale(10_000, "7.95")])
    assert account_of(run).earned == 477_000


@pytest.mark.parametrize(("editions", "earned"), [(16, 11_452), (1, 11_451)])
def test_sixteen_lines_are_each_rounded_and_sixteen_rows_of_one_are_summed_first(
    editions: int, earned: int
) -> None:
    """Sixteen amounts at 42.5 %: 114.52 or 114.51 (apublishersperspective.com, 2019)."""
    first = ("11.22", "42.4", "11.06", "10.2", "10.2", "6.98", "1.42", "10.2")
    amounts = (*first, "83.56", "44", "2.48", "2.49", "3.9", "12.96", "1.42", "14.94")
    isbns = [f"edition {number}" for number in range(editions)]
    house = a_house(
        a_contract(a_rule("0.425", Basis.NET)), editions=[an_edition(isbn) for isbn in isbns]
    )
    lines = [a_sale(net=net, isbn=isbns[place % editions]) for place, net in enumerate(amounts)]
    (run,) = runs_of(house, lines)
    assert len(account_of(run).lines) == editions
    assert account_of(run).earned == earned


def test_a_share_of_list_less_printing() -> None:
    """List 15.00 at 60 % or 40 %, printing 5.00: 4.00 and 1.00 (kdp.amazon.com)."""
    house = a_house(a_contract(a_rule(1, Basis.PROFIT)), editions=[an_edition(unit_cost=5)])
    (run,) = runs_of(house, [a_sale(1, 15, 9), a_sale(1, 15, 6, retailer="bn")])
    assert [line.earned for line in account_of(run).lines] == [400, 100]


def test_sales_and_a_sublicence_at_two_rates() -> None:
    """1,200 at 4.5 % and 450 at 5.2 % are 77.40 (accordproject, ip-payment)."""
    house = a_house(a_contract(a_rule("0.045", Basis.NET), rights={"sublicence": "0.052"}))
    (run,) = played([(house, [a_sale(net=1200)], [an_income(45_000, "sublicence")])]).runs
    assert account_of(run).earned == 7740


def test_an_amount_at_an_exchange_rate() -> None:
    house = a_house(a_contract(a_rule(1, Basis.NET)), exchange_rates={("CAD", "USD"): "0.71453"})
    (run,) = runs_of(house, [a_sale(net=19, currency="CAD")])
    assert account_of(run).earned == 1358


def test_yen_are_whole() -> None:
    """24.975 is 25; truncation gave 24 (the bug of NFTopia's issue 284)."""
    house = a_house(a_contract(a_rule("0.025", Basis.NET), currency="JPY"))
    (run,) = runs_of(house, [a_sale(net=999, currency="JPY")])
    assert account_of(run).earned == 25


# The wording of discounts


def test_above_55_per_cent_net_instead_of_list() -> None:
    """1.50 falls to 0.66 at one per cent more (authorsguild.org, the discount double-cross)."""
    contract = a_contract(
        a_rule("0.15", name="Trade", discount=a_discount(up_to="0.55")),
        a_rule("0.15", Basis.NET, name="Deep", discount=a_discount(above="0.55")),
    )
    lines = [
        a_sale(1, 10, "4.50", "0.55", retailer="bn"),
        a_sale(1, 10, "4.40", "0.56", retailer="ingram"),
    ]
    (run,) = runs_of(a_house(contract), lines)
    assert [(line.rule, line.earned) for line in account_of(run).lines] == [
        ("Trade", 150),
        ("Deep", 66),
    ]


@pytest.mark.parametrize(
    ("limits", "rule", "earned"),
    [
        ({"from_": "0.50"}, "Deep", 25),  # "50 % or more"
        ({"above": "0.50"}, "Regular", 100),  # "more than 50 %"
    ],
)
def test_exactly_fifty_per_cent(limits: dict[str, str], rule: str, earned: int) -> None:
    """Two wordings that differ on exactly the limit (bookcontracts.com; figures ours)."""
    contract = a_contract(
        a_rule("0.05", Basis.NET, name="Deep", discount=a_discount(**limits)),
        a_rule("0.10", name="Regular"),
    )
    (run,) = runs_of(a_house(contract), [a_sale(1, 10, 5, "0.50")])
    assert [(line.rule, line.earned) for line in account_of(run).lines] == [(rule, earned)]


@pytest.mark.parametrize(
    ("price", "direct", "reseller"),
    [("25.95", 1038, 519), ("32.95", 1318, 659), ("24.00", 960, 480)],
)
def test_rates_by_channel(price: str, direct: int, reseller: int) -> None:
    """Forty per cent from the own shop, twenty through others (universal-publishers.com)."""
    contract = a_contract(a_rule("0.40", channels=["direct"]), a_rule("0.20"))
    (run,) = runs_of(a_house(contract), [a_sale(1, price, retailer="web"), a_sale(1, price)])
    assert [line.earned for line in account_of(run).lines] == [direct, reseller]


# The contract's account


def test_a_reserve_by_the_age_of_a_title() -> None:
    """Half, 30 %, 15 %, nothing (easyroyaltiesusa.com; a thousand a year is ours)."""
    contract = a_contract(a_rule(), reserve=a_reserve("0.50", "0.30", "0.15", 0, by_period=True))
    house = a_house(
        contract,
        editions=[an_edition(published=date(2021, 1, 1))],
        calendar=Calendar.YEARLY,
        first_period="2021",
    )
    found = [account_of(run) for run in runs_of(house, *[[a_sale(1000)]] * 5)]
    assert [each.reserve.withheld for each in found] == [50_000, 30_000, 15_000, 0, 0]
    assert [each.payable for each in found] == [50_000, 120_000, 115_000, 115_000, 100_000]


def _reserved(rate: Fraction | str, reserve: str, *periods: Sequence[SaleLine]) -> list[Run]:
    contract = a_contract(a_rule(rate, Basis.NET), reserve=a_reserve(reserve))
    return runs_of(a_house(contract), *periods)


def test_a_reserve_over_two_periods() -> None:
    """1,000.00 and 2,000.00 earned, a tenth withheld for a period (easyroyaltiesusa.com)."""
    runs = _reserved("0.10", "0.10", [a_sale(1000, net=10_000)], [a_sale(2000, net=20_000)])
    found = [account_of(run) for run in runs]
    assert [each.reserve.withheld for each in found] == [10_000, 20_000]
    assert [each.reserve.released for each in found] == [0, 10_000]
    assert [each.payable for each in found] == [90_000, 190_000]


def test_later_returns_use_up_a_reserve() -> None:
    """Of 500 a hundred are held; 25 come back, so 75 are paid (ceceliadowdy.com)."""
    runs = _reserved("1", "0.20", [a_sale(net=500)], [a_sale(-1, net=-25)])
    assert [account_of(run).payable for run in runs] == [40_000, 7500]


def test_returns_beyond_what_is_still_to_be_paid() -> None:
    """Ten thousand copies at a dollar, then five thousand back (stevelaube.com)."""
    house = a_house(a_contract(a_rule(1, Basis.UNIT)))
    first, second = runs_of(house, [a_sale(10_000)], [a_sale(-5000)])
    assert account_of(first).payable == 1_000_000
    assert (account_of(second).payable, account_of(second).carried_forward) == (0, -500_000)


def test_advance_partly_recouped_before_these_books() -> None:
    """-2,000 + 900 = -1,100 (absolutewrite.com; the second period is ours)."""
    contract = a_contract(
        a_rule("0.075"), advances=[an_advance(800_000, date(2014, 5, 1), recouped=600_000)]
    )
    found = [account_of(run) for run in runs_of(a_house(contract), [a_sale(1200)], [a_sale(2000)])]
    assert [each.recouped for each in found] == [90_000, 110_000]
    assert found[1].payable == 40_000


def test_one_advance_over_two_titles() -> None:
    """Joint accounting: 12,500 for both; the second earns 15,000 (publishlawyer.com)."""
    other = "9781442200029"
    contract = a_contract(a_rule(), titles=["book", "second"], advances=[an_advance(1_250_000)])
    house = a_house(contract, editions=[an_edition(), an_edition(other, "second")])
    runs = runs_of(house, [a_sale(1000, 100)], [a_sale(1500, 100, isbn=other)])
    assert [account_of(run).recouped for run in runs] == [1_000_000, 250_000]
    assert account_of(runs[1]).payable == 1_250_000


# Allocation


def shared(cents: int, *steps: Step) -> dict[str, int]:
    """Who gets how much of so many copies at a cent each."""
    house = a_house(a_contract(a_rule("0.01", Basis.UNIT)), plans=[a_plan(*steps)])
    (run,) = runs_of(house, [a_sale(cents)])
    assert account_of(run).payable == cents
    return {name: amount for (_, name), amount in given_by(account_of(run)).items()}


def test_a_waterfall_of_caps() -> None:
    """Ten, twelve, the rest (numscript, many-max-dest)."""
    assert shared(
        100,
        remainder(to("d1"), cap=a_cap("0.10")),
        remainder(to("d2"), cap=a_cap("0.12")),
        remainder(to("rem")),
    ) == {"d1": 10, "d2": 12, "rem": 78}


def test_nested_steps() -> None:
    """Fees of 15 %: a fifth of them tax, 5 % of the rest cashback (numscript, nested-remaining)."""
    revenue = nested(
        share("0.05", to("cashback"), cap=a_cap(10)),
        remainder(to("revenue")),
    )
    fees = nested(share("0.20", to("tax")), remainder(revenue))
    assert shared(10_000, share("0.15", fees), remainder(to("merchant"))) == {
        "tax": 300,
        "cashback": 60,
        "revenue": 1140,
        "merchant": 8500,
    }


@pytest.mark.parametrize(
    ("cents", "publisher", "charity", "expected"),
    [
        (2500, "0.85", "0.05", (2125, 125, 250)),
        (2500, "0.80", "0.15", (2000, 375, 125)),
        (2000, "0.85", "0.05", (1700, 100, 200)),
    ],
)
def test_publisher_charity_platform(
    cents: int, publisher: str, charity: str, expected: tuple[int, ...]
) -> None:
    """Preset shares (Humble Bundle)."""
    steps = (share(publisher, to("p")), share(charity, to("c")), remainder(to("rest")))
    assert tuple(shared(cents, *steps).values()) == expected


def test_five_cents_a_copy_up_to_two_hundred_thousand() -> None:
    """Connecticut's wording of a commercial co-venture; the copies are ours."""
    plan = a_plan(
        per_unit("0.05", to("charity"), cap=a_cap(200_000, CapPer.LIFETIME)),
        remainder(to("author")),
    )
    house = a_house(plans=[plan], calendar=Calendar.YEARLY, first_period="2023")
    runs = runs_of(house, [a_sale(10**6)], [a_sale(3 * 10**6)], [a_sale(10**6)])
    given_to_charity = [given_by(account_of(run)).get((1, "charity"), 0) for run in runs]
    assert given_to_charity == [5_000_000, 15_000_000, 0]


@pytest.mark.parametrize(
    ("cents", "weights", "expected"),
    [
        # moneyphp/money, MoneyTest
        (100, (1, 1, 1), (34, 33, 33)),
        (101, (1, 1, 1), (34, 34, 33)),
        (5, (3, 7), (2, 3)),
        (5, (7, 3), (4, 1)),
        (5, (7, 3, 0), (4, 1, 0)),
        (5, (0, 7, 3), (0, 4, 1)),
        (5, (7, 0, 3), (4, 0, 1)),
        (5, (0, 0, 1), (0, 0, 5)),
        (5, (0, 3, 7), (0, 2, 3)),
        (0, (0, 0, 1), (0, 0, 0)),
        (2, (1, 1, 1), (1, 1, 0)),
        (1, (1, 1), (1, 0)),
        (1, (33, 66), (0, 1)),
        (101, (3, 7), (30, 71)),
        (101, (7, 3), (71, 30)),
        # issues of moneyphp (492), dinero.js (144), brick/money (111)
        (9999, (75, 25), (7499, 2500)),
        (1003, (49, 51), (491, 512)),
        (22_000, (445_455, 9_091, 545_455), (9800, 200, 12_000)),
    ],
)
def test_splits(cents: int, weights: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert tuple(split(cents, weights)) == expected
    members = [Member(Fraction(weight), f"m{place}") for place, weight in enumerate(weights)]
    given = shared(cents, fixed(10**6, *members), remainder(to("rest")))
    assert tuple(given.get(f"m{place}", 0) for place in range(len(weights))) == expected


@pytest.mark.parametrize(
    ("exact", "whole"), [("1.5", 2), ("-2.5", -3), ("2.4", 2), ("-2.4", -2), ("4", 4)]
)
def test_half_away_from_zero(exact: str, whole: int) -> None:
    """On both sides, as dinero.js has it."""
    assert rounded(Fraction(exact)) == whole


# Due and paid


def test_the_minimum_counts_all_contracts_of_a_payee() -> None:
    """15 + 20 are above 25 (easyroyaltiesusa.com, whose sum is misprinted)."""
    house = a_house(
        a_contract(a_rule(1, Basis.NET), key="c0"),
        a_contract(a_rule(1, Basis.NET), key="c1", titles=["second"]),
        editions=[an_edition(), an_edition("9781442200029", "second")],
        beneficiaries=[a_beneficiary(minimum_payment=25)],
    )
    (run,) = runs_of(house, [a_sale(net=15), a_sale(net=20, isbn="9781442200029")])
    assert [each.to_pay for each in run.settlements] == [3500]


def test_a_threshold_by_quarter_and_the_rest_at_the_years_end() -> None:
    """More than 75 is paid at once (partridgepublishing.com; amounts ours)."""
    payee = a_beneficiary(minimum_payment="75.01", pay_out_at_year_end=True)
    house = a_house(
        a_contract(a_rule(1, Basis.NET)),
        beneficiaries=[payee],
        calendar=Calendar.QUARTERLY,
        first_period="2025-Q1",
    )
    quarters = [[a_sale(net=net)] for net in ("40", "35", "0.01", "10")]
    assert [run.settlements[0].to_pay for run in runs_of(house, *quarters)] == [0, 0, 7501, 1000]


def test_thirty_per_cent_withheld() -> None:
    house = a_house(a_contract(a_rule(1, Basis.NET)), beneficiaries=[a_beneficiary(tax="0.30")])
    (run,) = runs_of(house, [a_sale(net=500)])
    assert [(each.to_pay, each.tax, each.net) for each in run.settlements] == [
        (50_000, 15_000, 35_000)
    ]

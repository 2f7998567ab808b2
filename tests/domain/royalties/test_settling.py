"""What beneficiaries are due, and what is to pay: calculation.md, "4 Due and to pay"."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import rounded, scale
from royalties.domain.periods import Calendar
from royalties.domain.royalties.results import Run, Settlement
from royalties.domain.royalties.run import run as computed
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.contracts import Basis
from tests.builders.domain import (
    House,
    Year,
    a_beneficiary,
    a_cap,
    a_contract,
    a_house,
    a_plan,
    a_rule,
    a_sale,
    fixed,
    nested,
    played,
    remainder,
    runs_of,
    share,
    to,
)
from tests.strategies import calendars, payees

cents = st.sampled_from([0, 0, 1, 10, 115, 120, 299, 1000])


def a_house_of(*people: Beneficiary, calendar: Calendar = Calendar.QUARTERLY) -> House:
    """Two contracts in dollars and one in yen, all of whose receipts go to ann and ben."""
    rule = a_rule(1, Basis.NET)
    plan = a_plan(share("0.4", to("ann"), to("ben")), remainder(to("ann")))
    return a_house(
        a_contract(rule, key="one"),
        a_contract(rule, key="two"),
        a_contract(rule, key="yen", currency="JPY"),
        plans=[plan],
        beneficiaries=people,
        calendar=calendar,
        first_period=str(calendar_first(calendar)),
        exchange_rates={("USD", "JPY"): 150},
    )


def calendar_first(calendar: Calendar) -> str:
    """The name of 2025's last but one period, or of 2025."""
    return {
        Calendar.YEARLY: "2025",
        Calendar.HALF_YEARLY: "2025-H1",
        Calendar.QUARTERLY: "2025-Q3",
        Calendar.MONTHLY: "2025-11",
    }[calendar]


@given(st.lists(st.tuples(payees, payees, cents), min_size=1, max_size=5), calendars)
def test_due_equals_to_pay_plus_carried_forward(
    periods: list[tuple[Beneficiary, Beneficiary, int]], calendar: Calendar
) -> None:
    """ "Brought forward + allocated = to pay + carried forward; to pay = tax + net", for each and any terms."""
    years: list[Year] = []
    for ann, ben, net in periods:
        people = [_called(ann, "ann"), _called(ben, "ben")]
        house = a_house_of(*people, calendar=calendar)
        years.append((house, [a_sale(net=Fraction(net, 100))], ()))
    carried: dict[tuple[str, str], int] = {}
    for run, (house, _, _) in zip(played(years).runs, years, strict=True):
        terms = {payee.key: payee for payee in house.beneficiaries}
        for each in run.settlements:
            key, payee = (each.beneficiary, each.currency), terms[each.beneficiary]
            assert each.brought_forward + each.allocated == each.due
            assert each.due == each.to_pay + each.carried_forward
            assert each.to_pay == each.tax + each.net
            assert each.tax_withheld == 0
            opening = payee.opening_balance if each.currency == "USD" else 0
            assert each.brought_forward == carried.get(key, opening)
            assert each.tax == rounded(payee.tax_rate_on(run.period.ends) * each.to_pay)
            _to_pay_as_agreed(each, payee, run)
            carried[key] = each.carried_forward
        assert _allocated_in(run) == {
            (each.beneficiary, each.currency): each.allocated for each in run.settlements
        }


def _called(payee: Beneficiary, key: str) -> Beneficiary:
    opening = {"ann": 150, "ben": 0}[key]
    return Beneficiary(
        key,
        key,
        minimum_payment=payee.minimum_payment,
        tax_rates=payee.tax_rates,
        pay_out_at_year_end=payee.pay_out_at_year_end,
        on_hold=payee.on_hold,
        opening_balance=opening,
    )


def _to_pay_as_agreed(each: Settlement, payee: Beneficiary, run: Run) -> None:
    """All or nothing; never on hold, never below nothing; the minimum, or the year's end."""
    enough = each.due >= payee.minimum_payment * scale(each.currency)
    at_end = payee.pay_out_at_year_end and run.period.ends.month == 12
    pays = not payee.on_hold and each.due > 0 and (enough or at_end)
    assert each.to_pay == (each.due if pays else 0)
    assert bool(each.reason) == (not pays and (each.due != 0 or payee.on_hold or not enough))


def _allocated_in(run: Run) -> dict[tuple[str, str], int]:
    found = {(name, currency): 0 for name in ("ann", "ben") for currency in ("USD", "JPY")}
    for account in run.contracts:
        for given_to in account.allocations:
            found[given_to.beneficiary, account.contract.currency] += given_to.amount
    return found


def settlements(runs: list[Run], key: str = "author") -> list[tuple[int, int, int, str]]:
    """Due, to pay, carried forward and why not to pay, period by period."""
    return [
        (each.due, each.to_pay, each.carried_forward, each.reason or "")
        for run in runs
        for each in run.settlements
        if each.beneficiary == key
    ]


def a_house_for(payee: Beneficiary, calendar: Calendar = Calendar.HALF_YEARLY) -> House:
    """All that is received goes to one."""
    return a_house(
        a_contract(a_rule(1, Basis.NET)),
        beneficiaries=[payee],
        calendar=calendar,
        first_period=calendar_first(calendar),
    )


def test_balance_below_the_minimum_is_carried_forward() -> None:
    house = a_house_for(a_beneficiary(minimum_payment=25))
    runs = runs_of(house, [a_sale(net="24.99")], [a_sale(net="0.01")], [])
    assert settlements(runs) == [
        (2499, 0, 2499, "below minimum"),
        (2500, 2500, 0, ""),
        (0, 0, 0, "below minimum"),
    ]


def test_beneficiary_on_hold_is_not_paid_even_at_year_end() -> None:
    house = a_house_for(a_beneficiary(on_hold=True, pay_out_at_year_end=True))
    runs = runs_of(house, [a_sale(net=30)], [])
    assert settlements(runs) == [(3000, 0, 3000, "on hold"), (3000, 0, 3000, "on hold")]


def test_any_positive_balance_is_paid_in_the_years_last_period() -> None:
    house = a_house_for(a_beneficiary(minimum_payment=25, pay_out_at_year_end=True))
    runs = runs_of(house, [a_sale(net=1)], [a_sale(net=1)], [a_sale(net=1)])
    assert [paid for _, paid, _, _ in settlements(runs)] == [0, 200, 0]


def test_debit_balance_is_carried_forward_even_at_year_end() -> None:
    payee = a_beneficiary(pay_out_at_year_end=True, opening_balance=-500)
    runs = runs_of(a_house_for(payee), [a_sale(net=2)], [a_sale(net=2)], [a_sale(net=2)])
    assert settlements(runs) == [
        (-300, 0, -300, "debit balance"),
        (-100, 0, -100, "debit balance"),
        (100, 100, 0, ""),
    ]


def test_minimum_payment_is_the_same_number_in_every_currency() -> None:
    """Twenty-five dollars, and twenty-five yen; balances are kept apart by currency."""
    ann = a_beneficiary("ann", minimum_payment=25)
    house = a_house(
        a_contract(a_rule("0.1", Basis.NET), key="dollars"),
        a_contract(a_rule("0.1", Basis.NET), key="yen", currency="JPY"),
        plans=[a_plan(remainder(to("ann")))],
        beneficiaries=[ann],
        exchange_rates={("USD", "JPY"): 150},
    )
    (run,) = runs_of(house, [a_sale(net=2)])
    assert [(each.currency, each.due, each.to_pay) for each in run.settlements] == [
        ("JPY", 30, 30),
        ("USD", 20, 0),
    ]


def test_an_opening_balance_is_in_the_publishers_currency() -> None:
    house = a_house(
        a_contract(a_rule(1, Basis.NET), currency="JPY"),
        beneficiaries=[a_beneficiary(opening_balance=777)],
        exchange_rates={("USD", "JPY"): 100},
    )
    first, second = runs_of(house, [a_sale(net=1)], [])
    assert [(each.currency, each.brought_forward, each.to_pay) for each in first.settlements] == [
        ("JPY", 0, 100),
        ("USD", 777, 777),
    ]
    assert [(each.currency, each.brought_forward) for each in second.settlements] == [
        ("JPY", 0),
        ("USD", 0),
    ]


@pytest.mark.parametrize(
    ("rates", "tax"),
    [
        ({date.min: "0.30"}, 30030),
        ({date.min: "0.30", date(2025, 6, 30): "0"}, 0),
        ({date.min: "0.30", date(2025, 7, 1): "0"}, 30030),
        ({date(2025, 7, 1): "0.30"}, 0),
        ({date.min: "0.005"}, 501),
    ],
)
def test_tax_uses_the_rate_of_the_last_day(rates: dict[date, str], tax: int) -> None:
    """On all that is to pay, what was brought forward with it: nothing was taxed before."""
    payee = a_beneficiary(tax=rates, opening_balance=100_000)
    (run,) = runs_of(a_house_for(payee), [a_sale(net=1)])
    assert [each.tax for each in run.settlements] == [tax]


def test_what_is_carried_forward_is_not_taxed() -> None:
    """24 % of 10.00 and then of 40.00 would be 12.00; nothing is taken until 50.00 are to pay."""
    house = a_house_for(a_beneficiary(minimum_payment=50, tax={date.min: "0.24"}))
    runs = runs_of(house, [a_sale(net=10)], [a_sale(net=40)])
    assert settlements(runs) == [(1000, 0, 1000, "below minimum"), (5000, 5000, 0, "")]
    assert [each.tax for run in runs for each in run.settlements] == [0, 1200]
    assert [each.net for run in runs for each in run.settlements] == [0, 3800]


def test_tax_of_earlier_closes_is_given_back_once() -> None:
    """9.60 of 40.00 went to a close that taxed at once; 30.40 + 10.00 + 9.60 are due then."""
    house = a_house_for(a_beneficiary(minimum_payment=50, tax={date.min: "0.24"}))
    taxed = computed(replace(house.books([a_sale(net=40)]), taxed_at_close=True))
    key = ("author", "USD")
    given_back = computed(
        replace(
            house.books([a_sale(net=10)], balances={key: 3040}),
            withheld_before={key: 960},
        )
    )
    found = [
        (each.tax_withheld, each.due, each.to_pay, each.tax, each.carried_forward)
        for done in (taxed, given_back)
        for each in done.settlements
    ]
    assert found == [(960, 3040, 0, 0, 3040), (-960, 5000, 5000, 1200, 0)]


def test_beneficiary_has_one_balance_over_all_contracts() -> None:
    house = a_house(
        a_contract(a_rule(1, Basis.NET), key="one"),
        a_contract(a_rule("0.5", Basis.NET), key="two"),
        beneficiaries=[a_beneficiary(minimum_payment=15)],
    )
    (run,) = runs_of(house, [a_sale(net=10)])
    assert settlements([run]) == [(1500, 1500, 0, "")]


def test_beneficiary_in_a_plan_or_with_a_balance_gets_a_statement() -> None:
    plan = a_plan(
        fixed(0, to("nobody", 0), nested(remainder(to("inner", cap=a_cap(1))))),
        remainder(to("author")),
    )
    people = [
        a_beneficiary("owed", opening_balance=5, on_hold=True),
        a_beneficiary("paid", opening_balance=5),
        a_beneficiary("stranger"),
    ]
    runs = runs_of(a_house(plans=[plan], beneficiaries=people), [], [])
    names = [[each.beneficiary for each in run.settlements] for run in runs]
    assert names == [
        ["author", "inner", "nobody", "owed", "paid"],
        [
            "author",
            "inner",
            "nobody",
            "owed",
        ],
    ]


@pytest.mark.parametrize(
    ("cents", "paid", "reason"),
    [(0, 0, "below minimum"), (1, 1, ""), (2, 2, ""), (-1, 0, "debit balance")],
)
def test_last_cent_is_paid_at_year_end(cents: int, paid: int, reason: str) -> None:
    """Any positive balance is, whatever the minimum; nothing and less than nothing are not."""
    payee = a_beneficiary(minimum_payment=25, pay_out_at_year_end=True, opening_balance=cents)
    house = a_house(beneficiaries=[payee], calendar=Calendar.YEARLY, first_period="2025")
    (done,) = runs_of(house, [])
    (settlement,) = done.settlements
    assert (settlement.due, settlement.to_pay, settlement.reason or "") == (cents, paid, reason)
    assert settlement.tax_rate == 0
